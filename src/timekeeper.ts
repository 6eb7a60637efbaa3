/** The clock of this machine, watched: what was dated by a clock that was wrong does not wait for that moment, and nothing is forgotten or given up by one that may be. */
import { instant, type Clock, type Instant } from './core/core.ts'
import type { Log } from './log.ts'
import type { Store } from './store/store.ts'

export interface Timekeeper {
  /** @returns false for a day after the clock went ahead by more than one: only a person knows which of both is right */
  believed (): boolean
  /** @returns true for a day after it went ahead so, also where nothing was written down for longer than one before the start: nothing was tried meanwhile, whichever clock is right */
  doubted (): boolean
  /** Mends what a clock that was set back left, and looks every second. @throws StoreFailure */
  start (): Promise<void>
  /** Never throws. */
  stop (): Promise<void>
}

interface Options {
  readonly store: Pick<Store, 'lastWritten' | 'setBack'>
  readonly clock: Clock
  readonly log: Pick<Log, 'error' | 'warn'>
  readonly lease_ms: number
  /** There may be something to do. */
  readonly wake: () => void
}

const look_ms = 1_000
/** Less than this no clock needs: it is waited for. */
const back_ms = 10_000
const day_ms = 86_400_000
/** A gateway may have been off for so long. */
const off_ms = 90 * day_ms
/** Nine digits, as milliseconds of some days are, no log shows. */
const seconds = (ms: number): number => Math.round(ms / 1_000)

/** Looks by what was last written down, and changes nothing yet. @throws StoreFailure when the store cannot be read */
export async function openTimekeeper ({ store, clock, log, lease_ms, wake }: Options): Promise<Timekeeper> {
  let [doubted_until, patient_until] = [-Infinity, -Infinity]
  let working = Promise.resolve()

  const setBack = async (by_ms: number, now: Instant): Promise<void> => {
    const due = await store.setBack(now, lease_ms)
    log.warn({ by_s: seconds(by_ms), due }, 'the clock was set back: what was to be tried at a later moment is tried now')
    wake()
  }
  const wentAhead = (by_ms: number): void => {
    doubted_until = performance.now() + day_ms
    log.warn({ by_s: seconds(by_ms) }, 'the clock went ahead by more than a day, so for 24 hours nothing is forgotten by its age, and nothing given up that failed for long. If it is wrong, set it right and start again; if it is right, nothing is to be done, and "zorgpoort sweep" forgets at once')
  }

  let last = { now: clock.now(), at: performance.now() }
  const written = await store.lastWritten()
  // By what was written a day ago: a wrong clock that was doubted has written since, and another start is no reason to believe it.
  const before = await store.lastWritten(instant(Math.max(0, last.now - day_ms)))
  if (before !== null && last.now - before > off_ms) wentAhead(last.now - before)
  if ((written !== null && last.now - written > day_ms) || (before !== null && last.now - before > 2 * day_ms)) patient_until = last.at + day_ms

  const seen = () => {
    const it = { now: clock.now(), at: performance.now() }
    return { ...it, ahead_ms: (it.now - last.now) - (it.at - last.at) }
  }
  const look = async (): Promise<void> => {
    const it = seen()
    if (it.ahead_ms < -back_ms) await setBack(-it.ahead_ms, it.now)
    if (it.ahead_ms > day_ms) wentAhead(it.ahead_ms)
    last = it
  }
  let timer: NodeJS.Timeout | undefined
  // Also what went ahead since the last look.
  const believed = (): boolean => performance.now() >= doubted_until && seen().ahead_ms <= day_ms
  return {
    believed,
    doubted: () => performance.now() < patient_until || !believed(),
    async start () {
      if (written !== null && last.now < written - back_ms) await setBack(written - last.now, last.now)
      timer = setInterval(() => {
        working = working.then(look).catch(error => { log.error({ err: error }, 'what a clock that was set back left could not be mended; it will be tried again') })
      }, look_ms)
    },
    async stop () {
      clearInterval(timer)
      await working
    }
  }
}
