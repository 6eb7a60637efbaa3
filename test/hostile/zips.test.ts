/** The hostile archives are what they say they are; and to the gateway none of them is a message, or a batch of messages. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { spawnSync } from 'node:child_process'
import { inflateRawSync } from 'node:zlib'
import { fixture, makeWorld, until, type Told } from '../flow/world.ts'
import { needTool } from '../tools.ts'
import { hostileZips, overlapping, sameData, zip } from './zips.ts'

const world = await makeWorld()
const gateway = await world.start()

test('an archive without fault is one to another reader too, and an overlapping one inflates entry for entry', t => {
  if (!needTool(t, 'python3', 'python3')) return
  const lengths = (name: string, bytes: Buffer): number[] => {
    writeFileSync(world.path(name), bytes)
    // Python notices overlaps since 3.8 only when reading; the directory is read as it stands.
    const told = spawnSync('python3', ['-c', 'import sys,zipfile; print([it.file_size for it in zipfile.ZipFile(sys.argv[1]).infolist()])', world.path(name)], { encoding: 'utf8' })
    assert.equal(told.status, 0, told.stderr)
    return JSON.parse(told.stdout) as number[]
  }
  assert.deepEqual(lengths('good.zip', zip([{ name: 'a.xml', data: Buffer.from('abc') }, { name: 'b.xml', data: Buffer.alloc(5_000) }])), [3, 5_000])
  assert.deepEqual(lengths('same.zip', sameData(3, Buffer.alloc(500))), [500, 500, 500])
  assert.deepEqual(lengths('overlap.zip', overlapping(3, 1_000)), [2, 1, 0].map(quotes => 1_000 + quotes * 38))
})

test('overlapping entries share one kernel: each inflates to what its header says', () => {
  const bytes = overlapping(5, 100_000)
  assert.ok(bytes.length < 1_000)
  let at = 0
  for (let nth = 0; nth < 5; nth++) {
    assert.equal(bytes.toString('latin1', at, at + 4), 'PK\x03\x04')
    const [packed, size, name] = [bytes.readUInt32LE(at + 18), bytes.readUInt32LE(at + 22), bytes.readUInt16LE(at + 26)]
    const start = at + 30 + name
    assert.equal(inflateRawSync(bytes.subarray(start, start + packed)).length, size)
    assert.ok(size >= 100_000)
    at = start + 5
  }
})

/** The one that is a batch as any other: its member is no message, which is the member's own refusal. */
const honest = 'a zip in a zip in a zip'

for (const [name, make] of Object.entries(hostileZips)) {
  test(`${name}: no message, and ${name === honest ? 'a batch of which nothing becomes a message' : 'no batch'}`, async () => {
    const bytes = make()
    assert.ok(bytes.length < 25_000_000)
    const gemeente = gateway.as('gemeente')
    const post = async (path: string, type: string) => await gemeente.call('POST', path, bytes, { 'content-type': type })
    assert.match((await post('/v1/messages', 'application/xml')).told.code, /^ZP_(?:XML|TYPE)$/)
    const { status, told } = await post('/v1/batches', 'application/zip')
    if (name === honest) {
      assert.equal(status, 202)
      const batch = await until(async () => { const it = (await gemeente.get(`/v1/batches/${told.id}`)).told; return it['ended'] === null ? undefined : it })
      assert.deepEqual(Object.values(batch['members'] as readonly Told[]).map(it => it.code), Array(10).fill('ZP_XML'))
      return
    }
    assert.ok(status === 413 || status === 422, String(status))
    assert.match(told.code, /^ZP_ZIP/)
    assert.ok(told.findings.length > 0)
  })
}

test('and the next good message is accepted', async () => {
  assert.equal((await gateway.as('gemeente').post(fixture('WMO301'))).status, 202)
})
