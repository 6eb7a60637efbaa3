/** DER, the encoding of certificates and seals: a small writer, and a reader that takes nothing but strict DER (X.690). */
import { instant, type Instant } from '../core/core.ts'

/** The bytes are not the DER they should be. Says nothing of their content. */
export class DerError extends Error {}

/** One value as read. Subarrays of the bytes given to `readDer`; `children` is empty for a primitive one. */
export interface Der {
  readonly tag: number
  /** Tag, length and content together. */
  readonly bytes: Uint8Array
  readonly content: Uint8Array
  readonly children: readonly Der[]
}

function lengthBytes (length: number): number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return [0x80 | bytes.length, ...bytes]
}

/** @returns one value: the tag, the length of all parts together, the parts */
export function tlv (tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([Uint8Array.from([tag, ...lengthBytes(length)]), ...parts])
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts)
/** @returns a SET OF, or one under another tag, its members in DER's order (X.690 11.6) */
export const setOf = (members: readonly Uint8Array[], tag = 0x31): Buffer => tlv(tag, ...members.toSorted(Buffer.compare))
export const octetString = (content: Uint8Array): Buffer => tlv(0x04, content)
/** @param unused how many bits at the end of the last byte do not count */
export const bitString = (content: Uint8Array, unused = 0): Buffer => tlv(0x03, Uint8Array.of(unused), content)
export const utf8String = (text: string): Buffer => tlv(0x0c, Buffer.from(text))
export const boolean = (value: boolean): Buffer => tlv(0x01, Uint8Array.of(value ? 0xff : 0))
export const nothing: Buffer = tlv(0x05)
/** @returns a constructed context tag, such as [0] EXPLICIT */
export const context = (number: number, ...parts: readonly Uint8Array[]): Buffer => tlv(0xa0 | number, ...parts)

/** @param magnitude a whole number from 0, big-endian; leading zeros may stand and are dropped */
export function integer (magnitude: Uint8Array): Buffer {
  const first = magnitude.findIndex(byte => byte !== 0)
  const shortest = first < 0 ? Uint8Array.of(0) : magnitude.subarray(first)
  return tlv(0x02, Uint8Array.from((shortest[0] ?? 0) > 0x7f ? [0] : []), shortest)
}

function arc (value: bigint): number[] {
  const bytes = [Number(value & 0x7fn)]
  for (let rest = value >> 7n; rest > 0n; rest >>= 7n) bytes.unshift(Number(rest & 0x7fn) | 0x80)
  return bytes
}

/** @param dotted such as `1.2.840.113549.1.7.2`; arcs may be as large as a UUID (2.25.…) */
export function oid (dotted: string): Buffer {
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt)
  return tlv(0x06, Uint8Array.from([first * 40n + second, ...rest].flatMap(arc)))
}

/** @returns UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 4.1.2.5), cut to the second */
export function time (at: Instant): Buffer {
  const digits = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '')
  return digits < '2050' ? tlv(0x17, Buffer.from(digits.slice(2))) : tlv(0x18, Buffer.from(digits))
}

/** @returns the moment of a UTCTime or GeneralizedTime as DER and RFC 5280 write it @throws DerError for any other form */
export function readTime (der: Der): Instant {
  const text = Buffer.from(der.content).toString('latin1')
  const digits = der.tag === 0x17 ? (text < '5' ? '20' : '19') + text : text
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits)?.slice(1).map(Number)
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts ?? []
  const ms = Date.UTC(year, month - 1, day, hour, minute, second)
  if (ms < 0 || !time(instant(Math.max(ms, 0))).equals(der.bytes)) throw new DerError('not a time')
  return instant(ms)
}

const depthMax = 24

/** @returns the one value the bytes hold @throws DerError when they are not strict DER, or more follows it */
export function readDer (bytes: Uint8Array): Der {
  const der = readAt(bytes, 0, depthMax)
  if (der.bytes.length !== bytes.length) throw new DerError('trailing bytes')
  return der
}

function readAt (bytes: Uint8Array, at: number, depth: number): Der {
  const tag = bytes[at]
  if (tag === undefined || depth === 0 || (tag & 0x1f) === 0x1f || tag === 0) throw new DerError('tag')
  const { length, header } = readLength(bytes, at + 1)
  const start = at + 1 + header
  if (start + length > bytes.length) throw new DerError('length')
  const content = bytes.subarray(start, start + length)
  return { tag, content, bytes: bytes.subarray(at, start + length), children: (tag & 0x20) === 0 ? [] : readAll(content, depth - 1) }
}

/** Definite lengths in their shortest form only; three bytes (16 MB) are more than anything we read. */
function readLength (bytes: Uint8Array, at: number): { length: number, header: number } {
  const first = bytes[at] ?? 0x80
  if (first < 0x80) return { length: first, header: 1 }
  const count = first & 0x7f
  const digits = bytes.subarray(at + 1, at + 1 + count)
  const length = digits.reduce((sum, digit) => sum * 256 + digit, 0)
  if (count === 0 || count > 3 || digits.length !== count || lengthBytes(length).length !== count + 1) throw new DerError('length')
  return { length, header: 1 + count }
}

function readAll (content: Uint8Array, depth: number): Der[] {
  const all: Der[] = []
  for (let at = 0; at < content.length;) {
    const der = readAt(content, at, depth)
    all.push(der)
    at += der.bytes.length
  }
  return all
}

/** @returns the children when the value has this tag and between `min` and `max` of them @throws DerError otherwise */
export function childrenOf (der: Der | undefined, tag: number, min = 0, max = Infinity): readonly Der[] {
  const count = der?.children.length ?? -1
  if (der?.tag !== tag || count < min || count > max) throw new DerError('structure')
  return der.children
}

/** @returns the value itself when it has this tag @throws DerError otherwise */
export function expectTag (der: Der | undefined, tag: number): Der {
  if (der?.tag !== tag) throw new DerError('tag')
  return der
}

/** @returns whether two encodings are the same bytes */
export const same = (one: Uint8Array | undefined, other: Uint8Array): boolean => one !== undefined && Buffer.compare(one, other) === 0
