/** The engine alone, without the pre-checks before it: even then nothing is fetched and nothing of libxml2's texts comes out. */
import assert from 'node:assert/strict'
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { AddressInfo } from 'node:net'
import { modelOf } from '../../src/standard/standard.ts'
import { judgeBySchema, withDocument } from '../../src/validate/engine.ts'
import { openValidator } from '../../src/validate/validate.ts'
import { edit, findingsOf, sample } from './sample.ts'

const secret = 'geheim-uit-een-bestand'
const message = sample('JW301')
const model = modelOf('JW301')

/** The message with a DOCTYPE before it and a reference in its first name. */
const withDtd = (doctype: string, reference = ''): string => edit(edit(message, '<jw301:Bericht', `${doctype}<jw301:Bericht`), /<ijw:Achternaam>[^<]*/, `<ijw:Achternaam>${reference || 'Wit'}`)

describe('a message that points outside', () => {
  let calls = 0
  const server = createServer((_, response) => { calls++; response.end('<!ENTITY e "x">') })
  server.on('connection', () => { calls++ })
  const folder = mkdtempSync(join(tmpdir(), 'zorgpoort-'))
  const file = join(folder, 'geheim.txt')
  const hostile: Record<string, string> = {}
  const validator = openValidator()

  before(async () => {
    writeFileSync(file, secret)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const web = `http://127.0.0.1:${port}/x`; const local = pathToFileURL(file).href
    Object.assign(hostile, {
      'external entity, file': withDtd(`<!DOCTYPE a [<!ENTITY e SYSTEM "${local}">]>`, '&e;'),
      'external entity, plain path': withDtd(`<!DOCTYPE a [<!ENTITY e SYSTEM "${file}">]>`, '&e;'),
      'external entity, http': withDtd(`<!DOCTYPE a [<!ENTITY e SYSTEM "${web}">]>`, '&e;'),
      'parameter entity, http': withDtd(`<!DOCTYPE a [<!ENTITY % p SYSTEM "${web}"> %p;]>`, '&e;'),
      'external DTD': withDtd(`<!DOCTYPE a SYSTEM "${web}">`),
      'public DTD': withDtd(`<!DOCTYPE a PUBLIC "-//x//y" "${web}">`),
      'schema location, http': edit(message, '<jw301:Bericht', `<jw301:Bericht xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x ${web} ${model.namespace} ${web}" xsi:noNamespaceSchemaLocation="${web}"`),
      'schema location, file': edit(message, '<jw301:Bericht', `<jw301:Bericht xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x ${local} urn:y zorgpoort:///basisschema.xsd urn:z memory:/schema/basisschema.xsd"`),
      'style sheet': edit(message, '<jw301:Bericht', `<?xml-stylesheet href="${web}"?>\n<?xml-model href="${web}"?>\n<jw301:Bericht`),
      include: edit(message, '</jw301:Bericht>', `<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="${web}"/></jw301:Bericht>`)
    })
  })
  after(async () => {
    rmSync(folder, { recursive: true })
    await validator.close()
    await new Promise(resolve => server.close(resolve))
  })

  it('opens no connection and reads no file, neither in the engine alone nor in the whole', async () => {
    const verdicts: Record<string, string> = {}
    for (const [name, text] of Object.entries(hostile)) {
      withDocument(Buffer.from(text), document => assert.doesNotMatch(`${judgeBySchema(document, model).kind} ${document.toString()}`, new RegExp(secret)), () => {})
      const judgement = await validator.validate(Buffer.from(text))
      verdicts[name] = judgement.kind === 'valid' ? 'valid' : judgement.findings.map(each => each.code).join()
      assert.doesNotMatch(JSON.stringify(judgement), new RegExp(secret))
    }
    assert.equal(calls, 0)
    assert.deepEqual(verdicts, {
      'external entity, file': 'ZP_XML_DOCTYPE',
      'external entity, plain path': 'ZP_XML_DOCTYPE',
      'external entity, http': 'ZP_XML_DOCTYPE',
      'parameter entity, http': 'ZP_XML_DOCTYPE',
      'external DTD': 'ZP_XML_DOCTYPE',
      'public DTD': 'ZP_XML_DOCTYPE',
      'schema location, http': 'valid',
      'schema location, file': 'valid',
      'style sheet': 'valid',
      include: 'ZP_SCHEMA_UNEXPECTED'
    })
  })

  it('the server would have seen a call', async () => {
    const { port } = server.address() as AddressInfo
    await (await fetch(`http://127.0.0.1:${port}/`)).text()
    assert.ok(calls > 0)
    server.closeAllConnections()
  })

  it('an entity makes libxml2 give up without a verdict, and that is told as such', () => {
    withDocument(Buffer.from(withDtd('<!DOCTYPE a [<!ENTITY e "x">]>', '&e;')), document => assert.equal(judgeBySchema(document, model).kind, 'failed'), () => assert.fail('it is well formed'))
  })
})

describe('the engine that is chosen', () => {
  const byReader = openValidator({ level1_engine: 'reader' })
  const byLibxml2 = openValidator({ level1_engine: 'libxml2' })
  after(() => Promise.all([byReader.close(), byLibxml2.close()]))

  it('makes no difference to the judgement, valid or not', async () => {
    for (const text of [message, edit(message, /<jw301:Geslacht>[^<]*/, '<jw301:Geslacht>9'), edit(message, '<jw301:Header>', '<jw301:Header><!-- x -->')]) {
      const [one, other] = await Promise.all([byReader, byLibxml2].map(it => it.validate(Buffer.from(text))))
      assert.deepEqual(one, other)
    }
  })
})

describe('what libxml2 overlooks', () => {
  const validator = openValidator()
  after(() => validator.close())
  const timed = (time: string): Buffer => Buffer.from(edit(message, /<jw301:Toewijzingstijd>[^<]*/, `<jw301:Toewijzingstijd>${time}`))

  it('a time zone west of Greenwich is refused, though libxml2 calls it valid', async () => {
    const bytes = timed('09:30:00-05:00')
    withDocument(bytes, document => { assert.equal(judgeBySchema(document, model).kind, 'valid') }, () => assert.fail('well formed'))
    const judgement = await validator.validate(bytes)
    assert.equal(judgement.kind, 'invalid')
    assert.deepEqual(judgement.kind === 'invalid' && judgement.findings.map(it => it.code), ['ZP_SCHEMA_PATTERN'])
  })

  it('a message the fast reader leaves to libxml2 is valid as before', async () => {
    const judgement = await validator.validate(Buffer.from(edit(message, '<jw301:Header>', '<jw301:Header><!-- x -->')))
    assert.equal(judgement.kind, 'valid')
  })
})

describe('hostile sizes', () => {
  const validator = openValidator({ worker_bytes: 30_000_000 })
  after(() => validator.close())
  const within = (content: string): string => `<a>${content}</a>`
  const laughs = `<!DOCTYPE a [<!ENTITY l0 "ha">${Array.from({ length: 30 }, (_, i) => `<!ENTITY l${i + 1} "&l${i};&l${i};">`).join('')}]>`
  const cases: Record<string, readonly [text: string, code: string]> = {
    'billion laughs': [`${laughs}<a>&l30;</a>`, 'ZP_XML_DOCTYPE'],
    'quadratic blow-up': [`<!DOCTYPE a [<!ENTITY x "${'y'.repeat(50_000)}">]><a>${'&x;'.repeat(50_000)}</a>`, 'ZP_XML_DOCTYPE'],
    '100,000 deep': ['<a>'.repeat(100_000), 'ZP_XML_DEPTH'],
    '200,000 spaces within a date': [edit(message, /<jw301:Toewijzingsdatum>[^<]*/, `<jw301:Toewijzingsdatum>2026${' '.repeat(200_000)}01-01`), 'ZP_SCHEMA_PATTERN'],
    '50,000 comments within a wrong leaf': [edit(message, /<jw301:Geslacht>[^<]*/, `<jw301:Geslacht>${'a<!---->'.repeat(50_000)}`), 'ZP_SCHEMA_CODE'],
    '100,000 attributes': [`<a ${Array.from({ length: 100_000 }, (_, i) => `b${i}="1"`).join(' ')}/>`, 'ZP_XML_ATTRIBUTES'],
    '100,000 namespaces': [`<a ${Array.from({ length: 100_000 }, (_, i) => `xmlns:b${i}="u:v"`).join(' ')}/>`, 'ZP_XML_NAMESPACES'],
    'a 10 MB comment': [within(`<!--${'x'.repeat(10_100_000)}-->`), 'ZP_XML_LIMIT'],
    'a 10 MB text': [within('x'.repeat(10_100_000)), 'ZP_XML_LIMIT'],
    'a 1 MB tag that never ends': [`<a ${'b '.repeat(500_000)}`, 'ZP_XML_TRUNCATED'],
    '200,000 opening brackets': ['<'.repeat(200_000), 'ZP_XML_DEPTH'],
    '100,000 comments that do not end': ['<!--'.repeat(100_000), 'ZP_XML_TRUNCATED'],
    '100,000 quotes': [`<a b=${'"\''.repeat(50_000)}>`, 'ZP_XML_ATTRIBUTES'],
    'an element name of 49,000 characters': [edit(message, '<jw301:Geslacht>', `<jw301:${'b'.repeat(49_000)}/><jw301:Geslacht>`), 'ZP_SCHEMA_UNEXPECTED']
  }
  for (const [name, [text, code]] of Object.entries(cases)) {
    it(`${name}: ${code}`, async () => {
      const [first] = findingsOf(await validator.validate(Buffer.from(text)))
      assert.equal(first?.code, code)
      assert.ok(JSON.stringify(first).length < 3000)
    })
  }

  it('comments, CDATA and processing instructions may hold what is refused as markup', async () => {
    const text = edit(message, '<jw301:Bericht', `<!-- <!DOCTYPE a> ${'<a>'.repeat(100)} ' " --><?p <!DOCTYPE b> ?><jw301:Bericht`)
    const judgement = await validator.validate(Buffer.from(edit(text, /(<ijw:Straatnaam>)[^<]*/, '<ijw:Straatnaam><![CDATA[<!DOCTYPE <b>]]>')))
    assert.equal(judgement.kind, 'valid')
    assert.match(JSON.stringify(judgement.kind === 'valid' && judgement.message), /<!DOCTYPE <b>/)
  })

  it('goes on judging after all of that', async () => {
    assert.equal((await validator.validate(Buffer.from(message))).kind, 'valid')
  })
})
