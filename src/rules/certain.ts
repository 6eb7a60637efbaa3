/** When something that history does not hold was certainly never sent: what is not certain is "not assessed", neither passed nor refused. */
import type { Words } from '../core/core.ts'
import type { Bron, History } from '../history/history.ts'
import type { Fault } from './rule.ts'
import { before } from './value.ts'

/** Both laws began that day: nothing of either family lies before it. */
const eersteDag = '2015-01-01'

/**
 * @param day before which no message that is asked for can have been sent: a start, stop or Prestatie over a day was sent on that day or later (TR134, TR137).
 * Left out where there is no such day: a toewijzing, a verzoek.
 * @returns whether every message from that day on is known, so that what is not found was never sent
 */
export const zeker = ({ compleetVanaf }: History, day = eersteDag): boolean =>
  compleetVanaf !== null && !before(before(day, eersteDag) ? eersteDag : day, compleetVanaf)

/** @returns whether everything that came after a message is known, so that nothing unknown took back what it said */
export const zekerSinds = (history: History, { bron }: { readonly bron: Bron }): boolean => bron.seq >= history.gaploosVanaf || zeker(history, bron.Dagtekening)

/** @returns the fault; told as "not assessed" where it rests on what history may not hold */
export const mits = (certain: boolean, history: History, fault: Fault): Fault => certain ? fault : { ...fault, unassessed: onbekend(history) }

/** @returns the fault as "not assessed": nothing speaks against the message, but something unknown may */
export const onbeslist = (history: History, fault: Fault): Fault => ({ ...fault, ...(fault.found === undefined ? {} : { found: nietsBekend }), unassessed: onbekend(history) })
const nietsBekend: Words = { nl: 'niets bekend', en: 'nothing known' }

const onbekend = ({ compleetVanaf }: History): Words => compleetVanaf === null
  ? { nl: 'niet bekend is vanaf welke dag alle eerdere berichten er zijn.', en: 'it is not known from which day on all earlier messages are here.' }
  : { nl: `de eerdere berichten zijn er vanaf ${compleetVanaf}, en dit kan daarvoor liggen.`, en: `earlier messages are here from ${compleetVanaf} on, and this may lie before.` }
