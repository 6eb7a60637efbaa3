/** The reader's "valid" is final, so it must never call valid what the schema refuses: tried on thousands of broken messages of every type. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { rawTexts, textsFor } from '../../src/standard/samples/values.ts'
import { escapeXml, generateMessage, models, writeMessage, type ComplexType, type MessageModel, type SimpleType } from '../../src/standard/standard.ts'
import { seed, tries } from './seed.ts'
import { documentOf, said } from './spoil.ts'

/** 28 types × 720 are over 20,000 documents. `npm run soak -- --part reader` tries a million. */
const perType = tries(720)
const found = join(import.meta.dirname, 'found')

const full = (model: MessageModel): string => Buffer.from(writeMessage(model, generateMessage(model, 1, 'full'))).toString()

interface Leaf { readonly model: MessageModel, readonly name: string, readonly type: SimpleType, readonly pattern: readonly string[] }

/** Each data type, with each narrowing, at one element of one message that has it. */
function leaves (): ReadonlyMap<string, Leaf> {
  const found = new Map<string, Leaf>()
  for (const model of models) {
    const message = full(model)
    const visit = ({ elements }: ComplexType): void => elements.forEach(({ name, type, pattern = [] }) => {
      if (type.kind === 'complex') visit(type)
      else if (message.includes(`:${name}>`)) found.set(`${type.name} ${pattern.join()}`, { model, name, type, pattern })
    })
    visit(model.root)
  }
  return found
}

describe(`the reader against libxml2, FUZZ_SEED=${seed}`, () => {
  for (const model of models) {
    it(`${model.type}: ${perType} broken messages`, async () => {
      const counts = { valid: 0, refused: 0 }
      for (let n = 0; n < perType; n++) {
        const { valid, wrong } = said(documentOf(model, seed + n), n % 8 === 0)
        assert.equal(wrong, null, `seed ${seed + n} is valid to the reader`)
        counts[valid ? 'valid' : 'refused']++
        if (n % 32 === 0) await turn()
      }
      assert.ok(counts.valid > perType / 50 && counts.refused > perType / 10, `the mix tells nothing: ${JSON.stringify(counts)}`)
    })
  }

  it('every data type with the texts at and beside its facets', async () => {
    const tried = { texts: 0, valid: 0 }
    for (const { model, name, type, pattern } of leaves().values()) {
      const message = full(model)
      const place = new RegExp(`(:${name}>)[^<]*(</)`)
      for (const raw of [...textsFor(type).map(escapeXml), ...rawTexts.map(([, it]) => it), ...pattern]) {
        const { valid, wrong } = said(Buffer.from(message.replace(place, (_, open: string, close: string) => `${open}${raw}${close}`)), false)
        assert.equal(wrong, null, `${name} of ${type.name}: ${JSON.stringify(raw)}`)
        tried.texts++
        if (valid) tried.valid++
      }
      await turn()
    }
    assert.ok(tried.texts > 5_000 && tried.valid > 500, JSON.stringify(tried))
  })

  it('what was ever found, or finds a mistake that was planted, is left to libxml2', () => {
    const names = readdirSync(found).filter(it => it.endsWith('.xml'))
    assert.ok(names.length > 0)
    for (const name of names) assert.deepEqual(said(readFileSync(join(found, name)), true), { valid: false, wrong: null }, name)
  })
})
