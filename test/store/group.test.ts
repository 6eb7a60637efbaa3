/** Group commit: what shares a transaction, and how much of it. */
import assert from 'node:assert/strict'
import { rmSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import Database from 'better-sqlite3'
import type { Session } from '../../src/store/db.ts'
import { groupWriter, type Writer } from '../../src/store/group.ts'
import { openSqlite } from '../../src/store/sqlite.ts'

/** Keeps how many pieces of work each transaction did. */
function counting () {
  const commits: number[] = []
  let pieces = 0
  const writer: Writer = {
    session: { all: async () => [], run: async () => 0, nested: work => { pieces++; return work() }, era: () => 0 },
    begin: async () => { pieces = 0 },
    commit: async () => { commits.push(pieces); return true },
    rollback: async () => {}
  }
  return { commits, ...groupWriter(writer, { items: 10, bytes: 1000 }) }
}

const nothing = async (): Promise<void> => {}

test('what arrives in one turn shares commits of at most so many items', async () => {
  const { commits, write } = counting()
  await Promise.all(Array.from({ length: 25 }, () => write(nothing, { items: 1, bytes: 1 })))
  assert.deepEqual(commits, [10, 10, 5])
})

test('and of at most so many bytes; one that is larger goes alone', async () => {
  const { commits, write } = counting()
  await Promise.all([600, 400, 1, 5000, 1, 999].map(bytes => write(nothing, { items: 1, bytes })))
  assert.deepEqual(commits, [2, 1, 1, 2])
})

/** A table on SQLite, where each row that is written says by whom and how often he was asked. */
async function table (t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'group-'))
  const commits: number[] = []
  const db = openSqlite(join(folder, 'db'), pieces => { commits.push(pieces) })
  t.after(async () => {
    await db.close()
    rmSync(folder, { recursive: true })
  })
  const sql = (text: string) => ({ sql: text, slots: [] })
  await db.write(session => session.run(sql('create table row (by text not null unique)')))
  const asked = new Map<string, number>()
  const put = async (session: Session, by: string): Promise<void> => {
    asked.set(by, (asked.get(by) ?? 0) + 1)
    await session.run(sql(`insert into row values ('${by}')`))
  }
  const fail = async (session: Session, by: string): Promise<never> => {
    await put(session, by)
    throw new RangeError(by)
  }
  return { db, commits, asked, put, fail, rows: async () => (await db.read(session => session.all(sql('select by from row order by rowid')))).map(it => it['by']) }
}

test('of what shares a commit each is done once where nothing fails', async t => {
  const { db, commits, asked, put, rows } = await table(t)
  await Promise.all(['a', 'b'].map(by => db.write(session => put(session, by))))
  assert.deepEqual([await rows(), [...asked.values()], commits.at(-1)], [['a', 'b'], [1, 1], 2])
})

test('where one fails nothing of it is left, the others are there, in their order and in one commit', async t => {
  const { db, commits, asked, put, fail, rows } = await table(t)
  const [a, b, c, again] = await Promise.allSettled([put, fail, put, put].map((work, nth) => db.write(session => work(session, 'abca'[nth] ?? ''))))
  assert.deepEqual([a?.status, b?.status === 'rejected' && b.reason instanceof RangeError, c?.status], ['fulfilled', true, 'fulfilled'])
  assert.match(again?.status === 'rejected' ? String(again.reason) : '', /UNIQUE/)
  assert.deepEqual([await rows(), commits.at(-1), asked.get('b'), asked.get('c')], [['a', 'c'], 4, 2, 1])
})

test('of a part whose failure goes no further nothing is left either, and the rest is', async t => {
  const { db, put, fail, rows } = await table(t)
  const quiet = (session: Session, by: string): Promise<unknown> => session.nested(() => fail(session, by)).catch(() => {})
  await Promise.all([
    db.write(async session => { await put(session, 'a'); await quiet(session, 'b'); await put(session, 'c') }),
    db.write(session => put(session, 'd'))
  ])
  assert.deepEqual(await rows(), ['a', 'c', 'd'])
})

test('where a transaction cannot be undone nothing of it is left either, and the store goes on', async t => {
  const { db, put, fail, rows } = await table(t)
  const { prepare } = Database.prototype
  const refused = t.mock.method(Database.prototype, 'prepare', function (this: Database.Database, sql: string) {
    if (sql === 'rollback') throw new Database.SqliteError('disk I/O error', 'SQLITE_IOERR')
    return prepare.call(this, sql)
  })
  const [a, b] = await Promise.allSettled([db.write(session => put(session, 'a')), db.write(session => fail(session, 'b'))])
  assert.deepEqual([a.status, b.status === 'rejected' && b.reason instanceof RangeError], ['fulfilled', true], String(a.status === 'rejected' && a.reason))
  refused.mock.restore()
  await db.write(session => put(session, 'c'))
  assert.deepEqual([await rows(), await db.truncate()], [['a', 'c'], true])
})
