/** When something begins or ends: a moment in RFC 3339, or a date, which stands for its first moment in the Netherlands. */
import { instant, rfc3339, type Instant } from '../core/core.ts'
import { RegisterFault } from './fault.ts'

const zone = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Amsterdam', timeZoneName: 'longOffset' })
const hour_ms = 3_600_000

/** @returns how far Amsterdam's clock is ahead of UTC, in hours */
function ahead_h (at: number): number {
  const name = zone.formatToParts(at).find(part => part.type === 'timeZoneName')?.value ?? ''
  return Number(/[+-]\d\d/.exec(name)?.[0] ?? 0)
}

/** The clock changes at night, hours after midnight: one look from UTC's midnight is enough. */
const firstMoment = (utc: number): number => utc - ahead_h(utc - 2 * hour_ms) * hour_ms

/** @returns the moment as `momentOf` takes it: as a date where it is the first moment of one in the Netherlands */
export function saidOf (at: Instant): string {
  const date = rfc3339(instant(at + 3 * hour_ms)).slice(0, 10)
  return firstMoment(Date.parse(date)) === at ? date : rfc3339(at)
}

/** @param what names it to the person, such as `--from` @throws RegisterFault when the text is neither */
export function momentOf (text: string, what: string): Instant {
  const date = /^\d{4}-\d\d-\d\d$/.test(text)
  const ms = date || /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN
  const day = text.slice(0, 10) // Date.parse takes 31 February for 3 March
  const real = Number.isFinite(ms) && new Date(Date.parse(day)).toISOString().startsWith(day)
  if (!Number.isSafeInteger(ms) || ms < hour_ms * 24 || !real) throw new RegisterFault(`${what} is a date such as 2027-01-01 (its first moment, Dutch time), or a moment such as 2027-01-01T09:00:00Z`)
  return instant(date ? firstMoment(ms) : ms)
}
