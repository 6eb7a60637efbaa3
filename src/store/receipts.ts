/** Receipts as they are kept: in the clear with their message, or, where they say what was found in it, closed and apart, for ever. */
import type { Wrapped } from '../vault/vault.ts'
import type { Row, Session } from './db.ts'
import { at, places, prepared, type Dialect } from './dialect.ts'
import { bytes } from './rows.ts'
import type { Safe } from './safe.ts'
import type { Acceptance } from './verbs.ts'

/** A receipt that is kept apart; null in the place of one that is not. */
export type ClosedReceipt = { readonly body: Uint8Array } & Wrapped

const column = 'receipt'

/** @returns the receipt closed under a key of its own where findings stand in it */
export function closedReceipt (safe: Safe, { envelope: { id }, receipt, findings }: Acceptance): ClosedReceipt | null {
  if (findings.length === 0 || receipt.byteLength === 0) return null
  const { close, data_key, kek_id } = safe.fresh(id)
  return { body: close(column, receipt), data_key, kek_id }
}

export interface ReceiptKeeper {
  put (session: Session, id: string, closed: ClosedReceipt): Promise<void>
  /** @param kept as its message has it @returns the exact bytes that were given; empty for what got none */
  open (session: Session, id: string, kept: Uint8Array): Promise<Uint8Array>
}

/** @returns what keeps and gives again; inside a transaction */
export function receiptKeeper ({ sql }: Dialect, safe: Safe): ReceiptKeeper {
  const insert = prepared(sql('receipt').insert(places(['id', 'body', 'data_key', 'kek_id'])))
  const find = prepared(sql('receipt').select(['body', 'data_key', 'kek_id']).where('id', at('id')))
  return {
    async put (session, id, closed) { await session.run(insert, { id, ...closed }) },
    async open (session, id, kept) {
      const [row]: Row[] = kept.byteLength > 0 ? [] : await session.all(find, { id })
      return row === undefined ? kept : safe.of(row, id).open(column, bytes(row, 'body'))
    }
  }
}
