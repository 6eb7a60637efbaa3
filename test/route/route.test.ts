/** Routing reads the envelope and the receiver's connections, nothing else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { route } from '../../src/route/route.ts'
import type { PushConnection } from '../../src/store/store.ts'
import { aParty } from '../register.ts'

const party = aParty('42420001', { families: ['iwmo'] })

test('a connected receiver gets it in its mailbox', () => {
  assert.deepEqual(route({ family: 'iwmo' }, party), { kind: 'mailbox' })
})

test('a receiver with an endpoint of its own is pushed to, also one that has a mailbox', () => {
  const connection: PushConnection = { door: 'rest-push', direction: 'in', url: 'https://aanbieder.example/in', ca: null, pin: null, at_once_max: null, per_minute_max: null, ms_max: null, retry: null, breaker: null }
  for (const connections of [[connection], [...party.connections, connection]]) assert.deepEqual(route({ family: 'iwmo' }, { ...party, connections }), { kind: 'push', connection })
  assert.deepEqual(route({ family: 'ijw' }, { ...party, connections: [connection] }), { kind: 'none', reason: 'receiver_left_family' })
})

test('a receiver that left, left this standard, or only sends, cannot be reached, and the reason says which', () => {
  assert.deepEqual(route({ family: 'iwmo' }, null), { kind: 'none', reason: 'receiver_left' })
  assert.deepEqual(route({ family: 'ijw' }, party), { kind: 'none', reason: 'receiver_left_family' })
  assert.deepEqual(route({ family: 'iwmo' }, { ...party, connections: [{ door: 'mailbox', direction: 'out' }] }), { kind: 'none', reason: 'receiver_has_no_door' })
})
