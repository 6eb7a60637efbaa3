/** The worker: claims due deliveries, lets the pipeline deal with them at its own pace, and hands back what it cannot end. */
import { setImmediate as turn } from 'node:timers/promises'
import { withheld } from './acknowledge/acknowledge.ts'
import { openBell } from './bell.ts'
import { keepLeases, openBooks, openResults } from './books.ts'
import type { Clock, PartyCode, RetryPolicy } from './core/core.ts'
import { openLanes } from './lanes.ts'
import type { Log } from './log.ts'
import type { Pipeline } from './pipeline.ts'
import type { Claimed, Envelope, Finish, Store } from './store/store.ts'

export interface Worker {
  /** Something was stored: look now instead of at the next poll. */
  wake (): void
  /** Whether it has all in hand that it may: what comes now is for another process, where there is one. */
  full (): boolean
  /** Claims nothing more, ends what ends by itself, hands the rest back at once. Never throws: what cannot be handed back is free when its lease has passed. */
  stop (): Promise<void>
}

interface Options {
  readonly store: Pick<Store, 'claim' | 'renew' | 'release' | 'finish'>
  readonly pipeline: Pick<Pipeline, 'work'>
  readonly clock: Clock
  readonly log: Pick<Log, 'error' | 'warn'>
  /** Leases are renewed while work goes on: this is how long the work of a gateway that died is nobody's. */
  readonly lease_ms: number
  /** So many are worked on at once; ten times as many are held, of which those of one pair wait for one another. */
  readonly claim_limit: number
  readonly poll_ms: number
  readonly retry: RetryPolicy
  /** Told when results are recorded: what was offered may be to push. @param targets where it is, the parties it is to be pushed to */
  readonly recorded?: (targets?: readonly PartyCode[]) => void
}

/** What is judged and found outdated so often in a row is put off for this long: its pair is busy, and others wait behind it. */
const rounds_max = 5
const outdated_ms = 1_000

/** Messages between two parties are judged against one another: what one brings is recorded before the next is looked at. */
const laneOf = ({ family, sender, receiver }: Envelope): string => [family, ...[sender, receiver].toSorted()].join('|')

/** What waits in its lane is not worked on: many messages of one pair, or slow ones, take no room from other pairs. */
const roomIn = (held: readonly Claimed[], limit: number): number =>
  Math.min(limit - new Set(held.map(it => laneOf(it.envelope))).size, 10 * limit - held.length)

/** @returns to whom what ended so is pushed from now on, with what was made of it */
function pushedTo ({ envelope }: Claimed, { outcome, caused = [] }: Finish): PartyCode[] {
  const pushes = (outcome.kind === 'offered' || outcome.kind === 'rejected') && outcome.push !== null && outcome.push !== undefined
  return [...pushes ? [envelope.receiver] : [], ...caused.flatMap(({ push, envelope: { receiver } }) => push === null || push === undefined ? [] : [receiver])]
}

export function startWorker (options: Options): Worker {
  const { store, pipeline, clock, log, lease_ms } = options
  const stopping = new AbortController()
  const books = openBooks()
  const bell = openBell(options.poll_ms)
  const inLane = openLanes()
  const results = openResults({ ...options, books, changed: () => { bell.ring(); options.recorded?.() } })
  const leases = keepLeases({ books, store, clock, lease_ms, onError: error => { log.error({ err: error }, 'leases could not be renewed') } })

  /** Nothing is recorded after the work was handed back. */
  let closed = false

  const begin = (claimed: Claimed): void => {
    books.enter(claimed)
    inLane(laneOf(claimed.envelope), () => workOn(claimed)).catch(error => {
      log.error({ err: error, message: claimed.envelope.id }, 'a delivery failed unexpectedly; its lease will pass')
      books.strike(claimed)
    })
  }

  /** What was judged against a history that is another by now is judged again at once, a few times: that is no failure. */
  const workOn = async (claimed: Claimed): Promise<void> => {
    for (let round = 1; !stopping.signal.aborted && books.find(claimed) !== undefined; round++) {
      const finish = await pipeline.work(claimed, stopping.signal)
      if (!counts(finish)) return
      const became = await results.add(finish)
      const targets = became === 'done' ? pushedTo(claimed, finish) : []
      if (targets.length > 0) options.recorded?.(targets)
      if (became !== 'outdated') return
      if (round >= rounds_max) await results.add(withheld(claimed, { kind: 'later', after_ms: outdated_ms, reason: 'history_changed' }, clock.now()))
    }
  }

  /** While stopping, a failure may be the stopping's own doing: it is not counted, and the work handed back. */
  const counts = ({ outcome: { kind } }: Finish): boolean => !closed && !((kind === 'later' || kind === 'dead') && stopping.signal.aborted)

  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const room = roomIn(books.claims(), options.claim_limit)
      const claims = room > 0 ? await store.claim(room, lease_ms, clock.now()).catch(error => { log.error({ err: error }, 'cannot claim'); return [] }) : []
      for (const claimed of claims) begin(claimed)
      if (claims.length === 0 || claims.length < room) await bell.wait()
    }
  }
  const running = loop()

  return {
    wake: bell.ring,
    full: () => roomIn(books.claims(), options.claim_limit) <= 0,
    async stop () {
      stopping.abort(new Error('stopping'))
      bell.ring()
      await running
      leases.end()
      await turn()
      await results.recorded()
      closed = true
      await store.release(books.claims()).catch(error => { log.error({ err: error }, 'work could not be handed back; its leases will pass') })
    }
  }
}
