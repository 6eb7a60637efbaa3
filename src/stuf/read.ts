/** Reads what comes in by the municipal door: Di01, Du01 and Fo01 out of a SOAP request. */
import type { XmlDocument, XmlElement } from 'libxml2-wasm'
import { escapeXml } from '../standard/standard.ts'
import { decodeBase64, type Decoded } from './base64.ts'
import { look, objectionOf, type Check, type Seen } from './checks.ts'
import { faultOf } from './codes.ts'
import { digestOf } from './digest.ts'
import { childOf, elementsIn, judgeBySchema, textOf, withDocument, type SchemaVerdict } from './document.ts'
import { StufFault, type About } from './fault.ts'
import { readMarkup, type Markup, type Objected, type Range } from './markup.ts'
import { ggk, operations, stuf, type Operation } from './names.ts'
import { bodyOf, startOf } from './soap.ts'
import { aboutOf, foutIn, shortText, stufText, systeemIn } from './texts.ts'
import type { Bericht, CodeList, Envelop, FoutBericht, Objection, Parameters, Stuurgegevens } from './types.ts'

export interface ReadOptions {
  /** Of which list the codes of a refusal at once are. */
  readonly codes: CodeList
  /** Largest Di01 or Du01, in bytes, without the SOAP around it. */
  readonly bytes_max: number
  /** Whether white space may stand in base64. */
  readonly base64: 'strict' | 'wrapped'
}

/** What is parsed of a message: all but the payload and what an Fo01 quotes. No envelope is larger. */
const rest_bytes_max = 262_144
const tooLarge = `≤ ${rest_bytes_max} bytes, xmlBestand en detailsXML niet meegeteld / not counted`

/** One request while it is read. */
interface Read {
  readonly bytes: Buffer
  readonly options: ReadOptions
  readonly action: string
  readonly markup: Markup
  /** Of the element in the body. */
  readonly range: Range
  readonly content: Decoded
}

const objected: Readonly<Record<Objected, string>> = {
  doctype: 'DOCTYPE',
  instruction: 'processing instruction',
  bounds: 'te veel elementen of attributen / too many elements or attributes',
  tags: 'geen welgevormde XML / not well-formed XML'
}

/** @throws StufFault: this is no message of ours */
function refuse ({ codes }: ReadOptions, detail: string | null, about?: About): never {
  throw faultOf({ code: 'ZP_ENVELOPE', detail }, codes, about)
}

/** @returns whose it is, for whom, and its number: of an Fo01 as far as they could be read */
export const kopOf = (it: Bericht): Pick<FoutBericht, 'zender' | 'ontvanger' | 'referentienummer'> => it.kind === 'Fo01' ? it : it.stuurgegevens

/**
 * @param body of the request
 * @param action the SOAPAction header as it came; undefined where there is none
 * @throws StufFault for what is refused at once
 */
export function readBericht (body: Uint8Array, action: string | undefined, options: ReadOptions): Bericht {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const start = startOf(bytes)
  if (start === null) return refuse(options, 'XML 1.0, UTF-8')
  const markup = readMarkup(bytes, start)
  if (typeof markup === 'string') return refuse(options, objected[markup])
  const [range] = markup.bodies
  if (range === undefined || markup.bodies.length > 1) return readEmpty(bytes, options)
  const size_bytes = range.to - range.from
  if (markup.details === null && size_bytes > options.bytes_max) throw faultOf({ code: 'ZP_SIZE', detail: `${size_bytes} > ${options.bytes_max} bytes` }, options.codes)
  const content = contentOf(bytes, markup.bestand, options)
  const read = { bytes, options, action: (action ?? '').replace(/^\s*"(.*)"\s*$/, '$1').trim(), markup, range, content }
  const rest = restOf(read)
  return rest === null ? refuse(options, tooLarge) : parsed(rest, options, document => readDocument(read, document))
}

function parsed<T> (rest: Buffer, options: ReadOptions, use: (document: XmlDocument) => T): T {
  const result = withDocument(rest, document => ({ told: use(document) }))
  return result === null ? refuse(options, objected.tags) : result.told
}

/** A message without exactly one element in a SOAP body: told apart only by its SOAP. */
function readEmpty (bytes: Buffer, options: ReadOptions): never {
  if (bytes.length <= rest_bytes_max) parsed(bytes, options, document => bodyOf(document.root))
  return refuse(options, 'SOAP 1.1: Envelope, Body, 1 element')
}

const nothing: Decoded = { kind: 'empty' }
const contentOf = (bytes: Buffer, bestand: Range | null, { base64 }: ReadOptions): Decoded =>
  bestand === null ? nothing : decodeBase64(bytes.subarray(bestand.from, bestand.to), base64 === 'wrapped')

/** Stands for base64 that was taken out, so that the schema sees that there was some. */
const placeholder = Buffer.from('AAAA')

/** @returns the message without its large parts; where it is still too large, without all that the element of its body holds; null where that does not help */
function restOf ({ bytes, markup: { bestand, details, inside }, content }: Read): Buffer | null {
  const large = bestand ?? details
  const rest = large === null ? bytes : without(bytes, large, bestand === null || content.kind === 'empty' ? Buffer.of() : placeholder)
  if (rest.length <= rest_bytes_max) return rest
  const shell = inside === null ? rest : without(bytes, inside)
  return shell.length <= rest_bytes_max ? shell : null
}
const without = (bytes: Buffer, { from, to }: Range, instead: Buffer = Buffer.of()): Buffer => Buffer.concat([bytes.subarray(0, from), instead, bytes.subarray(to)])

function readDocument (read: Read, document: XmlDocument): Bericht {
  const { options } = read
  const message = bodyOf(document.root)
  if (message === null) return refuse(options, 'SOAP 1.1: Envelope, Body, 1 element')
  const about = aboutOf(message)
  const operation = operationOf(message, about)
  const { action } = operations[operation]
  if (read.action !== '' && read.action !== action) return refuse(options, `SOAPAction: verwacht / expected "${action}"`, about)
  if (elementsIn(message).length === 0) return refuse(options, tooLarge, about)
  return operation === 'Fo01' ? readFo01(read, message, about) : readEnvelop(read, operation, message, judgeBySchema(document), about)
}

const earlierSector = /^http:\/\/www\.(?:egem\.nl\/StUF\/sector\/ggk|stufstandaarden\.nl\/(?:sectormodel|koppelvlak)\/ggk)/
const anyStuf = /^http:\/\/www\.(?:egem|stufstandaarden)\.nl\/(?:StUF\/)?StUF\d/i
const anySector = /^http:\/\/www\.(?:egem|stufstandaarden)\.nl\//

/** @throws StufFault naming the nearest version, where the message is of another one */
function operationOf ({ name, namespaceUri }: XmlElement, about: About): Operation {
  const found = operationNames.find(it => operations[it].element === name && operations[it].namespace === namespaceUri)
  if (found !== undefined) return found
  const fault = (code: string, plek: 'client' | 'server', omschrijving: string, details: string | null): StufFault => new StufFault({ code, plek, omschrijving, details }, about)
  if ([ggk, stuf].includes(namespaceUri)) throw fault('StUF022', 'client', 'Deze berichtcode wordt hier niet ontvangen; wel Di01, Du01 en Fo01.', null)
  if (anyStuf.test(namespaceUri)) throw fault('StUF001', 'server', 'Deze versie van StUF wordt niet ondersteund.', stuf)
  if (earlierSector.test(namespaceUri)) throw fault('StUF007', 'server', 'Deze versie van het sectormodel wordt niet ondersteund.', ggk)
  if (anySector.test(namespaceUri)) throw fault('StUF004', 'server', 'Dit sectormodel wordt niet ondersteund.', ggk)
  throw fault('StUF022', 'client', 'Dit is geen bericht van StUF-GGk.', null)
}
const operationNames = ['Di01', 'Du01', 'Fo01'] as const satisfies readonly Operation[]

/** @returns the text of a child, empty where there is none */
const ggkText = (element: XmlElement | undefined, name: string): string => { const found = childOf(element, ggk, name); return found === undefined ? '' : textOf(found) }

function seenOf (read: Read, kind: Seen['kind'], message: XmlElement, { at }: SchemaVerdict): Seen {
  const stuurgegevens = childOf(message, ggk, 'stuurgegevens')
  const parameters = childOf(message, ggk, 'parameters')
  const bericht = childOf(parameters, ggk, 'bericht')
  const text = (name: string, within = stuurgegevens): string => stufText(within, name) ?? ''
  const systeem = (name: string) => { const it = childOf(stuurgegevens, stuf, name); return { organisatie: text('organisatie', it), applicatie: text('applicatie', it) } }
  return {
    kind,
    schema: at,
    referentienummer: text('referentienummer'),
    crossRefnummer: text('crossRefnummer'),
    zender: systeem('zender'),
    ontvanger: systeem('ontvanger'),
    tijdstipBericht: text('tijdstipBericht'),
    functie: text('functie'),
    functieVersie: ggkText(parameters, 'functieVersie'),
    functieSubversie: ggkText(parameters, 'functieSubversie'),
    bestand: childOf(bericht, ggk, 'tekstBestand') !== undefined ? 'tekstBestand' : childOf(bericht, ggk, 'xmlBestand') !== undefined ? 'xmlBestand' : null,
    content: read.content
  }
}

/** By an element that the schema found right. */
function stuurgegevensOf (message: XmlElement, { kind, referentienummer, crossRefnummer, tijdstipBericht, functie }: Seen): Stuurgegevens {
  const stuurgegevens = childOf(message, ggk, 'stuurgegevens')
  const systeem = (name: string) => {
    const it = childOf(stuurgegevens, stuf, name)
    return { organisatie: stufText(it, 'organisatie') ?? '', applicatie: stufText(it, 'applicatie') ?? '', administratie: stufText(it, 'administratie'), gebruiker: stufText(it, 'gebruiker') }
  }
  return { zender: systeem('zender'), ontvanger: systeem('ontvanger'), referentienummer, tijdstipBericht, crossRefnummer: kind === 'Du01' ? crossRefnummer : null, functie }
}

function parametersOf (message: XmlElement): Parameters {
  const parameters = childOf(message, ggk, 'parameters')
  const text = (name: string): string => ggkText(parameters, name)
  return { applicatieVersie: text('applicatieVersie'), applicatieSubversie: text('applicatieSubversie'), functieVersie: text('functieVersie'), functieSubversie: text('functieSubversie') }
}

function readEnvelop (read: Read, kind: Seen['kind'], message: XmlElement, verdict: SchemaVerdict, about: About): Envelop {
  const seen = seenOf(read, kind, message, verdict)
  const { refuses, warns } = look(seen)
  if (refuses?.how === 'fault') throw new StufFault({ code: refuses.codes[read.options.codes], plek: 'client', omschrijving: refuses.omschrijving, details: verdict.path === '' ? null : verdict.path }, about)
  const { content } = read
  const { bestand } = read.markup
  const large = content.kind === 'good' ? content.bytes : bestand === null ? Buffer.of() : read.bytes.subarray(bestand.from, bestand.to)
  const said = {
    kind, stuurgegevens: stuurgegevensOf(message, seen), warnings: warns.map(objectionOf),
    digest: digestOf(message, [large]), size_bytes: read.range.to - read.range.from, original: originalOf(read, message)
  }
  const parameters = verdict.at === 'nowhere' ? parametersOf(message) : null
  if (refuses !== null) return { ...said, objection: placed(refuses, verdict), parameters, payload: null }
  if (parameters === null || content.kind !== 'good') throw new TypeError('a check is missing')
  return { ...said, objection: null, parameters, payload: content.bytes }
}

/** Of what the schema refuses the place is told. */
function placed (check: Check, { path }: SchemaVerdict): Objection {
  const it = objectionOf(check)
  return check.name !== 'parameters' || path === '' ? it : { ...it, omschrijving: `${it.omschrijving.replace(/\.$/, '')}: ${path}.` }
}

/** Liberal: the published example breaks two rules of its own. @throws StufFault when it names no message */
function readFo01 (read: Read, message: XmlElement, about: About): FoutBericht {
  const { options, markup: { details }, range } = read
  const stuurgegevens = childOf(message, stuf, 'stuurgegevens')
  const crossRefnummer = shortText(stuurgegevens, 'crossRefnummer', 40)
  if (crossRefnummer === null) return refuse(options, 'crossRefnummer', about)
  return {
    kind: 'Fo01',
    zender: systeemIn(childOf(stuurgegevens, stuf, 'zender')),
    ontvanger: systeemIn(childOf(stuurgegevens, stuf, 'ontvanger')),
    referentienummer: about.referentienummer,
    crossRefnummer: crossRefnummer.toLowerCase(),
    fout: foutIn(childOf(message, stuf, 'body')),
    digest: digestOf(message, details === null ? [] : [read.bytes.subarray(details.from, details.to)]),
    size_bytes: range.to - range.from,
    original: originalOf(read, message)
  }
}

/** Prefixes that were declared around the message go with it, where it seems to use them. */
function originalOf ({ bytes, range, content }: Read, message: XmlElement): Bericht['original'] {
  const own = message.nsDeclarations
  const around = Object.entries(message.namespaces).filter(([prefix]) => own[prefix] === undefined && prefix !== 'xml')
  return bytes_max => {
    const element = bytes.subarray(range.from, range.to)
    if (element.length > bytes_max) return null
    const needed = around.filter(([prefix]) => prefix === '' || element.includes(`${prefix}:`))
    const name = /^<[^\s/>]+/.exec(element.toString('latin1', 0, 1_000))?.[0] ?? ''
    const declared = needed.map(([prefix, uri]) => ` xmlns${prefix === '' ? '' : `:${prefix}`}="${escapeXml(uri)}"`)
    const whole = Buffer.concat([Buffer.from(name, 'latin1'), Buffer.from(declared.join('')), element.subarray(name.length)])
    // What stood where base64 belongs was not parsed, and may be no XML.
    return content.kind === 'bad' && withDocument(whole, () => true) === null ? null : whole
  }
}
