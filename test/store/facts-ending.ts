/** Contract of the store: facts stay as long as rules ask for them, go for one person when he is erased, and come under new keys. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instant, type Instant } from '../../src/core/core.ts'
import { newRingLine, parseRing, type Roots } from '../../src/vault/vault.ts'
import type { Acceptance, Store, Swept } from '../../src/store/store.ts'
import { ask, bringing, byNumber, declaratie, gedeclareerd, markOf, numbersIn, pair, toegewezen } from './facts.ts'
import { account, later, retour, roots, type Fresh, type OpenStore } from './sample.ts'

const history = { assignment_days: 1858, claim_days: 2557 }
const day = (date: string): Instant => instant(Date.parse(date))
const sweepAt = (store: Store, date: string, kind: 'payload' | 'metadata' = 'payload'): Promise<Swept> =>
  store.sweep(kind, { before: day(date), now: day(date), after: 0, messages_max: 99, bytes_max: 1e9, dry: false, history })
const how = { shared: true, undelivered: true, account, now: later(9) }
const asked = (facts: Parameters<typeof bringing>[0], over: Parameters<typeof bringing>[2] = {}, byte = 1): Acceptance =>
  bringing(facts, [markOf(byte)], { delivery: 'offered', ...over })
/** Fetched by their receiver, so that only history keeps them. */
async function collected (store: Store, ...items: readonly Acceptance[]): Promise<void> {
  await store.accept(items)
  for (const { envelope: { id, receiver } } of items) await store.acknowledge({ party: receiver, send: ['iwmo'], receive: ['iwmo'] }, id, account, later(1))
}
const turnedIndex = (id: string): Roots => {
  const lines = roots.index.keys.map(it => `${it.id}:${Buffer.from(it.bytes).toString('base64')}\n`).join('')
  return { ...roots, index: parseRing(newRingLine(id) + lines, 'index_key') }
}

export function factEndContract (fresh: Fresh, open: OpenStore): void {
  describe('the end of facts', () => {
    test('an assignment keeps its message, and those of its older versions, until its term after the Einddatum of the last version', async t => {
      const store = await fresh(t)
      await collected(store, asked([toegewezen('7')]), asked([toegewezen('8', { Einddatum: '2020-01-01' })]))
      const first = await sweepAt(store, '2040-01-01')
      assert.deepEqual([first.swept, first.kept.history], [1, 1], 'one has no end')
      assert.deepEqual(numbersIn(await ask(store, byNumber('7', '8'))), ['301 7'])
      await collected(store, asked([toegewezen('7', { Einddatum: '2040-03-01' })]))
      assert.deepEqual((await sweepAt(store, '2045-04-01')).kept.history, 2)
      assert.deepEqual([(await sweepAt(store, '2045-05-10')).swept, numbersIn(await ask(store, byNumber('7')))], [2, []])
      assert.deepEqual(await ask(store, { clients: [[markOf(1)]] }).then(it => it.clients), [null], 'nothing is left of the person')
    })

    test('a claim keeps its message seven years after its year; what was rejected keeps none', async t => {
      const store = await fresh(t)
      const no = asked([toegewezen('9')])
      await collected(store, asked([declaratie('D1', '2026-01-31'), gedeclareerd('1', '7')], { envelope: { type: 'WMO323' } }), no, retour(no, { voids: true, delivery: 'offered' }))
      assert.deepEqual((await sweepAt(store, '2033-12-01')).swept, 2)
      assert.deepEqual((await sweepAt(store, '2033-12-01', 'metadata')).kept.payload, 1)
      const { swept, kept } = await sweepAt(store, '2034-01-03')
      assert.deepEqual([swept, kept.history], [1, 0])
    })

    test('where one was erased, what is not found is not known; others’ facts stay', async t => {
      const store = await fresh(t)
      await store.accept([asked([toegewezen('1')]), asked([toegewezen('2')], {}, 2)])
      await store.completeFrom(pair, '2015-01-01', later(1))
      assert.equal((await ask(store, { clients: [[markOf(9)]] })).compleetVanaf, '2015-01-01')
      const before = await ask(store, byNumber('1'))
      const [subject] = await store.subjects([markOf(1)])
      assert.equal((await store.erase([subject?.seq ?? 0], [markOf(1)], how)).length, 1)
      const [his, other, stranger] = [await ask(store, byNumber('1')), await ask(store, { clients: [[markOf(2)]] }), await ask(store, { clients: [[markOf(1)]] })]
      assert.deepEqual([his.known, his.compleetVanaf, his.version > before.version], [[], null, true])
      assert.deepEqual([numbersIn(other), other.compleetVanaf, stranger.clients, stranger.compleetVanaf], [['301 2'], '2015-01-01', [null], null])
      await store.accept([asked([toegewezen('3')])])
      assert.equal((await ask(store, { clients: [[markOf(1)]] })).compleetVanaf, null, 'what he did before is gone, though he is known again')
    })

    test('of a message about several that was erased for one, the other’s facts stay', async t => {
      const store = await fresh(t)
      const two = [markOf(1), markOf(2)]
      await store.accept([bringing([declaratie('D1'), gedeclareerd('1', '7'), gedeclareerd('2', '8', undefined, '1')], two, { envelope: { type: 'WMO323' } }), asked([toegewezen('7')])])
      const [shared, alone] = await store.subjects([markOf(1)])
      assert.ok(shared && alone)
      await store.erase([shared.seq], [markOf(1)], how)
      const lookups = [{ of: '323:Prestatie', by: 'ToewijzingNummer', values: ['7', '8'] }] as const
      assert.deepEqual([numbersIn(await ask(store, { lookups })), numbersIn(await ask(store, byNumber('7')))], [['323 2'], ['301 7']])
      assert.notEqual((await ask(store, { clients: [[markOf(1)]] })).clients[0], null, 'something is known of him still')
      await store.erase([alone.seq], [markOf(1)], how)
      assert.equal((await ask(store, { clients: [[markOf(1)]] })).clients[0], null)
    })

    test('who is erased while it is read what is known of him is not known; what is known of others is', async t => {
      let meanwhile: (() => Promise<unknown>) | null = null
      const store = await fresh(t, {
        wrap: db => ({
          ...db,
          read: work => db.read(session => work({
            ...session,
            async all (it, values) {
              const once = meanwhile
              // His key is asked for last, and his facts were read before.
              if (once !== null && /^select "?id"?, .?data_key.*from .?person.? where .?id.? in/.test(it.sql.replaceAll('`', '"'))) { meanwhile = null; await once() }
              return await session.all(it, values)
            }
          }))
        })
      })
      await store.accept([asked([toegewezen('1')]), bringing([toegewezen('2')], [markOf(2)])])
      const seqs = (await store.subjects([markOf(1)])).map(it => it.seq)
      meanwhile = () => store.erase(seqs, [markOf(1)], { shared: true, undelivered: true, account: null, now: later(5) })
      const found = await ask(store, { clients: [[markOf(1)], [markOf(2)]] })
      assert.equal(meanwhile, null, 'it was in between')
      assert.deepEqual([numbersIn(found), found.clients.map(it => it === null), found.version], [['301 2'], [true, false], (await ask(store, {})).version])
    })

    test('what is known of somebody by a message that was erased for another goes with him, though no mark leads there', async t => {
      const store = await fresh(t)
      await store.accept([bringing([toegewezen('1'), { ...toegewezen('2'), client: '1' }], [markOf(1), markOf(2)])])
      await store.erase((await store.subjects([markOf(1)])).map(it => it.seq), [markOf(1)], how)
      const known = async () => await ask(store, { clients: [[markOf(1)], [markOf(2)]] })
      assert.deepEqual([(await store.subjects([markOf(2)])).length, numbersIn(await known())], [0, ['301 2']])
      const { version } = await known()
      await store.erase([], [markOf(2)], how)
      const after = await known()
      assert.deepEqual([numbersIn(after), after.clients, after.version > version, (await store.keyUse()).index], [[], [null, null], true, []])
      await store.erase([], [markOf(2)], how)
      assert.equal((await known()).version, after.version, 'there is nothing more')
    })

    test('persons come under the new keys, with their facts, and are one with what came since', async t => {
      const before = await open('facts-turned')
      await before.accept([asked([toegewezen('1')])])
      await before.close()
      const after = { ...turnedIndex('fresh'), kek: parseRing(newRingLine('kek-2') + `kek:${Buffer.alloc(32, 1).toString('base64')}\n`, 'kek') }
      const store = await open('facts-turned', { roots: after })
      t.after(() => store.close())
      await store.accept([bringing([toegewezen('2')], [markOf(5, 'fresh')])])
      const both = [markOf(5, 'fresh'), markOf(1)]
      const found = await ask(store, { clients: [both] })
      assert.deepEqual([numbersIn(found), new Set(found.known.map(it => it.client)).size], [['301 1', '301 2'], 1])
      while (await store.rewrap(1, later(1)) > 0);
      const window = await store.marked(null, { messages_max: 9, bytes_max: 99 })
      await store.remark((window?.items ?? []).map(({ seq, key }) => ({ seq, key, marks: [markOf(5, 'fresh')], persons: [both] })), later(2))
      const { kek, index } = await store.keyUse()
      assert.deepEqual([kek, index], [[{ key: 'kek-2', rows: 4 }], [{ key: 'fresh', rows: 4 }]])
      assert.deepEqual(numbersIn(await ask(store, { clients: [[markOf(5, 'fresh')]] })), ['301 1', '301 2'])
    })

    test('a message of which nothing was kept ends what was complete', async t => {
      const store = await fresh(t)
      await store.accept([asked([toegewezen('1')])])
      const version = (await ask(store, {})).version
      await store.completeFrom(pair, '2015-01-01', later(1))
      assert.deepEqual((await ask(store, {})).compleetVanaf, '2015-01-01')
      await store.accept([bringing([], undefined, { facts: { pair, clients: [], facts: [] } })])
      assert.deepEqual((await ask(store, {})).compleetVanaf, '2015-01-01')
      await store.accept([bringing([], undefined, { facts: null })])
      const after = await ask(store, {})
      assert.ok(after.compleetVanaf !== null && after.compleetVanaf > '2026-01-01' && after.version > version)
      assert.ok(after.known.every(it => it.bron.seq < after.gaploosVanaf), 'what was known before may have been taken back by it')
    })
  })
}
