/** Contract of the store: pushes under leases, one of a key at a time, and what ends them. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ownView } from '../../src/party/party.ts'
import type { PushClaimed, Store } from '../../src/store/store.ts'
import { aanbieder, account, claimOne, finish, gemeente, heen, later, retour, start, type Fresh, type Wanted } from './sample.ts'

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
      assert.deepEqual(await store.pushTargets(), [{ target: aanbieder, due: start }])
      assert.deepEqual(await store.claim(9, 1000, start), [])
      const claims = await claimAll(store)
      assert.deepEqual(claims.map(it => [it.envelope, it.policy, it.since, it.attempt, it.failing_since]), [[item.envelope, policy, start, 1, null]])
      assert.deepEqual([await claimAll(store), await store.pushTargets()], [[], [{ target: aanbieder, due: later(60_000) }]], 'nobody else gets it under the lease')
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
  })
}
