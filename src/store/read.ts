/** What parties and operators see of the messages. */
import type { MessageId } from '../core/core.ts'
import type { Knex } from 'knex'
import type { Audit } from './audit.ts'
import type { Db, Row, Session, Statement, Values } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import { anyLister, lister } from './list.ts'
import { openPayload } from './packing.ts'
import { bytes, envelopeColumns, families, findings, historyRows, oneOf, stored, text, whole } from './rows.ts'
import { pushOrder } from './order.ts'
import { receiptKeeper } from './receipts.ts'
import type { Safe } from './safe.ts'
import type { HistoryRow, Store, StoredMessage, StoreObserver, View } from './verbs.ts'
import { asReceiver, viewValues, visible } from './view.ts'

type Verbs = Pick<Store, 'acknowledge' | 'message' | 'list' | 'listAny' | 'history' | 'findings' | 'payload' | 'seal' | 'receipt' | 'inspect'>

const columns = [
  'm.seq', ...envelopeColumns.map(name => `m.${name}`), 'm.delivery', 'm.answer', 'm.answered_by', 'm.answer_due_ms', 'm.offered_ms', 'm.delivered_ms', 'm.payload_gone_ms', 'm.payload_gone_why',
  'd.kind as work_kind', 'd.state as work_state', 'd.due_ms as work_due_ms', 'd.attempts as work_attempts', 'd.last_reason as work_reason', 'd.class as work_class', 'd.since_ms as work_since_ms', 'd.lease_until_ms as work_lease_ms', 's.signer'
]

/** What stands first in its way: what of its key is pushed now, else the earliest that is still shown to handlers or blocked. Asked only of what is blocked. */
const behind = ({ idAt }: Dialect): string => `case when d.state = 'blocked' then ${idAt(`coalesce(
  (select k.message from delivery as k where k.kind = 'push' and k.state = 'due' and k.target = d.target and k.order_key = d.order_key),
  (select k.message from delivery as k where k.kind = 'handle' and k.state = 'due' and k.target = d.target and k.order_key = d.order_key and k.message < d.message order by k.message limit 1),
  (select k.message from delivery as k where k.state = 'blocked' and k.target = d.target and k.order_key = d.order_key and k.message < d.message order by k.message limit 1))`)} end`

const event = ['a.at_ms', 'a.event', 'a.detail']

/** @returns begins a query for rows of messages, as `m`, with their work, as `d` */
export const messageRows = (dialect: Dialect) => (): Knex.QueryBuilder => dialect.sql('message as m').select([...columns, dialect.sql.raw(`${behind(dialect)} as work_behind`)])
  .leftJoin('delivery as d', 'd.message', 'm.seq').leftJoin('signature as s', 's.message', 'm.seq')

function statements (dialect: Dialect) {
  const { sql, lock, ofId, events } = dialect
  const messages = messageRows(dialect)
  const history = (query: Knex.QueryBuilder): Knex.QueryBuilder => query.where('a.message', at('id')).orderBy(['a.at_ms', 'a.chain', 'a.seq'])
  return {
    messages,
    message: prepared(visible(dialect, messages())),
    any: prepared(ofId(messages(), 'm.id', at('id'), 'm.seq')),
    history: prepared(history(sql(events('a')).select([...event, 'a.account']))),
    findings: prepared(visible(dialect, sql('message as m').leftJoin('finding as f', 'f.message', 'm.seq').select(['m.sender', 'm.family', 'm.data_key', 'm.kek_id', 'f.body as findings']))),
    payload: prepared(visible(dialect, sql('message as m').join('payload as p', 'p.message', 'm.seq').select(['m.data_key', 'm.kek_id', 'p.body as bytes']), 'p.message')),
    seal: prepared(visible(dialect, sql('message as m').select('m.seal as bytes'))),
    receipt: prepared(visible(dialect, sql('message as m').select('m.receipt as bytes'))),
    received: prepared(lock(asReceiver(ofId(sql('message as m').select(['m.seq', 'm.delivery', 'm.offered_ms', sql.raw('(select count(*) from delivery as d where d.message = m.seq) as work')]), 'm.id', at('id'), 'm.seq')))),
    deliver: prepared(sql('message').where({ seq: at('seq'), delivery: 'offered' }).update({ delivery: 'delivered', delivered_ms: at('now') }))
  }
}

/** For which side of a message an event's account acted; of other events only operators learn who did it. */
const actor: Readonly<Record<string, 'sender' | 'receiver'>> = { accepted: 'sender', signed: 'sender', rejected: 'sender', answered: 'receiver', delivered: 'receiver' }

/** What a receiver's own people are asked to do about a message. */
const ofTask: ReadonlySet<string> = new Set(['task', 'task_done', 'task_refused'])

/** Who read what is for operators; it says nothing of where the message is. Tasks are the receiver's own affair. */
const told = ({ party }: View, { receiver }: StoredMessage) => ({ event }: HistoryRow): boolean => event !== 'payload_read' && (party === receiver || !ofTask.has(event))

/** Who acts for the other side is its own affair. */
function own ({ party }: View, message: StoredMessage, row: HistoryRow): HistoryRow {
  const side = actor[row.event]
  return side !== undefined && message[side] === party ? row : { ...row, account: null }
}

/** @returns the verbs of parties and operators */
export function readVerbs (db: Db, dialect: Dialect, audit: Audit, safe: Safe, observe?: StoreObserver): Verbs {
  const sql = statements(dialect)
  const receipts = receiptKeeper(dialect, safe)
  const order = pushOrder(dialect)
  const one = async (session: Session, statement: Statement, values: Values): Promise<StoredMessage | null> => {
    const [row] = await session.all(statement, values)
    return row === undefined ? null : stored(row)
  }
  const history = async (session: Session, id: MessageId): Promise<HistoryRow[]> => (await session.all(sql.history, { id })).flatMap(historyRows)
  const blob = (statement: Statement, read: (row: Row, id: MessageId) => Uint8Array = row => bytes(row, 'bytes')) => (view: View, id: MessageId): Promise<Uint8Array | null> => db.read(async session => {
    const [row] = await session.all(statement, { id, ...viewValues(view) })
    return row === undefined ? null : read(row, id)
  })

  return {
    async acknowledge (view, id, account, now) {
      const { done, waited_ms } = await db.write(async (session): Promise<{ readonly done: 'done' | 'absent', readonly waited_ms: number | null }> => {
        const [row] = await session.all(sql.received, { id, ...viewValues(view) })
        if (row === undefined || !['offered', 'delivered'].includes(text(row, 'delivery'))) return { done: 'absent', waited_ms: null }
        const changed = await session.run(sql.deliver, { seq: whole(row, 'seq'), now })
        if (changed === 0) return { done: 'done', waited_ms: null }
        if (whole(row, 'work') > 0) await order.end(session, whole(row, 'seq'), now)
        await audit(session, { at: now, event: 'delivered', message: id, account })
        return { done: 'done', waited_ms: now - whole(row, 'offered_ms') }
      })
      if (waited_ms !== null) observe?.collected(waited_ms)
      return done
    },
    message: (view, id) => db.read(session => one(session, sql.message, { id, ...viewValues(view) })),
    list: lister(db, dialect, sql.messages),
    listAny: anyLister(db, dialect, sql.messages),
    history: (view, id) => db.read(async session => {
      const message = await one(session, sql.message, { id, ...viewValues(view) })
      return message === null ? null : (await history(session, id)).filter(told(view, message)).map(row => own(view, message, row))
    }),
    findings: (view, id) => db.read(async session => {
      const [row] = await session.all(sql.findings, { id, ...viewValues(view) })
      if (row === undefined) return null
      const sent = row['sender'] === view.party && view.send.includes(oneOf(row, 'family', families))
      return sent && row['findings'] !== null ? findings(safe.of(row, id).open('findings', bytes(row, 'findings'))) : []
    }),
    payload: blob(sql.payload, (row, id) => openPayload(safe.of(row, id), bytes(row, 'bytes'))),
    seal: blob(sql.seal),
    receipt: (view, id) => db.read(async session => {
      const [row] = await session.all(sql.receipt, { id, ...viewValues(view) })
      return row === undefined ? null : await receipts.open(session, id, bytes(row, 'bytes'))
    }),
    inspect: id => db.read(async session => {
      const message = await one(session, sql.any, { id })
      return message === null ? null : { message, history: await history(session, id) }
    })
  }
}
