/** How the endpoints of receivers are: for operators, who see which, why, and what to do. */
import type { BreakerState, Instant, PartyCode } from '../core/core.ts'
import { reasonFor } from '../deliver/deliver.ts'
import { pushConnection } from '../route/route.ts'
import type { Destination, Store } from '../store/store.ts'

/** A party with an endpoint, or one for whom something waits although it has none any more. */
export interface Endpoint {
  readonly party: PartyCode
  /** closed: it answers. open: it is left alone. half_open: a few tries show whether it is back. */
  readonly state: BreakerState
  /** Since when nothing has succeeded; null while it answers. */
  readonly failing_since: Instant | null
  /** Until when nothing is sent to it; null when it is not left alone. */
  readonly left_until: Instant | null
  readonly reason: string | null
  /** What is wrong, and who does what about it; null where nothing is. */
  readonly nl: string | null
  readonly en: string | null
  /** Messages still to be pushed; no more than 10,000 are counted. */
  readonly waiting: number
  /** Since when the one of these that is given up first has been offered. */
  readonly oldest: Instant | null
}

function sentence (reason: string | null, lang: 'nl' | 'en'): string | null {
  const told = reason === null ? null : reasonFor(reason)
  if (told === null) return reason === null ? null : `Code ${reason}.`
  const { wrong, mend } = told[lang]
  return `${wrong.charAt(0).toUpperCase()}${wrong.slice(1)}. ${mend}`
}

/** @returns every endpoint there is, in order of their parties */
export async function endpointsIn (store: Pick<Store, 'register' | 'destinations' | 'stats'>, now: Instant): Promise<readonly Endpoint[]> {
  const [{ parties }, destinations, { pushes }] = [await store.register(), await store.destinations(), await store.stats(now)]
  const [known, waiting] = [new Map(destinations.map(it => [it.party, it])), new Map(pushes.map(it => [it.receiver, it]))]
  const all = new Set([...parties.filter(it => pushConnection(it) !== null).map(it => it.code), ...waiting.keys()])
  return [...all].toSorted().map(party => {
    const { state = 'closed', failing_since = null, open_until = null, reason = null }: Partial<Destination> = known.get(party) ?? {}
    const depth = waiting.get(party)
    const left_until = open_until !== null && open_until > now ? open_until : null
    return { party, state: state === 'open' && left_until === null ? 'half_open' : state, failing_since, left_until, reason, nl: sentence(reason, 'nl'), en: sentence(reason, 'en'), waiting: depth?.depth ?? 0, oldest: depth?.oldest ?? null }
  })
}
