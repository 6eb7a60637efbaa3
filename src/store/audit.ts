/** Writes down what happened, in the transaction in which it happened. */
import type { AccountId, Instant, MessageId } from '../core/core.ts'
import type { Session } from './db.ts'
import { at, places, prepared, type Dialect } from './dialect.ts'
import { whole } from './rows.ts'

export type AuditEvent = 'accepted' | 'rejected' | 'answered' | 'unanswered' | 'offered' | 'delivered' | 'later' | 'held' | 'dead'

export interface AuditRow {
  readonly at: Instant
  readonly event: AuditEvent
  readonly message: MessageId
  readonly account?: AccountId | null
  /** A code or an id; never anything of a payload. */
  readonly detail?: string | null
  /** SHA-256 of the bytes the event is about. */
  readonly digest?: string | null
}

export type Audit = (session: Session, row: AuditRow) => Promise<void>

/** @returns what appends one row to this chain; the chain's head is read inside the transaction */
export function auditor ({ sql, lock }: Dialect, chain: string): Audit {
  const head = prepared(lock(sql('audit').select('seq').where('chain', at('chain')).orderBy('seq', 'desc').limit(1)))
  const append = prepared(sql('audit').insert(places(['chain', 'seq', 'at_ms', 'event', 'message', 'account', 'detail', 'digest'])))
  return async (session, { at, event, message, account = null, detail = null, digest = null }) => {
    const [last] = await session.all(head, { chain })
    const seq = last === undefined ? 1 : whole(last, 'seq') + 1
    await session.run(append, { chain, seq, at_ms: at, event, message, account, detail, digest })
  }
}
