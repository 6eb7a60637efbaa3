/** Leaves a destination alone when it fails again and again, and finds out by a few tries whether it is back. Pure: what is known goes in, what is known then comes out. */
import { instant, never, type BreakerPolicy, type Instant, type PartyCode } from '../core/core.ts'
import type { Destination } from '../store/store.ts'
import type { Pushed } from './courier.ts'

/** A destination as who pushes to it knows it. It is left alone until `open_until`: because it is open, or because it asked for that. */
export interface Breaker extends Destination {
  /** Tries that succeeded since it is half open. */
  readonly successes: number
  /** How long `open_until` was ahead when it was set: a clock that is set back makes no silence longer. */
  readonly silence_ms: number
}

/** @returns a destination of which nothing is known yet: it may be tried */
export const unknown = (party: PartyCode): Breaker =>
  ({ party, state: 'closed', failures: 0, failing_since: null, open_until: null, reason: null, successes: 0, silence_ms: 0 })

/**
 * @param silence_ms how long a silence may still be, whatever the clock was when it was written down
 * @returns a destination as it was written down. Time in which nobody looked is no time in which it failed
 */
export function restored (it: Destination, silence_ms: number, now: Instant): Breaker {
  const unwatched_ms = Math.max(0, now - (it.open_until ?? now))
  const failing_since = it.failing_since === null ? null : instant(Math.min(now, it.failing_since + unwatched_ms))
  return { ...it, failing_since, successes: 0, silence_ms }
}

/** @returns the same at this moment: a silence that is over has ended */
export function breakerAt (it: Breaker, now: Instant): Breaker {
  if (it.open_until === null) return it
  if (it.open_until > now) return { ...it, open_until: instant(Math.min(it.open_until, now + it.silence_ms)) }
  return it.state === 'open' ? { ...it, state: 'half_open', open_until: null, successes: 0 } : { ...it, open_until: null }
}

/** Left alone for this long from now, or until a later moment that was set before. */
function silent (it: Breaker, ms: number, now: Instant): Breaker {
  const until = Math.ceil(now + ms)
  return it.open_until !== null && it.open_until >= until ? it : { ...it, open_until: instant(until), silence_ms: until - now }
}

/** Whoever answers is well, also with a no. */
function answered (it: Breaker, { probes }: BreakerPolicy): Breaker {
  const well = { ...it, failures: 0, failing_since: null, reason: null }
  if (it.state === 'closed') return well
  const successes = it.successes + 1
  if (successes >= probes) return { ...well, state: 'closed', successes: 0, open_until: null }
  // What was under way when it was left alone, and got an answer, is the first of the tries that show it is back.
  return { ...well, state: 'half_open', successes, open_until: it.state === 'open' ? null : it.open_until }
}

function failedAgain (before: Breaker, { reason, retry_after_ms }: Extract<Pushed, { kind: 'failed' }>, { failures, open_ms }: BreakerPolicy, now: Instant): Breaker {
  const it = { ...before, failures: before.failures + 1, failing_since: instant(Math.min(before.failing_since ?? now, now)), reason }
  const opens = it.state === 'half_open' || (it.state === 'closed' && it.failures >= failures)
  if (opens) return silent({ ...it, state: 'open', successes: 0, open_until: null }, Math.max(open_ms, retry_after_ms ?? 0), now)
  return retry_after_ms === null ? it : silent(it, retry_after_ms, now)
}

/**
 * Only failures in a row count, of whatever message. A destination that says it is busy is left alone for as long as it asks
 * (`open_ms` where it does not say) and has not failed.
 * @returns what is known of it after one push
 */
export function after (before: Breaker, result: Pushed, policy: BreakerPolicy, now: Instant): Breaker {
  const it = breakerAt(before, now)
  switch (result.kind) {
    case 'accepted':
    case 'refused': return answered(it, policy)
    case 'failed': return failedAgain(it, result, policy, now)
    case 'busy': return silent(it, result.retry_after_ms ?? policy.open_ms, now)
    default: return never(result)
  }
}

/** @param underWay pushes to it that go on @returns how many more may begin; Infinity while nothing is wrong */
export function mayTry (before: Breaker, underWay: number, { probes }: BreakerPolicy, now: Instant): number {
  const it = breakerAt(before, now)
  if (it.open_until !== null) return 0
  return it.state === 'closed' ? Infinity : Math.max(0, Math.max(1, probes - it.successes) - underWay)
}
