/** What parties and operators see of the messages. */
import type { MessageId, PartyCode } from '../core/core.ts'
import type { Knex } from 'knex'
import type { Audit } from './audit.ts'
import type { Db, Row, Session, Statement } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import { lister, shown } from './list.ts'
import { bytes, envelopeColumns, findings, historyRows, stored } from './rows.ts'
import type { Safe } from './safe.ts'
import type { Store, StoredMessage } from './verbs.ts'

type Verbs = Pick<Store, 'mailbox' | 'acknowledge' | 'message' | 'list' | 'history' | 'findings' | 'payload' | 'seal' | 'receipt' | 'inspect'>

const columns = [
  'm.seq', ...envelopeColumns.map(name => `m.${name}`), 'm.delivery', 'm.answer', 'm.answered_by', 'm.offered_ms', 'm.delivered_ms',
  'd.state as work_state', 'd.due_ms as work_due_ms', 'd.attempts as work_attempts', 'd.last_reason as work_reason'
]

const event = ['a.at_ms', 'a.event', 'a.detail']

function statements ({ sql }: Dialect) {
  const messages = (): Knex.QueryBuilder => sql('message as m').select(columns)
    .leftJoin('delivery as d', join => join.on('d.message', 'm.seq').andOnVal('d.kind', 'message'))
  const visible = (query: Knex.QueryBuilder): Knex.QueryBuilder => query.where('m.id', at('id'))
    .where(either => either.where('m.sender', at('party')).orWhere(own => own.where('m.receiver', at('party')).whereIn('m.delivery', shown)))
  const history = (query: Knex.QueryBuilder): Knex.QueryBuilder => query.where('a.message', at('id')).orderBy(['a.at_ms', 'a.chain', 'a.seq'])
  return {
    messages,
    message: prepared(visible(messages())),
    any: prepared(messages().where('m.id', at('id'))),
    mailbox: prepared(messages().where('m.delivery', 'offered').where('m.receiver', at('party')).orderByRaw('m.seq limit ?', [at('limit')])),
    history: prepared(history(sql('audit as a').select([...event, 'own.id as account'])
      .leftJoin('account as own', join => join.on('own.id', 'a.account').andOnVal('own.party', at('party'))))),
    wholeHistory: prepared(history(sql('audit as a').select([...event, 'a.account']))),
    findings: prepared(visible(sql('message as m').leftJoin('finding as f', 'f.message', 'm.seq').select(['m.sender', 'm.data_key', 'm.kek_id', 'f.body as findings']))),
    payload: prepared(visible(sql('message as m').join('payload as p', 'p.message', 'm.seq').select(['m.data_key', 'm.kek_id', 'p.body as bytes']))),
    seal: prepared(visible(sql('message as m').select('m.seal as bytes'))),
    receipt: prepared(visible(sql('message as m').select('m.receipt as bytes'))),
    deliver: prepared(sql('message').where({ id: at('id'), receiver: at('party'), delivery: 'offered' })
      .update({ delivery: 'delivered', delivered_ms: at('now') })),
    delivered: prepared(sql('message').select('seq').where({ id: at('id'), receiver: at('party'), delivery: 'delivered' }))
  }
}

/** @returns the verbs of parties and operators */
export function readVerbs (db: Db, dialect: Dialect, audit: Audit, safe: Safe): Verbs {
  const sql = statements(dialect)
  const one = async (session: Session, statement: Statement, values: { id: MessageId, party?: PartyCode }): Promise<StoredMessage | null> => {
    const [row] = await session.all(statement, values)
    return row === undefined ? null : stored(row)
  }
  const blob = (statement: Statement, read: (row: Row, id: MessageId) => Uint8Array = row => bytes(row, 'bytes')) => (party: PartyCode, id: MessageId): Promise<Uint8Array | null> => db.read(async session => {
    const [row] = await session.all(statement, { id, party })
    return row === undefined ? null : read(row, id)
  })

  return {
    mailbox: (party, limit) => db.read(async session => (await session.all(sql.mailbox, { party, limit })).map(stored)),
    acknowledge: (party, id, account, now) => db.write(async session => {
      const changed = await session.run(sql.deliver, { id, party, now })
      if (changed === 0) return (await session.all(sql.delivered, { id, party })).length === 0 ? 'absent' : 'done'
      await audit(session, { at: now, event: 'delivered', message: id, account })
      return 'done'
    }),
    message: (party, id) => db.read(session => one(session, sql.message, { id, party })),
    list: lister(db, dialect, sql.messages),
    history: (party, id) => db.read(async session =>
      await one(session, sql.message, { id, party }) === null ? null : (await session.all(sql.history, { id, party })).flatMap(historyRows)),
    findings: (party, id) => db.read(async session => {
      const [row] = await session.all(sql.findings, { id, party })
      if (row === undefined) return null
      return row['sender'] === party && row['findings'] !== null ? findings(safe.of(row, id).open('findings', bytes(row, 'findings'))) : []
    }),
    payload: blob(sql.payload, (row, id) => safe.of(row, id).open('payload', bytes(row, 'bytes'))),
    seal: blob(sql.seal),
    receipt: blob(sql.receipt),
    inspect: id => db.read(async session => {
      const message = await one(session, sql.any, { id })
      return message === null ? null : { message, history: (await session.all(sql.wholeHistory, { id })).flatMap(historyRows) }
    })
  }
}
