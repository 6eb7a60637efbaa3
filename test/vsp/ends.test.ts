/** Berichtstatus of what is brought to a real endpoint: tried again, refused, given up, with nobody to bring it to; and of answers between two sides that each have numbers of their own. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { v7 } from 'uuid'
import { makePushWorld, movable } from '../flow/pushing.ts'
import { gemeente, message, until } from '../flow/world.ts'
import { openMunicipalities, type Answering } from '../municipality.ts'
import { providerOf, type Berichtstatus } from './provider.ts'
import { java, metadata, pushPath, type Json } from './pushing.ts'

const municipalities = await openMunicipalities()
const world = await makePushWorld(municipalities)
after(() => municipalities.close())
const clock = movable()
const endpoint = await municipalities.open()
const gateway = await world.pushing({ push_ports: String(endpoint.port), push_ms_max: 60_000, breaker_failures: 1_000 }, clock)
const { status, pull } = await providerOf(gateway)
const provider = gateway.as('aanbieder')
const municipality = gateway.as('gemeente')

const minute = 60_000
const mailbox = { door: 'mailbox', direction: 'both' } as const
const ggk = endpoint.connection({ retry: { first_ms: minute, longest_ms: minute, total_ms: 3 * minute } })
let seed = 0

async function pushed (references: Json = {}): Promise<string> {
  const told = metadata('WMO305', references)
  const { type, body } = java(told, message('WMO305', ++seed))
  const reply = await provider.call('POST', pushPath, body, { 'content-type': type })
  assert.equal(reply.status, 204, reply.bytes.toString())
  return told.referentiegegevens.traceerId
}
/** Waits for what version 3 says. @returns that of both versions, and the codes of its meldingen */
async function reaches (traceerId: string, wanted: string): Promise<{ readonly v2: string | undefined, readonly codes: readonly string[], readonly told: string }> {
  const it = await until(async (): Promise<Berichtstatus | undefined> => {
    const [first] = await status(provider, `traceerId=${traceerId}`)
    if (first?.status === wanted) return first
    clock.forward(minute / 4)
    return undefined
  }, `status ${wanted}`)
  const [older] = await status(provider, `traceerId=${traceerId}`, 'v2')
  assert.deepEqual(older?.meldingen, it.meldingen)
  return { v2: older?.status, codes: it.meldingen.map(({ code }) => code), told: JSON.stringify(it.meldingen) }
}
const answering = async (it: Answering): Promise<void> => { endpoint.answer(it); await world.connect(gemeente, [mailbox, ggk]) }

describe('the status of what is brought to an endpoint', () => {
  test('that does not take it: it is tried again, is given up, and each is told to its sender alone', async () => {
    await answering({ kind: 'answer', status: 503 })
    const traceerId = await pushed()
    const failing = await reaches(traceerId, 'AanbiedenMislukt')
    assert.deepEqual([failing.v2, failing.codes], ['Aangeboden', ['push_again']])
    assert.match(failing.told, /http_503/)
    const [theirs] = await status(municipality, `traceerId=${traceerId}`)
    assert.deepEqual([theirs?.status, theirs?.meldingen], ['AanbiedenMislukt', []])
    const dead = await reaches(traceerId, 'BezorgingAfgebroken')
    assert.deepEqual([dead.v2, dead.codes], ['AfgekeurdDoorDienst', ['given_up']])
    assert.match(dead.told, /http_503/)
  })

  test('that refuses it: given up at once, with its code', async () => {
    await answering({ kind: 'Fo03', fo03: { code: 'StUF013', plek: 'client', omschrijving: 'Jansen woont hier niet' } })
    const dead = await reaches(await pushed(), 'BezorgingAfgebroken')
    assert.deepEqual([dead.v2, dead.codes], ['AfgekeurdDoorDienst', ['given_up']])
    assert.match(dead.told, /StUF013/)
    assert.doesNotMatch(dead.told, /Jansen/)
  })

  test('that is there no more, nor anything else: BRS33', async () => {
    await answering({ kind: 'answer', status: 503 })
    const traceerId = await pushed()
    await reaches(traceerId, 'AanbiedenMislukt')
    await world.connect(gemeente, [])
    const dead = await reaches(traceerId, 'BezorgingAfgebroken')
    assert.deepEqual([dead.v2, dead.codes], ['AfgekeurdDoorDienst', ['BRS33']])
  })
})

test('an answer bears, on each side, the numbers that side knows, however they are written', async () => {
  await answering({ kind: 'Bv03' })
  const [traceerId, conversatieId, own] = [v7().toUpperCase(), randomUUID().toUpperCase(), v7().toUpperCase()]
  const before = endpoint.calls.length
  await pushed({ traceerId, conversatieId })
  const call = await until(() => endpoint.calls[before], 'the Di01')
  const known = String(call.stuurgegevens['referentienummer'])
  assert.notEqual(known, traceerId.toLowerCase(), 'no UUID v4, so the other side gets one of the gateway')
  const theirs = randomUUID().toUpperCase()
  const { type, body } = java(metadata('WMO306', { traceerId: own, conversatieId: theirs, alsAntwoordOp: known.toUpperCase() }), message('WMO306', seed))
  assert.equal((await municipality.call('POST', pushPath, body, { 'content-type': type })).status, 204)
  const retour = await until(async () => (await pull(provider))[0], 'the retour')
  const { traceerId: given } = retour.referentiegegevens
  assert.notEqual(given, own.toLowerCase())
  assert.deepEqual(retour.referentiegegevens, { conversatieId: conversatieId.toLowerCase(), traceerId: given, alsAntwoordOp: traceerId.toLowerCase() })
  for (const version of ['v2', 'v3'] as const) {
    for (const asked of [`conversatieId=${conversatieId}`, `traceerId=${traceerId}`]) {
      const its = await status(provider, asked, version)
      assert.deepEqual(its.map(({ referentiegegevens: it }) => [it.traceerId, it.conversatieId, it.alsAntwoordOp]), [
        [traceerId.toLowerCase(), conversatieId.toLowerCase(), undefined],
        [given, conversatieId.toLowerCase(), traceerId.toLowerCase()]
      ], `${version} ${asked}`)
    }
    const [mine] = await status(municipality, `traceerId=${own}`, version)
    assert.deepEqual(mine?.referentiegegevens, { conversatieId: theirs.toLowerCase(), traceerId: own.toLowerCase(), alsAntwoordOp: known })
  }
  assert.deepEqual(await status(provider, `traceerId=${own}`), [], 'nobody knows it by the other side’s number')
})
