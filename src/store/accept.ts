/** Taking messages in: once per key, and an answer only to what it answers. */
import { isRejecting, referentienummer, type MessageId, type RefusalCode } from '../core/core.ts'
import type { Wrapped } from '../vault/vault.ts'
import { answering, answeredColumns, anyWork } from './answering.ts'
import { arrivalKeeper, chainDoorOf, closedArrival, type ArrivalKeeper, type ClosedArrival } from './arrivals.ts'
import type { Audit } from './audit.ts'
import { StoreConflict, type Db, type Session, type Statement, type Row, type Values } from './db.ts'
import { at, places, prepared, type Dialect } from './dialect.ts'
import { dagtekeningOf, type ClosedFacts, type FactKeeper } from './facts.ts'
import type { Kinds } from './many.ts'
import { markKey, marksIn } from './marks.ts'
import { numbering, type Numbering } from './numbering.ts'
import { pushOrder, workKey, type Order } from './order.ts'
import { isHeavy, packed, packedAside } from './packing.ts'
import { closedReceipt, receiptKeeper, type ClosedReceipt, type ReceiptKeeper } from './receipts.ts'
import { corrections } from './refused.ts'
import { bytes, envelopeColumns, maybe, message, never_ms, text, whole } from './rows.ts'
import type { Columns, Safe } from './safe.ts'
import { signatureKeeper } from './signature.ts'
import type { Together } from './step.ts'
import type { Acceptance, Accepted, Correlation, Difference, Envelope, Store } from './verbs.ts'

export interface AcceptRules {
  /** What happens to an answer to a message that is not here; accept it for the first weeks after a move. */
  readonly retour_unknown: 'refuse' | 'accept'
}

const states = ['delivery', 'offered_ms', 'answer', 'answer_due_ms', 'order_key', 'data_key', 'kek_id', 'voids', 'header', 'receipt', 'seal'] as const

const kinds: Kinds = {
  ...Object.fromEntries([...envelopeColumns, ...states].map(name => [name, 'text' as const])),
  ...Object.fromEntries(['size_bytes', 'received_ms', 'offered_ms', 'answer_due_ms', 'voids'].map(name => [name, 'number' as const])),
  data_key: 'bytes', receipt: 'bytes', seal: 'bytes'
}
const keyKinds: Kinds = { sender: 'text', type: 'text', identificatie: 'text' }

function statements ({ sql, lock, newMessage, ofKey, ofNumber, many }: Dialect) {
  const keyed = (columns: string[]) => ofKey(sql('message').select(columns))
  return {
    first: many(prepared(keyed(['id', 'sha256', 'receipt']).unionAll(sql('spent').select(['id', 'sha256', 'receipt']).where(places(['sender', 'type', 'identificatie'])))), keyKinds),
    taken: prepared(ofNumber(sql('message').select('seq'), at('number'))),
    asked: prepared(lock(keyed([...answeredColumns, 'receiver', 'origin', 'answer', 'conversatie', 'order_key', 'header']).select(sql.raw(anyWork)))),
    message: many(newMessage(places([...envelopeColumns, ...states])), kinds, { by: 'id' }),
    payload: many(prepared(sql('payload').insert(places(['message', 'body']))), { message: 'number', body: 'bytes' }),
    finding: many(prepared(sql('finding').insert(places(['message', 'body']))), { message: 'number', body: 'bytes' }),
    member: prepared(sql('batch_member').insert(places(['batch', 'position', 'state', 'message', 'ended_ms'])).onConflict(['batch', 'position']).ignore()),
    delivery: many(prepared(sql('delivery').insert({
      ...places(['message', 'target', 'order_key', 'state', 'due_ms', 'since_ms']), kind: 'handle', lease_until_ms: 0, fence: 0, attempts: 0
    })), { message: 'number', target: 'text', order_key: 'text', state: 'text', due_ms: 'number', since_ms: 'number' })
  }
}

/** Under which a message is taken once, and the digest that tells a repeat from a reuse. */
type Key = Pick<Envelope, 'sender' | 'type' | 'identificatie' | 'sha256'>
type Refused = Extract<Accepted, { kind: 'refused' }>
const refused = (code: RefusalCode, message: MessageId | null = null, differences: readonly Difference[] = []): Refused => ({ kind: 'refused', code, message, differences })

/** A message with what is kept encrypted of it, closed before the transaction begins. */
export interface Closing extends Wrapped { readonly item: Acceptance, readonly payload: Uint8Array, readonly findings: Uint8Array | null, readonly receipt: ClosedReceipt | null, readonly arrival: ClosedArrival | null, readonly facts: ClosedFacts | null, readonly caused: readonly Closing[] }

/** @returns by which number it came, closed; null where it came by none */
function arrivalOf (safe: Safe, { wire = null, envelope: { id, door, sender, received } }: Acceptance): ClosedArrival | null {
  if (wire === null) return null
  const { number, conversatie, answers, digest, told } = wire
  return closedArrival(safe, { door: chainDoorOf(door), party: sender, number, conversatie, answers, digest, told, received, outcome: { kind: 'stored', message: id } })
}

/** @returns the message, its payload and findings closed under a key of its own; its facts were, under those of its persons */
function closing (safe: Safe, item: Acceptance, payload: Uint8Array, { close, data_key, kek_id }: Columns & Wrapped, facts: ClosedFacts | null, caused: readonly Closing[]): Closing {
  const findings = item.findings.length > 0 ? close('findings', Buffer.from(JSON.stringify(item.findings))) : null
  return { item, payload: close('payload', payload), findings, receipt: closedReceipt(safe, item), arrival: arrivalOf(safe, item), facts, caused, data_key, kek_id }
}

const takesLong = (item: Acceptance): boolean => (item.facts ?? null) !== null || isHeavy(item.payload) || (item.caused ?? []).some(takesLong)
const closingNow = (safe: Safe, item: Acceptance): Closing => closing(safe, item, packed(item.payload), safe.fresh(item.envelope.id), null, (item.caused ?? []).map(it => closingNow(safe, it)))
async function closingSoon (safe: Safe, facts: Pick<FactKeeper, 'close'>, item: Acceptance): Promise<Closing> {
  const columns = safe.fresh(item.envelope.id)
  // What waits does not count yet, and who works on it writes the rest.
  const closed = (item.facts ?? null) === null ? null : await facts.close(item, item.delivery === 'waiting' && item.envelope.origin === 'party' ? columns : null)
  return closing(safe, item, await packedAside(item.payload), columns, closed, await Promise.all((item.caused ?? []).map(it => closingSoon(safe, facts, it))))
}

/** At once where none of them brings facts or is large: a write that was asked for before the store is closed is to be done. */
export function closingAll (safe: Safe, facts: Pick<FactKeeper, 'close'>, items: readonly Acceptance[]): Closing[] | Promise<Closing[]> {
  return items.some(takesLong) ? Promise.all(items.map(item => closingSoon(safe, facts, item))) : items.map(item => closingNow(safe, item))
}

/** @param answered order key of the message it answers, if any */
const orderKeyOf = ({ order_key, envelope: { sender, receiver, type } }: Acceptance, answered: string | null): string => order_key ?? answered ?? `${sender}|${receiver}|${type}`

function messageValues ({ received, ...envelope }: Envelope, { item: { delivery, answer, answer_due, header, receipt, seal, ...item }, receipt: apart, data_key, kek_id }: Closing, order_key: string): Values {
  return { ...envelope, received_ms: received, delivery, offered_ms: delivery === 'offered' ? received : null, answer, answer_due_ms: answer_due, order_key, data_key, kek_id, voids: item.voids === true ? 1 : null, header: JSON.stringify(header), receipt: apart === null ? receipt : Buffer.alloc(0), seal }
}

/** @returns the elements that are not repeated unchanged */
function differing (echo: Correlation['echo'], row: Row): Difference[] {
  const header: unknown = JSON.parse(text(row, 'header'))
  const leaves = new Map<string, unknown>(Object.entries(header ?? {}))
  const asked = (path: string): string | null => { const leaf = leaves.get(path); return typeof leaf === 'string' ? leaf : null }
  return Object.keys(echo).filter(path => asked(path) !== echo[path]).map(path => ({ path, expected: asked(path) }))
}

/** The gateway itself may answer what was never offered: a rejection does. What was given up may have come all the same. */
function mayAnswer (row: Row, { origin, sender }: Envelope): boolean {
  const offered = row['offered_ms'] !== null || row['delivery'] === 'delivered' || (origin === 'import' && row['origin'] === 'import')
  return row['receiver'] === sender && (origin === 'gateway' || offered)
}

const following = (envelope: Envelope, row: Row): Envelope =>
  ({ ...envelope, answers: message(row, 'id'), conversatie: referentienummer(text(row, 'conversatie')) })

/** What an answer belongs to: nothing that needs it, a message, or a refusal. */
type Asked = { readonly kind: 'free' } | { readonly kind: 'message', readonly row: Row } | Refused

/** @returns the first receipt of these bytes, a refusal when other bytes came under their key, or null */
async function earlier (session: Session, first: Statement, receipts: ReceiptKeeper, { sender, type, identificatie, sha256 }: Key): Promise<Exclude<Accepted, { kind: 'stored' }> | null> {
  const [row] = await session.all(first, { sender, type, identificatie })
  if (row === undefined) return null
  const id = message(row, 'id')
  const receipt = text(row, 'sha256') === sha256 ? await receipts.open(session, id, bytes(row, 'receipt')) : null
  // What was imported got no receipt that could be given again.
  return receipt === null || receipt.byteLength === 0 ? refused('ZP_IDENTIFICATIE_REUSED', id) : { kind: 'duplicate', id, receipt }
}

/** @returns what tells the first receipt of these bytes, or what stands in the way of their number or their key; null for what is new */
function standing (sql: ReturnType<typeof statements>, receipts: ReceiptKeeper, arrivals: ArrivalKeeper) {
  async function there (session: Session, { item: { envelope }, arrival }: Closing): Promise<Exclude<Accepted, { kind: 'stored' }> | null> {
    const { message = null, digest = null } = arrival === null ? {} : await arrivals.state(session, arrival.arrival) ?? {}
    if (message !== null && digest !== arrival?.arrival.digest) return refused('ZP_NUMBER', message)
    const repeat = await earlier(session, sql.first, receipts, envelope)
    return repeat === null && message !== null ? refused('ZP_NUMBER', message) : repeat
  }
  return async (session: Session, closing: Closing): ReturnType<typeof there> => {
    const stands = await there(session, closing)
    if (stands !== null || closing.arrival === null) return stands
    const taken = await session.all(sql.taken, { number: closing.item.envelope.referentienummer })
    // Perhaps by this very message, by another process since it was looked for.
    return taken.length === 0 ? null : await there(session, closing) ?? refused('ZP_BUSY')
  }
}

/** An answer that came by a door of the chain must name what it answers as its sender knows that; a 325 need not. */
async function crossed (session: Session, { numbers }: Numbering, answered: MessageId, { envelope: { sender, type }, wire = null }: Acceptance): Promise<boolean> {
  if (wire === null || (wire.answers === null && type.endsWith('325'))) return false
  return (await numbers(session, sender, answered))?.number !== wire.answers
}

/** @returns what says to which message an answer belongs, and whether it may */
const asker = (sql: ReturnType<typeof statements>, known: Numbering, rules: AcceptRules) => async (session: Session, item: Acceptance): Promise<Asked> => {
  const { envelope, correlation } = item
  if (correlation === null) return { kind: 'free' }
  const { sender, type, identificatie } = correlation
  const [row] = await session.all(sql.asked, { sender, type, identificatie })
  if (row === undefined && rules.retour_unknown === 'accept') return { kind: 'free' }
  if (row === undefined || !mayAnswer(row, envelope)) return refused('ZP_RETOUR_UNKNOWN')
  if (row['answer'] === 'answered') return refused('ZP_RETOUR_SECOND', maybe(row, 'answered_by', message))
  if (await crossed(session, known, message(row, 'id'), item)) return refused('ZP_CROSS', message(row, 'id'))
  const differences = differing(correlation.echo, row)
  return differences.length === 0 ? { kind: 'message', row } : refused('ZP_RETOUR_ECHO', message(row, 'id'), differences)
}

async function remember (facts: FactKeeper, session: Session, seq: number, { item, facts: closed }: Closing): Promise<void> {
  const { envelope, header, delivery } = item
  const waits = envelope.origin === 'import' ? 2 : delivery === 'offered' && envelope.verdict === 'accepted' ? 0 : 1
  if (closed !== null) return await facts.put(session, { seq, envelope, dagtekening: dagtekeningOf(header), waits }, closed)
  if ((item.facts ?? null) === null && envelope.verdict === 'accepted') await facts.passed(session, seq, envelope)
}

/** Last of all, as whoever does something with the order of pushes keeps the others of that key waiting. */
async function begin (session: Session, order: Order, message: number, order_key: string, { delivery, push = null, envelope: { receiver, received } }: Acceptance): Promise<void> {
  if (delivery === 'offered' && push !== null) await order.begin(session, { message, target: receiver, order_key }, push, received)
}

export type Accept = (session: Session, item: Closing) => Promise<Accepted>

/** What is accepted together: each by itself where it answers another, corrects one or causes one. */
export const accepting = (accept: Accept): Together<Closing, Accepted> => ({
  each: accept,
  alone: accept,
  // As it came: what goes with it, such as its facts, does not shrink with it.
  bytes: ({ item }) => item.payload.byteLength,
  touches ({ item, facts, caused }) {
    const { envelope: { sender, receiver, type, identificatie, referentienummer }, correlation, replaces, wire = null, push = null } = item
    if (correlation !== null || replaces !== null || caused.length > 0) return null
    const order = `order|${receiver}|${orderKeyOf(item, null)}`
    const own = [`key|${sender}|${type}|${identificatie}`, referentienummer, ...wire === null ? [] : [`${sender}|${wire.number}`], ...(facts?.kept.clients ?? []).map(markKey)]
    const pair = [`pair|${[sender, receiver].sort().join('|')}`, facts === null ? 'passed' : 'put'] as const
    // What came by a number asks more before it is written, and so comes later than one of its key that did not.
    return wire === null && push === null ? { changes: own, shares: [[order, 'waits'], pair] } : { changes: [...own, order], shares: [pair] }
  }
})

/** @returns what takes one message in, inside a transaction; a refused or repeated one changes nothing */
export function accepter (dialect: Dialect, audit: Audit, facts: FactKeeper, safe: Safe, rules: AcceptRules): Accept {
  const sql = statements(dialect)
  const correct = corrections(dialect)
  const marks = marksIn(dialect)
  const keepSignature = signatureKeeper(dialect, audit)
  const receipts = receiptKeeper(dialect, safe)
  const order = pushOrder(dialect)
  const asked = asker(sql, numbering(dialect), rules)
  const arrivals = arrivalKeeper(dialect)
  const answers = answering(dialect, audit, facts, order)
  const stood = standing(sql, receipts, arrivals)

  async function write (session: Session, seq: number, { item: { envelope, delivery, clients, findings: told, member, signature = null }, payload, findings, receipt }: Closing, order_key: string): Promise<number> {
    await session.run(sql.payload, { message: seq, body: payload })
    await marks.put(session, seq, clients)
    if (findings !== null) await session.run(sql.finding, { message: seq, body: findings })
    if (receipt !== null) await receipts.put(session, envelope.id, receipt)
    if (delivery === 'waiting' || delivery === 'held') {
      const state = delivery === 'held' ? 'held' : 'due'
      await session.run(sql.delivery, { message: seq, target: envelope.receiver, order_key: workKey(seq, order_key), state, due_ms: state === 'held' ? never_ms : envelope.received, since_ms: envelope.received })
    }
    const { received, id, account, sha256 } = envelope
    if (member !== undefined) await session.run(sql.member, { batch: member.batch, position: member.index, state: envelope.verdict, message: id, ended_ms: received })
    const rejected = envelope.verdict === 'rejected'
    await audit(session, { at: received, event: envelope.origin === 'import' ? 'imported' : rejected ? 'rejected' : 'accepted', message: id, account, detail: rejected ? told.find(isRejecting)?.code ?? null : delivery === 'offered' ? delivery : null, digest: sha256 })
    if (signature !== null) await keepSignature(session, seq, envelope, signature)
    return seq
  }

  /** @throws CausedRefused when one of them is refused: then none of it may stay */
  async function cause (session: Session, caused: readonly Closing[]): Promise<void> {
    for (const it of caused) if ((await acceptOne(session, it)).kind !== 'stored') throw new CausedRefused('a caused message was refused')
  }

  async function acceptOne (session: Session, closing: Closing): Promise<Accepted> {
    const [{ item }, stands] = [closing, await stood(session, closing)]
    if (stands !== null) return stands
    const found = await asked(session, item)
    if (found.kind === 'refused') return found
    const key = { id: item.envelope.id, party: item.envelope.sender, type: item.envelope.type, identificatie: item.envelope.identificatie }
    if (!await correct.may(session, key, item.replaces)) return refused('ZP_REPLACES', item.replaces)
    const envelope = found.kind === 'free' ? item.envelope : following(item.envelope, found.row)
    const order_key = orderKeyOf(item, found.kind === 'message' ? text(found.row, 'order_key') : null)
    const [row] = await session.all(sql.message, messageValues(envelope, closing, order_key))
    // Another process was first, between our look and our insert.
    if (row === undefined) return await earlier(session, sql.first, receipts, envelope) ?? refused('ZP_IDENTIFICATIE_REUSED')
    const seq = await write(session, whole(row, 'seq'), closing, order_key)
    // Another message came under its number between our look and this: tried again it is told so.
    if (closing.arrival !== null && await arrivals.put(session, closing.arrival) === null) throw new StoreConflict('another message came under the same number')
    await remember(facts, session, seq, closing)
    await correct.join(session, key, item.replaces)
    if (found.kind === 'message') await answers(session, found.row, { ...envelope, voids: item.voids === true, now: envelope.received })
    await begin(session, order, seq, order_key, item)
    await cause(session, closing.caused)
    return { kind: 'stored', id: envelope.id }
  }

  return async (session, closing) => {
    if (closing.caused.length === 0) return await acceptOne(session, closing)
    try {
      return await session.nested(() => acceptOne(session, closing))
    } catch (error) {
      if (error instanceof CausedRefused) return refused('ZP_INTERNAL')
      throw error
    }
  }
}

class CausedRefused extends Error {}

/** @returns the verb that looks for what came before under a key */
export function earlierVerb (db: Db, dialect: Dialect, safe: Safe): Pick<Store, 'earlier'> {
  const sql = statements(dialect)
  const receipts = receiptKeeper(dialect, safe)
  return {
    earlier: key => db.read(async session => {
      const found = await earlier(session, sql.first, receipts, key)
      return found?.kind === 'duplicate' ? { id: found.id, receipt: found.receipt } : null
    })
  }
}
