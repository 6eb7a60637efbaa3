/** ZIP: what is good is read exactly, what is not is refused with its code, and nothing makes it fall over. */
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { fromBufferPromise } from 'yauzl'
import { ZipFile } from 'yazl'
import { Refusal } from '../../src/core/core.ts'
import { checkZip, openZip, type Opened, type Zip } from '../../src/zip/zip.ts'
import { zipBytes, zipOf } from './bytes.ts'
import { hostileZips, limits } from './hostile.ts'

const runs = Number(process.env['FUZZ_RUNS'] ?? 200)

function good (opened: Opened): Zip {
  assert.ok('zip' in opened, 'refusal' in opened ? JSON.stringify(opened.refusal.findings) : '')
  return opened.zip
}
async function contents (zip: Zip): Promise<string[]> {
  const all: string[] = []
  for (const n of zip.members.keys()) all.push((await zip.content(n + 1)).toString('latin1'))
  return all
}

describe('a ZIP that is refused', () => {
  for (const [why, code, bytes] of hostileZips) {
    test(`${code}: ${why}`, async () => {
      const opened = await checkZip(bytes, limits)
      assert.ok('refusal' in opened, 'it was taken')
      assert.equal(opened.refusal.code, code)
      assert.ok(opened.refusal.findings.length > 0)
      for (const { path, message, message_en } of opened.refusal.findings) assert.ok(/^ZIP(\[\d+\])?$/.test(path) && message !== '' && message_en !== '')
    })
  }

  test('is told everything that is wrong with it, by member, and no name', async () => {
    const opened = await checkZip(zipBytes({ members: [{ name: 'geheim/1.xml' }, { name: '2.xml', central: { flags: 0x801 }, local: { flags: 0x801 } }, { name: '3.xml' }, { name: '3.xml' }] }), limits)
    assert.ok('refusal' in opened && opened.refusal.code === 'ZP_ZIP')
    assert.deepEqual(opened.refusal.findings.map(it => [it.path, it.code]), [['ZIP[1]', 'ZP_ZIP_FOLDER'], ['ZIP[2]', 'ZP_ZIP_PASSWORD'], ['ZIP[4]', 'ZP_ZIP']])
    assert.doesNotMatch(JSON.stringify(opened.refusal.findings), /geheim/)
  })

  test('by the bounds it is given: members together, one member, their number', async () => {
    const bytes = zipOf(['<a/>', '<bb/>'])
    const code = (over: object): string | null => { const it = openZip(bytes, { ...limits, ...over }); return 'refusal' in it ? it.refusal.code : null }
    assert.deepEqual([code({}), code({ total_bytes_max: 8 }), code({ total_bytes_max: 9 }), code({ member_bytes_max: 4 }), code({ members_max: 1 })], [null, 'ZP_ZIP_EXPANDS', null, 'ZP_ZIP_MEMBER_SIZE', 'ZP_ZIP_MANY'])
  })

  test('costs no more memory than its lie', async () => {
    const packed = deflateRawSync(Buffer.alloc(200_000_000, 32))
    const zip = good(openZip(zipBytes({ members: [{ deflate: true, packed, central: { size_bytes: 6_000_000 }, local: { size_bytes: 6_000_000, crc: 0 }, content: '' }].map(it => ({ ...it, central: { ...it.central, crc: 0 } })) }), limits))
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    const watching = setInterval(() => { most = Math.max(most, process.memoryUsage().arrayBuffers - before) })
    await assert.rejects(zip.content(1), error => error instanceof Refusal && error.code === 'ZP_ZIP')
    clearInterval(watching)
    assert.ok(most < 50_000_000, `${most} bytes`)
  })
})

describe('a ZIP that is taken', () => {
  test('with descriptors, with and without their signature, a comment, names in UTF-8 and CP437, and an archive as its member', async () => {
    const nested = zipOf(['<a/>'])
    const bytes = zipBytes({
      members: [{ name: 'één ü.xml', descriptor: true, deflate: true }, { name: '2.xml', descriptor: 'bare', content: '<b/>' }, { name: Buffer.from([0x82, 0x82, 0x6e]), central: { flags: 0 }, local: { flags: 0 } }, { name: 'nested.zip', content: nested }, { name: 'empty', content: '' }, { name: 'empty2', content: '', deflate: true }],
      comment: Buffer.from('van de leverancier')
    })
    const zip = good(await checkZip(bytes, limits))
    assert.deepEqual(zip.members.map(it => it.name), ['één ü.xml', '2.xml', 'één', 'nested.zip', 'empty', 'empty2'])
    assert.deepEqual(await contents(zip), ['<Bericht/>', '<b/>', '<Bericht/>', nested.toString('latin1'), '', ''])
    await assert.rejects(zip.content(7), Refusal)
  })

  test('whoever made it: what yazl writes is read exactly, as yauzl reads it', async () => {
    const member = fc.record({ name: fc.stringMatching(/^[\p{L}\p{N} ._-]{1,40}$/u).filter(it => !/^\.{1,2}$/.test(it)), content: fc.uint8Array({ maxLength: 5_000 }), compress: fc.boolean(), streamed: fc.boolean() })
    await fc.assert(fc.asyncProperty(fc.uniqueArray(member, { minLength: 1, maxLength: 20, selector: it => it.name }), async members => {
      const file = new ZipFile()
      for (const { name, content, compress, streamed } of members) {
        if (streamed) file.addReadStreamLazy(name, { compress }, cb => { cb(null, Readable.from([Buffer.from(content)])) })
        else file.addBuffer(Buffer.from(content), name, { compress })
      }
      file.end()
      const bytes = await buffer(file.outputStream)
      const zip = good(await checkZip(bytes, { ...limits, ratio_max: 1_100 }))
      assert.deepEqual(zip.members, members.map(({ name, content }) => ({ name, size_bytes: content.length })))
      for (const [n, { content }] of members.entries()) assert.deepEqual(await zip.content(n + 1), Buffer.from(content))
    }), { numRuns: Math.ceil(runs / 4) })
  })
})

describe('a ZIP of which bytes were changed', () => {
  test('is refused, or read as yauzl reads it', async t => {
    const whole = zipBytes({ members: [{ name: '1.xml', deflate: true, content: '<a>hallo hallo hallo</a>' }, { name: '2.xml' }, { name: 'é.xml', descriptor: true, deflate: true }], comment: Buffer.from('x') })
    let taken = 0
    const change = fc.record({ at: fc.nat(whole.length - 1), by: fc.oneof(fc.constantFrom(0, 0xff, 0x50, 0x4b, 0x80), fc.integer({ min: 0, max: 255 })) })
    await fc.assert(fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), fc.option(fc.nat(whole.length), { freq: 8 }), async (changes, cut) => {
      const bytes = Buffer.from(whole)
      for (const { at, by } of changes) bytes[at] = by
      const opened = await checkZip(cut === null ? bytes : bytes.subarray(0, cut), limits)
      if ('refusal' in opened) return
      taken++
      const other = await fromBufferPromise(bytes, { lazyEntries: true, validateEntrySizes: true, strictFileNames: true })
      const read: string[] = []
      for await (const entry of other.eachEntry()) read.push((await buffer(await other.openReadStreamPromise(entry))).toString('latin1'))
      assert.deepEqual(await contents(opened.zip), read)
    }), { numRuns: runs * 10 })
    t.diagnostic(`${taken} of ${runs * 10} were still good`)
  })
})
