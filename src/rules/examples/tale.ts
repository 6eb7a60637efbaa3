/** The story that all cases tell, once per family: one client, two products for 2026, started, claimed in March, changed and stopped. */
import { asTree, generateMessage, modelOf, occurrences, textAt, type Family, type MessageModel, type MessageNumber, type Node, type Tree } from '../../standard/standard.ts'
import { edited, type Edits } from './edit.ts'

export interface Sent { readonly model: MessageModel, readonly message: Tree }
/** A message of the story told by its number, with what is different in it. */
export type Told = readonly [number: MessageNumber, ...edits: ReadonlyArray<Edits | undefined>]

/** What stands between a gemeente and an aanbieder in every message. */
export const gemeente = '0344'
export const aanbieder = '42420001'
/** In no list of CBS; the gateways of tests do not know it. */
export const geenGemeente = '9999'

/** The story in the words of one family. */
export interface Tale {
  readonly family: Family
  /** One Bsn that passes the eleven test per person; 0 is the client. */
  bsn (nth: 0 | 1): string
  /** Of three products: what is claimed by volume, by budget, and what is asked for besides. */
  categorie (nth: 1 | 2 | 3): string
  code (nth: 1 | 2 | 3): string
  /** Categorie and Code. */
  product (nth: 1 | 2 | 3): Tree
  /** A second code of the first categorie. */
  readonly andereCode: string
  /** A categorie under a taakgericht agreement. */
  readonly taakgericht: { readonly Categorie: string, readonly Code: string }
  /** RedenBeeindiging "according to plan". */
  readonly plan: string
}

const categories: Readonly<Record<Family, readonly [string, string, string, string]>> = { iwmo: ['02', '07', '03', '08'], ijw: ['45', '41', '54', '50'] }
const seed = 4
const person = (family: Family, nth: number): string => textAt(generateMessage(modelOf(family === 'ijw' ? 'JW317' : 'WMO317'), seed + nth, 'small'), 'Client/Bsn') ?? ''

/** @returns the story of a family */
export function taleOf (family: Family): Tale {
  const [one, two, three, four] = categories[family]
  const categorie = (nth: 1 | 2 | 3): string => [one, two, three][nth - 1] ?? one
  const code = (nth: 1 | 2 | 3): string => `${categorie(nth)}A0${nth}`
  const people = [person(family, 0), person(family, 1)]
  return {
    family, categorie, code,
    bsn: nth => people[nth] ?? '',
    product: nth => ({ Categorie: categorie(nth), Code: code(nth) }),
    andereCode: `${one}B01`,
    taakgericht: { Categorie: four, Code: `${four}A04` },
    plan: family === 'ijw' ? '31' : '19'
  }
}

/** The assigned quantity: two parts of a day a week, 12 in March 2026. */
const omvang = { Volume: '2', Eenheid: '16', Frequentie: '2' }
const adres = { Huis: { Huisnummer: '1' }, Postcode: '1234AB', LandCode: 'NL' }
const dagtekening = 'Header/BerichtIdentificatie/Dagtekening'

/** What each message says that the smallest sample of its type does not. */
const base: Readonly<Partial<Record<MessageNumber, (it: Tale) => Edits>>> = {
  301: it => ({
    [dagtekening]: '2025-12-15',
    'Contact/Adres': adres,
    Relatie: { Nummer: '1', Soort: '10', Geboortedatum: { Datum: '1980-05-01' }, Naam: { Geslachtsnaam: { Achternaam: 'Voorbeeld' }, NaamGebruik: '1' }, Contact: { Soort: '01', Adres: adres, Telefoon: { Telefoon01: { Telefoonnummer: '0600000000', Landnummer: '31' } } } },
    ToegewezenProduct: { ToewijzingNummer: '1001', Product: it.product(1), Toewijzingsdatum: '2025-12-15', Toewijzingstijd: '09:30:00', Ingangsdatum: '2026-01-01', Einddatum: '2026-12-31', Omvang: omvang },
    'ToegewezenProduct[2]': { ToewijzingNummer: '1002', Product: { Categorie: it.categorie(2) }, Toewijzingsdatum: '2025-12-15', Toewijzingstijd: '09:30:00', Ingangsdatum: '2026-01-01', Einddatum: '2026-12-31', Budget: '1250000' }
  }),
  305: it => ({
    [dagtekening]: '2026-01-05',
    StartProduct: { ToewijzingNummer: '1001', Product: it.product(1), Begindatum: '2026-01-01', StatusAanlevering: '1' }
  }),
  307: it => ({
    [dagtekening]: '2026-04-01',
    StopProduct: { ToewijzingNummer: '1001', Product: it.product(1), Begindatum: '2026-01-01', RedenBeeindiging: it.plan, Einddatum: '2026-03-31', StatusAanlevering: '1' }
  }),
  315: it => ({
    [dagtekening]: '2025-12-01',
    AangevraagdProduct: { ReferentieAanbieder: 'VOT-1', Product: it.product(1), ToewijzingIngangsdatum: '2026-01-01', ToewijzingEinddatum: '2026-12-31', Omvang: omvang, Verwijzer: { Type: '01' } },
    'AangevraagdProduct[2]': { ReferentieAanbieder: 'VOT-2', Product: { Categorie: it.categorie(2) }, ToewijzingIngangsdatum: '2026-01-01', ToewijzingEinddatum: '2026-12-31', Budget: '1250000', Verwijzer: { Type: '01' } }
  }),
  317: it => ({
    [dagtekening]: '2026-04-01',
    Verzoek: {
      ReferentieAanbieder: 'VOW-1',
      RedenVerzoek: '1',
      OngewijzigdeProducten: { OngewijzigdProduct: [{ ToewijzingNummer: '1002' }] },
      TeWijzigenProducten: { TeWijzigenProduct: [{ ToewijzingNummer: '1001', GewensteIngangsdatum: '2026-05-01', Einddatum: '2026-12-31', Omvang: { ...omvang, Volume: '3' } }] },
      NieuweProducten: { NieuwProduct: [{ Product: it.product(3), GewensteIngangsdatum: '2026-05-01', Einddatum: '2026-12-31', Omvang: omvang }] }
    }
  }),
  319: () => ({
    [dagtekening]: '2025-12-10',
    Antwoord: { ReferentieAanbieder: 'VOT-1', VerzoekAntwoord: '1', RedenAfwijzingVerzoek: '3' }
  }),
  323: it => ({
    Declaratie: {
      DeclaratieNummer: 'D1',
      DeclaratiePeriode: maand('03'),
      DeclaratieDagtekening: '2026-04-01',
      TotaalIngediendBedrag: { TotaalBedrag: '0', DebetCredit: 'D' },
      Clienten: { Client: [{ Bsn: it.bsn(0), Prestaties: { Prestatie: [prestatie(it, 'P1', 1), prestatie(it, 'P2', 2)] } }] }
    }
  }),
  325: it => ({
    [dagtekening]: '2026-04-10',
    'Header/DeclaratieIdentificatie': { Identificatie: 'H325-2', Dagtekening: '2026-04-01' },
    'Header/RetourCodes': codes('0200'),
    DeclaratieAntwoord: {
      DeclaratieNummer: 'D1',
      TotaalIngediendBedrag: { TotaalBedrag: '154800', DebetCredit: 'D' },
      TotaalToegekendBedrag: { TotaalBedrag: '100000', DebetCredit: 'D' },
      Clienten: { Client: [{ Bsn: it.bsn(0), Prestaties: { Prestatie: [{ ...prestatie(it, 'P1', 1), RetourCodes: codes('9321') }] }, RetourCodes: codes('0200') }] },
      RetourCodes: codes('0200')
    }
  })
}

const codes = (code: string): Tree => ({ RetourCode: [code] })
const days: Readonly<Record<string, string>> = { '01': '31', '02': '28', '03': '31', '04': '30' }
/** @returns that month of 2026 as a period */
export const maand = (month: string): Tree => ({ Begindatum: `2026-${month}-01`, Einddatum: `2026-${month}-${days[month] ?? '30'}` })

/** @returns what is claimed over a month of 2026: of the first assignment 8 parts of a day for 68.50 euro each, of the second 1,000 euro */
export function prestatie (it: Tale, ReferentieNummer: string, nth: 1 | 2, month = '03'): Tree {
  const quantity = nth === 1 ? { GeleverdVolume: '8', Eenheid: '16', ProductTarief: '6850' } : { GeleverdVolume: '100000', Eenheid: '83' }
  return {
    ProductReferentie: { ReferentieNummer }, ToewijzingNummer: `100${nth}`, ProductCategorie: it.categorie(nth), ProductCode: it.code(nth), ProductPeriode: maand(month),
    ...quantity, IngediendBedrag: { Bedrag: nth === 1 ? '54800' : '100000', DebetCredit: 'D' }
  }
}

/** @returns the credit of what was claimed */
export const credit = (it: Tale, ReferentieNummer: string, VorigReferentieNummer: string, nth: 1 | 2, month: string): Tree => {
  const { IngediendBedrag, ...rest } = prestatie(it, ReferentieNummer, nth, month)
  return { ...rest, ProductReferentie: { ReferentieNummer, VorigReferentieNummer }, IngediendBedrag: { ...asTree(IngediendBedrag), DebetCredit: 'C' } }
}

/** Makes the total of a claim, or what its answer grants, agree with the Prestaties in it. */
function summed (model: MessageModel, message: Tree): Tree {
  if (model.number !== '323' && model.number !== '325') return message
  const [total, sum] = model.number === '323' ? ['TotaalIngediendBedrag', cents(message)] : ['TotaalToegekendBedrag', 154_800 - cents(message)]
  return edited(model, message, { [`${total}/TotaalBedrag`]: `${Math.abs(sum)}`, [`${total}/DebetCredit`]: sum < 0 ? 'C' : 'D' })
}

/** @returns the sum of all IngediendBedrag in a message */
function cents (node: Node | undefined): number {
  const tree = asTree(node)
  if (tree === undefined) return occurrences(node).reduce((sum: number, one) => sum + (typeof one === 'string' ? 0 : cents(one)), 0)
  const amount = asTree(tree['IngediendBedrag'])
  if (amount !== undefined) return Number(textAt(amount, 'Bedrag')) * (textAt(amount, 'DebetCredit') === 'C' ? -1 : 1)
  return Object.values(tree).reduce((sum: number, one) => sum + (typeof one === 'string' ? 0 : cents(one)), 0)
}

const plainOnes = new Map<MessageModel, Tree>()

/** @returns a message as the story has it */
function plain (it: Tale, model: MessageModel): Tree {
  const made = plainOnes.get(model) ?? edited(model, generateMessage(model, seed, 'small'), base[model.number]?.(it) ?? {})
  plainOnes.set(model, made)
  return made
}

/** @returns a message of the story, with its edits made and, in a claim and its answer, its sum right unless they are about it */
export function tell (it: Tale, [number, ...edits]: Told, identificatie: string): Sent {
  const model = modelOf(`${it.family === 'ijw' ? 'JW' : 'WMO'}${number}`)
  const message = [{ 'Header/BerichtIdentificatie/Identificatie': identificatie }, ...edits].reduce((tree: Tree, some = {}) => edited(model, tree, some), plain(it, model))
  return { model, message: edits.some(some => about(some, 'Totaal')) ? message : summed(model, message) }
}

const about = (edits: Edits | undefined, what: string): boolean => Object.keys(edits ?? {}).some(place => place.includes(what))

/** What comes before a message of a number, in every case. */
export const before: Readonly<Partial<Record<MessageNumber, readonly Told[]>>> = {
  305: [['301']],
  307: [['301'], ['305']],
  317: [['301']],
  319: [['315']],
  323: [['301']],
  325: [['301'], ['323']]
}

/** The same for another client, under other numbers. */
export function elsewhere (it: Tale, number: MessageNumber): readonly Told[] {
  const Bsn = it.bsn(1)
  const other: Readonly<Partial<Record<MessageNumber, readonly Told[]>>> = {
    301: [['301', { 'Client/Bsn': Bsn, 'ToegewezenProduct/ToewijzingNummer': '2001', 'ToegewezenProduct[2]/ToewijzingNummer': '2002' }]],
    305: [['305', { 'Client/Bsn': Bsn, 'StartProduct/ToewijzingNummer': '2001' }]],
    307: [['307', { 'Client/Bsn': Bsn, 'StopProduct/ToewijzingNummer': '2001' }]],
    315: [['315', { 'Client/Bsn': Bsn, 'AangevraagdProduct/ReferentieAanbieder': 'VOT-8', 'AangevraagdProduct[2]/ReferentieAanbieder': 'VOT-9' }]],
    317: [['317', { 'Client/Bsn': Bsn, 'Verzoek/ReferentieAanbieder': 'VOW-9', 'OngewijzigdProduct/ToewijzingNummer': '2002', 'TeWijzigenProduct/ToewijzingNummer': '2001' }]],
    319: [['319', { 'Antwoord/ReferentieAanbieder': 'VOT-2' }]],
    323: [['323', februari(it)]],
    325: [['323', februari(it)], ['325', { 'Header/DeclaratieIdentificatie/Identificatie': 'H325-3', 'DeclaratieAntwoord/DeclaratieNummer': 'D0', Prestatie: { ...prestatie(it, 'P01', 1, '02'), RetourCodes: codes('9321') } }]]
  }
  const first: readonly Told[] = ['301', '315', '319', '323', '325'].includes(number) ? [] : other[301] ?? []
  return [...first, ...(number === '307' ? other[305] ?? [] : []), ...(other[number] ?? [])]
}

/** The claim before: February, D0, with P01 and P02. */
export const februari = (it: Tale): Edits => ({
  [dagtekening]: '2026-03-01',
  'Declaratie/DeclaratieNummer': 'D0',
  'Declaratie/DeclaratiePeriode': maand('02'),
  'Declaratie/DeclaratieDagtekening': '2026-03-01',
  Prestatie: prestatie(it, 'P01', 1, '02'),
  'Prestatie[2]': prestatie(it, 'P02', 2, '02')
})
