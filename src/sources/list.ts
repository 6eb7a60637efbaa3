/** What the lists of external sources are: their columns, and what may stand in each. */
import { dateOfDay, dayOf } from '../calendar/calendar.ts'
import { codeList, families, type Family } from '../standard/standard.ts'

/** Which lists there are. */
export const listNames = ['municipalities', 'products', 'contracts'] as const
export type ListName = typeof listNames[number]

/** The piece of a list that is imported, replaced and looked up as a whole; what it does not go by is empty. */
export interface Part {
  readonly list: ListName
  readonly family: Family | ''
  /** Whose products or contracts; empty for the national product list. */
  readonly gemeente: string
  readonly aanbieder: string
}

/** One row of a list; what the list does not have is null. */
export interface SourceRow {
  readonly part: Part
  readonly categorie: string | null
  /** Of a product; in the list of municipalities that of the gemeente. */
  readonly code: string | null
  /** Of a gemeente or product, for people. */
  readonly naam: string | null
  readonly variant: 'inspanning' | 'output' | 'taakgericht' | null
  readonly eenheid: string | null
  readonly tarief_cents: number | null
  readonly perUur: boolean
  /** `YYYY-MM-DD`, both days included; null is no end. */
  readonly van: string
  readonly tot: string | null
}

/** What is wrong in a row, before its line is known. */
export interface Wrong { readonly column: string, readonly found: string, readonly expected: string }
/** The texts of a row by column, without white space around them; what the file has no column for is empty. */
type Fields = Readonly<Record<string, string>>

/** A column of a list. */
export interface Column {
  readonly name: string
  /** Whether every row must fill it. */
  readonly required: boolean
  readonly accepts: (text: string, row: Fields) => boolean
  readonly expected: string
}

const isDate = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && dateOfDay(dayOf(text)) === text
const matches = (pattern: RegExp) => (text: string): boolean => pattern.test(text)
const oneOf = (...all: readonly string[]) => (text: string): boolean => all.includes(text)
const familyOf = (text: string): Family | null => families.find(it => it === text) ?? null
/** A family that is not one is told where it stands; here everything may be right then. */
const inList = (name: string) => (text: string, { family = '' }: Fields): boolean => {
  const known = familyOf(family)
  return known === null || codeList(name, known).some(([code]) => code === text)
}
const cents_max = 99_999_999

const required = (name: string, accepts: Column['accepts'], expected: string): Column => ({ name, accepts, expected, required: true })
const optional = (name: string, accepts: Column['accepts'], expected: string): Column => ({ name, accepts, expected, required: false })

const family = required('family', oneOf(...families), 'iwmo or ijw')
const gemeente = required('gemeente', matches(/^[0-9]{4}$/), 'the CBS code of a gemeente, 4 digits; a spreadsheet drops the zeros in front')
const categorie = required('categorie', inList('LDT_ProductCategorie'), 'a ProductCategorie of that family, 2 digits; a spreadsheet drops the zero in front')
const code = required('code', matches(/^.{1,5}$/su), 'a ProductCode of 1 to 5 characters')
const van = required('van', isDate, 'the first day on which it holds, YYYY-MM-DD')
const tot = optional('tot', (text, row) => isDate(text) && !(text < (row['van'] ?? '')), 'the last day on which it holds, YYYY-MM-DD, not before van; empty: no end')
const name = (column: string): Column => optional(column, matches(/^.{1,200}$/su), 'at most 200 characters')

/** The columns of each list, in the order in which README.md shows them. */
export const columns: Readonly<Record<ListName, readonly Column[]>> = {
  municipalities: [{ ...gemeente, name: 'code' }, name('naam'), van, tot],
  products: [family, { ...gemeente, required: false }, categorie, code, name('omschrijving'), van, tot],
  contracts: [
    family, gemeente, required('aanbieder', matches(/^[0-9]{8}$/), 'the AGB code of an aanbieder, 8 digits; a spreadsheet drops the zeros in front'),
    { ...categorie, required: false },
    optional('code', (text, row) => /^.{1,5}$/su.test(text) && row['categorie'] !== '', 'a ProductCode of 1 to 5 characters, with its categorie; empty: the whole categorie'),
    required('variant', oneOf('inspanning', 'output', 'taakgericht'), 'inspanning, output or taakgericht'),
    optional('eenheid', inList('LDT_Eenheid'), 'an Eenheid of the standard, 2 digits; a spreadsheet drops the zero in front'),
    optional('tarief_cent', text => /^[0-9]{1,8}$/.test(text) && Number(text) <= cents_max, 'whole cents: 6850 is 68.50 euro; empty: none agreed'),
    optional('per_uur', (text, row) => text === 'nee' || (text === 'ja' && row['tarief_cent'] !== ''), 'ja (then with a tarief_cent) or nee; empty: nee'),
    van, tot
  ]
}

/** @returns the row its fields make, or everything that is wrong with them */
export function rowOf (list: ListName, fields: Fields): SourceRow | readonly Wrong[] {
  const wrong = columns[list].filter(it => fields[it.name] === '' ? it.required : !it.accepts(fields[it.name] ?? '', fields))
  if (wrong.length > 0) return wrong.map(({ name, expected }) => ({ column: name, found: fields[name] ?? '', expected }))
  const text = (name: string): string | null => fields[name] === undefined || fields[name] === '' ? null : fields[name]
  const tarief = text('tarief_cent')
  return {
    part: partOf(list, fields),
    categorie: text('categorie'),
    code: text('code'),
    naam: text('naam') ?? text('omschrijving'),
    variant: variantOf(fields['variant']),
    eenheid: text('eenheid'),
    tarief_cents: tarief === null ? null : Number(tarief),
    perUur: fields['per_uur'] === 'ja',
    van: fields['van'] ?? '',
    tot: text('tot')
  }
}

const partOf = (list: ListName, fields: Fields): Part =>
  list === 'municipalities'
    ? { list, family: '', gemeente: '', aanbieder: '' }
    : { list, family: familyOf(fields['family'] ?? '') ?? '', gemeente: fields['gemeente'] ?? '', aanbieder: fields['aanbieder'] ?? '' }

/** @returns the variant of a contract; null for what is none */
export const variantOf = (text: string | null | undefined): SourceRow['variant'] => (['inspanning', 'output', 'taakgericht'] as const).find(it => it === text) ?? null

/** @returns a text that is the same for the same part */
export const partKey = ({ list, family, gemeente, aanbieder }: Part): string => `${list} ${family} ${gemeente} ${aanbieder}`
/** @returns a text that is the same for rows about the same thing, of which no two may hold on one day */
export const rowKey = ({ part, categorie, code }: SourceRow): string => `${partKey(part)} ${categorie ?? ''} ${code ?? ''}`
