/** What a move makes of a target that was used before, the numbers that go on there, how much of it is in hand at a time, and a pooler before it. */
import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { verifyAudit } from '../../src/audit/audit.ts'
import { newMessageId, sha256Hex } from '../../src/core/core.ts'
import { arrayOf, arrayType } from '../../src/store/binary.ts'
import { append, settle } from '../../src/store/copying.ts'
import type { Db, Session } from '../../src/store/db.ts'
import { connect } from '../../src/store/open.ts'
import { keyOf, reader, tablesOf, weight, type Key } from '../../src/store/shape.ts'
import { copyAhead, finishMove, migrate, openLinker, openStore, StoreUnusable, undoMove, type Acceptance, type MoveOptions, type Store, type Verify } from '../../src/store/store.ts'
import { ownView } from '../../src/party/party.ts'
import { missing, missingPooler, startPooler, startPostgres } from '../postgres.ts'
import { ask, bringing, byNumber, markOf, numbersIn, pair, toegewezen } from './facts.ts'
import { aanbieder, account, heen, later, opaque, retour, roots, start } from './sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'zorgpoort-move-'))
after(() => { rmSync(folder, { recursive: true, force: true }) })
const auditOf = async (store: Store) => await store.trail(trail => verifyAudit(trail, { linker: openLinker(roots.audit), trusted: [] }))
const sameAudit: Verify = async source => {
  const before = await auditOf(source)
  return async target => { assert.deepEqual(await auditOf(target), before) }
}

const skip = missing('bundled')
describe('a move', { skip }, async () => {
  const server = skip === false ? await startPostgres({ settings: { autovacuum: 'off' } }) : null
  after(async () => { await server?.close() })
  const within = async <T>(url: string, work: (store: Store) => Promise<T>): Promise<T> => {
    const store = await openStore({ url, mode: 'test', roots })
    try { return await work(store) } finally { await store.close() }
  }
  /** A file of this name and a database, neither of which is there yet. @param through the way to a database, which is asked straight */
  const between = async (name: string, through: (url: string) => MoveOptions['to'] = url => ({ url })) => {
    assert.ok(server)
    const url = await server.freshDatabase()
    const options: MoveOptions = { from: join(folder, name), to: through(url), shown: 'there', roots }
    const database = url.slice(url.lastIndexOf('/') + 1)
    return {
      options,
      asked: (sql: string) => server.query(sql, [], database),
      source: <T>(work: (store: Store) => Promise<T>): Promise<T> => within(`sqlite:${options.from}`, work),
      target: <T>(work: (store: Store) => Promise<T>): Promise<T> => within(url, work),
      move: async (): Promise<number | undefined> => {
        await copyAhead(options)
        return (await finishMove(options, sameAudit, () => sha256Hex('0'.repeat(64)), start))?.messages
      }
    }
  }

  test('that is undone and made again leaves nothing there of what was taken meanwhile, not even of what was to be chained; numbers go on', async () => {
    const { options, asked, source, target, move } = await between('again.db')
    await source(store => store.accept([heen(), heen(), heen({ payload: opaque(12_000_000) })]))
    assert.equal(await move(), 3)
    await target(store => store.accept([heen(), heen()]))
    const [{ n: before } = {}] = await asked('select max(id) as n from delivery')
    assert.equal(Number(before), 5, 'work is numbered on')
    await assert.rejects(undoMove(options, false), /2 messages were taken at the target since/)
    assert.equal(await undoMove(options, true), 2)
    // As a process that was killed leaves it.
    await asked("insert into audit_new (nonce, at_ms, event, key_id, mac) values ('\\x00', 1, 'offered', 'x', '\\x00')")
    await source(store => store.accept([heen()]))
    assert.equal(await move(), 4)
    assert.deepEqual(await asked('select number from audit_new'), [])
    assert.deepEqual((await asked('select count(*)::int as n from message_key')).map(it => it['n']), [4])
    const last = heen()
    await target(async store => {
      await store.accept([last])
      assert.equal((await store.listAny({ limit: 1 })).items[0]?.id, last.envelope.id)
    })
    const [numbers] = await asked('select count(*) filter (where seq < 1099511627776)::int as moved, count(*) filter (where seq >= 1099511627776)::int as later from message')
    assert.deepEqual(numbers, { moved: 4, later: 1 }, 'what was moved keeps its numbers, the months are above')
  })

  test('leaves what was imported to itself: no message that comes later stands in its place, and more is imported', async () => {
    const { source, target, move } = await between('imported.db')
    const imported = (item: Acceptance): Acceptance => ({ ...item, delivery: 'none', seal: Buffer.alloc(0), receipt: Buffer.alloc(0), envelope: { ...item.envelope, origin: 'import', account: null } })
    const own = (...numbers: number[]): Acceptance[] => numbers.map(it => imported(bringing([toegewezen(String(it))], [markOf(it)])))
    const numbers = ['101', '102', '103', '104', '105']
    await source(async store => {
      await store.importHistory(own(101, 102, 103))
      await store.endImport([pair], null, start)
    })
    await move()
    await target(async store => {
      const knows = async () => numbersIn(await ask(store, byNumber(...numbers)))
      const since = bringing([toegewezen('7')], [markOf(7)])
      await store.accept([since])
      await store.accept([retour(since, { voids: true, delivery: 'offered' })])
      assert.deepEqual(await knows(), ['301 101', '301 102', '301 103'], 'what a retour rejects is another message')
      assert.deepEqual((await store.importHistory(own(104, 105))).map(it => it.kind), ['stored', 'stored'])
      await store.endImport([pair], null, start)
      assert.deepEqual(await knows(), numbers.map(it => `301 ${it}`))
    })
  })

  test('ends with a target that knows how much it has, where nothing would tell it by itself', async () => {
    const { asked, source, move } = await between('known.db')
    await source(store => store.accept(Array.from({ length: 300 }, () => heen())))
    assert.equal(await move(), 300)
    const known = Object.fromEntries((await asked("select relname as name, reltuples::int as n from pg_class where relname in ('message', 'message_key', 'payload', 'delivery') and relnamespace = current_schema()::regnamespace")).map(it => [it['name'], it['n']]))
    assert.deepEqual(known, { message: 300, message_key: 300, payload: 300, delivery: 300 })
    const [{ n } = {}] = await asked("select count(*)::int as n from pg_stats where schemaname = current_schema() and tablename like 'message%' and attname = 'id'")
    assert.ok(Number(n) >= 2, 'of the whole and of the part that holds them')
  })

  test('of a file in whose place a backup was put since its first part moves what that one holds, under the same numbers', async () => {
    const { options, asked, source, target, move } = await between('back.db')
    await source(store => store.accept([heen()]))
    await copyAhead(options)
    copyFileSync(options.from, `${options.from}.backup`)
    const [lost, third, fourth] = [heen(), heen(), heen()]
    await source(store => store.accept([lost, third]))
    await copyAhead(options)
    copyFileSync(`${options.from}.backup`, options.from)
    // What was lost is sent again, and stands where something else stood.
    const [again, ...others] = [heen({ envelope: { ...third.envelope, id: newMessageId(start) } }), heen(), fourth]
    await source(store => store.accept([again, ...others]))
    assert.equal(await move(), 4)
    const expected = [again, ...others].map(it => it.envelope)
    assert.deepEqual(await asked('select k.identificatie, m.id from message as m join message_key as k using (seq) where m.seq > 1 order by seq'), expected.map(({ identificatie, id }) => ({ identificatie, id })))
    assert.deepEqual((await target(store => store.accept([again, lost]))).map(it => it.kind), ['duplicate', 'stored'])
  })

  test('leaves what it moved in one part, which goes with the last row of it, and the audit in its months', async () => {
    const { asked, source, target, move } = await between('before.db')
    const items = [heen({ delivery: 'offered', answer: 'none' }), heen({ delivery: 'offered', answer: 'none' })]
    await source(store => store.accept(items))
    await move()
    const where = async (table: string): Promise<unknown[]> => (await asked(`select distinct tableoid::regclass::text as part from ${table} order by 1`)).map(it => it['part'])
    assert.deepEqual([await where('message'), await where('payload'), await where('audit')], [['message_before'], ['payload_before'], ['audit_2026_09']])
    const now = later(400 * 86_400_000)
    await target(async store => {
      const parts: string[][] = []
      for (const { envelope: { id } } of items) {
        await store.acknowledge(ownView(aanbieder), id, account, now)
        for (const kind of ['payload', 'metadata'] as const) await store.sweep(kind, { before: now, now, after: 0, messages_max: 200, bytes_max: 4_000_000, dry: false })
        parts.push((await store.months(now)).dropped.filter(it => it.endsWith('_before')))
      }
      assert.deepEqual(parts, [[], ['payload_before', 'message_before']])
      assert.deepEqual(await Promise.all(items.map(it => store.message(ownView(aanbieder), it.envelope.id))), [null, null])
      assert.deepEqual((await store.accept([...items, heen()])).map(it => it.kind), ['duplicate', 'duplicate', 'stored'])
    })
  })

  test('sends a statement of small messages together, and of large ones no more than a window and one of them', async () => {
    const { options, source } = await between('large.db')
    const large = 5_000_000
    await source(store => store.accept([...Array.from({ length: 20 }, () => heen()), ...Array.from({ length: 4 }, () => heen({ payload: opaque(large) }))]))
    await migrate(options.to.url)
    const { db } = await connect(options.to.url)
    const file = new Database(options.from, { readonly: true })
    try {
      const sent: Array<{ readonly sql: string, readonly bytes: number }> = []
      const noted = (session: Session): Session => ({
        ...session,
        run: async (statement, values) => {
          sent.push({ sql: statement.sql, bytes: weight(Object.fromEntries(statement.slots.map((it, nth) => [nth, 'value' in it ? it.value : null]))) })
          return await session.run(statement, values)
        }
      })
      const target: Db = { ...db, write: work => db.write(session => work(noted(session))) }
      const [before, after] = [tablesOf(file).filter(it => it.name === 'message'), tablesOf(file).filter(it => it.name === 'payload')]
      for (const table of [...before, ...after]) await append({ source: file, target, tell: () => {}, step: () => {} }, table, 'true')
      const copied = sent.splice(0).filter(it => it.sql.startsWith('insert into "payload"'))
      // What the first part did not bring goes by the comparison of the last.
      await db.write(session => session.run({ sql: 'delete from payload', slots: [] }))
      for (const table of after) await settle({ source: file, target, tell: () => {}, step: () => {} }, table, true, 'more')
      for (const statements of [copied, sent]) {
        assert.ok(statements.length >= 2 && statements.length <= 4, `${statements.length} statements`)
        for (const { bytes } of statements) assert.ok(bytes < 8_000_000 + large + 10_000, `${bytes} bytes at a time`)
      }
    } finally { file.close(); await db.close() }
  })

  test('sends values as they are, whatever they are; of another kind than their column none', async () => {
    assert.ok(server)
    const whole = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, -1, 2 ** 31, 2 ** 32, -(2 ** 32), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER))
    const words = fc.string({ unit: 'grapheme' }).filter(it => !it.includes('\0'))
    const row = fc.tuple(fc.option(whole), fc.option(words), fc.option(fc.uint8Array().map(it => Buffer.from(it))))
    await fc.assert(fc.asyncProperty(fc.array(row), async rows => {
      const arrays = [arrayOf('number', rows.map(it => it[0])), arrayOf('text', rows.map(it => it[1])), arrayOf('bytes', rows.map(it => it[2]))]
      const there = await server.query(`select * from unnest($1::${arrayType('number')}, $2::${arrayType('text')}, $3::${arrayType('bytes')}) as it(n, t, b)`, arrays)
      assert.deepEqual(there.map(it => [it['n'] === null ? null : Number(it['n']), it['t'], it['b']]), rows)
    }), { numRuns: 50 })
    for (const [kind, value] of [['number', 'x'], ['number', 1.5], ['text', 1], ['bytes', 'x']] as const) assert.throws(() => arrayOf(kind, [value]), TypeError)
  })

  test('through a pooler that says that it is one goes as straight to the server; one that does not say so is named', { skip: missingPooler() }, async () => {
    assert.ok(server)
    const pooler = await startPooler(server)
    try {
      const blind = await between('blind.db', url => ({ url: pooler.url(url) }))
      await blind.source(store => store.accept([heen()]))
      await assert.rejects(blind.move(), (error: unknown) => error instanceof StoreUnusable && /stands a pooler.*postgres_pooler: transaction.*the server's own port/.test(error.message))
      const { source, target, move, asked } = await between('pooled.db', url => ({ url: pooler.url(url), postgres: { pooled: true } }))
      const first = heen()
      await source(store => store.accept([first, heen(), heen({ payload: opaque(12_000_000) })]))
      assert.equal(await move(), 3)
      assert.deepEqual((await asked("select count(*)::int as n from pg_locks where locktype = 'advisory'")).map(it => it['n']), [0], 'nothing is held by a connection that others get')
      assert.deepEqual((await target(store => store.accept([first, heen()]))).map(it => it.kind), ['duplicate', 'stored'])
    } finally { await pooler.close() }
  })
})

test('rows are read as many at a time as fit, and one more; none is left out', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 40 }), fc.integer({ min: 1, max: 900 }), (sizes, most) => {
    const file = new Database(':memory:')
    file.exec('create table payload (message integer primary key, body blob)')
    for (const [nth, size] of sizes.entries()) file.prepare('insert into payload values (?, ?)').run(nth, Buffer.alloc(size))
    const [table] = tablesOf(file)
    assert.ok(table)
    const next = reader(file, table, false, 'true')
    const seen: unknown[] = []
    for (let [after, more]: [Key | null, boolean] = [null, true]; more;) {
      const window = next(after, most)
      const weights = window.rows.map(weight)
      assert.ok(weights.slice(0, -1).reduce((sum, it) => sum + it, 0) <= most)
      assert.ok(window.more || weights.length < 5_000)
      seen.push(...window.rows.map(it => it['message']))
      const last = window.rows.at(-1)
      after = last === undefined ? after : keyOf(table, last)
      more = window.more
    }
    file.close()
    assert.deepEqual(seen, sizes.map((_, nth) => nth))
  }))
})
