/** What several flows do, and assert that it came to what it should. */
import assert from 'node:assert/strict'
import type { Finding, RetryPolicy } from '../../src/core/core.ts'
import type { Acceptance, Claimed, Finish } from '../../src/store/store.ts'
import { finish } from '../store/sample.ts'
import type { Hands } from './walk.ts'

export const policy: RetryPolicy = { first_ms: 1_000, longest_ms: 8_000, total_ms: 60_000 }
export const finding: Finding = { level: 2, code: 'CD075', line: 1, path: 'Client', found: '', expected: 'x', message: 'fout', message_en: 'wrong' }
const lease_ms = 60_000

/** Takes messages in, each by itself. @throws unless each is stored, now or before */
export async function accept ({ store }: Hands, ...items: readonly Acceptance[]): Promise<void> {
  for (const item of items) {
    const [it] = await store.accept([item])
    assert.notEqual(it?.kind, 'refused', JSON.stringify(it))
    assert.equal(it?.kind === 'refused' ? null : it?.id, item.envelope.id)
  }
}

/** Claims what handlers are to see. */
export const claim = async ({ store, now }: Hands): Promise<Claimed[]> => await store.claim(9, lease_ms, now())
/** Claims what is to be pushed to whoever has something. */
export async function claimPush ({ store, now }: Hands): Promise<Claimed[]> {
  const claims = []
  for (const { target } of await store.pushTargets(now())) claims.push(...await store.claimPush(target, 9, lease_ms, now()))
  return claims
}
/** Ends all of it so. */
export async function end ({ store, now }: Hands, claims: readonly Claimed[], outcome: Finish['outcome'], more: Partial<Finish> = {}): Promise<void> {
  if (claims.length === 0) return
  const said = await store.finish(claims.map(it => ({ ...finish(it, outcome), ...more })), now())
  assert.deepEqual(said, claims.map(() => 'done'))
}
