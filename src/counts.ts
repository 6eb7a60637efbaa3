/** Limits that hold for all processes at one database: each counts by itself, and now and then they tell one another. */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Asked, Store } from './store/store.ts'
import type { Elsewhere } from './transport/door/door.ts'

/** So often they tell; what is asked in between at several processes may be so much more than the limit. */
const tell_ms = 250
/** Each so many times all is told, so that nobody takes this process for dead. */
const anew = 8
/** What nobody could tell for so long does not hold any more: then each process counts alone. */
const stale_ms = 5_000

interface Here { minute: number, ends: number, open: number, told: string }

export interface Counts extends Elsewhere { stop (): Promise<void> }

/** @returns what is still asked here; a minute that is over counts no more */
const asked = ({ minute, ends, open }: Here, now: number): Asked => ({ minute: ends > now ? minute : 0, open })

/** Begins to tell; nothing is told, nor asked of the database, while nobody asks anything here. */
export function startCounts (store: Pick<Store, 'tellCounts' | 'leaveCounts'>): Counts {
  const process = randomUUID()
  const here = new Map<string, Here>()
  let [others, heard, turn]: [ReadonlyMap<string, Asked>, number, number] = [new Map(), 0, 0]
  const of = (account: string): Here => {
    const known = here.get(account)
    if (known !== undefined) return known
    const made = { minute: 0, ends: 0, open: 0, told: '' }
    here.set(account, made)
    return made
  }

  async function exchange (): Promise<void> {
    const now = performance.now()
    const all = turn++ % anew === 0
    const news = [...here].map(([account, it]) => ({ account, ...asked(it, now) })).filter(it => all || here.get(it.account)?.told !== `${it.minute} ${it.open}`)
    others = await store.tellCounts(process, news)
    heard = performance.now()
    for (const { account, minute, open } of news) {
      const it = of(account)
      it.told = `${minute} ${open}`
      if (minute === 0 && it.open === 0 && it.ends <= now) here.delete(account)
    }
  }
  const ending = new AbortController()
  const running = (async () => {
    while (!ending.signal.aborted) {
      await pause(tell_ms, undefined, { signal: ending.signal, ref: false }).catch(() => {})
      // Whoever cannot reach the database has other sorrows, and says so elsewhere.
      if (here.size > 0 && !ending.signal.aborted) await exchange().catch(() => {})
      if (here.size === 0 || performance.now() - heard > stale_ms) others = new Map()
    }
  })()
  return {
    elsewhere: account => others.get(account) ?? { minute: 0, open: 0 },
    minute (account, count, ms) { Object.assign(of(account), { minute: count, ends: performance.now() + ms }) },
    open (account, count) { of(account).open = count },
    async stop () {
      ending.abort()
      await running
      await store.leaveCounts(process).catch(() => {})
    }
  }
}
