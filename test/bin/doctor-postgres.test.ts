/** The doctor at a PostgreSQL server: each thing that is wrong there is named, once, with what to do about it. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { diagnose, type Line } from '../../bin/doctor/doctor.ts'
import { openStore } from '../../src/store/store.ts'
import { readRoots, rootsIn } from '../../src/vault/vault.ts'
import { environment } from '../fault/child.ts'
import { makeWorld } from '../flow/world.ts'
import { freePort } from '../ports.ts'
import { missing, missingPooler, startPooler, startPostgres, type PostgresServer } from '../postgres.ts'
import { aParty, putParty } from '../register.ts'
import { ends, zorgpoort } from './command.ts'

const secret = 'zeer geheim'

describe('doctor at a PostgreSQL server', { skip: missing('bundled') }, async () => {
  if (missing('bundled') !== false) return
  const world = await makeWorld()
  let server: PostgresServer
  let [empty, used] = ['', '']
  before(async () => {
    server = await startPostgres({ durable: true, settings: { max_connections: '20', max_locks_per_transaction: '10' } })
    await server.query(`create role guarded login password '${secret}'`)
    empty = await server.freshDatabase()
    used = await server.freshDatabase()
    await (await openStore({ url: used, mode: 'test' })).close()
    writeFileSync(world.path('right'), `${secret}\n`, { mode: 0o600 })
    writeFileSync(world.path('wrong'), 'geraden\n', { mode: 0o600 })
  })
  after(() => server.close())

  const nameOf = (url: string): string => new URL(url).pathname.slice(1)
  const guarded = (url: string): string => url.replace('//postgres@', '//guarded@')
  const looked = (database: string, over: Record<string, unknown> = {}): Promise<Line[]> => diagnose({ env: Object.fromEntries(Object.entries(environment(world, { database, ...over })).filter(([, value]) => value !== 'undefined')) })
  const byFile = (name: string): Record<string, string> => ({ database_password: `file:${world.path(name)}` })
  /** What is said of it, and that every fault comes with what to do. */
  async function says (lines: readonly Line[], level: Line['level'], about: string, pattern: RegExp, todo = /./): Promise<void> {
    const shown = JSON.stringify(lines.filter(it => it.level !== 'ok' || it.about === about), null, 1)
    assert.ok(lines.some(it => it.level === level && it.about === about && pattern.test(it.says) && (level === 'ok' || todo.test(it.todo ?? ''))), shown)
    assert.ok(lines.every(it => it.level === 'ok' || (it.todo ?? '').length > 5), shown)
  }
  /** Nothing but this is wrong, and it is told once: what cannot be looked at then is not spoken of. */
  async function shut (database: string, over: Record<string, unknown>, pattern: RegExp, todo: RegExp): Promise<void> {
    const lines = await looked(database, over)
    await says(lines, 'error', 'server', pattern, todo)
    assert.deepEqual(lines.filter(it => it.level === 'error').length, 1, JSON.stringify(lines))
    assert.doesNotMatch(JSON.stringify(lines), /could not be checked|zeer.*geheim|geraden/)
  }

  test('that does not let us in: why, and what to do', async () => {
    await shut(guarded(empty), byFile('wrong'), /^the server refuses the password of user guarded$/, /database_password.*alter role "guarded" password/)
    await shut(guarded(empty), {}, /^the server asks user guarded for a password$/, /set database_password to file:PATH/)
    await shut(guarded(empty).replace(nameOf(empty), 'nergens'), byFile('right'), /^there is no database nergens on the server at 127\.0\.0\.1:\d+$/, /create database "nergens" owner "guarded"/)
    await shut(`postgres://u@127.0.0.1:${await freePort()}/n`, {}, /^no PostgreSQL server answers at .* \(ECONNREFUSED\)$/, /listen_addresses/)
    await shut(`${empty}?sslmode=verify-full`, {}, /^the server at .* has no TLS$/, /ssl_cert_file/)
    await shut('postgres://u@nergens.invalid/n', {}, /^no machine is named nergens\.invalid/, /mend the host/)
  })

  test('behind a pooler that nobody told of, and one that is told of', { skip: missingPooler() }, async () => {
    const pooler = await startPooler(server)
    try {
      await shut(pooler.url(used), {}, /^at 127\.0\.0\.1:\d+ stands a pooler/, /postgres_pooler: transaction/)
      await says(await looked(pooler.url(used), { postgres_pooler: 'transaction' }), 'ok', 'connections', /the pooler says/)
    } finally { await pooler.close() }
  })

  test('whose tables another role made, or where ours may make none', async () => {
    await shut(guarded(used), byFile('right'), /^user guarded may not make or use tables in database/, /alter database ".*" owner to "guarded"/)
    const lines = await looked(guarded(empty), byFile('right'))
    await says(lines, 'error', 'server', /^user guarded may not make or use tables in database/, /alter database ".*" owner to "guarded"/)
    await says(lines, 'warning', 'database', /is empty$/)
    await server.query(`alter database ${nameOf(empty)} owner to guarded`)
    assert.deepEqual((await looked(guarded(empty), { ...byFile('right'), postgres_connections_max: 4 })).filter(it => it.level === 'error'), [])
  })

  test('that is too old, or keeps no UTF8: neither doctor nor serve makes anything of it', async () => {
    const old = await server.freshDatabase()
    await server.query("create function public.current_setting(text) returns text language sql as $$ select case $1 when 'server_version_num' then '140012' when 'server_version' then '14.12' else pg_catalog.current_setting($1) end $$", [], nameOf(old))
    await server.query(`alter database ${nameOf(old)} set search_path = public, pg_catalog`)
    await says(await looked(old), 'error', 'server', /^this is PostgreSQL 14\.12, and 15 or newer is needed$/, /bring the server forward/)
    ends(await zorgpoort(['migrate'], { env: environment(world, { database: old }) }), 1, /this is PostgreSQL 14\.12, and 15 or newer is needed: bring the server forward/)
    await server.query("create database narrow encoding 'SQL_ASCII' locale_provider libc locale 'C' template template0")
    await says(await looked(server.url('narrow')), 'error', 'server', /^this database has encoding SQL_ASCII$/, /make one with encoding 'UTF8'/)
    assert.deepEqual(await server.query('select count(*)::int as n from pg_tables where schemaname = $1', ['public'], nameOf(old)), [{ n: 0 }])
  })

  test('with too few connections for what is set: on the server, for the role, or for the database', async () => {
    const [many, few, fit] = [50, 10, 4].map(each => ({ postgres_connections_max: each }))
    await says(await looked(used, many), 'error', 'connections', / of 17 connections are taken, \d+ by gateways; 0 processes with postgres_connections_max 50/, /raise max_connections on the server .* by 35 at least, or set postgres_connections_max to 6 or less/)
    await says(await looked(used, few), 'warning', 'connections', /; 1 process with postgres_connections_max 10/, /raise max_connections .*by 7 at least/)
    await says(await looked(used, fit), 'ok', 'connections', /; 2 processes with postgres_connections_max 4 /)
    await server.query('alter role guarded connection limit 5')
    await says(await looked(guarded(empty), { ...byFile('right'), ...fit }), 'error', 'connections', / of 5 connections .*; 0 processes/, /alter role … connection limit/)
    await server.query(`alter role guarded connection limit -1; alter database ${nameOf(empty)} connection limit 7`)
    await says(await looked(guarded(empty), { ...byFile('right'), ...fit }), 'warning', 'connections', / of 7 connections .*; 1 process /, /alter database … connection limit/)
  })

  test('that has no connection left, also for the doctor', async () => {
    await server.query('alter role guarded connection limit 0')
    await shut(guarded(empty), byFile('right'), /^the server at .* has no connection left$/, /raise max_connections there \(or the limit of the role or database\)/)
    await server.query('alter role guarded connection limit -1')
  })

  test('with no room for the locks of a statement over every month: now, or within a year', async () => {
    const told = /^a statement over all 6 parts of the messages takes \d+ locks, \d+ in a year; there is room for 200$/
    await says(await looked(used, { postgres_connections_max: 4 }), 'error', 'locks', told, /set max_locks_per_transaction to \d+ or more/)
    const lines = await looked(used, { postgres_connections_max: 2 })
    await says(lines, 'warning', 'locks', told)
    const wanted = /max_locks_per_transaction to (\d+) or more/.exec(lines.find(it => it.about === 'locks')?.todo ?? '')?.[1] ?? ''
    await server.query(`alter system set max_locks_per_transaction = ${wanted}`)
    await server.restart()
    await says(await looked(used, { postgres_connections_max: 2 }), 'ok', 'locks', /there is room for \d+$/)
  })

  test('of a process that only works: no door is looked for, and a pair only where somebody is pushed to', async () => {
    const alone = { roles: 'work', tls_key: undefined, tls_certificate: undefined, postgres_connections_max: 2 }
    const lines = await looked(used, alone)
    assert.deepEqual(lines.filter(it => it.level === 'error' || it.about === 'rest_port'), [])
    const store = await openStore({ url: used, mode: 'test', roots: readRoots(rootsIn(world.dir)) })
    await putParty(store, aParty('42420001', { connections: [{ door: 'rest-push', direction: 'in', url: 'https://zorg.example/in', ca: null, pin: null, at_once_max: null, per_minute_max: null, ms_max: null, retry: null, breaker: null }] }))
    await store.close()
    await says(await looked(used, alone), 'error', 'push_certificate', /does not start without one/, /keys import --use push/)
  })

  test('that may lose what it took', async () => {
    await server.set({ synchronous_commit: 'off', fsync: 'off', autovacuum: 'off' })
    const lines = await looked(used)
    await says(lines, 'error', 'server', /^synchronous_commit is off/, /set it to on/)
    await says(lines, 'error', 'server', /^fsync is off/, /postgresql\.conf/)
    await says(lines, 'error', 'server', /^autovacuum is off/)
    await server.set({ synchronous_commit: 'on', fsync: 'on', autovacuum: 'on' })
    const well = await looked(used, { postgres_connections_max: 2 })
    assert.deepEqual(well.filter(it => it.level === 'error'), [])
    ends(await zorgpoort(['doctor'], { env: environment(world, { database: used, postgres_connections_max: 2 }) }), 0, /✓ server +PostgreSQL/, /✓ locks/, /✓ database .*about 0 messages, mode test/)
  })
})
