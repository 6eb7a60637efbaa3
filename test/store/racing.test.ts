/** Storms of verbs on PostgreSQL find what they are for: without its row locks the store does what nobody may do. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openStore } from '../../src/store/store.ts'
import { missing, startPostgres } from '../postgres.ts'
import { raced, unlocked, type OpenSeveral } from './racing.ts'
import { roots } from './sample.ts'

describe('planted on PostgreSQL', { skip: missing('bundled') }, () => {
  test('what is read to be changed is not locked', { timeout: 300_000 }, async t => {
    const server = await startPostgres({})
    t.after(() => server.close())
    const opened: Array<{ close (): Promise<void> }> = []
    const open: OpenSeveral = async (_t, wrap) => {
      const url = await server.freshDatabase()
      const stores = [await openStore({ url, mode: 'test', roots, wrap }), await openStore({ url, mode: 'test', roots, wrap })]
      opened.push(...stores)
      return stores
    }
    try {
      let wrong: string[] = []
      // What fails is found as well: a second row where there may be one.
      for (let seed = 1; wrong.length === 0 && seed <= 5; seed++) wrong = await raced(t, open, seed, 25, unlocked).catch((error: unknown) => [String(error)])
      assert.ok(wrong.length > 0, 'nothing was found')
      t.diagnostic(wrong.join('; '))
    } finally { for (const it of opened) await it.close() }
  })
})
