/** What lies for each receiver, and since when: asked of one after the other where that is cheap, of all at once where each statement is planned over every month. */
import { setImmediate as turn } from 'node:timers/promises'
import { partyCode, type Instant, type PartyCode } from '../core/core.ts'
import type { Row, Session, Statement } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import { at as instantOf, text, whole } from './rows.ts'
import type { Depth, StoreStats } from './verbs.ts'

/** Nothing is counted further: that it is very much is known by then. */
export const counted_max = 10_000

/** What is counted of many receivers. */
interface Counted {
  /** The column that names them. */
  readonly column: 'target' | 'receiver'
  /** Where they are found, each by one step through an index. */
  readonly rows: readonly string[]
  /** @returns in SQL how many there are for one of them */
  readonly depth: (it: string) => string
}
interface Lying extends Counted {
  /** @returns in SQL the number of the message that waits longest for one of them */
  readonly first: (it: string) => string
  /** Since when that one waits. */
  readonly since: 'received_ms' | 'offered_ms'
}

const counted = (rows: string): string => `select count(*) from (select 1 from ${rows} limit ${counted_max}) as those`
const handling = "delivery where kind = 'handle' and state = 'due'"
const pushing = "delivery where kind = 'push' and state in ('due', 'blocked')"
const offered = "message where delivery = 'offered'"
const awaited = "message where answer = 'awaited' and answer_due_ms is not null"

const kinds = {
  queue: {
    column: 'target',
    rows: [handling],
    depth: it => counted(`${handling} and target = ${it}`),
    // Of more than are counted, one of the first is told.
    first: it => `select min(message) from (select message from ${handling} and target = ${it} limit ${counted_max}) as those`,
    since: 'received_ms'
  },
  pushes: {
    column: 'target',
    // One state at a time: only so each step goes through an index to the next receiver.
    rows: ['due', 'blocked'].map(state => `delivery where kind = 'push' and state = '${state}'`),
    depth: it => counted(`${pushing} and target = ${it}`),
    // Of each policy, of which there are few, what is to be given up first waits longest.
    first: it => `with recursive policy(total) as (
      select min(total_ms) from ${pushing} and target = ${it} union all
      select (select min(total_ms) from ${pushing} and target = ${it} and total_ms > policy.total) from policy where policy.total is not null
    ) select min((select message from ${pushing} and target = ${it} and total_ms = policy.total order by give_up_ms limit 1)) from policy where policy.total is not null`,
    since: 'offered_ms'
  },
  mailbox: {
    column: 'receiver',
    rows: [offered],
    depth: it => counted(`${offered} and receiver = ${it}`),
    first: it => `select seq from ${offered} and receiver = ${it} order by seq limit 1`,
    since: 'offered_ms'
  }
} as const satisfies Readonly<Record<string, Lying>>

const overdue = { column: 'receiver', rows: [awaited] } as const
const late = (it: string, now: string): string => counted(`${awaited} and receiver = ${it} and answer_due_ms <= ${now}`)
/** What is pushed lies there too; what lies behind more of that than is counted is not seen. */
const unpushed = (it: string): string => `select count(*) as found, min(m.offered_ms) as since from (
    select seq, offered_ms from ${offered} and receiver = ${it} order by seq limit ${counted_max}
  ) as m where not exists (select 1 from delivery as d where d.message = m.seq)`

/** @returns the receivers as the recursive table of a query */
const each = (name: string, column: string, rows: string): string => `${name}(it) as (
    select min(${column}) from ${rows} union all
    select (select min(${column}) from ${rows} and ${column} > ${name}.it) from ${name} where ${name}.it is not null
  )`

/** What lies for each receiver for whom something does. */
export interface Depths {
  /** For handlers, since it was received; or to be pushed, or in a mailbox, since it was offered. */
  readonly of: (session: Session, kind: keyof typeof kinds) => Promise<Depth[]>
  /** What of it nobody pushes. @param receivers some of those in whose mailbox there is something */
  readonly unpushed: (session: Session, receivers: readonly PartyCode[]) => Promise<Depth[]>
  /** Answers that should have been there. */
  readonly overdue: (session: Session, now: Instant) => Promise<StoreStats['overdue']>
}

const found = (row: Row | undefined): number => whole(row ?? {}, 'found')
const isWaiting = (row: Row | undefined): row is Row => row !== undefined && row['since'] !== null
const depthOf = (receiver: PartyCode, row: Row, since: Row = row): Depth => ({ receiver, depth: found(row), oldest: instantOf(since, 'since') })

/** All of it is done on this thread: the event loop turns between one receiver and the next. */
function oneByOne ({ sql }: Dialect): Depths {
  const ask = (query: string): Statement => prepared(sql.raw(query, query.split('?').slice(1).map(() => at('it'))))
  const receivers = ({ column, rows }: Pick<Counted, 'column' | 'rows'>): Statement[] => rows.map(it => ask(`with recursive ${each('each_one', column, it)} select it from each_one where it is not null`))
  const asked = (it: Lying) => ({ receivers: receivers(it), depth: ask(`select (${it.depth('?')}) as found`), since: ask(`select ${it.since} as since from message where seq = (${it.first('?')})`) })
  const all = { queue: asked(kinds.queue), pushes: asked(kinds.pushes), mailbox: asked(kinds.mailbox) }
  const own = { unpushed: ask(unpushed('?')), awaiting: receivers(overdue), late: prepared(sql.raw(`select (${late('?', '?')}) as found`, [at('it'), at('now')])) }

  async function known (session: Session, statements: readonly Statement[]): Promise<Set<PartyCode>> {
    const all = new Set<PartyCode>()
    for (const statement of statements) for (const row of await session.all(statement)) all.add(partyCode(text(row, 'it')))
    return all
  }
  async function perReceiver<T> (receivers: Iterable<PartyCode>, tell: (it: PartyCode) => Promise<T | null>): Promise<T[]> {
    const told: T[] = []
    for (const it of receivers) {
      const one = await tell(it)
      if (one !== null) told.push(one)
      await turn()
    }
    return told
  }

  return {
    of: async (session, kind) => await perReceiver(await known(session, all[kind].receivers), async it => {
      const [since] = await session.all(all[kind].since, { it })
      return since === undefined ? null : depthOf(it, (await session.all(all[kind].depth, { it }))[0] ?? {}, since)
    }),
    unpushed: async (session, receivers) => await perReceiver(receivers, async it => {
      const [row] = await session.all(own.unpushed, { it })
      return isWaiting(row) ? depthOf(it, row) : null
    }),
    overdue: async (session, now) => await perReceiver(await known(session, own.awaiting), async it => {
      const count = found((await session.all(own.late, { it, now }))[0])
      return count === 0 ? null : { receiver: it, count }
    })
  }
}

const list = (all: readonly (string | number)[]): string => `{${all.join(',')}}`

/** Planning a statement takes longer than running it where each month is a table of its own: a few for all receivers. */
function allAtOnce ({ sql }: Dialect): Depths {
  const them = ({ column, rows }: Pick<Counted, 'column' | 'rows'>): string =>
    `with recursive ${rows.map((it, nth) => each(`each_${nth}`, column, it)).join(', ')}, them(it) as (${rows.map((_, nth) => `select it from each_${nth} where it is not null`).join(' union ')})`
  const asked = (it: Lying): Statement => prepared(sql.raw(`${them(it)} select it, (${it.depth('them.it')}) as found, (${it.first('them.it')}) as seq from them order by it`))
  const all = { queue: asked(kinds.queue), pushes: asked(kinds.pushes), mailbox: asked(kinds.mailbox) }
  const own = {
    // By its numbers, so that other months are left out.
    messages: prepared(sql.raw('select seq, received_ms, offered_ms from message where seq = any(?)', [at('seqs')])),
    unpushed: prepared(sql.raw(`select them.it, those.found, those.since from unnest(?::text[]) as them(it) cross join lateral (${unpushed('them.it')}) as those`, [at('receivers')])),
    late: prepared(sql.raw(`${them(overdue)} select it, (${late('them.it', '?')}) as found from them order by it`, [at('now')]))
  }
  const receiverOf = (row: Row): PartyCode => partyCode(text(row, 'it'))

  return {
    async of (session, kind) {
      const rows = (await session.all(all[kind])).filter(row => row['seq'] !== null)
      const messages = new Map(rows.length === 0 ? [] : (await session.all(own.messages, { seqs: list(rows.map(row => whole(row, 'seq'))) })).map(row => [row['seq'], row]))
      return rows.flatMap(row => {
        const since = messages.get(row['seq'])?.[kinds[kind].since] ?? null
        return since === null ? [] : [depthOf(receiverOf(row), row, { since })]
      })
    },
    unpushed: async (session, receivers) => (await session.all(own.unpushed, { receivers: list(receivers) })).filter(isWaiting).map(row => depthOf(receiverOf(row), row)),
    overdue: async (session, now) => (await session.all(own.late, { now })).map(row => ({ receiver: receiverOf(row), count: found(row) })).filter(it => it.count > 0)
  }
}

/** @returns what counts; inside a reading */
export const depthsIn = (dialect: Dialect): Depths => dialect.name === 'sqlite' ? oneByOne(dialect) : allAtOnce(dialect)
