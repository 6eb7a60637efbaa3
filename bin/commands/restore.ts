/** `zorgpoort restore`: puts a backup in the place of a database, after everything about it was checked. */
import { copyFileSync, existsSync, chmodSync, renameSync, rmSync, constants } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { verifyAudit } from '../../src/audit/audit.ts'
import { readPlace } from '../../src/config.ts'
import { rfc3339, sha256Hex, systemClock } from '../../src/core/core.ts'
import { contentsOf, damageOf, lockForServe, openLinker, openStore, throughToDisk, tryKeys } from '../../src/store/store.ts'
import { readRoots, type Roots } from '../../src/vault/vault.ts'
import { digestOf, readManifest, type Manifest } from '../manifest.ts'
import { findPlace, withPlace, type Found, type Place } from '../place.ts'
import { Problem, WrongUse } from '../problem.ts'
import { readText, visible } from '../files.ts'

interface Options extends Place { readonly replace?: boolean, readonly trust?: readonly string[], readonly despiteAudit?: boolean }

/** A database is up to three files. */
const files = (path: string): string[] => ['', '-wal', '-shm'].map(end => path + end)

/** @throws WrongUse or Problem when something speaks against this backup at this place, before anything is touched */
function checkPlace (from: string, { path, mode, roots }: Found & { readonly path: string }, manifest: Manifest, replace: boolean): Roots {
  if (!existsSync(from)) throw new Problem(`no backup at ${visible(from)}`)
  if (mode !== undefined && mode !== manifest.mode) throw new Problem(`this backup is of mode ${manifest.mode}, the configuration says ${mode}`)
  if (!existsSync(dirname(path))) throw new Problem(`the folder ${dirname(path)} does not exist`)
  const there = files(path).filter(it => existsSync(it))
  if (there.length > 0 && !replace) throw new Problem(`${there.join(' and ')} exists; --replace keeps it under another name and puts the backup in its place`)
  if (roots === null) throw new WrongUse('give --config FILE, or ZORGPOORT_KEK, ZORGPOORT_INDEX_KEY and ZORGPOORT_AUDIT_KEY: without the rings nobody can tell whether the backup can be read')
  return readRoots(roots)
}

/** @throws Problem when the copy is not what the manifest says, is damaged, or does not open with the rings at hand */
async function checkCopy (part: string, manifest: Manifest, roots: Roots, say: (step: string) => void): Promise<void> {
  if (await digestOf(part) !== manifest.sha256) throw new Problem('the backup is not what its manifest says (SHA-256 differs): it was changed or cut off; take another one')
  say('is what its manifest says (SHA-256)')
  const damage = damageOf(part, 'full')
  if (damage !== null) throw new Problem(`the backup is damaged: ${damage}`)
  const { rows, mode } = contentsOf(part)
  const differing = Object.keys(manifest.rows).filter(name => rows[name] !== manifest.rows[name])
  if (mode !== manifest.mode || differing.length > 0) throw new Problem(`the backup does not hold what its manifest says (${differing.join(', ') || 'mode'})`)
  say(`is whole: ${rows['message'] ?? 0} messages`)
  const faults = tryKeys(part, roots.kek).flatMap(it => it.fault === null ? [] : [it.fault])
  if (faults.length > 0) throw new Problem(`the rings at hand do not open this backup: ${faults.join('; ')}. Find the kek ring that was in use at ${manifest.made}`)
  say('opens with the keys at hand')
}

/** @returns certificates believed to have signed the audit's checkpoints; none where none is known */
function trustedBy ({ config, trust }: Options, path: string): string[] {
  const beside = join(dirname(path), 'seal.pem')
  const configured = readPlace({ file: config, env: process.env }).seal_certificate ?? (existsSync(beside) ? beside : undefined)
  return (trust ?? (configured === undefined ? [] : [configured])).map(readText)
}

/** @throws Problem when the audit is not whole and that was not said to be known */
async function checkAudit (part: string, manifest: Manifest, roots: Roots, trusted: readonly string[], despite: boolean, say: (step: string) => void): Promise<void> {
  const store = await openStore({ url: `sqlite:${part}`, mode: manifest.mode, roots })
  try {
    const { rows, findings } = await store.trail(trail => verifyAudit(trail, { linker: openLinker(roots.audit), trusted }))
    const wrong = findings.filter(it => trusted.length > 0 || it.fault !== 'checkpoint')
    const told = wrong.slice(0, 5).map(it => `${it.fault} at ${it.chain} ${it.seq}`).join(', ')
    if (wrong.length > 0 && !despite) throw new Problem(`the audit in this backup is not whole (${told}). A former seal certificate is given with --trust FILE; --despite-audit restores it all the same`)
    if (wrong.length > 0) say(`restored although its audit is not whole: ${told}`)
    else say(`its audit is whole: ${rows} rows${trusted.length > 0 ? '' : '; the signatures of its checkpoints were not checked, no seal certificate is known (--trust FILE)'}`)
  } finally { await store.close() }
}

/** Keeps what stands in the place under another name. @returns that name, or null when the place was free */
function setAside (path: string, stamp: string): string | null {
  const aside = `${path}.replaced-${stamp}`
  const there = ['', '-wal', '-shm'].filter(end => existsSync(path + end))
  for (const end of there) renameSync(path + end, aside + end)
  return there.length === 0 ? null : aside
}

const expectation = ({ made, last_received }: Manifest): string => [
  `This is the state of ${made}${last_received === null ? '' : `; the last message was received at ${last_received}`}. What to expect:`,
  '- Messages accepted later are missing, although their senders hold a receipt. Ask every party to send again what it sent since then: it is taken as new and gets a new receipt. What was taken before is answered with its first receipt (200, Duplicate: true).',
  '- Messages acknowledged later lie in their mailboxes again: receivers get them a second time and know them by their Identificatie.',
  '- A retour to a message that is missing is refused (ZP_RETOUR_UNKNOWN) until that message was sent again; retour_unknown: accept lets it through meanwhile.',
  '- Accounts, certificates and mandates are those of that moment: see "zorgpoort parties list" for what was stopped since. What was erased since is back.',
  '- Checkpoints logged after the backup do not hold any more: "zorgpoort audit verify --checkpoint-file" with that log fails (rewritten, cut). Keep it apart and begin a new log.',
  'Start the gateway with "zorgpoort serve"; "zorgpoort doctor" looks it over before.'
].join('\n')

const onServer = 'this database is on a PostgreSQL server, whose own means put a copy back: stop every gateway, "pg_restore --dbname=DATABASE FILE" into a new, empty database, then "zorgpoort audit verify" and "zorgpoort doctor" before one serves again. README.md, "PostgreSQL", has the whole way'

async function run (from: string, options: Options): Promise<void> {
  const found = findPlace(options)
  const { url, path } = found
  if (path === null) throw new Problem(onServer)
  const manifest = readManifest(from)
  const roots = checkPlace(from, { ...found, path }, manifest, options.replace === true)
  const free = lockForServe(url)
  const part = `${path}.restoring`
  const say = (step: string): void => { console.log(`  ✓ ${step}`) }
  try {
    rmSync(part, { force: true })
    copyFileSync(from, part, constants.COPYFILE_EXCL)
    chmodSync(part, 0o600)
    await checkCopy(part, manifest, roots, say)
    await checkAudit(part, manifest, roots, trustedBy(options, path), options.despiteAudit === true, say)
    throughToDisk(part)
    const now = systemClock.now()
    const aside = setAside(path, rfc3339(now).replace(/[-:]|\.\d+/g, ''))
    renameSync(part, path)
    throughToDisk(dirname(path))
    if (aside !== null) say(`what was there is kept: ${aside}`)
    const store = await openStore({ url, mode: manifest.mode, roots })
    try { await store.recordCopy('restored', sha256Hex(manifest.sha256), now) } finally { await store.close() }
    console.log(`Restored ${path}.\n${expectation(manifest)}`)
  } finally {
    for (const it of files(part)) rmSync(it, { force: true })
    free()
  }
}

/** Adds the command. */
export function restore (program: Command): void {
  withPlace(program.command('restore').description('put a backup in the place of the database, after checking it and the keys; the gateway must be stopped').argument('<from>', 'the backup; its manifest stands beside it'))
    .option('--replace', 'keep the database that is there under another name, and put the backup in its place')
    .option('--trust <file>', 'certificate that signed the audit’s checkpoints; repeat for more; default the configured seal_certificate', (it: string, before: readonly string[] = []) => [...before, it])
    .option('--despite-audit', 'restore although the audit in the backup is not whole')
    .action(run)
}
