/** The fixtures: for every message type valid messages, and invalid ones named after why. */
import type { MessageModel } from '../model.ts'
import { models } from '../models.ts'
import { writeMessage } from '../writer.ts'
import { generateMessage } from './compose.ts'

/** The seeds of the stories that the small and the full fixtures tell: other persons and numbers, so that both can be played. */
const seeds = { small: 1, full: 2 } as const
const encoder = new TextEncoder()

/** Breaks a message's text; null when it has nowhere to be broken so. */
type Break = (text: string, model: MessageModel) => string | Uint8Array | null

/** Replaces the first match, or is null when there is none. */
const instead = (text: string, pattern: RegExp, by: string): string | null => pattern.test(text) ? text.replace(pattern, by) : null

/** Gives the first element of that name another text. */
const withText = (name: string, value: string): Break => text => instead(text, new RegExp(`(:${name}>)[^<]*(</)`), `$1${value}$2`)

const breaks: Readonly<Record<string, Break>> = {
  'attribute-unknown': text => instead(text, /(:Header)>/, '$1 soort="1">'),
  'berichtcode-other-type': (text, model) => withText('BerichtCode', models.find(other => other.family === model.family && other !== model)?.berichtCode ?? '')(text, model),
  'bsn-letters': withText('Bsn', '99990000A'),
  'code-unknown': (text, model) => withText(codedElement.exec(text)?.[1] ?? '-', 'ZZZZ')(text, model),
  'date-impossible': withText('Dagtekening', '2026-02-30'),
  doctype: text => text.replace('\r\n', '\r\n<!DOCTYPE Bericht>\r\n'),
  'element-doubled': text => instead(text, /(\s+<\w+:Afzender>.*)/, '$1$1'),
  'element-missing': text => instead(text, /\s+<\w+:Ontvanger>.*/, ''),
  'element-unknown': text => instead(text, /(\s+)<\/(\w+):Header>/, '$1  <$2:Onbekend>1</$2:Onbekend>$&'),
  'identificatie-too-long': withText('Identificatie', 'ABCDEFGHIJKLM'),
  'namespace-other-release': text => text.replaceAll('/3_2/', '/2_4/'),
  'not-utf8': text => notUtf8(text),
  'not-well-formed': text => text.replace(/<\/\w+:Header>/, ''),
  'number-in-words': withText('BerichtVersie', 'drie'),
  'order-swapped': text => instead(text, /(\s+<\w+:Afzender>.*?)(\s+<\w+:Ontvanger>.*)/, '$2$1')
}

/** What a gateway refuses before it looks at the schema: it is no usable XML, or of another type than it says. */
const refusedAs: Readonly<Record<string, 'ZP_XML' | 'ZP_TYPE'>> = { 'berichtcode-other-type': 'ZP_TYPE', doctype: 'ZP_XML', 'namespace-other-release': 'ZP_TYPE', 'not-utf8': 'ZP_XML', 'not-well-formed': 'ZP_XML', 'number-in-words': 'ZP_TYPE' }

/**
 * @param name of a file without folder, such as `invalid-doctype.xml`
 * @returns null for a message that is to be accepted; else the code it must be refused with, `any` for a kind of fault that is none of ours
 */
export function fixtureRefusal (name: string): string | null {
  const why = /^invalid-([\w-]+)/.exec(name)?.[1]
  if (why === undefined) return null
  return refusedAs[why] ?? (why in breaks ? 'ZP_SCHEMA' : 'any')
}

/** Elements with a code list, at least one of which stands in every full message. */
const codedElement = /:(Geslacht|StatusAanlevering|RedenVerzoek|VerzoekAntwoord|DebetCredit|RetourCode)>/

function notUtf8 (text: string): Uint8Array {
  const bytes = encoder.encode(text.replace(/(:Identificatie>)[^<]/, '$1?'))
  bytes[bytes.indexOf(0x3f, text.indexOf(':Identificatie>'))] = 0xe9
  return bytes
}

/** @returns every fixture by its path from the project's root: `fixtures/iwmo/3.2/WMO301/small.xml` and the like */
export function fixtureFiles (): ReadonlyMap<string, Uint8Array> {
  return new Map(models.flatMap(model => {
    const folder = `fixtures/${model.family}/${model.release}/${model.type}`
    return [...filesOf(model)].map(([name, bytes]): readonly [string, Uint8Array] => [`${folder}/${name}.xml`, bytes])
  }))
}

function filesOf (model: MessageModel): ReadonlyMap<string, Uint8Array> {
  const small = writeMessage(model, generateMessage(model, seeds.small, 'small'))
  const full = writeMessage(model, generateMessage(model, seeds.full, 'full'))
  const files = new Map([['small', small], ['full', full]])
  for (const [why, breakIt] of Object.entries(breaks)) {
    const texts = [small, full].map(bytes => new TextDecoder().decode(bytes))
    const broken = texts.map(text => breakIt(text, model)).find(result => result !== null)
    if (broken !== undefined && broken !== null) files.set(`invalid-${why}`, typeof broken === 'string' ? encoder.encode(broken) : broken)
  }
  return files
}
