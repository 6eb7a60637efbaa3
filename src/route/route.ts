/** Where a message goes: from its envelope and the receiver's connections, nothing else. */
import type { PartyCode, RetryPolicies, RetryPolicy } from '../core/core.ts'
import type { CalledConnection, Connection, Envelope, GgkConnection, Party } from '../store/store.ts'

/** mailbox: the receiver fetches it. push: it is brought to the receiver's own endpoint, and may be fetched meanwhile. none: the receiver is no longer connected, and why. */
export type Route = { readonly kind: 'mailbox' } | { readonly kind: 'push', readonly connection: CalledConnection } | { readonly kind: 'none', readonly reason: string }

interface Doors { readonly connections: readonly Connection[] }
/** @returns the endpoint of its own on which a party is called, of whatever door; null where it has none */
export const pushConnection = ({ connections }: Doors): CalledConnection | null => connections.find(it => it.door === 'rest-push' || it.door === 'ggk') ?? null

/** @returns where a party takes Di01, Du01 and Fo01; null where it does not */
export const ggkConnection = ({ connections }: Doors): GgkConnection | null => connections.find(it => it.door === 'ggk') ?? null

/** @returns when what is pushed to a party is tried again and given up: as its endpoint's own settings say, or as usual */
export const retryOf = (receiver: Doors | null, usual: RetryPolicy): RetryPolicy =>
  (receiver === null ? null : pushConnection(receiver))?.retry ?? usual

/** @returns the same for each of these parties */
export const retriesOf = (parties: ReadonlyArray<Doors & { readonly code: PartyCode }>, usual: RetryPolicy): RetryPolicies =>
  ({ usual, own: new Map(parties.map(it => [it.code, retryOf(it, usual)])) })

/**
 * @param receiver as the register knows it now; it may have left since the message was accepted
 * @returns the way to the receiver
 */
export function route (envelope: Pick<Envelope, 'family'>, receiver: Party | null): Route {
  if (receiver === null) return { kind: 'none', reason: 'receiver_left' }
  if (!receiver.families.includes(envelope.family)) return { kind: 'none', reason: 'receiver_left_family' }
  const connection = pushConnection(receiver)
  if (connection !== null) return { kind: 'push', connection }
  const inbound = receiver.connections.some(it => it.direction !== 'out')
  return inbound ? { kind: 'mailbox' } : { kind: 'none', reason: 'receiver_has_no_door' }
}
