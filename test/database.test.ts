/** The setting `database`: what it takes, what of it is shown, and when a server is not used. */
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { readConfig } from '../src/config.ts'
import { databaseFault, fileOf, openingOf, serverFault, serverWarnings, shownDatabase } from '../src/database.ts'
import { makeWorld } from './flow/world.ts'

const world = await makeWorld()
const far = 'postgres://zorgpoort@db.example.nl/zorgpoort'
const safe = `${far}?sslmode=verify-full`

test('a database is a file or a server; each form opens as it says', () => {
  assert.equal(databaseFault('sqlite:a b.db'), null)
  assert.equal(fileOf('sqlite:a b.db'), 'a b.db')
  const access = (url: string) => { assert.equal(databaseFault(url), null, url); const { user, host, port, database, password } = openingOf(url, {}).postgres?.access ?? {}; return [user, host, port, database, password] }
  assert.deepEqual(access('postgres://u@h:6432/n'), ['u', 'h', 6432, 'n', undefined])
  assert.deepEqual(access('postgresql://u%40x:p%2Fw@[::1]/n%20m'), ['u@x', '::1', 5432, 'n m', 'p/w'])
  assert.deepEqual(access('postgres://u@%2Frun%2Fpostgresql/n'), ['u', '/run/postgresql', 5432, 'n', undefined])
  assert.deepEqual(access('postgres://u@/n?host=/run/postgresql'), ['u', '/run/postgresql', 5432, 'n', undefined])
  assert.deepEqual(openingOf('sqlite:x.db', {}), { url: 'sqlite:x.db' })
})

test('what cannot be used is refused with what to write', () => {
  const refused: ReadonlyArray<readonly [string, RegExp]> = [
    ['sqlite::memory:', /path of a file/], ['mysql://x', /cannot be read: it is sqlite:PATH or postgres/], ['postgres://', /cannot be read/], ['postgres://u@h', /cannot be read/],
    ['postgres://u@h1,h2/n', /one HOST only/], ['postgres://u:p@w@h/n', /write @ : .* as %40/], ['postgres://h/n', /names no user/], ['postgres://u@/n', /names no host/],
    ['postgres://u@h:99999/n', /1 to 65535/], ['postgres://u@h/n?options=-c', /options is not understood .*sslmode/], ['postgres://u@h/n?sslmode=require', /sslmode=require does not look at who answers; use sslmode=verify-full/],
    ['postgres://u@h/n?sslrootcert=ca.pem', /belong to sslmode=verify-full/], ['postgres://u@h/n?sslmode=verify-full&sslcert=a', /sslcert and sslkey belong together/],
    ['postgres://u@/n?host=/run&sslmode=verify-full', /Unix socket has no TLS/], ['postgres://u@h/%E0%A4%A', /cannot be read/]
  ]
  for (const [url, why] of refused) assert.match(databaseFault(url) ?? '', why, url)
  assert.throws(() => readConfig({ env: {}, over: { ...world.config(), database: 'postgres://u@h/n?sslmode=prefer' } }), /sslmode=prefer/)
  assert.throws(() => readConfig({ env: {}, over: { ...world.config(), database: 'oracle' } }), /database must be sqlite:PATH or postgres:/)
})

test('a password is never shown, whatever it is', () => {
  fc.assert(fc.property(fc.string({ minLength: 6 }), fc.string({ minLength: 1 }), (secret, user) => {
    const url = `postgres://${encodeURIComponent(user)}:${encodeURIComponent(`§${secret}`)}@h/n?sslmode=verify-full`
    assert.ok(!shownDatabase(url).includes(encodeURIComponent('§')) && !openingOf(url, {}).url.includes('%C2%A7'))
    assert.ok(!(databaseFault(`${url}&x=1`) ?? '').includes(encodeURIComponent(secret)))
  }))
  assert.equal(shownDatabase('postgres://u:geheim@h:6432/n?sslmode=disable'), 'postgres://u@h:6432/n')
  for (const broken of ['postgres://u:gehe im@@h', 'postgres://:geheim@', 'postgres://u:geheim@h,i/n']) {
    assert.equal(shownDatabase(broken), 'postgres://…')
    assert.doesNotMatch(databaseFault(broken) ?? '', /gehe/)
  }
})

test('in production a server on another machine is known by its certificate, unless it is said that nobody can stand between', () => {
  assert.match(serverFault(far, { mode: 'production' }) ?? '', /db\.example\.nl is another machine.*sslmode=verify-full&sslrootcert=FILE.*database_plain/)
  for (const fine of [safe, 'postgres://u@localhost/n', 'postgres://u@127.0.0.1/n', 'postgres://u@[::1]/n', 'postgres://u@/n?host=/run']) assert.equal(serverFault(fine, { mode: 'production' }), null, fine)
  assert.equal(serverFault(far, { mode: 'test' }), null)
  assert.equal(serverFault(far, { mode: 'production', database_plain: true }), null)
  assert.match(serverWarnings(far, { mode: 'production', database_plain: true }).join(), /not encrypted, as database_plain says/)
  assert.match(serverWarnings(safe.replace('@', ':geheim@'), { mode: 'production' }).join(), /^(?!.*geheim).*put it in a file and set database_password/)
  assert.deepEqual(serverWarnings(safe, { mode: 'production' }), [])
  assert.match(serverFault('postgres://u:p@localhost/n', { database_password: 'file:x' }) ?? '', /take it out of the url/)
})

test('a file is opened with as much memory for its pages as was set', () => {
  assert.deepEqual(openingOf('sqlite:a.db', { sqlite_cache_bytes_max: 40_000_000 }), { url: 'sqlite:a.db', cache_bytes_max: 40_000_000 })
  assert.deepEqual(openingOf('sqlite:a.db', {}), { url: 'sqlite:a.db' })
})

test('a password comes from its file at each connection; authorities and key pairs are read at the start', t => {
  const dir = mkdtempSync(join(tmpdir(), 'zorgpoort-database-'))
  t.after(() => { rmSync(dir, { recursive: true }) })
  const file = join(dir, 'password')
  writeFileSync(file, 'een\n', { mode: 0o600 })
  const { postgres } = openingOf(`${safe}&sslrootcert=${world.path('ca.pem')}`, { database_password: `file:${file}`, postgres_pooler: 'transaction', postgres_connections_max: 7 })
  const ask = postgres?.access?.password
  assert.ok(typeof ask === 'function')
  assert.equal(ask(), 'een')
  writeFileSync(file, 'twee\n')
  assert.equal(ask(), 'twee')
  assert.deepEqual([postgres?.pooled, postgres?.connections_max], [true, 7])
  assert.match(JSON.stringify(postgres?.access?.ssl), /BEGIN CERTIFICATE/)
  chmodSync(file, 0o644)
  assert.throws(() => openingOf(far, { database_password: `file:${file}` }), /database_password: .* can be read by everybody/)
  assert.throws(() => openingOf(`${safe}&sslrootcert=${dir}/none.pem`, {}), /cannot read sslrootcert/)
})
