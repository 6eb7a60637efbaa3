/**
 * What the texts of a message say. Numbers: integer, sameNumber. Dates: orderOf, sameDate, before, dateParts, plusYears. Logical keys: keyOf.
 *
 * A tree keeps every text as sent, and the schema allows `+007` for 7, white space around a number or date, and years beyond four digits: compare by these, never by `===` or `<`.
 */
import type { ComplexType, Node, Tree } from './model.ts'

/** @returns the value of an integer type (LDT_Nummer, LDT_Volume, amounts in cents): `+007` is 7, never -0; NaN for what is no number */
export const integer = (text: string): number => Number(text) + 0

/** @returns whether two texts of an integer type say the same number */
export const sameNumber = (a: string, b: string): boolean => a === b || integer(a) === integer(b)

/** @returns the text without the white space around it, which is no part of a number or date */
export const bare = (text: string): string => text.charCodeAt(0) > 32 && text.charCodeAt(text.length - 1) > 32 ? text : text.trim()
const plain = (text: string): boolean => text.length === 10 && text.charCodeAt(0) >= 48 && text.charCodeAt(9) > 32

/**
 * Compares two calendar dates (xs:date), also of years beyond 9999 or before 0; never throws.
 * @returns below, equal to or above 0, for a sort
 */
export function orderOf (a: string, b: string): number {
  return plain(a) && plain(b) ? textOrder(a, b) : oddOrder(bare(a), bare(b))
}

const textOrder = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0

/** Years have no leading zeros beyond four digits, so the longer text is the later one, or before 0 the earlier. Month and day always run forward. */
function oddOrder (a: string, b: string): number {
  const [yearA, yearB] = [a.slice(0, -6), b.slice(0, -6)]
  if (yearA === yearB) return textOrder(a, b)
  const [minusA, minusB] = [yearA.startsWith('-'), yearB.startsWith('-')]
  if (minusA !== minusB) return minusA ? -1 : 1
  return (minusA ? -1 : 1) * (yearA.length - yearB.length || textOrder(yearA, yearB))
}

/** @returns whether two texts say the same calendar date */
export const sameDate = (a: string, b: string): boolean => orderOf(a, b) === 0

/** @returns whether the first date lies before the second */
export const before = (a: string, b: string): boolean => orderOf(a, b) < 0

/** @returns the three numbers of a date; NaN where it is none */
export function dateParts (text: string): { readonly year: number, readonly month: number, readonly day: number } {
  const date = bare(text)
  return { year: Number(date.slice(0, -6)), month: Number(date.slice(-5, -3)), day: Number(date.slice(-2)) }
}

const leap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

/** @returns how many days a month (1 to 12) has; 31 for what is no month */
export const daysIn = (year: number, month: number): number => month === 2 ? (leap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31

/** @returns the same day so many years later; of 29 February in a year without one the 28th */
export function plusYears (text: string, years: number): string {
  const { year, month, day } = dateParts(text)
  const then = year + years
  const two = (part: number): string => `${part}`.padStart(2, '0')
  return `${then < 0 ? '-' : ''}${`${Math.abs(then)}`.padStart(4, '0')}-${two(month)}-${two(Math.min(day, daysIn(then, month)))}`
}

type Reader = (it: Tree) => string
const readers = new WeakMap<readonly string[], WeakMap<ComplexType, Reader>>()

/**
 * A logical key of a class, or the value of any other elements that together tell one instance from another.
 * @param of an instance with its type: a class of a message, or of a fact, with the type it has there
 * @param paths such as `model.keys[name]`: elements below the class
 * @returns a text that is equal exactly where the keys are: an absent element is an empty value, integers and dates count by value
 */
export const keyOf = ({ type, it }: { readonly type: ComplexType, readonly it: object }, paths: readonly string[]): string => keyReader(type, paths)(it)

/** @returns `keyOf` for many instances of one class */
export function keyReader (type: ComplexType, paths: readonly string[]): (it: object) => string {
  const known = readers.get(paths) ?? new WeakMap<ComplexType, Reader>()
  const read = known.get(type) ?? readerOf(type, paths)
  readers.set(paths, known.set(type, read))
  // A class of a message that level 1 has held to its model is a tree.
  return it => read(it as Tree)
}

/** No text of a message holds a NUL, so it keeps the parts of a key apart. */
function readerOf (type: ComplexType, paths: readonly string[]): Reader {
  const reads = paths.map((path): Reader => {
    const base = baseAt(type, path)
    const steps = path.split('/')
    return it => {
      const text = textOf(it, steps)
      return text === undefined ? '' : base === 'integer' ? digits(text) : base === 'date' ? bare(text) : text
    }
  })
  const [first = () => ''] = reads
  return reads.length === 1 ? first : it => reads.map(read => read(it)).join('\0')
}

/** Most numbers are written as they would be here, and need not be made anew. */
function digits (text: string): string {
  const [first, last] = [text.charCodeAt(0), text.charCodeAt(text.length - 1)]
  return first >= 49 && first <= 57 && last >= 48 && last <= 57 ? text : `${integer(text)}`
}

function textOf (it: Tree, steps: readonly string[]): string | undefined {
  let at: Node | undefined = it
  for (const step of steps) {
    if (at === undefined) return undefined
    at = (at as Tree)[step]
  }
  return typeof at === 'string' ? at : undefined
}

function baseAt (type: ComplexType, path: string): string {
  let at: ComplexType['elements'][number]['type'] | undefined = type
  for (const step of path.split('/')) at = at?.kind === 'complex' ? at.elements.find(it => it.name === step)?.type : undefined
  if (at?.kind !== 'simple') throw new TypeError(`${type.name} has no text at ${path}`)
  return at.base
}
