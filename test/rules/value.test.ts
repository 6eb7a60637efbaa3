/** What texts of a message say: numbers by value, dates of any year, logical keys. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { ComplexType } from '../../src/standard/standard.ts'
import { modelOf } from '../../src/standard/standard.ts'
import { before, dateParts, daysIn, integer, keyOf, oneOf, orderOf, plusYears, sameDate, sameNumber } from '../../src/rules/value.ts'

const typeIn = (type: ComplexType, name: string): ComplexType | undefined =>
  type.name === name ? type : type.elements.map(it => it.type.kind === 'complex' ? typeIn(it.type, name) : undefined).find(it => it !== undefined)

function placed (number: '307' | '301' | '323', name: string, it: object): { type: ComplexType, it: object } {
  const type = typeIn(modelOf(`JW${number}`).root, name)
  assert.ok(type !== undefined)
  return { type, it }
}

describe('numbers', () => {
  it('count by value, however they are written', () => {
    for (const text of ['7', '007', '+7', '+007', ' 7\n', '7\t']) assert.equal(integer(text), 7)
    assert.equal(integer('-0'), 0)
    assert.equal(integer('999999999999'), 999_999_999_999)
    assert.ok(sameNumber('+0012', '12') && sameNumber('-0', '0') && !sameNumber('12', '120'))
  })
})

describe('dates', () => {
  const inOrder = ['-12026-01-01', '-2026-01-01', '-0001-12-31', '0001-01-01', '0999-12-31', '2024-02-29', '2026-01-01', '2026-01-02', '2026-02-01', '9999-12-31', '10000-01-01', '12026-01-01', '123456789012345678901234567890-01-01']

  it('stand in the order of the calendar, in odd years too', () => {
    for (const [nth, a] of inOrder.entries()) {
      for (const [mth, b] of inOrder.entries()) assert.equal(Math.sign(orderOf(a, b)), Math.sign(nth - mth), `${a} ${b}`)
    }
    assert.ok(before('-0002-12-31', '-0001-01-01') && before('-0001-01-01', '-0001-02-01'))
  })

  it('do not change by white space around them', () => {
    assert.ok(sameDate(' 2026-01-01\n', '2026-01-01') && before('\t2025-12-31', '2026-01-01') && before('2025-12-31', ' 2026-01-01'))
  })

  it('never throw, whatever the text', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => {
      assert.ok(Number.isFinite(orderOf(a, b)))
      assert.equal(Math.sign(orderOf(a, b)) + Math.sign(orderOf(b, a)), 0)
      dateParts(a)
      plusYears(a, 5)
    }))
  })

  it('move by whole years, and stay within the month', () => {
    assert.equal(plusYears('2024-02-29', 5), '2029-02-28')
    assert.equal(plusYears('2024-02-29', 4), '2028-02-29')
    assert.equal(plusYears(' 9999-12-31 ', 5), '10004-12-31')
    assert.equal(plusYears('-0003-05-01', 5), '0002-05-01')
    assert.deepEqual(dateParts('\n2026-03-31'), { year: 2026, month: 3, day: 31 })
    assert.deepEqual([daysIn(1900, 2), daysIn(2000, 2), daysIn(2026, 4), daysIn(2026, 12)], [28, 29, 30, 31])
  })
})

describe('logical keys', () => {
  const paths = modelOf('JW307').keys['StopProduct'] ?? []
  const stop = (it: object): string => keyOf(placed('307', 'StopProduct', { Begindatum: '2026-01-01', RedenBeeindiging: '31', Einddatum: '2026-03-31', ...it }), paths)

  it('count numbers and dates by value', () => {
    assert.equal(stop({ ToewijzingNummer: '+007' }), stop({ ToewijzingNummer: '7' }))
    assert.equal(stop({ Begindatum: ' 2026-01-01' }), stop({}))
    assert.notEqual(stop({ Product: { Categorie: '45', Code: '045A1' } }), stop({ Product: { Categorie: '45', Code: '45A1' } }))
  })

  it('take an absent element as empty: equal to another absent one, unlike every filled one', () => {
    assert.equal(stop({}), stop({ Product: undefined }))
    assert.notEqual(stop({ ToewijzingNummer: '0' }), stop({}))
    assert.notEqual(stop({ Product: { Categorie: '45' } }), stop({ Product: { Categorie: '45', Code: '45A1' } }))
  })

  it('keep their parts apart', () => {
    const key = (ReferentieNummer: string, VorigReferentieNummer?: string): string => keyOf(placed('323', 'Prestatie', { ProductReferentie: { ReferentieNummer, VorigReferentieNummer } }), modelOf('JW323').keys['Prestatie'] ?? [])
    assert.notEqual(key('AB', 'C'), key('A', 'BC'))
    assert.notEqual(key('A', 'B'), key('A'))
  })

  it('of elements that the class does not have are a fault of ours', () => {
    assert.throws(() => keyOf(placed('301', 'Contact', { Soort: '01' }), ['Adres']), TypeError)
    assert.throws(() => keyOf(placed('301', 'Contact', { Soort: '01' }), ['Sort']), TypeError)
  })

  it('stand in the model for classes of the message only, each a text', () => {
    for (const [name, keys] of Object.entries(modelOf('WMO301').keys)) keyOf(placed('301', name, {}), keys)
  })
})

it('codes to choose from read as a sentence', () => {
  assert.deepEqual([oneOf('1'), oneOf('1', '3'), oneOf('2', '4', '6')], [{ nl: '1', en: '1' }, { nl: '1 of 3', en: '1 or 3' }, { nl: '2, 4 of 6', en: '2, 4 or 6' }])
})
