/** An installation that is moved into PostgreSQL with everything under way: each thing goes on there from where it was, once. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import Database from 'better-sqlite3'
import { partyCode } from '../../src/core/core.ts'
import type { Handler } from '../../src/handle/handle.ts'
import { ends, zorgpoort } from '../bin/command.ts'
import { actions, di01, ggkPath, soap, soapHeaders } from '../chain.ts'
import { assertAcked, elsewhere } from '../fault/acked.ts'
import { environment, startChild } from '../fault/child.ts'
import { fetchedLine } from '../fault/lanes.ts'
import { lineOf } from '../fault/ledger.ts'
import { openMunicipalities } from '../municipality.ts'
import { missing, startPostgres } from '../postgres.ts'
import { zipOf } from '../zip/bytes.ts'
import { makePushWorld, movable, reaches } from './pushing.ts'
import { gemeente, message, until, withText, type Client, type Reply } from './world.ts'

const minute = 60_000
/** So many that a batch is far from its end when a part of it is seen to be done. */
const members = 250
const mailbox = { door: 'mailbox', direction: 'both' } as const
const retry = { first_ms: 10 * minute, longest_ms: 10 * minute, total_ms: 600 * minute }
const patient = { failures: 1_000, open_ms: minute, probes: 1 }

/** Holds the first it sees, until a person decides. */
function holdsFirst (): Handler {
  let first = ''
  return {
    name: 'back-office',
    on: [{ message: ['WMO301'] }],
    handle: async ({ id }, { released }) => {
      first ||= id
      return id === first && released === null ? { kind: 'hold', reason: 'check_budget' } : { kind: 'done' }
    }
  }
}

describe('what was under way when it was moved', { skip: missing('bundled') }, async () => {
  const server = await startPostgres()
  after(() => server.close())
  const municipalities = await openMunicipalities()
  const world = await makePushWorld(municipalities)
  const clock = movable()
  const handlers = [holdsFirst()]
  const endpoint = await municipalities.open({ kind: 'answer', status: 503 })
  const [late, refuses, hangs] = [await municipalities.receiver(), await municipalities.receiver(), await municipalities.receiver()]
  late.behave({ kind: 'answer', status: 503 })
  refuses.behave({ kind: 'answer', status: 422, headers: { 'content-type': 'application/json' }, body: '{"code":"X17"}' })
  hangs.behave({ kind: 'silent' })
  await world.connect(gemeente, [mailbox, endpoint.connection({ retry })])
  const places = [late, refuses, hangs].map((receiver, nth) => ({ code: partyCode(`4246000${nth}`), receiver }))
  for (const { code, receiver } of places) await world.connect(code, [mailbox, receiver.connection({ retry, breaker: patient })])
  const own = { push_ports: [endpoint, late, refuses, hangs].map(it => it.port).join(','), push_ms_max: minute, lease_ms: 4_000, poll_ms: 100 }
  const env = environment(world)

  const sent: Array<{ readonly bytes: Buffer, readonly receipt: Buffer }> = []
  const ledger: string[] = []
  const send = async (by: Client, seed: number, receiver?: string): Promise<string> => {
    const bytes = message('WMO301', seed, receiver === undefined ? {} : { ontvanger: receiver })
    const reply = await by.post(bytes)
    assert.equal(reply.status, 202, reply.bytes.toString())
    sent.push({ bytes, receipt: reply.bytes })
    ledger.push(lineOf(reply.bytes, bytes))
    return reply.told.id
  }
  const tried = async (by: Client, id: string): Promise<void> => { await until(async () => (await by.get(`/v1/messages/${id}/history`)).told.events.some(it => it.event === 'later') || undefined, 'a push that failed') }
  const countsOf = ({ told }: Reply): Record<string, number> => told['counts'] as Record<string, number>

  // A gateway that was stopped, and one that was killed with a push and a batch in hand.
  const first = await world.pushing(own, clock, handlers)
  const by = first.as('gemeente')
  const held = await send(by, 1)
  await reaches(by, held, 'held')
  const asked = await send(by, 2)
  await first.as('aanbieder').receives(asked)
  const backing = await send(by, 3, places[0]?.code)
  await tried(by, backing)
  const dead = await send(by, 4, places[1]?.code)
  await reaches(by, dead, 'dead')
  const number = randomUUID()
  const odd = withText(message('WMO301', 5), 'Geslacht', 'X')
  assert.equal((await by.call('POST', ggkPath, soap(di01(odd, { referentienummer: number })), soapHeaders(actions.Di01))).status, 200)
  await until(() => endpoint.arrived.length > 0 || undefined, 'a notice that was not taken')
  await first.stop()
  const child = await startChild(world, { ...own, push_key: world.path('push.key'), push_certificate: world.path('push.pem'), push_networks: '127.0.0.0/8,::1/128', log_level: 'info' })
  after(() => { child.process.kill('SIGKILL') })
  const again = world.client('gemeente', child.rest)
  const hung = await send(again, 6, places[2]?.code)
  await hangs.until(1)
  const inside = Array.from({ length: members }, (_, n) => message('WMO301', 100 + n, { identificatie: `Z${n}` }))
  const zip = zipOf(inside)
  const batch = await again.call('POST', '/v1/batches', zip, { 'content-type': 'application/zip' })
  assert.equal(batch.status, 202)
  await until(async () => (countsOf(await again.get(`/v1/batches/${batch.told.id}`))['accepted'] ?? 0) >= 20 || undefined, 'a part of the batch')
  assert.equal(await child.end('SIGKILL'), 'SIGKILL')
  const file = new Database(world.path('zorgpoort.db'), { readonly: true })
  const left = Object.fromEntries(['delivery', 'batch', 'notice'].map(it => [it, Number(file.prepare(`select count(*) from ${it} where ${it === 'notice' ? "state = 'due'" : 'lease_until_ms > 0'}`).pluck().get())]))
  const taken = Number(file.prepare("select count(*) from batch_member where state <> 'waiting'").pluck().get())
  file.close()
  assert.ok((left['delivery'] ?? 0) > 0 && left['batch'] === 1 && left['notice'] === 1 && taken < members, `leases, a batch half-way and a notice are what is moved (${JSON.stringify(left)}, ${taken} of ${members})`)

  const to = await server.freshDatabase()
  ends(await zorgpoort(['migrate', '--from', world.database, '--to', to], { env }), 0, /Moved/)
  for (const { receiver } of places) receiver.behave({ kind: 'answer', status: 200 })
  endpoint.answer({ kind: 'Bv03' })
  const gateway = await world.pushing({ ...own, database: to }, clock, handlers)
  const [mine, theirs, operator] = [gateway.as('gemeente'), gateway.as('aanbieder'), gateway.as('operator')]
  const asks = async (path: string, body: object): Promise<Reply> => await operator.call('POST', `/v1/operator/${path}`, JSON.stringify(body), { 'content-type': 'application/json' })

  test('a batch is taken out from where it was, each member once, when the lease of whoever had it has passed', async () => {
    const done = await until(async () => { const it = await mine.get(`/v1/batches/${batch.told.id}`); return it.told['state'] === 'done' ? it : undefined }, 'the end of the batch')
    const all = (done.told as unknown as { readonly members: ReadonlyArray<{ readonly state: string, readonly message: string }> }).members
    assert.deepEqual([all.length, new Set(all.map(it => it.message)).size, new Set(all.map(it => it.state))], [members, members, new Set(['accepted'])])
    for (const [n, it] of all.entries()) ledger.push(await fetchedLine(mine, it.message, inside[n] ?? zip))
    const repeat = await mine.call('POST', '/v1/batches', zip, { 'content-type': 'application/zip' })
    assert.deepEqual([repeat.status, repeat.told.id], [200, batch.told.id])
  })

  test('a push that was in hand goes again; one that waits for its next try waits on, and goes with the next number', async () => {
    await reaches(mine, hung, 'delivered')
    assert.deepEqual([...new Set(hangs.arrived.map(it => it.id))], [hung])
    assert.equal((await mine.get(`/v1/messages/${backing}`)).told['delivery'], 'offered')
    const before = late.arrived.length
    assert.equal(before, 1)
    clock.forward(12.5 * minute)
    await reaches(mine, backing, 'delivered')
    assert.deepEqual(late.arrived.map(it => [it.id, it.attempt]), [[backing, 1], [backing, 2]])
    assert.ok(late.arrived[0]?.body.equals(late.arrived[1]?.body ?? Buffer.of()))
  })

  test('a notice that was due is told', async () => {
    await until(() => endpoint.calls.some(it => it.stuurgegevens['crossRefnummer'] === number) || undefined, 'the notice')
    assert.equal(endpoint.calls.filter(it => it.stuurgegevens['crossRefnummer'] === number).length, 1)
  })

  test('a held message waits on, and goes when a person releases it', async () => {
    const { told } = await mine.get(`/v1/messages/${held}`)
    assert.deepEqual([told['delivery'], Object(told['here']).reason], ['held', 'check_budget'])
    assert.equal((await asks(`held/${held}`, { decision: 'release', reason: 'as_asked' })).status, 200)
    await theirs.receives(held)
  })

  test('a dead letter is dead for the same reason, and goes when it is driven again', async () => {
    const { told } = await mine.get(`/v1/messages/${dead}`)
    assert.deepEqual([told['delivery'], told['dead_reason']], ['dead', 'http_422.X17'])
    assert.equal((await asks('redrive', { ids: [dead], reason: 'endpoint_repaired' })).status, 200)
    await reaches(mine, dead, 'delivered')
    assert.deepEqual(refuses.arrived.map(it => it.id), [dead, dead])
  })

  test('an answer finds what it answers, a repeat its first receipt, and all of it is there once', async () => {
    const answer = message('WMO302', 2)
    ledger.push(lineOf((await theirs.post(answer)).bytes, answer))
    await until(async () => (await mine.get(`/v1/messages/${asked}`)).told['answer'] === 'answered' || undefined, 'the answer')
    for (const { bytes, receipt } of sent) {
      const repeat = await mine.post(bytes)
      assert.deepEqual([repeat.status, repeat.bytes], [200, receipt])
    }
    const database = to.slice(to.lastIndexOf('/') + 1)
    await until(async () => (await server.query('select id from delivery where lease_until_ms > 0', [], database)).length === 0 || undefined, 'an end to all that was in hand')
    await gateway.stop()
    const { promised } = await assertAcked(elsewhere(world, to), ledger, { all: true })
    assert.equal(promised, sent.length + members + 1)
  })
})
