/** Calendar dates and moments in the Netherlands, and the one out of the other. */
import { instant, type Instant } from '../core/core.ts'

const day_ms = 86_400_000
const parts = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Amsterdam', dateStyle: 'short' })

/** @returns the calendar date of that moment in the Netherlands, `YYYY-MM-DD` */
export const dutchDate = (at: Instant): string => parts.format(at)

const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Amsterdam', timeStyle: 'short' })

/** @returns that moment on a Dutch clock, to the minute, as it is written in a sentence */
export function dutchMoment (at: Instant, lang: 'nl' | 'en'): string {
  const date = dutchDate(at)
  return `${lang === 'en' ? date : date.split('-').toReversed().join('-')} ${clock.format(at)}`
}

/** @returns the date of that moment in UTC */
export const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
/** @returns the date so many calendar days later */
export const addDays = (date: string, days: number): string => dateOf(Date.parse(date) + days * day_ms)

/** Midnight is one hour before UTC's in winter, two in summer; the clock never changes at midnight. */
function midnight (date: string): Instant {
  const utc = Date.parse(date)
  const summer = instant(utc - 2 * 3_600_000)
  return dutchDate(summer) === date ? summer : instant(utc - 3_600_000)
}

/** @returns the end of that date in the Netherlands; `YYYY-MM-DD`, of four digits in its year and not before 1970 */
export const endOf = (date: string): Instant => midnight(addDays(date, 1))
