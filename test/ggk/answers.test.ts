/** Answers at the municipal door, in any order: before what they answer, after another, as Di01 or Du01, refused by an Fo01; and what each end then sees. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import type { MessageType } from '../../src/standard/standard.ts'
import type { ArrivalOutcome } from '../../src/store/store.ts'
import { actions, bv03, di01, du01, fo01, fo03, makeChain, type Said } from '../chain.ts'
import { aanbieder, certificateOf, gemeente, message, until, type Told } from '../flow/world.ts'
import { aMandate, anAccount, putAccount, putMandate } from '../register.ts'
import { curl, metadata, pushPath } from '../vsp/pushing.ts'
import { providerOf } from '../vsp/provider.ts'

const chain = await makeChain()
const gateway = await chain.start()
const provider = await providerOf(gateway)
const codes = { gemeente, aanbieder }
type Speaker = keyof typeof codes

const outcome = async (speaker: Speaker, number: string): Promise<ArrivalOutcome | undefined> =>
  await chain.world.store(async store => (await store.arrival({ door: 'ggk', party: codes[speaker], number }))?.outcome)
/** What became of it: stored, or why not. */
const became = async (speaker: Speaker, number: string): Promise<string | undefined> => { const it = await outcome(speaker, number); return it?.kind === 'refused' ? it.code : it?.kind }
const saidBy = (speaker: Speaker): Said => speaker === 'gemeente' ? { zender: gemeente, ontvanger: aanbieder } : { zender: aanbieder, ontvanger: gemeente }

async function sent (speaker: Speaker, type: MessageType, seed: number, { cross = null, number = randomUUID(), identificatie = undefined }: { cross?: string | null, number?: string, identificatie?: string | undefined } = {}): Promise<string> {
  const said = { ...saidBy(speaker), functie: type, referentienummer: number }
  const bytes = message(type, seed, identificatie === undefined ? {} : { identificatie })
  bv03(await gateway.ggk(speaker, cross === null ? di01(bytes, said) : du01(bytes, cross, said), cross === null ? actions.Di01 : actions.Du01))
  return number
}
const told = async (speaker: Speaker, number: string): Promise<Told> => (await gateway.by(speaker).get(`/v1/messages?number=${number}`)).told.messages[0] as Told

describe('a retour', () => {
  test('that comes before its heenbericht is refused, and taken under the same number once that is there', async () => {
    const [heen, retour] = [randomUUID(), randomUUID()]
    await sent('aanbieder', 'WMO302', 1, { cross: heen, number: retour })
    assert.equal(await became('aanbieder', retour), 'ZP_RETOUR_UNKNOWN')
    await sent('gemeente', 'WMO301', 1, { number: heen })
    await sent('aanbieder', 'WMO302', 1, { cross: heen, number: retour })
    assert.equal(await became('aanbieder', retour), 'stored')
  })

  test('to what was answered before is refused, whatever its own number', async () => {
    const heen = await sent('gemeente', 'WMO301', 2)
    await sent('aanbieder', 'WMO302', 2, { cross: heen, identificatie: 'EERST' })
    assert.equal(await became('aanbieder', await sent('aanbieder', 'WMO302', 2, { cross: heen, identificatie: 'TWEEDE' })), 'ZP_RETOUR_SECOND')
  })

  test('refused by an Fo01 is none: its sender reads why, and the heenbericht waits for a better one', async () => {
    const heen = await sent('gemeente', 'WMO301', 3)
    const retour = await sent('aanbieder', 'WMO302', 3, { cross: heen, identificatie: 'SLECHT' })
    assert.equal((await told('gemeente', heen))['answer'], 'answered')
    bv03(await gateway.ggk('gemeente', fo01(retour, { code: 'StUF055' }), actions.Fo01))
    assert.deepEqual([(await told('aanbieder', retour))['delivery'], (await told('aanbieder', retour))['dead_reason']], ['dead', 'StUF055'])
    assert.deepEqual([(await told('gemeente', heen))['answer']], ['awaited'])
    assert.equal(await became('aanbieder', await sent('aanbieder', 'WMO302', 3, { cross: heen, identificatie: 'BETER' })), 'stored')
    assert.equal((await told('gemeente', heen))['answer'], 'answered')
    assert.equal(fo03(await gateway.ggk('gemeente', fo01(heen), actions.Fo01)).code, 'StUF043', 'who sent it cannot refuse it')
  })
})

describe('a 325', () => {
  test('is taken as Di01 and as Du01; where it names a message that must be the one it answers', async () => {
    for (const [seed, as] of [[10, 'Di01'], [11, 'Du01']] as const) {
      const claim = await sent('aanbieder', 'WMO323', seed)
      if (as === 'Du01') assert.equal(await became('gemeente', await sent('gemeente', 'WMO325', seed, { cross: randomUUID() })), 'ZP_CROSS')
      assert.equal(await became('gemeente', await sent('gemeente', 'WMO325', seed, { cross: as === 'Du01' ? claim : null })), 'stored')
      assert.equal((await told('aanbieder', claim))['answer'], 'answered')
    }
  })
})

test('what a provider pushed and a municipality refuses by Fo01 is told in its berichtstatus, in both versions, and over REST', async () => {
  const its = metadata('WMO305', {})
  const { traceerId } = its.referentiegegevens
  const { type, body } = curl(its, message('WMO305', 20))
  assert.equal((await gateway.by('aanbieder').call('POST', pushPath, body, { 'content-type': type })).status, 204)
  bv03(await gateway.ggk('gemeente', fo01(traceerId, { code: 'StUF055', omschrijving: 'Element Y ontbreekt' }), actions.Fo01))
  for (const [version, status] of [['v2', 'AfgekeurdDoorDienst'], ['v3', 'BezorgingAfgebroken']] as const) {
    const [it, ...more] = await provider.status(gateway.by('aanbieder'), `traceerId=${traceerId.toUpperCase()}`, version)
    assert.deepEqual([it?.status, more], [status, []])
    assert.match(JSON.stringify(it?.meldingen), /Fo01 StUF055.*Element Y ontbreekt/)
  }
  assert.deepEqual(await provider.status(gateway.by('gemeente'), `traceerId=${traceerId}`), [], 'its receiver has no such message any more')
  const shown = await told('aanbieder', traceerId)
  assert.deepEqual([shown['delivery'], shown['answer'], shown['dead_reason']], ['dead', 'none', 'StUF055'])
  const { events } = (await gateway.by('aanbieder').get(`/v1/messages/${shown.id}/history`)).told
  assert.deepEqual(events.map(it => [it.event, it.detail]).at(-1), ['dead', 'StUF055'])
})

describe('a tijdstipBericht', () => {
  test('long past, to come, in the hour that comes twice, or before that of the last message is taken', async () => {
    for (const [nth, tijdstip] of ['20990101000000', '20261025023000', '20100101', '20260329013000', '20260329030000'].entries()) {
      const number = randomUUID()
      bv03(await gateway.ggk('gemeente', di01(message('WMO301', 30 + nth), { tijdstip, referentienummer: number }), actions.Di01))
      assert.equal(await became('gemeente', number), 'stored', tijdstip)
    }
  })
})

test('an instantie of the chain as zender is unknown here, as ontvanger not who gets such a functie', async () => {
  for (const code of ['SVB', 'CAK', 'CBS', 'UWV', 'VWS']) {
    assert.equal(fo03(await gateway.ggk('gemeente', di01(message('WMO301', 40), { zender: code }), actions.Di01)).code, 'StUF013', code)
    const number = randomUUID()
    bv03(await gateway.ggk('gemeente', di01(message('WMO301', 40), { ontvanger: code, referentienummer: number }), actions.Di01))
    const it = await outcome('gemeente', number)
    assert.deepEqual([it?.kind === 'refused' ? [it.code, it.detail] : it], [['ZP_ENVELOPE', 'Deze functie past niet bij de organisatie van zender of ontvanger.']])
  }
})

test('the account of a supplier speaks for a gemeente that mandated it, and for no other; also in an Fo01', async () => {
  const { issued, world } = chain
  const supplier = anAccount('leverancier', { certificates: [certificateOf(issued.stranger.certificate)] })
  await world.store(async store => {
    await putAccount(store, supplier)
    for (const direction of ['send', 'receive'] as const) await putMandate(store, aMandate('leverancier', gemeente, { direction }))
  })
  const number = randomUUID()
  const post = async (envelope: string, action: string) => await gateway.ggk('stranger', envelope, action)
  bv03(await until(async () => { const reply = await post(di01(message('WMO301', 50), { referentienummer: number }), actions.Di01); return reply.status === 200 ? reply : undefined }, 'the mandate'))
  assert.equal(await became('gemeente', number), 'stored')
  assert.equal(fo03(await post(di01(message('WMO301', 51), { zender: '0363' }), actions.Di01)).code, 'StUF013')
  const other = randomUUID()
  bv03(await post(di01(message('JW301', 52), { functie: 'JW301', referentienummer: other }), actions.Di01))
  assert.equal(await became('gemeente', other), 'ZP_NOT_SENDER', 'a family it has no mandate for')
  const heen = await sent('aanbieder', 'WMO305', 53)
  bv03(await post(fo01(heen), actions.Fo01))
  assert.equal((await told('aanbieder', heen))['dead_reason'], 'StUF055')
})
