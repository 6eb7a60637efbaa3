/** What a replay comes to: counts and latencies, in bounded memory however long it runs. */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { StepResult } from './play.ts'

/** Milliseconds below which half, or 99 of 100, lie. */
export interface Percentiles { readonly p50: number, readonly p99: number }

export interface Summary {
  readonly as_expected: boolean
  readonly interrupted: boolean
  readonly conversations: { readonly as_expected: number, readonly different: number, readonly unfinished: number }
  readonly steps: { readonly as_expected: number, readonly different: number, readonly skipped: number }
  readonly messages: { readonly sent: number, readonly received: number } & Readonly<Record<'accepted' | 'rejected' | 'duplicate' | 'refused', number>>
  /** How often the gateway asked to wait (429, 503). */
  readonly asked_to_wait: number
  readonly latency_ms: { readonly receipt: Percentiles | null, readonly received: Percentiles | null }
  readonly duration_ms: number
  readonly sent_per_second: number
}

export interface Tally {
  result (it: StepResult): void
  waited (): void
  receipt (ms: number): void
  received (ms: number): void
  conversation (end: 'as_expected' | 'different' | 'unfinished', skipped: number): void
  summary (interrupted: boolean): Summary
}

/** Histograms count whole microseconds, from 1. */
const record = (to: RecordableHistogram, ms: number): void => { to.record(Math.max(1, Math.round(ms * 1000))) }
const rounded = (us: number): number => Math.round(us / 10) / 100
const percentiles = (of: RecordableHistogram): Percentiles | null =>
  of.count === 0 ? null : { p50: rounded(of.percentile(50)), p99: rounded(of.percentile(99)) }

const outcomes = ['accepted', 'rejected', 'duplicate', 'refused'] as const

export function openTally (): Tally {
  const started = performance.now()
  const [receipts, receptions] = [createHistogram(), createHistogram()]
  const conversations = { as_expected: 0, different: 0, unfinished: 0 }
  const steps = { as_expected: 0, different: 0, skipped: 0 }
  const messages = { sent: 0, received: 0, accepted: 0, rejected: 0, duplicate: 0, refused: 0 }
  let asked_to_wait = 0
  return {
    result ({ ok, sent }) {
      steps[ok ? 'as_expected' : 'different']++
      const outcome = outcomes.find(it => it === sent)
      if (sent !== null) messages.sent++
      if (outcome !== undefined) messages[outcome]++
    },
    waited () { asked_to_wait++ },
    receipt (ms) { record(receipts, ms) },
    received (ms) { messages.received++; record(receptions, ms) },
    conversation (end, skipped) { conversations[end]++; steps.skipped += skipped },
    summary (interrupted) {
      const duration_ms = Math.round(performance.now() - started)
      return {
        as_expected: !interrupted && conversations.different + conversations.unfinished + steps.different === 0,
        interrupted, conversations, steps, messages, asked_to_wait,
        latency_ms: { receipt: percentiles(receipts), received: percentiles(receptions) },
        duration_ms,
        sent_per_second: Math.round(messages.sent / Math.max(duration_ms, 1) * 10_000) / 10
      }
    }
  }
}
