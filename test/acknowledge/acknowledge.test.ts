/** The one retry policy: it grows, has a ceiling and an end, and its end is the dead letter. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { backoff, concluded, failed, retryPolicy, withheld } from '../../src/acknowledge/acknowledge.ts'
import { instant } from '../../src/core/core.ts'
import { heen } from '../store/sample.ts'

const { envelope } = heen()
const work = (attempt: number): Parameters<typeof failed>[0] => ({ delivery: 1, fence: 2, attempt, envelope })

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

test('a failure is tried again within five days of receipt, and is dead with its reason after', () => {
  const soon = failed(work(1), 'handler_failed', instant(envelope.received + 1000), 0.5)
  assert.deepEqual(soon.outcome, { kind: 'later', due: envelope.received + 61_000, reason: 'handler_failed', counts: true })
  const late = failed(work(50), 'handler_failed', instant(envelope.received + retryPolicy.total_ms), 0.5)
  assert.deepEqual(late.outcome, { kind: 'dead', reason: 'exhausted: handler_failed' })
})

test('what a handler puts off does not count as an attempt; a receiver that left is dead at once', () => {
  assert.deepEqual(withheld(work(3), { kind: 'later', after_ms: 500, reason: 'waits' }, instant(1000)).outcome, { kind: 'later', due: 1500, reason: 'waits', counts: false })
  assert.deepEqual(withheld(work(3), { kind: 'later', after_ms: 0.5, reason: 'waits' }, instant(1000)).outcome, { kind: 'later', due: 1001, reason: 'waits', counts: false })
  assert.deepEqual(concluded(work(1), { kind: 'undeliverable', reason: 'receiver_left' }, []).outcome, { kind: 'dead', reason: 'receiver_left' })
})
