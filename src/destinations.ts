/** What the pusher knows of each destination: how much may begin there now, and whether it answers. */
import type { BreakerPolicy, BreakerState, Clock, Instant, PartyCode } from './core/core.ts'
import { after, breakerAt, bucketAt, fullBucket, mayBegin, mayTry, restored, taken, unknown, type Breaker, type Bucket, type Pushed } from './deliver/deliver.ts'
import type { Log } from './log.ts'
import type { Parties } from './party/party.ts'
import { pushConnection } from './route/route.ts'
import type { Destination, Held, PushVerbs } from './store/store.ts'

/** Told of what pushing does, beside doing it; must not throw. */
export interface PushObserver {
  /** One push ended. @param reason code of why it was not taken, without what the other side added to it; null when it was */
  pushed (to: PartyCode, outcome: Pushed['kind'], reason: string | null, duration_ms: number): void
  /** A destination was left alone, is tried again, or is back. @param reason code of its last failure; null when it is back */
  turned (to: PartyCode, state: BreakerState, reason: string | null): void
}

/** What holds for a destination of which the register says nothing else. */
export interface DestinationLimits {
  readonly at_once_max: number
  readonly per_minute_max: number | null
  readonly breaker: BreakerPolicy
}

interface Options {
  readonly store: Pick<PushVerbs, 'destinations' | 'keepDestination'>
  readonly parties: Pick<Parties, 'party'>
  readonly clock: Clock
  readonly log: Pick<Log, 'error' | 'warn' | 'info'>
  readonly observer: PushObserver
  readonly limits: DestinationLimits
  /** How long a silence that an earlier run began may still be. */
  readonly silence_ms_max: number
  /** Under what this process pushes to it; null where it is alone, undefined where another does. */
  readonly held: (to: PartyCode) => Held | null | undefined
}

export interface Destinations {
  /** @returns how many pushes to it may begin now */
  room (to: PartyCode): number
  /** Pushes to it that go on; a claim that waits for room in memory is one. */
  underWay (to: PartyCode): number
  /** Whether it is left alone now: what was claimed before and has not begun is better not begun. */
  leftAlone (to: PartyCode): boolean
  begun (to: PartyCode, count: number): void
  ended (to: PartyCode): void
  /** Takes in how a push ended. @returns since when it has been failing, where it answers nobody now; else null */
  heard (to: PartyCode, result: Pushed): Instant | null
  /** Who is no longer left alone by what somebody wrote down beside us is tried. @returns those */
  look (): Promise<readonly PartyCode[]>
  /** It is this process's from now on. @param it what another wrote down, null where nobody did @param used another may have begun as much there as may begin */
  took (to: PartyCode, it: Destination | null, used: boolean): void
  /** It is to be given back: what the next must know of it is written down. */
  leaves (to: PartyCode): Promise<void>
  /** Waits until everything heard so far is written down, or could not be. */
  kept (): Promise<void>
}

interface Known {
  breaker: Breaker
  bucket: Bucket | null
  underWay: number
  /** Until when it is left alone by what is written down; undefined while that is being written. */
  written: Instant | null | undefined
  /** Where it was when it was last looked at; null where it has no endpoint any more. */
  url: string | null | undefined
}

/** What we are writing down ourselves is not known yet. */
const isSooner = (found: Instant | null, written: Instant | null = null): boolean => found !== null && written !== null && found < written

const bucketOf = (before: Bucket | null, per_minute: number, now: Instant): Bucket =>
  before === null ? fullBucket(per_minute, now) : bucketAt(before, per_minute, now)

/** Writes down what is known of destinations, one change after the other, and tells it. */
interface Notes {
  /** What is known from now on; what a restart must not forget is written down. */
  turn (it: Known, next: Breaker): void
  keep (it: Known): void
  kept (): Promise<void>
}

function openNotes ({ store, log, observer, held }: Options): Notes {
  let keeping = Promise.resolve()
  const turn: Notes['turn'] = (it, next) => {
    const last = it.breaker
    it.breaker = next
    if (last.state === next.state && last.open_until === next.open_until) return
    keep(it)
    if (last.state !== next.state) tell(last, next)
  }

  const keep: Notes['keep'] = it => {
    const { breaker } = it
    const under = held(breaker.party)
    it.written = undefined
    keeping = keeping.then(() => under === undefined ? undefined : store.keepDestination(breaker, under)).then(() => { if (it.breaker.open_until === breaker.open_until) it.written = breaker.open_until }).catch(error => { log.error({ err: error, party: breaker.party }, 'the state of a destination could not be written down') })
  }

  /** One line when it is left alone, or for another reason than before, and one when it is back; not for every try between. */
  const tell = (last: Breaker, { party, state, reason }: Breaker): void => {
    observer.turned(party, state, reason)
    if (state === 'closed') log.info({ party, state }, 'a destination is no longer left alone')
    if (state === 'open' && (last.state === 'closed' || last.reason !== reason)) log.warn({ party, state, reason }, 'a destination answers nobody and is left alone; what is for it waits')
  }
  return { turn, keep, kept: async () => { await keeping } }
}

/** @param before what an earlier run wrote down */
export function openDestinations (options: Options, before: readonly Destination[]): Destinations {
  const { store, parties, clock, limits, silence_ms_max, held } = options
  const start = (it: Destination): Known => ({ breaker: restored(it, silence_ms_max, clock.now()), bucket: null, underWay: 0, written: it.open_until, url: undefined })
  const { turn, keep, kept } = openNotes(options)
  const fresh = (to: PartyCode): Known => ({ breaker: unknown(to), bucket: null, underWay: 0, written: null, url: undefined })
  const all = new Map<PartyCode, Known>(before.map(it => [it.party, start(it)]))

  const known = (to: PartyCode): Known => {
    const it = all.get(to) ?? fresh(to)
    all.set(to, it)
    return it
  }

  /** Its settings as they are now. Another endpoint is another destination, of which nothing is known. */
  const settings = (to: PartyCode, it: Known): DestinationLimits & { readonly pushes: boolean } => {
    const party = parties.party(to, clock.now())
    const connection = party === null ? null : pushConnection(party)
    const url = connection?.url ?? null
    if (it.url !== undefined && it.url !== url) turn(it, unknown(to))
    it.url = url
    return { pushes: connection !== null, at_once_max: connection?.at_once_max ?? limits.at_once_max, per_minute_max: connection?.per_minute_max ?? limits.per_minute_max, breaker: connection?.breaker ?? limits.breaker }
  }

  /** A silence that a clock set back has made longer is cut short once, not at every look from that moment on. */
  const silence = (it: Known): void => {
    const at = breakerAt(it.breaker, clock.now())
    if (at.open_until !== null) turn(it, at)
  }

  return {
    room (to) {
      const it = known(to)
      const { pushes, at_once_max, per_minute_max, breaker } = settings(to, it)
      // What was to be pushed to an endpoint that is gone only needs to be told so.
      if (!pushes) return Math.max(0, at_once_max - it.underWay)
      silence(it)
      it.bucket = per_minute_max === null ? null : bucketOf(it.bucket, per_minute_max, clock.now())
      const rate = it.bucket === null ? Infinity : mayBegin(it.bucket)
      return Math.max(0, Math.min(at_once_max - it.underWay, rate, mayTry(it.breaker, it.underWay, breaker, clock.now())))
    },
    underWay: to => all.get(to)?.underWay ?? 0,
    leftAlone: to => breakerAt(known(to).breaker, clock.now()).open_until !== null,
    begun (to, count) {
      const it = known(to)
      it.underWay += count
      if (it.bucket !== null) it.bucket = taken(it.bucket, count)
      turn(it, breakerAt(it.breaker, clock.now()))
    },
    ended (to) { known(to).underWay-- },
    heard (to, result) {
      // What another has by now is his to know.
      if (held(to) === undefined) return null
      const it = known(to)
      const { breaker } = settings(to, it)
      turn(it, after(it.breaker, result, breaker, clock.now()))
      return it.breaker.state === 'closed' ? null : it.breaker.failing_since ?? clock.now()
    },
    async look () {
      if (![...all.values()].some(it => it.breaker.open_until !== null)) return []
      const before = new Map([...all].map(([to, { written }]) => [to, written]))
      // What was heard while this was read is newer than what was read.
      const hastened = (await store.destinations()).filter(it => held(it.party) !== undefined && isSooner(it.open_until, before.get(it.party)) && all.get(it.party)?.written === before.get(it.party))
      for (const { party, open_until } of hastened) turn(known(party), { ...known(party).breaker, open_until })
      return hastened.map(({ party }) => party)
    },
    took (to, it, used) {
      // No minute sees more than its number, whoever began there before.
      all.set(to, { ...(it === null ? fresh(to) : start(it)), underWay: all.get(to)?.underWay ?? 0, bucket: used ? { left: 0, at: clock.now() } : null })
    },
    async leaves (to) {
      const it = all.get(to)
      if (it !== undefined && it.breaker.failures > 0) keep(it)
      await kept()
      if (it?.underWay === 0) all.delete(to)
    },
    kept
  }
}
