/** The acked set: whatever became of a gateway, each receipt in the ledgers is the stored one, its message is where it should be, once, its seal holds, and the audit is whole. */
import assert from 'node:assert/strict'
import { digestOf, type MessageId } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import { statementBytes, verifySeal } from '../../src/sign/sign.ts'
import { openStore, type Store, type StoredMessage } from '../../src/store/store.ts'
import { readRoots, rootsIn } from '../../src/vault/vault.ts'
import { statementOf } from '../../bin/statement.ts'
import type { World } from '../flow/world.ts'
import { assertWhole } from '../store/whole.ts'
import { promisedIn, type Promised } from './ledger.ts'

/** Where the messages of the ledgers are. `under_way`: a handler or a worker has still to look. `forgotten`: its end was so long ago that only its receipt is kept. */
export type Place = 'offered' | 'delivered' | 'dead' | 'answered' | 'under_way' | 'forgotten'
/** How many messages were promised, where they are, how many seals were verified, and how long the audit is. */
export type Tally = Readonly<Record<Place, number>> & { readonly promised: number, readonly seals: number, readonly audit_rows: number }

/** What is looked at. */
export type Looked = Pick<World, 'store' | 'dir' | 'ca'>

/** A database that holds what this world's did: a copy, what a power cut left, or what it was moved into. It is opened as a gateway opens it. */
export const elsewhere = ({ dir, ca }: Looked, url: string): Looked => ({
  dir,
  ca,
  async store (work) {
    const store = await openStore({ url, mode: 'test', roots: readRoots(rootsIn(dir)), careful: true })
    try { return await work(store) } finally { await store.close() }
  }
})

export interface Expected {
  /** A message may be on its way yet; else it is in a mailbox or at an end. */
  readonly under_way?: boolean
  /** What was delivered, and the audit of before, may have been swept since; its receipt is given again all the same. */
  readonly forgotten?: boolean
  /** Nothing else was sent by who sent these. */
  readonly all?: boolean
  /** Seals are verified of so many, spread evenly over the ledgers; default: of each. */
  readonly seals_max?: number
}

const ends = ['delivered', 'dead']

/** @param swept whether the oldest of its events may be gone @returns where it is @throws AssertionError where it may not be there, or came there more than once */
function placeOf (it: StoredMessage, events: readonly string[], swept: boolean): Place {
  const times = (...names: string[]): number => events.filter(event => names.includes(event)).length
  const once = (count: number): boolean => count === 1 || (swept && count === 0)
  const ended = it.delivery === 'delivered' || it.delivery === 'dead'
  // What a person drives again was at an end before.
  const told = [times('accepted'), times('offered', 'rejected'), times(...ends) - times('redriven')] as const
  const what = `${it.id} is ${it.verdict}, ${it.delivery}, ${it.answer}: ${events.join(', ')}`
  if (it.delivery === 'waiting' || it.delivery === 'held') {
    assert.deepEqual([once(told[0]), told[1], told[2]], [true, 0, 0], what)
    return 'under_way'
  }
  if (it.delivery === 'none') {
    // It was rejected, and its receiver does not get it: its sender has an answer.
    assert.ok(it.verdict === 'rejected' && it.answered_by !== null, what)
    return 'answered'
  }
  if (it.delivery === 'dead') assert.ok(it.dead_class !== null && (it.dead_reason ?? '') !== '', `${what}: without a reason`)
  assert.ok(once(told[0]) && (ended ? once(told[2]) : told[2] === 0) && (once(told[1]) || it.delivery === 'dead'), what)
  return it.delivery
}

/** @returns the receipt the store has, and whether it has the message yet */
async function receiptOf (store: Store, it: Promised): Promise<{ readonly receipt: Uint8Array, readonly kept: boolean }> {
  const receipt = await store.receipt(ownView(it.sender), it.id)
  if (receipt !== null) return { receipt, kept: true }
  const earlier = await store.earlier(it)
  assert.equal(earlier?.id, it.id, `a receipt is not honoured: ${it.id} is not there`)
  return { receipt: earlier.receipt, kept: false }
}

async function assertSealed (store: Store, it: Promised, receipt: Uint8Array, trusted: readonly string[]): Promise<void> {
  const view = ownView(it.sender)
  const [payload, seal] = [await store.payload(view, it.id), await store.seal(view, it.id)]
  const told = statementOf(JSON.parse(Buffer.from(receipt).toString()) as Record<string, unknown>)
  assert.ok(payload !== null && seal !== null && told !== null, `${it.id} has no payload, no seal or no receipt of ours`)
  assert.equal(digestOf(payload), it.sha256, `${it.id} is not what was sent`)
  const verdict = verifySeal({ seal, payload, statement: statementBytes(told.statement), trusted })
  assert.ok(verdict.ok, `the seal of ${it.id} does not hold: ${verdict.ok || verdict.reason}`)
}

/** What the lines promise, each once. @throws AssertionError where one message got two receipts, or two messages one */
export function promisedBy (lines: Iterable<string>): readonly Promised[] {
  const byKey = new Map<string, string>()
  for (const line of lines) {
    const { sender, type, identificatie } = promisedIn(line)
    const key = `${sender} ${type} ${identificatie}`
    assert.equal(byKey.get(key) ?? line, line, `${key} got two receipts`)
    byKey.set(key, line)
  }
  const promised = [...byKey.values()].map(promisedIn)
  assert.equal(new Set(promised.map(it => it.id)).size, promised.length, 'one id was given to two messages')
  return promised
}

/** Nothing is stored of these senders but what was promised. */
async function assertAll (store: Store, promised: readonly Promised[]): Promise<void> {
  const ids = new Set<MessageId>(promised.map(it => it.id))
  for (const sender of new Set(promised.map(it => it.sender))) {
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await store.list({ view: ownView(sender), limit: 250, ...(cursor === '' ? {} : { cursor }) })
      for (const it of page.items) assert.ok(it.sender !== sender || it.origin !== 'party' || ids.has(it.id), `${it.id} is there, and nobody has a receipt for it`)
      cursor = page.next
    }
  }
}

/** @param lines of all ledgers @throws AssertionError saying which promise is not kept, and how */
export async function assertAcked (world: Looked, lines: Iterable<string>, { under_way = false, forgotten = false, all = false, seals_max = Infinity }: Expected = {}): Promise<Tally> {
  const promised = promisedBy(lines)
  const every = Math.max(1, Math.ceil(promised.length / seals_max))
  const places: Record<Place, number> = { offered: 0, delivered: 0, dead: 0, answered: 0, under_way: 0, forgotten: 0 }
  let seals = 0
  return await world.store(async store => {
    for (const [nth, it] of promised.entries()) {
      const { receipt, kept } = await receiptOf(store, it)
      assert.equal(digestOf(receipt), it.receipt, `a receipt is not honoured: of ${it.id} another is kept`)
      const found = kept ? await store.inspect(it.id) : null
      assert.ok(found !== null || forgotten, `${it.id} is not there any more`)
      const place = found === null ? 'forgotten' : placeOf(found.message, found.history.map(({ event }) => event), forgotten)
      assert.ok(under_way || place !== 'under_way', `${it.id} is still on its way`)
      places[place]++
      if (nth % every !== 0 || found === null || found.message.payload_gone !== null) continue
      await assertSealed(store, it, receipt, [world.ca])
      seals++
    }
    if (all) await assertAll(store, promised)
    return { ...places, promised: promised.length, seals, audit_rows: await assertWhole(store, readRoots(rootsIn(world.dir)).audit, [world.ca]) }
  })
}
