/** Berichtstatus over real TLS: where a message stands for who sent it and who gets it, in both versions, and why. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { instant } from '../../src/core/core.ts'
import type { Handler } from '../../src/handle/handle.ts'
import { altered, gemeente, makeWorld, message, until, withText, type Client } from '../flow/world.ts'
import { aMandate, anAccount, aParty, putAccount, putMandate, putParty } from '../register.ts'
import { code, providerOf, statusPath, traceers, type Berichtstatus } from './provider.ts'
import { dotnet, metadata, type Json } from './pushing.ts'

const world = await makeWorld()
/** Holds what comes from one provider. */
const held = '42420015'
const holds: Handler = { name: 'back-office', on: [{ message: ['WMO305'] }], handle: async ({ sender }) => sender === held ? { kind: 'hold', reason: 'check_budget' } : { kind: 'done' } }
const gateway = await world.start({}, [holds])
const { pull, confirm, status } = await providerOf(gateway)
const municipality = gateway.as('gemeente')
const provider = gateway.as('aanbieder')
const supplier = gateway.as('unregistered')
const [one, two, three] = ['42420011', '42420012', '42420013']

await world.store(async store => {
  for (const code of [one, two, three, held]) await putParty(store, aParty(code))
  await putAccount(store, anAccount('leverancier', { certificates: [world.certificate('unregistered')] }))
  // Of the first and what is held all of iwmo; for the second only receiving; for the third only sending.
  for (const [party, direction] of [[one, 'send'], [one, 'receive'], [two, 'receive'], [three, 'send'], [held, 'send']] as const) await putMandate(store, aMandate('leverancier', party, { direction }))
})

/** Pushes a message of a provider; what is not said is right. @returns its traceerId */
async function pushed (client: Client, bytes: Uint8Array, references: Json = {}, afzender = '42420001'): Promise<string> {
  const told = metadata('WMO305', references)
  told.routeringgegevens.afzender.code = afzender
  const { type, body } = dotnet(told, bytes)
  const reply = await client.call('POST', '/berichtenservice/berichten/rest-push/v1/berichten', body, { 'content-type': type })
  assert.equal(reply.status, 204, reply.bytes.toString())
  return told.referentiegegevens.traceerId
}
const start = (seed: number, afzender = '42420001'): Buffer => message('WMO305', seed, { afzender })
/** @returns the status of one message, once it is another than Ontvangen */
const settled = (client: Client, traceerId: string): Promise<Berichtstatus> => until(async () => {
  const [first] = await status(client, `traceerId=${traceerId}`)
  return first?.status === 'Ontvangen' || first?.status === 'WordtVerwerkt' ? undefined : first
}, 'a status')

describe('the status of a message', () => {
  test('is that of its way to its receiver, for its sender with its own reference, for its receiver without', async () => {
    const traceerId = await pushed(provider, start(1), { referentieId: 'declaratie 7' })
    const first = await settled(provider, traceerId)
    assert.deepEqual(first, { referentiegegevens: { conversatieId: traceerId, traceerId, referentieId: 'declaratie 7' }, status: 'WordtAangeboden', meldingen: [] })
    assert.deepEqual((await status(provider, `traceerId=${traceerId.toUpperCase()}`, 'v2')).map(it => it.status), ['Aangeboden'])
    assert.deepEqual(await status(municipality, `traceerId=${traceerId}`), [{ ...first, referentiegegevens: { conversatieId: traceerId, traceerId } }])
    assert.equal((await confirm(municipality, traceerId)).status, 202)
    for (const version of ['v2', 'v3'] as const) for (const client of [provider, municipality]) assert.deepEqual((await status(client, `conversatieId=${traceerId}`, version)).map(it => it.status), ['Bezorgd'])
  })

  test('in test mode tells nothing back that may be a real person’s', async () => {
    const real = '123456782'
    const traceerId = await pushed(provider, withText(start(70), 'Identificatie', `${real}ABCDEF`), { referentieId: real })
    const [it] = await status(provider, `traceerId=${traceerId}`)
    assert.deepEqual([it?.status, it?.referentiegegevens.referentieId], ['AfgekeurdDoorDienst', undefined])
    assert.ok(!JSON.stringify(it).includes(real), JSON.stringify(it))
  })

  test('that was refused is told by the chain’s code, all that was found, and where; until it is sent right, under the same number', async () => {
    const traceerId = randomUUID()
    const wrong = withText(altered(start(2), /<[^>]*:Geboortedatum>.*?<\/[^>]*:Geboortedatum>/s, ''), 'Bsn', '12345')
    await pushed(provider, wrong, { traceerId, referentieId: 'mijn nummer' })
    for (const version of ['v2', 'v3'] as const) {
      const [refused, ...others] = await status(provider, `traceerId=${traceerId}`, version)
      assert.deepEqual(others, [])
      assert.deepEqual([refused?.status, refused?.referentiegegevens], ['AfgekeurdDoorDienst', { conversatieId: traceerId, traceerId, referentieId: 'mijn nummer' }])
      const [first, ...found] = refused?.meldingen ?? []
      assert.deepEqual(first, { code: 'BRS13', omschrijving: 'Het bericht voldoet niet aan het schema (controleniveau 1).', toelichting: 'WMO305' })
      assert.ok(found.length >= 2, JSON.stringify(found))
      for (const it of found) assert.match(it.toelichting ?? '', /^regel \d+; Client/)
      assert.ok(found.some(it => /Client\/Bsn; gevonden: .*; verwacht: /.test(it.toelichting ?? '')), JSON.stringify(found))
      assert.ok(!JSON.stringify(refused).includes('12345'), 'no personal value')
    }
    assert.deepEqual(await status(municipality, `traceerId=${traceerId}`), [], 'nobody else learns of it')
    assert.deepEqual((await status(provider, `conversatieId=${traceerId}`)).map(it => it.status), ['AfgekeurdDoorDienst'])
    await pushed(provider, start(2), { traceerId })
    assert.equal((await settled(provider, traceerId)).status, 'WordtAangeboden')
  })

  test('tells of what cannot be kept, such as a ZIP that is none, the same', async () => {
    const traceerId = await pushed(provider, Buffer.from('PK no zip'))
    assert.deepEqual((await status(provider, `traceerId=${traceerId}`)).map(it => [it.status, it.meldingen.map(it => it.code)]), [['AfgekeurdDoorDienst', ['BRS15', 'ZP_ZIP']]])
  })

  test('that was rejected by its content is told by BRS28 and the rule, and beside it stands the retour', async () => {
    await world.judge(gemeente, { level: 'content' })
    const traceerId = await pushed(provider, withText(start(3), 'Begindatum', '2099-01-01'))
    const [own, retour, ...others] = await status(provider, `traceerId=${traceerId}`)
    assert.deepEqual(others, [])
    assert.deepEqual([own?.status, own?.meldingen[0]?.code], ['AfgekeurdDoorDienst', 'BRS28'])
    assert.ok((own?.meldingen.length ?? 0) > 1)
    assert.match(own?.meldingen[1]?.toelichting ?? '', /retourcode 0001/)
    assert.deepEqual([retour?.status, retour?.referentiegegevens.alsAntwoordOp, retour?.referentiegegevens.conversatieId, retour?.meldingen], ['WordtAangeboden', traceerId, traceerId, []])
    assert.ok(traceers(await pull(provider)).includes(retour?.referentiegegevens.traceerId ?? ''))
    await world.judge(gemeente, {})
  })

  test('for which somebody must decide says so, and that it was given up when he refused it', async () => {
    const traceerId = await pushed(supplier, start(4, held), {}, held)
    const waiting = await until(async () => (await status(supplier, `traceerId=${traceerId}`)).find(it => it.meldingen.length > 0), 'a message that is held')
    assert.deepEqual([waiting.status, waiting.meldingen.map(it => it.code)], ['WordtVerwerkt', ['held']])
    assert.deepEqual(await status(municipality, `traceerId=${traceerId}`), [], 'its receiver does not know of it yet')
    const [{ id } = { id: '' }] = (await gateway.as('operator').get('/v1/operator/held')).told.messages
    assert.equal((await gateway.as('operator').call('POST', `/v1/operator/held/${id}`, '{"decision":"refuse","reason":"wrong_gemeente"}', { 'content-type': 'application/json' })).status, 200)
    const refused = await settled(supplier, traceerId)
    assert.deepEqual([refused.status, refused.meldingen.map(it => [it.code, it.toelichting])], ['AfgekeurdDoorDienst', [['given_up', 'code wrong_gemeente']]])
  })

  test('that came under two numbers is told under each', async () => {
    const [first, second] = [await pushed(provider, start(5)), await pushed(provider, start(5))]
    for (const traceerId of [first, second]) assert.deepEqual((await status(provider, `traceerId=${traceerId}`)).map(it => it.referentiegegevens), [{ conversatieId: traceerId, traceerId }])
    assert.deepEqual((await status(municipality, `traceerId=${first}`)).length, 1)
    assert.deepEqual(await status(municipality, `traceerId=${second}`), [])
  })

  test('is told of what came or went by another door as well', async () => {
    const sent = String((await municipality.send(message('WMO301', 6)))['referentienummer'])
    for (const client of [municipality, provider]) assert.deepEqual(await status(client, `traceerId=${sent}`), [{ referentiegegevens: { conversatieId: sent, traceerId: sent }, status: 'WordtAangeboden', meldingen: [] }])
  })
})

describe('the statuses of a conversation', () => {
  test('are all that a party knows of it, answers with what they answer, oldest first', async () => {
    const conversatieId = randomUUID()
    const [first, second] = [await pushed(provider, start(10), { conversatieId }), await pushed(provider, start(11), { conversatieId })]
    await settled(provider, first)
    await settled(provider, second)
    const answer = String((await municipality.send(message('WMO306', 10)))['referentienummer'])
    const told = await status(provider, `conversatieId=${conversatieId}`)
    assert.deepEqual(told.map(it => it.referentiegegevens), [{ conversatieId, traceerId: first }, { conversatieId, traceerId: second }, { conversatieId, traceerId: answer, alsAntwoordOp: first }])
    assert.deepEqual(told.map(it => it.status), ['WordtAangeboden', 'WordtAangeboden', 'WordtAangeboden'])
    assert.deepEqual((await status(provider, `traceerId=${first}`)).map(it => it.referentiegegevens.traceerId), [first, answer])
    assert.deepEqual((await status(provider, `traceerId=${second}`)).map(it => it.referentiegegevens.traceerId), [second])
  })

  test('are at most 250', async () => {
    const conversatieId = randomUUID()
    const all: string[] = []
    for (let n = 0; n < 251; n++) all.push(await pushed(provider, Buffer.from('no message'), { conversatieId }))
    assert.deepEqual((await status(provider, `conversatieId=${conversatieId}`)).map(it => it.referentiegegevens.traceerId), all.slice(0, 250))
  })

  test('are asked by exactly one of the two', async () => {
    const id = randomUUID()
    for (const version of ['v2', 'v3'] as const) {
      for (const query of ['', `?traceerId=${id}&conversatieId=${id}`, '?traceerId=x', '?conversatieId=', `?traceerId=${id}&traceerId=${id}`, `?referentieId=${id}`, `?traceerId=${id}&party=x`]) {
        const { status, told } = await provider.get(`${statusPath(version)}${query}`)
        assert.equal(`${status} ${told.code}`, '400 ZP_QUERY', query)
      }
    }
  })
})

describe('an account of several parties', () => {
  test('sees of each what it may: sending what it sent and the answers, receiving what came in', async () => {
    const sent = await pushed(supplier, start(20, one), {}, one)
    const only = await pushed(supplier, start(21, three), {}, three)
    const came = String((await municipality.send(message('WMO301', 22, { ontvanger: two })))['referentienummer'])
    const hidden = String((await municipality.send(message('WMO301', 23, { ontvanger: three })))['referentienummer'])
    await settled(supplier, only)
    for (const id of [sent, only, came]) assert.equal((await status(supplier, `traceerId=${id}`)).length, 1)
    assert.deepEqual(await status(supplier, `traceerId=${hidden}`), [])
    assert.deepEqual(await status(supplier, `traceerId=${sent}&party=${two}`), [])
    assert.equal((await status(supplier, `traceerId=${sent}&party=${one}`)).length, 1)
    assert.deepEqual(await status(provider, `traceerId=${sent}`), [], 'another provider')
    assert.equal(code(await supplier.get(`${statusPath('v3')}?traceerId=${sent}&party=42420001`)), '403 ZP_ACCOUNT_ROLE')
    const refused = await pushed(supplier, Buffer.from('no message'), {}, three)
    assert.equal((await status(supplier, `traceerId=${refused}`)).length, 1)
    await world.store(async store => {
      await putMandate(store, aMandate('leverancier', three, { until: instant(1) }))
      await putMandate(store, aMandate('leverancier', three, { direction: 'receive' }))
    })
    for (const id of [refused, only]) assert.deepEqual(await status(supplier, `traceerId=${id}`), [], 'who may not send learns nothing of what was sent')
    assert.equal((await status(supplier, `traceerId=${hidden}`)).length, 1)
  })

  test('that are both sides of a message gets it once, with what its sender learns', async () => {
    await world.store(async store => { await putMandate(store, aMandate('leverancier', '0344', { direction: 'receive' })) })
    const traceerId = await pushed(supplier, start(30, one), { referentieId: 'eigen' }, one)
    await settled(supplier, traceerId)
    assert.deepEqual((await status(supplier, `traceerId=${traceerId}`)).map(it => it.referentiegegevens.referentieId), ['eigen'])
  })

  test('of an operator has none', async () => {
    assert.equal(code(await gateway.as('operator').get(`${statusPath('v3')}?traceerId=${randomUUID()}`)), '403 ZP_ACCOUNT_ROLE')
  })
})
