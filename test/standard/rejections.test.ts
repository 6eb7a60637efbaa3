/** An answer that rejects is valid by its schema, echoes what it must, and carries its codes where they were asked. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { generateMessage, groundsAt, leavesNamed, modelOf, models, readMessage, sampleAnswer, textAt, writeMessage, type MessageModel, type Tree } from '../../src/standard/standard.ts'

/** The class whose rejection is tried, per number. */
const classes: Readonly<Record<string, string>> = { 301: 'ToegewezenProduct', 305: 'StartProduct', 307: 'StopProduct', 315: 'AangevraagdProduct', 317: 'TeWijzigenProduct', 319: 'Antwoord', 323: 'Prestatie' }

function rejected (model: MessageModel, at: string, codes: string[]): { answer: MessageModel, tree: Tree } {
  const message = generateMessage(model, 7, 'full')
  const { model: answer, message: made } = sampleAnswer(model, message, 'R1', groundsAt(model, message, at, codes))
  const bytes = writeMessage(answer, made)
  const read = readMessage(bytes)
  assert.ok(read.kind === 'valid' && read.model === answer)
  return { answer, tree: read.message }
}

describe('a rejection', () => {
  for (const model of models.filter(it => it.answeredBy !== null)) {
    const at = classes[model.number] ?? ''
    test(`of a ${model.type} at its ${at}, and as a whole`, () => {
      const { answer, tree } = rejected(model, at, ['9332', '9063'])
      const at9332 = leavesNamed(answer, tree, 'RetourCode').filter(it => it.text === '9332')
      assert.ok(at9332.length > 0 && at9332.every(it => it.path.includes(`${at}`)), String(at9332.map(it => it.path)))
      const whole = rejected(model, 'Header', ['0001'])
      assert.deepEqual(Object.keys(whole.tree), ['Header'])
      assert.deepEqual(leavesNamed(whole.answer, whole.tree, 'RetourCode').map(it => it.text), ['0001'])
      assert.throws(() => rejected(model, 'Onbekend', ['9332']), TypeError)
    })
  }

  test('of a whole claim grants nothing', () => {
    const { tree } = rejected(modelOf('JW323'), 'Declaratie', ['9333'])
    assert.equal(textAt(tree, 'DeclaratieAntwoord/TotaalToegekendBedrag/TotaalBedrag'), '0')
  })
})
