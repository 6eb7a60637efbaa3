/** The rules within one message about claims and their answers: amounts and totals, periods, and references that may stand once. */
import type { CDT_GeslotenPeriode, CDT_TotaalBedragMetDC } from '../standard/standard.ts'
import { doubles } from './double.ts'
import { within } from './level-2-rule.ts'
import { inPerioden, prestaties } from './perioden.ts'
import type { Fault, Rule, Within } from './rule.ts'
import type { Placed, Scene } from './scene.ts'
import { before, dateParts, daysIn, euros, integer, missing, onOrAfter, onOrBefore, plusYears, sameNumber, superfluous, wrong } from './value.ts'

/** A credit names the debit it takes back, a debit names none. */
const CD060: Within = scene => prestaties(scene).filter(({ it }) => (it.IngediendBedrag.DebetCredit === 'C') !== (it.ProductReferentie.VorigReferentieNummer !== undefined))
  .map(at => (at.it.IngediendBedrag.DebetCredit === 'C' ? missing : superfluous)(at, 'ProductReferentie/VorigReferentieNummer'))

/** What is claimed in euros has no tariff, everything else has. */
const CD087: Within = ({ all }) => all('323:Prestatie').filter(({ it }) => (it.Eenheid === '83') === (it.ProductTarief !== undefined))
  .map(at => (at.it.Eenheid === '83' ? superfluous : missing)(at, 'ProductTarief'))

const first = '2021-01-01'

/** Nothing of before 2021 is claimed in this way. */
const CS100: Within = scene => [
  ...scene.all('323:Declaratie').flatMap(at => tooOld(at, 'DeclaratiePeriode', at.it.DeclaratiePeriode)),
  ...inPerioden(scene, it => before(it.Begindatum, first) || before(it.Einddatum, first), (at, periode) => tooOld(at, 'ProductPeriode', periode))
]
const tooOld = (at: Placed<object>, element: string, periode: CDT_GeslotenPeriode): readonly Fault[] =>
  (['Begindatum', 'Einddatum'] as const).filter(day => before(periode[day], first)).map(day => wrong(at, `${element}/${day}`, onOrAfter(first)))

/** Nothing is neither taken back nor paid: it is a debit. */
const CS325: Within = scene => [
  ...scene.all('323:Declaratie').flatMap(at => creditOfNothing(at, 'TotaalIngediendBedrag', at.it.TotaalIngediendBedrag)),
  ...scene.all('325:DeclaratieAntwoord').flatMap(at => [
    ...creditOfNothing(at, 'TotaalIngediendBedrag', at.it.TotaalIngediendBedrag), ...creditOfNothing(at, 'TotaalToegekendBedrag', at.it.TotaalToegekendBedrag)]),
  ...prestaties(scene).filter(({ it: { IngediendBedrag } }) => IngediendBedrag.DebetCredit === 'C' && integer(IngediendBedrag.Bedrag) === 0).map(at => debit(at, 'IngediendBedrag'))
]
const debit = (at: Placed<object>, element: string): Fault => wrong(at, `${element}/DebetCredit`, { nl: 'D bij een bedrag van 0', en: 'D with an amount of 0' })
const creditOfNothing = (at: Placed<object>, element: string, { TotaalBedrag, DebetCredit }: CDT_TotaalBedragMetDC): readonly Fault[] =>
  DebetCredit !== 'D' && integer(TotaalBedrag) === 0 ? [debit(at, element)] : []

/** @returns whether both days lie in one calendar month */
function inOneMonth ({ Begindatum, Einddatum }: CDT_GeslotenPeriode): boolean {
  const [begin, end] = [Begindatum.trim(), Einddatum.trim()]
  return begin.slice(0, -3) === end.slice(0, -3)
}

/** What is claimed lies in one month. */
const CS337: Within = scene => inPerioden(scene, it => !inOneMonth(it), at => [wrong(at, 'ProductPeriode', { nl: 'binnen één kalendermaand', en: 'within one calendar month' })])

/** Of what is claimed in euros the volume is the amount. */
const CS339: Within = ({ all }) => all('323:Prestatie').filter(({ it }) => it.Eenheid === '83' && !sameNumber(it.IngediendBedrag.Bedrag, it.GeleverdVolume))
  .map(at => wrong(at, 'IngediendBedrag', euros(integer(at.it.GeleverdVolume)), euros(integer(at.it.IngediendBedrag.Bedrag))))

/** A claim is about one whole month. */
const CS340: Within = ({ all }) => all('323:Declaratie').filter(({ it: { DeclaratiePeriode } }) => {
  const [{ day }, last] = [dateParts(DeclaratiePeriode.Begindatum), dateParts(DeclaratiePeriode.Einddatum)]
  return !(inOneMonth(DeclaratiePeriode) && day === 1 && last.day === daysIn(last.year, last.month))
}).map(at => wrong(at, 'DeclaratiePeriode', { nl: 'de eerste tot en met de laatste dag van één maand', en: 'the first to the last day of one month' }))

/** A period ends on or after its begin, and not after the message was dated. */
const TR137: Within = scene => [
  ...scene.all('323:Declaratie').flatMap(at => badEnd(at, 'DeclaratiePeriode', at.it.DeclaratiePeriode, scene.dagtekening)),
  ...inPerioden(scene, it => before(it.Einddatum, it.Begindatum) || before(scene.dagtekening, it.Einddatum), (at, periode) => badEnd(at, 'ProductPeriode', periode, scene.dagtekening))
]
function badEnd (at: Placed<object>, element: string, { Begindatum, Einddatum }: CDT_GeslotenPeriode, dagtekening: string): readonly Fault[] {
  if (before(Einddatum, Begindatum)) return [wrong(at, `${element}/Einddatum`, onOrAfter(Begindatum))]
  return before(dagtekening, Einddatum) ? [wrong(at, `${element}/Einddatum`, onOrBefore(dagtekening))] : []
}

/** A debit is taken back once; in the whole message, whosever it is. */
const TR315: Within = ({ all }) => {
  const seen = new Set<string>()
  return all('323:Prestatie').filter(({ it: { ProductReferentie: { VorigReferentieNummer } } }) => {
    if (VorigReferentieNummer === undefined) return false
    const known = seen.size
    return seen.add(VorigReferentieNummer).size === known
  }).map(at => wrong(at, 'ProductReferentie/VorigReferentieNummer', { nl: 'in dit bericht nog niet gecrediteerd', en: 'not yet credited in this message' }))
}

/** A debit is not taken back in the message that brings it. */
const TR316: Within = ({ all }) => {
  const credits = all('323:Prestatie').filter(({ it }) => it.ProductReferentie.VorigReferentieNummer !== undefined)
  if (credits.length === 0) return []
  const brought = new Set(all('323:Prestatie').map(({ it }) => it.ProductReferentie.ReferentieNummer))
  return credits.filter(({ it }) => brought.has(it.ProductReferentie.VorigReferentieNummer ?? ''))
    .map(at => wrong(at, 'ProductReferentie/VorigReferentieNummer', { nl: 'het ReferentieNummer van een eerder bericht', en: 'the ReferentieNummer of an earlier message' }))
}

/** What was delivered more than five years ago is no longer claimed. */
const TR335: Within = scene => scene.all('323:Declaratie').flatMap(({ it: { DeclaratieDagtekening } }) =>
  inPerioden(scene, it => before(plusYears(it.Einddatum, 5), DeclaratieDagtekening),
    at => [wrong(at, 'ProductPeriode/Einddatum', { nl: 'hoogstens 5 jaar voor de DeclaratieDagtekening', en: 'at most 5 years before the DeclaratieDagtekening' })]))

/** @returns the cents of an amount, negative for a credit */
const signed = (amount: string, DebetCredit: string): number => integer(amount) * (DebetCredit === 'C' ? -1 : 1) + 0
const totalOf = ({ TotaalBedrag, DebetCredit }: CDT_TotaalBedragMetDC): number => signed(TotaalBedrag, DebetCredit)

function sumOf (scene: Scene): number {
  let sum = 0
  for (const { it: { IngediendBedrag } } of prestaties(scene)) sum += signed(IngediendBedrag.Bedrag, IngediendBedrag.DebetCredit)
  return sum
}

/** Codes of a DeclaratieAntwoord that leave the judgement to its Prestaties, or approve them all. */
const judgesBelow = new Set(['0200', '8001'])

/** What is not granted is what the answer lists; where the claim as a whole is rejected nothing is granted and nothing listed. */
const TR342: Within = scene => scene.all('325:DeclaratieAntwoord').flatMap(at => {
  const rejected = at.it.RetourCodes.RetourCode.some(code => !judgesBelow.has(code))
  const granted = totalOf(at.it.TotaalToegekendBedrag)
  const expected = rejected ? 0 : totalOf(at.it.TotaalIngediendBedrag) - sumOf(scene)
  if (granted === expected && !(rejected && at.it.Clienten !== undefined)) return []
  const [bare, amount] = [{ nl: ', zonder Clienten', en: ', without Clienten' }, euros(expected)]
  return [wrong(at, 'TotaalToegekendBedrag', rejected ? { nl: amount.nl + bare.nl, en: amount.en + bare.en } : amount, euros(granted))]
})

/** The total of a claim is the sum of its debits less its credits. */
const TR358: Within = scene => scene.all('323:Declaratie').flatMap(at => {
  const [total, sum] = [totalOf(at.it.TotaalIngediendBedrag), sumOf(scene)]
  return total === sum ? [] : [wrong(at, 'TotaalIngediendBedrag', euros(sum), euros(total))]
})

const claimedOnce = ['ToewijzingNummer', 'ProductPeriode/Begindatum', 'ProductPeriode/Einddatum', 'ProductCategorie', 'ProductCode'] as const

/** A product of an assignment is claimed once over a period. */
const TR416: Within = ({ all }) => doubles(all('323:Prestatie').filter(({ it }) => it.IngediendBedrag.DebetCredit === 'D'), claimedOnce).map(({ one, met: { path } }) =>
  wrong(one, '', { nl: `samen met ${path} één Prestatie`, en: `one Prestatie together with ${path}` }, { nl: 'hetzelfde product over dezelfde periode', en: 'the same product over the same period' }))

const ofBoth = (element: string): string => `323:Prestatie/${element} 325:Prestatie/${element}`

/** By code. */
export const claims: readonly Rule[] = [
  within('CD060', ofBoth('ProductReferentie/VorigReferentieNummer'), 'Noem bij een credit in VorigReferentieNummer welke debetprestatie vervalt, en laat het bij een debet weg.', 'Of a credit say in VorigReferentieNummer which debit it takes back, and leave it out of a debit.', CD060),
  within('CD087', '323:Prestatie/ProductTarief', 'Vul ProductTarief, behalve bij Eenheid 83 (euro\'s): laat het daar weg.', 'Fill ProductTarief, except with Eenheid 83 (euros): leave it out there.', CD087),
  within('CS100', '323:Declaratie/DeclaratiePeriode/Begindatum 323:Declaratie/DeclaratiePeriode/Einddatum 323:Prestatie/ProductPeriode/Begindatum 323:Prestatie/ProductPeriode/Einddatum',
    'Declareer met dit bericht alleen periodes vanaf 1 januari 2021.', 'Use this message to claim periods from 1 January 2021 only.', CS100),
  within('CS325', '323:Declaratie/TotaalIngediendBedrag/DebetCredit 323:Prestatie/IngediendBedrag/DebetCredit 325:DeclaratieAntwoord/TotaalIngediendBedrag/DebetCredit 325:DeclaratieAntwoord/TotaalToegekendBedrag/DebetCredit 325:Prestatie/IngediendBedrag/DebetCredit',
    'Zet bij een bedrag van 0 in DebetCredit een D.', 'Put a D in DebetCredit of an amount of 0.', CS325),
  within('CS337', '323:Prestatie/ProductPeriode', 'Laat een ProductPeriode binnen één kalendermaand blijven: splits de prestatie per maand.', 'Keep a ProductPeriode within one calendar month: split the Prestatie by month.', CS337),
  within('CS339', '323:Prestatie/IngediendBedrag', 'Maak bij Eenheid 83 (euro\'s) IngediendBedrag gelijk aan GeleverdVolume: beide zijn het bedrag in centen.', 'With Eenheid 83 (euros) make IngediendBedrag equal to GeleverdVolume: both are the amount in cents.', CS339),
  within('CS340', '323:Declaratie/DeclaratiePeriode', 'Declareer precies één hele kalendermaand: van de eerste tot en met de laatste dag.', 'Claim exactly one whole calendar month: from its first to its last day.', CS340),
  within('TR137', '323:Declaratie/DeclaratiePeriode/Einddatum 323:Prestatie/ProductPeriode/Einddatum 325:Prestatie/ProductPeriode/Einddatum',
    'Zet de Einddatum op of na de Begindatum en niet na de Dagtekening: een maand kan op zijn vroegst op de laatste dag worden gedeclareerd.', 'Put the Einddatum on or after the Begindatum and not after the Dagtekening: a month can be claimed on its last day at the earliest.', TR137),
  within('TR315', '323:Prestatie/ProductReferentie/VorigReferentieNummer', 'Crediteer een prestatie één keer: dit VorigReferentieNummer stond al eerder in het bericht.', 'Credit a Prestatie once: this VorigReferentieNummer stood earlier in the message.', TR315),
  within('TR316', '323:Prestatie/ProductReferentie/VorigReferentieNummer', 'Laat een prestatie die nog niet is ingediend weg, in plaats van haar in hetzelfde bericht te crediteren.', 'Leave out a Prestatie that was not yet sent, instead of crediting it in the same message.', TR316),
  within('TR335', '323:Prestatie/ProductPeriode/Einddatum', 'Haal deze prestatie eruit: zij eindigde meer dan vijf jaar voor de DeclaratieDagtekening en kan niet meer worden gedeclareerd.', 'Take this Prestatie out: it ended more than five years before the DeclaratieDagtekening and can no longer be claimed.', TR335),
  within('TR342', '325:DeclaratieAntwoord/TotaalToegekendBedrag', 'Reken TotaalToegekendBedrag na: het is TotaalIngediendBedrag min de afgekeurde prestaties in dit antwoord, en 0 als de hele declaratie is afgekeurd.', 'Check TotaalToegekendBedrag: it is TotaalIngediendBedrag less the rejected Prestaties in this answer, and 0 when the whole claim is rejected.', TR342, { inferred: true }),
  within('TR358', '323:Declaratie/TotaalIngediendBedrag', 'Reken TotaalIngediendBedrag na: tel de debetprestaties op en trek de creditprestaties af. Is het resultaat negatief, schrijf het dan positief met C.', 'Check TotaalIngediendBedrag: add the debits and subtract the credits. Write a negative result as a positive one with C.', TR358),
  within('TR416', '323:Prestatie', 'Voeg debetprestaties op dezelfde toewijzing, voor hetzelfde product en over dezelfde periode samen tot één.', 'Join debits on the same assignment, for the same product and over the same period, into one.', TR416)
]
