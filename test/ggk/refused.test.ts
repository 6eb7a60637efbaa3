/** What the municipal door says no to, at once or with a Bv03 and an Fo01, and that the same again gets the same answer. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { ownView } from '../../src/party/party.ts'
import type { ArrivalOutcome } from '../../src/store/store.ts'
import { actions, bv03, di01, du01, fo01, fo03, ggkPath, makeChain, soap, soapHeaders, type Said } from '../chain.ts'
import { aanbieder, altered, fixture, gemeente, message, withText, type Client } from '../flow/world.ts'

const chain = await makeChain()
const gateway = await chain.start()

const outcome = async (party: string, number: string): Promise<ArrivalOutcome | undefined> =>
  await chain.world.store(async store => (await store.arrival({ door: 'ggk', party: party === gemeente ? gemeente : aanbieder, number }))?.outcome)
/** Posts a gemeente's message. */
const post = async (bytes: Uint8Array, said: Said = {}) => await gateway.ggk('gemeente', di01(bytes, said), actions.Di01)

describe('at once, for the hop', () => {
  test('an account that does not act for zender.organisatie: StUF013, and nothing is written down', async () => {
    const referentienummer = randomUUID()
    for (const [speaker, zender] of [['aanbieder', gemeente], ['gemeente', '0363'], ['gemeente', 'VECOZO'], ['gemeente', 'Jansen']] as const) {
      const said = fo03(await gateway.ggk(speaker, di01(message('WMO301', 1), { zender, referentienummer }), actions.Di01))
      assert.deepEqual([said.code, said.plek], ['StUF013', 'client'], zender)
    }
    assert.equal(await outcome(gemeente, referentienummer), undefined)
  })

  test('a certificate of nobody known, and none: StUF013, as a fault', async () => {
    for (const client of [gateway.by('stranger'), gateway.as('nobody'), gateway.as('expired'), gateway.as('switchedOff')]) {
      const reply = await client.call('POST', ggkPath, soap(di01(message('WMO301', 1))), soapHeaders(actions.Di01))
      assert.deepEqual([fo03(reply).code, reply.headers['connection']], ['StUF013', 'close'])
    }
    assert.equal(fo03(await gateway.as('operator').call('POST', ggkPath, soap(di01(message('WMO301', 1))), soapHeaders(actions.Di01))).code, 'StUF013')
  })

  test('a Content-Type that is none of SOAP 1.1', async () => {
    for (const type of ['application/soap+xml', 'application/xml', 'text/plain', 'text/xml; charset=iso-8859-1']) {
      assert.equal(fo03(await gateway.by('gemeente').call('POST', ggkPath, soap(di01(message('WMO301', 1))), { ...soapHeaders(actions.Di01), 'content-type': type })).plek, 'client', type)
    }
  })

  test('other content under a number that was stored: StUF016; the first stands', async () => {
    const referentienummer = randomUUID()
    const first = bv03(await post(message('WMO301', 2), { referentienummer }))
    for (const said of [{ referentienummer, applicatie: 'Ander pakket' }, { referentienummer, tijdstip: '20261122101501' }]) assert.equal(fo03(await post(message('WMO301', 2), said)).code, 'StUF016')
    assert.equal(fo03(await post(message('WMO301', 3), { referentienummer })).code, 'StUF016')
    assert.deepEqual(bv03(await post(message('WMO301', 2), { referentienummer })), first)
  })

  test('an Fo01 about a message nobody brought here: StUF043', async () => {
    assert.equal(fo03(await gateway.ggk('gemeente', fo01(randomUUID()), actions.Fo01)).code, 'StUF043')
  })
})

describe('with a Bv03, and an Fo01 for its sender', () => {
  const refused: ReadonlyArray<readonly [why: string, code: string, bytes: Uint8Array, said: Said]> = [
    ['a payload that is not valid', 'ZP_SCHEMA', altered(message('WMO301', 10), /<wmo301:Ingangsdatum>[^<]*<\/wmo301:Ingangsdatum>/, ''), {}],
    ['a payload that is not well formed', 'ZP_XML', Buffer.from('<wmo301:Bericht'), {}],
    ['a payload with a DOCTYPE', 'ZP_XML', altered(message('WMO301', 10), /\?>/, '?><!DOCTYPE x>'), {}],
    ['a Bsn that may be somebody’s', 'ZP_TEST_BSN', withText(message('WMO301', 11), 'Bsn', '123456782'), {}],
    ['a receiver nobody knows', 'ZP_RECEIVER_UNKNOWN', message('WMO301', 12, { ontvanger: '42429999' }), { ontvanger: '42429999' }],
    ['an ontvanger that is not the payload’s', 'ZP_ENVELOPE_PAYLOAD', message('WMO301', 13), { ontvanger: '42420002' }],
    ['a functie that is not the payload’s', 'ZP_ENVELOPE_PAYLOAD', message('WMO301', 14), { functie: 'JW301' }],
    ['a version nobody takes', 'ZP_TYPE', message('WMO301', 15), { versie: ['0003', '0001'] }],
    ['a functie nobody knows', 'ZP_TYPE', message('WMO301', 16), { functie: 'WMO399' }],
    ['an empty payload', 'ZP_XML', new Uint8Array(), {}]
  ]
  for (const [nth, [why, code, bytes, said]] of refused.entries()) {
    test(`${why}: ${code}; refused, its number is free again`, async () => {
      const referentienummer = randomUUID()
      bv03(await post(bytes, { ...said, referentienummer }))
      const told = await outcome(gemeente, referentienummer)
      assert.equal(told?.kind === 'refused' ? told.code : told?.kind, code)
      const { told: { messages: [found] } } = await gateway.by('gemeente').get(`/v1/messages?number=${referentienummer}`)
      assert.deepEqual([found?.['verdict'], found?.['code'], Object(found?.['here'])['code']], ['refused', code, 'refused'])
      bv03(await post(message('WMO301', 1000 + nth), { referentienummer }))
      assert.equal((await outcome(gemeente, referentienummer))?.kind, 'stored')
    })
  }

  test('of what was refused for its envelope its sender finds by number all there is, others nothing', async () => {
    const referentienummer = randomUUID()
    bv03(await post(message('WMO301', 17), { referentienummer, functie: 'WMO399' }))
    const told = async (client: Client): Promise<unknown> => (await client.get(`/v1/messages?number=${referentienummer}`)).told.messages
    const [found, ...more] = await told(gateway.by('gemeente')) as ReadonlyArray<Record<string, unknown>>
    assert.deepEqual([more, found?.['id'], found?.['referentienummer'], found?.['detail'], found?.['retry'], found?.['findings']], [[], null, referentienummer, 'Deze functie wordt niet ondersteund.', 'mend', []])
    assert.deepEqual(await told(gateway.by('aanbieder')), [])
  })

  test('a Du01 whose crossRefnummer is not that of the message its payload answers: ZP_CROSS', async () => {
    const [heen, other, retour] = [randomUUID(), randomUUID(), randomUUID()]
    bv03(await post(message('WMO301', 20), { referentienummer: heen }))
    bv03(await post(message('WMO301', 21), { referentienummer: other }))
    for (const cross of [other, randomUUID()]) {
      const referentienummer = randomUUID()
      bv03(await gateway.ggk('aanbieder', du01(message('WMO302', 20), cross, { functie: 'WMO302', zender: aanbieder, ontvanger: gemeente, referentienummer }), actions.Du01))
      const told = await outcome(aanbieder, referentienummer)
      assert.equal(told?.kind === 'refused' ? told.code : told?.kind, 'ZP_CROSS')
    }
    bv03(await gateway.ggk('aanbieder', du01(message('WMO302', 20), heen, { functie: 'WMO302', zender: aanbieder, ontvanger: gemeente, referentienummer: retour }), actions.Du01))
    assert.equal((await outcome(aanbieder, retour))?.kind, 'stored')
  })

  test('what breaks a rule of level 2 is stored as rejected, with the retour the gateway made beside it', async () => {
    await chain.world.judge(aanbieder, { level: 'content' })
    const referentienummer = randomUUID()
    bv03(await post(fixture('WMO301', 'invalid-CD005'), { referentienummer }))
    await chain.world.judge(aanbieder, { level: 'schema' })
    const told = await outcome(gemeente, referentienummer)
    assert.ok(told?.kind === 'stored')
    await chain.world.store(async store => {
      const sent = await store.message(ownView(gemeente), told.message)
      assert.deepEqual([sent?.verdict, sent?.delivery], ['rejected', 'none'])
      const { items } = await store.list({ view: ownView(gemeente), type: 'WMO302', limit: 10 })
      const retour = items.find(it => it.answers === told.message)
      assert.deepEqual([retour?.origin, retour?.delivery, retour?.sender], ['gateway', 'offered', aanbieder])
    })
  })
})
