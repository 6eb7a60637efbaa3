/** The breaker: what it lets through, when it opens and closes, and that nothing keeps it shut for longer than its policy. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { instant, partyCode, type Instant } from '../../src/core/core.ts'
import { after, breakerAt, mayTry, restored, unknown, type Breaker, type Pushed } from '../../src/deliver/deliver.ts'

const policy = { failures: 5, open_ms: 60_000, probes: 3 }
const start = 1_790_000_000_000
const at = (ms: number): Instant => instant(start + ms)
const nobody = unknown(partyCode('42420001'))
const accepted: Pushed = { kind: 'accepted' }
const refused: Pushed = { kind: 'refused', reason: 'http_422' }
const failed: Pushed = { kind: 'failed', reason: 'timeout', retry_after_ms: null }
const busy: Pushed = { kind: 'busy', reason: 'http_429', retry_after_ms: null }
const asking = (retry_after_ms: number): Pushed => ({ ...busy, retry_after_ms })

/** What is known after these results, each a millisecond after the one before it, from `ms` on. */
const told = (it: Breaker, results: readonly Pushed[], ms = 0): Breaker => results.reduce((before, result, n) => after(before, result, policy, at(ms + n)), it)
const times = (count: number, result: Pushed): Pushed[] => Array.from({ length: count }, () => result)
const opened = told(nobody, times(5, failed))

describe('a destination', () => {
  test('of which nothing is known may be tried as often as one likes', () => {
    assert.equal(mayTry(nobody, 100, policy, at(0)), Infinity)
  })

  test('is left alone after five failures in a row, whatever message they were of, and no earlier', () => {
    const nearly = told(nobody, times(4, failed))
    assert.deepEqual([nearly.state, nearly.failures, nearly.failing_since, nearly.reason], ['closed', 4, start, 'timeout'])
    assert.equal(mayTry(nearly, 0, policy, at(5)), Infinity)
    assert.deepEqual([opened.state, opened.open_until, opened.failing_since], ['open', start + 4 + 60_000, start])
    assert.equal(mayTry(opened, 0, policy, at(60_003)), 0)
  })

  test('that says no is well: failures begin anew', () => {
    for (const answer of [accepted, refused]) {
      const it = told(nobody, [...times(4, failed), answer, ...times(4, failed)])
      assert.deepEqual([it.state, it.failures, it.failing_since], ['closed', 4, start + 5])
      assert.deepEqual(told(nobody, [...times(4, failed), answer]), nobody)
    }
  })

  test('is tried by three after its silence, and all goes on when all three succeed', () => {
    const [one, two, three] = [1, 2, 3].map(count => told(opened, [accepted, refused, accepted].slice(0, count), 60_004))
    assert.equal(mayTry(opened, 0, policy, at(60_004)), 3)
    assert.equal(mayTry(opened, 2, policy, at(60_004)), 1)
    assert.deepEqual([one?.state, one?.failing_since, two?.state, three?.state, three?.open_until], ['half_open', null, 'half_open', 'closed', null])
    assert.equal(mayTry(one ?? nobody, 1, policy, at(60_010)), 1)
  })

  test('of which one such try fails is left alone again, and still fails since its first failure', () => {
    const again = told(opened, [failed], 60_004)
    assert.deepEqual([again.state, again.open_until, again.failures, again.failing_since], ['open', start + 120_004, 6, start])
    const late = told(opened, [accepted, accepted, failed], 60_004)
    assert.deepEqual([late.state, late.failing_since], ['open', start + 60_006])
  })

  test('that is busy is left alone for as long as it asks, and has not failed', () => {
    const waits = told(nobody, [...times(4, failed), asking(5_000)])
    assert.deepEqual([waits.state, waits.failures, mayTry(waits, 0, policy, at(5_003)), mayTry(waits, 0, policy, at(5_004))], ['closed', 4, 0, Infinity])
    assert.equal(mayTry(told(nobody, [busy]), 0, policy, at(59_999)), 0)
    assert.equal(told(waits, [asking(10)], 5).open_until, waits.open_until)
  })

  test('that asks for more time than its silence takes gets it', () => {
    const it = told(nobody, [...times(4, failed), { kind: 'failed', reason: 'http_503', retry_after_ms: 300_000 }])
    assert.equal(it.open_until, start + 4 + 300_000)
  })

  test('that answers what was still under way is tried at once', () => {
    const it = told(opened, [failed, accepted], 100)
    assert.deepEqual([it.state, it.open_until, mayTry(it, 0, policy, at(102))], ['half_open', null, 2])
    assert.equal(told(opened, [failed], 100).open_until, opened.open_until)
  })

  test('does not fail while nobody looks, and a restart makes no silence longer than the policy', () => {
    const back = restored(opened, policy.open_ms, at(1_000_000))
    assert.equal(back.failing_since, start + 1_000_000 - 60_004)
    assert.equal(mayTry(back, 0, policy, at(1_000_000)), 3)
    assert.equal(mayTry(restored({ ...opened, open_until: at(9e9) }, policy.open_ms, at(10)), 0, policy, at(10)), 0)
    assert.equal(breakerAt(restored({ ...opened, open_until: at(9e9) }, policy.open_ms, at(10)), at(10)).open_until, start + 60_010)
    assert.deepEqual(restored(nobody, policy.open_ms, at(5)).failing_since, null)
  })
})

const results = fc.oneof(fc.constantFrom(accepted, refused, failed, busy), fc.integer({ min: 0, max: 500_000 }).map(asking))
const steps = fc.array(fc.record({ result: results, pass_ms: fc.integer({ min: -100_000, max: 200_000 }) }), { maxLength: 60 })
const policies = fc.record({ failures: fc.integer({ min: 1, max: 8 }), open_ms: fc.integer({ min: 1, max: 100_000 }), probes: fc.integer({ min: 1, max: 5 }) })

test('whatever comes, and however the clock runs: a state that can be, and never shut for longer than was asked', () => {
  fc.assert(fc.property(steps, policies, (all, policy) => {
    let it = nobody
    let now = 10_000_000
    let row = 0
    let longest_ms = policy.open_ms
    for (const { result, pass_ms } of all) {
      now += pass_ms
      const before = breakerAt(it, at(now))
      it = after(it, result, policy, at(now))
      row = result.kind === 'failed' ? row + 1 : result.kind === 'busy' ? row : 0
      if (result.kind === 'busy') longest_ms = Math.max(longest_ms, result.retry_after_ms ?? 0)
      assert.equal(it.failures, row)
      assert.equal(it.failing_since === null, row === 0)
      assert.equal(it.reason === null, row === 0)
      assert.ok(it.state !== 'closed' || it.failures < policy.failures)
      assert.ok(it.state !== 'open' || (it.open_until !== null && row > 0))
      assert.ok(it.open_until === null || it.open_until <= start + now + longest_ms)
      assert.ok(before.state !== 'half_open' || result.kind !== 'failed' || it.state === 'open')
      assert.ok(before.state === 'closed' || it.state !== 'closed' || before.successes + 1 >= policy.probes || before.state === 'open')
      assert.ok(mayTry(it, 0, policy, at(now + longest_ms)) > 0)
      assert.ok(it.state === 'closed' || mayTry(it, policy.probes, policy, at(now + longest_ms)) === 0)
    }
  }))
})
