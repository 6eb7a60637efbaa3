/** Which destinations are this process's to push to: taken as they fall to it, given back when nothing is under way there. */
import type { PartyCode } from './core/core.ts'
import type { Destinations } from './destinations.ts'
import type { Held, PushVerbs } from './store/store.ts'
import type { Tenures } from './tenures.ts'

export interface Holding {
  /** Under what this process pushes to it; null where it is alone, undefined where it does not push to it. */
  held (to: PartyCode): Held | null | undefined
  /** Whether pushes to it may begin here. */
  open (to: PartyCode): boolean
  /** Takes of these what falls to this process. @returns those that are its own now. @throws StoreFailure */
  take (wanted: Iterable<PartyCode>): Promise<readonly PartyCode[]>
  /** Gives back what falls to another by now, once nothing is under way there. */
  pass (): Promise<void>
  /** Gives back everything. Never throws. */
  end (): Promise<void>
}

const nameOf = (to: PartyCode): string => `push:${to}`

interface Parts {
  readonly tenures: Tenures
  readonly store: Pick<PushVerbs, 'destinations'>
  /** Asked when there are any: they are told what is taken, and need to know what is held. */
  readonly destinations: () => Pick<Destinations, 'took' | 'leaves' | 'underWay'>
}

/** @returns nothing held yet */
export function openHolding ({ tenures, store, destinations }: Parts): Holding {
  /** What is taken is held once it is read what was known of it. */
  const known = new Map<PartyCode, number>()
  let last: Promise<unknown> = Promise.resolve()

  const held: Holding['held'] = to => {
    const it = tenures.held(nameOf(to))
    return it === null || (it !== undefined && known.get(to) === it.fence) ? it : undefined
  }
  const open: Holding['open'] = to => held(to) !== undefined && tenures.falls(nameOf(to))

  /** A reading that failed is made up for at the next try: what is held then and not known is read. */
  const takeUp = async (wanted: readonly PartyCode[]): Promise<void> => {
    await tenures.take(wanted.map(nameOf))
    const news = wanted.flatMap(to => { const it = tenures.held(nameOf(to)); return it === null || it === undefined || known.get(to) === it.fence ? [] : [{ to, fence: it.fence }] })
    if (news.length === 0) return
    const rows = new Map((await store.destinations()).map(it => [it.party, it]))
    for (const { to, fence } of news) {
      destinations().took(to, rows.get(to) ?? null, fence > 1)
      known.set(to, fence)
    }
  }
  const give = async (all: readonly PartyCode[]): Promise<void> => {
    for (const to of all) await destinations().leaves(to)
    for (const to of all) known.delete(to)
    await tenures.leave(all.map(nameOf))
  }

  return {
    held,
    open,
    async take (wanted) {
      const all = [...wanted]
      const missing = all.filter(to => held(to) === undefined && tenures.falls(nameOf(to)))
      if (missing.length > 0) {
        const mine = last.then(() => takeUp(missing))
        last = mine.catch(() => {})
        await mine
      }
      return all.filter(open)
    },
    async pass () {
      const idle = [...known.keys()].filter(to => !tenures.falls(nameOf(to)) && destinations().underWay(to) === 0)
      if (idle.length > 0) await give(idle)
    },
    async end () { await give([...known.keys()]) }
  }
}
