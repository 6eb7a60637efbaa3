/** The registry of handlers: who is asked, in which order, and which combinations must not start. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant, systemClock, type Finding } from '../../src/core/core.ts'
import { openHandlers, tasks_max, type Handler, type Outcome, type Tools } from '../../src/handle/handle.ts'
import { memoryHistory } from '../../src/history/history.ts'
import { noSources } from '../../src/sources/sources.ts'
import { modelOf, type MessageType } from '../../src/standard/standard.ts'
import type { Envelope } from '../../src/store/store.ts'
import { heen } from '../store/sample.ts'

const envelope = (type: MessageType): Envelope => ({ ...heen().envelope, type, family: modelOf(type).family })
const tools: Tools = { clock: systemClock, signal: new AbortController().signal, receiver: null, released: null, message: async () => ({}), history: async () => memoryHistory().of({ family: 'iwmo', gemeente: '0344', aanbieder: '42420001' }), sources: async () => noSources, identificatie: () => 'ZP0000000000' }
const asked: string[] = []
const handler = (name: string, types: readonly MessageType[], outcome: Outcome = { kind: 'done' }, answers = false): Handler =>
  ({ name, on: [{ message: types, answers }], handle: async () => { asked.push(name); return outcome } })

test('handlers of a type are asked in listed order, and others not at all', async () => {
  asked.length = 0
  const handlers = openHandlers([handler('first', ['WMO301']), handler('other', ['JW301']), handler('second', ['WMO301'])])
  assert.deepEqual(await handlers.handle(envelope('WMO301'), tools), { kind: 'done', send: [], findings: [], tasks: [] })
  assert.deepEqual(asked, ['first', 'second'])
  assert.equal(handlers.listens(envelope('WMO301'), null), true)
  assert.equal(handlers.listens(envelope('WMO305'), null), false)
})

test('the first that does not say done ends the asking, and nothing an earlier one wanted is sent', async () => {
  asked.length = 0
  const handlers = openHandlers([handler('sends', ['WMO301'], { kind: 'done', send: [draft] }), handler('holds', ['WMO301'], { kind: 'hold', reason: 'person' }), handler('after', ['WMO301'])])
  assert.deepEqual(await handlers.handle(envelope('WMO301'), tools), { kind: 'hold', reason: 'person' })
  assert.deepEqual(asked, ['sends', 'holds'])
})

const found = (code: string): Finding => ({ level: 3, code, line: null, path: '', found: '', expected: '', message: 'Nee', message_en: 'No' })
const draft = { type: 'WMO302' as const, message: {} }

test('tasks of all that said done are told with who asks for them', async () => {
  const due = instant(1_790_000_000_000)
  const handlers = openHandlers([handler('first', ['WMO301'], { kind: 'done', tasks: [{ code: 'call_client' }, { code: 'check', due }] }), handler('second', ['WMO301'], { kind: 'done', tasks: [{ code: 'call_client' }] })])
  assert.deepEqual(await handlers.handle(envelope('WMO301'), tools), {
    kind: 'done', send: [], findings: [], tasks: [{ code: 'call_client', handler: 'first' }, { code: 'check', due, handler: 'first' }, { code: 'call_client', handler: 'second' }]
  })
})

test('a rejection keeps what was found before it, behind its own, and voids what others wanted sent or done', async () => {
  const before = handler('before', ['WMO301'], { kind: 'done', findings: [found('TR001')], send: [draft], tasks: [{ code: 'call_client' }] })
  const rejects = handler('rejects', ['WMO301'], { kind: 'reject', findings: [found('TR002')], tasks: [{ code: 'tell_sender' }] })
  assert.deepEqual(await openHandlers([before, rejects, handler('after', ['WMO301'])]).handle(envelope('WMO301'), tools), {
    kind: 'reject', findings: [found('TR002'), found('TR001')], tasks: [{ code: 'tell_sender', handler: 'rejects' }]
  })
})

test('who holds what a person released is passed over; what all others bring stands, and a rejection or a later still counts', async () => {
  const released: Tools = { ...tools, released: 'spoke_to_sender' }
  const holds = handler('holds', ['WMO301'], { kind: 'hold', reason: 'person' })
  const brings = handler('brings', ['WMO301'], { kind: 'done', send: [draft], findings: [found('TR001')] })
  const asked = async (...others: Handler[]): Promise<Outcome> => await openHandlers([brings, holds, ...others]).handle(envelope('WMO301'), released)
  assert.deepEqual(await asked(), { kind: 'done', send: [draft], findings: [found('TR001')], tasks: [] })
  assert.deepEqual(await asked(handler('rejects', ['WMO301'], { kind: 'reject', findings: [] })), { kind: 'reject', findings: [found('TR001')], tasks: [] })
  assert.deepEqual(await asked(handler('waits', ['WMO301'], { kind: 'later', after_ms: 5, reason: 'busy' })), { kind: 'later', after_ms: 5, reason: 'busy' })
})

test('two handlers that may answer one type, or share a name, stop the start', () => {
  assert.throws(() => openHandlers([handler('a', ['WMO301'], { kind: 'done' }, true), handler('b', ['WMO301', 'WMO305'], { kind: 'done' }, true)]), /same answered type: WMO301/)
  assert.throws(() => openHandlers([handler('a', ['WMO301']), handler('a', ['JW301'])]), /same name: a/)
})

const finding = { level: 3, code: 'TR999', line: null, path: '', found: '', expected: '', message: 'Nee', message_en: 'No' } as const
const oddity = (outcome: unknown): Handler => handler('odd', ['WMO301'], outcome as Outcome)
const asking = async (outcome: unknown): Promise<Outcome> => await openHandlers([oddity(outcome)]).handle(envelope('WMO301'), tools)

for (const [what, outcome] of [
  ['nothing', null],
  ['a kind nobody knows', { kind: 'maybe' }],
  ['a text', 'done'],
  ['done with something to send that is no list', { kind: 'done', send: { type: 'WMO302' } }],
  ['a hold without reason', { kind: 'hold' }],
  ['an empty reason', { kind: 'hold', reason: '' }],
  ['a reason as long as a letter', { kind: 'hold', reason: 'x'.repeat(101) }],
  ['a reason that is a sentence', { kind: 'hold', reason: 'Jan is ill' }],
  ['a reason that holds a Bsn', { kind: 'hold', reason: 'x999900006' }],
  ['a hold until no moment', { kind: 'hold', reason: 'x', until: '2026-11-22' }],
  ['a hold until half a millisecond', { kind: 'hold', reason: 'x', until: 0.5 }],
  ['tasks that are no list', { kind: 'done', tasks: { code: 'x' } }],
  ['a task that is nothing', { kind: 'done', tasks: [null] }],
  ['a task without a code', { kind: 'done', tasks: [{ due: 1 }] }],
  ['a task that is a sentence', { kind: 'reject', findings: [], tasks: [{ code: 'bel Jan' }] }],
  ['a task that holds a Bsn', { kind: 'done', tasks: [{ code: 'bel_999900006' }] }],
  ['a task due at no moment', { kind: 'done', tasks: [{ code: 'x', due: -1 }] }],
  ['more tasks than anybody does', { kind: 'done', tasks: Array(tasks_max + 1).fill({ code: 'x' }) }],
  ['a reason that is no text', { kind: 'later', after_ms: 1, reason: 7 }],
  ['a later that never comes', { kind: 'later', after_ms: Infinity, reason: 'x' }],
  ['a later before now', { kind: 'later', after_ms: -1, reason: 'x' }],
  ['a later without time', { kind: 'later', reason: 'x' }],
  ['a rejection without findings', { kind: 'reject' }],
  ['findings that are none', { kind: 'reject', findings: [null] }],
  ['a finding without a code', { kind: 'reject', findings: [{ ...finding, code: undefined }] }],
  ['a finding of no level', { kind: 'reject', findings: [{ ...finding, level: 9 }] }]
] as const) {
  test(`a handler that gives ${what} fails, and is named`, async () => {
    await assert.rejects(asking(outcome), /^Error: handler odd gave no outcome: /)
  })
}

test('the longest reason, the shortest wait, a whole finding and as many tasks as may be are taken as they are', async () => {
  const most = Array.from({ length: tasks_max }, () => ({ code: 'x', due: null, handler: 'odd' }))
  for (const outcome of [{ kind: 'hold', reason: 'x'.repeat(100) }, { kind: 'hold', reason: 'x', until: null }, { kind: 'hold', reason: 'x', until: 1_790_000_000_000 }, { kind: 'later', after_ms: 0, reason: 'x' }, { kind: 'reject', findings: [finding], tasks: [] }, { kind: 'reject', findings: [], tasks: most }]) {
    assert.deepEqual(await asking(outcome), outcome)
  }
})
