/** A message is found by the number its party knows it by, and by nobody else's. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { makeWorld, message } from '../flow/world.ts'

const world = await makeWorld()
const gateway = await world.start()
const [gemeente, aanbieder, other] = [gateway.as('gemeente'), gateway.as('aanbieder'), gateway.as('otherGemeente')]

test('sender and receiver find a message by its referentienummer, in upper case too; others find none', async () => {
  const { id, referentienummer } = await gemeente.send(message('WMO301', 1))
  await aanbieder.receives(id)
  for (const client of [gemeente, aanbieder]) {
    for (const number of [String(referentienummer), String(referentienummer).toUpperCase()]) {
      const { status, told } = await client.get(`/v1/messages?number=${number}`)
      assert.deepEqual([status, told.messages.map(it => it.id), told['next']], [200, [id], null])
    }
  }
  assert.deepEqual((await other.get(`/v1/messages?number=${String(referentienummer)}`)).told.messages, [])
  assert.deepEqual((await gemeente.get(`/v1/messages?number=${randomUUID()}`)).told.messages, [])
})
