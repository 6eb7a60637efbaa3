/** Contract of the store: what is done with a group is what would be done with each, one after the other. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { newReferentienummer, type PartyCode } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import type { Acceptance, Accepted, Claimed, Finish, Finished, Store } from '../../src/store/store.ts'
import { byDoor, digest } from './arriving.ts'
import { ask, bringing, markOf, toegewezen } from './facts.ts'
import { aanbieder, finish, gemeente, heen, later, retour, stranger, type Fresh, type Wanted } from './sample.ts'

const policy = { first_ms: 1_000, longest_ms: 1_000, total_ms: 600_000 }
/** Of how a message differs from the others of its group; few of each, so that they meet. */
interface Choice { readonly kind: 'plain' | 'again' | 'other' | 'retour' | 'door' | 'facts', readonly of: number, readonly key: number, readonly delivery: 'waiting' | 'held' | 'offered' | 'pushed' | 'none', readonly person: number }
const choice = fc.record<Choice>({
  kind: fc.constantFrom('plain', 'plain', 'plain', 'facts', 'facts', 'again', 'other', 'retour', 'door'),
  of: fc.nat(5),
  key: fc.nat(3),
  delivery: fc.constantFrom('waiting', 'held', 'offered', 'pushed', 'pushed', 'none'),
  person: fc.nat(2)
})

function made ({ kind, of, key, delivery, person }: Choice, before: readonly Acceptance[], run: number): Acceptance {
  const wanted: Wanted = { order_key: `${run} ${key}`, delivery: delivery === 'pushed' ? 'offered' : delivery, ...delivery === 'pushed' ? { push: policy } : {}, clients: [markOf(person)] }
  const one = before[of % (before.length + 1)]
  switch (kind) {
    case 'plain': return heen({ ...wanted, envelope: { receiver: key === 3 ? stranger : aanbieder } })
    case 'facts': return bringing([toegewezen(`${key}`), toegewezen('9')], [markOf(person)], wanted)
    case 'door': return byDoor(newReferentienummer(), {}, wanted)
    case 'retour': return one === undefined ? heen(wanted) : retour(one, { ...wanted, order_key: null })
    case 'again': return one === undefined ? heen(wanted) : { ...one, envelope: { ...one.envelope, id: heen().envelope.id, referentienummer: newReferentienummer() } }
    case 'other': return heen({ ...wanted, ...one === undefined ? {} : { envelope: { identificatie: one.envelope.identificatie } } })
  }
}
const groupOf = (choices: readonly Choice[], run: number): Acceptance[] => {
  const items: Acceptance[] = []
  for (const it of choices) items.push(made(it, items, run))
  return items
}

const outcomes: readonly Finish['outcome'][] = [
  { kind: 'offered' }, { kind: 'offered', push: policy }, { kind: 'delivered' }, { kind: 'later', due: later(5_000), reason: 'busy', counts: true },
  { kind: 'dead', class: 'functional', reason: 'no' }, { kind: 'held', reason: 'seen' }, { kind: 'rejected', findings: [] }
]

const said = (it: Accepted): unknown => it.kind === 'refused' ? [it.kind, it.code, it.message] : [it.kind, it.id]
/** All that a store tells of messages, but for what differs from database to database: numbers, and the moment of a transaction. */
async function told (store: Store, items: readonly Acceptance[]): Promise<unknown[]> {
  const all: unknown[] = [numberless(await ask(store, { clients: [0, 1, 2].map(it => [markOf(it)]) }))]
  for (const { envelope: { id } } of items) {
    const [one, history, payload] = [await store.inspect(id), await store.history(ownView(gemeente), id), await store.payload(ownView(gemeente), id)]
    all.push([numberless(one?.message ?? null), numberless(history), payload])
  }
  return all
}
const numberless = (it: unknown): unknown => JSON.parse(JSON.stringify(it, (key, value: unknown) => ['seq', 'version', 'client', 'gaploosVanaf'].includes(key) || (key === 'clients' && Array.isArray(value)) ? undefined : value))

const receivers: readonly PartyCode[] = [aanbieder, stranger, gemeente]
async function claims (store: Store): Promise<Claimed[]> {
  const all = [...await store.claim(50, 60_000, later(100))]
  for (const target of receivers) all.push(...await store.claimPush(target, 50, 60_000, later(100)))
  return all.toSorted((a, b) => a.envelope.id < b.envelope.id ? -1 : 1)
}
/** @returns how each claim is to end, by what message and what work it is of, so that it is the same in each store */
const ends = (claimed: readonly Claimed[], draws: readonly number[]): Finish[] =>
  claimed.map((it, nth) => finish(it, outcomes[draws[nth % draws.length] ?? 0] ?? { kind: 'offered' }))
/** Which of those that came at one moment is first does not matter. */
const shape = (it: readonly Claimed[]): unknown[] => it.map(({ envelope, attempt }) => `${envelope.id} ${attempt}`).toSorted()

async function oneByOne<Item, Result> (items: readonly Item[], work: (items: readonly Item[]) => Promise<readonly Result[]>): Promise<Result[]> {
  const results: Result[] = []
  for (const item of items) results.push(...await work([item]))
  return results
}

export function groupContract (fresh: Fresh, runs: number): void {
  describe('a group', () => {
    test('is accepted, and its work ended, as each of it would be one after the other', async t => {
      const [together, apart] = [await fresh(t), await fresh(t)]
      let run = 0
      await fc.assert(fc.asyncProperty(fc.array(fc.array(choice, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 2 }), fc.array(fc.nat(6), { minLength: 1, maxLength: 8 }), async (groups, draws) => {
        const all: Acceptance[] = []
        run++
        for (const group of groups) {
          const items = groupOf(group, run)
          all.push(...items)
          const [one, other] = [await together.accept(items), await oneByOne(items, it => apart.accept(it))]
          assert.deepEqual(one.map(said), other.map(said))
          assert.deepEqual(await told(together, all), await told(apart, all))
          const [mine, theirs] = [await claims(together), await claims(apart)]
          assert.deepEqual(shape(mine), shape(theirs))
          const ended: readonly Finished[] = await together.finish(ends(mine, draws), later(200))
          assert.deepEqual(ended, await oneByOne(ends(theirs, draws), it => apart.finish(it, later(200))))
          assert.deepEqual(await told(together, all), await told(apart, all))
        }
      }), { numRuns: Math.ceil(40 * runs), endOnFailure: true })
    })

    test('keeps the order of its messages under a key, however each came', async t => {
      const store = await fresh(t)
      const items = [byDoor(undefined, {}, { delivery: 'waiting', order_key: 'one' }), heen({ order_key: 'one' }), bringing([toegewezen('1')], [markOf(1)], { delivery: 'waiting', order_key: 'one' })]
      await store.accept(items)
      await store.finish((await store.claim(9, 60_000, later(100))).map(it => finish(it, { kind: 'offered', push: policy })), later(200))
      const pushed: string[] = []
      while (pushed.length < items.length) {
        const [claim] = await store.claimPush(aanbieder, 1, 60_000, later(300))
        assert.ok(claim !== undefined, `${pushed.length} pushed`)
        pushed.push(claim.envelope.id)
        await store.finish([finish(claim, { kind: 'delivered' })], later(300))
      }
      assert.deepEqual(pushed, items.map(it => it.envelope.id))
    })

    test('ends a piece of work once, that stands in it twice', async t => {
      const store = await fresh(t)
      const item = heen()
      await store.accept([item])
      const ends = (await store.claim(9, 60_000, later(100))).map(it => finish(it, { kind: 'delivered' }))
      assert.deepEqual(await store.finish([...ends, ...ends], later(200)), ['done', 'stale'])
      assert.equal((await store.history(ownView(gemeente), item.envelope.id))?.filter(it => it.event === 'delivered').length, 1)
    })

    test('knows history to have a gap where a message of it was not kept, the first of its parties too', async t => {
      const store = await fresh(t)
      await store.accept([bringing([toegewezen('1')]), heen({ delivery: 'offered' })])
      assert.equal((await ask(store, {})).gaploosVanaf % 2 ** 40, 3)
    })

    test('takes a number of the chain once', async t => {
      const store = await fresh(t)
      const number = newReferentienummer()
      const own = () => ({ envelope: { referentienummer: newReferentienummer() } })
      const results = await store.accept([1, 1, 2].map((it, nth) => byDoor(number, { digest: digest(it) }, { order_key: `key ${nth}`, ...own() })))
      assert.deepEqual(results.map(it => it.kind === 'refused' ? it.code : it.kind), ['stored', 'ZP_NUMBER', 'ZP_NUMBER'])
    })

    test('calls that come at once are each told their own', async t => {
      const store = await fresh(t)
      const items = Array.from({ length: 60 }, (_, nth) => heen({ order_key: `key ${nth % 7}`, delivery: 'offered', push: policy }))
      const again = items.slice(0, 20)
      const results = await Promise.all([...items, ...again].map(it => store.accept([it])))
      assert.deepEqual(results.flat().map(it => it.kind === 'refused' ? it.code : it.id), [...items, ...again].map(it => it.envelope.id))
      assert.equal(results.flat().filter(it => it.kind === 'stored').length, 60)
    })

    test('a call that cannot be done keeps none that came with it from being done', async t => {
      const store = await fresh(t)
      const wrong = { ...heen(), seal: undefined } as unknown as Acceptance
      const items = Array.from({ length: 30 }, (_, nth) => nth === 11 ? wrong : heen({ order_key: `key ${nth}` }))
      const results = await Promise.allSettled(items.map(it => store.accept([it])))
      assert.deepEqual(results.map(it => it.status), items.map((_, nth) => nth === 11 ? 'rejected' : 'fulfilled'))
      for (const [nth, { envelope: { id } }] of items.entries()) assert.equal(await store.inspect(id) === null, nth === 11)
    })
  })
}
