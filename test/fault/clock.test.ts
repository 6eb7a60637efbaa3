/** A clock that jumps: ahead, back, into a leap day, over summer time and the end of a year. Nothing waits for a moment that was wrong, and nothing is forgotten by one. */
import assert from 'node:assert/strict'
import { after, describe, test, type TestContext } from 'node:test'
import { instant, messageId, rfc3339, type Clock } from '../../src/core/core.ts'
import { dutchDate } from '../../src/calendar/calendar.ts'
import type { Handler } from '../../src/handle/handle.ts'
import { makeWorld, message, until, type Running, type Told } from '../flow/world.ts'
import { openReceivers, reaching } from '../receivers.ts'
import { aParty, putParty } from '../register.ts'
import { assertAcked } from './acked.ts'
import { lineOf } from './ledger.ts'

const [hour, day] = [3_600_000, 86_400_000]
/** Long enough for the next leap day. */
const valid_days = 4 * 366

/** Runs on, from wherever it is set. */
interface Jumping extends Clock { jump (ms: number): void }
function jumping (ahead_ms = 0): Jumping {
  return { now: () => instant(Date.now() + ahead_ms), jump: ms => { ahead_ms += ms } }
}

const world = await makeWorld('test', undefined, valid_days)
const receivers = await openReceivers()
after(() => receivers.close())
let seed = 0

/** Puts off the first time it is asked about each message. */
function once (): { readonly handler: Handler, readonly asked: Set<string> } {
  const asked = new Set<string>()
  const handle: Handler['handle'] = async ({ id }) => {
    if (asked.has(id)) return { kind: 'done' }
    asked.add(id)
    return { kind: 'later', after_ms: 1_000, reason: 'busy' }
  }
  return { handler: { name: 'once-more', on: [{ message: ['WMO301'] }], handle }, asked }
}

async function starts (t: TestContext, ...given: Parameters<typeof world.start>): Promise<Running> {
  const gateway = await world.start(...given)
  t.after(() => gateway.stop())
  return gateway
}

const saidIn = (gateway: Running, words: string): string | undefined => gateway.lines.find(it => it.includes(words))

const promised: string[] = []
/** Its receipt is looked for when all is over. @returns what it says */
async function sends (gateway: Running, sent: Uint8Array): Promise<Told> {
  const { status, told, bytes } = await gateway.as('gemeente').post(sent)
  assert.equal(status, 202)
  promised.push(lineOf(bytes, sent))
  return told
}

describe('a clock that is set back', () => {
  for (const [name, ms] of [['an hour', hour], ['a year', 365 * day]] as const) {
    test(`by ${name}: what a handler put off is asked again soon`, async t => {
      const clock = jumping(ms)
      const { handler, asked } = once()
      const gateway = await starts(t, {}, [handler], clock)
      const { id } = await sends(gateway, message('WMO301', ++seed))
      await until(() => asked.has(id) || undefined, 'the first time')
      clock.jump(-ms)
      await gateway.as('aanbieder').receives(id)
      assert.match(saidIn(gateway, 'the clock was set back') ?? '', /"by_s":\d+,/)
    })

    test(`by ${name} while no gateway runs: likewise`, async t => {
      const clock = jumping(ms)
      const { handler, asked } = once()
      const wrong = await starts(t, {}, [handler], clock)
      const { id } = await sends(wrong, message('WMO301', ++seed))
      await until(() => asked.has(id) || undefined, 'the first time')
      await wrong.stop()
      const right = await starts(t, {}, [handler])
      await right.as('aanbieder').receives(id)
    })
  }

  test('does not keep back what an endpoint did not take, nor turn the order about', async t => {
    const receiver = await receivers.open()
    await world.store(store => putParty(store, aParty('42420002', { connections: [{ door: 'mailbox', direction: 'both' }, receiver.connection()] })))
    receiver.behave(request => ({ kind: 'answer', status: request === 1 ? 503 : 200 }))
    const clock = jumping(3 * day)
    const gateway = await starts(t, { ...reaching(world, receivers, [receiver]), retry_first_ms: 100, retry_longest_ms: 500, breaker_failures: 100 }, [], clock)
    const ids: string[] = []
    const client = ++seed
    for (const nth of ['A', 'B', 'C']) ids.push((await sends(gateway, message('WMO301', client, { ontvanger: '42420002', identificatie: `${nth}${client}` }))).id)
    await until(() => receiver.arrived.length > 0 || undefined, 'a push')
    clock.jump(-3 * day)
    await until(() => new Set(receiver.arrived.map(it => it.id)).size === ids.length || undefined, 'all of them')
    assert.deepEqual(receiver.arrived.map(it => it.id).filter((id, at, all) => id !== all[at - 1]), ids)
  })

  test('to before the seal’s certificate: nothing gets a receipt that would not verify; set right, the same bytes are taken', async t => {
    const clock = jumping()
    const gateway = await starts(t, {}, [], clock)
    const bytes = message('WMO301', ++seed)
    clock.jump(-1.5 * hour)
    const { status, told } = await gateway.as('gemeente').post(bytes)
    assert.deepEqual([status, told.code], [503, 'ZP_SEAL'])
    const ready = await fetch(`${gateway.operations}/health/ready`)
    assert.deepEqual([ready.status, await ready.json()], [503, { status: 'not ready', reason: 'the seal certificate is not valid yet, by the clock of this machine' }])
    clock.jump(1.5 * hour)
    await gateway.as('aanbieder').receives((await sends(gateway, bytes)).id)
  })
})

test('a clock that goes ahead by years makes nothing forgotten, and nothing of the mailbox lost', async t => {
  const clock = jumping()
  const gateway = await starts(t, { retention_payload_days: 30, retention_metadata_days: 30, retention_assignment_days: 30, retention_claim_days: 30, sweep_ms: 50 }, [], clock)
  const bytes = message('WMO301', ++seed)
  const { id } = await sends(gateway, bytes)
  await gateway.as('aanbieder').receives(id)
  assert.equal((await gateway.as('aanbieder').delete(`/v1/mailbox/${id}`)).status, 204)
  clock.jump(3 * 365 * day)
  assert.match(await until(() => saidIn(gateway, 'nothing is forgotten by its age'), 'the doubt'), /"by_s":\d+,/)
  const swept = (): number => gateway.lines.filter(it => it.includes('"msg":"swept"')).length
  const before = swept()
  clock.jump(-3 * 365 * day)
  const { status, bytes: kept } = await gateway.as('gemeente').get(`/v1/messages/${id}/payload`)
  assert.ok(kept.equals(bytes), `${status} ${kept.toString()}`)
  assert.equal(swept(), before)
})

test('a clock that is years ahead is doubted at each start of its first day, though what it dated is the newest there is', async t => {
  const apart = await makeWorld('test', undefined, valid_days)
  const clock = jumping()
  const opens = async (): Promise<Running> => await apart.start({ retention_payload_days: 30, retention_metadata_days: 30, retention_assignment_days: 30, retention_claim_days: 30, sweep_ms: 50 }, [], clock)
  const first = await opens()
  t.after(() => first.stop())
  const { id } = await first.as('gemeente').send(message('WMO301', 1))
  await first.as('aanbieder').receives(id)
  assert.equal((await first.as('aanbieder').delete(`/v1/mailbox/${id}`)).status, 204)
  await first.stop()
  clock.jump(3 * 365 * day)
  for (const nth of [2, 3]) {
    const gateway = await opens()
    t.after(() => gateway.stop())
    assert.ok(saidIn(gateway, 'nothing is forgotten by its age'), `start ${nth}`)
    await gateway.as('gemeente').send(message('WMO301', nth))
    assert.equal((await gateway.as('gemeente').get(`/v1/messages/${id}/payload`)).status, 200)
    await gateway.stop()
  }
  clock.jump(25 * hour)
  const believed = await opens()
  t.after(() => believed.stop())
  await until(() => saidIn(believed, '"msg":"swept"'), 'the sweep')
})

test('a clock that goes ahead gives nothing up: by six days while the gateway runs, and again while it does not', async t => {
  const receiver = await receivers.open()
  const apart = await makeWorld('test', undefined, valid_days)
  await apart.store(store => putParty(store, aParty('42420002', { connections: [{ door: 'mailbox', direction: 'both' }, receiver.connection()] })))
  let status = 503
  receiver.behave(() => ({ kind: 'answer', status }))
  const clock = jumping()
  const opens = async (): Promise<Running> => {
    const gateway = await apart.start({ ...reaching(apart, receivers, [receiver]), retry_first_ms: 100, retry_longest_ms: 500, breaker_failures: 2, breaker_open_ms: 100 }, [], clock)
    t.after(() => gateway.stop())
    return gateway
  }
  const tried = async (): Promise<void> => {
    const before = receiver.arrived.length
    await until(() => receiver.arrived.length > before + 3 || undefined, 'more tries')
  }
  const first = await opens()
  const { id } = await first.as('gemeente').send(message('WMO301', 1, { ontvanger: '42420002' }))
  await tried()
  clock.jump(6 * day)
  await tried()
  await first.stop()
  clock.jump(6 * day)
  const second = await opens()
  await tried()
  status = 200
  await until(async () => (await apart.store(store => store.inspect(messageId(id))))?.message.delivery === 'delivered' || undefined, 'its delivery')
  await second.stop()
})

describe('messages over a moment at which calendars turn', () => {
  const moments = [
    ['into a leap day', '2028-02-28T23:00:00Z', '2028-02-28', '2028-02-29'],
    ['out of a leap day', '2028-02-29T23:00:00Z', '2028-02-29', '2028-03-01'],
    ['into summer time, when an hour is left out', '2027-03-28T01:00:00Z', '2027-03-28', '2027-03-28'],
    ['out of it, when an hour comes twice', '2027-10-31T01:00:00Z', '2027-10-31', '2027-10-31'],
    ['into a year, by the Dutch clock', '2026-12-31T23:00:00Z', '2026-12-31', '2027-01-01'],
    ['into a year, by UTC', '2027-01-01T00:00:00Z', '2027-01-01', '2027-01-01']
  ] as const
  for (const [name, at, before, later] of moments) {
    test(`${name}: each is taken, dated, offered in its order and acknowledged once`, async t => {
      const turns = Date.parse(at)
      let now = instant(turns - 1_000)
      const gateway = await starts(t, {}, [], { now: () => now })
      const [client, days, sent] = [++seed, new Set<string>(), new Array<string>()]
      for (const ms of [-1_000, -1, 0, 1, 1_000]) {
        now = instant(turns + ms)
        const { id, received } = await sends(gateway, message('WMO301', client, { identificatie: `${client}N${sent.length}` }))
        assert.equal(received, rfc3339(now))
        days.add(dutchDate(now))
        sent.push(id)
      }
      assert.deepEqual([...days], [...new Set([before, later])])
      for (const id of sent) await gateway.as('aanbieder').receives(id)
      const { messages } = (await gateway.as('aanbieder').get('/v1/mailbox?limit=250')).told
      assert.deepEqual(messages.map(it => it.id).filter(it => sent.includes(it)), sent)
      for (const id of sent) assert.equal((await gateway.as('aanbieder').delete(`/v1/mailbox/${id}`)).status, 204)
      await world.store(async store => { for (const id of sent) assert.equal((await store.inspect(messageId(id)))?.message.delivery, 'delivered') })
    })
  }
})

test('after all of it each receipt is the stored one, its message in the mailbox or delivered, once, and the audit whole', async () => {
  const { offered, delivered } = await assertAcked(world, promised, { all: true })
  assert.deepEqual([offered > 0, delivered >= 30], [true, true])
})
