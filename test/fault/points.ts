/** The points at which a gateway is struck, between taking a message in and marking it delivered. */

/**
 * Struck inside the gateway. accepting, ending, marking: inside the transaction, all its statements done and nothing committed.
 * The other half of each pair: right after the commit, before anybody was told.
 */
export const within = ['accepting', 'accepted', 'taken', 'ending', 'ended', 'claimed', 'answered', 'marking', 'marked'] as const
export type Within = typeof within[number]

/** Struck by the receiver: before it got a byte of the request, with half of its body, with all of it and nothing answered. */
export const outside = ['connected', 'half', 'whole'] as const
export type Outside = typeof outside[number]

export type Point = Within | Outside
