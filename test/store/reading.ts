/** Contract of the store: mailbox, acknowledgement, and who sees what. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { accountId, newMessageId, Refusal, type Finding, type PartyCode } from '../../src/core/core.ts'
import type { Store } from '../../src/store/store.ts'
import { aanbieder, account, claimOne, finish, gemeente, heen, later, offer, retour, start, stranger, type Fresh, type OpenStore } from './sample.ts'

const finding: Finding = { level: 2, code: 'TR006', line: 7, path: 'Client', found: '', expected: 'iets', message: 'fout', message_en: 'wrong' }

/** Registers both parties, each with an account named after it. */
async function register (store: Store): Promise<void> {
  for (const code of [gemeente, aanbieder]) {
    await store.putParty({ code, kind: code === gemeente ? 'gemeente' : 'aanbieder', name: 'Voorbeeld', families: ['iwmo'], connections: [] })
    await store.putAccount({ id: accountId(`of-${code}`), role: 'party', party: code, active: true, certificates: [] })
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
      const mailbox = async (limit: number) => (await store.mailbox(aanbieder, limit)).map(({ id }) => id)
      assert.deepEqual(await mailbox(250), ids)
      assert.deepEqual(await mailbox(2), ids.slice(0, 2))
      assert.deepEqual(await store.mailbox(gemeente, 250), [])
      for (const ms of [20, 21]) assert.equal(await store.acknowledge(aanbieder, ids[0] ?? newMessageId(start), account, later(ms)), 'done')
      assert.deepEqual(await mailbox(250), ids.slice(1))
      const message = await store.message(gemeente, ids[0] ?? newMessageId(start))
      assert.deepEqual([message?.delivery, message?.delivered], ['delivered', later(20)])
    })

    test('is acknowledged by its receiver only, and not before it is offered', async t => {
      const store = await fresh(t)
      const item = heen()
      await store.accept([item])
      const { id } = item.envelope
      assert.equal(await store.acknowledge(aanbieder, id, account, start), 'absent')
      await store.finish([finish(await claimOne(store), { kind: 'offered' })], start)
      for (const party of [gemeente, stranger]) assert.equal(await store.acknowledge(party, id, account, start), 'absent')
      assert.equal(await store.acknowledge(aanbieder, newMessageId(start), account, start), 'absent')
      assert.equal(await store.acknowledge(aanbieder, id, account, start), 'done')
    })
  })

  describe('who sees what', () => {
    test('the sender always, the receiver from offered on, a stranger never', async t => {
      const store = await fresh(t)
      const item = heen()
      const { id } = item.envelope
      await store.accept([item])
      const seen = async (party: typeof gemeente) => [
        await store.message(party, id), await store.payload(party, id), await store.seal(party, id), await store.receipt(party, id), await store.history(party, id), await store.findings(party, id),
        (await store.list({ party, limit: 9 })).items[0] ?? null
      ].map(answer => answer !== null)
      const [all, nothing] = [Array(7).fill(true), Array(7).fill(false)]
      assert.deepEqual([await seen(gemeente), await seen(aanbieder), await seen(stranger)], [all, nothing, nothing])
      await store.finish([finish(await claimOne(store), { kind: 'offered' })], start)
      assert.deepEqual([await seen(gemeente), await seen(aanbieder), await seen(stranger)], [all, all, nothing])
      await store.acknowledge(aanbieder, id, account, start)
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
      for (const ms of [3, 4]) await store.acknowledge(aanbieder, id, accountId(`of-${aanbieder}`), later(ms))
      const told = [
        { at: start, event: 'accepted', account: `of-${gemeente}`, detail: null },
        { at: later(1), event: 'later', account: null, detail: 'ZP_BUSY' },
        { at: later(2), event: 'offered', account: null, detail: null },
        { at: later(3), event: 'delivered', account: `of-${aanbieder}`, detail: null }
      ]
      assert.deepEqual((await store.inspect(id))?.history, told)
      const own = (party: PartyCode) => told.map(row => row.account === `of-${party}` ? row : { ...row, account: null })
      assert.deepEqual(await store.history(gemeente, id), own(gemeente))
      assert.deepEqual(await store.history(aanbieder, id), own(aanbieder))
    })

    test('what was found wrong is its sender’s to read, whoever found it', async t => {
      const store = await fresh(t)
      const atDoor = heen({ delivery: 'none', findings: [finding], envelope: { verdict: 'rejected' } })
      const warned = heen({ delivery: 'offered', findings: [{ ...finding, line: null }] })
      const afterwards = heen()
      await store.accept([atDoor, warned, afterwards])
      await store.finish([finish(await claimOne(store), { kind: 'rejected', findings: [finding, { ...finding, level: 3, code: 'TR999' }] })], start)
      const seen = async (party: PartyCode, item: typeof atDoor) => await store.findings(party, item.envelope.id)
      assert.deepEqual(await seen(gemeente, atDoor), [finding])
      assert.deepEqual(await seen(gemeente, warned), [{ ...finding, line: null }])
      assert.deepEqual((await seen(gemeente, afterwards))?.map(it => it.code), ['TR006', 'TR999'])
      assert.deepEqual([await seen(aanbieder, atDoor), await seen(aanbieder, warned), await seen(aanbieder, afterwards)], [null, [], null])
      assert.deepEqual([await seen(stranger, warned), await store.findings(gemeente, newMessageId(start))], [null, null])
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
    const list = async (filter: Omit<Parameters<Store['list']>[0], 'limit' | 'party'>, party = gemeente) =>
      (await store.list({ party, limit: 250, ...filter })).items.map(({ id }) => id)
    const ids = sent.map(({ envelope }) => envelope.id)

    test('gives what a party sent and got, newest first', async () => {
      assert.deepEqual(await list({}), ids.toReversed())
      assert.deepEqual(await list({}, aanbieder), [answer.envelope.id, ...ids.slice(0, 3).toReversed()])
      assert.deepEqual(await list({}, stranger), [])
    })

    test('gives a message a party sent to itself once', async t => {
      const own = await fresh(t)
      const { envelope } = await offer(own, heen({ envelope: { receiver: gemeente } }))
      assert.deepEqual((await own.list({ party: gemeente, limit: 9 })).items.map(({ id }) => id), [envelope.id])
    })

    test('goes on from its cursor without gap or repeat, also when new messages come', async () => {
      const pages: string[][] = []
      let cursor: string | undefined
      do {
        const page = await store.list({ party: aanbieder, limit: 2, ...cursor === undefined ? {} : { cursor } })
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
          const page = await many.list({ party, type: 'WMO315', limit: 3, ...cursor === '' ? {} : { cursor } })
          pages.push(...page.items.map(({ id }) => id))
          cursor = page.next
        }
        assert.deepEqual(pages, expected)
        assert.ok(await turnsDuring(async () => { assert.deepEqual((await many.list({ party, type: 'WMO323', limit: 3 })).items, []) }) >= 2)
      }
    })

    test('refuses a cursor that is not ours', async () => {
      for (const cursor of ['', '!', 'MQ==', 'LTE_', Buffer.from('1e3').toString('base64url')]) {
        await assert.rejects(store.list({ party: gemeente, limit: 2, cursor }), error => error instanceof Refusal && error.code === 'ZP_QUERY')
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
