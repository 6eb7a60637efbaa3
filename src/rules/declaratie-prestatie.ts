/** Prestaties beside each other: in what two differ, which are of the same care, and what stands of those on one assignment. */
import type { Classes } from '../standard/standard.ts'
import type { Gedeclareerd, History, Known } from '../history/history.ts'
import { zekerSinds } from './certain.ts'
import { integer, sameDate, sameNumber } from './value.ts'
import { geteld } from './volume.ts'

/** What claim and answer both say of a Prestatie. */
export type Inhoud = Omit<Classes['323:Prestatie'], 'ProductReferentie'>
type Element = keyof Inhoud

const sameTarief = (a: string | undefined, b: string | undefined): boolean => a === undefined || b === undefined ? a === b : sameNumber(a, b)

const equal: { readonly [Name in Element]-?: (a: Inhoud, b: Inhoud) => boolean } = {
  ToewijzingNummer: (a, b) => sameNumber(a.ToewijzingNummer, b.ToewijzingNummer),
  ProductCategorie: (a, b) => a.ProductCategorie === b.ProductCategorie,
  ProductCode: (a, b) => a.ProductCode === b.ProductCode,
  ProductPeriode: (a, b) => sameDate(a.ProductPeriode.Begindatum, b.ProductPeriode.Begindatum) && sameDate(a.ProductPeriode.Einddatum, b.ProductPeriode.Einddatum),
  GeleverdVolume: (a, b) => sameNumber(a.GeleverdVolume, b.GeleverdVolume),
  Eenheid: (a, b) => a.Eenheid === b.Eenheid,
  ProductTarief: (a, b) => sameTarief(a.ProductTarief, b.ProductTarief),
  IngediendBedrag: (a, b) => sameNumber(a.IngediendBedrag.Bedrag, b.IngediendBedrag.Bedrag)
}
const elements: readonly Element[] = ['ToewijzingNummer', 'ProductCategorie', 'ProductCode', 'ProductPeriode', 'GeleverdVolume', 'Eenheid', 'ProductTarief', 'IngediendBedrag']

/** @returns the elements in which two Prestaties differ, in the order of the message; their references, and which of them is the credit, aside */
export const verschillen = (a: Inhoud, b: Inhoud): readonly Element[] => elements.filter(name => !equal[name](a, b))

/** @returns a text that is equal for Prestaties over the same product in the same ProductPeriode (TR389); but for white space a date is written in one way */
const zorgOf = ({ ProductPeriode: { Begindatum, Einddatum }, ProductCategorie, ProductCode }: Inhoud): string =>
  `${Begindatum.trim()}\0${Einddatum.trim()}\0${ProductCategorie}\0${ProductCode}`

export const isCredit = ({ IngediendBedrag }: Inhoud): boolean => IngediendBedrag.DebetCredit === 'C'

type Debet = Known<'323:Prestatie'>

/** What stands on one assignment: accepted debits that were not credited, and those of the message at hand that were taken in. */
export interface Stand {
  /** @returns the debit over the same care that stands since before */
  zelfde (it: Inhoud): Debet | undefined
  /** Takes back the debits with that ReferentieNummer. */
  crediteer (ReferentieNummer: string): void
  /** Takes in a debit of the message at hand. */
  tel (it: Inhoud): void
  /** @returns what stands in GeleverdVolume, in what the assigned unit is counted in; other units than fit it aside */
  volume (toegewezen: string): number
  /** @returns what stands in IngediendBedrag, in cents */
  bedrag (): number
  /** @returns whether nothing unknown can have taken back any of it */
  zeker (): boolean
}

/** @param claimed all Prestaties on the assignment, in the order of the messages */
export function standOf (claimed: readonly Gedeclareerd[], history: History): Stand {
  const accepted = claimed.filter(it => !it.afgekeurd).map(it => it.prestatie)
  const credited = new Set(accepted.flatMap(({ it }) => isCredit(it) ? it.ProductReferentie.VorigReferentieNummer ?? [] : []))
  const open = accepted.filter(({ it }) => !isCredit(it) && !credited.has(it.ProductReferentie.ReferentieNummer))
  const byReferentie = Map.groupBy(open, ({ it }) => it.ProductReferentie.ReferentieNummer)
  const byZorg = new Map([...Map.groupBy(open, ({ it }) => zorgOf(it))].map(([zorg, debits]) => [zorg, new Set(debits)]))
  const volumes = new Map<string, number>()
  let bedrag = 0
  let onzeker = open.filter(it => !zekerSinds(history, it)).length
  const add = (it: Inhoud, sign: 1 | -1): void => {
    volumes.set(it.Eenheid, (volumes.get(it.Eenheid) ?? 0) + sign * integer(it.GeleverdVolume))
    bedrag += sign * integer(it.IngediendBedrag.Bedrag)
  }
  for (const { it } of open) add(it, 1)
  return {
    zelfde: it => byZorg.get(zorgOf(it))?.values().next().value,
    crediteer (ReferentieNummer) {
      for (const debet of byReferentie.get(ReferentieNummer) ?? []) {
        add(debet.it, -1)
        byZorg.get(zorgOf(debet.it))?.delete(debet)
        if (!zekerSinds(history, debet)) onzeker--
      }
      byReferentie.delete(ReferentieNummer)
    },
    tel: it => add(it, 1),
    volume: toegewezen => [...volumes].reduce((sum, [eenheid, volume]) => sum + (geteld(volume, eenheid, toegewezen) ?? 0), 0),
    bedrag: () => bedrag,
    zeker: () => onzeker === 0
  }
}
