/** The three closed columns of a message's state, and what each value means. */

/** refused: 4xx at the door, no receipt. rejected: stored, its retour says no. accepted: stored and forwarded. */
export const verdicts = ['refused', 'rejected', 'accepted'] as const
export type Verdict = typeof verdicts[number]

/**
 * none: nothing to deliver. held: waits for a handler or a person. waiting: the worker will take it.
 * offered: in the receiver's mailbox, or a push is under way. delivered: acknowledged. dead: given up, with a reason.
 */
export const deliveries = ['none', 'held', 'waiting', 'offered', 'delivered', 'dead'] as const
export type Delivery = typeof deliveries[number]

/** none: no answer belongs to this message. awaited: its retour or 325 is due. answered: it came. */
export const answers = ['none', 'awaited', 'answered'] as const
export type Answer = typeof answers[number]

/** How far a message is judged before its receiver gets it. schema: level 1. content: levels 1 and 2. full: all four. */
export const judgingLevels = ['schema', 'content', 'full'] as const
export type JudgingLevel = typeof judgingLevels[number]

/**
 * What became of a member of a batch. waiting: its turn has not come. accepted, rejected: stored, with that verdict.
 * duplicate: the same bytes came before. refused: not taken, with a code. failed: given up, through no fault of the message.
 */
export const memberStates = ['waiting', 'accepted', 'duplicate', 'rejected', 'refused', 'failed'] as const
export type MemberState = typeof memberStates[number]

/**
 * Why a message was given up. functional: its receiver, a person or a rule said no, or there is nobody to bring it to.
 * transient: every try failed until the policy's time was up. partner_down: the same, and its destination answered nobody.
 */
export const deadClasses = ['functional', 'transient', 'partner_down'] as const
export type DeadClass = typeof deadClasses[number]

/** closed: all goes on. open: left alone until a moment. half_open: a few tries show whether it is back. */
export const breakerStates = ['closed', 'open', 'half_open'] as const
export type BreakerState = typeof breakerStates[number]

/** open: somebody must decide. done, refused: somebody did. */
export const taskStates = ['open', 'done', 'refused'] as const
export type TaskState = typeof taskStates[number]

/** The doors by which a message comes in or goes out. */
export const doors = ['rest', 'mailbox', 'ggk', 'vsp', 'gateway'] as const
export type Door = typeof doors[number]

/** @throws always; the end of a switch over a closed table, which the compiler proves unreachable */
export function never (value: never): never {
  throw new Error(`unreachable: ${String(value)}`)
}
