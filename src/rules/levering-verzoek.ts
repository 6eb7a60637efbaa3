/** The rules against earlier messages (control level 3) of verzoek om toewijzing (315) and verzoek om wijziging (317). */
import { same, type Words } from '../core/core.ts'
import type { History, Known } from '../history/history.ts'
import type { CDT_Product, Classes } from '../standard/standard.ts'
import { mits, onbeslist, zeker, zekerSinds } from './certain.ts'
import { clashes, type Row } from './clash.ts'
import type { Against, Fault, Rule } from './rule.ts'
import { bsnOf, type Placed, type Scene } from './scene.ts'
import { before, integer, missing, sameDate, sameNumber, superfluous, wrong } from './value.ts'

type Versie = Known<'301:ToegewezenProduct'>
type TeWijzigen = Classes['317:TeWijzigenProduct']

/** A reference is new. */
const TR347: Against = (scene, { history }) => [...scene.all('315:AangevraagdProduct'), ...scene.all('317:Verzoek')].flatMap(row => {
  const fault = wrong(row, 'ReferentieAanbieder', { nl: 'een referentie die nog niet is gebruikt', en: 'a reference that was not used before' })
  if (history.verzoek(row.it.ReferentieAanbieder) !== null) return [fault]
  return zeker(history) ? [] : [onbeslist(history, fault)]
})

/** One open request for a client. */
const TR374: Against = (scene, { history }) => [...scene.all('315:Client'), ...scene.all('317:Client')].flatMap(row => {
  const open = history.verzoeken(row.it.Bsn).filter(it => it.referenties.some(of => of.open))
  const fault = wrong(row, '', { nl: 'geen ander open verzoek voor deze cliënt', en: 'no other open request for this client' }, { nl: 'een verzoek dat nog open is', en: 'a request that is still open' })
  if (open.length > 0) return [mits(open.some(it => zekerSinds(history, it)), history, fault)]
  return zeker(history) ? [] : [onbeslist(history, fault)]
})

/**
 * TR304 of a 317 and a 323: who it is about has an assignment, whatever became of it.
 * @param clients the Clients of the message
 */
export function zonderToewijzing (clients: ReadonlyArray<Placed<{ readonly Bsn: string }>>, history: History): Fault[] {
  const expected: Words = { nl: 'een cliënt met een toewijzing van deze gemeente aan deze aanbieder', en: 'a client with an assignment of this municipality to this provider' }
  return clients.filter(({ it }) => history.toewijzingen(it.Bsn).length === 0).map(client => mits(zeker(history), history, wrong(client, 'Bsn', expected)))
}

/** Deleted (13) or expired (01): it never counts. */
const isVervallen = ({ it: { RedenWijziging, Ingangsdatum, Einddatum } }: Versie): boolean =>
  (RedenWijziging === '13' || RedenWijziging === '01') && Einddatum !== undefined && sameDate(Einddatum, Ingangsdatum)

/** Valid on that day or later; one that starts later is. */
const isActueel = (versie: Versie, day: string): boolean => !isVervallen(versie) && (versie.it.Einddatum === undefined || !before(versie.it.Einddatum, day))

/** @returns the actual version of an assignment of this client; null where he has none of that number, and whether that is certain: a number is one client's (TR332) */
function versieVan (scene: Scene, history: History, ToewijzingNummer: string): { readonly versie: Versie | null, readonly certain: boolean } {
  const client = history.client(bsnOf(scene))
  const versions = history.toewijzing(ToewijzingNummer)
  const versie = versions.findLast(it => it.client === client) ?? null
  return { versie, certain: versie === null ? versions.length > 0 || zeker(history) : zekerSinds(history, versie) }
}

/** A request for change names every actual assignment, once. */
const TR349: Against = (scene, { history }) => {
  const named = Map.groupBy([...scene.all('317:OngewijzigdProduct'), ...scene.all('317:TeWijzigenProduct')], ({ it }) => integer(it.ToewijzingNummer))
  const actueel = history.toewijzingen(bsnOf(scene)).filter(it => isActueel(it, scene.dagtekening))
  return scene.all('317:Verzoek').flatMap(row => {
    const faults = actueel.flatMap(versie => {
      const times = named.get(integer(versie.it.ToewijzingNummer))?.length ?? 0
      return times === 1 ? [] : [mits(zekerSinds(history, versie), history, wrong(row, '', eenKeer(versie), { nl: `${times} keer genoemd`, en: `named ${times} times` }))]
    })
    return faults.length > 0 || zeker(history) ? faults : [onbeslist(history, wrong(row, '', { nl: 'elke actuele toewijzing één keer genoemd', en: 'every actual assignment named once' }))]
  })
}

const eenKeer = ({ it: { ToewijzingNummer } }: Versie): Words => ({ nl: `ToewijzingNummer ${ToewijzingNummer} één keer genoemd`, en: `ToewijzingNummer ${ToewijzingNummer} named once` })

const TR350: Against = (scene, { history }) => nietActueel(scene, history, scene.all('317:OngewijzigdProduct'))
const TR351: Against = (scene, { history }) => nietActueel(scene, history, scene.all('317:TeWijzigenProduct'))

function nietActueel (scene: Scene, history: History, rows: ReadonlyArray<Placed<{ readonly ToewijzingNummer: string }>>): Fault[] {
  return rows.flatMap(row => {
    const { versie, certain } = versieVan(scene, history, row.it.ToewijzingNummer)
    if (versie !== null && isActueel(versie, scene.dagtekening)) return []
    const expected: Words = { nl: `een toewijzing van deze cliënt die geldt op of na ${scene.dagtekening}`, en: `an assignment of this client that is valid on or after ${scene.dagtekening}` }
    return [mits(certain, history, wrong(row, '', expected, same(`ToewijzingNummer ${row.it.ToewijzingNummer}`)))]
  })
}

/**
 * Faults of rows against their assignments. A number that is certainly none of this client's is left to TR351.
 * @param when whether the rule can apply to a row at all
 * @param breaks whether the row breaks it, given its assignment
 * @param changes whether a later version may say otherwise; product and Ingangsdatum never change
 */
function tegenToewijzing (when: (row: TeWijzigen, dagtekening: string) => boolean, breaks: (row: TeWijzigen, versie: Versie['it']) => boolean, fault: (row: Placed<TeWijzigen>) => Fault, changes = false): Against {
  return (scene, { history }) => scene.all('317:TeWijzigenProduct').filter(({ it }) => when(it, scene.dagtekening)).flatMap(row => {
    const { versie, certain } = versieVan(scene, history, row.it.ToewijzingNummer)
    if (versie === null) return certain ? [] : [onbeslist(history, fault(row))]
    return breaks(row.it, versie.it) ? [mits(certain || !changes, history, fault(row))] : []
  })
}

const vanBegin = (row: Placed<TeWijzigen>): Fault => wrong(row, 'GewensteIngangsdatum', { nl: 'de Ingangsdatum van de toewijzing', en: 'the Ingangsdatum of the assignment' })
const nietVanBegin = (row: TeWijzigen, versie: Versie['it']): boolean => !sameDate(row.GewensteIngangsdatum, versie.Ingangsdatum)

/** A change in the past is a change from the first day on. */
const TR357 = tegenToewijzing((row, dagtekening) => !before(dagtekening, row.GewensteIngangsdatum), nietVanBegin, vanBegin)

/** An amount or total is for the whole period. */
const TR373 = tegenToewijzing(
  ({ Budget, Omvang }) => Budget !== undefined || Omvang !== undefined,
  (row, versie) => nietVanBegin(row, versie) && anderTotaal(row, versie),
  vanBegin, true)

/** Only what is there in both can differ: another kind of arrangement is another assignment. */
function anderTotaal ({ Budget, Omvang }: TeWijzigen, { Budget: budget, Omvang: omvang }: Versie['it']): boolean {
  if (Budget !== undefined && budget !== undefined && !sameNumber(Budget, budget)) return true
  return Omvang !== undefined && omvang?.Frequentie === '6' && !sameNumber(Omvang.Volume, omvang.Volume)
}

/** From 2021 on only a product with a Code has an Omvang. */
const sinds2021 = ({ Omvang, Einddatum }: TeWijzigen): boolean => Omvang !== undefined && (Einddatum === undefined || before('2020-12-31', Einddatum))
const geenOmvang = (row: Placed<TeWijzigen>): Fault => superfluous(row, 'Omvang')

const TR375 = tegenToewijzing(sinds2021, (_, { Product }) => Product === undefined, geenOmvang)
const TR411 = tegenToewijzing(({ Omvang }) => Omvang === undefined, (_, { Product }) => Product?.Code !== undefined, row => missing(row, 'Omvang'))
const TR412 = tegenToewijzing(sinds2021, (_, { Product }) => Product !== undefined && Product.Code === undefined, geenOmvang)

/** What a row of a request would bring: its place and what is known of its assignment. */
interface Gevraagd { readonly at: Placed<object>, readonly certain: boolean }

/** What is asked does not clash with itself. */
const TR361: Against = (scene, { history }) => {
  const [verzoek] = scene.all('317:Verzoek')
  if (verzoek === undefined) return []
  const rows = [...ongewijzigd(scene, history), ...gewijzigd(scene, history), ...nieuw(scene)]
  const faults = clashes(rows.filter(it => it !== null), scene.model.family).map(({ row, met }) =>
    mits(row.certain && met.certain, history, wrong(verzoek, '', { nl: 'hetzelfde product niet twee keer op één dag', en: 'the same product not twice on one day' }, same(`${placeOf(met)} / ${placeOf(row)}`))))
  return faults.length > 0 || !rows.includes(null) ? faults : [onbeslist(history, wrong(verzoek, '', { nl: 'hetzelfde product niet twee keer op één dag', en: 'the same product not twice on one day' }))]
}

const placeOf = ({ at }: Gevraagd): string => at.path.slice(at.path.lastIndexOf('/') + 1)

/** Rows of which the assignment is not known but may exist are null; those that have certainly none are left to TR350 and TR351. */
function ongewijzigd (scene: Scene, history: History): ReadonlyArray<Row<Gevraagd> | null> {
  return scene.all('317:OngewijzigdProduct').flatMap(at => {
    const { versie, certain } = versieVan(scene, history, at.it.ToewijzingNummer)
    if (versie === null) return certain ? [] : [null]
    const { Product, Ingangsdatum, Einddatum } = versie.it
    return isVervallen(versie) ? [] : [rowOf({ at, certain }, Product, Ingangsdatum, Einddatum)]
  })
}

function gewijzigd (scene: Scene, history: History): ReadonlyArray<Row<Gevraagd> | null> {
  return scene.all('317:TeWijzigenProduct').flatMap(at => {
    const { versie, certain } = versieVan(scene, history, at.it.ToewijzingNummer)
    if (versie === null) return certain ? [] : [null]
    return [rowOf({ at, certain: true }, versie.it.Product, at.it.GewensteIngangsdatum, at.it.Einddatum)]
  })
}

const nieuw = (scene: Scene): ReadonlyArray<Row<Gevraagd>> =>
  scene.all('317:NieuwProduct').map(at => rowOf({ at, certain: true }, at.it.Product, at.it.GewensteIngangsdatum, at.it.Einddatum))

const rowOf = (of: Gevraagd, product: CDT_Product | undefined, van: string, tot: string | undefined): Row<Gevraagd> => ({ of, product, van, tot })

export const verzoek: readonly Rule[] = [
  {
    code: 'TR347',
    level: 3,
    retourcode: '9347',
    at: ['315:AangevraagdProduct/ReferentieAanbieder', '317:Verzoek/ReferentieAanbieder'],
    inferred: false,
    text: {
      nl: 'Kies een nieuwe ReferentieAanbieder: deze is al gebruikt in een eerder verzoek.',
      en: 'Choose a new ReferentieAanbieder: this one was used in an earlier request.'
    },
    check: TR347
  },
  {
    code: 'TR349',
    level: 3,
    retourcode: '9349',
    at: ['317:Verzoek'],
    inferred: true,
    text: {
      nl: 'Noem elke actuele toewijzing van de cliënt één keer: als ongewijzigd of als te wijzigen.',
      en: 'Name every actual assignment of the client once: as unchanged or as to be changed.'
    },
    check: TR349
  },
  {
    code: 'TR350',
    level: 3,
    retourcode: '9350',
    at: ['317:OngewijzigdProduct'],
    inferred: true,
    text: {
      nl: 'Controleer het ToewijzingNummer: bij dit ongewijzigde product hoort geen actuele toewijzing van deze cliënt. Is die afgelopen of verwijderd, laat het product dan weg.',
      en: 'Check the ToewijzingNummer: no actual assignment of this client belongs to this unchanged product. When it has ended or was deleted, leave the product out.'
    },
    check: TR350
  },
  {
    code: 'TR351',
    level: 3,
    retourcode: '9351',
    at: ['317:TeWijzigenProduct'],
    inferred: false,
    text: {
      nl: 'Controleer het ToewijzingNummer: bij dit te wijzigen product hoort geen actuele toewijzing van deze cliënt. Is die afgelopen of verwijderd, vraag het product dan als nieuw aan.',
      en: 'Check the ToewijzingNummer: no actual assignment of this client belongs to this product to be changed. When it has ended or was deleted, request the product as a new one.'
    },
    check: TR351
  },
  {
    code: 'TR357',
    level: 3,
    retourcode: '9357',
    at: ['317:TeWijzigenProduct/GewensteIngangsdatum'],
    inferred: false,
    text: {
      nl: 'Laat de wijziging ingaan op de Ingangsdatum van de toewijzing, of anders na de Dagtekening van het bericht.',
      en: 'Let the change begin on the Ingangsdatum of the assignment, or else after the Dagtekening of the message.'
    },
    check: TR357
  },
  {
    code: 'TR361',
    level: 3,
    retourcode: '9361',
    at: ['317:Verzoek'],
    inferred: true,
    text: {
      nl: 'Vraag hetzelfde product niet twee keer over dezelfde dagen: laat het ene eindigen voordat het andere begint.',
      en: 'Do not ask for the same product twice over the same days: let one end before the other begins.'
    },
    check: TR361
  },
  {
    code: 'TR373',
    level: 3,
    retourcode: '9373',
    at: ['317:TeWijzigenProduct/GewensteIngangsdatum'],
    inferred: false,
    text: {
      nl: 'Laat een ander budget, of een ander totaal over de hele toewijzing, ingaan op de Ingangsdatum van de toewijzing.',
      en: 'Let another budget, or another total over the whole assignment, begin on the Ingangsdatum of the assignment.'
    },
    check: TR373
  },
  {
    code: 'TR374',
    level: 3,
    retourcode: '9374',
    at: ['315:Client', '317:Client'],
    inferred: true,
    text: {
      nl: 'Voor deze cliënt is nog een ander verzoek open: wacht op het antwoord of de toewijzing.',
      en: 'Another request for this client is still open: wait for its answer or assignment.'
    },
    check: TR374
  },
  {
    code: 'TR375',
    level: 3,
    retourcode: '9375',
    at: ['317:TeWijzigenProduct/Omvang'],
    inferred: true,
    text: {
      nl: 'Laat Omvang weg: de toewijzing is generiek, zonder product.',
      en: 'Leave Omvang out: the assignment is generic, without a product.'
    },
    check: TR375
  },
  {
    code: 'TR411',
    level: 3,
    retourcode: '9411',
    at: ['317:TeWijzigenProduct/Omvang'],
    inferred: true,
    text: {
      nl: 'Vul Omvang: de toewijzing heeft een productcode.',
      en: 'Fill Omvang: the assignment has a product code.'
    },
    check: TR411
  },
  {
    code: 'TR412',
    level: 3,
    retourcode: '9412',
    at: ['317:TeWijzigenProduct/Omvang'],
    inferred: true,
    text: {
      nl: 'Laat Omvang weg: de toewijzing heeft geen productcode.',
      en: 'Leave Omvang out: the assignment has no product code.'
    },
    check: TR412
  }
]
