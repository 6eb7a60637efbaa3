/** Contract of the store: a list of an external source is replaced part by part, at once, and by one import at a time. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sha256Hex } from '../../src/core/core.ts'
import { openSources, type Part, type SourceRow } from '../../src/sources/sources.ts'
import { StoreUnavailable, type SourceImport, type Store } from '../../src/store/store.ts'
import { atEveryStep, untilDone } from './faulting.ts'
import { later, type Fresh, type OpenStore } from './sample.ts'

const part = (aanbieder: string): Part => ({ list: 'contracts', family: 'iwmo', gemeente: '0344', aanbieder })
const row = (aanbieder: string, tarief_cents: number, over: Partial<SourceRow> = {}): SourceRow => ({
  part: part(aanbieder), categorie: '02', code: '02A01', naam: null, variant: 'output', eenheid: '82', tarief_cents, perUur: false, van: '2026-01-01', tot: null, ...over
})
const given = (rows: readonly SourceRow[], over: Partial<SourceImport> = {}): SourceImport =>
  ({ list: 'contracts', rows, sha256: sha256Hex('ab'.repeat(32)), whole: false, by: null, now: later(1), ...over })
const [one, other] = ['42420001', '42420002'] as const
const tariffs = async (store: Store, aanbieder: string): Promise<Array<number | null>> => (await store.sourceRows(part(aanbieder))).map(it => it.tarief_cents)

export function sourceContract (fresh: Fresh, open: OpenStore): void {
  describe('external sources', () => {
    test('are kept as they were given, in their order', async t => {
      const store = await fresh(t)
      assert.deepEqual([await store.sourcesVersion(), await store.sourceRows(part(one)), await store.sourceParts()], [0, [], []])
      const rows = [row(one, 2, { perUur: true, tot: '2026-06-30', naam: 'é' }), row(one, 1, { code: null, eenheid: null, tarief_cents: null }), row(one, 3, { categorie: null, code: null })]
      const seen: number[] = []
      assert.deepEqual(await store.importSources(given(rows, { onWritten: it => seen.push(it) })), { parts: 1, replaced: 0, removed: 0 })
      assert.deepEqual([await store.sourceRows(part(one)), seen], [rows, [3]])
      assert.deepEqual(await store.sourceParts(), [{ part: part(one), imported: later(1), sha256: 'ab'.repeat(32) }])
      const [told] = (await store.auditRows({ limit: 1 })).items
      assert.deepEqual([told?.event, told?.detail, told?.digest], ['sources_imported', 'contracts:3:1:0', 'ab'.repeat(32)])
    })

    test('are replaced in the parts that come anew; the others go only where that was said', async t => {
      const store = await fresh(t)
      await store.importSources(given([row(one, 1), row(one, 2, { code: null }), row(other, 3)]))
      const version = await store.sourcesVersion()
      assert.deepEqual(await store.importSources(given([row(one, 4)])), { parts: 1, replaced: 1, removed: 0 })
      assert.notEqual(await store.sourcesVersion(), version)
      assert.deepEqual([await tariffs(store, one), await tariffs(store, other)], [[4], [3]])
      assert.deepEqual(await store.importSources(given([row(other, 5)], { whole: true })), { parts: 1, replaced: 1, removed: 1 })
      assert.deepEqual([await tariffs(store, one), await tariffs(store, other)], [[], [5]])
      const products = given([], { list: 'products', whole: true })
      assert.deepEqual(await store.importSources(products), { parts: 0, replaced: 0, removed: 0 })
      assert.deepEqual(await tariffs(store, other), [5])
    })

    test('are changed by one import at a time: of two at once one does nothing', async t => {
      const store = await fresh(t)
      const many = (tarief: number): SourceRow[] => Array.from({ length: 5_000 }, () => row(one, tarief))
      const outcomes = await Promise.allSettled([store.importSources(given(many(1))), store.importSources(given(many(2)))])
      const done = outcomes.flatMap(it => it.status === 'fulfilled' ? [it.value] : [])
      for (const it of outcomes) if (it.status === 'rejected') assert.ok(it.reason instanceof StoreUnavailable && /another import ran/.test(it.reason.message))
      assert.ok(done.length > 0)
      const kept = await tariffs(store, one)
      assert.equal(kept.length, 5_000)
      assert.equal(new Set(kept).size, 1)
    })

    test('are the former or the new ones, whichever step fails, and the new ones when it is tried again', async t => {
      await atEveryStep(t, fresh, 8, async (opened, arm, which) => {
        const store = await opened()
        await store.importSources(given([row(one, 1), row(other, 1)]))
        arm()
        await untilDone(async () => {
          try { await store.importSources(given([row(one, 2)])) } catch (error) {
            assert.match((await tariffs(store, one).catch(() => [1])).join(), /^[12]$/, which)
            throw error
          }
        })
        assert.deepEqual([await untilDone(() => tariffs(store, one)), await untilDone(() => tariffs(store, other))], [[2], [1]], which)
      })
    })

    test('are asked for as they are now, also when another process changed them', async () => {
      const [store, elsewhere] = [await open('sources'), await open('sources')]
      const book = openSources(store)
      const parties = { family: 'iwmo', gemeente: '0344', aanbieder: one } as const
      const tarief = async (): Promise<number | null> => (await book.of(parties)).contract(parties, '02', '02A01', '2026-03-01')?.tarief_cents ?? null
      assert.equal(await tarief(), null)
      await elsewhere.importSources(given([row(one, 6)]))
      assert.deepEqual([await tarief(), await tarief()], [6, 6])
      const before = await book.of(parties)
      await elsewhere.importSources(given([row(one, 7)]))
      assert.equal(await tarief(), 7)
      assert.equal(before.contract(parties, '02', '02A01', '2026-03-01')?.tarief_cents, 6, 'what was loaded for a message does not change under it')
      assert.equal(before.contract({ ...parties, aanbieder: other }, '02', '02A01', '2026-03-01'), null)
      await store.close()
      await elsewhere.close()
    })
  })
}
