/** The face of upkeep: what a gateway does beside its messages, at its own slow pace. */
import type { Clock, Instant } from '../core/core.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/store.ts'
import { rekey, type RekeyOptions } from './rekey.ts'
import { cutoff, sweep, type Report, type Retention } from './sweep.ts'

export { upkeepMetrics, type UpkeepMetrics } from './metrics.ts'
export { rekey, type Rekeyed, type RekeyOptions } from './rekey.ts'
export { erase, type ErasureRequest, type ErasureStatement, type Eraser } from './erase.ts'
export { redrive, redriveCounts, redriveOutcomes, type Redriver, type RedriveRequest, type Redriving } from './redrive.ts'
export { cutoff, sweep, type Report, type Retention, type SweepOptions, type Tally } from './sweep.ts'

export interface UpkeepOptions extends Pick<RekeyOptions, 'marksOf'> {
  readonly store: Pick<Store, 'sweep' | 'truncate' | 'rewrap' | 'marked' | 'remark'>
  readonly clock: Clock
  readonly log: Pick<Log, 'info' | 'error'>
  readonly retention: Retention & { readonly retention_audit_days: number }
  /** Removes the audit from before a moment. @returns how many rows */
  readonly removeAudit: (before: Instant) => Promise<number>
  /** From the end of a sweep to the next. */
  readonly sweep_ms: number
  /** Told of every sweep that ended. */
  readonly onSweep: (report: Report) => void
  /** Told after each step of turning keys. */
  readonly onRekey: NonNullable<RekeyOptions['onStep']>
}

export interface Upkeep {
  /** Ends the step that is under way, and begins none. Never throws. */
  stop (): Promise<void>
}

/** Begins at once, and goes on until stopped; what fails is told and tried again at the next turn. */
export function startUpkeep ({ store, clock, log, retention, sweep_ms, onSweep, onRekey, marksOf, removeAudit }: UpkeepOptions): Upkeep {
  const stopping = new AbortController()
  const { signal } = stopping
  const turnKeys = async (): Promise<void> => {
    const done = await rekey({ store, marksOf, clock, signal, onStep: onRekey })
    if (done.rewrapped + done.remarked === 0) return
    await store.truncate()
    log.info(done, 'keys turned')
  }
  const forget = async (): Promise<void> => {
    const report = await sweep({ store, retention, now: clock.now(), signal })
    onSweep(report)
    const audit = await removeAudit(cutoff(clock.now(), retention.retention_audit_days))
    log.info({ ...report, audit }, 'swept')
  }
  const rest = (): Promise<void> => new Promise(resolve => {
    const timer = setTimeout(resolve, sweep_ms)
    signal.addEventListener('abort', () => { clearTimeout(timer); resolve() }, { once: true })
  })
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await turnKeys().catch(error => { log.error({ err: error }, 'turning keys failed; it goes on at its next turn') })
      if (!signal.aborted) await forget().catch(error => { log.error({ err: error }, 'sweeping failed; it goes on at its next turn') })
      if (!signal.aborted) await rest()
    }
  }
  const running = loop()
  return {
    async stop () {
      stopping.abort()
      await running
    }
  }
}
