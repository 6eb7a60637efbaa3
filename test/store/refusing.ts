/** Contract of the store: refused messages are kept for their sender, within a quota, until their correction comes. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newMessageId, sha256Hex } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import type { RefusedItem, Store } from '../../src/store/store.ts'
import { aanbieder, account, finish, gemeente, heen, later, start, stranger, type Fresh } from './sample.ts'

const finding = { level: 1 as const, code: 'ZP_VALUE', line: 3, path: 'Client', found: '', expected: '', message: 'fout', message_en: 'wrong' }
let number = 0
const item = (over: Partial<RefusedItem> = {}): RefusedItem => ({
  id: newMessageId(over.at ?? later(++number)), at: start, party: gemeente, account, door: 'rest', family: 'iwmo', type: 'WMO301', identificatie: `R${++number}`, code: 'ZP_SCHEMA', detail: null,
  findings: [finding], sha256: sha256Hex(String(++number).padStart(64, '0')), size_bytes: 10, payload: Buffer.from('<Bericht/>'), replaces: null, ...over
})
const own = ownView(gemeente)
const listed = async (store: Store, over: object = {}) => (await store.listRefused({ view: own, limit: 100, ...over })).items

export function refuseContract (fresh: Fresh): void {
  describe('refused messages', () => {
    test('are their sender’s to read, whole, and nobody else’s', async t => {
      const store = await fresh(t)
      const one = item({ detail: 'WMO301' })
      assert.equal(await store.keepRefused(one, 9), one.id)
      const { payload, replaces: _, ...rest } = one
      assert.deepEqual(await store.refused(own, one.id), { ...rest, replaced_by: null, payload_kept: true })
      assert.deepEqual(Buffer.from(await store.refusedPayload(own, one.id) ?? []), payload)
      for (const view of [ownView(aanbieder), ownView(stranger), { ...own, send: ['ijw'] as const }, { ...own, send: [] }]) {
        assert.deepEqual([await store.refused(view, one.id), await store.refusedPayload(view, one.id), (await store.listRefused({ view, limit: 9 })).items], [null, null, []])
      }
      assert.equal(await store.message(own, one.id), null)
    })

    test('are forgotten, whole, when they are too old', async t => {
      const store = await fresh(t)
      const [old, older, young] = [item({ at: later(8) }), item({ at: later(9) }), item({ at: later(10) })]
      for (const it of [old, older, young]) await store.keepRefused(it, 9)
      const step = { before: later(10), now: later(20), after: 0, messages_max: 1, bytes_max: 1e6 }
      assert.equal((await store.sweep('refused', { ...step, dry: true })).swept, 2)
      const swept: unknown[] = []
      for (let n = 0; n < 3; n++) { const it = await store.sweep('refused', { ...step, dry: false }); swept.push([it.swept, it.after]) }
      assert.deepEqual(swept, [[1, 0], [1, 0], [0, null]])
      assert.deepEqual((await listed(store)).map(({ id }) => id), [young.id])
    })

    test('are kept once when the same bytes come again, and up to the quota of a day', async t => {
      const store = await fresh(t)
      const one = item()
      await store.keepRefused(one, 9)
      assert.equal(await store.keepRefused({ ...one, id: newMessageId(start) }, 9), one.id)
      const otherBytes = { ...one, id: newMessageId(start), sha256: sha256Hex('f'.repeat(64)) }
      assert.equal(await store.keepRefused(otherBytes, 9), otherBytes.id)
      assert.equal(await store.keepRefused(item(), 2), null)
      assert.equal((await listed(store)).length, 2)
      const others = item({ party: stranger })
      assert.equal(await store.keepRefused(others, 2), others.id, 'a quota is one party’s')
      const next = item({ at: later(86_400_001) })
      assert.equal(await store.keepRefused(next, 2), next.id, 'and one day’s')
    })

    test('are replaced by what is accepted under their key, or says so', async t => {
      const store = await fresh(t)
      const [first, second, named] = [item({ identificatie: 'A' }), item({ identificatie: 'A', sha256: sha256Hex('a'.repeat(64)) }), item({ identificatie: 'B' })]
      for (const it of [first, second, named]) await store.keepRefused(it, 9)
      assert.deepEqual((await store.replacements(second.id)).replaces, [first.id], 'a second try is a correction that was refused')
      assert.deepEqual((await listed(store, { corrected: false })).map(it => it.id), [named.id, second.id])
      const good = heen({ envelope: { identificatie: 'A' }, replaces: named.id })
      assert.deepEqual(await store.accept([good]), [{ kind: 'stored', id: good.envelope.id }])
      assert.deepEqual(await store.replacements(good.envelope.id), { replaces: [named.id, second.id].toSorted(), replaced_by: null })
      assert.equal((await store.refused(own, named.id))?.replaced_by, good.envelope.id)
      assert.deepEqual([await listed(store, { corrected: false }), (await listed(store, { corrected: true })).length], [[], 3])
    })

    test('may be replaced once, by a message of their sender and type only', async t => {
      const store = await fresh(t)
      const [one, other] = [item({ identificatie: 'A' }), item({ identificatie: 'B', type: 'WMO319' })]
      for (const it of [one, other]) await store.keepRefused(it, 9)
      const no = async (message: ReturnType<typeof heen>): Promise<void> => { assert.deepEqual((await store.accept([message])).map(it => it.kind === 'refused' ? it.code : it.kind), ['ZP_REPLACES']) }
      await no(heen({ replaces: other.id }))
      await no(heen({ replaces: one.id, envelope: { sender: stranger } }))
      await no(heen({ replaces: newMessageId(start) }))
      await store.accept([heen({ replaces: one.id })])
      await no(heen({ replaces: one.id }))
      const accepted = heen()
      await store.accept([accepted])
      await no(heen({ replaces: accepted.envelope.id }))
      const dead = heen({ delivery: 'waiting' })
      await store.accept([dead])
      const claims = await store.claim(9, 60_000, start)
      await store.finish(claims.map(claim => finish(claim, { kind: 'dead', class: 'functional', reason: 'receiver_left' })), start)
      assert.deepEqual((await store.accept([heen({ replaces: dead.envelope.id, delivery: 'none' })])).map(it => it.kind), ['stored'])
      const rejected = heen({ envelope: { verdict: 'rejected' }, delivery: 'none' })
      await store.accept([rejected])
      assert.deepEqual((await store.accept([heen({ replaces: rejected.envelope.id })])).map(it => it.kind), ['stored'])
    })

    test('that need no correction are not among those still to be corrected', async t => {
      const store = await fresh(t)
      const [second, wrong] = [item({ code: 'ZP_RETOUR_SECOND' }), item()]
      for (const it of [second, wrong]) await store.keepRefused(it, 9)
      assert.deepEqual((await listed(store, { corrected: false })).map(it => it.id), [wrong.id])
      assert.equal((await listed(store)).length, 2)
    })

    test('are listed newest first, page by page, by their filters', async t => {
      const store = await fresh(t)
      const items = Array.from({ length: 7 }, (_, n) => item({ at: later(n * 1000), type: n % 2 === 0 ? 'WMO301' : 'WMO319' }))
      for (const it of items) await store.keepRefused(it, 99)
      const ids: string[] = []
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await store.listRefused({ view: own, limit: 3, ...(cursor === undefined ? {} : { cursor }) })
        ids.push(...page.items.map(it => it.id))
        cursor = page.next
      }
      assert.deepEqual(ids, items.map(it => it.id).toReversed())
      assert.equal((await listed(store, { type: 'WMO319' })).length, 3)
      assert.equal((await listed(store, { from: later(2000), to: later(4000) })).length, 2)
      assert.equal((await listed(store, { identificatie: items[0]?.identificatie })).length, 1)
    })
  })
}
