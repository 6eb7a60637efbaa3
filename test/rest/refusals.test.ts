/** Every "no" of the door: each code is seen, as problem details, with its own status and as the OpenAPI document says. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import Database from 'better-sqlite3'
import { instant, refusals, type RefusalCode } from '../../src/core/core.ts'
import { actions, di01, du01, ggkPath, soap, soapHeaders } from '../chain.ts'
import { aMandate, putAccount, putMandate } from '../register.ts'
import { zipOf } from '../zip/bytes.ts'
import { hostileZips } from '../zip/hostile.ts'
import { aanbieder, altered, fixture, makeWorld, message, until, withText, type Reply, type Who } from '../flow/world.ts'

const world = await makeWorld()
const gateway = await world.start()
const tight = await makeWorld()
const tightGateway = await tight.start({ payload_bytes_max: 8_000, batch_bytes_max: 8_000, inflight_bytes_max: 10_000 })
const hasty = await makeWorld()
const hastyGateway = await hasty.start({ validation_worker_bytes: 1, validation_ms_max: 1 })
const broken = await makeWorld()
const brokenGateway = await broken.start()

const aged = await makeWorld()
let passed_ms = 0
const agedGateway = await aged.start({ seal_key: aged.path('short-seal.key'), seal_certificate: aged.path('short-seal.pem') }, [], { now: () => instant(Date.now() + passed_ms) })

const seen = new Set<string>()
const asked = { xml: { 'content-type': 'application/xml' } }

/** What every refusal has, whatever it refuses. @returns the code */
function checkProblem ({ status, headers, told }: Reply): string {
  const kind = refusals[told.code as RefusalCode]
  assert.ok(kind, `${status} ${told.code} is a code of the table`)
  const { detail, findings, instance, ...rest } = told
  assert.deepEqual(rest, { type: `urn:zorgpoort:${told.code}`, title: kind.nl, title_en: kind.en, status: kind.status, code: told.code, transportCode: kind.transportCode, retry: kind.retry } as unknown)
  assert.equal(status, kind.status)
  assert.match(String(instance), /^(urn:uuid:|\/v1\/messages\/)[0-9a-f-]{36}$/)
  assert.ok(Array.isArray(findings) && (detail === undefined || typeof detail === 'string'))
  assert.equal(headers['content-type'], 'application/problem+json')
  assert.match(String(headers['retry-after']), kind.retry !== 'later' ? /^undefined$/ : told.code === 'ZP_RATE' ? /^[1-9][0-9]?$/ : /^5$/)
  seen.add(told.code)
  return told.code
}

// A 325 is answered by nobody: what is wrong in it must be told at the door.
await world.judge(aanbieder, { level: 'schema', types: { 325: 'content' } })
const heen = await gateway.as('gemeente').send(fixture('WMO301'))
await gateway.as('aanbieder').receives(heen.id)
const second = message('WMO302', 1, { identificatie: 'TWEEDE' })

const post = async (who: Who, bytes: Uint8Array | string, headers: Record<string, string> = asked.xml): Promise<Reply> =>
  await gateway.as(who).call('POST', '/v1/messages', bytes, headers)
const get = async (path: string): Promise<Reply> => await gateway.as('gemeente').get(path)
/** A CMS in form, by a key identifier nobody has: enough to be refused for who made it, not for what it is. */
const foreignSignature = 'MEcGCSqGSIb3DQEHAqA6MDgCAQMxADALBgkqhkiG9w0BBwExJDAiAgEDgAEAMAsGCWCGSAFlAwQCATAKBggqhkjOPQQDAgQBAA=='
const jw305 = message('JW305', 5, { ontvanger: '0599' })

const zip = { 'content-type': 'application/zip' }
const batch = async (bytes: Uint8Array, headers: Record<string, string> = zip): Promise<Reply> => await gateway.as('gemeente').call('POST', '/v1/batches', bytes, headers)
/** One of each code; test/zip shows them all. */
const zips = [...new Map(hostileZips.map(it => [it[1], it])).values()]

const cases: ReadonlyArray<readonly [code: RefusalCode, why: string, ask: () => Promise<Reply>]> = [
  ['ZP_REQUEST', 'a url that cannot be decoded', () => get('/v1/messages/%zz')],
  ['ZP_REQUEST', 'an id that is far too long', () => get(`/v1/messages/${'9'.repeat(200)}`)],
  ...['limit=0', 'limit=251', 'limit=x', 'limit=1.5', 'strange=1', 'type=WMO999', 'type=x', 'from=gisteren', 'to=2026-13-01T00:00:00Z', 'counterpart=x', 'verdict=maybe', 'identificatie=0123456789ABC', 'number=12', 'number=5f2e6f0a-8d1b-4c3e-9a7f-0123456789ab&type=WMO301', 'cursor=x', `cursor=${'9'.repeat(200)}`]
    .map((query): typeof cases[number] => ['ZP_QUERY', `a list with ${query.slice(0, 30)}`, () => get(`/v1/messages?${query}`)]),
  ['ZP_QUERY', 'a mailbox with limit=0', () => get('/v1/mailbox?limit=0')],
  ['ZP_QUERY', 'codes of no family', () => get('/v1/codes/retour?family=wlz')],
  ['ZP_QUERY', 'a party that is none', () => get('/v1/mailbox?party=x')],
  ['ZP_PARTY', 'an account of two parties that names none', async () => {
    await world.store(async store => { await putMandate(store, aMandate('otheraanbieder', '0344')) })
    return await gateway.as('otherAanbieder').get('/v1/mailbox')
  }],
  ['ZP_HEADERS', 'more headers than anybody needs', () => gateway.as('gemeente').call('GET', '/v1/mailbox', null, Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`x-${at}`, 'x'])))],
  ['ZP_RATE', 'a second request within the minute of an account that may ask one', async () => {
    await world.store(async store => { await putAccount(store, { ...world.account('pinned'), requests_per_minute_max: 1 }) })
    await gateway.as('pinned').get('/v1/mailbox')
    return await gateway.as('pinned').get('/v1/mailbox')
  }],
  ['ZP_REGISTER', 'a party that has no code', () => gateway.as('operator').call('POST', '/v1/operator/parties', '{}', { 'content-type': 'application/json' })],
  ['ZP_CERTIFICATE', 'no certificate', () => gateway.as('nobody').get('/v1/mailbox')],
  ['ZP_ACCOUNT_ROLE', 'an operator’s mailbox', () => gateway.as('operator').get('/v1/mailbox')],
  ['ZP_REASON', 'an operator who does not say why he reads', () => gateway.as('operator').get(`/v1/operator/messages/${heen.id}/payload`)],
  ['ZP_NOT_SENDER', 'the Afzender is another', () => post('otherGemeente', message('WMO301', 3))],
  ['ZP_NOT_SENDER', 'a retour by who sent the heenbericht', () => post('gemeente', fixture('WMO302'))],
  ['ZP_SIGNATURE', 'a signature that is none', () => post('gemeente', message('WMO301', 8), { ...asked.xml, 'x-signature': 'AAAA' })],
  ['ZP_SIGNER', 'a signature of somebody who is not registered', () => post('gemeente', message('WMO301', 8), { ...asked.xml, 'x-signature': foreignSignature })],
  ['ZP_RECEIVER_FAMILY', 'the Ontvanger is connected for another standard', () => post('aanbieder', jw305)],
  ['ZP_SENDER_FAMILY', 'the Afzender is connected for another standard', () => post('wmoOnly', message('JW301', 4, { afzender: '0599' }))],
  ['ZP_RECEIVER_UNKNOWN', 'the Ontvanger is not connected', () => post('gemeente', message('WMO301', 5, { ontvanger: '42429999' }))],
  ['ZP_NOT_FOUND', 'a path that is none', () => get('/v1/nowhere')],
  ['ZP_NOT_FOUND', 'a method that is none', () => gateway.as('gemeente').call('DELETE', '/v1/messages')],
  ['ZP_NOT_FOUND', 'an id of nothing', () => get('/v1/messages/019a5c1e-7d00-7000-8000-000000000001')],
  ['ZP_IDENTIFICATIE_REUSED', 'other bytes under a key', () => post('gemeente', withText(fixture('WMO301'), 'Dagtekening', '2026-04-02'))],
  ['ZP_REPLACES', 'a correction of what is neither refused nor rejected nor answered', () => post('gemeente', message('WMO301', 30), { ...asked.xml, replaces: heen.id })],
  ['ZP_QUERY', 'a correction of what is no id', () => post('gemeente', message('WMO301', 31), { ...asked.xml, replaces: 'x' })],
  ...['verdict=refused&answer=none', 'verdict=refused&overdue=true', 'corrected=true', 'verdict=refused&corrected=x', 'verdict=refused&cursor=x'].map((query): typeof cases[number] => ['ZP_QUERY', `a list with ${query}`, () => get(`/v1/messages?${query}`)]),
  ['ZP_RETOUR_UNKNOWN', 'a retour to nothing', () => post('gemeente', message('WMO306', 6))],
  ['ZP_RETOUR_ECHO', 'a retour that changed the Header', () => post('aanbieder', withText(fixture('WMO302'), 'Dagtekening', '2026-04-02'))],
  ['ZP_RETOUR_SECOND', 'a second retour', async () => {
    await gateway.as('aanbieder').send(fixture('WMO302'))
    return await post('aanbieder', second)
  }],
  ['ZP_DECIDED', 'a release of what nobody holds', () => gateway.as('operator').call('POST', `/v1/operator/held/${heen.id}`, '{"decision":"release","reason":"x"}', { 'content-type': 'application/json' })],
  ['ZP_REQUEST', 'a decision without a reason', () => gateway.as('operator').call('POST', `/v1/operator/held/${heen.id}`, '{"decision":"release"}', { 'content-type': 'application/json' })],
  ['ZP_NOT_FOUND', 'a task of nobody', () => gateway.as('aanbieder').call('POST', '/v1/tasks/019a5c1e-7d00-7000-8000-000000000001', '{"decision":"done","reason":"x"}', { 'content-type': 'application/json' })],
  ['ZP_SIZE', 'a declared length over the limit', () => tightGateway.as('gemeente').post('x'.repeat(8_001))],
  ['ZP_SIZE', 'a length over the limit that was not declared', () => tightGateway.as('gemeente').call('POST', '/v1/messages', Readable.from(['x'.repeat(5_000), 'x'.repeat(5_000)]), asked.xml)],
  ...['application/json', 'application/xml; charset=iso-8859-1', 'application/xml; charset=utf-16', 'application/xmlx', 'multipart/form-data; boundary=x']
    .map((type): typeof cases[number] => ['ZP_MEDIA_TYPE', type, () => post('gemeente', fixture('WMO301'), { 'content-type': type })]),
  ['ZP_MEDIA_TYPE', 'no Content-Type', () => post('gemeente', fixture('WMO301'), {})],
  ['ZP_MEDIA_TYPE', 'Content-Encoding', () => post('gemeente', fixture('WMO301'), { ...asked.xml, 'content-encoding': 'gzip' })],
  ['ZP_XML', 'nothing at all', () => post('gemeente', '')],
  ['ZP_XML', 'no XML', () => post('gemeente', 'Bericht')],
  ['ZP_XML', 'a DOCTYPE', () => post('gemeente', fixture('WMO301', 'invalid-doctype'))],
  ['ZP_XML', 'no UTF-8', () => post('gemeente', fixture('WMO301', 'invalid-not-utf8'))],
  ['ZP_SCHEMA', 'an element too few', () => post('gemeente', fixture('WMO301', 'invalid-element-missing'))],
  ['ZP_CONTENT', 'a 325 that breaks a rule within it', () => post('gemeente', fixture('WMO325', 'invalid-TR342'))],
  ['ZP_TYPE', 'an older release', () => post('gemeente', fixture('WMO301', 'invalid-namespace-other-release'))],
  ['ZP_TYPE', 'a BerichtCode of another type', () => post('gemeente', fixture('WMO301', 'invalid-berichtcode-other-type'))],
  ['ZP_TEST_BSN', 'a Bsn that may be somebody’s', () => post('gemeente', withText(message('WMO301', 7), 'Bsn', '123456782'))],
  ['ZP_BUSY', 'a message that could not be judged in time', () => hastyGateway.as('gemeente').post(fixture('WMO301'))],
  ['ZP_POISON', 'the same message, once more', () => hastyGateway.as('gemeente').post(fixture('WMO301'))],
  ...zips.map(([why, code, bytes]): typeof cases[number] => [code, `a ZIP: ${why}`, () => batch(bytes)]),
  ['ZP_SIZE', 'a ZIP over the limit', () => tightGateway.as('gemeente').call('POST', '/v1/batches', 'x'.repeat(8_001), zip)],
  ['ZP_MEDIA_TYPE', 'a ZIP as a message', () => post('gemeente', zipOf(['<a/>']), zip)],
  ['ZP_MEDIA_TYPE', 'a message as a ZIP', () => batch(fixture('WMO301'), asked.xml)],
  ['ZP_NOT_FOUND', 'a batch of nobody', () => get('/v1/batches/019a5c1e-7d00-7000-8000-000000000001')],
  ['ZP_NOT_FOUND', 'a batch that is no id', () => get('/v1/batches/x')],
  ['ZP_QUERY', 'batches from nowhere', () => get('/v1/batches?cursor=x')],
  ['ZP_ACCOUNT_ROLE', 'a batch of an operator', () => gateway.as('operator').call('POST', '/v1/batches', zipOf(['<a/>']), zip)],
  ['ZP_INTERNAL', 'a table that is gone', () => {
    const db = new Database(broken.path('zorgpoort.db'))
    db.exec('drop table payload')
    db.close()
    return brokenGateway.as('gemeente').post(fixture('WMO301'))
  }]
]

describe('a refusal', () => {
  for (const [code, why, ask] of cases) test(`${code}: ${why}`, async () => { assert.equal(checkProblem(await ask()), code) })

  test('names the element that differs, the party, the date, the parameter', async () => {
    const { id } = await gateway.as('gemeente').send(message('WMO301', 20))
    await gateway.as('aanbieder').receives(id)
    const detailOf = async (asking: Promise<Reply>): Promise<string | undefined> => (await asking).told.detail
    const echo = await post('aanbieder', withText(withText(message('WMO302', 20), 'Dagtekening', '2026-04-02'), 'BasisschemaXsdVersie', '9.9.9'))
    assert.equal(echo.told.detail, `/v1/messages/${id}`)
    assert.deepEqual(echo.told.findings.map(it => [it['path'], it['found']]).toSorted(), [['Header/BerichtIdentificatie/Dagtekening', '2026-04-02'], ['Header/XsdVersie/BasisschemaXsdVersie', '9.9.9']])
    assert.equal(await detailOf(post('aanbieder', message('WMO302', 21))), `WMO301 ${Buffer.from(message('WMO301', 21)).toString().match(/:Identificatie>([^<]+)</)?.[1] ?? ''} van 0344`)
    assert.equal(await detailOf(post('otherGemeente', message('WMO301', 3))), 'Header/Afzender: 0344')
    assert.match(await detailOf(gateway.as('expired').get('/v1/mailbox')) ?? '', /expired \d{4}-\d\d-\d\dT/)
    assert.match(await detailOf(get('/v1/messages?limit=0')) ?? '', /^limit: 1$/)
  })

  test('comes before the body is sent, when its length says enough', async () => {
    const { hostname, port } = new URL(tightGateway.rest)
    const pem = (name: string): Buffer => readFileSync(tight.path(name))
    const options: RequestOptions = { hostname, port, method: 'POST', path: '/v1/messages', ca: tight.ca, key: pem('gemeente.key'), cert: pem('gemeente.pem'), agent: false, headers: { ...asked.xml, 'content-length': '999999999' } }
    const sending = httpsRequest(options)
    sending.on('error', () => { /* the door closes on the body that never came */ })
    sending.flushHeaders()
    const [response] = await once(sending, 'response') as [{ statusCode: number, headers: Record<string, string> }]
    assert.equal(response.statusCode, 413)
    sending.destroy()
  })

  test('ZP_BUSY: more bytes at once than all requests together may hold, until they are given back', async () => {
    const body = new Readable({ read () {} })
    const pending = tightGateway.as('gemeente').call('POST', '/v1/messages', body, asked.xml).catch(() => null)
    body.push('x'.repeat(7_000))
    const small = altered(fixture('WMO301'), /$/, ' '.repeat(1_500))
    const busy = await until(async () => {
      const reply = await tightGateway.as('gemeente').post(small)
      return reply.status === 503 ? reply : undefined
    })
    assert.equal(checkProblem(busy), 'ZP_BUSY')
    body.push(null)
    assert.equal((await pending)?.status, 422)
    await until(async () => (await tightGateway.as('gemeente').post(small)).status < 300 || undefined, 'room')
  })

  test('ZP_INTERNAL says nothing of its cause; the log says where it was, and not a library’s own words', () => {
    const line = brokenGateway.lines.find(it => it.includes('"failed"') && it.includes('ZP_INTERNAL')) ?? ''
    assert.match(line, /"frames":\["at /)
    assert.doesNotMatch(brokenGateway.lines.join(''), /no such table/)
  })

  test('ZP_SEAL: nothing is accepted that cannot be sealed, and the gateway is not ready', async () => {
    const mine = agedGateway.as('gemeente')
    assert.equal((await mine.post(message('WMO301', 31))).status, 202)
    passed_ms = 2 * 3_600_000
    assert.equal(checkProblem(await mine.post(message('WMO301', 32))), 'ZP_SEAL')
    const again = await mine.post(message('WMO301', 31))
    assert.deepEqual([again.status, again.headers['duplicate']], [200, 'true'])
    const ready = await fetch(`${agedGateway.operations}/health/ready`)
    assert.deepEqual([ready.status, await ready.json()], [503, { status: 'not ready', reason: 'the seal certificate has expired' }])
  })

  test('ZP_NUMBER, ZP_CROSS, ZP_ENVELOPE, ZP_ENVELOPE_PAYLOAD: at the municipal door, in its own words there', async () => {
    const codeOf = async (who: Who, envelope: string, action: string): Promise<string> => {
      await gateway.as(who).call('POST', ggkPath, soap(envelope), soapHeaders(action))
      const { code, msg } = JSON.parse(gateway.lines.findLast(it => it.includes('"refused"')) ?? '{}') as { code: string, msg: string }
      assert.equal(msg, 'refused')
      seen.add(code)
      return code
    }
    const [referentienummer, from, to] = [randomUUID(), '0363', '42420002']
    const parties = { zender: from, ontvanger: to }
    const of = (type: 'WMO301' | 'WMO302', seed: number): Buffer => message(type, seed, { afzender: from, ontvanger: to })
    await gateway.as('otherGemeente').call('POST', ggkPath, soap(di01(of('WMO301', 40), { ...parties, referentienummer })), soapHeaders(actions.Di01))
    assert.equal(await codeOf('otherGemeente', di01(of('WMO301', 41), { ...parties, referentienummer }), actions.Di01), 'ZP_NUMBER')
    assert.equal(await codeOf('otherAanbieder', du01(of('WMO302', 40), randomUUID(), { functie: 'WMO302', zender: to, ontvanger: from }), actions.Du01), 'ZP_CROSS')
    assert.equal(await codeOf('otherGemeente', di01(of('WMO301', 42), { ...parties, bericht: '<GGK:xmlBestand>@@@@</GGK:xmlBestand>' }), actions.Di01), 'ZP_ENVELOPE')
    assert.equal(await codeOf('otherGemeente', di01(of('WMO301', 43), { ...parties, functie: 'JW301' }), actions.Di01), 'ZP_ENVELOPE_PAYLOAD')
  })

  test('of every code has been seen', () => {
    // A full disk takes a process of its own (test/fault/disk.test.ts shows ZP_DISK), slowness a wire of its own (test/hostile/wire.test.ts), ZP_DAMAGED a damaged database (test/fault/damage.test.ts), and ZP_PAYLOAD_GONE many years (test/upkeep/sweep.test.ts).
    assert.deepEqual(Object.keys(refusals).filter(code => !seen.has(code)).toSorted(), ['ZP_DAMAGED', 'ZP_DISK', 'ZP_PAYLOAD_GONE', 'ZP_SLOW'])
  })
})

describe('an account that asks too much', () => {
  test('ZP_RATE: a minute, by its own limit before the configured one, and nobody else for it', async () => {
    const limited = await makeWorld()
    await limited.store(async store => { await putAccount(store, { ...limited.account('aanbieder'), requests_per_minute_max: 2 }) })
    const asking = await limited.start({ requests_per_minute_max: 4 })
    const said = async (who: Who, times: number): Promise<number[]> => {
      const all: number[] = []
      for (let time = 0; time < times; time++) all.push((await asking.as(who).get('/v1/mailbox')).status)
      return all
    }
    assert.deepEqual(await said('aanbieder', 4), [200, 200, 429, 429])
    assert.deepEqual(await said('gemeente', 5), [200, 200, 200, 200, 429])
    const reply = await asking.as('gemeente').post(fixture('WMO301'))
    assert.equal(checkProblem(reply), 'ZP_RATE')
    assert.equal(reply.told.detail, 'account gemeente: 4 per minuut / a minute')
    assert.deepEqual(await said('otherGemeente', 1), [200])
    await limited.store(async store => { await putAccount(store, { ...limited.account('aanbieder'), requests_per_minute_max: 100 }) })
    assert.deepEqual(await said('aanbieder', 1), [200])
  })

  test('ZP_RATE: at once, until an answer is out', async () => {
    const limited = await makeWorld()
    const asking = await limited.start({ requests_at_once_max: 1 })
    const client = asking.as('gemeente')
    const body = new Readable({ read () {} })
    const pending = client.call('POST', '/v1/messages', body, asked.xml)
    body.push('x')
    const refused = await until(async () => { const reply = await client.get('/v1/mailbox'); return reply.status === 429 ? reply : undefined })
    assert.equal(checkProblem(refused), 'ZP_RATE')
    assert.equal(refused.told.detail, 'account gemeente: 1 tegelijk / at once')
    assert.equal((await asking.as('aanbieder').get('/v1/mailbox')).status, 200)
    body.push(null)
    assert.equal((await pending).status, 422)
    await until(async () => (await client.get('/v1/mailbox')).status === 200 || undefined, 'room')
  })

  test('ZP_RATE: an address without a usable certificate; those with one are not hindered', async () => {
    const limited = await makeWorld()
    const asking = await limited.start({ strangers_per_minute_max: 3 })
    const said: string[] = []
    for (const who of ['nobody', 'unregistered', 'expired', 'nobody', 'unregistered'] as const) said.push(checkProblem(await asking.as(who).get('/v1/mailbox')))
    assert.deepEqual(said, ['ZP_CERTIFICATE', 'ZP_CERTIFICATE', 'ZP_CERTIFICATE', 'ZP_RATE', 'ZP_RATE'])
    assert.equal((await asking.as('gemeente').get('/v1/mailbox')).status, 200)
  })
})

describe('a request’s own id', () => {
  const mine = '0b7f3c1e-4a52-4f0e-9a51-3d1f6c2b8a90'
  test('comes back when it is a UUID, and is in the log; anything else is replaced', async () => {
    const kept = await gateway.as('gemeente').call('GET', '/v1/mailbox', null, { 'x-request-id': mine })
    assert.equal(kept.headers['x-request-id'], mine)
    assert.ok(gateway.lines.some(line => line.includes(mine)))
    const made = await gateway.as('gemeente').call('GET', '/v1/mailbox', null, { 'x-request-id': 'Jansen' })
    assert.match(String(made.headers['x-request-id']), /^[0-9a-f-]{36}$/)
  })
})

describe('a client that is too slow', () => {
  test('loses its connection when the body does not come, and when the handshake does not', async () => {
    const slow = await makeWorld()
    const slowGateway = await slow.start({ request_ms_max: 500, handshake_ms_max: 500 })
    const never = new Readable({ read () {} })
    never.push('x')
    await assert.rejects(slowGateway.as('gemeente').call('POST', '/v1/messages', never, { ...asked.xml, 'content-length': '100' }).then(({ status }) => { assert.notEqual(status, 408, 'it was told') }))
    const { hostname, port } = new URL(slowGateway.rest)
    const silent = connect(Number(port), hostname)
    silent.on('error', () => { /* cut off is what it should be */ })
    await once(silent, 'close')
  })
})

describe('what a refusal tells', () => {
  const detail = async (who: Parameters<typeof gateway.as>[0], path: string): Promise<unknown> => (await gateway.as(who).get(path)).told.detail

  test('the role an account has, and those that are needed', async () => {
    assert.equal(await detail('operator', '/v1/mailbox'), 'account operator: rol / role operator; nodig / needed: party')
    assert.equal(await detail('gemeente', '/v1/operator/audit'), 'account gemeente: rol / role party; nodig / needed: operator, auditor')
  })

  test('how many parameters are unknown and which are known, and no name that is not ours', async () => {
    assert.equal(await detail('gemeente', '/v1/mailbox?limiet=3&jansen=1&limit=2'), '2 onbekend / unknown; bekend / known: party, limit')
    assert.equal(await detail('gemeente', '/v1/mailbox?limit=251'), 'limit: 250')
  })
})

describe('what is not refused', () => {
  test('any way to say XML in UTF-8', async () => {
    for (const type of ['application/xml', 'text/xml', 'application/xml; charset=utf-8', 'application/xml;charset="UTF-8"', 'TEXT/XML ; CHARSET=UTF-8']) {
      assert.equal((await post('gemeente', fixture('WMO301'), { 'content-type': type })).status, 200, type)
    }
  })

  test('every filter of the list, and its pages', async () => {
    for (const seed of [11, 12, 13]) await gateway.as('gemeente').send(message('WMO301', seed))
    const ids = async (query: string): Promise<string[]> => (await get(`/v1/messages?${query}`)).told.messages.map(it => it.id)
    const all = await ids('')
    assert.equal(all.length, 6)
    const paged: string[] = []
    for (let cursor = ''; ;) {
      const { told } = await get(`/v1/messages?limit=2${cursor}`)
      paged.push(...told.messages.map(it => it.id))
      if (told['next'] === null) break
      cursor = `&cursor=${encodeURIComponent(String(told['next']))}`
    }
    assert.deepEqual(paged, all)
    const { identificatie, received } = Object(await get(`/v1/messages/${heen.id}`).then(it => it.told)) as Record<string, string>
    assert.deepEqual(await ids(`identificatie=${identificatie}&type=WMO301`), [heen.id])
    assert.deepEqual(await ids('type=WMO302&answer=none'), all.slice(-2, -1))
    assert.deepEqual(await ids(`counterpart=42420001&verdict=accepted&from=${received}`), all)
    assert.deepEqual(await ids(`to=${received}`), [])
    assert.deepEqual(await ids('delivery=dead'), [])
    assert.deepEqual(await ids('answer=answered'), [heen.id])
  })
})
