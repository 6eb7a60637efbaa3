/** What SQLite does with the tables of the doors: no question reads through them, an older database is brought to them, and a file of before keeps its messages. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import Database from 'better-sqlite3'
import { newReferentienummer } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import { sqliteDialect } from '../../src/store/dialect.ts'
import { bringForward } from '../../src/store/migrate.ts'
import { migrations } from '../../src/store/migrations.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { openStore, StoreUnusable, type Db, type Session } from '../../src/store/store.ts'
import { byDoor, keyOf, noticeTo, refusedAs, told } from './arriving.ts'
import { aanbieder, account, gemeente, heen, later, roots, start } from './sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'zorgpoort-doors-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const pathOf = (name: string): string => join(folder, `${name}.db`)
const urlOf = (name: string): string => `sqlite:${pathOf(name)}`

test('no question of the doors reads through a table', async () => {
  const seen = new Set<string>()
  const noting = (session: Session): Session => ({ ...session, all: (it, values) => { seen.add(it.sql); return session.all(it, values) }, run: (it, values) => { seen.add(it.sql); return session.run(it, values) } })
  const wrap = (db: Db): Db => ({ ...db, write: (work, weight) => db.write(session => work(noting(session)), weight), read: work => db.read(session => work(noting(session))) })
  const store = await openStore({ url: urlOf('plans'), mode: 'test', roots, wrap })
  const [item, number] = [byDoor(), newReferentienummer()]
  const { id, conversatie, referentienummer } = item.envelope
  await store.accept([item])
  const [own, got] = [ownView(gemeente), ownView(aanbieder)]
  for (const search of [{ types: ['WMO301' as const] }, { conversatie }, { answers: referentienummer }]) for (const view of [own, got]) await store.mailbox(view, 9, search)
  for (const view of [own, got]) await Promise.all([store.byNumber(view, referentienummer), store.byNumber(view, number), store.conversation(view, conversatie, 9), store.numbers(view.party, [id])])
  await Promise.all([store.arrivals(gemeente, { number }, 9), store.arrivals(gemeente, { conversatie }, 9), store.arrival(keyOf(number)), store.wireTold(id), store.numberTaken(number), store.conversatieTaken(number, gemeente)])
  await store.keepArrival(refusedAs(keyOf(number)), noticeTo())
  await store.parcel(id)
  await store.disown(got, id, { code: 'StUF055', finding: { level: 1, code: 'StUF055', line: null, path: '', found: '', expected: '', message: '', message_en: '' } }, account, noticeTo(), start)
  await store.close()
  const db = new Database(pathOf('plans'))
  const plan = (sql: string): string[] => db.prepare(`explain query plan ${sql}`).all(...Array(sql.split('?').length - 1).fill(0)).map(row => String(Object(row).detail))
  const plans = [...seen].map(sql => [sql, plan(sql)] as const)
  assert.deepEqual(plans.flatMap(([sql, steps]) => steps.filter(it => it.startsWith('SCAN ')).map(it => `${it}: ${sql}`)), [])
  const mailbox = plans.filter(([sql]) => sql.includes("m.delivery = 'offered'")).map(([, steps]) => steps[0])
  assert.deepEqual(mailbox.toSorted(), ['SEARCH m USING INDEX message_conversatie (conversatie=? AND rowid>?)', 'SEARCH m USING INDEX message_conversatie (conversatie=? AND rowid>?)', 'SEARCH m USING INDEX message_offered_type (receiver=? AND type=?)'])
  db.close()
  assert.ok(seen.size > 25, `${seen.size} statements`)
})

test('a database in which two messages bear one number is left as it is, and says which two', async () => {
  const db = openSqlite(pathOf('double'))
  await bringForward(db, sqliteDialect, migrations.filter(it => it.name < '0018'), start)
  await db.close()
  const old = new Database(pathOf('double'))
  const [one, other] = [heen(), heen()]
  for (const { envelope: { received, ...row } } of [one, other]) {
    const values = { ...row, referentienummer: one.envelope.referentienummer, received_ms: received, delivery: 'offered', offered_ms: received, answer: 'awaited', order_key: 'key', header: '{}', receipt: Buffer.alloc(1), seal: Buffer.alloc(1) }
    old.prepare(`insert into message (${Object.keys(values).join()}) values (${Object.keys(values).map(() => '?').join()})`).run(...Object.values(values))
  }
  for (let time = 0; time < 2; time++) {
    await assert.rejects(openStore({ url: urlOf('double'), mode: 'test', roots }), error => error instanceof StoreUnusable && [one, other].every(it => error.message.includes(it.envelope.id)) && /0018-doors/.test(error.message))
  }
  assert.equal(Object(old.prepare("select count(*) as many from sqlite_master where name in ('arrival', 'notice')").get()).many, 0, 'nothing of the step stayed')
  old.prepare('delete from message where id = ?').run(other.envelope.id)
  old.close()
  await (await openStore({ url: urlOf('double'), mode: 'test', roots })).close()
})

test('a database of before the doors keeps its messages, which are known by the numbers of the gateway', async () => {
  const db = openSqlite(pathOf('before'))
  await bringForward(db, sqliteDialect, migrations.filter(it => it.name < '0018'), start)
  await db.close()
  const old = new Database(pathOf('before'))
  const [one, other] = [heen({ delivery: 'offered' }), heen({ delivery: 'offered' })]
  for (const { envelope: { received, ...row } } of [one, other]) {
    const values = { ...row, received_ms: received, delivery: 'offered', offered_ms: received, answer: 'awaited', order_key: 'key', header: '{}', receipt: Buffer.alloc(1), seal: Buffer.alloc(1) }
    old.prepare(`insert into message (${Object.keys(values).join()}) values (${Object.keys(values).map(() => '?').join()})`).run(...Object.values(values))
  }
  old.close()
  const store = await openStore({ url: urlOf('before'), mode: 'test', roots })
  const { id, referentienummer, conversatie } = one.envelope
  assert.deepEqual((await store.mailbox(ownView(aanbieder), 9)).map(it => it.id), [id, other.envelope.id])
  for (const party of [gemeente, aanbieder]) {
    assert.deepEqual((await store.numbers(party, [id])).get(id), { number: referentienummer, conversatie, answers: null })
    assert.deepEqual([await store.byNumber(ownView(party), referentienummer), await store.conversation(ownView(party), conversatie, 9)], [id, [id]])
  }
  assert.deepEqual((await store.mailbox(ownView(aanbieder), 9, { types: ['WMO301'] })).map(it => it.id), [id, other.envelope.id])
  assert.deepEqual([await store.wireTold(id), await store.numberTaken(referentienummer)], [null, true])
  const came = byDoor()
  assert.deepEqual((await store.accept([came])).map(it => it.kind), ['stored'])
  assert.deepEqual(await store.wireTold(came.envelope.id), told)
  assert.equal(await store.disown(ownView(aanbieder), id, { code: 'StUF055', finding: { level: 1, code: 'StUF055', line: null, path: '', found: '', expected: '', message: '', message_en: '' } }, account, null, later(9)), 'done')
  assert.deepEqual(await store.findings(ownView(gemeente), id), [], 'nothing is written beside what stands under no key')
  await store.close()
})
