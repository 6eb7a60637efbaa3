/** For every rule within one message what breaks it and what just does not: changes in the full sample of a type, and the places told. */
import type { MessageNumber, Tree } from '../../src/standard/standard.ts'
import type { Edit } from './edit.ts'

/** `breaks`: `class|element`, as far as this code tells; none where the rule still holds. Both families, unless one is named. */
export interface Case { readonly code: string, readonly number: MessageNumber, readonly edits: readonly Edit[], readonly breaks: readonly string[], readonly family?: 'iwmo' | 'ijw' }

const relatie = 'Client/Relaties/Relatie[1]'
const eigen = 'Client/Contactgegevens/Contact[1]'
const T = 'Client/ToegewezenProducten/ToegewezenProduct'
const A = 'Client/AangevraagdeProducten/AangevraagdProduct'
const V = 'Client/Verzoek'
const N = `${V}/NieuweProducten/NieuwProduct`
const W = `${V}/TeWijzigenProducten/TeWijzigenProduct`
const P1 = 'Declaratie/Clienten/Client[1]/Prestaties/Prestatie'
const P2 = 'Declaratie/Clienten/Client[2]/Prestaties/Prestatie'
const R1 = 'DeclaratieAntwoord/Clienten/Client[1]/Prestaties/Prestatie'
const R2 = 'DeclaratieAntwoord/Clienten/Client[2]/Prestaties/Prestatie'
const dated = 'Header/BerichtIdentificatie/Dagtekening'

const omvang = (Eenheid: string, Frequentie: string): Tree => ({ Volume: '10', Eenheid, Frequentie })
const of = (code: string, number: MessageNumber, breaks: readonly string[], ...edits: readonly Edit[]): Case => ({ code, number, edits, breaks })
const only = (family: 'iwmo' | 'ijw', it: Case): Case => ({ ...it, family })

/** The rows of 301, 315, 317 alike: where each has its code, its end and its name. Odd rows have an Omvang, even ones a Budget. */
const rows = [
  { number: '301', row: T, eind: 'Einddatum', van: 'Ingangsdatum', vol: 'CD080', freq: 'CS338', names: true },
  { number: '315', row: A, eind: 'ToewijzingEinddatum', van: 'ToewijzingIngangsdatum', vol: 'CD095', freq: 'CS343', names: true },
  { number: '317', row: N, eind: 'Einddatum', van: 'GewensteIngangsdatum', vol: 'CD096', freq: 'CS338', names: true },
  { number: '317', row: W, eind: 'Einddatum', van: 'GewensteIngangsdatum', vol: null, freq: 'CS338', names: false }
] as const

const productCases: readonly Case[] = rows.flatMap(({ number, row, eind, van, vol, freq, names }): readonly Case[] => [
  of('CD075', number, [`${row}[2]|${eind}`], [`${row}[2]/${eind}`, undefined]),
  of('CD075', number, [], [`${row}[2]/${eind}`, '2027-01-01']),
  of('CD076', number, [`${row}[1]|${eind}`], [`${row}[1]/${eind}`, undefined]),
  of('CD076', number, [], [`${row}[1]/${eind}`, undefined], [`${row}[1]/Omvang/Frequentie`, '4']),
  of('CD077', number, [`${row}[2]|Omvang`], [`${row}[2]/Omvang`, omvang('82', '2')]),
  of('CD078', number, [`${row}[1]|Budget`], [`${row}[1]/Budget`, '100']),
  of('CD077', number, [], [`${row}[2]/Omvang`, omvang('82', '2')], [`${row}[2]/Budget`, undefined]),
  of('CD078', number, [], [`${row}[1]/Budget`, '100'], [`${row}[1]/Omvang`, undefined]),
  of('CS003', number, [`${row}[1]|${eind}`], [`${row}[1]/${van}`, '2026-05-02'], [`${row}[1]/${eind}`, '2026-05-01']),
  of('CS003', number, [], [`${row}[1]/${van}`, '2026-05-02'], [`${row}[1]/${eind}`, '2026-05-02']),
  of('CS003', number, [], [`${row}[1]/${van}`, '2026-05-02'], [`${row}[1]/${eind}`, '12026-05-01']),
  ...['14', '16', '83', '84'].map(eenheid => of(freq, number, [`${row}[1]|Omvang/Frequentie`], [`${row}[1]/Omvang`, omvang(eenheid, '1')])),
  ...['2', '4', '6'].map(frequentie => of(freq, number, [], [`${row}[1]/Omvang`, omvang('84', frequentie)])),
  of(freq, number, [], [`${row}[1]/Omvang`, omvang('04', '1')]),
  of(freq, number, [`${row}[1]|Omvang/Frequentie`], [`${row}[1]/Omvang`, omvang('14', '1')], [`${row}[1]/${eind}`, undefined]),
  of(freq, number, [`${row}[1]|Omvang/Frequentie`], [`${row}[1]/Omvang`, omvang('14', '1')], [`${row}[1]/${van}`, '2020-01-01'], [`${row}[1]/${eind}`, '2021-01-01']),
  of(freq, number, [], [`${row}[1]/Omvang`, omvang('14', '1')], [`${row}[1]/${van}`, '2020-01-01'], [`${row}[1]/${eind}`, '2020-12-31']),
  ...(names && vol !== null
    ? [
        of('CD041', number, [`${row}[1]|Omvang`], [`${row}[1]/Omvang`, undefined]),
        of('CD041', number, [`${row}[2]|Omvang`], [`${row}[2]/Product/Code`, '99A99']),
        of('CD041', number, [], [`${row}[1]/Omvang`, undefined], [`${row}[1]/Product/Code`, undefined]),
        of('CD041', number, [], [`${row}[2]/Product`, undefined]),
        of('CD079', number, [`${row}[1]|Product`], [`${row}[1]/Product`, undefined]),
        of('CD079', number, [], [`${row}[2]/Product`, undefined]),
        of(vol, number, [`${row}[1]|Omvang`], [`${row}[1]/Product/Code`, undefined]),
        of(vol, number, [`${row}[1]|Omvang`], [`${row}[1]/Product`, undefined]),
        of(vol, number, [`${row}[1]|Omvang`], [`${row}[1]/Product`, undefined], [`${row}[1]/${eind}`, undefined]),
        of(vol, number, [], [`${row}[1]/Product/Code`, undefined], [`${row}[1]/${van}`, '2020-01-01'], [`${row}[1]/${eind}`, '2020-12-31']),
        of(vol, number, [], [`${row}[1]/Product/Code`, undefined], [`${row}[1]/Omvang`, undefined])
      ]
    : [])
])

const clashCases: readonly Case[] = ([['TR302', '301', T, 'Einddatum', 'Ingangsdatum'], ['TR386', '315', A, 'ToewijzingEinddatum', 'ToewijzingIngangsdatum'], ['TR410', '317', N, 'Einddatum', 'GewensteIngangsdatum']] as const)
  .flatMap(([code, number, row, eind, van]): readonly Case[] => [
    only('iwmo', of(code, number, [`${row}[2]|`], [`${row}[2]/Product`, { Categorie: '10', Code: 'X1' }], [`${row}[1]/Product`, { Categorie: '10', Code: 'X1' }])),
    only('ijw', of(code, number, [`${row}[2]|`], [`${row}[2]/Product`, { Categorie: '45', Code: 'X1' }], [`${row}[1]/Product`, { Categorie: '46', Code: 'X1' }])),
    only('ijw', of(code, number, [], [`${row}[2]/Product`, { Categorie: '45', Code: 'X2' }], [`${row}[1]/Product`, { Categorie: '45', Code: 'X1' }])),
    only('ijw', of(code, number, [`${row}[2]|`], [`${row}[2]/Product`, { Categorie: '45' }], [`${row}[1]/Product`, { Categorie: '45', Code: 'X1' }])),
    only('iwmo', of(code, number, [`${row}[2]|`], [`${row}[2]/Product`, { Categorie: '10' }], [`${row}[1]/Product`, { Categorie: '10' }])),
    ...['11', '12', '13', '14'].map(aid => only('iwmo', of(code, number, [], [`${row}[2]/Product`, { Categorie: aid }], [`${row}[1]/Product`, { Categorie: aid }]))),
    only('iwmo', of(code, number, number === '301' ? [`${row}[3]|`, `${row}[4]|`] : [], [`${row}[2]/Product`, { Categorie: '11' }], [`${row}[1]/Product`, undefined])),
    only('ijw', of(code, number, [`${row}[2]|`], [`${row}[2]/Product`, { Categorie: '45' }], [`${row}[1]/Product`, { Categorie: '45' }], [`${row}[1]/${van}`, '2026-05-01'], [`${row}[1]/${eind}`, '2026-06-30'], [`${row}[2]/${van}`, '2026-06-30'])),
    only('ijw', of(code, number, [], [`${row}[2]/Product`, { Categorie: '45' }], [`${row}[1]/Product`, { Categorie: '45' }], [`${row}[1]/${van}`, '2026-05-01'], [`${row}[1]/${eind}`, '2026-06-30'], [`${row}[2]/${van}`, '2026-07-01'])),
    only('ijw', of(code, number, [`${row}[1]|`], [`${row}[2]/Product`, { Categorie: '45' }], [`${row}[1]/Product`, { Categorie: '45' }], [`${row}[1]/${van}`, '2026-07-01'], [`${row}[1]/${eind}`, undefined]))
  ])

const personCases: readonly Case[] = [
  ...[`${relatie}/Contact`, eigen].flatMap((contact): readonly Case[] => [
    of('CD005', '301', [`${contact}|Adres/LandCode`], [`${contact}/Adres/LandCode`, undefined]),
    of('CD005', '301', [`${contact}|Adres/LandCode`], [`${contact}/Adres/Postcode`, undefined]),
    of('CD005', '301', [], [`${contact}/Adres/Postcode`, undefined], [`${contact}/Adres/LandCode`, undefined]),
    of('CD009', '301', [`${contact}|Periode`], [`${contact}/Periode`, { Begindatum: '2026-01-01' }]),
    of('CD009', '301', [], [`${contact}/Periode`, { Begindatum: '2026-01-01' }], [`${contact}/Soort`, '04']),
    of('CD025', '301', [`${contact}|Adres/Huis`], [`${contact}/Adres/Huis`, undefined]),
    of('CD025', '301', [], [`${contact}/Adres/Huis`, undefined], [`${contact}/Adres/LandCode`, 'BE']),
    of('CD034', '301', [`${contact}|Adres/Postcode`], [`${contact}/Adres/Postcode`, undefined]),
    of('CD034', '301', [`${contact}|Adres/Postcode`], [`${contact}/Adres/Postcode`, undefined], [`${contact}/Soort`, '03']),
    of('CD034', '301', [], [`${contact}/Adres/Postcode`, undefined], [`${contact}/Soort`, '02']),
    of('CD034', '301', [], [`${contact}/Adres`, undefined]),
    ...['0123AB', '1234 AB', '1234A', '1234ABC', '12345', 'AB1234'].map(code => of('CS089', '301', [`${contact}|Adres/Postcode`], [`${contact}/Adres/Postcode`, code])),
    of('CS089', '301', [], [`${contact}/Adres/Postcode`, '9999zz']),
    of('CS089', '301', [], [`${contact}/Adres/Postcode`, 'B-1000'], [`${contact}/Adres/LandCode`, 'BE']),
    of('CS089', '301', [], [`${contact}/Adres/Postcode`, undefined]),
    of('CS003', '301', [`${contact}|Periode/Einddatum`], [`${contact}/Periode`, { Begindatum: '2026-02-01', Einddatum: '2026-01-31' }]),
    of('CS003', '301', [], [`${contact}/Periode`, { Begindatum: '2026-01-31', Einddatum: '2026-01-31' }]),
    of('CS003', '301', [], [`${contact}/Periode`, { Einddatum: '2026-01-31' }]),
    of('TR006', '301', [`${contact}|`], [`${contact}/Telefoon`, undefined], [`${contact}/Adres/Huis`, undefined]),
    of('TR006', '301', [`${contact}|`], [`${contact}/Telefoon`, undefined], [`${contact}/Adres/Postcode`, undefined]),
    of('TR006', '301', [`${contact}|`], [`${contact}/Telefoon`, undefined], [`${contact}/Adres`, undefined]),
    of('TR006', '301', [], [`${contact}/Telefoon`, undefined]),
    of('TR006', '301', [], [`${contact}/Adres`, undefined])
  ]),
  of('CD007', '301', ['Client|Communicatie/Taal'], ['Client/Communicatie/Taal', undefined]),
  of('CD007', '301', ['Client|Communicatie/Taal'], ['Client/Communicatie/Vorm', '3']),
  of('CD007', '301', [], ['Client/Communicatie', { Vorm: '3' }]),
  of('CD007', '301', [], ['Client/Communicatie', undefined]),
  ...(['301', '305', '307', '315', '317'] as const).flatMap(number => [
    of('CS002', number, ['Client|Bsn'], ['Client/Bsn', '999900007']), of('CS002', number, [], ['Client/Bsn', '999900006']), of('CS002', number, [], ['Client/Bsn', '000000000'])]),
  of('CS002', '323', ['Declaratie/Clienten/Client[2]|Bsn'], ['Declaratie/Clienten/Client[2]/Bsn', '123456789']),
  of('CS002', '325', ['DeclaratieAntwoord/Clienten/Client[1]|Bsn'], ['DeclaratieAntwoord/Clienten/Client[1]/Bsn', '999900060']),
  of('CS002', '323', [], ['Declaratie/Clienten/Client[2]/Bsn', '123456782']),
  of('CS002', '325', [], ['DeclaratieAntwoord/Clienten/Client[1]/Bsn', '000000000']),
  ...['Client', relatie].flatMap(who => [
    ...['5', '6'].map(use => of('CS050', '301', [`${who}|Naam/NaamGebruik`], [`${who}/Naam/NaamGebruik`, use])),
    ...['1', '2', '3', '4'].map(use => of('CS050', '301', [], [`${who}/Naam/NaamGebruik`, use])),
    ...['2', '3', '4', '5'].map(use => of('CS050', '301', [`${who}|Naam/NaamGebruik`], [`${who}/Naam/NaamGebruik`, use], [`${who}/Naam/Partnernaam`, undefined])),
    ...['1', '6'].map(use => of('CS050', '301', [], [`${who}/Naam/NaamGebruik`, use], [`${who}/Naam/Partnernaam`, undefined]))
  ]),
  of('CS318', '301', ['Client|Naam/NaamGebruik'], ['Client/Naam/NaamGebruik', '6'], ['Client/Naam/Partnernaam', undefined]),
  of('CS318', '301', [], [`${relatie}/Naam/NaamGebruik`, '6'], [`${relatie}/Naam/Partnernaam`, undefined]),
  ...([['301', 'Client'], ['301', relatie], ['305', 'Client'], ['307', 'Client'], ['315', 'Client']] as const).flatMap(([number, who]): readonly Case[] => {
    const born = (Datum: string, DatumGebruik?: string): Edit => [`${who}/Geboortedatum`, { Datum, ...(DatumGebruik === undefined ? {} : { DatumGebruik }) }]
    return [
      ...([['2012-05-02', '1'], ['2012-05-01', '2'], ['2012-01-02', '2'], ['2012-01-01', '3'], ['1900-01-02', '3']] as const).map(([date, use]) => of('CS139', number, [`${who}|Geboortedatum/DatumGebruik`], born(date, use))),
      ...([['2012-05-01', '1'], ['2012-01-01', '2'], ['1900-01-01', '3'], ['2012-05-02', undefined]] as const).map(([date, use]) => of('CS139', number, [], born(date, use))),
      ...([['1906-03-31', undefined], ['1900-01-01', undefined], ['1900-01-01', '2'], ['-0001-01-01', undefined]] as const).map(([date, use]) => of('TR002', number, [`${who}|Geboortedatum`], born(date, use))),
      ...([['1906-04-01', undefined], ['1900-01-01', '3']] as const).map(([date, use]) => of('TR002', number, [], born(date, use))),
      of('TR134', number, [`${who}|Geboortedatum`], born('2026-04-02')),
      of('TR134', number, [`${who}|Geboortedatum`], born('10000-01-01')),
      of('TR134', number, [], born('2026-04-01'))
    ]
  }),
  of('TR002', '301', [], [`${relatie}/Geboortedatum`, undefined]),
  of('TR061', '301', ['Client|'], ['Client/Contactgegevens/Contact[1]', undefined]),
  ...['01', '02', '03'].map(soort => of('TR061', '301', [], [`${eigen}/Soort`, soort]))
]

const requestCases: readonly Case[] = [
  of('CD043', '315', [`${A}[1]|BeschikkingIngangsdatum`], [`${A}[1]/BeschikkingIngangsdatum`, undefined]),
  of('CD043', '315', [`${A}[2]|BeschikkingIngangsdatum`], [`${A}[2]/BeschikkingNummer`, undefined]),
  of('CD043', '315', [], [`${A}[1]/BeschikkingIngangsdatum`, undefined], [`${A}[1]/BeschikkingNummer`, undefined]),
  ...['02', '03', '04', '05'].flatMap(Type => [
    of('CD066', '315', [`${A}[1]|Verwijzer/Naam`], [`${A}[1]/Verwijzer`, { Type, Naam: 'Praktijk', ZorgverlenerCode: '42429999' }]),
    of('CD066', '315', [], [`${A}[1]/Verwijzer`, { Type, ZorgverlenerCode: '42429999' }]),
    of('CD067', '315', [`${A}[1]|Verwijzer/Naam`], [`${A}[1]/Verwijzer`, { Type }]),
    of('CD067', '315', [], [`${A}[1]/Verwijzer`, { Type, Naam: 'Praktijk' }]),
    of('CD068', '315', [], [`${A}[1]/Verwijzer`, { Type, ZorgverlenerCode: '42429999' }])
  ]),
  ...['01', '06', '08'].flatMap(Type => [
    of('CD068', '315', [`${A}[1]|Verwijzer/ZorgverlenerCode`], [`${A}[1]/Verwijzer`, { Type, ZorgverlenerCode: '42429999' }]),
    of('CD066', '315', [], [`${A}[1]/Verwijzer`, { Type, Naam: 'Praktijk', ZorgverlenerCode: '42429999' }]),
    of('CD067', '315', [], [`${A}[1]/Verwijzer`, { Type }])
  ]),
  of('CD085', '319', ['Antwoord|RedenAfwijzingVerzoek'], ['Antwoord', { ReferentieAanbieder: 'R', VerzoekAntwoord: '1' }]),
  of('CD085', '319', [], ['Antwoord', { ReferentieAanbieder: 'R', VerzoekAntwoord: '1', RedenAfwijzingVerzoek: '3' }]),
  of('CD085', '319', [], ['Antwoord', { ReferentieAanbieder: 'R', VerzoekAntwoord: '2' }]),
  of('CD086', '319', ['Antwoord|RedenAfwijzingVerzoek'], ['Antwoord', { ReferentieAanbieder: 'R', VerzoekAntwoord: '2', RedenAfwijzingVerzoek: '3' }]),
  of('CD086', '319', [], ['Antwoord', { ReferentieAanbieder: 'R', VerzoekAntwoord: '2' }]),
  only('ijw', of('TR377', '319', ['Antwoord|Woonplaatsbeginsel'], ['Antwoord/Woonplaatsbeginsel', undefined])),
  only('ijw', of('TR377', '319', [], ['Antwoord/RedenAfwijzingVerzoek', '8'])),
  only('iwmo', of('TR377', '319', [], ['Antwoord/RedenAfwijzingVerzoek', '8'])),
  only('ijw', of('TR409', '319', ['Antwoord|Woonplaatsbeginsel'], ['Antwoord/RedenAfwijzingVerzoek', '5'])),
  only('ijw', of('TR409', '319', ['Antwoord|Woonplaatsbeginsel'], ['Antwoord/RedenAfwijzingVerzoek', undefined], ['Antwoord/VerzoekAntwoord', '2'])),
  only('ijw', of('TR409', '319', [], ['Antwoord/RedenAfwijzingVerzoek', '5'], ['Antwoord/Woonplaatsbeginsel', undefined])),
  ...([['305', 'Client/StartProducten/StartProduct[2]'], ['307', 'Client/StopProducten/StopProduct[1]']] as const).flatMap(([number, at]) => [
    ...['2', '9'].map(status => of('CS058', number, [`${at}|StatusAanlevering`], [`${at}/StatusAanlevering`, status])),
    ...['1', '3'].map(status => of('CS058', number, [], [`${at}/StatusAanlevering`, status]))
  ]),
  of('TR018', '307', ['Client/StopProducten/StopProduct[2]|Einddatum'], ['Client/StopProducten/StopProduct[2]/Einddatum', '2025-12-31']),
  of('TR018', '307', [], ['Client/StopProducten/StopProduct[2]/Einddatum', '2026-01-01']),
  of('TR352', '317', [`${V}|`], [`${V}/OngewijzigdeProducten`, undefined], [`${V}/TeWijzigenProducten`, undefined]),
  of('TR352', '317', [], [`${V}/OngewijzigdeProducten`, undefined]),
  of('TR352', '317', [], [`${V}/TeWijzigenProducten`, undefined]),
  of('TR353', '317', [`${V}|`], [`${V}/NieuweProducten`, undefined], [`${V}/TeWijzigenProducten`, undefined]),
  of('TR353', '317', [], [`${V}/NieuweProducten`, undefined]),
  of('TR353', '317', [], [`${V}/TeWijzigenProducten`, undefined]),
  of('TR380', '317', [`${N}[1]|GewensteIngangsdatum`], [`${N}[1]/GewensteIngangsdatum`, '2026-04-01']),
  of('TR380', '317', [], [`${N}[1]/GewensteIngangsdatum`, '2026-04-02']),
  of('TR380', '317', [], [`${W}[1]/GewensteIngangsdatum`, '2026-01-01']),
  of('TR383', '315', [`${A}[2]|ReferentieAanbieder`], [`${A}[1]/ReferentieAanbieder`, 'REF'], [`${A}[2]/ReferentieAanbieder`, 'REF']),
  of('TR383', '315', [], [`${A}[1]/ReferentieAanbieder`, 'REF'], [`${A}[2]/ReferentieAanbieder`, 'ref']),
  of('CS335', '301', [`${T}[1]|RedenWijziging`], [`${T}[1]/RedenWijziging`, '13']),
  of('CS335', '301', [`${T}[1]|RedenWijziging`], [`${T}[1]/RedenWijziging`, '13'], [`${T}[1]/Einddatum`, undefined]),
  of('CS335', '301', [], [`${T}[1]/RedenWijziging`, '13'], [`${T}[1]/Einddatum`, '2026-01-01']),
  of('CS335', '301', [], [`${T}[1]/RedenWijziging`, '13'], [`${T}[1]/Einddatum`, ' 2026-01-01\n']),
  of('CS336', '301', [`${T}[2]|RedenWijziging`], [`${T}[2]/RedenWijziging`, '01']),
  of('CS336', '301', [], [`${T}[2]/RedenWijziging`, '14']),
  ...['13', '01'].map(reden => of('TR302', '301', [], [`${T}[1]/RedenWijziging`, reden], [`${T}[1]/Einddatum`, '2026-01-01'], [`${T}[2]/Product`, undefined], [`${T}[3]`, undefined], [`${T}[3]`, undefined])),
  of('TR302', '301', [`${T}[2]|`], [`${T}[1]/RedenWijziging`, '02'], [`${T}[1]/Einddatum`, '2026-01-01'], [`${T}[2]/Product`, undefined], [`${T}[3]`, undefined], [`${T}[3]`, undefined]),
  of('TR302', '301', [`${T}[2]|`], [`${T}[1]/RedenWijziging`, '13'], [`${T}[1]/Einddatum`, '2026-01-02'], [`${T}[2]/Product`, undefined], [`${T}[3]`, undefined], [`${T}[3]`, undefined])
]

const credit: Edit = [`${P2}[2]/ProductReferentie/VorigReferentieNummer`, 'P1N900']
const totals = (number: '323' | '325'): string => number === '323' ? 'Declaratie' : 'DeclaratieAntwoord'
const claimCases: readonly Case[] = [
  ...([['323', P1, P2], ['325', R1, R2]] as const).flatMap(([number, one, two]): readonly Case[] => [
    of('CD060', number, [`${two}[2]|ProductReferentie/VorigReferentieNummer`], [`${two}[2]/ProductReferentie/VorigReferentieNummer`, undefined]),
    of('CD060', number, [`${one}[1]|ProductReferentie/VorigReferentieNummer`], [`${one}[1]/ProductReferentie/VorigReferentieNummer`, 'X1']),
    of('CD060', number, [], [`${one}[1]/ProductReferentie/VorigReferentieNummer`, 'X1'], [`${one}[1]/IngediendBedrag/DebetCredit`, 'C']),
    of('CS325', number, [`${two}[2]|IngediendBedrag/DebetCredit`], [`${two}[2]/IngediendBedrag/Bedrag`, '+000']),
    of('CS325', number, [], [`${one}[1]/IngediendBedrag/Bedrag`, '0']),
    of('CS325', number, [`${totals(number)}|TotaalIngediendBedrag/DebetCredit`], [`${totals(number)}/TotaalIngediendBedrag`, { TotaalBedrag: '0', DebetCredit: 'C' }]),
    of('CS325', number, [], [`${totals(number)}/TotaalIngediendBedrag`, { TotaalBedrag: '00', DebetCredit: 'D' }]),
    of('TR134', number, [`${one}[1]|ProductPeriode/Begindatum`], [`${one}[1]/ProductPeriode/Begindatum`, '2026-04-02']),
    of('TR134', number, [], [`${one}[1]/ProductPeriode/Begindatum`, '2026-04-01']),
    of('TR137', number, [`${one}[1]|ProductPeriode/Einddatum`], [`${one}[1]/ProductPeriode`, { Begindatum: '2026-03-02', Einddatum: '2026-03-01' }]),
    of('TR137', number, [`${one}[1]|ProductPeriode/Einddatum`], [`${one}[1]/ProductPeriode`, { Begindatum: '2026-04-01', Einddatum: '2026-04-02' }]),
    of('TR137', number, [], [`${one}[1]/ProductPeriode`, { Begindatum: '2026-04-01', Einddatum: '2026-04-01' }])
  ]),
  of('TR101', '323', [`${P1}[2]|`], [`${P1}[2]/ProductReferentie/ReferentieNummer`, 'P1N0']),
  of('TR101', '323', [`${P1}[2]|`], [`${P1}[1]/ProductReferentie`, { ReferentieNummer: 'A', VorigReferentieNummer: 'B' }], [`${P1}[2]/ProductReferentie`, { ReferentieNummer: 'A', VorigReferentieNummer: 'B' }]),
  of('TR101', '323', [], [`${P1}[1]/ProductReferentie`, { ReferentieNummer: 'A', VorigReferentieNummer: 'B' }], [`${P1}[2]/ProductReferentie`, { ReferentieNummer: 'A', VorigReferentieNummer: 'C' }]),
  of('TR101', '323', [], [`${P1}[1]/ProductReferentie`, { ReferentieNummer: 'A', VorigReferentieNummer: 'B' }], [`${P1}[2]/ProductReferentie`, { ReferentieNummer: 'A' }]),
  of('TR101', '323', [], [`${P2}[1]/ProductReferentie/ReferentieNummer`, 'P1N0']),
  of('TR101', '323', ['Declaratie/Clienten/Client[2]|'], ['Declaratie/Clienten/Client[2]/Bsn', '999901011']),
  of('TR101', '325', ['DeclaratieAntwoord/Clienten/Client[2]|'], ['DeclaratieAntwoord/Clienten/Client[2]/Bsn', '999901011']),
  of('TR101', '325', [], [`${R2}[1]/ProductReferentie/ReferentieNummer`, 'P1N0']),
  of('TR101', '325', [`${R2}[2]|`], [`${R2}[1]/ProductReferentie`, { ReferentieNummer: 'A' }], [`${R2}[2]/ProductReferentie`, { ReferentieNummer: 'A' }]),
  of('TR134', '323', ['Declaratie|DeclaratiePeriode/Begindatum'], ['Declaratie/DeclaratiePeriode/Begindatum', '2026-05-01']),
  of('TR137', '323', ['Declaratie|DeclaratiePeriode/Einddatum', ...[`${P1}[1]`, `${P1}[2]`, `${P2}[1]`, `${P2}[2]`].map(it => `${it}|ProductPeriode/Einddatum`)], [dated, '2026-03-30']),
  of('TR137', '323', [], [dated, '2026-03-31']),
  of('TR137', '323', ['Declaratie|DeclaratiePeriode/Einddatum'], ['Declaratie/DeclaratiePeriode/Einddatum', '2026-02-28']),
  ...['04', '01', '82', '84', '14', '16'].flatMap(Eenheid => [
    of('CD087', '323', [`${P1}[1]|ProductTarief`], [`${P1}[1]/Eenheid`, Eenheid], [`${P1}[1]/ProductTarief`, undefined]), of('CD087', '323', [], [`${P1}[1]/Eenheid`, Eenheid])]),
  of('CD087', '323', [`${P1}[1]|ProductTarief`], [`${P1}[1]/Eenheid`, '83']),
  of('CD087', '323', [], [`${P1}[1]/Eenheid`, '83'], [`${P1}[1]/ProductTarief`, undefined]),
  of('CS100', '323', [`${P1}[1]|ProductPeriode/Begindatum`], [`${P1}[1]/ProductPeriode/Begindatum`, '2020-12-31']),
  of('CS100', '323', [`${P1}[1]|ProductPeriode/Begindatum`, `${P1}[1]|ProductPeriode/Einddatum`], [`${P1}[1]/ProductPeriode`, { Begindatum: '2020-12-01', Einddatum: '2020-12-31' }]),
  of('CS100', '323', ['Declaratie|DeclaratiePeriode/Begindatum', 'Declaratie|DeclaratiePeriode/Einddatum'], ['Declaratie/DeclaratiePeriode', { Begindatum: '2020-12-01', Einddatum: '2020-12-31' }]),
  of('CS100', '323', [], [`${P1}[1]/ProductPeriode`, { Begindatum: '2021-01-01', Einddatum: '2021-01-31' }], ['Declaratie/DeclaratiePeriode', { Begindatum: '2021-01-01', Einddatum: '2021-01-31' }]),
  of('CS337', '323', [`${P2}[1]|ProductPeriode`], [`${P2}[1]/ProductPeriode/Begindatum`, '2026-02-28']),
  of('CS337', '323', [`${P2}[1]|ProductPeriode`], [`${P2}[1]/ProductPeriode/Begindatum`, '2025-03-01']),
  of('CS337', '323', [], [`${P2}[1]/ProductPeriode`, { Begindatum: '\n2026-03-05', Einddatum: '2026-03-05 ' }]),
  of('CS339', '323', [`${P1}[1]|IngediendBedrag`], [`${P1}[1]/Eenheid`, '83'], [`${P1}[1]/ProductTarief`, undefined]),
  of('CS339', '323', [], [`${P1}[1]/Eenheid`, '83'], [`${P1}[1]/ProductTarief`, undefined], [`${P1}[1]/GeleverdVolume`, '+0013700']),
  of('CS339', '323', [], [`${P1}[1]/GeleverdVolume`, '99']),
  ...([['2026-03-02', '2026-03-31'], ['2026-03-01', '2026-03-30'], ['2026-02-01', '2026-03-31'], ['2025-03-01', '2026-03-31'], ['2024-02-01', '2024-02-28'], ['2026-04-01', '2026-03-31']] as const)
    .map(([Begindatum, Einddatum]) => of('CS340', '323', ['Declaratie|DeclaratiePeriode'], ['Declaratie/DeclaratiePeriode', { Begindatum, Einddatum }])),
  ...([['2024-02-01', '2024-02-29'], ['2023-02-01', '2023-02-28'], ['2025-12-01', '2025-12-31'], ['2025-04-01', '2025-04-30']] as const)
    .map(([Begindatum, Einddatum]) => of('CS340', '323', [], ['Declaratie/DeclaratiePeriode', { Begindatum, Einddatum }])),
  of('CS325', '325', ['DeclaratieAntwoord|TotaalToegekendBedrag/DebetCredit'], ['DeclaratieAntwoord/TotaalToegekendBedrag', { TotaalBedrag: '0', DebetCredit: 'C' }]),
  of('TR315', '323', [`${P2}[2]|ProductReferentie/VorigReferentieNummer`], credit, [`${P1}[1]/ProductReferentie/VorigReferentieNummer`, 'P1N900']),
  of('TR315', '323', [], credit, [`${P1}[1]/ProductReferentie/VorigReferentieNummer`, 'P1N901']),
  of('TR316', '323', [`${P2}[2]|ProductReferentie/VorigReferentieNummer`], [`${P2}[2]/ProductReferentie/VorigReferentieNummer`, 'P1N0']),
  of('TR316', '323', [`${P2}[2]|ProductReferentie/VorigReferentieNummer`], [`${P2}[2]/ProductReferentie/VorigReferentieNummer`, 'P1N3']),
  of('TR316', '323', [], credit),
  of('TR335', '323', [`${P1}[1]|ProductPeriode/Einddatum`], ['Declaratie/DeclaratieDagtekening', '2026-04-01'], [`${P1}[1]/ProductPeriode`, { Begindatum: '2021-03-01', Einddatum: '2021-03-31' }]),
  of('TR335', '323', [], ['Declaratie/DeclaratieDagtekening', '2026-03-31'], [`${P1}[1]/ProductPeriode`, { Begindatum: '2021-03-01', Einddatum: '2021-03-31' }]),
  of('TR335', '323', [], ['Declaratie/DeclaratieDagtekening', '2029-02-28'], [`${P1}[1]/ProductPeriode`, { Begindatum: '2024-02-01', Einddatum: '2024-02-29' }]),
  of('TR335', '323', [`${P1}[1]|ProductPeriode/Einddatum`], ['Declaratie/DeclaratieDagtekening', '2029-03-01'], [`${P1}[1]/ProductPeriode`, { Begindatum: '2024-02-01', Einddatum: '2024-02-29' }]),
  of('TR358', '323', ['Declaratie|TotaalIngediendBedrag'], ['Declaratie/TotaalIngediendBedrag/TotaalBedrag', '27401']),
  of('TR358', '323', ['Declaratie|TotaalIngediendBedrag'], ['Declaratie/TotaalIngediendBedrag/DebetCredit', 'C']),
  of('TR358', '323', [], ['Declaratie/TotaalIngediendBedrag/TotaalBedrag', '+00027400']),
  of('TR358', '323', [], ['Declaratie/TotaalIngediendBedrag', { TotaalBedrag: '72600', DebetCredit: 'C' }], [`${P1}[1]/IngediendBedrag`, { Bedrag: '86300', DebetCredit: 'C' }]),
  of('TR358', '323', [], ['Declaratie/TotaalIngediendBedrag', { TotaalBedrag: '0', DebetCredit: 'D' }], [`${P2}[2]/IngediendBedrag`, { Bedrag: '61650', DebetCredit: 'C' }]),
  only('iwmo', of('TR416', '323', [], [`${P1}[2]/ToewijzingNummer`, '100100'], [`${P1}[2]/ProductCategorie`, '02'])),
  only('iwmo', of('TR416', '323', [`${P1}[2]|`], [`${P1}[2]/ToewijzingNummer`, '+00100100'], [`${P1}[2]/ProductCategorie`, '02'], [`${P1}[2]/ProductCode`, '10A0W'])),
  only('ijw', of('TR416', '323', [`${P1}[2]|`], [`${P1}[2]/ToewijzingNummer`, '+00100100'], [`${P1}[2]/ProductCategorie`, '45'], [`${P1}[2]/ProductCode`, '10A0J'])),
  only('ijw', of('TR416', '323', [], [`${P1}[2]/ToewijzingNummer`, '100100'], [`${P1}[2]/ProductCategorie`, '45'])),
  only('ijw', of('TR416', '323', [], [`${P1}[2]/ToewijzingNummer`, '100100'], [`${P1}[2]/ProductCategorie`, '45'], [`${P1}[2]/ProductCode`, '10A0J'], [`${P1}[2]/ProductPeriode/Begindatum`, '2026-03-02'])),
  only('ijw', of('TR416', '323', [], [`${P1}[2]/ToewijzingNummer`, '100100'], [`${P1}[2]/ProductCategorie`, '45'], [`${P1}[2]/ProductCode`, '10A0J'], [`${P1}[2]/IngediendBedrag/DebetCredit`, 'C'])),
  of('TR342', '325', ['DeclaratieAntwoord|TotaalToegekendBedrag'], ['DeclaratieAntwoord/TotaalToegekendBedrag/TotaalBedrag', '20549']),
  of('TR342', '325', ['DeclaratieAntwoord|TotaalToegekendBedrag'], ['DeclaratieAntwoord/TotaalToegekendBedrag/DebetCredit', 'C']),
  of('TR342', '325', [], ['DeclaratieAntwoord/TotaalToegekendBedrag', { TotaalBedrag: '100', DebetCredit: 'C' }], ['DeclaratieAntwoord/TotaalIngediendBedrag', { TotaalBedrag: '6750', DebetCredit: 'D' }]),
  of('TR342', '325', ['DeclaratieAntwoord|TotaalToegekendBedrag'], ['DeclaratieAntwoord/RetourCodes/RetourCode[1]', '9333']),
  of('TR342', '325', ['DeclaratieAntwoord|TotaalToegekendBedrag'], ['DeclaratieAntwoord/RetourCodes/RetourCode[1]', '9333'], ['DeclaratieAntwoord/TotaalToegekendBedrag/TotaalBedrag', '0']),
  of('TR342', '325', ['DeclaratieAntwoord|TotaalToegekendBedrag'], ['DeclaratieAntwoord/RetourCodes/RetourCode[1]', '8214'], ['DeclaratieAntwoord/Clienten', undefined]),
  of('TR342', '325', [], ['DeclaratieAntwoord/RetourCodes/RetourCode[1]', '8214'], ['DeclaratieAntwoord/Clienten', undefined], ['DeclaratieAntwoord/TotaalToegekendBedrag/TotaalBedrag', '0']),
  of('TR342', '325', [], ['DeclaratieAntwoord/RetourCodes/RetourCode[1]', '8001'], ['DeclaratieAntwoord/Clienten', undefined], ['DeclaratieAntwoord/TotaalToegekendBedrag/TotaalBedrag', '27400']),
  of('TR342', '325', ['DeclaratieAntwoord|TotaalToegekendBedrag'], ['DeclaratieAntwoord/RetourCodes/RetourCode[1]', '8001'], ['DeclaratieAntwoord/Clienten', undefined]),
  of('TR342', '325', [], ['DeclaratieAntwoord', undefined])
]

const keyCases: readonly Case[] = [
  of('TR101', '301', ['Client/Contactgegevens/Contact[2]|'], ['Client/Contactgegevens/Contact[2]/Soort', '01']),
  of('TR101', '301', [], [`${relatie}/Contact/Soort`, '01'], ['Client/Relaties/Relatie[2]/Contact/Soort', '01']),
  of('TR101', '301', ['Client/Relaties/Relatie[2]|'], ['Client/Relaties/Relatie[2]/Nummer', '1']),
  of('TR101', '301', [], ['Client/Relaties/Relatie[2]/Nummer', '01']),
  of('TR101', '301', [`${T}[3]|`], [`${T}[3]/ToewijzingNummer`, '000100101']),
  ...([['305', 'Client/StartProducten/StartProduct'], ['307', 'Client/StopProducten/StopProduct']] as const).flatMap(([number, row]): readonly Case[] => {
    const alike: readonly Edit[] = [[`${row}[2]/ToewijzingNummer`, '100100'], [`${row}[2]/Product`, undefined], [`${row}[1]/Product`, undefined]]
    return [
      of('TR101', number, [`${row}[2]|`], ...alike),
      of('TR101', number, [`${row}[2]|`], ...alike, [`${row}[1]/ToewijzingNummer`, undefined], [`${row}[2]/ToewijzingNummer`, undefined]),
      of('TR101', number, [`${row}[2]|`], ...alike, [`${row}[1]/StatusAanlevering`, '3']),
      of('TR101', number, [], ...alike, [`${row}[1]/ToewijzingNummer`, undefined]),
      of('TR101', number, [], ...alike, [`${row}[1]/Begindatum`, '2025-12-31']),
      ...(number === '307' ? [of('TR101', number, [], ...alike, [`${row}[1]/RedenBeeindiging`, '02']), of('TR101', number, [], ...alike, [`${row}[1]/Einddatum`, '2026-03-30'])] : [])
    ]
  }),
  of('TR101', '315', [`${A}[2]|`], [`${A}[1]/ReferentieAanbieder`, 'REF'], [`${A}[2]/ReferentieAanbieder`, 'REF']),
  of('TR101', '315', [], [`${A}[1]/ReferentieAanbieder`, 'REF'], [`${A}[2]/ReferentieAanbieder`, 'REF ']),
  of('TR101', '317', [`${V}/OngewijzigdeProducten/OngewijzigdProduct[2]|`], [`${V}/OngewijzigdeProducten/OngewijzigdProduct[2]/ToewijzingNummer`, '100102']),
  of('TR101', '317', [`${W}[2]|`], [`${W}[2]/ToewijzingNummer`, '0100100']),
  of('TR101', '317', [], [`${W}[2]/ToewijzingNummer`, '100102']),
  of('TR101', '317', [`${N}[2]|`], [`${N}[1]/Product`, undefined], [`${N}[2]/Product`, undefined]),
  of('TR101', '317', [], [`${N}[1]/Product`, undefined]),
  of('TR134', '301', [`${T}[2]|Toewijzingsdatum`], [`${T}[2]/Toewijzingsdatum`, '2026-04-02']),
  of('TR134', '301', [], [`${T}[2]/Toewijzingsdatum`, '2026-04-01'], [`${T}[2]/Ingangsdatum`, '2026-05-01']),
  of('TR134', '305', ['Client/StartProducten/StartProduct[1]|Begindatum'], ['Client/StartProducten/StartProduct[1]/Begindatum', '2026-04-02']),
  of('TR134', '305', [], ['Client/StartProducten/StartProduct[1]/Begindatum', '2026-04-01']),
  of('TR134', '307', ['Client/StopProducten/StopProduct[1]|Einddatum'], ['Client/StopProducten/StopProduct[1]/Einddatum', '2026-04-02']),
  of('TR134', '307', [], ['Client/StopProducten/StopProduct[1]/Einddatum', '2026-04-01'])
]

export const cases: readonly Case[] = [...personCases, ...productCases, ...clashCases, ...requestCases, ...claimCases, ...keyCases]
