/** `zorgpoort batch`: a ZIP goes, and the person who sent it is told what became of each message. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { fixture, makeWorld, message } from '../flow/world.ts'
import { zipOf } from '../zip/bytes.ts'
import { ends, zorgpoort } from './command.ts'

test('batch tells what became of each message, and why a ZIP is not taken', async () => {
  const world = await makeWorld()
  const { rest } = await world.start()
  const batch = async (bytes: Buffer, ...more: string[]) => {
    writeFileSync(world.path('b.zip'), bytes)
    return await zorgpoort(['batch', world.path('b.zip'), '--cert', world.path('gemeente.pem'), '--key', world.path('gemeente.key'), '--ca', world.path('ca.pem'), '--url', rest, ...more])
  }
  const good = zipOf([message('WMO301', 1), message('JW301', 2)])
  ends(await batch(good, '--as', '0344'), 0, /^accepted {2}1 1\.xml: [0-9a-f-]{36}\naccepted {2}2 2\.xml: [0-9a-f-]{36}\nbatch [0-9a-f-]{36}: 2 accepted\n$/)
  const again = await batch(good, '--json')
  ends(again, 0)
  assert.deepEqual(Object(JSON.parse(again.out)).counts.accepted, 2)
  const mixed = await batch(zipOf([message('WMO301', 1), fixture('WMO301', 'invalid-element-missing')]))
  assert.equal(mixed.code, 1)
  assert.match(mixed.out, /^duplicate 1 1\.xml: .*\nrefused {3}2 2\.xml: ZP_SCHEMA .*\n(.*\n)+batch [0-9a-f-]{36}: 1 duplicate, 1 refused\n$/)
  ends(await batch(Buffer.from('<a/>')), 1, /^zorgpoort: 422 ZP_ZIP /)
  ends(await batch(good, '--cert', 'none.pem'), 1, /cannot read none\.pem/)
})
