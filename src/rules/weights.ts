/** Weights: what breaking a rule does that the standard does not say outright. */
import type { Rule, Weight } from './rule.ts'

/** Weights of rules that may have another than reject, by code. */
export type Weights = Readonly<Record<string, Weight>>

const weights = ['reject', 'warn', 'off'] as const satisfies readonly Weight[]

/**
 * @param given what somebody set @param rules all there are
 * @returns what is wrong with it, a sentence for each fault; none when it may be used
 */
export function faultsOf (given: unknown, rules: readonly Rule[]): string[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return [`weights are an object from a rule's code to ${choices}`]
  const inferred = rules.filter(rule => rule.inferred).map(rule => rule.code)
  return Object.entries(given).flatMap(([code, weight]) => {
    const rule = rules.find(it => it.code === code)
    if (rule === undefined) return [`${shown(code)} is no rule of the standard; a weight may be set for ${inferred.join(', ')}`]
    if (!rule.inferred) return [`${code} stands in the standard as it is and always rejects; a weight may be set for ${inferred.join(', ')}`]
    return weights.some(it => it === weight) ? [] : [`the weight of ${code} is ${choices}`]
  })
}

const choices = 'reject, warn or off'
/** A mistaken key is shown as far as a code could go. */
const shown = (code: string): string => code.replace(/[^\w-]/g, '?').slice(0, 12)
