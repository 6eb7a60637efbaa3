/** Pushing under leases: what may be pushed to whom and when, claimed per destination, and given up where nobody answers. */
import { breakerStates, instant } from '../core/core.ts'
import { tellsWire } from './arrivals.ts'
import type { Audit } from './audit.ts'
import type { Db, Row, Session, Values } from './db.ts'
import { at, places, prepared, type Dialect } from './dialect.ts'
import { numbering } from './numbering.ts'
import { pushOrder, type Order } from './order.ts'
import { openPayload } from './packing.ts'
import type { Destination, PushClaimed, PushVerbs } from './pushing.ts'
import { leases } from './queue.ts'
import { messageRows } from './read.ts'
import { receiptKeeper } from './receipts.ts'
import { at as instantOf, bytes, claimed, maybe, message, never_ms, oneOf, partyOf, stored, text, whole } from './rows.ts'
import type { Safe } from './safe.ts'
import { fenced } from './tenure.ts'
import { behind, inState, looksAt, lookValues, passed, placeOf, pushQueue, sinceLook, unknown, type Tide } from './tide.ts'

const destinationColumns = ['party', 'state', 'failures', 'failing_since_ms', 'open_until_ms', 'reason'] as const

const due = "kind = 'push' and state = 'due'"

/** @returns the text that finds for each target what may be claimed first */
function targetsOf (dialect: Dialect): string {
  // What is done would have to be passed to get from one target to the next: they are known besides, and each is looked at from its mark.
  if (dialect.name === 'postgres') {
    return `select t.target, it.due_ms, it.id, null as leased from push_target as t left join lateral (
      select due_ms, id from delivery where ${inState(dialect, 'push', 'due')} and target = t.target
        and (due_ms, id) >= (coalesce((?::jsonb -> t.target ->> 0)::bigint, 0), coalesce((?::jsonb -> t.target ->> 1)::bigint, 0))
        and due_ms <= ? and lease_until_ms <= ? order by due_ms, id limit 1) as it on true`
  }
  // One step through the index from each target to the next; of each the first that nobody has, and the first lease that ends.
  return `with recursive each_one(it) as (
      select min(target) from delivery where ${due} union all
      select (select min(target) from delivery where ${due} and target > each_one.it) from each_one where each_one.it is not null
    ) select it as target,
      (select due_ms from delivery where ${due} and target = it and lease_until_ms = 0 order by due_ms, id limit 1) as due_ms,
      (select lease_until_ms from delivery where kind = 'push' and lease_until_ms > 0 and target = it order by lease_until_ms limit 1) as leased
    from each_one where it is not null`
}

/** Of each policy what is given up first: SQLite goes by its index when it is not told to, PostgreSQL when it is. */
const lapsing = ({ name }: Dialect): string => {
  const old = "delivery as d where d.kind = 'push' and d.state in ('due', 'blocked') and d.target = ? and d.total_ms = each_one.it and d.give_up_ms <= ? and d.lease_until_ms <= ?"
  return name === 'sqlite'
    ? `select d.id from each_one cross join ${old} limit ?`
    : `select l.id from each_one cross join lateral (select d.id, d.give_up_ms from ${old} order by d.give_up_ms, d.id limit ?) as l order by l.give_up_ms, l.id limit ?`
}
const lapsingPlaces = ({ name }: Dialect): string[] => ['target', 'now', 'now', ...name === 'sqlite' ? ['limit'] : ['limit', 'limit']].map(at)

function statements (dialect: Dialect) {
  const { sql, lock, lockFree, among, ofId } = dialect
  const rise = { fence: sql.raw('fence + 1') }
  const left = "kind = 'push' and state in ('due', 'blocked')"
  const free = lockFree(sinceLook(dialect, sql('delivery').select('id').whereRaw(inState(dialect, 'push', 'due')).where('target', at('target'))).where('due_ms', '<=', at('now')).where('lease_until_ms', '<=', at('now'))
    .orderByRaw('due_ms, id limit ?', [at('limit')]))
  return {
    targets: prepared(sql.raw(targetsOf(dialect), dialect.name === 'sqlite' ? [] : [at('looks'), at('looks'), at('now'), at('now')])),
    claim: prepared(sql('delivery').where(among('id', free)).update({ ...rise, attempts: sql.raw('attempts + 1'), lease_until_ms: at('until') })
      .returning(['id', 'message', 'fence', 'attempts', 'first_failed_ms', 'lease_until_ms', 'due_ms', 'released', 'since_ms', 'first_ms', 'longest_ms', 'total_ms'])),
    parcel: prepared(ofId(messageRows(dialect)().join('payload as p', 'p.message', 'm.seq').select(['m.data_key', 'm.kek_id', 'm.seal', 'm.receipt', 'p.body']), 'm.id', at('id'), 'm.seq', 'p.message')),
    // Of policies there are few: of each that the destination has been failing for, what it gives up by now. What is not to be is not read.
    tooLong: prepared(lockFree(sql('delivery as w').join('message as m', 'm.seq', 'w.message').select(['w.id', 'w.message', 'w.order_key', 'w.last_reason']).whereRaw(`w.id in (with recursive each_one(it) as (
        select min(total_ms) from delivery where ${left} and target = ? and total_ms <= ? union all
        select (select min(total_ms) from delivery where ${left} and target = ? and total_ms > each_one.it and total_ms <= ?) from each_one where each_one.it is not null
      ) ${lapsing(dialect)})`, [at('target'), at('down'), at('target'), at('down'), ...lapsingPlaces(dialect)]), 'm')),
    // What was seen before nobody else could change it may have come to another end.
    lapsed: prepared(lock(sql('delivery').select(['id', 'message', 'last_reason']).where('id', at('delivery')).whereRaw(left).where('give_up_ms', '<=', at('now')).where('lease_until_ms', '<=', at('now')))),
    giveUp: prepared(sql('delivery').where('id', at('delivery')).update({ ...rise, lease_until_ms: 0, state: 'dead', class: 'partner_down', last_reason: at('reason'), due_ms: never_ms, since_ms: at('now') })),
    dead: prepared(sql('message').where('seq', at('seq')).update({ delivery: 'dead' }).returning('id')),
    reason: prepared(sql('destination').select('reason').where('party', at('target'))),
    destinations: prepared(sql('destination').select(destinationColumns).orderBy('party')),
    keep: prepared(sql('destination').insert(places(destinationColumns)).onConflict('party').merge()),
    freeLeases: ['delivery', 'notice'].map(table => prepared(sql(table).whereRaw('lease_until_ms > 0').update({ ...rise, lease_until_ms: 0 })))
  }
}

const pushClaimed = (lease: Row, envelope: Row): PushClaimed => ({
  ...claimed(lease, envelope),
  policy: { first_ms: whole(lease, 'first_ms'), longest_ms: whole(lease, 'longest_ms'), total_ms: whole(lease, 'total_ms') },
  since: instantOf(lease, 'since_ms')
})

const destination = (row: Row): Destination => ({
  party: partyOf(row, 'party'),
  state: oneOf(row, 'state', breakerStates),
  failures: whole(row, 'failures'),
  failing_since: maybe(row, 'failing_since_ms', instantOf),
  open_until: maybe(row, 'open_until_ms', instantOf),
  reason: maybe(row, 'reason', text)
})

const destinationValues = ({ party, state, failures, failing_since, open_until, reason }: Destination): Values =>
  ({ party, state, failures, failing_since_ms: failing_since, open_until_ms: open_until, reason })

const keysOf = (rows: readonly Row[]): string[] => [...new Set(rows.map(row => text(row, 'order_key')))].sort()

/** @returns what finds the pushes that waited too long, and keeps others from changing them */
function oldOnes (dialect: Dialect, sql: ReturnType<typeof statements>, order: Order) {
  return async (session: Session, target: string, down: number, limit: number, now: number): Promise<Row[]> => {
    const seen = await session.all(sql.tooLong, { target, now, down, limit })
    if (dialect.alone === null || seen.length === 0) return seen
    await order.hold(session, keysOf(seen).map(order_key => ({ target, order_key })))
    const rows: Row[] = []
    for (const row of seen) for (const it of await session.all(sql.lapsed, { delivery: whole(row, 'id'), now })) rows.push({ ...row, ...it })
    return rows
  }
}

/** @returns the verbs of who pushes */
export function pushVerbs (db: Db, dialect: Dialect, audit: Audit, safe: Safe, tide: Tide): PushVerbs {
  const sql = statements(dialect)
  const order = pushOrder(dialect)
  const tooLong = oldOnes(dialect, sql, order)
  const withEnvelopes = leases(dialect)
  const passing = passed(dialect, 'push', tide)
  const receipts = receiptKeeper(dialect, safe)
  const { numbers } = numbering(dialect)
  const wireTold = tellsWire(dialect, safe)
  const holds = fenced(dialect)

  /** What the last try of its own ended with, or where it had none, that of another message. */
  const reasonOf = (row: Row, down: string | null): string => ['exhausted', maybe(row, 'last_reason', text) ?? down].filter(it => it !== null).join(': ')

  async function giveUp (session: Session, rows: readonly Row[], down: string | null, now: number): Promise<void> {
    for (const row of rows) {
      const reason = reasonOf(row, down)
      await session.run(sql.giveUp, { delivery: whole(row, 'id'), reason, now })
      for (const it of await session.all(sql.dead, { seq: whole(row, 'message') })) await audit(session, { at: instant(now), event: 'dead', message: message(it, 'id'), detail: reason })
    }
  }

  return {
    async pushTargets (now) {
      const { rows, looks, took_ms } = await db.read(async session => {
        await passing(session, now)
        const [looks, began] = [looksAt(tide, now), performance.now()]
        const rows = await session.all(sql.targets, { now, looks: JSON.stringify(Object.fromEntries([...looks].map(([target, { due, id }]) => [target, [due, id]]))) })
        return { rows, looks, took_ms: performance.now() - began }
      })
      if (dialect.name === 'postgres') for (const row of rows) tide.found(pushQueue(text(row, 'target')), now, looks.get(text(row, 'target')) ?? unknown, row['due_ms'] === null ? null : placeOf(row), took_ms)
      const moments = (row: Row): readonly number[] => [maybe(row, 'due_ms', whole), maybe(row, 'leased', whole)].filter(it => it !== null && it <= now).map(Number)
      return rows.filter(row => moments(row).length > 0).map(row => ({ target: partyOf(row, 'target'), due: instant(Math.min(...moments(row))) }))
    },

    async claimPush (target, limit, lease_ms, now, held) {
      const { claims, ended } = await db.write(async session => {
        if (!await holds(session, held)) return { claims: [], ended: () => {} }
        await passing(session, now)
        const [look, began] = [tide.from(pushQueue(target), now), performance.now()]
        const rows = await session.all(sql.claim, { target, limit, now, until: now + lease_ms, ...lookValues(look) })
        const took_ms = performance.now() - began
        return { claims: await withEnvelopes(session, rows, pushClaimed), ended: () => { tide.found(pushQueue(target), now, look, behind(rows, limit), took_ms) } }
      })
      ended()
      return claims
    },

    parcel: id => db.read(async session => {
      const [row] = await session.all(sql.parcel, { id })
      const known = row === undefined ? null : await numbers(session, partyOf(row, 'receiver'), id)
      if (row === undefined || known === null) return null
      const payload = openPayload(safe.of(row, id), bytes(row, 'body'))
      return { message: stored(row), payload, seal: bytes(row, 'seal'), receipt: await receipts.open(session, id, bytes(row, 'receipt')), numbers: known, told: await wireTold(session, id) }
    }),

    giveUp: (target, failing_since, limit, now, held) => db.write(async session => {
      if (!await holds(session, held)) return 0
      const rows = await tooLong(session, target, now - failing_since, limit, now)
      if (rows.length === 0) return 0
      const [known] = await session.all(sql.reason, { target })
      await giveUp(session, rows, known === undefined ? null : maybe(known, 'reason', text), now)
      for (const order_key of keysOf(rows)) await order.free(session, { target, order_key }, now)
      return rows.length
    }, { items: limit, bytes: 0 }),

    destinations: () => db.read(async session => (await session.all(sql.destinations)).map(destination)),
    keepDestination: (it, held) => db.write(async session => { if (await holds(session, held)) await session.run(sql.keep, destinationValues(it)) }),
    freeLeases: () => db.write(async session => {
      let freed = 0
      for (const statement of sql.freeLeases) freed += await session.run(statement)
      tide.forget()
      return freed
    })
  }
}
