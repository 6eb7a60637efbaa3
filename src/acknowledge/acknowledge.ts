/** Close the loop: what happened to a delivery becomes what the store records, and when to try again. */
import { instant, never, type Finding, type Instant } from '../core/core.ts'
import type { Delivered } from '../deliver/deliver.ts'
import type { Outcome } from '../handle/handle.ts'
import type { Acceptance, Claimed, Finish } from '../store/store.ts'

/** The one policy of transient failures: doubling from `first_ms` up to `longest_ms`, given up after `total_ms` of nothing but failures. */
export const retryPolicy = { first_ms: 60_000, longest_ms: 3 * 3_600_000, total_ms: 5 * 24 * 3_600_000, jitter: 0.2 } as const

/**
 * @param attempt from 1
 * @param chance 0 to 1: spreads tries that failed together
 * @returns how long to wait before the next one, in milliseconds
 */
export function backoff (attempt: number, chance: number): number {
  const wait_ms = Math.min(retryPolicy.longest_ms, retryPolicy.first_ms * 2 ** (attempt - 1))
  return Math.round(wait_ms * (1 + retryPolicy.jitter * (2 * chance - 1)))
}

type Work = Pick<Claimed, 'delivery' | 'fence' | 'attempt' | 'failing_since'>
const finish = (work: Work, outcome: Finish['outcome'], caused: readonly Acceptance[] = []): Finish =>
  ({ delivery: work.delivery, fence: work.fence, outcome, caused })

/** What handlers brought about: messages they had made, what they found, and against which version of history. Stored together with the delivery's end. */
export interface Handled { readonly caused: readonly Acceptance[], readonly findings: readonly Finding[], readonly history: Finish['history'] }

const judgedBy = ({ history }: Handled): Pick<Finish, 'history'> => history === undefined ? {} : { history }

/** @param answer_due from when on its answer is overdue, null where none is asked */
export function concluded (work: Work, delivered: Delivered, handled: Handled, answer_due: Instant | null): Finish {
  switch (delivered.kind) {
    case 'offered': return { ...finish(work, { kind: 'offered', answer_due, findings: handled.findings }, handled.caused), ...judgedBy(handled) }
    case 'undeliverable': return finish(work, { kind: 'dead', class: 'functional', reason: delivered.reason })
    default: return never(delivered)
  }
}

/** @param deliver its receiver gets it all the same */
export const rejected = (work: Work, handled: Handled, deliver: boolean): Finish =>
  ({ ...finish(work, { kind: 'rejected', findings: handled.findings, deliver }, handled.caused), ...judgedBy(handled) })

/** What a handler's word means that ends nothing. */
export function withheld (work: Work, outcome: Extract<Outcome, { kind: 'hold' | 'later' }>, now: Instant): Finish {
  switch (outcome.kind) {
    case 'hold': return finish(work, { kind: 'held', reason: outcome.reason })
    case 'later': return finish(work, { kind: 'later', due: instant(Math.ceil(now + outcome.after_ms)), reason: outcome.reason, counts: false })
    default: return never(outcome)
  }
}

/** A transient failure: again later, or dead with its reason when the policy's time is up. */
export function failed (work: Work, reason: string, now: Instant, chance: number): Finish {
  const due = instant(now + backoff(work.attempt, chance))
  if (due - (work.failing_since ?? now) > retryPolicy.total_ms) return finish(work, { kind: 'dead', class: 'transient', reason: `exhausted: ${reason}` })
  return finish(work, { kind: 'later', due, reason, counts: true })
}
