/** What a message leaves behind for the rules of later ones: only where one of its parties has messages judged in full. */
import { Refusal, type Instant } from './core/core.ts'
import type { Journey } from './admit.ts'
import type * as Facts from './history/history.ts'
import { judgesInFull, type Parties } from './party/party.ts'
import type { MessageModel, Tree } from './standard/standard.ts'
import type { KeptFacts } from './store/store.ts'
import type { Mark } from './vault/vault.ts'

interface Parts { readonly parties: Pick<Parties, 'party'>, readonly history: Pick<typeof Facts, 'factsOf' | 'pairOf'> }
/** @param outline whether of the message only that is here @param marks one per different Bsn, in the order in which these first stand in the message */
interface Taken { readonly model: MessageModel, readonly message: Tree, readonly outline?: true, readonly journey: Journey, readonly bsns: readonly string[], readonly clients: readonly Mark[], readonly at: Instant }

/**
 * @returns the facts of a message, its persons told by their marks; null where no history is kept between the two
 * @throws Refusal ZP_BUSY where that is kept since a moment ago, and of the message only an outline is here
 */
export function keptFacts ({ parties, history }: Parts, { model, message, outline, journey: { afzender, ontvanger }, bsns, clients, at }: Taken): KeptFacts | null {
  const kept = [afzender, ontvanger].some(code => { const party = parties.party(code, at); return party !== null && judgesInFull(party) })
  if (!kept) return null
  if (outline === true) throw new Refusal('ZP_BUSY')
  const persons = new Map([...new Set(bsns)].map((bsn, nth) => [bsn, String(nth)]))
  const facts = history.factsOf(model, message).map(it => ({ ...it, client: it.client === null ? null : persons.get(it.client) ?? null }))
  return { pair: history.pairOf(model, message), clients, facts }
}
