/** Reading StUF-GGk out of SOAP: what is taken, in how many shapes, and what is refused before and after parsing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { soap11, soap12 } from '../../src/stuf/names.ts'
import { inSoap, operations, readAntwoord, readBericht, StufFault, writeBv03, writeEnvelop, writeEnvelopCall, writeFault, faultOf, type Envelop } from '../../src/stuf/stuf.ts'
import { XmlDocument } from 'libxml2-wasm'
import { cross, inEnvelope, number, options, outcome, payload, samples } from './samples.ts'
import { afkeuring, zending } from './written.ts'

const read = (message: string, over = {}) => readBericht(inEnvelope(message), undefined, { ...options, ...over })
function envelop (message: string, over = {}): Envelop {
  const it = read(message, over)
  assert.ok(it.kind !== 'Fo01')
  return it
}
function fault (body: Uint8Array, action?: string): StufFault {
  try { readBericht(body, action, options) } catch (error) { if (error instanceof StufFault) return error; throw error }
  return assert.fail('it is taken')
}

test('a Di01 says who sent it, to whom, what, in which version, and holds the very bytes', () => {
  const it = envelop(samples.Di01)
  assert.equal(it.objection, null)
  assert.deepEqual([it.kind, it.stuurgegevens, it.parameters, it.payload?.toString(), it.warnings], [
    'Di01',
    {
      zender: { organisatie: '0344', applicatie: 'Wmo Applicatie', administratie: null, gebruiker: null },
      ontvanger: { organisatie: '01023456', applicatie: 'GGk', administratie: null, gebruiker: null },
      referentienummer: number, tijdstipBericht: '20261121132514', crossRefnummer: null, functie: 'WMO301'
    },
    { applicatieVersie: '0004', applicatieSubversie: '0012', functieVersie: '0003', functieSubversie: '0002' },
    payload, []
  ])
  assert.equal(it.size_bytes, Buffer.byteLength(samples.Di01))
  assert.equal(envelop(samples.Du01).stuurgegevens.crossRefnummer, cross)
})

test('an Fo01 is taken liberally: what is missing, too long or oddly spelled is no reason to refuse', () => {
  const it = read(samples.Fo01)
  assert.ok(it.kind === 'Fo01')
  assert.deepEqual([it.crossRefnummer, it.referentienummer, it.zender.organisatie, it.fout], [number, cross, 'IB', { code: 'IB014', plek: 'client', omschrijving: 'Payload voldoet niet aan XSD', details: 'WMO301-00040012' }])
  const bare = read(`<Fo01Bericht xmlns="http://www.egem.nl/StUF/StUF0301"><stuurgegevens><crossRefnummer>
    9C0F7B90-5C69-11E5-A837-0800200C9A66 </crossRefnummer></stuurgegevens><body><code>  een twee </code><plek>Server</plek></body></Fo01Bericht>`)
  assert.ok(bare.kind === 'Fo01')
  assert.deepEqual([bare.crossRefnummer, bare.zender.applicatie, bare.fout], ['9c0f7b90-5c69-11e5-a837-0800200c9a66', 'onbekend', { code: 'geen', plek: 'server', omschrijving: '', details: null }])
})

test('an Fo01 may quote what it likes, also what no parser would take', () => {
  const quoting = (inside: string) => read(samples.Fo01.replace(/<oud.*<\/oud>/, () => inside))
  for (const inside of ['', '<?xml version="1.0"?><a/>', `${'<a>'.repeat(500)}${'</a>'.repeat(500)}`, '<a><detailsXML>x</detailsXML></a>', `<a>${'A'.repeat(12_000_000)}</a>`, '<a b="1" b="2"/>', '<!-- </x> --><![CDATA[</x>]]>']) {
    assert.equal(quoting(inside).kind, 'Fo01', inside.slice(0, 40))
  }
  assert.notEqual(quoting('<a/>').digest, quoting('<b/>').digest)
  assert.equal(fault(inEnvelope(samples.Fo01.replace('<oud', '<!DOCTYPE x><oud'))).details, 'DOCTYPE')
})

test('prefixes, comments, CDATA and white space between elements make no other message', () => {
  const { digest } = envelop(samples.Di01)
  const same = [
    samples.Di01.replaceAll('GGK:', '').replace('xmlns:GGK', 'xmlns'),
    samples.Di01.replaceAll('StUF:', 's:').replace('xmlns:StUF', 'xmlns:s'),
    samples.Di01.replace(/\n\s*/g, ''),
    samples.Di01.replace('<GGK:parameters>', '<!-- een <opmerking> --><GGK:parameters>'),
    samples.Di01.replace('Wmo Applicatie', '<![CDATA[Wmo Applicatie]]>'),
    samples.Di01.replace('Wmo Applicatie', 'W<!-- -->mo&#32;Applicatie'),
    samples.Di01.replace('<GGK:xmlBestand>', '<GGK:xmlBestand >\n  ').replace('</GGK:xmlBestand>', '\n</GGK:xmlBestand\n>')
  ]
  for (const text of same) assert.deepEqual([envelop(text).digest, envelop(text).payload?.toString()], [digest, payload], text)
  const others = [samples.Di01.replace('Wmo App', 'Wmo  App'), samples.Di01.replace('0012', '0013'), samples.Di01.replace('xmlBestand>P', 'xmlBestand>Q'), samples.Di01.replace('13:', '14:').replace('1325', '1326')]
  assert.equal(new Set([digest, ...others.map(text => envelop(text).digest)]).size, others.length + 1)
})

test('what is quoted of it stands by itself, and only when it is small enough', () => {
  const split = /^<(\S+) (xmlns:StUF="[^"]*") (xmlns:GGK="[^"]*")/
  const outer = inEnvelope(samples.Di01.replace(split, '<$1')).toString().replace('<soapenv:Body>', `<soapenv:Body ${split.exec(samples.Di01)?.[2]} ${split.exec(samples.Di01)?.[3]} xmlns:x="urn:x&amp;y">`)
  for (const body of [inEnvelope(samples.Di01), Buffer.from(outer)]) {
    const it = readBericht(body, undefined, options)
    const original = it.original(it.size_bytes) ?? assert.fail('no original')
    const document = XmlDocument.fromBuffer(original)
    assert.equal(document.root.name, operations.Di01.element)
    document.dispose()
    assert.ok(!original.includes('soapenv') && !original.includes('<?xml'))
    assert.equal(it.original(it.size_bytes - 1), null)
  }
  const bad = (text: string): Buffer | null => { const it = envelop(samples.Di01.replace(/(<GGK:xmlBestand>)[^<]*/, `$1${text}`)); return it.original(it.size_bytes) }
  assert.ok(bad('@@@@')?.includes('@@@@'))
  for (const text of ['&naam;', 'AA\u0001A', ']]>']) assert.equal(bad(text), null, 'what is no XML would spoil the Fo01 that quotes it')
})

test('white space in base64 is refused, or taken where that is set; around it it says nothing', () => {
  const wrapped = samples.Di01.replace(/(<GGK:xmlBestand>.{4})/, '$1\r\n\t ')
  assert.equal(outcome(inEnvelope(wrapped)), 'Fo01 IB001 base64-witruimte')
  const it = envelop(wrapped, { base64: 'wrapped' })
  assert.deepEqual([it.payload?.toString(), it.warnings.map(warning => warning.check)], [payload, ['base64-witruimte-genomen']])
  assert.equal(it.digest, envelop(samples.Di01).digest)
})

test('base64 with anything else in it is refused: signs of other alphabets, references, bits left over, elements', () => {
  const inside = (text: string) => outcome(inEnvelope(samples.Di01.replace(/(<GGK:xmlBestand>)[^<]*/, (_all, tag: string) => tag + text)))
  for (const text of ['QUJ-', 'QUJ_', 'QUI&#61;', 'QUJ\u00e9', 'QR==', 'QUJ=', '====', 'Q===', 'QUJD=', 'A=AA', 'QUJDRA', 'QQ==QQ==', '=', `${'A'.repeat(262_144 - 2)}==${'A'.repeat(4)}`]) assert.equal(inside(text), 'Fo01 IB001 base64', text.slice(-12))
  for (const text of ['QUJD<!-- -->', '<![CDATA[QUJD]]>', '<a/>', 'QUJD<a>']) assert.match(inside(text), /^fault IB001/, text)
  for (const text of ['QQ==', 'QUI=', 'QUJD', '+/+/']) assert.equal(inside(text), 'taken', text)
})

test('SOAP: 1.1 in any prefix; one element in the body; headers that must be understood are not', () => {
  assert.equal(outcome(inSoap(Buffer.from(samples.Di01))), 'taken')
  assert.equal(outcome(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), inEnvelope(samples.Di01)])), 'taken') // BP 1.1, R4001
  assert.equal(outcome(Buffer.from(inEnvelope(samples.Di01).toString().replace(/^<\?xml.*?\?>/, '\n'))), 'taken')
  assert.equal(outcome(Buffer.from(inEnvelope(samples.Di01).toString().replaceAll(soap11, soap12))), 'fault VersionMismatch')
  assert.equal(outcome(Buffer.from(inEnvelope('').toString().replaceAll(soap11, soap12))), 'fault VersionMismatch')
  const header = (attributes: string): string => `<soapenv:Header><x:a xmlns:x="urn:x" ${attributes}><x:b/></x:a></soapenv:Header>`
  const outcomes = ['', 'soapenv:mustUnderstand="0"', 'soapenv:mustUnderstand="1" soapenv:actor="urn:another"', 'soapenv:mustUnderstand="1"', 'soapenv:mustUnderstand="1" soapenv:actor="http://schemas.xmlsoap.org/soap/actor/next"'].map(it => outcome(inEnvelope(samples.Di01, header(it))))
  assert.deepEqual(outcomes, ['taken', 'taken', 'taken', 'fault MustUnderstand', 'fault MustUnderstand'])
  for (const body of ['', samples.Di01 + samples.Di01, samples.Di01 + samples.Fo01]) assert.equal(outcome(inEnvelope(body)), 'fault IB001')
  for (const body of [`tekst${samples.Di01}`, samples.Di01.replace('<GGK:envelop', '<soapenv:Body/><GGK:envelop')]) assert.equal(outcome(inEnvelope(body)), 'fault IB001')
  assert.equal(outcome(Buffer.from(samples.Di01)), 'fault IB001')
})

test('the SOAPAction fits the body, in quotes or not; none says nothing', () => {
  for (const action of [undefined, '', '""', operations.Di01.action, `"${operations.Di01.action}"`, ` "${operations.Di01.action}" `]) assert.equal(readBericht(inEnvelope(samples.Di01), action, options).kind, 'Di01')
  for (const action of [operations.Du01.action, 'urn:x', `"${operations.Fo01.action}"`]) assert.equal(fault(inEnvelope(samples.Di01), action).details, `SOAPAction: verwacht / expected "${operations.Di01.action}"`)
})

test('other versions and other messages are told the nearest version', () => {
  const of = (namespace: string, name = 'x') => { const it = fault(inEnvelope(`<${name} xmlns="${namespace}"><a/></${name}>`)); return [it.code, it.plek, it.details] }
  const { Di01: { namespace: ggk }, Fo01: { namespace: stuf } } = operations
  assert.deepEqual(of('http://www.egem.nl/StUF/sector/ggk/0310'), ['StUF007', 'server', ggk])
  assert.deepEqual(of('http://www.stufstandaarden.nl/sectormodel/ggk/0210'), ['StUF007', 'server', ggk])
  assert.deepEqual(of('http://www.egem.nl/StUF/StUF0204'), ['StUF001', 'server', stuf])
  assert.deepEqual(of('http://www.egem.nl/StUF/sector/bg/0310'), ['StUF004', 'server', ggk])
  assert.deepEqual(of(stuf, 'Bv03Bericht'), ['StUF022', 'client', null])
  assert.deepEqual(of('urn:x'), ['StUF022', 'client', null])
  const large = `<e xmlns="http://www.egem.nl/StUF/sector/ggk/0310"><bericht>${'A'.repeat(1_000_000)}</bericht></e>`
  assert.equal(fault(inEnvelope(large)).code, 'StUF007')
})

test('hostile and broken bytes are refused before any parser', () => {
  const text = inEnvelope(samples.Di01).toString()
  const bad: ReadonlyArray<readonly [string, string | Buffer, string | null]> = [
    ['nothing', '', 'XML 1.0, UTF-8'],
    ['UTF-16', Buffer.from(text, 'utf16le'), 'XML 1.0, UTF-8'],
    ['another encoding', text.replace('utf-8', 'iso-8859-1'), 'XML 1.0, UTF-8'],
    ['XML 1.1', text.replace('"1.0"', '"1.1"'), 'XML 1.0, UTF-8'],
    ['bytes that are no UTF-8', Buffer.concat([Buffer.from(text), Buffer.from([0xff])]), 'XML 1.0, UTF-8'],
    ['a NUL', text.replace('Wmo', '\0'), 'XML 1.0, UTF-8'],
    ['DOCTYPE', text.replace('<soapenv:Env', '<!DOCTYPE a [<!ENTITY b "c">]><soapenv:Env'), 'DOCTYPE'],
    ['an entity', text.replace('<soapenv:Env', '<!ENTITY b "c"><soapenv:Env'), 'DOCTYPE'],
    ['an instruction', text.replace('<soapenv:Body>', '<?php ?><soapenv:Body>'), 'processing instruction'],
    ['an entity that is not declared', text.replace('Wmo', '&wmo;'), 'geen welgevormde XML / not well-formed XML'],
    ['depth', text.replace('<soapenv:Body>', `<soapenv:Header>${'<a>'.repeat(70)}${'</a>'.repeat(70)}</soapenv:Header><soapenv:Body>`), 'te veel elementen of attributen / too many elements or attributes'],
    ['elements', text.replace('<soapenv:Body>', `<soapenv:Header>${'<a/>'.repeat(6_000)}</soapenv:Header><soapenv:Body>`), 'te veel elementen of attributen / too many elements or attributes'],
    ['attributes', text.replace('<soapenv:Body>', `<soapenv:Body ${Array.from({ length: 70 }, (_, at) => `a${at}=""`).join(' ')}>`), 'te veel elementen of attributen / too many elements or attributes'],
    ['a large header', text.replace('<soapenv:Body>', `<soapenv:Header><a>${'a'.repeat(300_000)}</a></soapenv:Header><soapenv:Body>`), '≤ 262144 bytes, xmlBestand en detailsXML niet meegeteld / not counted'],
    ['a large name', text.replace('Wmo', 'W'.repeat(300_000)), '≤ 262144 bytes, xmlBestand en detailsXML niet meegeteld / not counted'],
    ['cut off', text.slice(0, -100), null],
    ['cut off in the payload', text.slice(0, text.indexOf('</GGK:xmlBestand') - 4), 'geen welgevormde XML / not well-formed XML'],
    ['something after it', `${text}<a/>`, 'geen welgevormde XML / not well-formed XML'],
    ['tags that do not match', text.replace('</GGK:parameters>', '</GGK:parameter>'), 'geen welgevormde XML / not well-formed XML'],
    ['an end tag of another prefix', text.replace('</GGK:xmlBestand>', '</StUF:xmlBestand>'), 'geen welgevormde XML / not well-formed XML']
  ]
  for (const [name, body, detail] of bad) {
    const it = fault(Buffer.from(body))
    assert.deepEqual([it.code, it.plek], ['IB001', 'client'], name)
    if (detail !== null) assert.equal(it.details, detail, name)
  }
})

test('too large is told before anything is parsed, by the code of the list', () => {
  const room = writeEnvelop({ ...zending, payload: Buffer.alloc(30) }).length
  const at = (bytes: number, codes: '2025' | '2018') => outcome(writeEnvelopCall({ ...zending, payload: Buffer.alloc(bytes) }), codes, { bytes_max: room })
  assert.deepEqual([at(30, '2025'), at(31, '2025'), at(31, '2018')], ['taken', 'fault IB003', 'fault IB007'])
  const broken = Buffer.from(writeEnvelopCall({ ...zending, payload: Buffer.alloc(31) }).toString().replace('</parameters>', '</parameter>'))
  assert.equal(outcome(broken, '2025', { bytes_max: room }), 'fault IB003')
})

test('who and what was refused at once is named in the answer, in what StUF may hold', () => {
  const it = fault(inEnvelope(samples.Di01.replace('>Di01<', '>Du01<')))
  assert.deepEqual([it.about.referentienummer, it.about.zender?.organisatie, it.details], [number, '0344', 'stuurgegevens/berichtcode'])
  const long = fault(inEnvelope(samples.Di01.replace(number, 'x'.repeat(99)).replace('Wmo Applicatie', 'W'.repeat(99))))
  assert.deepEqual([long.about.referentienummer?.length, long.about.zender?.applicatie.length], [40, 50])
  const strange = fault(inEnvelope(samples.Di01.replace('<StUF:functie>', '<StUF:geheim>').replace('</StUF:functie>', '</StUF:geheim>')))
  assert.equal(strange.details, null)
})

test('answers: Bv03, Bv04 in both forms, Fo03 in a Fault or by itself; anything else is unknown', () => {
  const kop = { ...afkeuring, referentienummer: cross, crossRefnummer: number }
  const fo03 = writeFault(faultOf({ code: 'ZP_BUSY', detail: null }, '2025', { zender: null, referentienummer: number }), kop)
  const said = { kind: 'Fo03', fout: { code: 'StUF046', plek: 'server', omschrijving: 'De gateway is te druk; probeer het zo opnieuw.', details: null } }
  const bare = inEnvelope(/<s:Fo03Bericht.*<\/s:Fo03Bericht>/.exec(fo03.toString())?.[0] ?? '')
  assert.deepEqual(readAntwoord(200, writeBv03(kop)), { kind: 'Bv03', crossRefnummer: number })
  assert.deepEqual(readAntwoord(200, Buffer.from(writeBv03(kop).toString().replaceAll('Bv03', 'Bv04'))), { kind: 'Bv04', crossRefnummer: number })
  const short = inEnvelope('<Bv04Bericht xmlns="http://www.egem.nl/StUF/StUF0301"><stuurgegevens><berichtcode>Bv04</berichtcode></stuurgegevens></Bv04Bericht>')
  assert.deepEqual(readAntwoord(202, short), { kind: 'Bv04', crossRefnummer: null })
  for (const [status, body] of [[500, fo03], [200, fo03], [200, bare], [500, bare]] as const) assert.deepEqual(readAntwoord(status, body), said)
  const upper = readAntwoord(500, Buffer.from(fo03.toString().replace('>server<', '>Client<').replace('StUF046', 'StUF016')))
  assert.deepEqual([upper.kind, upper.kind === 'Fo03' ? [upper.fout.code, upper.fout.plek] : null], ['Fo03', ['StUF016', 'client']])
  const unknown: ReadonlyArray<readonly [number, string | Buffer]> = [
    [500, writeBv03(kop)], [200, ''], [200, '<html/>'], [200, Buffer.from(samples.Di01)], [200, inEnvelope('')], [200, inEnvelope(samples.Fo01)],
    [500, writeFault(new StufFault({ code: 'SOAP', plek: 'client', omschrijving: 'x', details: null }, undefined, 'MustUnderstand'), kop)],
    [200, `<!DOCTYPE a>${writeBv03(kop).toString().replace(/<\?xml.*\?>/, '')}`], [200, Buffer.alloc(70_000, 0x20)], [200, writeBv03(kop).subarray(0, 300)]
  ]
  for (const [status, body] of unknown) assert.deepEqual(readAntwoord(status, Buffer.from(body)), { kind: 'unknown' }, String(body).slice(0, 60))
})
