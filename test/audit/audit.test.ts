/** The audit against who can write the database file: whatever is changed, removed, moved, put in or put back is found, and its place named. */
import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import Database from 'better-sqlite3'
import { checkpointView, openCheckpoints, readPins, removeAuditBefore, verifyAudit, type AuditReport, type VerifyAudit } from '../../src/audit/audit.ts'
import { instant, systemClock, type Instant } from '../../src/core/core.ts'
import { openLog } from '../../src/log.ts'
import { issue, makeAuthority, openSealer, type Sealer } from '../../src/sign/sign.ts'
import { encoded } from '../../src/store/chain.ts'
import { openLinker, openStore, type Checkpoint, type Link, type Store } from '../../src/store/store.ts'
import { parseRing } from '../../src/vault/vault.ts'
import { heen, offer, roots } from '../store/sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'zp-audit-'))
after(() => { rmSync(folder, { recursive: true }) })
const pathOf = (name: string): string => join(folder, `${name}.db`)
const open = (name: string, keys = roots): Promise<Store> => openStore({ url: `sqlite:${pathOf(name)}`, mode: 'test', roots: keys })

const authority = await makeAuthority({ name: 'Audit CA', algorithm: 'P-256' })
const sealerOf = async (): Promise<Sealer> => {
  const { key, certificate } = await issue(authority, { subject: 'seal', use: 'seal', algorithm: 'P-256' })
  return openSealer(key, certificate)
}
const sealer = await sealerOf()
const linker = openLinker(roots.audit)

const lines: string[] = []
const log = openLog({ level: 'info', pretty: false, to: { write: line => { lines.push(line) } } })
/** A checkpoint of all that was written since the last. */
async function checkpoint (store: Store, by = sealer): Promise<void> {
  const checkpoints = await openCheckpoints({ store, sealer: by, clock: systemClock, log }, 3_600_000)
  await checkpoints.stop()
}
const verify = async (name: string, options: Partial<VerifyAudit> = {}, keys = roots): Promise<AuditReport> => {
  const store = await open(name, keys)
  try {
    return await store.trail(trail => verifyAudit(trail, { linker: openLinker(keys.audit), trusted: [authority.certificate], ...options }))
  } finally { await store.close() }
}
const found = ({ findings }: AuditReport): string[] => findings.map(({ fault, seq, to }) => `${fault} ${seq}${to === seq ? '' : `-${to}`}`)

// 1 chained, 2 and 3 a message, 4 checkpoint at 3, 5 to 8 two messages, 9 checkpoint at 8, 10 and 11 a message, 12 checkpoint at 11
const whole = await open('whole')
for (const messages of [1, 2, 1]) {
  for (let n = 0; n < messages; n++) await offer(whole)
  await checkpoint(whole)
}
await whole.close()
copyFileSync(pathOf('whole'), pathOf('older'))

let copies = 0
/** @returns the name of a copy with which somebody did something */
function tampered (how: (db: Database.Database) => void): string {
  const name = `copy-${++copies}`
  copyFileSync(pathOf('whole'), pathOf(name))
  const db = new Database(pathOf(name))
  db.pragma('foreign_keys = off')
  try { how(db) } finally { db.close() }
  return name
}
const sql = (...statements: string[]) => (db: Database.Database): void => { for (const it of statements) db.exec(it) }

test('what nobody touched is whole', async () => {
  assert.deepEqual(await verify('whole'), { rows: 12, checkpoints: 3, from: 1, to: 12, unchained: 0, after_checkpoint: 1, waiting: 0, unpinned: 0, restored: null, findings: [], more: 0 })
})

test('a checkpoint is made only when something was written since', async () => {
  const store = await open('whole')
  await checkpoint(store)
  await checkpoint(store)
  assert.equal((await store.auditHead())?.seq, 12)
  await store.close()
})

for (const column of ['at_ms', 'event', 'message', 'account', 'detail', 'digest', 'key_id', 'prev', 'mac']) {
  for (const [what, value] of [['another value', "'x'"], ['nothing', 'null'], ['bytes', "x'00'"], ['another row’s', `(select ${column} from audit where seq = 8)`]] as const) {
    if ((column === 'at_ms' || column === 'event') && what === 'nothing') continue // the table itself refuses
    test(`a row whose ${column} is ${what} is found`, async () => {
      const name = tampered(db => {
        const before = db.prepare<[], Record<string, unknown>>(`select ${column} as it, (select ${column} from audit where seq = 8) as other from audit where seq = 6`).get()
        db.exec(`update audit set ${column} = ${value} where seq = 6`)
        if (what === 'nothing' && before?.['it'] === null) db.exec(`update audit set ${column} = '' where seq = 6`)
        if (what === 'another row’s' && before?.['it'] === before?.['other']) db.exec(`update audit set ${column} = 'y' where seq = 6`)
      })
      const [first, ...rest] = found(await verify(name))
      assert.match(String(first), /^(changed|unknown_key|unchained) 6$/)
      assert.deepEqual(rest, [])
    })
  }
}

const cases: ReadonlyArray<readonly [what: string, how: (db: Database.Database) => void, expected: readonly string[]]> = [
  ['the first row removed', sql('delete from audit where seq = 1'), ['missing 1']],
  ['the first rows removed', sql('delete from audit where seq <= 3'), ['missing 1-3']],
  ['a row in the middle removed', sql('delete from audit where seq = 6'), ['missing 6']],
  ['two rows next to each other removed', sql('delete from audit where seq in (5, 6)'), ['missing 5-6']],
  ['a row removed and those after it moved up', sql('delete from audit where seq = 6', ...Array.from({ length: 6 }, (_, n) => `update audit set seq = ${n + 6} where seq = ${n + 7}`)), ['changed 6-11', 'rewritten 8', 'rewritten 11']],
  ['two rows swapped', sql('update audit set seq = 0 where seq = 6', 'update audit set seq = 6 where seq = 7', 'update audit set seq = 7 where seq = 0'), ['changed 6-7']],
  ['a row put in, and those after it moved down', sql(...Array.from({ length: 6 }, (_, n) => `update audit set seq = ${13 - n} where seq = ${12 - n}`), "insert into audit select chain, 7, prev, at_ms, 'offered', message, account, detail, digest, mac, key_id from audit where seq = 6"), ['changed 7-13', 'rewritten 8', 'rewritten 11']],
  ['a row put behind the last without the key', sql("insert into audit select chain, 13, mac, at_ms, 'offered', message, account, detail, digest, mac, key_id from audit where seq = 12"), ['changed 13']],
  ['a row without mac put behind the last', sql("insert into audit select chain, 13, null, at_ms, 'offered', message, account, detail, digest, null, null from audit where seq = 12"), ['unchained 13']],
  ['a row put before the first', sql('insert into audit select chain, 0, null, at_ms, event, message, account, detail, digest, null, null from audit where seq = 1'), ['inserted 0']],
  ['a row at half a place', sql('insert into audit select chain, 6.5, prev, at_ms, event, message, account, detail, digest, mac, key_id from audit where seq = 6'), ['inserted 7']],
  ['a row at no place', sql("insert into audit select chain, 'x', prev, at_ms, event, message, account, detail, digest, mac, key_id from audit where seq = 6"), ['inserted 13']],
  ['a row of another chain', sql("insert into audit select 'other', seq, prev, at_ms, event, message, account, detail, digest, mac, key_id from audit where seq = 6"), ['inserted 0']],
  ['every row without mac, as if there never was a chain', sql('update audit set mac = null, prev = null, key_id = null'), ['rewritten 3', 'rewritten 8', 'rewritten 11', 'unchained 1-12']],
  ['all rows removed', sql('delete from audit'), ['cut 1-11', 'checkpoint_inserted 3', 'checkpoint_inserted 8', 'checkpoint_inserted 11']],
  ['all rows and checkpoints removed, and messages left', sql('delete from audit', 'delete from checkpoint'), ['unchained 1']],
  ['rows cut off behind the last checkpoint that is kept', sql('delete from audit where seq >= 11'), ['cut 11', 'checkpoint_inserted 11']],
  ['a checkpoint removed', sql('delete from checkpoint where seq = 8'), ['checkpoint_missing 9', 'checkpoint_order 11']],
  ['the last checkpoint removed', sql('delete from checkpoint where seq = 11'), ['checkpoint_missing 12']],
  ['a checkpoint with other columns', sql('update checkpoint set seq = 7 where seq = 8'), ['checkpoint 7']],
  ['a checkpoint with another body', sql("update checkpoint set body = cast(replace(cast(body as text), '\"seq\":8', '\"seq\":7') as blob), seq = 7 where seq = 8"), ['checkpoint 7', 'rewritten 7', 'checkpoint_missing 9', 'checkpoint_order 11']],
  ['a checkpoint with another’s signature', sql('update checkpoint set seal = (select seal from checkpoint where seq = 3) where seq = 8'), ['checkpoint 8']],
  ['a checkpoint put in twice', sql("insert into checkpoint (id, at_ms, seq, removed, body, seal) select 'x', at_ms, seq, removed, body, seal from checkpoint where seq = 11"), ['checkpoint 11', 'checkpoint_inserted 11']],
  ['a checkpoint that says rows may be gone', sql('update checkpoint set removed = 8 where seq = 11', 'delete from audit where seq <= 8'), ['missing 1-8', 'checkpoint 11', 'checkpoint_inserted 3']]
]
for (const [what, how, expected] of cases) {
  test(`${what}: found, with its place`, async () => {
    assert.deepEqual(found(await verify(tampered(how))).sort(), [...expected].sort())
  })
}

test('rows written anew by who has the audit key, but not the seal key, are found by the checkpoints', async () => {
  const name = tampered(db => {
    let prev: Uint8Array | null = null
    for (const row of db.prepare<[], Link>('select * from audit order by seq').all()) {
      const anew: Link = { ...row, prev, ...(row.seq === 6 ? { account: 'somebody' } : {}) }
      prev = linker.mac(anew)
      db.prepare('update audit set account = ?, prev = ?, mac = ? where seq = ?').run(anew.account, anew.prev, prev, row.seq)
    }
  })
  assert.deepEqual(found(await verify(name)), ['rewritten 8', 'rewritten 11'])
})

test('a checkpoint signed by another key is found', async () => {
  const other = await makeAuthority({ name: 'Audit CA', algorithm: 'P-256' })
  const { key, certificate } = await issue(other, { subject: 'seal', use: 'seal', algorithm: 'P-256' })
  const name = 'forged'
  copyFileSync(pathOf('whole'), pathOf(name))
  const store = await open(name)
  await store.accept([heen()])
  await checkpoint(store, openSealer(key, certificate))
  await store.close()
  assert.deepEqual(found(await verify(name)), ['checkpoint 13'])
  assert.deepEqual(found(await verify(name, { trusted: [authority.certificate, other.certificate] })), [])
})

test('keys that were turned verify as long as the ring holds them', async () => {
  const name = 'turned'
  copyFileSync(pathOf('whole'), pathOf(name))
  const turned = { ...roots, audit: parseRing(`new:${Buffer.alloc(32, 9).toString('base64')}\naudit:${Buffer.alloc(32, 3).toString('base64')}`, 'audit') }
  const store = await open(name, turned)
  await offer(store)
  await checkpoint(store, await sealerOf())
  await store.close()
  assert.deepEqual(found(await verify(name, {}, turned)), [])
  await assert.rejects(verify(name), /audit_key: it does not hold the key new/)
  const db = new Database(pathOf(name))
  db.exec("delete from meta where name like 'ring:audit_key%'")
  db.close()
  assert.deepEqual(found(await verify(name)), ['unknown_key 13-15'], 'in a database that forgot its ring')
})

test('a database put back from before is found by what the log kept, and only by that', async () => {
  const name = 'onward'
  copyFileSync(pathOf('whole'), pathOf(name))
  const store = await open(name)
  await offer(store)
  lines.length = 0
  await checkpoint(store)
  const printed = (await store.checkpoints({ limit: 250 })).items.map(it => JSON.stringify(checkpointView(it))).join('\n')
  await store.close()
  for (const text of [lines.join('\n'), printed]) {
    const pins = readPins(text, 'the log')
    assert.deepEqual(found(await verify(name, { pins })), [])
    assert.deepEqual(found(await verify('older')), [])
    assert.deepEqual(found(await verify('older', { pins })), ['cut 13-14'])
    // And when it goes on from there, under the same keys.
    copyFileSync(pathOf('older'), pathOf('forked'))
    const forked = await open('forked')
    await offer(forked)
    await forked.close()
    assert.deepEqual(found(await verify('forked', { pins })), ['rewritten 14'])
  }
  assert.throws(() => readPins('{"msg":"request"}\nnonsense', 'the log'), /the log holds no checkpoint/)
})

test('verifying since a checkpoint looks at what came after it only', async () => {
  const store = await open('whole')
  const [last, middle] = (await store.checkpoints({ limit: 2 })).items as [Checkpoint, Checkpoint]
  await store.close()
  const { rows, from, findings } = await verify('whole', { since: middle.id })
  assert.deepEqual([rows, from, findings], [4, 9, []])
  assert.deepEqual(found(await verify(tampered(sql('delete from audit where seq = 6')), { since: middle.id })), [])
  assert.deepEqual(found(await verify(tampered(sql('delete from audit where seq = 9')), { since: middle.id })), ['checkpoint_inserted 8', 'missing 9'])
  await assert.rejects(verify('whole', { since: 'x' }), /no checkpoint x/)
  await assert.rejects(verify(tampered(sql(`update checkpoint set seal = x'00' where id = '${last.id}'`)), { since: last.id }), /signature that holds/)
})

test('rows of before the chain are told apart, and none may come later', async () => {
  const name = 'old'
  const store = await open(name)
  await store.close()
  const db = new Database(pathOf(name))
  for (let seq = 1; seq <= 3; seq++) db.prepare("insert into audit (chain, seq, at_ms, event) values ('main', ?, 1, 'accepted')").run(seq)
  db.close()
  const again = await open(name)
  await offer(again)
  await checkpoint(again)
  await again.close()
  const report = await verify(name)
  assert.deepEqual([report.rows, report.unchained, found(report)], [7, 3, []])
})

const later = (ms: number): Instant => instant(Date.now() + ms)

test('retention removes whole segments, and what is kept holds from there on', async () => {
  const name = 'kept'
  copyFileSync(pathOf('whole'), pathOf(name))
  const store = await open(name)
  const parts = { store, sealer, clock: systemClock, log }
  assert.equal(await removeAuditBefore(parts, instant(1)), 0)
  const [, middle] = (await store.checkpoints({ limit: 3 })).items
  assert.equal(await removeAuditBefore(parts, instant((middle?.at ?? 0) + 1)), 8)
  assert.equal(await removeAuditBefore(parts, instant((middle?.at ?? 0) + 1)), 0)
  await offer(store)
  await checkpoint(store)
  assert.deepEqual((await store.auditRows({ limit: 250, event: 'audit_removed' })).items.map(it => it.detail), ['main:8'])
  await store.close()
  const report = await verify(name)
  assert.deepEqual([report.from, report.rows, found(report)], [9, 9, []])
  // The edge itself is bound: the first row kept may not go.
  const db = new Database(pathOf(name))
  db.exec('delete from audit where seq = 9')
  db.close()
  assert.deepEqual(found(await verify(name)), ['checkpoint_inserted 8', 'missing 9'])
})

test('checkpoints made at one moment, such as by a sweep and by the clock, follow one another', async () => {
  const name = 'at-once'
  copyFileSync(pathOf('whole'), pathOf(name))
  const [store, beside] = [await open(name), await open(name)]
  const [, middle] = (await store.checkpoints({ limit: 3 })).items
  await offer(store)
  const remove = async (by: Store): Promise<number> => await removeAuditBefore({ store: by, sealer, clock: systemClock, log }, instant((middle?.at ?? 0) + 1))
  await Promise.all([checkpoint(store), remove(store), checkpoint(beside), remove(beside), checkpoint(store)])
  await Promise.all([store.close(), beside.close()])
  const report = await verify(name)
  assert.deepEqual([report.from, found(report)], [9, []])
})

test('removing that broke off half-way verifies too, and is ended later', async () => {
  const name = 'broken-off'
  copyFileSync(pathOf('whole'), pathOf(name))
  const store = await open(name)
  const parts = { sealer, clock: systemClock, log }
  await removeAuditBefore({ ...parts, store: { ...store, pruneAudit: async () => await store.pruneAudit(5) } }, later(0))
  assert.equal((await store.trail(trail => trail.rows(0, 1)))[0]?.seq, 6)
  await store.close()
  assert.deepEqual(found(await verify(name)), [])
  const again = await open(name)
  assert.equal(await removeAuditBefore({ ...parts, store: again }, later(0)) > 0, true)
  await again.close()
  assert.deepEqual(found(await verify(name)), [])
})

test('an encoding another program makes gives the same mac', () => {
  const link: Link = { chain: 'main', seq: 2, prev: Buffer.alloc(2, 255), at_ms: 5, event: 'accepted', message: null, account: 'é"', detail: null, digest: null, key_id: 'k' }
  assert.equal(encoded(link), '["zorgpoort-audit-1","k","main",2,"ffff",5,"accepted",null,"é\\"",null,null]')
})
