/** Pushing to destinations, in verbs of the domain. A destination is a party that has an endpoint of its own. */
import type { BreakerState, Instant, MessageId, PartyCode, RetryPolicy } from '../core/core.ts'
import type { Numbers, WireTold } from './arriving.ts'
import type { Decided } from './deciding.ts'
import type { Held } from './tenure.ts'
import type { Claimed, StoredMessage } from './verbs.ts'

/** A push under a lease. Its policy is that of the moment it became work: a later change of settings does not touch it. */
export interface PushClaimed extends Claimed {
  readonly policy: RetryPolicy
  /** Since when it could have been pushed. */
  readonly since: Instant
}

/** Everything that is pushed of a message. `receipt`: its exact bytes, without which nobody can hold the seal to it. */
export interface Parcel {
  readonly message: StoredMessage
  readonly payload: Uint8Array
  readonly seal: Uint8Array
  readonly receipt: Uint8Array
  /** By which its receiver knows it. */
  readonly numbers: Numbers
  /** What its sender's envelope told; null where it came by no door of the chain. */
  readonly told: WireTold | null
}

/** What is known of a destination, kept so that a restart does not forget that it is down. */
export interface Destination {
  readonly party: PartyCode
  readonly state: BreakerState
  /** In a row, of whatever message. */
  readonly failures: number
  /** Since when nothing has succeeded; null while it answers. */
  readonly failing_since: Instant | null
  /** Until when it is left alone; null when it is not. */
  readonly open_until: Instant | null
  /** Code of the last failure; null while it answers. */
  readonly reason: string | null
}

/** `held`: under what a process of several works on the destination; where it has that no longer, nothing changes. Absent or null: it is alone here. */
export interface PushVerbs {
  /** Destinations with work that may be claimed now, each with since when; cheap also beside a million waiting, or done. */
  pushTargets (now: Instant): Promise<ReadonlyArray<{ readonly target: PartyCode, readonly due: Instant }>>
  /** Takes up to `limit` due pushes to one destination, oldest first, at most one of each order key. */
  claimPush (target: PartyCode, limit: number, lease_ms: number, now: Instant, held?: Held | null): Promise<PushClaimed[]>
  /** @returns null when its payload is gone */
  parcel (id: MessageId): Promise<Parcel | null>
  /**
   * Gives up what waited longer than its policy for a destination that has been down since `failing_since`: dead, partner_down.
   * @returns how many; as long as it is `limit` there may be more
   */
  giveUp (target: PartyCode, failing_since: Instant, limit: number, now: Instant, held?: Held | null): Promise<number>
  destinations (): Promise<readonly Destination[]>
  keepDestination (it: Destination, held?: Held | null): Promise<void>
  /** Frees every lease: for a gateway that alone serves this database, when it starts. @returns how many there were */
  freeLeases (): Promise<number>
}

/** What a person does about a destination. */
export interface DestinationVerbs {
  /**
   * A person wants it tried now: it is no longer left alone, what failed there before is due at once (up to 1,000, soonest due
   * first), and that is written down. It changes nothing about when anything is given up.
   * @returns until when it would have been left alone, null when it was not; and how many pushes were brought forward
   */
  tryDestination (party: PartyCode, decided: Decided): Promise<{ readonly left_until: Instant | null, readonly hurried: number }>
}
