/** The audit with many writers: every row comes into the one chain, once and in order, whoever writes, links, dies or forges. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pg from 'pg'
import { openCheckpoints, removeAuditBefore, verifyAudit, type AuditReport } from '../../src/audit/audit.ts'
import { instant, systemClock } from '../../src/core/core.ts'
import { openLog } from '../../src/log.ts'
import { issue, makeAuthority, openSealer } from '../../src/sign/sign.ts'
import { ownView } from '../../src/party/party.ts'
import { openLinker, openStore, StoreUnavailable, type Db, type Store } from '../../src/store/store.ts'
import { missing, startPostgres } from '../postgres.ts'
import { until } from '../flow/world.ts'
import { aanbieder, account, finish, gemeente, heen, later, offer, retour, roots, start } from './sample.ts'

const skip = missing('bundled')
const server = skip === false ? await startPostgres() : null
const nowhere = (): never => assert.fail('no PostgreSQL')
const opened: Store[] = []
after(async () => {
  for (const store of opened) await store.close()
  await server?.close()
})
const freshDatabase = async (): Promise<string> => await (server ?? nowhere()).freshDatabase()
const nameOf = (url: string): string => new URL(url).pathname.slice(1)
const ask = async (sql: string, url: string): Promise<Array<Record<string, unknown>>> => await (server ?? nowhere()).query(sql, undefined, nameOf(url))

async function open (url: string, wrap: (db: Db) => Db = db => db): Promise<Store> {
  const store = await openStore({ url, mode: 'test', roots, wrap, postgres: { connections_max: 6 } })
  opened.push(store)
  return store
}

const authority = await makeAuthority({ name: 'Audit CA', algorithm: 'P-256' })
const { key, certificate } = await issue(authority, { subject: 'seal', use: 'seal', algorithm: 'P-256' })
const sealer = openSealer(key, certificate)
const lines: string[] = []
const log = openLog({ level: 'info', pretty: false, to: { write: line => { lines.push(line) } } })
async function checkpoint (store: Store): Promise<void> {
  const checkpoints = await openCheckpoints({ store, sealer, clock: systemClock, log }, 3_600_000)
  await checkpoints.stop()
}
const verify = (store: Store): Promise<AuditReport> => store.trail(trail => verifyAudit(trail, { linker: openLinker(roots.audit), trusted: [authority.certificate] }))
async function verified (url: string): Promise<AuditReport> {
  const store = await open(url)
  try { return await verify(store) } finally { await store.close() }
}
const found = ({ findings }: AuditReport): string[] => findings.map(({ fault, chain, seq, to }) => `${fault} ${chain} ${seq}${to === seq ? '' : `-${to}`}`)

/** A database in which no process links any more: what is written waits. @returns what lets go */
async function holdingChain (url: string): Promise<() => Promise<void>> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query("select pg_advisory_lock(hashtextextended('audit', 0))")
  return () => client.end()
}

test('many writers at once make one whole chain, in which each message has its events once and in order', { skip }, async () => {
  const url = await freshDatabase()
  const stores = await Promise.all([1, 2, 3].map(() => open(url)))
  const items = Array.from({ length: 60 }, () => heen())
  let offered = 0
  const offerOne = async (store: Store): Promise<void> => {
    for (const claim of await store.claim(1, 60_000, start)) {
      await store.finish([finish(claim, { kind: 'offered' })], later(1))
      offered++
    }
  }
  await Promise.all(items.map(async (item, n) => {
    const store = stores[n % 3] ?? assert.fail()
    await store.accept([item])
    await offerOne(store)
    if (n % 20 === 0) await checkpoint(store)
  }))
  // What one look passed by, because others had it in hand, a later one finds.
  await until(async () => { for (const store of stores) await offerOne(store); return offered === items.length || undefined }, 'all of them offered')
  for (const [n, item] of items.entries()) await stores[n % 3]?.acknowledge(ownView(aanbieder), item.envelope.id, account, later(2))
  await Promise.all(stores.map(store => store.close()))
  assert.deepEqual(await ask('select * from audit_new', url), [])
  const report = await verified(url)
  assert.deepEqual([found(report), report.waiting], [[], 0])
  const events = await ask("select message, string_agg(event, ' ' order by seq) as events from audit where message is not null group by message", url)
  assert.equal(events.length, items.length)
  for (const row of events) assert.equal(row['events'], 'accepted offered delivered')
})

test('what waits is seen in histories, goes on with checkpoints, and is linked by who closes', { skip }, async () => {
  const url = await freshDatabase()
  const store = await open(url)
  const [first, second] = [await offer(store), heen()]
  await checkpoint(store)
  const letGo = await holdingChain(url)
  await store.accept([second])
  const seen = async (id: typeof second.envelope.id) => (await store.inspect(id))?.history.map(row => row.event)
  assert.deepEqual(await seen(second.envelope.id), ['accepted'])
  assert.deepEqual(await seen(first.envelope.id), ['accepted', 'offered'])
  const report = await store.trail(async trail => ({ counts: await trail.counts(0), waiting: await trail.waiting(0, 10) })).catch((error: unknown) => error)
  assert.ok(!(report instanceof Error), String(report))
  await letGo()
  await store.close()
  assert.deepEqual((await ask('select event from audit order by seq', url)).map(row => row['event']), ['chained', 'accepted', 'offered', 'checkpoint', 'accepted'])
  assert.deepEqual(found(await verified(url)), [])
})

test('a part that is undone tells nothing', { skip }, async () => {
  const url = await freshDatabase()
  const store = await open(url)
  await store.accept([heen(), heen()])
  const claims = await store.claim(2, 60_000, start)
  assert.deepEqual(await store.finish(claims.map((claim, n) => finish(claim, { kind: 'held', reason: n === 0 ? 'Jan is ill' : 'person' }, [heen({ delivery: 'none' })])), later(1)), ['refused', 'done'])
  await store.close()
  assert.deepEqual((await ask('select event from audit order by seq', url)).map(row => row['event']), ['chained', 'accepted', 'accepted', 'accepted', 'held'])
})

test('whatever somebody does to rows of the chain is found, with its place', { skip }, async () => {
  const url = await freshDatabase()
  const store = await open(url)
  for (let n = 0; n < 4; n++) await offer(store)
  await checkpoint(store)
  await store.close()
  const cases: ReadonlyArray<readonly [how: string, expected: readonly string[]]> = [
    ["update audit set event = 'delivered' where seq = 6", ['changed main 6']],
    ["update audit set nonce = '\\x00' where seq = 6", ['changed main 6']],
    ['update audit set nonce = null where seq = 6', ['changed main 6']],
    ['delete from audit where seq = 6', ['missing main 6']],
    ['update audit set seq = 0 where seq = 6; update audit set seq = 6 where seq = 7; update audit set seq = 7 where seq = 0', ['changed main 6-7']],
    ['delete from audit where seq >= 8', ['checkpoint_inserted main 9', 'cut main 8-9']],
    ["insert into audit select 'new', seq, prev, at_ms, event, message, account, detail, digest, mac, key_id, nonce from audit where seq = 6", ['inserted main 0']]
  ]
  for (const [how, expected] of cases) {
    await ask('create table kept as select * from audit', url)
    await ask(how, url)
    assert.deepEqual(found(await verified(url)).toSorted(), expected, how)
    await ask('delete from audit; insert into audit select * from kept; drop table kept', url)
  }
  assert.deepEqual(found(await verified(url)), [])
})

test('a row that waits and is not ours is never linked, and told; the chain goes on', { skip }, async () => {
  const url = await freshDatabase()
  const store = await open(url)
  await store.accept([heen()])
  await checkpoint(store)
  const letGo = await holdingChain(url)
  await store.accept([heen(), heen(), heen()])
  const [first, second] = (await ask('select number from audit_new order by number', url)).map(row => Number(row['number']))
  const columns = 'at_ms, event, message, account, detail, digest, key_id'
  await ask(`insert into audit_new (nonce, ${columns}, mac) select nonce, ${columns}, mac from audit_new where number = ${second}`, url)
  await ask(`insert into audit_new (nonce, ${columns}, mac) select '\\x0102030405060708', ${columns}, mac from audit_new where number = ${second}`, url)
  await ask(`update audit_new set event = 'delivered' where number = ${first}`, url)
  await ask("create table copied as select * from audit_new where event = 'accepted'", url)
  await letGo()
  lines.length = 0
  await store.accept([heen()])
  await checkpoint(store)
  assert.equal((await store.auditHead())?.strange, 3)
  assert.match(lines.join(''), /"strange":3/)
  const strange = (await ask('select number from audit_new order by number', url)).map(row => Number(row['number']))
  assert.equal(strange.length, 3)
  assert.deepEqual(found(await verify(store)), [`strange new ${strange[0]}`, `strange new ${strange[1]}-${strange[2]}`])
  // Copied before it was linked, and put back after.
  await ask('delete from audit_new; insert into audit_new select * from copied', url)
  await store.accept([heen()])
  await checkpoint(store)
  const copied = Number((await ask('select count(*) as n from copied', url))[0]?.['n'])
  assert.equal((await store.auditHead())?.strange, copied)
  assert.equal((await verify(store)).waiting, 0)
  await ask('delete from audit_new', url)
  assert.deepEqual(found(await verify(store)), [])
  await store.close()
})

/** A database that goes away at the nth statement of those that link. */
const dyingAt = (nth: () => boolean) => (db: Db): Db => ({
  ...db,
  write: (work, weight) => db.write(session => work({
    ...session,
    run: async (statement, values) => {
      const done = await session.run(statement, values)
      if (/audit_new|into audit /.test(statement.sql) && nth()) throw new StoreUnavailable('gone for the test')
      return done
    }
  }), weight)
})

test('linking that breaks off loses and doubles nothing', { skip }, async () => {
  const url = await freshDatabase()
  let [armed, broke] = [false, 0]
  const store = await open(url, dyingAt(() => armed && ++broke % 3 === 1))
  for (let n = 0; n < 5; n++) {
    armed = false
    const item = heen()
    await store.accept([item])
    armed = true
    await store.auditHead()
    assert.deepEqual(found(await verify(store)), [])
  }
  armed = false
  await store.close()
  assert.ok(broke > 4)
  assert.deepEqual((await ask('select event from audit order by seq', url)).map(row => row['event']), ['chained', ...Array(5).fill('accepted')])
})

test('backends that are killed while many write, link and make checkpoints leave a whole chain', { skip }, async () => {
  const url = await freshDatabase()
  const stores = await Promise.all([1, 2].map(() => open(url)))
  const items = Array.from({ length: 60 }, () => heen())
  const going = new AbortController()
  const killing = (async () => {
    for (let n = 0; !going.signal.aborted && n < 200; n++) {
      await ask("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'zorgpoort' and (query like '%audit%' or state = 'active') order by random() limit 1", url)
      await new Promise(resolve => { setTimeout(resolve, 5) })
    }
  })()
  const again = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let n = 0; ; n++) try { return await work() } catch (error) { if (n === 50 || !(error instanceof StoreUnavailable)) throw error }
  }
  for (const [n, item] of items.entries()) {
    const store = stores[n % 2] ?? assert.fail()
    await again(() => store.accept([item]))
    if (n % 7 === 0) await checkpoint(store)
    if (n % 5 === 0) await again(() => store.auditHead())
  }
  going.abort()
  await killing
  await Promise.all(stores.map(store => store.close()))
  const report = await verified(url)
  assert.deepEqual(found(report), [])
  // What was told to be stored is told once, whatever was tried again.
  assert.deepEqual(await ask("select count(*)::int as n, count(distinct message)::int as messages from audit where event = 'accepted'", url), [{ n: items.length, messages: items.length }])
})

test('retention and checkpoints of several processes go together', { skip }, async () => {
  const url = await freshDatabase()
  const [store, beside] = [await open(url), await open(url)]
  await offer(store)
  await checkpoint(store)
  await offer(beside)
  const before = instant(Date.now() + 1)
  await checkpoint(beside)
  const remove = (by: Store): Promise<number> => removeAuditBefore({ store: by, sealer, clock: systemClock, log }, before)
  await Promise.all([checkpoint(store), remove(store), offer(store), checkpoint(beside), remove(beside), checkpoint(store)])
  await Promise.all([store.close(), beside.close()])
  const report = await verified(url)
  assert.deepEqual(found(report), [])
  assert.ok(report.from > 1)
})

test('what was answered is known before it is linked', { skip }, async () => {
  const url = await freshDatabase()
  const store = await open(url)
  const item = await offer(store)
  const letGo = await holdingChain(url)
  const [answer] = await store.accept([retour(item, { envelope: { received: later(20) } })])
  assert.equal(answer?.kind, 'stored')
  const history = await store.history(ownView(gemeente), item.envelope.id)
  assert.deepEqual(history?.map(row => row.event), ['accepted', 'offered', 'answered'])
  await letGo()
  await store.close()
})

test('what waits and what is not ours is counted, and keeps its key in use', { skip }, async () => {
  const url = await freshDatabase()
  const store = await open(url)
  await store.accept([heen()])
  await store.auditHead()
  const told = async () => { const { unchecked, unchained, strange } = await store.stats(later(9)); return { unchecked: unchecked !== null, unchained: unchained !== null, strange } }
  await checkpoint(store)
  assert.deepEqual(await told(), { unchecked: false, unchained: false, strange: 0 })
  const letGo = await holdingChain(url)
  await store.accept([heen()])
  assert.deepEqual(await told(), { unchecked: true, unchained: true, strange: 0 })
  assert.equal((await store.keyUse()).audit.reduce((sum, it) => sum + it.rows, 0), Number((await ask('select count(*) as n from audit', url))[0]?.['n']) + 1)
  await ask("insert into audit_new (nonce, at_ms, event, key_id, mac) values ('\\x01', 1, 'delivered', 'audit', '\\x02')", url)
  await letGo()
  await store.auditHead()
  assert.equal((await told()).strange, 1)
  await ask('delete from audit_new', url)
  await checkpoint(store)
  assert.deepEqual(await told(), { unchecked: false, unchained: false, strange: 0 })
  await store.close()
})
