/** The queue of the provider door over real TLS: what waits for whom, its payload as XML or ZIP, receipt confirmed, and looking in it. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { instant, messageId, partyCode } from '../../src/core/core.ts'
import type { Mandate, VspConnection } from '../../src/store/store.ts'
import { aanbieder, gemeente, makeWorld, message } from '../flow/world.ts'
import { aMandate, anAccount, aParty, putAccount, putMandate, putParty } from '../register.ts'
import { needTool } from '../tools.ts'
import { code, providerOf, queue, traceers } from './provider.ts'

const world = await makeWorld()
const gateway = await world.start()
const { pull, payload, confirm } = await providerOf(gateway)
const municipality = gateway.as('gemeente')
const provider = gateway.as('aanbieder')
/** Known by the certificate that is registered to nobody else. */
const supplier = gateway.as('unregistered')
const [one, two, three, many] = ['42420011', '42420012', '42420013', '42420014']
const mandate = (party: string, direction: Mandate['direction']): Mandate => aMandate('leverancier', party, { from: instant(Date.now()), direction })
const packed: VspConnection = { door: 'vsp', direction: 'both', payload: 'zip', rol: 'Praktijk' }

await world.store(async store => {
  for (const party of [aParty(one), aParty(two, { connections: [packed] }), aParty(three), aParty(many)]) await putParty(store, party)
  await putAccount(store, anAccount('leverancier', { certificates: [world.certificate('unregistered')] }))
  // Of the first all of iwmo; for the second only receiving; for the third only sending.
  for (const it of [mandate(one, 'send'), mandate(one, 'receive'), mandate(two, 'receive'), mandate(three, 'send')]) await putMandate(store, it)
  await putAccount(store, { ...world.account('otherAanbieder'), party: partyCode(many) })
})

const sent = async (seed: number, ontvanger: string, type: 'WMO301' | 'JW301' = 'WMO301') => {
  const bytes = message(type, seed, { ontvanger })
  const { referentienummer, received, id } = await municipality.send(bytes)
  return { traceerId: String(referentienummer), received: String(received), id: messageId(id), bytes }
}
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe('the queue', () => {
  test('tells of a message from whom it is, what it is, its numbers, and what its payload weighs', async () => {
    const { traceerId, received, bytes } = await sent(1, aanbieder)
    const [first, ...others] = await pull(provider)
    assert.ok(first)
    assert.deepEqual(others, [])
    assert.deepEqual(first, {
      basisgegevens: { ontvangenOp: received, payload: { url: `${gateway.rest}${queue}/${traceerId}/payload`, grootte: bytes.byteLength, checksum: { algoritme: 'SHA256', waarde: sha256(bytes) } } },
      routeringgegevens: { afzender: { rol: 'Gemeente', code: gemeente }, geadresseerden: [{ rol: 'Instelling', code: aanbieder }], berichtstroom: { berichttype: 'WMO', berichtsubtype: 'WMO301', berichtversie: 3, berichtsubversie: 2, actie: 'Toewijzing' } },
      referentiegegevens: { conversatieId: traceerId, traceerId },
      verwerkingscontext: [{ sleutel: 'Applicatie', waarde: ['Zorgpoort'] }, { sleutel: 'ApplicatieVersie', waarde: ['1'] }, { sleutel: 'ApplicatieSubversie', waarde: ['0'] }]
    })
  })

  test('keeps its head until that is confirmed, which may be said twice', async () => {
    const second = (await sent(2, aanbieder)).traceerId
    const [first = ''] = traceers(await pull(provider))
    assert.deepEqual(traceers(await pull(provider)), [first, second])
    assert.deepEqual(traceers(await pull(provider, '?limit=1')), [first])
    for (const id of [first, first.toUpperCase()]) {
      const { status, bytes } = await confirm(provider, id)
      assert.deepEqual([status, bytes.byteLength], [202, 0])
    }
    assert.deepEqual(traceers(await pull(provider, '?limit=1')), [second])
    assert.equal((await payload(provider, first)).status, 200, 'what is confirmed may still be read')
  })

  test('lets go of what was never fetched, once that is confirmed: who says so has it from elsewhere', async () => {
    const { id, traceerId } = await sent(902, aanbieder)
    assert.equal((await confirm(provider, traceerId)).status, 202)
    assert.ok(!traceers(await pull(provider)).includes(traceerId))
    assert.equal((await provider.get(`/v1/messages/${id}`)).told['delivery'], 'delivered')
  })

  test('is the same mailbox that the REST interface shows', async () => {
    const { id, traceerId } = await sent(3, aanbieder)
    assert.ok((await provider.get('/v1/mailbox')).told.messages.some(it => it.id === id))
    assert.equal((await provider.delete(`/v1/mailbox/${id}`)).status, 204)
    assert.ok(!traceers(await pull(provider)).includes(traceerId))
    assert.equal((await confirm(provider, traceerId)).status, 202)
  })

  test('names a retour by the numbers of the message it answers, as its receiver knows that', async () => {
    const start = await provider.send(message('WMO305', 4))
    const retour = await municipality.send(message('WMO306', 4))
    const found = (await pull(provider)).find(it => it.referentiegegevens.traceerId === retour['referentienummer'])
    assert.deepEqual(found?.referentiegegevens, { conversatieId: start['referentienummer'], traceerId: retour['referentienummer'], alsAntwoordOp: start['referentienummer'] })
  })

  test('gives at most 250, oldest first, and then the rest', async () => {
    const all: string[] = []
    for (let seed = 0; seed < 251; seed++) all.push((await sent(1_000 + seed, many)).traceerId)
    const other = gateway.as('otherAanbieder')
    const [first, ...rest] = await pull(other)
    assert.deepEqual(traceers(first === undefined ? [] : [first, ...rest]), all.slice(0, 250))
    assert.equal((await pull(other, '?limit=250')).length, 250)
    for (const id of traceers(await pull(other, '?limit=2'))) await confirm(other, id)
    assert.deepEqual(traceers(await pull(other)), all.slice(2))
  })

  test('takes no other limit, and no parameter it does not know', async () => {
    for (const query of ['limit=0', 'limit=251', 'limit=x', 'limit=1.5', 'offset=3', 'party=x']) {
      assert.equal(code(await provider.get(`${queue}?${query}`)), '400 ZP_QUERY', query)
    }
  })
})

describe('an account of several parties', () => {
  test('has one queue of all for whom it may receive, oldest first, which a party narrows', async () => {
    const mine: string[] = []
    for (const [at, party] of [one, two, one, two].entries()) mine.push((await sent(20 + at, party)).traceerId)
    await sent(30, one, 'JW301')
    await sent(31, three)
    assert.deepEqual(traceers(await pull(supplier)), mine)
    assert.deepEqual(traceers(await pull(supplier, '?limit=3')), mine.slice(0, 3))
    assert.deepEqual(traceers(await pull(supplier, `?party=${one}`)), [mine[0], mine[2]])
    assert.deepEqual(traceers(await pull(supplier, `?party=${three}`)), [])
    assert.equal(code(await supplier.get(`${queue}?party=${many}`)), '403 ZP_ACCOUNT_ROLE')
    assert.equal(code(await supplier.get(`${queue}?party=0999`)), '403 ZP_ACCOUNT_ROLE')
    for (const id of mine) assert.equal((await confirm(supplier, id)).status, 202)
    assert.deepEqual(await pull(supplier), [])
  })

  test('that may only send for a party gets the answers to what it sent', async () => {
    const start = await supplier.call('POST', `/v1/messages?party=${three}`, message('WMO305', 40, { afzender: three }), { 'content-type': 'application/xml' })
    assert.equal(start.status, 202)
    const retour = String((await municipality.send(message('WMO306', 40, { afzender: three })))['referentienummer'])
    assert.deepEqual(traceers(await pull(supplier)), [retour])
    assert.equal((await payload(supplier, retour)).status, 200)
    assert.equal((await confirm(supplier, retour)).status, 202)
  })

  test('finds what is another’s, what it sent itself, and what is nothing to be the same nothing', async () => {
    const others = (await sent(50, aanbieder)).traceerId
    const family = (await sent(51, one, 'JW301')).traceerId
    const own = String((await supplier.call('POST', `/v1/messages?party=${one}`, message('WMO305', 52, { afzender: one }), { 'content-type': 'application/xml' })).told['referentienummer'])
    const toThree = (await sent(53, three)).traceerId
    for (const id of [others, family, own, toThree, randomUUID(), 'x', '%27', '9'.repeat(60)]) {
      assert.equal(code(await payload(supplier, id)), '404 ZP_NOT_FOUND', id)
      assert.equal(code(await confirm(supplier, id)), '404 ZP_NOT_FOUND', id)
    }
    assert.equal(code(await supplier.get(`${queue}/${(await sent(54, two)).traceerId}/payload?party=${one}`)), '404 ZP_NOT_FOUND')
    assert.ok(traceers(await pull(provider)).includes(others), 'nothing was confirmed')
  })

  test('with no party, or of an operator, has no queue', async () => {
    for (const it of ['operator', 'auditor'] as const) assert.equal(code(await gateway.as(it).get(queue)), '403 ZP_ACCOUNT_ROLE')
    assert.equal(code(await gateway.as('nobody').get(queue)), '401 ZP_CERTIFICATE')
  })
})

describe('a payload', () => {
  test('is the message byte for byte, and is written down before it is given', async () => {
    const { traceerId, id, bytes } = await sent(60, aanbieder)
    for (const asked of [traceerId, traceerId.toUpperCase()]) {
      const reply = await payload(provider, asked)
      assert.equal(reply.headers['content-type'], 'application/octet-stream')
      assert.ok(reply.bytes.equals(bytes))
    }
    const reads = await world.store(async store => (await store.inspect(id))?.history.filter(it => it.event === 'payload_read').map(it => it.account))
    assert.deepEqual(reads, ['aanbieder', 'aanbieder'])
  })

  test('of which nothing was read is not written down as read', async () => {
    const { traceerId, id } = await sent(61, two)
    assert.ok(traceers(await pull(supplier)).includes(traceerId))
    assert.equal(code(await payload(provider, traceerId)), '404 ZP_NOT_FOUND')
    const { history } = await world.store(store => store.inspect(id)) ?? { history: [] }
    assert.ok(!history.some(it => it.event === 'payload_read'))
  })

  test('is a ZIP where the party wants one: of one file, always the same bytes, of which the queue tells size and checksum', async t => {
    const { traceerId, bytes } = await sent(62, two)
    const told = (await pull(supplier, `?party=${two}`)).find(it => it.referentiegegevens.traceerId === traceerId)
    assert.deepEqual(told?.routeringgegevens.geadresseerden, [{ rol: 'Praktijk', code: two }])
    const zips = [await payload(supplier, traceerId), await payload(supplier, traceerId)].map(it => it.bytes)
    for (const zip of zips) assert.deepEqual({ grootte: zip.byteLength, waarde: sha256(zip) }, { grootte: told?.basisgegevens.payload.grootte, waarde: told?.basisgegevens.payload.checksum.waarde })
    if (!needTool(t, 'unzip', 'unzip')) return
    writeFileSync(world.path('payload.zip'), zips[0] ?? '')
    const listed = spawnSync('unzip', ['-Z1', world.path('payload.zip')], { encoding: 'utf8' })
    assert.equal(listed.stdout, `${traceerId}.xml\n`)
    assert.equal(spawnSync('unzip', ['-tq', world.path('payload.zip')]).status, 0)
    assert.ok(spawnSync('unzip', ['-p', world.path('payload.zip')]).stdout.equals(bytes))
  })

  test('that is gone is not there', async () => {
    await provider.send(message('WMO305', 63))
    const traceerId = String((await municipality.send(message('WMO306', 63)))['referentienummer'])
    await confirm(provider, traceerId)
    const later = instant(Date.now() + 1_000)
    await world.store(async store => { await store.sweep('payload', { before: later, now: later, after: 0, messages_max: 1_000, bytes_max: 1e9, dry: false }) })
    assert.equal(code(await payload(provider, traceerId)), '404 ZP_NOT_FOUND')
  })
})
