/** What comes in by a door of the chain: its number, what became of it, and what its sender must still be told; in verbs of the domain. */
import type { AccountId, Finding, Instant, MessageId, PartyCode, RefusalCode, RetryPolicy, Sha256 } from '../core/core.ts'
import type { View } from './verbs.ts'

/** The doors of the chain: StUF-GGk for municipalities, VSP for providers. */
export type ChainDoor = 'ggk' | 'vsp'

/** Texts of a sender's envelope that are told on, or back to it. They are its own words: kept encrypted, never logged. Null where it gave none. */
export interface WireTold {
  readonly applicatie: string | null
  /** Four digits, as in the envelope. */
  readonly applicatieVersie: string | null
  readonly applicatieSubversie: string | null
  /** VSP: the sender's own reference, told to nobody but the sender. */
  readonly referentieId: string | null
  readonly actie: string | null
}
/** What a door of the chain says of a message besides its bytes. */
export interface Wire {
  /** Its sender's number: referentienummer (GGk) or traceerId (VSP), a UUID in lower case. */
  readonly number: string
  /** conversatieId, where the sender gave one that is not its number. */
  readonly conversatie: string | null
  /** The number of the message it answers, as its sender knows that: crossRefnummer or alsAntwoordOp. */
  readonly answers: string | null
  /** Of all that the envelope says and holds: tells a repeat from a reuse of the number. */
  readonly digest: Sha256
  /** What the envelope says of the payload: the two must agree (ZP_ENVELOPE_PAYLOAD). */
  readonly says: { readonly sender: string, readonly receiver: string, readonly type: string, readonly versie: number, readonly subversie: number }
  readonly told: WireTold
}

/** One number of a party by one door is one message. */
export interface ArrivalKey { readonly door: ChainDoor, readonly party: PartyCode, readonly number: string }
/** stored: it became this message (also one that was there before). refused: why, and under which id it was kept for correction; `told`: its sender has been told, so that the same again is a new try. */
export type ArrivalOutcome =
  | { readonly kind: 'stored', readonly message: MessageId }
  | { readonly kind: 'refused', readonly code: RefusalCode, readonly detail: string | null, readonly findings: readonly Finding[], readonly kept: MessageId | null, readonly told: boolean }
export interface Arrival extends ArrivalKey, Pick<Wire, 'conversatie' | 'answers' | 'digest' | 'told'> {
  readonly received: Instant
  readonly outcome: ArrivalOutcome
}
/** By which numbers one party knows a message: as its sender its own, else those of the gateway. */
export interface Numbers {
  readonly number: string
  readonly conversatie: string
  /** Of the message it answers. */
  readonly answers: string | null
}

export interface ArrivalVerbs {
  arrival (key: ArrivalKey): Promise<Arrival | null>
  /**
   * Writes down what became of what came in, with what its sender is told: a refusal; or that it was there before, under another number.
   * It takes the place of what was refused under its number, and of what its sender was still to be told of that. The same again changes nothing.
   * @returns false, and nothing is written, when another message was stored under that number by now, or the same from another envelope
   */
  keepArrival (arrival: Arrival, notice: Notice | null): Promise<boolean>
  /** What a party brought in itself under a number, or in a conversation; oldest first. */
  arrivals (party: PartyCode, asked: { readonly number: string } | { readonly conversatie: string }, limit: number): Promise<readonly Arrival[]>
  /** @returns for each message that is there */
  numbers (party: PartyCode, ids: readonly MessageId[]): Promise<ReadonlyMap<MessageId, Numbers>>
  /** @returns what its sender's envelope told; null where it came by no door of the chain, or that is forgotten */
  wireTold (id: MessageId): Promise<WireTold | null>
  /**
   * @param as on which side of it; `either` prefers what the party sent
   * @returns the message that the view's party knows by this number, as its sender or (once it was offered, also when it was given up since) its receiver
   */
  byNumber (view: View, number: string, as?: 'sender' | 'receiver' | 'either'): Promise<MessageId | null>
  /** @returns messages the view's party sent or was offered that it knows to be of this conversation, oldest first */
  conversation (view: View, conversatie: string, limit: number): Promise<readonly MessageId[]>
  /** @returns whether a message bears this as the gateway's referentienummer */
  numberTaken (number: string): Promise<boolean>
  /** @returns whether a conversation that others began, between themselves, bears this name */
  conversatieTaken (conversatie: string, party: PartyCode): Promise<boolean>
  /**
   * Its receiver says with an Fo01 that it cannot use a message that was brought to it: from then on that is dead (functional, with this
   * code), counts as not sent, and its sender sees the finding. The same again changes nothing.
   * @returns absent: not there, or not brought to this view's party; answered: it took it before and answered it
   */
  disown (view: View, id: MessageId, said: { readonly code: string, readonly finding: Finding }, account: AccountId, notice: Notice | null, now: Instant): Promise<'done' | 'absent' | 'answered'>
}

/** A message of the protocol (Fo01) on its way to one party, by the delivery policy. */
export interface Notice {
  readonly id: MessageId
  readonly target: PartyCode
  /** Code of the Fo01. */
  readonly code: string
  readonly made: Instant
  /** The exact bytes of the StUF message, the same at every try. */
  readonly body: Uint8Array
  readonly policy: RetryPolicy
}
