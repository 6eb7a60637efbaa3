/** What an Fo01 says: to the point, in the list that the municipality knows, and nothing of a person. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { instant, newMessageId, partyCode, Refusal, sha256Hex, type Finding } from '../src/core/core.ts'
import { disownedNotice, refusalNotice, type NoticeSettings } from '../src/fo01.ts'
import type { ArrivalVerbs, GgkConnection, Notice, Party } from '../src/store/store.ts'
import type { Envelop, Fout, Objection } from '../src/stuf/stuf.ts'
import { aParty } from './register.ts'

const now = instant(Date.parse('2026-11-22T10:00:00.250Z'))
const number = '3f0f7d5e-6a54-4b0c-9a52-1c4a3c9d2b11'
const settings: NoticeSettings = {
  mode: 'production', speaker: { organisatie: 'IB', applicatie: 'GGKWebservice' }, codes: '2025', original_bytes_max: 1_000, retry: { first_ms: 1, longest_ms: 2, total_ms: 3 }
}
const ggk = (over: Partial<GgkConnection> = {}): GgkConnection => ({
  door: 'ggk', direction: 'in', url: 'https://gemeente.test/', ca: null, pin: null, at_once_max: null, per_minute_max: null, ms_max: null, retry: null, breaker: null, codes: null, answer_325: null, ...over
})
const municipality = (over: Partial<GgkConnection> = {}): Party => aParty('0344', { connections: [ggk(over)] })

const xml = '<envelop>bericht</envelop>'
const system = (organisatie: string) => ({ organisatie, applicatie: 'Voorbeeldpakket', administratie: null, gebruiker: null })
const di01 = (payload: string | null = '<Bericht/>', over: { objection?: Objection, ontvanger?: string, original?: string } = {}): Envelop => {
  const { objection = null, ontvanger = '12345678', original = xml } = over
  const said = {
    kind: 'Di01' as const,
    digest: sha256Hex('0'.repeat(64)),
    size_bytes: original.length,
    original: (bytes_max: number) => original.length > bytes_max ? null : Buffer.from(original),
    stuurgegevens: { zender: system('0344'), ontvanger: system(ontvanger), referentienummer: number, tijdstipBericht: '20261122', crossRefnummer: null, functie: 'WMO301' },
    warnings: []
  }
  const parameters = { applicatieVersie: '0004', applicatieSubversie: '0002', functieVersie: '0003', functieSubversie: '0002' }
  return objection === null ? { ...said, objection, parameters, payload: Buffer.from(payload ?? '') } : { ...said, objection, parameters: null, payload: null }
}

const finding = (over: Partial<Finding> = {}): Finding =>
  ({ level: 1, code: 'ZP_SCHEMA_MISSING', line: 14, path: 'Client/Geboortedatum', found: '', expected: '', message: 'Geboortedatum ontbreekt.', message_en: 'Geboortedatum is missing.', ...over })

const textOf = (notice: Notice | null, name: string): string | null =>
  new RegExp(`<s:${name}>(.*?)</s:${name}>`).exec(Buffer.from(notice?.body ?? []).toString())?.[1]?.replace(/^<!\[CDATA\[(.*)\]\]>$/, '$1') ?? null
const refused = (refusal: Refusal, envelop = di01(), party: Party | null = municipality(), over: Partial<NoticeSettings> = {}): Notice | null => refusalNotice({ ...settings, ...over }, { refusal, envelop, party, now })
const schema = (...findings: Finding[]): Refusal => new Refusal('ZP_SCHEMA', 'WMO301', findings, newMessageId(now))

describe('the Fo01 about what was refused', () => {
  it('says who, about which message, and the first thing that is wrong, where, and how many more', () => {
    const notice = refused(schema(finding(), finding({ line: 20, path: 'Client/Bsn', message: 'Bsn is te lang (10 tekens).' })))
    assert.deepEqual(['zender', 'ontvanger', 'crossRefnummer', 'tijdstipBericht', 'code', 'plek', 'omschrijving', 'details', 'detailsXML'].map(it => textOf(notice, it)), [
      '<s:organisatie>IB</s:organisatie><s:applicatie>GGKWebservice</s:applicatie>', '<s:organisatie>0344</s:organisatie><s:applicatie>GGk</s:applicatie>',
      number, '20261122110000250', 'IB014', 'client', 'regel 14, Client/Geboortedatum: Geboortedatum ontbreekt. (en nog 1)', 'WMO301-00040002', xml
    ])
    assert.deepEqual([notice?.target, notice?.code, notice?.made, notice?.policy], ['0344', 'IB014', now, settings.retry])
    assert.match(textOf(notice, 'referentienummer') ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('uses the codes and the policy of the connection before those of the settings', () => {
    const retry = { first_ms: 7, longest_ms: 8, total_ms: 9 }
    const notice = refused(schema(finding()), di01(), municipality({ codes: '2018', retry }))
    assert.deepEqual([notice?.code, notice?.policy], ['CC02', retry])
    assert.equal(refused(schema(finding()), di01(), municipality(), { codes: '2018' })?.code, 'CC02')
  })

  it('names the kind and the detail where there is no finding, and who is unknown by the kind of his code', () => {
    const unknown = (ontvanger: string) => refused(new Refusal('ZP_RECEIVER_UNKNOWN', ontvanger), di01('<Bericht/>', { ontvanger }))
    assert.deepEqual([unknown('87654321')?.code, unknown('0999')?.code], ['IB010', 'IB005'])
    assert.equal(textOf(unknown('0999'), 'omschrijving'), 'De ontvanger is niet aangesloten op deze gateway. (0999)')
  })

  it('says what is wrong with an envelope as the check that found it does', () => {
    const objection: Objection = { check: 'versie', refusal: 'ZP_ENVELOPE', codes: { 2025: 'IB017', 2018: 'CC06' }, omschrijving: 'applicatieVersie ontbreekt.' }
    const notice = refused(new Refusal('ZP_ENVELOPE'), di01(null, { objection }))
    assert.deepEqual([notice?.code, textOf(notice, 'omschrijving'), textOf(notice, 'details')], ['IB017', 'applicatieVersie ontbreekt.', null])
    assert.equal(refused(new Refusal('ZP_ENVELOPE'), di01(null, { objection }), municipality({ codes: '2018' }))?.code, 'CC06')
  })

  it('is never longer than StUF has it: first the path goes, then the end of the sentence', () => {
    const path = 'Client/ToegewezenProducten/ToegewezenProduct[2]/'.repeat(4)
    assert.equal(textOf(refused(schema(finding({ path }))), 'omschrijving'), 'regel 14: Geboortedatum ontbreekt.')
    const long = textOf(refused(schema(finding({ message: 'é'.repeat(300) }), finding())), 'omschrijving') ?? ''
    assert.equal(Array.from(long).length, 200)
    assert.match(long, /^regel 14: é+… \(en nog 1\)$/)
  })

  it('tells what rejects before what only warns, and escapes it', () => {
    const warned = finding({ warning: true, message: 'Alleen een waarschuwing.' })
    const notice = refused(new Refusal('ZP_CONTENT', null, [warned, finding({ line: null, path: '', message: 'Meer dan < 3 & "meer".' })]))
    assert.equal(textOf(notice, 'omschrijving'), 'Meer dan &lt; 3 &amp; &quot;meer&quot;.')
    assert.equal(textOf(refused(schema(finding({ message: 'een \u0001 teken' }))), 'omschrijving'), 'Het bericht voldoet niet aan het schema (controleniveau 1).')
  })

  it('quotes what is small enough, and nothing where that is set to nothing', () => {
    const quoted = (most: number) => textOf(refused(schema(finding()), di01(), municipality(), { original_bytes_max: most }), 'detailsXML')
    assert.deepEqual([quoted(xml.length), quoted(xml.length - 1), quoted(0)], [xml, null, null])
  })

  it('quotes nothing that is not kept: who is erased would not be found there', () => {
    assert.equal(textOf(refused(new Refusal('ZP_SCHEMA', 'WMO301', [finding()])), 'detailsXML'), null)
  })

  it('of a test gateway holds nothing that may be about a real person', () => {
    const real = '123456782'
    const test = (refusal: Refusal, envelop: Envelop) => refused(refusal, envelop, municipality(), { mode: 'test' })
    const objection: Objection = { check: 'base64', refusal: 'ZP_ENVELOPE', codes: { 2025: 'IB001', 2018: 'StUF055' }, omschrijving: 'xmlBestand is geen base64.' }
    assert.equal(textOf(test(schema(finding()), di01()), 'detailsXML'), xml)
    assert.equal(textOf(test(schema(finding()), di01(`<Bsn>${real}</Bsn>`)), 'detailsXML'), null)
    assert.equal(textOf(test(schema(finding()), di01('<Bericht/>', { original: `<envelop>${real}</envelop>` })), 'detailsXML'), null)
    assert.equal(textOf(test(new Refusal('ZP_TEST_BSN', null, [finding()]), di01()), 'detailsXML'), null)
    assert.equal(textOf(test(new Refusal('ZP_ENVELOPE'), di01(null, { objection })), 'detailsXML'), null, 'nobody knows what is in it')
    const told = test(schema(finding({ message: `BerichtCode is ${real}.` })), di01(`<x>${real}</x>`))
    assert.ok(!Buffer.from(told?.body ?? []).toString().includes(real))
    assert.ok(Buffer.from(refused(schema(finding()), di01(`<Bsn>${real}</Bsn>`))?.body ?? []).toString().includes(xml), 'in production its sender gets back what it sent')
  })

  it('is not made for who takes none', () => {
    assert.deepEqual([refused(schema(), di01(), null), refused(schema(), di01(), aParty('0344'))], [null, null])
  })
})

describe('the Fo01 of a receiver, told on', () => {
  const message = { id: newMessageId(now), type: 'WMO301' as const, sender: partyCode('0344'), receiver: partyCode('0363'), origin: 'party' as const }
  const store = (known = true, applicatie: string | null = '0004'): Pick<ArrivalVerbs, 'numbers' | 'wireTold'> => ({
    numbers: async () => new Map(known ? [[message.id, { number, conversatie: number, answers: null }]] : []),
    wireTold: async () => ({ applicatie: 'x', applicatieVersie: applicatie, applicatieSubversie: applicatie, referentieId: null, actie: null })
  })
  const fout: Fout = { code: 'StUF055', plek: 'client', omschrijving: 'Berichtbody niet conform schema', details: 'WMO301-99999999' }
  const told = (over: Partial<Fout> = {}, receiver = message.receiver, applicatie = 'Ontvangpakket', from = store()) =>
    disownedNotice(settings, from, { message: { ...message, receiver }, said: { zender: { ...system(receiver), applicatie }, fout: { ...fout, ...over } }, party: municipality(), now })

  it('keeps code and omschrijving, and names the message by the number its sender knows', async () => {
    const notice = await told()
    assert.deepEqual(['zender', 'ontvanger', 'crossRefnummer', 'code', 'plek', 'omschrijving', 'details', 'detailsXML'].map(it => textOf(notice, it)), [
      '<s:organisatie>0363</s:organisatie><s:applicatie>Ontvangpakket</s:applicatie>', '<s:organisatie>0344</s:organisatie><s:applicatie>GGk</s:applicatie>',
      number, 'StUF055', 'client', fout.omschrijving, 'WMO301-00040004', null
    ])
    assert.deepEqual([notice?.target, notice?.code], ['0344', 'StUF055'])
    assert.equal(textOf(await told({}, message.receiver, 'Ontvangpakket', store(true, null)), 'details'), null)
  })

  it('is as StUF has it, however the one it tells on was', async () => {
    const odd = await told({ code: '', omschrijving: 'x'.repeat(900), plek: 'server' }, message.receiver, 'a')
    assert.deepEqual(['zender', 'code', 'plek', 'omschrijving'].map(it => textOf(odd, it)), ['<s:organisatie>0363</s:organisatie><s:applicatie>GGKWebservice</s:applicatie>', 'StUF055', 'server', `${'x'.repeat(199)}…`])
    assert.equal(textOf(await told({ code: 'TOOLONG8', omschrijving: '' }), 'omschrijving'), 'Het bericht voldoet niet aan het schema (controleniveau 1).')
  })

  it('of who may not say Fo01 is told on in the gateway’s name', async () => {
    assert.equal(textOf(await told({}, partyCode('12345678')), 'zender'), '<s:organisatie>IB</s:organisatie><s:applicatie>GGKWebservice</s:applicatie>')
  })

  it('is not made for who takes none, or of a message that is forgotten', async () => {
    const none = await disownedNotice(settings, store(), { message, said: { zender: system('0363'), fout }, party: aParty('0344'), now })
    const ours = await disownedNotice(settings, store(), { message: { ...message, origin: 'gateway' }, said: { zender: system('0363'), fout }, party: municipality(), now })
    assert.deepEqual([none, ours, await told({}, message.receiver, 'Ontvangpakket', store(false))], [null, null, null])
  })
})
