/** When a transient failure is tried again, when that ends, and when a destination is left in peace. */

/** Tried again after `first_ms`, doubling up to `longest_ms` between two tries, and given up `total_ms` after the first failure. */
export interface RetryPolicy { readonly first_ms: number, readonly longest_ms: number, readonly total_ms: number }

/** After so many failures in a row a destination is left alone for `open_ms`; then so many tries must succeed before all goes on. */
export interface BreakerPolicy { readonly failures: number, readonly open_ms: number, readonly probes: number }
