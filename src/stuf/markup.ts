/** One pass over the markup of a SOAP message before any parser sees it: bounded, and told where its large parts are. */

/** Bytes from `from` up to, not including, `to`. */
export interface Range { readonly from: number, readonly to: number }

/** Where the parts of a message are. What is not well formed besides is the parser's to refuse. */
export interface Markup {
  /** The elements in the SOAP body. */
  readonly bodies: readonly Range[]
  /** What stands in the first element of the body. */
  readonly inside: Range | null
  /** What stands in the first xmlBestand or tekstBestand: text, and nothing but text. */
  readonly bestand: Range | null
  /** What stands in the detailsXML of an Fo01. */
  readonly details: Range | null
}

/** What is refused on the markup alone: SOAP forbids the first two; of the third there is more than any message has; the fourth cannot be read. */
export type Objected = 'doctype' | 'instruction' | 'bounds' | 'tags'

/** What no message of StUF needs more of. detailsXML, which is not parsed, may hold anything. */
const most = { items: 5_000, depth: 64, attributes: 1_000, attributes_of_element: 64, items_in_details: 1_000_000 } as const

const LT = 0x3c; const GT = 0x3e; const SLASH = 0x2f; const QUOT = 0x22; const APOS = 0x27; const QUESTION = 0x3f; const BANG = 0x21; const COLON = 0x3a

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
const isAt = (bytes: Buffer, text: string, at: number): boolean => bytes.toString('latin1', at, at + text.length) === text

/** A start tag: its local name, where it ends, whether it closes itself. */
interface Tag { readonly name: string, readonly end: number, readonly closed: boolean, readonly attributes: number }

/** @param start of the name @returns null where the tag does not end, or another begins in it */
function readTag (bytes: Buffer, start: number): Tag | null {
  let at = start; let local = start; let attributes = 0
  for (let byte = bytes[at]; byte !== undefined && byte !== GT && byte !== SLASH && byte !== LT && !isSpace(byte); byte = bytes[++at]) if (byte === COLON) local = at + 1
  const name = bytes.toString('latin1', local, Math.min(at, local + 64))
  for (; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === LT) return null
    if (byte === GT) return { name, end: at + 1, closed: bytes[at - 1] === SLASH, attributes }
    if (byte !== QUOT && byte !== APOS) continue
    attributes++
    at = bytes.indexOf(byte, at + 1)
    if (at < 0) return null
  }
  return null
}

const beside = new Map([['xmlBestand', 6], ['tekstBestand', 6]])
const path = ['Envelope', 'Body'] as const

/** Follows the tags; `open` and `close` say what is wrong, or null. */
class Walk {
  readonly bodies: Range[] = []
  inside: Range | null = null
  bestand: Range | null = null
  details: Range | null = null
  /** From where the open detailsXML goes, and the depth of what it holds. */
  within: { readonly from: number, depth: number } | null = null
  readonly #names: string[] = []
  #attributes = 0
  #body = 0
  #insideFrom = 0
  readonly #bytes: Buffer
  constructor (bytes: Buffer) { this.#bytes = bytes }

  open (start: number, tag: Tag): Objected | null {
    if (this.within !== null) { if (!tag.closed) this.within.depth++; return null }
    const depth = this.#names.push(tag.name)
    this.#attributes += tag.attributes
    if (depth > most.depth || tag.attributes > most.attributes_of_element || this.#attributes > most.attributes) return 'bounds'
    if (depth === 3 && this.#inBody()) { this.#body = start; this.#insideFrom = tag.end }
    if (tag.closed) return this.close(tag.end, tag.end)
    if (depth === beside.get(tag.name) && this.bestand === null && this.#inBody()) return this.#cutText(tag)
    if (depth === 5 && tag.name === 'detailsXML' && this.details === null && this.#inBody()) this.within = { from: tag.end, depth: 0 }
    return null
  }

  /** @param start @param end of the end tag */
  close (start: number, end: number): Objected | null {
    if (this.within !== null) {
      if (this.within.depth-- > 0) return null
      this.details = { from: this.within.from, to: start }
      this.within = null
    }
    const depth = this.#names.length
    if (depth === 0) return 'tags'
    if (depth === 3 && this.#inBody()) {
      if (this.bodies.push({ from: this.#body, to: end }) === 1) this.inside = { from: this.#insideFrom, to: Math.max(start, this.#insideFrom) }
    }
    this.#names.pop()
    return null
  }

  #inBody (): boolean { return path.every((name, at) => this.#names[at] === name) }

  /** What is cut out is not parsed: it must be text up to its own end tag, whatever it says. */
  #cutText (tag: Tag): Objected | null {
    const to = this.#bytes.indexOf(LT, tag.end)
    if (to < 0 || this.#bytes[to + 1] !== SLASH || readTag(this.#bytes, to + 2)?.name !== tag.name) return 'tags'
    this.bestand = { from: tag.end, to }
    return null
  }
}

/** @returns the position after the comment, CDATA block or instruction that begins there, or what is wrong with it */
function passOver (bytes: Buffer, at: number, inDetails: boolean): number | Objected {
  const after = (end: string, from: number): number | Objected => {
    const found = bytes.indexOf(end, from, 'latin1')
    return found < 0 ? 'tags' : found + end.length
  }
  if (bytes[at + 1] === QUESTION) return inDetails ? after('?>', at + 2) : 'instruction'
  if (isAt(bytes, '<!--', at)) return after('-->', at + 4)
  return isAt(bytes, '<![CDATA[', at) ? after(']]>', at + 9) : 'doctype'
}

/**
 * In time linear to the size.
 * @param from where the document begins after its XML declaration
 */
export function readMarkup (bytes: Buffer, from: number): Markup | Objected {
  const walk = new Walk(bytes)
  let items = 0; let inDetails = 0
  for (let at = bytes.indexOf(LT, from); at >= 0; at = bytes.indexOf(LT, at)) {
    if (walk.within === null ? ++items > most.items : ++inDetails > most.items_in_details) return 'bounds'
    const next = bytes[at + 1]
    if (next === BANG || next === QUESTION) {
      const after = passOver(bytes, at, walk.within !== null)
      if (typeof after !== 'number') return after
      at = after
      continue
    }
    const tag = readTag(bytes, next === SLASH ? at + 2 : at + 1)
    if (tag === null) return 'tags'
    const wrong = next === SLASH ? walk.close(at, tag.end) : walk.open(at, tag)
    if (wrong !== null) return wrong
    at = tag.end
  }
  const { bodies, inside, bestand, details } = walk
  return walk.within === null ? { bodies, inside, bestand, details } : 'tags'
}
