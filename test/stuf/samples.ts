/** Messages of StUF-GGk as software of others writes them, and the ways in which one may be wrong. */
import { soap11 } from '../../src/stuf/names.ts'
import { readBericht, StufFault, type Bericht, type CodeList, type ReadOptions } from '../../src/stuf/stuf.ts'

export const options: ReadOptions = { codes: '2025', bytes_max: 25_000_000, base64: 'strict' }
export const number = '9c0f7b90-5c69-41e5-a837-0800200c9a66'
export const cross = 'b6e9f182-bc44-4f27-9863-9a5ccc1e1cf0'
/** What stands in xmlBestand of the samples. */
export const payload = '<Bericht>é</Bericht>'
const base64 = Buffer.from(payload).toString('base64')

const namespaces = 'xmlns:StUF="http://www.egem.nl/StUF/StUF0301" xmlns:GGK="http://www.stufstandaarden.nl/koppelvlak/ggk0210"'
const systeem = (name: string, organisatie: string, applicatie: string): string =>
  `<StUF:${name}><StUF:organisatie>${organisatie}</StUF:organisatie><StUF:applicatie>${applicatie}</StUF:applicatie></StUF:${name}>`

function envelop (name: string, kind: string, parties: readonly [string, string], crossRefnummer: string, functie: string): string {
  return `<GGK:${name} ${namespaces}>
  <GGK:stuurgegevens>
    <StUF:berichtcode>${kind}</StUF:berichtcode>
    ${systeem('zender', parties[0], 'Wmo Applicatie')}
    ${systeem('ontvanger', parties[1], 'GGk')}
    <StUF:referentienummer>${number}</StUF:referentienummer>
    <StUF:tijdstipBericht>20261121132514</StUF:tijdstipBericht>${crossRefnummer}
    <StUF:functie>${functie}</StUF:functie>
  </GGK:stuurgegevens>
  <GGK:parameters>
    <GGK:applicatieVersie>0004</GGK:applicatieVersie>
    <GGK:applicatieSubversie>0012</GGK:applicatieSubversie>
    <GGK:functieVersie>0003</GGK:functieVersie>
    <GGK:functieSubversie>0002</GGK:functieSubversie>
    <GGK:bericht><GGK:xmlBestand>${base64}</GGK:xmlBestand></GGK:bericht>
  </GGK:parameters>
</GGK:${name}>`
}

/** One good message of each kind: a WMO301, its WMO302, and an Fo01 about the first. */
export const samples = {
  Di01: envelop('envelopHeenbericht-ggk_Di01', 'Di01', ['0344', '01023456'], '', 'WMO301'),
  Du01: envelop('envelopRetourbericht-ggk_Du01', 'Du01', ['01023456', '0344'], `<StUF:crossRefnummer>${cross}</StUF:crossRefnummer>`, 'WMO302'),
  Fo01: `<StUF:Fo01Bericht xmlns:StUF="http://www.egem.nl/StUF/StUF0301">
  <StUF:stuurgegevens>
    <StUF:berichtcode>Fo01</StUF:berichtcode>
    ${systeem('zender', 'IB', 'GGKWebservice')}
    ${systeem('ontvanger', '0344', 'GGk')}
    <StUF:referentienummer>${cross}</StUF:referentienummer>
    <StUF:tijdstipBericht>20261121132515001</StUF:tijdstipBericht>
    <StUF:crossRefnummer>${number}</StUF:crossRefnummer>
  </StUF:stuurgegevens>
  <StUF:body>
    <StUF:code>IB014</StUF:code>
    <StUF:plek>client</StUF:plek>
    <StUF:omschrijving>Payload voldoet niet aan XSD</StUF:omschrijving>
    <StUF:details>WMO301-00040012</StUF:details>
    <StUF:detailsXML><oud xmlns="urn:oud"><a/></oud></StUF:detailsXML>
  </StUF:body>
</StUF:Fo01Bericht>`
} as const
export type Kind = keyof typeof samples

/** @returns a message in SOAP, with headers where given */
export const inEnvelope = (message: string, header = ''): Buffer =>
  Buffer.from(`<?xml version="1.0" encoding="utf-8"?><soapenv:Envelope xmlns:soapenv="${soap11}">${header}<soapenv:Body>${message}</soapenv:Body></soapenv:Envelope>`)

/** What became of a message that was read, in a few words: `taken`, `fault CODE`, `Fo01 CODE check`. */
export function outcome (body: Uint8Array, codes: CodeList = '2025', over: Partial<ReadOptions> = {}): string {
  try {
    return told(readBericht(body, undefined, { ...options, ...over, codes }), codes)
  } catch (error) {
    if (error instanceof StufFault) return `fault ${error.soap ?? error.code}`
    throw error
  }
}
function told (it: Bericht, codes: CodeList): string {
  if (it.kind === 'Fo01') return 'taken'
  return it.objection === null ? ['taken', ...it.warnings.map(warning => warning.check)].join(' ') : `Fo01 ${it.objection.codes[codes]} ${it.objection.check}`
}

/** A message that is wrong in one way. */
export interface Mutant {
  readonly name: string
  readonly kind: Kind
  readonly text: string
  /** The published schema's verdict. */
  readonly valid: boolean
  /** As outcome tells it, of the list of 2025 and of that of 2018. */
  readonly read: readonly [string, string]
}

function mutant (valid: boolean, kind: Kind, name: string, from: string | RegExp, to: string, list2025: string, list2018 = list2025): Mutant {
  const text = samples[kind].replace(from, to)
  if (text === samples[kind]) throw new Error(`${name} changes nothing`)
  return { name, kind, text, valid, read: [list2025, list2018] }
}
const caught = (...of: [Kind, string, string | RegExp, string, string, string?]): Mutant => mutant(false, ...of)
const missed = (...of: [Kind, string, string | RegExp, string, string, string?]): Mutant => mutant(true, ...of)

const instance = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
const hop = ['fault IB001', 'fault RIN001'] as const
const uuid = ['fault IB001', 'fault IB009'] as const
const body = ['Fo01 IB001 parameters', 'Fo01 StUF055 parameters'] as const
const rest = (name: string) => new RegExp(`(<StUF:${name}>)[^<]*`)

/** What the published schema catches, and all it lets through. */
export const mutants: readonly Mutant[] = [
  caught('Di01', 'UUID in capitals', number, number.toUpperCase(), ...uuid),
  caught('Di01', 'UUID of version 1', number, '9c0f7b90-5c69-11e5-a837-0800200c9a66', ...uuid),
  caught('Di01', 'UUID of another variant', number, '9c0f7b90-5c69-41e5-c837-0800200c9a66', ...uuid),
  caught('Di01', 'UUID with white space around it', number, ` ${number}\n`, ...uuid),
  caught('Di01', 'crossRefnummer in a Di01', '<StUF:functie>', `<StUF:crossRefnummer>${cross}</StUF:crossRefnummer><StUF:functie>`, ...hop),
  caught('Di01', 'no referentienummer', /<StUF:referentienummer>.*<\/StUF:referentienummer>/, '', ...hop),
  caught('Di01', 'no zender', /<StUF:zender>.*<\/StUF:zender>/, '', ...hop),
  caught('Di01', 'no ontvanger', /<StUF:ontvanger>.*<\/StUF:ontvanger>/, '', ...hop),
  caught('Di01', 'no organisatie of the zender', '<StUF:organisatie>0344</StUF:organisatie>', '', ...hop),
  caught('Di01', 'no organisatie of the ontvanger', '<StUF:organisatie>01023456</StUF:organisatie>', '', ...hop),
  caught('Di01', 'organisatie of 201 characters', '0344', '0'.repeat(201), ...hop),
  caught('Di01', 'no applicatie', '<StUF:applicatie>GGk</StUF:applicatie>', '', ...hop),
  caught('Di01', 'applicatie of two characters', 'GGk<', 'GG<', ...hop),
  caught('Di01', 'applicatie of 51 characters', 'Wmo Applicatie', 'W'.repeat(51), ...hop),
  caught('Di01', 'administratie of 51 characters', 'GGk</StUF:applicatie>', `GGk</StUF:applicatie><StUF:administratie>${'a'.repeat(51)}</StUF:administratie>`, ...hop),
  caught('Di01', 'gebruiker before administratie', 'GGk</StUF:applicatie>', 'GGk</StUF:applicatie><StUF:gebruiker/><StUF:administratie/>', ...hop),
  caught('Di01', 'no functie', /<StUF:functie>.*<\/StUF:functie>/, '', ...hop),
  caught('Di01', 'functie of 31 characters', rest('functie'), `$1${'W'.repeat(31)}`, ...hop),
  caught('Di01', 'no tijdstipBericht', /<StUF:tijdstipBericht>.*<\/StUF:tijdstipBericht>/, '', ...hop),
  caught('Di01', 'tijdstipBericht as ISO 8601', rest('tijdstipBericht'), '$12026-11-21T13:25:14', ...hop),
  caught('Di01', 'tijdstipBericht of 18 digits', rest('tijdstipBericht'), '$1202611211325140000', ...hop),
  caught('Di01', 'tijdstipBericht of 7 digits', rest('tijdstipBericht'), '$12026112', ...hop),
  caught('Di01', 'berichtcode Du01 in a Di01', '>Di01<', '>Du01<', ...hop),
  caught('Di01', 'an empty berichtcode', '>Di01<', '><', ...hop),
  caught('Di01', 'stuurgegevens twice', '<GGK:parameters>', '<GGK:stuurgegevens/><GGK:parameters>', ...body),
  caught('Di01', 'text between elements', '<StUF:zender>', 'tekst<StUF:zender>', ...hop),
  caught('Di01', 'an attribute on zender', '<StUF:zender>', '<StUF:zender soort="x">', ...hop),
  caught('Di01', 'children of stuurgegevens in the namespace of GGk', /StUF:(functie|zender)/g, 'GGK:$1', ...hop),
  caught('Di01', 'the namespace of 0310 v2.1.02', 'koppelvlak/ggk0210', 'sectormodel/ggk/0210', 'fault StUF007'),
  caught('Di01', 'the namespace of 0310 v2.0', 'http://www.stufstandaarden.nl/koppelvlak/ggk0210', 'http://www.egem.nl/StUF/sector/ggk/0310', 'fault StUF007'),
  caught('Du01', 'no crossRefnummer in a Du01', /<StUF:crossRefnummer>.*<\/StUF:crossRefnummer>/, '', ...hop),
  caught('Du01', 'crossRefnummer in capitals', cross, cross.toUpperCase(), ...uuid),
  caught('Du01', 'crossRefnummer after functie', /(<StUF:crossRefnummer>.*<\/StUF:crossRefnummer>)(\s*)(<StUF:functie>.*<\/StUF:functie>)/, '$3$2$1', ...hop),
  caught('Di01', 'no parameters', /<GGK:parameters>[^]*<\/GGK:parameters>/, '', ...body),
  caught('Di01', 'a version that is not padded', '>0003<', '>3<', ...body),
  caught('Di01', 'a version of letters', '>0004<', '>abcd<', ...body),
  caught('Di01', 'a version of five digits', '>0012<', '>00012<', ...body),
  caught('Di01', 'no applicatieSubversie', /<GGK:applicatieSubversie>.*<\/GGK:applicatieSubversie>/, '', ...body),
  caught('Di01', 'children of parameters in the namespace of StUF', /GGK:functieVersie/g, 'StUF:functieVersie', ...body),
  caught('Di01', 'bericht with neither', /<GGK:xmlBestand>.*<\/GGK:xmlBestand>/, '', ...body),
  caught('Di01', 'bericht with both', '</GGK:bericht>', '<GGK:tekstBestand bestandsnaam="a.csv">AAAA</GGK:tekstBestand></GGK:bericht>', ...body),
  caught('Di01', 'xmlBestand twice', '</GGK:bericht>', '<GGK:xmlBestand>AAAA</GGK:xmlBestand></GGK:bericht>', ...body),
  caught('Di01', 'an attribute on xmlBestand', '<GGK:xmlBestand>', '<GGK:xmlBestand bestandsnaam="a.xml">', ...body),
  caught('Di01', 'base64 with padding that is wrong', base64, `${base64}=`, 'Fo01 IB001 base64', 'Fo01 StUF055 base64'),
  caught('Di01', 'base64 cut off', base64, base64.slice(0, -1), 'Fo01 IB001 base64', 'Fo01 StUF055 base64'),
  caught('Di01', 'tekstBestand without bestandsnaam', /GGK:xmlBestand/g, 'GGK:tekstBestand', ...body),
  caught('Di01', 'a bestandsnaam of 3 characters', /<GGK:xmlBestand>(.*)<\/GGK:xmlBestand>/, '<GGK:tekstBestand bestandsnaam="a.b">$1</GGK:tekstBestand>', ...body),
  caught('Di01', 'a bestandsnaam with a space', /<GGK:xmlBestand>(.*)<\/GGK:xmlBestand>/, '<GGK:tekstBestand bestandsnaam="a b.csv">$1</GGK:tekstBestand>', ...body),
  caught('Di01', 'an element after parameters', '</GGK:parameters>', '</GGK:parameters><GGK:meer/>', ...body),
  caught('Di01', 'xsi:type of a type that is not there', '<StUF:organisatie>0344', `<StUF:organisatie ${instance} xsi:type="StUF:Tekst">0344`, ...hop),
  caught('Di01', 'xsi:type of another type', '<StUF:organisatie>0344', `<StUF:organisatie ${instance} xsi:type="StUF:Functie">0344`, ...hop),
  caught('Di01', 'xsi:nil', '<StUF:organisatie>0344', `<StUF:organisatie ${instance} xsi:nil="false">0344`, ...hop),
  // An Fo01 is taken all the same, as far as it can be read.
  caught('Fo01', 'an Fo01 without code', /<StUF:code>.*<\/StUF:code>/, '', 'taken'),
  caught('Fo01', 'a code of 8 characters', 'IB014', 'StUF0555', 'taken'),
  caught('Fo01', 'plek Client', '>client<', '>Client<', 'taken'),
  caught('Fo01', 'an omschrijving of 201 characters', rest('omschrijving'), `$1${'a'.repeat(201)}`, 'taken'),
  caught('Fo01', 'details of 1001 characters', rest('details'), `$1${'a'.repeat(1_001)}`, 'taken'),
  caught('Fo01', 'text in detailsXML', '<oud', 'tekst<oud', 'taken'),
  caught('Fo01', 'an Fo01 without referentienummer', /<StUF:referentienummer>.*<\/StUF:referentienummer>/, '', 'taken'),
  caught('Fo01', 'berichtcode Fo03 in an Fo01', '>Fo01<', '>Fo03<', 'taken'),
  caught('Fo01', 'an Fo01 without crossRefnummer', /<StUF:crossRefnummer>.*<\/StUF:crossRefnummer>/, '', ...hop),

  missed('Di01', 'xsi:type of the type it is', '<StUF:organisatie>0344', `<StUF:organisatie ${instance} xsi:type="StUF:Organisatie">0344`, 'taken'),
  missed('Di01', 'xsi:type of the payload', '<GGK:xmlBestand>', `<GGK:xmlBestand ${instance} xsi:type="StUF:BinaireInhoud-basis_ggkbericht_xml">`, 'taken'),
  missed('Di01', 'xsi:schemaLocation', 'xmlns:StUF=', `${instance} xsi:schemaLocation="urn:x x.xsd" xmlns:StUF=`, 'taken'),
  missed('Di01', 'an empty organisatie of the zender', '>0344<', '><', 'fault StUF013'),
  missed('Di01', 'organisatie XYZ of the zender', '>0344<', '>XYZ<', 'fault StUF013'),
  missed('Di01', 'an empty organisatie of the ontvanger', '>01023456<', '><', 'fault StUF010'),
  missed('Di01', 'organisatie XYZ of the ontvanger', '>01023456<', '>XYZ<', 'Fo01 IB010 ontvanger-onbekend', 'Fo01 BRS04 ontvanger-onbekend'),
  missed('Di01', 'an empty organisatie of both: of StUF’s table the first row', /<StUF:organisatie>[^<]*</g, '<StUF:organisatie><', 'fault StUF010'),
  missed('Di01', 'another ontvanger.applicatie than GGk', '>GGk<', '>GGKWebservice<', 'taken ontvanger-applicatie'),
  missed('Di01', 'an applicatie of spaces', 'Wmo Applicatie', '    ', 'Fo01 IB017 applicatie', 'Fo01 CC06 applicatie'),
  missed('Di01', 'functie WMO399', '>WMO301<', '>WMO399<', 'Fo01 IB004 functie', 'Fo01 IB240 functie'),
  missed('Di01', 'an empty functie', '>WMO301<', '><', 'Fo01 IB004 functie', 'Fo01 IB240 functie'),
  missed('Di01', 'a retour as Di01', '>WMO301<', '>WMO306<', 'Fo01 IB006 berichtcode', 'Fo01 IB240 berichtcode'),
  missed('Du01', 'a heenbericht as Du01', '>WMO302<', '>WMO305<', 'Fo01 IB006 berichtcode', 'Fo01 IB240 berichtcode'),
  missed('Di01', 'a declaratie of a municipality', '>WMO301<', '>WMO323<', 'Fo01 IB007 partijen', 'Fo01 IB234 partijen'),
  missed('Di01', 'a toewijzing for a municipality', '>01023456<', '>0363<', 'Fo01 IB007 partijen', 'Fo01 IB234 partijen'),
  missed('Di01', 'a 325 as Di01', '>WMO301<', '>WMO325<', 'taken'),
  missed('Di01', 'a version in which it is not taken', '>0002<', '>0001<', 'Fo01 IB004 versie', 'Fo01 CC02 versie'),
  missed('Di01', 'tijdstip 99999999', rest('tijdstipBericht'), '$199999999', ...hop),
  missed('Di01', 'a 30th of February', rest('tijdstipBericht'), '$120260230120000', ...hop),
  missed('Di01', 'an hour of 24', rest('tijdstipBericht'), '$120261121240000', ...hop),
  missed('Di01', 'a tijdstip that is a date alone', rest('tijdstipBericht'), '$120261121', 'taken tijdstip-onvolledig'),
  missed('Di01', 'a tijdstip in the hour that summer time leaves out', rest('tijdstipBericht'), '$120260329023000', 'taken tijdstip-onvolledig'),
  missed('Di01', 'an empty xmlBestand', base64, '', 'Fo01 IB014 leeg', 'Fo01 CC02 leeg'),
  missed('Di01', '@@@@ as base64', base64, '@@@@', 'Fo01 IB001 base64', 'Fo01 StUF055 base64'),
  missed('Di01', 'white space in base64', base64, `${base64.slice(0, 4)}\r\n${base64.slice(4)}`, 'Fo01 IB001 base64-witruimte', 'Fo01 StUF055 base64-witruimte'),
  missed('Di01', 'a functie of iWmo as tekstBestand', /<GGK:xmlBestand>(.*)<\/GGK:xmlBestand>/, '<GGK:tekstBestand bestandsnaam="a.xml">$1</GGK:tekstBestand>', 'Fo01 IB014 tekstBestand', 'Fo01 CC02 tekstBestand'),
  missed('Fo01', 'an empty code', '>IB014<', '><', 'taken'),
  missed('Fo01', 'any text as crossRefnummer of an Fo01', number, 'zomaar iets', 'taken'),
  missed('Fo01', 'an organisatie that is left out of an Fo01', '<StUF:organisatie>IB</StUF:organisatie>', '', 'taken'),
  missed('Fo01', 'no details', /<StUF:details>.*<\/StUF:details>/, '', 'taken')
]
