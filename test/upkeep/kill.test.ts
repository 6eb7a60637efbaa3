/** Killed in the middle of a sweep or an erasure, what was begun is whole or not done, and the next one ends it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { instant } from '../../src/core/core.ts'
import { openMarker, readRoots, rootsIn } from '../../src/vault/vault.ts'
import { ends, starts, zorgpoort } from '../bin/command.ts'
import { environment } from '../fault/child.ts'
import { makeWorld, until } from '../flow/world.ts'
import { heen } from '../store/sample.ts'

/** So many that all of them take far longer than it takes to see the first of them go; a person's are erased slower. */
const counts = { sweep: 4_000, erase: 1_500 } as const
const bsn = '999943212'

for (const [what, args, left] of [
  ['sweep', ['sweep'], 'select count(*) from payload'],
  ['erase', ['erase', '--gemeente', '0344', '--yes'], 'select count(*) from client']
] as const) {
  test(`${what}: nothing is half done, and doing it again ends it`, { timeout: 300_000 }, async () => {
    const [world, count] = [await makeWorld(), counts[what]]
    const clients = [openMarker(readRoots(rootsIn(world.dir)).index).mark({ family: 'iwmo', gemeente: '0344', bsn })]
    await world.store(async store => { await store.accept(Array.from({ length: count }, () => heen({ answer: 'none', delivery: 'none', clients, envelope: { received: instant(1_000_000_000_000) } }))) })
    const db = new Database(world.path('zorgpoort.db'), { readonly: true })
    const ask = (sql: string): number => Number(db.prepare(sql).pluck().get())
    const env = { ...environment(world), ZORGPOORT_RETENTION_METADATA_DAYS: '20000', ZORGPOORT_RETENTION_AUDIT_DAYS: '20000' }
    const { child, ended } = starts(args, { env, input: bsn })
    await until(() => ask(left) < count ? true : undefined, 'its first step')
    child.kill('SIGKILL')
    assert.equal((await ended).code, null)
    const rest = ask(left)
    assert.ok(rest > 0 && rest < count, `killed with ${rest} left`)
    const halves = 'select count(*) from message m where (data_key is null) <> (payload_gone_ms is not null) or (data_key is null) = exists (select 1 from payload where message = m.seq)'
    assert.equal(ask(halves), 0)
    ends(await zorgpoort(args, { env, input: bsn }), 0)
    assert.deepEqual([ask(left), ask(halves), ask('select count(*) from message')], [0, 0, count])
    db.close()
  })
}
