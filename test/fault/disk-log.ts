/** What a disk was told (`disk.c`), and what it may hold of it at any moment at which the power goes. */
import { readFileSync, writeFileSync } from 'node:fs'
import { diskFiles } from './disk.ts'

const kinds = { 1: 'written', 2: 'truncated', 3: 'removed', 4: 'sync', 5: 'synced' } as const
type Kind = typeof kinds[keyof typeof kinds]
const head_bytes = 40
const sector_bytes = 512

/** `ok` and `number` are of syncs. A sync is written down when it begins (`sync`) and when it has returned (`synced`). */
export interface Told { readonly kind: Kind, readonly file: number, readonly ok: boolean, readonly number: number, readonly offset: number, readonly length: number, readonly at_ns: bigint, readonly bytes: Buffer }

const isKind = (value: number): value is keyof typeof kinds => value in kinds

/** @returns a log in its order @throws RangeError when it is none */
export function readLog (log: Buffer): Told[] {
  const all: Told[] = []
  for (let at = 0; at < log.length;) {
    const kind = log.readInt32LE(at)
    if (!isKind(kind)) throw new RangeError(`no record at ${at}`)
    const length = Number(log.readBigInt64LE(at + 24))
    const end = at + head_bytes + (kind === 1 ? length : 0)
    all.push({ kind: kinds[kind], file: log.readInt32LE(at + 4), ok: log.readInt32LE(at + 8) === 0, number: log.readInt32LE(at + 12), offset: Number(log.readBigInt64LE(at + 16)), length, at_ns: log.readBigInt64LE(at + 32), bytes: log.subarray(at + head_bytes, end) })
    at = end
  }
  return all
}

/** One file as it grows. */
class Image {
  #bytes: Buffer
  #length: number
  constructor (bytes: Buffer) { [this.#bytes, this.#length] = [bytes, bytes.length] }

  #resize (length: number): void {
    if (length > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], Math.max(length, 2 * this.#bytes.length))
    if (length < this.#length) this.#bytes.fill(0, length, this.#length)
    this.#length = length
  }

  put (bytes: Buffer, offset: number): void {
    if (offset + bytes.length > this.#length) this.#resize(offset + bytes.length)
    bytes.copy(this.#bytes, offset)
  }

  apply (it: Told): void {
    if (it.kind === 'written') this.put(it.bytes, it.offset)
    if (it.kind === 'truncated') this.#resize(it.offset)
    if (it.kind === 'removed') this.#resize(0)
  }

  content (): Buffer { return this.#bytes.subarray(0, this.#length) }
  copy (): Image { return new Image(Buffer.from(this.content())) }
}

/** Of a write whose end nobody waited for: all, nothing, or some of its sectors, in any order. */
function scatter (image: Image, it: Told, chance: () => number): void {
  const luck = chance()
  if (luck < 0.3) return
  if (luck < 0.6 || it.kind !== 'written') return image.apply(it)
  const cut = luck < 0.8 ? Math.ceil(chance() * it.length / sector_bytes) : null
  for (let from = 0, nth = 0; from < it.length; nth++) {
    const to = Math.min(it.length, from + sector_bytes - (it.offset + from) % sector_bytes)
    if (cut === null ? chance() < 0.5 : nth < cut) image.put(it.bytes.subarray(from, to), it.offset + from)
    from = to
  }
}

/**
 * A disk that is told one thing after the other. What a sync that went well waited for is there for good; of the rest any part may be.
 * What a failed sync waited for is given up by the system (pages are clean, and no later sync writes them): any part of it is there, no more comes.
 */
export function openReplay (path: string, chance: () => number) {
  const sure = diskFiles.map(() => new Image(Buffer.alloc(0)))
  sure[0]?.put(readFileSync(path), 0)
  let unsure: Array<{ readonly it: Told, readonly nth: number }> = []
  const begun = new Map<number, number>()
  let nth = 0
  function take (it: Told): void {
    nth++
    if (it.kind === 'sync') { begun.set(it.number, nth); return }
    if (it.kind !== 'synced') { unsure.push({ it, nth }); return }
    const waited = begun.get(it.number) ?? 0
    for (const one of unsure) {
      const image = sure[it.file]
      if (one.it.file !== it.file || one.nth > waited || image === undefined) continue
      if (it.ok) image.apply(one.it)
      else scatter(image, one.it, chance)
    }
    unsure = unsure.filter(one => one.it.file !== it.file || one.nth > waited)
  }
  return {
    take,
    /** @returns how many writes are in doubt now */
    unsure: () => unsure.length,
    /** Writes what the disk may hold now beside this path: the database and its log. What others share in memory is gone. @param how whether what is in doubt is there in parts, or not at all */
    lay (to: string, how: 'parts' | 'none'): void {
      for (const file of [0, 1]) {
        const image = sure[file]?.copy() ?? new Image(Buffer.alloc(0))
        if (how === 'parts') for (const { it } of unsure) if (it.file === file) scatter(image, it, chance)
        writeFileSync(to + (diskFiles[file] ?? ''), image.content())
      }
    }
  }
}
