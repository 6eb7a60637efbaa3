/** How far a party wants messages to it judged. */
import type { JudgingLevel } from '../core/core.ts'
import { judgedNumbers, type MessageModel } from '../standard/standard.ts'
import type { Party } from '../store/store.ts'

type Judged = Pick<Party, 'judging'>

/** @returns how far this receiver has a message judged; a retour, and what goes to nobody we know, by its schema */
export function levelFor (receiver: Judged | null, { number }: Pick<MessageModel, 'number'>): JudgingLevel {
  const judged = judgedNumbers.find(it => it === number)
  if (receiver === null || judged === undefined) return 'schema'
  return receiver.judging.types[judged] ?? receiver.judging.level
}

/** @returns whether any message to the party is judged in full: only then its earlier messages are kept for rules */
export const judgesInFull = ({ judging: { level, types } }: Judged): boolean => judgedNumbers.some(it => (types[it] ?? level) === 'full')
