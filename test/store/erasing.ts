/** Contract of the store: one person's messages are found by his marks and destroyed, and nobody else's. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ownView } from '../../src/party/party.ts'
import { atEveryStep, untilDone } from './faulting.ts'
import { account, aanbieder, claimOne, finish, gemeente, heen, later, retour, type Fresh, type Wanted } from './sample.ts'
import { newMessageId } from '../../src/core/core.ts'

const mark = (byte: number) => ({ key: 'index', hash: Buffer.alloc(16, byte) })
const finding = { level: 2 as const, code: 'TR006', line: 1, path: '', found: '', expected: '', message: '', message_en: '' }
const person = [{ key: 'older', hash: Buffer.alloc(16, 9) }, mark(1)]
const ended = (wanted: Wanted = {}) => heen({ answer: 'none', delivery: 'none', clients: [mark(1)], ...wanted })
const how = { shared: false, undelivered: false, account, now: later(5) }

export function eraseContract (fresh: Fresh): void {
  describe('erasing one person', () => {
    test('finds his messages, says which are shared or under way, and destroys the others once', async t => {
      const store = await fresh(t)
      const [own, others, shared] = [ended({ order_key: 'his mark', findings: [finding] }), ended({ clients: [mark(2)] }), ended({ clients: [mark(1), mark(2)] })]
      const waiting = heen({ clients: [mark(1)] })
      await store.accept([own, others, shared, waiting])
      const found = await store.subjects(person)
      assert.deepEqual(found.map(({ id, shared, undelivered }) => [id, shared, undelivered]), [[own.envelope.id, false, false], [shared.envelope.id, true, false], [waiting.envelope.id, false, true]])
      const seqs = [0, ...found.map(it => it.seq), 2]
      assert.deepEqual((await store.erase(seqs, person, how)).map(it => it.id), [own.envelope.id])
      assert.deepEqual(await store.erase(seqs, person, how), [])
      assert.equal(await store.payload(ownView(gemeente), own.envelope.id), null)
      assert.deepEqual((await store.message(ownView(gemeente), own.envelope.id))?.payload_gone, { at: later(5), why: 'erased' })
      for (const it of [others, shared, waiting]) assert.notEqual(await store.payload(ownView(gemeente), it.envelope.id), null)
      assert.deepEqual((await store.history(ownView(gemeente), own.envelope.id))?.map(it => it.event), ['accepted', 'erased'])
      assert.equal((await store.subjects(person)).length, 2)
      assert.deepEqual(await store.accept([own]), [{ kind: 'duplicate', id: own.envelope.id, receipt: own.receipt }])
    })

    test('takes shared messages and those under way where that is said; what a worker had in hand changes nothing any more', async t => {
      const store = await fresh(t)
      const [shared, waiting] = [ended({ clients: [mark(1), mark(2)] }), heen({ clients: [mark(1)] })]
      await store.accept([shared, waiting])
      const claim = await claimOne(store)
      const seqs = (await store.subjects(person)).map(it => it.seq)
      assert.equal((await store.erase(seqs, person, { ...how, shared: true, undelivered: true })).length, 2)
      assert.deepEqual(await store.finish([finish(claim, { kind: 'offered' })], later(6)), ['stale'])
      assert.deepEqual(await store.claim(9, 1000, later(1e9)), [])
      const message = await store.message(ownView(gemeente), waiting.envelope.id)
      assert.deepEqual([message?.delivery, message?.dead_reason], ['dead', 'erased'])
      assert.equal(await store.message(ownView(aanbieder), waiting.envelope.id), null)
      assert.deepEqual(await store.subjects([mark(2)]), [])
    })

    test('answered and not fetched, stays answered: a second answer is none', async t => {
      const store = await fresh(t)
      const item = heen({ delivery: 'offered', clients: [mark(1)] })
      const answer = retour(item)
      await store.accept([item, answer])
      await store.erase((await store.subjects(person)).map(it => it.seq), person, { ...how, undelivered: true })
      assert.equal((await store.message(ownView(gemeente), item.envelope.id))?.answer, 'answered')
      assert.deepEqual((await store.accept([retour(item)])).map(it => it.kind === 'refused' ? [it.code, it.message] : it.kind), [['ZP_RETOUR_SECOND', answer.envelope.id]])
    })

    test('on its way, awaits no answer any more, and its metadata go when they are old enough', async t => {
      const store = await fresh(t)
      const item = heen({ delivery: 'offered', answer: 'awaited', answer_due: later(10), clients: [mark(1)] })
      await store.accept([item])
      assert.equal((await store.stats(later(10))).overdue.length, 1, 'overdue from that moment on')
      await store.erase((await store.subjects(person)).map(it => it.seq), person, { ...how, undelivered: true })
      assert.deepEqual([(await store.message(ownView(gemeente), item.envelope.id))?.answer, (await store.stats(later(99))).overdue], ['none', []])
      const step = { before: later(1), now: later(99), after: 0, messages_max: 9, bytes_max: 9, dry: false }
      assert.equal((await store.sweep('metadata', step)).swept, 1)
      assert.deepEqual((await store.accept([item])).map(it => it.kind), ['duplicate'])
    })

    test('what was refused is given by its text, window by window, and goes whole', async t => {
      const store = await fresh(t)
      const refused = [1, 2, 3].map(n => ({ ...heen().envelope, id: newMessageId(later(n)), at: later(n), party: gemeente, code: 'ZP_SCHEMA' as const, detail: null, findings: [], payload: n === 2 ? null : Buffer.from(`text ${n}`), replaces: null }))
      for (const it of refused) await store.keepRefused(it, 9)
      const [first, , third] = refused.map(it => it.id)
      assert.ok(first && third)
      const window = { messages_max: 1, bytes_max: 1 }
      assert.deepEqual((await store.refusedTexts(null, window)).map(it => [it.id, Buffer.from(it.payload).toString()]), [[first, 'text 1']])
      assert.deepEqual((await store.refusedTexts(first, window)).map(it => it.id), [third])
      assert.deepEqual(await store.refusedTexts(third, window), [])
      assert.deepEqual([await store.eraseRefused([first], account, later(9)), await store.eraseRefused([first], account, later(9))], [[first], []])
      assert.equal(await store.refused(ownView(gemeente), first), null)
      assert.deepEqual((await store.auditRows({ message: first, limit: 9 })).items.map(it => it.event), ['erased', 'refused'])
    })

    test('ends the same whichever step of storage fails', async t => {
      await atEveryStep(t, fresh, 10, async (open, arm, which) => {
        const store = await open()
        const items = [ended(), ended()]
        await store.accept(items)
        arm()
        const seqs = (await untilDone(() => store.subjects(person))).map(it => it.seq)
        await untilDone(() => store.erase(seqs, person, how))
        assert.deepEqual(await untilDone(() => store.subjects(person)), [], which)
        const history = await untilDone(() => store.history(ownView(gemeente), items[0]?.envelope.id ?? heen().envelope.id))
        assert.deepEqual(history?.map(it => it.event), ['accepted', 'erased'], which)
      })
    })
  })
}
