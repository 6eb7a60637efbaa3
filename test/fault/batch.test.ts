/** A batch outlives its gateway: killed again and again while it is worked on, every member ends once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fixture, makeWorld, message, until } from '../flow/world.ts'
import { zipOf } from '../zip/bytes.ts'
import { assertAcked } from './acked.ts'
import { startChild } from './child.ts'
import { allOffered, fetchedLine } from './lanes.ts'

const members = 150
const kills = 4

test(`${kills} kills in the middle of a batch: every member ends once, and none is a duplicate of itself`, { timeout: 300_000 }, async t => {
  const world = await makeWorld()
  // What a killed gateway had claimed is free when its lease has passed.
  const start = async () => {
    const child = await startChild(world, { log_level: 'info', lease_ms: 500 })
    t.after(() => { child.process.kill('SIGKILL') })
    return child
  }
  const all = Array.from({ length: members }, (_, n) => n % 10 === 9 ? fixture('WMO301', 'invalid-element-missing') : message('WMO301', n + 1, { identificatie: `Z${n}` }))
  const zip = zipOf(all)
  let child = await start()
  const { status, told: { id } } = await world.client('gemeente', child.rest).call('POST', '/v1/batches', zip, { 'content-type': 'application/zip' })
  assert.equal(status, 202)
  const look = async () => {
    const { told } = await world.client('gemeente', child.rest).get(`/v1/batches/${id}`)
    return told as unknown as { readonly state: string, readonly counts: Record<string, number>, readonly members: ReadonlyArray<{ readonly state: string, readonly message: string | null }> }
  }
  const ended = (counts: Record<string, number>): number => members - (counts['waiting'] ?? 0)
  /** The receipts of those that were taken by now, as their sender fetches them: one that is given once is the same for ever. */
  const ledger: string[] = []
  const fetchReceipts = async (): Promise<void> => {
    const client = world.client('gemeente', child.rest)
    for (const [n, { state, message: taken }] of (await look()).members.entries()) if (state === 'accepted') ledger.push(await fetchedLine(client, taken ?? '', all[n] ?? zip))
  }
  const stages: number[] = []
  for (let kill = 0; kill < kills; kill++) {
    // Where it went on fast between two looks, what is left is less than a stage.
    const goal = Math.min((stages.at(-1) ?? 0) + 20, members)
    stages.push(await until(async () => { const it = ended((await look()).counts); return it >= goal ? it : undefined }, 'progress'))
    await fetchReceipts()
    assert.equal(await child.end('SIGKILL'), 'SIGKILL')
    child = await start()
  }
  assert.ok((stages[0] ?? members) < members, 'the first kill came in the middle')
  const batch = await until(async () => { const it = await look(); return it.state === 'done' ? it : undefined }, 'the end')
  assert.deepEqual(batch.members.map(it => it.state), Array.from({ length: members }, (_, n) => n % 10 === 9 ? 'refused' : 'accepted'))
  await fetchReceipts()
  await allOffered(child.operations)
  assert.equal(await child.end('SIGTERM'), 0)
  const { promised } = await assertAcked(world, ledger, { all: true })
  assert.equal(promised, batch.members.filter(it => it.state === 'accepted').length)
  t.diagnostic(`killed after ${stages.join(', ')} of ${members}`)
})
