/** Room for messages being pushed: a bound in bytes that no destination fills alone, and that small messages never wait for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { partyCode } from '../../src/core/core.ts'
import { openRoom } from '../../src/deliver/deliver.ts'

const [one, two] = [partyCode('42420001'), partyCode('42420002')]
const never = new AbortController().signal
const mb = 1_000_000

/** Asks for room. @returns whether it was given by now, and what gives it back */
function asking (room: ReturnType<typeof openRoom>, to: typeof one, bytes: number, signal = never) {
  const it = { given: false, refused: false, leave: (): void => {} }
  room.enter(to, bytes, signal).then(leave => { it.given = true; it.leave = leave }, () => { it.refused = true })
  return it
}

test('a destination takes no more than a quarter, or one message; others have room beside it', async () => {
  const room = openRoom(100 * mb)
  const [first, second, third, other] = [asking(room, one, 20 * mb), asking(room, one, 5 * mb), asking(room, one, mb), asking(room, two, 60 * mb)]
  await turn()
  assert.deepEqual([first.given, second.given, third.given, other.given, room.held()], [true, true, false, true, 85 * mb])
  second.leave()
  await turn()
  assert.deepEqual([third.given, room.held()], [true, 81 * mb])
})

test('what is small waits for nothing, and what is larger than all room has its turn alone', async () => {
  const room = openRoom(mb)
  const [first, large, small] = [asking(room, one, mb), asking(room, two, 25 * mb), asking(room, one, 65_536)]
  await turn()
  assert.deepEqual([first.given, large.given, small.given], [true, false, true])
  first.leave()
  await turn()
  assert.deepEqual([large.given, room.held()], [true, 25 * mb])
})

test('who is stopped waits no more and takes nothing', async () => {
  const room = openRoom(mb)
  const stop = new AbortController()
  const [first, waits] = [asking(room, one, mb), asking(room, one, mb, stop.signal)]
  await turn()
  stop.abort(new Error('stopping'))
  await turn()
  assert.deepEqual([waits.given, waits.refused, asking(room, two, mb, stop.signal).given], [false, true, false])
  first.leave()
  await turn()
  assert.equal(room.held(), 0)
})

test('whatever is asked, the bound holds and all have their turn', async () => {
  const asks = fc.array(fc.record({ to: fc.constantFrom(one, two), bytes: fc.integer({ min: 65_537, max: 2 * mb }) }), { maxLength: 30 })
  await fc.assert(fc.asyncProperty(asks, async all => {
    const room = openRoom(mb)
    const left = new Set(all.map(({ to, bytes }) => ({ bytes, it: asking(room, to, bytes) })))
    while (left.size > 0) {
      await turn()
      const given = [...left].filter(({ it }) => it.given)
      assert.ok(given.length > 0, 'nobody has a turn')
      assert.ok(given.length === 1 || room.held() <= mb)
      assert.equal(room.held(), given.reduce((sum, { bytes }) => sum + bytes, 0))
      const [first] = given
      first?.it.leave()
      if (first !== undefined) left.delete(first)
    }
    assert.equal(room.held(), 0)
  }), { numRuns: 50 })
})
