/** The hostile archives are what they say they are; and to the door for messages none of them is a message. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { spawnSync } from 'node:child_process'
import { inflateRawSync } from 'node:zlib'
import { fixture, makeWorld } from '../flow/world.ts'
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

for (const [name, make] of Object.entries(hostileZips)) {
  test(`${name}: no message, by its type and by its bytes`, async () => {
    const bytes = make()
    assert.ok(bytes.length < 25_000_000)
    for (const [type, code] of [['application/zip', 'ZP_MEDIA_TYPE'], ['application/xml', /^ZP_(?:XML|TYPE)$/]] as const) {
      const { told } = await gateway.as('gemeente').call('POST', '/v1/messages', bytes, { 'content-type': type })
      if (typeof code === 'string') assert.equal(told.code, code)
      else assert.match(told.code, code)
    }
  })
}

test('and the next good message is accepted', async () => {
  assert.equal((await gateway.as('gemeente').post(fixture('WMO301'))).status, 202)
})
