/** Close the loop: what happened to a delivery becomes what the store records, and when to try again. */
import { instant, never, type Clock, type DeadClass, type Finding, type Instant, type RetryPolicy } from '../core/core.ts'
import type { Delivered, Pushed } from '../deliver/deliver.ts'
import type { Outcome } from '../handle/handle.ts'
import type { Acceptance, Claimed, Finish, OpenedTask, PushClaimed } from '../store/store.ts'

/** So much earlier or later is the next try: what failed together is not tried again together. */
const jitter = 0.2

/**
 * @param attempt from 1
 * @param chance 0 to 1: spreads tries that failed together
 * @returns how long to wait before the next one, in milliseconds
 */
export function backoff ({ first_ms, longest_ms }: RetryPolicy, attempt: number, chance: number): number {
  const wait_ms = Math.min(longest_ms, first_ms * 2 ** (attempt - 1))
  return Math.round(wait_ms * (1 + jitter * (2 * chance - 1)))
}

type Work = Pick<Claimed, 'delivery' | 'fence' | 'attempt' | 'failing_since'>
const finish = <O extends Finish['outcome']>(work: Work, outcome: O, caused: readonly Acceptance[] = []): Finish & { readonly outcome: O } =>
  ({ delivery: work.delivery, fence: work.fence, outcome, caused })

/** What handlers brought about: messages they had made, what they found, what a person is to do, and against which version of history. Stored together with the delivery's end. */
export interface Handled { readonly caused: readonly Acceptance[], readonly findings: readonly Finding[], readonly tasks: readonly OpenedTask[], readonly history: Finish['history'] }

const broughtBy = ({ tasks, history }: Handled): Pick<Finish, 'tasks' | 'history'> => ({ tasks, ...history === undefined ? {} : { history } })

/** @param answer_due from when on its answer is overdue, null where none is asked */
export function concluded (work: Work, delivered: Delivered, handled: Handled, answer_due: Instant | null): Finish {
  switch (delivered.kind) {
    case 'offered': return { ...finish(work, { kind: 'offered', answer_due, findings: handled.findings, push: delivered.push }, handled.caused), ...broughtBy(handled) }
    case 'undeliverable': return finish(work, { kind: 'dead', class: 'functional', reason: delivered.reason })
    default: return never(delivered)
  }
}

/** What was pushed lies in the mailbox only from now on, or reaches nobody. */
export const unpushed = (work: Work, delivered: Delivered): Finish => finish(work, delivered.kind === 'offered' ? { kind: 'offered' } : { kind: 'dead', class: 'functional', reason: delivered.reason })

/** @param delivered where its receiver gets it all the same; null, and where he left, nowhere: a rejected message needs nobody */
export const rejected = (work: Work, handled: Handled, delivered: Delivered | null): Finish =>
  ({ ...finish(work, { kind: 'rejected', findings: handled.findings, ...(delivered?.kind === 'offered' ? { deliver: true, push: delivered.push } : { deliver: false }) }, handled.caused), ...broughtBy(handled) })

/** A hold that has ended when it is recorded is looked at again after so long, not at once for ever. */
const hold_ms_min = 1_000

/** What a handler's word means that ends nothing. */
export function withheld (work: Work, outcome: Extract<Outcome, { kind: 'hold' | 'later' }>, now: Instant): Finish {
  switch (outcome.kind) {
    case 'hold': return finish(work, { kind: 'held', reason: outcome.reason, until: typeof outcome.until === 'number' ? instant(Math.max(outcome.until, now + hold_ms_min)) : null })
    case 'later': return finish(work, { kind: 'later', due: instant(Math.ceil(now + outcome.after_ms)), reason: outcome.reason, counts: false })
    default: return never(outcome)
  }
}

/** How a try ended: by these outcomes also what is no message is recorded. */
export type Tried = Finish & { readonly outcome: Extract<Finish['outcome'], { readonly kind: 'delivered' | 'later' | 'dead' }> }

/** What is asked for a next try: not before `wait_ms`, whatever the policy says, and of which class it is when there is none. */
interface Again { readonly wait_ms: number, readonly exhausted: DeadClass }

/** A transient failure: again later, or dead with its reason when the policy's time is up by a clock that is not doubted. */
export function failed (work: Work, policy: RetryPolicy, reason: string, clock: Clock, chance: number, { wait_ms, exhausted }: Again = { wait_ms: 0, exhausted: 'transient' }): Tried {
  const now = clock.now()
  const due = instant(now + Math.max(backoff(policy, work.attempt, chance), Math.ceil(wait_ms)))
  if (due - (work.failing_since ?? now) > policy.total_ms && clock.doubted?.() !== true) return finish(work, { kind: 'dead', class: exhausted, reason: `exhausted: ${reason}` })
  return finish(work, { kind: 'later', due, reason, counts: true })
}

/** Who asks for time gets no more of it than the policy waits by itself. */
export const patient = (result: Pushed, { longest_ms }: RetryPolicy): Pushed =>
  'retry_after_ms' in result && result.retry_after_ms !== null ? { ...result, retry_after_ms: Math.min(result.retry_after_ms, longest_ms) } : result

/**
 * @param down whether its destination answers nobody: a message given up then is none that failed by itself
 * @returns what one push means for the message, by the policy it began with
 */
export function pushed (work: Work & Pick<PushClaimed, 'policy'>, result: Pushed, down: boolean, clock: Clock, chance: number): Tried {
  switch (result.kind) {
    case 'accepted': return finish(work, { kind: 'delivered' })
    case 'refused': return finish(work, { kind: 'dead', class: 'functional', reason: result.reason })
    case 'failed':
    case 'busy': return failed(work, work.policy, result.reason, clock, chance, { wait_ms: result.retry_after_ms ?? 0, exhausted: down ? 'partner_down' : 'transient' })
    default: return never(result)
  }
}
