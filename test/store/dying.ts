/** Contract of the store: dead letters are found by why, whose and when, and driven again as if for the first time. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { newMessageId, type DeadClass, type MessageId, type RetryPolicy } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import type { Acceptance, Decided, PushClaimed, Store, StoppedFilter } from '../../src/store/store.ts'
import { aanbieder, account, claimOne, finish, gemeente, heen, later, retour, start, stranger, type Fresh, type Wanted } from './sample.ts'

const policy: RetryPolicy = { first_ms: 1000, longest_ms: 8000, total_ms: 60_000 }
const decided = (ms: number): Decided => ({ by: account, reason: 'endpoint_repaired', now: later(ms) })
const redrive = async (store: Store, items: readonly Acceptance[], ms = 500) => await store.redrive(items.map(it => it.envelope.id), decided(ms), { usual: policy })
const found = async (store: Store, filter: Omit<StoppedFilter, 'limit'> = {}) => (await store.deadLetters({ limit: 100, ...filter })).items.map(it => it.id)
const idsOf = (...items: readonly Acceptance[]): MessageId[] => items.map(it => it.envelope.id)

/** Stores a message that was given up before its receiver saw it. */
async function dead (store: Store, item: Acceptance = heen(), reason = 'receiver_left', dies: DeadClass = 'functional', ms = 100): Promise<Acceptance> {
  await store.accept([item])
  await store.finish([finish(await claimOne(store, later(ms)), { kind: 'dead', class: dies, reason })], later(ms))
  return item
}

const pushed = (wanted: Wanted = {}): Acceptance => heen({ delivery: 'offered', push: policy, ...wanted })

/** Up to so many that are due are given up. @returns the claims they were under */
async function diesPushing (store: Store, limit: number): Promise<PushClaimed[]> {
  const claims = await store.claimPush(aanbieder, limit, 60_000, later(100))
  await store.finish(claims.map(it => finish(it, { kind: 'dead', class: 'partner_down', reason: 'exhausted: timeout' })), later(100))
  return claims
}

/** @param runs so much of the runs of its model */
export function deadContract (fresh: Fresh, runs: number): void {
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
      const [timeout, refused, left] = [await dead(store, heen(), 'exhausted: timeout', 'transient'), await dead(store, heen(), 'http_422.AFGEKEURD_1'), await dead(store)]
      const by: ReadonlyArray<readonly [string, Acceptance[]]> = [
        ['exhausted', [timeout]], ['timeout', [timeout]], ['exhausted: timeout', [timeout]], ['exhausted:timeout', [timeout]],
        ['http_422', [refused]], ['AFGEKEURD_1', [refused]], ['http_422.AFGEKEURD_1', [refused]], ['receiver_left', [left]],
        ['GEKEURD', []], ['http_42', []], ['', []], ['.', []], ['http_4_2', []], ['http%', []], ['time', []], ['out', []], ['receiver', []], ['EXHAUSTED', []]
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
      assert.deepEqual(await store.redrive([item.envelope.id, item.envelope.id, waiting.envelope.id, none], decided(500), { usual: policy }), ['redriven', 'not_dead', 'not_dead', 'absent'])
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
      await store.erase((await store.subjects([mark])).map(it => it.seq), [mark], { shared: false, undelivered: true, account, now: later(200) })
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
      await assert.rejects(store.redrive(Array.from({ length: 1_001 }, () => newMessageId(start)), decided(500), { usual: policy }), RangeError)
    })
  })

  describe('a push that was given up and is driven again', () => {
    test('is pushed as if for the first time, by the policy of now', async t => {
      const store = await fresh(t)
      const item = pushed()
      await store.accept([item])
      const old = await diesPushing(store, 9)
      assert.deepEqual(await store.claimPush(aanbieder, 9, 1000, later(400)), [])
      const anew = { first_ms: 5, longest_ms: 6, total_ms: 70 }
      const policies = { usual: { first_ms: 1, longest_ms: 2, total_ms: 3 }, own: new Map([[aanbieder, anew]]) }
      assert.deepEqual(await store.redrive(idsOf(item), decided(500), policies), ['redriven'])
      const message = await store.message(ownView(gemeente), item.envelope.id)
      assert.deepEqual([message?.delivery, message?.offered, message?.dead_class, message?.dead_reason, message?.attempts, message?.work?.kind, message?.work?.state, message?.work?.since], ['offered', start, null, null, 0, 'push', 'due', later(500)])
      const [claim] = await store.claimPush(aanbieder, 9, 1000, later(500))
      assert.deepEqual([claim?.envelope.id, claim?.attempt, claim?.failing_since, claim?.policy, claim?.since], [item.envelope.id, 1, null, anew, later(500)])
      assert.deepEqual(await store.finish(old.map(it => finish(it, { kind: 'delivered' })), later(501)), ['stale'])
      assert.deepEqual(await store.finish(claim === undefined ? [] : [finish(claim, { kind: 'delivered' })], later(502)), ['done'])
      assert.equal((await store.message(ownView(gemeente), item.envelope.id))?.delivery, 'delivered')
    })

    test('goes one of a key at a time, the first accepted first, behind what is under way', async t => {
      const store = await fresh(t)
      const [first, second, third] = [pushed(), pushed(), pushed()]
      await store.accept([first, second, third])
      await diesPushing(store, 1); await diesPushing(store, 1)
      const [underWay] = await store.claimPush(aanbieder, 9, 60_000, later(200))
      assert.equal(underWay?.envelope.id, third.envelope.id)
      assert.deepEqual(await redrive(store, [second, first]), ['redriven', 'redriven'])
      const pushes = async (): Promise<MessageId[]> => (await store.claimPush(aanbieder, 9, 60_000, later(1000))).map(it => it.envelope.id)
      assert.deepEqual(await pushes(), [])
      assert.deepEqual([(await store.inspect(second.envelope.id))?.message.work?.state, (await store.inspect(second.envelope.id))?.message.delivery], ['blocked', 'offered'])
      await store.finish(underWay === undefined ? [] : [finish(underWay, { kind: 'delivered' })], later(600))
      assert.deepEqual(await pushes(), idsOf(first))
    })

    test('is not when its receiver answered what it had seen; what the gateway answered for him goes on', async t => {
      const store = await fresh(t)
      const [his, ours] = [pushed({ order_key: 'his' }), pushed({ order_key: 'ours' })]
      await store.accept([his, ours])
      await diesPushing(store, 9)
      const answers = [retour(his, { delivery: 'offered' }), retour(ours, { delivery: 'offered', envelope: { origin: 'gateway', account: null } })]
      assert.deepEqual((await store.accept(answers)).map(it => it.kind), ['stored', 'stored'])
      assert.deepEqual(await redrive(store, [his, ours]), ['not_dead', 'redriven'])
      assert.deepEqual((await store.claimPush(aanbieder, 9, 1000, later(500))).map(it => it.envelope.id), idsOf(ours))
    })

    test('never becomes two and never gets lost, whatever is driven again how often', async t => {
      await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom('die', 'redrive', 'look', 'deliver'), fc.uniqueArray(fc.nat(5), { minLength: 1 })), { maxLength: 12 }), async steps => {
        const store = await fresh(t)
        const items = Array.from({ length: 6 }, (_, n) => n < 4 ? pushed({ order_key: `key ${n % 2}` }) : heen({ order_key: `key ${n}` }))
        await store.accept(items)
        const [dead, done] = [new Set<MessageId>(), new Set<MessageId>()]
        let ms = 100
        const claims = async () => [...await store.claimPush(aanbieder, 9, 1_000, later(ms)), ...await store.claim(9, 1_000, later(ms))]
        for (const [what, which] of steps) {
          const chosen = which.map(n => items[n]).filter(it => it !== undefined)
          ms += 10
          if (what === 'redrive' || what === 'look') {
            const outcomes = what === 'look' ? await store.mayRedrive(idsOf(...chosen)) : await redrive(store, chosen, ms)
            assert.deepEqual(outcomes, idsOf(...chosen).map(id => dead.has(id) ? 'redriven' : 'not_dead'))
            if (what === 'redrive') for (const id of idsOf(...chosen)) dead.delete(id)
            continue
          }
          for (const claim of await claims()) {
            const { id } = claim.envelope
            if (!idsOf(...chosen).includes(id)) { await store.release([claim]); continue }
            await store.finish([finish(claim, what === 'die' ? { kind: 'dead', class: 'transient', reason: 'exhausted: timeout' } : { kind: 'delivered' })], later(ms));
            (what === 'die' ? dead : done).add(id)
          }
        }
        assert.deepEqual((await found(store)).toSorted(), [...dead].toSorted())
        const rest: MessageId[] = []
        for (let round = await claims(); round.length > 0; round = await claims()) {
          rest.push(...round.map(it => it.envelope.id))
          await store.finish(round.map(it => finish(it, { kind: 'delivered' })), later(++ms))
        }
        assert.deepEqual([...rest, ...dead, ...done].toSorted(), idsOf(...items).toSorted(), 'each is in one place, and in one only')
      }), { numRuns: 40 * runs })
    })
  })
}
