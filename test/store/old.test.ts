/** Databases as earlier versions left them: written by those versions, or filled with rows of every table; brought forward, and moved, with all that is in them. */
import assert from 'node:assert/strict'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { verifyAudit } from '../../src/audit/audit.ts'
import { sha256Hex } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import { sqliteDialect } from '../../src/store/dialect.ts'
import { bringForward } from '../../src/store/migrate.ts'
import { migrations } from '../../src/store/migrations.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { copyAhead, finishMove, migrate, openLinker, openStore, type MoveOptions, type Store } from '../../src/store/store.ts'
import { missing, startPostgres } from '../postgres.ts'
import { aanbieder, finish, gemeente, heen, later, roots, start } from './sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'zorgpoort-old-'))
after(() => { rmSync(folder, { recursive: true, force: true }) })

/** By the last step their version knew; each was written by that version's own code: waiting, offered, held, dead, answered, delivered messages, a finding, clients. */
const old = join(import.meta.dirname, 'old')
const names = readdirSync(old).map(it => it.replace('.db.gz', '')).toSorted()
function unpacked (name: string, as = name): string {
  const path = join(folder, `${as}.db`)
  writeFileSync(path, gunzipSync(readFileSync(join(old, `${name}.db.gz`))), { mode: 0o600 })
  return path
}
type Row = Record<string, unknown>
function rowsOf (path: string, sql: string): Row[] {
  const db = new Database(path, { readonly: true })
  try { return db.prepare<[], Row>(sql).all() } finally { db.close() }
}
const messagesOf = (path: string): Row[] => rowsOf(path, 'select id, sha256, receipt, delivery, answer, identificatie from message order by seq')

/** All that was in it is there, can be read, and its work goes on. @param before its messages, as they were */
async function goesOn (store: Store, before: readonly Row[]): Promise<void> {
  const { items } = await store.listAny({ limit: 99 })
  assert.deepEqual(items.toReversed().map(({ id, sha256, delivery, answer, identificatie }) => ({ id, sha256, delivery, answer, identificatie })), before.map(({ receipt: _, ...others }) => others))
  for (const { id, sender, sha256 } of items) {
    const payload = await store.payload(ownView(sender), id)
    assert.ok(payload !== null, id)
    assert.equal(createHash('sha256').update(payload).digest('hex'), sha256)
  }
  for (const { id, receipt } of before) {
    const item = items.find(it => it.id === id)
    assert.ok(item)
    if (receipt instanceof Uint8Array && receipt.length > 0) assert.deepEqual(Buffer.from(await store.receipt(ownView(item.sender), item.id) ?? []), receipt)
  }
  const waiting = before.filter(it => it['delivery'] === 'waiting')
  const claims = await store.claim(9, 1000, later(3_600_000))
  assert.deepEqual(claims.map(it => it.envelope.id).toSorted(), waiting.map(it => it['id']).toSorted())
  const policy = { first_ms: 1, longest_ms: 1, total_ms: 1 }
  await store.finish(claims.map(it => finish(it, { kind: 'offered', push: policy })), later(3_600_001))
  assert.equal((await store.claimPush(aanbieder, 9, 1000, later(3_600_002))).length, claims.length)
  const next = heen({ delivery: 'offered', envelope: { identificatie: 'NEXT' } })
  await store.accept([next])
  assert.equal((await store.listAny({ limit: 1 })).items[0]?.id, next.envelope.id, 'numbers go on above those that were')
  assert.ok(await store.payload(ownView(gemeente), next.envelope.id))
  const { findings, rows, unchained } = await store.trail(trail => verifyAudit(trail, { linker: openLinker(roots.audit), trusted: [] }))
  assert.deepEqual(findings, [])
  assert.ok(rows + unchained > 17)
}

describe('a database that an earlier version wrote', () => {
  for (const name of names) {
    test(`up to step ${name} is brought forward, with everything in it`, async () => {
      const path = unpacked(name)
      const before = messagesOf(path)
      const done = rowsOf(path, 'select name from migration').map(it => it['name'])
      assert.deepEqual(await migrate(`sqlite:${path}`), migrations.map(it => it.name).slice(done.length))
      const store = await openStore({ url: `sqlite:${path}`, mode: 'test', roots })
      try { await goesOn(store, before) } finally { await store.close() }
    })
  }
})

const skip = missing('bundled')
describe('a database that an earlier version wrote, moved to PostgreSQL', { skip }, async () => {
  const server = skip === false ? await startPostgres() : null
  after(async () => { await server?.close() })
  for (const name of names) {
    test(`up to step ${name} goes on there`, async () => {
      assert.ok(server)
      const from = unpacked(name, `moved-${name}`)
      const before = messagesOf(from)
      const options: MoveOptions = { from, to: { url: await server.freshDatabase() }, shown: 'there', roots }
      await copyAhead(options)
      const moved = await finishMove(options, async () => async () => {}, () => sha256Hex('0'.repeat(64)), start)
      assert.equal(moved?.messages, before.length)
      const store = await openStore({ ...options.to, mode: 'test', roots })
      try { await goesOn(store, before) } finally { await store.close() }
    })
  }
})

/** Two rows of every table, with something in every column. */
function fill (path: string): void {
  const db = new Database(path)
  db.pragma('foreign_keys = off')
  const tables = db.prepare<[], string>("select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not in ('migration', 'meta') order by name").pluck().all()
  for (const table of tables) {
    const columns = db.prepare<[], { name: string, type: string }>(`select name, type from pragma_table_info('${table}')`).all()
    const parents = new Map(db.prepare<[], { from: string }>(`select "from" from pragma_foreign_key_list('${table}')`).all().map(it => [it.from, true]))
    for (const nth of [1, 2]) {
      const values = columns.map(({ name, type }) => /int/i.test(type) ? nth : /blob/i.test(type) ? Buffer.from([nth]) : parents.has(name) || name === 'code' || name === 'id' ? `id${nth}` : name === 'connections' || name === 'families' ? '[]' : `${name} ${nth}`)
      db.prepare(`insert into "${table}" values (${columns.map(() => '?').join(', ')})`).run(...values)
    }
  }
  assert.deepEqual(db.pragma('foreign_key_check'), [], 'what is filled in holds together')
  db.close()
}
const contents = (path: string): Map<string, Row[]> => {
  const tables = rowsOf(path, "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name <> 'migration' order by name").map(it => String(it['name']))
  return new Map(tables.map(name => [name, rowsOf(path, `select * from "${name}"`)]))
}
/** What a step means to change. */
const meant: Readonly<Record<string, readonly string[]>> = { delivery: ['kind', 'order_key', 'class', 'due_ms', 'since_ms'] }
const dropped = new Set(['correlation'])

describe('rows of every table', () => {
  for (const [nth, { name }] of migrations.entries()) {
    test(`as ${name} left them are kept by all that came after`, async () => {
      const path = join(folder, `filled-${nth}.db`)
      const first = openSqlite(path)
      await bringForward(first, sqliteDialect, migrations.slice(0, nth + 1), start)
      await first.close()
      fill(path)
      const before = contents(path)
      assert.deepEqual(await migrate(`sqlite:${path}`), migrations.slice(nth + 1).map(it => it.name))
      const now = contents(path)
      for (const [table, rows] of before) {
        if (dropped.has(table) && name < '0018') continue
        const there = now.get(table) ?? []
        const left = table === 'meta' ? there.filter(it => rows.some(row => row['name'] === it['name'])) : there
        const kept = left.map(row => Object.fromEntries(Object.keys(rows[0] ?? {}).map(column => [column, row[column]])))
        const unlike = (all: readonly Row[]): Row[] => all.map(row => Object.fromEntries(Object.entries(row).filter(([column]) => meant[table]?.includes(column) !== true)))
        assert.deepEqual(unlike(kept), unlike(rows), table)
      }
    })
  }
})

test('what is remembered of a message that was swept takes no page of its own', async () => {
  const path = join(folder, 'spent.db')
  await migrate(`sqlite:${path}`)
  const db = new Database(path)
  const size = (): number => Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }))
  const [before, rows] = [size(), 2_000]
  const insert = db.prepare('insert into spent (sender, type, identificatie, id, sha256, receipt) values (?, ?, ?, ?, ?, ?)')
  for (let nth = 0; nth < rows; nth++) insert.run('50009001', 'JW321', `${nth}`, randomUUID(), randomBytes(32).toString('hex'), randomBytes(926))
  const each_bytes = (size() - before) / rows
  db.close()
  assert.ok(each_bytes < 1_600, `${each_bytes} bytes each`)
})
