/** What an answer that counts makes of the message it answers. That it counts no more is `reopen.ts`. */
import type { AccountId, Instant, MessageId } from '../core/core.ts'
import type { Audit } from './audit.ts'
import type { Row, Session } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import type { FactKeeper } from './facts.ts'
import type { Order } from './order.ts'
import { message, text, whole } from './rows.ts'
import type { Envelope } from './verbs.ts'

/** An answer, and who had it count, when. */
export interface Counting {
  readonly id: MessageId
  readonly origin: Envelope['origin']
  /** It rejects what it answers as a whole. */
  readonly voids: boolean
  readonly account: AccountId | null
  readonly now: Instant
}

/** Columns of a message that are asked, and locked, before an answer to it counts. */
export const answeredColumns = ['seq', 'id', 'delivery', 'answered_by', 'offered_ms', 'disowned'] as const
/**
 * Asked beside them, as `work`: whether there is any, as it was before another let go of the message; so a yes is to be looked at again,
 * and a no where it died meanwhile.
 */
export const anyWork = '(select count(*) from delivery as d where d.message = message.seq) as work'

/** @param row of the message that is answered. Inside a transaction. */
export type Answering = (session: Session, row: Row, by: Counting) => Promise<void>

/** @returns what makes an answer count: the only one there is from then on */
export function answering ({ sql }: Dialect, audit: Audit, facts: Pick<FactKeeper, 'restored' | 'voided'>, order: Pick<Order, 'end'>): Answering {
  const one = () => sql('message').where('seq', at('seq'))
  const answered = { answer: 'answered', answered_by: at('by') }
  const [bySomebody, byGateway] = [prepared(one().update({ ...answered, disowned: null })), prepared(one().update(answered))]
  const arrived = prepared(one().update({ delivery: 'delivered', delivered_ms: at('now') }))
  return async (session, row, { id, origin, voids, account, now }) => {
    const [seq, party] = [whole(row, 'seq'), origin !== 'gateway']
    // What the gateway answers in somebody's name does not say that he has the message, or can use it.
    await session.run(party ? bySomebody : byGateway, { seq, by: id })
    if (party && row['disowned'] !== null) await facts.restored(session, text(row, 'id'))
    if (voids) await facts.voided(session, seq, id)
    await audit(session, { at: now, event: 'answered', message: message(row, 'id'), account, detail: id })
    // Who answers has it: what was still tried, or given up, is delivered.
    if (!party || row['offered_ms'] === null || (whole(row, 'work') === 0 && row['delivery'] !== 'dead')) return
    if (!await order.end(session, seq, now)) return
    await session.run(arrived, { seq, now })
    await audit(session, { at: now, event: 'delivered', message: message(row, 'id'), account, detail: 'answered' })
  }
}
