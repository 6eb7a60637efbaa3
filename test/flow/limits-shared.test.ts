/** What an account may ask holds for all processes at one PostgreSQL database together, and what a dead one was answering does not count for ever. */
import assert from 'node:assert/strict'
import { request } from 'node:https'
import { readFileSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { openStore, type Store } from '../../src/store/store.ts'
import { readRoots, rootsIn } from '../../src/vault/vault.ts'
import { missing, startPostgres } from '../postgres.ts'
import { aParty, putAccount, putParty } from '../register.ts'
import { aanbieder, gemeente, makeWorld, message, until, type World } from './world.ts'

/** A message that never comes to its end. @returns what breaks it off */
function unfinished (world: World, rest: string): () => void {
  const it = request(`${rest}/v1/messages`, { method: 'POST', ca: world.ca, key: readFileSync(world.path('gemeente.key')), cert: readFileSync(world.path('gemeente.pem')), headers: { 'content-type': 'application/xml' } })
  it.on('error', () => {})
  it.write('<')
  return () => { it.destroy() }
}

describe('limits of an account, two processes at one database', { skip: missing('bundled') }, async () => {
  if (missing('bundled') !== false) return
  const [server, world] = await Promise.all([startPostgres(), makeWorld()])
  after(() => server.close())
  const open = (url: string): Promise<Store> => openStore({ url, mode: 'test', roots: readRoots(rootsIn(world.dir)) })
  const prepared = async (): Promise<string> => {
    const url = await server.freshDatabase()
    const store = await open(url)
    for (const code of [gemeente, aanbieder]) await putParty(store, aParty(code))
    await putAccount(store, world.account('gemeente'))
    await store.close()
    return url
  }

  test('what is asked at one counts at the other, up to the limit of both together', async () => {
    const database = await prepared()
    const most = 40
    const both = await Promise.all([1, 2].map(() => world.start({ database, requests_per_minute_max: most })))
    let answered = 0
    const asked = await until(async () => {
      for (const gateway of both) {
        const { status, told } = await gateway.as('gemeente').get('/v1/mailbox')
        if (status === 429) return told
        answered++
      }
    }, 'a refusal')
    assert.deepEqual([asked.code, /40 per minuut/.test(asked.detail ?? '')], ['ZP_RATE', true])
    assert.ok(answered >= most, `refused after ${answered}`)
    await until(async () => (await Promise.all(both.map(it => it.as('gemeente').get('/v1/mailbox')))).every(it => it.status === 429) || undefined, 'a refusal by both')
    for (const gateway of both) await gateway.stop()
  })

  test('what one is answering counts at the other until it ends, or its process is dead', async () => {
    const database = await prepared()
    const [one, other] = await Promise.all([1, 2].map(() => world.start({ database, requests_at_once_max: 1 })))
    assert.ok(one && other)
    const asks = async (status: number): Promise<true | undefined> => (await other.as('gemeente').get('/v1/mailbox')).status === status || undefined
    const end = unfinished(world, one.rest)
    // A process learns what others count while it is asked something itself.
    await until(() => asks(429), 'the other full')
    end()
    await until(() => asks(200), 'the other free')
    const store = await open(database)
    await store.tellCounts('00000000-0000-4000-8000-000000000000', [{ account: 'gemeente', minute: 3, open: 1 }])
    await until(() => asks(429), 'the other full of what a process told')
    await until(() => asks(200), 'the other free once nothing more was heard of it')
    assert.equal((await other.as('gemeente').post(message('WMO301', 1))).status, 202)
    await store.close()
    await one.stop()
    await other.stop()
    assert.deepEqual(await server.query("select account from request_count where process not like '00000000%'", [], new URL(database).pathname.slice(1)), [], 'who stops takes back what it told')
  })
})
