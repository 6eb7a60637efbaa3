/** Contract of the store: what comes in by a door of the chain is taken once under its number, and its parties know it by numbers of their own. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newMessageId, newReferentienummer, sha256Hex, type MessageId, type Referentienummer } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import type { Acceptance, Arrival, ArrivalKey, MailboxSearch, Notice, Store, Wire } from '../../src/store/store.ts'
import { aanbieder, account, gemeente, heen, later, offer, retour, start, stranger, type Fresh, type Wanted } from './sample.ts'

export const digest = (nth: number) => sha256Hex(nth.toString(16).padStart(64, '0'))
export const told = { applicatie: 'Suite', applicatieVersie: '0012', applicatieSubversie: '0000', referentieId: 'ons kenmerk', actie: null }
export const wireOf = (number: string, wanted: Partial<Wire> = {}): Wire =>
  ({ number, conversatie: null, answers: null, digest: digest(1), says: { sender: '', receiver: '', type: '', versie: 0, subversie: 0 }, told, ...wanted })

/** A heenbericht that came by GGk; its number is the message's own. */
export function byDoor (number: Referentienummer = newReferentienummer(), wire: Partial<Wire> = {}, wanted: Wanted = {}): Acceptance {
  return heen({ delivery: 'offered', ...wanted, wire: wireOf(number, wire), envelope: { door: 'ggk', referentienummer: number, conversatie: number, ...wanted.envelope } })
}
export const refusedAs = (key: ArrivalKey, wanted: Partial<Arrival> = {}): Arrival =>
  ({ ...key, conversatie: null, answers: null, digest: digest(1), told, received: start, outcome: { kind: 'refused', code: 'ZP_SCHEMA', detail: 'WMO301', findings: [], kept: null, told: false }, ...wanted })
export const noticeTo = (target = gemeente): Notice =>
  ({ id: newMessageId(start), target, code: 'StUF055', made: start, body: Buffer.from('<Fo01/>'), policy: { first_ms: 60_000, longest_ms: 600_000, total_ms: 3_600_000 } })
export const keyOf = (number: string, party = gemeente): ArrivalKey => ({ door: 'ggk', party, number })
const kinds = async (store: Store, items: readonly Acceptance[]) => (await store.accept(items)).map(it => it.kind === 'refused' ? it.code : it.kind)
const outcomeOf = async (store: Store, number: string, party = gemeente) => (await store.arrival(keyOf(number, party)))?.outcome

export function arriveContract (fresh: Fresh): void {
  describe('by a door of the chain', () => {
    test('a message is written down with its number in one go, and found by it', async t => {
      const store = await fresh(t)
      const number = newReferentienummer()
      const item = byDoor(number)
      assert.equal(await store.arrival(keyOf(number)), null)
      assert.deepEqual(await kinds(store, [item]), ['stored'])
      const arrival = await store.arrival(keyOf(number))
      assert.deepEqual(arrival, { ...keyOf(number), conversatie: null, answers: null, digest: digest(1), told, received: start, outcome: { kind: 'stored', message: item.envelope.id } })
      assert.equal(await store.arrival({ ...keyOf(number), door: 'vsp' }), null)
      assert.deepEqual([await store.wireTold(item.envelope.id), await store.numberTaken(number), await store.numberTaken(newReferentienummer())], [told, true, false])
      assert.deepEqual(await store.arrivals(gemeente, { number }, 9), [arrival])
      assert.deepEqual(await store.arrivals(gemeente, { conversatie: number }, 9), [arrival])
      assert.deepEqual(await store.arrivals(aanbieder, { number }, 9), [])
    })

    test('the same again is the same message; another envelope under its number is none', async t => {
      const store = await fresh(t)
      const number = newReferentienummer()
      const item = byDoor(number)
      const again = { ...item, envelope: { ...item.envelope, id: newMessageId(later(1)) } }
      assert.deepEqual(await kinds(store, [item, again, byDoor(number, { digest: digest(2) })]), ['stored', 'duplicate', 'ZP_NUMBER'])
      assert.deepEqual(await outcomeOf(store, number), { kind: 'stored', message: item.envelope.id })
    })

    test('of the same at once one is stored', async t => {
      const store = await fresh(t)
      const number = newReferentienummer()
      const item = byDoor(number)
      const many = Array.from({ length: 20 }, () => ({ ...item, envelope: { ...item.envelope, id: newMessageId(start) } }))
      const results = (await Promise.all(many.map(it => store.accept([it])))).flat()
      assert.equal(results.filter(it => it.kind === 'stored').length, 1)
      assert.equal(new Set(results.map(it => it.kind === 'refused' ? it.code : it.id)).size, 1)
    })

    test('of two senders with one number at once one has it, the other needs another', async t => {
      const store = await fresh(t)
      const number = newReferentienummer()
      const both = [byDoor(number), byDoor(number, {}, { envelope: { sender: stranger } })] as const
      const results = (await Promise.all(both.map(it => store.accept([it])))).flat().map(it => it.kind === 'refused' ? it.code : it.kind)
      assert.deepEqual(results.toSorted(), ['ZP_BUSY', 'stored'])
      const [first, second] = results[0] === 'stored' ? both : [both[1], both[0]]
      const drawn = { ...second, envelope: { ...second.envelope, referentienummer: newReferentienummer() } }
      assert.deepEqual(await kinds(store, [drawn]), ['stored'])
      const [one, other] = [first.envelope, second.envelope]
      assert.deepEqual((await store.numbers(other.sender, [other.id])).get(other.id)?.number, number)
      assert.deepEqual((await store.numbers(aanbieder, [other.id])).get(other.id)?.number, drawn.envelope.referentienummer)
      assert.deepEqual([await store.byNumber(ownView(one.sender), number), await store.byNumber(ownView(other.sender), number), await store.byNumber(ownView(aanbieder), number)], [one.id, other.id, one.id])
    })

    test('what was refused is told with its reason, and its number is free', async t => {
      const store = await fresh(t)
      const number = newReferentienummer()
      const arrival = refusedAs(keyOf(number))
      assert.equal(await store.keepArrival(arrival, noticeTo()), true)
      assert.deepEqual(await store.arrival(keyOf(number)), arrival)
      const next = refusedAs(keyOf(number), { digest: digest(2), outcome: { kind: 'refused', code: 'ZP_XML', detail: null, findings: [], kept: newMessageId(start), told: true } })
      assert.equal(await store.keepArrival(next, null), true)
      assert.deepEqual(await store.arrival(keyOf(number)), next)
      const corrected = byDoor(number, { digest: digest(3) })
      assert.deepEqual(await kinds(store, [corrected]), ['stored'])
      assert.deepEqual(await outcomeOf(store, number), { kind: 'stored', message: corrected.envelope.id })
      assert.equal(await store.keepArrival(next, noticeTo()), false)
    })

    test('that it was there before under another number is written down once', async t => {
      const store = await fresh(t)
      const item = byDoor()
      const number = newReferentienummer()
      await store.accept([item])
      const kept = refusedAs(keyOf(number), { outcome: { kind: 'stored', message: item.envelope.id } })
      assert.deepEqual([await store.keepArrival(kept, null), await store.keepArrival(kept, null)], [true, true])
      assert.equal(await store.keepArrival({ ...kept, digest: digest(2) }, null), false)
      assert.equal(await store.keepArrival({ ...kept, outcome: { kind: 'stored', message: newMessageId(start) } }, null), false)
    })

    test('each of its two knows it by its own numbers, and so the message it answers', async t => {
      const store = await fresh(t)
      const [own, drawn, answered] = [newReferentienummer(), newReferentienummer(), newReferentienummer()]
      const asked = await offer(store, byDoor(own, { conversatie: 'gesprek' }, { delivery: 'waiting', envelope: { referentienummer: drawn, conversatie: drawn } }))
      const answer = retour(asked, { delivery: 'offered', wire: wireOf(answered, { answers: drawn }), envelope: { door: 'ggk', referentienummer: answered } })
      assert.deepEqual(await kinds(store, [answer]), ['stored'])
      const ids: [MessageId, MessageId] = [asked.envelope.id, answer.envelope.id]
      const of = async (party: typeof gemeente) => { const known = await store.numbers(party, [...ids, newMessageId(start)]); return [known.size, ...ids.map(id => known.get(id))] }
      assert.deepEqual(await of(gemeente), [2, { number: own, conversatie: 'gesprek', answers: null }, { number: answered, conversatie: 'gesprek', answers: own }])
      assert.deepEqual(await of(aanbieder), [2, { number: drawn, conversatie: drawn, answers: null }, { number: answered, conversatie: drawn, answers: drawn }])
      assert.deepEqual([await store.conversation(ownView(gemeente), 'gesprek', 9), await store.conversation(ownView(aanbieder), drawn, 9)], [ids, ids])
      assert.deepEqual([await store.conversation(ownView(gemeente), drawn, 9), await store.conversation(ownView(aanbieder), 'gesprek', 9), await store.conversation(ownView(stranger), drawn, 9)], [[], [], []])
      assert.deepEqual([await store.conversatieTaken(drawn, stranger), await store.conversatieTaken(drawn, gemeente), await store.conversatieTaken(own, stranger)], [true, false, false])
    })

    test('an answer names what it answers as its sender knows that', async t => {
      const store = await fresh(t)
      const drawn = newReferentienummer()
      const asked = await offer(store, byDoor(newReferentienummer(), {}, { delivery: 'waiting', envelope: { referentienummer: drawn } }))
      const other = await offer(store, byDoor(newReferentienummer(), {}, { delivery: 'waiting' }))
      const answer = (answers: string | null, wanted: Wanted = {}) => retour(asked, { ...wanted, wire: wireOf(newReferentienummer(), { answers }), envelope: { door: 'vsp', ...wanted.envelope } })
      const cross = { kind: 'refused', code: 'ZP_CROSS', message: asked.envelope.id, differences: [] }
      for (const wrong of [other.envelope.referentienummer, asked.wire?.number ?? '', newReferentienummer(), null]) assert.deepEqual(await store.accept([answer(wrong)]), [cross])
      assert.deepEqual(await kinds(store, [answer(newReferentienummer(), { envelope: { type: 'WMO325' } }), answer(null, { envelope: { type: 'WMO325' } })]), ['ZP_CROSS', 'stored'])
      assert.deepEqual(await kinds(store, [answer(drawn)]), ['ZP_RETOUR_SECOND'])
    })

    test('what it answers may not be here, for the first weeks after a move; then its sender\'s word is told', async t => {
      const store = await fresh(t, { retour_unknown: 'accept' })
      const answer = retour(heen(), { delivery: 'offered', wire: wireOf(newReferentienummer(), { answers: 'van elders' }), envelope: { door: 'ggk' } })
      assert.deepEqual(await kinds(store, [answer]), ['stored'])
      assert.equal((await store.numbers(gemeente, [answer.envelope.id])).get(answer.envelope.id)?.answers, 'van elders')
    })

    test('a parcel bears the numbers by which its receiver knows it, and what its envelope told', async t => {
      const store = await fresh(t)
      const asked = byDoor()
      await store.accept([asked, heen({ delivery: 'offered', envelope: { identificatie: 'REST' } })])
      const number = newReferentienummer()
      const answer = retour(asked, { delivery: 'offered', wire: wireOf(number, { answers: asked.envelope.referentienummer }), envelope: { door: 'vsp', referentienummer: number } })
      await store.accept([answer])
      const parcel = await store.parcel(answer.envelope.id)
      assert.deepEqual([parcel?.numbers, parcel?.told], [{ number, conversatie: asked.envelope.conversatie, answers: asked.wire?.number }, told])
      const plain = heen()
      await store.accept([plain])
      assert.deepEqual([(await store.parcel(plain.envelope.id))?.told, (await store.parcel(plain.envelope.id))?.numbers], [null, { number: plain.envelope.referentienummer, conversatie: plain.envelope.conversatie, answers: null }])
    })

    test('a mailbox is searched for types, a conversation, or answers, by the numbers as its party knows them', async t => {
      const store = await fresh(t)
      const [own, drawn] = [newReferentienummer(), newReferentienummer()]
      const asked = await offer(store, byDoor(own, { conversatie: 'gesprek' }, { delivery: 'waiting', envelope: { referentienummer: drawn, conversatie: drawn } }))
      const others = [byDoor(newReferentienummer(), {}, { envelope: { type: 'WMO323' } }), byDoor(), heen({ delivery: 'offered' })]
      const answer = retour(asked, { delivery: 'offered', wire: wireOf(newReferentienummer(), { answers: drawn }), envelope: { door: 'ggk' } })
      await store.accept([...others, answer])
      const found = async (party: typeof gemeente, search: MailboxSearch, limit = 9) => (await store.mailbox(ownView(party), limit, search)).map(it => it.id)
      const [claim, first, second] = others.map(it => it.envelope)
      assert.deepEqual(await found(aanbieder, { types: ['WMO323', 'WMO301'] }), [asked.envelope.id, claim?.id, first?.id, second?.id])
      assert.deepEqual(await found(aanbieder, { types: ['WMO301', 'WMO301', 'JW301'] }, 2), [asked.envelope.id, first?.id])
      assert.deepEqual([await found(gemeente, { types: ['WMO302'] }), await found(gemeente, { types: [] })], [[answer.envelope.id], []])
      assert.deepEqual([await found(gemeente, { conversatie: 'gesprek' }), await found(gemeente, { conversatie: drawn })], [[answer.envelope.id], []])
      assert.deepEqual(await found(aanbieder, { conversatie: first?.conversatie ?? '' }), [first?.id])
      assert.deepEqual([await found(gemeente, { answers: own }), await found(aanbieder, { answers: own }), await found(gemeente, { answers: newReferentienummer() })], [[answer.envelope.id], [], []])
      await store.acknowledge(ownView(gemeente), answer.envelope.id, account, later(1))
      for (const search of [{ types: ['WMO302' as const] }, { conversatie: 'gesprek' }, { answers: own }]) assert.deepEqual(await found(gemeente, search), [])
    })

    test('one conversation may be of very many messages, and is walked to its end', async t => {
      const store = await fresh(t)
      const name = newReferentienummer()
      const mine = (nth: number) => byDoor(newReferentienummer(), { conversatie: nth % 2 === 0 ? name : 'een ander' }, { envelope: { conversatie: name } })
      const items = Array.from({ length: 30 }, (_, nth) => mine(nth))
      await store.accept(items)
      const even = items.filter((_, nth) => nth % 2 === 0).map(it => it.envelope.id)
      assert.deepEqual(await store.conversation(ownView(gemeente), name, 4), even.slice(0, 4))
      assert.deepEqual(await store.conversation(ownView(gemeente), name, 20), even)
      assert.deepEqual(await store.conversation(ownView(aanbieder), name, 99), items.map(it => it.envelope.id), 'its receiver knows the one of the gateway')
      assert.equal((await store.mailbox(ownView(aanbieder), 7, { conversatie: name })).length, 7)
    })
  })
}
