/** Writes down what happened, in the transaction in which it happened, each row chained to the one before it. */
import type { AccountId, Fingerprint, Instant, MessageId, Sha256 } from '../core/core.ts'
import type { Ring } from '../vault/vault.ts'
import { openLinker, type Linker } from './chain.ts'
import type { Session } from './db.ts'
import { at, places, prepared, type Dialect } from './dialect.ts'
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

/** All that writes shares one chain: a database has one writer at a time, and each reads the head inside its transaction. */
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

interface Head { readonly seq: number, readonly mac: Uint8Array | null }

/**
 * @param ring the audit keys; null for a store that only reads
 * @returns what appends one row to this chain; the chain's head is read inside the transaction
 * @throws StoreUnusable when there is no ring
 */
export function auditor ({ sql, lock }: Dialect, ring: Ring | null, chain = mainChain): Audit {
  const linker = ring === null ? null : openLinker(ring)
  const last = prepared(lock(sql('audit').select(['seq', 'mac']).where('chain', at('chain')).orderBy('seq', 'desc').limit(1)))
  const append = prepared(sql('audit').insert(places(['chain', 'seq', 'prev', 'at_ms', 'event', 'message', 'account', 'detail', 'digest', 'key_id', 'mac'])))

  /** Read once per transaction: nobody else writes meanwhile, and what is undone begins a new era. */
  let known: { readonly session: Session, readonly era: number, readonly head: Head } | null = null

  async function headOf (session: Session): Promise<Head> {
    if (known !== null && known.session === session && known.era === session.era()) return known.head
    const [row] = await session.all(last, { chain })
    return row === undefined ? { seq: 0, mac: null } : { seq: whole(row, 'seq'), mac: maybe(row, 'mac', bytes) }
  }

  async function link (session: Session, { current, mac }: Linker, head: Head, { at, event, message, account = null, detail = null, digest = null }: AuditRow): Promise<Head> {
    const row = { chain, seq: head.seq + 1, prev: head.mac, at_ms: at, event, message, account, detail, digest, key_id: current }
    const made = mac(row) ?? shut()
    await session.run(append, { ...row, mac: made })
    return { seq: row.seq, mac: made }
  }

  return async (session, row) => {
    check(row)
    const keys = linker ?? shut()
    const head = await headOf(session)
    // Where nothing was chained yet the chain begins here; its first row says from where.
    const before = head.mac === null ? await link(session, keys, head, { at: row.at, event: 'chained', message: null }) : head
    known = { session, era: session.era(), head: await link(session, keys, before, row) }
  }
}
