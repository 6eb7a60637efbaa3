/** The order of pushes: of one party and order key one at a time, in order of acceptance; and how a push comes and goes. */
import type { Knex } from 'knex'
import type { Instant, RetryPolicy } from '../core/core.ts'
import type { Row, Session, Values } from './db.ts'
import { at, hold, places, prepared, type Dialect } from './dialect.ts'
import type { Kinds } from './many.ts'
import { text, whole } from './rows.ts'

/** Pushes of one key to one party are in each other's way. */
export interface Key { readonly target: string, readonly order_key: string }
/** A message that becomes work to push. */
export interface Pushed extends Key { readonly message: number }

/**
 * What the other parts of the store do with pushes; all inside a transaction. Where many write at once one of them at a time does something
 * with a key, until its transaction ends: who looked at what another was still changing would leave a push blocked that nobody frees.
 * Whoever locks rows does so in this order: the message, its work, the key, the work of others under it.
 */
export interface Order {
  /** The message is to be pushed, by this policy: due, or blocked by what stands in its way. */
  begin (session: Session, it: Pushed, policy: RetryPolicy, now: Instant): Promise<void>
  /** Work of this key, of another kind or in another state, becomes a push as if for the first time; who had it under a lease has it no more. */
  turn (session: Session, delivery: number, key: Key, policy: RetryPolicy, now: Instant): Promise<void>
  /** Something of this key has come to its end, or stopped: what waited longest for it is due, unless something else is in its way. */
  free (session: Session, key: Key, now: Instant): Promise<void>
  /** Takes away what was left to do for a message: its receiver has it. @returns whether there was anything */
  end (session: Session, message: number, now: Instant): Promise<boolean>
  /** Nobody else does anything with these keys until the transaction ends. */
  hold (session: Session, keys: readonly Key[]): Promise<void>
  /** The order key of a message is another by now, with that of what answered it: their work moves to the new key, and its old one is freed. */
  realign (session: Session, message: number, now: Instant): Promise<void>
}

/**
 * In the way of a push: another of its key that is due, an earlier one that is blocked, and what came earlier and is still shown to
 * handlers. What is held or dead is in nobody's way. Each is found by one step through an index of its own.
 */
const inWay = (target: string, key: string, message: string, others = ''): string => `exists (
    select 1 from delivery as p where p.kind = 'push' and p.state = 'due' and p.target = ${target} and p.order_key = ${key}${others})
  or exists (select 1 from delivery as h where h.kind = 'handle' and h.state = 'due' and h.target = ${target} and h.order_key = ${key} and h.message < ${message})
  or exists (select 1 from delivery as b where b.state = 'blocked' and b.target = ${target} and b.order_key = ${key} and b.message < ${message})`

const stateBy = (obstacle: string): string => `case when ${obstacle} then 'blocked' else 'due' end`
const policyColumns = ['first_ms', 'longest_ms', 'total_ms'] as const
const policyKinds: Kinds = { first_ms: 'number', longest_ms: 'number', total_ms: 'number', now: 'number', give_up: 'number' }

/**
 * @returns the numbers of the message marked so, and of what answered it, which has its order key: one after the other, because who asks
 * for this or that of a table may have it read whole
 */
export function withAnswers ({ sql, events, among }: Dialect, message: string): Knex.QueryBuilder {
  const answers = sql(events('told')).select('detail').where('event', 'answered').where('message', sql('message').select('id').where('seq', at(message)))
  return sql('message').select('seq').where('seq', at(message)).unionAll(sql('message').select('seq').where(among('id', answers)))
}

function statements (dialect: Dialect) {
  const { sql, among, many } = dialect
  const push = { kind: 'push', lease_until_ms: 0, attempts: 0, due_ms: at('now'), since_ms: at('now'), ...places(policyColumns), give_up_ms: at('give_up') }
  const key = [at('target'), at('order_key')]
  const own = inWay('delivery.target', 'delivery.order_key', 'delivery.message', ' and p.id <> delivery.id')
  const fresh = '(select m.order_key from message as m where m.seq = delivery.message)'
  return {
    begin: many(prepared(sql('delivery').insert({
      ...places(['message', 'target', 'order_key']), ...push, fence: 0,
      state: sql.raw(stateBy(inWay('?', '?', '?')), [...key, ...key, at('message'), ...key, at('message')])
    })), { message: 'number', target: 'text', order_key: 'text', ...policyKinds }),
    turn: many(prepared(sql('delivery').where('id', at('delivery')).update({
      ...push, fence: sql.raw('fence + 1'), first_failed_ms: null, last_reason: null, class: null, state: sql.raw(stateBy(own))
    })), { delivery: 'number', ...policyKinds }),
    waits: many(prepared(sql('delivery').select('id').whereRaw("state = 'blocked'").where({ target: at('target'), order_key: at('order_key') }).limit(1)), { target: 'text', order_key: 'text' }),
    free: many(prepared(sql('delivery').where('id', sql.raw("(select b.id from delivery as b where b.state = 'blocked' and b.target = ? and b.order_key = ? order by b.message limit 1)", key))
      // Asked one by one: by "not exists" all that is due is read where there are many to be freed.
      .whereRaw("(select 1 from delivery as p where p.kind = 'push' and p.state = 'due' and p.target = ? and p.order_key = ? limit 1) is null", key)
      .whereRaw("(select 1 from delivery as h where h.kind = 'handle' and h.state = 'due' and h.target = ? and h.order_key = ? and h.message < delivery.message limit 1) is null", key)
      .update({ state: 'due', due_ms: at('now'), since_ms: at('now') })), { target: 'text', order_key: 'text', now: 'number' }),
    left: prepared(sql('delivery').where('message', at('message')).select(['target', 'order_key'])),
    end: prepared(sql('delivery').where('message', at('message')).delete()),
    // Of each by itself: who joins the messages may have them read whole.
    moved: prepared(sql('delivery').where(among('message', withAnswers(dialect, 'message'))).whereRaw(`order_key <> ${fresh}`)
      .select(['id', 'message', 'target', 'order_key', 'state', sql.raw(`${fresh} as fresh`)])),
    // Blocked first, so that it is in nobody's way in the new key before it is known what is in its own.
    leave: prepared(sql('delivery').where('id', at('delivery')).update({ order_key: at('fresh'), state: sql.raw("case when kind = 'push' and state = 'due' then 'blocked' else state end") }).returning('state')),
    // It is found by a look from now on, which may have passed where it stood; what waits for its next try does so still.
    settle: prepared(sql('delivery').where('id', at('delivery')).whereRaw("state = 'blocked'").whereRaw(`not (${own})`).update({
      state: 'due', due_ms: sql.raw('case when due_ms > ? then due_ms else ? end', [at('now'), at('now')]), since_ms: sql.raw("case when ? = 'blocked' then ? else since_ms end", [at('was'), at('now')])
    }).returning('id')),
    fenced: prepared(sql('delivery').where('id', at('delivery')).whereRaw("state = 'blocked'").update({ fence: sql.raw('fence + 1'), lease_until_ms: 0 }))
  }
}

const nameOf = ({ target, order_key }: Key): string => `order|${target}|${order_key}`
const keyOf = (row: Row): Key => ({ target: text(row, 'target'), order_key: text(row, 'order_key') })
const policyValues = (policy: RetryPolicy, now: Instant): Values => ({ ...policy, now, give_up: now + policy.total_ms })

/** @returns the key of a message's work: what has none of its own, because it was erased, is in nobody's way */
export const workKey = (message: number, order_key: string): string => order_key === '' ? `#${message}` : order_key

const freshKey = (row: Row): string => workKey(whole(row, 'message'), text(row, 'fresh'))

export function pushOrder (dialect: Dialect): Order {
  const sql = statements(dialect)
  const alone = async (session: Session, keys: readonly Key[]): Promise<void> => await hold(session, dialect, ...keys.map(nameOf))
  // Mostly nothing waits, which is soon seen.
  const next = async (session: Session, { target, order_key }: Key, now: Instant): Promise<void> => {
    if ((await session.all(sql.waits, { target, order_key })).length > 0) await session.run(sql.free, { target, order_key, now })
  }
  return {
    hold: alone,
    async free (session, key, now) {
      await alone(session, [key])
      await next(session, key, now)
    },
    async begin (session, { message, target, order_key: key }, policy, now) {
      const order_key = workKey(message, key)
      await alone(session, [{ target, order_key }])
      await session.run(sql.begin, { message, target, order_key, ...policyValues(policy, now) })
    },
    async turn (session, delivery, key, policy, now) {
      await alone(session, [key])
      await session.run(sql.turn, { delivery, ...policyValues(policy, now) })
    },
    async end (session, message, now) {
      const left = (await session.all(sql.left, { message })).map(keyOf)
      if (left.length === 0) return false
      await alone(session, left)
      await session.run(sql.end, { message })
      for (const key of left) await next(session, key, now)
      return true
    },
    async realign (session, message, now) {
      const moving = async (): Promise<Row[]> => await session.all(sql.moved, { message })
      const before = await moving()
      await alone(session, before.flatMap(row => [keyOf(row), { target: text(row, 'target'), order_key: freshKey(row) }]))
      // What was seen before nobody else could change it may have come to its end.
      for (const row of before.length === 0 || dialect.alone === null ? before : await moving()) {
        const delivery = whole(row, 'id')
        await session.run(sql.leave, { delivery, fresh: freshKey(row) })
        await session.run(sql.settle, { delivery, was: text(row, 'state'), now })
        // One that was under way and now is behind another is done again when its turn comes.
        await session.run(sql.fenced, { delivery })
        await next(session, keyOf(row), now)
      }
    }
  }
}
