/** Every flow on SQLite, with each of its calls to the storage failing once. */
import { after, describe, test } from 'node:test'
import { seed } from '../fuzz/seed.ts'
import { flows } from './flows.ts'
import { sqliteGround } from './sqlite.ts'
import { walk } from './walk.ts'

const ground = sqliteGround()
after(() => { ground.remove() })

describe('on SQLite, whichever call to the storage fails', () => {
  for (const flow of flows.map(make => make())) {
    test(flow.name, async t => {
      const { calls, runs } = await walk(ground, flow)
      t.diagnostic(`${calls} calls, ${runs} runs in which one of them failed; FUZZ_SEED=${seed}`)
    })
  }
})
