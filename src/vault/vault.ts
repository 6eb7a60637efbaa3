/** The face of the vault: the three roots, and what is kept encrypted under a key of its own. */
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto'
import { release, Unusable } from '../core/core.ts'
import type { Ring } from './ring.ts'

export { keysOf, newRingLine, parseRing, readRoots, rootsOf, type Ring, type RingKey, type RootKeys, type Roots, type RootSources } from './ring.ts'
export { openMarker, type Mark, type Marker, type Person } from './marker.ts'
export { makeRoots, rootsIn, turnRing } from './files.ts'
export { readLine, readSource, sourcePattern } from './source.ts'

/** Default initial value of RFC 3394, 2.2.3.1. */
const iv3394 = Buffer.alloc(8, 0xa6)
const nonce_bytes = 12
const tag_bytes = 16
/** What is large is closed in pieces: at once it would be held twice. */
const piece_bytes = 1_000_000

/** A data key as it is kept: wrapped (AES-KW, RFC 3394), and by which key of the ring. */
export interface Wrapped { readonly data_key: Uint8Array, readonly kek_id: string }
/** Closes and opens what belongs to one message. `place` is authenticated with it: what stands at one place does not open at another. */
export interface Lock {
  close (place: string, bytes: Uint8Array): Uint8Array
  /** @throws Unopened when the bytes were changed, or belong elsewhere */
  open (place: string, bytes: Uint8Array): Uint8Array
}

/** What was kept encrypted cannot be opened: changed, of another place, or under a key the ring does not hold. */
export class Unopened extends Unusable {}

export interface Vault {
  /** @returns a lock with a new random key, and that key as it is to be kept */
  make (): { readonly lock: Lock, readonly wrapped: Wrapped }
  /** @throws Unopened when the ring does not hold its key, or it was changed */
  unlock (wrapped: Wrapped): Lock
  /** @returns the same data key under the current key of the ring; null when it is already. @throws Unopened as `unlock` */
  rewrap (wrapped: Wrapped): Wrapped | null
}

/** AES-256-GCM with a random nonce: nonce, ciphertext and tag stand one after the other. */
function lockWith (bytes: Uint8Array): Lock {
  // Node takes a key object four times as fast as the same key's bytes.
  const key = createSecretKey(bytes)
  return {
    close (place, bytes) {
      const nonce = randomBytes(nonce_bytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place))
      const closed = Buffer.allocUnsafe(nonce_bytes + bytes.byteLength + tag_bytes)
      closed.set(nonce)
      for (let at = 0; at < bytes.byteLength; at += piece_bytes) {
        const piece = cipher.update(bytes.subarray(at, at + piece_bytes))
        closed.set(piece, nonce_bytes + at)
        if (piece.byteLength === piece_bytes) release(piece)
      }
      // In this mode nothing is left to give at the end.
      cipher.final()
      closed.set(cipher.getAuthTag(), nonce_bytes + bytes.byteLength)
      return closed
    },
    open (place, bytes) {
      if (bytes.byteLength < nonce_bytes + tag_bytes) throw new Unopened('what was kept encrypted is cut off')
      const end = bytes.byteLength - tag_bytes
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonce_bytes)).setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(end))
      const opened = decipher.update(bytes.subarray(nonce_bytes, end))
      try {
        // In this mode nothing is left to give at the end: here it says whether all of it is genuine.
        decipher.final()
        return opened
      } catch { throw new Unopened('what was kept encrypted was changed, or stands where it does not belong') }
    }
  }
}

/** @param ring of key-encrypting keys */
export function openVault (ring: Ring): Vault {
  // A key made of bytes anew at every use costs more than the use.
  const keks = new Map(ring.keys.map(({ id, bytes }) => [id, createSecretKey(bytes)]))
  const current = createSecretKey(ring.current.bytes)
  const wrap = (key: Uint8Array): Wrapped => {
    const cipher = createCipheriv('id-aes256-wrap', current, iv3394)
    return { data_key: Buffer.concat([cipher.update(key), cipher.final()]), kek_id: ring.current.id }
  }
  const unwrap = ({ data_key, kek_id }: Wrapped): Uint8Array => {
    const kek = keks.get(kek_id)
    if (kek === undefined) throw new Unopened(`the kek ring does not hold the key ${kek_id}`)
    const decipher = createDecipheriv('id-aes256-wrap', kek, iv3394)
    try {
      return Buffer.concat([decipher.update(data_key), decipher.final()])
    } catch { throw new Unopened(`a data key does not open with the key ${kek_id} of the kek ring`) }
  }
  return {
    make () {
      const key = randomBytes(32)
      return { lock: lockWith(key), wrapped: wrap(key) }
    },
    unlock: wrapped => lockWith(unwrap(wrapped)),
    rewrap: wrapped => wrapped.kek_id === ring.current.id ? null : wrap(unwrap(wrapped))
  }
}
