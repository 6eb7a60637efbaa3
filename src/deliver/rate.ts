/** How many pushes may begin within a minute. Pure: a bucket goes in, a bucket comes out. */
import type { Instant } from '../core/core.ts'

/** What may begin at once, as it was at a moment. */
export interface Bucket { readonly left: number, readonly at: Instant }

const minute_ms = 60_000
/** A tenth of a minute's number may begin at once; the rest comes back so slowly that no minute sees more than its number. */
const burst = (per_minute: number): number => Math.max(1, Math.floor(per_minute / 10))

/** @returns a bucket that is full */
export const fullBucket = (per_minute: number, now: Instant): Bucket => ({ left: burst(per_minute), at: now })

/** @returns the same at this moment; a clock that was set back gives nothing and takes nothing */
export function bucketAt ({ left, at }: Bucket, per_minute: number, now: Instant): Bucket {
  const back = Math.max(0, now - at) * (per_minute - burst(per_minute) + 1) / minute_ms
  return { left: Math.min(burst(per_minute), left + back), at: now }
}

/** @returns how many may begin now, as a whole number */
export const mayBegin = (bucket: Bucket): number => Math.max(0, Math.floor(bucket.left))

/** @returns the bucket after so many have begun */
export const taken = (bucket: Bucket, count: number): Bucket => ({ ...bucket, left: bucket.left - count })
