/** The clash of two product rows: the same product, asked for or assigned twice over one day (TR302, TR361, TR386, TR410). */
import type { CDT_Product, Family } from '../standard/standard.ts'
import { before, orderOf } from './value.ts'

/** A product over a period, both days included. */
export interface Row<T> {
  /** What the row stands for; handed back where it clashes. */
  readonly of: T
  readonly product: CDT_Product | undefined
  readonly van: string
  /** Absent: no end. */
  readonly tot: string | undefined
}

/** A row and an earlier one it clashes with: earlier by its first day, then by its place. */
export interface Clash<T> { readonly row: T, readonly met: T }

/** iWmo: aids, of which two may be had at once. */
const hulpmiddelen = new Set(['11', '12', '13', '14'])

/**
 * Two rows are the same product when both have a Code and it is equal; when one lacks it and the Categorie is equal; when one has no Product at all.
 * @returns of every row that shares a day with an earlier one of the same product that earlier row, in the order given; in n log n steps however many clash
 */
export function clashes<T> (rows: ReadonlyArray<Row<T>>, family: Family): ReadonlyArray<Clash<T>> {
  if (rows.length < 2) return []
  const found = new Map<Row<T>, Clash<T>>()
  const latest = latestRows<T>()
  for (const row of rows.filter(it => counts(it, family)).toSorted((a, b) => orderOf(a.van, b.van))) {
    const met = latest.like(row.product).find(it => it !== undefined && (it.tot === undefined || !before(it.tot, row.van)))
    if (met !== undefined) found.set(row, { row: row.of, met: met.of })
    latest.take(row)
  }
  return rows.flatMap(row => found.get(row) ?? [])
}

/** A period that ends before it begins has no day to share; CS003 tells of it. */
function counts ({ product, van, tot }: Row<unknown>, family: Family): boolean {
  return !(family === 'iwmo' && product !== undefined && hulpmiddelen.has(product.Categorie)) && (tot === undefined || !before(tot, van))
}

/** Of the rows taken so far, per kind of likeness, the one that ends last: where that one does not reach a day, none does. */
function latestRows<T> (): { like (product: CDT_Product | undefined): ReadonlyArray<Row<T> | undefined>, take (row: Row<T>): void } {
  const latest = new Map<string, Row<T>>()
  const keep = (key: string, row: Row<T>): void => {
    const known = latest.get(key)
    if (known === undefined || (known.tot !== undefined && (row.tot === undefined || before(known.tot, row.tot)))) latest.set(key, row)
  }
  return {
    like: product => keysLike(product).map(key => latest.get(key)),
    take: row => { for (const key of keysOf(row.product)) keep(key, row) }
  }
}

/** Under which names a row is kept. */
function keysOf (product: CDT_Product | undefined): readonly string[] {
  if (product === undefined) return ['any', 'without']
  return ['any', `in ${product.Categorie}`, product.Code === undefined ? `uncoded ${product.Categorie}` : `code ${product.Code}`]
}

/** Under which names the rows stand that are the same product as one. */
function keysLike (product: CDT_Product | undefined): readonly string[] {
  if (product === undefined) return ['any']
  return product.Code === undefined ? [`in ${product.Categorie}`, 'without'] : [`code ${product.Code}`, `uncoded ${product.Categorie}`, 'without']
}
