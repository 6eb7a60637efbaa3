/** Lists of what stopped, longest first: held for a person, or dead. Read in windows, so that no filter keeps the process from its other work. */
import { setImmediate as turn } from 'node:timers/promises'
import type { Knex } from 'knex'
import { Refusal, type DeadClass, type Instant, type MessageId, type PartyCode } from '../core/core.ts'
import type { MessageType } from '../standard/model.ts'
import { cursorOf, placeOf } from './cursor.ts'
import type { Db, Row } from './db.ts'
import { once, type Dialect } from './dialect.ts'
import { stored, whole } from './rows.ts'
import type { Page, StoredMessage } from './verbs.ts'

/** How many that stopped are looked at in one go. */
const window_rows = 2_000

/** Absent means any. */
export interface StoppedFilter {
  readonly ids?: readonly MessageId[]
  /** Sent by this party, or to it. */
  readonly party?: PartyCode
  readonly type?: MessageType
  /** Why: the whole reason, or a part of it; `exhausted: http_503.X` is found by `exhausted`, `http_503`, `X` and `http_503.X`. */
  readonly code?: string
  readonly class?: DeadClass
  /** Stopped at or after, and before. */
  readonly from?: Instant
  readonly to?: Instant
  /** From the previous page. */
  readonly cursor?: string
  readonly limit: number
}

/** Where a row stands in its list. */
interface Place { readonly since: number, readonly id: number }
const placeIn = (row: Row): Place => ({ since: whole(row, 'work_since_ms'), id: whole(row, 'work_id') })

/** @throws Refusal ZP_QUERY when the text is no cursor of ours */
function place (cursor: string): Place {
  const [since, id] = /^(\d{1,16}):(\d{1,16})$/.exec(placeOf(cursor))?.slice(1).map(Number) ?? []
  if (since === undefined || id === undefined) throw new Refusal('ZP_QUERY', 'cursor')
  return { since, id }
}

const after = (query: Knex.QueryBuilder, { since, id }: Place): Knex.QueryBuilder => query.whereRaw('(d.since_ms, d.id) > (?, ?)', [since, id])
const upTo = (query: Knex.QueryBuilder, end: Place | null): Knex.QueryBuilder => end === null ? query : query.whereRaw('(d.since_ms, d.id) <= (?, ?)', [end.since, end.id])

/** A reason is codes divided by `: ` and dots; each is found, and several in a row. Written without `like`, in which `_` would stand for anything. */
function because (query: Knex.QueryBuilder, code: string): Knex.QueryBuilder {
  const reason = "':' || replace(replace(d.last_reason, ': ', ':'), '.', ':') || ':'"
  return query.whereRaw(`replace(${reason}, ?, '') <> ${reason}`, [`:${code.replaceAll(': ', ':').replaceAll('.', ':')}:`])
}

function narrow (query: Knex.QueryBuilder, { ids, party, type, code, class: dead, to }: StoppedFilter): Knex.QueryBuilder {
  if (ids !== undefined) query.whereIn('m.id', ids)
  if (party !== undefined) query.where(either => either.where('m.sender', party).orWhere('m.receiver', party))
  if (type !== undefined) query.where('m.type', type)
  if (code !== undefined) because(query, code)
  if (dead !== undefined) query.where('d.class', dead)
  if (to !== undefined) query.where('d.since_ms', '<', to)
  return query
}

/**
 * @param messages begins a query for rows of messages, as `m`, with their work, as `d`
 * @returns a list of what is in this state; what it reads is as it was at some moment between asking and answering
 */
export function stoppedLister (db: Db, { sql }: Dialect, messages: () => Knex.QueryBuilder, state: 'held' | 'dead'): (filter: StoppedFilter) => Promise<Page<StoredMessage>> {
  /** The index is of these rows alone: its condition must stand here as it stands there. */
  const stopped = (query: Knex.QueryBuilder): Knex.QueryBuilder => query.whereRaw(`d.state in ('held', 'dead') and d.state = '${state}'`)
  const inOrder = (query: Knex.QueryBuilder): Knex.QueryBuilder => query.orderByRaw('d.since_ms, d.id')

  /** Reads the index only. @returns null when less than a window is left */
  async function endFrom (start: Place): Promise<Place | null> {
    const nth = inOrder(after(stopped(sql('delivery as d').select(['d.since_ms as work_since_ms', 'd.id as work_id'])), start)).limit(1).offset(window_rows - 1)
    const [row] = await db.read(session => session.all(once(nth)))
    return row === undefined ? null : placeIn(row)
  }

  const within = async (filter: StoppedFilter, start: Place, end: Place | null): Promise<Row[]> => {
    const query = inOrder(upTo(after(narrow(stopped(messages().select('d.id as work_id')), filter), start), end))
    return await db.read(session => session.all(once(query.limit(filter.limit + 1))))
  }

  /** Goes on until one more than a page is found, or nothing is left, or all that is left stopped too late. */
  async function walk (filter: StoppedFilter, start: Place): Promise<Row[]> {
    const rows: Row[] = []
    for (;;) {
      const end = filter.ids === undefined ? await endFrom(start) : null
      rows.push(...await within(filter, start, end))
      if (end === null || rows.length > filter.limit || (filter.to !== undefined && end.since >= filter.to)) return rows
      start = end
      await turn()
    }
  }

  return async filter => {
    const begin: Place = { since: filter.from ?? 0, id: -1 }
    const rows = await walk(filter, filter.cursor === undefined ? begin : place(filter.cursor))
    const last = rows.slice(0, filter.limit).at(-1)
    const next = last === undefined || rows.length <= filter.limit ? null : placeIn(last)
    return { items: rows.slice(0, filter.limit).map(stored), next: next === null ? null : cursorOf(`${next.since}:${next.id}`) }
  }
}
