/** Several gateway processes on one PostgreSQL database: any deals with what one takes, one at a time pushes to a destination, and the rest goes on when one ends. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { partyCode } from '../../src/core/core.ts'
import { assertAcked } from '../fault/acked.ts'
import { lineOf } from '../fault/ledger.ts'
import { missing, startPostgres } from '../postgres.ts'
import type { Behaviour } from '../receivers.ts'
import { anAccount, putAccount } from '../register.ts'
import { makePushWorld, reaches } from './pushing.ts'
import { aanbieder, message, until, type Client, type Running } from './world.ts'

/** Answers after a moment, and knows how many it had to answer at once. */
function counting (): { readonly behaviour: Behaviour, readonly most: () => number } {
  let [now, most] = [0, 0]
  const serve = async () => {
    most = Math.max(most, ++now)
    await pause(5)
    now--
    return { status: 200, headers: {}, body: '' }
  }
  return { behaviour: { kind: 'serve', serve }, most: () => most }
}

const lease_ms = 6_000
const says = (gateway: Running, words: string): boolean => gateway.lines.some(line => line.includes(words))

describe('several gateways on one database', { skip: missing('bundled') }, async () => {
  const server = await startPostgres()
  after(() => server.close())
  const url = await server.freshDatabase()
  const world = await makePushWorld(undefined, url)
  const holders = async (): Promise<ReadonlyMap<string, string>> => new Map((await server.query("select name, process from tenure where process <> ''", [], url.slice(url.lastIndexOf('/') + 1))).map(row => [String(row['name']), String(row['process'])]))
  const destinations = await Promise.all(Array.from({ length: 8 }, async (_, n) => {
    const { behaviour, most } = counting()
    return { code: partyCode(`4243000${n}`), receiver: await world.receiver({ behaviour }), most }
  }))
  for (const { code, receiver } of destinations) await world.connect(code, [receiver.connection({ at_once_max: 1 })])
  const down = await world.receiver({ behaviour: { kind: 'answer', status: 503 } })
  const silenced = partyCode('42439999')
  await world.connect(silenced, [down.connection({ breaker: { failures: 1, open_ms: 3_600_000, probes: 1 } })])
  const settings = { lease_ms, sweep_ms: 50, poll_ms: 200 }
  const start = (): Promise<Running> => world.pushing(settings)
  const [one, two] = [await start(), await start()]
  let seed = 0
  const ledger: string[] = []
  /** @returns its id */
  const post = async (by: Client, payload: Buffer): Promise<string> => {
    const { status, bytes, told } = await by.post(payload)
    assert.equal(status, 202, bytes.toString())
    ledger.push(lineOf(bytes, payload))
    return told.id
  }
  /** So many to each destination, one after the other taken by another gateway. @returns their ids */
  const send = async (gateways: readonly Running[], each: number): Promise<string[]> => {
    const wanted = Array.from({ length: each }, () => destinations).flat()
    return await Promise.all(wanted.map(async ({ code }, nth) => {
      const gateway = gateways[nth % gateways.length]
      assert.ok(gateway)
      return await post(gateway.as('gemeente'), message('WMO301', ++seed, { ontvanger: code, identificatie: `S${seed}` }))
    }))
  }
  const arrived = (): string[] => destinations.flatMap(it => it.receiver.arrived.map(its => its.id))
  const all: string[] = []

  test('whatever either takes is pushed once, as much at once as its endpoint takes, and both have their share', async () => {
    all.push(...await send([one, two], 6))
    await until(() => arrived().length >= all.length || undefined, 'every push')
    assert.deepEqual(arrived().toSorted(), all.toSorted(), 'nothing twice')
    assert.deepEqual(destinations.map(it => it.most()), destinations.map(() => 1))
    const has = [...await holders()].filter(([name]) => name.startsWith('push:')).map(([, process]) => process)
    assert.equal(has.length, destinations.length)
    // Of eight it falls to one of two alone once in 128.
    const processes = (await server.query('select id from process where shares = 1', [], url.slice(url.lastIndexOf('/') + 1))).length
    assert.equal(processes, 2)
  })

  test('a mailbox is emptied at another than the one that took its messages', async () => {
    await world.connect(aanbieder, [{ door: 'mailbox', direction: 'both' }])
    const id = await post(one.as('gemeente'), message('WMO301', 901))
    await two.as('aanbieder').receives(id)
    assert.equal((await two.as('aanbieder').delete(`/v1/mailbox/${id}`)).status, 204)
    await reaches(one.as('gemeente'), id, 'delivered')
  })

  test('a certificate that was taken away is refused by both', async () => {
    const supplier = world.account('pinned')
    assert.equal((await two.as('pinned').get('/v1/mailbox')).status, 200)
    await world.store(store => putAccount(store, anAccount(supplier.id, { ...supplier, certificates: [] })))
    for (const gateway of [one, two]) await until(async () => [401, 403].includes((await gateway.as('pinned').get('/v1/mailbox')).status) || undefined, 'a refusal')
  })

  test('one of them sweeps', async () => {
    await until(() => says(one, '"swept"') || says(two, '"swept"') || undefined, 'a sweep')
    assert.ok(!(says(one, '"swept"') && says(two, '"swept"')))
  })

  test('what one stops doing the other goes on with at once: nothing is lost, the endpoint left alone stays so, and it sweeps', async () => {
    await post(one.as('gemeente'), message('WMO301', 801, { ontvanger: silenced }))
    const words = 'a destination answers nobody'
    const owner = await until(() => [one, two].find(it => says(it, words)), 'an open breaker')
    const other = owner === one ? two : one
    assert.equal(down.heads(), 1)
    const sending = send([other], 6)
    await owner.stop()
    const ids = await sending
    all.push(...ids)
    await until(() => new Set(arrived()).size >= all.length || undefined, 'every push')
    assert.deepEqual([...new Set(arrived())].toSorted(), all.toSorted())
    const id = await post(other.as('gemeente'), message('WMO301', 802, { ontvanger: silenced }))
    await until(async () => (await holders()).has(`push:${silenced}`) || undefined, 'who has it now')
    await until(async () => JSON.stringify((await other.as('gemeente').get(`/v1/messages/${id}`)).told['here']).includes('left_alone') || undefined, 'left alone')
    assert.equal(down.heads(), 1)
    await until(() => says(other, '"swept"') || undefined, 'the other sweeps')
    for (const it of destinations) assert.deepEqual([it.most(), it.receiver.faults], [1, []])
    await other.stop()
    assert.deepEqual([...await holders()], [], 'everything was given back')
    await assertAcked(world, ledger, { all: true })
  })
})
