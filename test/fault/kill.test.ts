/** The promise of a receipt, on both stores: whatever instant the gateway is killed at, what it receipted is there, once. With those at named points (push.test.ts) it is fifty kills. */
import { after, test, type TestContext } from 'node:test'
import { chances } from '../chances.ts'
import { makeWorld, type World } from '../flow/world.ts'
import { missing, startPostgres } from '../postgres.ts'
import { openAnywhere } from './anywhere.ts'

const rounds = 8
const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

async function killed (t: TestContext, world: World): Promise<void> {
  t.diagnostic(`FAULT_SEED=${seed}`)
  const drill = openAnywhere({ world, chance: chances(seed) })
  for (let round = 0; round < rounds; round++) await drill.kill(true)
  const { promised, again, seals, audit_rows } = await drill.settle()
  t.diagnostic(`${promised} messages, ${again} stored before their receipt was lost, ${seals} seals, ${audit_rows} rows of audit`)
}

test(`${rounds} kills under load on SQLite: every receipt is honoured, once, and the audit is whole`, { timeout: 300_000 }, async t => {
  await killed(t, await makeWorld())
})

test(`${rounds} kills under load on PostgreSQL: every receipt is honoured, once, and the audit is whole`, { skip: missing('bundled'), timeout: 300_000 }, async t => {
  const server = await startPostgres()
  after(() => server.close())
  await killed(t, await makeWorld('test', await server.freshDatabase()))
})
