/** Lists of messages, newest first: read in windows, so that no filter keeps the process from its other work. */
import { setImmediate as turn } from 'node:timers/promises'
import type { Knex } from 'knex'
import { cursorOf, seqOf } from './cursor.ts'
import type { Db, Row } from './db.ts'
import { once, type Dialect } from './dialect.ts'
import { stored, whole } from './rows.ts'
import { settling, type Settled } from './settled.ts'
import type { ListFilter, OperatorFilter, Page, Store, StoredMessage, View } from './verbs.ts'
import { shown } from './view.ts'

/** How many of a party's messages are looked at in one go. */
const window_messages = 2_000
/** At first fewer: mostly a page is among them, and a server that sorts all of a window reads each of its rows. */
const firstWindow = (limit: number): number => Math.min(window_messages, 2 * limit)

/** What a party sent, and what it may see as receiver: each is walked along an index of its own. */
type Side = 'sender' | 'receiver'

const sentBy = (query: Knex.QueryBuilder, { party, send }: View): Knex.QueryBuilder => query.where('m.sender', party).whereIn('m.family', send)

/** What a party sent to itself is on the side of the sender, where the view sees that side. */
function ofSide (query: Knex.QueryBuilder, side: Side, view: View): Knex.QueryBuilder {
  if (side === 'sender') return sentBy(query, view)
  return query.where('m.receiver', view.party).whereIn('m.delivery', shown).whereNot(own => sentBy(own, view))
    .where(either => either.whereIn('m.family', view.receive).orWhere(retour => retour.whereIn('m.family', view.send).whereNotNull('m.answers')))
}

function narrow (query: Knex.QueryBuilder, filter: Omit<ListFilter, 'view' | 'counterpart'>): Knex.QueryBuilder {
  query.whereNot('m.origin', 'import')
  const { type, verdict, delivery, answer, overdue, identificatie, from, to } = filter
  if (type !== undefined) query.where('m.type', type)
  if (verdict !== undefined) query.where('m.verdict', verdict)
  if (delivery !== undefined) query.where('m.delivery', delivery)
  if (answer !== undefined) query.where('m.answer', answer)
  if (overdue !== undefined) query.where('m.answer', 'awaited').where('m.answer_due_ms', '<=', overdue)
  if (identificatie !== undefined) query.where('m.identificatie', identificatie)
  if (from !== undefined) query.where('m.received_ms', '>=', from)
  if (to !== undefined) query.where('m.received_ms', '<', to)
  return query
}

const newest = (a: Row, b: Row): number => whole(b, 'seq') - whole(a, 'seq')

function page (rows: readonly Row[], limit: number): Page<StoredMessage> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items: items.map(stored), next: last === undefined || rows.length <= limit ? null : cursorOf(whole(last, 'seq')) }
}

/** A window of a party's messages: from `floor` on, and below `before`; null where it has no end there. */
interface Window { readonly floor: number | null, readonly before: number | null }

/**
 * @param messages begins a query for rows of messages, as `m`
 * @returns the verb; what it reads is as it was at some moment between asking and answering
 */
export function lister (db: Db, dialect: Dialect, messages: () => Knex.QueryBuilder): Store['list'] {
  const { sql } = dialect
  const settled = settling(db, dialect, 'message')
  const below = (query: Knex.QueryBuilder, before: number | null): Knex.QueryBuilder =>
    before === null ? query : query.where('m.seq', '<', before)

  /** Reads the index only. */
  const floorBelow = async (side: Side, { view: { party } }: ListFilter, before: number | null, window: number): Promise<number | null> => {
    const nth = below(sql('message as m').select('m.seq').where(`m.${side}`, party), before).orderBy('m.seq', 'desc').limit(1).offset(window - 1)
    const [row] = await db.read(session => session.all(once(nth)))
    return row === undefined ? null : whole(row, 'seq')
  }

  const within = async (side: Side, filter: ListFilter, known: Settled, { floor, before }: Window): Promise<Row[]> => {
    const query = below(narrow(ofSide(known(messages(), 'm.seq'), side, filter.view), filter), before)
    if (filter.counterpart !== undefined) query.where(side === 'sender' ? 'm.receiver' : 'm.sender', filter.counterpart)
    if (floor !== null) query.where('m.seq', '>=', floor)
    return await db.read(session => session.all(once(query.orderBy('m.seq', 'desc').limit(filter.limit + 1))))
  }

  /** Goes back from `before` until one more than a page is found, or nothing is left, or all that is left is older than `oldest`. */
  async function walk (side: Side, filter: ListFilter, known: Settled, before: number | null, oldest = 0): Promise<Row[]> {
    const rows: Row[] = []
    for (let window = firstWindow(filter.limit); ; window = window_messages) {
      const floor = await floorBelow(side, filter, before, window)
      rows.push(...await within(side, filter, known, { floor, before }))
      if (floor === null || floor <= oldest || rows.length > filter.limit) return rows
      before = floor
      await turn()
    }
  }

  return async filter => {
    const before = filter.cursor === undefined ? null : seqOf(filter.cursor)
    const known = await settled(before)
    const sent = await walk('sender', filter, known, before)
    const next = sent[filter.limit]
    const got = await walk('receiver', filter, known, before, next === undefined ? 0 : whole(next, 'seq'))
    return page([...sent, ...got].sort(newest), filter.limit)
  }
}

/** @returns the verb of operators: of all parties, by windows of the table itself */
export function anyLister (db: Db, dialect: Dialect, messages: () => Knex.QueryBuilder): Store['listAny'] {
  const { sql } = dialect
  const settled = settling(db, dialect, 'message')
  const read = async (query: Knex.QueryBuilder): Promise<Row[]> => await db.read(session => session.all(once(query)))
  const below = (query: Knex.QueryBuilder, before: number | null): Knex.QueryBuilder => before === null ? query : query.where('m.seq', '<', before)

  async function window ({ party, ...filter }: OperatorFilter, known: Settled, { floor, before }: Window): Promise<Row[]> {
    const query = below(narrow(known(messages(), 'm.seq'), filter), before)
    if (party !== undefined) query.where(either => either.where('m.sender', party).orWhere('m.receiver', party))
    if (floor !== null) query.where('m.seq', '>=', floor)
    return await read(query.orderBy('m.seq', 'desc').limit(filter.limit + 1))
  }
  return async filter => {
    let before = filter.cursor === undefined ? null : seqOf(filter.cursor)
    const known = await settled(before)
    const rows: Row[] = []
    for (let looked = firstWindow(filter.limit); ; looked = window_messages) {
      const [nth] = await read(below(sql('message as m').select('m.seq'), before).orderBy('m.seq', 'desc').limit(1).offset(looked - 1))
      const floor = nth === undefined ? null : whole(nth, 'seq')
      rows.push(...await window(filter, known, { floor, before }))
      if (floor === null || rows.length > filter.limit) return page(rows, filter.limit)
      before = floor
      await turn()
    }
  }
}
