/** One pass over the markup, before any parser sees it: no DOCTYPE, and no more depth, attributes or namespaces than a message has. */
import { fault, same, type Fault } from './codes.ts'

/**
 * What no message needs more of. A message has no attributes but the xsi: ones; a serializer may declare namespaces at each
 * element. Items are elements, comments, CDATA blocks and processing instructions: 25 MB of the shortest real ones are
 * 860,000. They bound what a walk through the tree may hold, which a limit on the thread's memory does not do safely.
 */
export const markup_max = { items: 1_000_000, depth: 64, attributes_of_element: 8, attributes: 1000, namespaces_of_element: 16, namespaces_spare: 64, namespaces_per_element: 2 } as const

/** A fault and the byte at which it stands. */
export interface FaultAt { readonly fault: Fault, readonly at: number }

const LT = 0x3c; const GT = 0x3e; const SLASH = 0x2f; const QUOT = 0x22; const APOS = 0x27; const EQUALS = 0x3d; const QUESTION = 0x3f; const BANG = 0x21

interface Tag { closed: boolean, attributes: number, namespaces: number }

/**
 * Reads the tags, comments and CDATA blocks once, in time linear to the size.
 * Text that is not well formed is passed over: the parser refuses it later.
 * @param onElement called at the `<` of each start tag, with the count of elements before it
 * @returns the first fault, or null
 */
export function scan (bytes: Buffer, onElement: (at: number, ordinal: number) => void = () => {}): FaultAt | null {
  const tag: Tag = { closed: false, attributes: 0, namespaces: 0 }
  let depth = 0; let items = 0; let elements = 0; let attributes = 0; let namespaces = 0
  for (let at = nextTag(bytes, 0); at < bytes.length; at = nextTag(bytes, at)) {
    const next = bytes[at + 1]
    if (next === SLASH) { depth--; at += 2; continue }
    if (++items > markup_max.items) return { fault: fault('ZP_XML_ITEMS', same(items), same(markup_max.items)), at }
    if (next === QUESTION) { at = after(bytes, '?>', at + 2); continue }
    if (next === BANG) {
      if (isAt(bytes, '--', at + 2)) at = after(bytes, '-->', at + 4)
      else if (isAt(bytes, '[CDATA[', at + 2)) at = after(bytes, ']]>', at + 9)
      else if (bytes.length - at < '<!DOCTYPE'.length) return null
      else return { fault: fault(isAt(bytes, 'ENTITY', at + 2) ? 'ZP_XML_ENTITY' : 'ZP_XML_DOCTYPE'), at }
      continue
    }
    onElement(at, elements)
    const start = at
    at = readTag(bytes, at, tag)
    elements++
    attributes += tag.attributes
    namespaces += tag.namespaces
    if (!tag.closed) depth++
    const wrong = tooMuch(depth, tag, attributes, namespaces, elements)
    if (wrong) return { fault: wrong, at: start }
  }
  return null
}

function tooMuch (depth: number, tag: Tag, attributes: number, namespaces: number, elements: number): Fault | null {
  const max = markup_max
  const over = (code: Fault['code'], found: number, most: number): Fault | null => found > most ? fault(code, same(found), same(most)) : null
  return over('ZP_XML_DEPTH', depth, max.depth) ??
    over('ZP_XML_ATTRIBUTES', tag.attributes, max.attributes_of_element) ??
    over('ZP_XML_ATTRIBUTES', attributes, max.attributes) ??
    over('ZP_XML_NAMESPACES', tag.namespaces, max.namespaces_of_element) ??
    over('ZP_XML_NAMESPACES', namespaces, max.namespaces_spare + max.namespaces_per_element * elements)
}

function nextTag (bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at] !== LT) at++
  return at
}

function after (bytes: Buffer, end: string, from: number): number {
  const at = bytes.indexOf(end, from, 'latin1')
  return at < 0 ? bytes.length : at + end.length
}

function isAt (bytes: Buffer, text: string, at: number): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false
  return true
}

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/** Fills `tag` with what stands between `<` and `>`. @returns the position after the `>` */
function readTag (bytes: Buffer, start: number, tag: Tag): number {
  tag.attributes = tag.namespaces = 0
  tag.closed = false
  let name = 0
  let at = start + 1
  // Most tags are a name and nothing else.
  for (let byte = bytes[at]; byte !== undefined && byte > GT; byte = bytes[at]) at++
  for (; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === GT) {
      tag.closed = bytes[at - 1] === SLASH
      return at + 1
    }
    if (byte === LT) return at
    if (byte === QUOT || byte === APOS) {
      if (isAt(bytes, 'xmlns', name)) tag.namespaces++
      else tag.attributes++
      at = bytes.indexOf(byte, at + 1)
      if (at < 0) return bytes.length
    } else if (byte !== EQUALS && !isSpace(byte) && (isSpace(bytes[at - 1]) || bytes[at - 1] === QUOT || bytes[at - 1] === APOS)) name = at
  }
  return bytes.length
}
