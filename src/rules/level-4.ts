/** The rules against external sources (control level 4): the calendar, CBS's list, product lists, contracts. */
import type { Rule } from './rule.ts'

export const level4: readonly Rule[] = []
