/** What else is pushed than what is offered at the door: what handlers saw, what they reject and show all the same, and the gateway's own answers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Finding } from '../../src/core/core.ts'
import type { Handler } from '../../src/handle/handle.ts'
import { usualJudging } from '../../src/register/register.ts'
import { aParty, putParty } from '../register.ts'
import { budgetWithoutEnd } from './broken.ts'
import { makePushWorld, reaches } from './pushing.ts'
import { aanbieder, gemeente, message, until } from './world.ts'

const finding: Finding = { level: 3, code: 'TEST', line: null, path: 'Header', found: '', expected: '', message: 'nee', message_en: 'no' }

test('what a handler lets go, or rejects and shows all the same, is pushed when it has done so', async () => {
  const world = await makePushWorld()
  const receiver = await world.receiver()
  await world.connect(aanbieder, [receiver.connection()])
  let shown = 0
  const handler: Handler = { name: 'test', on: [{ message: ['WMO301'] }], handle: async () => ++shown === 1 ? { kind: 'done' } : { kind: 'reject', findings: [finding], deliver: true } }
  const gateway = await world.pushing({}, undefined, [handler])
  const from = gateway.as('gemeente')
  const ids = [(await from.send(message('WMO301', 1))).id]
  await reaches(from, ids[0] ?? '', 'delivered')
  ids.push((await from.send(message('WMO301', 2))).id)
  const rejected = await reaches(from, ids[1] ?? '', 'delivered')
  assert.equal(rejected['verdict'], 'rejected')
  assert.deepEqual([receiver.arrived.map(it => it.id), receiver.faults], [ids, []])
})

test('the answer of the gateway to what it rejects is pushed to who sent that', async () => {
  const world = await makePushWorld()
  const receiver = await world.receiver()
  await world.connect(gemeente, [{ door: 'mailbox', direction: 'both' }, receiver.connection()])
  await world.store(store => putParty(store, aParty(aanbieder, { judging: { ...usualJudging, level: 'content' } })))
  const gateway = await world.pushing()
  const told = await gateway.as('gemeente').send(budgetWithoutEnd(3))
  assert.equal(told['verdict'], 'rejected')
  const [arrived] = await receiver.until(1)
  assert.match(arrived?.parts.get('payload')?.bytes.toString() ?? '', /RetourCode>0001</)
  await until(async () => (await gateway.as('aanbieder').get(`/v1/messages/${arrived?.id}`)).told['delivery'] === 'delivered' || undefined, 'a delivered answer')
})
