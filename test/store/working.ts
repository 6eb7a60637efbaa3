/** Contract of the store: delivery work under leases, and how it ends. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Finding } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import { aanbieder, claimOne, finish, gemeente, heen, later, offer, retour, start, type Fresh } from './sample.ts'

const finding: Finding = { level: 2, code: 'TR006', line: 1, path: 'Client', found: '', expected: '', message: 'fout', message_en: 'wrong' }

export function workContract (fresh: Fresh): void {
  describe('work', () => {
    test('is claimed oldest first, up to the limit, and by one worker only', async t => {
      const store = await fresh(t)
      const items = [3, 1, 2].map(n => heen({ envelope: { received: later(n) } }))
      await store.accept(items)
      const first = await store.claim(2, 1000, later(5))
      const rest = await store.claim(9, 1000, later(5))
      assert.deepEqual(first.map(({ envelope }) => envelope.id), [items[1]?.envelope.id, items[2]?.envelope.id])
      assert.deepEqual(rest.map(({ envelope }) => envelope), [items[0]?.envelope])
      assert.deepEqual(await store.claim(9, 1000, later(5)), [])
      assert.deepEqual(first.map(({ fence, attempt, lease_until }) => ({ fence, attempt, lease_until })), Array(2).fill({ fence: 1, attempt: 1, lease_until: later(1005) }))
    })

    test('comes back when its lease ends, and the old fence changes nothing', async t => {
      const store = await fresh(t)
      const item = heen()
      await store.accept([item])
      const slow = await claimOne(store, start, 1000)
      assert.deepEqual(await store.claim(1, 1000, later(999)), [])
      const quick = await claimOne(store, later(1000), 1000)
      assert.deepEqual([quick.delivery, quick.attempt], [slow.delivery, 2])
      assert.ok(quick.fence > slow.fence)
      const caused = retour(item, { envelope: { origin: 'gateway' } })
      assert.deepEqual(await store.finish([finish(slow, { kind: 'dead', class: 'functional', reason: 'slow' }, [caused])], later(1001)), ['stale'])
      assert.equal(await store.inspect(caused.envelope.id), null)
      assert.equal(await store.renew(slow.delivery, slow.fence, later(9000)), false)
      await store.release([slow])
      assert.equal((await store.message(ownView(gemeente), item.envelope.id))?.delivery, 'waiting')
      assert.deepEqual(await store.finish([finish(quick, { kind: 'offered' })], later(1002)), ['done'])
    })

    test('stays with who renews', async t => {
      const store = await fresh(t)
      await store.accept([heen()])
      const { delivery, fence } = await claimOne(store, start, 1000)
      assert.equal(await store.renew(delivery, fence, later(5000)), true)
      assert.deepEqual(await store.claim(1, 1000, later(4999)), [])
      assert.equal((await store.claim(1, 1000, later(5000))).length, 1)
    })

    test('handed back is there at once, without an attempt counted', async t => {
      const store = await fresh(t)
      await store.accept([heen()])
      const claim = await claimOne(store)
      await store.release([claim])
      await store.release([claim])
      const again = await claimOne(store)
      assert.equal(again.attempt, 1)
      assert.deepEqual(await store.finish([finish(claim, { kind: 'offered' })], start), ['stale'])
      assert.deepEqual(await store.finish([finish(again, { kind: 'offered' })], start), ['done'])
    })

    test('finished is gone, and finishing again changes nothing', async t => {
      const store = await fresh(t)
      const item = heen()
      await store.accept([item])
      const claim = await claimOne(store)
      assert.deepEqual(await store.finish([finish(claim, { kind: 'offered' })], later(7)), ['done'])
      const offered = await store.inspect(item.envelope.id)
      assert.deepEqual([offered?.message.delivery, offered?.message.offered, offered?.message.next_try], ['offered', later(7), null])
      assert.deepEqual(await store.finish([finish(claim, { kind: 'dead', class: 'functional', reason: 'x' })], later(8)), ['stale'])
      assert.deepEqual(await store.inspect(item.envelope.id), offered)
      assert.deepEqual(await store.claim(9, 1000, later(100_000)), [])
    })

    test('delivered at once is offered and delivered', async t => {
      const store = await fresh(t)
      const item = heen()
      await store.accept([item])
      await store.finish([finish(await claimOne(store), { kind: 'delivered' })], later(7))
      const message = await store.message(ownView(aanbieder), item.envelope.id)
      assert.deepEqual([message?.delivery, message?.offered, message?.delivered], ['delivered', later(7), later(7)])
    })

    test('put off comes back when due, and counts the attempt only when told', async t => {
      const store = await fresh(t)
      const item = heen()
      await store.accept([item])
      const off = { kind: 'later', due: later(5000), reason: 'ZP_BUSY' } as const
      assert.deepEqual(await store.finish([finish(await claimOne(store), { ...off, counts: true })], start), ['done'])
      assert.deepEqual(await store.claim(1, 1000, later(4999)), [])
      const message = await store.message(ownView(gemeente), item.envelope.id)
      assert.deepEqual([message?.delivery, message?.next_try, message?.attempts], ['waiting', later(5000), 1])
      const second = await claimOne(store, later(5000))
      assert.equal(second.attempt, 2)
      await store.finish([finish(second, { ...off, counts: false })], later(5000))
      assert.deepEqual(await store.finish([finish(second, { ...off, counts: false })], later(5000)), ['stale'])
      assert.equal((await claimOne(store, later(5000))).attempt, 2)
    })

    test('tells since when it keeps failing: not from receipt on, and not over a try that did not fail', async t => {
      const store = await fresh(t)
      await store.accept([heen()])
      const [week, hour] = [7 * 86_400_000, 3_600_000]
      const since: Array<number | null> = []
      for (const [at, counts] of [[week, true], [week + hour, true], [week + 2 * hour, false], [2 * week, true], [2 * week + hour, true]] as const) {
        const claim = await claimOne(store, later(at))
        since.push(claim.failing_since)
        await store.finish([finish(claim, { kind: 'later', due: later(at + 1000), reason: 'ZP_BUSY', counts })], later(at))
      }
      assert.deepEqual(since, [null, later(week), later(week), null, later(2 * week)])
    })

    test('held or given up is left alone, with its reason', async t => {
      const store = await fresh(t)
      const [held, dead] = [heen(), heen()]
      await store.accept([held, dead])
      const claims = await store.claim(2, 1000, start)
      const outcomes = [{ kind: 'held', reason: 'ZP_WAIT' }, { kind: 'dead', class: 'functional', reason: 'ZP_TRIES' }] as const
      const finishes = claims.map(claim => finish(claim, claim.envelope.id === held.envelope.id ? outcomes[0] : outcomes[1]))
      assert.deepEqual(await store.finish(finishes, later(3)), ['done', 'done'])
      assert.deepEqual(await store.claim(9, 1000, later(100_000)), [])
      assert.equal((await store.message(ownView(gemeente), held.envelope.id))?.delivery, 'held')
      const message = await store.message(ownView(gemeente), dead.envelope.id)
      assert.deepEqual([message?.delivery, message?.dead_reason, message?.attempts, message?.next_try], ['dead', 'ZP_TRIES', 1, null])
      assert.equal(await store.message(ownView(aanbieder), dead.envelope.id), null)
    })

    test('rejected stores the retour the gateway made in the same step; the receiver’s is a second', async t => {
      const store = await fresh(t)
      const item = heen()
      await store.accept([item])
      const answer = retour(item, { envelope: { origin: 'gateway', door: 'gateway', account: null } })
      assert.deepEqual(await store.finish([finish(await claimOne(store), { kind: 'rejected', findings: [finding] }, [answer])], later(3)), ['done'])
      const message = await store.message(ownView(gemeente), item.envelope.id)
      assert.deepEqual([message?.verdict, message?.delivery, message?.answer, message?.answered_by], ['rejected', 'none', 'answered', answer.envelope.id])
      assert.equal(await store.message(ownView(aanbieder), item.envelope.id), null)
      assert.equal((await claimOne(store)).envelope.id, answer.envelope.id)
      const events = (await store.history(ownView(gemeente), item.envelope.id))?.map(({ event }) => event)
      assert.deepEqual(events?.sort(), ['accepted', 'answered', 'rejected'])
    })

    for (const kind of ['rejected', 'held'] as const) {
      test(`an answer that is ${kind} ${kind === 'rejected' ? 'counts no more, and a better one can come' : 'still counts'}`, async t => {
        const store = await fresh(t)
        const asked = await offer(store)
        const answer = retour(asked, { envelope: { received: later(15) } })
        await store.accept([answer])
        const outcome = kind === 'rejected' ? { kind, findings: [finding] } : { kind, reason: 'person' }
        const done = finish(await claimOne(store, later(15)), outcome)
        assert.deepEqual(await store.finish([done], later(20)), ['done'])
        assert.deepEqual(await store.finish([done], later(21)), ['stale'])
        const message = await store.message(ownView(gemeente), asked.envelope.id)
        const events = (await store.history(ownView(gemeente), asked.envelope.id))?.map(({ event, detail }) => ({ event, detail })).slice(2)
        const answered = { event: 'answered', detail: answer.envelope.id }
        if (kind === 'held') {
          assert.deepEqual([message?.answer, message?.answered_by, events], ['answered', answer.envelope.id, [answered]])
          return
        }
        assert.deepEqual([message?.answer, message?.answered_by], ['awaited', null])
        assert.deepEqual(events, [answered, { event: 'unanswered', detail: answer.envelope.id }])
        const better = retour(asked, { envelope: { received: later(30) } })
        assert.deepEqual((await store.accept([better])).map(it => it.kind), ['stored'])
        assert.equal((await store.message(ownView(gemeente), asked.envelope.id))?.answered_by, better.envelope.id)
      })
    }

    test('one result that cannot be recorded undoes that item alone', async t => {
      const store = await fresh(t)
      await store.accept([heen(), heen(), heen()])
      const claims = await store.claim(3, 1000, start)
      // A hold without its reason: what only somebody without types can ask for.
      const nothing = JSON.parse('{"kind":"held"}') as Parameters<typeof finish>[1]
      const items = claims.map((claim, n) => finish(claim, n === 1 ? nothing : { kind: 'offered' }, n === 1 ? [heen()] : []))
      assert.deepEqual(await store.finish(items, later(1)), ['done', 'refused', 'done'])
      const states = await Promise.all(claims.map(async ({ envelope }) => (await store.message(ownView(gemeente), envelope.id))?.delivery))
      assert.deepEqual(states, ['offered', 'waiting', 'offered'])
      assert.equal((await store.list({ view: ownView(gemeente), limit: 9 })).items.length, 3)
      assert.deepEqual(await store.finish(items.slice(1, 2).map(item => ({ ...item, outcome: { kind: 'dead', class: 'functional', reason: 'x' } as const, caused: [] })), later(2)), ['done'])
    })

    test('one caused message that cannot be stored undoes that item alone', async t => {
      const store = await fresh(t)
      const [bad, good, taken] = [heen(), heen(), heen()]
      await store.accept([bad, good, taken])
      const claims = new Map((await store.claim(3, 1000, start)).map(claim => [claim.envelope.id, claim]))
      const fine = heen()
      const clash = heen({ envelope: { identificatie: taken.envelope.identificatie } })
      const items = [bad, good].flatMap(item => {
        const claim = claims.get(item.envelope.id)
        return claim === undefined ? [] : [finish(claim, { kind: 'offered' }, item === bad ? [fine, clash] : [])]
      })
      assert.deepEqual(await store.finish(items, later(1)), ['refused', 'done'])
      assert.equal(await store.inspect(fine.envelope.id), null)
      assert.equal((await store.inspect(bad.envelope.id))?.message.delivery, 'waiting')
      assert.equal((await store.inspect(good.envelope.id))?.message.delivery, 'offered')
      assert.deepEqual(await store.finish(items.slice(0, 1).map(item => ({ ...item, caused: [fine] })), later(2)), ['done'])
    })
  })
}
