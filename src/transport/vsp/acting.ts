/** For which parties a request acts: all of its account, or the one it names. */
import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../core/core.ts'
import type { StoredMessage, View } from '../../store/store.ts'
import { actsNot, partyAsked } from '../door/door.ts'
import type { VspParts } from './parts.ts'

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** @returns a number as it is kept, in lower case; null for what is no UUID */
export function numberOf (text: string): string | null {
  const number = text.toLowerCase()
  return uuid.test(number) ? number : null
}

/**
 * Asked anew at every request: a mandate counts at the moment it is used.
 * @returns what the account that is asking sees of each party it acts for, or of the one it names
 * @throws Refusal ZP_ACCOUNT_ROLE when it acts for none, or not for that one: whether that exists is not told
 */
export const viewsIn = ({ who, parties, now }: Pick<VspParts, 'who' | 'parties' | 'now'>) => (request: FastifyRequest): readonly View[] => {
  const { account } = who(request)
  const [asked, at] = [partyAsked(request), now()]
  const views = (asked === null ? parties.actsFor(account, at) : [asked]).flatMap(party => parties.view(account, party, at) ?? [])
  if (views.length === 0) throw actsNot(account.id, asked)
  return views
}

/** A message that came to one of the parties, and what is seen of it. */
export interface Received { readonly view: View, readonly message: StoredMessage }

/** @returns the message that one of the parties got and knows by this number @throws Refusal ZP_NOT_FOUND: also for what it sent itself, or is another's */
export async function receivedAs (store: VspParts['store'], views: readonly View[], text: string): Promise<Received> {
  const number = numberOf(text)
  if (number === null) throw new Refusal('ZP_NOT_FOUND')
  for (const view of views) {
    const id = await store.byNumber(view, number, 'receiver')
    const message = id === null ? null : await store.message(view, id)
    if (message !== null) return { view, message }
  }
  throw new Refusal('ZP_NOT_FOUND')
}
