/** Contract of the store: pushes under leases, one of a key at a time, and what ends them. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ownView } from '../../src/party/party.ts'
import type { PushClaimed, Store } from '../../src/store/store.ts'
import { aanbieder, account, claimOne, finish, gemeente, heen, later, retour, roots, start, type Fresh, type Wanted } from './sample.ts'
import { turned } from './turning.ts'

const policy = { first_ms: 1_000, longest_ms: 10_000, total_ms: 100_000 }
const pushed = (wanted: Wanted = {}) => heen({ delivery: 'offered', push: policy, ...wanted })
const claimAll = (store: Store, at = start): Promise<PushClaimed[]> => store.claimPush(aanbieder, 9, 60_000, at)

async function claimPush (store: Store, at = start): Promise<PushClaimed> {
  const [claim] = await claimAll(store, at)
  if (claim === undefined) throw new Error('nothing to push')
  return claim
}

export function pushContract (fresh: Fresh): void {
  describe('pushing', () => {
    test('a message that nobody has to look at is work in the moment it is accepted, by the policy of that moment', async t => {
      const store = await fresh(t)
      const item = pushed()
      await store.accept([item, heen({ delivery: 'offered' })])
      assert.deepEqual(await store.pushTargets(start), [{ target: aanbieder, due: start }])
      assert.deepEqual(await store.claim(9, 1000, start), [])
      const claims = await claimAll(store)
      assert.deepEqual(claims.map(it => [it.envelope, it.policy, it.since, it.attempt, it.failing_since]), [[item.envelope, policy, start, 1, null]])
      assert.deepEqual([await claimAll(store), await store.pushTargets(later(59_999))], [[], []], 'nobody else gets it under the lease')
      assert.deepEqual((await store.pushTargets(later(60_000))).map(it => it.target), [aanbieder], 'when that has passed somebody may')
      assert.deepEqual((await store.mailbox(ownView(aanbieder), 9)).length, 2, 'it lies in the mailbox as well')
      const parcel = await store.parcel(item.envelope.id)
      assert.deepEqual([parcel?.message.id, Buffer.from(parcel?.payload ?? []), Buffer.from(parcel?.seal ?? [])], [item.envelope.id, item.payload, item.seal])
    })

    test('one of a key goes at a time, in order of acceptance; another key does not wait', async t => {
      const store = await fresh(t)
      const [first, second, third] = [pushed(), pushed(), pushed()]
      const other = pushed({ order_key: 'other' })
      await store.accept([first, second, third, other])
      const claims = await claimAll(store)
      assert.deepEqual(claims.map(it => it.envelope.id), [first.envelope.id, other.envelope.id])
      const behind = async (item = second) => { const work = (await store.inspect(item.envelope.id))?.message.work; return [work?.state, work?.behind] }
      assert.deepEqual([await behind(), await behind(third)], [['blocked', first.envelope.id], ['blocked', first.envelope.id]])
      await store.finish([finish(claims[0] ?? await claimPush(store), { kind: 'later', due: later(5_000), reason: 'timeout', counts: true })], start)
      assert.deepEqual(await claimAll(store), [], 'a transient failure holds the key')
      const again = await claimPush(store, later(5_000))
      assert.deepEqual([again.envelope.id, again.attempt, again.failing_since], [first.envelope.id, 2, start])
      await store.finish([finish(again, { kind: 'delivered' })], later(6_000))
      const next = await claimPush(store, later(6_000))
      assert.deepEqual([next.envelope.id, next.since], [second.envelope.id, later(6_000)])
      await store.finish([finish(next, { kind: 'dead', class: 'functional', reason: 'http_422' })], later(7_000))
      assert.equal((await claimPush(store, later(7_000))).envelope.id, third.envelope.id, 'what is given up holds nothing')
    })

    test('what handlers saw is pushed when it is offered', async t => {
      const store = await fresh(t)
      const [shown, direct] = [heen(), pushed()]
      await store.accept([shown, direct])
      assert.deepEqual(await claimAll(store), [], 'an earlier one of its key is still shown to handlers')
      await store.finish([finish(await claimOne(store), { kind: 'offered', answer_due: later(9), push: policy })], later(1))
      const claim = await claimPush(store, later(1))
      assert.deepEqual([claim.envelope.id, claim.attempt, claim.policy, claim.since], [shown.envelope.id, 1, policy, later(1)])
      await store.finish([finish(claim, { kind: 'delivered' })], later(2))
      const { message, history } = await store.inspect(shown.envelope.id) ?? {}
      assert.deepEqual([message?.delivery, message?.offered, message?.delivered, message?.answer_due, message?.work], ['delivered', later(1), later(2), later(9), null])
      assert.deepEqual(history?.map(it => [it.event, it.detail]), [['accepted', null], ['offered', null], ['delivered', 'pushed']])
      assert.equal((await claimPush(store, later(2))).envelope.id, direct.envelope.id)
    })

    for (const how of ['DELETE', 'its answer'] as const) {
      test(`${how} ends the pushing, and a push under way changes nothing any more`, async t => {
        const store = await fresh(t)
        const [item, next] = [pushed(), pushed()]
        await store.accept([item, next])
        const claim = await claimPush(store)
        if (how === 'DELETE') assert.equal(await store.acknowledge(ownView(aanbieder), item.envelope.id, account, later(1)), 'done')
        else assert.deepEqual((await store.accept([retour(item, { delivery: 'offered', envelope: { received: later(1) } })])).map(it => it.kind), ['stored'])
        const message = (await store.message(ownView(gemeente), item.envelope.id))
        assert.deepEqual([message?.delivery, message?.delivered, message?.work], ['delivered', later(1), null])
        assert.deepEqual(await store.finish([finish(claim, { kind: 'dead', class: 'functional', reason: 'http_400' })], later(2)), ['stale'])
        assert.equal((await claimPush(store, later(2))).envelope.id, next.envelope.id)
      })
    }

    test('what was given up may have come all the same: its answer delivers it; one that the gateway gives ends nothing', async t => {
      const store = await fresh(t)
      const [dead, going, shown] = [pushed(), pushed({ order_key: 'b' }), heen({ order_key: 'c' })]
      await store.accept([dead, going, shown])
      const claim = await claimPush(store)
      await store.finish([finish(claim, { kind: 'dead', class: 'transient', reason: 'exhausted: timeout' })], later(1))
      assert.deepEqual((await store.message(ownView(gemeente), dead.envelope.id))?.work, { kind: 'push', state: 'dead', since: later(1), attempts: 1, next: null, under_way: false, reason: 'exhausted: timeout', behind: null })
      assert.deepEqual((await store.accept([retour(dead, { delivery: 'offered', envelope: { received: later(2) } })])).map(it => it.kind), ['stored'])
      const { message, history } = await store.inspect(dead.envelope.id) ?? {}
      assert.deepEqual([message?.delivery, message?.answer, message?.work], ['delivered', 'answered', null])
      assert.deepEqual(history?.map(it => [it.event, it.detail]).at(-1), ['delivered', 'answered'])
      const ours = retour(going, { delivery: 'offered', envelope: { origin: 'gateway', account: null, door: 'gateway' } })
      assert.deepEqual((await store.accept([ours])).map(it => it.kind), ['stored'])
      assert.deepEqual((await store.inspect(going.envelope.id))?.message.work?.state, 'due')
      await store.finish([finish(await claimOne(store), { kind: 'dead', class: 'functional', reason: 'never_offered' })], later(1))
      assert.deepEqual((await store.accept([retour(shown)])).map(it => it.kind), ['refused'])
    })

    test('an endpoint that was taken away leaves the message in the mailbox, offered and due as it was', async t => {
      const store = await fresh(t)
      const [item, next] = [pushed({ answer_due: later(50) }), pushed()]
      await store.accept([item, next])
      assert.deepEqual(await store.finish([finish(await claimPush(store), { kind: 'offered', answer_due: later(99) })], later(9)), ['done'])
      const { message, history } = await store.inspect(item.envelope.id) ?? {}
      assert.deepEqual([message?.delivery, message?.offered, message?.answer_due, message?.work], ['offered', start, later(50), null])
      assert.deepEqual(history?.map(it => [it.event, it.detail]), [['accepted', null], ['offered', null], ['offered', 'mailbox']])
      assert.equal((await claimPush(store, later(9))).envelope.id, next.envelope.id)
      const { mailbox, pushes, deliveries } = await store.stats(later(9))
      assert.deepEqual([mailbox, pushes.map(it => it.depth), deliveries.offered], [[{ receiver: aanbieder, depth: 1, oldest: start }], [1], 2], 'what is pushed is not counted as lying there')
    })

    test('is neither held nor rejected, and nothing of such a result is kept', async t => {
      const store = await fresh(t)
      await store.accept([pushed()])
      const claim = await claimPush(store)
      for (const outcome of [{ kind: 'held', reason: 'person' }, { kind: 'rejected', findings: [] }] as const) assert.deepEqual(await store.finish([finish(claim, outcome)], start), ['refused'])
      assert.deepEqual(await store.finish([finish(claim, { kind: 'delivered' })], start), ['done'])
    })

    test('what handlers made, and what is rejected and shown all the same, is pushed by its policy', async t => {
      const store = await fresh(t)
      const item = heen({ order_key: 'a' })
      await store.accept([item])
      const made = pushed({ order_key: 'b', envelope: { origin: 'gateway', account: null, door: 'gateway' } })
      await store.finish([finish(await claimOne(store), { kind: 'rejected', findings: [], deliver: true, push: policy }, [made])], later(1))
      assert.deepEqual(new Set((await claimAll(store, later(1))).map(it => it.envelope.id)), new Set([item.envelope.id, made.envelope.id]))
      assert.deepEqual((await store.message(ownView(aanbieder), item.envelope.id))?.verdict, 'rejected')
    })

    test('handed back, or of a gateway that died, is there at once', async t => {
      const store = await fresh(t)
      await store.accept([pushed(), heen({ order_key: 'b' })])
      const first = await claimPush(store)
      await store.release([first])
      const second = await claimPush(store)
      assert.equal(second.attempt, 1, 'handed back counts as no try')
      const shown = await claimOne(store)
      assert.deepEqual([await store.freeLeases(), await store.freeLeases()], [2, 0])
      assert.deepEqual(await store.finish([second, shown].map(it => finish(it, { kind: 'delivered' })), start), ['stale', 'stale'])
      assert.deepEqual([(await claimPush(store)).attempt, (await claimOne(store)).attempt], [2, 2])
    })

    test('is given up in bulk when its destination has been down too long: not what is under way, and not before its time', async t => {
      const store = await fresh(t)
      const items = ['a', 'a', 'b', 'c'].map(order_key => pushed({ order_key }))
      const young = pushed({ order_key: 'b', envelope: { received: later(50_000) } })
      await store.accept([...items, young])
      const claims = await claimAll(store)
      const claim = claims.find(it => it.envelope.id === items[3]?.envelope.id)
      assert.ok(claim)
      await store.release(claims.filter(it => it !== claim))
      await store.keepDestination({ party: aanbieder, state: 'open', failures: 7, failing_since: start, open_until: later(9), reason: 'unreachable' })
      const at = later(policy.total_ms)
      assert.equal(await store.renew(claim.delivery, claim.fence, later(policy.total_ms + 1)), true)
      assert.deepEqual([await store.giveUp(aanbieder, later(1), 9, at), await store.giveUp(gemeente, start, 9, at)], [0, 0], 'it was not down so long')
      const dead: number[] = []
      for (let gone = 2; gone === 2;) dead.push(gone = await store.giveUp(aanbieder, start, 2, at))
      assert.deepEqual(dead, [2, 1])
      const told = await Promise.all(items.map(async it => { const { message, history } = await store.inspect(it.envelope.id) ?? {}; return [message?.delivery, message?.dead_class, message?.dead_reason, history?.at(-1)?.event] }))
      const given = ['dead', 'partner_down', 'exhausted: unreachable', 'dead']
      assert.deepEqual(told, [given, given, given, ['offered', null, null, 'offered']])
      assert.equal((await claimPush(store, at)).envelope.id, young.envelope.id, 'what came later goes on')
      assert.deepEqual(await store.finish([finish(claim, { kind: 'delivered' })], at), ['done'])
    })

    test('what is known of a destination is there again after a restart', async t => {
      const store = await fresh(t)
      const down = { party: aanbieder, state: 'open', failures: 5, failing_since: start, open_until: later(60_000), reason: 'timeout' } as const
      await store.keepDestination({ ...down, state: 'half_open', failures: 4 })
      await store.keepDestination(down)
      assert.deepEqual(await store.destinations(), [down])
    })

    test('a hold that ends by itself is looked at again, as if for the first time', async t => {
      const store = await fresh(t)
      const item = heen()
      await store.accept([item])
      await store.finish([finish(await claimOne(store), { kind: 'later', due: later(1), reason: 'x', counts: true })], start)
      await store.finish([finish(await claimOne(store, later(1)), { kind: 'held', reason: 'person', until: later(5_000) })], later(1))
      assert.deepEqual([await store.claim(9, 1000, later(4_999)), (await store.inspect(item.envelope.id))?.message.work?.next], [[], later(5_000)])
      const claim = await claimOne(store, later(5_000))
      assert.deepEqual([claim.attempt, claim.failing_since, (await store.inspect(item.envelope.id))?.message.delivery], [1, null, 'waiting'])
    })

    test('of an erased person ends, with the next of its key; his mark leaves what waits', async t => {
      const store = await fresh(t)
      const mark = { key: 'index', hash: Buffer.alloc(16, 1) }
      const [his, next] = [pushed({ order_key: 'his', clients: [mark] }), pushed({ order_key: 'his' })]
      await store.accept([his, next])
      const claim = await claimPush(store)
      const [subject] = await store.subjects([mark])
      assert.ok(subject)
      await store.erase([subject.seq], [mark], { shared: true, undelivered: true, account, now: later(1) })
      assert.deepEqual(await store.finish([finish(claim, { kind: 'delivered' })], later(2)), ['stale'])
      assert.deepEqual([await store.parcel(his.envelope.id), (await claimPush(store, later(2))).envelope.id], [null, next.envelope.id])
    })

    test('what comes under another key when its mark does keeps its place in time; one that has nothing in its way there goes at once', async t => {
      const store = await fresh(t, { roots: turned(roots, 'new') })
      const keyed = (byte: number): Wanted => ({ order_key: `${aanbieder}:${Buffer.alloc(16, byte).toString('base64url')}`, clients: [{ key: 'index', hash: Buffer.alloc(16, byte) }] })
      const [first, behind] = [pushed(keyed(1)), pushed(keyed(1))]
      await store.accept([first, behind])
      const remark = async (nth: number, now: number) => { await store.remark([{ seq: (await store.subjects([{ key: 'index', hash: Buffer.alloc(16, 1) }]))[nth]?.seq ?? 0, key: 'index', marks: [{ key: 'new', hash: Buffer.alloc(16, 7 + nth) }] }], later(now)) }
      await store.finish([finish(await claimPush(store), { kind: 'later', due: later(90_000), reason: 'busy', counts: true })], later(1))
      assert.deepEqual(await claimAll(store, later(60_000)), [])
      await remark(1, 60_001)
      const claim = await claimPush(store, later(60_002))
      assert.deepEqual([claim.envelope.id, claim.since], [behind.envelope.id, later(60_001)])
      await store.finish([finish(claim, { kind: 'delivered' })], later(60_003))
      await remark(0, 60_004)
      assert.deepEqual(await claimAll(store, later(89_999)), [], 'its next try is not before its time')
      const again = await claimPush(store, later(90_000))
      assert.deepEqual([again.envelope.id, again.attempt, again.since], [first.envelope.id, 2, start])
    })

    test('costs a message for a mailbox nothing', async t => {
      const steps: string[] = []
      const store = await fresh(t, { wrap: db => ({ ...db, write: (work, weight) => db.write(session => work({ ...session, all: (it, values) => { steps.push(it.sql); return session.all(it, values) }, run: (it, values) => { steps.push(it.sql); return session.run(it, values) } }), weight) }) })
      const count = async (work: () => Promise<unknown>): Promise<number> => { steps.length = 0; await work(); return steps.filter(it => /\bdelivery\b/.test(it) && /^(?:insert into|update|delete from) .?delivery/.test(it)).length }
      const [plain, work] = [heen({ delivery: 'offered' }), pushed()]
      const costs = [await count(() => store.accept([plain])), await count(() => store.accept([work])), await count(() => store.acknowledge(ownView(aanbieder), plain.envelope.id, account, later(1)))]
      assert.deepEqual(costs, [0, 1, 0])
    })
  })
}
