/**
 * What a server that is further away costs: statements and round trips of one message through the store on PostgreSQL, counted, and
 * how many a second are done as each round trip takes longer, against the same without that in the same run. `npm run distance` (`--seconds N`, `--rounds N`).
 */
import pg from 'pg'
import { instant, partyCode } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import type { Db, Session, Statement } from '../../src/store/db.ts'
import { startProxy } from '../proxy.ts'
import { startPostgres } from '../postgres.ts'
import { account, roots } from '../store/sample.ts'
import { quantile, shown, shownSpread, spread, table } from './figures.ts'
import { machine, machineLine } from './machine.ts'
import { option, quick, say } from './place.ts'
import { policy, received } from './shapes.ts'

const seconds = option('seconds', quick ? 1 : 4)
const rounds = option('rounds', quick ? 1 : 3)
/** So many messages are on their way at once, as from so many callers. */
const callers = 8
const lease_ms = 60_000
const now = () => instant(Date.now())
const receivers = Array.from({ length: callers }, (_, nth) => partyCode(String(12_340_000 + nth)))
const receiverOf = (nth: number) => receivers[nth % callers] ?? partyCode('12340000')

/** What was asked of the database. */
interface Asked { statements: number, trips: number, transactions: number, locks: number }
const nothing = (): Asked => ({ statements: 0, trips: 0, transactions: 0, locks: 0 })

/** Counts all that goes by a database: of a transaction its beginning and end, of a part of it too. */
function counting (): { readonly wrap: (db: Db) => Db, take (): Asked } {
  let asked = nothing()
  const seen = (statement: Statement): void => { asked.statements++; asked.trips++; if (statement.sql.includes('pg_advisory')) asked.locks++ }
  const over = (session: Session): Session => ({
    ...session,
    all: (statement, values) => { seen(statement); return session.all(statement, values) },
    run: (statement, values) => { seen(statement); return session.run(statement, values) },
    nested: work => { asked.trips += 2; return session.nested(work) }
  })
  return {
    wrap: db => ({
      ...db,
      write: (work, weight) => { asked.trips += 2; asked.transactions++; return db.write(session => work(over(session)), weight) },
      read: work => db.read(session => work(over(session)))
    }),
    take () { const was = asked; asked = nothing(); return was }
  }
}

type Step = readonly [name: string, work: () => Promise<unknown>]
type Flow = (store: Store, nth: number, batch: number) => Step[]

const handled: Flow = (store, nth, batch) => {
  const items = Array.from({ length: batch }, () => received({}, receiverOf(nth)))
  return [
    ['accept', () => store.accept(items)],
    ['claim and finish', async () => {
      const claims = await store.claim(batch, lease_ms, now())
      await store.finish(claims.map(({ delivery, fence }) => ({ delivery, fence, outcome: { kind: 'offered' } })), now())
    }],
    ['acknowledge', async () => { for (const { envelope } of items) await store.acknowledge(ownView(receiverOf(nth)), envelope.id, account, now()) }]
  ]
}
const pushed: Flow = (store, nth, batch) => [
  ['accept', () => store.accept(Array.from({ length: batch }, () => received({ delivery: 'offered', push: policy }, receiverOf(nth))))],
  ['claim and finish', async () => {
    const claims = await store.claimPush(receiverOf(nth), batch, lease_ms, now())
    await store.finish(claims.map(({ delivery, fence }) => ({ delivery, fence, outcome: { kind: 'delivered' } })), now())
  }]
]
const flows: Readonly<Record<string, Flow>> = { 'shown to handlers, acknowledged': handled, pushed }

/** @returns rows of what one message asks, one at a time and thirty-two at once */
async function counts (url: string): Promise<string[][]> {
  const { wrap, take } = counting()
  const store = await openStore({ url, mode: 'test', roots, wrap })
  const rows: string[][] = []
  for (const [name, flow] of Object.entries(flows)) {
    for (const batch of [1, 32]) {
      // What goes on beside it only adds: the least of several is of the message alone.
      const least = new Map<string, Asked>()
      for (let nth = 0; nth < 8; nth++) {
        for (const [step, work] of flow(store, 0, batch)) {
          take()
          await work()
          const it = take()
          if (it.trips < (least.get(step)?.trips ?? Infinity)) least.set(step, it)
        }
      }
      for (const [step, it] of least) rows.push([name, String(batch), step, ...[it.statements, it.trips, it.transactions, it.locks].map(figure => shown(figure / batch))])
    }
  }
  await store.close()
  return rows
}

/** @returns what a round trip takes, the middle one of many */
async function tripOf (url: string): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  const times: number[] = []
  for (let nth = 0; nth < 60; nth++) {
    const began = performance.now()
    await client.query('select 1')
    times.push(performance.now() - began)
  }
  await client.end()
  return quantile(times, 0.5)
}

async function rate (store: Store, flow: Flow, batch: number): Promise<number> {
  const began = performance.now()
  let done = 0
  const on = (): boolean => performance.now() - began < seconds * 1000
  await Promise.all(receivers.map(async (_, nth) => {
    while (on()) {
      for (const [, work] of flow(store, nth, batch)) await work()
      done += batch
    }
  }))
  return done * 1000 / (performance.now() - began)
}

/** Rounds through all delays, so that what else the machine does falls on each of them. */
async function rates (url: string, delays: readonly number[], slow: (ms: number) => void): Promise<string[][]> {
  const rows: string[][] = []
  for (const [name, flow] of Object.entries(flows)) {
    for (const batch of [1, 32]) {
      const store = await openStore({ url, mode: 'test', roots })
      const [ratios, trips] = [delays.map((): number[] => []), delays.map((): number[] => [])]
      for (let round = 0; round < rounds; round++) {
        let near = NaN
        for (const [at, delay] of delays.entries()) {
          slow(delay)
          trips[at]?.push(await tripOf(url))
          const it = await rate(store, flow, batch)
          if (at === 0) near = it
          ratios[at]?.push(it / near)
          say(`  ${name}, ${batch}, ${delay} ms each way: ${shown(it)} a second`)
        }
      }
      slow(0)
      await store.close()
      for (const [at] of delays.entries()) rows.push([name, String(batch), shownSpread(spread(trips[at] ?? [])), shownSpread(spread(ratios[at] ?? []))])
    }
  }
  return rows
}

const server = await startPostgres({ settings: { shared_buffers: '512MB', max_wal_size: '4GB' } })
try {
  const proxy = await startProxy(server.port)
  const counted = table(['flow', 'at once', 'step', 'statements', 'round trips', 'transactions', 'named locks'], await counts(await server.freshDatabase()))
  say(counted)
  const measured = table(['flow', 'at once', 'ms a round trip', 'done, against the nearest'], await rates(proxy.url(await server.freshDatabase()), [0, 1, 3], ms => { proxy.pass(ms) }))
  console.log(`${quick ? 'QUICK: figures mean nothing\n\n' : ''}${machineLine(machine())}; PostgreSQL ${server.version}; ${callers} callers, ${rounds} rounds of ${seconds} s\n\n${counted}\n\n${measured}`)
} finally { await server.close() }
process.exit()
