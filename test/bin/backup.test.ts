/** Backup and restore: taken under load, put back elsewhere, every receipt of before it honoured; and each thing that speaks against it. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import Database from 'better-sqlite3'
import { makeRoots } from '../../src/vault/vault.ts'
import { systemClock } from '../../src/core/core.ts'
import { lockForServe } from '../../src/store/store.ts'
import { environment, startChild } from '../fault/child.ts'
import { makeWorld, message, until, type Told } from '../flow/world.ts'
import { ends, zorgpoort, type Ended } from './command.ts'

const world = await makeWorld()
const child = await startChild(world, { log_level: 'info' })
const sender = world.client('gemeente', child.rest)
let sent = 0
const next = (): Buffer => message('WMO301', ++sent, { identificatie: `B${sent}` })

/** What was receipted before the backup began: the receipt's exact bytes, and the message's. */
const before: Array<{ receipt: Buffer, told: Told, payload: Buffer }> = []
for (let n = 0; n < 20; n++) {
  const payload = next()
  const reply = await sender.post(payload)
  assert.equal(reply.status, 202)
  before.push({ receipt: reply.bytes, told: reply.told, payload })
}
assert.equal((await world.client('aanbieder', child.rest).delete(`/v1/mailbox/${before[0]?.told.id}`)).status, 204)

const env = environment(world)
const file = world.path('one.db')
const loading = { on: true }
const during: string[] = []
const load = Promise.all(Array.from({ length: 4 }, async () => {
  while (loading.on) during.push((await sender.send(next())).id)
}))
await until(() => during.length > 5 || undefined, 'load')
const made = await zorgpoort(['backup', file, '--json'], { env })
loading.on = false
await load
const after: Told = await sender.send(next())
assert.equal(await child.end('SIGKILL'), 'SIGKILL')

/** A place of its own with the same rings; the environment that names it. */
function place (name: string): { dir: string, env: Record<string, string> } {
  const dir = world.path(name)
  mkdirSync(dir)
  return { dir, env: { ...env, ZORGPOORT_DATABASE: `sqlite:${join(dir, 'zorgpoort.db')}` } }
}
const restore = async (from: string, at: Record<string, string>, ...more: string[]): Promise<Ended> => await zorgpoort(['restore', from, ...more], { env: at })
/** The backup under another name, with what `change` makes of it. */
function copyOf (name: string, change: (db: string, manifest: Record<string, unknown>) => void): string {
  const to = world.path(name)
  copyFileSync(file, to)
  const manifest = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as Record<string, unknown>
  change(to, manifest)
  writeFileSync(`${to}.json`, JSON.stringify(manifest))
  return to
}
const events = (path: string, event: string): unknown[] => {
  const db = new Database(path, { readonly: true })
  try { return db.prepare('select digest, message from audit where event = ?').all(event) } finally { db.close() }
}

describe('backup', () => {
  test('is made under load, for its owner only, with a manifest that tells what it is and no key', () => {
    ends(made, 0, /"format":"zorgpoort-backup-1"/)
    for (const it of [file, `${file}.json`]) assert.equal(statSync(it).mode & 0o777, 0o600, it)
    assert.deepEqual(readdirSync(world.dir).filter(it => it.startsWith('one.db')).toSorted(), ['one.db', 'one.db.json'])
    const text = readFileSync(`${file}.json`, 'utf8')
    const manifest = JSON.parse(text) as { mode: string, rows: Record<string, number>, kek_ids: string[], size_bytes: number, audit: Array<{ chain: string, seq: number }>, sha256: string }
    assert.equal(manifest.mode, 'test')
    assert.ok(Number(manifest.rows['message']) >= before.length + 5)
    assert.equal(manifest.size_bytes, statSync(file).size)
    assert.equal(manifest.audit.length, 1)
    assert.equal(manifest.kek_ids.length, 1)
    const keys = readFileSync(world.path('kek.ring'), 'utf8').trim().split(':')
    assert.equal(keys[0], manifest.kek_ids[0])
    assert.ok(!text.includes(String(keys[1])))
    assert.deepEqual(events(world.path('zorgpoort.db'), 'backed_up'), [{ digest: manifest.sha256, message: null }])
  })

  test('overwrites nothing, and says what is in its way', async () => {
    const bytes = readFileSync(file)
    ends(await zorgpoort(['backup', file], { env }), 1, /one\.db exists; a backup never overwrites/)
    writeFileSync(world.path('two.db.part'), '')
    ends(await zorgpoort(['backup', world.path('two.db')], { env }), 1, /two\.db\.part exists: a backup to the same file is under way/)
    assert.deepEqual(readFileSync(file), bytes)
    const { ZORGPOORT_KEK: _kek, ...keyless } = env
    assert.equal((await zorgpoort(['backup', world.path('three.db')], { env: { ...keyless, ZORGPOORT_DATABASE: `sqlite:${copyOf('keyless.db', () => {})}` } })).code, 0, 'the rings beside the database are found')
    ends(await zorgpoort(['backup', world.path('four.db'), '--database', `sqlite:${world.path('nowhere.db')}`], { env }), 1, /no database at/)
    ends(await zorgpoort(['backup', world.path('five.db'), '--rate', '0'], { env }), 2, /MB per second/)
    assert.ok(!existsSync(world.path('four.db.part')))
  })

  test('in a folder is named after its moment', async () => {
    mkdirSync(world.path('backups'))
    ends(await zorgpoort(['backup', world.path('backups')], { env }), 0, /Backed up: .*zorgpoort-\d{8}T\d{6}Z\.db/, /keep copies of the three rings/)
    assert.deepEqual(readdirSync(world.path('backups')).map(it => it.replace(/\d/g, '')).toSorted(), ['zorgpoort-TZ.db', 'zorgpoort-TZ.db.json'])
  })
})

describe('restore', () => {
  test('elsewhere gives back every receipt of before the backup, byte for byte, and goes on', async () => {
    const { env: at, dir } = place('elsewhere')
    const told = await restore(file, at)
    ends(told, 0, /opens with the keys at hand/, /its audit is whole: \d+ rows$/m, /Messages accepted later are missing/, /Start the gateway/)
    const database = `sqlite:${join(dir, 'zorgpoort.db')}`
    assert.equal(statSync(join(dir, 'zorgpoort.db')).mode & 0o777, 0o600)
    assert.equal(events(join(dir, 'zorgpoort.db'), 'restored').length, 1)
    const gateway = await world.start({ database })
    const [mine, theirs] = [gateway.as('gemeente'), gateway.as('aanbieder')]
    for (const { receipt, told: { id }, payload } of before) {
      assert.deepEqual((await mine.get(`/v1/messages/${id}/receipt`)).bytes, receipt)
      assert.deepEqual((await mine.get(`/v1/messages/${id}/payload`)).bytes, payload)
      const again = await mine.post(payload)
      assert.deepEqual([again.status, again.bytes], [200, receipt])
    }
    assert.equal((await mine.get(`/v1/messages/${after.id}`)).status, 404)
    const inbox = (await theirs.get('/v1/mailbox?limit=250')).told.messages.map(it => it.id)
    assert.deepEqual(inbox.slice(0, before.length - 1), before.slice(1).map(it => it.told.id), 'oldest first, without what was acknowledged')
    assert.equal((await theirs.delete(`/v1/mailbox/${inbox[0]}`)).status, 204)
    await theirs.receives((await mine.send(next())).id)
    await gateway.stop()
  })

  test('keeps the database that is there, and only with --replace takes its place', async () => {
    const { env: at, dir } = place('taken')
    ends(await restore(file, at), 0)
    writeFileSync(join(dir, 'zorgpoort.db-wal'), 'left behind')
    ends(await restore(file, at), 1, /exists; --replace keeps it/)
    ends(await restore(file, at, '--replace'), 0, /what was there is kept: .*replaced-/)
    assert.equal(readFileSync(join(dir, readdirSync(dir).find(it => it.endsWith('-wal')) ?? ''), 'utf8'), 'left behind')
    assert.equal(readdirSync(dir).filter(it => it.includes('.replaced-')).length, 2)
  })

  test('leaves checkpoints of before it that cannot hold, and verify tells of the restore', async () => {
    const { env: at, dir } = place('checkpoints')
    const serve = async (): Promise<void> => { await (await world.start({ database: `sqlite:${join(dir, 'zorgpoort.db')}` })).stop() }
    const verify = async (...more: string[]): Promise<Ended> => await zorgpoort(['audit', 'verify', '--checkpoint-file', join(dir, 'kept.json'), ...more], { env: at })
    ends(await restore(file, at), 0, /Keep it apart and begin a new log/)
    await serve()
    const { out } = await zorgpoort(['audit', 'checkpoints', '--json'], { env: at })
    writeFileSync(join(dir, 'kept.json'), out)
    ends(await verify(), 0)
    ends(await restore(file, at, '--replace'), 0)
    await serve()
    const failed = await verify()
    assert.equal(failed.code, 1)
    assert.match(failed.out, /\[rewritten\][^]*holds a "restored" row of \d{4}-\S+Z \(row \d+\): if that was you/)
    const told = await verify('--json')
    assert.equal(told.code, 1)
    assert.match(String(Object(Object(JSON.parse(told.out)).restored).explains), /keep that log apart/)
    ends(await zorgpoort(['audit', 'verify'], { env: at }), 0)
  })

  test('waits for no gateway: while one runs it is refused', async () => {
    const { env: at } = place('served')
    const free = lockForServe(String(at['ZORGPOORT_DATABASE']))
    ends(await restore(file, at), 1, /another server is using this database/)
    free()
  })

  test('refuses what was changed, cut off, damaged, of another mode, or without its manifest', async () => {
    const { env: at, dir } = place('refusing')
    const flip = (path: string): void => { const bytes = readFileSync(path); bytes.writeUInt8(bytes.readUInt8(9000) ^ 1, 9000); writeFileSync(path, bytes) }
    ends(await restore(copyOf('flipped.db', flip), at), 1, /SHA-256 differs/)
    const broken = copyOf('broken.db', (path, manifest) => {
      const bytes = readFileSync(path).fill(0xff, 4096, 4104)
      writeFileSync(path, bytes)
      manifest['sha256'] = createHash('sha256').update(bytes).digest('hex')
    })
    ends(await restore(broken, at), 1, /the backup is damaged|no usable database/)
    const forged = copyOf('forged.db', (path, manifest) => {
      const db = new Database(path)
      db.exec("update audit set detail = 'ZP_X' where seq = 5")
      db.close()
      manifest['sha256'] = createHash('sha256').update(readFileSync(path)).digest('hex')
    })
    ends(await restore(forged, at), 1, /the audit in this backup is not whole \(changed at main 5/)
    const knowing = place('knowing')
    ends(await restore(forged, knowing.env, '--despite-audit'), 0, /although its audit is not whole/)
    ends(await restore(copyOf('miscounted.db', (_db, manifest) => { manifest['rows'] = { message: 1 } }), at), 1, /does not hold what its manifest says \(message\)/)
    ends(await restore(copyOf('other.db', (_db, manifest) => { manifest['mode'] = 'production' }), at), 1, /mode production/)
    ends(await restore(copyOf('odd.db', (_db, manifest) => { delete manifest['sha256'] }), at), 1, /no manifest of a backup/)
    ends(await restore(world.path('gone.db'), at), 1, /gone\.db\.json: it stands beside every backup/)
    assert.deepEqual(readdirSync(dir).filter(it => !it.endsWith('.lock')), [], 'nothing was left')
  })

  test('refuses a backup that the rings at hand do not open, and names the key', async () => {
    const { env: at, dir } = place('strange')
    makeRoots(dir, systemClock.now())
    writeFileSync(join(dir, 'kek.ring'), readFileSync(join(dir, 'kek.ring'), 'utf8').replace(/^[^:]*/, 'another'))
    const strange = { ...at, ZORGPOORT_KEK: `file:${join(dir, 'kek.ring')}` }
    ends(await restore(file, strange), 1, /do not open this backup: the kek ring does not hold the key \d{4}-\d\d-\d\d/)
    writeFileSync(join(dir, 'kek.ring'), readFileSync(join(dir, 'kek.ring'), 'utf8').replace(/^[^:]*/, readFileSync(world.path('kek.ring'), 'utf8').split(':')[0] ?? ''))
    ends(await restore(file, strange), 1, /does not open with the key/)
    const { ZORGPOORT_KEK: _kek, ...keyless } = at
    assert.equal((await restore(file, { ...keyless, ZORGPOORT_DATABASE: `sqlite:${join(dirname(dir), 'bare', 'x.db')}` })).code, 1, 'the folder must be there')
  })
})
