/** The registry of handlers: who is asked, in which order, and which combinations must not start. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../src/core/core.ts'
import { openHandlers, type Handler, type Outcome, type Tools } from '../../src/handle/handle.ts'
import { modelOf, type MessageType } from '../../src/standard/standard.ts'
import type { Envelope } from '../../src/store/store.ts'
import { heen } from '../store/sample.ts'

const envelope = (type: MessageType): Envelope => ({ ...heen().envelope, type, family: modelOf(type).family })
const tools: Tools = { clock: systemClock, signal: new AbortController().signal, message: async () => ({}) }
const asked: string[] = []
const handler = (name: string, types: readonly MessageType[], outcome: Outcome = { kind: 'done' }, answers = false): Handler =>
  ({ name, on: [{ message: types, answers }], handle: async () => { asked.push(name); return outcome } })

test('handlers of a type are asked in listed order, and others not at all', async () => {
  asked.length = 0
  const handlers = openHandlers([handler('first', ['WMO301']), handler('other', ['JW301']), handler('second', ['WMO301'])])
  assert.deepEqual(await handlers.handle(envelope('WMO301'), tools), { kind: 'done', send: [] })
  assert.deepEqual(asked, ['first', 'second'])
  assert.equal(handlers.listens('WMO301'), true)
  assert.equal(handlers.listens('WMO305'), false)
})

test('the first that does not say done ends the asking, and nothing an earlier one wanted is sent', async () => {
  asked.length = 0
  const draft = { type: 'WMO302' as const, message: {} }
  const handlers = openHandlers([handler('sends', ['WMO301'], { kind: 'done', send: [draft] }), handler('holds', ['WMO301'], { kind: 'hold', reason: 'person' }), handler('after', ['WMO301'])])
  assert.deepEqual(await handlers.handle(envelope('WMO301'), tools), { kind: 'hold', reason: 'person' })
  assert.deepEqual(asked, ['sends', 'holds'])
})

test('two handlers that may answer one type, or share a name, stop the start', () => {
  assert.throws(() => openHandlers([handler('a', ['WMO301'], { kind: 'done' }, true), handler('b', ['WMO301', 'WMO305'], { kind: 'done' }, true)]), /same answered type: WMO301/)
  assert.throws(() => openHandlers([handler('a', ['WMO301']), handler('a', ['JW301'])]), /same name: a/)
})
