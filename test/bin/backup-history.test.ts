/** A restored database judges as the one it was copied from: facts, the keys of their persons, sources, and receipts that tell findings. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { home } from '../../src/version.ts'
import { environment } from '../fault/child.ts'
import { budgetWithoutEnd } from '../flow/broken.ts'
import { aanbieder, gemeente, makeWorld, message, until, type Running, type Told } from '../flow/world.ts'
import { ends, zorgpoort } from './command.ts'

async function judged (gateway: Running, bytes: Uint8Array): Promise<Told> {
  const { id } = await gateway.as('aanbieder').send(bytes)
  return await until(async () => { const { told } = await gateway.as('aanbieder').get(`/v1/messages/${id}`); return told['delivery'] === 'waiting' ? undefined : told }, 'the end of judging')
}
const codes = ({ findings }: Told): unknown[] => findings.filter(it => it['assessed'] !== false).map(it => it['code'])
const unassessed = ({ findings }: Told): unknown[] => findings.filter(it => it['assessed'] === false).map(it => it['code'])

test('a restored database knows what it knew', async () => {
  const world = await makeWorld()
  const env = environment(world)
  const gateway = await world.start()
  await world.judge(gemeente, { level: 'full' })
  await world.judge(aanbieder, { level: 'content' })
  ends(await zorgpoort(['history', 'complete', '--gemeente', gemeente, '--aanbieder', aanbieder, '--from', '2015-01-01'], { env }), 0)
  ends(await zorgpoort(['import', 'municipalities', join(home, 'config/sources/municipalities.csv')], { env }), 0)
  await gateway.as('gemeente').send(message('WMO301', 1))
  const broken = budgetWithoutEnd(8)
  const first = await gateway.as('gemeente').post(broken)
  assert.equal(first.told['verdict'], 'rejected')
  await gateway.stop()
  ends(await zorgpoort(['backup', world.path('copy.db')], { env }), 0)
  mkdirSync(world.path('elsewhere'))
  const database = `sqlite:${world.path('elsewhere/zorgpoort.db')}`
  ends(await zorgpoort(['restore', world.path('copy.db')], { env: { ...env, ZORGPOORT_DATABASE: database } }), 0, /opens with the keys at hand/)
  const again = await world.start({ database })
  const known = await judged(again, message('WMO305', 1))
  assert.deepEqual([known['verdict'], codes(known), unassessed(known)], ['accepted', [], []])
  const unknown = await judged(again, message('WMO305', 100_000))
  assert.deepEqual([unknown['verdict'], codes(unknown).includes('TR019')], ['rejected', true])
  const repeated = await again.as('gemeente').post(broken)
  assert.deepEqual([repeated.status, repeated.bytes], [200, first.bytes])
})
