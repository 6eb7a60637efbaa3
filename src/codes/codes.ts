/** The code lists of `/v1/codes`: the standard's RetourCodes and rules, and our refusals with the chain's own codes beside them. */
import { refusals, type RefusalCode } from '../core/core.ts'
import { rules, type Rule } from '../rules/rules.ts'

/** One refusal as the interface and the manual show it. */
export interface TransportCode { readonly code: RefusalCode, readonly status: number, readonly transportCode: string | null, readonly retry: string, readonly nl: string, readonly en: string }

export const transportCodes = (): TransportCode[] => (Object.keys(refusals) as RefusalCode[]).map(code => ({ code, ...refusals[code] }))

/** @param list code and Dutch label, as the standard has them */
export const retourCodes = (list: ReadonlyArray<readonly [string, string]>): Array<{ code: string, label: string }> =>
  list.map(([code, label]) => ({ code, label }))

/** One rule of the standard as the interface and the command show it. */
export interface RuleCode {
  readonly code: string
  /** Control level, 1 to 4. */
  readonly level: number
  /** What a retour or 325 says of it; null where it brings none. */
  readonly retourcode: string | null
  /** Message numbers. */
  readonly messages: readonly string[]
  /** Where it applies: `307:StopProduct/Einddatum`. */
  readonly at: readonly string[]
  /** The only family it is of; null for both. */
  readonly only: string | null
  /** Whether its weight may be set (`rule_weights`): the standard does not say it outright. */
  readonly inferred: boolean
  readonly nl: string
  readonly en: string
}

/** @returns every rule in the order of codes */
export const ruleCodes = (): RuleCode[] => rules.toSorted((a, b) => a.code < b.code ? -1 : 1).map(ruleCode)

const ruleCode = ({ code, level, retourcode, at, only, inferred, text }: Rule): RuleCode =>
  ({ code, level, retourcode, messages: [...new Set(at.map(place => place.slice(0, 3)))], at, only: only ?? null, inferred, nl: text.nl, en: text.en })
