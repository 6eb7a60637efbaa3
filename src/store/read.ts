/** What parties and operators see of the messages. */
import { Refusal, type MessageId, type PartyCode } from '../core/core.ts'
import type { Knex } from 'knex'
import type { Audit } from './audit.ts'
import type { Db, Row, Session, Statement } from './db.ts'
import { at, once, prepared, type Dialect } from './dialect.ts'
import { bytes, envelopeColumns, historyRows, stored, whole } from './rows.ts'
import type { ListFilter, Page, Store, StoredMessage } from './verbs.ts'

type Verbs = Pick<Store, 'mailbox' | 'acknowledge' | 'message' | 'list' | 'history' | 'payload' | 'seal' | 'receipt' | 'inspect'>

const shown = ['offered', 'delivered'] as const
const columns = [
  'm.seq', ...envelopeColumns.map(name => `m.${name}`), 'm.delivery', 'm.answer', 'm.answered_by', 'm.offered_ms', 'm.delivered_ms',
  'd.state as work_state', 'd.due_ms as work_due_ms', 'd.attempts as work_attempts', 'd.last_reason as work_reason'
]

function statements ({ sql }: Dialect) {
  const messages = (): Knex.QueryBuilder => sql('message as m').select(columns)
    .leftJoin('delivery as d', join => join.on('d.message', 'm.seq').andOnVal('d.kind', 'message'))
  const visible = (query: Knex.QueryBuilder): Knex.QueryBuilder => query.where('m.id', at('id'))
    .where(either => either.where('m.sender', at('party')).orWhere(own => own.where('m.receiver', at('party')).whereIn('m.delivery', shown)))
  return {
    messages,
    message: prepared(visible(messages())),
    any: prepared(messages().where('m.id', at('id'))),
    mailbox: prepared(messages().where('m.delivery', 'offered').where('m.receiver', at('party')).orderByRaw('m.seq limit ?', [at('limit')])),
    history: prepared(sql('audit').select(['at_ms', 'event', 'account', 'detail']).where('message', at('id')).orderBy(['at_ms', 'chain', 'seq'])),
    payload: prepared(visible(sql('message as m').join('payload as p', 'p.message', 'm.seq').select('p.body as bytes'))),
    seal: prepared(visible(sql('message as m').select('m.seal as bytes'))),
    receipt: prepared(visible(sql('message as m').select('m.receipt as bytes'))),
    deliver: prepared(sql('message').where({ id: at('id'), receiver: at('party'), delivery: 'offered' })
      .update({ delivery: 'delivered', delivered_ms: at('now') })),
    delivered: prepared(sql('message').select('seq').where({ id: at('id'), receiver: at('party'), delivery: 'delivered' }))
  }
}

/** A cursor is the last row's place; what it looks like is nobody's business. */
const cursorOf = (seq: number): string => Buffer.from(String(seq)).toString('base64url')

/** @throws Refusal ZP_QUERY when the text is no cursor of ours */
function seqOf (cursor: string): number {
  const seq = Number(Buffer.from(cursor, 'base64url').toString('latin1'))
  if (!Number.isSafeInteger(seq) || cursorOf(seq) !== cursor) throw new Refusal('ZP_QUERY', 'cursor')
  return seq
}

/** Narrows one side of a list: what the party sent, or what it may see as receiver. */
function narrow (query: Knex.QueryBuilder, filter: ListFilter, other: 'm.sender' | 'm.receiver'): Knex.QueryBuilder {
  const { type, verdict, delivery, answer, counterpart, identificatie, from, to, cursor, limit } = filter
  if (type !== undefined) query.where('m.type', type)
  if (verdict !== undefined) query.where('m.verdict', verdict)
  if (delivery !== undefined) query.where('m.delivery', delivery)
  if (answer !== undefined) query.where('m.answer', answer)
  if (counterpart !== undefined) query.where(other, counterpart)
  if (identificatie !== undefined) query.where('m.identificatie', identificatie)
  if (from !== undefined) query.where('m.received_ms', '>=', from)
  if (to !== undefined) query.where('m.received_ms', '<', to)
  if (cursor !== undefined) query.where('m.seq', '<', seqOf(cursor))
  return query.orderBy('m.seq', 'desc').limit(limit + 1)
}

const newest = (a: Row, b: Row): number => whole(b, 'seq') - whole(a, 'seq')

function page (rows: readonly Row[], limit: number): Page<StoredMessage> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items: items.map(stored), next: last === undefined || rows.length <= limit ? null : cursorOf(whole(last, 'seq')) }
}

/** @returns the verbs of parties and operators */
export function readVerbs (db: Db, dialect: Dialect, audit: Audit): Verbs {
  const sql = statements(dialect)
  const one = async (session: Session, statement: Statement, values: { id: MessageId, party?: PartyCode }): Promise<StoredMessage | null> => {
    const [row] = await session.all(statement, values)
    return row === undefined ? null : stored(row)
  }
  const blob = (statement: Statement) => (party: PartyCode, id: MessageId): Promise<Uint8Array | null> => db.read(async session => {
    const [row] = await session.all(statement, { id, party })
    return row === undefined ? null : bytes(row, 'bytes')
  })
  const history = async (session: Session, id: MessageId) => (await session.all(sql.history, { id })).flatMap(historyRows)

  return {
    mailbox: (party, limit) => db.read(async session => (await session.all(sql.mailbox, { party, limit })).map(stored)),
    acknowledge: (party, id, account, now) => db.write(async session => {
      const changed = await session.run(sql.deliver, { id, party, now })
      if (changed === 0) return (await session.all(sql.delivered, { id, party })).length === 0 ? 'absent' : 'done'
      await audit(session, { at: now, event: 'delivered', message: id, account })
      return 'done'
    }),
    message: (party, id) => db.read(session => one(session, sql.message, { id, party })),
    // Two walks along an index, one per side, and their merge: one query with "or" would read and sort all a party ever had.
    list: filter => db.read(async session => {
      const sent = narrow(sql.messages().where('m.sender', filter.party), filter, 'm.receiver')
      const got = narrow(sql.messages().where('m.receiver', filter.party).whereNot('m.sender', filter.party).whereIn('m.delivery', shown), filter, 'm.sender')
      return page([...await session.all(once(sent)), ...await session.all(once(got))].sort(newest), filter.limit)
    }),
    history: (party, id) => db.read(async session =>
      await one(session, sql.message, { id, party }) === null ? null : await history(session, id)),
    payload: blob(sql.payload),
    seal: blob(sql.seal),
    receipt: blob(sql.receipt),
    inspect: id => db.read(async session => {
      const message = await one(session, sql.any, { id })
      return message === null ? null : { message, history: await history(session, id) }
    })
  }
}
