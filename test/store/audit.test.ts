/** The audit's rows: chained in the transaction that writes them, and closed to whatever is no code, id or digest. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { newMessageId } from '../../src/core/core.ts'
import { isDetail } from '../../src/store/audit.ts'
import { encoded, openLinker, type Link } from '../../src/store/chain.ts'
import { openStore, StoreUnusable } from '../../src/store/store.ts'
import { finish, claimOne, heen, later, offer, roots, start } from './sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'zp-audit-'))
after(() => { rmSync(folder, { recursive: true }) })
const pathOf = (name: string): string => join(folder, `${name}.db`)
const open = (name: string) => openStore({ url: `sqlite:${pathOf(name)}`, mode: 'test', roots })

interface Kept extends Link { readonly mac: Uint8Array | null }
function rowsOf (name: string): Kept[] {
  const db = new Database(pathOf(name), { readonly: true })
  try { return db.prepare<[], Kept>('select * from audit order by chain, seq').all() } finally { db.close() }
}

test('every row names the one before it and is bound by the current key', async () => {
  const store = await open('chain')
  await offer(store)
  await Promise.all([store.accept([heen(), heen()]), store.accept([heen({ payload: '<x/>' })])])
  await store.close()
  const rows = rowsOf('chain')
  const linker = openLinker(roots.audit)
  assert.deepEqual(rows.map(row => [row.seq, row.event]), ['chained', 'accepted', 'offered', 'accepted', 'accepted', 'accepted'].map((event, n) => [n + 1, event]))
  rows.forEach((row, n) => {
    assert.deepEqual(row.prev, rows[n - 1]?.mac ?? null)
    assert.equal(linker.holds(row, row.mac ?? Buffer.alloc(0)), 'yes')
  })
})

test('a store without the audit key writes nothing, and says what is missing', async () => {
  const store = await openStore({ url: `sqlite:${pathOf('shut')}`, mode: 'test' })
  await assert.rejects(store.accept([heen()]), error => error instanceof StoreUnusable && /kek, index_key and audit_key/.test(error.message))
  await store.close()
  assert.deepEqual(rowsOf('shut'), [])
})

test('what is refused for its reason leaves neither row nor change', async () => {
  const store = await open('reason')
  await store.accept([heen()])
  const claim = await claimOne(store)
  for (const reason of ['Jan is ill', 'x999900006', 'a\nb', 'x'.repeat(101)]) {
    assert.deepEqual(await store.finish([finish(claim, { kind: 'held', reason })], later(1)), ['refused'])
  }
  assert.deepEqual(await store.finish([finish(claim, { kind: 'held', reason: 'person' })], later(1)), ['done'])
  await store.close()
  assert.deepEqual(rowsOf('reason').map(row => row.event), ['chained', 'accepted', 'held'])
})

test('a part that is undone leaves no gap, also among others that share its commit', async () => {
  const store = await open('undone')
  await store.accept([heen(), heen(), heen()])
  const claims = await store.claim(3, 60_000, start)
  const outcomes = ['person', 'Jan is ill', 'person'].map(reason => ({ kind: 'held', reason } as const))
  const items = claims.map((claim, n) => finish(claim, outcomes[n] ?? { kind: 'offered' }, [heen({ delivery: 'none' })]))
  assert.deepEqual(await store.finish(items, later(1)), ['done', 'refused', 'done'])
  await store.close()
  const rows = rowsOf('undone')
  assert.deepEqual(rows.map(row => row.event), ['chained', 'accepted', 'accepted', 'accepted', 'accepted', 'held', 'accepted', 'held'])
  rows.forEach((row, n) => { assert.deepEqual([row.seq, row.prev], [n + 1, rows[n - 1]?.mac ?? null]) })
})

test('no column takes a name, a sentence, or what a client chose', async () => {
  const store = await open('closed')
  const row = { at: start, event: 'held', message: null } as const
  const bad = [{ event: 'Jan Jansen' }, { message: 'Jan' }, { message: '999900006' }, { account: 'Jan Jansen' }, { account: '' }, { detail: 'wie dit leest' }, { digest: 'abc' }, { digest: 'G'.repeat(64) }] as unknown as Array<Partial<typeof row>>
  for (const it of bad) await assert.rejects(store.note({ ...row, ...it }), (error: unknown) => error instanceof TypeError && !error.message.includes('Jan'), JSON.stringify(it))
  await store.close()
  assert.deepEqual(rowsOf('closed'), [])
})

test('a detail is made of codes, ids and digests', () => {
  for (const detail of ['TR006', 'exhausted: handler_failed', newMessageId(start), '1'.repeat(64), '0344', '12345678,wmo,send', 'incident:INC-2026-0042']) assert.ok(isDetail(detail), detail)
  for (const detail of ['', 'Jan Jansen', '999900006', 'x999900006', 'a:999900006', 'é', 'a=b', 'a\n', '<a>', "o'neil", 'a:', ',a', 'a,,b', Array(11).fill('a').join(','), '1'.repeat(63)]) assert.ok(!isDetail(detail), detail)
})

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.constantFrom('', 'null', '","', '\\', '"', '0', 'a"'))
const link: fc.Arbitrary<Link> = fc.record({
  chain: text, seq: fc.nat(), prev: fc.option(fc.uint8Array({ maxLength: 4 })), at_ms: fc.maxSafeNat(), event: text,
  message: fc.option(text), account: fc.option(text), detail: fc.option(text), digest: fc.option(text), key_id: text
})
const same = (a: Link, b: Link): boolean => JSON.stringify({ ...a, prev: a.prev === null ? null : [...a.prev] }) === JSON.stringify({ ...b, prev: b.prev === null ? null : [...b.prev] })

test('no two different rows have one encoding, and every column is in it', () => {
  fc.assert(fc.property(link, link, (a, b) => same(a, b) === (encoded(a) === encoded(b))))
  // Two rows at random differ in many ways; most forgeries differ in one.
  fc.assert(fc.property(link, link, fc.constantFrom('chain', 'seq', 'prev', 'at_ms', 'event', 'message', 'account', 'detail', 'digest', 'key_id'), (a, b, column) => {
    const changed = { ...a, [column]: b[column] }
    assert.equal(same(a, changed), encoded(a) === encoded(changed))
  }))
  // A text moved over the border between two columns.
  fc.assert(fc.property(link, fc.nat(), ({ event, ...a }, at) => {
    const moved = { ...a, event: event.slice(0, at), message: event.slice(at) }
    assert.equal(same({ ...a, event }, moved), encoded({ ...a, event }) === encoded(moved))
  }))
})
