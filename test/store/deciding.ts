/** Contract of the store: what waits for a person is found, and decided once: held messages, and tasks. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newMessageId, newTaskId, type Instant, type MessageId } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import type { Acceptance, Decided, Finish, OpenedTask, Store, StoppedFilter, Task, TaskFilter } from '../../src/store/store.ts'
import { ask, bringing, byNumber, numbersIn, toegewezen } from './facts.ts'
import { aanbieder, account, claimOne, finish, gemeente, heen, later, offer, retour, stranger, type Fresh } from './sample.ts'

const decided = (ms: number, reason = 'spoke_to_sender'): Decided => ({ by: account, reason, now: later(ms) })
const found = async (store: Store, filter: Omit<StoppedFilter, 'limit'> = {}): Promise<MessageId[]> => (await store.held({ limit: 100, ...filter })).items.map(it => it.id)
const idsOf = (...items: readonly Acceptance[]): MessageId[] => items.map(it => it.envelope.id)
const seen = async (store: Store, { envelope: { id, sender } }: Acceptance) => await store.message(ownView(sender), id)
const told = async (store: Store, { envelope: { id, sender } }: Acceptance) => (await store.history(ownView(sender), id))?.map(it => [it.event, it.account, it.detail])

/** Stores a message that a handler holds. */
async function held (store: Store, item: Acceptance = heen(), reason = 'person', ms = 100, until: Instant | null = null): Promise<Acceptance> {
  await store.accept([item])
  assert.deepEqual(await store.finish([finish(await claimOne(store, later(ms)), { kind: 'held', reason, until })], later(ms)), ['done'])
  return item
}

const task = (code: string, over: Partial<OpenedTask> = {}): OpenedTask => ({ id: newTaskId(later(0)), handler: 'back-office', code, ...over })
/** Stores a message and ends its delivery with these tasks. */
async function asking (store: Store, tasks: readonly OpenedTask[], item: Acceptance = heen(), outcome: Finish['outcome'] = { kind: 'offered' }, ms = 100): Promise<Acceptance> {
  await store.accept([item])
  assert.deepEqual(await store.finish([{ ...finish(await claimOne(store, later(ms)), outcome), tasks }], later(ms)), ['done'])
  return item
}
const codes = async (store: Store, filter: Partial<TaskFilter> = {}): Promise<string[]> => (await store.tasks({ state: 'open', limit: 100, ...filter })).items.map(it => it.code)

export function decideContract (fresh: Fresh): void {
  describe('a held message', () => {
    test('is listed, longest held first, page by page, by party and by reason; nothing else is', async t => {
      const store = await fresh(t)
      const all = [await held(store, heen(), 'person', 300), await held(store, heen({ envelope: { sender: stranger } }), 'person', 100), await held(store, heen(), 'too_much_money', 200)]
      const [other] = await Promise.all([heen()].map(async it => { await store.accept([it]); return it }))
      await store.finish([finish(await claimOne(store, later(50)), { kind: 'dead', class: 'functional', reason: 'person' })], later(50))
      assert.equal((other === undefined ? null : await seen(store, other))?.delivery, 'dead')
      const [first, second, third] = [all[1], all[2], all[0]].map(it => it?.envelope.id)
      assert.deepEqual(await found(store), [first, second, third])
      const page = await store.held({ limit: 2 })
      assert.deepEqual(page.items.map(it => [it.id, it.work?.state, it.work?.reason]), [[first, 'held', 'person'], [second, 'held', 'too_much_money']])
      assert.deepEqual((await store.held({ limit: 2, cursor: page.next ?? '' })).items.map(it => it.id), [third])
      assert.deepEqual(await found(store, { party: stranger }), [first])
      assert.deepEqual(await found(store, { code: 'too_much_money' }), [second])
      await assert.rejects(store.held({ limit: 1, cursor: 'x' }), /ZP_QUERY/)
    })

    test('that is released is shown to handlers again, with why; its history says so, and who did it to operators only', async t => {
      const store = await fresh(t)
      const item = await held(store)
      assert.equal(await store.decideHeld(item.envelope.id, 'release', decided(500)), 'done')
      assert.deepEqual(await found(store), [])
      const message = await seen(store, item)
      assert.deepEqual([message?.delivery, message?.attempts, message?.next_try, message?.work?.since, message?.work?.reason], ['waiting', 0, later(500), later(500), null])
      const claim = await claimOne(store, later(500))
      assert.deepEqual([claim.envelope.id, claim.attempt, claim.failing_since, claim.released], [item.envelope.id, 1, null, 'spoke_to_sender'])
      assert.deepEqual(await told(store, item), [['accepted', account, null], ['held', null, 'person'], ['released', null, 'spoke_to_sender']])
      assert.equal((await store.inspect(item.envelope.id))?.history.at(-1)?.account, account)
      await store.finish([finish(claim, { kind: 'later', due: later(600), reason: 'ZP_BUSY', counts: true })], later(510))
      const again = await claimOne(store, later(600))
      assert.deepEqual([again.released, again.attempt], ['spoke_to_sender', 2], 'a failure does not undo the release')
      assert.deepEqual(await store.finish([finish(again, { kind: 'offered' })], later(600)), ['done'])
      assert.equal((await store.message(ownView(aanbieder), item.envelope.id))?.delivery, 'offered')
    })

    test('that nobody released says so', async t => {
      const store = await fresh(t)
      await store.accept([heen()])
      assert.equal((await claimOne(store)).released, null)
    })

    test('that is refused is a dead letter: its sender sees the reason, its receiver nothing, and no rule ever knows of it', async t => {
      const store = await fresh(t)
      const item = await held(store, bringing([toegewezen('7')], undefined, { delivery: 'waiting' }))
      assert.equal(await store.decideHeld(item.envelope.id, 'refuse', decided(500, 'wrong_client')), 'done')
      const message = await seen(store, item)
      assert.deepEqual([message?.delivery, message?.dead_class, message?.dead_reason, message?.work?.since], ['dead', 'functional', 'wrong_client', later(500)])
      assert.equal(await store.message(ownView(item.envelope.receiver), item.envelope.id), null)
      assert.deepEqual(await store.claim(9, 1000, later(1e9)), [])
      assert.deepEqual(numbersIn(await ask(store, byNumber('7'))), [])
      assert.deepEqual(await told(store, item), [['accepted', account, null], ['held', null, 'person'], ['refused_by_person', null, 'wrong_client']])
      assert.deepEqual((await store.deadLetters({ limit: 9, code: 'wrong_client' })).items.map(it => it.id), idsOf(item))
    })

    test('is decided once; what is not held, or not there, is told', async t => {
      const store = await fresh(t)
      const [item, other] = [await held(store), heen()]
      await store.accept([other])
      assert.equal(await store.decideHeld(other.envelope.id, 'release', decided(1)), 'not_held')
      assert.equal(await store.decideHeld(newMessageId(later(1)), 'refuse', decided(1)), 'absent')
      assert.equal(await store.decideHeld(item.envelope.id, 'refuse', decided(500)), 'done')
      const before = await store.inspect(item.envelope.id)
      for (const decision of ['release', 'refuse'] as const) assert.equal(await store.decideHeld(item.envelope.id, decision, decided(600, 'other')), 'not_held')
      assert.deepEqual(await store.inspect(item.envelope.id), before)
    })

    test('that is an answer leaves what it answered without one when it is refused, so that a better one can come; it is not driven again then', async t => {
      const store = await fresh(t)
      const asked = await offer(store)
      const answer = await held(store, retour(asked, { envelope: { received: later(20) } }))
      assert.equal((await seen(store, asked))?.answer, 'answered')
      await store.decideHeld(answer.envelope.id, 'refuse', decided(500))
      assert.deepEqual([(await seen(store, asked))?.answer, (await seen(store, asked))?.answered_by], ['awaited', null])
      const again = async () => await store.redrive(idsOf(answer), decided(600), { usual: { first_ms: 1, longest_ms: 1, total_ms: 1 } })
      assert.deepEqual(await again(), ['replaced'])
      const better = retour(asked, { envelope: { received: later(700) } })
      assert.deepEqual((await store.accept([better])).map(it => it.kind), ['stored'])
      assert.deepEqual(await again(), ['replaced'])
      assert.deepEqual((await store.history(ownView(gemeente), asked.envelope.id))?.map(it => it.event).slice(-3), ['answered', 'unanswered', 'answered'])
    })

    test('is decided about by one of two who try at once', async t => {
      const store = await fresh(t)
      const { envelope: { id } } = await held(store)
      const results = await Promise.all((['release', 'refuse', 'release'] as const).map(it => store.decideHeld(id, it, decided(500))))
      assert.deepEqual(results, ['done', 'not_held', 'not_held'])
    })
  })

  describe('a task', () => {
    test('is opened with the end of its message’s delivery, in the name of who got it, and told to him', async t => {
      const store = await fresh(t)
      const [call, check] = [task('call_client'), task('check_contract', { due: later(9_000) })]
      const item = await asking(store, [call, check])
      const open = { message: item.envelope.id, type: 'WMO301', party: aanbieder, handler: 'back-office', opened: later(100), state: 'open', decided: null } as const
      const expected: Task[] = [{ ...open, id: call.id, code: 'call_client', due: null }, { ...open, id: check.id, code: 'check_contract', due: later(9_000) }]
      assert.deepEqual(await store.tasks({ state: 'open', limit: 9 }), { items: expected.toSorted((a, b) => a.id < b.id ? -1 : 1), next: null })
      const events = (await store.history(ownView(aanbieder), item.envelope.id))?.map(it => [it.event, it.detail]).filter(([event]) => event === 'task')
      assert.deepEqual(events, [['task', `call_client:${call.id}`], ['task', `check_contract:${check.id}`]])
      assert.ok((await told(store, item))?.every(([event]) => event !== 'task'), 'its sender learns nothing of it')
    })

    test('is opened with a rejection too, and not at all when that end is not recorded', async t => {
      const store = await fresh(t)
      await asking(store, [task('tell_sender')], heen(), { kind: 'rejected', findings: [] })
      const item = heen()
      await store.accept([item])
      const claim = await claimOne(store)
      const late = { ...finish({ ...claim, fence: claim.fence - 1 }, { kind: 'offered' }), tasks: [task('never')] }
      const unsafe = { ...finish(claim, { kind: 'offered' }), tasks: [task('bel 999900006')] }
      assert.deepEqual(await store.finish([late, unsafe], later(1)), ['stale', 'refused'])
      assert.deepEqual([await codes(store), (await seen(store, item))?.delivery], [['tell_sender'], 'waiting'])
    })

    test('is listed oldest first, page by page, by party, code and state, and for a view what it receives', async t => {
      const store = await fresh(t)
      const nth = (code: string, ms: number): OpenedTask => task(code, { id: newTaskId(later(ms)) })
      await asking(store, [nth('c', 30)])
      await asking(store, [nth('a', 10)], heen({ envelope: { type: 'JW301', family: 'ijw' } }))
      await asking(store, [nth('b', 20)], heen({ envelope: { sender: aanbieder, receiver: gemeente } }))
      const asked = await offer(store)
      await asking(store, [nth('d', 40)], retour(asked, { envelope: { received: later(50) } }))
      assert.deepEqual(await codes(store), ['a', 'b', 'c', 'd'])
      const page = await store.tasks({ state: 'open', limit: 3 })
      assert.deepEqual([page.items.map(it => it.code), await codes(store, { cursor: page.next ?? '' })], [['a', 'b', 'c'], ['d']])
      assert.deepEqual([await codes(store, { party: aanbieder }), await codes(store, { code: 'b' }), await codes(store, { state: 'done' })], [['a', 'c'], ['b'], []])
      const view = (of: typeof gemeente, send: boolean, receive: boolean) => ({ view: { party: of, send: send ? ['iwmo'] as const : [], receive: receive ? ['iwmo'] as const : [] } })
      assert.deepEqual(await codes(store, view(aanbieder, true, true)), ['c'])
      assert.deepEqual(await codes(store, view(aanbieder, true, false)), [])
      assert.deepEqual(await codes(store, view(gemeente, true, false)), ['d'], 'an answer to what it sends')
      assert.deepEqual(await codes(store, view(gemeente, false, true)), ['b', 'd'])
      assert.deepEqual(await codes(store, view(stranger, true, true)), [])
    })

    test('is decided once, by whom, when and why; of another party it is not there', async t => {
      const store = await fresh(t)
      const [first, second] = [task('call_client'), task('check')]
      const item = await asking(store, [first, second])
      assert.equal(await store.decideTask(first.id, 'done', decided(500), ownView(gemeente)), 'absent')
      assert.equal(await store.decideTask(newTaskId(later(1)), 'done', decided(500)), 'absent')
      assert.equal(await store.decideTask(first.id, 'done', decided(500, 'called'), ownView(aanbieder)), 'done')
      assert.equal(await store.decideTask(second.id, 'refused', { ...decided(600, 'not_ours'), by: null }), 'done')
      for (const it of ['done', 'refused'] as const) assert.equal(await store.decideTask(first.id, it, decided(700)), 'decided')
      const [done] = (await store.tasks({ state: 'done', limit: 9 })).items
      assert.deepEqual([done?.id, done?.state, done?.decided], [first.id, 'done', { by: account, reason: 'called', now: later(500) }])
      assert.deepEqual((await store.tasks({ state: 'refused', limit: 9 })).items.map(it => [it.id, it.decided?.by]), [[second.id, null]])
      assert.deepEqual(await codes(store), [])
      const rows = (await store.inspect(item.envelope.id))?.history.slice(-2).map(it => [it.event, it.account, it.detail])
      assert.deepEqual(rows, [['task_done', account, `call_client:${first.id}:called`], ['task_refused', null, `check:${second.id}:not_ours`]])
      assert.ok((await store.history(ownView(aanbieder), item.envelope.id))?.some(it => it.event === 'task_done' && it.account === null))
    })

    test('goes with its message', async t => {
      const store = await fresh(t)
      const item = await asking(store, [task('call_client')], heen({ answer: 'none' }))
      await store.acknowledge(ownView(aanbieder), item.envelope.id, account, later(200))
      const sweep = { before: later(1000), now: later(2000), after: 0, messages_max: 9, bytes_max: 1e9, dry: false }
      await store.sweep('payload', sweep)
      assert.deepEqual(await codes(store), ['call_client'])
      await store.sweep('metadata', sweep)
      assert.deepEqual(await codes(store), [])
    })
  })
}
