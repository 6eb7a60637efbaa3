/** What the rules within one message (control level 2) have in common: their return code, and how their places are written. */
import type { Rule, Within } from './rule.ts'

/**
 * @param at the places where it applies, with a blank between them
 * @param nl what to do, to the person who broke it @param en the same in English
 * @returns the entry of a rule of level 2, whose return code is 0001
 */
export const within = (code: string, at: string, nl: string, en: string, check: Within, more: { readonly only?: Rule['only'], readonly inferred?: true } = {}): Rule =>
  ({ code, level: 2, retourcode: '0001', at: at.split(' '), inferred: more.inferred ?? false, ...(more.only === undefined ? {} : { only: more.only }), text: { nl, en }, check })
