/** Pushing end to end: real gateways and real TLS receivers, from the post to the mark that it was taken, or to the dead letter. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makePushWorld, movable, reaches } from './pushing.ts'
import { aanbieder, message, until, type Told } from './world.ts'

const world = await makePushWorld()
const clock = movable()
/** Of the tests one each, so that none knows of another's. */
const receivers = await Promise.all(Array.from({ length: 12 }, () => world.receiver()))
const gateway = await world.pushing({}, clock)
const [from, to] = [gateway.as('gemeente'), gateway.as('aanbieder')]

const minute = 60_000
const policy = { first_ms: minute, longest_ms: minute, total_ms: 60 * minute }
/** No number of failures opens it. */
const patient = { failures: 1_000, open_ms: minute, probes: 1 }
const mailbox = { door: 'mailbox', direction: 'both' } as const

let party = 42_430_000
/** A receiver of its own for a party of its own. */
async function place (over: Parameters<typeof world.receivers.open>[0] & { connection?: object, code?: string } = {}) {
  const receiver = receivers.shift()
  assert.ok(receiver)
  const code = over.code ?? String(++party)
  const connect = (change: object = {}): Promise<void> => world.connect(code, [mailbox, receiver.connection({ retry: policy, breaker: patient, ...over.connection, ...change })])
  await connect()
  return { receiver, code, connect, post: async (seed: number, identificatie = `P${seed}`): Promise<Told> => await from.send(message('WMO301', seed, { ontvanger: code, identificatie })) }
}
/** Once the next try of everything is due. */
const next = (): void => { clock.forward(1.25 * minute) }
const told = async (id: string): Promise<Told> => (await from.get(`/v1/messages/${id}`)).told
const events = async (id: string): Promise<string[]> => (await from.get(`/v1/messages/${id}/history`)).told.events.map(it => it.detail === null ? it.event : `${it.event} ${it.detail}`)
const tried = async (id: string, count: number): Promise<string[]> => await until(async () => { const all = await events(id); return all.filter(it => it.startsWith('later')).length >= count ? all : undefined }, `${count} tries that failed`)

describe('a message for an endpoint', () => {
  test('is pushed once, with its payload, and is delivered', async () => {
    const { receiver, code } = await place()
    const bytes = message('WMO301', 1, { ontvanger: code })
    const { id } = await from.send(bytes)
    await reaches(from, id, 'delivered')
    assert.deepEqual(receiver.faults, [])
    assert.deepEqual(receiver.arrived.map(it => [it.id, it.attempt, it.parts.get('payload')?.bytes.equals(bytes)]), [[id, 1, true]])
    assert.deepEqual(await events(id), ['accepted', 'offered', 'delivered pushed'])
  })

  test('is the same bytes under the same id at every try', async () => {
    const { receiver, post } = await place()
    receiver.behave(request => ({ kind: 'answer', status: request < 3 ? 503 : 200 }))
    const { id } = await post(2)
    for (const count of [1, 2]) { await tried(id, count); next() }
    await reaches(from, id, 'delivered')
    const [first, ...others] = receiver.arrived
    assert.deepEqual(receiver.arrived.map(it => [it.id, it.idempotency_key, it.attempt]), [1, 2, 3].map(attempt => [id, id, attempt]))
    for (const other of others) assert.ok(first !== undefined && other.body.equals(first.body))
    assert.deepEqual(await events(id), ['accepted', 'offered', 'later http_503', 'later http_503', 'delivered pushed'])
  })

  test('waits behind an earlier one about the same client that is tried again, and says so; other clients do not', async () => {
    const { receiver, post } = await place()
    receiver.behave(request => ({ kind: 'answer', status: request === 1 ? 503 : 200 }))
    const first = await post(3, 'P3A')
    await tried(first.id, 1)
    const [second, other] = [await post(3, 'P3B'), await post(4)]
    await reaches(from, other.id, 'delivered')
    const here = (await told(second.id))['here'] as { code: string, behind: string }
    assert.deepEqual([here.code, here.behind], ['behind', first.id])
    next()
    for (const { id } of [first, second]) await reaches(from, id, 'delivered')
    assert.deepEqual(receiver.arrived.map(it => it.id), [first, other, first, second].map(it => it.id))
  })

  test('that is refused is dead at once with the code of the refusal, and the next about the same client goes on', async () => {
    const { receiver, post } = await place()
    receiver.behave(request => request === 1 ? { kind: 'answer', status: 422, headers: { 'content-type': 'application/json' }, body: '{"code":"X17"}' } : { kind: 'answer', status: 200 })
    const [first, second] = [await post(5, 'P5A'), await post(5, 'P5B')]
    const dead = await reaches(from, first.id, 'dead')
    assert.deepEqual([dead['dead_class'], dead['dead_reason']], ['functional', 'http_422.X17'])
    await reaches(from, second.id, 'delivered')
  })

  test('is pushed no more once its receiver fetched it, or answered', async () => {
    const { receiver } = await place({ code: aanbieder })
    receiver.behave({ kind: 'answer', status: 503 })
    const [fetched, answered] = [await from.send(message('WMO301', 6)), await from.send(message('WMO301', 7))]
    for (const { id } of [fetched, answered]) await tried(id, 1)
    assert.equal((await to.delete(`/v1/mailbox/${fetched.id}`)).status, 204)
    await to.send(message('WMO302', 7, { identificatie: 'R7' }))
    for (const { id } of [fetched, answered]) await reaches(from, id, 'delivered')
    const heads = receiver.heads()
    const other = await from.send(message('WMO301', 8))
    await tried(other.id, 1)
    next()
    await tried(other.id, 2)
    assert.equal(receiver.heads(), heads + 2)
    await world.connect(aanbieder, [mailbox])
  })

  test('that its receiver fetched while it was pushed is delivered once, whatever the push comes to', async () => {
    const { receiver } = await place({ code: aanbieder })
    receiver.behave({ kind: 'silent' })
    const { id } = await from.send(message('WMO301', 9))
    await receiver.until(1)
    assert.equal((await to.delete(`/v1/mailbox/${id}`)).status, 204)
    receiver.behave({ kind: 'answer', status: 200 })
    const other = await from.send(message('WMO301', 9, { identificatie: 'P9B' }))
    await reaches(from, other.id, 'delivered')
    assert.deepEqual((await events(id)).filter(it => !/accepted|offered/.test(it)), ['delivered'])
    await world.connect(aanbieder, [mailbox])
  })

  test('keeps the policy it began with when the register has another', async () => {
    const { receiver, post, connect } = await place()
    receiver.behave({ kind: 'answer', status: 503 })
    const { id } = await post(10)
    await tried(id, 1)
    await connect({ retry: { first_ms: 600 * minute, longest_ms: 600 * minute, total_ms: 6_000 * minute } })
    const planned = Date.parse(String((await told(id))['next_try']))
    assert.ok(planned - clock.now() <= 1.2 * minute)
    next()
    await tried(id, 2)
    assert.ok(Date.parse(String((await told(id))['next_try'])) - clock.now() <= 1.2 * minute)
  })

  test('whose endpoint is taken away lies in the mailbox, or is dead where there is none', async () => {
    for (const [seed, connections, delivery] of [[11, [mailbox], 'offered'], [12, [], 'dead']] as const) {
      const { receiver, post, code } = await place()
      receiver.behave({ kind: 'answer', status: 503 })
      const { id } = await post(seed)
      await tried(id, 1)
      await world.connect(code, connections)
      next()
      const last = await until(async () => { const it = await told(id); return it['next_try'] === null ? it : undefined }, 'the end of pushing')
      assert.deepEqual([last['delivery'], last['dead_reason'], last['dead_class']], delivery === 'dead' ? ['dead', 'receiver_has_no_door', 'functional'] : ['offered', null, null])
    }
  })

  test('that is never taken is dead with its reason, and its class says whether it was alone', async () => {
    for (const [seed, failures, dead_class] of [[13, 1_000, 'transient'], [14, 1, 'partner_down']] as const) {
      const { receiver, post } = await place({ connection: { retry: { ...policy, total_ms: 2 * minute }, breaker: { ...patient, failures } } })
      receiver.behave({ kind: 'answer', status: 503 })
      const { id } = await post(seed)
      const dead = await until(async () => {
        const it = await told(id)
        if (it['delivery'] !== 'dead') next()
        return it['delivery'] === 'dead' ? it : undefined
      }, 'a dead letter')
      assert.deepEqual([dead['dead_class'], dead['dead_reason']], [dead_class, 'exhausted: http_503'])
      assert.deepEqual(new Set(await events(id)), new Set(['accepted', 'offered', 'later http_503', 'dead exhausted: http_503']))
    }
  })
})
