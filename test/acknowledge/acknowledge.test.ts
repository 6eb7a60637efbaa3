/** Trying again by a policy: it grows, has a ceiling and an end, and its end is the dead letter. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { backoff, concluded, failed, pushed, withheld } from '../../src/acknowledge/acknowledge.ts'
import { instant, type Clock } from '../../src/core/core.ts'

const start = 1_790_000_000_000
const by = (ms: number, doubted = false): Clock => ({ now: () => instant(ms), doubted: () => doubted })
const retryPolicy = { first_ms: 60_000, longest_ms: 3 * 3_600_000, total_ms: 5 * 24 * 3_600_000 }
const work = (attempt: number, failing_since = instant(start)): Parameters<typeof failed>[0] => ({ delivery: 1, fence: 2, attempt, failing_since })

test('waiting doubles from one minute to three hours, spread by at most a fifth', () => {
  assert.equal(backoff(retryPolicy, 1, 0.5), 60_000)
  assert.equal(backoff(retryPolicy, 2, 0.5), 120_000)
  assert.equal(backoff(retryPolicy, 40, 0.5), 3 * 3_600_000)
  fc.assert(fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, chance) => {
    const middle = Math.min(retryPolicy.longest_ms, retryPolicy.first_ms * 2 ** (attempt - 1))
    const wait_ms = backoff(retryPolicy, attempt, chance)
    assert.ok(wait_ms >= middle * 0.8 - 1 && wait_ms <= middle * 1.2 + 1)
  }))
})

test('a failure is tried again within five days of the first one, and is dead with its reason after', () => {
  const soon = failed(work(1), retryPolicy, 'handler_failed', by(start + 1000), 0.5)
  assert.deepEqual(soon.outcome, { kind: 'later', due: start + 61_000, reason: 'handler_failed', counts: true })
  const late = failed(work(50), retryPolicy, 'handler_failed', by(start + retryPolicy.total_ms), 0.5)
  assert.deepEqual(late.outcome, { kind: 'dead', class: 'transient', reason: 'exhausted: handler_failed' })
  assert.equal(failed(work(50), retryPolicy, 'handler_failed', by(start + retryPolicy.total_ms, true), 0.5).outcome.kind, 'later', 'by a clock that is doubted nothing is given up')
  const first = failed({ ...work(1), failing_since: null }, retryPolicy, 'handler_failed', by(start + 2 * retryPolicy.total_ms), 0.5)
  assert.equal(first.outcome.kind, 'later')
})

test('a hold ends when it says, or never; one that has ended already is looked at again after a second', () => {
  const held = (until?: number): unknown => withheld(work(3), { kind: 'hold', reason: 'person', ...until === undefined ? {} : { until: instant(until) } }, instant(start)).outcome
  assert.deepEqual(held(), { kind: 'held', reason: 'person', until: null })
  assert.deepEqual(held(start + 86_400_000), { kind: 'held', reason: 'person', until: start + 86_400_000 })
  assert.deepEqual([held(start - 5), held(start + 5)], Array(2).fill({ kind: 'held', reason: 'person', until: start + 1_000 }))
})

test('what a handler puts off does not count as an attempt; a receiver that left is dead at once', () => {
  assert.deepEqual(withheld(work(3), { kind: 'later', after_ms: 500, reason: 'waits' }, instant(1000)).outcome, { kind: 'later', due: 1500, reason: 'waits', counts: false })
  assert.deepEqual(withheld(work(3), { kind: 'later', after_ms: 0.5, reason: 'waits' }, instant(1000)).outcome, { kind: 'later', due: 1001, reason: 'waits', counts: false })
  assert.deepEqual(concluded(work(1), { kind: 'undeliverable', reason: 'receiver_left' }, { caused: [], findings: [], tasks: [], history: undefined }, null).outcome, { kind: 'dead', class: 'functional', reason: 'receiver_left' })
})

const push = (attempt: number, failing_since = instant(start)) => ({ ...work(attempt, failing_since), policy: { first_ms: 1_000, longest_ms: 10_000, total_ms: 60_000 } })
const timeout = { kind: 'failed', reason: 'timeout', retry_after_ms: null } as const

test('a push that is taken is delivered; one that is refused is dead at once with the code of the refusal', () => {
  assert.deepEqual(pushed(push(1), { kind: 'accepted' }, true, by(start), 0.5).outcome, { kind: 'delivered' })
  assert.deepEqual(pushed(push(1), { kind: 'refused', reason: 'http_422.X1' }, false, by(start), 0.5).outcome, { kind: 'dead', class: 'functional', reason: 'http_422.X1' })
})

test('a push that failed is tried again by the policy it began with, not before the other side asked', () => {
  assert.deepEqual(pushed(push(2), timeout, false, by(start), 0.5).outcome, { kind: 'later', due: start + 2_000, reason: 'timeout', counts: true })
  assert.deepEqual(pushed(push(1), { kind: 'busy', reason: 'http_429', retry_after_ms: 7_500 }, false, by(start), 0.5).outcome, { kind: 'later', due: start + 7_500, reason: 'http_429', counts: true })
  assert.deepEqual(pushed(push(9), { ...timeout, retry_after_ms: 10 }, false, by(start), 0.5).outcome, { kind: 'later', due: start + 10_000, reason: 'timeout', counts: true })
})

test('a push whose next try would lie beyond its policy is dead: of a destination that answers nobody as partner_down', () => {
  for (const [down, dead] of [[true, 'partner_down'], [false, 'transient']] as const) {
    assert.deepEqual(pushed(push(9), timeout, down, by(start + 50_001), 0.5).outcome, { kind: 'dead', class: dead, reason: 'exhausted: timeout' })
  }
  assert.equal(pushed(push(9), timeout, true, by(start + 50_000), 0.5).outcome.kind, 'later')
})
