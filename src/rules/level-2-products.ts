/** The rules within one message about products that are assigned or asked for: product, volume, budget, period, and rows that clash. */
import type { CDT_Omvang, CDT_Product } from '../standard/standard.ts'
import { clashes, type Row } from './clash.ts'
import { within } from './level-2-rule.ts'
import type { Fault, Rule, Within } from './rule.ts'
import { once, type Placed, type Scene } from './scene.ts'
import { before, missing, oneOf, onOrAfter, sameDate, superfluous, wrong } from './value.ts'

/** What the product rows of 301, 315 and 317 have in common. `eind` is what their last day is called. */
interface Ordered { readonly at: Placed<object>, readonly Product?: CDT_Product | undefined, readonly Omvang?: CDT_Omvang | undefined, readonly Budget?: string | undefined, readonly van: string, readonly tot: string | undefined, readonly eind: string }

const toegewezen = once(({ all }): readonly Ordered[] => all('301:ToegewezenProduct').map(at =>
  ({ at, Product: at.it.Product, Omvang: at.it.Omvang, Budget: at.it.Budget, van: at.it.Ingangsdatum, tot: at.it.Einddatum, eind: 'Einddatum' })))
const aangevraagd = once(({ all }): readonly Ordered[] => all('315:AangevraagdProduct').map(at =>
  ({ at, Product: at.it.Product, Omvang: at.it.Omvang, Budget: at.it.Budget, van: at.it.ToewijzingIngangsdatum, tot: at.it.ToewijzingEinddatum, eind: 'ToewijzingEinddatum' })))
const nieuw = once(({ all }): readonly Ordered[] => all('317:NieuwProduct').map(at =>
  ({ at, Product: at.it.Product, Omvang: at.it.Omvang, Budget: at.it.Budget, van: at.it.GewensteIngangsdatum, tot: at.it.Einddatum, eind: 'Einddatum' })))
const teWijzigen = once(({ all }): readonly Ordered[] => all('317:TeWijzigenProduct').map(at =>
  ({ at, Omvang: at.it.Omvang, Budget: at.it.Budget, van: at.it.GewensteIngangsdatum, tot: at.it.Einddatum, eind: 'Einddatum' })))

/** Rows that name their product; a TeWijzigenProduct has that of its assignment. */
const withProduct = once((scene): readonly Ordered[] => [...toegewezen(scene), ...aangevraagd(scene), ...nieuw(scene)])
const everyRow = once((scene): readonly Ordered[] => [...withProduct(scene), ...teWijzigen(scene)])

/** The standard asks more of what ends later than this. */
const oldest = '2020-12-31'
const endsLater = ({ tot }: Ordered): boolean => tot === undefined || before(oldest, tot)

/** A product with a code has its volume. */
const CD041: Within = scene => withProduct(scene).filter(it => it.Product?.Code !== undefined && it.Omvang === undefined).map(it => missing(it.at, 'Omvang'))

/** A budget has an end. */
const CD075: Within = scene => everyRow(scene).filter(it => it.Budget !== undefined && it.tot === undefined).map(it => missing(it.at, it.eind))

/** A volume per week has an end. */
const CD076: Within = scene => everyRow(scene).filter(it => it.Omvang?.Frequentie === '2' && it.tot === undefined).map(it => missing(it.at, it.eind))

/** No volume beside a budget. */
const CD077: Within = scene => everyRow(scene).filter(it => it.Budget !== undefined && it.Omvang !== undefined).map(it => superfluous(it.at, 'Omvang'))

/** No budget beside a volume. */
const CD078: Within = scene => everyRow(scene).filter(it => it.Budget !== undefined && it.Omvang !== undefined).map(it => superfluous(it.at, 'Budget'))

/** Without a budget it is a product that is ordered. */
const CD079: Within = scene => withProduct(scene).filter(it => it.Budget === undefined && it.Product === undefined).map(it => missing(it.at, 'Product'))

/** A volume is of a product with a code, but for rows of before 2021. */
const uncodedVolumes = (rows: readonly Ordered[]): readonly Fault[] =>
  rows.filter(it => it.Omvang !== undefined && it.Product?.Code === undefined && endsLater(it)).map(it => superfluous(it.at, 'Omvang'))
const CD080: Within = scene => uncodedVolumes(toegewezen(scene))
const CD095: Within = scene => uncodedVolumes(aangevraagd(scene))
const CD096: Within = scene => uncodedVolumes(nieuw(scene))

/** No period ends before it begins; that of an address only where both its days are known. */
const CS003: Within = scene => [
  ...scene.all('301:Contact').flatMap(at => {
    const { Begindatum, Einddatum } = at.it.Periode ?? {}
    return Begindatum !== undefined && Einddatum !== undefined && before(Einddatum, Begindatum) ? [wrong(at, 'Periode/Einddatum', onOrAfter(Begindatum))] : []
  }),
  ...everyRow(scene).filter(it => it.tot !== undefined && before(it.tot, it.van)).map(it => wrong(it.at, it.eind, onOrAfter(it.van)))
]

/** What is removed ends on the day it begins. */
const CS335: Within = ({ all }) => all('301:ToegewezenProduct').filter(({ it }) => it.RedenWijziging === '13' && (it.Einddatum === undefined || !sameDate(it.Einddatum, it.Ingangsdatum)))
  .map(at => wrong(at, 'RedenWijziging', { nl: '13 alleen als Einddatum gelijk is aan Ingangsdatum', en: '13 only when Einddatum equals Ingangsdatum' }))

/** A reason that is no longer used. */
const CS336: Within = ({ all }) => all('301:ToegewezenProduct').filter(({ it }) => it.RedenWijziging === '01').map(at => wrong(at, 'RedenWijziging', { nl: 'een andere reden dan 01', en: 'another reason than 01' }))

/** Days, parts of days, pieces and euros are ordered per week, per month or in all. */
const oddFrequencies = (rows: readonly Ordered[]): readonly Fault[] => rows
  .filter(it => it.Omvang !== undefined && ['14', '16', '83', '84'].includes(it.Omvang.Eenheid) && !['2', '4', '6'].includes(it.Omvang.Frequentie) && endsLater(it))
  .map(it => wrong(it.at, 'Omvang/Frequentie', oneOf('2', '4', '6')))
const CS338: Within = scene => oddFrequencies([...toegewezen(scene), ...nieuw(scene), ...teWijzigen(scene)])
const CS343: Within = scene => oddFrequencies(aangevraagd(scene))

const rowOf = (it: Ordered): Row<Placed<object>> => ({ of: it.at, product: it.Product, van: it.van, tot: it.tot })
const clashing = (rows: readonly Ordered[], { model }: Scene): readonly Fault[] => clashes(rows.map(rowOf), model.family).map(({ row, met }) =>
  wrong(row, '', { nl: `geen dag gemeen met ${met.path}`, en: `no day in common with ${met.path}` }, { nl: 'hetzelfde product in dezelfde periode', en: 'the same product in the same period' }))

/** What was removed, or corrected in the way of before, is not there and can clash with nothing. */
const TR302: Within = scene => {
  const gone = new Set<object>(scene.all('301:ToegewezenProduct').filter(({ it }) => ['13', '01'].includes(it.RedenWijziging ?? '') && it.Einddatum !== undefined && sameDate(it.Einddatum, it.Ingangsdatum)))
  return clashing(toegewezen(scene).filter(({ at }) => !gone.has(at)), scene)
}
const TR386: Within = scene => clashing(aangevraagd(scene), scene)
const TR410: Within = scene => clashing(nieuw(scene), scene)

const rows = ['301:ToegewezenProduct', '315:AangevraagdProduct', '317:NieuwProduct', '317:TeWijzigenProduct']
/** @returns where an element applies: of the rows that name a product, and those to be changed unless left out */
const at = (element: string, changed = true): string => rows.slice(0, changed ? 4 : 3).map(name => `${name}/${name.startsWith('315') && element === 'Einddatum' ? 'ToewijzingEinddatum' : element}`).join(' ')

/** By code. */
export const products: readonly Rule[] = [
  within('CD041', at('Omvang', false), 'Vul Omvang: bij een product met een Code hoort een omvang. Staat er een Budget, laat dan in plaats daarvan de Code weg.', 'Fill Omvang: a product with a Code needs a volume. Where there is a Budget, leave the Code out instead.', CD041),
  within('CD075', at('Einddatum'), 'Vul de einddatum: een Budget kan niet zonder.', 'Fill the end date: a Budget cannot do without.', CD075),
  within('CD076', at('Einddatum'), 'Vul de einddatum: een omvang per week (Frequentie 2) kan niet zonder.', 'Fill the end date: a volume per week (Frequentie 2) cannot do without.', CD076),
  within('CD077', at('Omvang'), 'Kies tussen Omvang en Budget: naast een Budget mag geen omvang staan, en geen Code die er een vraagt.', 'Choose between Omvang and Budget: beside a Budget there may be no volume, nor a Code that needs one.', CD077),
  within('CD078', at('Budget'), 'Kies tussen Omvang en Budget: naast een Omvang mag geen budget staan.', 'Choose between Omvang and Budget: there may be no budget beside an Omvang.', CD078),
  within('CD079', at('Product', false), 'Vul Product: alleen met een Budget mag het ontbreken.', 'Fill Product: only with a Budget may it be left out.', CD079),
  within('CD080', '301:ToegewezenProduct/Omvang', 'Laat Omvang weg, of vul ook Product/Code: een omvang hoort bij een product met een code.', 'Leave Omvang out, or fill Product/Code as well: a volume belongs to a product with a code.', CD080),
  within('CD095', '315:AangevraagdProduct/Omvang', 'Laat Omvang weg, of vul ook Product/Code: een omvang vraagt u aan voor een product met een code.', 'Leave Omvang out, or fill Product/Code as well: a volume is requested for a product with a code.', CD095),
  within('CD096', '317:NieuwProduct/Omvang', 'Laat Omvang weg, of vul ook Product/Code: een nieuw product met een omvang heeft een code.', 'Leave Omvang out, or fill Product/Code as well: a new product with a volume has a code.', CD096),
  within('CS003', `301:Contact/Periode/Einddatum ${at('Einddatum')}`, 'Zet de einddatum op of na de begindatum van dezelfde periode.', 'Put the end date on or after the begin date of the same period.', CS003),
  within('CS335', '301:ToegewezenProduct/RedenWijziging', 'Gebruik RedenWijziging 13 (verwijderd) alleen met een Einddatum die gelijk is aan de Ingangsdatum.', 'Use RedenWijziging 13 (removed) only with an Einddatum equal to the Ingangsdatum.', CS335),
  within('CS336', '301:ToegewezenProduct/RedenWijziging', 'Kies een andere RedenWijziging: 01 is vervallen. Voor een correctie is er 14, voor verwijderen 13.', 'Choose another RedenWijziging: 01 has expired. There is 14 for a correction and 13 for a removal.', CS336),
  within('CS338', '301:ToegewezenProduct/Omvang/Frequentie 317:NieuwProduct/Omvang/Frequentie 317:TeWijzigenProduct/Omvang/Frequentie', 'Kies bij Eenheid 14, 16, 83 of 84 een Frequentie per week (2), per maand (4) of in totaal (6).', 'With Eenheid 14, 16, 83 or 84 choose a Frequentie per week (2), per month (4) or in all (6).', CS338),
  within('CS343', '315:AangevraagdProduct/Omvang/Frequentie', 'Vraag Eenheid 14, 16, 83 of 84 aan per week (Frequentie 2), per maand (4) of in totaal (6).', 'Request Eenheid 14, 16, 83 or 84 per week (Frequentie 2), per month (4) or in all (6).', CS343),
  within('TR302', '301:ToegewezenProduct', 'Wijs hetzelfde product niet twee keer toe over dezelfde dagen: laat de ene toewijzing eindigen voordat de andere begint.', 'Do not assign the same product twice over the same days: let one assignment end before the other begins.', TR302),
  within('TR386', '315:AangevraagdProduct', 'Vraag hetzelfde product niet twee keer aan over dezelfde dagen: voeg de regels samen of laat de periodes op elkaar aansluiten.', 'Do not request the same product twice over the same days: join the rows, or let one period follow the other.', TR386),
  within('TR410', '317:NieuwProduct', 'Vraag niet twee keer hetzelfde nieuwe product over dezelfde dagen: voeg de regels samen of laat de periodes op elkaar aansluiten.', 'Do not ask for the same new product twice over the same days: join the rows, or let one period follow the other.', TR410)
]
