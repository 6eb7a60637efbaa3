/** Pushing to what is down, and over the end of a gateway: quiet while nobody answers, nothing lost, nothing tried that was not to be. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { messageId } from '../../src/core/core.ts'
import { makePushWorld, movable, reaches, type PushWorld } from './pushing.ts'
import { message, until, type Running } from './world.ts'
import type { Receiver } from '../receivers.ts'

const minute = 60_000
const policy = { first_ms: minute, longest_ms: minute, total_ms: 600 * minute }

/** A world of its own, with a receiver for one party. */
async function place (code: string): Promise<{ world: PushWorld, receiver: Receiver, clock: ReturnType<typeof movable> }> {
  const world = await makePushWorld()
  const receiver = await world.receiver()
  await world.connect(code, [receiver.connection({ retry: policy })])
  return { world, receiver, clock: movable() }
}
const sent = async (gateway: Running, ontvanger: string, seeds: readonly number[]): Promise<string[]> => {
  const ids: string[] = []
  for (const seed of seeds) ids.push((await gateway.as('gemeente').send(message('WMO301', seed, { ontvanger }))).id)
  return ids
}
const events = async (gateway: Running, ids: readonly string[]): Promise<string[]> =>
  (await Promise.all(ids.map(id => gateway.as('gemeente').get(`/v1/messages/${id}/history`)))).flatMap(({ told }) => told.events.map(it => it.event))
const state = (world: PushWorld): Promise<string | undefined> => world.store(async store => (await store.destinations())[0]?.state)
const many = Array.from({ length: 12 }, (_, n) => n + 1)

describe('a destination that is down', () => {
  test('is left alone after five failures, also by the next gateway: no attempt, no event; and all goes on when it is back', async () => {
    const code = '42431001'
    const { world, receiver, clock } = await place(code)
    await receiver.stop()
    const first = await world.pushing({}, clock)
    const ids = await sent(first, code, many)
    await until(async () => await state(world) === 'open' || undefined, 'an open destination')
    await until(async () => (await events(first, ids)).filter(it => it === 'later').length >= 5 || undefined)
    assert.equal(first.lines.filter(line => line.includes('answers nobody')).length, 1)
    await first.stop()
    // Up to four are under way when it is left alone, and are recorded after it.
    const failures = await world.store(async store => (await Promise.all(ids.map(id => store.inspect(messageId(id))))).flatMap(it => it?.history ?? []).filter(it => it.event === 'later').length)
    assert.ok(failures >= 5 && failures <= 8, `${failures}`)
    const next = await world.pushing({}, clock)
    assert.equal((await events(next, ids)).filter(it => it === 'later').length, failures)
    assert.ok((await events(next, ids)).every(it => it !== 'dead' && it !== 'rejected'))
    await receiver.start()
    clock.forward(2 * minute)
    for (const id of ids) await reaches(next.as('gemeente'), id, 'delivered')
    assert.equal(await state(world), 'closed')
    assert.deepEqual(new Set(receiver.arrived.map(it => it.id)), new Set(ids))
    assert.equal(receiver.arrived.length, ids.length)
    assert.deepEqual(receiver.faults, [])
  })

  test('takes nothing from another', async () => {
    const [slow, well] = ['42431002', '42431003']
    const { world, receiver, clock } = await place(slow)
    const other = await world.receiver({ keep: false })
    await world.connect(well, [other.connection()])
    receiver.behave({ kind: 'silent' })
    const gateway = await world.pushing({ push_ms_max: 60_000 }, clock)
    await sent(gateway, slow, many)
    await until(() => receiver.heads() === 4 || undefined, 'four pushes that hang')
    for (const id of await sent(gateway, well, many.map(seed => seed + 100))) await reaches(gateway.as('gemeente'), id, 'delivered')
    assert.equal(receiver.heads(), 4)
  })
})

describe('a gateway that stops', () => {
  test('hands back at once what it pushes, and the next pushes it again as the same attempt', async () => {
    const code = '42431004'
    const { world, receiver, clock } = await place(code)
    receiver.behave({ kind: 'silent' })
    const first = await world.pushing({ push_ms_max: 60_000 }, clock)
    const ids = await sent(first, code, many.slice(0, 6))
    await receiver.until(4)
    await first.stop()
    receiver.behave({ kind: 'answer' })
    const next = await world.pushing({}, clock)
    for (const id of ids) await reaches(next.as('gemeente'), id, 'delivered')
    assert.ok(receiver.arrived.every(it => it.attempt === 1))
    assert.deepEqual(new Set(await events(next, ids)), new Set(['accepted', 'offered', 'delivered']))
  })
})
