/** The rules against earlier messages (control level 3) of declaratie and declaratie-antwoord. */
import type { Rule } from './rule.ts'

export const declaratie: readonly Rule[] = []
