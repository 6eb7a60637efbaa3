/** Every flow on PostgreSQL, with one of its calls to the storage failing. */
import { after, describe, test } from 'node:test'
import { seed } from '../fuzz/seed.ts'
import { missing } from '../postgres.ts'
import { flows } from './flows.ts'
import { postgresGround } from './postgres.ts'
import { walk } from './walk.ts'

const skip = missing('bundled')
/** WALK=all walks over all. */
const every = process.env['WALK'] === 'all' ? 1 : 25
const ground = skip === false ? await postgresGround(every) : null
after(async () => { await ground?.close() })

describe('on PostgreSQL, whichever call to the storage fails', { skip }, () => {
  for (const flow of flows.map(make => make())) {
    test(flow.name, async t => {
      if (ground === null) return
      const { calls, runs } = await walk(ground, flow)
      t.diagnostic(`${calls} calls, ${runs} runs in which one of them failed; FUZZ_SEED=${seed}`)
    })
  }
})
