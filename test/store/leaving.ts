/** Contract of the store: what came in by a door of the chain is under keys, and goes by age and with the person it is about. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { newMessageId, newReferentienummer, type MessageId, type PartyCode } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import { StoreUnusable, type Acceptance, type Arrival, type ArrivalOutcome, type Store } from '../../src/store/store.ts'
import { newRingLine, parseRing } from '../../src/vault/vault.ts'
import { byDoor, digest, keyOf, noticeTo, refusedAs, told } from './arriving.ts'
import { atEveryStep, untilDone } from './faulting.ts'
import { sweeps, swept } from './forgetting.ts'
import { aanbieder, account, gemeente, heen, later, roots, start, stranger, type Fresh, type OpenStore } from './sample.ts'
import { turnAll, turned } from './turning.ts'

const mark = (byte: number) => ({ key: 'index', hash: Buffer.alloc(16, byte) })
const silent = { applicatie: null, applicatieVersie: null, applicatieSubversie: null, referentieId: null, actie: null }
const refusedWith = (wanted: Partial<Extract<ArrivalOutcome, { kind: 'refused' }>> = {}): ArrivalOutcome => ({ kind: 'refused', code: 'ZP_SCHEMA', detail: null, findings: [], kept: null, told: false, ...wanted })
const outcomeOf = async (store: Store, number: string) => (await store.arrival(keyOf(number)))?.outcome

/** A message that has come to its end. */
async function ended (store: Store, byte = 1): Promise<Acceptance> {
  const item = byDoor(newReferentienummer(), {}, { answer: 'none', clients: [mark(byte)] })
  await store.accept([item])
  await store.acknowledge(ownView(aanbieder), item.envelope.id, account, later(1))
  return item
}
/** Sends the notice that is due. */
async function sent (store: Store): Promise<void> {
  const claim = await store.claimNotice(gemeente, 60_000, later(5))
  assert.ok(claim)
  assert.equal(await store.finishNotice({ delivery: claim.delivery, fence: claim.fence, outcome: { kind: 'delivered' } }, later(6)), 'done')
}

function keyContract (open: OpenStore): void {
  test('comes under the new key when one is turned, and its own is told by name when it is missing', async t => {
    const before = await open('doors-turning')
    const [number, item, notice] = [newReferentienummer(), byDoor(), noticeTo()]
    await before.accept([item])
    await before.keepArrival(refusedAs(keyOf(number)), notice)
    await before.close()
    const without = { ...roots, kek: parseRing(newRingLine('other'), 'ring') }
    await assert.rejects(open('doors-turning', { roots: without }), error => error instanceof StoreUnusable && error.message.includes('does not hold the key kek'))
    const store = await open('doors-turning', { roots: turned(roots, 'new') })
    t.after(() => store.close())
    assert.deepEqual((await store.keyUse()).kek, [{ key: 'kek', rows: 4 }], 'a message, two that came in, a notice')
    await turnAll(store, 'new')
    assert.deepEqual((await store.keyUse()).kek, [{ key: 'new', rows: 4 }])
    assert.deepEqual([await store.wireTold(item.envelope.id), (await store.arrival(keyOf(number)))?.told], [told, told])
    assert.deepEqual(Buffer.from((await store.claimNotice(gemeente, 60_000, later(1)))?.body ?? []), notice.body)
  })
}

function personContract (fresh: Fresh): void {
  test('of an erased person nothing is left that envelopes told, nor a notice; of others all', async t => {
    const store = await fresh(t)
    const [his, others, again] = [await ended(store), await ended(store, 2), newReferentienummer()]
    await store.keepArrival(refusedAs(keyOf(again), { outcome: { kind: 'stored', message: his.envelope.id } }), noticeTo())
    const notice = noticeTo()
    await store.accept([byDoor()])
    await store.disown(ownView(aanbieder), others.envelope.id, { code: 'StUF055', finding: { level: 1, code: 'StUF055', line: null, path: '', found: '', expected: '', message: '', message_en: '' } }, account, notice, start)
    const seqs = (await store.subjects([mark(1)])).map(it => it.seq)
    await store.erase(seqs, [mark(1)], { shared: false, undelivered: true, account, now: later(9) })
    for (const number of [his.envelope.referentienummer, again]) {
      const arrival = await store.arrival(keyOf(number))
      assert.deepEqual([arrival?.told, arrival?.outcome], [silent, { kind: 'stored', message: his.envelope.id }], 'the same again is the same message')
    }
    assert.deepEqual([await store.wireTold(his.envelope.id), await store.wireTold(others.envelope.id)], [null, told])
    const [dead, due, ...more] = (await store.notices({ limit: 9 })).items
    assert.deepEqual([dead?.state, dead?.reason, due?.id, due?.state, more], ['dead', 'erased', notice.id, 'due', []])
    assert.ok(dead)
    assert.deepEqual(await store.noticesAgain([dead.id], { by: account, reason: 'repaired', now: later(9) }, { usual: notice.policy }), ['gone'])
  })

  test('of what was refused too', async t => {
    const store = await fresh(t)
    const [number, id] = [newReferentienummer(), newMessageId(start)]
    const item = { ...heen().envelope, id, at: start, party: gemeente, code: 'ZP_SCHEMA' as const, detail: null, findings: [], payload: Buffer.from('text'), replaces: null }
    await store.keepRefused(item, 9)
    await store.keepArrival(refusedAs(keyOf(number), { outcome: refusedWith({ kept: id, detail: 'waarom' }) }), noticeTo())
    const claim = await store.claimNotice(gemeente, 60_000, start)
    await store.eraseRefused([id], account, later(9))
    const arrival = await store.arrival(keyOf(number))
    assert.deepEqual([arrival?.told, arrival?.outcome], [silent, refusedWith({ kept: id, told: true })])
    assert.deepEqual((await store.notices({ limit: 9 })).items.map(it => [it.state, it.reason]), [['dead', 'erased']])
    assert.equal(await store.finishNotice({ delivery: claim?.delivery ?? 0, fence: claim?.fence ?? 0, outcome: { kind: 'delivered' } }, later(10)), 'stale')
  })
}

function ageContract (fresh: Fresh): void {
  test('goes with the metadata of its message; a repeat is that message all the same, and tells nothing', async t => {
    const store = await fresh(t)
    const item = await ended(store)
    const number = item.envelope.referentienummer
    await store.keepArrival(refusedAs(keyOf(newReferentienummer()), { outcome: { kind: 'stored', message: item.envelope.id } }), noticeTo())
    await sweeps(store, 'payload')
    assert.deepEqual(await store.wireTold(item.envelope.id), told, 'with the metadata, not before')
    assert.equal(swept(await sweeps(store, 'metadata')), 1)
    assert.deepEqual([await store.arrival(keyOf(number)), await store.numberTaken(number), (await store.notices({ limit: 9 })).items], [null, false, []])
    assert.deepEqual((await store.accept([item])).map(it => it.kind), ['duplicate'])
    assert.equal(await store.keepArrival(refusedAs(keyOf(number), { outcome: { kind: 'stored', message: item.envelope.id } }), null), true)
    assert.deepEqual([(await store.arrival(keyOf(number)))?.told, (await store.keyUse()).kek], [silent, []])
  })

  test('what was refused goes when refused messages do, once its sender was told', async t => {
    const store = await fresh(t)
    const [old, untold, young] = [newReferentienummer(), newReferentienummer(), newReferentienummer()]
    const stays = await ended(store)
    await store.keepArrival(refusedAs(keyOf(old)), null)
    await store.keepArrival(refusedAs(keyOf(untold)), noticeTo())
    await store.keepArrival(refusedAs(keyOf(young), { received: later(1000) }), null)
    const left = async () => Promise.all([old, untold, young, stays.envelope.referentienummer].map(async it => await store.arrival(keyOf(it)) !== null))
    await sweeps(store, 'refused', { dry: true })
    assert.deepEqual(await left(), [true, true, true, true])
    await sweeps(store, 'refused')
    assert.deepEqual(await left(), [false, true, true, true])
    await sent(store)
    await sweeps(store, 'refused', { messages_max: 1 })
    assert.deepEqual([await left(), (await store.notices({ state: 'sent', limit: 9 })).items], [[false, false, true, true], []])
    assert.deepEqual((await store.auditRows({ limit: 9 })).items.filter(it => it.event === 'swept').map(it => it.detail), ['arrival:1', 'arrival:1'])
  })
}

/** What a model knows of one number: which message it is, or under which digest it was refused, and whether its sender must still be told. */
interface Known { readonly message: MessageId | null, readonly digest: number, readonly untold: boolean }
const numbers = [newReferentienummer(), newReferentienummer(), newReferentienummer()] as const
const parties = [gemeente, stranger] as const
const step = fc.record({ what: fc.constantFrom('accept', 'refuse', 'refuse', 'same'), number: fc.nat(2), party: fc.nat(1), digest: fc.nat(2), notice: fc.boolean() })

function modelContract (fresh: Fresh, runs: number): void {
  test('numbers do what a small model of them does', async t => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
      const store = await fresh(t)
      const [model, made, taken] = [new Map<string, Known>(), new Map<string, Acceptance>(), new Map<string, PartyCode>()]
      for (const { what, number: nth, party: who, digest: of, notice } of steps) {
        const [number, party] = [numbers[nth] ?? numbers[0], parties[who] ?? gemeente]
        const key = `${party} ${number}`
        const known = model.get(key) ?? null
        if (what === 'accept' || what === 'same') {
          const item = (what === 'same' ? made.get(`${key} ${of}`) : undefined) ?? byDoor(number, { digest: digest(of) }, { envelope: { sender: party } })
          made.set(`${key} ${of}`, item)
          const [result] = await store.accept([item])
          const repeats = known?.message === item.envelope.id
          const expected = repeats ? 'duplicate' : known?.message != null ? 'ZP_NUMBER' : taken.has(number) ? 'ZP_BUSY' : 'stored'
          assert.equal(result?.kind === 'refused' ? result.code : result?.kind, expected)
          if (expected !== 'stored') continue
          taken.set(number, party)
          model.set(key, { message: item.envelope.id, digest: of, untold: false })
        } else {
          const arrival: Arrival = refusedAs(keyOf(number, party), { digest: digest(of), outcome: refusedWith() })
          assert.equal(await store.keepArrival(arrival, notice ? noticeTo(party) : null), known?.message == null)
          if (known?.message == null) model.set(key, { message: null, digest: of, untold: notice })
        }
      }
      for (const party of parties) {
        for (const number of numbers) {
          const [known, arrival] = [model.get(`${party} ${number}`), await store.arrival(keyOf(number, party))]
          assert.equal(arrival?.digest, known === undefined ? undefined : digest(known.digest))
          assert.deepEqual(arrival?.outcome, known === undefined ? undefined : known.message === null ? refusedWith({ told: !known.untold }) : { kind: 'stored', message: known.message })
          assert.equal(await store.byNumber(ownView(party), number), known?.message ?? null)
        }
      }
      const due = (await store.notices({ limit: 99 })).items.length
      assert.equal(due, [...model.values()].filter(it => it.untold).length, 'of what took another\'s place nobody is told any more')
      await store.close()
    }), { numRuns: 30 * runs })
  })
}

/** @param runs so much of the runs of its model */
export function leaveContract (fresh: Fresh, open: OpenStore, runs: number): void {
  describe('what came in by a door', () => {
    keyContract(open)
    personContract(fresh)
    ageContract(fresh)
    modelContract(fresh, runs)

    test('refused, corrected, refused by its receiver: the same whichever step of storage fails', async t => {
      await atEveryStep(t, fresh, 15, async (open, arm, which) => {
        const store = await open()
        const [number, notice] = [newReferentienummer(), noticeTo()]
        const item = byDoor(number, { digest: digest(2) })
        arm()
        assert.equal(await untilDone(() => store.keepArrival(refusedAs(keyOf(number)), notice)), true, which)
        await untilDone(() => store.accept([item]))
        assert.deepEqual(await untilDone(() => outcomeOf(store, number)), { kind: 'stored', message: item.envelope.id }, which)
        assert.deepEqual((await untilDone(() => store.notices({ limit: 9 }))).items, [], which)
        assert.deepEqual(await untilDone(() => store.wireTold(item.envelope.id)), told, which)
      })
    })
  })
}
