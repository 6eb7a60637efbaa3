/** The volume rules of declaraties: how much of an assignment a month and the whole may hold, and what it costs. Pure, and in whole numbers only. */
import { daysIn, firstOfMonth, intersection, lastOfMonth, monthsIn, sundaysIn, sundayUntil, weeksIn, type Day, type Period } from '../calendar/calendar.ts'

/** The days on which an assignment is valid. */
export interface Geldig {
  readonly van: Day
  /** Null: it has no end. */
  readonly tot: Day | null
}

/** The Omvang of an assignment and the days on which it is valid. */
export interface Toegewezen extends Geldig {
  readonly volume: number
  /** LDT_Eenheid. */
  readonly eenheid: string
  /** LDT_Frequentie. */
  readonly frequentie: string
  /** Whether it is household help (iWmo category 01), of which a month takes six times the weekly volume, in whatever unit. */
  readonly huishoudelijk: boolean
}

const geldig = ({ van, tot }: Geldig): Period => ({ from: van, to: tot ?? Infinity })

/** Results are counted (pieces, euros), not what was done for them. */
const isOutput = ({ eenheid }: Toegewezen): boolean => eenheid === '82' || eenheid === '83'

/** @returns the days that a month claims of an assignment: its calendar month as far as the assignment is valid; null where it is not */
export const productPeriode = (it: Geldig, inMonth: Day): Period | null =>
  intersection({ from: firstOfMonth(inMonth), to: lastOfMonth(inMonth) }, geldig(it))

/**
 * The maximum of one ProductPeriode (TR321).
 * @param period only its days within the assignment count
 * @returns in the assigned unit; null where no maximum follows: no day within the assignment, or another frequency
 */
export function maximumVanPeriode (it: Toegewezen, period: Period): number | null {
  const days = intersection(period, geldig(it))
  if (days === null) return null
  switch (it.frequentie) {
    case '1': return daysIn(days) * it.volume
    case '2': return weeklyIn(it, days) * it.volume
    case '4': case '6': return it.volume
    default: return null
  }
}

function weeklyIn (it: Toegewezen, days: Period): number {
  if (it.huishoudelijk) return 6
  return isOutput(it) ? sundaysIn(days) + (closesIn(it, days) ? 1 : 0) : weeksIn(days)
}

/** The broken week at the end of an output assignment is claimed with its last Sunday. */
function closesIn ({ van, tot }: Toegewezen, { from, to }: Period): boolean {
  const last = tot === null ? NaN : sundayUntil(tot)
  return last !== tot && last >= van && from <= last && last <= to
}

/**
 * The maximum over the whole assignment (TR322), which binds besides that of each period.
 * @returns in the assigned unit; null where none follows: no Einddatum (but for a volume in total), or another frequency
 */
export function maximumVanToewijzing (it: Toegewezen): number | null {
  if (it.frequentie === '6') return it.volume
  const days = it.tot === null ? null : intersection(geldig(it), geldig(it))
  if (days === null) return null
  switch (it.frequentie) {
    case '1': return daysIn(days) * it.volume
    case '2': return (isOutput(it) ? outputWeeks(days) : weeksIn(days)) * it.volume
    case '4': return monthsIn(days) * it.volume
    default: return null
  }
}

/** The standard does not say what an output assignment without a Sunday holds; it is taken as nothing. */
function outputWeeks (days: Period): number {
  const sundays = sundaysIn(days)
  return sundays === 0 || sundayUntil(days.to) === days.to ? sundays : sundays + 1
}

/** @returns whether a maximum of 0 is so because the standard names none: weekly output without any Sunday; that of a period of household help is not 0 */
export const zonderZondag = (it: Toegewezen): boolean =>
  it.frequentie === '2' && isOutput(it) && it.tot !== null && sundayUntil(it.tot) < it.van

const minuut = '01'
const uur = '04'

/** @returns whether what is claimed in a unit can be held against one that was assigned or agreed: the same, or minutes on hours (TR341) */
export const past = (geclaimd: string, toegewezen: string): boolean => geclaimd === toegewezen || (geclaimd === minuut && toegewezen === uur)

/** @returns how many of what is counted make one of the assigned unit: hours are counted in minutes, all others as they are */
export const deler = (toegewezen: string): number => toegewezen === uur ? 60 : 1

/** @returns a claimed volume in what the assigned unit is counted in; null where the units do not fit */
export const geteld = (volume: number, geclaimd: string, toegewezen: string): number | null =>
  !past(geclaimd, toegewezen) ? null : geclaimd === toegewezen ? volume * deler(toegewezen) : volume

/** Of whole numbers, down; a division of doubles alone may end on the wrong side. */
const quotient = (of: number, by: number): number => (of - of % by) / by

/** @returns cents for minutes at a tariff in cents an hour, half a cent up (TR346) */
export const uurbedrag = (uurtarief: number, minuten: number): number => quotient(uurtarief * minuten + 30, 60)

/** @returns the ProductTarief in cents that is shown with minutes at a tariff in cents an hour, half a cent up (TR418) */
export const minuuttarief = (uurtarief: number): number => uurbedrag(uurtarief, 1)

/** What a claim asks money for. */
export interface Geleverd {
  readonly volume: number
  readonly eenheid: string
  /** ProductTarief in cents; null where there is none. */
  readonly tarief: number | null
  /** The tariff in cents an hour of the contract; null where it is not by the hour. */
  readonly uurtarief: number | null
}

/** @returns the amount in cents; null where it does not follow: no tariff for another unit than euros */
export function bedragVan ({ volume, eenheid, tarief, uurtarief }: Geleverd): number | null {
  if (eenheid === '83') return volume
  if (eenheid === minuut && uurtarief !== null) return uurbedrag(uurtarief, volume)
  return tarief === null ? null : volume * tarief
}
