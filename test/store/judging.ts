/** Contract of the store: a judgement and all it causes are one; what was rejected counts as not sent, whoever still sees it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Finding } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import type { Acceptance, Store } from '../../src/store/store.ts'
import { atEveryStep, untilDone } from './faulting.ts'
import { aanbieder, claimOne, finish, gemeente, heen, later, retour, roots, type Fresh, type Wanted } from './sample.ts'
import { assertWhole } from './whole.ts'

const finding: Finding = { level: 2, code: 'CD075', retourcode: '0001', class: 'Client/ToegewezenProducten/ToegewezenProduct[1]', line: 1, path: 'Client', found: '', expected: 'x', message: 'fout', message_en: 'wrong' }
const warned: Finding = { ...finding, level: 3, code: 'TR321', warning: true }
const unassessed: Finding = { ...finding, level: 4, code: 'TR390', assessed: false }

const saysNo = (to: Acceptance, wanted: Wanted = {}): Acceptance => retour(to, { delivery: 'offered', ...wanted, envelope: { origin: 'gateway', account: null, ...wanted.envelope } })
/** A message that was rejected at the door, with its retour. */
function rejected (wanted: Wanted = {}): Acceptance & { readonly caused: readonly [Acceptance] } {
  const item = heen({ delivery: 'none', findings: [warned, unassessed, finding], envelope: { verdict: 'rejected' } })
  return { ...item, caused: [saysNo(item, wanted)] }
}
const eventsOf = async (store: Store, { envelope: { id } }: Acceptance): Promise<string[]> => (await store.inspect(id))?.history.map(it => it.event) ?? []

export function judgingContract (fresh: Fresh): void {
  describe('judging', () => {
    test('a message rejected at the door is stored with its retour; its receiver sees nothing of it', async t => {
      const store = await fresh(t)
      const item = rejected()
      const [no] = item.caused
      assert.deepEqual(await store.accept([item]), [{ kind: 'stored', id: item.envelope.id }])
      const message = await store.message(ownView(gemeente), item.envelope.id)
      assert.deepEqual([message?.verdict, message?.delivery, message?.answer, message?.answered_by], ['rejected', 'none', 'answered', no.envelope.id])
      assert.deepEqual(await store.findings(ownView(gemeente), item.envelope.id), item.findings)
      assert.deepEqual([await store.message(ownView(aanbieder), item.envelope.id), await store.mailbox(ownView(aanbieder), 9)], [null, []])
      assert.deepEqual((await store.mailbox(ownView(gemeente), 9)).map(it => [it.id, it.answers]), [[no.envelope.id, item.envelope.id]])
      assert.deepEqual(await store.accept([rejected(), item]).then(all => all.map(it => it.kind)), ['stored', 'duplicate'])
      assert.deepEqual(await eventsOf(store, item), ['rejected', 'answered'])
      const own = retour(item)
      assert.deepEqual(await store.accept([own]), [{ kind: 'refused', code: 'ZP_RETOUR_UNKNOWN', message: null, differences: [] }])
    })

    test('its history names the rule that rejects it, not what was found beside', async t => {
      const store = await fresh(t)
      const [now, soon] = [rejected(), heen({ delivery: 'waiting' })]
      await store.accept([now, soon])
      await store.finish([finish(await claimOne(store), { kind: 'rejected', findings: [unassessed, warned, finding] })], later(1))
      for (const { envelope: { id } } of [now, soon]) {
        assert.equal((await store.inspect(id))?.history.find(it => it.event === 'rejected')?.detail, 'CD075')
      }
    })

    test('is taken whole or not at all: where what it causes cannot be stored, it is not stored either', async t => {
      const store = await fresh(t)
      const first = rejected()
      await store.accept([first])
      const { identificatie } = first.caused[0].envelope
      const second = rejected({ envelope: { identificatie } })
      const good = heen()
      assert.deepEqual(await store.accept([second, good]), [{ kind: 'refused', code: 'ZP_INTERNAL', message: null, differences: [] }, { kind: 'stored', id: good.envelope.id }])
      assert.equal(await store.inspect(second.envelope.id), null)
      assert.deepEqual((await store.accept([{ ...second, caused: [saysNo(second)] }])).map(it => it.kind), ['stored'])
    })

    test('at any one step of storage that fails, a rejected message is there with its retour or not at all', async t => {
      await atEveryStep(t, fresh, 10, async (open, arm, which) => {
        const store = await open()
        const item = rejected()
        arm()
        await store.accept([item]).catch(() => {})
        const seen = [await untilDone(() => store.inspect(item.envelope.id)), await untilDone(() => store.inspect(item.caused[0].envelope.id))]
        assert.ok(seen.every(it => it === null) || seen.every(it => it !== null), which)
        const [again] = await untilDone(() => store.accept([item]))
        assert.equal(again?.kind, seen[0] === null ? 'stored' : 'duplicate', which)
        assert.equal((await untilDone(() => store.mailbox(ownView(gemeente), 9))).length, 1, which)
        await untilDone(() => assertWhole(store, roots.audit))
      })
    })

    test('what is told of a good message stands with it, for its sender', async t => {
      const store = await fresh(t)
      const item = heen()
      await store.accept([item])
      assert.deepEqual(await store.finish([finish(await claimOne(store), { kind: 'offered', findings: [warned, unassessed] }, [])], later(5)), ['done'])
      assert.deepEqual(await store.findings(ownView(gemeente), item.envelope.id), [warned, unassessed])
      assert.deepEqual(await store.findings(ownView(aanbieder), item.envelope.id), [])
    })

    test('a rejected message may be delivered all the same: its receiver sees that it was rejected and answered', async t => {
      const store = await fresh(t)
      const item = heen()
      await store.accept([item])
      const no = saysNo(item)
      assert.deepEqual(await store.finish([finish(await claimOne(store), { kind: 'rejected', findings: [finding], deliver: true }, [no])], later(5)), ['done'])
      const seen = (await store.mailbox(ownView(aanbieder), 9)).map(it => [it.id, it.verdict, it.delivery, it.answer, it.answered_by, it.offered])
      assert.deepEqual(seen, [[item.envelope.id, 'rejected', 'offered', 'answered', no.envelope.id, later(5)]])
      assert.deepEqual(await store.accept([retour(item)]), [{ kind: 'refused', code: 'ZP_RETOUR_SECOND', message: no.envelope.id, differences: [] }])
      assert.equal(await store.acknowledge(ownView(aanbieder), item.envelope.id, heen().envelope.account ?? assert.fail(), later(6)), 'done')
    })

    test('at any one step of storage that fails, an assessed message is answered once', async t => {
      await atEveryStep(t, fresh, 10, async (open, arm, which) => {
        const store = await open()
        const item = heen()
        await store.accept([item])
        arm()
        const time = { ms: 0 }
        for (let done = false; !done;) {
          time.ms += 1_000
          const [claim] = await untilDone(() => store.claim(1, 500, later(time.ms)))
          if (claim !== undefined) await store.finish([finish(claim, { kind: 'rejected', findings: [finding] }, [saysNo(item)])], later(time.ms)).catch(() => {})
          done = claim === undefined && (await untilDone(() => store.inspect(item.envelope.id)))?.message.verdict === 'rejected'
        }
        const message = await untilDone(() => store.message(ownView(gemeente), item.envelope.id))
        assert.deepEqual([message?.verdict, message?.delivery, message?.answer], ['rejected', 'none', 'answered'], which)
        assert.deepEqual((await untilDone(() => store.mailbox(ownView(gemeente), 9))).map(it => it.id), [message?.answered_by], which)
        await untilDone(() => assertWhole(store, roots.audit))
      })
    })
  })
}
