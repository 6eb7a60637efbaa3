/** A root turned by a person: the gateway, started anew, brings everything under the new key while it serves; then the old one may go. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { ends, zorgpoort } from '../bin/command.ts'
import { environment, startChild } from '../fault/child.ts'
import { fixture, makeWorld, message, until } from '../flow/world.ts'

test('roots are turned, everything follows, also after a kill half-way, and the old keys may go', { timeout: 300_000 }, async t => {
  const world = await makeWorld()
  const env = environment(world)
  const before = await world.start()
  const bytes = fixture('WMO301')
  const { id } = await before.as('gemeente').send(bytes)
  // More than one step.
  for (let seed = 0; seed < 300; seed += 20) await Promise.all(Array.from({ length: 20 }, (_, n) => before.as('gemeente').send(message('WMO301', 1000 + seed + n))))
  await before.stop()
  for (const ring of ['kek', 'index', 'audit']) ends(await zorgpoort(['roots', 'rotate', ring], { env }), 0, /new key \d{4}-\d\d-\d\d-2 .*start the gateway anew/)
  ends(await zorgpoort(['roots', 'status'], { env }), 0, /kek .*-2 +current +0 rows\nkek .*in use +301 rows\nindex_key .*-2 +current +0 rows\nindex_key .*in use +301 rows/)

  const killed = await startChild(world)
  t.after(() => { killed.process.kill('SIGKILL') })
  const metrics = async (url: string): Promise<string> => await (await fetch(`${url}/metrics`)).text()
  await until(async () => /rekeyed_total\{what="rewrapped"\} [1-9]/.test(await metrics(killed.operations)) ? true : undefined, 'the first step')
  await killed.end('SIGKILL')
  const gateway = await world.start()
  await gateway.as('gemeente').send(message('WMO301', 9))
  await until(() => gateway.lines.some(line => line.includes('"swept"')) ? true : undefined, 'the end of turning')
  const { out } = await zorgpoort(['roots', 'status'], { env })
  assert.match(out, /kek .*-2 +current +302 rows\nkek .*may go +0 rows, but backups made before .* still need it.*\nindex_key .*-2 +current +302 rows\nindex_key .*may go +0 rows/)
  assert.deepEqual((await gateway.as('gemeente').get(`/v1/messages/${id}/payload`)).bytes, bytes)
  await gateway.stop()

  const [fresh = '', old = ''] = readFileSync(world.path('kek.ring'), 'utf8').split('\n')
  writeFileSync(world.path('kek.ring'), `${fresh}\n`)
  const last = await world.start()
  assert.deepEqual((await last.as('gemeente').get(`/v1/messages/${id}/payload`)).bytes, bytes)
  await last.stop()
  writeFileSync(world.path('kek.ring'), `${old}\n`)
  await assert.rejects(world.start(), /the ring kek does not hold the key \d{4}-\d\d-\d\d-2/)
})

test('a ring that a command gives is turned where it is kept, and rings nobody names are asked for', async () => {
  const world = await makeWorld()
  ends(await zorgpoort(['roots', 'rotate', 'kek'], { env: { ...environment(world), ZORGPOORT_KEK: 'command:cat kek.ring' } }), 1, /comes from a command/)
  ends(await zorgpoort(['roots', 'make', '--dir', world.path('new')]), 0, /^made {2}kek/)
  ends(await zorgpoort(['roots', 'make', '--dir', world.path('new')]), 0, /^kept {2}kek/)
})
