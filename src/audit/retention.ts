/** Removing the oldest part of the audit, so that what is kept can still be verified. */
import type { Instant } from '../core/core.ts'
import type { Store } from '../store/store.ts'
import { makeCheckpoint, type CheckpointParts } from './checkpoint.ts'
import { statementOf } from './statement.ts'

/** Rows removed in one transaction: others write in between. */
const batch_rows = 2_000

/**
 * Removes the whole segments that ended before `before`: all rows up to the last checkpoint made before that moment. A new
 * checkpoint says first what the oldest row kept follows, so `audit verify` holds from there on. What was begun and broken
 * off is ended by the next call.
 * @returns how many rows were removed
 */
export async function removeAuditBefore (parts: CheckpointParts & { readonly store: Pick<Store, 'pruneAudit' | 'note'> }, before: Instant): Promise<number> {
  const { store, clock } = parts
  const edge = await store.lastCheckpoint(before)
  const head = edge === null ? undefined : statementOf(edge)?.heads[0]
  if (head === undefined) return 0
  const last = await store.lastCheckpoint()
  if (last !== null && last.removed < head.seq) {
    await store.note({ at: clock.now(), event: 'audit_removed', message: null, detail: `${head.chain}:${head.seq}` })
    await makeCheckpoint(parts, head)
  }
  let removed = 0
  for (let rows = batch_rows; rows >= batch_rows;) {
    rows = await store.pruneAudit(batch_rows)
    removed += rows
  }
  return removed
}
