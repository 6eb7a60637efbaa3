/** Time: instants in UTC milliseconds. */
import { instant, type Instant } from './ids.ts'

/** What tells the time; tests bring their own. */
export interface Clock {
  now (): Instant
  /** Whether there is reason to doubt it: then nothing is given up because of the time that went by. Absent: never. */
  doubted?: () => boolean
}

export const systemClock: Clock = { now: () => instant(Date.now()) }

/** @returns the instant as RFC 3339 in UTC with milliseconds, such as `2026-11-21T09:30:00.000Z` */
export const rfc3339 = (at: Instant): string => new Date(at).toISOString()
