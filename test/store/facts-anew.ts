/** Contract of the store: facts derived anew are the same, and what is imported is known and nothing more. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ownView } from '../../src/party/party.ts'
import type { Acceptance, KeptFacts, Store } from '../../src/store/store.ts'
import { ask, bringing, byNumber, declaratie, gedeclareerd, markOf, numbersIn, pair, toegewezen } from './facts.ts'
import { atEveryStep, untilDone } from './faulting.ts'
import { aanbieder, account, claimOne, finish, gemeente, later, retour, type Fresh } from './sample.ts'

const window = { messages_max: 2, bytes_max: 1e9 }
/** Derives all facts anew from what each message is said to bring. */
async function rebuild (store: Store, brings: (id: string) => { facts: KeptFacts | null, voids: boolean }, dry = false): Promise<Record<string, number>> {
  const sum = { same: 0, written: 0, removed: 0 }
  for (let at = await untilDone(() => store.factSources(0, null, window)); at !== null;) {
    const { items, after } = at
    const done = await untilDone(() => store.rederive(items.map(({ seq, id }) => ({ seq, id, ...brings(id) })), dry))
    for (const name of ['same', 'written', 'removed'] as const) sum[name] += done[name]
    at = await untilDone(() => store.factSources(after, null, window))
  }
  return sum
}
const bringsOf = (items: readonly Acceptance[]) => (id: string) => {
  const item = items.find(it => it.envelope.id === id)
  return { facts: item?.facts ?? null, voids: item?.voids ?? false }
}
const all = async (store: Store) => {
  const { version, ...known } = await ask(store, { clients: [[markOf(1)], [markOf(2)]], ofClients: ['301:ToegewezenProduct', '323:Prestatie'], lookups: [{ of: '323:Declaratie', by: 'DeclaratieNummer', values: ['D1'] }] })
  return known
}
const earlier = (item: Acceptance): Acceptance => ({ ...item, delivery: 'none', seal: Buffer.alloc(0), receipt: Buffer.alloc(0), envelope: { ...item.envelope, origin: 'import', account: null } })

export function factAnewContract (fresh: Fresh): void {
  describe('facts anew', () => {
    const history = (): readonly Acceptance[] => {
      const [one, no] = [bringing([toegewezen('1'), toegewezen('2')]), bringing([toegewezen('3')], [markOf(2)])]
      const claim = bringing([declaratie('D1'), gedeclareerd('1', '1'), gedeclareerd('2', '1', '1', '1')], [markOf(1), markOf(2)], { envelope: { type: 'WMO323' } })
      return [one, no, claim, retour(no, { voids: true, delivery: 'offered' }), retour(one, { delivery: 'offered' })]
    }

    test('derived anew they are the same, whatever was lost; what is right is not touched', async t => {
      const store = await fresh(t)
      const items = history()
      await store.accept(items)
      await store.accept([bringing([toegewezen('9')], undefined, { delivery: 'waiting' })])
      await store.finish([finish(await claimOne(store), { kind: 'rejected', findings: [] })], later(1))
      const before = await all(store)
      const version = (await ask(store, {})).version
      assert.deepEqual(await rebuild(store, bringsOf(items)), { same: 5, written: 0, removed: 1 })
      assert.deepEqual([await all(store), (await ask(store, {})).version], [before, version])
      // All of it is lost, and a rejection too.
      assert.equal((await rebuild(store, () => ({ facts: null, voids: false })))['removed'], 3)
      assert.deepEqual(numbersIn({ ...await all(store), version }), [])
      assert.deepEqual(await rebuild(store, bringsOf(items), true), { same: 3, written: 3, removed: 0 }, 'only looked')
      assert.deepEqual(await rebuild(store, bringsOf(items)), { same: 3, written: 3, removed: 0 })
      assert.deepEqual((await all(store)).known.map(({ client, ...it }) => it), before.known.map(({ client, ...it }) => it))
    })

    test('of what was rejected at the door there is nothing to derive', async t => {
      const store = await fresh(t)
      const item = bringing([toegewezen('1')], undefined, { delivery: 'none', envelope: { verdict: 'rejected' } })
      await store.accept([{ ...item, facts: null }])
      assert.deepEqual(await rebuild(store, bringsOf([item]), true), { same: 1, written: 0, removed: 0 })
    })

    test('what was erased stays erased, and known to have been there', async t => {
      const store = await fresh(t)
      const items = history()
      await store.accept(items)
      const [first] = await store.subjects([markOf(1)])
      await store.erase([first?.seq ?? 0], [markOf(1)], { shared: false, undelivered: true, account, now: later(1) })
      assert.deepEqual(await rebuild(store, bringsOf(items)), { same: 4, written: 0, removed: 0 })
      const { known, compleetVanaf } = await ask(store, byNumber('1'))
      assert.deepEqual([known, compleetVanaf], [[], null])
    })

    test('an import counts when it has ended, before all others; nobody is sent or shown it', async t => {
      const store = await fresh(t)
      await store.accept([bringing([toegewezen('1', { Budget: '2' })])])
      const [one, no] = [bringing([toegewezen('1', { Budget: '1' })]), bringing([toegewezen('2')])]
      const items = [one, no, retour(no, { voids: true })].map(earlier)
      assert.deepEqual((await store.importHistory(items)).map(it => it.kind), ['stored', 'stored', 'stored'])
      assert.deepEqual(numbersIn(await ask(store, byNumber('1', '2'))), ['301 1'])
      assert.deepEqual(await store.keptPairs(), [{ pair, complete_from: null, messages: 1, importing: 2 }])
      assert.equal(await store.endImport([pair], '2015-01-01', later(2)), 2)
      const found = await ask(store, byNumber('1', '2'))
      assert.deepEqual(found.known.map(it => it.of === '301:ToegewezenProduct' ? it.it.Budget : ''), ['1', '2'])
      assert.equal(found.compleetVanaf, '2015-01-01')
      assert.deepEqual(await store.keptPairs(), [{ pair, complete_from: '2015-01-01', messages: 3, importing: 0 }])
      for (const view of [ownView(gemeente), ownView(aanbieder)]) {
        assert.deepEqual([(await store.list({ view, limit: 9 })).items.length, await store.message(view, one.envelope.id), await store.payload(view, one.envelope.id)], [1, null, null])
      }
      assert.deepEqual([(await store.mailbox(ownView(aanbieder), 9)).length, (await store.listAny({ limit: 9 })).items.length], [1, 1])
      assert.deepEqual((await store.inspect(one.envelope.id))?.history.map(it => it.event), ['imported'])
      // Again, and at the door: the key is spent, and no receipt was given.
      assert.deepEqual((await store.importHistory(items)).map(it => it.kind === 'refused' && it.code), ['ZP_IDENTIFICATIE_REUSED', 'ZP_IDENTIFICATIE_REUSED', 'ZP_IDENTIFICATIE_REUSED'])
      assert.equal(await store.earlier({ ...one.envelope }), null)
      assert.deepEqual(await rebuild(store, bringsOf([...items, bringing([])])), { same: 3, written: 0, removed: 1 }, 'rebuilt like any other')
      assert.deepEqual(await store.accept([retour(one, { voids: true, delivery: 'offered' })]).then(it => it.map(({ kind }) => kind)), ['stored'], 'a late retour finds it')
      assert.deepEqual(numbersIn(await ask(store, byNumber('1', '2'))), [])
      assert.equal((await store.subjects([markOf(1)])).length, 3, 'and it is erased with the rest')
    })

    test('ends the same whichever step of storage fails', t => atEveryStep(t, fresh, 20, async (open, arm, which) => {
      const store = await open()
      const items = history()
      await store.accept(items)
      const before = await all(store)
      await rebuild(store, id => id === items[2]?.envelope.id ? { facts: null, voids: false } : bringsOf(items)(id))
      arm()
      await rebuild(store, bringsOf(items))
      await untilDone(() => store.importHistory([earlier(bringing([toegewezen('7')]))]))
      await untilDone(() => store.endImport([pair], null, later(3)))
      const after = await untilDone(() => all(store))
      assert.deepEqual(after.known.filter(it => it.bron.seq > 0).map(({ client, ...it }) => it), before.known.map(({ client, ...it }) => it), which)
    }))
  })
}
