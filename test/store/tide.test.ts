/** From where a queue is looked through: never past what may still be found, and from the beginning as seldom as that is dear. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { behind, handleQueue, margin_ms, openTide, pushQueue, queueOf, unknown, type Tide } from '../../src/store/tide.ts'

const minute = 60_000
const start = 1_790_000_000_000
const place = (ms: number, id = 0) => ({ due: start + ms, id })
/** A look at which nothing was left. */
const emptied = (tide: Tide, ms: number, took_ms = 0) => { const look = tide.from('q', start + ms); tide.found('q', start + ms, look, null, took_ms); return look }
const fromOf = (tide: Tide, ms: number) => { const { due, from } = tide.from('q', start + ms); return [from, due - start] }

describe('the marks of queues', () => {
  test('a queue nobody looked at is looked at from its beginning, then from shortly before the last look', () => {
    const tide = openTide()
    assert.deepEqual(emptied(tide, 0), unknown)
    assert.deepEqual(fromOf(tide, 10), ['mark', -margin_ms])
    emptied(tide, 4_000)
    assert.deepEqual(fromOf(tide, 4_010), ['mark', 4_000 - margin_ms])
  })

  test('where more is left it goes on behind what was claimed, also among many of one moment', () => {
    const tide = openTide()
    const rows = [3, 1, 2].map(id => ({ due_ms: start - 9_000, id }))
    tide.found('q', start, tide.from('q', start), behind(rows, 3), 0)
    const { due, id, from } = tide.from('q', start + 1)
    assert.deepEqual([due - start, id, from], [-9_000, 3, 'mark'])
    assert.equal(behind(rows, 4), null, 'that was all')
  })

  test('every few seconds it is looked from a minute before, and every minute from the beginning', () => {
    const tide = openTide()
    const looks = Array.from({ length: 150 }, (_, second) => emptied(tide, second * 1000).from)
    assert.deepEqual(looks.flatMap((from, second) => from === 'beginning' ? [second] : []), [0, 60, 120])
    assert.deepEqual(looks.slice(1, 12).flatMap((from, nth) => from === 'middle' ? [nth + 1] : []), [5, 10])
  })

  test('looks from the beginning that take long are the more seldom', () => {
    const tide = openTide()
    emptied(tide, 0, 6_000)
    assert.notEqual(fromOf(tide, 4 * minute)[0], 'beginning')
    assert.equal(fromOf(tide, 5 * minute)[0], 'beginning')
  })

  test('what is put back is found by the next look, also when it is put back while one goes on', () => {
    const tide = openTide()
    emptied(tide, 0)
    emptied(tide, 4_000)
    tide.back('q', place(-50_000, 7))
    assert.deepEqual(fromOf(tide, 4_001), ['mark', -50_000])
    const look = tide.from('q', start + 4_001)
    tide.back('q', place(-40_000, 9))
    tide.found('q', start + 4_001, look, null, 0)
    assert.deepEqual(fromOf(tide, 4_002), ['mark', -50_000])
    emptied(tide, 4_002)
    assert.deepEqual(fromOf(tide, 4_003), ['mark', 4_002 - margin_ms])
  })

  test('a clock that was set back misses nothing', () => {
    const tide = openTide()
    emptied(tide, 60 * minute)
    assert.equal(fromOf(tide, 0)[0], 'beginning')
  })

  test('what was forgotten is looked at from the beginning, whatever look ends later', () => {
    const tide = openTide()
    emptied(tide, 0)
    const look = tide.from('q', start + 1)
    tide.forget()
    tide.found('q', start + 1, look, null, 0)
    assert.deepEqual(tide.from('q', start + 2), unknown)
  })

  test('each kind and target has a queue of its own', () => {
    assert.deepEqual([queueOf({ kind: 'handle', target: '0344' }), queueOf({ kind: 'push', target: '0344' })], [handleQueue, pushQueue('0344')])
  })
})
