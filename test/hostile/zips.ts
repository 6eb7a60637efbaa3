/** Hostile ZIP archives, written byte by byte: what a well-behaved library would refuse to make (APPNOTE 4.3 and 4.4). */
import { crc32, deflateRawSync } from 'node:zlib'

/** One member as it is written; what is not given is true to the data. */
export interface Member {
  readonly name: string
  readonly data: Buffer
  /** 0 stored, 8 deflated, or a method nobody has. */
  readonly method?: number
  /** Already compressed bytes, in place of `data` deflated. */
  readonly packed?: Buffer
  /** What both headers say of the size once inflated, in bytes. */
  readonly size?: number
  readonly crc?: number
  /** General purpose flags: 1 encrypted, 8 sizes follow the data, 0x800 UTF-8 names. */
  readonly flags?: number
  /** What the local header says otherwise than the central one. */
  readonly local?: { readonly name?: string, readonly size?: number, readonly packedSize?: number, readonly method?: number, readonly crc?: number }
  /** Unix mode in the external attributes, such as 0o120777 for a link. */
  readonly mode?: number
}

interface Written { readonly member: Member, readonly offset: number, readonly packed: Buffer }

const compressed = ({ data, method = 8, packed }: Member): Buffer => packed ?? (method === 8 ? deflateRawSync(data, { level: 9 }) : data)

/** What the local and the central header share: version, flags, method, time, date, CRC, sizes, length of the name. */
function facts (member: Member, packed: number, over: NonNullable<Member['local']> = {}): Buffer {
  const bytes = Buffer.alloc(26)
  bytes.writeUInt16LE(20, 0)
  bytes.writeUInt16LE(member.flags ?? 0x800, 2)
  bytes.writeUInt16LE(over.method ?? member.method ?? 8, 4)
  bytes.writeUInt16LE(0x5c75, 8)
  bytes.writeUInt32LE(over.crc ?? member.crc ?? crc32(member.data), 10)
  bytes.writeUInt32LE(over.packedSize ?? packed, 14)
  bytes.writeUInt32LE(over.size ?? member.size ?? member.data.length, 18)
  bytes.writeUInt16LE(Buffer.byteLength(over.name ?? member.name), 22)
  return bytes
}

/** @returns a local header with its name (4.3.7) */
export const localHeader = (member: Member, packed: number): Buffer =>
  Buffer.concat([Buffer.from('PK\x03\x04'), facts(member, packed, member.local), Buffer.from(member.local?.name ?? member.name)])

function centralHeader ({ member, offset, packed }: Written): Buffer {
  const tail = Buffer.alloc(14)
  tail.writeUInt32LE(((member.mode ?? 0o100644) << 16) >>> 0, 6)
  tail.writeUInt32LE(offset, 10)
  const made = Buffer.from([20, 3]) // by Unix, so that the mode counts
  return Buffer.concat([Buffer.from('PK\x01\x02'), made, facts(member, packed.length), tail, Buffer.from(member.name)])
}

/** @param over what the end of the central directory says otherwise @returns the end with what stands before it (4.3.16) */
function closed (body: Buffer, written: readonly Written[], over: { readonly count?: number, readonly comment?: string } = {}): Buffer {
  const central = Buffer.concat(written.map(centralHeader))
  const end = Buffer.alloc(18)
  end.writeUInt16LE(over.count ?? written.length, 4)
  end.writeUInt16LE(over.count ?? written.length, 6)
  end.writeUInt32LE(central.length, 8)
  end.writeUInt32LE(body.length, 12)
  end.writeUInt16LE(over.comment?.length ?? 0, 16)
  return Buffer.concat([body, central, Buffer.from('PK\x05\x06'), end, Buffer.from(over.comment ?? '')])
}

/** @returns an archive of these members, one after the other */
export function zip (members: readonly Member[], over: { readonly count?: number, readonly comment?: string } = {}): Buffer {
  const parts: Buffer[] = []
  const written: Written[] = []
  let offset = 0
  for (const member of members) {
    const packed = compressed(member)
    const bytes = Buffer.concat([localHeader(member, packed.length), packed])
    written.push({ member, offset, packed })
    parts.push(bytes)
    offset += bytes.length
  }
  return closed(Buffer.concat(parts), written, over)
}

/** @returns an archive whose entries all point at one and the same data: each is well formed, together they are a bomb */
export function sameData (count: number, data: Buffer): Buffer {
  const member: Member = { name: 'm.xml', data }
  const packed = compressed(member)
  const body = Buffer.concat([localHeader(member, packed.length), packed])
  return closed(body, Array.from({ length: count }, () => ({ member, offset: 0, packed })))
}

/**
 * Fifield's quoted overlap (A better zip bomb, 2019): each file's data begins with a stored block that quotes the next file's
 * local header and then runs on into that file's data, up to one kernel at the end that all share.
 * @returns an archive of `count` entries that each inflate to a little more than `kernel_bytes`
 */
export function overlapping (count: number, kernel_bytes: number): Buffer {
  let inflated = Buffer.alloc(kernel_bytes)
  let packed = deflateRawSync(inflated, { level: 9 })
  const written: Array<{ member: Member, packed: Buffer, length: number }> = []
  let body: Buffer = Buffer.alloc(0)
  for (let nth = count - 1; nth >= 0; nth--) {
    const member: Member = { name: `${String(nth).padStart(4, '0')}.xml`, data: inflated }
    const header = localHeader(member, packed.length)
    body = Buffer.concat([header, body.length === 0 ? packed : body])
    written.unshift({ member, packed, length: body.length })
    if (nth === 0) break
    // A stored block that is not the last: type 00, length and its complement, and then the header it quotes.
    const quote = Buffer.alloc(5)
    quote.writeUInt16LE(header.length, 1)
    quote.writeUInt16LE(~header.length & 0xffff, 3)
    packed = Buffer.concat([quote, header, packed])
    inflated = Buffer.concat([header, inflated])
    body = Buffer.concat([quote, body])
  }
  return closed(body, written.map(({ member, packed, length }) => ({ member, packed, offset: body.length - length })))
}

const small = Buffer.from('<a/>')
const zeros = (bytes: number): Buffer => Buffer.alloc(bytes, 0x20)
const one = (over: Partial<Member>): Buffer => zip([{ name: 'a.xml', data: small, ...over }])

/** Every hostile archive by name, with what makes it so; each is made when it is asked for. */
export const hostileZips: Readonly<Record<string, () => Buffer>> = {
  'high ratio': () => one({ data: zeros(100_000_000) }),
  'many of high ratio': () => zip(Array.from({ length: 1_000 }, (_, nth) => ({ name: `${nth}.xml`, data: zeros(300_000) }))),
  'a zip in a zip in a zip': () => Array.from({ length: 3 }).reduce<Buffer>(inner => zip(Array.from({ length: 10 }, (_, nth) => ({ name: `${nth}.zip`, data: inner }))), one({ data: zeros(1_000_000) })),
  'entries that share their data': () => sameData(1_000, zeros(300_000)),
  'overlapping entries that quote each other': () => overlapping(200, 1_000_000),
  'says smaller than it is': () => one({ data: zeros(30_000_000), size: 10 }),
  'says larger than it is': () => one({ size: 4_000_000_000 }),
  'a wrong checksum': () => one({ crc: 1 }),
  'too many members': () => zip(Array.from({ length: 1_001 }, (_, nth) => ({ name: `${nth}.xml`, data: small }))),
  'counts more members than there are': () => zip([{ name: 'a.xml', data: small }], { count: 65_534 }),
  'counts fewer members than there are': () => zip([{ name: 'a.xml', data: small }, { name: 'b.xml', data: small }], { count: 1 }),
  'no member at all': () => zip([]),
  encrypted: () => one({ flags: 0x801 }),
  'a method nobody has': () => one({ method: 99, packed: small }),
  'deflate that never ends': () => one({ packed: Buffer.alloc(1_000, 0xff) }),
  'deflate cut off': () => one({ packed: deflateRawSync(zeros(100_000)).subarray(0, 20), data: zeros(100_000) }),
  'a folder': () => zip([{ name: 'folder/', data: Buffer.alloc(0), method: 0 }, { name: 'folder/a.xml', data: small }]),
  'a way up': () => one({ name: '../../a.xml' }),
  'a way down': () => one({ name: 'folder/a.xml' }),
  'a way from the root': () => one({ name: '/etc/a.xml' }),
  'a way of Windows': () => one({ name: '..\\..\\a.xml' }),
  'a drive': () => one({ name: 'C:a.xml' }),
  'a link': () => one({ mode: 0o120777, data: Buffer.from('/etc/passwd'), method: 0 }),
  'a name twice': () => zip([{ name: 'a.xml', data: small }, { name: 'a.xml', data: Buffer.from('<b/>') }]),
  'a name without end': () => one({ name: `${'a'.repeat(65_000)}.xml` }),
  'a name with a NUL': () => one({ name: 'a.xml\0.zip' }),
  'no name': () => one({ name: '' }),
  'another name in the local header': () => one({ local: { name: 'b.xml' } }),
  'another size in the local header': () => one({ local: { size: 5_000 } }),
  'another packed size in the local header': () => one({ local: { packedSize: 5_000 } }),
  'another method in the local header': () => one({ local: { method: 0 } }),
  'another checksum in the local header': () => one({ local: { crc: 7 } }),
  'cut off': () => zip([{ name: 'a.xml', data: zeros(10_000) }]).subarray(0, 60),
  'two archives in one': () => Buffer.concat([one({}), one({ data: Buffer.from('<b/>') })]),
  'something before it': () => Buffer.concat([Buffer.from('#!/bin/sh\n'), one({})]),
  'an archive in its comment': () => zip([{ name: 'a.xml', data: small }], { comment: one({}).toString('latin1') }),
  'no archive': () => Buffer.from('<a/>')
}
