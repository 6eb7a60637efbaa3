/** After a root was turned: data keys are wrapped, and clients marked, under the new key, in small steps between which messages go on. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../core/core.ts'
import type { Marked, Store } from '../store/store.ts'
import type { Mark } from '../vault/vault.ts'

export interface RekeyOptions {
  readonly store: Pick<Store, 'rewrap' | 'marked' | 'remark'>
  /** @returns for each client of the message his marks under every key, the current first; null when it cannot be read any more, and its marks stay under the old key */
  readonly marksOf: (message: Marked) => Promise<ReadonlyArray<readonly Mark[]> | null>
  readonly clock: Clock
  readonly signal?: Pick<AbortSignal, 'aborted'>
  /** Told after every step. */
  readonly onStep?: (what: keyof Rekeyed, count: number) => void
}
/** How many messages came under a current key. */
export interface Rekeyed { readonly rewrapped: number, readonly remarked: number }

const step = { messages_max: 200, bytes_max: 4_000_000 }
const pause_ms = 25

async function rewrapAll ({ store, clock, signal, onStep }: RekeyOptions): Promise<number> {
  let sum = 0
  while (signal?.aborted !== true) {
    const count = await store.rewrap(step.messages_max, clock.now())
    if (count === 0) break
    sum += count
    onStep?.('rewrapped', count)
    await pause(pause_ms)
  }
  return sum
}

async function freshMarks ({ marksOf }: RekeyOptions, it: Marked) {
  const persons = await marksOf(it)
  return persons === null ? [] : [{ seq: it.seq, key: it.key, marks: persons.flatMap(marks => marks.slice(0, 1)), persons }]
}

async function remarkAll (options: RekeyOptions): Promise<number> {
  const { store, clock, signal, onStep } = options
  let sum = 0
  let window = await store.marked(null, step)
  while (window !== null && signal?.aborted !== true) {
    const fresh = (await Promise.all(window.items.map(it => freshMarks(options, it)))).flat()
    const count = fresh.length === 0 ? 0 : await store.remark(fresh, clock.now())
    sum += count
    onStep?.('remarked', count)
    await pause(pause_ms)
    window = await store.marked(window.next, step)
  }
  return sum
}

/**
 * Stopped half-way, it goes on where it was: what is still under an older key is found by that.
 * @throws StoreFailure when a step fails, Unopened when a data key does not open; the steps before it stand
 */
export async function rekey (options: RekeyOptions): Promise<Rekeyed> {
  return { rewrapped: await rewrapAll(options), remarked: await remarkAll(options) }
}
