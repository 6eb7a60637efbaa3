/** What kinds of characters and a length settle about a text is what its facets say of it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { acceptsOf } from '../../src/standard/facets.ts'
import { kindOf, sureOf } from '../../src/standard/kinds.ts'
import { models, type ComplexType, type ElementModel, type SimpleType } from '../../src/standard/standard.ts'

const leaves = new Map<string, readonly [ElementModel, SimpleType]>()
const visit = ({ elements }: ComplexType): void => elements.forEach(element => {
  if (element.type.kind === 'complex') visit(element.type)
  else leaves.set(`${element.type.name} ${element.pattern?.join() ?? ''}`, [element, element.type])
})
for (const model of models) visit(model.root)

const ascii = fc.integer({ min: 0, max: 127 }).map(code => String.fromCharCode(code))
const texts = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...' \t\n07aZ.-'), maxLength: 40 }),
  fc.string({ unit: ascii, maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.tuple(fc.constantFrom('a', '9', ' '), fc.integer({ min: 0, max: 260 })).map(([unit, times]) => unit.repeat(times))
)

describe('kinds of characters', () => {
  for (const [name, [element, type]] of leaves) {
    const { min, max, never, some } = sureOf(element, type)
    if (max < min) continue
    it(`settle nothing of ${name} that its facets do not`, () => {
      const accepts = acceptsOf(element, type)
      const settled = (text: string): boolean => {
        const bytes = Buffer.from(text)
        const found = bytes.reduce((kinds, byte) => kinds | (kindOf[byte] ?? 0), 0)
        return bytes.length >= min && bytes.length <= max && (found & never) === 0 && (found & some) !== 0
      }
      const digits = Array.from({ length: 17 }, (_, length) => '9'.repeat(length))
      for (const text of digits) if (settled(text)) assert.ok(accepts(text), `${text.length} digits`)
      fc.assert(fc.property(texts, text => { if (settled(text)) assert.ok(accepts(text), JSON.stringify(text)) }), { numRuns: 500 })
    })
  }

  it('settle most types of the standard', () => {
    const settled = [...leaves.values()].filter(([element, type]) => sureOf(element, type).max > 0).length
    assert.ok(settled > leaves.size / 3, `${settled} of ${leaves.size}`)
  })
})
