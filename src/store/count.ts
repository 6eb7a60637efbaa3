/** Counting for operators: every query is bounded and reads an index, so that it costs the same beside a million messages. */
import { setImmediate as turn } from 'node:timers/promises'
import { deadClasses, instant, partyCode, type Instant, type PartyCode } from '../core/core.ts'
import type { Db, Row, Session, Statement, Values } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import type { Auditing } from './linking.ts'
import { at as instantOf, maybe, text, whole } from './rows.ts'
import type { Depth, Store, StoreStats } from './verbs.ts'

/** Nothing is counted further: that it is very much is known by then. */
const counted_max = 10_000
/** A certificate that ends within this time is `ending`. */
const day_ms = 86_400_000
const ending_ms = 30 * day_ms

const awaited = "message where answer = 'awaited' and answer_due_ms is not null"

function statements ({ sql }: Dialect) {
  /** The values of one column, each found by one step through the index. */
  const each = (column: string, rows: string): Statement => prepared(sql.raw(`with recursive each_one(it) as (
    select min(${column}) from ${rows} union all
    select (select min(${column}) from ${rows} and ${column} > each_one.it) from each_one where each_one.it is not null
  ) select it from each_one where it is not null`))
  const count = (rows: string, names: readonly string[]): Statement =>
    prepared(sql.raw(`select count(*) as found from (select 1 from ${rows} limit ${counted_max}) as them`, names.map(at)))
  const oldest = (query: string): Statement => prepared(sql.raw(`${query} limit 1`, [at('it')]))
  const handling = "delivery where kind = 'handle' and state = 'due'"
  const pushing = "delivery where kind = 'push' and state in ('due', 'blocked')"
  const stopped = (state: 'held' | 'dead'): string => `delivery where state in ('held', 'dead') and state = '${state}'`
  return {
    queue: {
      receivers: [each('target', handling)],
      depth: count(`${handling} and target = ?`, ['it']),
      // Of more than are counted, one of the first is told.
      oldest: oldest(`select min(message) as seq from (select message from ${handling} and target = ? limit ${counted_max}) as them`),
      since: prepared(sql('message').select('received_ms as since').where('seq', at('seq')))
    },
    pushes: {
      // One state at a time: only so each step goes through an index to the next receiver.
      receivers: ['due', 'blocked'].map(state => each('target', `delivery where kind = 'push' and state = '${state}'`)),
      depth: count(`${pushing} and target = ?`, ['it']),
      // Of each policy, of which there are few, what is to be given up first waits longest.
      oldest: prepared(sql.raw(`with recursive each_one(it) as (
        select min(total_ms) from ${pushing} and target = ? union all
        select (select min(total_ms) from ${pushing} and target = ? and total_ms > each_one.it) from each_one where each_one.it is not null
      ) select min((select message from ${pushing} and target = ? and total_ms = each_one.it order by give_up_ms limit 1)) as seq from each_one where it is not null`, [at('it'), at('it'), at('it')])),
      since: prepared(sql('message').select('offered_ms as since').where('seq', at('seq')))
    },
    mailbox: {
      receivers: [each('receiver', "message where delivery = 'offered'")],
      depth: count("message where delivery = 'offered' and receiver = ?", ['it']),
      oldest: oldest("select offered_ms as since from message where delivery = 'offered' and receiver = ? order by seq"),
      since: null,
      // What is pushed lies there too, but nobody has to fetch it; what lies behind more of that than is counted is not seen.
      left: prepared(sql.raw(`select count(*) as found, min(m.offered_ms) as since from (
        select seq, offered_ms from message where delivery = 'offered' and receiver = ? order by seq limit ${counted_max}
      ) as m where not exists (select 1 from delivery as d where d.message = m.seq)`, [at('it')]))
    },
    overdue: { receivers: [each('receiver', awaited)], depth: count(`${awaited} and receiver = ? and answer_due_ms <= ?`, ['it', 'now']) },
    unchecked: prepared(sql.raw(`select at_ms from audit where chain = 'main' and event <> 'checkpoint'
      and seq > coalesce((select seq from checkpoint order by number desc limit 1), 0) order by seq limit 1`)),
    sourcesVersion: prepared(sql('meta').select('value').where('name', 'sources_version')),
    sources: prepared(sql.raw(`select p.list, max(coalesce(r.tot, '9999-12-31')) as until from source_part as p
      join source_row as r on r.list = p.list and r.family = p.family and r.gemeente = p.gemeente and r.aanbieder = p.aanbieder and r.edition = p.edition
      where p.list <> 'contracts' group by p.list, p.family, p.gemeente, p.aanbieder`)),
    importing: count('source where waits = 2', []),
    held: count(stopped('held'), []),
    heldSince: prepared(sql.raw(`select since_ms from ${stopped('held')} order by since_ms, id limit 1`)),
    dead: prepared(sql.raw(`select ${deadClasses.map(it => `coalesce(sum(case when class = '${it}' then 1 end), 0) as ${it}`).join(', ')} from (select class from ${stopped('dead')} limit ${counted_max}) as them`)),
    notices: { due: count("notice where state = 'due'", []), dead: count("notice where state = 'dead' and body is not null", []) },
    tasks: count("task where state = 'open'", []),
    certificates: count("certificate as c join account as a on a.id = c.account where c.use = 'tls' and a.active = 1 and c.not_after_ms > ? and c.not_after_ms <= ?", ['after', 'until'])
  }
}

const sum = (all: readonly Depth[]): number => all.reduce((total, it) => total + it.depth, 0)
const found = async (session: Session, statement: Statement, values: Values): Promise<number> => whole((await session.all(statement, values))[0] ?? {}, 'found')

/** Lets the event loop turn between one receiver and the next. */
async function perReceiver<T> (session: Session, receivers: readonly Statement[], tell: (it: PartyCode) => Promise<T | null>): Promise<T[]> {
  const told: T[] = []
  const all: string[] = []
  for (const statement of receivers) for (const row of await session.all(statement)) all.push(text(row, 'it'))
  for (const it of new Set(all)) {
    const one = await tell(partyCode(it))
    if (one !== null) told.push(one)
    await turn()
  }
  return told
}

/** @param auditing what it knows of rows that wait to be chained @returns the verb that counts; each number is as it was at some moment between asking and answering */
export function countVerbs (db: Db, dialect: Dialect, auditing: Pick<Auditing, 'strange' | 'waitingSince'>): Pick<Store, 'stats' | 'measures'> {
  const sql = statements(dialect)

  interface Depths { readonly receivers: readonly Statement[], readonly depth: Statement, readonly oldest: Statement, readonly since: Statement | null }
  /** A message that work names is asked for by its number, so that the other months are left out. */
  const depths = (session: Session, { receivers, depth, oldest, since }: Depths): Promise<Depth[]> =>
    perReceiver(session, receivers, async it => {
      const [first]: Row[] = await session.all(oldest, { it })
      const [row]: Array<Row | undefined> = since === null ? [first] : await session.all(since, { seq: first === undefined ? null : maybe(first, 'seq', whole) })
      return row === undefined ? null : { receiver: it, depth: await found(session, depth, { it }), oldest: instantOf(row, 'since') }
    })
  /** @param pushed how many are pushed to whom: mostly all that lies there @returns what is only to be fetched */
  async function lying (session: Session, mailboxes: readonly Depth[], pushed: ReadonlyMap<string, number>): Promise<Depth[]> {
    const told: Depth[] = []
    for (const it of mailboxes) {
      const others = pushed.get(it.receiver) ?? 0
      const [row = { found: it.depth, since: it.oldest }] = others > 0 && it.depth > others ? await session.all(sql.mailbox.left, { it: it.receiver }) : []
      if (it.depth > others) await turn()
      if (it.depth > others && row['since'] !== null) told.push({ ...it, depth: whole(row, 'found'), oldest: instantOf(row, 'since') })
    }
    return told
  }
  const overdue = (session: Session, now: Instant): Promise<StoreStats['overdue']> =>
    perReceiver(session, sql.overdue.receivers, async it => {
      const count = await found(session, sql.overdue.depth, { it, now })
      return count === 0 ? null : { receiver: it, count }
    })

  /** Contracts end as they are agreed; of the other lists this is asked again only after an import. */
  let ends: { readonly version: string, readonly all: StoreStats['sources'] } | null = null
  async function sourceEnds (session: Session): Promise<StoreStats['sources']> {
    const [row] = await session.all(sql.sourcesVersion)
    const version = row === undefined ? '' : text(row, 'value')
    if (ends?.version !== version) {
      const parts = (await session.all(sql.sources)).filter(row => row['until'] !== '9999-12-31')
      const all = [...Map.groupBy(parts, row => text(row, 'list'))].map(([list, its]) => ({ list, until: instant(Math.min(...its.map(row => Date.parse(text(row, 'until')))) + day_ms) }))
      ends = { version, all }
    }
    return ends.all
  }

  const noticed = async (session: Session): Promise<StoreStats['notices']> => ({ due: await found(session, sql.notices.due, {}), dead: await found(session, sql.notices.dead, {}) })

  return {
    measures: () => db.measures(),
    stats: now => db.read(async session => {
      const [queue, pushes] = [await depths(session, sql.queue), await depths(session, sql.pushes)]
      const mailbox = await lying(session, await depths(session, sql.mailbox), new Map(pushes.map(it => [it.receiver, it.depth])))
      const first = async (statement: Statement): Promise<Row | undefined> => (await session.all(statement))[0]
      const [unchecked, heldSince, dead] = [await first(sql.unchecked), await first(sql.heldSince), await first(sql.dead)]
      const unchained = await auditing.waitingSince(session)
      const given = { functional: whole(dead ?? {}, 'functional'), transient: whole(dead ?? {}, 'transient'), partner_down: whole(dead ?? {}, 'partner_down') }
      const certificates = (after: number, until: number): Promise<number> => found(session, sql.certificates, { after, until })
      return {
        queue,
        pushes,
        mailbox,
        overdue: await overdue(session, now),
        unchecked: unchecked === undefined ? unchained : instantOf(unchecked, 'at_ms'),
        unchained,
        strange: auditing.strange(),
        deliveries: { waiting: sum(queue), offered: sum(mailbox) + sum(pushes), held: await found(session, sql.held, {}), dead: given.functional + given.transient + given.partner_down },
        dead: given,
        notices: await noticed(session),
        held: heldSince === undefined ? null : maybe(heldSince, 'since_ms', instantOf),
        tasks: await found(session, sql.tasks, {}),
        sources: await sourceEnds(session),
        importing: await found(session, sql.importing, {}),
        certificates: { expired: await certificates(-1, now), ending: await certificates(now, now + ending_ms), valid: await certificates(now + ending_ms, Number.MAX_SAFE_INTEGER) }
      }
    })
  }
}
