/** Writes down what happened, in the transaction in which it happened; with one writer, each row is chained to the one before it at once. */
import type { AccountId, Fingerprint, Instant, MessageId, Sha256 } from '../core/core.ts'
import type { Ring } from '../vault/vault.ts'
import { openLinker, type Link, type Linker } from './chain.ts'
import type { Session } from './db.ts'
import { places, prepared, type Dialect } from './dialect.ts'
import { bytes, maybe, whole } from './rows.ts'
import { shut } from './safe.ts'

/** Everything that is ever written down. A new event is added here, and told in README.md where people look for it. */
export const auditEvents = [
  // the audit itself
  'chained', 'checkpoint', 'audit_removed',
  // the database: copied, put back from a copy, moved in from another
  'backed_up', 'restored', 'moved',
  // a message
  'accepted', 'signed', 'rejected', 'answered', 'unanswered', 'offered', 'delivered', 'later', 'held', 'dead', 'payload_read', 'refused',
  // what a person decided about it, his reason in the detail; what a handler asks a person to do about it, and what became of that
  'redriven', 'released', 'refused_by_person', 'task', 'task_done', 'task_refused',
  // a person had a destination tried at once; the detail is whose it is, and his reason
  'destination_tried',
  // its sender was told by an Fo01 why it was refused, could not be, or is to be after all; the detail is the notice, its code, and why
  'notice_sent', 'notice_dead', 'notice_again',
  // keeping and forgetting
  'swept', 'rewrapped', 'remarked', 'erased', 'erasure',
  // what rules know of earlier messages: one taken in to be known only, all of an import, derived anew, complete from a date
  'imported', 'history_imported', 'history_rebuilt', 'history_complete',
  // the register
  'party_changed', 'account_changed', 'account_stopped', 'certificate_added', 'certificate_removed', 'mandate_given', 'mandate_ended',
  // external sources; the detail is the list, its rows, and how many parts were taken in and removed; the digest is that of the file
  'sources_imported',
  // a batch; the detail is its id
  'batch_received', 'batch_done'
] as const
export type AuditEvent = typeof auditEvents[number]

export interface AuditRow {
  readonly at: Instant
  readonly event: AuditEvent
  /** Null for what is not about one message: the register, keys, a sweep. */
  readonly message: MessageId | null
  readonly account?: AccountId | null
  /** Codes, ids and digests, as `isDetail` says; never anything of a payload, a name, or what a client chose. */
  readonly detail?: string | null
  /** SHA-256 of the bytes the event is about. */
  readonly digest?: Sha256 | Fingerprint | null
}

export type Audit = (session: Session, row: AuditRow) => Promise<void>

/** All that writes shares one chain: one at a time adds to it, and reads its head inside the transaction. */
export const mainChain = 'main'

const part = '(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|(?![A-Za-z0-9_.-]*\\d{9})[A-Za-z0-9][A-Za-z0-9_.-]{0,99})'
const detailPattern = new RegExp(`^${part}(?:[:,] ?${part}){0,9}$`)
const digestPattern = /^[0-9a-f]{64}$/
const messagePattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const accountPattern = /^[a-z0-9][a-z0-9.-]{0,63}$/

/**
 * @returns whether the text may stand in a row: up to ten parts joined by `:` or `,`, each a UUID, a SHA-256 in
 * hexadecimal, or a word of 1 to 100 letters, digits, `_`, `-` and `.` without nine digits in a row (a Bsn has nine)
 */
export const isDetail = (text: string): boolean => detailPattern.test(text)

const events: ReadonlySet<string> = new Set(auditEvents)

/** A row cannot be mended later, so what may not stand in it stops the transaction. The values are not told. @throws TypeError */
function check ({ event, message, account = null, detail = null, digest = null }: AuditRow): void {
  if (!events.has(event)) throw new TypeError('an event that the audit does not know')
  if (detail !== null && !isDetail(detail)) throw new TypeError(`the detail of ${event} holds more than codes, ids and digests`)
  if (digest !== null && !digestPattern.test(digest)) throw new TypeError(`the digest of ${event} is no SHA-256`)
  if (message !== null && !messagePattern.test(message)) throw new TypeError(`the message of ${event} is no id`)
  if (account !== null && !accountPattern.test(account)) throw new TypeError(`the account of ${event} is no account`)
}

/** What is written down of an event, before it has a place in the chain. */
export type Told = Omit<Link, 'chain' | 'seq' | 'prev' | 'key_id' | 'nonce'>

/** @throws TypeError when something in it may not stand in a row */
export function toldOf (row: AuditRow): Told {
  check(row)
  const { at: at_ms, event, message, account = null, detail = null, digest = null } = row
  return { at_ms, event, message, account, detail, digest }
}

/** The last row of the chain; 0 and null where there is none. */
export interface Head { readonly seq: number, readonly mac: Uint8Array | null }

/** @returns what reads the head; it stays the head until the transaction ends where there is one writer, or who asks holds the chain */
export function headReader ({ sql, lock }: Dialect): (session: Session) => Promise<Head> {
  const last = prepared(lock(sql('audit').select(['seq', 'mac']).where('chain', mainChain).orderBy('seq', 'desc').limit(1)))
  return async session => {
    const [row] = await session.all(last)
    return row === undefined ? { seq: 0, mac: null } : { seq: whole(row, 'seq'), mac: maybe(row, 'mac', bytes) }
  }
}

/** The first row of a chain: it says from where on rows are bound. */
export const firstTold = (at_ms: number): Told => ({ at_ms, event: 'chained', message: null, account: null, detail: null, digest: null })

/**
 * @param ring the audit keys; null for a store that only reads
 * @returns what appends one row to the chain at once, for a database with one writer; the chain's head is read inside the transaction
 * @throws StoreUnusable when there is no ring
 */
export function auditor (dialect: Dialect, ring: Ring | null): Audit {
  const linker = ring === null ? null : openLinker(ring)
  const last = headReader(dialect)
  const append = prepared(dialect.sql('audit').insert(places(['chain', 'seq', 'prev', 'at_ms', 'event', 'message', 'account', 'detail', 'digest', 'key_id', 'mac'])))

  /** Read once per transaction: nobody else writes meanwhile, and what is undone begins a new era. */
  let known: { readonly session: Session, readonly era: number, readonly head: Head } | null = null

  const headOf = async (session: Session): Promise<Head> =>
    known !== null && known.session === session && known.era === session.era() ? known.head : await last(session)

  async function link (session: Session, { current, mac }: Linker, head: Head, told: Told): Promise<Head> {
    const row = { chain: mainChain, seq: head.seq + 1, prev: head.mac, ...told, key_id: current }
    const made = mac(row) ?? shut()
    await session.run(append, { ...row, mac: made })
    return { seq: row.seq, mac: made }
  }

  return async (session, row) => {
    const told = toldOf(row)
    const keys = linker ?? shut()
    const head = await headOf(session)
    // Where nothing was chained yet the chain begins here; its first row says from where.
    const before = head.mac === null ? await link(session, keys, head, firstTold(row.at)) : head
    known = { session, era: session.era(), head: await link(session, keys, before, told) }
  }
}
