/** Waits for messages in mailboxes: by their ids, whatever else lies there; one poll serves all who wait for the same party. */
import { pause, textIn, waitOf, type Reply } from './door.ts'

/** there: it lies in the mailbox. absent: not within its time. Else: why nobody can tell. */
export type Arrival = 'there' | 'absent' | { readonly status: number, readonly code: string }

export interface Mailboxes {
  /** @throws the error of a connection that cannot be made, or of an abort */
  arrives (party: string, id: string, timeout_ms: number): Promise<Arrival>
}
/** How a door shows what waits for a party: its oldest messages, `page_max` at most, each by the name that door has for it. */
export interface Looking {
  readonly page: (party: string) => Promise<Reply>
  /** Names of the messages of a page. */
  readonly in: (reply: Reply) => readonly string[]
  /** Whether one waits that is not on the page. */
  readonly has: (party: string, id: string) => Promise<boolean>
}

interface Waiter { readonly end: number, readonly tell: (arrival: Arrival) => void, readonly fail: (error: unknown) => void }
type Waiters = Map<string, Waiter>

/** A mailbox shows this many at most. */
export const page_max = 250
/** Polls come this close at first, and slower while nothing comes. */
const poll_ms = { first: 15, last: 250 } as const

export function openMailboxes (look: Looking, signal: AbortSignal): Mailboxes {
  const parties = new Map<string, Waiters>()

  const told = (waiters: Waiters, id: string, arrival: Arrival): void => {
    waiters.get(id)?.tell(arrival)
    waiters.delete(id)
  }
  /** Behind a full page older messages hide ours: then each is asked for by its id. */
  const lookUp = async (party: string, waiters: Waiters): Promise<void> => {
    for (const id of [...waiters.keys()]) if (await look.has(party, id)) told(waiters, id, 'there')
  }
  /** @returns how many were found */
  const poll = async (party: string, waiters: Waiters): Promise<number> => {
    const before = waiters.size
    const reply = await look.page(party)
    const wait_ms = waitOf(reply)
    if (wait_ms !== null) await pause(wait_ms, signal)
    else if (reply.status !== 200) for (const id of [...waiters.keys()]) told(waiters, id, { status: reply.status, code: textIn(reply.body, 'code') })
    else {
      const ids = look.in(reply)
      for (const id of ids) told(waiters, id, 'there')
      if (ids.length >= page_max) await lookUp(party, waiters)
    }
    return before - waiters.size
  }
  const watch = async (party: string, waiters: Waiters): Promise<void> => {
    let gap: number = poll_ms.first
    while (waiters.size > 0) {
      gap = await poll(party, waiters) > 0 ? poll_ms.first : Math.min(gap * 1.5, poll_ms.last)
      const now = performance.now()
      for (const [id, { end }] of [...waiters]) if (end <= now) told(waiters, id, 'absent')
      if (waiters.size > 0) await pause(gap, signal)
    }
    parties.delete(party)
  }
  const begin = (party: string): Waiters => {
    const waiters: Waiters = new Map()
    parties.set(party, waiters)
    // Those who wait are entered before the first poll.
    setImmediate(() => {
      watch(party, waiters).catch((error: unknown) => {
        parties.delete(party)
        for (const { fail } of waiters.values()) fail(error)
      })
    })
    return waiters
  }
  return {
    arrives: (party, id, timeout_ms) => new Promise((resolve, reject) => {
      const waiters = parties.get(party) ?? begin(party)
      waiters.set(id, { end: performance.now() + timeout_ms, tell: resolve, fail: reject })
    })
  }
}
