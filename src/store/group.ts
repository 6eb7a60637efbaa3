/** Group commit: pieces of writing that arrive together share one transaction, and fail one by one. */
import { StoreFailure, StoreUnavailable, type Session, type Weight } from './db.ts'

/** The one connection that writes. */
export interface Writer {
  readonly session: Session
  /** @param divided what is nested can be undone by itself; else it ends in `Undivided` when it fails by no fault of the storage */
  begin (divided: boolean): Promise<void>
  /** @returns whether there was anything to write */
  commit (): Promise<boolean>
  /** Undoes what is left of the transaction; does nothing when none is open. Never throws. */
  rollback (): Promise<void>
}

/** A part failed of a transaction that is not divided: all of it is to be undone, and done again in parts. */
export class Undivided extends StoreFailure {}

interface Job {
  readonly weight: Weight
  /** Does the work and gives what tells the caller, once the commit is there. */
  run (session: Session): Promise<() => void>
  fail (error: unknown): void
}

function job<T> (work: (session: Session) => Promise<T>, weight: Weight, resolve: (value: T) => void, reject: (error: unknown) => void): Job {
  return {
    weight,
    fail: reject,
    async run (session) {
      try {
        const value = await session.nested(() => work(session))
        return () => resolve(value)
      } catch (error) {
        if (error instanceof StoreFailure) throw error
        return () => reject(error)
      }
    }
  }
}

/** Takes jobs off the queue up to the bounds, and at least one. */
function take (queue: Job[], bound: Weight): Job[] {
  let [items, bytes, count] = [0, 0, 0]
  for (const { weight } of queue) {
    items += weight.items
    bytes += weight.bytes
    if (count > 0 && (items > bound.items || bytes > bound.bytes)) break
    count++
  }
  return queue.splice(0, count)
}

/** Hardly anything fails, and parts that can be undone by themselves cost a copy of each page they change. @returns how the commit went; `nothing` was written by one with nothing to write */
async function commitTogether (jobs: readonly Job[], writer: Writer, divided = false): Promise<'written' | 'nothing' | 'failed'> {
  try {
    const tell: Array<() => void> = []
    await writer.begin(divided)
    for (const one of jobs) tell.push(await one.run(writer.session))
    const written = await writer.commit()
    for (const one of tell) one()
    return written ? 'written' : 'nothing'
  } catch (error) {
    await writer.rollback()
    if (error instanceof Undivided) return await commitTogether(jobs, writer, true)
    for (const one of jobs) one.fail(error)
    return 'failed'
  }
}

/** @param committed told of each commit: how many pieces shared it, and its time in milliseconds
 * @returns `write`, which gathers as long as more arrives with each turn of the event loop, and `end`, which lets what was begun finish and refuses the rest */
export function groupWriter (writer: Writer, bound: Weight, committed: (pieces: number, duration_ms: number) => void = () => {}) {
  const queue: Job[] = []
  let running: Promise<void> | null = null
  let ended = false
  let failing = false

  const turn = () => new Promise<void>(resolve => setImmediate(resolve))
  /** Waits while work keeps arriving with every turn: a lone piece waits one turn more, a crowd shares one commit. */
  async function gathered (): Promise<void> {
    let before
    do {
      before = queue.length
      await turn()
    } while (queue.length > before && queue.length < bound.items)
  }
  async function drain (): Promise<void> {
    for (;;) {
      await gathered()
      if (queue.length === 0) break
      const jobs = take(queue, bound)
      const begun = performance.now()
      const went = await commitTogether(jobs, writer)
      // Who looks for work and finds none has tried nothing of the disk.
      if (went !== 'nothing') failing = went === 'failed'
      committed(jobs.length, performance.now() - begun)
    }
    running = null
  }
  return {
    write<T> (work: (session: Session) => Promise<T>, weight: Weight): Promise<T> {
      if (ended) return Promise.reject(new StoreUnavailable('the store is closed'))
      return new Promise<T>((resolve, reject) => {
        queue.push(job(work, weight, resolve, reject))
        running ??= drain()
      })
    },
    failing: () => failing,
    waiting: () => queue.length,
    async end (): Promise<void> {
      ended = true
      await running
    }
  }
}
