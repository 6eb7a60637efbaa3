/** What becomes of a message that is brought to a municipality's own StUF-GGk endpoint, by whatever it answers. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { instant } from '../../src/core/core.ts'
import { openCourier, reasonFor, type Courier, type CourierOptions, type Pushed } from '../../src/deliver/deliver.ts'
import { certificateFacts } from '../../src/sign/sign.ts'
import type { GgkConnection, Parcel, WireTold } from '../../src/store/store.ts'
import { largestPayload, writeFo01 } from '../../src/stuf/stuf.ts'
import { openMunicipalities, type Answering, type Call, type Municipalities, type Municipality } from '../municipality.ts'
import type { Shown } from '../receivers.ts'
import { needPublishedGgk, needTool } from '../tools.ts'
import { aParcel } from './parcel.ts'

let world: Municipalities
let parcel: Parcel
const couriers: Courier[] = []
const dir = mkdtempSync(join(tmpdir(), 'zorgpoort-ggk-'))
before(async () => {
  world = await openMunicipalities()
  parcel = await aParcel()
})
after(async () => {
  for (const courier of couriers) await courier.close()
  await world.close()
  rmSync(dir, { recursive: true, force: true })
})

const never = new AbortController().signal
const failed = (reason: string, retry_after_ms: number | null = null): Pushed => ({ kind: 'failed', reason, retry_after_ms })
const refused = (reason: string): Pushed => ({ kind: 'refused', reason })
const accepted: Pushed = { kind: 'accepted' }

interface Place {
  readonly municipality: Municipality
  readonly courier: Courier
  push (attempt?: number, to?: Partial<GgkConnection>, it?: Parcel): Promise<Pushed>
}
async function open (answering?: Answering, over: Partial<CourierOptions> = {}): Promise<Place> {
  const municipality = await world.open(answering)
  const courier = openCourier({ identity: () => world.own, ca: null, ports: [municipality.port], networks: ['127.0.0.0/8', '::1/128'], ms_max: 20_000, connect_ms_max: 5_000, ...over })
  couriers.push(courier)
  return { municipality, courier, push: (attempt = 1, to = {}, it = parcel) => courier.push(municipality.connection(to), it, attempt, never) }
}

const told: WireTold = { applicatie: 'Zorgsuite & Co', applicatieVersie: '0004', applicatieSubversie: '0002', referentieId: 'eigen', actie: null }
const retour = async (type: 'WMO316' | 'WMO325', answers: string | null): Promise<Parcel> => {
  const it = await aParcel()
  return { ...it, message: { ...it.message, type, sender: it.message.receiver, receiver: it.message.sender }, numbers: { ...it.numbers, answers } }
}

describe('a message', () => {
  test('arrives in a Di01 that a supplier’s software understands, whole, and the same at every try', async () => {
    const { municipality, push } = await open()
    assert.deepEqual([await push(1), await push(2)], [accepted, accepted])
    const [first, second] = municipality.calls
    assert.ok(first && second)
    assert.deepEqual(municipality.faults, [])
    assert.equal(first.message, second.message)
    assert.equal(first.operation, 'ggk_Di01')
    assert.ok(first.payload?.equals(parcel.payload))
    const { sender, receiver, referentienummer } = parcel.message
    assert.deepEqual({ ...first.stuurgegevens, tijdstipBericht: '' }, {
      berichtcode: 'Di01', zender: { organisatie: sender, applicatie: 'Zorgpoort' }, ontvanger: { organisatie: receiver, applicatie: 'GGk' }, referentienummer, tijdstipBericht: '', functie: 'WMO315'
    })
    assert.deepEqual({ ...first.rest, bericht: null }, { applicatieVersie: '0001', applicatieSubversie: '0000', functieVersie: '0003', functieSubversie: '0002', bericht: null })
    assert.deepEqual(municipality.arrived.map(it => [it.method, it.url, it.certificate]), Array(2).fill(['POST', '/zorgpoort', certificateFacts(world.own.cert).fingerprint]))
  })

  test('is told with the time at which the gateway took it, on a Dutch clock', async () => {
    const { municipality, push } = await open()
    await push(1, {}, { ...parcel, message: { ...parcel.message, received: instant(Date.parse('2026-07-01T22:30:15.123Z')) } })
    assert.equal(municipality.calls[0]?.stuurgegevens['tijdstipBericht'], '20260702003015123')
  })

  test('is told with the software its sender’s envelope told of; names that this door has not are not', async () => {
    const { municipality, push } = await open()
    await push(1, {}, { ...parcel, told })
    await push(1, {}, { ...parcel, told: { ...told, applicatieVersie: '4.2' } })
    for (const applicatie of ['X', 'x'.repeat(51), 'a\nb c', '\ud800abc', 'ab\uffff', null]) await push(1, {}, { ...parcel, told: { ...told, applicatie } })
    assert.deepEqual(municipality.faults, [])
    const said = municipality.calls.map(({ stuurgegevens: { zender }, rest }) => [Object(zender)['applicatie'], rest['applicatieVersie'], rest['applicatieSubversie']])
    assert.deepEqual(said, [['Zorgsuite & Co', '0004', '0002'], ['Zorgsuite & Co', '0000', '0002'], ...Array(6).fill(['Zorgpoort', '0001', '0000'])])
    assert.ok(municipality.calls.every(it => !it.message.includes('eigen')), 'the reference is its sender’s own')
  })

  test('that answers goes in a Du01 that names what it answers as its receiver knows that', async () => {
    const { municipality, push, courier } = await open()
    const cross = randomUUID()
    assert.deepEqual(await push(1, {}, await retour('WMO316', cross)), accepted)
    const [call] = municipality.calls
    assert.deepEqual([call?.operation, call?.stuurgegevens['crossRefnummer'], call?.stuurgegevens['functie']], ['ggk_Du01', cross, 'WMO316'])
    const unknown = await retour('WMO316', null)
    assert.equal(courier.unsayable(municipality.connection(), unknown), 'no_cross')
    assert.equal(courier.unsayable(municipality.connection(), await retour('WMO316', cross)), null)
  })

  test('a 325 goes as the settings say, unless its connection says otherwise', async () => {
    const ggk = { bytes_max: 25_000_000 }
    const it = await retour('WMO325', randomUUID())
    for (const [setting, connection, as] of [['Di01', null, 'ggk_Di01'], ['Du01', null, 'ggk_Du01'], ['Du01', 'Di01', 'ggk_Di01'], ['Di01', 'Du01', 'ggk_Du01']] as const) {
      const { municipality, push } = await open(undefined, { ggk: { ...ggk, answer_325: setting } })
      assert.deepEqual(await push(1, { answer_325: connection }, it), accepted)
      assert.equal(municipality.calls[0]?.operation, as)
      assert.equal('crossRefnummer' in (municipality.calls[0]?.stuurgegevens ?? {}), as === 'ggk_Du01')
    }
  })

  test('what we send is valid by the published schema', async t => {
    const folder = needPublishedGgk(t)
    if (folder === null || !needTool(t, 'xmllint', 'libxml2-utils')) return
    const { municipality, push, courier } = await open()
    await push(1, {}, { ...parcel, told })
    await push(1, {}, await retour('WMO316', randomUUID()))
    await push(1, {}, await retour('WMO325', null))
    const systeem = { organisatie: 'IB', applicatie: 'GGKWebservice', administratie: null, gebruiker: null }
    await courier.tell(municipality.connection(), writeFo01({
      zender: systeem, ontvanger: { ...systeem, organisatie: '0344' }, referentienummer: randomUUID(), tijdstip: instant(Date.now()), crossRefnummer: randomUUID(),
      code: 'IB014', plek: 'client', omschrijving: 'Voorbeeld', about: { functie: 'WMO301', applicatieVersie: '0001', applicatieSubversie: '0000' }, original: null
    }), 1, never)
    assert.deepEqual(municipality.calls.map(it => it.operation), ['ggk_Di01', 'ggk_Du01', 'ggk_Di01', 'Fo01'])
    const schema = (it: Call): string => it.operation === 'Fo01' ? join(folder, '0301', 'stuf0301.xsd') : join(folder, 'ggk0210', 'ggkberichten', 'ggk0210_msg_ggkberichten.xsd')
    for (const [at, it] of municipality.calls.entries()) {
      writeFileSync(join(dir, `${at}.xml`), it.message)
      const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema(it), join(dir, `${at}.xml`)])
      assert.equal(status, 0, stderr.toString())
    }
  })

  test('of the largest size goes there, and one that is larger cannot be said', async () => {
    const { municipality, push, courier } = await open()
    const most = largestPayload(25_000_000)
    assert.equal(most, 18_749_181)
    const large = await aParcel(undefined, Buffer.alloc(most, 'zorgpoort '))
    const longest = { ...large, told: { ...told, applicatie: '&'.repeat(50) } }
    assert.deepEqual(await push(1, {}, longest), accepted)
    assert.ok(municipality.calls[0]?.payload?.equals(large.payload))
    assert.ok(Buffer.byteLength(municipality.calls[0]?.message ?? '') <= 25_000_000)
    assert.equal(courier.unsayable(municipality.connection(), await aParcel(undefined, Buffer.alloc(most + 1_000))), 'too_large')
  })
})

/** What it answers, and what becomes of the push. */
const fo03 = (code: string, plek: 'client' | 'server' | 'Client' | 'Server', how: 'fault' | 'fault_200' | 'body' = 'fault'): Answering => ({ kind: 'Fo03', fo03: { code, plek, omschrijving: 'J. Jansen 999900006' }, how })
const answers: ReadonlyArray<readonly [string, Answering, Pushed]> = [
  ['Bv03', { kind: 'Bv03' }, accepted],
  ['Bv04 as the schema has it', { kind: 'Bv04', form: 'whole' }, accepted],
  ['Bv04 as the text has it', { kind: 'Bv04', form: 'short' }, accepted],
  ['Fo03 of the sender', fo03('StUF013', 'client'), refused('fo03.StUF013')],
  ['Fo03 of the sender, capitalised', fo03('IB014', 'Client'), refused('fo03.IB014')],
  ['Fo03 of the sender with 200', fo03('StUF010', 'client', 'fault_200'), refused('fo03.StUF010')],
  ['Fo03 of the sender as a body', fo03('StUF037', 'client', 'body'), refused('fo03.StUF037')],
  ['Fo03 of a number with other content', fo03('StUF016', 'client'), refused('fo03.StUF016')],
  ['Fo03 of the receiver', fo03('StUF046', 'server'), failed('fo03.StUF046')],
  ['Fo03 of the receiver as a body', fo03('StUF058', 'Server', 'body'), failed('fo03.StUF058')],
  ['Fo03 with a code that is none', fo03('Jansen', 'client'), refused('fo03')],
  ['200 and nothing', { kind: 'answer', status: 200 }, failed('no_bv03')],
  ['204', { kind: 'answer', status: 204 }, failed('no_bv03')],
  ['200 and HTML', { kind: 'answer', status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html><body>Bv03</body></html>' }, failed('no_bv03')],
  ['200 and XML that is cut off', { kind: 'answer', status: 200, headers: { 'Content-Type': 'text/xml' }, body: '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><s:Bv03Bericht' }, failed('no_bv03')],
  ['200 that breaks off', { kind: 'cut', at: 'answer' }, failed('no_bv03')],
  ['200 without end', { kind: 'endless' }, failed('no_bv03')],
  ['500 and nothing', { kind: 'answer', status: 500 }, failed('http_500')],
  ['503 that asks for time', { kind: 'answer', status: 503, headers: { 'Retry-After': '7' } }, failed('http_503', 7_000)],
  ['429', { kind: 'answer', status: 429, headers: { 'Retry-After': '7' } }, { kind: 'busy', reason: 'http_429', retry_after_ms: 7_000 }],
  ['404', { kind: 'answer', status: 404 }, refused('http_404')],
  ['302', { kind: 'answer', status: 302, headers: { Location: 'https://localhost/' } }, failed('http_302')],
  ['no HTTP', { kind: 'garbage' }, failed('no_http')],
  ['nothing any more', { kind: 'cut', at: 'body' }, failed('cut')]
]
describe('an endpoint that answers', () => {
  for (const [name, answering, result] of answers) {
    test(name, async () => {
      const { municipality, push } = await open(answering)
      assert.deepEqual(await push(), result)
      if ('reason' in result) assert.notEqual(reasonFor(result.reason), null, 'and it can be told')
      municipality.answer({ kind: 'Bv03' })
      assert.deepEqual(await push(2), accepted, 'and the next push is not touched by it')
      assert.equal(municipality.arrived.length, 2)
      assert.deepEqual(municipality.faults, [])
    })
  }

  test('says in an Fo03 what only its code tells', () => {
    assert.notEqual(reasonFor('fo03.StUF016'), reasonFor('fo03.StUF013'))
    assert.equal(reasonFor('fo03.IB014'), reasonFor('fo03'))
    assert.equal(reasonFor('fo03x'), null)
  })
})

const shown: ReadonlyArray<readonly [Shown, string]> = [['foreign', 'certificate.authority'], ['other_name', 'certificate.name'], ['expired', 'certificate.dates']]
for (const [which, reason] of shown) {
  test(`an endpoint whose certificate is ${which} gets nothing`, async () => {
    const { municipality, push } = await open()
    municipality.show(which)
    assert.deepEqual(await push(), failed(reason))
    assert.equal(municipality.heads(), 0)
  })
}

test('an endpoint is pinned, and does not take a certificate of ours it does not know', async () => {
  const { municipality, push } = await open()
  assert.deepEqual(await push(1, { pin: municipality.pin() }), accepted)
  municipality.show('renewed')
  await municipality.stop()
  await municipality.start()
  assert.deepEqual(await push(1, { pin: certificateFacts(world.own.cert).fingerprint }), failed('certificate.pin'))
  const strange = await open(undefined, { identity: () => world.stranger })
  assert.equal((await strange.push()).kind, 'failed')
  assert.equal(strange.municipality.heads(), 0)
})

test('an endpoint bears a test OIN in its certificate', () => {
  assert.match(certificateFacts(world.server.cert).oin ?? '', /^00000099\d{12}$/)
})

test('a notice is the same bytes in SOAP, and its answers mean the same', async () => {
  const { municipality, courier } = await open()
  const body = Buffer.from('<s:Fo01Bericht xmlns:s="http://www.egem.nl/StUF/StUF0301"><s:stuurgegevens><s:berichtcode>Fo01</s:berichtcode><s:referentienummer>x</s:referentienummer></s:stuurgegevens></s:Fo01Bericht>')
  const tell = (): Promise<Pushed> => courier.tell(municipality.connection(), body, 1, never)
  assert.deepEqual(await tell(), accepted)
  assert.deepEqual([municipality.calls[0]?.operation, municipality.calls[0]?.message], ['Fo01', body.toString()])
  municipality.answer(fo03('StUF043', 'client'))
  assert.deepEqual(await tell(), refused('fo03.StUF043'))
  municipality.answer({ kind: 'silent' })
  assert.deepEqual(await courier.tell(municipality.connection({ ms_max: 200 }), body, 2, never), failed('timeout'))
})
