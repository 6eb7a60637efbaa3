/** What is said of a value: its shape when it is personal, else its beginning; and the checks no type of this release brings about. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ElementModel, SimpleType } from '../../src/standard/standard.ts'
import { distance, judgeSequence } from '../../src/validate/children.ts'
import { matches } from '../../src/validate/patterns.ts'
import { shape, visible, visibleEnd } from '../../src/validate/shape.ts'
import { checkValue } from '../../src/validate/value.ts'

const type = (facets: Partial<SimpleType>): SimpleType => ({ kind: 'simple', name: 'LDT_Proef', base: 'string', ...facets })
const element = (of: SimpleType, personal = false): ElementModel => ({ name: 'Proef', type: of, min: 1, max: 1, personal })
const check = (text: string, of: SimpleType, personal = false): string => {
  const found = checkValue(text, element(of, personal), of)
  return found === null ? 'fine' : `${found.code}: ${found.found.nl}; ${found.expected.nl}`
}

describe('a value in a finding', () => {
  it('is cut at 40 characters, never through one, and control characters show', () => {
    assert.equal(visible('a'.repeat(40)), 'a'.repeat(40))
    assert.equal(visible('😀'.repeat(41)), '😀'.repeat(40) + '…')
    assert.equal(visible('a\nb\u0007c\u202ed\u00a0e'), 'a\\u{a}b\\u{7}c\\u{202e}d\\u{a0}e')
    assert.equal(visibleEnd('x'.repeat(50) + 'einde').length, 41)
  })
  it('is a shape when it is personal', () => {
    assert.equal(shape('').nl, 'leeg')
    assert.equal(shape('1').nl, '1 teken, alleen cijfers')
    assert.equal(shape('Jan').nl, '3 tekens, zonder cijfers')
    assert.equal(shape('12345678x').nl, '9 tekens, waarvan 1 geen cijfer')
    assert.equal(shape('😀').en, '1 character, no digits')
  })
})

describe('a value against its type', () => {
  it('too short, where the type asks more than one character', () => {
    assert.equal(check('ab', type({ minLength: 3 })), 'ZP_SCHEMA_SHORT: 2 tekens; minstens 3 tekens')
  })
  it('length counts characters, not UTF-16 units', () => {
    assert.equal(check('😀😀', type({ maxLength: 2 })), 'fine')
  })
  it('a personal value shows its shape, another its text', () => {
    const of = type({ enumeration: [['1', 'een'], ['2', 'twee']] })
    assert.equal(check('Jan', of), 'ZP_SCHEMA_CODE: Jan; een van 1, 2')
    assert.equal(check('Jan', of, true), 'ZP_SCHEMA_CODE: 3 tekens, zonder cijfers; een van 1, 2')
  })
  it('whole numbers are compared as numbers, with sign, leading zeros and any length', () => {
    const of = type({ base: 'integer', minInclusive: 0, maxInclusive: 99 })
    for (const good of ['0', '-0', '+7', ' 007 ', '0'.repeat(100) + '99']) assert.equal(check(good, of), 'fine', good)
    for (const bad of ['-1', '100', '1' + '0'.repeat(1000)]) assert.match(check(bad, of), /^ZP_SCHEMA_RANGE/, bad)
    for (const bad of ['1.0', '1e1', '٣', '', '--1']) assert.match(check(bad, of), /^ZP_SCHEMA_(INTEGER|EMPTY)/, bad)
  })
  it('leap days follow the calendar', () => {
    const of = type({ base: 'date' })
    for (const good of ['2024-02-29', '2000-02-29', '2026-12-31']) assert.equal(check(good, of), 'fine')
    for (const bad of ['2026-02-29', '1900-02-29', '2026-00-01', '2026-01-00', '2026-04-31']) assert.match(check(bad, of), /^ZP_SCHEMA_DATE/)
  })
  it('patterns mean what XML Schema means by them', () => {
    assert.equal(matches('\u00a0', ['.*[^\\s].*']), true)
    assert.equal(matches('a\nb', ['.*[^\\s].*']), false)
    assert.equal(matches(' \t\n', ['([.\\s]*\\S+[.\\s]*)+']), false)
    assert.equal(matches('. a', ['([.\\s]*\\S+[.\\s]*)+']), true)
    assert.equal(matches('12a', ['[0-9]{2}', '[0-9]{2}a']), true)
  })
})

describe('a sequence of children', () => {
  const of = type({})
  const sequence = { kind: 'complex', name: 'Klasse', basis: false, elements: ['Een', 'Twee', 'Drie', 'Vier'].map((name): ElementModel => ({ name, type: of, min: 1, max: name === 'Drie' ? 'unbounded' : 1, personal: false })) } as const
  const judge = (...names: string[]): string => {
    const { children, missing } = judgeSequence(sequence, 'n', names.map(name => ({ name, namespace: 'n' })), name => name === 'Elders')
    return `${children.map(child => child.kind).join(' ')} | ${missing.map(each => each.name).join(' ')}`
  }
  it('calls as few as possible out of order', () => {
    assert.equal(judge('Een', 'Twee', 'Drie', 'Drie', 'Vier'), 'fits fits fits fits fits | ')
    assert.equal(judge('Vier', 'Een', 'Twee', 'Drie'), 'order fits fits fits | ')
    assert.equal(judge('Een', 'Drie', 'Twee', 'Drie', 'Vier'), 'fits order fits fits fits | ')
  })
  it('judges on after a foreign child, and a misspelt one is not missing besides', () => {
    assert.equal(judge('Een', 'Iets', 'Vier', 'Vier'), 'fits unexpected fits repeated | Twee Drie')
    assert.equal(judge('Een', 'Twe', 'Drie', 'Vier'), 'fits unexpected fits fits | ')
    assert.equal(judge('Een', 'Elders', 'Drie', 'Vier'), 'fits unexpected fits fits | Twee')
  })
  it('is quick on very many children', () => {
    assert.match(judge('Een', 'Twee', ...Array.from({ length: 100_000 }, () => 'Drie'), 'Vier'), /^fits/)
  })
  it('distance counts edits', () => {
    assert.equal(distance('voornaam', 'voornamen'), 3)
    assert.equal(distance('a'.repeat(50_000), 'b'), 4)
  })
})
