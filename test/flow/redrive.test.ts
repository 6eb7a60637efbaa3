/** Dead letters in the running gateway: seen by sender and operator, driven again over the interface, and taken up at once. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Handler } from '../../src/handle/handle.ts'
import { putParty } from '../register.ts'
import { makeWorld, message, until, type Reply, type Running, type Told, type World } from './world.ts'

/** A party that leaves and comes back: what is for it meanwhile is dead. */
const leaves = async (world: World, code: string, families: ReadonlyArray<'iwmo' | 'ijw'>): Promise<void> => await world.store(async store => {
  const party = (await store.register()).parties.find(it => it.code === code)
  assert.ok(party)
  await putParty(store, { ...party, families })
})

/** Waits until it is let go, so that the receiver can leave between acceptance and delivery. */
function gate (): { readonly handler: Handler, open: boolean } {
  const it: { handler: Handler, open: boolean } = {
    open: false,
    handler: { name: 'gate', on: [{ message: ['WMO301'] }], handle: async () => it.open ? { kind: 'done' } : { kind: 'later', after_ms: 20, reason: 'waits' } }
  }
  return it
}

const sees = async (gateway: Running, id: string, delivery: string): Promise<Told> => await until(async () => {
  const { told } = await gateway.as('gemeente').get(`/v1/messages/${id}`)
  return told['delivery'] === delivery ? told : undefined
}, delivery)
const asks = async (gateway: Running, body: object | string): Promise<Reply> =>
  await gateway.as('operator').call('POST', '/v1/operator/redrive', typeof body === 'string' ? body : JSON.stringify(body), { 'content-type': 'application/json' })
const dead = async (gateway: Running, query = ''): Promise<Told> => (await gateway.as('auditor').get(`/v1/operator/dead?${query}`)).told
const none = { redriven: 0, absent: 0, not_dead: 0, answered: 0, replaced: 0, payload_gone: 0 }

const world = await makeWorld()
const held = gate()
const gateway = await world.start({ poll_ms: 100 }, [held.handler])
const sent = [1, 2, 3].map(n => message('WMO301', n))
const ids: string[] = []
for (const bytes of sent) ids.push((await gateway.as('gemeente').send(bytes)).id)
await leaves(world, '42420001', ['ijw'])
held.open = true
for (const id of ids) await sees(gateway, id, 'dead')
const [first = '', second = '', third = ''] = ids

describe('a dead letter', () => {
  test('is seen by its sender with class and reason, and listed by an operator', async () => {
    const told = await sees(gateway, first, 'dead')
    assert.deepEqual([told['dead_class'], told['dead_reason'], told['next_try']], ['functional', 'receiver_left_family', null])
    assert.deepEqual((await gateway.as('gemeente').get('/v1/messages?delivery=dead')).told.messages.map(it => it.id).toSorted(), ids.toSorted())
    const page = await dead(gateway, 'limit=2')
    assert.deepEqual(page.messages.map(it => [it['dead_class'], it['dead_reason'], it['delivery']]), Array(2).fill(['functional', 'receiver_left_family', 'dead']))
    assert.ok(page.messages.every(it => Number.isFinite(Date.parse(String(it['dead_since'])))))
    assert.deepEqual([...page.messages, ...(await dead(gateway, `cursor=${String(page['next'])}`)).messages].map(it => it.id).toSorted(), ids.toSorted())
    const numbers = async (query: string): Promise<number> => (await dead(gateway, query)).messages.length
    assert.deepEqual(await Promise.all(['party=0344', 'party=0363', 'class=functional', 'class=transient', 'code=receiver_left_family', 'code=timeout', 'type=JW301', 'to=2026-01-01T00:00:00Z', 'from=2026-01-01T00:00:00Z'].map(numbers)), [3, 0, 3, 0, 3, 0, 0, 0, 3])
    for (const query of ['party=x', 'class=x', 'type=WMO999', 'from=x', 'limit=251', 'cursor=x', 'strange=1']) assert.equal((await gateway.as('operator').get(`/v1/operator/dead?${query}`)).told.code, 'ZP_QUERY', query)
  })

  test('stays as it is when an operator only asks what would be done', async () => {
    const { told } = await asks(gateway, { party: '0344', dry_run: true })
    assert.deepEqual([told['dry_run'], told['counts'], told['more'], told['cursor']], [true, { ...none, redriven: 3 }, false, null])
    assert.equal((await dead(gateway)).messages.length, 3)
  })

  test('is driven again by its id, by a filter, and page by page; the gateway takes it up, and its receiver gets it', async () => {
    await leaves(world, '42420001', ['iwmo', 'ijw'])
    const one = await asks(gateway, { ids: [second, second, '019a5c1e-7d00-7000-8000-000000000001'], reason: 'party_is_back' })
    assert.deepEqual([one.status, one.told.messages.map(it => [it.id, it['outcome']])], [200, [[second, 'redriven'], ['019a5c1e-7d00-7000-8000-000000000001', 'absent']]])
    await gateway.as('aanbieder').receives(second)
    assert.deepEqual((await asks(gateway, { ids: [second], reason: 'party_is_back' })).told['counts'], { ...none, not_dead: 1 })
    const filter = { code: 'receiver_left_family', class: 'functional', reason: 'party_is_back', limit: 1 }
    const page = (await asks(gateway, filter)).told
    assert.deepEqual([page['counts'], page['more']], [{ ...none, redriven: 1 }, true])
    const rest = (await asks(gateway, { ...filter, cursor: page['cursor'] })).told
    assert.deepEqual([rest['counts'], rest['more']], [{ ...none, redriven: 1 }, false])
    for (const id of [first, third]) await gateway.as('aanbieder').receives(id)
    assert.deepEqual((await asks(gateway, { all: true, reason: 'party_is_back' })).told['counts'], none)
  })

  test('that was driven again says so in its history: to its sender why, to an operator also who', async () => {
    const { events } = (await gateway.as('gemeente').get(`/v1/messages/${second}/history`)).told
    assert.deepEqual(events.filter(it => it.event !== 'later').map(it => [it.event, it.account, it.detail]), [['accepted', 'gemeente', null], ['dead', null, 'receiver_left_family'], ['redriven', null, 'party_is_back'], ['offered', null, null]])
    const rows = (await gateway.as('auditor').get(`/v1/operator/audit?event=redriven&message=${second}`)).told['rows'] as Told[]
    assert.deepEqual(rows.map(it => [it['account'], it['detail']]), [['operator', 'party_is_back']])
  })

  test('is not driven again without saying which and why', async () => {
    const reason = 'party_is_back'
    const refused: ReadonlyArray<readonly [object | string, RegExp]> = [
      ['{', /JSON/], [{ reason }, /ids.*all/], [{ reason, all: true, party: '0344' }, /ids.*all/], [{ reason, ids: [first], party: '0344' }, /ids.*all/], [{ reason, ids: ['Jansen'] }, /^ids\/0: /],
      [{ all: true }, /^reason: /], [{ all: true, reason: 'Jan Jansen' }, /^reason: /], [{ all: true, reason: 'a999900006' }, /^reason: /],
      [{ reason, all: true, limit: 1001 }, /^limit: /], [{ reason, class: 'x' }, /^class: functional, transient, partner_down/], [{ reason, strange: 'Jansen' }, /unknown field/],
      [{ reason, ids: Array(1001).fill(first) }, /^ids: 1000/]
    ]
    for (const [body, says] of refused) {
      const { status, told } = await asks(gateway, body)
      assert.deepEqual([status, told.code], [400, 'ZP_REQUEST'], JSON.stringify(body).slice(0, 80))
      assert.match(told.detail ?? '', says)
      assert.doesNotMatch(told.detail ?? '', /Jansen|999900006/)
    }
    for (const body of [{ reason, party: 'x' }, { reason, party: '0344', cursor: 'x' }, { reason, party: '0344', from: 'x' }]) assert.equal((await asks(gateway, body)).told.code, 'ZP_QUERY')
  })
})
