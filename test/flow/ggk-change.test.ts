/** A party that is called by StUF-GGk from now on, by something else, or not any more, while messages and Fo01s wait for it. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { actions, di01, soap, soapHeaders, ggkPath } from '../chain.ts'
import { openMunicipalities } from '../municipality.ts'
import { makePushWorld, movable, reaches } from './pushing.ts'
import { altered, gemeente, message, until, withText } from './world.ts'

const municipalities = await openMunicipalities()
const world = await makePushWorld(municipalities)
const clock = movable()
const endpoint = await municipalities.open()
const receiver = await municipalities.receiver()
const gateway = await world.pushing({ push_ports: `${endpoint.port},${receiver.port}`, push_ms_max: 60_000, breaker_failures: 1, ggk_bytes_max: 20_000 }, clock)
const from = gateway.as('aanbieder')
const to = gateway.as('gemeente')

const minute = 60_000
const mailbox = { door: 'mailbox', direction: 'both' } as const
const retry = { first_ms: minute, longest_ms: minute, total_ms: 600 * minute }
const ggk = endpoint.connection({ retry })
const down = (): void => { endpoint.answer({ kind: 'answer', status: 503 }) }
const up = (): void => { endpoint.answer({ kind: 'Bv03' }) }
let seed = 0

/** Refused at the municipal door, and to be told. @returns its number */
async function refused (): Promise<string> {
  const number = randomUUID()
  const { status } = await to.call('POST', ggkPath, soap(di01(withText(message('WMO301', ++seed), 'Geslacht', 'X'), { referentienummer: number })), soapHeaders(actions.Di01))
  assert.equal(status, 200)
  return number
}
/** @returns a message and an Fo01 that its endpoint did not take: it is left alone for a minute */
async function waiting (): Promise<{ readonly id: string, readonly number: string }> {
  down()
  await world.connect(gemeente, [mailbox, ggk])
  const { id } = await from.send(message('WMO305', ++seed))
  await until(async () => ((await from.get(`/v1/messages/${id}/history`)).told.events.some(it => it.event === 'later')) || undefined, 'a push that failed')
  return { id, number: await refused() }
}
const notices = async (state: 'due' | 'sent' | 'dead') => (await world.store(store => store.notices({ state, limit: 99 }))).items
const ended = async (): Promise<void> => { await until(async () => { clock.forward(2 * minute); return (await notices('due')).length === 0 || undefined }, 'the end of all notices') }
const inMailbox = async (): Promise<string[]> => (await to.get('/v1/mailbox')).told.messages.map(it => it.id)

test('an endpoint that is taken away: the message lies in the mailbox, the Fo01 is dead and is told once there is one again', async () => {
  const { id, number } = await waiting()
  await world.connect(gemeente, [mailbox])
  await ended()
  const [dead] = (await notices('dead')).slice(-1)
  assert.equal(dead?.reason, 'no_ggk')
  assert.ok((await inMailbox()).includes(id))
  await until(async () => { clock.forward(2 * minute); return (await from.get(`/v1/messages/${id}`)).told['next_try'] === null || undefined }, 'the end of pushing')
  up()
  await world.connect(gemeente, [mailbox, ggk])
  const again = await gateway.as('operator').call('POST', `/v1/operator/notices/${dead.id}/again`, JSON.stringify({ reason: 'mended' }), { 'content-type': 'application/json' })
  assert.equal(again.status, 200, again.bytes.toString())
  await ended()
  assert.equal(endpoint.calls.filter(it => it.stuurgegevens['crossRefnummer'] === number).length, 1)
  assert.ok((await inMailbox()).includes(id), 'what lies in the mailbox is fetched')
  assert.equal((await to.delete(`/v1/mailbox/${id}`)).status, 204)
})

test('an endpoint of another kind: the message goes there, the Fo01 is dead, for a push has none', async () => {
  const { id, number } = await waiting()
  await world.connect(gemeente, [mailbox, receiver.connection({ retry })])
  await until(async () => { clock.forward(2 * minute); return (await from.get(`/v1/messages/${id}`)).told['delivery'] === 'delivered' || undefined }, 'a message that is delivered')
  assert.deepEqual(receiver.faults, [])
  assert.equal(receiver.arrived.filter(it => it.id === id).length, 1)
  await ended()
  assert.equal((await notices('dead')).at(-1)?.reason, 'no_ggk')
  const told = (await to.get('/v1/messages?verdict=refused')).told.messages
  assert.ok(told.length >= 2, 'its sender sees by REST what was refused')
  assert.equal(endpoint.calls.filter(it => it.stuurgegevens['crossRefnummer'] === number).length, 0)
})

test('a party that fetched and is called from now on: what lay in its mailbox stays there, what comes then is called', async () => {
  await world.connect(gemeente, [mailbox])
  const first = await from.send(message('WMO305', ++seed))
  await reaches(from, first.id, 'offered')
  up()
  await world.connect(gemeente, [mailbox, ggk])
  const second = await from.send(message('WMO305', ++seed))
  await reaches(from, second.id, 'delivered')
  assert.deepEqual(await inMailbox(), [first.id])
  const here = (await from.get(`/v1/messages/${first.id}`)).told['here'] as { code?: string }
  assert.equal(here.code, 'mailbox')
  assert.equal((await to.delete(`/v1/mailbox/${first.id}`)).status, 204)
})

test('a message that StUF-GGk cannot carry, for a party that was pushed to over REST: dead, and driven again it is dead again, until its party fetches', async () => {
  await world.connect(gemeente, [mailbox, receiver.connection({ retry })])
  receiver.behave({ kind: 'answer', status: 503 })
  const { id } = await from.send(altered(message('WMO305', ++seed), /$/, ' '.repeat(20_000)))
  await until(async () => ((await from.get(`/v1/messages/${id}/history`)).told.events.some(it => it.event === 'later')) || undefined, 'a push that failed')
  await world.connect(gemeente, [mailbox, ggk])
  const deaths = async (): Promise<number> => { clock.forward(2 * minute); return (await from.get(`/v1/messages/${id}/history`)).told.events.filter(it => it.event === 'dead' && it.detail === 'too_large').length }
  await until(async () => await deaths() === 1 || undefined, 'a dead letter')
  const redrive = async (): Promise<void> => {
    const reply = await gateway.as('operator').call('POST', '/v1/operator/redrive', JSON.stringify({ reason: 'endpoint_repaired', ids: [id] }), { 'content-type': 'application/json' })
    assert.equal(reply.told.messages[0]?.['outcome'], 'redriven')
  }
  await redrive()
  await until(async () => await deaths() === 2 || undefined, 'a dead letter again')
  assert.equal(endpoint.calls.filter(it => it.operation === 'ggk_Di01' && it.payload !== null && it.payload.byteLength > 20_000).length, 0)
  assert.ok(!(await inMailbox()).includes(id))
  await world.connect(gemeente, [mailbox])
  await redrive()
  await to.receives(id)
  assert.equal((await to.delete(`/v1/mailbox/${id}`)).status, 204)
  await reaches(from, id, 'delivered')
})
