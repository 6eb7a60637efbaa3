/**
 * What the texts of a message say, and the faults rules make of them. Numbers: integer, sameNumber. Dates: orderOf, sameDate, before, dateParts, plusYears.
 * Logical keys: keyOf. Faults: missing, superfluous, wrong, and the words filled, absent, oneOf, onOrAfter, onOrBefore, laterThan and euros.
 *
 * The tree keeps every text as sent, and the schema allows `+007` for 7, white space around a number or date, and years beyond four digits: compare by these, never by `===` or `<`.
 */
import { same, type Words } from '../core/core.ts'
import type { ComplexType, Node, Tree } from '../standard/standard.ts'
import { visible } from '../validate/validate.ts'
import type { Fault } from './rule.ts'
import type { Placed } from './scene.ts'

/** @returns the value of an integer type (LDT_Nummer, LDT_Volume, amounts in cents): `+007` is 7, never -0; NaN for what is no number */
export const integer = (text: string): number => Number(text) + 0

/** @returns whether two texts of an integer type say the same number */
export const sameNumber = (a: string, b: string): boolean => a === b || integer(a) === integer(b)

/** White space around a number or date is no part of its value. */
const bare = (text: string): string => text.charCodeAt(0) > 32 && text.charCodeAt(text.length - 1) > 32 ? text : text.trim()
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
 * @param of an instance with its type: what a scene has placed, or a fact with the type of its class
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

/** What is said of an element that is there, or should be. */
export const filled: Words = { nl: 'gevuld', en: 'filled' }
/** What is said of an element that is not there, or should not be. */
export const absent: Words = { nl: 'afwezig', en: 'absent' }

/** @returns the fault of an element that should be there */
export const missing = (it: Placed<object>, element: string, expected: Words = filled): Fault => ({ in: it, element, found: absent, expected })

/** @returns the fault of an element, or a class of them, that should not be there */
export const superfluous = (it: Placed<object>, element: string, expected: Words = absent): Fault => ({ in: it, element, expected })

/** @returns the fault of an element, or with an empty one of the class, that is not as the rule asks; what is found is told from the message unless given */
export const wrong = (it: Placed<object>, element: string, expected: Words, found?: Words): Fault => found === undefined ? { in: it, element, expected } : { in: it, element, found, expected }

/** @returns the codes one may choose from: `1, 2 of 3` */
export function oneOf (...codes: readonly string[]): Words {
  const first = codes.slice(0, -1).join(', ')
  const last = codes.at(-1) ?? ''
  return first === '' ? same(last) : { nl: `${first} of ${last}`, en: `${first} or ${last}` }
}

/** @returns what is asked of a date that may not lie before another; the other may not be about a person */
export const onOrAfter = (date: string): Words => ({ nl: `op of na ${visible(bare(date))}`, en: `on or after ${visible(bare(date))}` })
/** @returns what is asked of a date that may not lie after another; the other may not be about a person */
export const onOrBefore = (date: string): Words => ({ nl: `op of voor ${visible(bare(date))}`, en: `on or before ${visible(bare(date))}` })

/** @returns what is asked of a date that must lie after another; the other may not be about a person */
export const laterThan = (date: string): Words => ({ nl: `na ${visible(bare(date))}`, en: `after ${visible(bare(date))}` })

/** @returns an amount as people write it, a credit with a minus: `€ -1.234,56` */
export function euros (cents: number): Words {
  const whole = `${Math.trunc(Math.abs(cents) / 100)}`
  const grouped = (mark: string): string => whole.replace(/\B(?=(?:[0-9]{3})+$)/g, mark)
  const rest = `${Math.abs(cents) % 100}`.padStart(2, '0')
  const minus = cents < 0 ? '-' : ''
  return { nl: `€ ${minus}${grouped('.')},${rest}`, en: `€ ${minus}${grouped(',')}.${rest}` }
}
