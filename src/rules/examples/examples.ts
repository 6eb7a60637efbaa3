/** The cases: for every rule of the standard, wherever it applies, a message that breaks it beside one that does not. */
import { families, type Family } from '../../standard/standard.ts'
import { antwoord } from './antwoord.ts'
import { caseOf, type Case, type Subject } from './case.ts'
import { declaratie } from './declaratie.ts'
import { declaratieAntwoord } from './declaratie-antwoord.ts'
import { headers } from './headers.ts'
import { start, stop } from './levering.ts'
import { taleOf } from './tale.ts'
import { toewijzing } from './toewijzing.ts'
import { verzoek, wijziging } from './verzoek.ts'

export type { Case, Expectation } from './case.ts'
export type { Sent } from './tale.ts'

/** What is about one kind of message; what every Header is asked stands in headers.ts. */
const subjects = { 301: toewijzing, 305: start, 307: stop, 315: verzoek, 317: wijziging, 319: antwoord, 323: declaratie, 325: declaratieAntwoord } as const satisfies Record<string, Subject>
const numbers = ['301', '305', '307', '315', '317', '319', '323', '325'] as const

let known: readonly Case[] | null = null

/** @returns every case of both families, in the order of message numbers; made once */
export function allCases (): readonly Case[] {
  known ??= families.flatMap(casesIn)
  return known
}

function casesIn (family: Family): readonly Case[] {
  const it = taleOf(family)
  return numbers.flatMap(number => {
    const seen = new Map<string, number>()
    return Object.entries({ ...headers(it, number), ...subjects[number](it) }).map(([key, spec]) => {
      const [code = ''] = key.split(' ')
      const nth = (seen.get(code) ?? 0) + 1
      seen.set(code, nth)
      return caseOf(it, number, key, spec, nth)
    })
  })
}

/** @returns the cases of one rule, such as `TR414`; none for a code that is no rule's */
export const casesOf = (code: string): readonly Case[] => allCases().filter(it => it.code === code)
