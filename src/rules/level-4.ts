/** The rules against external sources (control level 4): the calendar, CBS's list, product lists, contracts. */
import type { Words } from '../core/core.ts'
import { pairOf, type History } from '../history/history.ts'
import { zeker } from './certain.ts'
import { inLijst, volgensLijst } from './declaratie-debet.ts'
import { uitOordeel } from './declaratie-oordeel.ts'
import type { Against, Fault, Outside, Rule } from './rule.ts'
import type { Placed, Scene } from './scene.ts'
import { before, wrong } from './value.ts'

const numbers = ['301', '305', '307', '315', '317', '319', '323', '325'] as const

/** Not dated in the future. */
const TR135: Against = ({ all, dagtekening }, { today }) => numbers.flatMap(number => all(`${number}:Header`))
  .filter(() => before(today, dagtekening))
  .map(header => wrong(header, 'BerichtIdentificatie/Dagtekening', { nl: `niet na ${today}`, en: `not after ${today}` }))

/** Days to ask a source about: one yes is enough. */
interface Dagen {
  readonly days: readonly string[]
  /** Whether there may be others, of assignments that are not known. */
  readonly meer: boolean
}

/** @returns the first days of the assignments with these numbers */
function vanToewijzingen (nummers: readonly string[], history: History): Dagen {
  const found = [...new Set(nummers)].map(nummer => history.toewijzing(nummer).at(-1)?.it.Ingangsdatum)
  return { days: [...new Set(found.flatMap(day => day ?? []))], meer: found.includes(undefined) && !zeker(history) }
}

const toewijzingNummers = (rows: ReadonlyArray<Placed<{ readonly ToewijzingNummer?: string }>>): readonly string[] => rows.flatMap(({ it }) => it.ToewijzingNummer ?? [])

/** @returns when the assignments of a message begin; of 319, of one that names none, and where none is known, nothing */
function ingangsdata ({ all }: Scene, { history }: Outside): Dagen {
  const said = [
    ...all('301:ToegewezenProduct').map(({ it }) => it.Ingangsdatum),
    ...all('315:AangevraagdProduct').map(({ it }) => it.ToewijzingIngangsdatum),
    ...[...all('305:StartProduct'), ...all('307:StopProduct')].flatMap(({ it }) => it.ToewijzingIngangsdatum ?? [])
  ]
  const claim = all('325:Header').flatMap(({ it }) => history.gedeclareerd(it.DeclaratieIdentificatie.Identificatie)).map(({ prestatie }) => prestatie.it.ToewijzingNummer)
  const { days, meer } = vanToewijzingen([...claim, ...toewijzingNummers([
    ...all('305:StartProduct'), ...all('307:StopProduct'), ...all('317:OngewijzigdProduct'), ...all('317:TeWijzigenProduct'), ...all('323:Prestatie'), ...all('325:Prestatie')
  ])], history)
  return { days: [...said, ...days], meer }
}

const gemeenteVan = { nl: 'een gemeente in de lijst van het CBS', en: 'a municipality in the list of the CBS' }
const geenCbs: Words = { nl: 'er is geen lijst van gemeenten over die dag, of de toewijzing is niet bekend.', en: 'there is no list of municipalities for that day, or the assignment is not known.' }

/** A municipality of the day the assignment began; one that was dissolved since goes on for it. */
const TR378: Against = (scene, outside) => {
  const { sources } = outside
  const { days, meer } = ingangsdata(scene, outside)
  const asked = days.length > 0 ? days : [scene.dagtekening]
  const told = (row: Placed<object>, element: string, code: string, on: readonly string[], more: boolean): readonly Fault[] => {
    const fault = volgensLijst(wrong(row, element, gemeenteVan), [...on.map(day => sources.gemeente(code, day)), ...more ? [null] : []], geenCbs)
    return fault === null ? [] : [fault]
  }
  const gemeente = pairOf(scene.model, scene.message).gemeente
  return [
    ...numbers.flatMap(number => scene.all(`${number}:Header`)).flatMap(header => told(header, scene.model.afzender === 'gemeente' ? 'Afzender' : 'Ontvanger', gemeente, asked, meer)),
    ...scene.all('319:Woonplaatsbeginsel').flatMap(row => told(row, 'Gemeente', row.it.Gemeente, [scene.dagtekening], false))
  ]
}

/** A product of a class, and from when it is meant. */
interface Coded { readonly row: Placed<object>, readonly categorie: string, readonly code: string | undefined, readonly days: readonly string[] }

/** @returns every product in a message but those of a claim; of a delivery that is deleted nothing more is asked */
function products ({ all }: Scene, { history }: Outside): readonly Coded[] {
  const coded = (row: Placed<object>, product: { readonly Categorie: string, readonly Code?: string } | undefined, days: readonly string[]): readonly Coded[] =>
    product === undefined ? [] : [{ row, categorie: product.Categorie, code: product.Code, days }]
  return [
    ...all('301:ToegewezenProduct').flatMap(row => coded(row, row.it.Product, [row.it.Ingangsdatum])),
    ...[...all('305:StartProduct'), ...all('307:StopProduct')].filter(({ it }) => it.StatusAanlevering !== '3').flatMap(row => {
      const { Product, Begindatum, ToewijzingIngangsdatum, ToewijzingNummer } = row.it
      return coded(row, Product, [Begindatum, ...ToewijzingIngangsdatum === undefined ? [] : [ToewijzingIngangsdatum], ...vanToewijzingen(ToewijzingNummer === undefined ? [] : [ToewijzingNummer], history).days])
    }),
    ...all('315:AangevraagdProduct').flatMap(row => coded(row, row.it.Product, [row.it.ToewijzingIngangsdatum])),
    ...all('317:NieuwProduct').flatMap(row => coded(row, row.it.Product, [row.it.GewensteIngangsdatum]))
  ]
}

/** A code of its category. */
const TR381: Against = (scene, outside) => {
  const parties = pairOf(scene.model, scene.message)
  return [...uitOordeel('TR381')(scene, outside), ...products(scene, outside).flatMap(({ row, categorie, code, days }) => {
    if (code === undefined) return []
    const fault = volgensLijst(wrong(row, 'Product/Code', inLijst(categorie)), days.map(day => outside.sources.product(parties, categorie, code, day)))
    return fault === null ? [] : [fault]
  })]
}

export const level4: readonly Rule[] = [
  {
    code: 'TR135',
    level: 4,
    retourcode: '8848',
    at: numbers.map(number => `${number}:Header/BerichtIdentificatie/Dagtekening`),
    inferred: false,
    text: { nl: 'De dagtekening van een bericht ligt niet in de toekomst.', en: 'A message is not dated in the future.' },
    check: TR135
  },
  {
    code: 'TR346',
    level: 4,
    retourcode: '9346',
    at: ['323:Prestatie/IngediendBedrag/Bedrag'],
    inferred: false,
    text: {
      nl: 'Het bedrag is het volume maal het tarief; van minuten op een uurtarief het uurtarief maal de minuten gedeeld door 60, afgerond op hele centen.',
      en: 'The amount is the volume times the tariff; of minutes at an hour tariff that tariff times the minutes divided by 60, rounded to whole cents.'
    },
    check: uitOordeel('TR346')
  },
  {
    code: 'TR378',
    level: 4,
    retourcode: 'S300',
    at: [
      '301:Header/Afzender', '305:Header/Ontvanger', '307:Header/Ontvanger', '315:Header/Ontvanger', '317:Header/Ontvanger',
      '319:Header/Afzender', '319:Woonplaatsbeginsel/Gemeente', '323:Header/Ontvanger', '325:Header/Afzender'
    ],
    inferred: true,
    text: {
      nl: 'De gemeente bestond toen de toewijzing inging, of anders op de dagtekening.',
      en: 'The municipality existed when the assignment began, or else when the message was dated.'
    },
    check: TR378
  },
  {
    code: 'TR381',
    level: 4,
    retourcode: 'S329',
    at: [
      '301:ToegewezenProduct/Product/Code', '305:StartProduct/Product/Code', '307:StopProduct/Product/Code',
      '315:AangevraagdProduct/Product/Code', '317:NieuwProduct/Product/Code', '323:Prestatie/ProductCode'
    ],
    inferred: false,
    text: {
      nl: 'De productcode hoort bij de productcategorie, volgens de lijst die de gemeente gebruikt.',
      en: 'The product code belongs to the product category, by the list that the municipality uses.'
    },
    check: TR381
  }
]
