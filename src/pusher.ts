/** The pusher: claims what is due for each destination as far as that may have it, lets the pipeline push it, and hands back what it cannot end. */
import { performance } from 'node:perf_hooks'
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises'
import { openBell } from './bell.ts'
import { keepLeases, openBooks, openResults } from './books.ts'
import type { Clock, Instant, PartyCode, RetryPolicy } from './core/core.ts'
import { openRoom, type Pushed } from './deliver/deliver.ts'
import { openDestinations, type DestinationLimits, type Destinations, type PushObserver } from './destinations.ts'
import { openHolding, type Holding } from './holding.ts'
import type { Log } from './log.ts'
import type { Parties } from './party/party.ts'
import type { Pipeline } from './pipeline.ts'
import { openCandidates, sharesOf } from './sharing.ts'
import type { Finish, PushClaimed, PushVerbs, Store } from './store/store.ts'
import { soleTenures, type Tenures } from './tenures.ts'

export type { PushObserver } from './destinations.ts'

export interface Pusher extends Pick<Destinations, 'leftAlone'> {
  /** Something is to be pushed to these, or to nobody knows whom: look now instead of at the next poll. Where another process pushes to one of them, that is told. */
  wake (targets?: readonly PartyCode[]): void
  /** Takes of these what falls to this process. @returns those that are its own to bring something to. @throws StoreFailure */
  own (wanted: readonly PartyCode[]): Promise<readonly PartyCode[]>
  /** What else was brought to a destination, and how that ended: it tells as much of it as a push. @returns since when it has been failing, where it answers nobody now; else null */
  heard (to: PartyCode, result: Pushed): Instant | null
  /** Claims nothing more, breaks off what is under way and hands all of it back at once; what was taken before is recorded. Never throws. */
  stop (): Promise<void>
}

/** In all, to all destinations together. */
export interface PushLimits { readonly at_once_max: number, readonly bytes_max: number }

interface Options {
  readonly store: Pick<Store, 'renew' | 'release' | 'finish' | 'tell'> & Pick<PushVerbs, 'pushTargets' | 'claimPush' | 'giveUp' | 'destinations' | 'keepDestination'>
  readonly pipeline: Pick<Pipeline, 'push'>
  readonly parties: Pick<Parties, 'party' | 'refresh'>
  readonly clock: Clock
  readonly log: Pick<Log, 'error' | 'warn' | 'info'>
  readonly observer: PushObserver
  readonly lease_ms: number
  readonly poll_ms: number
  readonly limits: PushLimits
  /** Of one destination, where the register says nothing else. */
  readonly destination: DestinationLimits
  readonly retry: RetryPolicy
  /** Which of several processes pushes to a destination; absent: there is only this one. */
  readonly tenures?: Tenures
}

/** What was never tried is given up so many at a time: others have their turn between. */
const given_up_at_once = 100
/** What is broken off gets so long to end: whoever does not is handed back all the same. */
const ending_ms = 1_000

/** Gives up what waited too long for destinations that answer nobody, one batch after the other. */
function openGivingUp ({ store, clock, log }: Options, { kept }: Pick<Destinations, 'kept'>, { held }: Holding, stop: AbortSignal): { begin (to: PartyCode, failing_since: Instant): void, ended (): Promise<void> } {
  const busy = new Set<PartyCode>()
  let last = Promise.resolve()
  const all = async (to: PartyCode, failing_since: Instant): Promise<void> => {
    // What was never tried is told the destination's own reason, so that is written down before.
    await kept()
    const more = async (): Promise<boolean> => {
      const under = held(to)
      return under !== undefined && await store.giveUp(to, failing_since, given_up_at_once, clock.now(), under) === given_up_at_once
    }
    while (!stop.aborted && clock.doubted?.() !== true && await more()) await turn()
  }
  return {
    begin (to, failing_since) {
      if (busy.has(to)) return
      busy.add(to)
      last = last.then(() => all(to, failing_since)).catch(error => { log.error({ err: error, party: to }, 'what waited too long could not be given up; it will be at the next failure') }).finally(() => { busy.delete(to) })
    },
    ended: async () => { await last }
  }
}

/** Pushes under way, and how they end. */
interface Pushes {
  begin (claimed: PushClaimed): void
  heard: Pusher['heard']
  underWay (): number
  /** What is under way stays ours, however the clock runs. @throws StoreFailure */
  keep (): Promise<void>
  /** Nothing is recorded after the work was handed back. Never throws. */
  end (): Promise<void>
}

/** @param ended told of every push, however it ended: there is a place for another @param stop breaks them off */
function openPushes (options: Options, destinations: Destinations, holding: Holding, ended: (to: PartyCode) => void, stop: AbortSignal): Pushes {
  const { store, clock, log, lease_ms, observer } = options
  const books = openBooks<PushClaimed>()
  const room = openRoom(options.limits.bytes_max)
  const givingUp = openGivingUp(options, destinations, holding, stop)
  const results = openResults({ ...options, books, changed: () => {}, stop })
  const leases = keepLeases({ books, store, clock, lease_ms, onError: error => { log.error({ err: error }, 'leases could not be renewed') } })
  const running = new Set<Promise<void>>()
  let closed = false

  /** While stopping, a failure may be the stopping's own doing: it is not counted, and the work handed back. */
  const counts = ({ outcome: { kind } }: Finish): boolean => !closed && !((kind === 'later' || kind === 'dead') && stop.aborted)

  const heard = (to: PartyCode, result: Pushed): Instant | null => {
    const failing_since = destinations.heard(to, result)
    if (failing_since !== null && result.kind === 'failed') givingUp.begin(to, failing_since)
    return failing_since
  }

  const pushed = (to: PartyCode, result: Pushed, began: number): boolean => {
    observer.pushed(to, result.kind, result.kind === 'accepted' ? null : result.reason.replace(/\..*/, ''), performance.now() - began)
    return heard(to, result) !== null
  }

  /** What waited for room until its destination was left alone was not tried. */
  const handBack = async (claimed: PushClaimed): Promise<void> => {
    books.strike(claimed)
    await store.release([claimed])
  }

  const workOn = async (claimed: PushClaimed): Promise<void> => {
    const { receiver, size_bytes } = claimed.envelope
    const leave = await room.enter(receiver, size_bytes, stop)
    try {
      if (stop.aborted || books.find(claimed) === undefined) return
      if (destinations.leftAlone(receiver)) return await handBack(claimed)
      const began = performance.now()
      const finish = await options.pipeline.push(claimed, stop, result => pushed(receiver, result, began))
      if (counts(finish)) await results.add(finish)
    } finally { leave() }
  }

  /** While stopping it is broken off, and stays in the books to be handed back. */
  const unforeseen = (error: unknown, claimed: PushClaimed): void => {
    if (stop.aborted) return
    log.error({ err: error, message: claimed.envelope.id }, 'a push failed unexpectedly; its lease will pass')
    books.strike(claimed)
  }

  return {
    begin (claimed) {
      books.enter(claimed)
      const work = workOn(claimed).catch(error => { unforeseen(error, claimed) }).finally(() => { running.delete(work); ended(claimed.envelope.receiver) })
      running.add(work)
    },
    heard,
    underWay: () => running.size,
    keep: leases.keep,
    async end () {
      leases.end()
      await Promise.race([Promise.all(running), pause(ending_ms, undefined, { ref: false })])
      await results.recorded()
      closed = true
      await store.release(books.claims()).catch(error => { log.error({ err: error }, 'work could not be handed back; its leases will pass') })
      await givingUp.ended()
    }
  }
}

/** @throws StoreFailure when it cannot be read what is known of destinations */
export async function startPusher (options: Options): Promise<Pusher> {
  const { store, parties, clock, log, lease_ms, limits, tenures = soleTenures } = options
  const stopping = new AbortController()
  const bell = openBell(options.poll_ms)
  const candidates = openCandidates(options, bell.ring)
  const holding: Holding = openHolding({ tenures, store, destinations: () => destinations })
  const destinations = openDestinations({ ...options, held: holding.held, limits: options.destination, silence_ms_max: Math.max(options.retry.longest_ms, options.destination.breaker.open_ms) }, (await store.destinations()).filter(it => holding.held(it.party) !== undefined))
  const pushes = openPushes(options, destinations, holding, to => { destinations.ended(to); candidates.all.add(to); bell.ring() }, stopping.signal)

  /** What is claimed in full may have more. @throws StoreFailure */
  const claim = async ([to, count]: readonly [PartyCode, number]): Promise<number> => {
    candidates.all.delete(to)
    const under = holding.held(to)
    if (under === undefined) return 0
    const claims = await store.claimPush(to, count, lease_ms, clock.now(), under)
    if (claims.length === count) candidates.all.add(to)
    destinations.begun(to, claims.length)
    for (const claimed of claims) pushes.begin(claimed)
    return claims.length
  }

  /** @returns whether somebody waits for a place that there is: who was asked had less than he might have */
  const round = async (): Promise<boolean> => {
    await parties.refresh()
    await pushes.keep()
    if (await candidates.look()) for (const to of await destinations.look()) candidates.all.add(to)
    await holding.pass()
    const asked = [...candidates.all]
    const own = await holding.take(asked)
    // For what is another's that one asks.
    for (const to of asked) if (!holding.open(to)) candidates.all.delete(to)
    const { given, waiting } = sharesOf(own, destinations, limits.at_once_max - pushes.underWay())
    const claims = await Promise.allSettled(given.map(claim))
    // Where the storage fails it fails for all of them, and one line says so.
    const failure = claims.find(it => it.status === 'rejected')
    if (failure !== undefined) log.error({ err: failure.reason }, 'cannot claim')
    return waiting && pushes.underWay() < limits.at_once_max && claims.some(it => it.status === 'fulfilled' && it.value > 0)
  }

  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const again = await round().catch(error => { log.error({ err: error }, 'cannot look for what is to be pushed'); return false })
      if (!again) await bell.wait()
    }
  }
  const looping = loop()
  tenures.onTurn(() => { candidates.wakeAll(); bell.ring() })

  return {
    wake (targets) {
      if (targets === undefined) candidates.wakeAll()
      else for (const to of targets) candidates.all.add(to)
      if (targets?.every(holding.open) === false) store.tell('push')
      bell.ring()
    },
    leftAlone: destinations.leftAlone,
    own: holding.take,
    heard: pushes.heard,
    async stop () {
      stopping.abort(new Error('stopping'))
      bell.ring()
      await looping
      await tenures.retire()
      await pushes.end()
      await destinations.kept()
      await holding.end()
    }
  }
}
