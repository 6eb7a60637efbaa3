/** Base64 as the standard asks it (RFC 4648, 4): nothing in it that another reader could read in another way. */

/** What base64 held, or what is wrong with it. wrapped: white space stands in it. */
export type Decoded = { readonly kind: 'good', readonly bytes: Buffer, readonly wrapped: boolean } | { readonly kind: 'empty' | 'bad' | 'wrapped' }

const SPACE = 1; const LETTER = 2
const kinds = new Uint8Array(256)
for (const byte of Buffer.from(' \t\r\n')) kinds[byte] = SPACE
for (const byte of Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')) kinds[byte] = LETTER

/** One or two `=`, and before them only what leaves no bits over. */
const ending = /^(?:[\w+/]{4}|[\w+/]{2}[AEIMQUYcgkosw048]=|[\w+/][AQgw]==)$/

/** A multiple of four, so that each piece decodes by itself. */
const piece_bytes = 262_144

/**
 * White space around it is no part of it.
 * @param wrapped whether white space may stand in it
 */
export function decodeBase64 (given: Buffer, wrapped: boolean): Decoded {
  const text = trimmed(given)
  if (text.length === 0) return { kind: 'empty' }
  const bytes = decode(text)
  if (bytes !== null) return { kind: 'good', bytes, wrapped: false }
  const spaces = spacesIn(text)
  if (spaces === null || spaces === 0) return { kind: 'bad' }
  if (!wrapped) return { kind: 'wrapped' }
  const plain = decode(withoutSpaces(text, text.length - spaces))
  return plain === null ? { kind: 'bad' } : { kind: 'good', bytes: plain, wrapped: true }
}

function trimmed (bytes: Buffer): Buffer {
  let from = 0; let to = bytes.length
  while (from < to && kinds[bytes[from] ?? 0] === SPACE) from++
  while (to > from && kinds[bytes[to - 1] ?? 0] === SPACE) to--
  return bytes.subarray(from, to)
}

/** @returns how many bytes are white space; null when one is neither that nor of the alphabet, and for letters after an `=` */
function spacesIn (text: Buffer): number | null {
  let spaces = 0; let padding = false
  for (const byte of text) {
    if (byte === 0x3d) padding = true
    else if (kinds[byte] === SPACE) spaces++
    else if (padding || kinds[byte] !== LETTER) return null
  }
  return spaces
}

function withoutSpaces (text: Buffer, length: number): Buffer {
  const plain = Buffer.allocUnsafe(length)
  let at = 0
  for (const byte of text) if (kinds[byte] !== SPACE) plain[at++] = byte
  return plain
}

/**
 * Node passes over what is not of the alphabet (or of that for URLs, which is looked for): as many bytes as the length promises
 * come only of letters alone.
 * @returns null for what is no base64, also for white space
 */
function decode (text: Buffer): Buffer | null {
  if (text.length % 4 !== 0 || !ending.test(text.toString('latin1', text.length - 4)) || text.includes('-') || text.includes('_')) return null
  const padding = text[text.length - 2] === 0x3d ? 2 : text[text.length - 1] === 0x3d ? 1 : 0
  const out = Buffer.allocUnsafe(text.length / 4 * 3 - padding)
  let written = 0
  for (let from = 0; from < text.length; from += piece_bytes) written += out.write(text.toString('latin1', from, from + piece_bytes), from / 4 * 3, 'base64')
  return written === out.length ? out : null
}
