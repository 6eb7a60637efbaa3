/** The mailbox: what a receiver is offered and has not acknowledged, oldest first; all of it, or what is looked for. */
import type { Knex } from 'knex'
import type { Db, Row, Session } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import { numbering } from './numbering.ts'
import { messageRows } from './read.ts'
import { message, stored, text, whole } from './rows.ts'
import type { MailboxSearch, Store, View } from './verbs.ts'
import { asReceiver, asSender, viewValues } from './view.ts'

function statements (dialect: Dialect) {
  const { sql, ofId } = dialect
  const rows = messageRows(dialect)
  /** The index by type is of these rows alone: its condition must stand here as it stands there. */
  const offered = (query: Knex.QueryBuilder): Knex.QueryBuilder => asReceiver(query.whereRaw("m.delivery = 'offered'")).orderByRaw('m.seq limit ?', [at('limit')])
  const within = (query: Knex.QueryBuilder): Knex.QueryBuilder => query.whereRaw('m.conversatie = ? and m.seq > ?', [at('conversatie'), at('after')])
  return {
    all: prepared(offered(rows())),
    ofType: prepared(offered(rows().where('m.type', at('type')))),
    ofConversatie: prepared(offered(within(rows()))),
    // An answer is of the conversation of what it answers.
    asked: prepared(asSender(ofId(sql('message as m').select('m.conversatie'), 'm.id', at('id'), 'm.seq'))),
    ofAnswered: prepared(offered(within(rows()).whereRaw("m.answers || '' = ?", [at('answers')])))
  }
}

const oldest = (a: Row, b: Row): number => whole(a, 'seq') - whole(b, 'seq')

/** @returns the verb of receivers */
export function mailboxVerb (db: Db, dialect: Dialect): Pick<Store, 'mailbox'> {
  const sql = statements(dialect)
  const { numbers, conversations, sent } = numbering(dialect)

  async function ofTypes (session: Session, view: View, types: readonly string[], limit: number): Promise<Row[]> {
    const rows: Row[] = []
    for (const type of new Set(types)) rows.push(...await session.all(sql.ofType, { ...viewValues(view), type, limit }))
    return rows
  }

  /** In a conversation of the gateway there may be messages the party knows to be of another. */
  async function ofConversatie (session: Session, view: View, asked: string, limit: number): Promise<Row[]> {
    const found: Row[] = []
    for (const conversatie of await conversations(session, view.party, asked, limit)) {
      for (let [after, more] = [0, true]; more;) {
        const rows = await session.all(sql.ofConversatie, { ...viewValues(view), conversatie, after, limit })
        for (const row of rows) if ((await numbers(session, view.party, message(row, 'id')))?.conversatie === asked) found.push(row)
        after = whole(rows.at(-1) ?? { seq: 0 }, 'seq')
        more = rows.length === limit && found.length < limit
      }
    }
    return found
  }

  async function ofAnswered (session: Session, view: View, number: string, limit: number): Promise<Row[]> {
    const answers = await sent(session, view, number)
    const [asked] = answers === null ? [] : await session.all(sql.asked, { ...viewValues(view), id: answers })
    return asked === undefined ? [] : await session.all(sql.ofAnswered, { ...viewValues(view), conversatie: text(asked, 'conversatie'), answers, after: 0, limit })
  }

  async function found (session: Session, view: View, limit: number, search: MailboxSearch): Promise<Row[]> {
    if ('types' in search) return await ofTypes(session, view, search.types, limit)
    return 'conversatie' in search ? await ofConversatie(session, view, search.conversatie, limit) : await ofAnswered(session, view, search.answers, limit)
  }

  return {
    mailbox: (view, limit, search) => db.read(async session => {
      const rows = await (search === undefined ? session.all(sql.all, { ...viewValues(view), limit }) : found(session, view, limit, search))
      return rows.sort(oldest).slice(0, limit).map(stored)
    })
  }
}
