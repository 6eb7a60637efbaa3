/** What an endpoint's `Retry-After` makes us wait: in each of its forms, and in none. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../../src/core/core.ts'
import { pushedBy } from '../../src/deliver/answer.ts'

const now = instant(Date.parse('2026-11-21T09:00:00.000Z'))
const year = 366 * 86_400_000
const waits = (status: number, retryAfter: string | null): number | null => {
  const it = pushedBy({ status, retryAfter, contentType: null, bytes: null }, now)
  assert.ok('retry_after_ms' in it)
  return it.retry_after_ms
}

for (const [text, ms] of [
  ['0', 0], ['120', 120_000], [' 7 ', 7_000], ['9999999999', year],
  ['Sat, 21 Nov 2026 09:01:00 GMT', 60_000], ['Saturday, 21-Nov-26 09:01:00 GMT', 60_000], ['Sat Nov 21 09:01:00 2026', 60_000],
  ['Sat, 21 Nov 2026 08:00:00 GMT', 0], ['Thu, 01 Jan 2099 00:00:00 GMT', year],
  [null, null], ['', null], ['-5', null], ['1.5', null], ['1e9', null], ['99999999999', null], ['soon', null], ['Infinity', null], ['0x10', null], ['Sat, 99 Nov 2026 99:00:00 GMT', null], ['7, 8', null]
] as const) {
  test(`Retry-After ${JSON.stringify(text)} is ${ms} ms, wherever the gateway stands`, () => {
    process.env['TZ'] = 'Europe/Amsterdam'
    assert.equal(waits(503, text), ms)
  })
}

test('who is busy and asks for no time at all, or for less than a second, is left alone for that', () => {
  assert.equal(waits(429, '0'), 1_000)
  assert.equal(waits(429, 'Sat, 21 Nov 2026 08:00:00 GMT'), 1_000)
  assert.equal(waits(429, '2'), 2_000)
  assert.equal(waits(429, null), null)
})
