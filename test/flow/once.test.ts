/** Once and only once: duplicates, reused keys, retours and their rules, many at a time, and over a restart. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { modelOf } from '../../src/standard/standard.ts'
import { fixture, gemeente, makeWorld, message, withText, type Reply, type Told } from './world.ts'

const world = await makeWorld()
const gateway = await world.start()
const from = gateway.as('gemeente')
const to = gateway.as('aanbieder')
const said = ({ status, told }: Reply): string => `${status} ${told.code}`

/** A WMO301 of this seed, offered to the aanbieder. */
async function offered (seed: number): Promise<Told> {
  const receipt = await from.send(message('WMO301', seed))
  await to.receives(receipt.id)
  return receipt
}
const retour = (seed: number, identificatie = `R${seed}`): Buffer => message('WMO302', seed, { identificatie })

describe('the same again', () => {
  test('gets the first receipt byte for byte, marked as a duplicate, also after a restart', async () => {
    const own = await makeWorld()
    const first = await own.start()
    const { status, bytes, headers } = await first.as('gemeente').post(fixture('JW301'))
    assert.deepEqual([status, headers['duplicate']], [202, undefined])
    const check = ({ status, bytes: again, headers: { duplicate, location } }: Reply): void => {
      assert.deepEqual([status, again.toString(), duplicate, location], [200, bytes.toString(), 'true', headers['location']])
    }
    check(await first.as('gemeente').post(fixture('JW301')))
    await first.stop()
    const second = await own.start()
    check(await second.as('gemeente').post(fixture('JW301')))
    assert.deepEqual((await second.as('gemeente').get(`${String(headers['location'])}/receipt`)).bytes, bytes)
    assert.equal((await second.as('aanbieder').get('/v1/mailbox')).told.messages.length, 1)
  })

  test('with other bytes is refused, however small the difference', async () => {
    const bytes = message('WMO301', 1)
    await from.send(bytes)
    assert.equal(said(await from.post(Buffer.concat([bytes, Buffer.from('\n')]))), '409 ZP_IDENTIFICATIE_REUSED')
    assert.equal(said(await from.post(withText(bytes, 'Dagtekening', '2026-04-02'))), '409 ZP_IDENTIFICATIE_REUSED')
  })

  test('under the same Identificatie in another type, or by another sender, is another message', async () => {
    const identificatie = 'ZELFDE'
    await from.send(message('WMO301', 2, { identificatie }))
    await from.send(message('JW301', 2, { identificatie }))
    await to.send(message('WMO305', 2, { identificatie }))
    await gateway.as('otherGemeente').send(message('WMO301', 2, { identificatie, afzender: '0363' }))
    await from.send(message('WMO319', 2, { identificatie }))
  })

  test('burns nothing when the first was refused', async () => {
    const bytes = message('WMO301', 3)
    assert.equal((await from.post(withText(bytes, 'BerichtVersie', 'drie'))).status, 422)
    assert.equal((await from.post(withText(bytes, 'Bsn', '123456782'))).status, 422)
    assert.equal((await from.post(withText(bytes, 'Ontvanger', '42429999'))).status, 422)
    assert.equal(said(await from.post(bytes)), '202 undefined')
  })
})

describe('a retour', () => {
  test('closes its message once; its own bytes again are a duplicate, others a second retour', async () => {
    await offered(10)
    await to.send(retour(10))
    assert.equal(said(await to.post(retour(10))), '200 undefined')
    assert.equal(said(await to.post(retour(10, 'ANDER'))), '409 ZP_RETOUR_SECOND')
  })

  test('must name what was offered to its sender', async () => {
    assert.equal(said(await to.post(retour(11))), '422 ZP_RETOUR_UNKNOWN')
    await offered(11)
    assert.equal(said(await gateway.as('otherAanbieder').post(retour(11))), '403 ZP_NOT_SENDER')
    // Another type with the same Identificatie is another message.
    assert.equal(said(await to.post(withText(message('JW302', 11), 'Identificatie', 'W301SB'))), '422 ZP_RETOUR_UNKNOWN')
    // In its own name, about what was never offered to it.
    assert.equal(said(await gateway.as('otherAanbieder').post(withText(retour(11), 'Ontvanger', '42420002'))), '422 ZP_RETOUR_UNKNOWN')
    assert.equal((await to.post(retour(11))).status, 202)
  })

  test('repeats the Header unchanged, or is told which element differs', async () => {
    await offered(12)
    const refused = await to.post(withText(retour(12), 'Dagtekening', '2026-04-02'))
    const paths = (reply: typeof refused): unknown[] => reply.told.findings.map(it => it['path'])
    assert.deepEqual([said(refused), ...paths(refused)], ['422 ZP_RETOUR_ECHO', 'Header/BerichtIdentificatie/Dagtekening'])
    const leaves = withText(retour(12), 'BasisschemaXsdVersie', '1.0.9')
    assert.deepEqual(paths(await to.post(leaves)), ['Header/XsdVersie/BasisschemaXsdVersie'])
    assert.equal((await to.post(retour(12))).status, 202)
  })

  test('is too early before its message was offered', async () => {
    const own = await makeWorld()
    const holding = await own.start({}, [{ name: 'holds', on: [{ message: ['WMO301'] }], handle: async () => ({ kind: 'hold', reason: 'test' }) }])
    await holding.as('gemeente').send(message('WMO301', 13))
    assert.equal(said(await holding.as('aanbieder').post(retour(13))), '422 ZP_RETOUR_UNKNOWN')
  })

  test('to a message this gateway never carried is taken where that was configured, and reaches its receiver', async () => {
    const own = await makeWorld()
    const moved = await own.start({ retour_unknown: 'accept' })
    const { id } = await moved.as('aanbieder').send(retour(14))
    const { answers, conversatie, referentienummer } = await moved.as('gemeente').receives(id) as Told & Record<string, unknown>
    assert.deepEqual([answers, conversatie], [null, referentienummer])
    // What is known is still held to the rules.
    await moved.as('gemeente').send(message('WMO301', 15))
    const [known] = (await moved.as('gemeente').get('/v1/messages?type=WMO301')).told.messages
    await moved.as('aanbieder').receives(known?.id ?? '')
    await moved.as('aanbieder').send(retour(15))
    assert.equal(said(await moved.as('aanbieder').post(retour(15, 'ANDER'))), '409 ZP_RETOUR_SECOND')
  })

  test('of a claim is a 325, matched on DeclaratieIdentificatie and DeclaratieNummer', async () => {
    assert.equal(modelOf('WMO323').answeredBy, 'WMO325')
    const claim = await to.send(message('WMO323', 16))
    await from.receives(claim.id)
    const answer = (name: string, text: string) => withText(message('WMO325', 16), name, text)
    const wrong = await from.post(answer('DeclaratieNummer', 'ANDERS'))
    assert.deepEqual([said(wrong), wrong.told.findings[0]?.['path']], ['422 ZP_RETOUR_ECHO', 'Header/DeclaratieNummer'])
    await from.send(message('WMO325', 16))
    assert.equal(said(await from.post(message('WMO325', 16, { identificatie: 'ANDER325' }))), '409 ZP_RETOUR_SECOND')
    assert.equal((await to.get(`/v1/messages/${claim.id}`)).told['answer'], 'answered')
  })
})

describe('many at once', () => {
  test('200 distinct messages keep their own bytes', async () => {
    const all = Array.from({ length: 200 }, (_, at) => message(at % 2 === 0 ? 'WMO301' : 'JW301', 1000 + at))
    const receipts = await Promise.all(all.map(async bytes => await from.send(bytes)))
    assert.equal(new Set(receipts.map(it => it.id)).size, 200)
    await Promise.all(receipts.map(async ({ id }, at) => {
      await to.receives(id)
      assert.deepEqual((await to.get(`/v1/messages/${id}/payload`)).bytes, all[at])
    }))
  })

  test('50 times one message is one message, and one receipt', async () => {
    const bytes = message('JW301', 2000)
    const replies = await Promise.all(Array.from({ length: 50 }, async () => await from.post(bytes)))
    assert.deepEqual(replies.map(it => it.status).toSorted(), [...Array<number>(49).fill(200), 202])
    assert.equal(new Set(replies.map(it => it.bytes.toString())).size, 1)
    assert.equal((await from.get(`/v1/messages?identificatie=${String(replies[0]?.told['identificatie'])}`)).told.messages.length, 1)
  })

  test('20 retours to one message: one closes it', async () => {
    await offered(2100)
    const replies = await Promise.all(Array.from({ length: 20 }, async (_, at) => await to.post(retour(2100, `M${at}`))))
    assert.deepEqual([replies.filter(it => it.status === 202).length, replies.filter(it => said(it) === '409 ZP_RETOUR_SECOND').length], [1, 19])
  })
})

describe('a restart', () => {
  test('keeps lists, mailboxes, receipts, payloads and seals as they were', async () => {
    const own = await makeWorld()
    const everything = async (running: Awaited<ReturnType<typeof own.start>>): Promise<unknown> => {
      const views = await Promise.all((['gemeente', 'aanbieder'] as const).map(async who => {
        const client = running.as(who)
        const list = (await client.get('/v1/messages')).told
        const parts = await Promise.all(list.messages.flatMap(({ id }) => ['', '/payload', '/seal', '/receipt', '/history'].map(async part => (await client.get(`/v1/messages/${id}${part}`)).bytes.toString('base64'))))
        return { list, mailbox: (await client.get('/v1/mailbox')).told, parts }
      }))
      return views
    }
    const first = await own.start()
    const receipts = await Promise.all([1, 2, 3].map(async seed => await first.as('gemeente').send(message('WMO301', seed))))
    for (const { id } of receipts) await first.as('aanbieder').receives(id)
    await first.as('aanbieder').delete(`/v1/mailbox/${receipts[0]?.id ?? ''}`)
    const { id } = await first.as('aanbieder').send(retour(2))
    await first.as('gemeente').receives(id)
    const before = await everything(first)
    await first.stop()
    assert.deepEqual(await everything(await own.start()), before)
  })

  test('refuses a database of the other mode', async () => {
    const own = await makeWorld()
    await assert.rejects(own.start({ mode: 'production' }), /made in mode test/)
    assert.equal((await (await own.start()).as('gemeente').get('/v1/mailbox')).status, 200)
    assert.equal(own.account('gemeente').party, gemeente)
  })
})
