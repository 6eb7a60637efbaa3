/** What sweeps, for whom a month is over after SOAK_AGE_MS: what was received before that is too old, by the gateway's own sweep. */
import { instant, type Instant } from '../../src/core/core.ts'
import { cutoff as own, sweep as forget, type Report, type SweepOptions } from '../../src/upkeep/sweep.ts'

export * from '../../src/upkeep/sweep.ts'

const ahead_ms = 30 * 86_400_000 - Number(process.env['SOAK_AGE_MS'])
const later = (now: Instant): Instant => instant(now + ahead_ms)

export const sweep = (options: SweepOptions): Promise<Report> => forget({ ...options, now: later(options.now) })
export const cutoff = (now: Instant, days: number): Instant => own(later(now), days)
