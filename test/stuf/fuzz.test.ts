/** Broken envelopes: never a crash, never one taken that the schemas refuse. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { XmlBufferInputProvider, XmlDocument, XsdValidator, xmlCleanupInputProvider, xmlRegisterInputProvider } from 'libxml2-wasm'
import { decodeBase64 } from '../../src/stuf/base64.ts'
import { inSoap, readAntwoord, readBericht, StufFault, writeBv03, writeFault, writeFo01, type Bericht, type Systeem } from '../../src/stuf/stuf.ts'
import { instant } from '../../src/core/core.ts'
import { home } from '../../src/version.ts'
import { seed, tries } from '../fuzz/seed.ts'
import { publishedGgk } from '../tools.ts'
import { inEnvelope, options, samples } from './samples.ts'

/** The published schemas where they are, else ours: as one validator for what stands in a SOAP body. */
function compile (): XsdValidator {
  const folder = publishedGgk()
  const files = folder === null
    ? ['ggk0210.xsd', 'stuf0301.xsd'].map(name => [`memory:/a/b/${name}`, readFileSync(join(home, 'schemas', 'ggk0210', name))] as const)
    : [
        ['memory:/a/b/ggk0210.xsd', readFileSync(join(folder, 'ggk0210', 'ggkberichten', 'ggk0210_msg_ggkberichten.xsd'))],
        ['memory:/a/b/ggk0210_stuf0301_msg_ggkberichten.xsd', readFileSync(join(folder, 'ggk0210', 'ggkberichten', 'ggk0210_stuf0301_msg_ggkberichten.xsd'))],
        ['memory:/0301/stuf0301.xsd', readFileSync(join(folder, '0301', 'stuf0301.xsd'))]
      ] as const
  xmlCleanupInputProvider()
  xmlRegisterInputProvider(new XmlBufferInputProvider(Object.fromEntries(files)))
  const document = XmlDocument.fromBuffer(files[0]?.[1] ?? assert.fail(), { url: 'memory:/a/b/ggk0210.xsd' })
  try { return XsdValidator.fromDoc(document) } finally { document.dispose(); xmlCleanupInputProvider() }
}
let schema: XsdValidator
before(() => { readBericht(inEnvelope(samples.Di01), undefined, options); schema = compile() })
after(() => { schema.dispose() })

function isValid (message: Uint8Array): boolean {
  let document: XmlDocument | undefined
  try { document = XmlDocument.fromBuffer(message); schema.validate(document); return true } catch { return false } finally { document?.dispose() }
}

function read (bytes: Uint8Array): Bericht | null {
  try { return readBericht(bytes, undefined, options) } catch (error) { if (error instanceof StufFault) return null; throw error }
}

/** A mess to be put in the place of some bytes. */
const mess = fc.oneof(
  fc.uint8Array({ maxLength: 6 }).map(it => Buffer.from(it)),
  fc.string({ maxLength: 2, unit: fc.constantFrom(...'0123456789abcdefABC') }).map(it => Buffer.from(it)),
  fc.constantFrom('<', '>', '</', '/>', '"', '\'', '&', '&amp;', '&#65;', '=', ' ', '\n', ':', '<!--', '-->', '<![CDATA[', ']]>', '<?', '?>', '<!DOCTYPE a>', '<GGK:xmlBestand>', '</GGK:xmlBestand>', '<GGK:bericht>', '</GGK:bericht>',
    '</GGK:parameters>', '<soapenv:Body>', '</soapenv:Body>', 'xmlns=""', ' xmlns:GGK="urn:x"', ' xsi:nil="true"', '<!-- -->', ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"', 'AAAA', '😀', '\u0085', 'W'.repeat(60), '\0', '\u00e9', '﻿').map(it => Buffer.from(it))
)
const change = fc.record({ at: fc.noBias(fc.nat(999_999)), length: fc.oneof({ weight: 4, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.nat(80) }), mess })
const broken = fc.tuple(fc.constantFrom('Di01', 'Du01', 'Fo01'), fc.array(change, { minLength: 1, maxLength: 3 })).map(([kind, changes]) => {
  let bytes = inEnvelope(samples[kind])
  for (const { at, length, mess } of changes) {
    const from = Math.floor(at * bytes.length / 1_000_000)
    bytes = Buffer.concat([bytes.subarray(0, from), mess, bytes.subarray(from + length)])
  }
  return bytes
})

test('what is taken of broken bytes is valid by the schema, and says what it held', t => {
  let taken = 0; let told = 0
  fc.assert(fc.property(broken, bytes => {
    const it = read(bytes)
    if (it === null || it.kind === 'Fo01') return
    if (it.objection !== null) { told++; return }
    taken++
    const original = it.original(bytes.length) ?? assert.fail('no original')
    assert.ok(isValid(original), 'refused by the schema')
    assert.ok(original.includes(it.payload.toString('base64')))
  }), { seed, numRuns: tries(4_000) })
  t.diagnostic(`${taken} taken, ${told} told by Fo01; seed ${seed}`)
  assert.ok(taken > 0 && told > 0)
})

test('whatever bytes come, as a request or as an answer: an outcome, no crash', () => {
  const any = fc.oneof(broken, fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'binary', maxLength: 300 }).map(it => Buffer.from(it)))
  fc.assert(fc.property(any, fc.option(fc.string(), { nil: undefined }), (bytes, action) => {
    try { readBericht(bytes, action, options) } catch (error) { assert.ok(error instanceof StufFault) }
    readAntwoord(200, bytes)
  }), { seed, numRuns: tries(2_000) })
})

const self: Systeem = { organisatie: 'IB', applicatie: 'GGKWebservice', administratie: null, gebruiker: null }
const kop = { zender: self, referentienummer: '00000000-0000-4000-8000-000000000000', tijdstip: instant(0) }

/** @returns what is answered, and what is told of it by Fo01 where it is quoted */
function answersTo (bytes: Uint8Array): Buffer[] {
  try {
    const it = readBericht(bytes, undefined, options)
    const { zender, referentienummer } = it.kind === 'Fo01' ? it : it.stuurgegevens
    const answers = [writeBv03({ ...kop, ontvanger: zender, crossRefnummer: referentienummer ?? '' })]
    if (it.kind === 'Fo01' || it.objection === null) return answers
    const { codes: { 2025: code }, omschrijving } = it.objection
    return [...answers, inSoap(writeFo01({ ...kop, ontvanger: self, crossRefnummer: referentienummer ?? '', code, plek: 'client', omschrijving, about: null, original: it.original(bytes.length) }))]
  } catch (error) {
    if (error instanceof StufFault) return [writeFault(error, kop)]
    throw error
  }
}

test('whatever is read of broken bytes can be answered and quoted, in XML that others can read', () => {
  fc.assert(fc.property(broken, bytes => {
    for (const answer of answersTo(bytes)) assert.doesNotThrow(() => { XmlDocument.fromBuffer(answer).dispose() }, answer.toString())
  }), { seed, numRuns: tries(4_000) })
})

test('base64 is taken exactly where the lexical rules of XML Schema take it, white space aside', () => {
  const rules = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==)$/
  const near = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 30 }), fc.nat(40), fc.string({ maxLength: 2, unit: fc.constantFrom(...'AQg1=+/-_ \n\u00e9&,') }), fc.nat(1))
    .map(([bytes, at, mess, length]) => { const text = Buffer.from(bytes).toString('base64'); return text.slice(0, at) + mess + text.slice(at + length) })
  fc.assert(fc.property(near, text => {
    const strict = decodeBase64(Buffer.from(text), false)
    const bare = text.replace(/^[ \n]+|[ \n]+$/g, '')
    assert.equal(strict.kind === 'good', rules.test(bare))
    if (strict.kind === 'good') assert.equal(strict.bytes.toString('base64'), bare)
    assert.equal(decodeBase64(Buffer.from(text), true).kind === 'good', rules.test(text.replace(/[ \n]/g, '')))
  }), { seed, numRuns: tries(5_000), examples: [['AAAAAAAAAA=\n=']] })
})
