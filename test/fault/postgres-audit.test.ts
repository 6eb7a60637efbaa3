/** A process killed between writing its audit and linking it, or in the middle of that: another that lives links what was left, and the chain is whole. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openStore } from '../../src/store/store.ts'
import { needPostgres, startPostgres } from '../postgres.ts'
import { roots } from '../store/sample.ts'
import { assertWhole } from '../store/whole.ts'

// Of a store by itself: no gateway, so nobody has a receipt (`assertAcked`).
test('what a killed process wrote is linked by one that lives and writes nothing itself', async t => {
  if (!needPostgres(t)) return
  const server = await startPostgres()
  t.after(() => server.close())
  for (const point of ['written', 'linking', 'linked']) {
    const url = await server.freshDatabase()
    const ask = (sql: string) => server.query(sql, undefined, new URL(url).pathname.slice(1))
    const store = await openStore({ url, mode: 'test', roots })
    try {
      const child = spawn(process.execPath, [join(import.meta.dirname, 'linking.ts'), url, point], { stdio: 'inherit' })
      const late = setTimeout(() => { child.kill('SIGTERM') }, 60_000)
      const [, signal] = await once(child, 'exit')
      clearTimeout(late)
      assert.equal(signal, 'SIGKILL', point)
      for (let n = 0; n < 300 && (await ask('select 1 from audit_new limit 1')).length > 0; n++) await pause(100)
      assert.deepEqual(await ask('select number from audit_new'), [], point)
      await assertWhole(store, roots.audit)
      const told = await ask("select message from audit where event = 'accepted' order by message")
      assert.deepEqual(told, await ask('select id as message from message order by id'), point)
      assert.ok(told.length > 0, point)
    } finally { await store.close() }
  }
})
