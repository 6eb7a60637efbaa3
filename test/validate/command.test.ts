/** `zorgpoort validate` on real files: what it writes, in which order, and how it ends. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { after, describe, it } from 'node:test'
import { setImmediate, setTimeout as pause } from 'node:timers/promises'
import { validateCommand, type ValidateOptions } from '../../bin/commands/validate.ts'
import { progress, type Out } from '../../bin/progress.ts'
import { generateMessage, modelOf, writeMessage } from '../../src/standard/standard.ts'
import { edit, sample } from './sample.ts'

/** A stream that keeps what is written; a slow one takes little at a time. */
class Kept extends Writable {
  readonly isTTY: boolean
  text = ''
  waiting_max = 0
  constructor (isTTY = false) {
    super({ highWaterMark: 200, decodeStrings: false })
    this.isTTY = isTTY
  }

  override _write (chunk: string, _: string, done: () => void): void {
    this.waiting_max = Math.max(this.waiting_max, this.writableLength)
    this.text += chunk
    setImmediate().then(done, done)
  }
}

const folder = mkdtempSync(join(tmpdir(), 'zorgpoort-'))
const keep = (name: string, content: string): string => {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}
const good = keep('goed.xml', Buffer.from(writeMessage(modelOf('JW301'), generateMessage(modelOf('JW301'), 1, 'full'))).toString())
const bad = keep('fout.xml', edit(sample('WMO305'), /(<wmo305:Bsn>)[^<]*/, '<wmo305:Bsn>99990000'))
const missing = join(folder, 'weg.xml')

async function run (files: readonly string[], options: ValidateOptions = {}, stdin: readonly string[] = [], tty = false) {
  const stdout = new Kept(tty); const stderr = new Kept()
  const code = await validateCommand(files, options, { stdin: Readable.from(stdin), stdout, stderr })
  return { code, out: stdout.text, err: stderr.text, waiting_max: stdout.waiting_max }
}

describe('zorgpoort validate', () => {
  after(() => rmSync(folder, { recursive: true }))

  it('--json writes one line per file, in order, an unreadable one too', async () => {
    const { code, out } = await run([good, bad, missing, folder], { json: true })
    assert.equal(code, 1)
    const lines = out.trimEnd().split('\n').map(line => JSON.parse(line))
    assert.deepEqual(lines[0], { file: good, valid: true, type: 'JW301', findings: [] })
    assert.deepEqual(lines.map(line => [line.file, line.valid, line.type]), [[good, true, 'JW301'], [bad, false, 'WMO305'], [missing, false, null], [folder, false, null]])
    assert.deepEqual(Object.keys(lines[1].findings[0]).toSorted(), ['code', 'expected', 'found', 'level', 'line', 'message', 'message_en', 'path'])
    assert.deepEqual(lines.map(line => line.findings[0]?.code), [undefined, 'ZP_SCHEMA_PATTERN', 'ZP_FILE_UNREADABLE', 'ZP_FILE_UNREADABLE'])
    assert.equal(lines[1].findings[0].path, 'Client/Bsn')
  })

  it('without --json writes a report a person can read, in Dutch and English or in one of them', async () => {
    const { code, out } = await run([good, bad])
    assert.equal(code, 1)
    assert.match(out, /^geldig {4}.*goed\.xml {2}JW301\nONGELDIG {2}.*fout\.xml {2}WMO305\n {2}regel \d+ {2}Client\/Bsn {2}ZP_SCHEMA_PATTERN\n {4}Bsn heeft.*\n {4}Bsn does.*\n2 bestanden: 1 geldig, 1 ongeldig\n$/)
    assert.doesNotMatch((await run([bad], { lang: 'nl' })).out, /does not/)
    assert.match((await run([bad], { lang: 'en' })).out, /INVALID.*\n {2}line \d+.*\n {4}Bsn does.*\n1 file: 0 valid, 1 invalid\n$/)
  })

  it('is coloured on a terminal only', async () => {
    const escape = '\u001b'
    assert.ok((await run([good], {}, [], true)).out.includes(escape))
    assert.ok(!(await run([good])).out.includes(escape))
  })

  it('--stdin-list reads names from stdin, blank lines and CR/LF included', async () => {
    const { code, out } = await run([], { json: true, stdinList: true }, [`${good}\r\n\n${good}`])
    assert.equal(code, 0)
    assert.equal(out.trimEnd().split('\n').length, 2)
  })

  it('hundreds of files stay in order, and a slow reader is waited for', async () => {
    const names = Array.from({ length: 500 }, (_, n) => n % 7 === 0 ? bad : good)
    const { out, waiting_max } = await run([], { json: true, stdinList: true }, names.map(name => `${name}\n`))
    assert.deepEqual(out.trimEnd().split('\n').map(line => JSON.parse(line).file), names)
    assert.ok(waiting_max < 2000, `${waiting_max} characters waited`)
  })

  it('a file that is too large is refused without being read', async () => {
    const file = keep('groot.xml', '')
    truncateSync(file, 25_000_001)
    const { out } = await run([file], { json: true })
    assert.equal(JSON.parse(out).findings[0].code, 'ZP_SIZE_MAX')
  })

  it('exit 0 when all are valid, 2 for wrong use', async () => {
    assert.equal((await run([good, good])).code, 0)
    for (const [files, options] of [[[], {}], [[good], { level: '5' }], [[good], { lang: 'fr' }]] as const) {
      const { code, out, err } = await run(files, options)
      assert.deepEqual([code, out], [2, ''])
      assert.match(err, /^zorgpoort validate: /)
    }
  })
})

describe('progress', () => {
  it('draws a bar on a terminal and takes it away', async () => {
    const out = new Kept(true)
    const bar = progress(out, 'files', 4)
    await pause(120)
    bar.step()
    bar.end()
    while (out.writableLength > 0) await setImmediate()
    assert.match(out.text, /█+░+\] 1\/4 files/)
    assert.ok(out.text.endsWith('\r\u001b[K'))
  })

  it('writes nothing on a short run without a terminal', async () => {
    const out: Out & { text: string } = new Kept()
    const bar = progress(out, 'files', null)
    for (let n = 0; n < 100; n++) bar.step()
    bar.end()
    await setImmediate()
    assert.equal(out.text, '')
  })
})
