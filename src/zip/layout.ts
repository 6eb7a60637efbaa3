/** The records of a ZIP (PKWARE APPNOTE 6.3), read so that every byte of the file belongs to exactly one of them. */
import type { Fault } from './faults.ts'

/** What the directory says of one member. */
export interface Entry {
  /** From 1, in the order of the directory. */
  readonly member: number
  readonly made_by: number
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly packed_bytes: number
  readonly size_bytes: number
  readonly attributes: number
  readonly name: Buffer
  readonly extra: Buffer
  /** Where its own header begins. */
  readonly at: number
}

/** Bits of `flags`. */
export const flag = { encrypted: 0x1, deflate: 0x6, descriptor: 0x8, strong: 0x40, utf8: 0x800, masked: 0x2000 } as const
const known_flags = flag.deflate | flag.descriptor | flag.utf8
const signature = { entry: 0x02014b50, local: 0x04034b50, descriptor: 0x08074b50, end: 0x06054b50, zip64_locator: 0x07064b50 } as const
const length = { entry: 46, local: 30, end: 22, zip64_locator: 20 } as const
const comment_bytes_max = 0xffff
/** A 32-bit field that says "look in Zip64". */
const elsewhere = 0xffff_ffff

/** Where the directory stands and how many entries it has. */
export interface End { readonly at: number, readonly count: number, readonly directory: number }

const is = (bytes: Buffer, at: number, wanted: number): boolean => at >= 0 && at + 4 <= bytes.length && bytes.readUInt32LE(at) === wanted

/** @returns the one end record whose comment runs to the last byte, or why there is none */
export function endOf (bytes: Buffer): End | Fault {
  const ends: number[] = []
  for (let at = bytes.length - length.end; at >= Math.max(0, bytes.length - length.end - comment_bytes_max); at--) {
    if (is(bytes, at, signature.end) && at + length.end + bytes.readUInt16LE(at + 20) === bytes.length) ends.push(at)
  }
  const [at, second] = ends
  if (at === undefined) return { kind: 'no_zip', member: null }
  if (second !== undefined) return { kind: 'two_ends', member: null }
  const [disk, disks, here, count] = [4, 6, 8, 10].map(field => bytes.readUInt16LE(at + field)) as [number, number, number, number]
  const [size, directory] = [bytes.readUInt32LE(at + 12), bytes.readUInt32LE(at + 16)]
  if (is(bytes, at - length.zip64_locator, signature.zip64_locator) || count === 0xffff || size === elsewhere || directory === elsewhere) return { kind: 'zip64', member: null }
  if (disk !== 0 || disks !== 0 || here !== count) return { kind: 'volumes', member: null }
  return directory + size === at ? { at, count, directory } : { kind: 'directory', member: null }
}

/** @returns the entries, exactly as many as were announced and not a byte more, or that it is not so */
export function entriesOf (bytes: Buffer, end: End): Entry[] | Fault {
  const entries: Entry[] = []
  let at = end.directory
  while (entries.length < end.count && at + length.entry <= end.at && is(bytes, at, signature.entry)) {
    const [name, extra, comment, disk] = [28, 30, 32, 34].map(field => bytes.readUInt16LE(at + field)) as [number, number, number, number]
    const [names, extras] = [at + length.entry, at + length.entry + name]
    const next = extras + extra + comment
    if (next > end.at || disk !== 0) break
    entries.push({
      member: entries.length + 1,
      made_by: bytes.readUInt16LE(at + 4) >> 8,
      flags: bytes.readUInt16LE(at + 8),
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      packed_bytes: bytes.readUInt32LE(at + 20),
      size_bytes: bytes.readUInt32LE(at + 24),
      attributes: bytes.readUInt32LE(at + 38),
      name: bytes.subarray(names, extras),
      extra: bytes.subarray(extras, extras + extra),
      at: bytes.readUInt32LE(at + 42)
    })
    at = next
  }
  return entries.length === end.count && at === end.at ? entries : { kind: 'directory', member: entries.length + 1, found: String(entries.length), expected: String(end.count) }
}

/** @returns what of an entry's form is not allowed */
export function formFaults ({ member, flags, method, packed_bytes, size_bytes, at }: Entry): Fault[] {
  if ((flags & (flag.encrypted | flag.strong | flag.masked)) !== 0) return [{ kind: 'password', member }]
  if ([packed_bytes, size_bytes, at].includes(elsewhere)) return [{ kind: 'zip64', member }]
  if ((flags & ~known_flags) !== 0) return [{ kind: 'flags', member }]
  if (method !== 0 && method !== 8) return [{ kind: 'method', member, found: String(method), expected: '0, 8' }]
  return method === 0 && packed_bytes !== size_bytes ? [{ kind: 'header', member, found: String(packed_bytes), expected: String(size_bytes) }] : []
}

/** Where the packed content of a member begins, and where the member ends with all that belongs to it. */
export interface Place { readonly start: number, readonly end: number }

const three = (bytes: Buffer, at: number): number[] => [0, 4, 8].map(field => at + field + 4 <= bytes.length ? bytes.readUInt32LE(at + field) : -1)
const same = (a: readonly number[], b: readonly number[]): boolean => a.every((value, at) => value === b[at])

/** The record after a content whose sizes were not known before; with or without its signature. @returns its length, null when it says other things */
function descriptorBytes (bytes: Buffer, at: number, sizes: readonly number[]): number | null {
  if (is(bytes, at, signature.descriptor) && same(three(bytes, at + 4), sizes)) return 16
  return same(three(bytes, at), sizes) ? 12 : null
}

/** @returns where a member stands, when its own header and descriptor say what the directory says; else null */
export function placeOf (bytes: Buffer, { flags, method, crc, packed_bytes, size_bytes, name, at }: Entry): Place | null {
  if (!is(bytes, at, signature.local) || at + length.local > bytes.length) return null
  const sizes = [crc, packed_bytes, size_bytes]
  const start = at + length.local + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)
  const [described, told] = [(flags & flag.descriptor) !== 0, three(bytes, at + 14)]
  const agrees = bytes.readUInt16LE(at + 6) === flags && bytes.readUInt16LE(at + 8) === method &&
    (same(told, sizes) || (described && same(told, [0, 0, 0]))) &&
    bytes.subarray(at + length.local, at + length.local + bytes.readUInt16LE(at + 26)).equals(name)
  const end = start + packed_bytes
  if (!agrees || end > bytes.length) return null
  const after = described ? descriptorBytes(bytes, end, sizes) : 0
  return after === null ? null : { start, end: end + after }
}

/** Members follow each other from the first byte to the directory: nothing between them, nothing twice. */
export function tilingFaults (places: ReadonlyArray<Place & Pick<Entry, 'at' | 'member'>>, directory: number): Fault[] {
  const faults: Fault[] = []
  let reached = 0
  for (const { at, end, member } of [...places.toSorted((a, b) => a.at - b.at), { at: directory, end: directory, member: null }]) {
    if (at !== reached) faults.push({ kind: at < reached ? 'overlap' : 'gap', member, found: String(at), expected: String(reached) })
    reached = Math.max(reached, end)
  }
  return faults
}
