/** The face of external sources: municipalities, product lists and contracts, as data with the dates between which they hold. */
import type { Family } from '../standard/standard.ts'

export { openSources, type SourceBook } from './book.ts'
export { readCsv, type CsvFault, type ReadList, type RefusedList } from './csv.ts'
export { readSources, type ReadSources } from './folder.ts'
export { columns, listNames, partKey, rowKey, variantOf, type ListName, type Part, type SourceRow } from './list.ts'
export { sourcesOf } from './look.ts'

/** What a gemeente and an aanbieder agreed about a product and messages do not carry. */
export interface Contract {
  /** LDT_ProductCategorie; null for every product between the two. */
  readonly categorie: string | null
  /** LDT_ProductCode; null for the whole category. */
  readonly code: string | null
  readonly variant: 'inspanning' | 'output' | 'taakgericht'
  /** LDT_Eenheid; null where none was agreed. */
  readonly eenheid: string | null
  readonly tarief_cents: number | null
  /** Whether the tariff is for an hour. */
  readonly perUur: boolean
  /** `YYYY-MM-DD`, both days included; null is no end. */
  readonly van: string
  readonly tot: string | null
}

/** Between whom, in which family. */
export interface Parties { readonly family: Family, readonly gemeente: string, readonly aanbieder: string }

/** Questions about a moment; dates are `YYYY-MM-DD`. Null: no source that tells. */
export interface Sources {
  /** @returns whether CBS's list of that date has the gemeente */
  gemeente (code: string, date: string): boolean | null
  /** @returns whether the list that the gemeente uses has this code in this category; null where no list is in use */
  product (parties: Parties, categorie: string, code: string, date: string): boolean | null
  /** @returns the contract that says most about the product on that date; null where none is known */
  contract (parties: Parties, categorie: string | null, code: string | null, date: string): Contract | null
}

/** Where nothing was imported: everything is unknown. */
export const noSources: Sources = { gemeente: () => null, product: () => null, contract: () => null }
