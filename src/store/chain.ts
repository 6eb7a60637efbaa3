/** The chain of the audit: what of a row is bound, and how (HMAC-SHA-256 over the row and the one before it). */
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import type { Ring } from '../vault/vault.ts'
import type { AuditEvent } from './audit.ts'

/** Everything of a row but its own mac. */
export interface Link {
  readonly chain: string
  readonly seq: number
  /** The mac of the row before; null for the first row of a chain. */
  readonly prev: Uint8Array | null
  readonly at_ms: number
  readonly event: AuditEvent | string
  readonly message: string | null
  readonly account: string | null
  readonly detail: string | null
  readonly digest: string | null
  /** Name of the key of the ring under which the mac is made. */
  readonly key_id: string
  /** What no other row has; only rows that were written down before they were chained have one. */
  readonly nonce?: Uint8Array | null
}

/** Names what the bytes are, so that no other use of the key can be taken for a row. */
const format = 'zorgpoort-audit-1'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** @returns the row as bytes: a JSON list, so no two different rows give the same ones, and another program can make them too; the nonce stands last, where there is one */
export const encoded = ({ chain, seq, prev, at_ms, event, message, account, detail, digest, key_id, nonce = null }: Link): string =>
  JSON.stringify([format, key_id, chain, seq, prev === null ? null : hex(prev), at_ms, event, message, account, detail, digest, ...(nonce === null ? [] : [hex(nonce)])])

/** Makes macs, and tells whether one holds. */
export interface Linker {
  /** Under which new rows are chained. */
  readonly current: string
  /** @returns the mac of a row, null when the ring does not hold its key */
  mac (row: Link): Uint8Array | null
  /** unknown: the ring does not hold the key the row names. */
  holds (row: Link, mac: Uint8Array): 'yes' | 'no' | 'unknown'
}

/** @param ring of audit keys; keys that are no longer current still verify */
export function openLinker (ring: Ring): Linker {
  const keys = new Map(ring.keys.map(({ id, bytes }) => [id, createSecretKey(bytes)]))
  const mac = (row: Link): Uint8Array | null => {
    const key = keys.get(row.key_id)
    return key === undefined ? null : createHmac('sha256', key).update(encoded(row)).digest()
  }
  return {
    current: ring.current.id,
    mac,
    holds (row, given) {
      const made = mac(row)
      if (made === null) return 'unknown'
      return made.byteLength === given.byteLength && timingSafeEqual(made, given) ? 'yes' : 'no'
    }
  }
}
