/** Writes ZIP files byte for byte, with every lie one may want in them. */
import { crc32, deflateRawSync } from 'node:zlib'

/** What a member says of itself; each record may say something else than the truth. */
export interface Member {
  readonly name?: string | Buffer
  readonly content?: Buffer | string
  readonly deflate?: boolean
  /** In place of what `content` packs to. */
  readonly packed?: Buffer
  /** Sizes come after the content; legal. `bare`: without the signature. */
  readonly descriptor?: boolean | 'bare'
  readonly central?: Partial<Fields>
  readonly local?: Partial<Fields>
  /** Of the descriptor. */
  readonly after?: Partial<Fields>
  /** In place of where it stands. */
  readonly at?: number
  /** Bytes before the member. */
  readonly before?: Buffer
}
interface Fields { flags: number, method: number, crc: number, packed_bytes: number, size_bytes: number, name: Buffer, extra: Buffer, comment: Buffer, made_by: number, attributes: number }
export interface Archive {
  readonly members: readonly Member[]
  readonly comment?: Buffer
  readonly count?: number
  readonly here?: number
  readonly disk?: number
  readonly directory?: number
  readonly directory_bytes?: number
  /** Between the last member and the directory, between the directory and the end, and before and after all. */
  readonly gap?: Buffer
  readonly middle?: Buffer
  readonly prepended?: Buffer
  readonly appended?: Buffer
}

const numbers = (...fields: ReadonlyArray<readonly [bytes: 2 | 4, value: number]>): Buffer => Buffer.concat(fields.map(([bytes, value]) => {
  const it = Buffer.alloc(bytes)
  if (bytes === 2) it.writeUInt16LE(value & 0xffff)
  else it.writeUInt32LE(value >>> 0)
  return it
}))

function facts ({ name = 'bericht.xml', content = '<Bericht/>', deflate = false, packed, descriptor = false }: Member): Fields & { packed: Buffer } {
  const bytes = Buffer.from(content)
  const body = packed ?? (deflate ? deflateRawSync(bytes) : bytes)
  const empty = Buffer.alloc(0)
  return { flags: 0x800 | (descriptor === false ? 0 : 8), method: deflate ? 8 : 0, crc: crc32(bytes), packed_bytes: body.length, size_bytes: bytes.length, name: Buffer.from(name), extra: empty, comment: empty, made_by: 0x0314, attributes: 0, packed: body }
}

function local (member: Member): Buffer {
  const it = facts(member)
  const zero = member.descriptor === undefined || member.descriptor === false ? {} : { crc: 0, packed_bytes: 0, size_bytes: 0 }
  const told = { ...it, ...zero, ...member.local }
  const after = { ...it, ...member.after }
  const sizes = numbers([4, after.crc], [4, after.packed_bytes], [4, after.size_bytes])
  const descriptor = member.descriptor === true ? [numbers([4, 0x08074b50]), sizes] : member.descriptor === 'bare' ? [sizes] : []
  const head = numbers([4, 0x04034b50], [2, 20], [2, told.flags], [2, told.method], [4, 0], [4, told.crc], [4, told.packed_bytes], [4, told.size_bytes], [2, told.name.length], [2, told.extra.length])
  return Buffer.concat([head, told.name, told.extra, it.packed, ...descriptor])
}

function central (member: Member, at: number): Buffer {
  const it = { ...facts(member), ...member.central }
  const head = numbers([4, 0x02014b50], [2, it.made_by], [2, 20], [2, it.flags], [2, it.method], [4, 0], [4, it.crc], [4, it.packed_bytes], [4, it.size_bytes],
    [2, it.name.length], [2, it.extra.length], [2, it.comment.length], [2, 0], [2, 0], [4, it.attributes], [4, member.at ?? at])
  return Buffer.concat([head, it.name, it.extra, it.comment])
}

/** @returns the file */
export function zipBytes ({ members, comment = Buffer.alloc(0), count = members.length, here = count, disk = 0, directory, directory_bytes, gap, middle, prepended, appended }: Archive): Buffer {
  const parts: Buffer[] = []
  const entries: Buffer[] = []
  let at = 0
  const add = (part: Buffer | undefined): void => { if (part !== undefined) { parts.push(part); at += part.length } }
  for (const member of members) {
    add(member.before)
    entries.push(central(member, at))
    add(local(member))
  }
  add(gap)
  const begins = at
  const list = Buffer.concat(entries)
  const end = numbers([4, 0x06054b50], [2, disk], [2, disk], [2, here], [2, count], [4, directory_bytes ?? list.length], [4, directory ?? begins], [2, comment.length])
  return Buffer.concat([prepended ?? Buffer.alloc(0), ...parts, list, middle ?? Buffer.alloc(0), end, comment, appended ?? Buffer.alloc(0)])
}

/** @returns a file with these texts as `1.xml`, `2.xml` and so on */
export const zipOf = (contents: ReadonlyArray<Buffer | string>, deflate = true): Buffer =>
  zipBytes({ members: contents.map((content, n) => ({ name: `${n + 1}.xml`, content, deflate })) })
