/** Numbers the gateway draws: of the form the chain asks, and side by side in an index when they are of one time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isReferentienummer, newReferentienummer } from '../../src/core/core.ts'

test('a referentienummer has the form of a UUIDv4, is drawn, and begins with its moment', () => {
  const from = Date.now()
  const all = Array.from({ length: 1_000 }, newReferentienummer)
  const until = Date.now()
  const moments = all.map(it => parseInt(it.replace('-', '').slice(0, 12), 16))
  assert.ok(all.every(isReferentienummer))
  assert.equal(new Set(all.map(it => it.slice(-12))).size, all.length)
  assert.ok(moments.every(it => it >= from && it <= until))
})
