/** A door alone takes what comes and does nothing with it; a worker alone has no door, needs no pair for one, and does it. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { readConfig } from '../../src/config.ts'
import { partyCode } from '../../src/core/core.ts'
import type { Handler } from '../../src/handle/handle.ts'
import { openStore } from '../../src/store/store.ts'
import { readRoots, rootsIn } from '../../src/vault/vault.ts'
import { missing, startPostgres } from '../postgres.ts'
import { aParty, putAccount, putParty } from '../register.ts'
import { zipOf } from '../zip/bytes.ts'
import { makePushWorld, reaches } from './pushing.ts'
import { aanbieder, gemeente, makeWorld, message, until } from './world.ts'

test('a part alone needs a server and a name there is; only a door needs the pair of one', async () => {
  const world = await makeWorld()
  const { tls_key: _key, tls_certificate: _certificate, ...without } = world.config()
  const read = (over: Record<string, unknown>) => () => readConfig({ env: {}, over: { ...without, ...over } })
  const server = { database: 'postgres://u@localhost/n' }
  assert.throws(read({ roles: 'work', tls_key: 'a', tls_certificate: 'b' }), /roles work: one process serves a database in a file.*PostgreSQL/)
  assert.throws(read({ ...server, roles: 'door', push_key: 'a', push_certificate: 'b' }), /tls_key is not set/)
  assert.throws(read({ ...server, roles: 'pusher' }), /roles is door, work or door,work/)
  assert.throws(read({ ...server, roles: 'work', tls_key: 'a' }), /tls_key and tls_certificate belong together/)
  for (const pair of [{}, { push_key: 'a', push_certificate: 'b' }]) assert.equal(read({ ...server, roles: 'work', ...pair })().tls_key, undefined)
})

/** Only works, and has no pair, of a door or else. */
const alone = { roles: 'work', tls_key: undefined, tls_certificate: undefined, push_key: undefined, push_certificate: undefined }

describe('roles of processes at one database', { skip: missing('bundled') }, async () => {
  if (missing('bundled') !== false) return
  const [server, world] = await Promise.all([startPostgres(), makeWorld()])
  after(() => server.close())

  test('a door takes messages; what is done of itself waits until there is a worker', async () => {
    const database = await server.freshDatabase()
    const store = await openStore({ url: database, mode: 'test', roots: readRoots(rootsIn(world.dir)) })
    for (const code of [gemeente, aanbieder]) await putParty(store, aParty(code))
    for (const who of ['gemeente', 'aanbieder'] as const) await putAccount(store, world.account(who))
    await store.close()
    const door = await world.start({ database, roles: 'door', checkpoint_ms: 100 })
    const get = async (of: { operations: string }, path: string): Promise<string> => await (await fetch(`${of.operations}${path}`)).text()
    assert.equal(await get(door, '/health/ready'), '{"status":"ready","roles":["door"]}')
    assert.match(await get(door, '/metrics'), /zorgpoort_info\{[^}]*roles="door"/)
    assert.equal((await door.as('gemeente').post(message('WMO301', 1))).status, 202)
    const signed = async (): Promise<number> => Number((await server.query('select count(*) as n from checkpoint', [], new URL(database).pathname.slice(1)))[0]?.['n'])
    assert.equal(await signed(), 0, 'a door signs no audit')
    const work = await world.start({ database, ...alone, checkpoint_ms: 100 })
    assert.equal(work.rest, '')
    assert.equal(await get(work, '/health/ready'), '{"status":"ready","roles":["work"]}')
    await until(async () => await signed() > 0 || undefined, 'a checkpoint')
    await door.stop()
    await work.stop()
  })

  test('who works without any pair does not start where somebody is pushed to; somebody who comes later is told of as not known by anything', async () => {
    const database = await server.freshDatabase()
    const world = await makePushWorld(undefined, database)
    const receiver = await world.receiver()
    const target = partyCode('42440001')
    // Of a message that waits the policy is that of who took it.
    const door = await world.pushing({ roles: 'door', retry_first_ms: 3_000 })
    const work = await world.pushing(alone)
    await world.connect(target, [receiver.connection()])
    const item = message('WMO301', 1, { ontvanger: target })
    await until(async () => (await door.as('gemeente').post(item)).status === 202 || undefined, 'a door that knows of whom was connected meanwhile')
    const reason = async (): Promise<unknown> => (await server.query('select last_reason from delivery', [], new URL(database).pathname.slice(1)))[0]?.['last_reason']
    await until(async () => await reason() === 'no_certificate' || undefined, 'a push that failed for want of a pair')
    await work.stop()
    await assert.rejects(world.pushing(alone), /push_key and push_certificate are not set.*party 42440001 is pushed/)
    const other = await world.pushing({ roles: 'work' })
    await until(() => receiver.arrived.length === 1 || undefined, 'the push by who has a pair')
    await other.stop()
    await door.stop()
  })

  test('what one has the door of another handles, pushes and takes out of a ZIP', async () => {
    const world = await makePushWorld(undefined, await server.freshDatabase())
    const receiver = await world.receiver()
    const target = partyCode('42440001')
    await world.connect(target, [receiver.connection()])
    // Each is told; on a busy machine what became visible late is found at a poll.
    const over = { poll_ms: 5_000 }
    const seen: string[] = []
    const looks: Handler = { name: 'looks', on: [{ message: ['WMO305'] }], handle: async () => { seen.push('handled'); return { kind: 'done' } } }
    const door = await world.pushing({ ...over, roles: 'door' }, undefined, [looks])
    const work = await world.pushing({ ...over, roles: 'work' }, undefined, [looks])
    const from = door.as('gemeente')
    const pushed = await from.send(message('WMO301', 1, { ontvanger: target }))
    await reaches(from, pushed.id, 'delivered')
    const handled = await door.as('aanbieder').send(message('WMO305', 2))
    await door.as('gemeente').receives(handled.id)
    assert.deepEqual(seen, ['handled'])
    const { told } = await from.call('POST', '/v1/batches', zipOf([message('WMO301', 3, { ontvanger: target }), message('WMO301', 4)]), { 'content-type': 'application/zip' })
    await until(async () => (await from.get(`/v1/batches/${told.id}`)).told['state'] === 'done' || undefined, 'the end of the batch')
    await until(() => receiver.arrived.length === 2 || undefined, 'the push of a member')
    assert.equal(receiver.arrived[0]?.id, pushed.id)
    await door.stop()
    await work.stop()
  })
})
