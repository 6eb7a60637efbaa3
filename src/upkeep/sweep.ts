/** The sweep: forgets what is older than it may be kept, in small steps between which messages go on. */
import { setTimeout as pause } from 'node:timers/promises'
import { instant, type Instant } from '../core/core.ts'
import type { FactTerms, Store, Swept, SweepKind } from '../store/store.ts'

/** How long things are kept, in days. */
export interface Retention { readonly retention_payload_days: number, readonly retention_metadata_days: number, readonly retention_refused_days: number, readonly retention_assignment_days: number, readonly retention_claim_days: number }
/** What a sweep did of one kind. */
export interface Tally { readonly swept: number, readonly bytes: number, readonly kept: Readonly<Swept['kept']> }
export type Report = Readonly<Record<SweepKind, Tally>>

export interface SweepOptions {
  readonly store: Pick<Store, 'sweep' | 'truncate'>
  readonly retention: Retention
  readonly now: Instant
  /** Only counts. */
  readonly dry?: boolean
  readonly signal?: Pick<AbortSignal, 'aborted'>
  /** Told after every step. */
  readonly onStep?: (kind: SweepKind, step: Swept) => void
}

/** One step: so little that a message that comes meanwhile hardly notices. */
const step = { messages_max: 200, bytes_max: 4_000_000 }
const pause_ms = 25
/** Others have so many times as long as a step took before the next begins: on a slow or busy machine it takes longer, and the store is mostly theirs all the same. */
const others = 2
const day_ms = 86_400_000

const none: Tally = { swept: 0, bytes: 0, kept: { undelivered: 0, awaiting: 0, payload: 0, history: 0 } }
const sum = (a: Tally, b: Tally): Tally => ({
  swept: a.swept + b.swept,
  bytes: a.bytes + b.bytes,
  kept: { undelivered: a.kept.undelivered + b.kept.undelivered, awaiting: a.kept.awaiting + b.kept.awaiting, payload: a.kept.payload + b.kept.payload, history: a.kept.history + b.kept.history }
})

/** @returns how long to leave the store to others after a step */
export const pauseAfter = (took_ms: number): number => Math.max(pause_ms, others * took_ms)

/** @returns the moment before which things are too old */
export const cutoff = (now: Instant, days: number): Instant => instant(Math.max(0, now - days * day_ms))

const termsOf = ({ retention_assignment_days, retention_claim_days }: Retention): FactTerms => ({ assignment_days: retention_assignment_days, claim_days: retention_claim_days })

async function sweepKind (kind: SweepKind, days: number, { store, retention, now, dry = false, signal, onStep }: SweepOptions): Promise<Tally> {
  let tally = none
  for (let after: number | null = 0; after !== null && signal?.aborted !== true;) {
    const began = performance.now()
    const swept: Swept = await store.sweep(kind, { ...step, before: cutoff(now, days), now, after, dry, history: termsOf(retention) })
    onStep?.(kind, swept)
    tally = sum(tally, swept)
    after = swept.after
    if (after !== null) await pause(pauseAfter(performance.now() - began))
  }
  return tally
}

/**
 * Refused messages and payloads first, then metadata and batches; what is half done when it is stopped is done by the next sweep.
 * @throws StoreFailure when a step fails; the steps before it stand
 */
export async function sweep (options: SweepOptions): Promise<Report> {
  const { retention_payload_days, retention_metadata_days, retention_refused_days } = options.retention
  const refused = await sweepKind('refused', retention_refused_days, options)
  const payload = await sweepKind('payload', retention_payload_days, options)
  const metadata = await sweepKind('metadata', retention_metadata_days, options)
  const batch = await sweepKind('batch', retention_metadata_days, options)
  // Always: an erasure or a sweep before may have found another process reading, and left it to this one.
  if (options.dry !== true) await options.store.truncate()
  return { refused, payload, metadata, batch }
}
