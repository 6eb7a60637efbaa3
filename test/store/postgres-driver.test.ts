/** What stands between the verbs and PostgreSQL: how each failure of the server, the line and the pool ends, and that nothing secret is told. */
import assert from 'node:assert/strict'
import { after, before, describe, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { inspect } from 'node:util'
import { StoreConflict, StoreFull, StoreUnavailable, topics, type Db, type Session, type Statement, type Topic } from '../../src/store/db.ts'
import { hold, postgresDialect } from '../../src/store/dialect.ts'
import { migrate } from '../../src/store/open.ts'
import { openPostgres, type PostgresOptions } from '../../src/store/postgres.ts'
import { until } from '../flow/world.ts'
import { freePort } from '../ports.ts'
import { missing, missingPooler, startPooler, startPostgres, type PostgresServer } from '../postgres.ts'
import { startProxy } from '../proxy.ts'
import { start } from './sample.ts'

const sql = (text: string): Statement => ({ sql: text, slots: [] })
const insert = sql('insert into work default values')
const raising = (code: string): Statement => sql(`do $$ begin raise exception 'no' using errcode = '${code}'; end $$`)
const put = (session: Session) => session.run(insert)

describe('PostgreSQL', { skip: missing('bundled') }, () => {
  let server: PostgresServer
  let url: string
  before(async () => {
    server = await startPostgres()
    url = await server.freshDatabase()
    await server.query('create table work (id serial primary key, one integer unique)', [], 'fresh_1')
    await server.query("create role guarded login password 'zeer-geheim'")
  })
  after(() => server.close())

  const opened = async (t: TestContext, options: Partial<PostgresOptions> = {}, at = url): Promise<Db> => {
    const db = await openPostgres(at, options)
    t.after(() => db.close())
    return db
  }
  const count = async (): Promise<unknown> => (await server.query('select count(*)::int as n from work', [], 'fresh_1'))[0]?.['n']

  test('what cannot be reached is told with what to look at, and nothing of the url', async () => {
    const port = await freePort()
    const wrong = `postgres://guarded:zeer-verkeerd@127.0.0.1:${server.port}/fresh_1`
    const cases = [
      [wrong, /password \(28P01\)/],
      [wrong.replace('zeer-verkeerd', 'zeer-geheim').replace('fresh_1', 'nergens'), /no database of that name \(3D000\)/],
      [`postgres://guarded:zeer-geheim@127.0.0.1:${port}/fresh_1`, /nothing answers at its host and port \(ECONNREFUSED\)/],
      [`postgres://guarded:zeer-geheim@127.0.0.1:${server.port}/fresh_1?sslmode=require`, /TLS/]
    ] as const
    for (const [at, told] of cases) {
      await assert.rejects(openPostgres(at), error => {
        assert.ok(error instanceof StoreUnavailable)
        assert.match(error.message, told)
        assert.doesNotMatch(error.message, /guarded|127\.0\.0\.1|nergens/)
        assert.doesNotMatch(inspect(error, { depth: 20, showHidden: true }), /zeer-(geheim|verkeerd)/)
        return true
      })
    }
  })

  test('each code of the server is the failure it is: full, in the way, or out of use; other errors come as they are', async t => {
    const db = await opened(t)
    const outcome = async (code: string): Promise<{ error: unknown, tries: number }> => {
      let tries = 0
      const error: unknown = await db.write(async session => { tries++; await session.all(raising(code)) }).then(() => null, (failure: unknown) => failure)
      return { error, tries }
    }
    for (const code of ['53100', '42501']) assert.ok((await outcome(code)).error instanceof StoreFull, code)
    for (const code of ['40001', '40P01']) {
      const { error, tries } = await outcome(code)
      assert.ok(error instanceof StoreConflict, code)
      assert.equal(tries, 5)
    }
    for (const code of ['57P01', '57P02', '57P03', '53300', '53200', '25006', '08006', '58030', 'XX000', '28000']) {
      const { error, tries } = await outcome(code)
      assert.ok(error instanceof StoreUnavailable, code)
      assert.equal(tries, 5)
    }
    for (const code of ['57014', '55P03']) {
      const { error, tries } = await outcome(code)
      assert.ok(error instanceof StoreUnavailable, code)
      assert.equal(tries, 1, 'what lacked time lacks it again')
    }
    const { error } = await outcome('22012')
    assert.ok(error instanceof Error && !(error instanceof StoreUnavailable) && !(error instanceof StoreConflict))
    const { error: twice, tries } = await outcome('23505')
    assert.ok(!(twice instanceof StoreConflict), 'what is still there at the last try is told as it is')
    assert.equal(tries, 5)
    assert.equal(await db.write(put), 1)
  })

  test('a transaction whose connection is ended goes again, and is there once', async t => {
    const db = await opened(t)
    const had = Number(await count())
    let tries = 0
    await db.write(async session => {
      await put(session)
      if (++tries < 3) await server.query('select pg_terminate_backend(pid) from pg_stat_activity where state = $1', ['idle in transaction'])
      await session.all(sql('select 1'))
    })
    assert.equal(tries, 3)
    assert.equal(await count(), had + 1)
  })

  test('a connection lost during COMMIT is told as not known, and nothing is tried again', async t => {
    const proxy = await startProxy(server.port)
    const db = await opened(t, {}, proxy.url(url))
    await server.query('create function slow () returns trigger language plpgsql as $$ begin perform pg_sleep(1); return null; end $$; create table slow (id integer); create constraint trigger slow after insert on slow deferrable initially deferred for each row execute function slow()', [], 'fresh_1')
    let tries = 0
    const writing = db.write(async session => {
      tries++
      await session.run(sql('insert into slow values (1)'))
      setTimeout(proxy.cut, 300)
    })
    await assert.rejects(writing, (error: unknown) => error instanceof StoreUnavailable && /not known/.test(error.message))
    assert.equal(tries, 1)
    assert.equal(db.failing(), true)
    assert.equal(await db.write(put), 1)
    assert.equal(db.failing(), false)
  })

  test('a failure that a verb passes over is no success', async t => {
    const db = await opened(t)
    const had = await count()
    await assert.rejects(db.write(async session => { await put(session); await session.all(raising('22012')).catch(() => {}) }), /passed over/)
    assert.equal(await count(), had)
  })

  test('two statements at once in one transaction are refused, and nothing of it is there', async t => {
    const db = await opened(t, { connections_max: 2 })
    const had = Number(await count())
    const twice = (session: Session): Promise<unknown> => Promise.all([put(session), put(session)])
    await assert.rejects(db.write(twice), /begun while another of the same session ran/)
    await assert.rejects(db.write(async session => { await session.nested(() => twice(session)).catch(() => {}) }), /begun while another/)
    await assert.rejects(db.write(async session => { put(session).catch(() => {}) }), /begun while another/, 'one that nobody waited for')
    await assert.rejects(db.write(async session => { await twice(session).catch(() => pause(200)) }), /begun while another/, 'passed over')
    await assert.rejects(db.read(session => Promise.all([session.all(sql('select 1')), session.all(sql('select 1'))])), /begun while another/)
    assert.equal(await db.write(put), 1)
    assert.equal(await count(), had + 1)
  })

  test('a part of a transaction that fails takes nothing of the rest with it', async t => {
    const db = await opened(t)
    const had = Number(await count())
    await db.write(async session => {
      await put(session)
      await session.nested(async () => { await put(session); await session.all(raising('22012')) }).catch(() => {})
      await put(session)
    })
    assert.equal(await count(), had + 2)
  })

  test('a statement that takes too long is ended, and so is one that waits for a lock; the connection stays', async t => {
    const [db, holder] = [await opened(t, { statement_ms_max: 2_000, lock_ms_max: 500 }), await opened(t)]
    await assert.rejects(db.read(session => session.all(sql('select pg_sleep(20)'))), /a statement took too long \(57014\)/)
    const lock = sql('lock table work in access exclusive mode')
    await holder.write(async session => {
      await session.run(lock)
      await assert.rejects(db.write(other => other.run(lock)), /locked what is needed \(55P03\)/)
    })
    assert.equal(await db.write(put), 1)
  })

  test('who opens a database that another process is bringing forward waits for it, longer than a statement waits for a lock', async t => {
    const db = await opened(t)
    const fresh = await server.freshDatabase()
    const other = await opened(t, {}, fresh)
    const going = Promise.withResolvers<undefined>()
    const forward = other.write(async session => {
      await hold(session, postgresDialect, 'migrate')
      going.resolve(undefined)
      await db.read(one => one.all(sql('select pg_sleep(1)')))
    })
    await going.promise
    assert.notEqual((await migrate(fresh, { now: () => start }, { lock_ms_max: 100 })).length, 0)
    await forward
  })

  test('a transaction that idles too long is ended by the server and goes again', async t => {
    const db = await opened(t, { statement_ms_max: 2_000 })
    const idle = () => server.query("select 1 from pg_stat_activity where datname = 'fresh_1' and state = 'idle in transaction'")
    let tries = 0
    await db.write(async session => {
      await put(session)
      if (++tries === 1) await until(async () => (await idle()).length === 0 || undefined, 'its end')
      await session.all(sql('select 1'))
    })
    assert.equal(tries, 2)
  })

  test('who finds no connection free is told so in time, and the next one gets it', async t => {
    const db = await opened(t, { connections_max: 2, connect_ms_max: 2_000 })
    const { promise, resolve } = Promise.withResolvers<void>()
    const first = db.write(async session => { await put(session); await promise })
    await assert.rejects(db.write(put), /no connection was free or made in time/)
    const waiting = db.write(put)
    await until(() => db.measures().waiting === 1 || undefined)
    resolve()
    await first
    assert.equal(await waiting, 1)
    const { connections, connections_max } = db.measures()
    assert.deepEqual([connections_max, (connections ?? 0) >= 1], [2, true])
  })

  test('a server that only reads, as after a failover, is left by its connections', async t => {
    const db = await opened(t)
    await db.write(put)
    await server.query('alter database fresh_1 set default_transaction_read_only = on')
    const readonly = await opened(t)
    await assert.rejects(readonly.write(put), /can only be read: this may be a standby \(25006\)/)
    await server.query('alter database fresh_1 reset default_transaction_read_only')
    assert.equal(await readonly.write(put), 1)
  })

  for (const plans_ms of [0, 1]) {
    test(`a line that lets nothing through any more: who waits is told in time, all of it recovers, and closing ends, plans ${plans_ms === 0 ? 'for each execution' : 'kept, and too old'}`, { timeout: 300_000 }, async t => {
      const proxy = await startProxy(server.port)
      const db = await opened(t, { statement_ms_max: 2_000, connect_ms_max: 3_000, connections_max: 4, plans_ms }, proxy.url(url))
      await Promise.all([db.write(put), db.write(put), db.read(put), db.read(put)])
      proxy.swallow()
      const ends = await Promise.allSettled([db.write(put), db.write(put), db.write(put), db.read(put)])
      for (const end of ends) assert.ok(end.status === 'rejected' && end.reason instanceof StoreUnavailable)
      proxy.pass()
      assert.equal(await db.write(put), 1)
      assert.equal(await db.read(put), 1)
      proxy.swallow()
      await db.close()
      await until(() => proxy.count() === 0 || undefined, 'no connection stays')
    })
  }

  test('closing lets what was begun finish, and refuses the rest at once', async () => {
    const db = await openPostgres(url)
    const begun = db.write(async session => { await pause(100); return await put(session) })
    const reading = db.read(session => session.all(sql('select pg_sleep(0.1)')))
    const closing = db.close()
    for (const refused of [db.write(put), db.close().then(() => db.read(put)), closing.then(() => db.snapshot(put)), closing.then(() => db.truncate())]) await assert.rejects(refused, StoreUnavailable)
    assert.equal(await begun, 1)
    await reading
    await closing
  })

  test('a moment is read whole while others write', async t => {
    const db = await opened(t)
    const seen = await db.snapshot(async session => {
      const look = async () => await session.all(sql('select count(*) as n from work'))
      const first = await look()
      await Promise.all(Array.from({ length: 20 }, () => db.write(put)))
      return [first, await look()]
    })
    assert.deepEqual(seen[0], seen[1])
    await assert.rejects(db.snapshot(put), /can only be read/)
  })

  test('words come to every process, and again after the server was away', async t => {
    const [one, other] = [await opened(t), await opened(t)]
    const heard: Topic[] = []
    other.hear(topic => { heard.push(topic) })
    const warnings: Error[] = []
    const warned = (warning: Error): void => { warnings.push(warning) }
    process.on('warning', warned)
    t.after(() => { process.off('warning', warned) })
    const told = async (topic: Topic): Promise<void> => {
      heard.length = 0
      await until(() => { one.tell(topic); return heard.includes(topic) || undefined }, topic)
    }
    await told('push')
    await until(() => { for (const topic of topics) one.tell(topic); return topics.every(it => heard.includes(it)) || undefined }, 'all of them at once')
    assert.deepEqual(warnings, [], 'no connection is asked two things at a time')
    await server.restart('immediate')
    await told('notice')
    assert.equal(await one.write(put), 1)
  })

  test('a word told while no connection stands is told to others when it does', async t => {
    const proxy = await startProxy(server.port)
    const [one, other] = [await opened(t, {}, proxy.url(url)), await opened(t)]
    const heard: Topic[] = []
    other.hear(topic => { heard.push(topic) })
    await until(() => { one.tell('push'); return heard.includes('push') || undefined }, 'both are there')
    proxy.refuse()
    proxy.cut()
    await until(() => proxy.count() === 0 || undefined, 'no connection stands')
    one.tell('batch')
    await pause(100)
    assert.ok(!heard.includes('batch'))
    proxy.pass()
    await until(() => heard.includes('batch') || undefined, 'it comes after all')
  })

  test('what was deleted is given up by the server; its size is told', async t => {
    const db = await opened(t)
    await server.query("create table closed (id integer, data_key bytea); insert into closed select i, 'x' from generate_series(1, 500) i; delete from closed where id < 400", [], 'fresh_1')
    assert.equal(await db.truncate(), true)
    const [row] = await server.query("select vacuum_count::int as times from pg_stat_user_tables where relname = 'closed'", [], 'fresh_1')
    assert.equal(row?.['times'], 1)
    await until(() => (db.measures().database_bytes ?? 0) > 1_000_000 || undefined, 'the size')
  })

  test('behind a pooler: settings hold in each transaction, parts, reading, moments and giving up go', { skip: missingPooler() }, async t => {
    const pooler = await startPooler(server)
    t.after(() => pooler.close())
    const db = await opened(t, { pooled: true, statement_ms_max: 2_000 }, pooler.url(url))
    await assert.rejects(db.read(session => session.all(sql('select pg_sleep(20)'))), /57014/)
    await assert.rejects(db.write(session => session.all(sql('select pg_sleep(20)'))), /57014/)
    const had = Number(await count())
    await Promise.all(Array.from({ length: 30 }, () => db.write(async session => { await put(session); await session.nested(() => put(session)) })))
    assert.equal(await count(), had + 60)
    await assert.rejects(db.read(put), /25006/)
    assert.equal((await db.snapshot(session => session.all(sql('select 1 as one')))).length, 1)
    assert.equal(await db.truncate(), true)
  })
})
