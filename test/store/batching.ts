/** Contract of the store: batches are taken once, worked on by one at a time, and tell what became of each member. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { accountId, instant, memberStates, newBatchId, Refusal, sha256Hex, type BatchId, type Finding } from '../../src/core/core.ts'
import { StoreFailure, type ClaimedBatch, type MemberEnd, type NewBatch, type Store } from '../../src/store/store.ts'
import { failingDb } from './faulting.ts'
import { account, aanbieder, gemeente, heen, later, start, type Fresh } from './sample.ts'

const own = { party: gemeente, account: null }
const finding: Finding = { level: 1, code: 'ZP_SCHEMA', line: 3, path: 'Client', found: '9 tekens', expected: '', message: 'fout', message_en: 'wrong' }
let number = 0

function made (wanted: Partial<NewBatch> = {}): NewBatch {
  const sha256 = sha256Hex(String(++number).padStart(64, '0'))
  const members = ['een.xml', 'twee.xml', 'Jansen.xml'].map((name, n) => ({ name, size_bytes: n }))
  return { id: newBatchId(start), account, party: gemeente, certificate: null, received: start, sha256, zip: Buffer.from(`zip ${number}`), members, ...wanted }
}
const refused = (index: number): MemberEnd => ({ index, state: 'refused', message: null, code: 'ZP_SCHEMA', detail: 'WMO301', findings: [finding] })

async function claimOne (store: Store, ms = 0): Promise<ClaimedBatch> {
  const it = await store.claimBatch(1_000, later(ms))
  assert.ok(it !== null, 'nothing to claim')
  return it
}
async function take (store: Store, batch: BatchId, index: number, item = heen()): Promise<void> {
  await store.accept([{ ...item, member: { batch, index } }])
}
const states = async (store: Store, id: BatchId): Promise<string[]> => (await store.batchMembers(own, id) ?? []).map(it => it.state)

export function batchContract (fresh: Fresh): void {
  describe('batches', () => {
    test('are taken once per account, party and bytes', async t => {
      const store = await fresh(t)
      const batch = made()
      assert.deepEqual(await store.createBatch(batch), { kind: 'stored', id: batch.id })
      assert.deepEqual(await store.createBatch({ ...batch, id: newBatchId(start) }), { kind: 'duplicate', id: batch.id })
      const others = [{ account: accountId('other') }, { party: aanbieder }, { sha256: sha256Hex('f'.repeat(64)) }]
      for (const over of others) assert.equal((await store.createBatch({ ...batch, id: newBatchId(start), ...over })).kind, 'stored')
      const shown = await store.batch(own, batch.id)
      assert.deepEqual(shown, {
        id: batch.id, account, party: gemeente, received: start, sha256: batch.sha256, size_bytes: batch.zip.byteLength, members: 3,
        counts: Object.fromEntries(memberStates.map(it => [it, it === 'waiting' ? 3 : 0])), started: null, ended: null, next_try: null, last_reason: null
      })
      assert.deepEqual((await store.batchMembers(own, batch.id))?.map(it => [it.index, it.name, it.size_bytes, it.state]), [[1, 'een.xml', 0, 'waiting'], [2, 'twee.xml', 1, 'waiting'], [3, 'Jansen.xml', 2, 'waiting']])
    })

    test('are seen by their party, or only by the account that is named; listed newest first', async t => {
      const store = await fresh(t)
      const batches = [made(), made({ account: accountId('other') }), made()]
      for (const it of batches) await store.createBatch(it)
      const [first, second, third] = batches.map(it => it.id)
      assert.ok(first && second && third)
      for (const by of [{ party: aanbieder, account: null }, { party: gemeente, account: accountId('other') }]) {
        assert.deepEqual([await store.batch(by, first), await store.batchMembers(by, first)], [null, null])
      }
      const page = await store.batches({ ...own, limit: 2 })
      assert.deepEqual(page.items.map(it => it.id), [third, second])
      const rest = await store.batches({ ...own, limit: 2, cursor: page.next ?? '' })
      assert.deepEqual([rest.items.map(it => it.id), rest.next], [[first], null])
      assert.deepEqual((await store.batches({ party: gemeente, account, limit: 9 })).items.map(it => it.id), [third, first])
      await assert.rejects(store.batches({ ...own, limit: 2, cursor: 'x' }), Refusal)
    })

    test('are claimed in turn, by one at a time; a slow one changes nothing', async t => {
      const store = await fresh(t)
      const [batch, next] = [made(), made({ received: later(1) })]
      await store.createBatch(batch)
      await store.createBatch(next)
      const slow = await claimOne(store, 5)
      assert.deepEqual(slow, { id: batch.id, account, party: gemeente, certificate: null, fence: 1, next: 1, attempt: 1, failing_since: null })
      assert.deepEqual(Buffer.from(await store.batchZip(slow.id)), batch.zip)
      assert.equal((await claimOne(store, 5)).id, next.id)
      assert.equal(await store.claimBatch(1_000, later(1_000)), null)
      assert.equal(await store.renewBatch(slow.id, slow.fence, later(2_000)), true)
      assert.equal((await claimOne(store, 1_500)).id, next.id)
      const quick = await claimOne(store, 2_500)
      assert.deepEqual([quick.id, quick.fence, quick.attempt], [batch.id, 2, 2])
      assert.equal(await store.renewBatch(slow.id, slow.fence, later(9_000)), false)
      assert.equal(await store.endMember(slow.id, slow.fence, refused(1), later(2_600)), 'stale')
      assert.equal(await store.endBatch(slow.id, slow.fence, { kind: 'done' }, later(2_600)), 'stale')
      assert.equal(await store.endBatch(slow.id, slow.fence, { kind: 'later', due: later(0), failed: null }, later(2_600)), 'stale')
      assert.deepEqual(await states(store, batch.id), Array(3).fill('waiting'))
      assert.equal((await store.batch(own, batch.id))?.started, later(5))
    })

    test('tell of each member what became of it, once; the message and its place in one step', async t => {
      const store = await fresh(t)
      const batch = made()
      await store.createBatch(batch)
      const { fence } = await claimOne(store)
      const item = heen()
      await take(store, batch.id, 1, item)
      assert.equal(await store.endMember(batch.id, fence, { ...refused(1), state: 'duplicate' }, later(5)), 'done', 'after a restart between the two')
      assert.equal(await store.endMember(batch.id, fence, refused(2), later(6)), 'done')
      assert.equal(await store.endMember(batch.id, fence, { index: 3, state: 'duplicate', message: item.envelope.id, code: null, detail: null, findings: [] }, later(7)), 'done')
      assert.deepEqual(await store.batchMembers(own, batch.id), [
        { index: 1, name: 'een.xml', size_bytes: 0, state: 'accepted', message: item.envelope.id, code: null, detail: null, findings: [], findings_total: 0, ended: start },
        { index: 2, name: 'twee.xml', size_bytes: 1, state: 'refused', message: null, code: 'ZP_SCHEMA', detail: 'WMO301', findings: [finding], findings_total: 1, ended: later(6) },
        { index: 3, name: 'Jansen.xml', size_bytes: 2, state: 'duplicate', message: item.envelope.id, code: null, detail: null, findings: [], findings_total: 0, ended: later(7) }
      ])
      assert.equal(await store.endBatch(batch.id, fence, { kind: 'done' }, later(8)), 'done')
      assert.equal(await store.endBatch(batch.id, fence, { kind: 'done' }, later(9)), 'stale')
      const shown = await store.batch(own, batch.id)
      assert.deepEqual([shown?.counts, shown?.ended], [{ waiting: 0, accepted: 1, duplicate: 1, rejected: 0, refused: 1, failed: 0 }, later(8)])
      assert.equal(await store.claimBatch(1_000, later(100_000)), null)
    })

    test('show the first three findings of each member, and all of one that is asked for', async t => {
      const store = await fresh(t)
      const batch = made()
      await store.createBatch(batch)
      const { fence } = await claimOne(store)
      const many = Array.from({ length: 200 }, (_, n) => ({ ...finding, line: n }))
      await store.endMember(batch.id, fence, { ...refused(1), findings: many }, later(1))
      const [listed] = await store.batchMembers(own, batch.id) ?? []
      assert.deepEqual([listed?.findings, listed?.findings_total, listed?.detail], [many.slice(0, 3), 200, 'WMO301'])
      assert.deepEqual((await store.batchMember(own, batch.id, 1)), { ...listed, findings: many })
      assert.equal((await store.batchMember(own, batch.id, 2))?.state, 'waiting')
      for (const [by, index] of [[own, 0], [own, 4], [{ party: aanbieder, account: null }, 1]] as const) assert.equal(await store.batchMember(by, batch.id, index), null)
    })

    test('a message that is refused or came before takes no place', async t => {
      const store = await fresh(t)
      const batch = made()
      await store.createBatch(batch)
      const item = heen()
      await store.accept([item])
      await take(store, batch.id, 1, item)
      await take(store, batch.id, 2, heen({ envelope: { identificatie: item.envelope.identificatie } }))
      assert.deepEqual(await states(store, batch.id), Array(3).fill('waiting'))
    })

    test('go on where they were; tries are counted per member, and not when handed back', async t => {
      const store = await fresh(t)
      const batch = made()
      await store.createBatch(batch)
      const failed = (fence: number, at: number) => store.endBatch(batch.id, fence, { kind: 'later', due: later(at + 10), failed: 'ZP_DISK' }, later(at))
      const told: unknown[] = []
      const tell = ({ next, attempt, failing_since }: ClaimedBatch): void => { told.push([next, attempt, failing_since]) }
      let claim = await claimOne(store)
      tell(claim)
      await failed(claim.fence, 1)
      assert.deepEqual(await store.claimBatch(1_000, later(10)), null)
      const shown = await store.batch(own, batch.id)
      assert.deepEqual([shown?.next_try, shown?.last_reason], [later(11), 'ZP_DISK'])
      tell(claim = await claimOne(store, 11))
      await failed(claim.fence, 12)
      tell(claim = await claimOne(store, 22))
      await take(store, batch.id, 1)
      await store.endBatch(batch.id, claim.fence, { kind: 'later', due: later(23), failed: null }, later(23))
      tell(claim = await claimOne(store, 23))
      await store.endBatch(batch.id, claim.fence, { kind: 'later', due: later(24), failed: null }, later(24))
      tell(await claimOne(store, 24))
      tell(await claimOne(store, 2_000))
      assert.deepEqual(told, [[1, 1, null], [1, 2, later(1)], [1, 3, later(1)], [2, 1, null], [2, 1, null], [2, 2, null]])
      assert.deepEqual([(await store.batch(own, batch.id))?.last_reason, await states(store, batch.id)], [null, ['accepted', 'waiting', 'waiting']])
    })

    test('are forgotten, with their members, when they have ended and are too old', async t => {
      const store = await fresh(t)
      const [old, older, young, open] = [made(), made(), made({ received: later(10) }), made()]
      for (const it of [old, older, young]) {
        await store.createBatch(it)
        const { fence } = await claimOne(store, 10)
        await store.endMember(it.id, fence, refused(1), later(11))
        await store.endBatch(it.id, fence, { kind: 'done' }, later(12))
      }
      await store.createBatch(open)
      const step = { before: later(10), now: later(20), after: 0, messages_max: 2, bytes_max: 1e6 }
      assert.equal((await store.sweep('batch', { ...step, dry: true })).swept, 2)
      const swept: unknown[] = []
      for (let n = 0; n < 3; n++) { const it = await store.sweep('batch', { ...step, dry: false }); swept.push([it.swept, it.after]) }
      assert.deepEqual(swept, [[1, 0], [1, null], [0, null]], 'a batch of three members is a step of its own')
      assert.deepEqual((await store.batches({ ...own, limit: 9 })).items.map(it => it.id), [open.id, young.id])
      assert.equal((await store.createBatch({ ...old, id: newBatchId(start) })).kind, 'stored')
      assert.equal((await store.batchMembers(own, young.id))?.[0]?.state, 'refused')
    })

    test('survive storage that fails at any one step: every member ends once', async t => {
      let step = 0
      for (let failed = true; failed; step++) {
        let count = 0
        failed = false
        const store = await fresh(t, { wrap: failingDb(() => count++ === step && (failed = true)) })
        const [batch, items] = [made(), [heen(), heen(), heen()]]
        const again = async <T>(work: () => Promise<T>): Promise<T> => { for (;;) try { return await work() } catch (error) { if (!(error instanceof StoreFailure)) throw error } }
        await again(() => store.createBatch(batch))
        for (let time = 0; ; time += 1_000) {
          const claim = await again(() => store.claimBatch(1_000, instant(start + time)))
          if (claim === null && (await again(() => store.batch(own, batch.id)))?.ended !== null) break
          if (claim === null) continue
          await worked(store, claim, items).catch(error => { if (!(error instanceof StoreFailure)) throw error })
        }
        assert.deepEqual(await again(() => states(store, batch.id)), ['accepted', 'refused', 'accepted'], `after a failure at step ${step}`)
        assert.equal((await again(() => store.batchMembers(own, batch.id)))?.[0]?.message, items[0]?.envelope.id)
        await store.close()
      }
      assert.ok(step > 30, `only ${step} steps`)
    })
  })
}

/** What a gateway does: the second member is refused, the others taken; one that came before is told so. */
async function worked (store: Store, { id, fence, next }: ClaimedBatch, items: ReadonlyArray<ReturnType<typeof heen>>): Promise<void> {
  for (const [n, item] of items.entries()) {
    const index = n + 1
    if (index < next) continue
    if (index === 2) { await store.endMember(id, fence, refused(2), later(1)); continue }
    const [accepted] = await store.accept([{ ...item, member: { batch: id, index } }])
    if (accepted?.kind === 'duplicate') await store.endMember(id, fence, { index, state: 'duplicate', message: accepted.id, code: null, detail: null, findings: [] }, later(1))
  }
  await store.endBatch(id, fence, { kind: 'done' }, later(2))
}
