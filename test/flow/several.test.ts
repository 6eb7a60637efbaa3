/** Several gateway processes on one PostgreSQL database: what is taken by one is dealt with by any, pushed to a destination by one at a time, and goes on when one ends. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { aanbieder, message } from './world.ts'
import { makePushWorld, reaches } from './pushing.ts'
import { missing, startPostgres } from '../postgres.ts'

const skip = missing('bundled')
test('what either of two processes takes is pushed once, whichever has the destination', { skip }, async () => {
  const server = await startPostgres()
  after(() => server.close())
  const world = await makePushWorld(undefined, await server.freshDatabase())
  const receiver = await world.receiver()
  await world.connect(aanbieder, [receiver.connection()])
  const gateways = await Promise.all([world.pushing({ lease_ms: 3000 }), world.pushing({ lease_ms: 3000 })])
  for (let n = 1; n <= 10; n++) {
    const sender = gateways[n % 2]?.as('gemeente')
    assert.ok(sender)
    const { id } = await sender.send(message('WMO301', n))
    await reaches(sender, id, 'delivered')
  }
  for (const it of gateways) await it.stop()
  assert.equal(receiver.arrived.length, 10)
})
