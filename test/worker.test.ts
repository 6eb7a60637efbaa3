/** The worker beside a real store: leases that are kept, lost or handed back, and results that cannot be recorded. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import { instant, partyCode, type Clock } from '../src/core/core.ts'
import { ownView } from '../src/party/party.ts'
import { openLog } from '../src/log.ts'
import { openStore, StoreUnavailable, type Acceptance, type Claimed, type Finish, type Finished, type Store } from '../src/store/store.ts'
import { startWorker, type Worker } from '../src/worker.ts'
import { until } from './flow/world.ts'
import { finish, gemeente, heen, later, roots } from './store/sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'zorgpoort-worker-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** One claim the worker has in hand; the test says when and how it ends. */
interface Work { readonly claimed: Claimed, readonly stop: AbortSignal, end (outcome: Finish['outcome']): void, fail (error: Error): void }
interface Bench { readonly store: Store, readonly works: readonly Work[], readonly worker: Worker, readonly time: { ms: number } }

/** A worker on a database of its own, whose time the test sets. `over` changes verbs of its store and its settings. */
async function bench (t: TestContext, over: { store?: (store: Store) => Partial<Store>, lease_ms?: number, claim_limit?: number } = {}): Promise<Bench> {
  const store = await openStore({ url: `sqlite:${join(folder, `${t.name.replace(/\W+/g, '-')}.db`)}`, mode: 'test', roots })
  const time = { ms: 0 }
  const clock: Clock = { now: () => later(time.ms) }
  const works: Work[] = []
  const pipeline = {
    work: async (claimed: Claimed, stop: AbortSignal) => await new Promise<Finish>((resolve, reject) => {
      works.push({ claimed, stop, end: outcome => { resolve(finish(claimed, outcome)) }, fail: reject })
    })
  }
  const log = openLog({ level: 'silent', pretty: false, to: { write: () => {} } })
  const worker = startWorker({ store: { ...store, ...over.store?.(store) }, pipeline, clock, log, lease_ms: over.lease_ms ?? 60_000, claim_limit: over.claim_limit ?? 10, poll_ms: 5, retry: { first_ms: 60_000, longest_ms: 60_000, total_ms: 600_000 } })
  t.after(async () => { await worker.stop(); await store.close() })
  return { store, works, worker, time }
}

let pairs = 0
/** A message of a pair of its own: it waits for no other. */
const apart = (): Acceptance => heen({ envelope: { receiver: partyCode(String(42_420_000 + ++pairs)) } })

const arrived = async (works: readonly Work[], count: number): Promise<Work> => await until(() => works[count - 1], `work ${count}`)

test('a lease is renewed for as long as the work goes on', async t => {
  let renewals = 0
  const { store, works, time } = await bench(t, { lease_ms: 60, store: store => ({ renew: async (...lease) => { const kept = await store.renew(...lease); renewals++; return kept } }) })
  await store.accept([heen()])
  await arrived(works, 1)
  time.ms = 50
  const before = renewals
  // The first of these may have been under way when the time changed.
  await until(() => renewals > before + 1 || undefined, 'a renewal')
  assert.deepEqual(await store.claim(1, 60, later(100)), [])
  assert.equal(works.length, 1)
})

test('work whose lease another got takes up no room any more, and its result changes nothing', async t => {
  const { store, works } = await bench(t, { lease_ms: 60, claim_limit: 1 })
  const first = heen()
  await store.accept([first])
  const lost = await arrived(works, 1)
  const [other] = await store.claim(1, 60_000, later(1_000_000))
  assert.equal(other?.delivery, lost.claimed.delivery)
  await store.accept([apart()])
  const next = await arrived(works, 2)
  assert.notEqual(next.claimed.delivery, lost.claimed.delivery)
  lost.end({ kind: 'dead', class: 'functional', reason: 'slow' })
  next.end({ kind: 'offered' })
  await until(async () => (await store.message(ownView(gemeente), next.claimed.envelope.id))?.delivery === 'offered' || undefined)
  assert.equal((await store.message(ownView(gemeente), first.envelope.id))?.delivery, 'waiting')
})

test('what was claimed again here is handed back, although the older work on it ended first', async t => {
  let claimed = 0
  const { store, works, worker, time } = await bench(t, { store: store => ({ claim: async (...which) => { const claims = await store.claim(...which); claimed += claims.length; return claims } }) })
  await store.accept([heen()])
  const older = await arrived(works, 1)
  time.ms = 60_001
  await until(() => claimed === 2 || undefined, 'another claim')
  older.end({ kind: 'offered' })
  const newer = await arrived(works, 2)
  assert.ok(newer.claimed.fence > older.claimed.fence)
  const other = apart()
  await store.accept([other])
  const third = await arrived(works, 3)
  third.end({ kind: 'offered' })
  await until(async () => (await store.message(ownView(gemeente), other.envelope.id))?.delivery === 'offered' || undefined)
  await worker.stop()
  assert.deepEqual((await store.claim(9, 1000, later(time.ms))).map(it => it.delivery), [newer.claimed.delivery])
})

test('stopping hands work back although results cannot be recorded', async t => {
  const { store, works, worker } = await bench(t, { store: () => ({ finish: async () => { throw new StoreUnavailable('broken for the test') } }) })
  await store.accept([apart(), apart()])
  const [hangs, ends] = [await arrived(works, 1), await arrived(works, 2)]
  ends.stop.addEventListener('abort', () => { ends.end({ kind: 'offered' }) })
  await worker.stop()
  const [claim] = await store.claim(1, 1000, later(0))
  assert.deepEqual([claim?.delivery, claim?.attempt], [hangs.claimed.delivery, 1])
})

test('stopping ends well although nothing can be handed back', async t => {
  const { store, works, worker } = await bench(t, { store: () => ({ release: async () => { throw new StoreUnavailable('broken for the test') } }) })
  await store.accept([heen()])
  await arrived(works, 1)
  await worker.stop()
})

test('a failure while stopping counts for nothing, not even as the last straw', async t => {
  const { store, works, worker } = await bench(t)
  await store.accept([apart(), apart()])
  const failures = [{ kind: 'dead', class: 'functional', reason: 'exhausted: handler_failed' }, { kind: 'later', due: instant(later(9e9)), reason: 'handler_failed', counts: true }] as const
  for (const [n, outcome] of failures.entries()) {
    const work = await arrived(works, n + 1)
    work.stop.addEventListener('abort', () => { work.end(outcome) })
  }
  await worker.stop()
  assert.deepEqual((await store.claim(9, 1000, later(0))).map(it => it.attempt), [1, 1])
})

test('work that fails in a way nobody foresaw takes up no room any more', async t => {
  const { store, works } = await bench(t, { claim_limit: 1 })
  await store.accept([heen(), heen()])
  const first = await arrived(works, 1)
  first.fail(new Error('unforeseen'))
  assert.notEqual((await arrived(works, 2)).claimed.delivery, first.claimed.delivery)
})

test('of one pair one message is worked on at a time, in order; those that wait take no room from other pairs', async t => {
  const { store, works } = await bench(t, { claim_limit: 2 })
  const [first, second, third, other] = [heen(), heen(), heen(), apart()]
  await store.accept([first, second, third])
  const one = await arrived(works, 1)
  await store.accept([other])
  assert.equal((await arrived(works, 2)).claimed.envelope.id, other.envelope.id)
  one.end({ kind: 'offered' })
  assert.deepEqual([one.claimed.envelope.id, (await arrived(works, 3)).claimed.envelope.id], [first.envelope.id, second.envelope.id])
})

test('what is outdated whenever it was judged is put off after five rounds, and is no failure', async t => {
  let rounds = 0
  const outdated = async (items: readonly Finish[]): Promise<Finished[]> => items.map(() => { rounds++; return 'outdated' })
  const { store, works } = await bench(t, { store: store => ({ finish: async (items, now) => items.some(it => it.outcome.kind === 'later') ? await store.finish(items, now) : await outdated(items) }) })
  const item = heen()
  await store.accept([item])
  for (let n = 1; n <= 5; n++) (await arrived(works, n)).end({ kind: 'offered' })
  const told = await until(async () => { const it = await store.inspect(item.envelope.id); return it?.message.work?.reason === 'history_changed' ? it.message : undefined })
  assert.deepEqual([rounds, told.attempts, told.delivery, told.next_try], [5, 0, 'waiting', later(1_000)])
})
