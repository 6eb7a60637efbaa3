/** What goes between threads: bytes exactly, and failures as what they are. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Refusal, Unusable } from '../../src/core/core.ts'
import { StoreConflict, StoreFull, StoreUnavailable, StoreUnusable } from '../../src/store/db.ts'
import { failed, failure, goesAlong, load, unload } from '../../src/store/ferry.ts'
import { Unopened } from '../../src/vault/vault.ts'

/** As it arrives: what went along is another thread's by then. */
const carried = (value: unknown): unknown => {
  const it = load(value)
  return unload(structuredClone(it, { transfer: goesAlong(it) }))
}

describe('a value on its way to another thread', () => {
  test('arrives as it was', () => {
    fc.assert(fc.property(fc.anything({ withBigInt: true, withMap: true, withSet: true, withDate: true, withNullPrototype: false, withTypedArray: false }), value => {
      assert.deepEqual(carried([value]), [value])
    }), { numRuns: 300 })
  })

  test('bytes of any size arrive as Buffers, also those that are a part of others, and stay with who sent them', () => {
    const all = randomBytes(400_000)
    for (const size of [0, 1, 7, 600, 8_192, 65_535, 65_536, 65_537, 399_000]) {
      const some = all.subarray(999, 999 + size)
      const before = Buffer.from(some)
      const [first, { deep: [second] }] = carried([some, { deep: [new Uint8Array(some)] }]) as [Buffer, { deep: [Buffer] }]
      assert.ok(Buffer.isBuffer(first) && Buffer.isBuffer(second))
      assert.ok(first.equals(before) && second.equals(before) && some.equals(before), String(size))
    }
  })

  test('carries nothing of the memory that its bytes are a part of', () => {
    const secret = Buffer.alloc(100_000, 'geheim')
    const { bytes, apart } = load([secret.subarray(0, 3), secret.subarray(0, 70_000)])
    assert.ok(bytes.byteLength < 100)
    assert.deepEqual(apart.map(it => it.buffer.byteLength), [70_000])
  })

  test('what is no data does not go, and says so at once', () => {
    for (const value of [() => 1, [{ deep: () => 1 }], Symbol('x'), new Float64Array(3)]) assert.throws(() => load(value))
  })
})

describe('a failure on its way to another thread', () => {
  test('is of its class, says the same, and so does what caused it', () => {
    for (const Kind of [StoreFull, StoreConflict, StoreUnavailable, StoreUnusable, Unopened, Unusable, RangeError, TypeError, Error]) {
      const there = failure(structuredClone(failed(new Kind('what happened', { cause: new RangeError('why') }))))
      assert.equal(there.constructor, Kind)
      assert.equal(there.message, 'what happened')
      assert.ok(there.cause instanceof RangeError && there.cause.message === 'why')
    }
  })

  test('a refusal keeps its code and what it tells', () => {
    const there = failure(structuredClone(failed(new Refusal('ZP_QUERY', 'cursor'))))
    assert.ok(there instanceof Refusal)
    assert.deepEqual([there.code, there.detail], ['ZP_QUERY', 'cursor'])
  })

  test('the driver\'s own keeps its name and code, and what was caused by itself is told so far', () => {
    const error = Object.assign(new Error('UNIQUE constraint failed'), { name: 'SqliteError', code: 'SQLITE_CONSTRAINT_UNIQUE', cause: new Error() as Error })
    error.cause = error
    const there = failure(structuredClone(failed(error)))
    assert.deepEqual([there.name, 'code' in there && there.code, there.cause instanceof Error && there.cause.message], ['SqliteError', 'SQLITE_CONSTRAINT_UNIQUE', 'UNIQUE constraint failed'])
  })

  test('what is thrown and is no error is told', () => { assert.equal(failure(failed('odd')).message, 'odd') })
})
