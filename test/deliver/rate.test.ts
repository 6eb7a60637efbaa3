/** The rate of a destination: no minute sees more than its number, and hardly less where there is enough to do. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { instant } from '../../src/core/core.ts'
import { bucketAt, fullBucket, mayBegin, taken } from '../../src/deliver/deliver.ts'

const start = 1_790_000_000_000

/** Takes all it may at each of these moments. @returns when each push began */
function begun (per_minute: number, moments: readonly number[]): number[] {
  let bucket = fullBucket(per_minute, instant(start))
  return moments.flatMap(ms => {
    bucket = bucketAt(bucket, per_minute, instant(start + ms))
    const count = mayBegin(bucket)
    bucket = taken(bucket, count)
    return Array.from({ length: count }, () => ms)
  })
}

test('within any minute no more begin than may, whenever one asks', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 300 }), fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 60 }), (per_minute, pauses) => {
    const moments = pauses.map((_, n) => pauses.slice(0, n + 1).reduce((sum, pause) => sum + pause, 0))
    const all = begun(per_minute, moments)
    for (const from of all) assert.ok(all.filter(it => it >= from && it < from + 60_000).length <= per_minute)
  }))
})

test('where there is enough to do, nine of ten of what may begin does', () => {
  for (const per_minute of [1, 10, 60, 600]) {
    const all = begun(per_minute, Array.from({ length: 6_000 }, (_, n) => n * 100))
    assert.ok(all.length >= 0.9 * per_minute * 10 - 1, `${per_minute}: ${all.length} in ten minutes`)
  }
})

test('a clock that is set back gives nothing', () => {
  const empty = taken(fullBucket(10, instant(start)), 1)
  assert.equal(mayBegin(bucketAt(empty, 10, instant(start - 60_000))), 0)
  assert.equal(mayBegin(bucketAt(bucketAt(empty, 10, instant(start - 60_000)), 10, instant(start))), 1)
})
