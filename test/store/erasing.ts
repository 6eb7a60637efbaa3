/** Contract of the store: one person's messages are found by his marks and destroyed, and nobody else's. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ownView } from '../../src/party/party.ts'
import { failingDb, untilDone } from './faulting.ts'
import { account, aanbieder, claimOne, finish, gemeente, heen, later, type Fresh, type Wanted } from './sample.ts'

const mark = (byte: number) => ({ key: 'index', hash: Buffer.alloc(16, byte) })
const person = [{ key: 'older', hash: Buffer.alloc(16, 9) }, mark(1)]
const ended = (wanted: Wanted = {}) => heen({ answer: 'none', delivery: 'none', clients: [mark(1)], ...wanted })
const how = { shared: false, undelivered: false, account, now: later(5) }

export function eraseContract (fresh: Fresh): void {
  describe('erasing one person', () => {
    test('finds his messages, says which are shared or under way, and destroys the others once', async t => {
      const store = await fresh(t)
      const [own, others, shared] = [ended({ order_key: 'his mark' }), ended({ clients: [mark(2)] }), ended({ clients: [mark(1), mark(2)] })]
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
      assert.deepEqual((await store.accept([own])).map(it => it.kind), ['duplicate'])
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

    test('ends the same whichever step of storage fails', async t => {
      let step = 0
      for (let failed = true; failed; step++) {
        let [count, armed] = [0, false]
        failed = false
        const store = await fresh(t, { wrap: failingDb(() => armed && count++ === step && (failed = true)) })
        const items = [ended(), ended()]
        await store.accept(items)
        armed = true
        const seqs = (await untilDone(() => store.subjects(person))).map(it => it.seq)
        await untilDone(() => store.erase(seqs, person, how))
        assert.deepEqual(await untilDone(() => store.subjects(person)), [], `step ${step}`)
        const history = await untilDone(() => store.history(ownView(gemeente), items[0]?.envelope.id ?? heen().envelope.id))
        assert.deepEqual(history?.map(it => it.event), ['accepted', 'erased'], `step ${step}`)
        await store.close()
      }
      assert.ok(step > 10, `only ${step} steps`)
    })
  })
}
