/** A supplier acts for providers by mandate: what it may send and see, for whom, and when. Over real TLS. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { accountId, instant, partyCode } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import type { Mandate, RefusedMessage } from '../../src/store/store.ts'
import { aMandate, anAccount, aParty, putAccount, putMandate, putParty } from '../register.ts'
import { zipOf } from '../zip/bytes.ts'
import { altered, makeWorld, message, type Reply } from './world.ts'

const world = await makeWorld()
let ahead_ms = 0
const gateway = await world.start({}, [], { now: () => instant(Date.now() + ahead_ms) })
/** Known by the certificate that is registered to nobody else. */
const supplier = gateway.as('unregistered')
const [one, two, three] = ['42420011', '42420012', '42420013']
const hour = 3_600_000
const now = instant(Date.now())
const mandate = (party: string, over: Partial<Mandate>): Mandate => aMandate('leverancier', party, { from: now, ...over })

await world.store(async store => {
  for (const code of [one, two, three]) await putParty(store, aParty(code))
  await putAccount(store, anAccount('leverancier', { certificates: [world.certificate('unregistered')] }))
  // Of the first everything in iwmo; for the second only sending; for the third only receiving. What has ended or not begun is nothing.
  for (const it of [
    mandate(one, { direction: 'send' }), mandate(one, { direction: 'receive' }),
    mandate(two, { direction: 'send', until: instant(now + hour) }), mandate(two, { direction: 'receive', from: instant(0), until: now }),
    mandate(three, { direction: 'receive' }), mandate(three, { direction: 'send', from: instant(now + hour) }),
    mandate('0363', { from: instant(0), until: now })
  ]) await putMandate(store, it)
})

const code = ({ status, told }: Reply): string => status < 400 ? String(status) : `${status} ${told.code}`
const post = async (party: string | null, bytes: Buffer): Promise<Reply> =>
  await supplier.call('POST', `/v1/messages${party === null ? '' : `?party=${party}`}`, bytes, { 'content-type': 'application/xml' })
const start = (seed: number, afzender: string, type: 'WMO305' | 'JW305' = 'WMO305'): Buffer => message(type, seed, { afzender })

describe('an account of several parties', () => {
  test('names one on every route, else it is told the choices', async () => {
    for (const path of ['/v1/messages', '/v1/mailbox', '/v1/messages/019a5c1e-7d00-7000-8000-000000000001', '/v1/messages/019a5c1e-7d00-7000-8000-000000000001/payload']) {
      const reply = await supplier.get(path)
      assert.equal(code(reply), '400 ZP_PARTY')
      assert.equal(reply.told.detail, `?party= ${one}, ${two}, ${three}`)
    }
    assert.equal(code(await post(null, start(1, one))), '400 ZP_PARTY')
    assert.equal(code(await supplier.delete('/v1/mailbox/019a5c1e-7d00-7000-8000-000000000001')), '400 ZP_PARTY')
  })

  test('cannot tell a party it has no mandate for from one that does not exist', async () => {
    const said = await Promise.all(['0344', '0363', '0999', '42429999'].map(async party => {
      const { told } = await supplier.get(`/v1/mailbox?party=${party}`)
      return { ...told, instance: '', detail: String(told.detail).replace(party, 'PARTY') }
    }))
    for (const it of said) assert.deepEqual(it, said[0])
    assert.equal(said[0]?.code, 'ZP_ACCOUNT_ROLE')
    assert.match(said[0].detail, /^account \S+: handelt niet voor \/ does not act for PARTY$/)
    assert.equal(code(await supplier.get('/v1/mailbox?party=x')), '400 ZP_QUERY')
    assert.equal(code(await supplier.get(`/v1/mailbox?party=${one}&party=${two}`)), '400 ZP_QUERY')
    assert.equal(code(await post('0344', message('WMO301', 1))), '403 ZP_ACCOUNT_ROLE')
  })

  test('sends for whom it has a mandate, in that family, at that time', async () => {
    assert.equal(code(await post(one, start(2, one))), '202')
    assert.equal(code(await post(two, start(3, two))), '202')
    assert.equal(code(await post(three, start(4, three))), '403 ZP_NOT_SENDER')
    assert.equal(code(await post(one, start(5, one, 'JW305'))), '403 ZP_NOT_SENDER')
    assert.equal(code(await post(one, start(6, two))), '403 ZP_NOT_SENDER')
    ahead_ms = 2 * hour
    try {
      assert.equal(code(await post(two, start(3, two))), '403 ZP_ACCOUNT_ROLE')
      assert.equal(code(await post(three, start(4, three))), '202')
    } finally { ahead_ms = 0 }
    assert.equal(code(await post(two, start(3, two))), '200')
  })

  test('with a sending mandate sees what it sent and the answers, with a receiving one what comes in', async () => {
    const sent = (await post(two, start(10, two))).told.id
    const { status, told } = await gateway.as('gemeente').post(message('WMO306', 10, { afzender: two }))
    assert.equal(status, 202, JSON.stringify(told))
    const [toTwo, toThree] = await Promise.all([two, three].map(async (ontvanger, at) => (await gateway.as('gemeente').send(message('WMO301', 20 + at, { ontvanger }))).id))
    const mailbox = async (party: string): Promise<string[]> => (await supplier.get(`/v1/mailbox?party=${party}`)).told.messages.map(it => it.id)
    assert.deepEqual(await mailbox(two), [told.id])
    assert.deepEqual(await mailbox(three), [toThree])
    const listed = (await supplier.get(`/v1/messages?party=${two}`)).told.messages.map(it => it.id)
    assert.deepEqual(listed.slice(0, 2), [told.id, sent])
    for (const part of ['', '/payload', '/seal', '/receipt', '/history']) {
      assert.equal(code(await supplier.get(`/v1/messages/${told.id}${part}?party=${two}`)), '200')
      assert.equal(code(await supplier.get(`/v1/messages/${toTwo}${part}?party=${two}`)), '404 ZP_NOT_FOUND')
      assert.equal(code(await supplier.get(`/v1/messages/${told.id}${part}?party=${three}`)), '404 ZP_NOT_FOUND')
    }
    assert.equal(code(await supplier.delete(`/v1/mailbox/${told.id}?party=${two}`)), '204')
    assert.equal(code(await supplier.delete(`/v1/mailbox/${toTwo}?party=${two}`)), '404 ZP_NOT_FOUND')
  })

  test('leaves nothing with a party, and changes nothing of it, by what it may not send for it', async () => {
    const refused = async (party: string): Promise<readonly RefusedMessage[]> => await world.store(async store => (await store.listRefused({ view: ownView(partyCode(party)), limit: 250 })).items)
    const before = [...await refused(three), ...await refused(one)]
    const wrong = (seed: number, party: string, type?: 'JW305'): Buffer => altered(start(seed, party, type), /<[^>]*:Dagtekening>[^<]*<\/[^>]*>/, '')
    for (const [party, bytes] of [[three, wrong(40, three)], [three, start(41, three)], [one, wrong(42, one, 'JW305')], [one, start(43, one, 'JW305')]] as const) {
      const { status, told } = await post(party, bytes)
      assert.ok(status >= 400, String(status))
      assert.match(String(told['instance']), /^urn:uuid:/)
    }
    assert.deepEqual([...await refused(three), ...await refused(one)], before)
    assert.match(String((await post(one, wrong(44, one))).told['instance']), /^\/v1\/messages\//)
  })

  test('sees what it sent in batches only while it may send', async () => {
    const sent = await supplier.call('POST', `/v1/batches?party=${two}`, zipOf([start(50, two)]), { 'content-type': 'application/zip' })
    assert.equal(code(sent), '202')
    const paths = [`/v1/batches/${sent.told.id}?party=${two}`, `/v1/batches/${sent.told.id}/members/1?party=${two}`, `/v1/batches?party=${two}`]
    for (const path of paths) assert.equal(code(await supplier.get(path)), '200')
    await world.store(async store => { for (const it of [mandate(two, { until: now }), mandate(two, { direction: 'receive' })]) await putMandate(store, it) })
    for (const path of paths) assert.equal(code(await supplier.get(path)), '403 ZP_NOT_SENDER')
    await world.store(async store => { for (const it of [mandate(two, { until: instant(now + hour) }), mandate(two, { direction: 'receive', until: now })]) await putMandate(store, it) })
  })

  test('loses a mandate that is ended at its next request, and with one party left need not name it', async () => {
    await world.store(async store => {
      for (const it of [mandate(one, { until: now }), mandate(one, { direction: 'receive', until: now }), mandate(two, { until: now })]) await putMandate(store, it)
    })
    assert.equal(code(await supplier.get(`/v1/mailbox?party=${one}`)), '403 ZP_ACCOUNT_ROLE')
    assert.equal(code(await post(two, start(3, two))), '403 ZP_ACCOUNT_ROLE')
    assert.equal(code(await supplier.get('/v1/mailbox')), '200')
    assert.equal(code(await post(null, start(30, three))), '403 ZP_NOT_SENDER')
    await world.store(async store => { await putMandate(store, mandate(three, { direction: 'receive', until: now })) })
    const none = await supplier.get('/v1/mailbox')
    assert.equal(code(none), '403 ZP_ACCOUNT_ROLE')
    assert.match(String(none.told.detail), /no party, no mandate$/)
  })

  test('acts for its own party without a mandate, and names it once it has others', async () => {
    const other = gateway.as('otherGemeente')
    assert.equal(code(await other.get('/v1/mailbox')), '200')
    await world.store(async store => { await putMandate(store, { ...mandate(one, {}), account: accountId('othergemeente') }) })
    assert.equal((await other.get('/v1/mailbox')).told.detail, `?party= 0363, ${one}`)
    assert.equal(code(await other.get(`/v1/mailbox?party=${partyCode('0363')}`)), '200')
  })
})
