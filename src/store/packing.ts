/** How the bytes of a message are closed: a large one is deflated first, as its markup is most of it. */
import { promisify } from 'node:util'
import { deflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib'
import { Unopened } from '../vault/vault.ts'
import type { Columns } from './safe.ts'

/** From here on it is deflated: for small ones that costs more than the pages of the database it spares. */
const packed_bytes = 65_536
/** Before what is deflated stand this byte, with which no XML can begin, and the length of what was. */
const mark = 1
const head_bytes = 5
/** The quickest: markup says the same over and over. */
const level = 1

const isMarked = (bytes: Uint8Array): boolean => bytes[0] === mark

/** From here on it is deflated in another thread: of 25 MB that takes as long as tens of commits, which wait in this one. */
const aside_bytes = 1_000_000
const deflated = promisify<Uint8Array, { readonly level: number, readonly chunkSize: number }, Buffer>(deflateRaw)

/** @returns whether others should go on while it is packed */
export const isHeavy = (bytes: Uint8Array): boolean => bytes.byteLength >= aside_bytes

function headed (bytes: Uint8Array, body: Uint8Array): Uint8Array {
  const head = Buffer.alloc(head_bytes, mark)
  head.writeUInt32BE(bytes.byteLength, 1)
  return Buffer.concat([head, body])
}

/** @returns bytes as they are closed: deflated where that spares more than it costs */
export const packed = (bytes: Uint8Array): Uint8Array => bytes.byteLength < packed_bytes && !isMarked(bytes) ? bytes : headed(bytes, deflateRawSync(bytes, { level }))

/** @returns the same; others go on meanwhile where it takes long */
export const packedAside = async (bytes: Uint8Array): Promise<Uint8Array> => isHeavy(bytes) ? headed(bytes, await deflated(bytes, { level, chunkSize: packed_bytes })) : packed(bytes)

function unpacked (bytes: Uint8Array): Uint8Array {
  if (!isMarked(bytes)) return bytes
  const length = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readUInt32BE(1)
  // At once into one piece of memory; of exactly that size, another would be taken when it is full.
  const whole = inflateRawSync(bytes.subarray(head_bytes), { chunkSize: Math.max(length + 1, 64) })
  if (whole.byteLength !== length) throw new Unopened('what was kept deflated is of another length')
  return whole
}

/** @returns bytes as a row keeps them in that column */
export const closeLarge = ({ close }: Pick<Columns, 'close'>, column: string, bytes: Uint8Array): Uint8Array => close(column, packed(bytes))

/** @returns those bytes. @throws Unopened when they were changed, or belong to another */
export const openLarge = ({ open }: Pick<Columns, 'open'>, column: string, closed: Uint8Array): Uint8Array => unpacked(open(column, closed))

/** @returns the bytes of a message as its row keeps them */
export const closePayload = (columns: Pick<Columns, 'close'>, bytes: Uint8Array): Uint8Array => closeLarge(columns, 'payload', bytes)

/** @returns the bytes of a message. @throws Unopened when they were changed, or belong to another */
export const openPayload = (columns: Pick<Columns, 'open'>, closed: Uint8Array): Uint8Array => openLarge(columns, 'payload', closed)
