/** A store on PostgreSQL goes on, on the connections it has, when a newer version adds a column to every table. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { verifyAudit } from '../../src/audit/audit.ts'
import { openLinker, openStore } from '../../src/store/store.ts'
import { missing, startPostgres } from '../postgres.ts'
import { anAccount, putAccount } from '../register.ts'
import { heen, later, roots } from './sample.ts'

const skip = missing('bundled')
describe('a newer version beside', { skip }, async () => {
  const server = skip === false ? await startPostgres() : null
  after(async () => { await server?.close() })

  test('adds columns while statements are kept', async () => {
    assert.ok(server)
    const url = await server.freshDatabase()
    const store = await openStore({ url, mode: 'test', roots, postgres: { connections_max: 1 } })
    try {
      const round = async (): Promise<void> => {
        await putAccount(store, anAccount('supplier', { role: 'auditor' }))
        assert.equal((await store.accept([heen()])).length, 1)
        await store.claim(1, 1, later(3_600_000))
        const { findings } = await store.trail(trail => verifyAudit(trail, { linker: openLinker(roots.audit), trusted: [] }))
        assert.deepEqual(findings, [])
      }
      await round()
      await round()
      const database = url.slice(url.lastIndexOf('/') + 1)
      const tables = await server.query("select c.relname as name from pg_class as c where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace and c.relname <> 'migration'", [], database)
      for (const { name } of tables) await server.query(`alter table "${String(name)}" add column of_a_newer_version text`, [], database)
      await round()
    } finally { await store.close() }
  })
})
