/** Whether the chain of a store is whole: checked as `audit verify` does, without checkpoints. */
import assert from 'node:assert/strict'
import { verifyAudit } from '../../src/audit/audit.ts'
import { openLinker, type Store } from '../../src/store/store.ts'
import type { Ring } from '../../src/vault/vault.ts'

/** @param trusted PEM texts of who may sign checkpoints @returns how many rows there are @throws AssertionError naming what is wrong */
export async function assertWhole (store: Store, ring: Ring, trusted: readonly string[] = []): Promise<number> {
  const { rows, findings } = await store.trail(trail => verifyAudit(trail, { linker: openLinker(ring), trusted }))
  assert.deepEqual(findings, [])
  return rows
}
