/** Contract of the store: what a receiver says with an Fo01 that it cannot use is dead, counts as not sent, and its sender sees why. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newMessageId, newReferentienummer, type Finding } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import type { Acceptance, Notice, Store } from '../../src/store/store.ts'
import { byDoor, noticeTo } from './arriving.ts'
import { ask, bringing, byNumber, numbersIn, toegewezen } from './facts.ts'
import { atEveryStep, untilDone } from './faulting.ts'
import { aanbieder, account, gemeente, heen, later, offer, retour, stranger, type Fresh } from './sample.ts'

const policy = { first_ms: 1000, longest_ms: 8000, total_ms: 60_000 }
const finding: Finding = { level: 1, code: 'StUF055', line: null, path: '', found: '', expected: '', message: 'Berichtbody niet conform schema', message_en: 'The body does not meet its schema' }
const disown = (store: Store, { envelope: { id } }: Acceptance, party = aanbieder, code = 'StUF055', notice: Notice | null = null, ms = 50) =>
  store.disown(ownView(party), id, { code, finding }, account, notice, later(ms))
const stateOf = async (store: Store, { envelope: { id } }: Acceptance) => {
  const { delivery, answer, dead_class, dead_reason } = (await store.inspect(id))?.message ?? {}
  return [delivery, answer, dead_class, dead_reason]
}
const dead = ['dead', 'none', 'functional', 'StUF055']

export function disownContract (fresh: Fresh): void {
  describe('refused by its receiver', () => {
    test('a message is dead with the code it was refused with; its sender reads why, awaits no answer, and is told', async t => {
      const store = await fresh(t)
      const item = byDoor()
      await store.accept([item])
      const notice = noticeTo()
      assert.equal(await disown(store, item, aanbieder, 'StUF055', notice), 'done')
      assert.deepEqual(await stateOf(store, item), dead)
      assert.deepEqual([await store.findings(ownView(gemeente), item.envelope.id), await store.findings(ownView(aanbieder), item.envelope.id)], [[finding], null])
      assert.deepEqual((await store.inspect(item.envelope.id))?.history.map(it => [it.event, it.account, it.detail]), [['accepted', account, null], ['offered', null, null], ['dead', account, 'StUF055']])
      assert.deepEqual((await store.deadLetters({ code: 'StUF055', limit: 9 })).items.map(it => it.id), [item.envelope.id])
      assert.deepEqual((await store.notices({ limit: 9 })).items.map(it => [it.id, it.about]), [[notice.id, item.envelope.id]])
      assert.deepEqual(await store.mailbox(ownView(aanbieder), 9), [])
      assert.equal(await store.byNumber(ownView(aanbieder), item.envelope.referentienummer), item.envelope.id, 'so that the same again finds it')
    })

    test('the same again changes nothing, also with another code', async t => {
      const store = await fresh(t)
      const item = byDoor()
      await store.accept([item])
      for (const code of ['StUF055', 'StUF055', 'IB001']) assert.equal(await disown(store, item, aanbieder, code, noticeTo()), 'done')
      assert.deepEqual([await stateOf(store, item), (await store.findings(ownView(gemeente), item.envelope.id))?.length], [dead, 1])
      assert.deepEqual([(await store.inspect(item.envelope.id))?.history.length, (await store.notices({ limit: 9 })).items.length], [3, 1])
    })

    test('what is no code of the chain is not repeated', async t => {
      const store = await fresh(t)
      for (const code of ['Jansen', 'Jans12', '9999', 'StUF 055', '', 'StUF0555555', '999900006']) {
        const item = byDoor()
        await store.accept([item])
        await disown(store, item, aanbieder, code)
        assert.deepEqual((await stateOf(store, item)).at(-1), 'fo01', code)
      }
    })

    test('only what was brought to it, and is not answered', async t => {
      const store = await fresh(t)
      const waiting = heen()
      await store.accept([waiting])
      assert.deepEqual([await disown(store, waiting), await disown(store, heen())], ['absent', 'absent'])
      await store.acknowledge(ownView(aanbieder), waiting.envelope.id, account, later(1))
      const item = byDoor()
      await store.accept([item])
      assert.deepEqual([await disown(store, item, stranger), await disown(store, item, gemeente)], ['absent', 'absent'])
      await store.acknowledge(ownView(aanbieder), item.envelope.id, account, later(1))
      await store.accept([retour(item, { delivery: 'offered' })])
      assert.equal(await disown(store, item), 'answered')
      assert.deepEqual((await stateOf(store, item)).slice(0, 2), ['delivered', 'answered'])
    })

    test('also what was taken already; what was being pushed is pushed no more, and holds up nothing', async t => {
      const store = await fresh(t)
      const [taken, pushed, next] = [byDoor(), byDoor(newReferentienummer(), {}, { push: policy }), byDoor(newReferentienummer(), {}, { push: policy })]
      await store.accept([taken, pushed, next])
      await store.acknowledge(ownView(aanbieder), taken.envelope.id, account, later(1))
      const [claim] = await store.claimPush(aanbieder, 9, 1000, later(1))
      assert.deepEqual([await disown(store, taken), await disown(store, pushed)], ['done', 'done'])
      assert.deepEqual([await stateOf(store, taken), await stateOf(store, pushed)], [dead, dead])
      assert.deepEqual(await store.finish([{ delivery: claim?.delivery ?? 0, fence: claim?.fence ?? 0, outcome: { kind: 'delivered' } }], later(60)), ['stale'])
      assert.deepEqual((await store.claimPush(aanbieder, 9, 1000, later(60))).map(it => it.envelope.id), [next.envelope.id])
    })

    test('a refused answer is none: what it answered waits for a better one', async t => {
      const store = await fresh(t)
      const asked = await offer(store)
      const answer = retour(asked, { delivery: 'offered' })
      await store.accept([answer])
      assert.equal(await disown(store, answer, gemeente), 'done')
      assert.deepEqual((await stateOf(store, asked)).slice(0, 2), ['offered', 'awaited'])
      assert.deepEqual((await store.accept([retour(asked)])).map(it => it.kind), ['stored'])
    })

    test('a refused answer that is driven again is the answer once more, unless a better one came', async t => {
      const store = await fresh(t)
      const known = async () => numbersIn(await ask(store, byNumber('1', '2')))
      const [one, two] = [bringing([toegewezen('1')]), bringing([toegewezen('2')])]
      const [first, other] = [one, two].map(it => retour(it, { delivery: 'offered', voids: true }))
      assert.ok(first && other)
      for (const it of [one, two, first, other]) await store.accept([it])
      for (const it of [first, other]) assert.equal(await disown(store, it, gemeente), 'done')
      assert.deepEqual(await known(), ['301 1', '301 2'])
      await store.accept([retour(two)])
      const redriven = await store.redrive([first, other].map(it => it.envelope.id), { by: account, reason: 'repaired', now: later(60) }, { usual: policy })
      assert.deepEqual(redriven, ['redriven', 'replaced'])
      const message = (await store.inspect(one.envelope.id))?.message
      assert.deepEqual([message?.answer, message?.answered_by, await known()], ['answered', first.envelope.id, ['301 2']])
      assert.deepEqual((await store.accept([retour(one)])).map(it => it.kind), ['refused'])
    })

    test('a refused answer of the gateway stays the answer where nobody else could give one, and may be driven again', async t => {
      const store = await fresh(t)
      const item = heen({ delivery: 'none', findings: [finding], envelope: { verdict: 'rejected' } })
      const no = retour(item, { delivery: 'offered', envelope: { origin: 'gateway', account: null } })
      await store.accept([{ ...item, caused: [no] }])
      assert.equal(await disown(store, no, gemeente), 'done')
      assert.deepEqual((await stateOf(store, item)).slice(0, 2), ['none', 'answered'])
      assert.deepEqual(await store.redrive([no.envelope.id], { by: account, reason: 'repaired', now: later(60) }, { usual: policy }), ['redriven'])
    })

    test('and its answer refused too: that is the answer again when it is driven again, and what it answers has arrived', async t => {
      const store = await fresh(t)
      const item = heen({ delivery: 'offered', push: policy })
      const answer = retour(item, { delivery: 'offered', push: policy })
      await store.accept([item, answer])
      assert.deepEqual([await disown(store, answer, gemeente), await disown(store, item)], ['done', 'done'])
      const again = { by: account, reason: 'repaired', now: later(60) }
      assert.deepEqual(await store.redrive([answer.envelope.id], again, { usual: policy }), ['redriven'])
      assert.deepEqual(await stateOf(store, item), ['delivered', 'answered', null, null])
      assert.deepEqual((await store.accept([retour(item)])).map(it => it.kind), ['refused'])
    })

    for (const [first, then] of [[aanbieder, gemeente], [gemeente, aanbieder]]) {
      test(`and the answer the gateway made to it refused too, by ${first} first: driven again it waits for an answer, and gets one`, async t => {
        const store = await fresh(t)
        const item = await offer(store)
        const made = retour(item, { delivery: 'offered', envelope: { origin: 'gateway', account: null } })
        await store.accept([made])
        for (const it of [first, then]) assert.equal(await disown(store, it === gemeente ? made : item, it), 'done')
        assert.deepEqual((await stateOf(store, item)).slice(0, 2), ['dead', 'none'])
        assert.deepEqual(await store.redrive([item.envelope.id], { by: account, reason: 'repaired', now: later(60) }, { usual: policy }), ['redriven'])
        assert.deepEqual((await stateOf(store, item)).slice(0, 2), ['offered', 'awaited'])
        assert.deepEqual((await store.accept([retour(item), retour(item)])).map(it => it.kind), ['stored', 'refused'])
      })

      test(`and the answer the gateway made to it refused too, by ${first} first: both driven again there is one answer`, async t => {
        const store = await fresh(t)
        const item = await offer(store)
        const made = retour(item, { delivery: 'offered', envelope: { origin: 'gateway', account: null } })
        await store.accept([made])
        for (const it of [first, then]) await disown(store, it === gemeente ? made : item, it)
        for (const it of [made, item]) assert.deepEqual(await store.redrive([it.envelope.id], { by: account, reason: 'repaired', now: later(60) }, { usual: policy }), ['redriven'])
        const message = (await store.inspect(item.envelope.id))?.message
        assert.deepEqual([message?.delivery, message?.answer, message?.answered_by], ['offered', 'answered', made.envelope.id])
        assert.deepEqual((await store.accept([retour(item)])).map(it => it.kind), ['refused'])
      })
    }

    test('counts as not sent, until it is answered after all', async t => {
      const store = await fresh(t)
      const item = bringing([toegewezen('1')])
      await store.accept([item])
      const known = async () => numbersIn(await ask(store, byNumber('1')))
      assert.deepEqual(await known(), ['301 1'])
      await disown(store, item)
      assert.deepEqual(await known(), [])
      const kept = item.facts ?? null
      assert.deepEqual(await store.rederive([{ seq: 1, id: item.envelope.id, voids: false, facts: kept }], false), { same: 1, written: 0, removed: 0 })
      await store.accept([retour(item, { delivery: 'offered' })])
      assert.deepEqual([await known(), (await stateOf(store, item)).slice(0, 2)], [['301 1'], ['delivered', 'answered']])
      assert.equal(await disown(store, item), 'answered')
    })

    test('or a rejecting answer came; or it is driven again, and may be refused again', async t => {
      const store = await fresh(t)
      const [item, other] = [bringing([toegewezen('1')]), bringing([toegewezen('2')])]
      await store.accept([item, other])
      await Promise.all([disown(store, item), disown(store, other)])
      await store.accept([retour(item, { delivery: 'offered', voids: true })])
      const known = async () => numbersIn(await ask(store, byNumber('1', '2')))
      assert.deepEqual(await known(), [])
      assert.deepEqual(await store.redrive([other.envelope.id], { by: account, reason: 'repaired', now: later(60) }, { usual: policy }), ['redriven'])
      assert.deepEqual([await known(), (await stateOf(store, other)).slice(0, 2)], [['301 2'], ['offered', 'awaited']])
      assert.equal((await store.claimPush(aanbieder, 9, 1000, later(60))).length, 1)
      assert.equal(await disown(store, other, aanbieder, 'IB001', null, 70), 'done')
      assert.deepEqual([await known(), await stateOf(store, other)], [[], ['dead', 'none', 'functional', 'IB001']])
    })

    test('ends the same whichever step of storage fails', async t => {
      await atEveryStep(t, fresh, 10, async (open, arm, which) => {
        const store = await open()
        const [item, notice] = [byDoor(newReferentienummer(), {}, { push: policy }), { ...noticeTo(), id: newMessageId(later(1)) }]
        await store.accept([item])
        arm()
        await untilDone(() => disown(store, item, aanbieder, 'StUF055', notice))
        assert.deepEqual(await untilDone(() => stateOf(store, item)), dead, which)
        assert.deepEqual((await untilDone(() => store.findings(ownView(gemeente), item.envelope.id)))?.length, 1, which)
        assert.equal((await untilDone(() => store.notices({ limit: 9 }))).items.length, 1, which)
      })
    })
  })
}
