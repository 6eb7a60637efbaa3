/** Finds a person without keeping who it is: a keyed digest of the Bsn, per standard and gemeente. */
import { createHmac, createSecretKey } from 'node:crypto'
import type { Ring, RingKey } from './ring.ts'

/** HMAC-SHA-256 cut to 128 bits (RFC 2104, 5): no two persons share one by chance, and the table stays narrow. */
const mark_bytes = 16

/** A person as one gemeente knows him in one standard: the same Bsn elsewhere gives another mark, so that what gemeenten hold cannot be laid side by side. */
export interface Person { readonly family: string, readonly gemeente: string, readonly bsn: string }

/** What stands for a person: under which key of the ring, and the digest. */
export interface Mark { readonly key: string, readonly hash: Uint8Array }

export interface Marker {
  /** Under the current key. */
  mark (person: Person): Mark
  /** Under every key of the ring: what was stored before a rotation is found by it too. */
  marks (person: Person): Mark[]
  /** @returns SHA-256-sized hexadecimal that stands for a request about a person, in no relation to his marks that can be seen */
  proof (families: string, gemeente: string, bsn: string): string
}

function under ({ id, bytes }: RingKey): (person: Person) => Mark {
  const secret = createSecretKey(bytes)
  return ({ family, gemeente, bsn }) =>
    ({ key: id, hash: createHmac('sha256', secret).update(`${family}|${gemeente}|${bsn}`).digest().subarray(0, mark_bytes) })
}

/** @param ring of index keys */
export function openMarker (ring: Ring): Marker {
  const keys = ring.keys.map(under)
  return { mark: under(ring.current), marks: person => keys.map(mark => mark(person)), proof: (families, gemeente, bsn) => createHmac('sha256', ring.current.bytes).update(`request|${families}|${gemeente}|${bsn}`).digest('hex') }
}
