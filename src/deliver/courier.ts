/** Pushes one message to the endpoint of its receiver, and says in one code what became of it. */
import type { Clock } from '../core/core.ts'
import type { Parcel, PushConnection } from '../store/store.ts'

/**
 * What became of one push. accepted: the other side has it. refused: it will not take this message, now or later. failed:
 * no answer, or one that says "later"; it says something about the destination. busy: the destination is well and asks us
 * to wait. `reason` is a code of ours (`reasons`), never a text of the other side's; `retry_after_ms`: how long it asked us to wait.
 */
export type Pushed =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused', readonly reason: string }
  | { readonly kind: 'failed', readonly reason: string, readonly retry_after_ms: number | null }
  | { readonly kind: 'busy', readonly reason: string, readonly retry_after_ms: number | null }

export interface Courier {
  /**
   * @param attempt from 1, told to the other side
   * @throws only what `signal` was aborted with, when it was; whether the other side has the message is not known then
   */
  push (to: PushConnection, parcel: Parcel, attempt: number, signal: AbortSignal): Promise<Pushed>
  /** Ends all connections; what is under way fails. */
  close (): Promise<void>
}

/** A key in the clear and its certificate with the chain below it, as PEM. */
export interface OwnPair { readonly key: string, readonly cert: string }

/** An address a name resolves to. */
export interface Address { readonly address: string, readonly family: 4 | 6 }

export interface CourierOptions {
  /** By what the gateway is known now; asked at every push. */
  readonly identity: () => OwnPair
  /** Authorities (PEM) by which endpoints are believed whose connection names none of its own; null: those Node brings. */
  readonly ca: string | null
  readonly ports: readonly number[]
  /** CIDRs that may be reached although they are not on the public internet. */
  readonly networks: readonly string[]
  /** Time one push may take from its first byte to the other side's answer, where the connection does not say. */
  readonly ms_max: number
  readonly connect_ms_max: number
  /** Connections to one endpoint, where the connection does not say. */
  readonly at_once_max?: number
  readonly clock?: Clock
  /** All addresses of a name, in order of preference; rejects when it has none. Default: as the machine resolves names. */
  readonly lookup?: (name: string) => Promise<readonly Address[]>
}
