/** Cases of the declaratie (323). */
import type { Specs } from './case.ts'
import { copy, gone, type Edits } from './edit.ts'
import { credit, februari, maand, prestatie, type Tale, type Told } from './tale.ts'

/** What a Prestatie costs goes with how much was delivered. */
const volume = (of: number): Record<string, string> => ({ 'Prestatie/GeleverdVolume': `${of}`, 'Prestatie/IngediendBedrag/Bedrag': `${of * 6850}` })
const niets = { ...volume(0), 'Prestatie[2]': gone }
const dec2020 = { Begindatum: '2020-12-01', Einddatum: '2020-12-31' }

/** Both claims of February taken back. */
const credits = (it: Tale): Edits => ({ Prestatie: credit(it, 'P1', 'P01', 1, '02'), 'Prestatie[2]': credit(it, 'P2', 'P02', 2, '02') })

/** @returns the cases of a declaratie */
export const declaratie = (it: Tale): Specs => ({ ...withinOne(it), ...againstClaims(it), ...againstAssignment(it) })

const withinOne = (it: Tale): Specs => ({
  'CD060 Prestatie/ProductReferentie/VorigReferentieNummer': { wrong: { 'Prestatie/ProductReferentie/VorigReferentieNummer': 'P01' } },
  'CD060 Prestatie/ProductReferentie/VorigReferentieNummer: van een credit': { after: [['323', februari(it)]], given: credits(it), wrong: { 'Prestatie/ProductReferentie/VorigReferentieNummer': gone } },
  'CD087 Prestatie/ProductTarief': { wrong: { 'Prestatie/ProductTarief': gone } },
  'CD087 Prestatie/ProductTarief: in euro': { wrong: { 'Prestatie[2]/ProductTarief': '1' }, in: 'Prestatie[2]' },
  'CS100 Declaratie/DeclaratiePeriode/Begindatum': { wrong: { 'Declaratie/DeclaratiePeriode': dec2020 }, besides: ['CS100 Declaratie DeclaratiePeriode/Einddatum'] },
  'CS100 Declaratie/DeclaratiePeriode/Einddatum': { wrong: { 'Declaratie/DeclaratiePeriode': { Begindatum: '2020-01-01', Einddatum: '2020-01-31' } }, besides: ['CS100 Declaratie DeclaratiePeriode/Begindatum'] },
  'CS100 Prestatie/ProductPeriode/Begindatum': { wrong: { 'Prestatie/ProductPeriode': dec2020, 'Declaratie/DeclaratieDagtekening': '2025-12-31' }, besides: ['CS100 Prestatie ProductPeriode/Einddatum'] },
  'CS100 Prestatie/ProductPeriode/Einddatum': { wrong: { 'Prestatie[2]/ProductPeriode': dec2020, 'Declaratie/DeclaratieDagtekening': '2025-12-31' }, in: 'Prestatie[2]', besides: ['CS100 Prestatie[2] ProductPeriode/Begindatum'] },
  'CS319 Declaratie/DeclaratieNummer': { wrong: { 'Declaratie/DeclaratieNummer': 'D-1' } },
  'CS325 Declaratie/TotaalIngediendBedrag/DebetCredit': { given: niets, wrong: { 'Declaratie/TotaalIngediendBedrag': { TotaalBedrag: '0', DebetCredit: 'C' } } },
  'CS325 Prestatie/IngediendBedrag/DebetCredit': { given: niets, wrong: { 'Prestatie/IngediendBedrag/DebetCredit': 'C', 'Prestatie/ProductReferentie/VorigReferentieNummer': 'P01' } },
  'CS337 Prestatie/ProductPeriode': { wrong: { 'Prestatie/ProductPeriode/Begindatum': '2026-02-15' } },
  'CS337 Prestatie/ProductPeriode: een jaar eerder': { wrong: { 'Prestatie/ProductPeriode/Begindatum': '2025-03-01' } },
  'CS339 Prestatie/IngediendBedrag': { wrong: { 'Prestatie[2]/GeleverdVolume': '99999' }, in: 'Prestatie[2]' },
  'CS340 Declaratie/DeclaratiePeriode': { wrong: { 'Declaratie/DeclaratiePeriode/Einddatum': '2026-03-30' } },
  'CS340 Declaratie/DeclaratiePeriode: twee maanden': { wrong: { 'Declaratie/DeclaratiePeriode/Begindatum': '2026-02-01' } },
  'TR101 Client': { wrong: { 'Client[2]': { Bsn: it.bsn(0), Prestaties: { Prestatie: [prestatie(it, 'P2', 2)] } }, 'Prestatie[2]': gone }, in: 'Client[2]' },
  'TR101 Prestatie': { wrong: { 'Prestatie[2]/ProductReferentie/ReferentieNummer': 'P1' }, in: 'Prestatie[2]' },
  'TR134 Declaratie/DeclaratiePeriode/Begindatum': { wrong: { 'Declaratie/DeclaratiePeriode': { Begindatum: '2026-05-01', Einddatum: '2026-05-31' } }, besides: ['TR137 Declaratie DeclaratiePeriode/Einddatum'] },
  'TR134 Prestatie/ProductPeriode/Begindatum': { wrong: { 'Prestatie/ProductPeriode': { Begindatum: '2026-05-01', Einddatum: '2026-05-31' } }, besides: ['TR137 Prestatie ProductPeriode/Einddatum'] },
  'TR137 Declaratie/DeclaratiePeriode/Einddatum': { wrong: { 'Declaratie/DeclaratiePeriode': maand('04') } },
  'TR137 Prestatie/ProductPeriode/Einddatum': { wrong: { 'Prestatie/ProductPeriode': maand('04') } },
  'TR137 Prestatie/ProductPeriode/Einddatum: voor het begin': { wrong: { 'Prestatie/ProductPeriode': { Begindatum: '2026-03-31', Einddatum: '2026-03-30' } } },
  'TR315 Prestatie/ProductReferentie/VorigReferentieNummer': { after: [['323', februari(it)]], given: credits(it), wrong: { 'Prestatie[2]/ProductReferentie/VorigReferentieNummer': 'P01' }, in: 'Prestatie[2]' },
  'TR316 Prestatie/ProductReferentie/VorigReferentieNummer': { after: [['323', februari(it)]], given: credits(it), wrong: { 'Prestatie[2]/ProductReferentie/VorigReferentieNummer': 'P1' }, in: 'Prestatie[2]' },
  'TR335 Prestatie/ProductPeriode/Einddatum': { wrong: { 'Prestatie/ProductPeriode': { Begindatum: '2021-03-01', Einddatum: '2021-03-31' } } },
  'TR358 Declaratie/TotaalIngediendBedrag': { wrong: { 'Declaratie/TotaalIngediendBedrag/TotaalBedrag': '154801' } },
  'TR416 Prestatie': { wrong: { 'Prestatie[3]': copy('Prestatie'), 'Prestatie[3]/ProductReferentie/ReferentieNummer': 'P3' }, in: 'Prestatie[3]' }
})

/** The claim of February was taken back in part, in a claim of its own. */
const teruggenomen = (it: Tale): readonly Told[] => [
  ['323', februari(it)],
  ['323', { 'Declaratie/DeclaratieNummer': 'D00', Prestatie: credit(it, 'P03', 'P01', 1, '02'), 'Prestatie[2]': gone }]
]

const againstClaims = (it: Tale): Specs => ({
  'TR314 Prestatie/ProductReferentie/ReferentieNummer': { after: [['323', februari(it)]], wrong: { 'Prestatie/ProductReferentie/ReferentieNummer': 'P01' } },
  'TR314 Prestatie/ProductReferentie/ReferentieNummer: bij een andere client': {
    after: [['301', { 'Client/Bsn': it.bsn(1), 'ToegewezenProduct/ToewijzingNummer': '2001', 'ToegewezenProduct[2]/ToewijzingNummer': '2002' }]],
    given: { 'Client[2]': { Bsn: it.bsn(1), Prestaties: { Prestatie: [{ ...prestatie(it, 'P3', 1), ToewijzingNummer: '2001' }] } } },
    wrong: { 'Client[2]/Prestatie/ProductReferentie/ReferentieNummer': 'P1' },
    in: 'Client[2]/Prestatie'
  },
  'TR318 Declaratie/DeclaratiePeriode': { after: [['323', februari(it)]], wrong: { 'Declaratie/DeclaratiePeriode': maand('01'), 'Prestatie/ProductPeriode': maand('01'), 'Prestatie[2]/ProductPeriode': maand('01') } },
  'TR319 Prestatie/ProductPeriode': { given: { 'Prestatie[2]/ProductPeriode': maand('02') }, wrong: { 'Declaratie/DeclaratiePeriode': maand('02') } },
  'TR323 Prestatie/ProductReferentie/VorigReferentieNummer': { after: [['323', februari(it)]], given: credits(it), wrong: { 'Prestatie/ProductReferentie/VorigReferentieNummer': 'P99' } },
  'TR323 Prestatie/ProductReferentie/VorigReferentieNummer: een ander bedrag': { after: [['323', februari(it)]], given: credits(it), wrong: volume(7) },
  'TR333 Declaratie/DeclaratieNummer': { after: [['323', februari(it)]], wrong: { 'Declaratie/DeclaratieNummer': 'D0' } },
  'TR389 Prestatie': { after: [['323', februari(it)]], wrong: { 'Prestatie/ProductPeriode': maand('02') } },
  'TR390 Prestatie/ProductReferentie/VorigReferentieNummer': { after: teruggenomen(it), wrong: { Prestatie: credit(it, 'P1', 'P01', 1, '02') } }
})

/** The assignment was taken back later. */
const verwijderd: Told = ['301', {
  'Header/BerichtIdentificatie/Dagtekening': '2026-01-02', 'ToegewezenProduct/Toewijzingsdatum': '2026-01-02', 'ToegewezenProduct/Einddatum': '2026-01-01', 'ToegewezenProduct/RedenWijziging': '13'
}]

const againstAssignment = (it: Tale): Specs => ({
  'TR304 Client/Bsn': { wrong: { 'Client/Bsn': it.bsn(1) } },
  'TR307 Prestatie/ProductPeriode/Begindatum': { history: [['301', { 'ToegewezenProduct[2]/Ingangsdatum': '2026-03-01' }]], wrong: { 'Prestatie[2]/ProductPeriode': maand('02') }, in: 'Prestatie[2]' },
  'TR308 Prestatie/ProductPeriode/Einddatum': { history: [['301', { 'ToegewezenProduct[2]/Einddatum': '2026-02-28' }]], given: { 'Prestatie[2]/ProductPeriode': maand('02') }, wrong: { 'Prestatie[2]/ProductPeriode': maand('03') }, in: 'Prestatie[2]' },
  'TR321 Prestatie/GeleverdVolume': { given: volume(12), wrong: volume(13) },
  'TR322 Prestatie/GeleverdVolume': {
    history: [['301', { 'ToegewezenProduct/Omvang': { Volume: '20', Eenheid: '16', Frequentie: '6' } }], ['323', februari(it), { 'Prestatie[2]': gone, ...volume(15) }]],
    given: volume(5),
    wrong: volume(6)
  },
  'TR338 Prestatie/ToewijzingNummer': { wrong: { 'Prestatie/ToewijzingNummer': '7777' } },
  'TR339 Prestatie/ProductCategorie': { wrong: { 'Prestatie[2]/ProductCategorie': it.categorie(3), 'Prestatie[2]/ProductCode': it.code(3) }, in: 'Prestatie[2]' },
  'TR340 Prestatie/ProductCode': { wrong: { 'Prestatie/ProductCode': it.andereCode } },
  'TR341 Prestatie/Eenheid': { wrong: { 'Prestatie/Eenheid': '14' } },
  'TR369 Prestatie/GeleverdVolume': {
    history: [['301', { 'ToegewezenProduct[2]/Budget': '100000' }]],
    wrong: { 'Prestatie[2]/GeleverdVolume': '100001', 'Prestatie[2]/IngediendBedrag/Bedrag': '100001' },
    in: 'Prestatie[2]'
  },
  'TR384 Prestatie/ToewijzingNummer': {
    after: [verwijderd],
    given: { Prestatie: gone },
    wrong: { 'Prestatie[2]': { ...prestatie(it, 'P3', 1), ProductPeriode: { Begindatum: '2026-01-01', Einddatum: '2026-01-01' }, GeleverdVolume: '2', IngediendBedrag: { Bedrag: '13700', DebetCredit: 'D' } } },
    in: 'Prestatie[2]'
  },
  'TR387 Prestatie/ProductPeriode/Begindatum': { wrong: { 'Prestatie/ProductPeriode/Begindatum': '2026-03-02' } },
  'TR388 Prestatie/ProductPeriode/Einddatum': { wrong: { 'Prestatie/ProductPeriode/Einddatum': '2026-03-30' } },
  'TR418 Prestatie/ProductTarief': { wrong: { 'Prestatie/ProductTarief': '6800', 'Prestatie/IngediendBedrag/Bedrag': '54400' } },
  'TR346 Prestatie/IngediendBedrag/Bedrag': { wrong: { 'Prestatie/IngediendBedrag/Bedrag': '54801' } },
  'TR381 Prestatie/ProductCode': { wrong: { 'Prestatie[2]/ProductCode': '99Z99' }, in: 'Prestatie[2]' }
})
