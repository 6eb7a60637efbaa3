/** Driving dead letters again: those that were named, or all that a filter finds, in steps that keep nobody waiting. */
import { instant, Refusal, type Instant, type MessageId, type RetryPolicies } from '../core/core.ts'
import type { Decided, Redriven, StoppedFilter, Store } from '../store/store.ts'

/** So many go in one transaction: it keeps other requests waiting for some milliseconds. */
const step_messages = 200

export const redriveOutcomes = ['redriven', 'absent', 'not_dead', 'answered', 'replaced', 'payload_gone'] as const satisfies readonly Redriven[]

export interface RedriveRequest {
  /** Which; `ids` alone, or the rest of it. */
  readonly filter: Omit<StoppedFilter, 'cursor' | 'limit'>
  readonly decided: Decided
  /** Only tells what would be done. */
  readonly dry: boolean
  /** No more than these, at this call. */
  readonly limit: number
  /** From the previous call with the same filter. */
  readonly cursor?: string | undefined
}
export interface Redriving {
  readonly messages: ReadonlyArray<{ readonly id: MessageId, readonly outcome: Redriven }>
  /** Null when all were looked at. */
  readonly next: string | null
}
export interface Redriver {
  readonly store: Pick<Store, 'deadLetters' | 'redrive' | 'mayRedrive'>
  /** When a push to a party is tried again and given up from now on. */
  readonly policies: RetryPolicies
}

/** What is given up while this goes on, maybe again, is left for another time: or it would never end. */
interface Place { readonly until: Instant, readonly cursor: string | null }

/** @throws Refusal ZP_QUERY when the text is no cursor of ours */
function placeOf (cursor: string | undefined, now: Instant): Place {
  if (cursor === undefined) return { until: instant(now + 1), cursor: null }
  const [, until = '', rest = ''] = /^(\d{1,15})\.([\w-]{1,80})$/.exec(cursor) ?? []
  if (until === '') throw new Refusal('ZP_QUERY', 'cursor')
  return { until: instant(Number(until)), cursor: rest }
}

async function step ({ store, policies }: Redriver, ids: readonly MessageId[], { decided, dry }: RedriveRequest): Promise<Redriving['messages']> {
  const outcomes = dry ? await store.mayRedrive(ids) : await store.redrive(ids, decided, policies)
  return ids.map((id, nth) => ({ id, outcome: outcomes[nth] ?? 'absent' }))
}

async function named (redriver: Redriver, request: RedriveRequest, ids: readonly MessageId[], onStep: (count: number) => void): Promise<Redriving> {
  const messages: Array<Redriving['messages'][number]> = []
  for (let at = 0; at < ids.length; at += step_messages) {
    const done = await step(redriver, ids.slice(at, at + step_messages), request)
    messages.push(...done)
    onStep(done.length)
  }
  return { messages, next: null }
}

/**
 * Drives again what was named, or up to `limit` of what the filter finds, longest dead first. Each message is whole; a call that
 * breaks off may be made again.
 * @param onStep told of how many each transaction dealt with
 * @throws Refusal ZP_QUERY for a wrong cursor; StoreFailure
 */
export async function redrive (redriver: Redriver, request: RedriveRequest, onStep: (count: number) => void = () => {}): Promise<Redriving> {
  const { filter, limit, decided } = request
  if (filter.ids !== undefined) return await named(redriver, request, filter.ids, onStep)
  const { until, cursor } = placeOf(request.cursor, decided.now)
  const to = filter.to === undefined || filter.to > until ? until : filter.to
  const messages: Array<Redriving['messages'][number]> = []
  for (let at = cursor; ;) {
    const page = await redriver.store.deadLetters({ ...filter, to, limit: Math.min(step_messages, limit - messages.length), ...(at === null ? {} : { cursor: at }) })
    const done = await step(redriver, page.items.map(it => it.id), request)
    messages.push(...done)
    onStep(done.length)
    at = page.next
    if (at === null || messages.length >= limit) return { messages, next: at === null ? null : `${until}.${at}` }
  }
}

/** @returns how many messages each outcome has */
export const redriveCounts = (messages: Redriving['messages']): Record<Redriven, number> =>
  Object.fromEntries(redriveOutcomes.map(outcome => [outcome, messages.filter(it => it.outcome === outcome).length])) as Record<Redriven, number>
