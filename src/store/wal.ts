/**
 * SQLite's log, read as it lies there. From the first frame whose checksum does not hold SQLite forgets all that follows, without a
 * word: that is right for a transaction nobody was told of, and loses receipts where the log was damaged or cut off.
 */
import { readFileSync } from 'node:fs'
import { endianness } from 'node:os'

const [header_bytes, head_bytes] = [32, 24]
/** Its checksums are of words with the low byte first, as on all machines SQLite made one on that we run on. */
const magic = 0x377f0682

type Sum = readonly [number, number]

/** SQLite's checksum, from that of what stands before. */
function summed (bytes: Buffer, [first, second]: Sum): Sum {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
  let [one, two] = [first | 0, second | 0]
  for (let nth = 0; nth < words.length; nth += 2) {
    one = (one + (words[nth] ?? 0) + two) | 0
    two = (two + (words[nth + 1] ?? 0) + one) | 0
  }
  return [one >>> 0, two >>> 0]
}
const sumAt = (bytes: Buffer, at: number): Sum => [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)]
const same = ([a, b]: Sum, [c, d]: Sum): boolean => a === c && b === d

interface Frame { readonly commits: boolean, readonly salted: boolean, readonly stored: Sum, sum (before: Sum): Sum }

function framesOf (log: Buffer, page_bytes: number): Frame[] {
  const count = Math.max(0, Math.floor((log.length - header_bytes) / (head_bytes + page_bytes)))
  return Array.from({ length: count }, (_, nth) => {
    const at = header_bytes + nth * (head_bytes + page_bytes)
    return {
      commits: log.readUInt32BE(at + 4) > 0,
      salted: log.compare(log, 16, 24, at + 8, at + 16) === 0,
      stored: sumAt(log, at + 16),
      sum: before => summed(log.subarray(at + head_bytes, at + head_bytes + page_bytes), summed(log.subarray(at, at + 8), before))
    }
  })
}

/** @returns how many frames hold from this one on, each by the sum of the one before, and how many commits are among them */
function chained (frames: readonly Frame[], from: number, sum: Sum): { readonly end: number, readonly committed: number, readonly commits: number } {
  let [at, before, committed, commits] = [from, sum, from, 0]
  for (let frame = frames[at]; frame?.salted === true && same(before = frame.sum(before), frame.stored); frame = frames[++at]) {
    if (!frame.commits) continue
    commits++
    committed = at + 1
  }
  return { end: at, committed, commits }
}

/** Behind a frame that does not hold: whether others follow as they were written after it, through the end of its transaction into another. */
function goesOn (frames: readonly Frame[], bad: number, before: Sum): boolean {
  const frame = frames[bad]
  if (frame === undefined) return false
  const own = frame.commits ? 1 : 0
  // Its sum is as it was where its page was changed; its page where its sum was.
  return [frame.stored, frame.sum(before)].some(sum => own + chained(frames, bad + 1, sum).commits >= 2)
}

/** @returns how many frames the processes at the database knew when they were last there, of this log; null when that cannot be told */
function known (shared: Buffer, log: Buffer): number | null {
  const whole = shared.length >= 96 && shared.compare(shared, 0, 48, 48, 96) === 0 && shared[12] === 1
  return whole && shared.compare(log, 16, 24, 32, 40) === 0 ? shared.readUInt32LE(16) : null
}

function read (path: string): Buffer {
  try { return readFileSync(path) } catch { return Buffer.alloc(0) }
}

/**
 * A transaction begins when the one before it is on the disk. So a frame that does not hold and is followed by the end of its
 * transaction and by another one was whole once; and so were all that the processes at the database knew of.
 * @param path of a database that nobody serves; where a command writes in it at this moment, damage is damage only when it is found again
 * @returns what is wrong with its log, so that SQLite would forget what was committed; null when nothing is, or it cannot be told
 */
export function logDamage (path: string): string | null {
  // Before the log: a command that writes meanwhile makes that longer than was known.
  const shared = read(`${path}-shm`)
  const log = read(`${path}-wal`)
  // Emptied, or none: what it held is in the database, or cannot be told.
  if (log.length === 0 || endianness() !== 'LE') return null
  if (log.length < header_bytes) return 'it was cut off'
  const sum = summed(log.subarray(0, 24), [0, 0])
  if (!same(sum, sumAt(log, 24))) return 'its head does not hold'
  if (log.readUInt32BE(0) !== magic) return null
  const frames = framesOf(log, log.readUInt32BE(8))
  const { end, committed } = chained(frames, 0, sum)
  const wanted = known(shared, log)
  if (wanted !== null && wanted > committed) return `of ${wanted} frames ${committed} hold`
  return goesOn(frames, end, end === 0 ? sum : frames[end - 1]?.stored ?? sum) ? `frame ${end + 1} of ${frames.length} does not hold` : null
}
