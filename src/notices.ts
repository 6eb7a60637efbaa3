/** Who brings notices (Fo01) to the parties they are for: one after another each, a few parties at once, until each is taken or given up. */
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises'
import { patient, pushed, type Tried } from './acknowledge/acknowledge.ts'
import { openBell } from './bell.ts'
import { keepLeases, openBooks } from './books.ts'
import type { Clock, Instant, PartyCode } from './core/core.ts'
import type { Courier } from './deliver/deliver.ts'
import type { Log } from './log.ts'
import type { Parties } from './party/party.ts'
import type { Pusher } from './pusher.ts'
import { ggkConnection } from './route/route.ts'
import { StoreFailure, type NoticeClaimed, type NoticeVerbs } from './store/store.ts'

export interface Notices {
  /** One was made, or put back on its way: look now instead of at the next poll. */
  wake (): void
  /** Claims nothing more, breaks off what is under way and hands it back at once; what was taken before is recorded. Never throws. */
  stop (): Promise<void>
}

interface Options {
  readonly store: NoticeVerbs
  readonly courier: Pick<Courier, 'tell'>
  readonly parties: Pick<Parties, 'party' | 'refresh'>
  /** The one who knows whether an endpoint answers: what is pushed there shares its breaker. */
  readonly destinations: Pick<Pusher, 'leftAlone' | 'heard' | 'own'>
  readonly clock: Clock
  readonly log: Pick<Log, 'error' | 'warn'>
  readonly lease_ms: number
  readonly poll_ms: number
  /** 0 to 1: spreads tries that failed together. */
  readonly random: () => number
}

/** Parties that are told something at once. */
const parties_max = 8
/** What was never tried is given up so many at a time: others have their turn between. */
const given_up_at_once = 100
/** After so long it is tried again to record what the storage could not take. */
const again_ms = 500
/** What is broken off gets so long to end: whoever does not is handed back all the same. */
const ending_ms = 1_000

/** @returns what brings one claimed notice to its party, and records how that ended */
function openTeller ({ store, courier, parties, destinations, clock, log, random }: Options, stop: AbortSignal): (claimed: NoticeClaimed) => Promise<void> {
  async function told (claimed: NoticeClaimed): Promise<Tried> {
    const { target, delivery, fence } = claimed
    const party = parties.party(target, clock.now())
    const connection = party === null ? null : ggkConnection(party)
    if (connection === null) return { delivery, fence, outcome: { kind: 'dead', class: 'functional', reason: 'no_ggk' } }
    const result = patient(await courier.tell(connection, claimed.body, claimed.attempt, stop), claimed.policy)
    const failing_since = destinations.heard(target, result)
    if (failing_since !== null && result.kind === 'failed') await giveUp(target, failing_since)
    return pushed(claimed, result, failing_since !== null, clock, random())
  }

  async function giveUp (target: PartyCode, failing_since: Instant): Promise<void> {
    while (!stop.aborted && clock.doubted?.() !== true && await store.giveUpNotices(target, failing_since, given_up_at_once, clock.now()) === given_up_at_once) await turn()
  }

  /** Under its lease until it can be recorded: what was taken must not go out again for want of that. @throws StoreFailure while stopping */
  async function record (tried: Tried): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await store.finishNotice(tried, clock.now())
        return
      } catch (error) {
        if (stop.aborted || !(error instanceof StoreFailure)) throw error
        if (tries === 1) log.error({ err: error }, 'how a notice ended could not be recorded; that is tried again until it can')
      }
      await pause(again_ms, undefined, { signal: stop }).catch(() => {})
    }
  }

  return async claimed => {
    const tried = await told(claimed)
    // While stopping, a failure may be the stopping's own doing.
    if (stop.aborted && tried.outcome.kind !== 'delivered') stop.throwIfAborted()
    await record(tried)
    if (tried.outcome.kind === 'dead') log.warn({ party: claimed.target, notice: claimed.id, reason: tried.outcome.reason }, 'a party could not be told by Fo01 what is wrong with its message: zorgpoort notices')
  }
}

/** Begins at once to bring what is due. */
export function startNotices (options: Options): Notices {
  const { store, parties, destinations, clock, log, lease_ms } = options
  const stopping = new AbortController()
  const bell = openBell(options.poll_ms)
  const books = openBooks<NoticeClaimed>()
  const leases = keepLeases({ books, store: { renew: store.renewNotice }, clock, lease_ms, onError: error => { log.error({ err: error }, 'leases of notices could not be renewed') } })
  const tell = openTeller(options, stopping.signal)
  const busy = new Map<PartyCode, Promise<void>>()

  /** While stopping it stays in the books, to be handed back. @returns whether there may be more for this party at once */
  const one = async (target: PartyCode): Promise<boolean> => {
    const claimed = await store.claimNotice(target, lease_ms, clock.now())
    if (claimed === null) return false
    books.enter(claimed)
    await tell(claimed).finally(() => { if (!stopping.signal.aborted) books.strike(claimed) })
    books.strike(claimed)
    return true
  }

  const unforeseen = (error: unknown, party: PartyCode): boolean => {
    if (!stopping.signal.aborted) log.error({ err: error, party }, 'a notice failed unexpectedly; its lease will pass')
    return false
  }

  const begin = (target: PartyCode): void => {
    const work = one(target).catch(error => unforeseen(error, target)).then(more => {
      busy.delete(target)
      if (more) bell.ring()
    })
    busy.set(target, work)
  }

  /** Who has waited longest comes first. */
  const round = async (): Promise<void> => {
    await parties.refresh()
    await leases.keep()
    const now = clock.now()
    const waiting = (await store.noticeTargets()).filter(it => it.due <= now && !busy.has(it.target))
    const own = new Set(await destinations.own(waiting.map(it => it.target)))
    const due = waiting.filter(it => own.has(it.target) && !destinations.leftAlone(it.target))
    for (const { target } of due.toSorted((a, b) => a.due - b.due).slice(0, parties_max - busy.size)) begin(target)
  }

  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await round().catch(error => { log.error({ err: error }, 'cannot look for notices') })
      await bell.wait()
    }
  }
  const looping = loop()

  return {
    wake: bell.ring,
    async stop () {
      stopping.abort(new Error('stopping'))
      bell.ring()
      await looping
      leases.end()
      await Promise.race([Promise.all(busy.values()), pause(ending_ms, undefined, { ref: false })])
      await store.releaseNotices(books.claims()).catch(error => { log.error({ err: error }, 'notices could not be handed back; their leases will pass') })
    }
  }
}
