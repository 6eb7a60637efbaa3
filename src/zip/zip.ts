/** The face of ZIP: an archive somebody else made, looked at from all sides before any of it is believed. Never touches the disk. */
import { crc32, createInflateRaw } from 'node:zlib'
import { getFileNameLowLevel, parseExtraFields } from 'yauzl'
import { Refusal } from '../core/core.ts'
import { refusalOf, type Fault } from './faults.ts'
import { endOf, entriesOf, formFaults, placeOf, tilingFaults, type Entry, type Place } from './layout.ts'

export { isZip, zipped } from './made.ts'

/** Sizes in bytes; `ratio_max`: how many times its packed size a member may be. */
export interface ZipLimits {
  readonly members_max: number
  readonly member_bytes_max: number
  readonly total_bytes_max: number
  readonly ratio_max: number
}

/** What a client called its file, and its size unpacked. The name may say anything: it is for its sender's eyes only. */
export interface ZipMember { readonly name: string, readonly size_bytes: number }

export interface Zip {
  /** In the order of the archive. */
  readonly members: readonly ZipMember[]
  /** @param member counts from 1. @returns its bytes, unpacked and checked. @throws Refusal when they are not what the directory says */
  content (member: number): Promise<Buffer>
}

/** An archive, or the refusal that tells everything that is wrong with it. */
export type Opened = { readonly zip: Zip } | { readonly refusal: Refusal }

/** File types in the upper half of `attributes`, as Unix has them; other systems leave it empty. */
const unix = { type: 0xf000, folder: 0x4000, file: 0x8000 } as const
const dos_folder = 0x10
const name_bytes_max = 255

/** @returns the name as the flags and extra fields say it is written; null when they contradict themselves */
function nameOf ({ flags, name, extra }: Entry): string | null {
  try { return getFileNameLowLevel(flags, name, parseExtraFields(extra), true) } catch { return null }
}

/** Whatever a system somewhere reads as a way to a folder or a drive. */
const way = /[/\\]|^\.{1,2}$|^[a-z]:/i

function nameFaults (entry: Entry, name: string | null): Fault[] {
  const { member, attributes } = entry
  const type = (attributes >>> 16) & unix.type
  if ([entry.name.toString('latin1'), name ?? ''].some(it => way.test(it)) || type === unix.folder || (attributes & dos_folder) !== 0) return [{ kind: 'folder', member }]
  if (type !== 0 && type !== unix.file) return [{ kind: 'no_file', member }]
  return name === null || name === '' || entry.name.length > name_bytes_max || /\p{Cc}|\ufffd/u.test(name) ? [{ kind: 'name', member }] : []
}

function sizeFaults ({ member, size_bytes, packed_bytes }: Entry, { member_bytes_max, ratio_max }: ZipLimits): Fault[] {
  if (size_bytes > member_bytes_max) return [{ kind: 'size', member, found: String(size_bytes), expected: `≤ ${member_bytes_max}` }]
  return size_bytes > ratio_max * Math.max(1, packed_bytes) ? [{ kind: 'ratio', member, found: `${size_bytes} / ${packed_bytes}`, expected: `≤ ${ratio_max}` }] : []
}

function repeated (entries: readonly Entry[]): Fault[] {
  const seen = new Set<string>()
  return entries.flatMap(({ name, member }): Fault[] => {
    const key = name.toString('latin1')
    if (seen.has(key)) return [{ kind: 'same_name', member }]
    seen.add(key)
    return []
  })
}

/** @returns the bytes, never more of them than were announced; null when they are not what was announced */
async function unpacked (bytes: Buffer, { method, crc, packed_bytes, size_bytes }: Entry, { start }: Place): Promise<Buffer | null> {
  const packed = bytes.subarray(start, start + packed_bytes)
  const content = method === 0 ? packed : await inflated(packed, size_bytes)
  return content !== null && content.length === size_bytes && crc32(content) === crc ? content : null
}

/** Counts while it unpacks: an archive that lies about its size gets no further than its lie. */
async function inflated (packed: Buffer, size_bytes: number): Promise<Buffer | null> {
  const engine = createInflateRaw({ chunkSize: 65_536 })
  const chunks: Buffer[] = []
  let size = 0
  try {
    engine.end(packed)
    for await (const chunk of engine as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > size_bytes) return null
      chunks.push(chunk)
    }
  } catch {
    return null
  } finally { engine.destroy() }
  return engine.bytesWritten === packed.length ? Buffer.concat(chunks, size) : null
}

interface Read { readonly members: readonly Member[], readonly faults: readonly Fault[] }
/** An entry with what was found out about it; no place where that cannot be told. */
interface Member { readonly entry: Entry, readonly name: string | null, readonly place: Place | null, readonly faults: readonly Fault[] }

function memberOf (bytes: Buffer, entry: Entry, limits: ZipLimits): Member {
  const name = nameOf(entry)
  const form = formFaults(entry)
  const place = form.length === 0 ? placeOf(bytes, entry) : null
  const header: Fault[] = form.length === 0 && place === null ? [{ kind: 'header', member: entry.member }] : []
  return { entry, name, place, faults: [...form, ...header, ...nameFaults(entry, name), ...sizeFaults(entry, limits)] }
}

function read (bytes: Buffer, limits: ZipLimits): Read {
  const only = (fault: Fault): Read => ({ members: [], faults: [fault] })
  const end = endOf(bytes)
  if ('kind' in end) return only(end)
  if (end.count === 0) return only({ kind: 'empty', member: null })
  if (end.count > limits.members_max) return only({ kind: 'many', member: null, found: String(end.count), expected: `≤ ${limits.members_max}` })
  const entries = entriesOf(bytes, end)
  if ('kind' in entries) return only(entries)
  const members = entries.map(entry => memberOf(bytes, entry, limits))
  return { members, faults: [...members.flatMap(it => it.faults), ...repeated(entries), ...tiled(members, end.directory), ...together(entries, limits)] }
}

/** Where a header is wrong nobody knows where its member ends; then nothing is said of the order. */
function tiled (members: readonly Member[], directory: number): Fault[] {
  const places = members.flatMap(({ place, entry: { at, member } }) => place === null ? [] : [{ ...place, at, member }])
  return places.length === members.length ? tilingFaults(places, directory) : []
}

function together (entries: readonly Entry[], { total_bytes_max }: ZipLimits): Fault[] {
  const total = entries.reduce((sum, it) => sum + it.size_bytes, 0)
  return total > total_bytes_max ? [{ kind: 'total', member: null, found: String(total), expected: `≤ ${total_bytes_max}` }] : []
}

const broken = (member: number): Refusal => new Refusal('ZP_ZIP', `ZIP[${member}]`)

/** @returns the archive by its records; nothing is unpacked yet */
export function openZip (bytes: Buffer, limits: ZipLimits): Opened {
  const { members, faults } = read(bytes, limits)
  const refusal = refusalOf(faults)
  if (refusal !== null) return { refusal }
  const content: Zip['content'] = async member => {
    const { entry, place } = members[member - 1] ?? {}
    const content = entry === undefined || place === undefined || place === null ? null : await unpacked(bytes, entry, place)
    if (content === null) throw broken(member)
    return content
  }
  return { zip: { members: members.map(({ entry: { size_bytes }, name }) => ({ name: name ?? '', size_bytes })), content } }
}

/** @returns the archive when every member of it can be unpacked too, one at a time; else all that is wrong */
export async function checkZip (bytes: Buffer, limits: ZipLimits): Promise<Opened> {
  const opened = openZip(bytes, limits)
  if ('refusal' in opened) return opened
  const faults: Fault[] = []
  for (const at of opened.zip.members.keys()) {
    await opened.zip.content(at + 1).catch(() => { faults.push({ kind: 'content', member: at + 1 }) })
  }
  const refusal = refusalOf(faults)
  return refusal === null ? opened : { refusal }
}
