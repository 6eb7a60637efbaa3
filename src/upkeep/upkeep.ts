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

/** Under this name one process at a time does it. */
export const chores = 'upkeep'

/** What tells whose turn it is, where several processes are at one database. */
interface Turns {
  held (name: string): unknown
  take (names: readonly string[]): Promise<unknown>
  onTurn (told: () => void): void
}

export interface UpkeepOptions extends Pick<RekeyOptions, 'marksOf'> {
  readonly store: Pick<Store, 'sweep' | 'truncate' | 'rewrap' | 'marked' | 'remark' | 'months'>
  /** `held` is undefined while it is another's turn. */
  readonly tenures: Turns
  /** How soon it is asked again whose turn it is. */
  readonly again_ms: number
  readonly clock: Clock
  readonly log: Pick<Log, 'info' | 'error'>
  readonly retention: Retention & { readonly retention_audit_days: number }
  /** Removes the audit from before a moment. @returns how many rows */
  readonly removeAudit: (before: Instant) => Promise<number>
  /** Whether the clock may be believed: by one that is wrong everything is too old. */
  readonly believed: () => boolean
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
export function startUpkeep ({ store, tenures, again_ms, clock, log, retention, believed, sweep_ms, onSweep, onRekey, marksOf, removeAudit }: UpkeepOptions): Upkeep {
  const stopping = new AbortController()
  const mine = (): boolean => tenures.held(chores) !== undefined
  // Who was thought dead leaves the rest to who took over.
  const signal = { get aborted () { return stopping.signal.aborted || !mine() } }
  let turned = (): void => {}
  tenures.onTurn(() => { turned() })
  const turnKeys = async (): Promise<void> => {
    const done = await rekey({ store, marksOf, clock, signal, onStep: onRekey })
    if (done.rewrapped + done.remarked === 0) return
    await store.truncate()
    log.info(done, 'keys turned')
  }
  const forget = async (): Promise<void> => {
    // All of it by the clock that was believed: it may go ahead while a sweep lasts.
    const now = clock.now()
    const report = await sweep({ store, retention, now, signal })
    onSweep(report)
    const audit = await removeAudit(cutoff(now, retention.retention_audit_days))
    log.info({ ...report, audit }, 'swept')
  }
  const cut = async (): Promise<void> => {
    const { made, dropped } = await store.months(clock.now())
    if (made.length + dropped.length > 0) log.info({ made, dropped }, 'months')
  }
  /** @param early ends it sooner, beside the stopping */
  const rest = (ms: number, early = (_end: () => void): void => {}): Promise<void> => new Promise(resolve => {
    const end = (): void => { clearTimeout(timer); stopping.signal.removeEventListener('abort', end); resolve() }
    const timer = setTimeout(end, ms)
    stopping.signal.addEventListener('abort', end, { once: true })
    early(end)
  })
  /** Waits until it is this process's turn, or to stop. */
  const turn = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await tenures.take([chores]).catch(error => { log.error({ err: error }, 'it could not be asked who sweeps; it will be again') })
      if (mine()) return
      await rest(again_ms, end => { turned = end })
    }
  }
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await turn()
      if (!signal.aborted) await turnKeys().catch(error => { log.error({ err: error }, 'turning keys failed; it goes on at its next turn') })
      if (!signal.aborted && believed()) await forget().catch(error => { log.error({ err: error }, 'sweeping failed; it goes on at its next turn') })
      if (!signal.aborted) await cut().catch(error => { log.error({ err: error }, 'making and dropping months failed; it goes on at its next turn, and messages go on meanwhile') })
      if (!signal.aborted) await rest(sweep_ms)
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
