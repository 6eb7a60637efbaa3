/** What comes in by a door of the chain is taken once under its number: the same again gets the same answer, whatever came of it. */
import { messageId, Refusal, refusals, type Clock, type MessageId, type RefusalCode } from './core/core.ts'
import { openLanes } from './lanes.ts'
import type { Pipeline, Submitter } from './pipeline.ts'
import { harmless, harmlessWhy } from './refused.ts'
import type { Arrival, ArrivalKey, ArrivalOutcome, ArrivalVerbs, ChainDoor, Notice, Wire } from './store/store.ts'

/** A message at a door of the chain, whose envelope was read. */
export interface Arriving {
  readonly door: ChainDoor
  readonly payload: Uint8Array
  readonly by: Omit<Submitter, 'door' | 'wire'> & { readonly account: NonNullable<Submitter['account']>, readonly wire: Wire }
  /** What the door itself finds wrong with the envelope; then the payload is not looked at. */
  readonly wrong: Refusal | null
  /** @returns what its sender is to be told of a refusal; null where he looks it up himself */
  readonly notice: (refusal: Refusal) => Notice | null
}

/** `again`: it came before, and is answered as it was then. */
export interface Taken { readonly kind: 'stored' | 'refused' | 'again', readonly arrival: Arrival }

export interface Arrivals {
  /**
   * Takes in what came; what is returned is committed.
   * @throws Refusal ZP_NUMBER when its number is another message's, and any that is to be tried again later; then nothing was stored
   */
  take (arriving: Arriving): Promise<Taken>
}

interface Parts {
  readonly store: Pick<ArrivalVerbs, 'arrival' | 'keepArrival'>
  readonly receive: Pipeline['receive']
  readonly clock: Clock
  /** In test mode no text is kept that may be a real person's, of an envelope or of why it was refused. */
  readonly mode: 'test' | 'production'
  /** Told of every refusal that is not thrown. */
  readonly refused: (code: RefusalCode) => void
}

export function openArrivals (parts: Parts): Arrivals {
  const lane = openLanes()
  return {
    // Those of one number wait for each other: of two that come at once the second meets what became of the first.
    async take (arriving) {
      const { door, party, number } = keyOf(arriving)
      let taken: Promise<Taken> | null = null
      await lane(`${door} ${party} ${number}`, async () => { taken = take(parts, parts.mode === 'test' ? withoutPersons(arriving) : arriving); await taken })
      return await (taken ?? Promise.reject(new Error('a lane did not do its work')))
    }
  }
}

const keyOf = ({ door, by: { party, wire: { number } } }: Arriving): ArrivalKey => ({ door, party, number })

async function take (parts: Parts, arriving: Arriving): Promise<Taken> {
  const before = await parts.store.arrival(keyOf(arriving))
  return (before === null ? null : answered(before, arriving)) ?? await anew(parts, arriving)
}

function withoutPersons (arriving: Arriving): Arriving {
  const { by, by: { wire, wire: { told: { applicatie, referentieId, actie, ...versions } } } } = arriving
  return { ...arriving, by: { ...by, wire: { ...wire, told: { ...versions, applicatie: harmless(applicatie), referentieId: harmless(referentieId), actie: harmless(actie) } } } }
}

/** @returns the answer that stands, or null where it may be tried anew @throws Refusal ZP_NUMBER */
function answered (before: Arrival, { by: { wire } }: Arriving): Taken | null {
  const same = before.digest === wire.digest
  if (before.outcome.kind === 'stored' && !same) throw new Refusal('ZP_NUMBER')
  const stands = before.outcome.kind === 'stored' || (same && !before.outcome.told)
  return stands ? { kind: 'again', arrival: before } : null
}

async function anew (parts: Parts, arriving: Arriving): Promise<Taken> {
  const tried = await received(parts, arriving)
  if (!(tried instanceof Refusal)) return await (tried.duplicate ? kept(parts, arriving, { kind: 'stored', message: tried.message }, null) : stored(parts, arriving))
  if (tried.code === 'ZP_NUMBER') return await overtaken(parts, arriving)
  parts.refused(tried.code)
  const { code } = tried
  const { detail, findings } = parts.mode === 'test' ? harmlessWhy(tried) : tried
  const notice = arriving.notice(tried)
  return await kept(parts, arriving, { kind: 'refused', code, detail, findings, kept: tried.kept, told: notice === null }, notice)
}

/** @returns the message it became, or why it became none @throws what is to be tried again later */
async function received ({ receive }: Parts, { door, payload, by, wrong }: Arriving): Promise<{ readonly message: MessageId, readonly duplicate: boolean } | Refusal> {
  if (wrong !== null) return wrong
  try {
    const { id, duplicate } = await receive(payload, { ...by, door })
    return { message: messageId(id), duplicate }
  } catch (error) {
    if (error instanceof Refusal && refusals[error.code].retry !== 'later') return error
    throw error
  }
}

/** The transaction that stored the message wrote its arrival. */
async function stored ({ store }: Parts, arriving: Arriving): Promise<Taken> {
  const arrival = await store.arrival(keyOf(arriving))
  if (arrival === null) throw new Error('a message was stored without its number')
  return { kind: 'stored', arrival }
}

/** Writes down what its own transaction did not: a refusal, or that the message was there before, under another number. */
async function kept (parts: Parts, arriving: Arriving, outcome: ArrivalOutcome, notice: Notice | null): Promise<Taken> {
  const { conversatie, answers, digest, told } = arriving.by.wire
  const arrival: Arrival = { ...keyOf(arriving), conversatie, answers, digest, told, received: parts.clock.now(), outcome }
  if (!await parts.store.keepArrival(arrival, notice)) return await overtaken(parts, arriving)
  return outcome.kind === 'stored' ? await stored(parts, arriving) : { kind: 'refused', arrival }
}

/** Another process was first under this number. */
async function overtaken ({ store }: Parts, arriving: Arriving): Promise<Taken> {
  const first = await store.arrival(keyOf(arriving))
  const taken = first === null ? null : answered(first, arriving)
  if (taken === null) throw new Refusal('ZP_NUMBER')
  return taken
}
