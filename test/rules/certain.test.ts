/** When a thing that history does not hold was certainly never sent. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { History } from '../../src/history/history.ts'
import { zeker } from '../../src/rules/certain.ts'

const vanaf = (compleetVanaf: string | null): History => ({ compleetVanaf } as unknown as History)

test('what has no day is certain only where everything since both laws began is known', () => {
  assert.equal(zeker(vanaf('2015-01-01')), true)
  assert.equal(zeker(vanaf('2014-06-01')), true)
  assert.equal(zeker(vanaf('2015-01-02')), false)
  assert.equal(zeker(vanaf(null)), false)
})

test('what has a day is certain from the day on which history is complete', () => {
  assert.equal(zeker(vanaf('2026-03-01'), '2026-03-01'), true)
  assert.equal(zeker(vanaf('2026-03-01'), '2026-02-28'), false)
  assert.equal(zeker(vanaf(null), '2026-03-01'), false)
})

test('days no calendar holds do no harm: before both laws is as on their first day', () => {
  assert.equal(zeker(vanaf('2015-01-01'), '-0044-03-15'), true)
  assert.equal(zeker(vanaf('2026-01-01'), '12026-01-01'), true)
})
