/** Contract of the store: mailbox, acknowledgement, and who sees what. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { accountId, newMessageId, Refusal, type Finding, type PartyCode } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import type { Store, View } from '../../src/store/store.ts'
import { anAccount, aParty, putAccount, putParty } from '../register.ts'
import { aanbieder, account, claimOne, finish, gemeente, heen, later, offer, retour, start, stranger, type Fresh, type OpenStore } from './sample.ts'

const finding: Finding = { level: 2, code: 'TR006', line: 7, path: 'Client', found: '', expected: 'iets', message: 'fout', message_en: 'wrong' }

/** Registers both parties, each with an account named after it. */
async function register (store: Store): Promise<void> {
  for (const code of [gemeente, aanbieder]) {
    await putParty(store, aParty(code))
    await putAccount(store, anAccount(`of-${code}`, { party: code }))
  }
}

/** How often the event loop turns while `work` is done. */
async function turnsDuring (work: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let done = false
  const count = (): void => { turns++; if (!done) setImmediate(count) }
  setImmediate(count)
  await work()
  done = true
  return turns
}

export function readContract (fresh: Fresh, open: OpenStore): void {
  describe('mailbox', () => {
    test('shows what is offered to this party, oldest first, until it is acknowledged', async t => {
      const store = await fresh(t)
      const items = [await offer(store), await offer(store), await offer(store)]
      await store.accept([heen()])
      const ids = items.map(({ envelope }) => envelope.id)
      const mailbox = async (limit: number) => (await store.mailbox(ownView(aanbieder), limit)).map(({ id }) => id)
      assert.deepEqual(await mailbox(250), ids)
      assert.deepEqual(await mailbox(2), ids.slice(0, 2))
      assert.deepEqual(await store.mailbox(ownView(gemeente), 250), [])
      for (const ms of [20, 21]) assert.equal(await store.acknowledge(ownView(aanbieder), ids[0] ?? newMessageId(start), account, later(ms)), 'done')
      assert.deepEqual(await mailbox(250), ids.slice(1))
      const message = await store.message(ownView(gemeente), ids[0] ?? newMessageId(start))
      assert.deepEqual([message?.delivery, message?.delivered], ['delivered', later(20)])
    })

    test('is acknowledged by its receiver only, and not before it is offered', async t => {
      const store = await fresh(t)
      const item = heen()
      await store.accept([item])
      const { id } = item.envelope
      assert.equal(await store.acknowledge(ownView(aanbieder), id, account, start), 'absent')
      await store.finish([finish(await claimOne(store), { kind: 'offered' })], start)
      for (const party of [gemeente, stranger]) assert.equal(await store.acknowledge(ownView(party), id, account, start), 'absent')
      assert.equal(await store.acknowledge(ownView(aanbieder), newMessageId(start), account, start), 'absent')
      assert.equal(await store.acknowledge(ownView(aanbieder), id, account, start), 'done')
    })
  })

  describe('who sees what', () => {
    test('the sender always, the receiver from offered on, a stranger never', async t => {
      const store = await fresh(t)
      const item = heen()
      const { id } = item.envelope
      await store.accept([item])
      const seen = async (party: typeof gemeente) => [
        await store.message(ownView(party), id), await store.payload(ownView(party), id), await store.seal(ownView(party), id), await store.receipt(ownView(party), id), await store.history(ownView(party), id), await store.findings(ownView(party), id),
        (await store.list({ view: ownView(party), limit: 9 })).items[0] ?? null
      ].map(answer => answer !== null)
      const [all, nothing] = [Array(7).fill(true), Array(7).fill(false)]
      assert.deepEqual([await seen(gemeente), await seen(aanbieder), await seen(stranger)], [all, nothing, nothing])
      await store.finish([finish(await claimOne(store), { kind: 'offered' })], start)
      assert.deepEqual([await seen(gemeente), await seen(aanbieder), await seen(stranger)], [all, all, nothing])
      await store.acknowledge(ownView(aanbieder), id, account, start)
      assert.deepEqual([await seen(gemeente), await seen(aanbieder), await seen(stranger)], [all, all, nothing])
    })

    test('history tells each event once, in order, with who and why', async t => {
      const store = await fresh(t)
      await register(store)
      const item = heen({ envelope: { account: accountId(`of-${gemeente}`) } })
      const { id } = item.envelope
      await store.accept([item])
      await store.finish([finish(await claimOne(store), { kind: 'later', due: later(1), reason: 'ZP_BUSY', counts: true })], later(1))
      await store.finish([finish(await claimOne(store, later(2)), { kind: 'offered' })], later(2))
      for (const ms of [3, 4]) await store.acknowledge(ownView(aanbieder), id, accountId(`of-${aanbieder}`), later(ms))
      const told = [
        { at: start, event: 'accepted', account: `of-${gemeente}`, detail: null },
        { at: later(1), event: 'later', account: null, detail: 'ZP_BUSY' },
        { at: later(2), event: 'offered', account: null, detail: null },
        { at: later(3), event: 'delivered', account: `of-${aanbieder}`, detail: null }
      ]
      assert.deepEqual((await store.inspect(id))?.history, told)
      const own = (party: PartyCode) => told.map(row => row.account === `of-${party}` ? row : { ...row, account: null })
      assert.deepEqual(await store.history(ownView(gemeente), id), own(gemeente))
      assert.deepEqual(await store.history(ownView(aanbieder), id), own(aanbieder))
    })

    test('of a view with few families: what it may send and the answers to that, and what it may receive', async t => {
      const store = await fresh(t)
      const asked = await offer(store)
      const answer = await offer(store, retour(asked))
      const jeugd = await offer(store, heen({ findings: [finding], envelope: { family: 'ijw', type: 'JW301' } }))
      const own = await offer(store, heen({ envelope: { receiver: gemeente } }))
      const seen = async (party: PartyCode, send: View['send'], receive: View['receive']) => {
        const view: View = { party, send, receive }
        const all = { asked, answer, jeugd, own }
        const names = (ids: readonly string[]) => Object.entries(all).filter(([, it]) => ids.includes(it.envelope.id)).map(([name]) => name)
        const single = await Promise.all(Object.values(all).flatMap(({ envelope: { id } }) => [store.message(view, id), store.payload(view, id), store.seal(view, id), store.receipt(view, id), store.history(view, id), store.findings(view, id)].map(async it => await it === null ? [] : [id])))
        const read = names(single.flat())
        assert.equal(single.flat().length, read.length * 6)
        assert.deepEqual(names((await store.list({ view, limit: 9 })).items.map(it => it.id)), read)
        return [read, names((await store.mailbox(view, 9)).map(it => it.id))]
      }
      assert.deepEqual(await seen(gemeente, ['iwmo'], []), [['asked', 'answer', 'own'], ['answer']])
      assert.deepEqual(await seen(gemeente, [], ['iwmo']), [['answer', 'own'], ['answer', 'own']])
      assert.deepEqual(await seen(gemeente, ['ijw'], ['iwmo']), [['answer', 'jeugd', 'own'], ['answer', 'own']])
      assert.deepEqual(await seen(gemeente, [], ['ijw']), [[], []])
      assert.deepEqual(await seen(aanbieder, [], ['ijw']), [['jeugd'], ['jeugd']])
      assert.deepEqual(await seen(aanbieder, ['ijw'], []), [[], []])
      assert.deepEqual(await seen(aanbieder, ['iwmo'], ['iwmo']), [['asked', 'answer'], ['asked']])
      assert.deepEqual(await seen(aanbieder, [], []), [[], []])
      assert.deepEqual(await store.findings({ party: gemeente, send: ['iwmo'], receive: ['ijw'] }, jeugd.envelope.id), null)
      assert.deepEqual(await store.findings({ party: aanbieder, send: [], receive: ['ijw'] }, jeugd.envelope.id), [])
      assert.deepEqual(await store.findings({ party: gemeente, send: ['ijw'], receive: [] }, jeugd.envelope.id), [finding])
      const acknowledge = async (send: View['send'], receive: View['receive'], { envelope: { id } }: typeof asked) => await store.acknowledge({ party: gemeente, send, receive }, id, account, later(20))
      assert.equal(await acknowledge([], ['ijw'], answer), 'absent')
      assert.equal(await acknowledge(['iwmo'], [], own), 'absent')
      for (let times = 0; times < 2; times++) assert.equal(await acknowledge(['iwmo'], [], answer), 'done')
    })

    test('history tells a party who acted for it, not who acted for the other, also when it is the same account', async t => {
      const store = await fresh(t)
      const item = await offer(store, heen())
      const { id } = item.envelope
      await store.acknowledge(ownView(aanbieder), id, account, later(20))
      const actors = async (party: PartyCode) => (await store.history(ownView(party), id))?.map(it => it.account)
      assert.deepEqual([await actors(gemeente), await actors(aanbieder)], [[account, null, null], [null, null, account]])
    })

    test('what was found wrong is its sender’s to read, whoever found it', async t => {
      const store = await fresh(t)
      const atDoor = heen({ delivery: 'none', findings: [finding], envelope: { verdict: 'rejected' } })
      const warned = heen({ delivery: 'offered', findings: [{ ...finding, line: null }] })
      const afterwards = heen()
      await store.accept([atDoor, warned, afterwards])
      await store.finish([finish(await claimOne(store), { kind: 'rejected', findings: [finding, { ...finding, level: 3, code: 'TR999' }] })], start)
      const seen = async (party: PartyCode, item: typeof atDoor) => await store.findings(ownView(party), item.envelope.id)
      assert.deepEqual(await seen(gemeente, atDoor), [finding])
      assert.deepEqual(await seen(gemeente, warned), [{ ...finding, line: null }])
      assert.deepEqual((await seen(gemeente, afterwards))?.map(it => it.code), ['TR006', 'TR999'])
      assert.deepEqual([await seen(aanbieder, atDoor), await seen(aanbieder, warned), await seen(aanbieder, afterwards)], [null, [], null])
      assert.deepEqual([await seen(stranger, warned), await store.findings(ownView(gemeente), newMessageId(start))], [null, null])
    })

    test('an operator inspects any message; an unknown one is null', async t => {
      const store = await fresh(t)
      const item = heen()
      await store.accept([item])
      assert.equal((await store.inspect(item.envelope.id))?.history.length, 1)
      assert.equal(await store.inspect(newMessageId(start)), null)
    })
  })

  describe('list', () => {
    let store: Store
    const sent = Array.from({ length: 5 }, (_, n) => heen({ envelope: { received: later(n), type: n % 2 === 0 ? 'WMO301' : 'WMO315' } }))
    const answer = retour(sent[0] ?? heen(), { envelope: { received: later(50) } })
    before(async () => {
      store = await open('list')
      for (const item of sent.slice(0, 3)) await offer(store, item)
      await store.accept([...sent.slice(3), answer])
    })
    after(() => store.close())
    const list = async (filter: Omit<Parameters<Store['list']>[0], 'limit' | 'view'>, party = gemeente) =>
      (await store.list({ view: ownView(party), limit: 250, ...filter })).items.map(({ id }) => id)
    const ids = sent.map(({ envelope }) => envelope.id)

    test('gives what a party sent and got, newest first', async () => {
      assert.deepEqual(await list({}), ids.toReversed())
      assert.deepEqual(await list({}, aanbieder), [answer.envelope.id, ...ids.slice(0, 3).toReversed()])
      assert.deepEqual(await list({}, stranger), [])
    })

    test('gives a message a party sent to itself once', async t => {
      const own = await fresh(t)
      const { envelope } = await offer(own, heen({ envelope: { receiver: gemeente } }))
      assert.deepEqual((await own.list({ view: ownView(gemeente), limit: 9 })).items.map(({ id }) => id), [envelope.id])
    })

    test('goes on from its cursor without gap or repeat, also when new messages come', async () => {
      const pages: string[][] = []
      let cursor: string | undefined
      do {
        const page = await store.list({ view: ownView(aanbieder), limit: 2, ...cursor === undefined ? {} : { cursor } })
        pages.push(page.items.map(({ id }) => id))
        cursor = page.next ?? undefined
        await store.accept([heen({ envelope: { sender: aanbieder, receiver: stranger, family: 'ijw' } })])
      } while (cursor !== undefined)
      assert.deepEqual(pages, [[answer.envelope.id, ids[2]], [ids[1], ids[0]]])
    })

    test('finds the few a filter matches among thousands, in order, and lets others have their turn', async t => {
      const many = await fresh(t)
      const items = Array.from({ length: 4_500 }, (_, n) => heen({
        delivery: 'offered',
        envelope: { type: n % 225 === 0 ? 'WMO315' : 'WMO301', ...n % 450 === 225 ? { sender: aanbieder, receiver: gemeente } : {} }
      }))
      await many.accept(items)
      const expected = items.filter(({ envelope }) => envelope.type === 'WMO315').map(({ envelope }) => envelope.id).reverse()
      for (const party of [gemeente, aanbieder]) {
        const pages: string[] = []
        for (let cursor: string | null = ''; cursor !== null;) {
          const page = await many.list({ view: ownView(party), type: 'WMO315', limit: 3, ...cursor === '' ? {} : { cursor } })
          pages.push(...page.items.map(({ id }) => id))
          cursor = page.next
        }
        assert.deepEqual(pages, expected)
        assert.ok(await turnsDuring(async () => { assert.deepEqual((await many.list({ view: ownView(party), type: 'WMO323', limit: 3 })).items, []) }) >= 2)
      }
    })

    test('refuses a cursor that is not ours', async () => {
      for (const cursor of ['', '!', 'MQ==', 'LTE_', Buffer.from('1e3').toString('base64url')]) {
        await assert.rejects(store.list({ view: ownView(gemeente), limit: 2, cursor }), error => error instanceof Refusal && error.code === 'ZP_QUERY')
      }
    })

    test('keeps to its filters', async () => {
      assert.deepEqual(await list({ type: 'WMO315' }), [ids[3], ids[1]])
      assert.deepEqual(await list({ delivery: 'waiting' }), [ids[4], ids[3]])
      assert.deepEqual(await list({ answer: 'answered' }), [ids[0]])
      assert.deepEqual(await list({ verdict: 'rejected' }), [])
      assert.deepEqual(await list({ counterpart: aanbieder }), ids.toReversed())
      assert.deepEqual(await list({ counterpart: stranger }), [])
      assert.deepEqual(await list({ identificatie: sent[2]?.envelope.identificatie ?? '' }), [ids[2]])
      assert.deepEqual(await list({ from: later(1), to: later(3) }), [ids[2], ids[1]])
    })
  })
}
