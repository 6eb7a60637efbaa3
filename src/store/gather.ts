/** Calls that come while others of their kind are under way share the next transaction. */
import { StoreUnavailable } from './db.ts'
import { openPart, type Together } from './step.ts'

/** So many transactions are under way at once; what comes meanwhile waits and goes together. */
const running_max = 2

interface Call<Item, Result> {
  readonly item: Item
  resolve (results: Result[]): void
  reject (error: unknown): void
}

export interface Gathered<Item, Result> {
  /** @returns what became of each, in their order */
  add (items: readonly Item[]): Promise<Result[]>
  /** Waits for all that was asked until now, and refuses the rest. */
  end (): Promise<void>
}

/**
 * @param work does it with all of them in one transaction
 * @param mayBeOfOne whether a failure may be that of one call: then each is done by itself
 * @param it what an item touches; one that is to be alone, because it may be kept waiting, and a call of several go by themselves
 */
export function gathered<Item, Result> (work: (items: readonly Item[]) => Promise<Result[]>, it: Pick<Together<Item, Result>, 'touches' | 'bytes'>, mayBeOfOne: (error: unknown) => boolean): Gathered<Item, Result> {
  const waiting: Array<Call<Item, Result>> = []
  const running = new Set<Promise<void>>()
  let ended = false

  async function run (calls: ReadonlyArray<Call<Item, Result>>): Promise<void> {
    try {
      const results = await work(calls.map(it => it.item))
      for (const [nth, it] of calls.entries()) it.resolve(results.slice(nth, nth + 1))
    } catch (error) {
      if (calls.length > 1 && mayBeOfOne(error)) await Promise.all(calls.map(it => run([it])))
      else for (const it of calls) it.reject(error)
    }
  }
  /** Those that go in one step: what would follow them in the same transaction would keep it, and what it holds, for long. */
  function take (): Array<Call<Item, Result>> {
    const fits = openPart(it)
    const [now, later]: [Array<Call<Item, Result>>, Array<Call<Item, Result>>] = [[], []]
    for (const call of waiting.splice(0)) (fits(call.item) ? now : later).push(call)
    waiting.push(...later)
    return now
  }
  function begin (): void {
    while (running.size < running_max && waiting.length > 0) {
      const one = run(take())
      running.add(one)
      one.finally(() => {
        running.delete(one)
        begin()
      })
    }
  }
  return {
    add (items) {
      if (ended) return Promise.reject(new StoreUnavailable('the store is closed'))
      const [item] = items
      if (item === undefined || items.length > 1 || it.touches(item) === null) return work(items)
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        begin()
      })
    },
    async end () {
      ended = true
      while (running.size > 0) await Promise.all(running)
    }
  }
}
