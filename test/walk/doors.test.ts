/** What a gateway on SQLite is asked over the wire, with each of its calls to the storage failing. */
import { registerHooks } from 'node:module'
import { after, describe, test } from 'node:test'
import { seed } from '../fuzz/seed.ts'
import { walkCase } from './asking.ts'
import { sqliteFaults } from './calls.ts'
import { besideSqlite } from './sqlite.ts'

// Its store would work in a thread of its own, and whoever counts does so in this one.
registerHooks({
  resolve: (specifier, context, next) => specifier === './aside.ts' && context.parentURL?.endsWith('/src/store/store.ts') === true
    ? { url: new URL('here.ts', import.meta.url).href, format: 'module-typescript', shortCircuit: true }
    : next(specifier, context)
})
const { aanbieder, makeWorld } = await import('../flow/world.ts')
const { cases } = await import('./cases.ts')

const world = await makeWorld()
await world.judge(aanbieder, { level: 'content' })
const gateway = await world.start({ poll_ms: 3_600_000, sweep_ms: 3_600_000, checkpoint_ms: 3_600_000 })
const beside = besideSqlite(world.path('zorgpoort.db'))
after(() => { beside.close() })

describe('a gateway on SQLite, whichever call to the storage fails', () => {
  for (const it of cases) {
    test(it.name, async t => { t.diagnostic(`${await walkCase({ gateway, faults: sqliteFaults, every: 1, rows: beside.rows }, it)} calls; FUZZ_SEED=${seed}`) })
  }
})
