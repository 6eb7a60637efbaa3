/** What is asked of one debit Prestatie by itself (levels 3 and 4): against its assignment, its contract and what was claimed before. */
import { dateOfDay, dayOf, firstOfMonth, lastOfMonth } from '../calendar/calendar.ts'
import { same, type Words } from '../core/core.ts'
import type { FactClasses } from '../history/history.ts'
import type { Contract } from '../sources/sources.ts'
import { mits, onbeslist, zeker, zekerSinds } from './certain.ts'
import { omvangOf, type Claim, type Prestatie } from './declaratie-claim.ts'
import type { Fault } from './rule.ts'
import { before, integer, oneOf, wrong } from './value.ts'
import { bedragVan, deler, geteld, maximumVanPeriode, maximumVanToewijzing, minuuttarief, past, productPeriode, zonderZondag } from './volume.ts'

/** One rule over one Prestatie: null where it holds. */
export type Toets = (prestatie: Prestatie, claim: Claim) => Fault | null

/** A rule against the actual version of the assignment; without one there is nothing to hold the Prestatie against, which TR338 tells. */
const tegenToewijzing = (check: (toegewezen: FactClasses['301:ToegewezenProduct'], prestatie: Prestatie, claim: Claim) => Fault | null): Toets => (prestatie, claim) => {
  const { toewijzing } = prestatie
  const fault = toewijzing === null ? null : check(toewijzing.it, prestatie, claim)
  return toewijzing === null || fault === null ? null : mits(zekerSinds(claim.outside.history, toewijzing), claim.outside.history, fault)
}

/** Period on or after the start of the assignment. */
const TR307 = tegenToewijzing(({ Ingangsdatum }, { it, placed }) => !before(it.ProductPeriode.Begindatum, Ingangsdatum)
  ? null
  : wrong(placed, 'ProductPeriode/Begindatum', { nl: `op of na ${Ingangsdatum}`, en: `on or after ${Ingangsdatum}` }))

/** Period on or before the end of the assignment. */
const TR308 = tegenToewijzing(({ Einddatum }, { it, placed }) => Einddatum === undefined || !before(Einddatum, it.ProductPeriode.Einddatum)
  ? null
  : wrong(placed, 'ProductPeriode/Einddatum', { nl: `op of voor ${Einddatum}`, en: `on or before ${Einddatum}` }))

/** Nothing of a later month than that of the claim. */
const TR319: Toets = ({ it: { ProductPeriode }, placed }, { scene }) => {
  const [declaratie] = scene.all('323:Declaratie')
  const einde = declaratie?.it.DeclaratiePeriode.Einddatum ?? ProductPeriode.Einddatum
  return before(einde, ProductPeriode.Einddatum)
    ? wrong(placed, 'ProductPeriode', { nl: `niet na ${einde}`, en: `not after ${einde}` }, same(`${ProductPeriode.Begindatum} – ${ProductPeriode.Einddatum}`))
    : null
}

const tenHoogste = (most: number, unit: Words, besides: Words = same('')): Words =>
  ({ nl: `ten hoogste ${most}${unit.nl}${besides.nl}`, en: `at most ${most}${unit.en}${besides.en}` })
/** What an hour assignment is counted in has to be said. */
const geteldIn = (toegewezen: string): Words => deler(toegewezen) === 60 ? { nl: ' minuten', en: ' minutes' } : same('')
const geenZondag = { nl: ': de toewijzing heeft geen zondag', en: ': the assignment has no Sunday' }

/** Volume within the maximum of its period, told in the unit that was claimed. */
const TR321 = tegenToewijzing((_, prestatie, claim) => {
  const { it: { GeleverdVolume, Eenheid }, placed, periode } = prestatie
  const omvang = omvangOf(claim, prestatie)
  const most = omvang === null ? null : maximumVanPeriode(omvang, periode)
  if (omvang === null || most === null) return null
  const delivered = geteld(integer(GeleverdVolume), Eenheid, omvang.eenheid)
  if (delivered === null || delivered <= most * deler(omvang.eenheid)) return null
  const told = Eenheid === omvang.eenheid ? most : most * deler(omvang.eenheid)
  return wrong(placed, 'GeleverdVolume', tenHoogste(told, same(''), most === 0 && zonderZondag(omvang) ? geenZondag : same('')))
})

/** An assignment of this client. */
const TR338: Toets = ({ toewijzing, versies, placed }, { outside: { history } }) => toewijzing !== null
  ? null
  : mits(versies.length > 0 || zeker(history), history, wrong(placed, 'ToewijzingNummer', { nl: 'het nummer van een toewijzing aan deze cliënt', en: 'the number of an assignment to this client' }))

const TR339 = tegenToewijzing(({ Product }, { it, placed }) => Product === undefined || Product.Categorie === it.ProductCategorie
  ? null
  : wrong(placed, 'ProductCategorie', same(Product.Categorie)))

const TR340 = tegenToewijzing(({ Product }, { it, placed }) => Product?.Code === undefined || Product.Code === it.ProductCode
  ? null
  : wrong(placed, 'ProductCode', same(Product.Code)))

const eenheden = (agreed: string): Words => agreed === '04' ? oneOf('04', '01') : same(agreed)

/** Unit as assigned; where none was, as agreed. */
const TR341: Toets = (prestatie, claim) => prestatie.toewijzing?.it.Omvang === undefined && prestatie.toewijzing !== null
  ? volgensContract(prestatie, claim, 'Eenheid', contract => contract.eenheid === null ? undefined : past(prestatie.it.Eenheid, contract.eenheid) ? null : eenheden(contract.eenheid))
  : eenheidToegewezen(prestatie, claim)

const eenheidToegewezen = tegenToewijzing(({ Omvang }, { it, placed }) => Omvang === undefined || past(it.Eenheid, Omvang.Eenheid)
  ? null
  : wrong(placed, 'Eenheid', eenheden(Omvang.Eenheid)))

/**
 * A rule against the contract.
 * @param check gives what the contract asks instead; null where it is satisfied, undefined where it says nothing of it
 */
function volgensContract ({ it, placed }: Prestatie, claim: Claim, element: string, check: (contract: Contract) => Words | null | undefined): Fault | null {
  const contract = claim.contract(it)
  const expected = contract === null ? undefined : check(contract)
  if (expected !== undefined) return expected === null ? null : wrong(placed, element, expected)
  return { ...wrong(placed, element, { nl: 'volgens het contract', en: 'as the contract says' }), unassessed: contract === null ? geenContract(it) : zwijgt(it) }
}

const product = ({ ProductCategorie, ProductCode }: Prestatie['it']): string => `${ProductCode} (${ProductCategorie})`
const geenContract = (it: Prestatie['it']): Words => ({ nl: `over product ${product(it)} is geen contract bekend.`, en: `no contract is known about product ${product(it)}.` })
const zwijgt = (it: Prestatie['it']): Words => ({ nl: `het contract over product ${product(it)} zegt dit niet.`, en: `the contract about product ${product(it)} does not say it.` })

/** By the hour where that is said, or where hours are the unit. */
const perUur = ({ perUur, eenheid }: Contract): boolean => perUur || eenheid === '04'

/** The tariff of the contract. */
const TR418: Toets = (prestatie, claim) => {
  const { Eenheid, ProductTarief } = prestatie.it
  if (Eenheid === '83' || ProductTarief === undefined) return null
  return volgensContract(prestatie, claim, 'ProductTarief', contract => {
    if (contract.tarief_cents === null) return undefined
    const agreed = Eenheid === '01' && perUur(contract) ? minuuttarief(contract.tarief_cents) : contract.tarief_cents
    return integer(ProductTarief) === agreed ? null : same(agreed)
  })
}

/** Amount is volume times tariff. Minutes may be at a tariff by the hour, which only the contract tells. */
const TR346: Toets = (prestatie, claim) => {
  const { it: { Eenheid, GeleverdVolume, ProductTarief, IngediendBedrag: { Bedrag } }, placed } = prestatie
  const contract = Eenheid === '01' ? claim.contract(prestatie.it) : null
  const uurtarief = contract !== null && perUur(contract) ? contract.tarief_cents : null
  const expected = bedragVan({ volume: integer(GeleverdVolume), eenheid: Eenheid, tarief: ProductTarief === undefined ? null : integer(ProductTarief), uurtarief })
  if (Eenheid === '83' || expected === null || integer(Bedrag) === expected) return null
  const fault = wrong(placed, 'IngediendBedrag/Bedrag', same(expected))
  if (Eenheid !== '01' || uurtarief !== null || (contract !== null && !perUur(contract))) return fault
  return { ...fault, unassessed: contract === null ? geenContract(prestatie.it) : zwijgt(prestatie.it) }
}

/** Product in the list in use, when the care was assigned or when it was delivered. */
const TR381: Toets = ({ it, placed, toewijzing }, { outside: { sources }, parties }) => {
  const dates = [it.ProductPeriode.Begindatum, ...toewijzing === null ? [] : [toewijzing.it.Ingangsdatum]]
  return volgensLijst(wrong(placed, 'ProductCode', inLijst(it.ProductCategorie)), dates.map(date => sources.product(parties, it.ProductCategorie, it.ProductCode, date)))
}

/** @returns what TR381 asks of a code */
export const inLijst = (categorie: string): Words =>
  ({ nl: `een code van categorie ${categorie} in de productcodelijst van de gemeente`, en: `a code of category ${categorie} in the product list of the municipality` })

/**
 * @param answers of a source about several moments; one yes is enough
 * @returns the fault, as "not assessed" where a moment is one of which the source knows nothing; null on a yes
 */
export function volgensLijst (fault: Fault, answers: ReadonlyArray<boolean | null>, missing: Words = geenLijst): Fault | null {
  if (answers.includes(true)) return null
  return answers.includes(null) ? { ...fault, unassessed: missing } : fault
}

const geenLijst = { nl: 'er is geen productcodelijst van deze gemeente over die dag.', en: 'there is no product list of this municipality for that day.' }

/** Nothing on what was deleted. */
const TR384 = tegenToewijzing(({ RedenWijziging }, { placed }) => RedenWijziging !== '13'
  ? null
  : wrong(placed, 'ToewijzingNummer', { nl: 'een toewijzing die niet is verwijderd', en: 'an assignment that was not deleted' }))

/** Whole months, or from the start of the assignment. */
const TR387 = tegenToewijzing(({ Ingangsdatum }, { periode: { from }, placed }) => {
  const expected = productPeriode({ van: dayOf(Ingangsdatum), tot: null }, from)?.from ?? firstOfMonth(from)
  return from === expected ? null : wrong(placed, 'ProductPeriode/Begindatum', same(dateOfDay(expected)))
})

/** Whole months, or until the end of the assignment. */
const TR388 = tegenToewijzing(({ Einddatum }, { periode: { to }, placed }) => {
  const expected = productPeriode({ van: -Infinity, tot: Einddatum === undefined ? null : dayOf(Einddatum) }, to)?.to ?? lastOfMonth(to)
  return to === expected ? null : wrong(placed, 'ProductPeriode/Einddatum', same(dateOfDay(expected)))
})

/** The same care once. */
const TR389: Toets = ({ it, placed, stand }, { outside: { history } }) => {
  const debet = stand.zelfde(it)
  const fault = wrong(placed, '', { nl: 'geen eerdere goedgekeurde debetprestatie over hetzelfde, of een credit daarop', en: 'no earlier approved debit over the same, or a credit on it' })
  if (debet === undefined) return zeker(history, it.ProductPeriode.Einddatum) ? null : onbeslist(history, fault)
  const { ReferentieNummer } = debet.it.ProductReferentie
  return mits(zekerSinds(history, debet), history, { ...fault, found: { nl: `al gedeclareerd onder ${ReferentieNummer}`, en: `claimed already under ${ReferentieNummer}` } })
}

/** Rules by their code. */
export type Toetsen = ReadonlyArray<readonly [code: string, toets: Toets]>

/** The rules over one debit by itself. */
export const toetsen: Toetsen = Object.entries({ TR307, TR308, TR319, TR321, TR338, TR339, TR340, TR341, TR346, TR381, TR384, TR387, TR388, TR389, TR418 })

/** A sum that fits what is known may not fit what is not. */
function samen (prestatie: Prestatie, { outside: { history } }: Claim, fault: Fault, fits: boolean): Fault | null {
  const { toewijzing, stand } = prestatie
  if (toewijzing === null) return null
  if (!fits) return mits(stand.zeker() && zekerSinds(history, toewijzing), history, fault)
  return zeker(history, toewijzing.it.Ingangsdatum) ? null : onbeslist(history, fault)
}

const standWoorden = (most: number, gone: number): Words => ({ nl: `; van ${most} op de hele toewijzing staat al ${gone}`, en: `; of ${most} on the whole assignment ${gone} is taken` })

/** Volume within what the whole assignment has left. */
const TR322: Toets = (prestatie, claim) => {
  const omvang = omvangOf(claim, prestatie)
  const whole = omvang === null ? null : maximumVanToewijzing(omvang)
  const delivered = omvang === null ? null : geteld(integer(prestatie.it.GeleverdVolume), prestatie.it.Eenheid, omvang.eenheid)
  if (omvang === null || whole === null || delivered === null) return null
  const [most, gone] = [whole * deler(omvang.eenheid), prestatie.stand.volume(omvang.eenheid)]
  const expected = tenHoogste(Math.max(0, most - gone), geteldIn(omvang.eenheid), zonderZondag(omvang) ? geenZondag : standWoorden(most, gone))
  return samen(prestatie, claim, wrong(prestatie.placed, 'GeleverdVolume', expected), gone + delivered <= most)
}

/** Amount within what the Budget has left, told where the standard puts it. */
const TR369: Toets = (prestatie, claim) => {
  const budget = prestatie.toewijzing?.it.Budget
  if (budget === undefined) return null
  const [most, gone, bedrag] = [integer(budget), prestatie.stand.bedrag(), integer(prestatie.it.IngediendBedrag.Bedrag)]
  const found = { nl: `${bedrag} cent`, en: `${bedrag} cents` }
  const expected = tenHoogste(Math.max(0, most - gone), { nl: ' cent', en: ' cents' }, standWoorden(most, gone))
  return samen(prestatie, claim, wrong(prestatie.placed, 'GeleverdVolume', expected, found), gone + bedrag <= most)
}

/** The rules that hold a debit against what stands already. */
export const somtoetsen: Toetsen = Object.entries({ TR322, TR369 })
