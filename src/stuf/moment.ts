/** tijdstipBericht: moments as StUF writes them, on a Dutch clock and without saying so. */
import type { Instant } from '../core/core.ts'

const clock = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/Amsterdam', hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3
})

/** @returns `yyyyMMddHHmmssSSS` in the Netherlands; years from 1000 on */
export const tijdstip = (at: Instant): string => clock.formatToParts(at).filter(it => it.type !== 'literal').map(it => it.value).join('')

const written = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})\d{0,3})?)?)?$/

/** impossible: no calendar and no clock has it. day: a date alone. odd: neither that nor to the second, or an hour that the change to summer time leaves out. */
export type Kind = 'whole' | 'day' | 'odd' | 'impossible'

/** @returns what a tijdstip of 8 to 17 digits is worth */
export function tijdstipKind (text: string): Kind {
  const [whole, year = '', month = '', day = '', hour, minute = '00', second = '00'] = written.exec(text) ?? []
  if (whole === undefined) return 'impossible'
  const told = `${year}-${month}-${day}T${hour ?? '00'}:${minute}:${second}.000Z`
  const utc = Date.parse(told)
  if (Number.isNaN(utc) || new Date(utc).toISOString() !== told || year < '1000') return 'impossible'
  if (hour === undefined) return 'day'
  return text.length >= 14 && onDutchClock(utc, text.slice(0, 14)) ? 'whole' : 'odd'
}

/** The Dutch clock is one or two hours before UTC's (and by odd minutes before 1940, when nothing was sent). */
const onDutchClock = (utc: number, text: string): boolean =>
  [1, 2].some(hours => clock.formatToParts(utc - hours * 3_600_000).filter(it => it.type !== 'literal').map(it => it.value).join('').startsWith(text))
