/** How large a payload can be that still goes in a Di01 or Du01. */

/** Of an envelope with nothing in it, as the published example is written; ours is smaller. */
const envelope_bytes = 1_090

/** @param bytes_max of the largest Di01 or Du01 @returns of the largest payload: 18,749,181 of 25,000,000 */
export const largestPayload = (bytes_max: number): number => Math.max(0, Math.floor((bytes_max - envelope_bytes) / 4) * 3)
