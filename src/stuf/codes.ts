/** Every refusal in the chain's own codes: of the list of 2025, of that of 2018, and at the hop (Fo03). */
import { refusals, type PartyKind, type RefusalCode } from '../core/core.ts'
import { StufFault, type About } from './fault.ts'
import type { CodeList, Fout } from './types.ts'

/** One meaning: its code in an Fo01 of each list, and in an Fo03 of each. */
interface Codes { readonly fo01: Readonly<Record<CodeList, string>>, readonly fo03: Readonly<Record<CodeList, string>> }

/** @param hop the Fo03's code where it is another: StUF's own is the same in both lists, StUF055 and 058 may not stand in an Fo03 */
const codes = (list2025: string, list2018: string, ...hop: readonly string[]): Codes =>
  ({ fo01: { 2025: list2025, 2018: list2018 }, fo03: { 2025: hop[0] ?? list2025, 2018: hop[1] ?? hop[0] ?? list2018 } })

// What several refusals come to.
const envelope = codes('IB001', 'StUF055', 'IB001', 'RIN001')
const payload = codes('IB014', 'CC02')
const related = codes('IB021', 'CC07', 'StUF043') // alsAntwoordOp niet gevuld; niet te relateren aan eerder bericht
const second = codes('IB019', 'CC11')
const twice = codes('IB016', 'CC08', 'StUF016')
const stranger = codes('IB002', 'IB002', 'StUF013')
const ours = codes('StUF058', 'StUF058', 'StUF046') // in no list: it is ours to mend, and an Fo03 in practice

/** Where a list has no code of that meaning, the nearest of the same cure stands here. */
const table: Readonly<Record<RefusalCode, Codes>> = {
  ZP_REQUEST: envelope,
  ZP_REASON: envelope, // not of this door
  ZP_QUERY: envelope, // not of this door
  ZP_MEDIA_TYPE: envelope,
  ZP_HEADERS: envelope,
  ZP_ENVELOPE: envelope,
  ZP_PARTY: stranger,
  ZP_CERTIFICATE: stranger,
  ZP_ACCOUNT_ROLE: stranger,
  ZP_SIGNER: stranger, // no list knows signatures of senders
  ZP_SIGNATURE: stranger,
  ZP_NOT_SENDER: codes('IB009', 'BRS03', 'StUF013'),
  ZP_SENDER_FAMILY: codes('IB007', 'IB234'), // functie and organisatie do not go together
  ZP_RECEIVER_FAMILY: codes('IB011', 'BRS05'),
  ZP_RECEIVER_UNKNOWN: codes('IB010', 'BRS04', 'StUF010'),
  ZP_IDENTIFICATIE_REUSED: twice, // the lists know but one kind of number that must be new
  ZP_NUMBER: twice,
  ZP_RETOUR_SECOND: second,
  ZP_DECIDED: second, // not of this door
  ZP_NOT_FOUND: related,
  ZP_REPLACES: related, // not of this door
  ZP_RETOUR_UNKNOWN: related,
  ZP_RETOUR_ECHO: related, // its Header is that of no message it could answer
  ZP_CROSS: related,
  ZP_SIZE: codes('IB003', 'IB007'),
  ZP_XML: payload,
  ZP_SCHEMA: payload,
  ZP_CONTENT: payload, // a 325: no retour can tell it
  ZP_POISON: payload,
  ZP_ENVELOPE_PAYLOAD: codes('IB014', 'CC09'), // 2025 has no CC09: the payload is not what the functie's schema asks
  ZP_TYPE: codes('IB004', 'IB240'),
  ZP_TEST_BSN: codes('IB015', 'CC02'), // 2018 has none for test environments
  ZP_ZIP: codes('IB901', 'CC02'), // ZIPs come by the other doors; 2018 tells of the file's form and size only
  ZP_ZIP_FOLDER: codes('IB901', 'CC02'),
  ZP_ZIP_MANY: codes('IB902', 'CC02'),
  ZP_ZIP_PASSWORD: codes('IB903', 'CC02'),
  ZP_ZIP_EMPTY: codes('IB905', 'CC02'),
  ZP_ZIP_MEMBER_SIZE: codes('IB904', 'CC03'),
  ZP_ZIP_EXPANDS: codes('IB904', 'CC03'),
  ZP_PAYLOAD_GONE: ours, // not of this door
  ZP_REGISTER: ours, // not of this door
  ZP_SLOW: ours,
  ZP_RATE: ours,
  ZP_INTERNAL: ours,
  ZP_DAMAGED: ours,
  ZP_SEAL: ours,
  ZP_BUSY: ours,
  ZP_DISK: ours
}

/** A municipality is not unknown to VECOZO but to the GGk itself. */
const unknownGemeente = codes('IB005', 'IB210', 'StUF010')

const rowOf = (code: RefusalCode, receiver: PartyKind | null): Codes =>
  code === 'ZP_RECEIVER_UNKNOWN' && receiver === 'gemeente' ? unknownGemeente : table[code]
const sideOf = (code: RefusalCode): Fout['plek'] => refusals[code].retry === 'later' ? 'server' : 'client'

/**
 * @param receiver kind of the party it was for, by its code; null where that is no party's
 * @returns what an Fo01 says of a refusal; details are its writer's
 */
export const foutOf = (code: RefusalCode, list: CodeList, receiver: PartyKind | null = null): Omit<Fout, 'details'> =>
  ({ code: rowOf(code, receiver).fo01[list], plek: sideOf(code), omschrijving: refusals[code].nl })

/** @param refusal detail: shown to who sent it @returns the same refusal said at once */
export function faultOf (refusal: { readonly code: RefusalCode, readonly detail: string | null }, list: CodeList, about?: About): StufFault {
  const { code, detail } = refusal
  return new StufFault({ code: table[code].fo03[list], plek: sideOf(code), omschrijving: refusals[code].nl, details: detail === null ? null : detail.slice(0, 1_000) }, about, null, code)
}
