/** Delivery work under leases: claimed, renewed, handed back, and finished together with what it caused. */
import { isRejecting, never, type Finding, type Instant } from '../core/core.ts'
import { closingAll, type Accept, type Closing } from './accept.ts'
import type { Audit } from './audit.ts'
import { StoreFailure, type Db, type Row, type Session, type Statement } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import type { FactKeeper } from './facts.ts'
import { pushOrder, type Key } from './order.ts'
import { reopener, type Reopen } from './reopen.ts'
import { claimed, envelopeColumns, maybe, message, never_ms, text, whole } from './rows.ts'
import type { Safe } from './safe.ts'
import { askTogether, together } from './step.ts'
import { taskOpener } from './tasks.ts'
import { behind, firstOf, handleQueue, heldQueue, inState, lookValues, passed, placeOf, queueOf, sinceLook, type Look, type Place, type Tide } from './tide.ts'
import type { Acceptance, Finish, Finished, Store } from './verbs.ts'

type Outcome = Finish['outcome']
type Verbs = Pick<Store, 'claim' | 'renew' | 'release' | 'finish'>

function statements (dialect: Dialect) {
  const { sql, lockFree, among, ofWork, many, giving } = dialect
  const rise = sql.raw('fence + 1')
  const held = () => sql('delivery').where({ id: at('delivery'), fence: at('fence'), state: 'due' })
  const ready = (what: string) => sinceLook(dialect, sql('delivery').select('id').whereRaw(what)).where('due_ms', '<=', at('now')).orderByRaw('due_ms, id limit ?', [at('limit')])
  const free = lockFree(ready(inState(dialect, 'handle', 'due')).where('lease_until_ms', '<=', at('now')))
  const change = { fence: rise, lease_until_ms: 0 }
  return {
    waits: prepared(ready(inState(dialect, 'handle', 'held'))),
    // The message first, as whoever ends its work does; what another has in hand is passed over. Of what is picked each is looked at, not all that is held.
    waited: prepared(sql('delivery').where(among('id', lockFree(sql('delivery as d').join('message as m', 'm.seq', 'd.message').select('d.id').whereRaw("d.kind || d.state = 'handleheld'")
      .where(among('d.id', ready(inState(dialect, 'handle', 'held')))), 'm', 'd'))).update({ state: 'due', since_ms: at('now') }).returning(['id', 'message', 'due_ms'])),
    claim: prepared(sql('delivery').update({ fence: rise, attempts: sql.raw('attempts + 1'), lease_until_ms: at('until') })
      .where(among('id', free)).returning(['id', 'message', 'fence', 'attempts', 'first_failed_ms', 'lease_until_ms', 'due_ms', 'released'])),
    renew: prepared(held().update({ lease_until_ms: at('until') })),
    release: prepared(held().update({ ...change, attempts: sql.raw('attempts - 1') }).returning(['id', 'kind', 'target', 'due_ms'])),
    work: many(prepared(sql('delivery').select(['target', 'order_key']).where('id', at('delivery'))), { delivery: 'number' }),
    leased: many(prepared(ofWork(at('delivery')).where({ 'd.fence': at('fence'), 'd.state': 'due' }).select(['d.message', 'd.kind', 'd.target', 'd.order_key'])), { delivery: 'number', fence: 'number' }),
    failed: prepared(sql('delivery').where('id', at('delivery')).update({
      ...change, due_ms: at('due'), last_reason: at('reason'), first_failed_ms: sql.raw('coalesce(first_failed_ms, ?)', [at('now')]),
      give_up_ms: sql.raw('coalesce(first_failed_ms, ?) + total_ms', [at('now')])
    })),
    putOff: prepared(sql('delivery').where('id', at('delivery')).update({
      ...change, due_ms: at('due'), last_reason: at('reason'), attempts: sql.raw('attempts - 1'),
      // A handler that puts off did not fail; an endpoint that is busy did not take it.
      first_failed_ms: sql.raw("case when kind = 'push' then first_failed_ms end")
    })),
    // When handlers look again it is as if for the first time.
    hold: prepared(sql('delivery').where('id', at('delivery')).update({ ...change, state: 'held', last_reason: at('reason'), due_ms: at('due'), since_ms: at('now'), attempts: 0, first_failed_ms: null })),
    giveUp: prepared(sql('delivery').where('id', at('delivery')).update({ ...change, state: 'dead', class: at('class'), last_reason: at('reason'), due_ms: never_ms, since_ms: at('now') })),
    gone: many(prepared(sql('delivery').where('id', at('delivery')).delete()), { delivery: 'number' }),
    offered: many(giving(sql('message').where('seq', at('seq')), {
      delivery: 'offered', offered_ms: sql.raw('coalesce(offered_ms, ?)', [at('now')]), answer_due_ms: sql.raw('coalesce(answer_due_ms, ?)', [at('answer_due')])
    }, ['id', 'data_key', 'kek_id']), { seq: 'number', now: 'number', answer_due: 'number' }),
    delivered: many(giving(sql('message').where('seq', at('seq')), {
      delivery: 'delivered', offered_ms: sql.raw('coalesce(offered_ms, ?)', [at('now')]), delivered_ms: at('now')
    }, ['id']), { seq: 'number', now: 'number' }),
    state: prepared(sql('message').where('seq', at('seq')).update({ delivery: at('state') }).returning('id')),
    rejected: prepared(sql('message').where('seq', at('seq')).update({ verdict: 'rejected', delivery: at('delivery'), offered_ms: at('offered') }).returning(['id', 'answers', 'data_key', 'kek_id'])),
    finding: prepared(sql('finding').insert({ message: at('seq'), body: at('body') }).onConflict('message').merge()),
    id: prepared(sql('message').select('id').where('seq', at('seq')))
  }
}

const oldest = (a: Row, b: Row): number => whole(a, 'due_ms') - whole(b, 'due_ms') || whole(a, 'id') - whole(b, 'id')

/** @returns what makes claims of rows under a lease, oldest first, each with the envelope of its message; statements for a list of any length are kept per length */
export function leases ({ sql }: Dialect) {
  const known = new Map<number, Statement>()
  const statementFor = (count: number): Statement => {
    const places = Array.from({ length: count }, (_, n) => at(`seq${n}`))
    const statement = known.get(count) ?? prepared(sql('message').select(['seq', ...envelopeColumns]).whereIn('seq', places))
    known.set(count, statement)
    return statement
  }
  return async <T>(session: Session, rows: readonly Row[], make: (lease: Row, envelope: Row) => T): Promise<T[]> => {
    if (rows.length === 0) return []
    const seqs = Object.fromEntries(rows.map((row, n) => [`seq${n}`, whole(row, 'message')]))
    const envelopes = new Map((await session.all(statementFor(rows.length), seqs)).map(row => [row['seq'], row]))
    return rows.toSorted(oldest).map(row => make(row, envelopes.get(row['message']) ?? {}))
  }
}

/** All of one item or nothing of it: whatever is wrong with it is no reason to undo the others. @throws StoreFailure */
async function alone (session: Session, work: () => Promise<Finished>): Promise<Finished> {
  try {
    return await session.nested(work)
  } catch (error) {
    if (error instanceof StoreFailure) throw error
    return 'refused'
  }
}

/** @throws Error when one of them is refused: then none may stay */
async function storeCaused (session: Session, accept: Accept, caused: readonly Closing[]): Promise<void> {
  for (const item of caused) if ((await accept(session, item)).kind === 'refused') throw new Error('a caused message was refused')
}

/** It is in nobody's way any more, and what waits for it is the same whichever of several leaves last. */
const leaves = ({ outcome }: Finish): boolean => outcome.kind === 'delivered' || (outcome.kind === 'offered' && (outcome.push ?? null) === null)
const keyOf = (row: Row): string => `${text(row, 'target')}|${text(row, 'order_key')}`

/** The work whose outcome is recorded. */
interface Leased extends Key { readonly delivery: number, readonly seq: number, readonly pushed: boolean }

const leasedOf = (row: Row, delivery: number): Leased =>
  ({ delivery, seq: whole(row, 'message'), pushed: row['kind'] === 'push', target: text(row, 'target'), order_key: text(row, 'order_key') })

/** @returns what records how a delivery ended, inside a transaction */
function recorder (dialect: Dialect, sql: ReturnType<typeof statements>, reopen: Reopen, audit: Audit, facts: FactKeeper, safe: Safe) {
  const order = pushOrder(dialect)

  async function tell (session: Session, seq: number, rows: readonly Row[], findings: readonly Finding[]): Promise<void> {
    if (findings.length === 0) return
    for (const row of rows) await session.run(sql.finding, { seq, body: safe.of(row, message(row, 'id')).close('findings', Buffer.from(JSON.stringify(findings))) })
  }

  /** What is offered is pushed from now on, or only lies in the mailbox; so does what was pushed to an endpoint that was taken away. */
  async function offer (session: Session, { delivery, seq, pushed, ...key }: Leased, { answer_due = null, push = null }: Extract<Outcome, { kind: 'offered' }>, now: Instant): Promise<Row[]> {
    if (push === null) await leave(session, delivery, key, now)
    else await order.turn(session, delivery, key, push, now)
    if (!pushed) await facts.counted(session, seq)
    return await session.all(sql.offered, { seq, now, answer_due })
  }

  async function leave (session: Session, delivery: number, key: Key, now: Instant): Promise<void> {
    await session.run(sql.gone, { delivery })
    await order.free(session, key, now)
  }

  async function reject (session: Session, { delivery, seq, ...key }: Leased, { findings, deliver = false, push = null }: Extract<Outcome, { kind: 'rejected' }>, now: Instant): Promise<Row[]> {
    if (deliver && push !== null) await order.turn(session, delivery, key, push, now)
    else await leave(session, delivery, key, now)
    const rows = await session.all(sql.rejected, { seq, delivery: deliver ? 'offered' : 'none', offered: deliver ? now : null })
    await tell(session, seq, rows, findings)
    return rows
  }

  /** @throws Error when it is no outcome of a push: only handlers hold or reject */
  return async function record (session: Session, work: Leased, outcome: Outcome, now: Instant): Promise<void> {
    const { delivery, seq, pushed } = work
    const told = async (rows: readonly Row[], detail: string | null): Promise<void> => {
      for (const row of rows) await audit(session, { at: now, event: outcome.kind, message: message(row, 'id'), detail })
    }
    if (pushed && (outcome.kind === 'held' || outcome.kind === 'rejected')) throw new Error('a push is neither held nor rejected')
    switch (outcome.kind) {
      case 'offered': {
        const rows = await offer(session, work, outcome, now)
        await tell(session, seq, rows, outcome.findings ?? [])
        return await told(rows, pushed ? 'mailbox' : null)
      }
      case 'delivered':
        await leave(session, delivery, work, now)
        // What was pushed counts since it was offered, or was rejected and never does.
        if (!pushed) await facts.counted(session, seq)
        return await told(await session.all(sql.delivered, { seq, now }), pushed ? 'pushed' : null)
      case 'later': {
        const { due, reason, counts } = outcome
        await session.run(counts ? sql.failed : sql.putOff, { delivery, due, reason, now })
        return await told(await session.all(sql.id, { seq }), reason)
      }
      case 'held':
        await session.run(sql.hold, { delivery, reason: outcome.reason, due: outcome.until ?? never_ms, now })
        await order.free(session, work, now)
        return await told(await session.all(sql.state, { seq, state: outcome.kind }), outcome.reason)
      case 'dead':
        await session.run(sql.giveUp, { delivery, reason: outcome.reason, class: outcome.class, now })
        await order.free(session, work, now)
        return await told(await session.all(sql.state, { seq, state: outcome.kind }), outcome.reason)
      case 'rejected': {
        const rows = await reject(session, work, outcome, now)
        await told(rows, outcome.findings.find(isRejecting)?.code ?? null)
        for (const row of rows) await reopen(session, message(row, 'id'), maybe(row, 'answers', message), now)
        return
      }
      default:
        return never(outcome)
    }
  }
}

/** @returns the verbs of the worker */
export function queueVerbs (db: Db, dialect: Dialect, accept: Accept, audit: Audit, facts: FactKeeper, safe: Safe, tide: Tide): Verbs {
  const sql = statements(dialect)
  const passing = passed(dialect, 'handle', tide)
  const withEnvelopes = leases(dialect)
  const record = recorder(dialect, sql, reopener(dialect, audit, facts), audit, facts, safe)
  const openTasks = taskOpener(dialect, audit)

  async function finishOne (session: Session, { delivery, fence, outcome, history, tasks = [] }: Finish, caused: readonly Closing[], now: Instant): Promise<Finished> {
    const [row] = await session.all(sql.leased, { delivery, fence })
    if (row === undefined) return 'stale'
    if (history !== undefined && !await facts.isOf(session, history)) return 'outdated'
    await storeCaused(session, accept, caused)
    await record(session, leasedOf(row, delivery), outcome, now)
    await openTasks(session, whole(row, 'message'), tasks, now)
    return 'done'
  }

  return {
    async claim (limit, lease_ms, now) {
      const { claims, looks } = await db.write(async session => {
        await passing(session, now)
        const looks: Array<readonly [queue: string, look: Look, rows: readonly Row[], took_ms: number]> = []
        const look = async (queue: string, statement: Statement, place: (look: Look) => Place, first: Statement | null = null): Promise<readonly Row[]> => {
          const [look, began] = [tide.from(queue, now), performance.now()]
          const values = { ...lookValues(place(look)), limit, now, until: now + lease_ms }
          const rows = first !== null && (await session.all(first, values)).length === 0 ? [] : await session.all(statement, values)
          looks.push([queue, look, rows, performance.now() - began])
          return rows
        }
        // What is held is joined to messages of all months: mostly there is nothing.
        const waited = await look(heldQueue, sql.waited, it => it, sql.waits)
        for (const row of waited) await session.all(sql.state, { seq: whole(row, 'message'), state: 'waiting' })
        // What waited is due since then, which may have been passed.
        const rows = await look(handleQueue, sql.claim, it => waited.map(placeOf).reduce(firstOf, it))
        return { claims: await withEnvelopes(session, rows, claimed), looks }
      })
      for (const [queue, look, rows, took_ms] of looks) tide.found(queue, now, look, behind(rows, limit), took_ms)
      return claims
    },
    renew: (delivery, fence, until) => db.write(async session => await session.run(sql.renew, { delivery, fence, until }) === 1),
    async release (claims) {
      const rows = await db.write(async session => {
        const all: Row[] = []
        for (const { delivery, fence } of claims) all.push(...await session.all(sql.release, { delivery, fence }))
        return all
      })
      for (const row of rows) tide.back(queueOf(row), placeOf(row))
    },
    async finish (items, now) {
      const all = closingAll(safe, facts, items.flatMap(item => item.caused ?? []))
      const closed = Array.isArray(all) ? all : await all
      const left = [...closed]
      const work = items.map(item => ({ item, caused: left.splice(0, item.caused?.length ?? 0) }))
      return await db.write(async session => {
        const rows = dialect.alone === null ? [] : await askTogether(session, sql.work, items.map(({ delivery }) => ({ delivery })))
        const keys = new Map(items.map((item, nth) => [item, rows[nth]?.map(keyOf) ?? []]))
        return await together(session, dialect, work, {
          bytes: () => 0,
          // What a handler made of it, or judged by history, may touch anything.
          touches ({ item, caused }) {
            if (caused.length > 0 || item.history !== undefined || (item.tasks ?? []).length > 0) return null
            const [own, key] = [`work|${item.delivery}`, keys.get(item) ?? []]
            return leaves(item) ? { changes: [own], shares: key.map(it => [it, 'leaves']) } : { changes: [own, ...key] }
          },
          each: (part, { item, caused }) => finishOne(part, item, caused, now),
          alone: (_, { item, caused }) => alone(session, () => finishOne(session, item, caused, now))
        })
      }, weigh(items.flatMap(item => item.caused ?? [])))
    }
  }
}

/** How heavy messages to be stored are. */
export function weigh (items: readonly Acceptance[]) {
  const all = items.flatMap(item => [item, ...item.caused ?? []])
  return { items: Math.max(1, all.length), bytes: all.reduce((sum, item) => sum + item.payload.byteLength, 0) }
}
