/** Who is asked for work, and how much of it: destinations that may have something due, and the places that are left shared among them. */
import { performance } from 'node:perf_hooks'
import type { Clock, PartyCode } from './core/core.ts'
import type { Destinations } from './destinations.ts'
import type { PushVerbs } from './store/store.ts'

/** Places are shared as if so many more wanted some: who comes next finds a few, also where many are slow. */
const others = 3
/** To look which destinations have work takes at most this part of the time, however many there are. */
const looking = 0.1

/** Destinations that may have something due: who got something new, ended a push, or had more than was claimed; now and then all are looked at. */
export interface Candidates {
  /** Who is asked again stands behind those who were not yet. */
  readonly all: Set<PartyCode>
  /** Somebody got something, and nobody knows who. */
  wakeAll (): void
  /** Looks who has something due. @returns whether it was time for that */
  look (): Promise<boolean>
}

/** @param ring rung when a look that was wanted too soon after another may be had */
export function openCandidates ({ store, clock, poll_ms }: { readonly store: Pick<PushVerbs, 'pushTargets'>, readonly clock: Clock, readonly poll_ms: number }, ring: () => void): Candidates {
  const all = new Set<PartyCode>()
  let wanted = true
  let later: NodeJS.Timeout | undefined
  let looked = -Infinity
  let took = 0
  return {
    all,
    wakeAll () { wanted = true },
    async look () {
      const begun = performance.now()
      const since = begun - looked
      // Who waits for the bell waits for all of poll_ms: half of it has passed then, and it need not be measured finely.
      if (!(wanted || since > poll_ms / 2)) return false
      clearTimeout(later)
      if (since < took / looking) {
        later = setTimeout(ring, took / looking - since).unref()
        return false
      }
      wanted = false
      for (const { target } of await store.pushTargets(clock.now())) all.add(target)
      looked = performance.now()
      took = looked - begun
      return true
    }
  }
}

/** How many each may claim, and whether somebody must wait for a place. */
export interface Shares { readonly given: ReadonlyArray<readonly [to: PartyCode, count: number]>, readonly waiting: boolean }

/** Who has least under way, and among those who stands first, is served first. @param left places */
export function sharesOf (candidates: Iterable<PartyCode>, { room, underWay }: Pick<Destinations, 'room' | 'underWay'>, left: number): Shares {
  const given: Array<readonly [PartyCode, number]> = []
  const wanting = [...candidates].map(to => ({ to, room: room(to), busy: underWay(to) })).filter(it => it.room > 0)
  for (const [nth, it] of wanting.toSorted((a, b) => a.busy - b.busy).entries()) {
    const fair = Math.floor(left / (wanting.length - nth + others))
    const count = Math.min(it.room, left, Math.max(1, fair))
    if (count <= 0) return { given, waiting: true }
    given.push([it.to, count])
    left -= count
  }
  return { given, waiting: false }
}
