/** What the store keeps encrypted, column by column, under the key of the message it belongs to. */
import { openVault, type Lock, type Roots, type Wrapped } from '../vault/vault.ts'
import { StoreUnusable, type Row } from './db.ts'
import { bytes, text } from './rows.ts'

/** The columns of one message (or batch, or refused message); each is bound to its id, so what is moved to another row does not open. */
export interface Columns {
  close (column: string, bytes: Uint8Array): Uint8Array
  open (column: string, closed: Uint8Array): Uint8Array
}

export interface Safe {
  /** @returns the columns of what is new, under a new key, and that key as the row is to keep it */
  fresh (id: string): Columns & Wrapped
  /** @param row has `data_key` and `kek_id`; null where it was stored in the clear before there were keys, and stays so */
  of (row: Row, id: string): Columns
  /** @returns the same for many that stand under few keys: each key is unwrapped once */
  bundle (): (row: Row, id: string) => Columns
  /** @returns the key of such a row, wrapped under the current key. @throws Unopened when it does not open */
  rewrap (row: Row): Wrapped
}

const columns = (lock: Lock, id: string): Columns => ({
  close: (column, bytes) => lock.close(`${id}:${column}`, bytes),
  open: (column, closed) => lock.open(`${id}:${column}`, closed)
})
const clear: Columns = { close: (_column, bytes) => bytes, open: (_column, bytes) => bytes }

const wrappedOf = (row: Row): Wrapped => ({ data_key: bytes(row, 'data_key'), kek_id: text(row, 'kek_id') })

/** @throws StoreUnusable saying what a command without the roots is missing */
export function shut (): never { throw new StoreUnusable('this needs the roots of the installation: the settings kek, index_key and audit_key (--config FILE, or ZORGPOORT_… in the environment)') }

/** @param roots null for a command that reads only what is not encrypted */
export function openSafe (roots: Roots | null): Safe {
  const vault = roots === null ? null : openVault(roots.kek)
  return {
    fresh (id) {
      const { lock, wrapped } = (vault ?? shut()).make()
      return { ...columns(lock, id), ...wrapped }
    },
    of: (row, id) => row['data_key'] === null ? clear : columns((vault ?? shut()).unlock(wrappedOf(row)), id),
    bundle () {
      const locks = new Map<Row, Lock>()
      return (row, id) => {
        const lock = locks.get(row) ?? (vault ?? shut()).unlock(wrappedOf(row))
        locks.set(row, lock)
        return columns(lock, id)
      }
    },
    rewrap: row => (vault ?? shut()).rewrap(wrappedOf(row)) ?? wrappedOf(row)
  }
}
