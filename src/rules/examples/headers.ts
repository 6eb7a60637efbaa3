/** Cases of the rules that are asked of the Header of every message, or of nearly every. */
import type { MessageNumber } from '../../standard/standard.ts'
import type { Specs } from './case.ts'
import { before, elsewhere, geenGemeente, tell, type Tale, type Told } from './tale.ts'

const dagtekening = 'Header/BerichtIdentificatie/Dagtekening'
const identificatie = 'BerichtIdentificatie/Identificatie'

/** The number of the client under which the standard looks for it; a 319 is about none. */
const withBsn: ReadonlySet<string> = new Set(['301', '305', '307', '315', '317', '323', '325'])
const withGeboortedatum: ReadonlySet<string> = new Set(['301', '305', '307', '315'])

/** @returns the cases for one message number */
export function headers (it: Tale, number: MessageNumber): Specs {
  return {
    'CS015 Header/BerichtSubversie': { wrong: { 'Header/BerichtSubversie': '1' } },
    'CS025 Header/BerichtVersie': { wrong: { 'Header/BerichtVersie': '2' } },
    [`TR056 Header/${identificatie}`]: identificatieAgain(it, number),
    'TR135 Header/BerichtIdentificatie/Dagtekening': number === '317' ? laterGewijzigd : { wrong: { [dagtekening]: '2065-04-01' } },
    ...unknownGemeente(it, number),
    ...(withBsn.has(number) ? { 'CS002 Client/Bsn': { wrong: { 'Client/Bsn': '999900007' } } } : {}),
    ...(withGeboortedatum.has(number) ? geboortedatum : {})
  }
}

/** Far enough ahead to be wrong on any day; a request for change needs assignments that hold on its day. */
const laterGewijzigd: Specs[string] = {
  history: [['301', { 'ToegewezenProduct/Einddatum': '2065-12-31', 'ToegewezenProduct[2]/Einddatum': '2065-12-31' }]],
  wrong: {
    [dagtekening]: '2065-04-01', 'TeWijzigenProduct/GewensteIngangsdatum': '2065-05-01', 'TeWijzigenProduct/Einddatum': '2065-12-31', 'NieuwProduct/GewensteIngangsdatum': '2065-05-01', 'NieuwProduct/Einddatum': '2065-12-31'
  }
}

/** An earlier message of the same number, about something else. */
function identificatieAgain (it: Tale, number: MessageNumber): Specs[string] {
  const after = elsewhere(it, number)
  const place = (before[number] ?? []).length + after.length
  return { after, wrong: { [`Header/${identificatie}`]: `H${number}-${place}` } }
}

/** The same gemeente as in every case, and one that CBS does not have, did the same before. */
function unknownGemeente (it: Tale, number: MessageNumber): Specs {
  const first = before[number] ?? []
  const party = (of: MessageNumber): string => `Header/${tell(it, [of], 'X').model.afzender === 'gemeente' ? 'Afzender' : 'Ontvanger'}`
  const there = first.map(([of, ...edits]): Told => [of, ...edits, { [party(of)]: geenGemeente }])
  const answered = number === '325' ? { 'Header/DeclaratieIdentificatie/Identificatie': 'H325-4' } : {}
  return { [`TR378 ${party(number)}`]: { after: there, wrong: { [party(number)]: geenGemeente, ...answered } } }
}

const geboortedatum: Specs = {
  'CS139 Client/Geboortedatum/DatumGebruik': { wrong: { 'Client/Geboortedatum': { Datum: '1990-05-15', DatumGebruik: '1' } } },
  'CS139 Client/Geboortedatum/DatumGebruik: alleen het jaar is bekend': { wrong: { 'Client/Geboortedatum': { Datum: '1990-05-01', DatumGebruik: '2' } } },
  'CS139 Client/Geboortedatum/DatumGebruik: niets is bekend': { wrong: { 'Client/Geboortedatum': { Datum: '1990-01-01', DatumGebruik: '3' } } },
  'TR002 Client/Geboortedatum': { wrong: { 'Client/Geboortedatum/Datum': '1900-05-01' } },
  'TR002 Client/Geboortedatum: 1900-01-01 zonder DatumGebruik': { wrong: { 'Client/Geboortedatum/Datum': '1900-01-01' } },
  'TR134 Client/Geboortedatum': { wrong: { 'Client/Geboortedatum/Datum': '2026-04-02' } }
}
