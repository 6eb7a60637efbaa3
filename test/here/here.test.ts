/** Why a message is still here: every combination of the states has one answer, and each answer says what a person needs. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { answers, breakerStates, deadClasses, deliveries, fingerprint, instant, newMessageId, newReferentienummer, partyCode, sha256Hex, type Instant, type MessageId } from '../../src/core/core.ts'
import { allKinds, here, hereRefused, type Here, type HereCode, type Known } from '../../src/here/here.ts'
import type { Destination, StoredMessage, Work } from '../../src/store/store.ts'

const now = instant(Date.parse('2026-11-22T07:00:00Z'))
const at = (ms: number): Instant => instant(now + ms)
const minute = 60_000
const [id, first, answer] = [newMessageId(at(-30 * minute)), newMessageId(at(-40 * minute)), newMessageId(at(-10 * minute))] as const

const plain: StoredMessage = {
  id, family: 'iwmo', type: 'WMO301', release: '3.2', afzender: partyCode('0344'), ontvanger: partyCode('42420001'), sender: partyCode('0344'), receiver: partyCode('42420001'),
  identificatie: 'A1', sha256: sha256Hex('0'.repeat(64)), size_bytes: 1, received: at(-30 * minute), account: null, door: 'rest', origin: 'party',
  referentienummer: newReferentienummer(), conversatie: newReferentienummer(), answers: null, verdict: 'accepted',
  delivery: 'offered', answer: 'awaited', answered_by: null, answer_due: null, offered: at(-20 * minute), delivered: null,
  dead_class: null, dead_reason: null, work: null, payload_gone: null, next_try: null, attempts: 0, signer: fingerprint('0'.repeat(64))
}
const alone: Known = { destination: null, ahead: null, aheadShown: true, now }

const moments = [null, at(-minute), at(minute)] as const
const works: ReadonlyArray<Work | null> = [null, ...(['handle', 'push'] as const).flatMap(kind => (['due', 'blocked', 'held', 'dead'] as const).flatMap(state => moments.flatMap(next =>
  [0, 3].flatMap(attempts => [false, true].flatMap(under_way => [null, 'timeout'].flatMap(reason => ([null, first] as const).map(behind =>
    ({ kind, state, since: at(-5 * minute), attempts, next, under_way, reason, behind }))))))))]
const destinations: ReadonlyArray<Destination | null> = [null, ...breakerStates.flatMap(state => moments.flatMap(open_until =>
  ([[null, null], [at(-90 * minute), 'certificate']] as const).map(([failing_since, reason]) => ({ party: plain.receiver, state, failures: 7, failing_since, open_until, reason }))))]
const classes = [null, ...deadClasses] as const

/** Every combination of what the answer is made from, also those the store never brings about. */
function * product (): Generator<{ readonly message: StoredMessage, readonly known: Known }> {
  for (const delivery of deliveries) {
    for (const answer of answers) {
      for (const verdict of ['rejected', 'accepted'] as const) {
        for (const answer_due of moments) {
          for (const work of works) {
            const dead = delivery === 'dead' ? classes : [null]
            for (const dead_class of dead) {
              const message: StoredMessage = { ...plain, delivery, answer, verdict, answer_due, work, dead_class, dead_reason: delivery === 'dead' ? 'http_422' : null, answered_by: answer === 'answered' ? first : null, attempts: work?.attempts ?? 0 }
              const pushed = delivery === 'offered' && work?.kind === 'push'
              for (const destination of pushed ? destinations : [null, destinations[1] ?? null]) yield { message, known: { ...alone, destination } }
            }
          }
        }
      }
    }
  }
}

const kindOf = new Map(allKinds)
const sound = (it: Here, what: unknown): void => {
  const kind = kindOf.get(it.code)
  const say = JSON.stringify(what)
  assert.ok(kind, say)
  assert.equal(it.waits_for, kind.waits_for, say)
  for (const text of [it.nl, it.en]) assert.match(text, /^[A-Z][^{}[\]]{20,}\.$/, say)
  if (it.next === null) assert.notEqual(it.waits_for, 'gateway', `the gateway knows when: ${say}`)
  else assert.ok(it.next >= now, `next is no moment of the past: ${say}`)
  if (it.waits_for === 'nobody') assert.equal(it.next, null, say)
}

test('every combination of the states has exactly one answer; who else must do something is said where no moment can be', () => {
  const seen = new Set<HereCode>()
  let count = 0
  for (const { message, known } of product()) {
    const it = here(message, known)
    sound(it, [message.delivery, message.answer, message.verdict, message.work, known.destination])
    seen.add(it.code)
    count++
    // The answer never contradicts the state beside it.
    if (it.code.startsWith('dead_')) assert.equal(message.delivery, 'dead')
    if (it.code.startsWith('push') || it.code === 'left_alone' || it.code === 'behind' || it.code === 'mailbox') assert.equal(message.delivery, 'offered')
    if (it.code === 'rejected') assert.deepEqual([message.verdict, message.delivery], ['rejected', 'none'])
  }
  assert.ok(count > 20_000, `${count} combinations`)
  const apart = ['refused', 'corrected', 'erased']
  assert.deepEqual(allKinds.map(([code]) => code).filter(code => !seen.has(code)), apart, 'codes that no combination brings: those of other tests')
})

test('what was refused at the door has an answer too', () => {
  for (const replaced_by of [null, first]) sound(hereRefused({ at: now, replaced_by }), replaced_by)
  assert.deepEqual([hereRefused({ at: now, replaced_by: null }).code, hereRefused({ at: now, replaced_by: first }).code], ['refused', 'corrected'])
})

const due: Work = { kind: 'push', state: 'due', since: at(-20 * minute), attempts: 0, next: at(-20 * minute), under_way: false, reason: null, behind: null }
const pushed = (work: Partial<Work> = {}): StoredMessage => ({ ...plain, work: { ...due, ...work }, attempts: work.attempts ?? 0 })
const down: Destination = { party: plain.receiver, state: 'open', failures: 5, failing_since: at(-90 * minute), open_until: at(minute), reason: 'timeout' }
const asked = (message: StoredMessage, known: Partial<Known> = {}): [HereCode, number | null] => {
  const { code, next } = here(message, { ...alone, ...known })
  return [code, next === null ? null : next - now]
}

describe('a message that is pushed', () => {
  test('goes now, goes later, goes again, or waits until its receiver is tried again', () => {
    assert.deepEqual(asked(pushed()), ['push_due', 0])
    assert.deepEqual(asked(pushed({ under_way: true })), ['pushing', 0])
    assert.deepEqual(asked(pushed({ attempts: 2, next: at(7 * minute), reason: 'timeout' })), ['push_again', 7 * minute])
    assert.deepEqual(asked(pushed({ next: at(7 * minute), reason: 'http_429' })), ['push_later', 7 * minute])
    assert.deepEqual(asked(pushed(), { destination: down }), ['left_alone', minute])
    assert.deepEqual(asked(pushed({ under_way: true }), { destination: down }), ['pushing', 0], 'a probe')
    assert.deepEqual(asked(pushed({ attempts: 2, next: at(7 * minute), reason: 'timeout' }), { destination: down }), ['push_again', 7 * minute], 'its own turn comes later')
    assert.deepEqual(asked(pushed(), { destination: { ...down, open_until: at(-1) } }), ['push_due', 0], 'its time has passed')
    assert.deepEqual(asked(pushed(), { destination: { ...down, state: 'closed', failing_since: null } }), ['push_later', minute], 'it asked for patience')
  })

  test('a receiver that is down is told with the time since when, and why', () => {
    const { since, reason, nl, en } = here(pushed(), { ...alone, destination: down })
    assert.deepEqual([since, reason], [at(-90 * minute), 'timeout'])
    assert.match(en, /does not answer since 2026-11-22 06:30: .* \(timeout\)\. It is left alone until 2026-11-22 08:01/)
    assert.match(nl, /antwoordt niet sinds 22-11-2026 06:30: .* \(timeout\)\. Het wordt met rust gelaten tot 22-11-2026 08:01/)
  })

  test('behind another says which, and why that one waits; of one he may not see only when', () => {
    const blocked = pushed({ state: 'blocked', next: null, behind: first })
    const ahead = { ...pushed({ attempts: 4, next: at(11 * minute), reason: 'timeout' }), id: first }
    const shown = here(blocked, { ...alone, ahead })
    assert.deepEqual([shown.code, shown.behind, shown.next], ['behind', first, at(11 * minute)])
    assert.match(shown.en, new RegExp(`first: ${first}\\. Of that one: The receiver’s system did not take it, 4 times.* It is tried again at 2026-11-22 08:11`))
    const hidden = here(blocked, { ...alone, ahead, aheadShown: false })
    assert.deepEqual([hidden.code, hidden.behind, hidden.next], ['behind', null, at(11 * minute)])
    assert.doesNotMatch(`${hidden.nl}${hidden.en}`, new RegExp(`${first}|4 times`))
    assert.deepEqual(asked(blocked), ['behind', 0], 'what was before it has gone meanwhile')
    assert.deepEqual(asked(blocked, { ahead: { ...plain, delivery: 'delivered' } }), ['behind', 0])
    assert.deepEqual(asked(blocked, { ahead, destination: down }), ['behind', 11 * minute])
  })
})

describe('what people must do', () => {
  const dead = (over: Partial<StoredMessage>): Here => here({ ...plain, delivery: 'dead', work: { ...due, state: 'dead', next: null, reason: over.dead_reason ?? null }, ...over }, alone)

  test('of what was given up: why, and how it goes on', () => {
    const refused = dead({ dead_class: 'functional', dead_reason: 'http_422' })
    assert.deepEqual([refused.code, refused.waits_for, refused.next], ['dead_functional', 'sender', null])
    assert.match(refused.en, /http_422.*Replaces.*operator/)
    const left = dead({ dead_class: 'functional', dead_reason: 'receiver_left' })
    assert.match(left.nl, /de ontvanger is niet meer aangesloten/)
    assert.deepEqual([dead({ dead_class: 'transient', dead_reason: 'exhausted: handler_timeout' }), dead({ dead_class: 'partner_down', dead_reason: 'timeout' })].map(it => [it.code, it.waits_for]), [['dead_transient', 'person'], ['dead_partner_down', 'person']])
    const gone = dead({ dead_class: 'transient', dead_reason: 'x', payload_gone: { at: now, why: 'retention' } })
    assert.doesNotMatch(gone.en, /operator/, 'it cannot be driven again')
    const erased = dead({ dead_class: 'functional', dead_reason: 'erased', payload_gone: { at: now, why: 'erased' } })
    assert.deepEqual([erased.code, erased.waits_for], ['erased', 'nobody'])
    sound(erased, 'erased')
    assert.match(dead({ dead_class: 'transient', dead_reason: 'timeout', answer: 'answered', answered_by: answer }).en, new RegExp(`did answer it: ${answer}`))
  })

  test('of what is held, and of a mailbox and an answer', () => {
    const work: Work = { ...due, kind: 'handle', state: 'held', next: null, reason: 'needs_look' }
    const held = (over: Partial<Work> = {}): Here => here({ ...plain, delivery: 'held', work: { ...work, ...over } }, alone)
    assert.deepEqual([held().code, held().next, held().waits_for], ['held', null, 'person'])
    assert.match(held({ next: at(minute) }).en, /by itself at 2026-11-22 08:01/)
    assert.equal(held({ next: at(-1) }).code, 'waiting')
    assert.deepEqual(asked(plain), ['mailbox', null])
    const delivered = { ...plain, delivery: 'delivered' as const, delivered: at(-minute) }
    assert.deepEqual(asked({ ...delivered, answer_due: at(minute) }), ['answer_awaited', minute])
    assert.deepEqual(asked({ ...delivered, answer_due: now }), ['answer_late', null])
    const answered = here({ ...delivered, answer: 'answered', answered_by: answer }, alone)
    assert.deepEqual([answered.code, answered.since], ['answered', at(-10 * minute)])
  })

  test('texts never name what a client or an endpoint chose besides a code', () => {
    const ids: readonly MessageId[] = [id]
    const it = here({ ...plain, identificatie: 'GEHEIM' }, alone)
    for (const text of [it.nl, it.en]) for (const secret of ['GEHEIM', ...ids, '0344', '42420001']) assert.ok(!text.includes(secret))
  })
})
