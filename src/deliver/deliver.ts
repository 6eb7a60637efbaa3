/** Bring a message to where it was routed. A mailbox is the store itself: to deliver is to offer. */
import { never } from '../core/core.ts'
import type { Route } from '../route/route.ts'

export { after, breakerAt, mayTry, restored, unknown, type Breaker } from './breaker.ts'
export type { Address, Courier, CourierOptions, OwnPair, Pushed } from './courier.ts'
export { bucketAt, fullBucket, mayBegin, taken, type Bucket } from './rate.ts'
export { openRoom, type Room } from './room.ts'

/** offered: the receiver can fetch it. undeliverable: no try will help (a functional failure). */
export type Delivered = { readonly kind: 'offered' } | { readonly kind: 'undeliverable', readonly reason: string }

/** @returns what became of it; transient failures are thrown and tried again */
export async function deliver (to: Route): Promise<Delivered> {
  switch (to.kind) {
    case 'mailbox': return { kind: 'offered' }
    case 'none': return { kind: 'undeliverable', reason: to.reason }
    default: return never(to)
  }
}
