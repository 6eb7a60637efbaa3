/** Pure calendar dates: day numbers, months, ISO-8601 weeks and Sundays, in whole numbers only and without a clock. */

/** Days since 1970-01-01, a whole number; of what is no date NaN, which compares with nothing. */
export type Day = number
/** From one day to another, both included; never empty. */
export interface Period { readonly from: Day, readonly to: Day }

const datePattern = /^\s*(-?)([0-9]{4,})-([0-9]{2})-([0-9]{2})\s*$/
/** Years beyond count as this one: a day times a volume stays a whole number, and no assignment runs that long. */
const year_max = 99_999

/**
 * The day number of a date of the proleptic Gregorian calendar.
 * @param date `YYYY-MM-DD`, or another xs:date: white space around it, more digits in the year, a year before 0
 */
export function dayOf (date: string): Day {
  const [whole, sign = '', year = '', month = '', day = ''] = datePattern.exec(date) ?? []
  if (whole === undefined) return NaN
  const bounded = Math.min(year_max, Number(year))
  return dayNumber(sign === '-' ? -bounded : bounded, Number(month), Number(day))
}

/** Counts in years that begin on 1 March, so that a leap day is the last of its year; eras of 400 years have 146,097 days. */
function dayNumber (year: number, month: number, day: number): Day {
  const shifted = month > 2 ? year : year - 1
  const era = Math.floor(shifted / 400)
  const ofEra = shifted - era * 400
  const ofYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468
}

/** Year, month 1 to 12, and day of the month: the inverse of `dayNumber`. */
function partsOf (at: Day): readonly [year: number, month: number, day: number] {
  const shifted = at + 719_468
  const era = Math.floor(shifted / 146_097)
  const ofEra = shifted - era * 146_097
  const year = Math.floor((ofEra - Math.floor(ofEra / 1_460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365)
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100))
  const march = Math.floor((5 * ofYear + 2) / 153)
  const month = march < 10 ? march + 3 : march - 9
  return [year + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - Math.floor((153 * march + 2) / 5) + 1]
}

/** @returns the date of a day, `YYYY-MM-DD`; empty for NaN */
export function dateOfDay (at: Day): string {
  if (Number.isNaN(at)) return ''
  const [year, month, day] = partsOf(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${year < 0 ? '-' : ''}${String(Math.abs(year)).padStart(4, '0')}-${two(month)}-${two(day)}`
}

/** @returns the first day of the month a day is in */
export const firstOfMonth = (at: Day): Day => at - partsOf(at)[2] + 1

/** @returns the last day of the month a day is in */
export function lastOfMonth (at: Day): Day {
  const [year, month] = partsOf(at)
  return month === 12 ? dayNumber(year + 1, 1, 1) - 1 : dayNumber(year, month + 1, 1) - 1
}

/** @returns the days that two periods share; null when there are none, or an end of one is no date */
export function intersection (one: Period, other: Period): Period | null {
  const both = { from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) }
  return both.from <= both.to ? both : null
}

/** @returns how many days a period has */
export const daysIn = ({ from, to }: Period): number => to - from + 1

/** @returns how many calendar months a period touches */
export function monthsIn ({ from, to }: Period): number {
  const [first, last] = [partsOf(from), partsOf(to)]
  return (last[0] - first[0]) * 12 + last[1] - first[1] + 1
}

/** ISO-8601 weeks run from Monday to Sunday and follow on each other without a gap, so they can be counted through; 1970-01-01 was a Thursday. */
const weekNumber = (at: Day): number => Math.floor((at + 3) / 7)

/** @returns how many ISO-8601 weeks, as pairs of year and week, a period touches */
export const weeksIn = ({ from, to }: Period): number => weekNumber(to) - weekNumber(from) + 1

/** @returns how many Sundays a period has */
export const sundaysIn = ({ from, to }: Period): number => weekNumber(to + 1) - weekNumber(from)

/** @returns the last Sunday on or before a day */
export const sundayUntil = (at: Day): Day => weekNumber(at + 1) * 7 - 4
