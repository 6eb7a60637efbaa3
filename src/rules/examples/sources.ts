/** The external sources of all cases, as the rows of the files that `zorgpoort validate --sources` reads. */
import type { Contract, Sources } from '../../sources/sources.ts'
import type { Family } from '../../standard/standard.ts'
import { aanbieder, geenGemeente, gemeente, taleOf, type Tale } from './tale.ts'

type Row = Readonly<Record<string, string>>

/** Everything holds since both laws began. */
const van = '2015-01-01'

/** @returns per file its rows, each a text per column */
export function sourceRows (family: Family): Readonly<Record<'municipalities' | 'products' | 'contracts', readonly Row[]>> {
  const it = taleOf(family)
  return {
    municipalities: [gemeente, '0363'].map(code => ({ code, van })),
    products: products(it).map(([categorie, code]) => ({ family, gemeente: '', categorie, code, van })),
    contracts: [gemeente, geenGemeente].flatMap(of => contracts(it).map(row => ({ family, gemeente: of, aanbieder, ...row, van })))
  }
}

const products = (it: Tale): ReadonlyArray<readonly [categorie: string, code: string]> =>
  [[it.categorie(1), it.code(1)], [it.categorie(1), it.andereCode], [it.categorie(2), it.code(2)], [it.categorie(3), it.code(3)], [it.taakgericht.Categorie, it.taakgericht.Code]]

/** What is claimed by volume, what in euros, and what is delivered by task. */
const contracts = (it: Tale): readonly Row[] => [
  { categorie: it.categorie(1), variant: 'inspanning', eenheid: '16', tarief_cent: '6850', per_uur: 'nee' },
  { categorie: it.categorie(2), variant: 'output', eenheid: '83', tarief_cent: '', per_uur: 'nee' },
  { categorie: it.categorie(3), variant: 'output', eenheid: '83', tarief_cent: '', per_uur: 'nee' },
  { categorie: it.taakgericht.Categorie, variant: 'taakgericht', eenheid: '', tarief_cent: '', per_uur: 'nee' }
]

/** @returns the files by their names, with CR/LF line ends */
export const sourceFiles = (family: Family): ReadonlyMap<string, string> => new Map(Object.entries(sourceRows(family)).map(([name, rows]) => {
  const columns = Object.keys(rows[0] ?? {})
  return [`${name}.csv`, [columns, ...rows.map(row => columns.map(column => row[column] ?? ''))].map(line => `${line.join(';')}\r\n`).join('')]
}))

/** @returns the same, to be asked */
export function sourcesFor (family: Family): Sources {
  const { municipalities, products, contracts } = sourceRows(family)
  return {
    gemeente: code => municipalities.some(it => it['code'] === code),
    product: (_, categorie, code) => products.some(it => it['categorie'] === categorie && it['code'] === code),
    contract: (parties, categorie) => {
      const row = contracts.find(it => it['gemeente'] === parties.gemeente && it['aanbieder'] === parties.aanbieder && it['categorie'] === categorie)
      return row === undefined ? null : contractOf(row)
    }
  }
}

const contractOf = (row: Row): Contract => ({
  categorie: row['categorie'] ?? null,
  code: null,
  variant: row['variant'] === 'taakgericht' ? 'taakgericht' : row['variant'] === 'output' ? 'output' : 'inspanning',
  eenheid: row['eenheid'] === '' ? null : row['eenheid'] ?? null,
  tarief_cents: row['tarief_cent'] === '' ? null : Number(row['tarief_cent']),
  perUur: row['per_uur'] === 'ja',
  van,
  tot: null
})
