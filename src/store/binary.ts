/** Columns of many rows as PostgreSQL reads them fastest: each one array, in the binary form of its protocol. */
import type { Value } from './db.ts'

/** What a column holds, with the type of PostgreSQL that is its array's element and that type's number (`pg_type`). */
const elements = { number: { type: 'bigint', oid: 20 }, text: { type: 'text', oid: 25 }, bytes: { type: 'bytea', oid: 17 } } as const
export type Kind = keyof typeof elements

const head_bytes = 20
const size_bytes = 4

/** @returns a whole number as 8 bytes, or what is in it already @throws TypeError when a value is not of the kind of its column */
function bytesOf (kind: Kind, value: Exclude<Value, null>): Uint8Array {
  if (kind === 'number' && typeof value === 'number' && Number.isSafeInteger(value)) {
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeInt32BE(Math.floor(value / 2 ** 32), 0)
    bytes.writeUInt32BE(value >>> 0, 4)
    return bytes
  }
  if (kind === 'text' && typeof value === 'string') return Buffer.from(value)
  if (kind === 'bytes' && value instanceof Uint8Array) return value
  throw new TypeError(`a column of ${kind} holds something else`)
}

/** @returns the type of such an array, as a statement names it */
export const arrayType = (kind: Kind): string => `${elements[kind].type}[]`

/** @returns the values as one array, to be given as the value of a place of that type @throws TypeError when one is not of the kind of its column */
export function arrayOf (kind: Kind, values: readonly Value[]): Uint8Array {
  const parts = values.map(it => it === null ? null : bytesOf(kind, it))
  const array = Buffer.allocUnsafe(parts.reduce((sum, it) => sum + size_bytes + (it?.length ?? 0), head_bytes))
  // One dimension, whether some are null, of what, how many, numbered from 1.
  for (const [nth, word] of [1, parts.includes(null) ? 1 : 0, elements[kind].oid, parts.length, 1].entries()) array.writeInt32BE(word, nth * size_bytes)
  let at = head_bytes
  for (const part of parts) {
    at = array.writeInt32BE(part?.length ?? -1, at)
    if (part === null) continue
    array.set(part, at)
    at += part.length
  }
  return array
}
