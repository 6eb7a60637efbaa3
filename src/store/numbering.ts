/** By which numbers a party knows a message: what it sent by its own, all else by those of the gateway. */
import type { MessageId, PartyCode } from '../core/core.ts'
import { anyDoor } from './arrivals.ts'
import type { ArrivalVerbs, Numbers } from './arriving.ts'
import type { Knex } from 'knex'
import type { Db, Row, Session } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import { maybe, message, text, whole } from './rows.ts'
import type { View } from './verbs.ts'
import { asReceiver, asSender, viewValues } from './view.ts'

function statements ({ sql, ofId, ofNumber }: Dialect) {
  // What was brought to it and given up may have come all the same.
  const sides = (query: Knex.QueryBuilder): Knex.QueryBuilder => query.where(either => either.where(own => asSender(own)).orWhere(got => asReceiver(got).whereNotNull('m.offered_ms')))
  const first = (whose: string): Knex.Raw => sql.raw(`(select a.seq from arrival as a where a.message = m.id${whose} order by a.received_ms, a.seq limit 1)`, whose === '' ? [] : [at('party')])
  const named = () => ofNumber(sql('message as m').select('m.id'), at('number'), 'm.')
  return {
    known: prepared(ofId(sql('message as m').leftJoin('arrival as own', 'own.seq', first(' and a.party = ?')).leftJoin('arrival as his', 'his.seq', first(''))
      .select(['m.referentienummer', 'm.conversatie', 'm.answers', 'own.number as own_number', 'own.conversatie as own_conversatie', 'his.answers as his_answers']), 'm.id', at('id'), 'm.seq')),
    taken: prepared(ofNumber(sql('message').select('seq'), at('number'))),
    began: prepared(sql('message').select(['sender', 'receiver']).where('conversatie', at('conversatie')).orderByRaw('seq limit 1')),
    // At one door a party uses a number once.
    came: prepared(sql('arrival').select('message').whereRaw(anyDoor).whereNotNull('message').where({ party: at('party'), number: at('number') })),
    sent: prepared(asSender(ofId(sql('message as m').select(['m.id', 'm.seq']), 'm.id', at('id'), 'm.seq'))),
    sentAs: prepared(asSender(named())),
    got: prepared(asReceiver(named()).whereNotNull('m.offered_ms')),
    begun: prepared(sql.distinct('m.conversatie').from('arrival as a').join('message as m', 'm.id', 'a.message').where({ 'a.party': at('party'), 'a.conversatie': at('conversatie') })
      .union(sql('arrival as a').join('message as m', 'm.id', 'a.message').select('m.conversatie').whereRaw(`a.${anyDoor}`).where({ 'a.party': at('party'), 'a.number': at('conversatie') }).whereNull('a.conversatie')).orderByRaw('1 limit ?', [at('limit')])),
    within: prepared(sides(sql('message as m').select(['m.id', 'm.seq']).where('m.conversatie', at('conversatie')).where('m.seq', '>', at('after'))).orderByRaw('m.seq limit ?', [at('limit')]))
  }
}

/** Inside a transaction or a reading. */
export interface Numbering {
  /** @returns null when the message is not there */
  numbers (session: Session, party: PartyCode, id: MessageId): Promise<Numbers | null>
  /** @returns the conversations, as the gateway names them, in which a party may know messages to be of this one */
  conversations (session: Session, party: PartyCode, conversatie: string, limit: number): Promise<readonly string[]>
  /** @returns the message the view's party sent under this number; what it calls so itself comes first */
  sent (session: Session, view: View, number: string): Promise<MessageId | null>
}

const idOf = (row: Row | undefined): MessageId | null => row === undefined ? null : message(row, 'id')

export function numbering (dialect: Dialect): Numbering {
  const sql = statements(dialect)
  async function numbers (session: Session, party: PartyCode, id: MessageId): Promise<Numbers | null> {
    const [row] = await session.all(sql.known, { party, id })
    if (row === undefined) return null
    const [answers, own] = [maybe(row, 'answers', message), maybe(row, 'own_number', text)]
    const before = answers === null ? null : await numbers(session, party, answers)
    return {
      number: own ?? text(row, 'referentienummer'),
      conversatie: maybe(row, 'own_conversatie', text) ?? before?.conversatie ?? own ?? text(row, 'conversatie'),
      // What it answers may never have been here: then its sender's word is all there is.
      answers: before?.number ?? (answers === null ? maybe(row, 'his_answers', text) : null)
    }
  }
  return {
    numbers,
    async sent (session, view, number) {
      const values = { ...viewValues(view), number }
      const own: Row[] = []
      for (const row of await session.all(sql.came, values)) own.push(...await session.all(sql.sent, { ...values, id: message(row, 'message') }))
      return idOf(own.sort((a, b) => whole(a, 'seq') - whole(b, 'seq'))[0] ?? (await session.all(sql.sentAs, values))[0])
    },
    async conversations (session, party, conversatie, limit) {
      const begun = (await session.all(sql.begun, { party, conversatie, limit })).map(row => text(row, 'conversatie'))
      return [...new Set([conversatie, ...begun])]
    }
  }
}

type Verbs = Pick<ArrivalVerbs, 'numbers' | 'byNumber' | 'conversation' | 'numberTaken' | 'conversatieTaken'>

/** @returns the verbs of numbers */
export function numberVerbs (db: Db, dialect: Dialect): Verbs {
  const sql = statements(dialect)
  const { numbers, conversations, sent } = numbering(dialect)

  /** Of one conversation of the gateway, what the party knows to be of the one that is asked for. */
  async function within (session: Session, view: View, asked: string, conversatie: string, limit: number): Promise<Row[]> {
    const found: Row[] = []
    for (let after = 0; found.length < limit;) {
      const rows = await session.all(sql.within, { ...viewValues(view), conversatie, after, limit })
      for (const row of rows) if ((await numbers(session, view.party, message(row, 'id')))?.conversatie === asked) found.push(row)
      if (rows.length < limit) break
      after = whole(rows.at(-1) ?? {}, 'seq')
    }
    return found
  }

  return {
    numbers: (party, ids) => db.read(async session => {
      const known = new Map<MessageId, Numbers>()
      for (const id of ids) {
        const its = await numbers(session, party, id)
        if (its !== null) known.set(id, its)
      }
      return known
    }),
    byNumber: (view, number, as = 'either') => db.read(async session => {
      const own = as === 'receiver' ? null : await sent(session, view, number)
      return own ?? (as === 'sender' ? null : idOf((await session.all(sql.got, { ...viewValues(view), number }))[0]))
    }),
    conversation: (view, conversatie, limit) => db.read(async session => {
      const rows: Row[] = []
      for (const it of await conversations(session, view.party, conversatie, limit)) rows.push(...await within(session, view, conversatie, it, limit))
      return rows.sort((a, b) => whole(a, 'seq') - whole(b, 'seq')).slice(0, limit).map(row => message(row, 'id'))
    }),
    numberTaken: number => db.read(async session => (await session.all(sql.taken, { number })).length > 0),
    conversatieTaken: (conversatie, party) => db.read(async session => {
      const [row] = await session.all(sql.began, { conversatie })
      return row !== undefined && row['sender'] !== party && row['receiver'] !== party
    })
  }
}
