/** The rules against earlier messages (control level 3) of toewijzing, start, stop, verzoek and antwoord. */
import type { Rule } from './rule.ts'

export const levering: readonly Rule[] = []
