/** The pusher beside a real store: what each destination may have, what it is left alone for, leases, and stopping. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { StoreUnavailable, type Acceptance } from '../src/store/store.ts'
import { until } from './flow/world.ts'
import { accepted, all, arrived, bench, endpoint, is, item, items, looks, policy, timeout, to } from './pusher.ts'
import { aParty } from './register.ts'
import { later } from './store/sample.ts'

test('what is offered and to be pushed is pushed, and delivered when it was taken', async t => {
  const it = await bench(t)
  const sent = item(1)
  await it.store.accept([sent])
  it.pusher.wake([to(1)])
  const work = await arrived(it.works, 1)
  assert.deepEqual([work.claimed.envelope.id, work.claimed.attempt, work.claimed.policy], [sent.envelope.id, 1, policy])
  work.answers(accepted)
  await is(it, sent, 'delivered')
  assert.deepEqual(it.told, [`${to(1)} accepted null`])
})

test('a destination with thousands waiting, each of them slow, has four of them under way and delays nobody', async t => {
  const it = await bench(t)
  await it.store.accept(items(1, 3_000))
  it.pusher.wake()
  await arrived(it.works, 4)
  const others = [item(2), item(3)]
  await it.store.accept(others)
  it.pusher.wake([to(2), to(3)])
  for (const work of (await all(it.works, 6)).slice(4)) work.answers(accepted)
  for (const other of others) await is(it, other, 'delivered')
  assert.equal(it.works.filter(work => work.claimed.envelope.receiver === to(1)).length, 4)
  assert.equal(it.claims(), 6)
})

test('fifty slow destinations leave room for another, and no more is claimed than is under way', async t => {
  const it = await bench(t, { at_once_max: 128 })
  await it.store.accept(Array.from({ length: 50 }, (_, n) => items(n + 1, 20)).flat())
  it.pusher.wake()
  await arrived(it.works, 128)
  await looks()
  assert.deepEqual([it.works.length, it.claims()], [128, 128])
  const per = Map.groupBy(it.works, work => work.claimed.envelope.receiver)
  assert.equal(per.size, 50)
  const other = item(60)
  await it.store.accept([other])
  it.pusher.wake([to(60)])
  // Every place is taken: the next that is left goes to who has none.
  it.works[0]?.answers(accepted)
  const next = await arrived(it.works, 129)
  assert.equal(next.claimed.envelope.receiver, to(60))
})

test('there are never more under way than places, and all have their turn', async t => {
  const it = await bench(t, { at_once_max: 3 })
  const sent = Array.from({ length: 12 }, (_, n) => items(n + 1, 3)).flat()
  await it.store.accept(sent)
  it.pusher.wake()
  for (let n = 1; n <= sent.length; n++) {
    const work = await arrived(it.works, n)
    assert.ok(it.works.length - (n - 1) <= 3)
    work.answers(accepted)
  }
  for (const one of sent) await is(it, one, 'delivered')
  assert.equal(new Set(it.works.slice(0, 12).map(work => work.claimed.envelope.receiver)).size, 12)
})

test('large messages of one destination wait for each other, and not those of another', async t => {
  const it = await bench(t, { bytes_max: 1_000_000 })
  const large = (n: number): Acceptance => item(n, { envelope: { size_bytes: 300_000 } })
  await it.store.accept([large(1), large(1), large(1)])
  it.pusher.wake()
  const first = await arrived(it.works, 1)
  await it.store.accept([large(2), item(1)])
  it.pusher.wake()
  const [, second, third] = await all(it.works, 3)
  assert.deepEqual(new Set([second, third].map(work => work?.claimed.envelope.receiver)), new Set([to(1), to(2)]))
  first.answers(accepted)
  assert.equal((await arrived(it.works, 4)).claimed.envelope.receiver, to(1))
})

test('a destination gets no more within a minute than it may', async t => {
  const it = await bench(t, { connections: { 1: { per_minute_max: 20, at_once_max: 100 } }, answer: () => accepted })
  await it.store.accept(items(1, 50))
  it.pusher.wake()
  await arrived(it.works, 2)
  await looks()
  assert.equal(it.works.length, 2)
  // Two at once, and then nineteen over the minute; what nobody looks for while there is room for two is lost, so each second is waited for.
  for (let second = 1; second < 60; second++) {
    it.time.ms = second * 1_000
    await until(() => it.works.length === 2 + Math.floor(second * 19 / 60) || undefined, `what begins by second ${second}`)
  }
  await looks()
  assert.equal(it.works.length, 20)
})

test('a destination that fails five times is left alone: no claim, no attempt, until three tries show that it is back', async t => {
  const it = await bench(t)
  const sent = items(1, 20)
  await it.store.accept(sent)
  it.pusher.wake()
  for (let n = 1; n <= 4; n++) (await arrived(it.works, n)).answers(timeout)
  for (const work of (await all(it.works, 8)).slice(4)) work.answers(timeout)
  await until(async () => (await it.store.destinations())[0]?.state === 'open' || undefined, 'an open destination')
  await looks()
  assert.deepEqual([it.works.length, it.claims()], [8, 8])
  const untouched = await Promise.all(sent.slice(8).map(one => it.stored(one.envelope.id)))
  assert.ok(untouched.every(one => one?.delivery === 'offered' && one.attempts === 0))
  it.time.ms = 60_001
  const probes = (await all(it.works, 11)).slice(8)
  await looks()
  assert.equal(it.works.length, 11)
  assert.equal((await it.store.destinations())[0]?.state, 'half_open')
  for (const work of probes) work.answers(accepted)
  await arrived(it.works, 15)
  assert.equal((await it.store.destinations())[0]?.state, 'closed')
  assert.deepEqual(it.told.filter(line => !/failed|accepted/.test(line)), [`${to(1)} open timeout`, `${to(1)} half_open timeout`, `${to(1)} closed null`])
  assert.deepEqual(it.lines.map(line => JSON.parse(line)).map(({ level, party, state, reason }) => [level, party, state, reason]), [[40, to(1), 'open', 'timeout'], [30, to(1), 'closed', undefined]])
})

test('a probe that fails leaves it alone again without another line; another reason is told', async t => {
  const it = await bench(t)
  await it.store.accept(items(1, 30))
  it.pusher.wake()
  for (let n = 1; n <= 8; n++) (await arrived(it.works, n)).answers(timeout)
  it.time.ms = 60_001
  for (let n = 9; n <= 11; n++) (await arrived(it.works, n)).answers(timeout)
  it.time.ms = 120_002
  for (let n = 12; n <= 14; n++) (await arrived(it.works, n)).answers({ kind: 'failed', reason: 'certificate', retry_after_ms: null })
  await until(() => it.lines.length === 2 || undefined, 'another line')
  assert.deepEqual(it.lines.map(line => JSON.parse(line).reason), ['timeout', 'certificate'])
})

test('a destination that says no is well, and the next goes on at once', async t => {
  const it = await bench(t, { answer: () => ({ kind: 'refused', reason: 'http_422.X' }) })
  const sent = items(1, 12)
  await it.store.accept(sent)
  it.pusher.wake()
  for (const one of sent) assert.deepEqual([(await is(it, one, 'dead')).dead_class, (await it.stored(one.envelope.id))?.dead_reason], ['functional', 'http_422.X'])
  assert.deepEqual(await it.store.destinations(), [])
  assert.ok(it.told.every(line => line === `${to(1)} refused http_422`))
})

test('a destination that is busy is left alone for as long as it asks, and others are not', async t => {
  let asked = 0
  const it = await bench(t, { answer: ({ envelope }) => envelope.receiver === to(1) && ++asked === 1 ? { kind: 'busy', reason: 'http_429', retry_after_ms: 90_000 } : accepted })
  const [first, second, other] = [item(1), item(1), item(2)]
  await it.store.accept([first])
  it.pusher.wake()
  await until(async () => (await it.stored(first.envelope.id))?.work?.reason === 'http_429' || undefined, 'a busy destination')
  await it.store.accept([second, other])
  it.pusher.wake()
  await is(it, other, 'delivered')
  await looks()
  assert.equal(it.works.length, 2)
  assert.equal((await it.stored(first.envelope.id))?.next_try, later(90_000))
  it.time.ms = 90_000
  await is(it, first, 'delivered')
})

test('another run remembers that a destination answers nobody', async t => {
  const it = await bench(t)
  await it.store.accept(items(1, 20))
  it.pusher.wake()
  for (let n = 1; n <= 8; n++) (await arrived(it.works, n)).answers(timeout)
  await until(async () => (await it.store.destinations())[0]?.state === 'open' || undefined)
  const next = await it.again()
  const other = item(2)
  await next.store.accept([other])
  next.pusher.wake()
  assert.equal((await arrived(next.works, 1)).claimed.envelope.id, other.envelope.id)
  await looks()
  assert.equal(next.works.length, 1)
  next.time.ms = 60_001
  await all(next.works, 4)
})

test('another run waits for as long as a destination asked', async t => {
  let asked = 0
  const it = await bench(t, { answer: () => ++asked === 1 ? { kind: 'busy', reason: 'http_429', retry_after_ms: 300_000 } : accepted })
  const [first, second] = [item(1), item(1)]
  await it.store.accept([first])
  it.pusher.wake()
  await until(async () => (await it.store.destinations())[0]?.open_until === later(300_000) || undefined)
  const next = await it.again()
  await next.store.accept([second])
  for (const ms of [120_000, 299_999]) { next.time.ms = ms; await looks() }
  assert.equal(next.works.length, 0)
  next.time.ms = 300_000
  await is(next, first, 'delivered')
})

test('a destination that somebody wants tried is tried, though it would be left alone', async t => {
  const it = await bench(t)
  await it.store.accept(items(1, 20))
  it.pusher.wake()
  for (let n = 1; n <= 8; n++) (await arrived(it.works, n)).answers(timeout)
  await until(async () => (await it.store.destinations())[0]?.state === 'open' || undefined)
  it.time.ms = 10
  assert.equal((await it.store.tryDestination(to(1), { by: null, reason: 'mended', now: later(10) })).left_until, later(60_000))
  const probes = (await all(it.works, 11)).slice(8)
  for (const work of probes) work.answers(accepted)
  await arrived(it.works, 12)
})

test('another endpoint of the same party is tried at once', async t => {
  const it = await bench(t, { answer: () => timeout })
  await it.store.accept(items(1, 20))
  it.pusher.wake()
  await until(async () => (await it.store.destinations())[0]?.state === 'open' || undefined)
  await looks()
  const before = it.works.length
  it.parties.set(to(1), aParty(to(1), { connections: [{ ...endpoint, url: 'https://push.example/new' }] }))
  await arrived(it.works, before + 1)
})

test('what waited longer than its policy for a destination that answers nobody is given up, also what was never tried', async t => {
  const it = await bench(t, { answer: ({ envelope }) => envelope.receiver === to(1) ? timeout : accepted })
  const sent = items(1, 400)
  await it.store.accept(sent)
  it.pusher.wake()
  const dead = async (): Promise<number> => (await it.store.stats(later(it.time.ms))).deliveries.dead
  const count = async (minutes: number): Promise<number> => {
    for (let n = 0; n < minutes; n++) { it.time.ms += 60_001; await pause(15) }
    return await dead()
  }
  assert.equal(await count(58), 0)
  const tried = new Set(it.works.map(work => work.claimed.envelope.id)).size
  assert.ok(tried < 250, `${tried}`)
  await until(async () => await count(10) === sent.length || undefined, 'all given up')
  for (const one of sent) assert.deepEqual([(await it.stored(one.envelope.id))?.dead_class, (await it.stored(one.envelope.id))?.dead_reason], ['partner_down', 'exhausted: timeout'])
  assert.ok(new Set(it.works.map(work => work.claimed.envelope.id)).size < sent.length)
})

test('stopping breaks pushes off and hands all back at once; their attempts do not count', async t => {
  const it = await bench(t)
  const sent = [...items(1, 6), item(2)]
  await it.store.accept(sent)
  it.pusher.wake()
  const works = await all(it.works, 5)
  works[0]?.answers(accepted)
  await it.pusher.stop()
  assert.ok(it.works.every(work => work.stop.aborted))
  const taken = works[0]?.claimed.envelope.id
  assert.ok(taken)
  const free = [...await it.store.claimPush(to(1), 9, 1_000, later(0)), ...await it.store.claimPush(to(2), 9, 1_000, later(0))]
  assert.deepEqual(new Set(free.map(claim => claim.envelope.id)), new Set(sent.map(one => one.envelope.id).filter(id => id !== taken)))
  assert.ok(free.every(claim => claim.attempt === 1))
  assert.equal((await it.stored(taken))?.delivery, 'delivered')
})

test('a failure while stopping counts for nothing', async t => {
  const it = await bench(t)
  await it.store.accept([item(1)])
  it.pusher.wake()
  const work = await arrived(it.works, 1)
  const stopped = it.pusher.stop()
  work.finishes({ kind: 'dead', class: 'transient', reason: 'exhausted: timeout' })
  await stopped
  assert.deepEqual((await it.store.claimPush(to(1), 1, 1_000, later(0))).map(claim => claim.attempt), [1])
})

test('stopping ends well although nothing can be handed back', async t => {
  const it = await bench(t, { store: () => ({ release: async () => { throw new StoreUnavailable('broken for the test') } }) })
  await it.store.accept([item(1)])
  it.pusher.wake()
  await arrived(it.works, 1)
  await it.pusher.stop()
})

test('a result that comes when another has the work changes nothing', async t => {
  const it = await bench(t, { lease_ms: 3_000 })
  const sent = item(1)
  await it.store.accept([sent])
  it.pusher.wake()
  const late = await arrived(it.works, 1)
  const [other] = await it.store.claimPush(to(1), 1, 600_000, later(1_000_000))
  assert.equal(other?.delivery, late.claimed.delivery)
  late.finishes({ kind: 'dead', class: 'functional', reason: 'late' })
  const next = item(1)
  await it.store.accept([next])
  it.pusher.wake()
  ;(await arrived(it.works, 2)).answers(accepted)
  await is(it, next, 'delivered')
  assert.equal((await it.stored(sent.envelope.id))?.delivery, 'offered')
})

test('a lease is renewed for as long as the push goes on', async t => {
  let renewals = 0
  const it = await bench(t, { lease_ms: 60, store: store => ({ renew: async (...lease) => { const kept = await store.renew(...lease); renewals++; return kept } }) })
  await it.store.accept([item(1)])
  it.pusher.wake()
  await arrived(it.works, 1)
  it.time.ms = 50
  const before = renewals
  await until(() => renewals > before + 1 || undefined, 'a renewal')
  assert.deepEqual(await it.store.claimPush(to(1), 1, 60, later(100)), [])
})

test('a push that fails in a way nobody foresaw takes up no place any more', async t => {
  const it = await bench(t, { at_once_max: 1 })
  await it.store.accept([item(1), item(1)])
  it.pusher.wake()
  const first = await arrived(it.works, 1)
  first.fail(new Error('unforeseen'))
  assert.notEqual((await arrived(it.works, 2)).claimed.delivery, first.claimed.delivery)
})

test('a storage that fails for a while stops nothing for good', async t => {
  const broken = { claims: 2, targets: 2 }
  const it = await bench(t, {
    store: store => ({
      claimPush: async (...which) => { if (broken.claims-- > 0) throw new StoreUnavailable('broken for the test'); return await store.claimPush(...which) },
      pushTargets: async now => { if (broken.targets-- > 0) throw new StoreUnavailable('broken for the test'); return await store.pushTargets(now) }
    })
  })
  await it.store.accept([item(1)])
  await arrived(it.works, 1)
})
