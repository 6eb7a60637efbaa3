/** Makes a class of a sample coherent: its dates in order, its sums right, what the rules within a message ask or forbid. */
import { prestatiesOf, sumOf, totaal } from '../answers.ts'
import type { MessageModel, Node, Tree } from '../model.ts'
import { release } from '../release.ts'
import { textAt } from '../tree.ts'
import { dates, type Story } from './story.ts'

/** What a class is composed within. */
export interface Scene {
  readonly model: MessageModel
  readonly story: Story
  readonly size: 'small' | 'full' | 'random'
  readonly afzender: string
  readonly ontvanger: string
  readonly identificatie: string
}

/** Elements to set, or with `undefined` to leave out; one the class does not have is passed over. */
type Patch = Readonly<Record<string, Node | undefined>>
/** @param index of the class among its like, passed down to what it holds */
type Settle = (tree: Tree, scene: Scene, index: number) => Patch

const product = (scene: Scene, index: number, coded: boolean): Tree =>
  ({ Categorie: scene.story.categorie(index), ...(coded ? { Code: scene.story.productCode(index) } : {}) })

/** Omvang with a coded Product, or Budget without a code, or neither; the first two need an end date. */
function hoeveel (tree: Tree, scene: Scene, index: number, einddatum: string): Patch {
  const budget = tree['Budget'] !== undefined && (tree['Omvang'] === undefined || index % 2 === 1)
  const omvang = !budget && tree['Omvang'] !== undefined
  return {
    Product: product(scene, index, omvang),
    Omvang: omvang ? { Volume: `${60 + 30 * (index % 8)}`, Eenheid: '82', Frequentie: '2' } : undefined,
    Budget: budget ? '1250000' : undefined,
    [einddatum]: budget || omvang || tree[einddatum] !== undefined ? dates.eind : undefined
  }
}

/** A start or stop refers to its assignment, with the product as it stands there. */
const geleverd = (tree: Tree, scene: Scene, index: number): Patch => ({
  ToewijzingNummer: scene.story.toewijzing(index),
  Product: tree['Product'] === undefined ? undefined : product(scene, index, index % 2 === 0),
  ToewijzingIngangsdatum: tree['ToewijzingIngangsdatum'] === undefined ? undefined : dates.ingang,
  Begindatum: dates.ingang,
  StatusAanlevering: '1'
})

const adressen = ['01', '04', '02', '03'] as const

/** One claimed product: units of 68.50 euro; a small sample claims in euros, the last of a second client is a credit. */
function prestatie (tree: Tree, scene: Scene, index: number): Patch {
  const euros = scene.size === 'small'
  const credit = textAt(tree, 'ProductReferentie/VorigReferentieNummer') !== undefined && index % 4 === 3
  const volume = 2 + index % 7
  const [tarief, bedrag] = euros ? [undefined, `${volume * 100}`] : ['6850', `${volume * 6850}`]
  return {
    ProductReferentie: { ReferentieNummer: scene.story.prestatie(index), ...(credit ? { VorigReferentieNummer: scene.story.prestatie(900 + index) } : {}) },
    ToewijzingNummer: scene.story.toewijzing(index),
    ProductCategorie: scene.story.categorie(index),
    ProductCode: scene.story.productCode(index),
    ProductPeriode: dates.maand,
    GeleverdVolume: euros ? bedrag : `${volume}`,
    Eenheid: euros ? '83' : '82',
    ProductTarief: tarief,
    IngediendBedrag: { Bedrag: bedrag, DebetCredit: credit ? 'C' : 'D' }
  }
}

/** Per class or compound type, what makes it coherent. */
export const settle: Readonly<Record<string, Settle>> = {
  Header: (_, { model, afzender, ontvanger, identificatie }) => {
    const { xsdVersie } = release(model.release)
    return {
      BerichtCode: model.berichtCode,
      BerichtVersie: `${model.versie}`,
      BerichtSubversie: `${model.subversie}`,
      Afzender: afzender,
      Ontvanger: ontvanger,
      BerichtIdentificatie: { Identificatie: identificatie, Dagtekening: dates.dagtekening },
      XsdVersie: { BasisschemaXsdVersie: xsdVersie, BerichtXsdVersie: xsdVersie }
    }
  },
  CDT_Geboortedatum: (tree, { model }) => ({
    Datum: model.family === 'ijw' ? '2012-05-01' : '1951-05-01',
    DatumGebruik: tree['DatumGebruik'] === undefined ? undefined : '1'
  }),
  CDT_VolledigeNaam: tree => ({ NaamGebruik: tree['Partnernaam'] === undefined ? '1' : '3' }),
  CDT_Communicatie: tree => tree['Taal'] === undefined ? { Vorm: '2' } : { Vorm: '1' },
  CDT_Adres: (tree, { story }) => ({
    Huis: tree['Huis'] ?? { Huisnummer: `${1 + story.chance.below(200)}` },
    Postcode: '1234AB',
    LandCode: 'NL'
  }),
  CDT_OpenPeriode: tree => ({
    Begindatum: tree['Begindatum'] === undefined ? undefined : dates.ingang,
    Einddatum: tree['Einddatum'] === undefined ? undefined : dates.eind
  }),
  CDT_Verwijzer: (tree, _, index) => {
    if (tree['Naam'] === undefined && tree['ZorgverlenerCode'] === undefined) return { Type: '01' }
    const named = tree['ZorgverlenerCode'] === undefined || (tree['Naam'] !== undefined && index % 2 === 1)
    return named ? { Type: '02', ZorgverlenerCode: undefined } : { Type: '02', Naam: undefined }
  },
  Contact: (tree, _, index) => ({
    Soort: adressen[index % adressen.length] ?? '01',
    Telefoon: tree['Telefoon'] ?? (tree['Adres'] === undefined ? { Telefoon01: { Telefoonnummer: '0600000000', Landnummer: '31' } } : undefined),
    Periode: index % adressen.length === 1 ? tree['Periode'] : undefined
  }),
  Relatie: (_, __, index) => ({ Nummer: `${index + 1}` }),
  ToegewezenProduct: (tree, scene, index) => ({
    Toewijzingsdatum: dates.toewijzing,
    Toewijzingstijd: '09:30:00',
    Ingangsdatum: dates.ingang,
    RedenWijziging: tree['RedenWijziging'] === undefined ? undefined : '03',
    ...hoeveel(tree, scene, index, 'Einddatum')
  }),
  StartProduct: geleverd,
  StopProduct: (tree, scene, index) => ({
    ...geleverd(tree, scene, index),
    RedenBeeindiging: scene.model.family === 'iwmo' ? '19' : '31',
    Einddatum: dates.gestopt
  }),
  AangevraagdProduct: (tree, scene, index) => ({
    BeschikkingNummer: tree['BeschikkingIngangsdatum'] === undefined ? undefined : scene.story.toewijzing(40 + index),
    BeschikkingIngangsdatum: tree['BeschikkingIngangsdatum'] === undefined ? undefined : dates.ingang,
    ToewijzingIngangsdatum: dates.ingang,
    ...hoeveel(tree, scene, index, 'ToewijzingEinddatum')
  }),
  Verzoek: (tree, { story }) => ({
    ReferentieAanbieder: story.referentie(50),
    TeWijzigenProducten: tree['TeWijzigenProducten'] ?? { TeWijzigenProduct: [{ ToewijzingNummer: story.toewijzing(0), GewensteIngangsdatum: dates.gewenst }] }
  }),
  OngewijzigdProduct: (_, { story }, index) => ({ ToewijzingNummer: story.toewijzing(2 + index) }),
  TeWijzigenProduct: (tree, scene, index) => ({ GewensteIngangsdatum: dates.gewenst, ...hoeveel(tree, scene, index, 'Einddatum') }),
  NieuwProduct: (tree, scene, index) => ({ GewensteIngangsdatum: dates.gewenst, ...hoeveel(tree, scene, 4 + index, 'Einddatum') }),
  Antwoord: (tree, { story, model, size }) => {
    const refused = tree['RedenAfwijzingVerzoek'] !== undefined || tree['Woonplaatsbeginsel'] !== undefined
    const elsewhere = tree['Woonplaatsbeginsel'] !== undefined
    return {
      ReferentieAanbieder: story.referentie(size === 'small' ? 0 : 50),
      VerzoekAntwoord: refused ? '1' : '2',
      RedenAfwijzingVerzoek: refused ? (elsewhere ? '8' : '3') : undefined,
      Woonplaatsbeginsel: elsewhere ? { Gemeente: model.family === 'ijw' ? '0363' : '0344' } : undefined
    }
  },
  Prestatie: prestatie,
  Declaratie: (tree, { identificatie }) => ({
    DeclaratieNummer: `D${identificatie.replace(/[^A-Za-z0-9]/g, '')}`.slice(0, 12),
    DeclaratiePeriode: dates.maand,
    DeclaratieDagtekening: dates.dagtekening,
    TotaalIngediendBedrag: totaal(sumOf(prestatiesOf(tree)))
  })
}
