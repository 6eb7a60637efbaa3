/** When a transient failure is tried again, when that ends, and when a destination is left in peace. */
import type { PartyCode } from './ids.ts'

/** Tried again after `first_ms`, doubling up to `longest_ms` between two tries, and given up `total_ms` after the first failure. */
export interface RetryPolicy { readonly first_ms: number, readonly longest_ms: number, readonly total_ms: number }
/** What holds for whom: a party's own policy, or the usual one. */
export interface RetryPolicies { readonly usual: RetryPolicy, readonly own?: ReadonlyMap<PartyCode, RetryPolicy> }
/** @returns by which policy is tried what goes to this party */
export const retryFor = ({ usual, own }: RetryPolicies, target: PartyCode): RetryPolicy => own?.get(target) ?? usual

/**
 * @param named how the caller's reader knows a member
 * @returns what is wrong with a policy, as a sentence; null when it can be kept
 */
export function retryFault ({ first_ms, longest_ms, total_ms }: RetryPolicy, named: (member: keyof RetryPolicy) => string): string | null {
  if (first_ms > longest_ms) return `${named('first_ms')} (${first_ms}) must not be more than ${named('longest_ms')} (${longest_ms})`
  return longest_ms > total_ms ? `${named('longest_ms')} (${longest_ms}) must not be more than ${named('total_ms')} (${total_ms})` : null
}

/** After so many failures in a row a destination is left alone for `open_ms`; then so many tries must succeed before all goes on. */
export interface BreakerPolicy { readonly failures: number, readonly open_ms: number, readonly probes: number }
