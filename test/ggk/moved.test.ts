/** A municipality whose endpoint goes, comes back or says no while messages and an Fo01 are on their way to it: nothing hangs, and who can do something sees it. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import type { Connection } from '../../src/store/store.ts'
import { actions, bv03, di01, makeChain } from '../chain.ts'
import { reaches } from '../flow/pushing.ts'
import { altered, gemeente, message, until, type Told } from '../flow/world.ts'
import { openMunicipalities } from '../municipality.ts'
import { reaching } from '../receivers.ts'
import { aParty, putParty } from '../register.ts'

const chain = await makeChain()
const { world } = chain
const municipalities = await openMunicipalities()
after(() => municipalities.close())
const endpoint = await municipalities.open()
const mailbox = { door: 'mailbox', direction: 'both' } as const
const connect = (connections: readonly Connection[]): Promise<void> => world.store(store => putParty(store, aParty(gemeente, { connections })))
await connect([mailbox, endpoint.connection()])
const gateway = await chain.start({ ...reaching(world, municipalities, [endpoint]), retry_first_ms: 200, retry_longest_ms: 400, retry_total_ms: 600_000, poll_ms: 50, breaker_failures: 3, breaker_open_ms: 1_000, breaker_probes: 1 })
const operator = gateway.as('operator')
const body = { 'content-type': 'application/json' }
interface Seen { readonly id: string, readonly party: string, readonly reason: string | null, readonly attempts: number }
const notices = async (state: 'due' | 'dead'): Promise<readonly Seen[]> => (JSON.parse((await operator.get(`/v1/operator/notices?state=${state}`)).bytes.toString()) as { notices: Seen[] }).notices
const callsWith = (name: 'referentienummer' | 'crossRefnummer', number: string) => endpoint.calls.filter(it => it.stuurgegevens[name] === number)

test('an endpoint that is taken away: what was pushed lies in the mailbox, its Fo01 is told to operators and to who asks, and goes once there is one again', async () => {
  endpoint.answer({ kind: 'answer', status: 503 })
  const number = randomUUID()
  bv03(await gateway.ggk('gemeente', di01(altered(message('WMO301', 1), /<wmo301:Ingangsdatum>[^<]*<\/wmo301:Ingangsdatum>/, ''), { referentienummer: number }), actions.Di01))
  const { id } = await gateway.as('aanbieder').send(message('WMO305', 2))
  await until(async () => (await notices('due')).some(it => it.attempts > 0) || undefined, 'an Fo01 that failed')
  await connect([mailbox])
  await gateway.as('gemeente').receives(id)
  const dead = await until(async () => (await notices('dead'))[0], 'a dead notice')
  assert.deepEqual([dead.party, dead.reason, await notices('due')], [gemeente, 'no_ggk', []])
  const [refused] = (await gateway.as('gemeente').get(`/v1/messages?number=${number}`)).told.messages
  assert.deepEqual([refused?.['verdict'], refused?.['code']], ['refused', 'ZP_SCHEMA'])
  assert.match((await operator.call('GET', '/v1/operator/notices')).bytes.toString(), /no_ggk/)
  await connect([mailbox, endpoint.connection()])
  endpoint.answer({ kind: 'Bv03' })
  const again = await until(async () => {
    const { status } = await operator.call('POST', `/v1/operator/notices/${dead.id}/again`, JSON.stringify({ reason: 'endpoint_back' }), body)
    return status === 200 || undefined
  }, 'again')
  assert.ok(again)
  await until(() => callsWith('crossRefnummer', number)[0], 'the Fo01')
})

test('what its endpoint refused, driven again, is the same bytes under the same number', async () => {
  endpoint.answer({ kind: 'Fo03', fo03: { code: 'StUF010', plek: 'client' } })
  const from = gateway.as('aanbieder')
  const { id } = await from.send(message('WMO307', 3))
  const { referentienummer }: Told = await reaches(from, id, 'dead')
  endpoint.answer({ kind: 'Bv03' })
  assert.equal((await operator.call('POST', '/v1/operator/redrive', JSON.stringify({ ids: [id], reason: 'mended' }), body)).status, 200)
  await reaches(from, id, 'delivered')
  const calls = callsWith('referentienummer', String(referentienummer))
  assert.equal(calls.length, 2)
  assert.equal(new Set(calls.map(it => it.message)).size, 1)
})

test('an endpoint that fails for what is pushed is left alone with its Fo01 too, and both go when it answers', async () => {
  endpoint.answer({ kind: 'answer', status: 503 })
  const from = gateway.as('aanbieder')
  const { id } = await from.send(message('WMO305', 4))
  await until(async () => (JSON.parse((await operator.get('/v1/operator/destinations')).bytes.toString()) as { destinations: Told[] }).destinations.some(it => it['state'] !== 'closed') || undefined, 'a destination that is left alone')
  const number = randomUUID()
  bv03(await gateway.ggk('gemeente', di01(altered(message('WMO301', 5), /<wmo301:Ingangsdatum>[^<]*<\/wmo301:Ingangsdatum>/, ''), { referentienummer: number }), actions.Di01))
  endpoint.answer({ kind: 'Bv03' })
  await reaches(from, id, 'delivered')
  await until(() => callsWith('crossRefnummer', number)[0], 'the Fo01')
  assert.equal(callsWith('crossRefnummer', number).length, 1)
})
