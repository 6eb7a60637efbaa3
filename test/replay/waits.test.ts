/** A gateway that asks to wait is waited for; one that answers with something else, or with other bytes, is told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConversation, replay, type Door, type Plan, type Reply, type StepResult } from '../../src/replay/replay.ts'
import { makeWorld } from '../flow/world.ts'

const world = await makeWorld()
const gateway = await world.start()

/** The real gateway; `meddle` may answer before it, or change its answer. */
const doorOf = (meddle: (method: string, path: string, ask: () => Promise<Reply>) => Promise<Reply>): Door => ({
  call: async (party, method, path, body, headers) => await meddle(method, path, async () => {
    const { status, headers: told, bytes, told: answer } = await gateway.as(party === '0344' ? 'gemeente' : 'aanbieder').call(method, path, body, { ...headers })
    return { status, headers: told, bytes, body: answer }
  })
})
const answer = (status: number, headers: Record<string, string> = {}, code = ''): Reply => ({ status, headers, bytes: new Uint8Array(), body: code === '' ? {} : { code } })

async function played (door: Door, text: string, over: Partial<Plan> = {}) {
  const steps: StepResult[] = []
  const conversation = parseConversation(text, 'mine', 'mine', '.')
  const plan: Plan = { scenes: [{ conversation, family: 'ijw' }], parties: ['0344', '42420001'], repeat: 1, concurrency: 1, fresh: true, per_second_max: null, timeout_ms: 60_000, ...over }
  const { summary, error } = await replay(plan, { door, report: async it => { steps.push(it) }, signal: new AbortController().signal })
  return { steps, summary, error }
}
const sent = 'gemeente sends 301\naanbieder receives 301'

test('when it is busy or limits a rate', async () => {
  const busy = new Map<string, number>()
  const door = doorOf(async (method, path, ask) => {
    const kind = `${method} ${path.split('/').slice(2, 3).join('')}`
    const times = (busy.get(kind) ?? 0) + 1
    busy.set(kind, times)
    return times === 1 ? answer(method === 'POST' ? 503 : 429, { 'retry-after': '0.1' }, 'ZP_BUSY') : await ask()
  })
  const { summary, error, steps } = await played(door, sent)
  assert.deepEqual([error, summary.as_expected, steps.map(it => it.got)], [null, true, ['accepted', 'received']])
  assert.ok(summary.asked_to_wait >= 2)
})

test('but not longer than there is time, and not when just that is expected', async () => {
  const door = doorOf(async (method, _, ask) => method === 'POST' ? answer(503, { 'retry-after': '30' }, 'ZP_BUSY') : await ask())
  const late = await played(door, sent, { timeout_ms: 5_000 })
  assert.deepEqual([late.summary.as_expected, late.steps.map(it => it.got), late.summary.steps], [false, ['refused ZP_BUSY'], { as_expected: 0, different: 1, skipped: 1 }])
  const wanted = await played(door, 'gemeente sends 301 -> refused ZP_BUSY')
  assert.equal(wanted.summary.as_expected, true)
})

test('what is no answer of a gateway, and bytes that are not those that were sent', async () => {
  const proxy = await played(doorOf(async (method, _, ask) => method === 'POST' ? answer(502) : await ask()), sent)
  assert.equal(proxy.steps[0]?.got, 'HTTP 502, not an answer of Zorgpoort')
  const other = await played(doorOf(async (_, path, ask) => {
    const it = await ask()
    return path.endsWith('/payload') ? { ...it, bytes: it.bytes.subarray(1) } : it
  }), sent)
  assert.deepEqual(other.steps.map(it => it.got), ['accepted', 'other bytes than were sent'])
  const mailbox = await played(doorOf(async (_, path, ask) => path.startsWith('/v1/mailbox') ? answer(403, {}, 'ZP_ACCOUNT_ROLE') : await ask()), sent)
  assert.deepEqual(mailbox.steps.map(it => it.got), ['accepted', 'HTTP 403 ZP_ACCOUNT_ROLE'])
})

test('a connection that breaks ends it, with the sentence and what was reached', async () => {
  const door = doorOf(async (_, path, ask) => { if (path.endsWith('/payload')) throw new Error('gone'); return await ask() })
  const { summary, error } = await played(door, sent, { repeat: 3, concurrency: 3 })
  assert.equal(error?.message, 'gone')
  assert.deepEqual([summary.as_expected, summary.interrupted, summary.conversations.as_expected], [false, false, 0])
})
