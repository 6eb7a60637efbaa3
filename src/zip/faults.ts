/** Everything that can be wrong with a ZIP, as the sender is told it. */
import { Refusal, type Finding, type RefusalCode } from '../core/core.ts'

interface Kind { readonly code: RefusalCode, readonly nl: string, readonly en: string }
const kind = (code: RefusalCode, nl: string, en: string): Kind => ({ code, nl, en })

/** In the order in which they decide what the whole refusal is called. */
const kinds = {
  no_zip: kind('ZP_ZIP', 'Dit is geen ZIP-bestand, of het is afgebroken.', 'This is no ZIP file, or it was cut off.'),
  two_ends: kind('ZP_ZIP', 'Het bestand heeft meer dan één einde van een ZIP.', 'The file has more than one end of a ZIP.'),
  volumes: kind('ZP_ZIP', 'Het ZIP-bestand is over delen verspreid.', 'The ZIP is spread over several volumes.'),
  zip64: kind('ZP_ZIP', 'Het ZIP-bestand gebruikt Zip64; maak het zonder.', 'The ZIP uses Zip64; make it without.'),
  directory: kind('ZP_ZIP', 'De inhoudsopgave van het ZIP-bestand klopt niet.', 'The directory of the ZIP is wrong.'),
  gap: kind('ZP_ZIP', 'Er staan bytes tussen de leden die bij geen lid horen.', 'There are bytes between the members that belong to none.'),
  overlap: kind('ZP_ZIP', 'Leden overlappen elkaar.', 'Members overlap each other.'),
  header: kind('ZP_ZIP', 'De kop van het lid zegt iets anders dan de inhoudsopgave.', 'The header of the member says other things than the directory.'),
  method: kind('ZP_ZIP', 'Alleen “stored” en “deflate” zijn toegestaan.', 'Only “stored” and “deflate” are allowed.'),
  flags: kind('ZP_ZIP', 'Het lid gebruikt een mogelijkheid van ZIP die niet is toegestaan.', 'The member uses a feature of ZIP that is not allowed.'),
  name: kind('ZP_ZIP', 'De naam van het lid is niet bruikbaar.', 'The name of the member cannot be used.'),
  same_name: kind('ZP_ZIP', 'Deze naam komt eerder in het ZIP-bestand voor.', 'This name came earlier in the ZIP.'),
  no_file: kind('ZP_ZIP', 'Het lid is een koppeling of een apparaat, geen bestand.', 'The member is a link or a device, no file.'),
  content: kind('ZP_ZIP', 'De inhoud van het lid kan niet uitgepakt worden, of is niet wat de inhoudsopgave zegt.', 'The content of the member cannot be unpacked, or is not what the directory says.'),
  size: kind('ZP_ZIP_MEMBER_SIZE', 'Het lid is te groot.', 'The member is too large.'),
  ratio: kind('ZP_ZIP_EXPANDS', 'Het lid pakt uit tot te veel keer zijn grootte.', 'The member unpacks to too many times its size.'),
  total: kind('ZP_ZIP_EXPANDS', 'De leden zijn samen uitgepakt te groot.', 'The members together are too large when unpacked.'),
  many: kind('ZP_ZIP_MANY', 'Er zitten te veel leden in het ZIP-bestand.', 'There are too many members in the ZIP.'),
  empty: kind('ZP_ZIP_EMPTY', 'Er zit geen lid in het ZIP-bestand.', 'There is no member in the ZIP.'),
  password: kind('ZP_ZIP_PASSWORD', 'Het lid is met een wachtwoord beveiligd.', 'The member is protected by a password.'),
  folder: kind('ZP_ZIP_FOLDER', 'Het lid is een map of staat in een map.', 'The member is a folder or stands in one.')
} as const satisfies Record<string, Kind>
type FaultKind = keyof typeof kinds
const order = Object.keys(kinds)

/** `member` counts from 1 in the order of the archive; null where it is about the whole file. `found` and `expected` hold numbers and fixed words only. */
export interface Fault { readonly kind: FaultKind, readonly member: number | null, readonly found?: string, readonly expected?: string }

/** Faults that are told at most. */
const told_max = 200

const finding = ({ kind, member, found = '', expected = '' }: Fault): Finding =>
  ({ level: 1, code: kinds[kind].code, line: null, path: member === null ? 'ZIP' : `ZIP[${member}]`, found, expected, message: kinds[kind].nl, message_en: kinds[kind].en })

/** @returns every fault as one refusal, named after the gravest; null when there is none */
export function refusalOf (faults: readonly Fault[]): Refusal | null {
  const [gravest] = faults.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
  return gravest === undefined ? null : new Refusal(kinds[gravest.kind].code, null, faults.slice(0, told_max).map(finding))
}
