/** The pusher in odd hours: clocks that jump, settings that change and storage that fails while pushes are under way. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { StoreUnavailable } from '../src/store/store.ts'
import { until } from './flow/world.ts'
import { accepted, all, arrived, bench, endpoint, is, item, items, looks, timeout, to, type Bench } from './pusher.ts'
import { aParty } from './register.ts'

const hour = 3_600_000
/** Eight failures, of which five leave the destination alone. */
const opened = async (it: Bench): Promise<void> => {
  for (let n = 1; n <= 8; n++) (await arrived(it.works, n)).answers(timeout)
  await until(async () => (await it.store.destinations())[0]?.state === 'open' || undefined, 'an open destination')
}

test('a clock that is set back by hours makes no silence longer', async t => {
  const it = await bench(t)
  await it.store.accept(items(1, 20))
  it.time.ms = 5 * hour
  it.pusher.wake()
  await opened(it)
  it.time.ms = hour
  await looks()
  for (let seconds = 10; seconds <= 70; seconds += 10) { it.time.ms = hour + seconds * 1_000; await pause(10) }
  await all(it.works, 11)
})

test('a clock that is set ahead by hours has nothing pushed a second time while it is under way', async t => {
  const it = await bench(t)
  const sent = item(1)
  await it.store.accept([sent])
  it.pusher.wake()
  const work = await arrived(it.works, 1)
  it.time.ms = 5 * hour
  it.pusher.wake()
  await looks()
  assert.equal(it.works.length, 1)
  work.answers(accepted)
  await is(it, sent, 'delivered')
  assert.equal(it.claims(), 1)
})

test('what was pushed while no number per minute held does not count when one holds again', async t => {
  const it = await bench(t, { connections: { 1: { per_minute_max: 60 } }, answer: () => accepted })
  const limited = (per_minute_max: number | null): void => { it.parties.set(to(1), aParty(to(1), { connections: [{ ...endpoint, per_minute_max, at_once_max: 100 }] })) }
  await it.store.accept(items(1, 1))
  it.pusher.wake()
  await arrived(it.works, 1)
  limited(null)
  await it.store.accept(items(1, 200))
  it.pusher.wake()
  await arrived(it.works, 201)
  limited(60)
  it.time.ms = 60_000
  await it.store.accept(items(1, 6))
  it.pusher.wake()
  await arrived(it.works, 207)
})

test('what waited for room in memory is not pushed to a destination that is left alone by then, and was not tried', async t => {
  const it = await bench(t, { bytes_max: 1_000_000, connections: { 1: { at_once_max: 20 } } })
  const sent = Array.from({ length: 12 }, () => item(1, { envelope: { size_bytes: 200_000 } }))
  await it.store.accept(sent)
  it.pusher.wake()
  for (let n = 1; n <= 5; n++) (await arrived(it.works, n)).answers(timeout)
  await until(async () => (await it.store.destinations())[0]?.state === 'open' || undefined, 'an open destination')
  const tried = new Set(it.works.map(work => work.claimed.envelope.id))
  for (const { envelope: { id } } of sent.filter(one => !tried.has(one.envelope.id))) await until(async () => (await it.stored(id))?.attempts === 0 || undefined, 'a message that counts as never tried')
  await looks()
  assert.equal(it.works.length, 5)
  it.time.ms = 60_001
  for (let n = 6; n <= 8; n++) (await arrived(it.works, n)).answers(accepted)
  await arrived(it.works, 9)
})

test('what was taken is not pushed again because the storage failed when that was to be recorded', async t => {
  let failures = 3
  const it = await bench(t, { store: store => ({ finish: async (...items) => { if (failures-- > 0) throw new StoreUnavailable('broken for the test'); return await store.finish(...items) } }) })
  const sent = item(1)
  await it.store.accept([sent])
  it.pusher.wake()
  ;(await arrived(it.works, 1)).answers(accepted)
  await until(() => failures <= 0 || undefined, 'a storage that is well again')
  await is(it, sent, 'delivered')
  assert.equal(it.works.length, 1)
})

test('stopping does not wait for a storage that fails for good', async t => {
  const it = await bench(t, { store: () => ({ finish: async () => { throw new StoreUnavailable('broken for the test') } }) })
  await it.store.accept([item(1)])
  it.pusher.wake()
  ;(await arrived(it.works, 1)).answers(accepted)
  await until(() => it.lines.length > 0 || undefined, 'a line about it')
  await it.pusher.stop()
})

test('a storage that fails fills no log with a line for each destination', async t => {
  let broken = true
  const it = await bench(t, { store: store => ({ claimPush: async (...which) => { if (broken) throw new StoreUnavailable('broken for the test'); return await store.claimPush(...which) } }) })
  await it.store.accept(Array.from({ length: 40 }, (_, n) => item(n + 1)))
  it.pusher.wake()
  await until(() => it.lines.length > 0 || undefined, 'a line about it')
  broken = false
  await all(it.works, 40)
  assert.ok(it.lines.length < 40, `${it.lines.length} lines`)
})
