/** PostgreSQL whose disk takes no more: a clear 507, nothing lost of what was receipted, and work goes on by itself when there is room again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { altered, makeWorld, message, until, type Reply } from '../flow/world.ts'
import { missing, missingRoom, startPostgres } from '../postgres.ts'
import { assertAcked } from './acked.ts'
import { lineOf } from './ledger.ts'

test('a full disk of the server is 507 ZP_DISK until there is room; what has a receipt is kept and arrives', { skip: missing('bundled') || missingRoom(), timeout: 300_000 }, async t => {
  const server = await startPostgres({ small_bytes: 96 * 2 ** 20 })
  t.after(() => server.close())
  await server.query('create database full_one tablespace small')
  const world = await makeWorld('test', server.url('full_one'))
  const gateway = await world.start({ lease_ms: 1_000, handler_ms_max: 500 })
  t.after(() => gateway.stop())
  const client = gateway.as('gemeente')
  const bulky = (seed: number): Buffer => altered(message('WMO301', seed), /$/, ' '.repeat(100_000))
  const ids: string[] = []
  const ledger: string[] = []
  let seed = 0
  /** Posts the one whose turn it is. */
  const post = async (): Promise<Reply> => {
    const sent = bulky(seed)
    const reply = await client.post(sent)
    if (reply.status === 202) { ids.push(reply.told.id); ledger.push(lineOf(reply.bytes, sent)) }
    return reply
  }
  for (let round = 0; round < 2; round++) {
    await server.fill(true)
    let refused = 0
    while (refused < 3 && seed < 400) {
      seed++
      const { status, told, headers } = await post()
      if (status === 202) continue
      assert.deepEqual([status, told.code, told['retry'], headers['retry-after']], [507, 'ZP_DISK', 'later', '5'])
      refused++
    }
    assert.equal(refused, 3)
    assert.equal((await fetch(`${gateway.operations}/health/live`)).status, 200)
    await server.fill(false)
    await until(async () => (await post()).status === 202 || undefined, 'what was refused is taken')
  }
  for (const id of ids) await gateway.as('aanbieder').receives(id)
  await gateway.stop()
  await assertAcked(world, ledger, { all: true })
})
