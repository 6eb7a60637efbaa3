/** The doctor: an installation is broken one way at a time, and each time the doctor names what it is. */
import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import Database from 'better-sqlite3'
import { diagnose, type Line } from '../../bin/doctor/doctor.ts'
import { instant, systemClock, type Clock } from '../../src/core/core.ts'
import { developmentKeys, issue, makeAuthority } from '../../src/sign/sign.ts'
import { makeRoots, newRingLine } from '../../src/vault/vault.ts'
import { environment, startChild } from '../fault/child.ts'
import { aanbieder, fixture, makeWorld } from '../flow/world.ts'
import { freePort } from '../ports.ts'
import { putAccount } from '../register.ts'
import { ends, folder, zorgpoort } from './command.ts'

const world = await makeWorld()
await world.store(async store => {
  for (const who of ['expired', 'notYet', 'switchedOff'] as const) await putAccount(store, { ...world.account(who), active: false })
})
const gateway = await world.start()
const heen = await gateway.as('gemeente').send(fixture('WMO301'))
await gateway.stop()

for (const it of ['server.key', 'seal.key']) chmodSync(world.path(it), 0o600)
const healthy = environment(world)
/** A copy of the installation in a folder of its own, and the settings that name it. */
function patient (name: string): { dir: string, env: Record<string, string>, file (name: string): string, db<T> (work: (db: Database.Database) => T): T } {
  const dir = join(world.dir, `patient-${name}`)
  mkdirSync(dir, { mode: 0o700 })
  for (const it of readdirSync(world.dir).filter(it => /\.(?:db|pem|key|ring)$/.test(it))) copyFileSync(world.path(it), join(dir, it))
  for (const it of readdirSync(dir)) chmodSync(join(dir, it), 0o600)
  const env = Object.fromEntries(Object.entries(healthy).map(([key, value]) => [key, value.replaceAll(world.dir, dir)]))
  const file = (it: string): string => join(dir, it)
  return {
    dir, env, file,
    db: work => {
      const db = new Database(file('zorgpoort.db'))
      try { return work(db) } finally { db.close() }
    }
  }
}
/** It says this, of that level, with what to do; and nothing else is an error. */
async function says (env: Record<string, string>, level: Line['level'], about: string, pattern: RegExp, clock: Clock = systemClock): Promise<Line[]> {
  const lines = await diagnose({ env, clock })
  assert.ok(lines.some(it => it.level === level && it.about === about && pattern.test(it.says) && (level === 'ok' || (it.todo ?? '').length > 5)), JSON.stringify(lines.filter(it => it.level !== 'ok' || it.about === about), null, 1))
  if (level !== 'error') assert.deepEqual(lines.filter(it => it.level === 'error'), [])
  return lines
}

describe('doctor on a sound installation', () => {
  test('finds no error, and changes nothing', async () => {
    const { env, dir } = patient('sound')
    const before = readdirSync(dir).toSorted()
    const lines = await says(env, 'ok', 'database', /1 messages, mode test/)
    for (const about of ['node', 'configuration', 'tls_key', 'seal_key', 'tls_certificate', 'seal_certificate', 'kek', 'index_key', 'audit_key', 'folder', 'storage', 'clock', 'service', 'rest_port', 'operations_port', 'parties', 'deliveries']) {
      assert.ok(lines.some(it => it.about === about && it.level === 'ok'), about)
    }
    assert.deepEqual(readdirSync(dir).filter(it => !/-(?:wal|shm)$/.test(it)).toSorted(), before)
    ends(await zorgpoort(['doctor'], { env }), 0, /✓ kek +opens what/, /Errors: 0/)
  })

  test('sees the gateway that runs, and asks how it is', async () => {
    const over = { rest_port: await freePort(), operations_port: await freePort(), log_level: 'info' }
    const child = await startChild(world, over)
    after(() => child.process.kill('SIGKILL'))
    const lines = await says(environment(world, over), 'ok', 'service', /runs here and is ready/)
    assert.ok(lines.some(it => it.about === 'rest_port' && it.says.endsWith('answers')))
    await says(environment(world, { ...over, operations_port: 1 }), 'warning', 'service', /does not answer/)
    await child.end('SIGTERM')
  })
})

describe('doctor', () => {
  test('works where almost nothing is there, and shows no stack', async () => {
    const cwd = folder()
    const nothing = await zorgpoort(['doctor'], { cwd })
    assert.equal(nothing.code, 1)
    assert.match(nothing.out, /✗ configuration +tls_key is not set/)
    assert.doesNotMatch(nothing.out + nothing.err, /^\s+at .*:\d+:\d+/m)
    writeFileSync(join(cwd, 'config.json'), '{"mode":"test","database":"sqlite:nowhere/x.db","tls_key":"none.key","tls_certificate":"none.pem","kek":"file:none.ring","rest_port":"x"}')
    const { out, code } = await zorgpoort(['doctor', '--config', 'config.json', '--json'], { cwd })
    assert.equal(code, 1)
    const { ok, lines } = JSON.parse(out) as { ok: boolean, lines: Line[] }
    assert.equal(ok, false)
    for (const [about, pattern] of [['configuration', /rest_port must be integer/], ['configuration', /seal_key is not set/], ['tls_key', /none\.key does not exist/], ['tls_certificate', /cannot read none\.pem: no such file/], ['kek', /cannot read none\.ring/], ['folder', /nowhere cannot be written/]] as const) {
      assert.ok(lines.some(it => it.level === 'error' && it.about === about && pattern.test(it.says)), `${about} ${String(pattern)}\n${out}`)
    }
    for (const text of ['', 'no JSON', 'null', '[]', '7']) {
      writeFileSync(join(cwd, 'config.json'), text)
      assert.ok((await diagnose({ env: {}, config: join(cwd, 'config.json') })).some(it => it.level === 'error' && it.about === 'configuration'), text)
    }
    for (const config of ['config.json', 'gone.json'].map(it => join(cwd, it))) {
      const faults = (await diagnose({ env: {}, config })).filter(it => it.about === 'configuration')
      assert.deepEqual(faults.map(it => it.says), [existsSync(config) ? `${config} is no JSON object: it is { "SETTING": VALUE, … }` : `cannot read the configuration file ${config}`])
    }
  })

  test('names a setting that is wrong, unknown or missing', async () => {
    const { env } = patient('settings')
    await says({ ...env, ZORGPOORT_REST_PROT: '1' }, 'error', 'configuration', /unknown setting ZORGPOORT_REST_PROT/)
    await says({ ...env, ZORGPOORT_MODE: 'demo' }, 'error', 'configuration', /mode has a value that is not allowed/)
    await says({ ...env, ZORGPOORT_DATABASE: 'sqlite::memory:' }, 'error', 'configuration', /path of a file/)
    const { ZORGPOORT_SEAL_KEY: _key, ...rest } = env
    await says(rest, 'error', 'configuration', /seal_key is not set/)
  })

  test('names keys that others can read, that are gone, or are none', async () => {
    const { env, file } = patient('keys')
    chmodSync(file('server.key'), 0o640)
    await says(env, 'warning', 'tls_key', /by its group/)
    chmodSync(file('server.key'), 0o644)
    await says(env, 'error', 'tls_key', /by everybody/)
    chmodSync(file('kek.ring'), 0o644)
    const todo = async (about: string, over = {}): Promise<string> => (await diagnose({ env: { ...env, ...over } })).find(it => it.level === 'error' && it.about === about)?.todo ?? ''
    await says(env, 'error', 'kek', /can be read by everybody/)
    assert.match(await todo('kek'), /^chmod 600/)
    assert.match(await todo('kek', { ZORGPOORT_KEK: 'command:false' }), /run that command by hand/)
    chmodSync(file('kek.ring'), 0o600)
    for (const [name, about] of [['audit', 'audit_key'], ['index', 'index_key'], ['kek', 'kek']] as const) {
      const right = readFileSync(file(`${name}.ring`), 'utf8')
      writeFileSync(file(`${name}.ring`), newRingLine(right.split(':')[0] ?? ''))
      await says(env, 'error', about, /is not the one this database knows by that name/)
      writeFileSync(file(`${name}.ring`), right)
    }
    writeFileSync(file('index.ring'), 'no ring')
    await says(env, 'error', 'index_key', /line 1 is no key/)
    assert.match(await todo('index_key'), /^mend .*bring it back from its copy/)
    rmSync(file('audit.ring'))
    await says(env, 'error', 'audit_key', /cannot read/)
    assert.match(await todo('audit_key'), /"zorgpoort roots make"/)
    writeFileSync(file('seal.key'), createPrivateKey(readFileSync(file('seal.key'))).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'synthetic' }))
    await says(env, 'error', 'seal_key', /is under a passphrase/)
    writeFileSync(file('passphrase'), 'another', { mode: 0o600 })
    await says({ ...env, ZORGPOORT_SEAL_KEY_PASSPHRASE: `file:${file('passphrase')}` }, 'error', 'seal_key', /does not open with the passphrase given/)
    assert.match((await diagnose({ env: { ...env, ZORGPOORT_SEAL_KEY_PASSPHRASE: `file:${file('passphrase')}` } })).find(it => it.about === 'seal_key' && it.says.includes('passphrase'))?.todo ?? '', /mend the file in the setting seal_key_passphrase/)
    rmSync(file('seal.key'))
    await says(env, 'error', 'seal_key', /does not exist/)
  })

  test('names certificates that do not fit, have ended, are not yet valid, end soon, name no host or another, or lack their chain', async () => {
    const { env, file } = patient('certificates')
    copyFileSync(file('seal.key'), file('server.key'))
    await says(env, 'error', 'tls_certificate', /tls_key does not belong to tls_certificate/)
    const authority = await makeAuthority({ name: 'Doctor CA', algorithm: 'P-256' })
    const put = async (over: object, below = ''): Promise<void> => {
      const { key, certificate } = await issue(authority, { subject: 'localhost', use: 'server', algorithm: 'P-256', dnsNames: ['localhost'], ...over })
      writeFileSync(file('server.key'), key)
      writeFileSync(file('server.pem'), certificate + below)
    }
    const at = (hours: number) => instant(Date.now() + hours * 3_600_000)
    await put({ notBefore: at(-48), notAfter: at(-24) })
    await says(env, 'error', 'tls_certificate', /expired at/)
    await put({ notBefore: at(24), notAfter: at(48) })
    await says(env, 'error', 'tls_certificate', /not valid before/)
    await put({ notAfter: at(48) })
    await says(env, 'warning', 'tls_certificate', /ends at/)
    await put({ use: 'client', dnsNames: [] })
    await says(env, 'error', 'tls_certificate', /names no host/)
    await put({}, authority.certificate)
    const elsewhere = await diagnose({ env: { ...env, ZORGPOORT_REST_HOST: 'gateway.example' } })
    assert.ok(elsewhere.some(it => it.level === 'warning' && it.about === 'tls_certificate' && it.says.includes('not for rest_host gateway.example')))
    await says(env, 'ok', 'tls_certificate', /for localhost/)
    const stranger = await makeAuthority({ name: 'Stranger', algorithm: 'P-256' })
    await put({}, stranger.certificate)
    await says(env, 'error', 'tls_certificate', /certificate 2 in the file did not issue/)
    copyFileSync(file('gemeente.pem'), file('seal.pem'))
    copyFileSync(file('gemeente.key'), file('seal.key'))
    await says(env, 'error', 'seal_certificate', /not for digital signatures/)
    writeFileSync(file('seal.pem'), 'nothing')
    await says(env, 'error', 'seal_certificate', /holds no certificate/)
  })

  test('names a development certificate in production, and in test does not mind it', async () => {
    const { env, file } = patient('development')
    const { seal } = await developmentKeys(file('dev'), [])
    const over = { ...env, ZORGPOORT_SEAL_KEY: seal.key, ZORGPOORT_SEAL_CERTIFICATE: seal.certificate }
    await says(over, 'ok', 'seal_certificate', /may seal/)
    await says({ ...over, ZORGPOORT_MODE: 'production' }, 'error', 'seal_certificate', /is a development certificate/)
  })

  test('names a kek ring that does not open what is stored', async () => {
    const { env, dir, file } = patient('rings')
    rmSync(file('kek.ring'))
    makeRoots(dir, systemClock.now())
    await says(env, 'error', 'kek', /does not open with the key/)
    writeFileSync(file('kek.ring'), readFileSync(file('kek.ring'), 'utf8').replace(/^[^:]*/, 'other'))
    await says(env, 'error', 'kek', /does not hold the key/)
  })

  test('names a database that is missing, damaged, no database, of the other mode, of another version, or open to others', async () => {
    const gone = patient('gone')
    rmSync(gone.file('zorgpoort.db'))
    await says(gone.env, 'warning', 'database', /there is none/)
    assert.ok(!existsSync(gone.file('zorgpoort.db')))
    writeFileSync(gone.file('zorgpoort.db'), 'a letter '.repeat(1000), { mode: 0o600 })
    await says(gone.env, 'error', 'database', /no usable database|could not be checked/)
    const it = patient('database')
    await says({ ...it.env, ZORGPOORT_MODE: 'production' }, 'error', 'database', /made in mode test/)
    chmodSync(it.file('zorgpoort.db'), 0o644)
    await says(it.env, 'error', 'folder', /others can read/)
    chmodSync(it.file('zorgpoort.db'), 0o600)
    it.db(db => db.exec("delete from migration where name = '0006-counting'"))
    await says(it.env, 'warning', 'database', /brought forward \(0006-counting\)/)
    it.db(db => db.exec("insert into migration (name, at_ms) values ('9999-later', 0)"))
    await says(it.env, 'error', 'database', /newer version \(9999-later\)/)
    it.db(db => { db.pragma('wal_checkpoint(truncate)'); db.pragma('journal_mode = delete') })
    const bytes = readFileSync(it.file('zorgpoort.db'))
    const root = it.db(db => Number(Object(db.prepare("select rootpage from sqlite_master where name = 'payload'").get()).rootpage))
    writeFileSync(it.file('zorgpoort.db'), bytes.fill(0xee, (root - 1) * 4096, root * 4096))
    await says(it.env, 'error', 'storage', /damaged|no usable database/)
  })

  test('names a clock that is behind', async () => {
    const { env } = patient('clock')
    await says(env, 'error', 'clock', /the audit has an event of/, { now: () => instant(Date.now() - 3_600_000) })
  })

  test('names parties nobody acts for, accounts nobody knows, and certificates that ended', async () => {
    const { env, db } = patient('parties')
    await says(env, 'warning', 'parties', /ending within thirty days: .*gemeente/)
    db(it => {
      it.exec("update certificate set not_after_ms = 5 where account = 'aanbieder'")
      it.exec("delete from certificate where account = 'gemeente'")
      it.exec("insert into party (code, kind, name, families, connections) values ('0518', 'gemeente', 'Voorbeeld', '[]', '[]')")
    })
    await says(env, 'warning', 'parties', /expired certificates: aanbieder \(1970-01-01\)/)
    await says(env, 'warning', 'parties', /nobody can act for .*0518/)
    await says(env, 'warning', 'parties', /no certificate makes .*gemeente.* known/)
    db(it => it.exec('pragma foreign_keys = off; delete from account; delete from party'))
    await says(env, 'warning', 'parties', /nobody is connected/)
  })

  test('names what keeps pushes from their endpoints', async () => {
    const { env, db } = patient('push')
    const to = (url: string, door: 'rest-push' | 'ggk' = 'rest-push'): void => db(it => { it.prepare('update party set connections = ? where code = ?').run(JSON.stringify([{ door, direction: 'in', url, ca: null, pin: null, at_once_max: null, per_minute_max: null, ms_max: null, retry: null, breaker: null, ...door === 'ggk' ? { codes: null, answer_325: null } : {} }]), aanbieder) })
    to('https://zorg.example/')
    await says(env, 'warning', 'push_certificate', /is not set, and tls_certificate is not for clients/)
    db(it => { it.prepare("insert into destination (party, state, failures, failing_since_ms, open_until_ms, reason) values (?, 'open', 5, 1000, 2000, 'timeout')").run(aanbieder) })
    await says(env, 'warning', 'push', /42420001: its endpoint fails since 1970-01-01T00:00:01.*\(timeout\) and is left alone/)
    to('https://zorg.example:9443/')
    await says(env, 'error', 'push', /42420001: port 9443 is not among push_ports \(443, 8443\)/)
    to('https://zorg.example:9444/', 'ggk')
    await says(env, 'error', 'push', /42420001: port 9444 is not among push_ports \(443, 8443\)/)
    await says({ ...env, ZORGPOORT_PUSH_CA: env['ZORGPOORT_TLS_KEY'] ?? '' }, 'error', 'push_ca', /push_ca holds no certificate in PEM/)
  })

  test('names what is stuck, held, dead or overdue', async () => {
    const { env, db } = patient('deliveries')
    const work = (state: string, received: number): void => db(it => {
      it.exec('delete from delivery')
      it.prepare('update message set received_ms = ?, answer_due_ms = null').run(received)
      it.prepare("insert into delivery (message, kind, target, state, due_ms, lease_until_ms, fence, attempts, last_reason) select seq, 'handle', receiver, ?, 0, 0, 0, 3, 'handler_failed' from message").run(state)
    })
    work('due', Date.now() - 1_000_000)
    await says(env, 'warning', 'deliveries', new RegExp(`waiting .*${heen.id} to ${aanbieder} \\(handler_failed\\)`))
    work('held', Date.now())
    await says(env, 'warning', 'deliveries', /held for a person/)
    work('dead', Date.now())
    await says(env, 'error', 'deliveries', /given up, such as/)
    db(it => it.exec("delete from delivery; update message set answer_due_ms = 5 where answer = 'awaited'"))
    await says(env, 'warning', 'deliveries', /answers overdue: 1 of 42420001/)
  })

  test('names, where somebody has messages judged in full, history nobody answers for, an import broken off, and sources that are absent or end', async () => {
    const { env, db } = patient('rules')
    const none = await diagnose({ env })
    assert.ok(none.every(it => it.about !== 'history' && it.about !== 'sources'), 'nobody asks for them')
    db(it => {
      it.prepare("update party set judging = ? where code = '0344'").run('{"level":"content","types":{"323":"full"},"answers":"own","rejected":"withhold"}')
      it.exec("insert into pair (id, family, gemeente, aanbieder, gapless, version) values (1, 'iwmo', '0344', '42420001', 1, 1), (2, 'iwmo', '0599', '42420001', 1, 1)")
    })
    const lines = await says(env, 'warning', 'history', /nobody said .* between iwmo 0344 42420001: /)
    assert.match(lines.find(it => it.about === 'history')?.todo ?? '', /"zorgpoort history complete"/)
    await says(env, 'warning', 'sources', /^absent: municipalities; products \(iwmo 0344\); contracts \(iwmo 0344 42420001\): /)
    const today = Date.now()
    const day = (days: number): string => new Date(today + days * 86_400_000).toISOString().slice(0, 10)
    const list = (name: string, family: string, gemeente: string, aanbieder: string, tot: string | null): void => db(it => {
      it.prepare('insert into source_edition (edition, list, sha256, rows, at_ms) values (1, ?, ?, 1, 0) on conflict do nothing').run(name, '0'.repeat(64))
      it.prepare('insert or replace into source_part (list, family, gemeente, aanbieder, edition) values (?, ?, ?, ?, 1)').run(name, family, gemeente, aanbieder)
      it.prepare("insert or replace into source_row (list, family, gemeente, aanbieder, edition, position, per_uur, van, tot) values (?, ?, ?, ?, 1, 1, 0, '2015-01-01', ?)").run(name, family, gemeente, aanbieder, tot)
    })
    list('products', 'iwmo', '', '', null)
    list('contracts', 'iwmo', '0344', '42420001', day(-3))
    await says(env, 'warning', 'sources', /^absent: municipalities: /)
    list('municipalities', '', '', '', day(30))
    db(it => it.exec("update pair set complete_from = '2015-01-01'"))
    await says(env, 'warning', 'sources', new RegExp(`^the list municipalities ends on ${day(30)}`))
    list('products', 'iwmo', '0344', '', day(-3))
    await says(env, 'warning', 'sources', /^the list products iwmo 0344 ended on /)
    list('products', 'iwmo', '0344', '', day(70))
    list('municipalities', '', '', '', day(70))
    await says(env, 'ok', 'sources', /^every list/)
    await says(env, 'ok', 'history', /^1 pairs/)
    db(it => it.exec("insert into source (place, id, pair, number, identificatie, dagtekening, waits) values (-5, 'x', 1, '301', 'x', '2026-01-01', 2)"))
    await says(env, 'warning', 'history', /^1 messages of an import do not count/)
  })

  test('names a port that is taken, and a host that is not here', async () => {
    const { env } = patient('ports')
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => { other.once('listening', resolve) })
    const { port } = other.address() as AddressInfo
    await says({ ...env, ZORGPOORT_REST_PORT: String(port) }, 'error', 'rest_port', /is taken by another program/)
    other.close()
    await says({ ...env, ZORGPOORT_OPERATIONS_HOST: '192.0.2.1' }, 'error', 'operations_port', /is no address of this machine/)
  })
})
