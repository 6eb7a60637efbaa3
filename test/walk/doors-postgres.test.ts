/** What a gateway on PostgreSQL is asked over the wire, with calls to the storage failing. */
import { after, describe, test } from 'node:test'
import { aanbieder, makeWorld } from '../flow/world.ts'
import { seed } from '../fuzz/seed.ts'
import { missing, startPostgres } from '../postgres.ts'
import { walkCase } from './asking.ts'
import { postgresFaults } from './calls.ts'
import { cases } from './cases.ts'
import { besidePostgres } from './postgres.ts'

const skip = missing('bundled')

/** WALK=all has every call fail. */
const every = process.env['WALK'] === 'all' ? 1 : 12

async function begun () {
  const server = await startPostgres()
  const url = await server.freshDatabase()
  after(() => server.close())
  const world = await makeWorld('test', url)
  await world.judge(aanbieder, { level: 'content' })
  const gateway = await world.start({ poll_ms: 3_600_000, sweep_ms: 3_600_000, checkpoint_ms: 3_600_000 })
  const { rows, close } = await besidePostgres(url)
  after(() => close())
  return { gateway, faults: postgresFaults, every, rows }
}
const asked = skip === false ? await begun() : null

describe('a gateway on PostgreSQL, whichever call to the storage fails', { skip }, () => {
  for (const it of cases) {
    test(it.name, async t => {
      if (asked !== null) t.diagnostic(`${await walkCase(asked, it)} calls; FUZZ_SEED=${seed}`)
    })
  }
})
