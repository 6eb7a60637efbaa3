/** Contract of the store: the facts of a large message that waits are written after it, in parts, and none is missing or there twice when they count. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Mark } from '../../src/vault/vault.ts'
import type { Acceptance, Db, Store } from '../../src/store/store.ts'
import { ask, bringing, gedeclareerd, markOf, numbersIn, pair } from './facts.ts'
import { atEveryStep, untilDone } from './faulting.ts'
import { account, claimOne, finish, later, roots, start, type Fresh } from './sample.ts'
import { turned } from './turning.ts'

const persons = 8
const facts_count = 1_024
const marks: readonly Mark[] = Array.from({ length: persons }, (_, nth) => markOf(1 + nth))
/** Of each person some Prestaties, in parts that are far from one another. */
const large = (): Acceptance =>
  bringing(Array.from({ length: facts_count }, (_, nth) => gedeclareerd(`${10_000 + nth}`, '7', undefined, `${nth % persons}`)), marks, { delivery: 'waiting', envelope: { type: 'WMO323' } })
const all = Array.from({ length: facts_count }, (_, nth) => `323 ${10_000 + nth}`)
const known = async (store: Store, of: readonly Mark[] = marks) => await ask(store, { clients: of.map(it => [it]), ofClients: ['323:Prestatie'] })
const offered = async (store: Store): Promise<void> => { assert.deepEqual(await store.finish([finish(await claimOne(store), { kind: 'offered' })], later(1)), ['done']) }
const seqOf = async (store: Store): Promise<number> => (await store.subjects([markOf(1)]))[0]?.seq ?? NaN

/** @param several on a server the same statements are tried, not each step of them: one takes long there */
export function factLaterContract (fresh: Fresh, several: boolean): void {
  describe('the facts of a large message', () => {
    test('are as if they had been written with it, and count from when it is offered', async t => {
      const store = await fresh(t)
      const item = large()
      await store.accept([item])
      assert.deepEqual((await known(store)).known, [])
      await store.writeFacts(item.envelope.id)
      assert.deepEqual((await known(store)).known, [], 'not offered yet')
      await offered(store)
      const found = await known(store)
      assert.deepEqual([numbersIn(found), found.version], [all, 1])
      assert.equal(new Set(found.clients).size, persons, 'one row each, however many parts they are in')
      assert.deepEqual(numbersIn(await known(store, marks.slice(2, 3))), all.filter((_, nth) => nth % persons === 2))
      assert.deepEqual(await store.rederive([{ seq: found.known[0]?.bron.seq ?? NaN, id: item.envelope.id, facts: item.facts ?? null, voids: false }], true), { same: 1, written: 0, removed: 0 })
    })

    test('are written at last by who offers it, where nobody did before', async t => {
      const store = await fresh(t)
      await store.accept([large()])
      await offered(store)
      assert.deepEqual(numbersIn(await known(store)), all)
    })

    test('are right while they wait, and go with it', async t => {
      const store = await fresh(t)
      const item = large()
      await store.accept([item])
      const seq = await seqOf(store)
      const derived = async (facts: Acceptance['facts'] = item.facts) => await store.rederive([{ seq, id: item.envelope.id, facts: facts ?? null, voids: false }], false)
      assert.deepEqual(await derived(), { same: 1, written: 0, removed: 0 })
      assert.deepEqual(await derived(null), { same: 0, written: 0, removed: 1 })
      await store.writeFacts(item.envelope.id)
      assert.deepEqual((await known(store)).clients.filter(it => it !== null), [])
      assert.deepEqual(await derived(), { same: 0, written: 1, removed: 0 })
      await store.writeFacts(item.envelope.id)
      await offered(store)
      assert.deepEqual(numbersIn(await known(store)), all)
    })

    test('are not there for who was erased before they were written; those of others are', async t => {
      const store = await fresh(t)
      const item = large()
      await store.accept([item])
      assert.equal((await store.erase([await seqOf(store)], [markOf(1)], { shared: true, undelivered: true, account, now: later(1) })).length, 1)
      await store.writeFacts(item.envelope.id)
      const [his, others] = [await known(store, [markOf(1)]), await known(store, marks.slice(1))]
      assert.deepEqual([his.clients, his.known, others.clients.filter(it => it !== null).length], [[null], [], persons - 1])
    })

    test('are erased also where what waits of them was damaged', async t => {
      const dbs: Db[] = []
      const store = await fresh(t, { wrap (db) { dbs.push(db); return db } })
      await store.accept([large()])
      const raw = async (sql: string) => await Promise.all(dbs.map(db => db.write(session => session.all({ sql, slots: [] }))))
      await raw('update fact_later set body = (select body from fact_later where nth = 1) where nth = 0 returning nth')
      assert.equal((await store.erase([await seqOf(store)], [markOf(1)], { shared: true, undelivered: true, account, now: later(1) })).length, 1)
      assert.deepEqual(await raw('select nth from fact_later'), [[]])
    })

    test('are those that are derived now, where others waited', async t => {
      const store = await fresh(t)
      const item = large()
      await store.accept([item])
      const facts = { ...item.facts ?? { pair, clients: marks }, facts: [gedeclareerd('1', '7')] }
      assert.deepEqual(await store.rederive([{ seq: await seqOf(store), id: item.envelope.id, facts, voids: false }], false), { same: 0, written: 1, removed: 0 })
      await store.writeFacts(item.envelope.id)
      await offered(store)
      assert.deepEqual(numbersIn(await known(store)), ['323 1'])
    })

    test('are about whom they were when the key of marks is turned while they wait', async t => {
      const store = await fresh(t, { roots: turned(roots, 'new') })
      const item = large()
      const now = marks.map(({ hash }): Mark => ({ key: 'new', hash: Buffer.from(hash).fill(100, 1) }))
      await store.accept([item])
      const { items = [] } = await store.marked(null, { messages_max: 9, bytes_max: 1e9 }) ?? {}
      await store.remark(items.map(({ seq, key }) => ({ seq, key, marks: now, persons: marks.map((old, nth) => [...now.slice(nth, nth + 1), old]) })), start)
      await store.writeFacts(item.envelope.id)
      await offered(store)
      const found = await known(store, now)
      assert.deepEqual([numbersIn(found), new Set(found.clients).size], [all, persons])
      assert.deepEqual((await store.keyUse()).index.map(it => it.key), ['new'], 'the old key may go')
    })

    if (several) return
    test('are all there once, whichever step of storage fails', t => atEveryStep(t, fresh, 30, async (open, arm, which) => {
      const store = await open()
      const item = large()
      await store.accept([item])
      arm()
      await untilDone(() => store.writeFacts(item.envelope.id))
      const claim = await untilDone(() => store.claim(1, 0, start))
      await untilDone(() => store.finish(claim.map(it => finish(it, { kind: 'offered' })), later(1)))
      const found = await untilDone(() => known(store))
      assert.deepEqual([numbersIn(found), found.version], [all, 1], which)
    }))
  })
}
