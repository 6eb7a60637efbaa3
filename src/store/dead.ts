/** Dead letters: what was given up, and how it is tried again as if for the first time. */
import { retryFor, type MessageId, type RetryPolicies } from '../core/core.ts'
import { answering, answeredColumns, anyWork } from './answering.ts'
import type { Audit } from './audit.ts'
import type { Db, Row, Session } from './db.ts'
import type { DeadVerbs, Decided, Redriven } from './deciding.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import type { FactKeeper } from './facts.ts'
import { pushOrder } from './order.ts'
import { messageRows } from './read.ts'
import { corrections } from './refused.ts'
import { maybe, oneOf, partyOf, text, whole } from './rows.ts'
import { stoppedLister } from './stopped.ts'

/** So many are driven again in one transaction: who else wants to write waits some tens of milliseconds. */
export const redrive_max = 1_000

function statements ({ sql, lock, ofId }: Dialect) {
  const anew = {
    due_ms: at('now'), since_ms: at('now'), attempts: 0, first_failed_ms: null, last_reason: null, class: null, released: null, fence: sql.raw('fence + 1'), lease_until_ms: 0
  }
  const message = () => ofId(sql('message').select(['seq', 'answer', 'answered_by', 'answers', 'payload_gone_ms', 'delivery', 'disowned', 'voids', 'origin']), 'id', at('id'), 'seq')
  const answerOf = () => ofId(sql('message').select([...answeredColumns]).select(sql.raw(anyWork)), 'id', at('id'), 'seq')
  return {
    // Who only looks locks nothing.
    looked: { message: prepared(message()), answerOf: prepared(answerOf()) },
    locked: { message: prepared(lock(message())), answerOf: prepared(lock(answerOf())) },
    origin: prepared(ofId(sql('message').select('origin'), 'id', at('id'), 'seq')),
    // Along the message, not among all that is dead.
    dead: prepared(lock(sql('delivery').select(['id', 'kind', 'target', 'order_key']).where('message', at('seq')).whereRaw("state || '' = 'dead'"))),
    handle: prepared(sql('delivery').where('id', at('delivery')).update({ ...anew, state: 'due' })),
    push: prepared(sql('delivery').where('id', at('delivery')).update({ ...anew, state: 'blocked', first_ms: at('first_ms'), longest_ms: at('longest_ms'), total_ms: at('total_ms'), give_up_ms: at('give_up') })),
    state: prepared(sql('message').where('seq', at('seq')).update({ delivery: at('delivery') })),
    // What the gateway had answered for him may have no answer any more, or again.
    owned: prepared(sql('message').where('seq', at('seq')).update({ answer: sql.raw("case when answered_by is not null then 'answered' when disowned = 'none' then 'none' else 'awaited' end"), disowned: null }))
  }
}

type Looks = ReturnType<typeof statements>['looked']

/** @returns what a message answers; undefined where that is nothing, or not here */
async function asked (session: Session, { answerOf }: Looks, message: Row): Promise<Row | undefined> {
  const answers = maybe(message, 'answers', text)
  return answers === null ? undefined : (await session.all(answerOf, { id: answers }))[0]
}

/** Who locks several messages does so in one order. @returns each id with its place */
const turnsOf = (ids: readonly MessageId[], { alone }: Dialect): Array<[number, MessageId]> =>
  alone === null ? [...ids.entries()] : [...ids.entries()].sort(([, a], [, b]) => a < b ? -1 : 1)

/** Who drives again, and by which policy; null: only looks whether it may be. */
type Again = Decided & { readonly policies: RetryPolicies } | null

/** @returns the verbs of dead letters */
export function deadVerbs (db: Db, dialect: Dialect, audit: Audit, facts: Pick<FactKeeper, 'restored' | 'voided'>): DeadVerbs {
  const sql = statements(dialect)
  const correct = corrections(dialect)
  const order = pushOrder(dialect)
  const answers = answering(dialect, audit, facts, order)

  /** What the gateway answered in somebody's name does not say that he has the message. */
  async function answered (session: Session, message: Row): Promise<boolean> {
    if (message['answer'] !== 'answered') return false
    const [answer] = await session.all(sql.origin, { id: maybe(message, 'answered_by', text) })
    return answer?.['origin'] !== 'gateway'
  }

  /** An answer that a person refused counts no more: what it answered waits for a better one, or has it. One that its receiver refused may be tried until there is a better one. */
  async function outdated (session: Session, looks: Looks, id: MessageId, message: Row): Promise<boolean> {
    const row = await asked(session, looks, message)
    return row !== undefined && row['answered_by'] !== id && (message['disowned'] === null || row['answered_by'] !== null)
  }

  /** What its receiver said of it does not stand any more: it counts, is answered, and answers. */
  async function owned (session: Session, id: MessageId, message: Row, { by, now }: NonNullable<Again>): Promise<void> {
    await session.run(sql.owned, { seq: whole(message, 'seq') })
    await facts.restored(session, id)
    const row = await asked(session, sql.locked, message)
    if (row === undefined || row['answered_by'] === id) return
    await answers(session, row, { id, origin: oneOf(message, 'origin', ['party', 'gateway', 'import']), voids: message['voids'] === 1, account: by, now })
  }

  /** @returns why it is not driven again; null when it may be */
  async function refusal (session: Session, looks: Looks, id: MessageId, message: Row): Promise<Exclude<Redriven, 'redriven' | 'absent'> | null> {
    if (message['delivery'] !== 'dead') return 'not_dead'
    if (message['payload_gone_ms'] !== null) return 'payload_gone'
    if (await answered(session, message)) return 'answered'
    return await outdated(session, looks, id, message) || await correct.replaced(session, id) ? 'replaced' : null
  }

  async function work (session: Session, row: Row, { policies, now }: NonNullable<Again>): Promise<'waiting' | 'offered'> {
    const delivery = whole(row, 'id')
    if (oneOf(row, 'kind', ['handle', 'push']) === 'handle') {
      await session.run(sql.handle, { delivery, now })
      return 'waiting'
    }
    const { first_ms, longest_ms, total_ms } = retryFor(policies, partyOf(row, 'target'))
    await session.run(sql.push, { delivery, now, first_ms, longest_ms, total_ms, give_up: now + total_ms })
    return 'offered'
  }

  /** @param keys of what is pushed, to be gone on with */
  async function one (session: Session, id: MessageId, again: Again, keys: Map<string, Row>): Promise<Redriven> {
    const looks = again === null ? sql.looked : sql.locked
    const [message] = await session.all(looks.message, { id })
    if (message === undefined) return 'absent'
    const no = await refusal(session, looks, id, message)
    if (no !== null || again === null) return no ?? 'redriven'
    const seq = whole(message, 'seq')
    for (const row of await session.all(sql.dead, { seq })) {
      await session.run(sql.state, { seq, delivery: await work(session, row, again) })
      keys.set(`${text(row, 'target')} ${text(row, 'order_key')}`, row)
    }
    if (message['disowned'] !== null) await owned(session, id, message, again)
    await audit(session, { at: again.now, event: 'redriven', message: id, account: again.by, detail: again.reason })
    return 'redriven'
  }

  /** Each key goes on with the oldest of its messages, in whatever order they were named. */
  async function all (session: Session, ids: readonly MessageId[], again: Again): Promise<Redriven[]> {
    const [results, rows]: [Redriven[], Map<string, Row>] = [[], new Map()]
    for (const [nth, id] of turnsOf(ids, dialect)) results[nth] = await one(session, id, again, rows)
    const keys = [...rows.values()].map(row => ({ target: text(row, 'target'), order_key: text(row, 'order_key') }))
    await order.hold(session, keys)
    for (const key of keys) if (again !== null) await order.free(session, key, again.now)
    return results
  }

  return {
    deadLetters: stoppedLister(db, dialect, messageRows(dialect), 'dead'),
    async redrive (ids, decided, policies) {
      if (ids.length > redrive_max) throw new RangeError(`at most ${redrive_max} messages are driven again at once`)
      return await db.write(session => all(session, ids, { ...decided, policies }), { items: Math.max(1, ids.length), bytes: 0 })
    },
    mayRedrive: ids => db.read(session => all(session, ids, null))
  }
}
