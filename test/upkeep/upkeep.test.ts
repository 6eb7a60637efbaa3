/** The turns of upkeep by themselves. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { instant, type Instant } from '../../src/core/core.ts'
import { openStore } from '../../src/store/store.ts'
import { soleTenures } from '../../src/tenures.ts'
import { cutoff, startUpkeep } from '../../src/upkeep/upkeep.ts'
import { until } from '../flow/world.ts'
import { roots } from '../store/sample.ts'

test('a clock that goes ahead while a sweep lasts takes nothing more away by that sweep', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'zorgpoort-upkeep-'))
  after(() => { rmSync(folder, { recursive: true, force: true }) })
  const store = await openStore({ url: `sqlite:${join(folder, 'a.db')}`, mode: 'test', roots })
  const right = instant(Date.now())
  let now = right
  const cut: Instant[] = []
  const upkeep = startUpkeep({
    store, clock: { now: () => now }, tenures: soleTenures, again_ms: 1_000, sweep_ms: 1, believed: () => now === right, log: { info () {}, error: assert.fail },
    retention: { retention_payload_days: 30, retention_metadata_days: 30, retention_refused_days: 30, retention_assignment_days: 30, retention_claim_days: 30, retention_audit_days: 30 },
    marksOf: async () => [],
    onSweep () { now = instant(right + 3 * 365 * 86_400_000) },
    removeAudit: async before => cut.push(before),
    onRekey () {}
  })
  await until(() => cut[0], 'the audit’s turn')
  await upkeep.stop()
  await store.close()
  assert.deepEqual(cut, [cutoff(right, 30)])
})
