/** Contract of the store: a person has a destination tried now, a clock that was set back has all tried now, and what waits is counted. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { accountId, instant } from '../../src/core/core.ts'
import type { PushClaimed } from '../../src/store/store.ts'
import { aanbieder, finish, gemeente, heen, later, start, type Fresh } from './sample.ts'

const policy = { first_ms: 1_000, longest_ms: 10_000, total_ms: 100_000 }
const chief = accountId('chief')

export function tryContract (fresh: Fresh): void {
  describe('a destination that is tried because a person wants it', () => {
    test('is not left alone any more, and what failed there is due at once; when it is given up stays as it was', async t => {
      const store = await fresh(t)
      const [one, two, other] = [heen({ delivery: 'offered', push: policy, order_key: 'one' }), heen({ delivery: 'offered', push: policy, order_key: 'two' }), heen({ delivery: 'offered', push: policy, envelope: { receiver: gemeente, ontvanger: gemeente } })]
      await store.accept([one, two, other])
      const failed = async (to: PushClaimed['envelope']['receiver']): Promise<void> => {
        for (const claim of await store.claimPush(to, 9, 1_000, start)) await store.finish([finish(claim, { kind: 'later', due: later(9_000), reason: 'timeout', counts: true })], later(1))
      }
      for (const to of [aanbieder, gemeente]) {
        await failed(to)
        await store.keepDestination({ party: to, state: 'open', failures: 5, failing_since: later(1), open_until: later(60_000), reason: 'timeout' })
      }
      assert.deepEqual(await store.tryDestination(aanbieder, { by: chief, reason: 'repaired', now: later(2_000) }), { left_until: later(60_000), hurried: 2 })
      assert.deepEqual((await store.destinations()).map(it => [it.party, it.state, it.open_until]), [[gemeente, 'open', later(60_000)], [aanbieder, 'open', later(2_000)]].toSorted())
      const claims = await store.claimPush(aanbieder, 9, 1_000, later(2_000))
      assert.deepEqual([claims.map(it => [it.attempt, it.failing_since]), await store.claimPush(gemeente, 9, 1_000, later(2_000))], [[[2, later(1)], [2, later(1)]], []])
      assert.deepEqual(await store.tryDestination(aanbieder, { by: null, reason: 'repaired', now: later(2_001) }), { left_until: null, hurried: 0 }, 'what is under way is left as it is')
      const { items } = await store.auditRows({ event: 'destination_tried', limit: 9 })
      assert.deepEqual(items.map(it => [it.account, it.detail]), [[null, `${aanbieder}:repaired`], [chief, `${aanbieder}:repaired`]])
    })

    test('a clock that was set back: what is due later is due now, in its order and given up no later; no lease lasts longer than one given now; what is held stays', async t => {
      const store = await fresh(t)
      const ahead = later(86_400_000)
      const failing = [heen({ delivery: 'offered', push: policy, order_key: 'one' }), heen({ delivery: 'offered', push: policy, order_key: 'one' })]
      await store.accept([heen(), heen(), heen(), ...failing])
      const [putOff, leased, held] = await store.claim(9, 60_000, ahead)
      const [pushed] = await store.claimPush(aanbieder, 9, 60_000, ahead)
      assert.ok(putOff && leased && held && pushed)
      await store.finish([
        finish(putOff, { kind: 'later', due: instant(ahead + 1), reason: 'busy', counts: false }),
        finish(held, { kind: 'held', reason: 'look', until: instant(ahead + 9) }),
        finish(pushed, { kind: 'later', due: instant(ahead + 1), reason: 'timeout', counts: true })
      ], ahead)
      assert.deepEqual([await store.lastWritten(), await store.lastWritten(ahead), await store.lastWritten(start)], [ahead, start, null])
      assert.deepEqual([await store.claim(9, 1_000, later(1)), await store.claimPush(aanbieder, 9, 1_000, later(1))], [[], []])
      assert.equal(await store.setBack(later(1), 5_000), 2)
      assert.deepEqual((await store.claim(9, 1_000, later(1))).map(it => it.envelope.id), [putOff.envelope.id])
      assert.deepEqual((await store.claimPush(aanbieder, 9, 1_000, later(1))).map(it => [it.envelope.id, it.failing_since]), [[pushed.envelope.id, later(1)]])
      assert.deepEqual((await store.claim(9, 1_000, later(5_001))).map(it => it.envelope.id).toSorted(), [putOff, leased].map(it => it.envelope.id).toSorted())
      assert.equal(await store.setBack(later(1), 5_000), 0, 'nothing is ahead any more')
    })

    test('what is to be pushed is counted per receiver, blocked or not, apart from what handlers have to see; so are dead letters, per class', async t => {
      const store = await fresh(t)
      await store.accept([heen({ delivery: 'offered', push: policy }), heen({ delivery: 'offered', push: policy }), heen({ delivery: 'offered', push: policy, order_key: 'other' }), heen()])
      const count = async () => { const { pushes, queue, dead, deliveries, held, tasks } = await store.stats(start); return { pushes, queue, dead, deliveries, held, tasks } }
      assert.deepEqual(await count(), {
        pushes: [{ receiver: aanbieder, depth: 3, oldest: start }], queue: [{ receiver: aanbieder, depth: 1, oldest: start }],
        dead: { functional: 0, transient: 0, partner_down: 0 }, deliveries: { waiting: 1, offered: 3, held: 0, dead: 0 }, held: null, tasks: 0
      })
      const [first, second] = await store.claimPush(aanbieder, 9, 1_000, start)
      const [handled] = await store.claim(9, 1_000, start)
      assert.ok(first && second && handled)
      await store.finish([finish(first, { kind: 'dead', class: 'transient', reason: 'timeout' }), finish(second, { kind: 'dead', class: 'functional', reason: 'http_422' }), finish(handled, { kind: 'held', reason: 'look' })], later(1))
      assert.deepEqual(await count(), {
        pushes: [{ receiver: aanbieder, depth: 1, oldest: start }], queue: [],
        dead: { functional: 1, transient: 1, partner_down: 0 }, deliveries: { waiting: 0, offered: 1, held: 1, dead: 2 }, held: later(1), tasks: 0
      })
    })
  })
}
