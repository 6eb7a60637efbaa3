/** The one retry policy: it grows, has a ceiling and an end, and its end is the dead letter. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { backoff, concluded, failed, retryPolicy, withheld } from '../../src/acknowledge/acknowledge.ts'
import { instant } from '../../src/core/core.ts'

const start = 1_790_000_000_000
const work = (attempt: number, failing_since = instant(start)): Parameters<typeof failed>[0] => ({ delivery: 1, fence: 2, attempt, failing_since })

test('waiting doubles from one minute to three hours, spread by at most a fifth', () => {
  assert.equal(backoff(1, 0.5), 60_000)
  assert.equal(backoff(2, 0.5), 120_000)
  assert.equal(backoff(40, 0.5), 3 * 3_600_000)
  fc.assert(fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, chance) => {
    const middle = Math.min(retryPolicy.longest_ms, retryPolicy.first_ms * 2 ** (attempt - 1))
    const wait_ms = backoff(attempt, chance)
    assert.ok(wait_ms >= middle * 0.8 - 1 && wait_ms <= middle * 1.2 + 1)
  }))
})

test('a failure is tried again within five days of the first one, and is dead with its reason after', () => {
  const soon = failed(work(1), 'handler_failed', instant(start + 1000), 0.5)
  assert.deepEqual(soon.outcome, { kind: 'later', due: start + 61_000, reason: 'handler_failed', counts: true })
  const late = failed(work(50), 'handler_failed', instant(start + retryPolicy.total_ms), 0.5)
  assert.deepEqual(late.outcome, { kind: 'dead', class: 'transient', reason: 'exhausted: handler_failed' })
  const first = failed({ ...work(1), failing_since: null }, 'handler_failed', instant(start + 2 * retryPolicy.total_ms), 0.5)
  assert.equal(first.outcome.kind, 'later')
})

test('what a handler puts off does not count as an attempt; a receiver that left is dead at once', () => {
  assert.deepEqual(withheld(work(3), { kind: 'later', after_ms: 500, reason: 'waits' }, instant(1000)).outcome, { kind: 'later', due: 1500, reason: 'waits', counts: false })
  assert.deepEqual(withheld(work(3), { kind: 'later', after_ms: 0.5, reason: 'waits' }, instant(1000)).outcome, { kind: 'later', due: 1001, reason: 'waits', counts: false })
  assert.deepEqual(concluded(work(1), { kind: 'undeliverable', reason: 'receiver_left' }, { caused: [], findings: [], history: undefined }, null).outcome, { kind: 'dead', class: 'functional', reason: 'receiver_left' })
})
