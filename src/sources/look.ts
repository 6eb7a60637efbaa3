/** Answers questions from lists that were read: what holds on a day, and from when on a list is complete. */
import { partKey, type Part, type SourceRow } from './list.ts'
import type { Contract, Sources } from './sources.ts'

/** A part of a list, ready to be asked. */
export interface Looked {
  /** How many rows it keeps in memory. */
  readonly size: number
  /** @returns whether the list says what does not hold on that day, too: it is complete then */
  covers (date: string): boolean
  /** @returns the row about that which holds on the day */
  row (categorie: string | null, code: string | null, date: string): SourceRow | null
}

const key = (categorie: string | null, code: string | null): string => `${categorie ?? ''} ${code ?? ''}`
const ends = (tot: string | null): string => tot ?? '9999-99-99'

/**
 * A list is taken to be complete from the `van` that most of its rows have (of several, the latest), until the last day on which any of
 * them holds: a list of one year that also has some older rows says nothing about what is absent in older years.
 */
export function looked (rows: readonly SourceRow[]): Looked {
  const byKey = Map.groupBy(rows, it => key(it.categorie, it.code))
  const [complete = ''] = [...Map.groupBy(rows, it => it.van)].reduce((best, it) => it[1].length > best[1].length || (it[1].length === best[1].length && it[0] > best[0]) ? it : best, ['', []])
  const until = rows.reduce((last, { tot }) => ends(tot) > last ? ends(tot) : last, '')
  return {
    size: rows.length,
    covers: date => complete !== '' && complete <= date && date <= until,
    row: (categorie, code, date) => byKey.get(key(categorie, code))?.find(it => it.van <= date && date <= ends(it.tot)) ?? null
  }
}

const contract = ({ categorie, code, variant, eenheid, tarief_cents, perUur, van, tot }: SourceRow): Contract | null =>
  variant === null ? null : { categorie, code, variant, eenheid, tarief_cents, perUur, van, tot }

/** @param find the part, or null where nothing was imported of it */
export function sourcesOver (find: (part: Part) => Looked | null): Sources {
  const municipalities = (): Looked | null => find(municipalitiesPart)
  /** What holds surely is true; what a complete list does not have is false; of the rest nobody knows. */
  const says = (list: Looked | null, categorie: string | null, code: string, date: string): boolean | null =>
    list === null ? null : list.row(categorie, code, date) !== null ? true : list.covers(date) ? false : null
  return {
    gemeente: (code, date) => says(municipalities(), null, code, date.trim()),
    product ({ family, gemeente }, categorie, code, date) {
      const [own, national] = [find({ list: 'products', family, gemeente, aanbieder: '' }), find({ list: 'products', family, gemeente: '', aanbieder: '' })]
      const day = date.trim()
      if (own?.covers(day) === true) return says(own, categorie, code, day)
      return says(own, categorie, code, day) ?? says(national, categorie, code, day)
    },
    contract (parties, categorie, code, date) {
      const { family, gemeente, aanbieder } = parties
      const list = find({ list: 'contracts', family, gemeente, aanbieder })
      const asked = categorie === null ? [[null, null]] as const : code === null ? [[categorie, null], [null, null]] as const : [[categorie, code], [categorie, null], [null, null]] as const
      const row = list === null ? undefined : asked.map(([cat, its]) => list.row(cat, its, date.trim())).find(it => it !== null)
      return row === undefined || row === null ? null : contract(row)
    }
  }
}

/** All municipalities are one part. */
export const municipalitiesPart: Part = { list: 'municipalities', family: '', gemeente: '', aanbieder: '' }

/** @returns sources of everything that was read, kept in memory */
export function sourcesOf (rows: readonly SourceRow[]): Sources {
  const parts = new Map([...Map.groupBy(rows, it => partKey(it.part))].map(([part, its]) => [part, looked(its)]))
  return sourcesOver(part => parts.get(partKey(part)) ?? null)
}
