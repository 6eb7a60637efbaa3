/** Contract of the store: the register, counts, and the database itself. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { accountId, fingerprint, instant, newMessageId, partyCode, type PartyCode } from '../../src/core/core.ts'
import { StoreUnusable, type Connection, type Mandate, type RegisterChange } from '../../src/store/store.ts'
import { until } from '../flow/world.ts'
import { aMandate, anAccount, aParty, putAccount, putMandate, putParty } from '../register.ts'
import { aanbieder, account, gemeente, heen, later, offer, start, type Fresh, type OpenStore, type Wanted } from './sample.ts'

export function keepContract (fresh: Fresh, open: OpenStore): void {
  describe('register', () => {
    const party = aParty(gemeente, { from: start, until: later(9), judging: { level: 'full', types: { 301: 'schema', 323: 'content' }, answers: 'automatic', rejected: 'deliver' } })
    const certificate = { fingerprint: fingerprint('a'.repeat(64)), use: 'tls', subject: 'CN=voorbeeld', not_after: later(1000), pem: 'as it is' } as const
    const caller = anAccount(account, { party: gemeente, oin: '0'.repeat(20), requests_at_once_max: 3, certificates: [certificate] })
    const mandates: readonly Mandate[] = [aMandate('supplier', gemeente, { until: later(5) }), aMandate('supplier', gemeente, { from: later(6) })]

    test('keeps parties, accounts and mandates, and a change is seen at once by every store on the database', async t => {
      const [one, other] = [await open('register'), await open('register')]
      t.after(async () => { await one.close(); await other.close() })
      // On PostgreSQL another process is told a moment later; who changed it sees it at once.
      const before = other.registerVersion()
      await putParty(one, party)
      const between = one.registerVersion()
      assert.ok(before < between)
      await until(() => other.registerVersion() === between || undefined, 'the other one sees it')
      await putAccount(one, caller)
      assert.ok(between < one.registerVersion())
      await putAccount(one, anAccount('supplier'))
      for (const it of mandates) await putMandate(one, { ...it, until: null })
      for (const it of mandates) await putMandate(one, it)
      assert.deepEqual(await other.register(), { version: one.registerVersion(), parties: [party], accounts: [anAccount('supplier'), caller], mandates })
      await putParty(one, { ...party, name: 'Nieuwestad' })
      await putAccount(one, { ...caller, active: false, certificates: [] })
      const { parties, accounts } = await other.register()
      assert.deepEqual([parties[0]?.name, accounts[1]], ['Nieuwestad', { ...caller, active: false, certificates: [] }])
    })

    test('keeps every door of a party with everything said of it, and what was not said as that', async t => {
      const store = await fresh(t)
      const usual = { direction: 'in', url: 'https://zorg.example/in', ca: null, pin: null, at_once_max: null, per_minute_max: null, ms_max: null, retry: null, breaker: null } as const
      const said = { ...usual, ca: 'PEM', pin: fingerprint('b'.repeat(64)), at_once_max: 2, per_minute_max: 60, ms_max: 30_000, retry: { first_ms: 1, longest_ms: 2, total_ms: 3 }, breaker: { failures: 5, open_ms: 90, probes: 3 } } as const
      const all: readonly Connection[] = [
        { door: 'mailbox', direction: 'in' }, { door: 'rest-push', ...usual }, { door: 'rest-push', ...said },
        { door: 'ggk', ...usual, codes: null, answer_325: null }, { door: 'ggk', ...said, codes: '2018', answer_325: 'Du01' },
        { door: 'vsp', direction: 'both', payload: null, rol: null }, { door: 'vsp', direction: 'both', payload: 'zip', rol: 'Praktijk' }
      ]
      for (const it of all) {
        await putParty(store, { ...party, connections: [it] })
        assert.deepEqual((await store.register()).parties[0]?.connections, [it])
      }
    })

    test('is changed whole or not at all, and only by who has seen it as it is', async t => {
      const store = await fresh(t)
      const change = async (version: number, ...changes: RegisterChange[]) => await store.changeRegister(version, changes, null, start)
      const both = [{ kind: 'party', party }, { kind: 'account', account: caller }] as const
      assert.equal(await change(0, ...both), true)
      assert.equal(await change(0, { kind: 'party', party: aParty('0599') }), false)
      const stands = await store.register()
      const wrong: ReadonlyArray<RegisterChange> = [
        { kind: 'account', account: { ...caller, id: accountId('other'), oin: null } },
        { kind: 'account', account: anAccount('other', { oin: caller.oin }) },
        { kind: 'account', account: anAccount('other', { party: aanbieder }) },
        { kind: 'mandate', mandate: aMandate('nobody', gemeente) },
        { kind: 'mandate', mandate: aMandate(account, '0599') }
      ]
      for (const it of wrong) await assert.rejects(change(1, { kind: 'party', party: aParty('0363') }, it), TypeError)
      assert.deepEqual(await store.register(), stands)
    })

    test('lets a certificate and an OIN pass from one account to another in one change', async t => {
      const store = await fresh(t)
      const next = { ...caller, id: accountId('next') }
      const left = { ...caller, oin: null, certificates: [] }
      assert.ok(await store.changeRegister(0, [{ kind: 'party', party }, { kind: 'account', account: caller }], null, start))
      assert.ok(await store.changeRegister(1, [{ kind: 'account', account: next }, { kind: 'account', account: left }], null, start))
      assert.deepEqual((await store.register()).accounts, [next, left])
    })
  })

  describe('counts', () => {
    test('tell the queue per receiver and the messages per state', async t => {
      const store = await fresh(t)
      await offer(store)
      await store.accept([heen({ envelope: { received: later(5) } }), heen({ envelope: { received: later(4) } }), heen({ delivery: 'held' })])
      const { queue, mailbox, deliveries } = await store.stats(start)
      assert.deepEqual(queue, [{ receiver: aanbieder, depth: 2, oldest: later(5) }])
      assert.deepEqual(mailbox, [{ receiver: aanbieder, depth: 1, oldest: later(10) }])
      assert.deepEqual(deliveries, { held: 1, waiting: 2, offered: 1, dead: 0 })
    })

    test('tell each receiver its own, over months, and of a mailbox only what nobody pushes', async t => {
      const store = await fresh(t)
      const [one, two, three] = [partyCode('11111111'), partyCode('22222222'), partyCode('33333333')]
      const push = { first_ms: 1_000, longest_ms: 10_000, total_ms: 100_000 }
      const to = (receiver: PartyCode, nth: number, wanted: Wanted = {}) => heen({ delivery: 'offered', ...wanted, envelope: { receiver, received: later(nth), id: newMessageId(later(nth * 20 * 86_400_000)) } })
      await store.accept([
        to(one, 1, { answer_due: later(20) }), to(one, 2, { answer_due: later(20) }), to(one, 3, { push }),
        to(two, 4, { push }), to(two, 5, { push }),
        to(three, 6, { answer_due: later(30) }), to(three, 7, { delivery: 'waiting' })
      ])
      const { queue, pushes, mailbox, overdue } = await store.stats(later(21))
      const byReceiver = <T extends { readonly receiver: PartyCode }>(all: readonly T[]): T[] => all.toSorted((a, b) => Number(a.receiver) - Number(b.receiver))
      assert.deepEqual(byReceiver(queue), [{ receiver: three, depth: 1, oldest: later(7) }])
      assert.deepEqual(byReceiver(pushes), [{ receiver: one, depth: 1, oldest: later(3) }, { receiver: two, depth: 2, oldest: later(4) }])
      assert.deepEqual(byReceiver(mailbox), [{ receiver: one, depth: 2, oldest: later(1) }, { receiver: three, depth: 1, oldest: later(6) }])
      assert.deepEqual(byReceiver(overdue), [{ receiver: one, count: 2 }])
      assert.deepEqual(byReceiver((await store.stats(later(31))).overdue), [{ receiver: one, count: 2 }, { receiver: three, count: 1 }])
    })
  })

  describe('the database', () => {
    test('keeps everything over a restart', async () => {
      const item = heen()
      const first = await open('restart')
      await first.accept([item])
      await first.close()
      const second = await open('restart')
      assert.deepEqual((await second.claim(1, 1000, instant(start))).map(({ envelope }) => envelope), [item.envelope])
      await second.close()
    })

    test('remembers its mode and refuses the other', async () => {
      const store = await open('mode', { mode: 'test' })
      await store.close()
      await assert.rejects(open('mode', { mode: 'production' }), error => error instanceof StoreUnusable && /mode test/.test(error.message))
    })

    test('lets what was begun finish when it is closed, and refuses the rest', async () => {
      const store = await open('closing')
      const item = heen()
      const begun = store.accept([item])
      const closed = store.close()
      assert.deepEqual(await begun, [{ kind: 'stored', id: item.envelope.id }])
      await assert.rejects(store.accept([heen()]))
      await closed
    })
  })
}
