/** How payloads are closed: whatever they are they come back, a large one takes little room, and weighs what it did. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { accepting, closingAll } from '../../src/store/accept.ts'
import { closePayload, openPayload, packed, packedAside } from '../../src/store/packing.ts'
import { openSafe } from '../../src/store/safe.ts'
import { openPart } from '../../src/store/step.ts'
import { heen, roots } from './sample.ts'

const markup = (count: number): Buffer => Buffer.from('<jw323:Prestatie><ijw:Bedrag>1</ijw:Bedrag></jw323:Prestatie>\n'.repeat(count))
const columns = () => openSafe(roots).fresh('one')
const back = (bytes: Uint8Array): Uint8Array => {
  const its = columns()
  return openPayload(its, closePayload(its, bytes))
}

test('what is closed comes back as it was, whatever it begins with and however large it is', () => {
  for (const bytes of [markup(1), markup(5_000), Buffer.alloc(0), Buffer.of(1), Buffer.of(1, 0, 0, 0, 9, 7), randomBytes(65_535), randomBytes(65_536), Buffer.concat([Buffer.of(1), randomBytes(100_000)])]) {
    assert.ok(Buffer.from(bytes).equals(back(bytes)), `${bytes.length} bytes`)
  }
})

test('a large message takes a small part of its size, in a piece of memory of its own; a small one is closed as it is', () => {
  const [small, large] = [markup(100), markup(5_000)]
  assert.equal(closePayload(columns(), small).byteLength, small.byteLength + 28)
  assert.ok(closePayload(columns(), large).byteLength < large.byteLength / 20)
  assert.ok(back(large).buffer.byteLength <= large.byteLength + 1)
})

test('what is so large that it is deflated beside others comes out the same', async () => {
  for (const bytes of [markup(100), markup(5_000), markup(50_000), randomBytes(1_000_000)]) assert.ok(Buffer.from(await packedAside(bytes)).equals(packed(bytes)), `${bytes.length} bytes`)
})

test('what was kept before large ones were deflated opens, and what says another length does not', () => {
  const its = columns()
  const large = markup(5_000)
  assert.ok(large.equals(openPayload(its, its.close('payload', large))))
  const opened = Buffer.from(its.open('payload', closePayload(its, large)))
  for (const by of [-1, 1]) {
    opened.writeUInt32BE(large.byteLength + by, 1)
    assert.throws(() => openPayload(its, its.close('payload', opened)), { name: 'Error', message: /another length/ })
  }
})

test('messages share a transaction up to what they weigh, not what is left of them deflated: a large one brings thousands of rows besides', async () => {
  const never = (): never => assert.fail('nobody has facts here')
  const facts = { close: never, put: never, counted: never, voided: never, restored: never, passed: never, isOf: never, rise: never }
  const [one, other, third] = await closingAll(openSafe(roots), facts, ['A', 'B', 'C'].map(it => heen({ payload: `<a>${it}</a>${' '.repeat(1_900_000)}` })))
  assert.ok(one !== undefined && other !== undefined && third !== undefined && one.payload.byteLength < 20_000)
  const fits = openPart(accepting(never))
  assert.deepEqual([one, other, third].map(fits), [true, true, false])
})
