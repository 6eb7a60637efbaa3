/** Prepares the check of a leaf's text against its data type; what it cannot decide exactly it does not accept. */
import type { ElementModel, SimpleType } from './model.ts'
import { fromXsdPattern } from './pattern.ts'

/** Whether a leaf's text, entities decoded, surely agrees with its type. */
export type Accepts = (text: string) => boolean

const prepared = new WeakMap<SimpleType, Accepts>()

/** @returns the check of an element's text: its type's facets, and its own pattern besides */
export function acceptsOf (element: ElementModel, type: SimpleType): Accepts {
  const byType = prepared.get(type) ?? ofType(type)
  prepared.set(type, byType)
  if (element.pattern === undefined) return byType
  const own = collapsing(type, matches(element.pattern))
  return text => byType(text) && own(text)
}

function ofType (type: SimpleType): Accepts {
  const { kind, name, base, minLength, maxLength, minInclusive, maxInclusive, pattern, enumeration, ...rest } = type
  const strange = Object.keys(rest)
  if (strange.length > 0 || kind !== 'simple') throw new SyntaxError(`${name}: the reader knows no ${strange.join(', ')}`)
  // The length first: it bounds the work of the patterns.
  const checks = [byBase(type), ...(pattern === undefined ? [] : [matches(pattern)])]
  if (enumeration !== undefined) {
    const codes = new Set(enumeration.map(([code]) => code))
    checks.unshift(text => codes.has(text))
  }
  const [first = () => true, ...others] = checks
  return collapsing(type, others.length === 0 ? first : text => first(text) && others.every(check => check(text)))
}

/** No number, date or time is longer, but for white space nobody writes; it also bounds the work of trimming. */
const collapsed_characters_max = 64

/** White space around a number, date or time is no part of the value that the facets judge. */
function collapsing (type: SimpleType, accepts: Accepts): Accepts {
  if (type.base === 'string') return accepts
  return text => {
    if (text.length > collapsed_characters_max) return false
    const bare = text.charCodeAt(0) > 32 && text.charCodeAt(text.length - 1) > 32
    return accepts(bare ? text : text.replace(/^[ \t\n\r]+|[ \t\n\r]+$/g, ''))
  }
}

function byBase (type: SimpleType): Accepts {
  if (type.base === 'integer') return integer(type.minInclusive ?? -Infinity, type.maxInclusive ?? Infinity)
  if (type.minInclusive !== undefined || type.maxInclusive !== undefined) throw new SyntaxError(`${type.name}: a range on a ${type.base}`)
  if (type.base === 'string') return length(type.minLength ?? 0, type.maxLength ?? Infinity)
  if (type.minLength !== undefined || type.maxLength !== undefined) throw new SyntaxError(`${type.name}: a length on a ${type.base}`)
  return type.base === 'date' ? isDate : isTime
}

function matches (patterns: readonly string[]): Accepts {
  const [only, ...others] = patterns.map(fromXsdPattern)
  if (only === undefined || others.length > 0) throw new SyntaxError('the reader knows one pattern a type')
  return text => only.test(text)
}

/** A length in characters as XML counts them: a pair of surrogates is one. */
function length (min: number, max: number): Accepts {
  return text => {
    if (text.length < min) return false
    if (text.length <= max && min <= 1) return true
    const characters = [...text].length
    return characters >= min && characters <= max
  }
}

/** Up to 15 digits a double is exact, past them we are not sure. */
function integer (min: number, max: number): Accepts {
  return text => {
    if (!/^[+-]?[0-9]{1,15}$/.test(text)) return false
    const value = Number(text)
    return value >= min && value <= max
  }
}

const days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Plain dates of the years 1 to 9999; longer and negative years are for the schema engine. */
function isDate (text: string): boolean {
  if (text.length !== 10 || text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return false
  const [year, month, day] = [number(text, 0, 4), number(text, 5, 7), number(text, 8, 10)]
  if (!(year >= 1) || !(day >= 1) || !(day <= (days[month - 1] ?? 0))) return false
  return month !== 2 || day < 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0))
}

const DASH = 0x2d; const ZERO = 0x30

/** @returns the number that digits from one place to another make; NaN when something else stands there */
function number (text: string, from: number, to: number): number {
  let value = 0
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - ZERO
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : NaN
  }
  return value
}

/** Plain times without a zone; 24:00:00 is for the schema engine. */
const isTime = (text: string): boolean => /^(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?$/.test(text)
