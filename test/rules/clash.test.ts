/** The clash of product rows: against the rule read word for word, and quick however many rows there are. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { CDT_Product, Family } from '../../src/standard/standard.ts'
import { clashes, type Row } from '../../src/rules/clash.ts'

type Rows = ReadonlyArray<Row<number>>
const row = (of: number, product: CDT_Product | undefined, van: string, tot?: string): Row<number> => ({ of, product, van, tot })
const coded = (Categorie: string, Code: string): CDT_Product => ({ Categorie, Code })
const seen = (rows: Rows, family: Family = 'ijw'): Array<[number, number]> => clashes(rows, family).map(({ row, met }) => [row, met])

/** The rule as it is written, pair by pair. */
function clash (a: Row<number>, b: Row<number>, family: Family): boolean {
  const aid = ({ product }: Row<number>): boolean => family === 'iwmo' && product !== undefined && ['11', '12', '13', '14'].includes(product.Categorie)
  if (aid(a) || aid(b)) return false
  if ([a, b].some(({ van, tot }) => tot !== undefined && tot < van)) return false
  if ((a.tot !== undefined && a.tot < b.van) || (b.tot !== undefined && b.tot < a.van)) return false
  if (a.product === undefined || b.product === undefined) return true
  if (a.product.Code !== undefined && b.product.Code !== undefined) return a.product.Code === b.product.Code
  return a.product.Categorie === b.product.Categorie
}

const day = fc.integer({ min: 1, max: 9 }).map(it => `2026-01-0${it}`)
const product = fc.option(fc.record({ Categorie: fc.constantFrom('11', '14', '45', '46'), Code: fc.constantFrom('A', 'B') }, { requiredKeys: ['Categorie'] }), { nil: undefined })
const rowsOf = fc.array(fc.record({ product, van: day, tot: fc.option(day, { nil: undefined }) }), { maxLength: 7 }).map(rows => rows.map((it, of): Row<number> => ({ of, ...it })))

describe('rows clash', () => {
  it('as the rule says, of each clash the row that begins later', () => {
    fc.assert(fc.property(rowsOf, fc.constantFrom<Family>('iwmo', 'ijw'), (rows, family) => {
      const given = clashes(rows, family)
      for (const { row, met } of given) assert.ok(clash(rows[row] ?? assert.fail(), rows[met] ?? assert.fail(), family))
      const later = rows.filter(b => rows.some(a => a !== b && (a.van < b.van || (a.van === b.van && a.of < b.of)) && clash(a, b, family)))
      assert.deepEqual(given.map(it => it.row), later.map(it => it.of))
    }), { numRuns: 2_000 })
  })

  it('on one shared day, and not when one begins the day after', () => {
    assert.deepEqual(seen([row(1, coded('45', 'A'), '2026-01-01', '2026-01-31'), row(2, coded('45', 'A'), '2026-01-31')]), [[2, 1]])
    assert.deepEqual(seen([row(1, coded('45', 'A'), '2026-01-01', '2026-01-31'), row(2, coded('45', 'A'), '2026-02-01')]), [])
  })

  it('without a code by category, without a product always', () => {
    const long = row(1, coded('45', 'A'), '2026-01-01')
    assert.deepEqual(seen([long, row(2, { Categorie: '45' }, '2026-02-01')]), [[2, 1]])
    assert.deepEqual(seen([long, row(2, { Categorie: '46' }, '2026-02-01')]), [])
    assert.deepEqual(seen([long, row(2, undefined, '2026-02-01')]), [[2, 1]])
    assert.deepEqual(seen([long, row(2, coded('45', 'B'), '2026-02-01')]), [])
    assert.deepEqual(seen([long, row(2, coded('46', 'A'), '2026-02-01')]), [[2, 1]])
  })

  it('never for aids of iWmo, also against a row without a product; of iJw those categories do', () => {
    const rows = [row(1, { Categorie: '11' }, '2026-01-01'), row(2, { Categorie: '11' }, '2026-01-01'), row(3, undefined, '2026-01-01')]
    assert.deepEqual(seen(rows, 'iwmo'), [])
    assert.deepEqual(seen(rows, 'ijw'), [[2, 1], [3, 1]])
  })

  it('not when a period ends before it begins, nor in years beyond the calendar', () => {
    assert.deepEqual(seen([row(1, undefined, '2026-02-01', '2026-01-01'), row(2, undefined, '2026-01-15')]), [])
    assert.deepEqual(seen([row(1, undefined, '-0044-03-15', '10000-01-01'), row(2, undefined, '12026-01-01')]), [])
  })

  it('are found among tens of thousands without comparing each with each', () => {
    const many = Array.from({ length: 60_000 }, (_, nth): Row<number> => row(nth, nth % 3 === 0 ? undefined : { Categorie: '45' }, '2026-01-01'))
    assert.equal(clashes(many, 'ijw').length, 59_999)
  })
})
