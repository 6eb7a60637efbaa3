/** Contract of the store: whichever step of storage fails, trying again ends in the same state, and nothing happens twice. */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { StoreFailure, StoreUnavailable, type Db, type Session, type Store } from '../../src/store/store.ts'
import { ownView } from '../../src/party/party.ts'
import { aanbieder, account, finish, gemeente, heen, later, retour, roots, type Fresh } from './sample.ts'
import { assertWhole } from './whole.ts'

/** Tells at each step whether it fails. */
type Fails = () => boolean
const broken = (): never => { throw new StoreUnavailable('broken for the test') }

const failing = (session: Session, fails: Fails): Session => ({
  all: async (statement, values) => fails() ? broken() : await session.all(statement, values),
  run: async (statement, values) => fails() ? broken() : await session.run(statement, values),
  nested: work => session.nested(work),
  era: () => session.era()
})

/** Storage of which steps fail: every statement is a step, and so is the news that a commit was made. */
export const failingDb = (fails: Fails) => (db: Db): Db => ({
  ...db,
  read: work => db.read(session => work(failing(session, fails))),
  async write (work, weight) {
    const result = await db.write(session => work(failing(session, fails)), weight)
    return fails() ? broken() : result
  }
})

export async function untilDone<T> (work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof StoreFailure)) throw error
    }
  }
}

/** What a test does with a store of which one step will fail: it calls `arm` when all stands, and says in its failures which step it was. */
type Trial = (open: (more?: Parameters<Fresh>[1]) => Promise<Store>, arm: () => void, which: string) => Promise<void>

/** Runs a trial with storage that fails at step 0, 1, 2 … after arming, until one runs through without a failure. @param least fewer steps than this were no trial */
export async function atEveryStep (t: TestContext, fresh: Fresh, least: number, trial: Trial): Promise<void> {
  let step = 0
  for (let failed = true; failed; step++) {
    let [count, armed] = [0, false]
    failed = false
    const wrap = failingDb(() => armed && count++ === step && (failed = true))
    const stores: Store[] = []
    const open = async (more: Parameters<Fresh>[1] = {}): Promise<Store> => {
      const store = await fresh(t, { ...more, wrap })
      stores.push(store)
      return store
    }
    await trial(open, () => { armed = true }, `step ${step}`)
    for (const store of stores) await store.close()
  }
  assert.ok(step > least, `only ${step} steps`)
}

/** Delivers all there is, as a worker does: after a failure it claims again once the lease is over. */
async function drain (store: Store, time: { ms: number }): Promise<void> {
  for (;;) {
    const empty = await untilDone(async () => {
      time.ms += 1000
      const claims = await store.claim(5, 1000, later(time.ms))
      await store.finish(claims.map(claim => finish(claim, { kind: 'offered' })), later(time.ms))
      return claims.length === 0
    })
    if (empty && (await untilDone(() => store.stats(later(time.ms)))).queue.length === 0) return
  }
}

/** A message goes to the aanbieder, who acknowledges it and answers. @returns the state and history of both */
async function conversation (store: Store) {
  const time = { ms: 0 }
  const asked = heen({ findings: [{ level: 2, code: 'TR006', line: 1, path: '', found: '', expected: '', message: '', message_en: '' }] })
  const answer = retour(asked)
  await untilDone(() => store.accept([asked, heen()]))
  await drain(store, time)
  await untilDone(() => store.accept([answer]))
  await untilDone(() => store.acknowledge(ownView(aanbieder), asked.envelope.id, account, later(time.ms)))
  await drain(store, time)
  return await Promise.all([asked, answer].map(({ envelope }) => untilDone(async () => {
    const message = await store.message(ownView(gemeente), envelope.id)
    return { delivery: message?.delivery, answer: message?.answer, events: (await store.history(ownView(gemeente), envelope.id))?.map(({ event }) => event) }
  })))
}

/** @param several whether each call is a transaction of its own */
export function faultContract (fresh: Fresh, several: boolean): void {
  describe('failing storage', () => {
    test('at any one step leaves the same end, and nothing twice', async t => {
      const expected = [
        { delivery: 'delivered', answer: 'answered', events: ['accepted', 'offered', 'delivered', 'answered'] },
        { delivery: 'offered', answer: 'none', events: ['accepted', 'offered'] }
      ]
      const sorted = (result: typeof expected) => result.map(entry => ({ ...entry, events: entry.events.toSorted() }))
      let step = 0
      for (let failed = true; failed; step++) {
        let count = 0
        failed = false
        const store = await fresh(t, { wrap: failingDb(() => count++ === step && (failed = true)) })
        const result = (await conversation(store)).map(({ delivery = '', answer = '', events = [] }) => ({ delivery, answer, events: [...events] }))
        assert.deepEqual(sorted(result), sorted(expected), `after a failure at step ${step}`)
        await assertWhole(store, roots.audit)
        await store.close()
      }
      assert.ok(step > 50, `only ${step} steps`)
    })

    if (several) {
      test('fails the calls whose transaction fails at every try, stores the others, and the same calls succeed later', async t => {
        let [armed, count] = [false, 0]
        const store = await fresh(t, {
          wrap: db => ({
            ...db,
            write (work, weight) {
              const fails = armed && ++count === 2
              return db.write(session => work(failing(session, () => fails)), weight)
            }
          })
        })
        armed = true
        const items = Array.from({ length: 20 }, () => heen())
        const results = await Promise.allSettled(items.map(item => store.accept([item])))
        const failures = results.flatMap(result => result.status === 'rejected' ? [result.reason instanceof StoreFailure] : [])
        assert.ok(failures.length > 0 && failures.length < items.length && failures.every(it => it), `${failures}`)
        const again = await Promise.all(items.map(item => store.accept([item])))
        assert.deepEqual(again.flat().map(({ kind }) => kind), results.map(({ status }) => status === 'rejected' ? 'stored' : 'duplicate'))
        assert.equal(await assertWhole(store, roots.audit), 21)
      })
      return
    }
    test('fails every call of the group, stores none of it, and the same calls succeed later', async t => {
      let count = 0
      const store = await fresh(t, { wrap: failingDb(() => ++count === 12) })
      const items = Array.from({ length: 20 }, () => heen())
      const results = await Promise.allSettled(items.map(item => store.accept([item])))
      assert.ok(results.every(result => result.status === 'rejected' && result.reason instanceof StoreFailure))
      const again = await Promise.all(items.map(item => store.accept([item])))
      assert.deepEqual(again.flat().map(({ kind }) => kind), Array(20).fill('stored'))
      assert.equal(await assertWhole(store, roots.audit), 21)
    })
  })
}
