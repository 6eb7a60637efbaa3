/** The points at which a gateway is struck, between taking a message in and marking it delivered. */

/**
 * Struck inside the gateway, in the order of a message's way; those named in -ing but arriving and judging inside the transaction, all its statements done and nothing committed.
 * arriving: it was judged at the door and nothing is stored. accepted: stored, and nobody was told. taken: claimed for its handler. judging: what that found is not recorded.
 * ended: it is recorded, and nobody was told. claimed: to be pushed. answered: its receiver took it, and that is not recorded. marked: it is.
 */
export const within = ['arriving', 'accepting', 'accepted', 'taken', 'judging', 'ending', 'ended', 'claimed', 'answered', 'marking', 'marked'] as const
/** Struck while a receiver acknowledges what lies in its mailbox: before it is looked at, inside the transaction, and when it is committed and not answered. */
export const atMailbox = ['fetched', 'acknowledging', 'acknowledged'] as const
export type AtMailbox = typeof atMailbox[number]
/** Struck likewise where a door of the chain writes down what it refused (keeping, kept), and where a receiver says that it cannot use a message. */
export const atDoors = ['keeping', 'kept', 'disowning', 'disowned'] as const
export type AtDoor = typeof atDoors[number]
export type Within = typeof within[number] | AtMailbox | AtDoor

/** Struck by the receiver: before it got a byte of the request, with half of its body, with all of it and nothing answered. */
export const outside = ['connected', 'half', 'whole'] as const
export type Outside = typeof outside[number]

export type Point = Within | Outside
/** All between taking a message in and its end, however it gets there. */
export const points: readonly Point[] = [...within, ...outside, ...atMailbox]
