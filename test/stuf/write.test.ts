/** Writing StUF-GGk: what goes out is read back as it was meant, keeps to the limits, and never holds what the chain would refuse. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { instant, refusals, type RefusalCode } from '../../src/core/core.ts'
import { models } from '../../src/standard/standard.ts'
import { checks, envelopSize, faultOf, foutOf, inSoap, readBericht, tijdstip, writeEnvelop, writeEnvelopCall, writeFault, writeFo01 } from '../../src/stuf/stuf.ts'
import { seed, tries } from '../fuzz/seed.ts'
import { cross, number, options, payload } from './samples.ts'
import { afkeuring, longest, retour, zending } from './written.ts'

/** The largest payload a receiver behind this door takes. */
const largest_bytes = 18_749_181

test('what is written is read back: parties, numbers, functie, versions, and the very bytes', () => {
  fc.assert(fc.property(fc.constantFrom(...models), fc.uint8Array({ minLength: 1, maxLength: 400 }), fc.string({ minLength: 3, maxLength: 50, unit: 'grapheme-composite' }), (model, bytes, applicatie) => {
    fc.pre(Array.from(applicatie).length <= 50 && applicatie.trim() !== '')
    const isRetour = model.role === 'retour'
    const fromGemeente = (model.afzender === 'gemeente') !== isRetour
    const [from, to] = fromGemeente ? ['0344', '01023456'] : ['01023456', '0344']
    const kind = isRetour ? 'Du01' : 'Di01'
    const it = readBericht(writeEnvelopCall({
      ...zending, kind, crossRefnummer: isRetour ? cross : null, functie: model.type, versie: model.versie, subversie: model.subversie, payload: bytes,
      zender: { organisatie: from, applicatie, administratie: null, gebruiker: null }, ontvanger: { ...zending.ontvanger, organisatie: to }
    }), undefined, options)
    assert.ok(it.kind === kind && it.objection === null)
    assert.deepEqual([it.stuurgegevens.zender.applicatie, it.stuurgegevens.functie, [...it.payload], it.warnings], [applicatie, model.type, [...bytes], []])
  }), { seed, numRuns: tries(200) })
})

test('the largest payload fits in the largest message, under the longest names that are written', () => {
  for (const it of longest) assert.ok(envelopSize(it, largest_bytes) <= 25_000_000, it.zender.applicatie.slice(0, 2))
  for (const bytes of [0, 1, 2, 3, 1_000]) assert.equal(envelopSize(retour, bytes), writeEnvelop({ ...retour, payload: Buffer.alloc(bytes) }).length)
})

test('a payload of that size goes there and back, and is told by its digest', () => {
  const bytes = Buffer.alloc(largest_bytes, 'Zorgpoort ')
  const it = readBericht(writeEnvelopCall({ ...zending, payload: bytes }), undefined, options)
  assert.ok(it.kind === 'Di01' && it.objection === null && it.payload.equals(bytes))
  assert.ok(it.size_bytes > 24_999_500 && it.size_bytes <= 25_000_000)
  bytes.write('z', 10_000_000)
  assert.notEqual(readBericht(writeEnvelopCall({ ...zending, payload: bytes }), undefined, options).digest, it.digest)
})

test('an Fo01 tells functie and versions, and the refused message as plain XML', () => {
  const it = readBericht(writeEnvelopCall(zending), undefined, options)
  const text = writeFo01({ ...afkeuring, original: it.original(100_000) }).toString()
  assert.match(text, /<s:details>WMO301-00040012<\/s:details><s:detailsXML><envelopHeenbericht-ggk_Di01 xmlns=.*<xmlBestand>[\w+/=]+<\/xmlBestand>.*<\/s:detailsXML>/)
  const back = readBericht(inSoap(Buffer.from(text)), undefined, options)
  assert.ok(back.kind === 'Fo01')
  assert.deepEqual([back.crossRefnummer, back.referentienummer, back.fout.code, back.fout.plek, back.fout.omschrijving], [number, cross, 'IB014', 'client', afkeuring.omschrijving])
  const nothing = writeFo01({ ...afkeuring, about: null, original: null }).toString()
  assert.ok(!nothing.includes('details'))
})

test('a Fault says the plek with a capital in its faultcode alone, and holds an Fo03 unless SOAP was refused', () => {
  const text = writeFault(faultOf({ code: 'ZP_NUMBER', detail: null }, '2018', { zender: zending.zender, referentienummer: number }), afkeuring).toString()
  assert.match(text, /<faultcode>e:Client<\/faultcode><faultstring>[^<]+<\/faultstring><detail><s:Fo03Bericht .*<s:crossRefnummer>9c0f7b90.*<s:code>StUF016<\/s:code><s:plek>client</)
  assert.match(writeFault(faultOf({ code: 'ZP_DISK', detail: null }, '2025'), afkeuring).toString(), /<faultcode>e:Server<.*<s:code>StUF046<\/s:code><s:plek>server</)
})

test('what StUF would not have is not written, and its value is not told', () => {
  const wrong = [
    { referentienummer: number.toUpperCase() }, { crossRefnummer: cross }, { kind: 'Du01' as const }, { functie: '' }, { versie: 12_345 }, { applicatieVersie: '12' }, { applicatieSubversie: 'abcd' },
    { zender: { ...zending.zender, applicatie: 'Wm' } }, { zender: { ...zending.zender, applicatie: 'W\u0001mo' } }, { zender: { ...zending.zender, organisatie: null } }, { ontvanger: { ...zending.ontvanger, administratie: 'a'.repeat(51) } }
  ]
  for (const over of wrong) assert.throws(() => writeEnvelop({ ...zending, ...over }), /^RangeError: \w+ is not as StUF has it$/, JSON.stringify(over))
  for (const over of [{ code: 'StUF0555' }, { code: '' }, { omschrijving: '' }, { omschrijving: 'a'.repeat(201) }]) assert.throws(() => writeFo01({ ...afkeuring, ...over }), RangeError)
})

test('moments are on a Dutch clock', () => {
  const of = (...parts: [number, number, number, number, number, number, number]) => tijdstip(instant(Date.UTC(...parts)))
  assert.deepEqual([of(2026, 0, 5, 5, 6, 7, 9), of(2026, 6, 31, 22, 0, 0, 0), of(2025, 11, 31, 23, 59, 59, 999), of(2026, 9, 25, 0, 30, 0, 0), of(2026, 9, 25, 1, 30, 0, 0)],
    ['20260105060607009', '20260801000000000', '20260101005959999', '20261025023000000', '20261025023000000'])
})

test('every refusal and every check has a code that fits, in Fo01 and Fo03, in either list', () => {
  const fits = /^(?:IB\d{3}|BRS\d{2}|CC\d{2}|RIN001|StUF0\d{2})$/
  for (const code of Object.keys(refusals) as RefusalCode[]) {
    for (const list of ['2025', '2018'] as const) {
      const fault = faultOf({ code, detail: 'x' }, list)
      const fout = foutOf(code, list)
      assert.match(fout.code, fits)
      assert.match(fault.code, fits)
      assert.ok(!['StUF055', 'StUF058'].includes(fault.code), 'not in an Fo03')
      assert.equal(fault.plek, refusals[code].retry === 'later' ? 'server' : 'client')
      assert.ok(fout.omschrijving.length <= 200)
    }
  }
  for (const { codes, omschrijving } of checks) {
    assert.match(codes['2025'], fits)
    assert.match(codes['2018'], fits)
    assert.ok(omschrijving.length <= 180, 'with room for a place')
  }
})

test('the codes that the transport names', () => {
  const of = (code: RefusalCode) => [foutOf(code, '2025').code, foutOf(code, '2018').code, faultOf({ code, detail: null }, '2025').code]
  assert.deepEqual([of('ZP_SCHEMA'), of('ZP_SIZE'), of('ZP_NUMBER'), of('ZP_NOT_SENDER'), of('ZP_NOT_FOUND'), of('ZP_BUSY')], [
    ['IB014', 'CC02', 'IB014'], ['IB003', 'IB007', 'IB003'], ['IB016', 'CC08', 'StUF016'], ['IB009', 'BRS03', 'StUF013'], ['IB021', 'CC07', 'StUF043'], ['StUF058', 'StUF058', 'StUF046']
  ])
  assert.deepEqual((['aanbieder', 'gemeente'] as const).map(kind => [foutOf('ZP_RECEIVER_UNKNOWN', '2025', kind).code, foutOf('ZP_RECEIVER_UNKNOWN', '2018', kind).code]), [['IB010', 'BRS04'], ['IB005', 'IB210']])
  assert.equal(readBericht(writeEnvelopCall({ ...zending, payload: Buffer.from(payload) }), undefined, options).kind, 'Di01')
})
