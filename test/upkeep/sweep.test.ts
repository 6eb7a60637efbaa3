/** The sweep in a running gateway and by hand: old payloads and metadata go, messages go on, and a repeat gets its first receipt. */
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { instant } from '../../src/core/core.ts'
import { pauseAfter } from '../../src/upkeep/sweep.ts'
import type { Report } from '../../src/upkeep/upkeep.ts'
import { ends, zorgpoort } from '../bin/command.ts'
import { environment } from '../fault/child.ts'
import { fixture, makeWorld, message, until } from '../flow/world.ts'

const day = 86_400_000

test('a gateway forgets what is too old, goes on with its messages, and tells what is gone', async () => {
  const world = await makeWorld()
  let passed = 0
  const start = () => world.start({ sweep_ms: 20, retention_payload_days: 30, retention_metadata_days: 60 }, [], { now: () => instant(Date.now() + passed) })
  let gateway = await start()
  let [gemeente, aanbieder] = [gateway.as('gemeente'), gateway.as('aanbieder')]
  const bytes = fixture('WMO301')
  const { id, ...receipt } = await gemeente.send(bytes)
  const other = await gemeente.send(message('WMO301', 3))
  assert.equal((await aanbieder.delete(`/v1/mailbox/${id}`)).status, 204)
  // A gateway that was off for so long, as one that runs does not believe such a clock; then back, for certificates that do not last as long.
  const later = async (days: number, done: () => boolean): Promise<void> => {
    await gateway.stop()
    passed = days * day
    gateway = await start();
    [gemeente, aanbieder] = [gateway.as('gemeente'), gateway.as('aanbieder')]
    await until(() => done() ? true : undefined, `a sweep after ${days} days`)
    passed = 0
  }
  const swept = (kind: string) => gateway.lines.some(line => line.includes('"swept"') && (JSON.parse(line) as Record<string, { swept: number }>)[kind]?.swept === 1)
  await later(31, () => swept('payload'))
  const gone = await gemeente.get(`/v1/messages/${id}/payload`)
  assert.deepEqual([gone.status, gone.told.code, /^retention, 20/.test(gone.told.detail ?? '')], [410, 'ZP_PAYLOAD_GONE', true])
  assert.equal((await gateway.as('otherGemeente').get(`/v1/messages/${id}/payload`)).status, 404)
  assert.equal(typeof (await gemeente.get(`/v1/messages/${id}`)).told['payload_gone'], 'string')
  assert.equal((await gemeente.get(`/v1/messages/${id}/seal`)).status, 200)
  assert.equal((await aanbieder.get(`/v1/messages/${other.id}/payload`)).status, 200, 'nobody has fetched it yet')
  await later(61, () => swept('metadata'))
  assert.equal((await gemeente.get(`/v1/messages/${id}`)).status, 404)
  const again = await gemeente.post(bytes)
  assert.deepEqual([again.status, again.headers['duplicate'], again.told], [200, 'true', { id, ...receipt }])
  await gemeente.send(message('WMO301', 4))
  const metrics = await (await fetch(`${gateway.operations}/metrics`)).text()
  assert.match(metrics, /zorgpoort_swept_total\{what="metadata"\} 1/)
  assert.match(metrics, /zorgpoort_sweep_last_timestamp_seconds \d/)
  assert.equal((await gateway.as('gemeente').get('/v1/messages')).told.messages.length, 2)
})

test('by hand: counts first, then forgets, beside a running gateway, and leaves nothing in the log of the database', async () => {
  const world = await makeWorld()
  const gateway = await world.start()
  const sent = await Promise.all([1, 2, 3].map(seed => gateway.as('gemeente').send(message('WMO301', seed))))
  for (const { id } of sent.slice(1)) assert.equal((await gateway.as('aanbieder').delete(`/v1/mailbox/${id}`)).status, 204)
  const db = new Database(world.path('zorgpoort.db'))
  db.prepare('update message set received_ms = received_ms - ?, answer_due_ms = answer_due_ms - ?').run(3000 * day, 3000 * day)
  db.close()
  const env = environment(world)
  ends(await zorgpoort(['sweep', '--dry-run'], { env }), 0, /^refused {3}0 .*\npayload {3}2 would be forgotten, 1 old enough but kept \(not yet fetched, held or dead\)\nmetadata {2}0 would be forgotten\nbatch {5}0 would be forgotten\n$/)
  ends(await zorgpoort(['sweep'], { env }), 0, /^refused {3}0 .*\npayload {3}2 forgotten, 1 old/)
  assert.equal(statSync(world.path('zorgpoort.db-wal')).size, 0)
  assert.equal((JSON.parse((await zorgpoort(['sweep', '--json'], { env })).out) as Report).payload.swept, 0)
  ends(await zorgpoort(['sweep'], { env: { ...env, ZORGPOORT_RETENTION_PAYLOAD_DAYS: '5000' } }), 1, /retention_metadata_days must not be less/)
  assert.equal((await gateway.as('gemeente').get(`/v1/messages/${sent[1]?.id}/payload`)).status, 410)
})

test('a step leaves the store to others for twice as long as it took, and never for a moment only', () => {
  assert.deepEqual([0, 5, 90, 4_000].map(pauseAfter), [25, 25, 180, 8_000])
})
