/** The points at which a gateway is struck, between taking a message in and marking it delivered. */

/**
 * Struck inside the gateway. accepting, ending, marking: inside the transaction, all its statements done and nothing committed.
 * The other half of each pair: right after the commit, before anybody was told.
 */
export const within = ['accepting', 'accepted', 'taken', 'ending', 'ended', 'claimed', 'answered', 'marking', 'marked'] as const
/** Struck likewise where a door of the chain writes down what it refused (keeping, kept), and where a receiver says that it cannot use a message. */
export const atDoors = ['keeping', 'kept', 'disowning', 'disowned'] as const
export type AtDoor = typeof atDoors[number]
export type Within = typeof within[number] | AtDoor

/** Struck by the receiver: before it got a byte of the request, with half of its body, with all of it and nothing answered. */
export const outside = ['connected', 'half', 'whole'] as const
export type Outside = typeof outside[number]

export type Point = Within | Outside
