/** Looking in the queue of the provider door: by berichtstroom, by conversation, by what is answered. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { makeWorld, message } from '../flow/world.ts'
import { aMandate, anAccount, aParty, putAccount, putMandate, putParty } from '../register.ts'
import { code, providerOf, queue, traceers, type Bericht } from './provider.ts'

const world = await makeWorld()
const gateway = await world.start()
const { pull, search, confirm } = await providerOf(gateway)
const municipality = gateway.as('gemeente')
const provider = gateway.as('aanbieder')
const [one, two] = ['42420011', '42420012']
const number = async (bytes: Buffer, as = municipality): Promise<string> => String((await as.send(bytes))['referentienummer'])

const wmo = [await number(message('WMO301', 1)), await number(message('WMO301', 2))]
const jw = await number(message('JW301', 3))
const asked = [await number(message('WMO305', 4), provider), await number(message('WMO305', 5), provider)]
const answers = [await number(message('WMO306', 4)), await number(message('WMO306', 5))]
const stroom = async (berichtstroom: object, query = ''): Promise<string[]> => traceers(await search(provider, { zoekpadType: 'ZoekpadOpBerichtstroom', berichtstroom }, query))

describe('looking in the queue', () => {
  test('by berichtstroom finds what has all that is asked, oldest first', async () => {
    assert.deepEqual(traceers(await pull(provider)), [...wmo, jw, ...answers])
    assert.deepEqual(await stroom({}), [...wmo, jw, ...answers])
    assert.deepEqual(await stroom({ berichttype: 'JW' }), [jw])
    assert.deepEqual(await stroom({ berichttype: 'wmo' }), [...wmo, ...answers])
    assert.deepEqual(await stroom({ berichtsubtype: 'WMO301', berichtversie: 3, berichtsubversie: 2, actie: 'Toewijzing' }), wmo)
    assert.deepEqual(await stroom({ actie: 'StartRetour' }), answers)
    assert.deepEqual(await stroom({ actie: 'Toewijzing' }, '?limit=1'), wmo.slice(0, 1))
    for (const it of [{ berichtversie: 2 }, { berichtsubtype: 'WMO999' }, { actie: 'x' }, { berichttype: 'JW', actie: 'StartRetour' }]) assert.deepEqual(await stroom(it), [])
  })

  test('by conversation or by what is answered finds what the party knows by that', async () => {
    for (const [n, it] of asked.entries()) {
      for (const id of [it, it.toUpperCase()]) {
        assert.deepEqual(traceers(await search(provider, { zoekpadType: 'ZoekpadOpConversatieId', conversatieId: id })), [answers[n]])
        assert.deepEqual(traceers(await search(provider, { zoekpadType: 'ZoekpadOpAlsAntwoordOp', alsAntwoordOp: id })), [answers[n]])
      }
    }
    const [first = ''] = wmo
    assert.deepEqual(traceers(await search(provider, { zoekpadType: 'ZoekpadOpConversatieId', conversatieId: first })), [first])
    for (const conversatieId of [randomUUID()]) assert.deepEqual(await search(provider, { zoekpadType: 'ZoekpadOpConversatieId', conversatieId }), [])
    for (const alsAntwoordOp of [randomUUID(), first]) assert.deepEqual(await search(provider, { zoekpadType: 'ZoekpadOpAlsAntwoordOp', alsAntwoordOp }), [])
  })

  test('finds nothing of others, and nothing whose receipt was confirmed', async () => {
    const other = gateway.as('otherAanbieder')
    assert.deepEqual(await search(other, { zoekpadType: 'ZoekpadOpConversatieId', conversatieId: asked[0] }), [])
    assert.deepEqual(await search(other, { zoekpadType: 'ZoekpadOpAlsAntwoordOp', alsAntwoordOp: asked[0] }), [])
    assert.deepEqual(await search(municipality, { zoekpadType: 'ZoekpadOpAlsAntwoordOp', alsAntwoordOp: asked[0] }), [], 'the answer is its own')
    await confirm(provider, jw)
    assert.deepEqual(await stroom({ berichttype: 'JW' }), [])
  })

  test('is done for all parties of an account, or the one it names', async () => {
    await world.store(async store => {
      for (const party of [one, two]) await putParty(store, aParty(party))
      await putAccount(store, anAccount('leverancier', { certificates: [world.certificate('unregistered')] }))
      for (const party of [one, two]) await putMandate(store, aMandate('leverancier', party, { direction: 'receive' }))
    })
    const supplier = gateway.as('unregistered')
    const its = [await number(message('WMO301', 20, { ontvanger: two })), await number(message('WMO301', 21, { ontvanger: one }))]
    await number(message('JW301', 22, { ontvanger: one }))
    const found = async (query = ''): Promise<readonly Bericht[]> => await search(supplier, { zoekpadType: 'ZoekpadOpBerichtstroom', berichtstroom: {} }, query)
    assert.deepEqual(traceers(await found()), its)
    assert.deepEqual(traceers(await found(`?party=${one}`)), its.slice(1))
  })

  test('reads no more than a question needs', async () => {
    const reply = await provider.call('POST', `${queue}/zoeken`, '['.repeat(300_000), { 'content-type': 'application/json' })
    assert.equal(code(reply), '422 ZP_SIZE')
  })

  test('says what can be looked for, and nothing of what was sent, when it is asked otherwise', async () => {
    const id = randomUUID()
    const wrong = ['', '[]', '{}', '{"zoekpadType":"ZoekpadOpBsn","bsn":"999990019"}', '{"zoekpadType":"ZoekpadOpConversatieId","conversatieId":"999990019"}', '{"zoekpadType":"ZoekpadOpConversatieId"}',
      `{"zoekpadType":"ZoekpadOpConversatieId","conversatieId":"${id}","bsn":"999990019"}`, '{"zoekpadType":"ZoekpadOpBerichtstroom","berichtstroom":{"bsn":"999990019"}}', '{"zoekpadType":"ZoekpadOpBerichtstroom","berichtstroom":{"berichtversie":"3"}}']
    for (const body of wrong) {
      const reply = await provider.call('POST', `${queue}/zoeken`, body, { 'content-type': 'application/json' })
      assert.equal(code(reply), '400 ZP_QUERY', body)
      assert.match(String(reply.told.detail), /ZoekpadOpBerichtstroom \(berichtstroom\)/)
      assert.ok(!reply.bytes.includes('999990019'), body)
    }
    for (const query of ['limit=0', 'limit=251', 'limit=x', 'sort=asc']) assert.equal(code(await provider.call('POST', `${queue}/zoeken?${query}`, '{}', { 'content-type': 'application/json' })), '400 ZP_QUERY', query)
    assert.equal(code(await provider.call('POST', `${queue}/zoeken`, '{}', { 'content-type': 'application/xml' })), '415 ZP_MEDIA_TYPE')
  })
})
