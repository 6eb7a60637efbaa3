/** Bring a message to where it was routed. A mailbox is the store itself: to deliver is to offer; what is pushed is offered too, and then work of another kind. */
import { never, type RetryPolicy } from '../core/core.ts'
import type { Route } from '../route/route.ts'

export { after, breakerAt, mayTry, restored, unknown, type Breaker } from './breaker.ts'
export { reachable } from './address.ts'
export { openCourier, type Courier, type CourierOptions, type OwnPair, type Pushed } from './courier.ts'
export type { Address } from './line.ts'
export { reasonFor, reasons, type Reason, type Side } from './reasons.ts'
export { bucketAt, fullBucket, mayBegin, taken, type Bucket } from './rate.ts'
export { openRoom, type Room } from './room.ts'

/** offered: the receiver can fetch it, and where `push` says how it is pushed from now on. undeliverable: no try will help (a functional failure). */
export type Delivered = { readonly kind: 'offered', readonly push: RetryPolicy | null } | { readonly kind: 'undeliverable', readonly reason: string }

/** @param retry when a push is tried again, where the endpoint's own settings do not say @returns what became of it */
export function deliver (to: Route, retry: RetryPolicy): Delivered {
  switch (to.kind) {
    case 'mailbox': return { kind: 'offered', push: null }
    case 'push': return { kind: 'offered', push: to.connection.retry ?? retry }
    case 'none': return { kind: 'undeliverable', reason: to.reason }
    default: return never(to)
  }
}
