/** Writes StUF messages exactly as the standard has them, and the SOAP around them. */
import { isReferentienummer } from '../core/core.ts'
import { isXmlText, escapeXml } from '../standard/standard.ts'
import type { StufFault } from './fault.ts'
import { tijdstip } from './moment.ts'
import { ggk, operations, soap11, stuf } from './names.ts'
import type { Afkeuring, Kop, Systeem, Zending } from './types.ts'

/** @throws RangeError naming the field, never its value: what the chain would refuse must not leave us */
function element (name: string, text: string, ok: (text: string) => boolean, prefix = 's:'): string {
  if (!ok(text) || !isXmlText(text)) throw new RangeError(`${name} is not as StUF has it`)
  return `<${prefix}${name}>${written(text)}</${prefix}${name}>`
}
/** Escaping makes 50 ampersands 250 bytes, and then the largest payload would fit no longer. */
const escaped_bytes_max = 200
function written (text: string): string {
  const escaped = escapeXml(text)
  const whole = Buffer.byteLength(escaped) <= escaped_bytes_max || text.includes(']]>') || text.includes('\r')
  return whole ? escaped : `<![CDATA[${text}]]>`
}
const length = (least: number, most: number) => (text: string): boolean => { const { length } = Array.from(text); return length >= least && length <= most }
const four = (text: string): boolean => /^[0-9]{4}$/.test(text)
const optional = (name: string, text: string | null, most: number): string => text === null ? '' : element(name, text, length(0, most))

function systeem (name: 'zender' | 'ontvanger', { organisatie, applicatie, administratie, gebruiker }: Systeem): string {
  const parts = [optional('organisatie', organisatie, 200), element('applicatie', applicatie, length(3, 50)), optional('administratie', administratie, 50), optional('gebruiker', gebruiker, 100)]
  return `<s:${name}>${parts.join('')}</s:${name}>`
}

/** @param cross what a crossRefnummer must be */
function stuurgegevens (prefix: '' | 's:', berichtcode: string, kop: Kop, cross: (text: string) => boolean, functie = ''): string {
  const { zender, ontvanger, referentienummer, tijdstip: at, crossRefnummer } = kop
  const parts = [
    `<s:berichtcode>${berichtcode}</s:berichtcode>`, systeem('zender', zender), systeem('ontvanger', ontvanger),
    element('referentienummer', referentienummer, isReferentienummer), `<s:tijdstipBericht>${tijdstip(at)}</s:tijdstipBericht>`,
    crossRefnummer === null ? '' : element('crossRefnummer', crossRefnummer, cross), functie
  ]
  return `<${prefix}stuurgegevens>${parts.join('')}</${prefix}stuurgegevens>`
}

const version = (name: string, text: string): string => element(name, text, four, '')
const padded = (value: number): string => String(value).padStart(4, '0')

/** What stands before and after the base64. Short names: the largest payload must fit in the largest message. */
function around (it: Zending): readonly [string, string] {
  if (it.zender.organisatie === null || it.ontvanger.organisatie === null) throw new RangeError('organisatie is not as StUF has it')
  if ((it.kind === 'Du01') !== (it.crossRefnummer !== null)) throw new RangeError('crossRefnummer is not as StUF has it')
  const { element: root } = operations[it.kind]
  const functie = element('functie', it.functie, length(1, 30))
  const parameters = [
    version('applicatieVersie', it.applicatieVersie), version('applicatieSubversie', it.applicatieSubversie),
    version('functieVersie', padded(it.versie)), version('functieSubversie', padded(it.subversie))
  ]
  return [
    `<${root} xmlns="${ggk}" xmlns:s="${stuf}">${stuurgegevens('', it.kind, it, isReferentienummer, functie)}<parameters>${parameters.join('')}<bericht><xmlBestand>`,
    `</xmlBestand></bericht></parameters></${root}>`
  ]
}

const head = `<?xml version="1.0" encoding="UTF-8"?>\n<e:Envelope xmlns:e="${soap11}"><e:Body>`
const tail = '</e:Body></e:Envelope>\n'

/** A multiple of three: each piece's base64 follows on that of the one before. */
const piece_bytes = 3 * 65_536
const base64Length = (bytes: number): number => 4 * Math.ceil(bytes / 3)

/** Base64 straight into its place: a message of 25 MB is held once. */
function withBase64 (before: string, payload: Uint8Array, after: string): Buffer {
  const source = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  const out = Buffer.allocUnsafe(Buffer.byteLength(before) + base64Length(source.length) + Buffer.byteLength(after))
  let at = out.write(before)
  for (let from = 0; from < source.length; from += piece_bytes) at += out.write(source.toString('base64', from, from + piece_bytes), at, 'latin1')
  out.write(after, at)
  return out
}

/** @returns a Di01 or Du01 alone. Throws a RangeError that names the field that is not as StUF has it. */
export function writeEnvelop (it: Zending): Buffer {
  const [before, after] = around(it)
  return withBase64(before, it.payload, after)
}

/** @returns a Di01 or Du01 as the body of a SOAP request. Throws as writeEnvelop. */
export function writeEnvelopCall (it: Zending): Buffer {
  const [before, after] = around(it)
  return withBase64(head + before, it.payload, after + tail)
}

/** @returns size in bytes of the Di01 or Du01 that writeEnvelop makes, with a payload of so many bytes */
export const envelopSize = (it: Omit<Zending, 'payload'>, payload_bytes: number): number =>
  around({ ...it, payload: new Uint8Array() }).reduce((sum, text) => sum + Buffer.byteLength(text), base64Length(payload_bytes))

const any40 = length(0, 40)

function foutBody ({ code, plek, omschrijving, details }: Pick<StufFault, 'code' | 'plek' | 'omschrijving' | 'details'>): string {
  return [element('code', code, length(1, 7)), `<s:plek>${plek}</s:plek>`, element('omschrijving', omschrijving, length(1, 200)), optional('details', details, 1_000)].join('')
}

/** @returns an Fo01 alone, to be kept and sent as it is. Throws a RangeError that names the field that is not as StUF has it. */
export function writeFo01 (it: Afkeuring): Buffer {
  const { about, original } = it
  const details = about === null ? null : `${about.functie}-${about.applicatieVersie}${about.applicatieSubversie}`
  const kop = stuurgegevens('s:', 'Fo01', it, any40)
  const before = `<s:Fo01Bericht xmlns:s="${stuf}">${kop}<s:body>${foutBody({ ...it, details })}`
  const after = '</s:body></s:Fo01Bericht>'
  if (original === null) return Buffer.from(before + after)
  return Buffer.concat([Buffer.from(`${before}<s:detailsXML>`), original, Buffer.from(`</s:detailsXML>${after}`)])
}

/** @returns a message of StUF as the body of SOAP 1.1 */
export const inSoap = (message: Uint8Array): Buffer => Buffer.concat([Buffer.from(head), message, Buffer.from(tail)])

/** What our answer names: the number and sender of what it answers. */
export type Antwoordkop = Kop & { readonly crossRefnummer: string }

/** @returns a whole SOAP answer with a Bv03. Throws as writeFo01. */
export const writeBv03 = (kop: Antwoordkop): Buffer =>
  Buffer.from(`${head}<s:Bv03Bericht xmlns:s="${stuf}">${stuurgegevens('s:', 'Bv03', kop, any40)}</s:Bv03Bericht>${tail}`)

/** What stands for a sender of whom nothing could be read. */
const nobody: Systeem = { organisatie: null, applicatie: 'onbekend', administratie: null, gebruiker: null }

/**
 * @param kop who answers, and the number and time of the answer
 * @returns a whole SOAP answer with a Fault, for HTTP status 500, and in it an Fo03 unless SOAP itself was refused
 */
export function writeFault (fault: StufFault, kop: Pick<Kop, 'zender' | 'referentienummer' | 'tijdstip'>): Buffer {
  const faultcode = fault.soap ?? (fault.plek === 'client' ? 'Client' : 'Server')
  const about = { ...kop, ontvanger: fault.about.zender ?? nobody, crossRefnummer: fault.about.referentienummer ?? '' }
  const fo03 = `<s:Fo03Bericht xmlns:s="${stuf}">${stuurgegevens('s:', 'Fo03', about, any40)}<s:body>${foutBody(fault)}</s:body></s:Fo03Bericht>`
  const detail = fault.soap === null ? `<detail>${fo03}</detail>` : ''
  return Buffer.from(`${head}<e:Fault><faultcode>e:${faultcode}</faultcode><faultstring>${escapeXml(fault.omschrijving)}</faultstring>${detail}</e:Fault>${tail}`)
}
