/** The store's contract on SQLite, and what SQLite adds to it: a file, its rights, its lock and its limits. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import Database from 'better-sqlite3'
import { accountId, fingerprint, isMessageId, messageId, sha256Hex } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import { lockForServe, migrate, openStore, StoreFailure, StoreUnusable, type Db, type RegisterChange, type Session } from '../../src/store/store.ts'
import type { Statement, Value } from '../../src/store/db.ts'
import { bringForward } from '../../src/store/migrate.ts'
import { migrations } from '../../src/store/migrations.ts'
import { sqliteDialect } from '../../src/store/dialect.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { newRingLine, parseRing, Unopened, type Roots } from '../../src/vault/vault.ts'
import { aMandate, anAccount, aParty } from '../register.ts'
import { storeContract } from './contract.ts'
import { ask, bringing, declaratie } from './facts.ts'
import { aanbieder, account, claimOne, finish, gemeente, heen, later, retour, roots, start } from './sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'zorgpoort-store-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const pathOf = (name: string): string => `${join(folder, name)}.db`
const urlOf = (name: string): string => `sqlite:${pathOf(name)}`
const script = (name: string): string => join(import.meta.dirname, name)

storeContract('SQLite', (name, options = {}) => openStore({ url: urlOf(name), mode: 'test', roots, ...options }))

describe('store in an SQLite file', () => {
  test('is brought forward once, and refused when a newer version made it', async () => {
    const url = urlOf('newer')
    assert.deepEqual(await migrate(url), migrations.map(it => it.name))
    assert.deepEqual(await migrate(url), [])
    const db = new Database(pathOf('newer'))
    db.prepare("insert into migration (name, at_ms) values ('9999-later', 0)").run()
    db.close()
    await assert.rejects(openStore({ url, mode: 'test' }), error => error instanceof StoreUnusable && /newer version/.test(error.message))
    await assert.rejects(migrate(url), StoreUnusable)
  })

  test('keeps as much of the database in memory as was set', async () => {
    const kept = async (given: { cache_bytes_max?: number }): Promise<unknown> => {
      const opened: Db[] = []
      const store = await openStore({ url: urlOf('kept'), mode: 'test', ...given, wrap (db) { opened.push(db); return db } })
      try {
        return await opened[0]?.write(async session => (await session.all({ sql: 'pragma cache_size', slots: [] }))[0]?.['cache_size'])
      } finally { await store.close() }
    }
    assert.deepEqual([await kept({ cache_bytes_max: 40_000_000 }), await kept({})], [-39_063, -62_500])
  })

  test('work of before there were pushes is what handlers see, in its order; what stopped says since when and why', async () => {
    const url = urlOf('before-pushes')
    const db = openSqlite(pathOf('before-pushes'))
    await bringForward(db, sqliteDialect, migrations.filter(it => it.name < '0017'), start)
    await db.close()
    const old = new Database(pathOf('before-pushes'))
    const envelope = heen().envelope
    for (const [nth, state] of ['due', 'due', 'held', 'dead'].entries()) {
      const { received, ...row } = { ...envelope, id: heen().envelope.id, referentienummer: heen().envelope.referentienummer, identificatie: `T${nth}` }
      const values = { ...row, received_ms: received, delivery: state === 'due' ? 'waiting' : state, answer: 'awaited', order_key: `key ${nth}`, header: '{}', receipt: Buffer.alloc(1), seal: Buffer.alloc(1) }
      old.prepare(`insert into message (${Object.keys(values).join()}) values (${Object.keys(values).map(() => '?').join()})`).run(...Object.values(values))
      old.prepare("insert into delivery (message, kind, target, state, due_ms, lease_until_ms, fence, attempts, last_reason) values (?, 'message', ?, ?, ?, 0, 1, 1, ?)")
        .run(nth + 1, aanbieder, state, received, state === 'dead' ? 'exhausted: ZP_BUSY' : state === 'held' ? 'person' : null)
    }
    old.close()
    const store = await openStore({ url, mode: 'test', roots })
    const { items } = await store.listAny({ limit: 9 })
    assert.deepEqual(items.toReversed().map(({ work, dead_class }) => [work?.kind, work?.state, work?.since, work?.next, dead_class]), [
      ['handle', 'due', null, start, null], ['handle', 'due', null, start, null], ['handle', 'held', start, null, null], ['handle', 'dead', start, null, 'transient']
    ])
    const claims = await store.claim(9, 1000, later(1))
    assert.deepEqual(claims.map(it => it.envelope.identificatie), ['T0', 'T1'], 'what is held waits for a person, not for a moment')
    const policy = { first_ms: 1, longest_ms: 1, total_ms: 1 }
    await store.finish(claims.map(it => finish(it, { kind: 'offered', push: policy })), later(1))
    assert.equal((await store.claimPush(aanbieder, 9, 1000, later(1))).length, 2, 'each under the order key of its message')
    await store.close()
  })

  test('no step of pushing reads through all the work there is', async () => {
    const seen = new Set<string>()
    const noting = (session: Session): Session => ({ ...session, all: (it, values) => { seen.add(it.sql); return session.all(it, values) }, run: (it, values) => { seen.add(it.sql); return session.run(it, values) } })
    const wrap = (db: Db): Db => ({ ...db, write: (work, weight) => db.write(session => work(noting(session)), weight), read: work => db.read(session => work(noting(session))) })
    const store = await openStore({ url: urlOf('plans'), mode: 'test', roots, wrap })
    const policy = { first_ms: 1, longest_ms: 1, total_ms: 1 }
    const items = Array.from({ length: 6 }, () => heen({ delivery: 'offered', push: policy }))
    const shown = heen({ order_key: 'shown' })
    await store.accept([...items, shown])
    const next = async () => (await store.claimPush(aanbieder, 1, 1000, start)).map(it => finish(it, { kind: 'delivered' }))
    await store.pushTargets(start)
    await store.finish(await next(), start)
    for (const kind of ['DELETE', 'answer'] as const) {
      const [item] = items.splice(1, 1)
      assert.ok(item)
      if (kind === 'DELETE') await store.acknowledge(ownView(aanbieder), item.envelope.id, account, start)
      else await store.accept([retour(item, { delivery: 'offered' })])
    }
    await store.finish([finish(await claimOne(store), { kind: 'offered', push: policy })], start)
    await store.inspect(items.at(-1)?.envelope.id ?? shown.envelope.id)
    await store.freeLeases()
    assert.ok(await store.giveUp(aanbieder, start, 9, later(5)) > 0)
    await store.stats(start)
    await store.close()
    const db = new Database(pathOf('plans'))
    const through = [...seen].filter(sql => /\bdelivery\b/.test(sql)).flatMap(sql => {
      const plan = db.prepare(`explain query plan ${sql}`).all(...Array(sql.split('?').length - 1).fill(0)).map(row => String(Object(row).detail))
      // Leases are few, and an index has nothing else; of what is held or dead no more than a bound is looked at.
      const scans = plan.filter(it => /SCAN (?:delivery|[dhpbk])\b/.test(it) && !/INDEX delivery_(?:leased|stopped)/.test(it))
      // What may stand in the way of a push, each found in an index that holds nothing else.
      const long = plan.filter(it => /SEARCH [phb] /.test(it) && !/SEARCH (?:p .*delivery_pushing|h .*delivery_handling|b .*delivery_blocked) .*order_key=/.test(it))
      return [...scans, ...long, ...plan.filter(it => it.includes('TEMP B-TREE'))].map(it => `${it}: ${sql}`)
    })
    // Whatever waits under a policy that is not over yet, or is not to be given up, is not read to find what is.
    const ends = [...seen].filter(sql => sql.includes('give_up_ms <='))
    const found = ends.map(sql => db.prepare(`explain query plan ${sql}`).all(...Array(sql.split('?').length - 1).fill(0)).map(row => String(Object(row).detail)).filter(it => it.startsWith('SEARCH d ')))
    assert.deepEqual(found, [['SEARCH d USING INDEX delivery_give_up (target=? AND total_ms=? AND give_up_ms<?)']])
    db.close()
    assert.deepEqual(through, [])
    assert.ok(seen.size > 30)
  })

  test('what is looked for by the Identificatie of its message is found by an index that holds nothing else', async () => {
    const seen = new Set<string>()
    const noting = (session: Session): Session => ({ ...session, all: (it, values) => { seen.add(it.sql); return session.all(it, values) } })
    const store = await openStore({ url: urlOf('sought'), mode: 'test', roots, wrap: db => ({ ...db, read: work => db.read(session => work(noting(session))) }) })
    await store.accept([bringing([declaratie('D1')])])
    const lookups = (['315:AangevraagdProduct', '323:Declaratie', '323:Prestatie'] as const).map(of => ({ of, by: 'Identificatie' as const, values: ['7'] }))
    await ask(store, { lookups })
    await store.close()
    const db = new Database(pathOf('sought'))
    const plans = [...seen].filter(it => it.includes('identificatie" in (?)') || it.includes('identificatie` in (?)')).map(sql =>
      JSON.stringify(db.prepare(`explain query plan ${sql}`).all(...Array(sql.split('?').length - 1).fill(0))))
    db.close()
    assert.equal(plans.length, lookups.length)
    for (const plan of plans) assert.match(plan, /SEARCH s USING (?:COVERING )?INDEX source_sought \(pair=\? AND number=\? AND identificatie=\?\)/)
  })

  test('forgets the client of an erased message in the order keys too, also of a retour that was rejected', async () => {
    const store = await openStore({ url: urlOf('keys'), mode: 'test', roots })
    const mark = { key: 'index', hash: Buffer.alloc(16, 1) }
    const asked = heen({ delivery: 'offered', order_key: 'his', clients: [mark] })
    const [rejected, better] = [retour(asked, { order_key: null }), retour(asked, { order_key: null, delivery: 'offered', push: { first_ms: 1, longest_ms: 1, total_ms: 1 } })]
    await store.accept([asked, rejected])
    await store.finish([finish(await claimOne(store), { kind: 'rejected', findings: [] })], later(1))
    await store.accept([better])
    await store.acknowledge(ownView(aanbieder), asked.envelope.id, account, later(2))
    const db = new Database(pathOf('keys'))
    const keys = db.prepare('select order_key from message order by seq').pluck()
    assert.deepEqual(keys.all(), ['his', 'his', 'his'])
    await store.erase([1], [mark], { shared: false, undelivered: false, account, now: later(3) })
    assert.deepEqual(keys.all(), ['', '', ''])
    assert.deepEqual(db.prepare('select order_key, state from delivery').raw().all(), [['#3', 'due']], 'also of the work that waits')
    db.close()
    await store.close()
  })

  test('an index key that is turned is turned in the order keys too, also of a retour', async () => {
    const hash = (byte: number): Buffer => Buffer.alloc(16, byte)
    const orderOf = (byte: number): string => `0344|12345678|${hash(byte).toString('base64url')}`
    const store = await openStore({ url: urlOf('order'), mode: 'test', roots })
    const of = (byte: number) => heen({ delivery: 'offered', order_key: orderOf(byte), clients: [{ key: 'older', hash: hash(byte) }] })
    const [asked, other] = [of(1), of(2)]
    await store.accept([asked, other, retour(asked, { order_key: null })])
    assert.equal(await store.remark([{ seq: 1, key: 'older', marks: [{ key: 'index', hash: hash(3) }] }], later(1)), 1)
    const db = new Database(pathOf('order'))
    assert.deepEqual(db.prepare('select order_key from message order by seq').pluck().all(), [orderOf(3), orderOf(2), orderOf(3)])
    const plan = db.prepare("explain query plan update message set order_key = '' where seq = 1 or id in (select detail from audit where event = 'answered' and message = (select id from message where seq = 1))").all()
    assert.doesNotMatch(JSON.stringify(plan), /SCAN message/)
    db.close()
    await store.close()
  })

  test('an index key that is turned moves what waits to be pushed, one of a key at a time all the while', async () => {
    const hash = (byte: number): Buffer => Buffer.alloc(16, byte)
    const orderOf = (byte: number): string => hash(byte).toString('base64url')
    const store = await openStore({ url: urlOf('moving'), mode: 'test', roots })
    const of = (byte: number, key: string) => heen({ delivery: 'offered', push: { first_ms: 1, longest_ms: 1, total_ms: 1 }, order_key: orderOf(byte), clients: [{ key, hash: hash(byte) }] })
    await store.accept([of(1, 'older'), of(1, 'older'), of(2, 'index')])
    const [underWay] = await store.claimPush(aanbieder, 1, 60_000, start)
    assert.ok(underWay)
    const db = new Database(pathOf('moving'))
    const work = db.prepare('select message, order_key, state from delivery order by message').raw()
    const remark = (seq: number) => store.remark([{ seq, key: 'older', marks: [{ key: 'index', hash: hash(2) }] }], later(1))
    await remark(1)
    assert.deepEqual(work.all(), [[1, orderOf(2), 'blocked'], [2, orderOf(1), 'due'], [3, orderOf(2), 'due']])
    assert.deepEqual(await store.finish([finish(underWay, { kind: 'delivered' })], later(1)), ['stale'], 'it goes again when its turn comes')
    await remark(2)
    assert.deepEqual(work.all(), [[1, orderOf(2), 'blocked'], [2, orderOf(2), 'blocked'], [3, orderOf(2), 'due']])
    const order: string[] = []
    for (let claims = await store.claimPush(aanbieder, 9, 1, later(2)); claims.length > 0; claims = await store.claimPush(aanbieder, 9, 1, later(2))) {
      order.push(...claims.map(it => it.envelope.id))
      await store.finish(claims.map(it => finish(it, { kind: 'delivered' })), later(2))
    }
    assert.equal(order.length, 3)
    assert.equal(order[1], underWay.envelope.id)
    db.close()
    await store.close()
  })

  test('a person is found by his mark, not by looking through everybody', async () => {
    const url = urlOf('persons')
    await (await openStore({ url, mode: 'test', roots })).close()
    const db = new Database(pathOf('persons'))
    for (const asked of ['select id, data_key, kek_id from person where hash = ? and key_id = ? order by id limit 1', 'update person set key_id = null where key_id = ? and hash = ?']) {
      assert.match(JSON.stringify(db.prepare(`explain query plan ${asked}`).all('', '')), /hash=\? AND key_id=\?/)
    }
    db.close()
  })

  test('dead letters are found along their own index, beside however many messages that are not', async () => {
    const asked: Statement[] = []
    const store = await openStore({ url: urlOf('dead'), mode: 'test', roots, wrap: db => ({ ...db, read: work => db.read(session => work({ ...session, all: (it, values) => { asked.push(it); return session.all(it, values) } })) }) })
    const item = heen()
    await store.accept([item])
    await store.finish([finish(await claimOne(store), { kind: 'dead', class: 'transient', reason: 'exhausted: timeout' })], later(1))
    for (const filter of [{}, { party: gemeente }, { code: 'timeout', class: 'transient', from: start, to: later(9) }] as const) assert.equal((await store.deadLetters({ limit: 9, ...filter })).items.length, 1)
    const db = new Database(pathOf('dead'))
    const plans = asked.map(({ sql, slots }) => db.prepare<Value[]>(`explain query plan ${sql}`).all(...slots.map(it => 'value' in it ? it.value : null)).map(row => String(Object(row).detail)))
    assert.equal(plans.length, 6)
    for (const plan of plans) {
      assert.match(plan[0] ?? '', /SEARCH d USING (COVERING )?INDEX delivery_stopped \(state=\? AND since_ms>\?/)
      assert.deepEqual(plan.filter(it => /^SCAN|TEMP B-TREE/.test(it)), [])
    }
    db.close()
    await store.close()
  })

  test('tasks are found along their own indexes, those of one party by its own', async () => {
    const asked: Statement[] = []
    const store = await openStore({ url: urlOf('tasks'), mode: 'test', roots, wrap: db => ({ ...db, read: work => db.read(session => work({ ...session, all: (it, values) => { asked.push(it); return session.all(it, values) } })) }) })
    await store.tasks({ state: 'open', limit: 9 })
    await store.tasks({ state: 'open', limit: 9, party: gemeente, code: 'x' })
    await store.held({ limit: 9 })
    const db = new Database(pathOf('tasks'))
    const plans = asked.map(({ sql, slots }) => db.prepare<Value[]>(`explain query plan ${sql}`).all(...slots.map(it => 'value' in it ? it.value : null)).map(row => String(Object(row).detail)))
    for (const [at, index] of [/task_state_id_index \(state=\? AND id>\?/, /task_party_state_id_index \(party=\? AND state=\? AND id>\?/, /delivery_stopped \(state=\?/].entries()) {
      assert.match(plans[at]?.[0] ?? '', index)
      assert.deepEqual(plans[at]?.filter(it => /^SCAN|TEMP B-TREE/.test(it)), [])
    }
    db.close()
    await store.close()
  })

  test('an import of a list that breaks off changes nothing, and leaves nothing behind after the next one', async () => {
    const store = await openStore({ url: urlOf('lists'), mode: 'test', roots })
    const part = { list: 'municipalities', family: '', gemeente: '', aanbieder: '' } as const
    const row = { part, categorie: null, code: '0344', naam: null, variant: null, eenheid: null, tarief_cents: null, perUur: false, van: '2026-01-01', tot: null }
    const given = { list: 'municipalities', rows: [row], sha256: sha256Hex('0'.repeat(64)), whole: false, by: null, now: later(1) } as const
    await assert.rejects(store.importSources({ ...given, onWritten: () => { throw new TypeError('broken off') } }), /broken off/)
    const db = new Database(pathOf('lists'))
    const rows = db.prepare('select count(*) from source_row').pluck()
    assert.deepEqual([await store.sourcesVersion(), await store.sourceRows(part), rows.get()], [0, [], 1])
    await store.importSources(given)
    assert.deepEqual([await store.sourceRows(part), rows.get()], [[row], 1])
    db.close()
    await store.close()
  })

  test('keeps payload, findings and the receipt that tells them encrypted, each bound to its place', async () => {
    const path = pathOf('closed')
    const store = await openStore({ url: urlOf('closed'), mode: 'test', roots })
    const one = { ...heen({ payload: '<Bsn>999900006</Bsn>' }), findings: [{ level: 1 as const, code: 'ZP_X', line: 1, path: 'Client', found: 'Achternaamsen', expected: '', message: '', message_en: '' }], receipt: Buffer.from('{"findings":["Achternaamsen"]}') }
    const other = heen({ payload: '<Bsn>999990019</Bsn>' })
    await store.accept([one, other])
    assert.deepEqual(await store.receipt(ownView(gemeente), one.envelope.id), one.receipt)
    const files = ['', '-wal'].map(end => readFileSync(path + end).toString('latin1')).join('')
    for (const secret of ['999900006', '999990019', 'Achternaamsen']) assert.ok(!files.includes(secret), secret)
    assert.deepEqual(await store.payload(ownView(gemeente), one.envelope.id), Buffer.from(one.payload))
    assert.equal((await store.findings(ownView(gemeente), one.envelope.id))?.[0]?.found, 'Achternaamsen')
    const db = new Database(path)
    db.exec('update payload set body = (select body from payload order by message desc limit 1)')
    await assert.rejects(store.payload(ownView(gemeente), one.envelope.id), Unopened)
    db.prepare('update receipt set id = ? where id = ?').run(other.envelope.id, one.envelope.id)
    db.exec("update message set receipt = x''")
    await assert.rejects(store.receipt(ownView(gemeente), other.envelope.id), Unopened)
    await store.close()
    const shut = await openStore({ url: urlOf('closed'), mode: 'test' })
    assert.equal((await shut.message(ownView(gemeente), other.envelope.id))?.id, other.envelope.id)
    await assert.rejects(shut.payload(ownView(gemeente), other.envelope.id), /kek, index_key and audit_key/)
    await assert.rejects(shut.accept([heen()]), StoreUnusable)
    db.exec('update message set data_key = null, kek_id = null')
    db.prepare('update payload set body = ?').run(Buffer.from('in the clear'))
    assert.deepEqual(await shut.payload(ownView(gemeente), other.envelope.id), Buffer.from('in the clear'), 'stored before there were keys')
    db.close()
    await shut.close()
  })

  test('writes down who changed the register, in ids and digests', async () => {
    const store = await openStore({ url: urlOf('written'), mode: 'test', roots })
    const party = aParty(gemeente)
    const certificate = { fingerprint: fingerprint('a'.repeat(64)), use: 'tls', subject: 'CN=voorbeeld', not_after: later(1000), pem: null } as const
    const caller = anAccount(account, { party: gemeente, certificates: [certificate] })
    const mandate = aMandate('supplier', gemeente, { from: start })
    const changes: ReadonlyArray<readonly RegisterChange[]> = [
      [{ kind: 'party', party }, { kind: 'account', account: caller }, { kind: 'account', account: anAccount('supplier') }, { kind: 'mandate', mandate }],
      [{ kind: 'account', account: { ...caller, active: false, certificates: [{ ...certificate, fingerprint: fingerprint('b'.repeat(64)) }] } }],
      [{ kind: 'mandate', mandate: { ...mandate, until: start } }],
      [{ kind: 'no_mandate', mandate }],
      [{ kind: 'account', account: { ...caller, certificates: [] } }]
    ]
    for (const [version, all] of changes.entries()) assert.ok(await store.changeRegister(version, all, accountId('chief'), later(version)))
    await store.close()
    const given = `supplier:${gemeente}:iwmo:send`
    const db = new Database(pathOf('written'))
    const rows = db.prepare("select at_ms - ? as at, event, detail, substr(digest, 1, 1) as digest from audit where account = 'chief' order by seq").raw().all(start)
    db.close()
    assert.deepEqual(rows, [
      [0, 'party_changed', gemeente, null], [0, 'account_changed', account, null], [0, 'certificate_added', `${account}:tls`, 'a'], [0, 'account_changed', 'supplier', null], [0, 'mandate_given', given, null],
      [1, 'account_stopped', account, null], [1, 'certificate_removed', account, 'a'], [1, 'certificate_added', `${account}:tls`, 'b'],
      [2, 'mandate_ended', given, null],
      [3, 'mandate_ended', given, null],
      [4, 'account_changed', account, null], [4, 'certificate_removed', account, 'b']
    ])
  })

  test('knows its rings again: another’s is refused by its setting, a turned one is taken', async () => {
    const open = (over: Partial<Roots>) => openStore({ url: urlOf('rings'), mode: 'test', roots: { ...roots, ...over } })
    const old = (name: string, byte: number) => `${name}:${Buffer.alloc(32, byte).toString('base64')}\n`
    await (await open({})).close()
    for (const [root, setting, name, byte] of [['kek', 'kek', 'kek', 1], ['index', 'index_key', 'index', 2], ['audit', 'audit_key', 'audit', 3]] as const) {
      const ring = (...lines: string[]) => ({ [root]: parseRing(lines.join(''), setting) })
      await assert.rejects(open(ring(newRingLine(name))), error => error instanceof StoreUnusable && error.message.startsWith(`${setting}: its key ${name} is not the one`))
      await assert.rejects(open(ring(newRingLine('another'))), error => error instanceof StoreUnusable && error.message.startsWith(`${setting}: it does not hold the key ${name}`))
      const turned = newRingLine('turned')
      await (await open(ring(turned, old(name, byte)))).close()
      await assert.rejects(open(ring(old(name, byte))), /does not hold the key turned/)
      const store = await open(ring(turned))
      await store.close()
      // Back to where the next ring of this test begins.
      const db = new Database(pathOf('rings'))
      db.prepare('delete from meta where name = ? or name like ?').run(`ring:${setting}`, `ring:${setting}:%`)
      db.close()
    }
    const meta = new Database(pathOf('rings')).prepare('select value from meta').all().map(row => String(Object(row).value))
    for (const root of Object.values(roots)) assert.ok(meta.every(value => !value.includes(Buffer.from(root.current.bytes).toString('hex'))))
  })

  test('is for its owner’s eyes only', async () => {
    const store = await openStore({ url: urlOf('rights'), mode: 'test', roots })
    await store.accept([heen()])
    for (const end of ['', '-wal', '-shm']) assert.equal(statSync(pathOf('rights') + end).mode & 0o777, 0o600, end)
    await store.close()
  })

  test('is written through to the disk at every commit, into a log beside it', async () => {
    const db = openSqlite(pathOf('durable'))
    const pragma = async (name: string) => (await db.write(session => session.all({ sql: `pragma ${name}`, slots: [] })))[0]?.[name]
    const full = 2
    assert.deepEqual([await pragma('synchronous'), await pragma('journal_mode'), await pragma('foreign_keys')], [full, 'wal', 1])
    await db.close()
  })

  test('that cannot be opened, or is no database, is a failure of storage', async () => {
    await assert.rejects(openStore({ url: `sqlite:${folder}/nowhere/a.db`, mode: 'test' }), error => error instanceof StoreFailure && /ENOENT/.test(error.message))
    writeFileSync(pathOf('letter'), 'This is a letter. '.repeat(100))
    await assert.rejects(openStore({ url: urlOf('letter'), mode: 'test' }), StoreFailure)
    for (const url of ['sqlite:', 'sqlite::memory:', 'a.db']) await assert.rejects(openStore({ url, mode: 'test' }), TypeError)
  })

  test('lets one server in, and the next one when that is gone, even when it was killed', async t => {
    const url = urlOf('served')
    const free = lockForServe(url)
    assert.throws(() => lockForServe(url), StoreUnusable)
    free()
    const other = spawn(process.execPath, [script('hold-lock.ts'), url], { stdio: ['ignore', 'pipe', 'inherit'] })
    t.after(() => other.kill('SIGKILL'))
    await once(other.stdout, 'data')
    assert.throws(() => lockForServe(url), error => error instanceof StoreUnusable && /another server/.test(error.message))
    const store = await openStore({ url, mode: 'test', roots })
    assert.equal(store.registerVersion(), 0)
    await store.close()
    other.kill('SIGKILL')
    await once(other, 'exit')
    lockForServe(url)()
  })

  test('when its disk takes no more, refuses what it cannot keep and keeps what it took', async () => {
    // The shell's limit on the size of files stands for the full disk; `ulimit` counts blocks of 512 bytes.
    const { stdout, stderr, status } = spawnSync('sh', ['-c', 'ulimit -f 4000 && exec "$0" "$@"', process.execPath, script('fill.ts'), urlOf('full')], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    const lines = stdout.trim().split('\n')
    assert.deepEqual(lines.slice(-2), ['StoreFull', 'readable'])
    const receipts = lines.slice(0, -2).filter(isMessageId).map(messageId)
    assert.ok(receipts.length > 5)
    const store = await openStore({ url: urlOf('full'), mode: 'test', roots })
    for (const id of receipts) assert.equal((await store.payload(ownView(gemeente), id))?.byteLength, 100_000)
    assert.equal((await store.list({ view: ownView(gemeente), limit: 250 })).items.length, receipts.length)
    assert.deepEqual((await store.accept([heen()])).map(({ kind }) => kind), ['stored'])
    await store.close()
  })
})
