/** Where a walk through the bytes of a message stands, and its smallest steps: white space and tags. */

/** The bytes, ways to look at them, and how far the walk is. */
export interface Walk {
  readonly bytes: Uint8Array
  readonly view: DataView
  /** One character a byte: exact where the bytes are ASCII. */
  readonly text: string
  at: number
  /** Elements begun so far, below the root. */
  elements: number
  /** In English, where it was not sure. */
  reason: string
}

/** @returns a walk at the given byte */
export function walkFrom (bytes: Uint8Array, text: string, at: number): Walk {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), text, at, elements: 0, reason: '' }
}

/** Says where it was not sure. */
export function failed (walk: Walk, within: string, what: string): undefined {
  walk.reason = `${within}: ${what}`
}

const SPACES = 0x20202020; const SPACE = 0x20; const TAB = 0x09; const LF = 0x0a; const CR = 0x0d

/** No more white space stands between two tags, however a message is indented; libxml2 has bounds on it too, at ten million. */
const space_bytes_max = 10_000

/** Steps over white space; over too much of it not at all. */
export function skipSpace (walk: Walk): void {
  const { bytes, view, at } = walk
  const words = bytes.length - 4
  let to = at
  for (let byte = bytes[to]; byte === SPACE || byte === LF || byte === CR || byte === TAB; byte = bytes[to]) {
    to++
    // Most of it, and half of many a message, is indentation.
    while (to <= words && view.getInt32(to, true) === SPACES) to += 4
  }
  if (to - at <= space_bytes_max) walk.at = to
}

/** A tag as it must stand there, prepared to be compared four bytes at a time, the last four possibly once more. */
export interface Tag { readonly words: Int32Array, readonly last: number, readonly length: number }

/** @param text such as `</x:Bsn>`, in ASCII and of at least four characters */
export function tagOf (text: string): Tag {
  const bytes = Buffer.from(text, 'latin1')
  const words = Int32Array.from({ length: bytes.length >> 2 }, (_, nth) => bytes.readInt32LE(nth * 4))
  return { words, last: bytes.readInt32LE(bytes.length - 4), length: bytes.length }
}

/** Steps over a tag. @returns whether it stood there */
export function takes (walk: Walk, { words, last, length }: Tag): boolean {
  const { view, at } = walk
  if (at + length > view.byteLength) return false
  for (let nth = 0; nth < words.length; nth++) {
    if (view.getInt32(at + nth * 4, true) !== words[nth]) return false
  }
  if (view.getInt32(at + length - 4, true) !== last) return false
  walk.at = at + length
  return true
}
