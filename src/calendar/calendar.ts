/** The face of the calendar: which days are worked, and until when an answer is in time. */
import { Unusable, instant, type Instant } from '../core/core.ts'
import { recognised, type Holidays } from './holidays.ts'
import { addDays, dateOf, dutchDate, endOf } from './moments.ts'

export { recognised, type Holidays }
export { dutchDate, dutchMoment, endOf } from './moments.ts'
export * from './dates.ts'
export { openTerms, type Terms } from './terms.ts'

/** Easter Sunday in the Gregorian calendar (the anonymous algorithm of 1876). */
function easter (year: number): string {
  const [a, b, c] = [year % 19, Math.floor(year / 100), year % 100]
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - c % 4) % 7
  const n = h + l - 7 * Math.floor((a + 11 * h + 22 * l) / 451) + 114
  return dateOf(Date.UTC(year, Math.floor(n / 31) - 1, n % 31 + 1))
}

const isSunday = (date: string): boolean => new Date(date).getUTCDay() === 0

function holidaysOf (year: number, { fixed, easter: fromEaster, koningsdag, dates }: Holidays): Set<string> {
  const sunday = easter(year)
  const king = koningsdag === null ? [] : [`${year}-${koningsdag}`].map(date => isSunday(date) ? addDays(date, -1) : date)
  return new Set([...fixed.map(day => `${year}-${day}`), ...fromEaster.map(days => addDays(sunday, days)), ...king, ...dates])
}

export interface Calendar {
  /** @param date `YYYY-MM-DD` */
  isWorkingDay (date: string): boolean
  /**
   * The day of the event itself does not count.
   * @param days working days the other side has
   * @returns the end of the last of them in the Netherlands: from that moment on the answer is overdue
   */
  due (from: Instant, days: number): Instant
  /** As `due`, from a date as endOf takes it. */
  dueAfter (date: string, days: number): Instant
}

/** @param holidays besides Saturdays and Sundays */
export function openCalendar (holidays: Holidays = recognised): Calendar {
  const years = new Map<number, Set<string>>()
  const isHoliday = (date: string): boolean => {
    const year = Number(date.slice(0, 4))
    const known = years.get(year) ?? holidaysOf(year, holidays)
    years.set(year, known)
    return known.has(date)
  }
  const isWorkingDay = (date: string): boolean => !isSunday(date) && new Date(date).getUTCDay() !== 6 && !isHoliday(date)
  const lastDay = (date: string, left: number): string => {
    while (left > 0) {
      date = addDays(date, 1)
      if (isWorkingDay(date)) left--
    }
    return date
  }
  /** Most messages of a day share one answer. */
  let memo: { readonly key: string, readonly due: Instant } = { key: '', due: instant(0) }
  const dueAfter = (date: string, days: number): Instant => {
    const key = `${date} ${days}`
    if (memo.key !== key) memo = { key, due: endOf(lastDay(date, days)) }
    return memo.due
  }
  return { isWorkingDay, dueAfter, due: (from, days) => dueAfter(dutchDate(from), days) }
}

const isDate = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && dateOf(Date.parse(text)) === text
const isYearDay = (text: string): boolean => /^\d{2}-\d{2}$/.test(text) && isDate(`2024-${text}`)
const list = <T>(value: unknown, ok: (it: unknown) => it is T): value is readonly T[] => Array.isArray(value) && value.every(ok)
const text = (ok: (it: string) => boolean) => (it: unknown): it is string => typeof it === 'string' && ok(it)

/**
 * @param json as in `Holidays`; a member that is left out is as recognised @param name what a failure names
 * @throws Unusable naming the member that is wrong
 */
export function parseHolidays (json: string, name: string): Holidays {
  const wrong = (what: string): never => { throw new Unusable(`${name}: ${what}`) }
  let parsed: unknown
  try { parsed = JSON.parse(json) } catch { return wrong('it is not JSON') }
  const given: Record<string, unknown> = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : wrong('it is no JSON object')
  const strange = Object.keys(given).find(key => !Object.hasOwn(recognised, key))
  if (strange !== undefined) wrong(`${strange} is not one of fixed, easter, koningsdag, dates`)
  const { fixed, easter: fromEaster, koningsdag, dates } = { ...recognised, ...given }
  return {
    fixed: list(fixed, text(isYearDay)) ? fixed : wrong('fixed is a list of MM-DD'),
    easter: list(fromEaster, (it): it is number => Number.isInteger(it)) ? fromEaster : wrong('easter is a list of whole numbers'),
    koningsdag: koningsdag === null || text(isYearDay)(koningsdag) ? koningsdag : wrong('koningsdag is MM-DD or null'),
    dates: list(dates, text(isDate)) ? dates : wrong('dates is a list of YYYY-MM-DD')
  }
}
