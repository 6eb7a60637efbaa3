/** Contract of the store: taking messages in, once per key, and answers only to what they answer. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Finding } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import { aanbieder, claimOne, finish, gemeente, heen, later, offer, opaque, retour, start, stranger, type Fresh } from './sample.ts'

const finding: Finding = { level: 2, code: 'TR006', line: 1, path: 'Client', found: '', expected: '', message: 'fout', message_en: 'wrong' }

export function acceptContract (fresh: Fresh): void {
  describe('accept', () => {
    test('stores a message with its payload, seal and receipt, byte for byte', async t => {
      const store = await fresh(t)
      const item = heen()
      assert.deepEqual(await store.accept([item]), [{ kind: 'stored', id: item.envelope.id }])
      assert.deepEqual(Buffer.from(await store.payload(ownView(gemeente), item.envelope.id) ?? []), item.payload)
      assert.deepEqual(Buffer.from(await store.seal(ownView(gemeente), item.envelope.id) ?? []), item.seal)
      assert.deepEqual(Buffer.from(await store.receipt(ownView(gemeente), item.envelope.id) ?? []), item.receipt)
      const message = await store.message(ownView(gemeente), item.envelope.id)
      assert.deepEqual(message, {
        ...item.envelope, delivery: 'waiting', answer: 'awaited', answered_by: null, answer_due: null, offered: null, delivered: null, payload_gone: null, dead_class: null, dead_reason: null, next_try: start, attempts: 0, signer: null,
        work: { kind: 'handle', state: 'due', since: item.envelope.received, attempts: 0, next: start, under_way: false, reason: null, behind: null }
      })
    })

    test('gives the first receipt to identical bytes and refuses others under the key', async t => {
      const store = await fresh(t)
      const first = heen()
      const { identificatie } = first.envelope
      const again = heen({ payload: Buffer.from(first.payload).toString(), envelope: { identificatie } })
      const other = heen({ envelope: { identificatie } })
      const results = await store.accept([first, again, other])
      const duplicate = { kind: 'duplicate', id: first.envelope.id, receipt: Buffer.from(first.receipt) }
      const reused = { kind: 'refused', code: 'ZP_IDENTIFICATIE_REUSED', message: first.envelope.id, differences: [] }
      assert.deepEqual(results, [{ kind: 'stored', id: first.envelope.id }, duplicate, reused])
      assert.deepEqual(await store.accept([again, other]), [duplicate, reused])
      assert.equal(await store.inspect(again.envelope.id), null)
      assert.equal(await store.inspect(other.envelope.id), null)
    })

    test('takes one number from another sender or for another type as another message', async t => {
      const store = await fresh(t)
      const first = heen()
      const { identificatie } = first.envelope
      const results = await store.accept([first, heen({ envelope: { identificatie, sender: stranger } }), heen({ envelope: { identificatie, type: 'WMO323' } })])
      assert.deepEqual(results.map(({ kind }) => kind), ['stored', 'stored', 'stored'])
    })

    test('calls that arrive together fail one by one', async t => {
      const store = await fresh(t)
      const taken = heen()
      await store.accept([taken])
      const broken = heen({ envelope: { id: taken.envelope.id } })
      const good = Array.from({ length: 250 }, () => heen())
      const calls = [...good.slice(0, 100), broken, heen({ envelope: { identificatie: taken.envelope.identificatie } }), ...good.slice(100)]
      const results = await Promise.allSettled(calls.map(item => store.accept([item])))
      assert.equal(results[100]?.status, 'rejected')
      assert.equal(results.filter(({ status }) => status === 'rejected').length, 1)
      const kinds = results.flatMap(result => result.status === 'fulfilled' ? result.value.map(({ kind }) => kind) : [])
      assert.equal(kinds.filter(kind => kind === 'stored').length, 250)
      assert.equal(kinds.filter(kind => kind === 'refused').length, 1)
    })

    test('keeps a rejected message for its sender alone, with nothing to deliver', async t => {
      const store = await fresh(t)
      const item = heen({ delivery: 'none', findings: [finding], envelope: { verdict: 'rejected' } })
      await store.accept([item])
      assert.equal((await store.message(ownView(gemeente), item.envelope.id))?.verdict, 'rejected')
      assert.equal(await store.message(ownView(aanbieder), item.envelope.id), null)
      assert.deepEqual(await store.claim(10, 1000, later(1)), [])
    })

    test('a held message waits for somebody else than the worker', async t => {
      const store = await fresh(t)
      const item = heen({ delivery: 'held' })
      await store.accept([item])
      assert.equal((await store.message(ownView(gemeente), item.envelope.id))?.delivery, 'held')
      assert.deepEqual(await store.claim(10, 1000, later(1)), [])
    })

    test('keeps a payload of 25 MB', async t => {
      const store = await fresh(t)
      for (const payload of [opaque(25_000_000), '<x/>'.repeat(6_250_000)]) {
        const item = heen({ payload })
        await store.accept([item])
        assert.ok(Buffer.from(payload).equals(await store.payload(ownView(gemeente), item.envelope.id) ?? Buffer.of()))
      }
    })
  })

  test('a message that needs nobody is offered in the moment it is accepted, and leaves no work', async t => {
    const store = await fresh(t)
    const item = heen({ delivery: 'offered' })
    await store.accept([item])
    assert.deepEqual((await store.mailbox(ownView(aanbieder), 10)).map(it => [it.id, it.offered]), [[item.envelope.id, start]])
    assert.deepEqual(await store.claim(10, 60_000, later(1)), [])
    assert.deepEqual((await store.history(ownView(gemeente), item.envelope.id))?.map(it => it.event), ['accepted', 'offered'])
  })

  describe('retour', () => {
    test('closes the answer of the message it names and joins its conversation', async t => {
      const store = await fresh(t)
      const asked = await offer(store)
      const answer = retour(asked)
      assert.deepEqual(await store.accept([answer]), [{ kind: 'stored', id: answer.envelope.id }])
      const closed = await store.message(ownView(gemeente), asked.envelope.id)
      assert.deepEqual([closed?.answer, closed?.answered_by], ['answered', answer.envelope.id])
      const stored = await store.message(ownView(aanbieder), answer.envelope.id)
      assert.deepEqual([stored?.answers, stored?.conversatie], [asked.envelope.id, asked.envelope.conversatie])
    })

    test('gets its first receipt when it is repeated', async t => {
      const store = await fresh(t)
      const answer = retour(await offer(store))
      await store.accept([answer])
      assert.deepEqual(await store.accept([answer]), [{ kind: 'duplicate', id: answer.envelope.id, receipt: Buffer.from(answer.receipt) }])
    })

    test('is refused as unknown before it was offered, from another party, or to nothing', async t => {
      const store = await fresh(t)
      const waiting = heen()
      const rejected = heen({ delivery: 'none', envelope: { verdict: 'rejected' } })
      await store.accept([waiting, rejected])
      const unknown = [{ kind: 'refused', code: 'ZP_RETOUR_UNKNOWN', message: null, differences: [] }]
      assert.deepEqual(await store.accept([retour(waiting)]), unknown)
      assert.deepEqual(await store.accept([retour(rejected)]), unknown)
      assert.deepEqual(await store.accept([retour(heen())]), unknown)
      await store.finish([finish(await claimOne(store), { kind: 'offered' })], start)
      assert.deepEqual(await store.accept([retour(waiting, { envelope: { sender: stranger } })]), unknown)
      assert.deepEqual((await store.accept([retour(waiting)])).map(({ kind }) => kind), ['stored'])
    })

    test('is refused as second once the answer came, in one group too', async t => {
      const store = await fresh(t)
      const asked = await offer(store)
      const answers = [retour(asked), retour(asked)]
      const results = (await Promise.all(answers.map(it => store.accept([it])))).flat()
      const first = results.findIndex(({ kind }) => kind === 'stored')
      assert.deepEqual(results[1 - first], { kind: 'refused', code: 'ZP_RETOUR_SECOND', message: answers[first]?.envelope.id, differences: [] })
    })

    test('is refused with every element it does not repeat unchanged', async t => {
      const store = await fresh(t)
      const asked = await offer(store)
      const { type, sender, identificatie } = asked.envelope
      const code = { path: 'BerichtCode', expected: '414' }; const ontvanger = { path: 'Ontvanger', expected: aanbieder }
      for (const [echo, ...differences] of [[{ BerichtCode: '0414' }, code], [{ BerichtCode: '414 ', Ontvanger: 'x' }, code, ontvanger], [{ toString: 'x' }, { path: 'toString', expected: null }]] as const) {
        const answer = retour(asked, { correlation: { type, sender, identificatie, echo: { ...asked.header, ...echo } } })
        const [result] = await store.accept([answer])
        assert.ok(result?.kind === 'refused' && result.code === 'ZP_RETOUR_ECHO' && result.message === asked.envelope.id)
        assert.deepEqual(result.differences.toSorted((a, b) => a.path < b.path ? -1 : 1), differences)
      }
      assert.equal((await store.message(ownView(gemeente), asked.envelope.id))?.answer, 'awaited')
    })

    test('to an unknown message is stored where that is allowed', async t => {
      const store = await fresh(t, { retour_unknown: 'accept' })
      const answer = retour(heen())
      assert.deepEqual(await store.accept([answer]), [{ kind: 'stored', id: answer.envelope.id }])
      assert.equal((await store.message(ownView(aanbieder), answer.envelope.id))?.answers, null)
    })

    test('to a message that is here but was not offered to who answers is refused, even where unknown ones are allowed', async t => {
      const store = await fresh(t, { retour_unknown: 'accept' })
      const asked = await offer(store)
      const unknown = [{ kind: 'refused', code: 'ZP_RETOUR_UNKNOWN', message: null, differences: [] }]
      assert.deepEqual(await store.accept([retour(asked, { envelope: { sender: stranger } })]), unknown)
      assert.equal((await store.message(ownView(gemeente), asked.envelope.id))?.answer, 'awaited')
    })
  })
}
