/** A message that goes between threads in parts is the same on the other side, however small the parts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import type { Tree } from '../../src/standard/standard.ts'
import { fromParts, toParts } from '../../src/validate/parts.ts'

/** Trees as messages are, lists within lists' classes, some names absent by undefined. */
const { tree } = fc.letrec<{ node: unknown, tree: unknown }>(tie => ({
  node: fc.oneof({ maxDepth: 4, withCrossShrink: true }, fc.string(), tie('tree'), fc.array(tie('tree'), { maxLength: 9 }), fc.array(fc.string(), { maxLength: 9 })),
  tree: fc.dictionary(fc.constantFrom('Header', 'Client', 'Prestaties', 'Prestatie', 'Bsn'), fc.option(tie('node'), { nil: undefined }), { maxKeys: 5, noNullPrototype: true })
}))

test('a message in parts of any size comes together as it was', async () => {
  await fc.assert(fc.asyncProperty(tree, fc.integer({ min: 1, max: 30 }), async (it, most) => {
    assert.deepEqual(await fromParts(toParts(it as Tree, most)), it)
  }), { numRuns: 500 })
})

test('a small message is one part, and of a large one each part stays small, also below one client', async () => {
  const Prestatie = Array.from({ length: 5_000 }, (_, nth) => ({ Nummer: `${nth}`, Product: { Code: '1' } }))
  const one: Tree = { Header: { A: '1' }, Declaratie: { Client: [{ Bsn: '1', Prestatie }, { Bsn: '2', Prestatie: [] }] } }
  assert.equal(toParts(one, 100_000).length, 1)
  const parts = toParts(one, 100)
  assert.ok(parts.length > 5_000 * 4 / 100 && parts.every(it => it.byteLength < 100 * 20), `${parts.length}`)
  let turns = 0
  const state = { done: false }
  const together = fromParts(parts).finally(() => { state.done = true })
  while (!state.done) { turns++; await setImmediate() }
  assert.deepEqual(await together, one)
  assert.ok(turns >= parts.length / 2, `${turns}`)
})
