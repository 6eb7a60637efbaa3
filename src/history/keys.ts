/** By what facts are looked up, and when two deliveries are the same one. */
import { classesIn, integer, keyReader, modelOf } from '../standard/standard.ts'
import type { Bron, Fact, FactName, Known } from './history.ts'

/** `client` is what stands for the person; `Identificatie` the BerichtIdentificatie of the message, of a rejected Prestatie that of its claim. */
export type KeyName = 'client' | 'ToewijzingNummer' | 'ReferentieAanbieder' | 'ReferentieNummer' | 'VorigReferentieNummer' | 'DeclaratieNummer' | 'Identificatie'
/** The keys a fact can be found by; what it has not is undefined. */
export type Keys = Readonly<Partial<Record<KeyName, string | undefined>>>

/** @returns a key as it is compared: a ToewijzingNummer by its value (`007` is `7`), all others by their text */
export const sameKey = (by: KeyName, text: string): string => by === 'ToewijzingNummer' ? `${integer(text)}` : text

/** @returns what a fact is looked up by, as it is compared; what no question asks for is left out */
export function keysOf (fact: Fact, { Identificatie }: Pick<Bron, 'Identificatie'>): Keys {
  const client = fact.client ?? undefined
  switch (fact.of) {
    case '301:ToegewezenProduct': return { client, ToewijzingNummer: sameKey('ToewijzingNummer', fact.it.ToewijzingNummer), ReferentieAanbieder: fact.it.ReferentieAanbieder }
    case '305:StartProduct': case '307:StopProduct': return { client }
    case '315:AangevraagdProduct': case '317:Verzoek': return { client, ReferentieAanbieder: fact.it.ReferentieAanbieder, Identificatie }
    case '319:Antwoord': return { ReferentieAanbieder: fact.it.ReferentieAanbieder }
    case '323:Declaratie': return { DeclaratieNummer: fact.it.DeclaratieNummer, Identificatie }
    case '323:Prestatie': return { ToewijzingNummer: sameKey('ToewijzingNummer', fact.it.ToewijzingNummer), ...fact.it.ProductReferentie, Identificatie }
    case '325:Prestatie': return { ReferentieNummer: fact.it.ProductReferentie.ReferentieNummer, Identificatie: fact.it.DeclaratieIdentificatie.Identificatie }
  }
}

/** A start or stop, which StatusAanlevering 3 can delete. */
export type Delivery = '305:StartProduct' | '307:StopProduct'

function readerOf (type: 'JW305' | 'JW307', name: string): (it: object) => string {
  const { root, keys: { [name]: paths = [] } } = modelOf(type)
  const of = classesIn(root).get(name)
  if (of === undefined) throw new TypeError(`a ${type} has no ${name}`)
  return keyReader(of, paths)
}
/** Both families have these alike. */
const readers: Readonly<Record<Delivery, (it: object) => string>> = { '305:StartProduct': readerOf('JW305', 'StartProduct'), '307:StopProduct': readerOf('JW307', 'StopProduct') }

/** @returns the logical key of a start or stop below its client */
export const deliveryKey = ({ of, it }: Known<Delivery>): string => readers[of](it)

/** @returns whether a fact is of that class */
export const isOf = <Name extends FactName>(fact: Known, of: Name): fact is Known<Name> => fact.of === of
