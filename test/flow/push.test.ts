/** Pushing end to end: real gateways and real TLS receivers, from the post to the mark that it was taken. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aanbieder, message } from './world.ts'
import { makePushWorld, reaches } from './pushing.ts'

describe('a message for an endpoint', () => {
  test('is pushed once, with its payload, metadata and seal, and is delivered', async () => {
    const world = await makePushWorld()
    const receiver = await world.endpoint(aanbieder)
    const gateway = await world.pushing()
    const bytes = message('WMO301', 1)
    const { id } = await gateway.as('gemeente').send(bytes)
    await reaches(gateway.as('gemeente'), id, 'delivered')
    assert.deepEqual(receiver.faults, [])
    const [arrived, second] = receiver.arrived
    assert.equal(second, undefined)
    assert.deepEqual([arrived?.id, arrived?.attempt, arrived?.parts.get('payload')?.bytes.equals(bytes)], [id, 1, true])
    const { told } = await gateway.as('gemeente').get(`/v1/messages/${id}/history`)
    assert.deepEqual(told.events.map(it => [it.event, it.detail]), [['accepted', null], ['offered', null], ['delivered', 'pushed']])
  })
})
