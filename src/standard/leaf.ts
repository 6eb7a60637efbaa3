/** Reads a leaf: its end is looked for once, and on the way the kinds of its characters are gathered, which settle most data types. */
import { isXmlText } from './escape.ts'
import { acceptsOf } from './facets.ts'
import { kindOf, kinds, sureOf } from './kinds.ts'
import type { ElementModel, SimpleType } from './model.ts'
import { failed, tagOf, takes, type Walk } from './walk.ts'

/** A leaf of more than this is no leaf of a message, however it is written; decoding one of 25 MB would take seconds and a gigabyte. */
const leaf_bytes_max = 10_000

/** @returns what reads the text and the end tag of an element whose start tag has been read; undefined when not sure */
export function leafReader (element: ElementModel, type: SimpleType, close: string): (walk: Walk) => string | undefined {
  const tag = tagOf(close)
  const accepts = acceptsOf(element, type)
  const { min, never, some, ...sure } = sureOf(element, type)
  const max = Math.min(sure.max, leaf_bytes_max)
  return walk => {
    const from = walk.at
    const found = toTag(walk)
    const end = walk.at
    if (!takes(walk, tag)) return failed(walk, element.name, 'its end')
    const length = end - from
    if (length >= min && length <= max && (found & never) === 0 && (found & some) !== 0) return walk.text.slice(from, end)
    const text = textOf(walk, from, end, found)
    return text === null || !accepts(text) ? failed(walk, element.name, 'its value') : text
  }
}

const LT = 0x3c

/** Steps to the next tag. @returns the kinds of characters before it */
function toTag (walk: Walk): number {
  const { bytes } = walk
  const { length } = bytes
  let at = walk.at
  let found = 0
  for (; at < length; at++) {
    const byte = bytes[at] ?? LT
    if (byte === LT) break
    found |= kindOf[byte] ?? 0
  }
  walk.at = at
  return found
}

/** @returns the text of a leaf with line ends normalised and entities decoded; null when it is not surely well-formed */
function textOf ({ bytes, text }: Walk, from: number, end: number, found: number): string | null {
  if (end - from > leaf_bytes_max) return null
  if ((found & kinds.odd) === 0) return text.slice(from, end)
  const decoded = (found & kinds.wide) === 0 ? text.slice(from, end) : Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from).toString()
  return unescaped(decoded.includes('\r') ? decoded.replace(/\r\n?/g, '\n') : decoded)
}

function unescaped (text: string): string | null {
  if (text.includes(']]>') || !isXmlText(text)) return null
  if (!text.includes('&')) return text
  let sound = true
  const out = text.replace(/&([^&;]{0,10});?/g, (whole, name: string) => {
    const character = whole.endsWith(';') ? entity(name) : null
    if (character === null) sound = false
    return character ?? ''
  })
  return sound ? out : null
}

const entities: ReadonlyMap<string, string> = new Map([['lt', '<'], ['gt', '>'], ['amp', '&'], ['quot', '"'], ['apos', "'"]])

function entity (name: string): string | null {
  const [whole, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name) ?? []
  if (whole === undefined) return entities.get(name) ?? null
  const point = hex === undefined ? Number(decimal) : parseInt(hex, 16)
  const character = point <= 0x10ffff ? String.fromCodePoint(point) : ''
  return character !== '' && isXmlText(character) ? character : null
}
