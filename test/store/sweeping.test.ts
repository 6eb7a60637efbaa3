/** A step of the sweep on PostgreSQL: it asks for many messages at once, and whoever stores between the same two waits for its end only. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Db } from '../../src/store/db.ts'
import { openStore } from '../../src/store/store.ts'
import { missing, startPostgres, type PostgresServer } from '../postgres.ts'
import { ask, bringing, byNumber, markOf, numbersIn, toegewezen } from './facts.ts'
import { aanbieder, account, later, roots } from './sample.ts'
import { ownView } from '../../src/party/party.ts'

const messages = 60

/** @returns a database that tells what it is asked while it writes */
const telling = (db: Db, told: string[]): Db => ({
  ...db,
  write: (work, weight) => db.write(session => work({
    ...session,
    all: (statement, values) => { told.push(statement.sql); return session.all(statement, values) },
    run: (statement, values) => { told.push(statement.sql); return session.run(statement, values) },
    nested: async inner => await session.nested(inner)
  }), weight)
})

describe('a step of the sweep', { skip: missing('bundled') }, () => {
  let server: PostgresServer
  before(async () => { server = await startPostgres() })
  after(() => server.close())

  test('of many messages asks little more than of one, and changes what all of a pair wait for last', async t => {
    const told: string[] = []
    const store = await openStore({ url: await server.freshDatabase(), mode: 'test', roots, wrap: db => telling(db, told) })
    t.after(() => store.close())
    const items = Array.from({ length: messages }, (_, nth) => bringing([toegewezen(String(nth), { Einddatum: '2026-01-31' })], [markOf(nth % 20)], { answer: 'none' }))
    await store.accept(items)
    for (const { envelope: { id } } of items) await store.acknowledge(ownView(aanbieder), id, account, later(1))
    told.length = 0
    const { swept, after } = await store.sweep('payload', { before: later(1000), now: later(2000), after: 0, messages_max: 200, bytes_max: 1e9, dry: false, history: { assignment_days: 1, claim_days: 1 } })
    assert.deepEqual([swept, after], [messages, null])
    assert.deepEqual(numbersIn(await ask(store, byNumber('7', '59'))), [])
    assert.ok(told.length < messages, `${told.length} statements`)
    const [pair, last] = [told.findIndex(it => it.startsWith('update "pair"')), told.findLastIndex(it => /^(?:delete|update) /.test(it))]
    assert.deepEqual([pair, told.filter(it => it.startsWith('update "pair"')).length], [last, 1])
    assert.deepEqual(await server.query('select count(*)::int as left from person', [], 'fresh_1'), [{ left: 0 }])
  })
})
