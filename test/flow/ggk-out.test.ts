/** What is for a municipality that is called by StUF-GGk, end to end: real gateways, real TLS, and software of another making at the other end. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openMunicipalities, type Answering, type Municipality } from '../municipality.ts'
import { makePushWorld, movable, reaches } from './pushing.ts'
import { filler, message, until, type Told } from './world.ts'

const municipalities = await openMunicipalities()
const world = await makePushWorld(municipalities)
const clock = movable()
const all = await Promise.all(Array.from({ length: 7 }, () => municipalities.open()))
const gateway = await world.pushing({ push_ports: all.map(it => it.port).join(','), push_ms_max: 60_000 }, clock)
const from = gateway.as('aanbieder')

const minute = 60_000
const policy = { first_ms: minute, longest_ms: minute, total_ms: 60 * minute }
const patient = { failures: 1_000, open_ms: minute, probes: 1 }
const mailbox = { door: 'mailbox', direction: 'both' } as const
let party = 700

/** A municipality of its own, called by StUF-GGk. */
async function place (answering: Answering | ((call: number) => Answering) = { kind: 'Bv03' }, over: object = {}) {
  const municipality: Municipality | undefined = all.shift()
  assert.ok(municipality)
  municipality.answer(answering)
  const code = `0${++party}`
  await world.connect(code, [mailbox, municipality.connection({ retry: policy, breaker: patient, ...over })])
  const post = async (seed: number, identificatie = `G${party}${seed}`): Promise<Told> => await from.send(message('WMO315', seed, { ontvanger: code, identificatie }))
  return { municipality, code, post }
}
const next = (): void => { clock.forward(1.25 * minute) }
const events = async (id: string): Promise<string[]> => (await from.get(`/v1/messages/${id}/history`)).told.events.map(it => it.detail === null ? it.event : `${it.event} ${it.detail}`)
const tried = async (id: string, count: number): Promise<void> => { await until(async () => (await events(id)).filter(it => it.startsWith('later')).length >= count || undefined, `${count} tries that failed`) }
const fo03 = (code: string, plek: 'client' | 'server'): Answering => ({ kind: 'Fo03', fo03: { code, plek } })

describe('a message for a municipality that is called', () => {
  test('arrives in a Di01 under the number the gateway gives it, and is delivered', async () => {
    const { municipality, code } = await place()
    const bytes = message('WMO315', 1, { ontvanger: code })
    const { id, ...told } = await from.send(bytes)
    await reaches(from, id, 'delivered')
    assert.deepEqual(municipality.faults, [])
    const [call] = municipality.calls
    assert.ok(call !== undefined && call.payload?.equals(bytes))
    assert.deepEqual([call.operation, call.stuurgegevens['functie']], ['ggk_Di01', 'WMO315'])
    const number = String(told['referentienummer'] ?? (await from.get(`/v1/messages/${id}`)).told['referentienummer'])
    assert.equal(call.stuurgegevens['referentienummer'], number)
    assert.deepEqual(await events(id), ['accepted', 'offered', 'delivered pushed'])
  })

  test('is tried again unchanged where its software cannot take it, in order of its client', async () => {
    const { municipality, post } = await place(call => call === 1 ? fo03('StUF046', 'server') : call === 2 ? { kind: 'answer', status: 200, body: 'hallo' } : { kind: 'Bv03' })
    const first = await post(2, 'G2A')
    await tried(first.id, 1)
    const second = await post(2, 'G2B')
    next()
    await tried(first.id, 2)
    assert.equal(municipality.arrived.length, 2, 'the second waits')
    next()
    for (const { id } of [first, second]) await reaches(from, id, 'delivered')
    assert.deepEqual(await events(first.id), ['accepted', 'offered', 'later fo03.StUF046', 'later no_bv03', 'delivered pushed'])
    const [one, two, three] = municipality.arrived
    assert.ok(one && two && three && one.body.equals(two.body) && one.body.equals(three.body))
    assert.equal(municipality.arrived.length, 4)
  })

  test('that is refused by an Fo03 is dead at once with its code', async () => {
    const { post } = await place(fo03('StUF013', 'client'))
    const dead = await reaches(from, (await post(3)).id, 'dead')
    assert.deepEqual([dead['dead_class'], dead['dead_reason']], ['functional', 'fo03.StUF013'])
  })

  test('whose answer was lost and whose number is then refused is not told as delivered', async () => {
    const { municipality, post } = await place(call => call === 1 ? { kind: 'cut', at: 'body' } : fo03('StUF016', 'client'))
    const { id } = await post(4)
    await tried(id, 1)
    next()
    assert.equal((await reaches(from, id, 'dead'))['dead_reason'], 'fo03.StUF016')
    assert.ok(municipality.arrived[0]?.body.equals(municipality.arrived[1]?.body ?? Buffer.of()))
  })

  test('waits while its endpoint fails again and again, and goes when that answers', async () => {
    const { municipality, post } = await place({ kind: 'answer', status: 500 }, { breaker: { failures: 2, open_ms: minute, probes: 1 } })
    const [first, second] = [await post(5), await post(6)]
    for (const { id } of [first, second]) await tried(id, 1)
    const third = await post(7)
    municipality.answer({ kind: 'Bv03' })
    assert.equal(municipality.arrived.length, 2, 'it is left alone')
    next()
    for (const { id } of [first, second, third]) await reaches(from, id, 'delivered')
  })

  test('of 18,749,181 bytes goes from REST to its software; of one byte more it is refused at the sender’s door', async () => {
    const { municipality, code } = await place()
    const small = message('WMO315', 8, { ontvanger: code, identificatie: 'G8' })
    const padded = (size: number, bytes = small): Buffer => Buffer.concat([bytes, Buffer.from(filler(size - bytes.byteLength))])
    const over = await from.post(padded(18_749_182))
    assert.deepEqual([over.status, over.told.code, over.told['transportCode']], [413, 'ZP_SIZE', 'BRS06'])
    assert.match(String(over.told.detail), new RegExp(`^${code}: 18749182 > 18749181 bytes`))
    const most = padded(18_749_181)
    const { id } = await from.send(most)
    await reaches(from, id, 'delivered')
    assert.ok(municipality.calls[0]?.payload?.equals(most))
    const other = await from.post(padded(18_749_182, message('WMO315', 9, { identificatie: 'G9' })))
    assert.equal(other.status, 202, 'a municipality that fetches takes it')
  })
})
