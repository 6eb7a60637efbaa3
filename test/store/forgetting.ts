/** Contract of the store: what is too old goes, in steps, and what must stay stays. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ownView } from '../../src/party/party.ts'
import type { Acceptance, Store, SweepKind, Swept } from '../../src/store/store.ts'
import { atEveryStep, untilDone } from './faulting.ts'
import { aanbieder, account, claimOne, finish, gemeente, heen, later, offer, start, type Fresh, type Wanted } from './sample.ts'

const mark = (byte: number) => ({ key: 'index', hash: Buffer.alloc(16, byte) })
const finding = { level: 2 as const, code: 'TR006', line: 1, path: '', found: '', expected: '', message: '', message_en: '' }

/** Received, offered, fetched, and nothing awaited. */
async function ended (store: Store, wanted: Wanted = {}): Promise<Acceptance> {
  const item = heen({ answer: 'none', delivery: 'offered', clients: [mark(1), mark(2)], findings: [finding], ...wanted })
  await untilDone(() => store.accept([item]))
  await untilDone(() => store.acknowledge(ownView(aanbieder), item.envelope.id, account, later(1)))
  return item
}

interface Sweeping { readonly messages_max?: number, readonly bytes_max?: number, readonly dry?: boolean, readonly before?: number }
/** Sweeps to the end. @returns every step */
export async function sweeps (store: Store, kind: SweepKind, { messages_max = 100, bytes_max = 1e9, dry = false, before = 1000 }: Sweeping = {}): Promise<Swept[]> {
  const steps: Swept[] = []
  for (let after: number | null = 0; after !== null; after = steps.at(-1)?.after ?? null) {
    const from = after
    steps.push(await untilDone(() => store.sweep(kind, { before: later(before), now: later(2000), after: from, messages_max, bytes_max, dry })))
  }
  return steps
}
export const swept = (steps: readonly Swept[]): number => steps.reduce((sum, it) => sum + it.swept, 0)

export function forgetContract (fresh: Fresh): void {
  describe('forgetting by age', () => {
    test('takes the payload and what was found in it, and says since when; receipt, seal and history stay', async t => {
      const store = await fresh(t)
      const [old, young] = [await ended(store), await ended(store, { envelope: { received: later(1000) } })]
      assert.equal(swept(await sweeps(store, 'payload', { dry: true })), 1)
      assert.notEqual(await store.payload(ownView(gemeente), old.envelope.id), null)
      assert.equal(swept(await sweeps(store, 'payload')), 1)
      assert.equal(swept(await sweeps(store, 'payload')), 0)
      assert.equal(await store.payload(ownView(gemeente), old.envelope.id), null)
      assert.deepEqual(await store.findings(ownView(gemeente), old.envelope.id), [])
      assert.deepEqual((await store.message(ownView(gemeente), old.envelope.id))?.payload_gone, { at: later(2000), why: 'retention' })
      assert.deepEqual(await store.receipt(ownView(gemeente), old.envelope.id), old.receipt)
      assert.equal((await store.message(ownView(gemeente), young.envelope.id))?.payload_gone, null)
      assert.deepEqual((await store.accept([old])).map(it => it.kind), ['duplicate'])
    })

    test('takes the metadata only after the payload, and the key stays spent for ever', async t => {
      const store = await fresh(t)
      const old = await ended(store)
      assert.deepEqual((await sweeps(store, 'metadata')).map(({ swept, kept }) => [swept, kept.payload]), [[0, 1]])
      await sweeps(store, 'payload')
      assert.equal(swept(await sweeps(store, 'metadata')), 1)
      assert.equal(await store.message(ownView(gemeente), old.envelope.id), null)
      assert.deepEqual((await store.list({ view: ownView(gemeente), limit: 10 })).items, [])
      const { id, sha256 } = old.envelope
      assert.deepEqual(await store.accept([old]), [{ kind: 'duplicate', id, receipt: old.receipt }])
      assert.deepEqual(await store.earlier({ ...old.envelope, sha256 }), { id, receipt: old.receipt })
      const [other] = await store.accept([heen({ envelope: { identificatie: old.envelope.identificatie } })])
      assert.deepEqual([other?.kind, other?.kind === 'refused' && other.code], ['refused', 'ZP_IDENTIFICATIE_REUSED'])
    })

    test('keeps what is on its way, held, dead, not fetched, or awaits an answer that is not yet due', async t => {
      const store = await fresh(t)
      await store.accept([heen({ delivery: 'held' })])
      await offer(store)
      await store.accept([heen()])
      await store.finish([finish(await claimOne(store), { kind: 'dead', class: 'functional', reason: 'no_such_door' })], later(1))
      await ended(store, { answer: 'awaited', answer_due: later(2001) })
      await ended(store, { answer: 'awaited', answer_due: later(2000) })
      await store.accept([heen()])
      const [step] = await sweeps(store, 'payload')
      assert.deepEqual([step?.swept, step?.kept], [1, { undelivered: 4, awaiting: 1, payload: 0, history: 0 }])
      assert.deepEqual((await sweeps(store, 'metadata')).map(({ swept, kept }) => [swept, kept]), [[1, { undelivered: 4, awaiting: 1, payload: 0, history: 0 }]])
    })

    test('goes step by step, bounded in messages and bytes, and messages are taken in between', async t => {
      const store = await fresh(t)
      for (let n = 0; n < 10; n++) await ended(store, { payload: 'x'.repeat(1000), envelope: { identificatie: `S${n}` } })
      const first = await store.sweep('payload', { before: later(1000), now: start, after: 0, messages_max: 3, bytes_max: 1e9, dry: false })
      assert.deepEqual([first.swept, first.bytes, typeof first.after], [3, 3000, 'number'])
      assert.deepEqual((await store.accept([heen()])).map(it => it.kind), ['stored'])
      const steps = await sweeps(store, 'payload', { bytes_max: 1500 })
      assert.deepEqual(steps.map(it => it.swept), [2, 2, 2, 1])
      assert.equal(steps.at(-1)?.kept.undelivered, 1)
    })

    test('ends the same whichever step of storage fails', async t => {
      await atEveryStep(t, fresh, 20, async (open, arm, which) => {
        const store = await open()
        const items = [await ended(store), await ended(store, { payload: 'other' })]
        arm()
        await sweeps(store, 'payload', { messages_max: 1 })
        await sweeps(store, 'metadata', { messages_max: 1 })
        for (const item of items) {
          assert.equal(await untilDone(() => store.message(ownView(gemeente), item.envelope.id)), null, which)
          assert.deepEqual(await untilDone(() => store.accept([item])), [{ kind: 'duplicate', id: item.envelope.id, receipt: item.receipt }], which)
        }
      })
    })
  })
}
