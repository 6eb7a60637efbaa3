/** What lists say about a day: yes, no, or that they cannot know. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sourcesOf, type SourceRow } from '../../src/sources/sources.ts'

type Given = Partial<SourceRow> & { readonly gemeente?: string, readonly aanbieder?: string }
const row = (list: SourceRow['part']['list'], { gemeente = '', aanbieder = '', ...over }: Given): SourceRow => ({
  part: { list, family: list === 'municipalities' ? '' : 'iwmo', gemeente, aanbieder },
  categorie: null, code: null, naam: null, variant: null, eenheid: null, tarief_cents: null, perUur: false, van: '2026-01-01', tot: null, ...over
})
const parties = { family: 'iwmo', gemeente: '0344', aanbieder: '42420001' } as const

describe('the list of municipalities', () => {
  const { gemeente } = sourcesOf([
    ...['0344', '0363', '0599'].map(code => row('municipalities', { code, tot: '2026-12-31' })),
    row('municipalities', { code: '0600', van: '2010-01-01', tot: '2022-12-31' }),
    row('municipalities', { code: '0601', van: '2026-05-01', tot: '2026-12-31' })
  ])

  test('says yes and no for the time in which it is complete', () => {
    assert.deepEqual(['0344', '0999', '0600'].map(code => gemeente(code, '2026-01-01')), [true, false, false])
    assert.deepEqual([gemeente('0344', '2026-12-31'), gemeente('0601', '2026-04-30'), gemeente('0601', '2026-05-01'), gemeente('0344', ' 2026-02-01\n')], [true, false, true, true])
  })

  test('says nothing about other times, but what it surely has', () => {
    assert.deepEqual([gemeente('0344', '2025-12-31'), gemeente('0999', '2022-01-01'), gemeente('0344', '2027-01-01'), gemeente('0344', '12026-01-01'), gemeente('0344', '-0044-03-15')], [null, null, null, null, null])
    assert.equal(gemeente('0600', '2022-12-31'), true)
  })
})

describe('product lists', () => {
  const national = ['02A01', '02A02'].map(code => row('products', { categorie: '02', code, van: '2020-01-01' }))

  test('are the national one where the gemeente has none of its own', () => {
    const { product } = sourcesOf(national)
    assert.deepEqual([product(parties, '02', '02A01', '2026-01-01'), product(parties, '03', '02A01', '2026-01-01'), product(parties, '02', '02A01', '2019-12-31')], [true, false, null])
    assert.equal(product({ ...parties, family: 'ijw' }, '02', '02A01', '2026-01-01'), null)
  })

  test('are the gemeente’s own from the day on which that is complete', () => {
    const { product } = sourcesOf([...national, row('products', { gemeente: '0344', categorie: '02', code: '10EIG', van: '2025-01-01' }), row('products', { gemeente: '0344', categorie: '02', code: '11EIG', van: '2025-01-01' })])
    assert.deepEqual([product(parties, '02', '10EIG', '2025-01-01'), product(parties, '02', '02A01', '2025-01-01')], [true, false])
    assert.deepEqual([product(parties, '02', '10EIG', '2024-12-31'), product(parties, '02', '02A01', '2024-12-31')], [false, true])
    assert.equal(product({ ...parties, gemeente: '0363' }, '02', '02A01', '2026-01-01'), true)
  })
})

describe('contracts', () => {
  const of = (over: Given): SourceRow => row('contracts', { gemeente: '0344', aanbieder: '42420001', variant: 'inspanning', ...over })
  const { contract } = sourcesOf([
    of({ variant: 'taakgericht', van: '2015-01-01' }),
    of({ categorie: '02', eenheid: '04' }),
    of({ categorie: '02', code: '02A01', tarief_cents: 6850, perUur: true, tot: '2026-06-30' }),
    of({ categorie: '02', code: '02A01', tarief_cents: 7000, perUur: true, van: '2026-07-01' })
  ])

  test('give the row that says most about the product on the day', () => {
    assert.equal(contract(parties, '02', '02A01', '2026-06-30')?.tarief_cents, 6850)
    assert.equal(contract(parties, '02', '02A01', '2026-07-01')?.tarief_cents, 7000)
    assert.equal(contract(parties, '02', '02A02', '2026-07-01')?.eenheid, '04')
    assert.equal(contract(parties, '02', null, '2026-07-01')?.eenheid, '04')
    for (const asked of [['02', '02A01', '2025-12-31'], ['03', '02A01', '2026-07-01'], [null, null, '2026-07-01']] as const) assert.equal(contract(parties, asked[0], asked[1], asked[2])?.variant, 'taakgericht')
    assert.deepEqual(contract(parties, '02', '02A01', '2026-07-01'), { categorie: '02', code: '02A01', variant: 'inspanning', eenheid: null, tarief_cents: 7000, perUur: true, van: '2026-07-01', tot: null })
  })

  test('are unknown between others, and before the first', () => {
    assert.equal(contract({ ...parties, aanbieder: '42420002' }, '02', '02A01', '2026-07-01'), null)
    assert.equal(contract({ ...parties, family: 'ijw' }, '02', '02A01', '2026-07-01'), null)
    assert.equal(contract(parties, '02', '02A01', '2014-12-31'), null)
  })
})
