/** Handlers: what hangs on a message, in the running gateway: answers, holds, rejections, delays, and every way to fail. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instant } from '../../src/core/core.ts'
import type { Handler, Outcome } from '../../src/handle/handle.ts'
import { answerTo, modelOf, textAt, type MessageType, type Tree } from '../../src/standard/standard.ts'
import { fixture, makeWorld, message, until, type Running, type Told } from './world.ts'

/** A retour that says all is well. */
const retourFor = (heen: Tree): Tree => answerTo(modelOf('WMO301'), heen, [], { identificatie: 'ZP1', dagtekening: '2026-04-02' }).message

const on = (handle: Handler['handle'], types: readonly MessageType[] = ['WMO301'], answers = false): Handler =>
  ({ name: `test-${types[0]?.toLowerCase() ?? ''}`, on: [{ message: types, answers }], handle })

/** A gateway on a database of its own, with this handler. */
const running = async (handle: Handler['handle'], over: Record<string, unknown> = {}): Promise<Running> =>
  await (await makeWorld()).start(over, [on(handle)])

const sent = async (gateway: Running, id: string): Promise<Told> => (await gateway.as('gemeente').get(`/v1/messages/${id}`)).told
const events = async (gateway: Running, id: string): Promise<Told['events']> => (await gateway.as('gemeente').get(`/v1/messages/${id}/history`)).told.events
const reaches = async (gateway: Running, id: string, states: Record<string, unknown>): Promise<Told> => await until(async () => {
  const told = await sent(gateway, id)
  return Object.entries(states).every(([name, value]) => told[name] === value) ? told : undefined
}, JSON.stringify(states))
const stays = async (gateway: Running, id: string): Promise<void> => { assert.equal((await gateway.as('aanbieder').get(`/v1/messages/${id}`)).status, 404) }

describe('a handler', () => {
  test('sees the message as it was sent, and may answer it in the same transaction', async () => {
    const seen: Tree[] = []
    const gateway = await running(async (_envelope, tools) => {
      const heen = await tools.message()
      seen.push(heen)
      return { kind: 'done', send: [{ type: 'WMO302', message: retourFor(heen) }] }
    })
    const { id } = await gateway.as('gemeente').send(fixture('WMO301'))
    const heen = await reaches(gateway, id, { delivery: 'offered', answer: 'answered' })
    const answer = await gateway.as('gemeente').receives(String(heen['answered_by']))
    assert.deepEqual([answer['answers'], answer['conversatie'], answer['sender'], answer['identificatie']], [id, heen['conversatie'], '42420001', 'ZP1'])
    assert.equal(textAt(seen[0] ?? {}, 'Header/BerichtIdentificatie/Identificatie'), heen['identificatie'])
    assert.equal((await gateway.as('gemeente').get(`/v1/messages/${answer.id}/receipt`)).told['certificate_sha256'], null)
    assert.equal((await gateway.as('aanbieder').post(message('WMO302', 1, { identificatie: 'EIGEN' }))).told.code, 'ZP_RETOUR_SECOND')
    assert.deepEqual((await events(gateway, id)).map(it => it.event), ['accepted', 'answered', 'offered'])
  })

  test('whose answer cannot be stored gets nothing stored: neither the answer nor the delivery', async () => {
    const gateway = await running(async (_envelope, tools) => {
      const heen = await tools.message()
      const { Header, ...rest } = retourFor(heen)
      const XsdVersie = { BasisschemaXsdVersie: '9.9.9', BerichtXsdVersie: '9.9.9' }
      return { kind: 'done', send: [{ type: 'WMO302', message: { Header: { ...Header as Tree, XsdVersie }, ...rest } }] }
    })
    const { id } = await gateway.as('gemeente').send(fixture('WMO301'))
    await reaches(gateway, id, { delivery: 'waiting', answer: 'awaited', attempts: 1 })
    await until(async () => (await events(gateway, id)).some(it => it.event === 'later' && it.detail === 'caused_refused') || undefined)
    assert.deepEqual((await gateway.as('gemeente').get('/v1/mailbox')).told.messages, [])
    await stays(gateway, id)
  })

  test('that holds keeps the message from its receiver', async () => {
    const gateway = await running(async () => ({ kind: 'hold', reason: 'person' }))
    const { id } = await gateway.as('gemeente').send(fixture('WMO301'))
    await reaches(gateway, id, { delivery: 'held' })
    assert.deepEqual((await events(gateway, id)).at(-1), { ...(await events(gateway, id)).at(-1), event: 'held', detail: 'person' })
    await stays(gateway, id)
  })

  test('that rejects ends the message for its receiver; its sender sees the verdict', async () => {
    const finding = { level: 3, code: 'TR999', line: null, path: 'Client', found: '', expected: '', message: 'Nee', message_en: 'No' } as const
    const gateway = await running(async () => ({ kind: 'reject', findings: [finding] }))
    const { id } = await gateway.as('gemeente').send(fixture('WMO301'))
    await reaches(gateway, id, { delivery: 'none', verdict: 'rejected' })
    await stays(gateway, id)
    assert.deepEqual((await gateway.as('gemeente').get('/v1/messages?verdict=rejected')).told.messages.map(it => it.id), [id])
    assert.deepEqual((await gateway.as('gemeente').get(`/v1/messages/${id}`)).told.findings, [{ ...finding, line: 18 }])
  })

  test('that says later is asked again, and its patience costs no attempt', async () => {
    let asked = 0
    const gateway = await running(async () => ++asked < 4 ? { kind: 'later', after_ms: 20, reason: 'waits' } : { kind: 'done' })
    const { id } = await gateway.as('gemeente').send(fixture('WMO301'))
    await gateway.as('aanbieder').receives(id)
    assert.equal(asked, 4)
    assert.deepEqual((await events(gateway, id)).map(it => it.event), ['accepted', 'later', 'later', 'later', 'offered'])
  })

  for (const [how, reason, handle] of [
    ['throws', 'handler_failed', async () => { throw new Error('a Bsn 999900006 in an error') }],
    ['gives what is no outcome', 'handler_failed', async () => JSON.parse('{"kind":"hold"}') as Outcome],
    ['hangs', 'handler_timeout', async () => await new Promise<Outcome>(() => {})]
  ] satisfies ReadonlyArray<readonly [string, string, Handler['handle']]>) {
    test(`that ${how} is tried again later, and holds up nobody else`, async () => {
      const gateway = await running(handle, { handler_ms_max: 100, claim_limit: 1 })
      const { id } = await gateway.as('gemeente').send(fixture('WMO301'))
      const other = await gateway.as('gemeente').send(fixture('JW301'))
      await until(async () => (await events(gateway, id)).some(it => it.event === 'later' && it.detail === reason) || undefined)
      const { delivery, attempts, next_try: next } = await sent(gateway, id)
      assert.deepEqual([delivery, attempts], ['waiting', 1])
      assert.ok(Date.parse(String(next)) > Date.now() + 10_000)
      await gateway.as('aanbieder').receives(other.id)
      assert.ok(!gateway.lines.join('').includes('999900006'))
      assert.ok(gateway.lines.some(line => line.includes('a delivery failed and is tried again') && line.includes(id) && line.includes('"frames"')))
    })
  }

  test('that hangs on and on leaves the message for later tries, and in the end dead with its reason', async () => {
    let passed_ms = 0
    const gateway = await (await makeWorld()).start({ handler_ms_max: 100, retry_total_ms: 12 * 3_600_000 }, [on(async () => await new Promise<Outcome>(() => {}))], { now: () => instant(Date.now() + passed_ms) })
    const { id } = await gateway.as('gemeente').send(fixture('WMO301'))
    await until(async () => (await events(gateway, id)).some(it => it.event === 'later') || undefined)
    // By a clock that goes ahead by more than a day nothing is given up.
    passed_ms = 13 * 3_600_000
    await reaches(gateway, id, { delivery: 'dead', dead_reason: 'exhausted: handler_timeout' })
    await stays(gateway, id)
  })

  test('is asked after the one before it said done, and not when that did not', async () => {
    const asked: string[] = []
    const named = (name: string, outcome: Outcome): Handler => ({ name, on: [{ message: ['WMO301'] }], handle: async () => { asked.push(name); return outcome } })
    const world = await makeWorld()
    const gateway = await world.start({}, [named('one', { kind: 'done' }), named('two', { kind: 'hold', reason: 'x' }), named('three', { kind: 'done' })])
    const { id } = await gateway.as('gemeente').send(fixture('WMO301'))
    await reaches(gateway, id, { delivery: 'held' })
    assert.deepEqual(asked, ['one', 'two'])
  })

  test('that may answer what another answers stops the start, and leaves the database free', async () => {
    const world = await makeWorld()
    const done: Handler['handle'] = async () => ({ kind: 'done' })
    const twins = [{ ...on(done, ['WMO301', 'WMO305'], true), name: 'one' }, { ...on(done, ['WMO305'], true), name: 'two' }]
    await assert.rejects(world.start({}, twins), /answered type: WMO305/)
    await assert.rejects(world.start({}, [on(done), on(done)]), /same name/)
    await world.start({}, [on(done)])
  })

  test('that hangs when the gateway stops is told so, and its work is free at once for the next gateway', async () => {
    const world = await makeWorld()
    let told = false
    const hanging = await world.start({}, [on(async (_envelope, { signal }) => await new Promise<Outcome>(() => { signal.addEventListener('abort', () => { told = true }) }))])
    const { id } = await hanging.as('gemeente').send(fixture('WMO301'))
    await reaches(hanging, id, { attempts: 1 })
    await hanging.stop()
    assert.ok(told)
    // Its lease would have lasted a minute; `receives` waits half of one.
    const next = await world.start()
    const offered = await next.as('aanbieder').receives(id)
    assert.equal(offered['attempts'], 0)
    assert.deepEqual((await events(next, id)).map(it => it.event), ['accepted', 'offered'])
  })
})
