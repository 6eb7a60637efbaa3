/** What this process does of that which one process at a time does: it says that it lives, takes, gives back, and knows at once when it has something no longer. */
import { hash, randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import type { Clock } from './core/core.ts'
import type { Log } from './log.ts'
import type { Alive, Held, Store } from './store/store.ts'

export interface Tenures {
  /** @returns under what this process has it now; null where it is alone at its database and has everything; undefined where it has it not */
  held (name: string): Held | null | undefined
  /** Whether it is this process's by the way in which work is shared out among those that live. */
  falls (name: string): boolean
  /** Takes of these what nobody has. @returns those that this process had not before. @throws StoreFailure */
  take (names: readonly string[]): Promise<readonly Held[]>
  /** Gives back at once, and tells the others. Never throws: what cannot be given back passes when this process says no longer that it lives. */
  leave (names: readonly string[]): Promise<void>
  /** @param told when others came or went, or gave something back */
  onTurn (told: () => void): void
  /** Nothing more falls to this process. Never throws. */
  retire (): Promise<void>
  /** Gives everything back. Never throws. */
  stop (): Promise<void>
}

/** Where no other process can be. */
export const soleTenures: Tenures = {
  held: () => null,
  falls: () => true,
  take: async () => [],
  leave: async () => {},
  onTurn () {},
  retire: async () => {},
  stop: async () => {}
}

interface Options {
  readonly store: Pick<Store, 'live' | 'take' | 'leave' | 'tell' | 'hear'>
  readonly clock: Clock
  readonly log: Pick<Log, 'error' | 'warn'>
  /** What a process has passes so long after it was last heard of. */
  readonly lease_ms: number
  /** Whether work is shared out to it. */
  readonly shares: boolean
  /** Default: one of its own. */
  readonly process?: string
}

/** So many are taken in one transaction: others wait for it. */
const taken_at_once = 100
/** Leases of deliveries go by the clock of who claims them: what is apart by less of their time than this does no harm. */
const apart = 0.25

/** @returns which of the processes something falls to: each of them finds the same, and when one comes or goes nothing moves between the others */
export function fallsTo (name: string, processes: readonly string[]): string | null {
  const weighed = processes.map(process => [hash('sha1', `${process} ${name}`, 'hex'), process] as const)
  return weighed.toSorted(([a], [b]) => a < b ? 1 : -1)[0]?.[1] ?? null
}

/** What this process has, and who shares, as it was when it last said that it lives. */
interface Books {
  readonly mine: Map<string, Held>
  /** One after the other: what is being taken is not missed by who looks what there is. */
  oneByOne<T> (work: () => Promise<T>): Promise<T>
  falls (name: string): boolean
  /** Whether it is still true what the books say. */
  current (): boolean
  /** Says that it lives. @param shares whether work is shared out to it @throws StoreFailure */
  live (shares: boolean): Promise<void>
}

/** @param turned told when others came or went */
function openBooks ({ store, clock, log, lease_ms }: Options, process: string, turned: () => void): Books {
  const mine = new Map<string, Held>()
  const falling = new Map<string, boolean>()
  let sharing: readonly string[] = []
  let [until, apartNow] = [-Infinity, false]
  let last: Promise<unknown> = Promise.resolve()
  const oneByOne: Books['oneByOne'] = work => {
    const next = last.then(work)
    last = next.catch(() => {})
    return next
  }

  /** The database said its time after ours was `asked`, and before it is now. */
  const compare = (now: number, asked: number): void => {
    const before = apartNow
    apartNow = now < asked - apart * lease_ms || now > clock.now() + apart * lease_ms
    if (apartNow && !before) log.warn({ database_ms: now, here_ms: clock.now() }, 'the clocks of this host and of the database are far apart: have both kept right, or work that goes on is begun again elsewhere')
  }

  /** What is in the books and not there has passed to another; what is there only was taken when nobody heard of it. */
  const settle = async ({ sharing: others, held }: Alive): Promise<void> => {
    const fences = new Map(held.map(it => [it.name, it.fence]))
    for (const it of [...mine.values()]) if (fences.get(it.name) !== it.fence) mine.delete(it.name)
    const unknown = held.filter(it => !mine.has(it.name))
    if (unknown.length > 0) await store.leave(unknown)
    if (others.join() === sharing.join()) return
    sharing = others
    falling.clear()
    turned()
  }

  return {
    mine,
    oneByOne,
    current: () => performance.now() < until,
    falls (name) {
      const known = falling.get(name) ?? fallsTo(name, sharing) === process
      falling.set(name, known)
      return known
    },
    live: shares => oneByOne(async () => {
      const [begun, asked] = [performance.now(), clock.now()]
      const alive = await store.live(process, lease_ms, shares)
      // The database's time begins after ours: here it is over before it is there.
      until = begun + lease_ms
      compare(alive.now, asked)
      await settle(alive)
    })
  }
}

/** @throws StoreFailure when it cannot be said that this process lives */
export async function openTenures (options: Options): Promise<Tenures> {
  const { store, log, lease_ms, process = randomUUID() } = options
  const turns: Array<() => void> = []
  const turned = (): void => { for (const turn of turns) turn() }
  const books = openBooks(options, process, turned)
  const { mine, oneByOne } = books
  let [shares, closed, asked] = [options.shares, false, false]

  const beat = (): void => {
    if (asked || closed) return
    asked = true
    books.live(shares).catch(error => { log.error({ err: error }, 'it could not be said that this process lives; others take over what it does') }).finally(() => { asked = false })
  }
  const quietly = (work: () => Promise<void>): Promise<void> => work().catch(error => { log.error({ err: error }, 'what this process does could not be given back; it passes by its time') })
  const leave = (names: readonly string[]): Promise<void> => quietly(() => oneByOne(async () => {
    const its = names.flatMap(name => mine.get(name) ?? [])
    if (its.length === 0) return
    for (const { name } of its) mine.delete(name)
    await store.leave(its)
    store.tell('tenure')
  }))
  const retire = async (): Promise<void> => {
    if (!shares) return
    shares = false
    await quietly(() => books.live(shares))
    store.tell('tenure')
  }

  await books.live(shares)
  store.tell('tenure')
  store.hear(topic => { if (topic === 'tenure' && !closed) { beat(); turned() } })
  const timer = setInterval(beat, lease_ms / 3)
  return {
    held: name => books.current() ? mine.get(name) : undefined,
    falls: books.falls,
    take: names => oneByOne(() => taken(store, process, mine, names)),
    leave,
    onTurn (turn) { turns.push(turn) },
    retire,
    async stop () {
      clearInterval(timer)
      closed = true
      await retire()
      await leave([...mine.keys()])
      await quietly(() => oneByOne(async () => { await store.live(process, 0, false) }))
    }
  }
}

async function taken (store: Options['store'], process: string, mine: Map<string, Held>, names: readonly string[]): Promise<readonly Held[]> {
  const news: Held[] = []
  const wanted = names.filter(name => !mine.has(name))
  for (let first = 0; first < wanted.length; first += taken_at_once) {
    const some = await store.take(process, wanted.slice(first, first + taken_at_once))
    for (const it of some) mine.set(it.name, it)
    news.push(...some)
  }
  return news
}
