/**
 * 800 messages a second beside three readers whose transactions stay open: all is dealt with, once. With `READERS_SECONDS`, for a machine that does
 * nothing else, what waits must grow no longer than it takes to deal with it; that claiming reads no more pages is `test/store/postgres-claiming`'s.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { instant } from '../../src/core/core.ts'
import { openStore } from '../../src/store/store.ts'
import { needPostgres, startPostgres } from '../postgres.ts'
import { finish, heen, roots } from '../store/sample.ts'

const now = () => instant(Date.now())
/** Wanted; a machine that cannot do so much with room to spare is given this part of what it can. */
const wanted = 800
const part = 0.6
const trying_s = 2
const long = process.env['READERS_SECONDS']
const seconds = Number(long ?? 10)
const step_ms = 100
const claimers = 2
/** What one of them takes at once. */
const batch = 64
const steps = seconds * 1000 / step_ms
/** Many keys: what is of one key waits for one another. */
const some = (count: number) => { const received = now(); return Array.from({ length: count }, () => heen({ order_key: randomUUID(), envelope: { received } })) }

/** Has seen the database, and lets nothing of it be forgotten. */
async function reader (url: string): Promise<pg.Client> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query('begin isolation level repeatable read')
  await client.query('select count(*) from delivery')
  return client
}

test('beside three readers that go on for ever all is dealt with, once', async t => {
  if (!needPostgres(t)) return
  const server = await startPostgres()
  const url = await server.freshDatabase()
  const store = await openStore({ url, mode: 'test', roots })
  const readers = await Promise.all([reader(url), reader(url), reader(url)])
  t.after(async () => {
    await Promise.all([...readers.map(it => it.end()), store.close()])
    await server.close()
  })
  let [accepted, done, accepting] = [0, 0, true]
  const accept = async (count: number): Promise<void> => {
    const results = await store.accept(some(count))
    accepted += results.filter(it => it.kind === 'stored').length
  }
  const work = async (limit: number): Promise<number> => {
    const claims = await store.claim(limit, 60_000, now())
    const ends = await store.finish(claims.map(it => finish(it, { kind: 'offered' })), now())
    done += ends.filter(it => it === 'done').length
    return claims.length
  }
  const trying = async (until: number): Promise<void> => { while (performance.now() < until) { await accept(batch); await work(batch) } }
  const tried = async (): Promise<number> => {
    const before = done
    await Promise.all(Array.from({ length: claimers }, () => trying(performance.now() + trying_s * 1_000)))
    return (done - before) / trying_s
  }
  await tried()
  const each = Math.max(1, Math.floor(Math.min(wanted, await tried() * part) * step_ms / 1000))
  t.diagnostic(`${each * 1000 / step_ms} messages a second for ${seconds} s`)
  const waiting: number[] = []
  const coming = async (): Promise<void> => {
    for (let [nth, since] = [1, performance.now()]; nth <= steps; nth++) {
      await accept(each)
      waiting.push(accepted - done)
      await pause(Math.max(0, since + nth * step_ms - performance.now()))
    }
    accepting = false
  }
  const more = (): boolean => accepting || done < accepted
  const working = async (): Promise<void> => { while (more()) if (await work(batch) === 0) await pause(20) }
  await Promise.all([coming(), ...Array.from({ length: claimers }, working)])
  assert.equal(done, accepted, 'all of it was dealt with, once')
  assert.equal(await store.stats(now()).then(it => it.deliveries.waiting), 0)
  const third = Math.floor(steps / 3)
  const usual = waiting.slice(-third).toSorted((a, b) => a - b)[Math.floor(third / 2)] ?? Infinity
  const before = Math.max(...waiting.slice(0, third))
  const told = `${usual} wait in the end; ${before} at most did in the beginning`
  t.diagnostic(told)
  // The machine may become slower meanwhile, which is no fault of the store: in a short run the figure is told and no more.
  if (long !== undefined) assert.ok(usual <= before + each * 1000 / step_ms, told)
})
