/** One leaf's text against its data type: the fault that tells most, if there is any. */
import type { ElementModel, SimpleType } from '../standard/standard.ts'
import { fault, type Fault, type Words } from './codes.ts'
import { inWords, matches } from './patterns.ts'
import { length, told } from './shape.ts'

/** Codes of a list are named when there are no more than this. */
const codes_named_max = 12

/**
 * @param text the leaf's text as it stands in the message
 * @returns what is wrong with it, without the value when the element is personal; or null
 */
export function checkValue (text: string, element: ElementModel, type: SimpleType): Fault | null {
  const value = type.base === 'string' ? text : text.replace(/[ \t\n\r]+/g, ' ').replace(/^ | $/g, '')
  const no = (code: Fault['code'], expected: Words): Fault => fault(code, told(value, element.personal), expected)
  const patterns = [type.pattern, element.pattern].filter(p => p !== undefined)
  if (value === '') return emptyAllowed(type) ? null : no('ZP_SCHEMA_EMPTY', wanted(type, patterns))
  const byBase = type.base === 'string' ? checkString(value, type, no) : checkBase[type.base](value, type, no)
  if (byBase) return byBase
  const broken = patterns.find(each => !matches(value, each))
  return broken ? no('ZP_SCHEMA_PATTERN', inWords(broken)) : null
}

type No = (code: Fault['code'], expected: Words) => Fault

const emptyAllowed = (type: SimpleType): boolean => type.base === 'string' && !type.minLength && !type.enumeration && !type.pattern

function checkString (value: string, type: SimpleType, no: No): Fault | null {
  if (type.enumeration) return type.enumeration.some(([code]) => code === value) ? null : no('ZP_SCHEMA_CODE', codeList(type))
  const size = length(value)
  const inPattern = type.pattern && matches(value, type.pattern)
  // A fixed form ("9 cijfers") says more than a length.
  if (type.pattern && !inPattern && type.pattern.some(pattern => pattern.includes('{'))) return no('ZP_SCHEMA_PATTERN', inWords(type.pattern))
  if (type.maxLength !== undefined && size > type.maxLength) return sized('ZP_SCHEMA_LONG', size, { nl: `hoogstens ${type.maxLength} tekens`, en: `at most ${type.maxLength} characters` })
  if (type.minLength !== undefined && size < type.minLength) return sized('ZP_SCHEMA_SHORT', size, { nl: `minstens ${type.minLength} tekens`, en: `at least ${type.minLength} characters` })
  return null
}

const sized = (code: Fault['code'], size: number, expected: Words): Fault => fault(code, { nl: `${size} tekens`, en: `${size} characters` }, expected)

const checkBase = { integer: checkInteger, date: checkDate, time: checkTime } as const

function checkInteger (value: string, type: SimpleType, no: No): Fault | null {
  if (!/^[+-]?[0-9]+$/.test(value)) return no('ZP_SCHEMA_INTEGER', range(type))
  const digits = value.replace(/^[+-]?0*/, '')
  // More digits than any bound has: out of range, and not worth parsing.
  const number = digits.length > 15 ? Infinity : Number(digits)
  const signed = value.startsWith('-') ? -number : number
  const fits = signed >= (type.minInclusive ?? -Infinity) && signed <= (type.maxInclusive ?? Infinity)
  return fits ? null : no('ZP_SCHEMA_RANGE', range(type))
}

const dateWords: Words = { nl: 'JJJJ-MM-DD', en: 'YYYY-MM-DD' }
const timeWords: Words = { nl: 'UU:MM:SS', en: 'HH:MM:SS' }

function checkDate (value: string, _: SimpleType, no: No): Fault | null {
  const [, year, month, day] = /^-?(\d{4,9})-(\d\d)-(\d\d)(?:Z|[+-]\d\d:\d\d)?$/.exec(value) ?? []
  if (year === undefined) return no('ZP_SCHEMA_PATTERN', dateWords)
  const days = new Date(Date.UTC(2000 + Number(year) % 400, Number(month), 0)).getUTCDate()
  const exists = Number(year) > 0 && Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= days
  return exists ? null : no('ZP_SCHEMA_DATE', dateWords)
}

function checkTime (value: string, _: SimpleType, no: No): Fault | null {
  const [, hour, minute, second] = /^(\d\d):(\d\d):(\d\d)(?:\.\d{1,99})?(?:Z|[+-]\d\d:\d\d)?$/.exec(value) ?? []
  if (hour === undefined) return no('ZP_SCHEMA_PATTERN', timeWords)
  const exists = (Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60) || /^24:00:00(?:\.0+)?(?:$|[Z+-])/.test(value)
  return exists ? null : no('ZP_SCHEMA_TIME', timeWords)
}

function range ({ minInclusive: min, maxInclusive: max }: SimpleType): Words {
  if (min === undefined || max === undefined) return { nl: 'een geheel getal', en: 'a whole number' }
  return { nl: `een geheel getal van ${min} tot en met ${max}`, en: `a whole number from ${min} to ${max}` }
}

function codeList (type: SimpleType): Words {
  const codes = (type.enumeration ?? []).map(([code]) => code)
  if (codes.length <= codes_named_max) return { nl: `een van ${codes.join(', ')}`, en: `one of ${codes.join(', ')}` }
  return { nl: `een van de ${codes.length} codes van ${type.name}`, en: `one of the ${codes.length} codes of ${type.name}` }
}

/** @returns what a type asks, in words, for a leaf that holds nothing */
function wanted (type: SimpleType, patterns: ReadonlyArray<readonly string[]>): Words {
  if (type.base === 'integer') return range(type)
  if (type.base === 'date') return dateWords
  if (type.base === 'time') return timeWords
  if (type.enumeration) return codeList(type)
  const [form] = patterns
  return form && !form.some(pattern => pattern.includes('\\s')) ? inWords(form) : { nl: `minstens ${type.minLength ?? 1} teken`, en: `at least ${type.minLength ?? 1} character` }
}
