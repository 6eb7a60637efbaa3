/** An Fo01 at the municipal door: the message it refuses ends, and its sender reads why; however odd the Fo01. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { ownView } from '../../src/party/party.ts'
import { actions, bv03, di01, du01, fo01, fo03, makeChain } from '../chain.ts'
import { aanbieder, gemeente, message, type Told } from '../flow/world.ts'

const chain = await makeChain()
const gateway = await chain.start()
const by = { zender: aanbieder, ontvanger: gemeente }
let seed = 0

/** A gemeente's message that lies ready for the aanbieder. @returns its number, and what its sender sees of it */
async function sent (): Promise<{ readonly number: string, readonly seed: number, told (): Promise<Told> }> {
  const number = randomUUID()
  bv03(await gateway.ggk('gemeente', di01(message('WMO301', ++seed), { referentienummer: number }), actions.Di01))
  const id = await chain.world.store(async store => await store.byNumber(ownView(gemeente), number))
  return { number, seed, told: async () => (await gateway.as('gemeente').get(`/v1/messages/${id}`)).told }
}

describe('an Fo01', () => {
  test('ends the message: dead, with its code, and its sender reads the reason; the same again gets the same Bv03', async () => {
    const { number, told } = await sent()
    const fout = fo01(number, { ...by, code: 'StUF055', omschrijving: 'Element X ontbreekt', details: 'WMO301-00010000' })
    const first = await gateway.ggk('aanbieder', fout, actions.Fo01)
    bv03(first)
    const now = await told()
    assert.deepEqual([now['delivery'], now['answer'], now['dead_class'], now['dead_reason']], ['dead', 'none', 'functional', 'StUF055'])
    assert.match(String(now.findings.at(-1)?.['message']), /Fo01 StUF055.*Element X ontbreekt/)
    assert.deepEqual((await gateway.ggk('aanbieder', fout, actions.Fo01)).bytes, first.bytes)
    assert.equal((await told()).findings.length, now.findings.length, 'told once')
    assert.deepEqual((await gateway.as('aanbieder').get('/v1/mailbox')).told.messages, [])
    assert.ok(!gateway.lines.join('').includes('Element X'), 'what it says is not logged')
  })

  test('is taken as odd as the published example: another applicatie, no usable zender, a number that is none, a code and texts of any kind', async () => {
    const odd: ReadonlyArray<(number: string) => string> = [
      number => fo01(number, { ...by, zender: 'IB', referentienummer: '9c0f7b90-5c69-11e5-a837-0800200c9a66' }),
      number => fo01(number.toUpperCase(), { ...by, code: 'X', omschrijving: '' }),
      number => fo01(number, by).replace(/<StUF:referentienummer>[^<]*<\/StUF:referentienummer>/, '').replace(/<StUF:tijdstipBericht>[^<]*<\/StUF:tijdstipBericht>/, ''),
      number => fo01(number, by).replace('<StUF:plek>client', '<StUF:plek>Client').replace('</StUF:body>', '<StUF:detailsXML><root/></StUF:detailsXML></StUF:body>')
    ]
    for (const make of odd) {
      const { number, told } = await sent()
      bv03(await gateway.ggk('aanbieder', make(number), actions.Fo01))
      assert.equal((await told())['delivery'], 'dead')
    }
  })

  test('of who did not get the message is StUF043, as for a number of nobody; in another’s name StUF013', async () => {
    const { number, told } = await sent()
    assert.equal(fo03(await gateway.ggk('gemeente', fo01(number), actions.Fo01)).code, 'StUF043', 'of its own sender')
    assert.equal(fo03(await gateway.ggk('aanbieder', fo01(randomUUID(), by), actions.Fo01)).code, 'StUF043')
    assert.equal(fo03(await gateway.ggk('aanbieder', fo01(number, { zender: '42420002' }), actions.Fo01)).code, 'StUF013')
    assert.equal((await told())['delivery'], 'offered')
  })

  test('has a sender, a code and texts that may be anything: it is answered all the same, and a word for a code stands in no audit row', async () => {
    const { number, told } = await sent()
    bv03(await gateway.ggk('aanbieder', fo01(number, { ...by, code: 'Piet85' }).replaceAll('Voorbeeldpakket', '😀a'), actions.Fo01))
    assert.equal((await told())['dead_reason'], 'fo01')
    const rows = await chain.world.store(async store => (await store.auditRows({ limit: 100 })).items)
    assert.ok(!JSON.stringify(rows).includes('Piet85'))
    assert.equal(fo03(await gateway.ggk('gemeente', di01(message('WMO301', ++seed), { applicatie: '😀a' }), actions.Di01)).plek, 'client')
  })

  test('in test mode leaves nothing that may be a real person’s', async () => {
    const { number, told } = await sent()
    bv03(await gateway.ggk('aanbieder', fo01(number, { ...by, omschrijving: 'Bsn 123456782 onbekend', details: 'WMO301-00010000' }), actions.Fo01))
    assert.equal((await told()).findings.at(-1)?.['message'], 'De ontvanger kan dit bericht niet verwerken (Fo01 StUF055): WMO301-00010000')
  })

  test('comes too late for a message that was answered', async () => {
    const { number, seed, told } = await sent()
    bv03(await gateway.ggk('aanbieder', du01(message('WMO302', seed), number, { ...by, functie: 'WMO302' }), actions.Du01))
    const said = await gateway.ggk('aanbieder', fo01(number, by), actions.Fo01)
    assert.deepEqual([fo03(said).plek, (await told())['answer']], ['client', 'answered'])
  })
})
