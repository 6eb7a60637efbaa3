/** Contract of the store: notices on their way, one at a time of each party, until they are taken or given up. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { accountId, newMessageId, sha256Hex, type MessageId, type PartyCode } from '../../src/core/core.ts'
import type { Arrival, Notice, NoticeClaimed, NoticeFinish, Store } from '../../src/store/store.ts'
import { gemeente, later, start, stranger, type Fresh } from './sample.ts'

const policy = { first_ms: 1_000, longest_ms: 10_000, total_ms: 100_000 }
const other = { first_ms: 2_000, longest_ms: 20_000, total_ms: 200_000 }
const body = (text: string): Uint8Array => Buffer.from(`<Fo01Bericht>${text}</Fo01Bericht>`)
const decided = { by: accountId('operator'), reason: 'endpoint_repaired', now: later(9_000) }
const policies = { usual: other }

interface Made { readonly notice: Notice, readonly arrival: Arrival }

/** A message refused at the municipal door, with the notice that tells its sender. */
async function refused (store: Store, target: PartyCode = gemeente, over: { number?: string, made?: Notice['made'], kept?: MessageId | null } = {}): Promise<Made> {
  const { made = start, kept = newMessageId(start), number = randomUUID() } = over
  const notice: Notice = { id: newMessageId(made), target, code: 'IB014', made, body: body(number), policy }
  const told = { applicatie: 'Voorbeeldpakket', applicatieVersie: '0001', applicatieSubversie: '0000', referentieId: null, actie: null }
  const arrival: Arrival = {
    door: 'ggk', party: target, number, conversatie: null, answers: null, digest: sha256Hex(randomUUID().replaceAll('-', '').repeat(2)), told, received: made,
    outcome: { kind: 'refused', code: 'ZP_SCHEMA', detail: null, findings: [], kept, told: false }
  }
  assert.equal(await store.keepArrival(arrival, notice), true)
  return { notice, arrival }
}

async function claimNotice (store: Store, at = start, target: PartyCode = gemeente): Promise<NoticeClaimed> {
  const claim = await store.claimNotice(target, 60_000, at)
  assert.ok(claim !== null, 'nothing to tell')
  return claim
}
const ended = ({ delivery, fence }: NoticeClaimed, outcome: NoticeFinish['outcome']): NoticeFinish => ({ delivery, fence, outcome })
const delivered = { kind: 'delivered' } as const
const dead = (reason = 'exhausted: timeout') => ({ kind: 'dead', class: 'transient', reason }) as const
const again = (due = later(5_000), reason = 'timeout') => ({ kind: 'later', due, reason, counts: true }) as const
const stateOf = async (store: Store, id: MessageId) => (await Promise.all((['due', 'sent', 'dead'] as const).map(state => store.notices({ state, limit: 99 })))).flatMap(it => it.items).find(it => it.id === id)

export function noticeContract (fresh: Fresh): void {
  describe('notices', () => {
    test('one is due as soon as it is made, by the policy of that moment, and under its lease nobody else gets any of that party', async t => {
      const store = await fresh(t)
      const [first, second] = [await refused(store), await refused(store, gemeente, { made: later(1) })]
      const strange = await refused(store, stranger)
      assert.deepEqual((await store.noticeTargets()).toSorted((a, b) => a.target < b.target ? -1 : 1), [{ target: gemeente, due: start }, { target: stranger, due: start }])
      const claim = await claimNotice(store, later(2))
      assert.deepEqual([claim.id, claim.target, claim.code, claim.policy, claim.attempt, claim.failing_since, Buffer.from(claim.body)], [first.notice.id, gemeente, 'IB014', policy, 1, null, first.notice.body])
      assert.equal(await store.claimNotice(gemeente, 60_000, later(3)), null)
      assert.deepEqual((await store.noticeTargets()).find(it => it.target === gemeente)?.due, later(60_002))
      assert.equal((await claimNotice(store, later(3), stranger)).id, strange.notice.id)
      assert.equal(await store.finishNotice(ended(claim, delivered), later(4)), 'done')
      assert.equal((await claimNotice(store, later(4))).id, second.notice.id)
    })

    test('what was sent is kept without its text, is told once, and its arrival is free to be tried anew', async t => {
      const store = await fresh(t)
      const { notice, arrival } = await refused(store)
      const outcome = async () => (await store.arrival(arrival))?.outcome
      assert.deepEqual(await outcome(), { ...arrival.outcome, told: false })
      const claim = await claimNotice(store)
      assert.equal((await stateOf(store, notice.id))?.under_way, true)
      assert.deepEqual([await store.finishNotice(ended(claim, delivered), later(1)), await store.finishNotice(ended(claim, delivered), later(2))], ['done', 'stale'])
      const about = arrival.outcome.kind === 'refused' ? arrival.outcome.kept : null
      assert.deepEqual(await stateOf(store, notice.id), { id: notice.id, target: gemeente, code: 'IB014', made: start, state: 'sent', about, attempts: 1, next: null, under_way: false, reason: null, ended: later(1) })
      assert.deepEqual([await store.claimNotice(gemeente, 60_000, later(3)), await store.noticeTargets(), await outcome()], [null, [], { ...arrival.outcome, told: true }])
      assert.deepEqual((await store.notices({ limit: 9 })).items, [], 'nobody has to look at what is done')
    })

    test('a try that failed is told again at its time, with the same bytes, and counts since the first', async t => {
      const store = await fresh(t)
      const { notice } = await refused(store)
      await store.finishNotice(ended(await claimNotice(store), again()), later(10))
      assert.deepEqual([await store.claimNotice(gemeente, 1, later(4_999)), await store.noticeTargets()], [null, [{ target: gemeente, due: later(5_000) }]])
      const second = await claimNotice(store, later(5_000))
      assert.deepEqual([second.attempt, second.failing_since, Buffer.from(second.body)], [2, later(10), notice.body])
      await store.finishNotice(ended(second, again(later(9_000), 'http_503')), later(5_010))
      const { reason, next, attempts, state } = await stateOf(store, notice.id) ?? {}
      assert.deepEqual([reason, next, attempts, state], ['http_503', later(9_000), 2, 'due'])
      assert.equal((await claimNotice(store, later(9_000))).failing_since, later(10))
    })

    test('a lease that passed is another’s: what is recorded or renewed under it changes nothing; handed back it counts for nothing', async t => {
      const store = await fresh(t)
      await refused(store)
      const slow = await claimNotice(store)
      assert.equal(await store.renewNotice(slow.delivery, slow.fence, later(70_000)), true)
      assert.equal(await store.claimNotice(gemeente, 60_000, later(65_000)), null)
      const quick = await claimNotice(store, later(70_000))
      assert.equal(quick.attempt, 2)
      assert.deepEqual([await store.finishNotice(ended(slow, delivered), later(70_001)), await store.renewNotice(slow.delivery, slow.fence, later(99_000))], ['stale', false])
      await store.releaseNotices([slow, quick])
      const third = await claimNotice(store, later(70_002))
      assert.equal(third.attempt, 2)
      assert.equal(await store.freeLeases(), 1, 'as a gateway does that starts')
      assert.deepEqual([await store.finishNotice(ended(third, delivered), later(70_003)), (await claimNotice(store, later(70_003))).id], ['stale', third.id])
    })

    test('what is given up is told to operators, keeps its text, and can be put back as if for the first time', async t => {
      const store = await fresh(t)
      const [one, two] = [await refused(store), await refused(store, stranger)]
      await store.finishNotice(ended(await claimNotice(store), dead()), later(10))
      const { state, reason, ended: at } = await stateOf(store, one.notice.id) ?? {}
      assert.deepEqual([state, reason, at, (await store.noticeTargets()).map(it => it.target)], ['dead', 'exhausted: timeout', later(10), [stranger]])
      const unknown = newMessageId(start)
      assert.deepEqual(await store.noticesAgain([one.notice.id, two.notice.id, unknown, one.notice.id], decided, policies), ['again', 'not_dead', 'absent', 'not_dead'])
      const claim = await claimNotice(store, decided.now)
      assert.deepEqual([claim.attempt, claim.failing_since, claim.policy, Buffer.from(claim.body)], [1, null, other, one.notice.body])
      const kept = one.arrival.outcome.kind === 'refused' ? one.arrival.outcome.kept : null
      await store.finishNotice(ended(claim, delivered), later(9_001))
      const rows = (await store.auditRows({ limit: 99 })).items.filter(it => it.message === kept).toReversed()
      assert.deepEqual(rows.map(it => [it.event, it.detail, it.account]), [
        ['notice_dead', `${one.notice.id}:IB014:exhausted: timeout`, null], ['notice_again', `${one.notice.id}:IB014:endpoint_repaired`, 'operator'], ['notice_sent', `${one.notice.id}:IB014`, null]
      ])
      await assert.rejects(store.noticesAgain(Array.from({ length: 1_001 }, () => unknown), decided, policies), RangeError)
    })

    test('what came again since is not told of any more', async t => {
      const store = await fresh(t)
      const { notice, arrival } = await refused(store)
      await store.finishNotice(ended(await claimNotice(store), dead('no_ggk')), later(10))
      const newer = await refused(store, gemeente, { number: arrival.number })
      assert.deepEqual(await store.noticesAgain([notice.id], decided, policies), ['replaced'])
      const claim = await claimNotice(store, later(11))
      assert.equal(claim.id, newer.notice.id)
      await refused(store, gemeente, { number: arrival.number })
      assert.deepEqual(await store.finishNotice(ended(claim, delivered), later(12)), 'stale', 'it was withdrawn')
    })

    test('of an endpoint that is down all is given up whose time is up, also what was never tried', async t => {
      const store = await fresh(t)
      const [tried, waiting] = [await refused(store), await refused(store, gemeente, { made: later(1) })]
      const young = await refused(store, gemeente, { made: later(50_000) })
      const strange = await refused(store, stranger)
      await store.finishNotice(ended(await claimNotice(store), again(later(20_000))), later(10))
      const giveUp = (at: number, limit = 9) => store.giveUpNotices(gemeente, later(0), limit, later(at))
      assert.deepEqual([await giveUp(99_999), await giveUp(100_001, 9)], [0, 1])
      assert.deepEqual((await stateOf(store, waiting.notice.id))?.reason, 'exhausted')
      assert.deepEqual([await store.giveUpNotices(gemeente, later(50_000), 9, later(120_000)), await giveUp(120_000, 1), await giveUp(120_000, 1)], [0, 1, 0], 'not before it has been down for so long itself')
      assert.deepEqual((await stateOf(store, tried.notice.id))?.reason, 'exhausted: timeout')
      assert.deepEqual([(await stateOf(store, young.notice.id))?.state, (await stateOf(store, strange.notice.id))?.state], ['due', 'due'])
    })

    test('are listed page by page, dead ones first, of one party or of all', async t => {
      const store = await fresh(t)
      const made: Made[] = []
      for (let n = 0; n < 5; n++) made.push(await refused(store, n === 4 ? stranger : gemeente, { made: later(n) }))
      const ids = made.map(it => it.notice.id)
      const claims = [await claimNotice(store, later(0))]
      await store.finishNotice(ended(claims[0] ?? assert.fail(), again(later(9))), later(0))
      await store.finishNotice(ended(await claimNotice(store, later(1)), dead()), later(1))
      const seen: MessageId[] = []
      let cursor: string | undefined
      do {
        const page = await store.notices({ limit: 2, ...cursor === undefined ? {} : { cursor } })
        seen.push(...page.items.map(it => it.id))
        cursor = page.next ?? undefined
      } while (cursor !== undefined)
      assert.deepEqual(seen, [ids[1], ids[0], ids[2], ids[3], ids[4]])
      assert.deepEqual((await store.notices({ party: stranger, limit: 9 })).items.map(it => it.id), [ids[4]])
      assert.deepEqual((await store.notices({ state: 'dead', limit: 9 })).items.map(it => it.id), [ids[1]])
      await assert.rejects(store.notices({ limit: 2, cursor: Buffer.from('else:1').toString('base64url') }), { code: 'ZP_QUERY' })
    })
  })
}
