/** The worker's books: the claims it has in hand, how their leases are kept while work goes on, and how its end is recorded. */
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises'
import { failed } from './acknowledge/acknowledge.ts'
import { instant, type Clock, type RetryPolicy } from './core/core.ts'
import type { Log } from './log.ts'
import { StoreFailure, type Claimed, type Finish, type Finished, type Store } from './store/store.ts'

type Lease = Pick<Claimed, 'delivery' | 'fence'>

export interface Books<C extends Lease = Claimed> {
  /** The claims in hand. */
  claims (): readonly C[]
  enter (claimed: C): void
  /** @returns the claim under this very lease; undefined when that was lost or struck out */
  find (lease: Lease): C | undefined
  strike (lease: Lease): void
}

/** Entries go by delivery and fence: what was claimed again here is another entry than the older work on it that still goes on. */
export function openBooks<C extends Lease = Claimed> (): Books<C> {
  const entries = new Map<string, C>()
  const key = ({ delivery, fence }: Lease): string => `${delivery}/${fence}`
  return {
    claims: () => [...entries.values()],
    enter: claimed => { entries.set(key(claimed), claimed) },
    find: lease => entries.get(key(lease)),
    strike: lease => { entries.delete(key(lease)) }
  }
}

type SomeBooks = Pick<Books, 'claims' | 'find' | 'strike'>
interface Keeping { readonly books: Pick<Books<Lease>, 'claims' | 'strike'>, readonly store: Pick<Store, 'renew'>, readonly clock: Clock, readonly lease_ms: number, readonly onError: (error: unknown) => void }

interface Leases {
  /** Renews what a clock that was set ahead, or a process that stood still, may have let pass: whoever claims next would claim it again. */
  keep (): Promise<void>
  end (): void
}

/** Renews every lease in the books each third of its time, so that slow work does not outlive it; one that was lost is struck out. */
export function keepLeases ({ books, store, clock, lease_ms, onError }: Keeping): Leases {
  let renewed = clock.now()
  const renew = async (claimed: Lease): Promise<void> => {
    const kept = await store.renew(claimed.delivery, claimed.fence, instant(clock.now() + lease_ms))
    if (!kept) books.strike(claimed)
  }
  const all = async (): Promise<void> => {
    const now = clock.now()
    await Promise.all(books.claims().map(renew))
    renewed = now
  }
  const timer = setInterval(() => { all().catch(onError) }, lease_ms / 3)
  return {
    keep: async () => { if (clock.now() - renewed > lease_ms / 2) await all() },
    end: () => { clearInterval(timer) }
  }
}

interface Recording {
  readonly books: SomeBooks
  readonly store: Pick<Store, 'finish'>
  readonly clock: Clock
  readonly log: Pick<Log, 'error' | 'warn'>
  /** When what the store refused to record is tried again. */
  readonly retry: RetryPolicy
  /** Told when there is room for more work. */
  readonly changed: () => void
  /** Until when it is tried again to record what the storage could not take, under leases that are kept; absent: the work is done again once its lease has passed. */
  readonly stop?: AbortSignal
}
export interface Results {
  /** @returns what became of it, when that is known: stale also where it could not be recorded. What is outdated stays in the books, to be judged again */
  add (finish: Finish): Promise<Finished>
  /** Waits until everything added so far is recorded, or could not be. */
  recorded (): Promise<void>
}

interface Waiting { readonly finish: Finish, readonly told: (became: Finished) => void }

/** After so long it is tried again to record what the storage could not take. */
const again_ms = 500

/** Records how work ended, in one transaction what ends while the results before it are recorded; then it leaves the books. */
export function openResults ({ books, store, clock, log, retry, changed, stop }: Recording): Results {
  let waiting: Waiting[] = []
  let recording = Promise.resolve()

  /** What a handler made could not be stored: that is a failure of the handler, tried again and in the end dead. */
  const retryOf = (it: Finish): Finish[] => {
    const claimed = books.find(it)
    if (claimed === undefined) return []
    log.warn({ message: claimed.envelope.id }, 'a result was refused by the store and counts as a failure')
    return [failed(claimed, retry, 'caused_refused', clock, Math.random())]
  }

  const recordAll = async (batch: readonly Finish[]): Promise<readonly Finished[]> => {
    const answers = await store.finish(batch, clock.now())
    const refused = batch.filter((_, at) => answers[at] === 'refused').flatMap(retryOf)
    const again = refused.length > 0 ? await store.finish(refused, clock.now()) : []
    if (again.includes('refused')) log.error('a result was refused twice; its lease will pass')
    return answers
  }

  /** @returns what became of each; nothing where that is not known */
  const recordAtLast = async (batch: readonly Finish[]): Promise<readonly Finished[]> => {
    for (let tries = 1; ; tries++) {
      const again = stop?.aborted === false
      try { return await recordAll(batch) } catch (error) {
        const waits = again && error instanceof StoreFailure
        if (!waits) log.error({ err: error }, 'results could not be recorded; their leases will pass')
        else if (tries === 1) log.error({ err: error }, 'results could not be recorded; that is tried again until it can')
        if (!waits) return []
      }
      await pause(again_ms, undefined, { signal: stop }).catch(() => {})
    }
  }

  const record = async (): Promise<void> => {
    await turn()
    const batch = waiting
    waiting = []
    const answers = await recordAtLast(batch.map(it => it.finish))
    for (const [at, { finish, told }] of batch.entries()) {
      const became = answers[at] ?? 'stale'
      if (became !== 'outdated') books.strike(finish)
      told(became)
    }
    changed()
  }

  return {
    add: finish => new Promise(resolve => { if (waiting.push({ finish, told: resolve }) === 1) recording = recording.then(record) }),
    recorded: async () => { await recording }
  }
}
