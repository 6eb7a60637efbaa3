/** The store of who serves: SQLite in a thread of its own keeps the contract of every store, and tells what goes wrong there. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { Refusal } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import { openServed, openStore, StoreUnavailable, StoreUnusable, type Store, type StoreOptions, type Topic } from '../../src/store/store.ts'
import { aParty, putParty } from '../register.ts'
import { storeContract } from './contract.ts'
import { aanbieder, gemeente, heen, roots, start } from './sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'zorgpoort-aside-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const urlOf = (name: string): string => `sqlite:${join(folder, name)}.db`

/** Commands verify the audit and import lists by a store of their own, and so do tests here. */
async function served ({ wrap, moving, ...options }: StoreOptions): Promise<Store> {
  if (wrap !== undefined || moving === true) return await openStore({ ...options, ...(wrap === undefined ? {} : { wrap }) })
  const beside = async <T>(work: (store: Store) => Promise<T>): Promise<T> => {
    const store = await openStore(options)
    try { return await work(store) } finally { await store.close() }
  }
  return {
    ...await openServed(options),
    trail: async work => await beside(store => store.trail(work)),
    importSources: async given => await beside(store => store.importSources(given))
  }
}

// Each opens a thread, so a part of the contract: of every way in which a verb is given something and answers. All that is tried with a gateway is tried with the rest.
storeContract('SQLite in a thread', (name, options = {}) => served({ url: urlOf(name), mode: 'test', roots, ...options }), { runs: 0.2 }, ['read', 'judging', 'decide'])

describe('a store in a thread', () => {
  test('keeps nobody waiting while it waits for the disk or for who writes beside it', async () => {
    const store = await openServed({ url: urlOf('waits'), mode: 'test', roots })
    const other = new Database(join(folder, 'waits.db'))
    other.exec('begin immediate')
    const accepted = store.accept([heen()])
    const first = await Promise.race([accepted.then(() => 'stored'), sleep(200, 'others')])
    other.exec('commit')
    other.close()
    assert.equal(first, 'others')
    assert.deepEqual((await accepted).map(it => it.kind), ['stored'])
    await store.close()
  })

  test('that cannot be opened says why, as it would without', async () => {
    await (await openServed({ url: urlOf('mode'), mode: 'test', roots })).close()
    await assert.rejects(openServed({ url: urlOf('mode'), mode: 'production', roots }), error => error instanceof StoreUnusable && /made in mode test/.test(error.message))
    await assert.rejects(openServed({ url: 'sqlite:/nowhere/at/all.db', mode: 'test', roots }), error => error instanceof StoreUnavailable && /cannot be opened/.test(error.message))
  })

  test('does what was asked before it is closed, once, and nothing after', async () => {
    const url = urlOf('closed')
    const store = await openServed({ url, mode: 'test', roots })
    const items = Array.from({ length: 20 }, () => heen())
    const answers = items.map(it => store.accept([it]))
    await Promise.all([store.close(), store.close()])
    assert.deepEqual((await Promise.all(answers)).flat().map(it => it.kind), items.map(() => 'stored'))
    await assert.rejects(store.accept([heen()]), StoreUnavailable)
    const again = await openStore({ url, mode: 'test', roots })
    for (const { envelope } of items) assert.equal((await again.message(ownView(gemeente), envelope.id))?.id, envelope.id)
    await again.close()
  })

  test('fails as what it is, and goes on', async () => {
    const store = await openServed({ url: urlOf('fails'), mode: 'test', roots })
    await assert.rejects(store.listAny({ limit: 1, cursor: 'none of ours' }), error => error instanceof Refusal && error.code === 'ZP_QUERY' && error.detail === 'cursor')
    await assert.rejects(store.redrive(Array.from({ length: 1_001 }, () => heen().envelope.id), { by: null, reason: 'x', now: start }, { usual: { first_ms: 1, longest_ms: 1, total_ms: 1 } }), RangeError)
    assert.deepEqual(await store.mailbox(ownView(aanbieder), 9), [])
    await store.close()
  })

  test('tells what is to be done, what storage did, and the version of the register as soon as others change it', async () => {
    const [heard, commits]: [Topic[], number[]] = [[], []]
    const url = urlOf('tells')
    const store = await openServed({ url, mode: 'test', roots, observe: { committed: pieces => { commits.push(pieces) }, collected: () => {} } })
    store.hear(topic => { heard.push(topic) })
    store.tell('push')
    await store.release([])
    assert.deepEqual(heard, ['push', 'handle', 'push'])
    await store.accept([heen()])
    assert.equal(commits.at(-1), 1)
    const [before, beside] = [store.registerVersion(), await openStore({ url, mode: 'test', roots })]
    await putParty(beside, aParty('0344'))
    assert.equal(store.registerVersion(), before + 1)
    assert.equal(store.measures().waiting, 0)
    await beside.close()
    await store.close()
  })
})
