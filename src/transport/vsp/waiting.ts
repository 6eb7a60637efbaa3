/** What waits for the parties of an account, oldest first: one queue out of their mailboxes. */
import type { StoredMessage, View } from '../../store/store.ts'

/** A message, and in whose mailbox it lies. */
export interface Waiting { readonly view: View, readonly message: StoredMessage }

/**
 * Each mailbox keeps its own order; of those that are first in theirs, the one that was received first goes first.
 * @returns the first `limit` of all
 */
export function merged (mailboxes: ReadonlyArray<readonly Waiting[]>, limit: number): readonly Waiting[] {
  const queues = mailboxes.map(its => ({ its, at: 0 }))
  const queue: Waiting[] = []
  while (queue.length < limit) {
    const [first, ...others] = queues.filter(it => it.at < it.its.length)
    if (first === undefined) break
    const received = (it: typeof first): number => it.its[it.at]?.message.received ?? Infinity
    const next = others.reduce((best, it) => received(it) < received(best) ? it : best, first)
    const waiting = next.its[next.at++]
    if (waiting !== undefined) queue.push(waiting)
  }
  return queue
}
