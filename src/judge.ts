/** Level 2 at the door: what the rules within a message find before its receiver gets it, and what comes of that. */
import { isRejecting, Refusal, type Finding } from './core/core.ts'
import { levelFor } from './party/party.ts'
import type * as Rules from './rules/rules.ts'
import type { MessageModel, Tree } from './standard/standard.ts'
import type { Party } from './store/store.ts'

interface Judging { readonly rules: Pick<typeof Rules, 'judgeWithin' | 'placed' | 'shortened'>, readonly weights: Rules.Weights }
interface Read { readonly bytes: Uint8Array, readonly model: MessageModel, readonly message: Tree }

/** What the rules found, and whether that rejects the message. */
export interface Within { readonly findings: readonly Finding[], readonly rejected: boolean }
const nothing: Within = { findings: [], rejected: false }

/**
 * @param receiver who says how far it wants the message judged
 * @returns what the rules of level 2 find, each with its line; of very many some of every rule
 * @throws Refusal for a 325 they reject: no answer is made to that, so it is refused
 */
export function judged ({ bytes, model, message }: Read, receiver: Party | null, { rules, weights }: Judging): Within {
  if (levelFor(receiver, model) === 'schema') return nothing
  const all = rules.judgeWithin(model, message, weights)
  const rejected = all.some(isRejecting)
  const findings = rules.placed(rules.shortened(all), model, message, bytes)
  if (rejected && model.answeredBy === null) throw new Refusal('ZP_CONTENT', null, findings)
  return { findings, rejected }
}
