/** A provider's software pushes: what it is answered, and what becomes of its message. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { FormData } from 'undici'
import { refusals, type RefusalCode } from '../../src/core/core.ts'
import { modelOf, supportedTypes, type MessageType } from '../../src/standard/standard.ts'
import { ownView } from '../../src/party/party.ts'
import type { Arrival } from '../../src/store/store.ts'
import { makeChain } from '../chain.ts'
import { aanbieder, filler, gemeente, message, withText, type Client, type Reply } from '../flow/world.ts'
import { aMandate, anAccount, aParty, putAccount, putMandate, putParty } from '../register.ts'
import { needTool } from '../tools.ts'
import { zipBytes, zipOf } from '../zip/bytes.ts'
import { hostileZips } from '../zip/hostile.ts'
import { bodyOf, byProvider, curl, dotnet, java, metadata, pushPath, type Json, type Written } from './pushing.ts'

const chain = await makeChain()
const gateway = await chain.start()
const from = gateway.by('aanbieder')

const push = async ({ type, body }: Written, by: Client = from): Promise<Reply> => await by.call('POST', pushPath, body, { 'content-type': type })
const said = ({ status, told, bytes }: Reply): string => bytes.length === 0 ? String(status) : `${status} ${told.code} ${String(told['transportCode'])}`
const arrival = async (number: string): Promise<Arrival | null> => await chain.world.store(store => store.arrival({ door: 'vsp', party: aanbieder, number }))
/** @returns what became of a traceerId: the code it was refused with, or `stored` */
const became = async (number: string): Promise<string> => {
  const outcome = (await arrival(number))?.outcome
  return outcome?.kind === 'refused' ? outcome.code : outcome?.kind ?? 'unknown'
}
/** Messages under an Identificatie, for the receiver. */
const arrived = async (identificatie: string) => (await gateway.as('gemeente').get(`/v1/messages?identificatie=${identificatie}`)).told.messages
const wmo305 = (seed: number): Buffer => message('WMO305', seed, { identificatie: `P${seed}` })

let seeds = 0
const next = () => { const seed = ++seeds; return { bytes: wmo305(seed), identificatie: `P${seed}`, traceerId: randomUUID() } }

describe('a push', () => {
  for (const [name, write] of Object.entries({ dotnet, java, curl })) {
    test(`as ${name} writes it is taken: its traceerId is the message’s number, and its bytes reach the receiver`, async () => {
      const { bytes, identificatie, traceerId } = next()
      const reply = await push(write(metadata('WMO305', { traceerId, conversatieId: traceerId }), bytes))
      assert.equal(said(reply), '204')
      const [{ id = '', referentienummer, conversatie } = {} as Json] = await arrived(identificatie)
      assert.deepEqual([referentienummer, conversatie], [traceerId, traceerId])
      assert.deepEqual((await gateway.as('gemeente').get(`/v1/messages/${String(id)}/payload`)).bytes, bytes)
      assert.deepEqual((await arrival(traceerId))?.told, { applicatie: 'Zorgpakket', applicatieVersie: '0012', applicatieSubversie: '0003', referentieId: null, actie: 'Melding' })
    })
  }

  test('as undici writes it from a FormData is taken', async () => {
    const { bytes, traceerId } = next()
    const form = new FormData()
    form.set('berichtMetadata', new Blob([JSON.stringify(metadata('WMO305', { traceerId }))], { type: 'application/json' }))
    form.set('payload', new Blob([Uint8Array.from(bytes)], { type: 'application/octet-stream' }))
    assert.equal(said(await from.call('POST', pushPath, form)), '204')
    assert.equal(await became(traceerId), 'stored')
  })

  test('by curl itself, raw (so large that it asks first: Expect) and as a ZIP, over TLS with a client certificate', async t => {
    if (!needTool(t, 'curl', 'curl')) return
    const { key, certificate } = chain.issued.aanbieder
    const file = (name: string, content: string | Uint8Array): string => { writeFileSync(chain.world.path(name), content, { mode: 0o600 }); return chain.world.path(name) }
    const [pem, own] = [file('curl.pem', certificate), file('curl.key', key)]
    for (const packed of [false, true]) {
      const { bytes, traceerId } = next()
      const payload = file('payload', packed ? zipOf([bytes.toString()]) : Buffer.concat([bytes, Buffer.alloc(1_500_000, '\n')]))
      const json = file('metadata.json', JSON.stringify(metadata('WMO305', { traceerId })))
      const { stdout, stderr } = await promisify(execFile)('curl', ['-sS', '--cert', pem, '--key', own, '--cacert', chain.world.path('ca.pem'), '-F', `berichtMetadata=<${json};type=application/json`, '-F', `payload=@${payload};type=application/octet-stream`, '-w', '%{http_code}', `${gateway.rest}${pushPath}`])
      assert.equal(stdout, '204', stderr)
      assert.equal(await became(traceerId), 'stored')
    }
  })

  test('of every type a provider sends is taken', async () => {
    const heen = supportedTypes().filter(type => byProvider(type) && modelOf(type).answers === null)
    assert.ok(heen.length >= 8)
    for (const type of heen) {
      const traceerId = randomUUID()
      assert.equal(said(await push(dotnet(metadata(type, { traceerId }), message(type, 900, { identificatie: type })))), '204')
      assert.equal(await became(traceerId), 'stored', type)
    }
  })

  test('of a retour names what it answers by the traceerId under which that came, in the conversation it has there', async () => {
    const { id, referentienummer } = await gateway.as('gemeente').send(message('WMO301', 901, { identificatie: 'HEEN901' })) as Json as { id: string, referentienummer: string }
    await gateway.as('aanbieder').receives(id)
    const retour = message('WMO302', 901)
    const answer = (references: Json): Written => java(metadata('WMO302', references), withText(retour, 'Identificatie', 'HEEN901'))
    const [wrong, none, right] = [randomUUID(), randomUUID(), randomUUID()]
    assert.equal(said(await push(answer({ traceerId: wrong, alsAntwoordOp: randomUUID() }))), '204')
    assert.equal(said(await push(answer({ traceerId: none }))), '204')
    assert.deepEqual([await became(wrong), await became(none)], ['ZP_CROSS', 'ZP_CROSS'])
    assert.equal(said(await push(answer({ traceerId: right, conversatieId: referentienummer, alsAntwoordOp: referentienummer.toUpperCase() }))), '204')
    assert.equal(await became(right), 'stored')
    const told = (await gateway.as('gemeente').get(`/v1/messages/${id}`)).told
    assert.equal(told['answer'], 'answered')
  })

  test('is described, with its parts, in the OpenAPI document', async () => {
    const { paths } = await (await fetch(`${gateway.operations}/docs/json`)).json() as { paths: Record<string, Record<string, { tags: string[], requestBody: { content: Record<string, { schema: { properties: object } }> } }>> }
    const { tags, requestBody } = paths[pushPath]?.['post'] ?? assert.fail('not described')
    assert.deepEqual(tags, ['vsp'])
    assert.deepEqual(Object.keys(requestBody.content['multipart/form-data']?.schema.properties ?? {}), ['berichtMetadata', 'payload'])
  })
})

describe('a request that is not right', () => {
  test('is answered 400 with every member that is wrong, as .NET reads it', async () => {
    const { bytes } = next()
    const it = metadata('WMO305', { traceerId: 'geen' })
    it.routeringgegevens.berichtstroom.berichtversie = 1000
    const { status, headers, told } = await push(dotnet(it, bytes))
    assert.deepEqual([status, headers['content-type']], [400, 'application/problem+json'])
    const { title, type, code, retry, errors, findings } = told as Json & typeof told
    assert.deepEqual({ title, type, code, retry }, { title: refusals.ZP_ENVELOPE.nl, type: 'urn:zorgpoort:ZP_ENVELOPE', code: 'ZP_ENVELOPE', retry: 'mend' })
    assert.deepEqual(errors, {
      'routeringgegevens.berichtstroom.berichtversie': ['Dit getal is te groot. (≤ 999)'],
      'referentiegegevens.conversatieId': ['Dit is geen UUID. (UUID)'],
      'referentiegegevens.traceerId': ['Dit is geen UUID. (UUID)']
    })
    assert.deepEqual(findings.map(it => it['message_en']), ['This number is too large.', 'This is no UUID.', 'This is no UUID.'])
  })

  test('of which a part is missing, coded or unreadable is answered 400, and nothing of it is kept', async () => {
    const before = (await gateway.as('aanbieder').get('/v1/messages')).told.messages.length
    const part = (name: string): string[] => [`Content-Disposition: form-data; name="${name}"`]
    for (const [where, body] of Object.entries({
      payload: bodyOf([[part('berichtMetadata'), JSON.stringify(metadata())]]),
      berichtMetadata: bodyOf([[part('berichtMetadata'), 'geen JSON'], [part('payload'), 'x']]),
      '': bodyOf([[part('berichtMetadata'), '{}'], [part('payload'), 'x']], 'grens', '')
    })) {
      const reply = await push(body)
      assert.equal(said(reply), '400 ZP_ENVELOPE null')
      assert.deepEqual(Object.keys(reply.told['errors'] as Json), [where])
    }
    assert.equal(said(await push({ type: 'multipart/form-data', body: Buffer.from('x') })), '415 ZP_MEDIA_TYPE null')
    assert.equal(said(await from.call('POST', pushPath, 'x', { 'content-type': 'application/xml' })), '415 ZP_MEDIA_TYPE null')
    assert.equal((await gateway.as('aanbieder').get('/v1/messages')).told.messages.length, before)
  })

  test('whose values are others than those configured is answered 400 where they are held to, and taken elsewhere', async () => {
    const { bytes, traceerId } = next()
    const it = metadata('WMO305', { traceerId })
    Object.assign(it.routeringgegevens.afzender, { rol: 'Praktijk' })
    const held = await makeChain()
    const strict = await held.start({ vsp_unknown: 'refuse' })
    const reply = await push(dotnet(it, bytes), strict.by('aanbieder'))
    assert.equal(said(reply), '400 ZP_ENVELOPE null')
    assert.deepEqual(Object.keys(reply.told['errors'] as Json), ['routeringgegevens.afzender.rol', 'routeringgegevens.berichtstroom.actie'])
    assert.equal(said(await push(dotnet(it, bytes))), '204')
    await strict.stop()
  })

  test('is answered 403 by who may not send for its afzender, and says nothing of whether that exists', async () => {
    const { bytes } = next()
    const as = (code: string) => { const it = metadata(); it.routeringgegevens.afzender.code = code; return dotnet(it, bytes) }
    for (const code of ['42420002', '12345678', '0344']) {
      const reply = await push(as(code))
      assert.equal(said(reply), '403 ZP_NOT_SENDER BRS03')
      assert.equal(reply.told.detail, `${code}: iwmo`)
    }
    assert.equal(said(await push(as(aanbieder), gateway.as('gemeente'))), '403 ZP_NOT_SENDER BRS03')
    for (const who of ['operator', 'auditor'] as const) assert.equal(said(await push(as(aanbieder), gateway.as(who))), '403 ZP_ACCOUNT_ROLE BRS02')
    for (const who of ['nobody', 'unregistered', 'expired', 'switchedOff'] as const) assert.equal(said(await push(as(aanbieder), gateway.as(who))), '401 ZP_CERTIFICATE null')
    assert.equal(said(await push(as(aanbieder), gateway.by('stranger'))), '401 ZP_CERTIFICATE null')
    await chain.world.store(async store => {
      await putAccount(store, anAccount('pakket', { party: null, certificates: [chain.world.certificate('unregistered')] }))
      await putMandate(store, aMandate('pakket', aanbieder, { family: 'iwmo', direction: 'send' }))
    })
    const mandated = gateway.as('unregistered')
    assert.equal(said(await push(as(aanbieder), mandated)), '204')
    assert.equal(said(await push(dotnet(metadata('JW305'), message('JW305', 1)), mandated)), '403 ZP_NOT_SENDER BRS03')
  })

  test('that is too large is answered 422 with the code for it', async () => {
    const own = await makeChain()
    const small = await own.start({ payload_bytes_max: 5_000, ggk_bytes_max: 3_000 })
    const by = small.by('aanbieder')
    const { bytes } = next()
    assert.equal(said(await push(dotnet(metadata(), Buffer.concat([bytes, Buffer.alloc(5_001 - bytes.length, 32)])), by)), '422 ZP_SIZE BRS06')
    assert.equal(said(await push(dotnet(metadata(), Buffer.alloc(100_000, 32)), by)), '422 ZP_SIZE BRS06')
    await small.stop()
  })

  test('that its receiver’s door does not hold is refused unread, raw or in a ZIP: 422, and its status tells it; a byte less is taken', async () => {
    const own = await makeChain()
    const endpoint = { direction: 'in', url: 'https://gemeente.example/in', ca: null, pin: null, at_once_max: null, per_minute_max: null, ms_max: null, retry: null, breaker: null } as const
    await own.world.store(store => putParty(store, aParty(gemeente, { connections: [{ door: 'ggk', ...endpoint, codes: null, answer_325: null }] })))
    const narrow = await own.start()
    const most = 18_749_181
    const { bytes } = next()
    const of = (size: number): Buffer => Buffer.concat([bytes, Buffer.from(filler(size - bytes.length))])
    const outcomes: string[] = []
    for (const content of [of(most + 1), zipBytes({ members: [{ deflate: true, content: Buffer.concat([of(most - 2_000_000), randomBytes(1_000_001).toString('hex')].map(it => Buffer.from(it))) }] }), of(most)]) {
      const traceerId = randomUUID()
      outcomes.push(said(await push(dotnet(metadata('WMO305', { traceerId }), content), narrow.by('aanbieder'))))
      const { outcome } = await own.world.store(store => store.arrival({ door: 'vsp', party: aanbieder, number: traceerId })) ?? assert.fail('not kept')
      outcomes.push(outcome.kind === 'refused' ? outcome.code : outcome.kind)
    }
    assert.deepEqual(outcomes, ['422 ZP_SIZE BRS06', 'ZP_SIZE', '422 ZP_SIZE BRS06', 'ZP_SIZE', '204', 'stored'])
    await narrow.stop()
  })
})

describe('what is wrong with a message', () => {
  const codes: ReadonlyArray<readonly [RefusalCode, string, () => Buffer, Json?]> = [
    ['ZP_XML', 'no XML', () => Buffer.from('geen XML')],
    ['ZP_SCHEMA', 'against the schema', () => withText(next().bytes, 'Bsn', '12')],
    ['ZP_TEST_BSN', 'a Bsn that may be a real person’s', () => withText(next().bytes, 'Bsn', '123456782')],
    ['ZP_TYPE', 'no message of the standard', () => Buffer.from('<x xmlns="urn:x"/>')],
    ['ZP_ENVELOPE_PAYLOAD', 'another receiver than its metadata say', () => withText(next().bytes, 'Ontvanger', '0363')],
    ['ZP_RECEIVER_UNKNOWN', 'a receiver nobody knows', () => withText(next().bytes, 'Ontvanger', '9999'), { code: '9999' }]
  ]
  for (const [code, why, bytes, { code: receiver = gemeente } = {}] of codes) {
    test(`${why}: 204, and kept as ${code} under its traceerId`, async () => {
      const traceerId = randomUUID()
      const it = metadata('WMO305', { traceerId })
      it.routeringgegevens.geadresseerden = [{ rol: 'Gemeente', code: String(receiver) }]
      assert.equal(said(await push(java(it, bytes()))), '204')
      assert.equal(await became(traceerId), code)
    })
  }
})

describe('a ZIP', () => {
  test('with one file is the message in it, however it was packed', async () => {
    for (const member of [{}, { deflate: true }, { deflate: true, descriptor: true }, { name: '8c1e…naam vrij.XML' }]) {
      const { bytes, identificatie, traceerId } = next()
      assert.equal(said(await push(dotnet(metadata('WMO305', { traceerId }), zipBytes({ members: [{ ...member, content: bytes }] })))), '204')
      const [{ id = '' } = {}] = await arrived(identificatie)
      assert.deepEqual((await gateway.as('gemeente').get(`/v1/messages/${id}/payload`)).bytes, bytes)
    }
  })

  const one = Buffer.from('<x/>')
  const wrong: ReadonlyArray<readonly [transportCode: string, why: string, zip: Buffer]> = [
    ['BRS15', 'that is none', Buffer.from('PK\x03\x04 en niets meer')],
    ['BRS15', 'that unpacks to too much', zipBytes({ members: [{ deflate: true, content: Buffer.alloc(1_000_000, 32) }] })],
    ['BRS16', 'with two files', zipOf(['<a/>', '<b/>'])],
    ['BRS17', 'with a password', zipBytes({ members: [{ content: one, central: { flags: 0x801 }, local: { flags: 0x801 } }] })],
    ['BRS19', 'with a file over 25 MB', zipBytes({ members: [{ content: one, deflate: true, packed: Buffer.alloc(300_000), central: { size_bytes: 25_000_001 }, local: { size_bytes: 25_000_001 } }] })],
    ['BRS21', 'with no file', zipBytes({ members: [] })],
    ['BRS29', 'with a folder', zipBytes({ members: [{ name: 'map/bericht.xml', content: one }] })]
  ]
  for (const [transportCode, why, zip] of wrong) {
    test(`${why} is refused as ${transportCode}, told by its status`, async () => {
      const traceerId = randomUUID()
      assert.equal(said(await push(curl(metadata('WMO305', { traceerId }), zip))), '204')
      assert.equal(refusals[await became(traceerId) as RefusalCode].transportCode, transportCode)
    })
  }

  test('that must not be believed is never taken', async () => {
    for (const [why, , zip] of hostileZips.filter(([, , zip]) => zip.subarray(0, 2).toString() === 'PK')) {
      const traceerId = randomUUID()
      assert.equal(said(await push(curl(metadata('WMO305', { traceerId }), zip))), '204', why)
      assert.match(await became(traceerId), /^ZP_ZIP/, why)
    }
  })

  test('does not unpack beyond what all requests together may hold', async () => {
    const own = await makeChain()
    const tight = await own.start({ inflight_bytes_max: 600_000 })
    const zip = zipBytes({ members: [{ deflate: true, content: randomBytes(250_000).toString('hex') }] })
    const reply = await push(dotnet(metadata(), zip), tight.by('aanbieder'))
    assert.equal(said(reply), '503 ZP_BUSY null')
    assert.equal(reply.headers['retry-after'], '5')
    assert.match((await (await fetch(`${tight.operations}/metrics`)).text()), /^zorgpoort_inflight_bytes 0$/m)
    await tight.stop()
  })
})

describe('the same traceerId', () => {
  test('with the same content is answered as before, in whatever form, and stays one message', async () => {
    const { bytes, identificatie, traceerId } = next()
    const it = metadata('WMO305', { traceerId, conversatieId: traceerId })
    const again = metadata('WMO305', { traceerId: traceerId.toUpperCase(), conversatieId: traceerId })
    for (const written of [dotnet(it, bytes), dotnet(it, bytes), java(it, zipOf([bytes.toString()])), curl(JSON.stringify(again, null, 2), bytes)]) assert.equal(said(await push(written)), '204')
    assert.equal((await arrived(identificatie)).length, 1)
  })

  test('with other content is answered 422 BRS114, and nothing changes', async () => {
    const { bytes, identificatie, traceerId } = next()
    assert.equal(said(await push(dotnet(metadata('WMO305', { traceerId }), bytes))), '204')
    const other = next()
    assert.equal(said(await push(dotnet(metadata('WMO305', { traceerId }), other.bytes))), '422 ZP_NUMBER BRS114')
    assert.equal(said(await push(dotnet(metadata('WMO305', { traceerId, referentieId: 'anders' }), bytes))), '422 ZP_NUMBER BRS114')
    assert.equal((await arrived(identificatie)).length, 1)
    assert.deepEqual(await arrived(other.identificatie), [])
  })

  test('that was refused is free: the same is judged anew, and corrected content is taken', async () => {
    const { bytes, traceerId } = next()
    const wrong = withText(bytes, 'Bsn', '12')
    for (const content of [wrong, wrong, zipOf([wrong.toString(), 'x'])]) assert.equal(said(await push(dotnet(metadata('WMO305', { traceerId }), content))), '204')
    assert.equal(await became(traceerId), 'ZP_ZIP_MANY')
    assert.equal(said(await push(dotnet(metadata('WMO305', { traceerId }), bytes))), '204')
    assert.equal(await became(traceerId), 'stored')
    assert.equal(said(await push(dotnet(metadata('WMO305', { traceerId }), wrong))), '422 ZP_NUMBER BRS114')
  })

  test('of somebody else is his own affair', async () => {
    const { bytes, traceerId } = next()
    assert.equal(said(await push(dotnet(metadata('WMO305', { traceerId }), bytes))), '204')
    const it = metadata('WMO305', { traceerId })
    it.routeringgegevens.afzender.code = '42420002'
    assert.equal(said(await push(dotnet(it, message('WMO305', 77, { identificatie: 'ANDER77', afzender: '42420002' })), gateway.as('otherAanbieder'))), '204')
    const [{ referentienummer } = {} as Json] = await arrived('ANDER77')
    assert.notEqual(referentienummer, traceerId)
  })

  test('twenty times at once is one message, and of two contents one is taken', async () => {
    const [{ bytes, identificatie, traceerId }, other] = [next(), next()]
    const same = await Promise.all(Array.from({ length: 20 }, () => push(dotnet(metadata('WMO305', { traceerId }), bytes))))
    assert.deepEqual(new Set(same.map(said)), new Set(['204']))
    assert.equal((await arrived(identificatie)).length, 1)
    const number = randomUUID()
    const two = [next(), other].map(it => push(dotnet(metadata('WMO305', { traceerId: number }), it.bytes)))
    assert.deepEqual((await Promise.all(two)).map(said).toSorted(), ['204', '422 ZP_NUMBER BRS114'])
  })

  test('another traceerId for bytes that came before names the same message', async () => {
    const { bytes, identificatie, traceerId } = next()
    for (const number of [traceerId, randomUUID()]) {
      assert.equal(said(await push(dotnet(metadata('WMO305', { traceerId: number }), bytes))), '204')
      assert.equal(await became(number), 'stored')
    }
    assert.equal((await arrived(identificatie)).length, 1)
    const view = ownView(aanbieder)
    assert.ok(await chain.world.store(store => store.byNumber(view, traceerId)))
  })
})

/** Sent by whom, of what type: so that the helper above cannot be wrong alone. */
test('what a provider sends is what the standard says he sends', () => {
  const types: readonly MessageType[] = supportedTypes()
  assert.deepEqual(types.filter(byProvider).map(type => type.slice(-3)).toSorted(), [...'302 305 307 315 317 320 323'.split(' '), ...'302 305 307 315 317 320 323'.split(' ')].toSorted())
})
