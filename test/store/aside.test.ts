/** The store of who serves: SQLite in a thread of its own keeps the contract of every store, and tells what goes wrong there. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
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

/** A process of its own, for what would end this one. */
function run (name: string, program: string, ...options: readonly string[]): { readonly status: number | null, readonly stdout: string } {
  const path = join(folder, `${name}.mjs`)
  writeFileSync(path, program)
  return spawnSync(process.execPath, [...options, path], { encoding: 'utf8', timeout: 300_000 })
}

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
    assert.deepEqual(readdirSync(folder).filter(it => it.startsWith('closed.')), ['closed.db'], 'all of it is in the database, also for who copies that alone')
    await assert.rejects(store.accept([heen()]), StoreUnavailable)
    const again = await openStore({ url, mode: 'test', roots })
    for (const { envelope } of items) assert.equal((await again.message(ownView(gemeente), envelope.id))?.id, envelope.id)
    await again.close()
  })

  test('keeps its lock on the database, without which another program that reads it takes the log away', { skip: process.platform === 'linux' ? false : 'locks are looked up in /proc' }, async () => {
    const path = join(folder, 'locks.db')
    const store = await openServed({ url: urlOf('locks'), mode: 'test', roots })
    const held = (): boolean => readFileSync('/proc/locks', 'utf8').split('\n').some(line => line.includes(` ${process.pid} `) && line.includes(`:${statSync(path).ino} `))
    assert.ok(held())
    const beside = await openStore({ url: urlOf('locks'), mode: 'test', roots })
    await beside.trail(async trail => await trail.counts(0))
    assert.ok(held())
    await beside.close()
    await store.close()
  })

  test('that cannot be had whole is left by all of it', async () => {
    const path = join(folder, 'half.db')
    const program = `import { openServed } from '${import.meta.dirname}/../../src/store/store.ts'
      import fs from 'node:fs'
      import { syncBuiltinESMExports } from 'node:module'
      fs.accessSync = () => { throw Object.assign(new Error('too many open files'), { code: 'EMFILE' }) }
      syncBuiltinESMExports()
      await openServed({ url: 'sqlite:${path}', mode: 'test' }).catch(error => { console.log(error.message) })`
    const { status, stdout } = run('half', program)
    assert.deepEqual([status, stdout], [0, `the database cannot be opened: ${path} (EMFILE)\n`])
  })

  test('whose thread dies says so to who asks, and ends the process as any mistake of ours does', () => {
    const mistake = join(folder, 'mistake.mjs')
    writeFileSync(mistake, `import { isMainThread } from 'node:worker_threads'
      import { existsSync } from 'node:fs'
      if (!isMainThread) setInterval(() => { if (existsSync('${folder}/now')) throw new TypeError('a mistake') }, 10)`)
    const program = `import { openServed } from '${import.meta.dirname}/../../src/store/store.ts'
      import { writeFileSync } from 'node:fs'
      const store = await openServed({ url: 'sqlite:${join(folder, 'dies.db')}', mode: 'test' })
      process.on('uncaughtException', async error => {
        console.log(error.message)
        await store.check().catch(error => { console.log(error.constructor.name) })
        await store.close().catch(error => { console.log(error.constructor.name) })
        process.exit(7)
      })
      await store.check()
      writeFileSync('${folder}/now', '')`
    const { status, stdout } = run('dies', program, '--import', mistake)
    assert.deepEqual([status, stdout], [7, 'a mistake\nStoreUnavailable\nStoreUnavailable\n'])
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
