/** Dead pushes driven again, end to end: over the interface and by the command beside the running gateway, to an endpoint and to a mailbox. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ends, zorgpoort } from '../bin/command.ts'
import { environment } from '../fault/child.ts'
import { makePushWorld, reaches } from './pushing.ts'
import { aanbieder, message, type Told } from './world.ts'

const world = await makePushWorld()
const receiver = await world.receiver()
const mailbox = { door: 'mailbox', direction: 'both' } as const
const policy = { first_ms: 60_000, longest_ms: 60_000, total_ms: 600_000 }
const connect = async (): Promise<void> => await world.connect(aanbieder, [mailbox, receiver.connection({ retry: policy })])
await connect()
const gateway = await world.pushing({ poll_ms: 100 })
const from = gateway.as('gemeente')

/** Refused by its endpoint, which takes everything from then on. */
async function refused (seed: number): Promise<string> {
  receiver.behave({ kind: 'answer', status: 422, headers: { 'content-type': 'application/json' }, body: '{"code":"AFGEKEURD_1"}' })
  const { id } = await from.send(message('WMO301', seed, { identificatie: `R${seed}` }))
  await reaches(from, id, 'dead')
  receiver.behave({ kind: 'answer', status: 200 })
  return id
}
const redrive = async (body: object): Promise<Told> => (await gateway.as('operator').call('POST', '/v1/operator/redrive', JSON.stringify({ reason: 'endpoint_repaired', ...body }), { 'content-type': 'application/json' })).told
const triesOf = (id: string) => receiver.arrived.filter(it => it.id === id)

describe('a push that its endpoint refused', () => {
  test('goes again under the same id and as the same bytes, and is delivered', async () => {
    const id = await refused(1)
    const { dead_class: dies, dead_reason: reason } = (await from.get(`/v1/messages/${id}`)).told
    assert.deepEqual([dies, reason], ['functional', 'http_422.AFGEKEURD_1'])
    assert.deepEqual((await redrive({ code: 'http_422', class: 'functional' }))['counts'], { redriven: 1, absent: 0, not_dead: 0, answered: 0, replaced: 0, payload_gone: 0 })
    await reaches(from, id, 'delivered')
    const [first, second, ...more] = triesOf(id)
    assert.deepEqual([first?.attempt, second?.attempt, second?.body.equals(first?.body ?? Buffer.alloc(0)), more], [1, 1, true, []])
    assert.deepEqual(receiver.faults, [])
    const { events } = (await from.get(`/v1/messages/${id}/history`)).told
    assert.deepEqual(events.map(it => [it.event, it.detail]), [['accepted', null], ['offered', null], ['dead', 'http_422.AFGEKEURD_1'], ['redriven', 'endpoint_repaired'], ['delivered', 'pushed']])
    assert.deepEqual((await redrive({ ids: [id] })).messages.map(it => it['outcome']), ['not_dead'])
  })

  test('is taken up by the running gateway when the command drives it again', async () => {
    const id = await refused(2)
    const env = environment(world)
    ends(await zorgpoort(['dead', '--party', aanbieder], { env }), 0, /^ {6}1 {2}to 42420001 .* functional {3}http_422\.AFGEKEURD_1\n/)
    ends(await zorgpoort(['redrive', '--party', aanbieder, '--code', 'AFGEKEURD_', '--dry-run'], { env }), 0, /^No dead letters match/)
    ends(await zorgpoort(['redrive', '--party', aanbieder, '--code', 'AFGEKEURD_1', '--reason', 'endpoint_repaired'], { env }), 0, /^1 message driven again/)
    await reaches(from, id, 'delivered')
    assert.equal(triesOf(id).length, 2)
  })

  test('lies in the mailbox when its receiver has no endpoint any more', async () => {
    const id = await refused(3)
    await world.connect(aanbieder, [mailbox])
    await redrive({ ids: [id] })
    await gateway.as('aanbieder').receives(id)
    assert.equal((await gateway.as('aanbieder').delete(`/v1/mailbox/${id}`)).status, 204)
    assert.equal((await reaches(from, id, 'delivered'))['dead_class'], null)
    assert.equal(triesOf(id).length, 1)
    await connect()
  })
})
