/** The promise of a receipt: whatever instant the gateway is killed at, what it receipted is there, once. */
import { test } from 'node:test'
import { chances } from '../chances.ts'
import { makeWorld } from '../flow/world.ts'
import { openAnywhere } from './anywhere.ts'

const rounds = 10
const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

test(`${rounds} kills under load: every receipt is honoured, once, and the audit is whole`, { timeout: 300_000 }, async t => {
  t.diagnostic(`FAULT_SEED=${seed}`)
  const drill = openAnywhere({ world: await makeWorld(), chance: chances(seed) })
  for (let round = 0; round < rounds; round++) await drill.kill(true)
  const { promised, again, seals, audit_rows } = await drill.settle()
  t.diagnostic(`${promised} messages, ${again} stored before their receipt was lost, ${seals} seals, ${audit_rows} rows of audit`)
})
