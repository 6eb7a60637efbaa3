/** What an answer that counts no more has answered: it has none any more, so that a better one can come, where one can. The other way round is `answering.ts`. */
import type { Instant, MessageId } from '../core/core.ts'
import type { Audit } from './audit.ts'
import type { Session } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import type { FactKeeper } from './facts.ts'

/** @param by the answer that counts no more @param answered what it answered, if anything. Inside a transaction. */
export type Reopen = (session: Session, by: MessageId, answered: MessageId | null, now: Instant) => Promise<void>

export function reopener ({ sql, ofId }: Dialect, audit: Audit, facts: Pick<FactKeeper, 'restored'>): Reopen {
  // To what was rejected before it was offered nobody but the gateway has an answer; of what its receiver refused none is awaited.
  const unanswered = prepared(ofId(sql('message').where('answered_by', at('by')), 'id', at('answered'), 'seq').whereRaw("(verdict <> 'rejected' or offered_ms is not null)").update({ answer: sql.raw("case when disowned is null then 'awaited' else 'none' end"), answered_by: null }))
  return async (session, by, answered, now) => {
    if (answered === null || await session.run(unanswered, { answered, by }) === 0) return
    await facts.restored(session, by)
    await audit(session, { at: now, event: 'unanswered', message: answered, detail: by })
  }
}
