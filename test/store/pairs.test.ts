/** Pairs of verbs that meet, on PostgreSQL, each by a process of its own; and that these storms find a mistake that was planted. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { migrate, openStore, type Db, type Store } from '../../src/store/store.ts'
import { chances } from '../chances.ts'
import { missing, startPostgres } from '../postgres.ts'
import { storms, type Storm } from './pairs.ts'
import { dawdling, never, unlocked } from './racing.ts'
import { roots } from './sample.ts'
import { assertWhole } from './whole.ts'

const skip = missing('bundled')
describe('two at once on PostgreSQL', { skip }, async () => {
  const server = skip === false ? await startPostgres() : null
  after(async () => { await server?.close() })
  assert.ok(server)
  const like = await server.freshDatabase()
  await migrate(like)

  /** All rounds of a storm, some at a time. @returns what was wrong */
  async function gone ({ round, rounds, lanes = 8, roots: its = roots, never: also = {} }: Storm, seed: number, plant: (db: Db) => Db = db => db): Promise<string[]> {
    assert.ok(server)
    const draw = chances(seed)
    const url = await server.freshDatabase(new URL(like).pathname.slice(1))
    const database = new URL(url).pathname.slice(1)
    const open = (): Promise<Store> => openStore({ url, mode: 'test', roots: its, wrap: db => dawdling(draw)(plant(db)) })
    const [one, other] = [await open(), await open()]
    const wrong: string[] = []
    const left = Array.from({ length: rounds }, (_, nth) => nth)
    try {
      await Promise.all(Array.from({ length: lanes }, async () => {
        for (let nth = left.pop(); nth !== undefined; nth = left.pop()) {
          await round({ one, other, nth, draw, rows: sql => server.query(sql, [], database) }).catch((error: unknown) => { wrong.push(String(error)) })
        }
      }))
      await one.auditHead()
      for (const [what, sql] of Object.entries({ ...never, ...also })) {
        const rows = await server.query(sql, [], database)
        if (rows.length > 0) wrong.push(`${what}: ${JSON.stringify(rows)}`)
      }
      await assertWhole(one, its.audit)
    } finally { await Promise.all([one.close(), other.close()]) }
    return wrong
  }

  for (const [nth, storm] of storms.entries()) test(storm.name, async () => { assert.deepEqual(await gone(storm, nth + 1), []) })

  // Without locks each of these does twice what is to be done once.
  for (const name of ['two change the register', 'two gateways take an answer each to the same message']) {
    test(`planted: rows are not locked, and it is found: ${name}`, async t => {
      const storm = storms.find(it => it.name === name)
      assert.ok(storm)
      const wrong = await gone(storm, 1, unlocked)
      assert.ok(wrong.length > 0, 'nothing was found')
      t.diagnostic(`${wrong.length} are wrong, such as ${wrong[0] ?? ''}`)
    })
  }
})
