/** By which columns facts are found, and the day until which something runs. */
import { keysOf, sameKey, type BringingKey, type Bron, type Fact, type KeyName, type Keys } from '../history/history.ts'
import type { Values } from './db.ts'

/** The columns of a fact, and of its message, in which a key stands as history compares it. */
export const columnOf = {
  client: 'f.person',
  ToewijzingNummer: 'f.toewijzing',
  ReferentieAanbieder: 'f.referentie',
  ReferentieNummer: 'f.referentie',
  DeclaratieNummer: 'f.referentie',
  VorigReferentieNummer: 'f.vorige',
  Identificatie: 's.identificatie'
} as const satisfies Record<KeyName, string>

const day_ms = 86_400_000

/** @param date as xs:date writes it @returns days since 1970; null where that is no day a calendar has */
export function dayOf (date: string | undefined): number | null {
  const [, sign = '', year, month, day] = /^(-?)(\d{4,6})-(\d\d)-(\d\d)/.exec(date ?? '') ?? []
  if (year === undefined) return null
  const at = new Date(0)
  at.setUTCFullYear(Number(`${sign}${year}`), Number(month) - 1, Number(day))
  const days = Math.floor(at.getTime() / day_ms)
  return Number.isSafeInteger(days) ? days : null
}

/** @returns what decides how long it is kept, and which claim is the latest */
function endOf (fact: Fact): string | undefined {
  if (fact.of === '301:ToegewezenProduct') return fact.it.Einddatum
  return fact.of === '323:Declaratie' ? fact.it.DeclaratiePeriode.Einddatum : undefined
}

/** No question asks for a delivery by its assignment, but it is kept as long. */
function assignmentOf (fact: Fact): string | undefined {
  const nummer = fact.of === '305:StartProduct' || fact.of === '307:StopProduct' ? fact.it.ToewijzingNummer : undefined
  return nummer === undefined ? undefined : sameKey('ToewijzingNummer', nummer)
}

/** @returns the columns by which a fact is found */
export function numbersOf (fact: Fact, bron: Pick<Bron, 'Identificatie'>): Values {
  const { ToewijzingNummer = assignmentOf(fact), ReferentieAanbieder, DeclaratieNummer, ReferentieNummer, VorigReferentieNummer }: Keys = keysOf(fact, bron)
  const referentie = ReferentieAanbieder ?? DeclaratieNummer ?? ReferentieNummer ?? null
  return { toewijzing: ToewijzingNummer ?? null, referentie, vorige: VorigReferentieNummer ?? null, day: dayOf(endOf(fact)) }
}

/** @param row with columns of a fact and of its message @returns its keys by which others are looked for, and perhaps more: of a class only those count that history names for it */
export function keysIn ({ referentie, identificatie }: { readonly referentie: string | undefined, readonly identificatie: string }): Pick<Keys, BringingKey> {
  return { ReferentieAanbieder: referentie, ReferentieNummer: referentie, Identificatie: identificatie }
}
