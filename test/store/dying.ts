/** Contract of the store: dead letters are found by why, whose and when, and driven again as if for the first time. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newMessageId, type DeadClass, type MessageId, type RetryPolicy } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import type { Acceptance, Decided, Store, StoppedFilter } from '../../src/store/store.ts'
import { aanbieder, account, claimOne, finish, gemeente, heen, later, retour, start, stranger, type Fresh } from './sample.ts'

const policy: RetryPolicy = { first_ms: 1000, longest_ms: 8000, total_ms: 60_000 }
const decided = (ms: number): Decided => ({ by: account, reason: 'endpoint_repaired', now: later(ms) })
const redrive = async (store: Store, items: readonly Acceptance[], ms = 500) => await store.redrive(items.map(it => it.envelope.id), decided(ms), () => policy)
const found = async (store: Store, filter: Omit<StoppedFilter, 'limit'> = {}) => (await store.deadLetters({ limit: 100, ...filter })).items.map(it => it.id)
const idsOf = (...items: readonly Acceptance[]): MessageId[] => items.map(it => it.envelope.id)

/** Stores a message that was given up before its receiver saw it. */
async function dead (store: Store, item: Acceptance = heen(), reason = 'receiver_left', dies: DeadClass = 'functional', ms = 100): Promise<Acceptance> {
  await store.accept([item])
  await store.finish([finish(await claimOne(store, later(ms)), { kind: 'dead', class: dies, reason })], later(ms))
  return item
}

export function deadContract (fresh: Fresh): void {
  describe('dead letters', () => {
    test('are listed longest dead first, page by page, and nothing else is', async t => {
      const store = await fresh(t)
      const all = [await dead(store, heen(), 'a', 'functional', 300), await dead(store, heen(), 'a', 'functional', 100), await dead(store, heen(), 'a', 'functional', 200)]
      await store.accept([heen()])
      await store.accept([heen()])
      await store.finish([finish(await claimOne(store, later(50)), { kind: 'held', reason: 'a' })], later(50))
      const pages: MessageId[][] = []
      for (let cursor: string | undefined; ;) {
        const { items, next } = await store.deadLetters({ limit: 2, ...(cursor === undefined ? {} : { cursor }) })
        pages.push(items.map(it => it.id))
        if (next === null) break
        cursor = next
      }
      assert.deepEqual(pages, [[all[1], all[2]], [all[0]]].map(page => page.map(it => it?.envelope.id)))
      const [first] = (await store.deadLetters({ limit: 1 })).items
      assert.deepEqual([first?.delivery, first?.dead_class, first?.dead_reason, first?.work?.state, first?.work?.since, first?.work?.attempts], ['dead', 'functional', 'a', 'dead', later(100), 1])
      for (const cursor of ['x', Buffer.from('1').toString('base64url'), Buffer.from('1:x').toString('base64url')]) await assert.rejects(store.deadLetters({ limit: 1, cursor }), /ZP_QUERY/)
    })

    test('are found by id, party, type, class and period', async t => {
      const store = await fresh(t)
      const one = await dead(store)
      const other = await dead(store, heen({ envelope: { sender: stranger, type: 'JW301' } }), 'exhausted: timeout', 'partner_down', 200)
      assert.deepEqual(await found(store, { ids: idsOf(other, heen()) }), idsOf(other))
      assert.deepEqual(await found(store, { ids: [] }), [])
      assert.deepEqual(await found(store, { party: stranger }), idsOf(other))
      assert.deepEqual(await found(store, { party: aanbieder }), idsOf(one, other))
      assert.deepEqual(await found(store, { party: gemeente, class: 'partner_down' }), [])
      assert.deepEqual(await found(store, { class: 'partner_down' }), idsOf(other))
      assert.deepEqual(await found(store, { type: 'JW301' }), idsOf(other))
      assert.deepEqual(await found(store, { from: later(101) }), idsOf(other))
      assert.deepEqual(await found(store, { from: later(100), to: later(200) }), idsOf(one))
    })

    test('are found by their whole reason or a part of it, and by nothing that only looks like it', async t => {
      const store = await fresh(t)
      const [timeout, refused, left] = [await dead(store, heen(), 'exhausted: timeout', 'transient'), await dead(store, heen(), 'http_422.AFGEKEURD'), await dead(store)]
      const by: ReadonlyArray<readonly [string, Acceptance[]]> = [
        ['exhausted', [timeout]], ['timeout', [timeout]], ['exhausted: timeout', [timeout]], ['exhausted:timeout', [timeout]],
        ['http_422', [refused]], ['http_422.AFGEKEURD', [refused]], ['receiver_left', [left]],
        ['AFGEKEURD', []], ['http_42', []], ['http_4_2', []], ['http%', []], ['time', []], ['out', []], ['receiver', []], ['EXHAUSTED', []]
      ]
      for (const [code, wanted] of by) assert.deepEqual(await found(store, { code }), idsOf(...wanted), code)
    })

    test('are read past what does not fit, however many that are', async t => {
      const store = await fresh(t)
      const many = Array.from({ length: 2_100 }, () => heen())
      await store.accept(many)
      const claims = await store.claim(3_000, 1000, start)
      await store.finish(claims.map((it, n) => finish(it, { kind: 'dead', class: 'functional', reason: n === 2_050 ? 'seldom' : 'often' })), later(1))
      assert.deepEqual(await found(store, { code: 'seldom' }), [claims[2_050]?.envelope.id])
      assert.deepEqual(await found(store, { code: 'never' }), [])
      assert.equal((await store.deadLetters({ limit: 2_080, code: 'often' })).items.length, 2_080)
    })
  })

  describe('a dead letter driven again', () => {
    test('is shown to handlers again as if for the first time, under its own id, and its sender sees who said so only where that is his', async t => {
      const store = await fresh(t)
      const item = heen()
      await store.accept([item])
      await store.finish([finish(await claimOne(store), { kind: 'later', due: later(10), reason: 'ZP_BUSY', counts: true })], start)
      await store.finish([finish(await claimOne(store, later(10)), { kind: 'dead', class: 'transient', reason: 'exhausted: ZP_BUSY' })], later(100))
      assert.deepEqual(await redrive(store, [item]), ['redriven'])
      const message = await store.message(ownView(gemeente), item.envelope.id)
      assert.deepEqual([message?.delivery, message?.dead_class, message?.dead_reason, message?.attempts, message?.next_try, message?.work?.since, message?.work?.reason], ['waiting', null, null, 0, later(500), later(500), null])
      assert.deepEqual(await found(store), [])
      const claim = await claimOne(store, later(500))
      assert.deepEqual([claim.envelope.id, claim.attempt, claim.failing_since, claim.released], [item.envelope.id, 1, null, null])
      const events = (await store.history(ownView(gemeente), item.envelope.id))?.map(it => [it.event, it.account, it.detail])
      assert.deepEqual(events, [['accepted', account, null], ['later', null, 'ZP_BUSY'], ['dead', null, 'exhausted: ZP_BUSY'], ['redriven', null, 'endpoint_repaired']])
      assert.equal((await store.inspect(item.envelope.id))?.history.at(-1)?.account, account)
      assert.deepEqual(await store.finish([finish(claim, { kind: 'offered' })], later(501)), ['done'])
      assert.equal((await store.message(ownView(aanbieder), item.envelope.id))?.delivery, 'offered')
    })

    test('leaves a worker that was too slow with nothing to say', async t => {
      const store = await fresh(t)
      const item = heen()
      await store.accept([item])
      const claim = await claimOne(store)
      await store.finish([finish(claim, { kind: 'dead', class: 'functional', reason: 'receiver_left' })], start)
      await redrive(store, [item])
      assert.deepEqual(await store.finish([finish(claim, { kind: 'offered' })], later(600)), ['stale'])
    })

    test('twice is driven once; what is not there or not dead is told', async t => {
      const store = await fresh(t)
      const item = await dead(store)
      const waiting = heen()
      await store.accept([waiting])
      const none = newMessageId(start)
      assert.deepEqual(await store.mayRedrive([item.envelope.id, waiting.envelope.id, none]), ['redriven', 'not_dead', 'absent'])
      assert.deepEqual(await found(store), idsOf(item), 'looking changes nothing')
      assert.deepEqual(await store.redrive([item.envelope.id, item.envelope.id, waiting.envelope.id, none], decided(500), () => policy), ['redriven', 'not_dead', 'not_dead', 'absent'])
      assert.deepEqual(await redrive(store, [item]), ['not_dead'])
      assert.equal((await store.claim(9, 1000, later(500))).length, 2)
    })

    test('and replaced by its sender exclude one another, whichever comes first', async t => {
      const store = await fresh(t)
      const replacing = (item: Acceptance): Acceptance => heen({ replaces: item.envelope.id, delivery: 'offered' })
      const [first, second] = [await dead(store), await dead(store)]
      assert.deepEqual((await store.accept([replacing(first)])).map(it => it.kind), ['stored'])
      assert.deepEqual(await redrive(store, [first]), ['replaced'])
      assert.deepEqual(await store.mayRedrive(idsOf(first)), ['replaced'])
      assert.deepEqual(await redrive(store, [second]), ['redriven'])
      assert.deepEqual((await store.accept([replacing(second)])).map(it => it.kind === 'refused' && it.code), ['ZP_REPLACES'])
    })

    test('is not when its payload is gone', async t => {
      const store = await fresh(t)
      const mark = { key: 'index', hash: Buffer.alloc(16, 1) }
      const item = await dead(store, heen({ clients: [mark] }))
      await store.erase([1], [mark], { shared: false, undelivered: true, account, now: later(200) })
      assert.deepEqual(await redrive(store, [item]), ['payload_gone'])
      assert.deepEqual((await store.inspect(item.envelope.id))?.message.work?.since, later(200))
    })

    test('is not when it was answered, except by the gateway in somebody’s name', async t => {
      const store = await fresh(t)
      const item = await dead(store)
      await store.accept([retour(item, { delivery: 'offered', envelope: { origin: 'gateway' } })])
      assert.deepEqual(await redrive(store, [item]), ['redriven'])
    })

    test('goes a thousand at a time', async t => {
      const store = await fresh(t)
      await assert.rejects(store.redrive(Array.from({ length: 1_001 }, () => newMessageId(start)), decided(500), () => policy), RangeError)
    })
  })
}
