/** Level 2 at the door: what the rules within a message find before its receiver gets it, and what comes of that. */
import { Refusal } from './core/core.ts'
import { levelFor } from './party/party.ts'
import type * as Rules from './rules/rules.ts'
import type { Party } from './store/store.ts'

interface Judging { readonly rules: Pick<typeof Rules, 'within'>, readonly weights: Rules.Weights }
/** @param within what another thread said already */
interface Read extends Rules.Read { readonly within?: Rules.Within }

const nothing: Rules.Within = { findings: [], rejected: false }

/**
 * @param receiver who says how far it wants the message judged
 * @returns what the rules of level 2 find, each with its line; of very many some of every rule
 * @throws Refusal for a 325 they reject: no answer is made to that, so it is refused
 */
export function judged (read: Read, receiver: Party | null, { rules, weights }: Judging): Rules.Within {
  if (levelFor(receiver, read.model) === 'schema') return nothing
  const within = read.within ?? rules.within(read, weights)
  if (within.rejected && read.model.answeredBy === null) throw new Refusal('ZP_CONTENT', null, within.findings)
  return within
}
