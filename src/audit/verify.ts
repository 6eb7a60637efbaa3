/** Whether the audit is whole: every row bound to the one before it, and every checkpoint signed and kept. Reads in windows. */
import { setImmediate as turn } from 'node:timers/promises'
import { digestOf, instant, Unusable, type Instant } from '../core/core.ts'
import { verifySeal } from '../sign/sign.ts'
import { mainChain, oursOf, waitingChain, type Checkpoint, type Linker, type NumberedCheckpoint as Numbered, type Trail, type TrailRow } from '../store/store.ts'
import type { Pin } from './pin.ts'
import { pinOf, purpose, statementOf, type Statement } from './statement.ts'

/**
 * What can be wrong. changed: a row is not as it was written, or was written without the key. missing: rows were removed.
 * spliced: a row does not follow the one before it; rows of another time or copy stand here. inserted: rows outside the
 * chain. unchained: rows without mac where there should be one. unknown_key: the ring does not hold the key a row names.
 * cut: rows up to this one were removed from the end. rewritten: the row is not the one that was signed at a checkpoint, or
 * pinned. checkpoint: its signature does not hold, or its columns were changed. checkpoint_missing: the chain tells of a
 * checkpoint that is not there. checkpoint_inserted: the chain does not tell of this one. checkpoint_order: it does not name
 * the one before it. strange: a row waits to be chained (`seq` is its number there) that was written without the key, changed, or
 * copied; it never will be.
 */
export const auditFaults = ['changed', 'missing', 'spliced', 'inserted', 'unchained', 'unknown_key', 'cut', 'rewritten', 'checkpoint', 'checkpoint_missing', 'checkpoint_inserted', 'checkpoint_order', 'strange'] as const
export type AuditFault = typeof auditFaults[number]

/** One thing wrong, and where: rows `seq` to `to`, or the checkpoint at row `seq`. */
export interface AuditFinding { readonly fault: AuditFault, readonly chain: string, readonly seq: number, readonly to: number, readonly checkpoint: string | null }

export interface AuditReport {
  /** Rows and checkpoints that were looked at. */
  readonly rows: number
  readonly checkpoints: number
  /** The first row and the last; 0 when there is none. */
  readonly from: number
  readonly to: number
  /** Rows of before the chain, which nothing binds. */
  readonly unchained: number
  /** Rows behind the last checkpoint: only their own macs speak for them, and rows after them could be gone. */
  readonly after_checkpoint: number
  /** Rows that are written down and not chained yet: they will be within a second. */
  readonly waiting: number
  /** Pins about rows that were removed since, by retention or `since`, and so say nothing. */
  readonly unpinned: number
  /** The last row that tells that a backup was put back: what was vouched for behind it, before that moment, cannot hold. */
  readonly restored: { readonly seq: number, readonly at: Instant } | null
  readonly findings: readonly AuditFinding[]
  /** How many more there are. */
  readonly more: number
}

export interface VerifyAudit {
  readonly linker: Linker
  /** PEM texts of the certificates trusted to sign checkpoints: issuers, or a signer's own. */
  readonly trusted: readonly string[]
  /** Begins at this checkpoint, which is believed when its signature holds. */
  readonly since?: string
  /** Rows that an outside log kept, in order. */
  readonly pins?: readonly Pin[]
  /** Told how many rows there will be, and of each. */
  readonly started?: (rows: number) => void
  readonly step?: () => void
}

const window_rows = 1_000
const window_checkpoints = 200
/** More findings than these are counted only. */
const findings_max = 1_000

/** Gathers findings; what is wrong with neighbours in the same way is one finding. */
function openFindings () {
  const findings: AuditFinding[] = []
  /** Where the last finding of a fault stands. */
  const lately = new Map<AuditFault, number>()
  let more = 0
  return {
    add (fault: AuditFault, seq: number, to = seq, checkpoint: string | null = null): void {
      const at = lately.get(fault) ?? -1
      const last = findings[at]
      if (last !== undefined && last.to === seq - 1 && checkpoint === null) findings[at] = { ...last, to }
      else if (findings.length < findings_max) lately.set(fault, findings.push({ fault, chain: fault === 'strange' ? waitingChain : mainChain, seq, to, checkpoint }) - 1)
      else more++
    },
    told: () => ({ findings: findings.toSorted((a, b) => a.seq - b.seq), more })
  }
}
type Findings = ReturnType<typeof openFindings>

/** A row that somebody vouched for. */
interface Vouched { readonly seq: number, readonly pin: string, readonly checkpoint: string }

const holds = ({ body, seal }: Checkpoint, trusted: readonly string[]): boolean => verifySeal({ seal, payload: body, statement: purpose, trusted }).ok

/** Judges checkpoints one after the other. */
function openCheckpointWalk (trail: Trail, trusted: readonly string[], findings: Findings, first: number) {
  /** Of which no row was seen yet: id, and digest of the body. */
  const open = new Map<string, { readonly digest: string, readonly seq: number }>()
  let [after, count, began]: [number, number, boolean] = [first, 0, false]
  let before: { readonly id: string, readonly sha256: string } | null = null

  function judge (it: Numbered, begin: number): Vouched | null {
    const statement: Statement | null = statementOf(it)
    const digest = digestOf(it.body)
    count++
    // What lies before the beginning is on its way out.
    if (it.seq >= begin) open.set(it.id, { digest, seq: it.seq })
    if (statement === null || !holds(it, trusted)) findings.add('checkpoint', it.seq, it.seq, it.id)
    else if (began && (statement.previous?.id !== before?.id || statement.previous?.sha256 !== before?.sha256)) findings.add('checkpoint_order', it.seq, it.seq, it.id)
    began = true
    before = { id: it.id, sha256: digest }
    const [head] = statement?.heads ?? []
    return head === undefined ? null : { seq: head.seq, pin: pinOf(head.mac), checkpoint: it.id }
  }
  return {
    async * vouched (begin: number): AsyncGenerator<Vouched> {
      for (;;) {
        const window = await trail.checkpoints(after, window_checkpoints)
        for (const it of window) {
          const vouched = judge(it, begin)
          if (vouched !== null) yield vouched
        }
        const last = window.at(-1)
        if (last === undefined) return
        after = last.number
      }
    },
    /** A row tells of a checkpoint. */
    told (id: string, digest: string, seq: number): void {
      const known = open.get(id)
      if (known === undefined || known.digest !== digest) findings.add('checkpoint_missing', seq, seq, id)
      open.delete(id)
    },
    end (): number {
      for (const [id, { seq }] of open) findings.add('checkpoint_inserted', seq, seq, id)
      return count
    }
  }
}

/** Compares rows with what was vouched for, both in order. */
function openVoucher (source: AsyncGenerator<Vouched> | Generator<Vouched>, findings: Findings) {
  let next: Vouched | null = null
  let [begun, highest] = [false, 0]
  const advance = async (): Promise<Vouched | null> => {
    const { done, value } = await source.next()
    begun = true
    next = done === true ? null : value
    highest = Math.max(highest, next?.seq ?? 0)
    return next
  }
  return {
    /** @returns after every voucher up to this row was looked at */
    async row (seq: number, mac: string): Promise<void> {
      if (!begun) await advance()
      for (let it = next; it !== null && it.seq <= seq; it = await advance()) {
        if (it.seq === seq && it.pin !== pinOf(mac)) findings.add('rewritten', seq, seq, it.checkpoint)
      }
    },
    /** @returns the highest row that was vouched for */
    async end (last: number): Promise<number> {
      for (let it = begun ? next : await advance(); it !== null;) it = await advance()
      if (highest > last) findings.add('cut', last + 1, highest)
      return highest
    }
  }
}

function * pinned (pins: readonly Pin[]): Generator<Vouched> {
  for (const { seq, mac_sha256, checkpoint } of pins) yield { seq, pin: mac_sha256, checkpoint }
}

/** Where verifying begins: after row `seq`, whose mac is known, and from checkpoint `number` on. */
interface Beginning { readonly seq: number, readonly mac: string | null, readonly number: number }

/** @throws Unusable when the checkpoint asked for is not there or cannot be believed */
async function beginning (trail: Trail, { since, trusted }: VerifyAudit): Promise<Beginning> {
  const found = await trail.checkpoint(since)
  const statement = found === null || !holds(found, trusted) ? null : statementOf(found)
  const [head] = statement?.heads ?? []
  if (since === undefined) {
    const [{ seq, mac } = { seq: 0, mac: null }] = statement?.begins ?? []
    return { seq, mac, number: 0 }
  }
  if (found === null || head === undefined) throw new Unusable(`there is no checkpoint ${since} with a signature that holds; "zorgpoort audit checkpoints" lists them`)
  return { seq: head.seq, mac: head.mac, number: found.number - 1 }
}

/** Judges rows one after the other. */
function openChainWalk (linker: Linker, findings: Findings, begin: Beginning) {
  /** Null when nothing is known of the row before: then only the row's own mac speaks. */
  let before: string | null = begin.mac
  let sound = begin.seq > 0
  let chained = begin.seq > 0
  let expected = begin.seq + 1
  let unchained = 0

  function judge ({ seq, link, mac }: TrailRow): boolean {
    if (link === null) return fault('changed', seq)
    if (mac === null) {
      if (chained) return fault('unchained', seq)
      unchained++
      return true
    }
    const verdict = linker.holds(link, mac)
    if (verdict !== 'yes') return fault(verdict === 'unknown' ? 'unknown_key' : 'changed', seq)
    const first = !chained
    chained = true
    const prev = link.prev === null ? null : Buffer.from(link.prev).toString('hex')
    if (first) return link.event === 'chained' && prev === null ? true : fault('missing', Math.max(seq - 1, 1))
    return !sound || prev === before ? true : fault('spliced', seq)
  }
  function fault (kind: AuditFault, seq: number): false {
    findings.add(kind, seq)
    return false
  }
  return {
    /** @returns the mac of the row, in hexadecimal */
    row (row: TrailRow): string {
      if (!Number.isSafeInteger(row.seq)) {
        findings.add('inserted', expected)
        return ''
      }
      const gap = row.seq > expected
      if (gap) findings.add('missing', expected, row.seq - 1)
      if (gap) { sound = false; chained = true }
      const good = judge(row)
      sound = good && row.mac !== null
      before = row.mac === null ? null : Buffer.from(row.mac).toString('hex')
      expected = row.seq + 1
      return before ?? ''
    },
    state: () => ({ unchained, chained, last: expected - 1 })
  }
}

/** Where the database has many writers, rows wait a moment. @returns how many */
async function waitingIn (trail: Trail, linker: Linker, findings: Findings): Promise<number> {
  for (let [after, sum] = [0, 0]; ;) {
    const window = await trail.waiting(after, window_rows)
    const ours = new Set(oursOf(linker, window.map(it => it.row)))
    for (const { number, row } of window) if (row === null || !ours.has(row)) findings.add('strange', number)
    sum += ours.size
    const last = window.at(-1)
    if (last === undefined) return sum
    after = last.number
    await turn()
  }
}

/**
 * Verifies everything as it is now; memory is bounded, however long the chain.
 * @throws Unusable when `since` names no checkpoint that can be believed
 */
export async function verifyAudit (trail: Trail, options: VerifyAudit): Promise<AuditReport> {
  const { linker, trusted, pins = [], started, step } = options
  const findings = openFindings()
  const begin = await beginning(trail, options)
  const counts = await trail.counts(begin.seq)
  started?.(counts.rows - counts.before)
  const chain = openChainWalk(linker, findings, begin)
  const checkpoints = openCheckpointWalk(trail, trusted, findings, begin.number)
  const usable = pins.filter(pin => pin.chain === mainChain && pin.seq >= begin.seq)
  const vouchers = [openVoucher(checkpoints.vouched(begin.seq), findings), openVoucher(pinned(usable), findings)]
  if (begin.mac !== null) for (const it of vouchers) await it.row(begin.seq, begin.mac)

  let [after, rows, from] = [begin.seq, 0, 0]
  let restored: AuditReport['restored'] = null
  for (;;) {
    const window = await trail.rows(after, window_rows)
    for (const row of window) {
      const mac = chain.row(row)
      for (const it of vouchers) await it.row(row.seq, mac)
      if (row.link?.event === 'checkpoint') checkpoints.told(row.link.detail ?? '', row.link.digest ?? '', row.seq)
      if (row.link?.event === 'restored') restored = { seq: row.seq, at: instant(row.link.at_ms) }
      if (rows++ === 0) from = row.seq
      step?.()
    }
    const last = window.at(-1)
    if (last === undefined || !(last.seq > after)) break
    after = last.seq
    await turn()
  }
  const { unchained, chained, last } = chain.state()
  const [signedAt = 0] = await Promise.all(vouchers.map(it => it.end(last)))
  const waiting = await waitingIn(trail, linker, findings)
  const stray = counts.rows - counts.before - rows
  if (stray > 0) findings.add('inserted', 0, 0)
  if (!chained && (unchained > 0 || (counts.messages && signedAt === 0 && waiting === 0))) findings.add('unchained', 1, Math.max(unchained, 1))
  return {
    rows, from, to: rows === 0 ? 0 : last, unchained, checkpoints: checkpoints.end(), after_checkpoint: Math.max(0, last - Math.max(signedAt, begin.seq)),
    waiting, unpinned: pins.length - usable.length, restored, ...findings.told()
  }
}
