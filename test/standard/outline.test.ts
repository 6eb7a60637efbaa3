/** The outline of a message says the same as the whole of it to everybody who asks it instead. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pairOf, voids } from '../../src/history/history.ts'
import { answeredHeader, answerTo, generateMessage, headerLeaves, headerOf, leavesNamed, models, outlineOf, valuesOf, type MessageModel, type Tree } from '../../src/standard/standard.ts'

/** What the flow asks of a message that leaves no facts behind. */
const asked: ReadonlyArray<(model: MessageModel, message: Tree) => unknown> = [
  headerOf, headerLeaves, answeredHeader, pairOf, voids, (model, message) => leavesNamed(model, message, 'Bsn'), (model, message) => valuesOf(model, message, 'RetourCode')
]
/** The answer to what level 2 rejects. */
const rejection = (model: MessageModel, message: Tree): unknown =>
  answerTo(model, message, [{ level: 2, code: 'CD075', retourcode: '0001', class: 'Header' }], { identificatie: 'RETOUR', dagtekening: '2026-04-01' })

describe('the outline', () => {
  for (const model of models) {
    it(`of a ${model.release} ${model.type} says what the whole says, and less besides`, () => {
      for (const seed of [1, 2, 3]) {
        const message = generateMessage(model, seed, 'full')
        const outline = outlineOf(model, message)
        for (const ask of [...asked, ...model.answeredBy === null ? [] : [rejection]]) assert.deepEqual(ask(model, outline), ask(model, message))
        assert.ok(JSON.stringify(outline).length <= JSON.stringify(message).length)
      }
    })
  }

  it('holds nothing of a Prestatie of a claim, and of an assignment its client alone', () => {
    const said = models.filter(it => it.number === '323' || it.number === '301').map(model => JSON.stringify(outlineOf(model, generateMessage(model, 1, 'full'))))
    for (const text of said) assert.ok(!/"Prestatie"|"ToewijzingNummer"/.test(text))
  })
})
