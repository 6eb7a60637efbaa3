/** The face of upkeep: what a gateway does beside its messages, at its own slow pace. */
import type { Clock } from '../core/core.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/store.ts'
import { sweep, type Report, type Retention } from './sweep.ts'

export { upkeepMetrics, type UpkeepMetrics } from './metrics.ts'
export { cutoff, sweep, type Report, type Retention, type SweepOptions, type Tally } from './sweep.ts'

export interface UpkeepOptions {
  readonly store: Pick<Store, 'sweep' | 'truncate'>
  readonly clock: Clock
  readonly log: Pick<Log, 'info' | 'error'>
  readonly retention: Retention
  /** From the end of a sweep to the next. */
  readonly sweep_ms: number
  /** Told of every sweep that ended. */
  readonly onSweep: (report: Report) => void
}

export interface Upkeep {
  /** Ends the step that is under way, and begins none. Never throws. */
  stop (): Promise<void>
}

/** Begins at once, and goes on until stopped; what fails is told and tried again at the next turn. */
export function startUpkeep ({ store, clock, log, retention, sweep_ms, onSweep }: UpkeepOptions): Upkeep {
  const stopping = new AbortController()
  const { signal } = stopping
  const once = async (): Promise<void> => {
    const report = await sweep({ store, retention, now: clock.now(), signal })
    onSweep(report)
    log.info(report, 'swept')
  }
  const rest = (): Promise<void> => new Promise(resolve => {
    const timer = setTimeout(resolve, sweep_ms)
    signal.addEventListener('abort', () => { clearTimeout(timer); resolve() }, { once: true })
  })
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await once().catch(error => { log.error({ err: error }, 'sweeping failed; it goes on at its next turn') })
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
