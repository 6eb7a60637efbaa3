/** How `zorgpoort validate` was asked to work: what was typed, checked, and made into levels. */
import { dateOfDay, dayOf, dutchDate } from '../../src/calendar/calendar.ts'
import { systemClock } from '../../src/core/core.ts'
import { WrongUse } from '../problem.ts'

/** As typed. */
export interface ValidateOptions {
  /** One JSON line per file instead of a report. */
  readonly json?: boolean | undefined
  /** Read more file names from stdin, one a line. */
  readonly stdinList?: boolean | undefined
  /** Highest control level that is judged. */
  readonly level?: string | number | undefined
  /** Folder of earlier messages. */
  readonly history?: string | undefined
  /** From which date on all earlier messages are in that folder. */
  readonly completeFrom?: string | undefined
  /** Folder of external sources. */
  readonly sources?: string | undefined
  /** Folder for the answers. */
  readonly retour?: string | undefined
  /** Whether each file counts as sent for those after it. */
  readonly chain?: boolean | undefined
  /** The date on which the messages are judged. */
  readonly today?: string | undefined
  /** Language of the report; both when not given. */
  readonly lang?: string | undefined
}

/** What is done. */
export interface Task extends Pick<ValidateOptions, 'history' | 'sources' | 'retour'> {
  /** The levels above the schema that are judged; level 3 and 4 only where 2 is clean. */
  readonly levels: ReadonlyArray<2 | 3 | 4>
  readonly chain: boolean
  readonly compleetVanaf: string | null
  /** `YYYY-MM-DD`. */
  readonly today: string
}

/** @throws WrongUse with a sentence that says what to type instead */
export function taskOf (files: readonly string[], options: ValidateOptions): Task {
  const { level, history, sources, retour, chain = false, completeFrom, today, lang, stdinList = false } = options
  if (files.length === 0 && !stdinList) throw new WrongUse('name one or more files, or use --stdin-list')
  if (lang !== undefined && lang !== 'nl' && lang !== 'en') throw new WrongUse('--lang is nl or en')
  if (completeFrom !== undefined && history === undefined && !chain) throw new WrongUse('--complete-from says something about the folder of --history, or about the files with --chain')
  return { levels: levelsOf(level, options), chain, history, sources, retour, compleetVanaf: completeFrom === undefined ? null : dated(completeFrom, '--complete-from'), today: today === undefined ? dutchDate(systemClock.now()) : dated(today, '--today') }
}

function levelsOf (level: string | number | undefined, { history, sources, retour, chain = false }: ValidateOptions): ReadonlyArray<2 | 3 | 4> {
  if (level === undefined) return [2, ...(history !== undefined || chain ? [3 as const] : []), ...(sources === undefined ? [] : [4 as const])]
  const highest = Number(level)
  if (![1, 2, 3, 4].includes(highest)) throw new WrongUse('--level is 1 (schema), 2 (within the message), 3 (against earlier messages) or 4 (external sources)')
  if (highest < 4 && sources !== undefined) throw new WrongUse('--sources is for level 4: leave --level out')
  if (highest < 3 && (history !== undefined || chain)) throw new WrongUse('--history and --chain are for level 3: leave --level out')
  if (highest < 2 && retour !== undefined) throw new WrongUse('--retour needs level 2: a message that is only known to fit its schema is not answered')
  return ([2, 3, 4] as const).filter(it => it <= highest)
}

function dated (text: string, option: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || dateOfDay(dayOf(text)) !== text) throw new WrongUse(`${option} is a date such as 2026-04-01`)
  return text
}
