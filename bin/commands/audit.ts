/** `zorgpoort audit`: whether the audit is whole, what stands in it, and its checkpoints. */
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { styleText } from 'node:util'
import { InvalidArgumentError, type Command } from 'commander'
import { checkpointView, readPins, verifyAudit, type AuditFault, type AuditFinding, type AuditReport, type Pin } from '../../src/audit/audit.ts'
import { readPlace } from '../../src/config.ts'
import { accountId, instant, isMessageId, messageId, rfc3339, type AccountId, type Instant, type MessageId } from '../../src/core/core.ts'
import { formerFolder, usableCertificate } from '../../src/sign/sign.ts'
import { auditEvents, openLinker, type AuditEntry, type AuditEvent, type AuditFilter, type Page, type Store } from '../../src/store/store.ts'
import { readRoots } from '../../src/vault/vault.ts'
import { readText } from '../files.ts'
import { databaseOf, withPlace, withStore, type Place } from '../place.ts'
import { WrongUse } from '../problem.ts'
import { progress, write } from '../progress.ts'

interface VerifyOptions extends Place { readonly since?: string, readonly trust?: readonly string[], readonly checkpointFile?: string, readonly json?: boolean }
interface ListOptions extends Place { readonly message?: MessageId, readonly account?: AccountId, readonly event?: AuditEvent, readonly from?: Instant, readonly to?: Instant, readonly json?: boolean }

const page_rows = 250

/** @returns the seal certificates of before, which `keys rotate` keeps: they signed the older checkpoints */
function formerOf (certificate: string): string[] {
  const dir = join(dirname(certificate), formerFolder)
  return existsSync(dir) ? readdirSync(dir).filter(name => name.startsWith('seal-') && name.endsWith('.pem')).map(name => join(dir, name)) : []
}

/** @returns the certificates believed to sign checkpoints. @throws WrongUse when none is known */
function trustedBy ({ trust, config }: VerifyOptions, database: string | null): string[] {
  const configured = readPlace({ file: config, env: process.env }).seal_certificate
  const beside = database === null ? null : join(dirname(database), 'seal.pem')
  const current = configured ?? (beside !== null && existsSync(beside) ? beside : null)
  const paths = trust ?? (current === null ? [] : [current, ...formerOf(current)])
  if (paths.length === 0) throw new WrongUse('say with --trust FILE which certificate signs the checkpoints: the seal certificate, or the authority it comes from')
  return paths.map(path => {
    const pem = readText(path)
    usableCertificate(pem, path)
    return pem
  })
}

/** What is wrong, for a person who must find out why. */
const faults: Readonly<Record<AuditFault, string>> = {
  changed: 'is not as it was written, or was written without the key',
  missing: 'was removed',
  spliced: 'does not follow the row before it: rows of another time or another copy stand here',
  inserted: 'rows stand here that are not part of the chain',
  unchained: 'is not chained although it should be',
  unknown_key: 'names a key that the ring audit_key does not hold',
  cut: 'was removed from the end: a checkpoint tells of it',
  rewritten: 'is not the row that stood here when the checkpoint was made: the database was put back or written anew',
  checkpoint: 'the checkpoint made here was changed, or its signature does not hold; --trust also takes former certificates',
  checkpoint_missing: 'tells of a checkpoint that is not there, or is another one now',
  checkpoint_inserted: 'the chain does not tell of the checkpoint made here',
  checkpoint_order: 'the checkpoint made here does not name the one before it: one was removed or put in between',
  strange: 'waits to be chained, but was written without the key, changed, or copied from another; it never will be. See who could write in the database; when you know, delete it from the table audit_new (number)'
}

function line ({ fault, chain, seq, to, checkpoint }: AuditFinding): string {
  const rows = seq === to ? `row ${seq}` : `rows ${seq} to ${to}`
  return `${styleText('red', 'FAILED')}  ${chain} ${rows}${checkpoint === null ? '' : ` (checkpoint ${checkpoint})`}: ${faults[fault]}  [${fault}]`
}

/** @returns what a restore by us would explain of the findings; null when it explains none */
function afterRestore ({ restored, findings }: AuditReport): string | null {
  if (restored === null || !findings.some(({ fault, to }) => (fault === 'rewritten' || fault === 'cut') && to >= restored.seq)) return null
  return `the audit holds a "restored" row of ${rfc3339(restored.at)} (row ${restored.seq}): if that was you, checkpoints logged between the backup and the restore cannot hold; keep that log apart and begin a new one`
}

const asJson = (report: AuditReport): string => JSON.stringify({
  ok: report.findings.length === 0, ...report, restored: report.restored === null ? null : { ...report.restored, at: rfc3339(report.restored.at), explains: afterRestore(report) }
})

function summary (report: AuditReport): string {
  const { rows, from, to, checkpoints, unchained, waiting, after_checkpoint, unpinned, findings, more } = report
  const restored = afterRestore(report)
  const good = findings.length === 0
  const told = [
    ...(restored === null ? [] : [restored]),
    ...(more > 0 ? [`… and ${more} more findings`] : []),
    ...(unchained > 0 ? [`${unchained} rows are of before the chain; nothing binds them`] : []),
    ...(waiting > 0 ? [`${waiting} rows were just written and are chained within a second`] : []),
    ...(unpinned > 0 ? [`${unpinned} checkpoints of --checkpoint-file are about rows that were not looked at (removed by retention, or before --since)`] : []),
    ...(after_checkpoint > 0 ? [`${after_checkpoint} rows are newer than the last checkpoint: whether more were cut off behind them, only the next one tells`] : [])
  ]
  const head = `${good ? styleText('green', 'ok') : styleText('red', 'NOT WHOLE')}  ${rows} rows${rows === 0 ? '' : ` (${from} to ${to})`}, ${checkpoints} checkpoints${good ? '' : `, ${findings.length + more} findings`}`
  return [head, ...told.map(it => `    ${it}`)].join('\n')
}

async function verifyStore (options: VerifyOptions): Promise<AuditReport> {
  const { path, roots } = await databaseOf(options)
  if (roots === null) throw new WrongUse('this needs the audit key: the settings kek, index_key and audit_key (--config FILE, or ZORGPOORT_… in the environment)')
  const trusted = trustedBy(options, path)
  const pins: readonly Pin[] = options.checkpointFile === undefined ? [] : readPins(readText(options.checkpointFile), options.checkpointFile)
  const linker = openLinker(readRoots(roots).audit)
  let bar: ReturnType<typeof progress> | null = null
  try {
    return await withStore(options, async store => await store.trail(async trail => await verifyAudit(trail, {
      linker,
      trusted,
      pins,
      ...(options.since === undefined ? {} : { since: options.since }),
      started: rows => { bar = progress(process.stderr, 'rows', rows) },
      step: () => { bar?.step() }
    })))
  } finally { (bar as ReturnType<typeof progress> | null)?.end() }
}

/** Writes all pages, one line each item. */
async function listed<T> (next: (cursor: string | undefined) => Promise<Page<T>>, shown: (item: T) => string): Promise<void> {
  for (let cursor: string | undefined; ;) {
    const page = await next(cursor)
    for (const item of page.items) await write(process.stdout, `${shown(item)}\n`)
    if (page.next === null) return
    cursor = page.next
  }
}

const shownRow = ({ chain, seq, at, event, message, account, detail }: AuditEntry): string =>
  `${rfc3339(at)}  ${`${chain} ${seq}`.padEnd(14)} ${event.padEnd(16)} ${message ?? '-'.padEnd(36)}${account === null ? '' : ` by ${account}`}${detail === null ? '' : ` (${detail})`}`

const rows = (store: Store, { message, account, event, from, to }: ListOptions) => async (cursor: string | undefined): Promise<Page<AuditEntry>> => {
  const filter: Partial<AuditFilter> = { ...(message && { message }), ...(account && { account }), ...(event && { event }), ...(from && { from }), ...(to && { to }), ...(cursor === undefined ? {} : { cursor }) }
  return await store.auditRows({ ...filter, limit: page_rows })
}

function moment (text: string): Instant {
  const ms = Date.parse(text)
  if (!Number.isSafeInteger(ms) || ms < 0) throw new InvalidArgumentError('it is a moment such as 2026-11-21T09:30:00Z')
  return instant(ms)
}
function message (text: string): MessageId {
  if (!isMessageId(text)) throw new InvalidArgumentError('it is the id of a message')
  return messageId(text)
}
function account (text: string): AccountId {
  try { return accountId(text) } catch { throw new InvalidArgumentError('it is the id of an account') }
}
function event (text: string): AuditEvent {
  const found = auditEvents.find(it => it === text)
  if (found === undefined) throw new InvalidArgumentError(`it is one of ${auditEvents.join(', ')}`)
  return found
}
const collect = (value: string, before: readonly string[] = []): string[] => [...before, value]

export function audit (program: Command, end: (code: number) => void): void {
  const group = program.command('audit').description('what happened and by whom: verify, list, checkpoints')
  withPlace(group.command('verify').description('verify the whole chain and its checkpoints; a running server goes on'))
    .option('--since <checkpoint>', 'begin at this checkpoint instead of at the beginning')
    .option('--trust <file>', 'certificate that signs checkpoints, or of the authority it comes from (PEM); repeat for former ones; default the seal certificate and its former ones', collect)
    .option('--checkpoint-file <file>', 'checkpoints kept elsewhere: lines of the gateway’s log, or what "audit checkpoints --json" printed. Only these tell that rows were cut off together with the checkpoints about them')
    .option('--json', 'as one JSON line')
    .addHelpText('after', '\nExit codes: 0 whole, 1 anything changed, removed, inserted or not signed, 2 wrong use.')
    .action(async (options: VerifyOptions) => {
      const report = await verifyStore(options)
      console.log(options.json === true ? asJson(report) : [...report.findings.map(line), summary(report)].join('\n'))
      if (report.findings.length > 0) end(1)
    })
  withPlace(group.command('list').description('rows, newest first'))
    .option('--message <id>', 'about this message', message)
    .option('--account <id>', 'by this account', account)
    .option('--event <event>', 'of this kind', event)
    .option('--from <moment>', 'at or after, such as 2026-11-21T09:30:00Z', moment)
    .option('--to <moment>', 'before', moment)
    .option('--json', 'one JSON line each')
    .action(async (options: ListOptions) => {
      await withStore(options, store => listed(rows(store, options), row => options.json === true ? JSON.stringify({ ...row, at: rfc3339(row.at) }) : shownRow(row)))
    })
  withPlace(group.command('checkpoints').description('checkpoints, newest first; keep what --json prints elsewhere and "verify --checkpoint-file" compares with it'))
    .option('--json', 'one JSON line each, with the signed bytes and the signature')
    .action(async (options: Place & { json?: boolean }) => {
      await withStore(options, store => listed(cursor => store.checkpoints({ ...(cursor === undefined ? {} : { cursor }), limit: page_rows }),
        it => options.json === true ? JSON.stringify(checkpointView(it)) : `${rfc3339(it.at)}  ${it.id}  at row ${it.seq}${it.removed === 0 ? '' : `, rows up to ${it.removed} removed`}`))
    })
}
