/** Counting for operators: every query is bounded and reads an index, so that it costs the same beside a million messages. */
import { deadClasses, instant } from '../core/core.ts'
import type { Db, Row, Session, Statement, Values } from './db.ts'
import { counted_max, depthsIn } from './depths.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import type { Auditing } from './linking.ts'
import { at as instantOf, maybe, text, whole } from './rows.ts'
import type { Depth, Store, StoreStats } from './verbs.ts'

/** A certificate that ends within this time is `ending`. */
const day_ms = 86_400_000
const ending_ms = 30 * day_ms

function statements ({ sql }: Dialect) {
  const count = (rows: string, names: readonly string[]): Statement =>
    prepared(sql.raw(`select count(*) as found from (select 1 from ${rows} limit ${counted_max}) as them`, names.map(at)))
  const stopped = (state: 'held' | 'dead'): string => `delivery where state in ('held', 'dead') and state = '${state}'`
  return {
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

/** @param auditing what it knows of rows that wait to be chained @returns the verb that counts; each number is as it was at some moment between asking and answering */
export function countVerbs (db: Db, dialect: Dialect, auditing: Pick<Auditing, 'strange' | 'waitingSince'>): Pick<Store, 'stats' | 'measures'> {
  const sql = statements(dialect)

  const depths = depthsIn(dialect)

  /** @param pushes how many are pushed to whom: mostly all that lies there @returns what is only to be fetched */
  async function lying (session: Session, pushes: readonly Depth[]): Promise<Depth[]> {
    const pushed = new Map(pushes.map(it => [it.receiver, it.depth]))
    const others = ({ receiver }: Depth): number => pushed.get(receiver) ?? 0
    const more = (await depths.of(session, 'mailbox')).filter(it => it.depth > others(it))
    const both = more.filter(it => others(it) > 0).map(it => it.receiver)
    const left = new Map(both.length === 0 ? [] : (await depths.unpushed(session, both)).map(it => [it.receiver, it]))
    return more.flatMap(it => others(it) === 0 ? it : left.get(it.receiver) ?? [])
  }

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
      const [queue, pushes] = [await depths.of(session, 'queue'), await depths.of(session, 'pushes')]
      const mailbox = await lying(session, pushes)
      const first = async (statement: Statement): Promise<Row | undefined> => (await session.all(statement))[0]
      const [unchecked, heldSince, dead] = [await first(sql.unchecked), await first(sql.heldSince), await first(sql.dead)]
      const unchained = await auditing.waitingSince(session)
      const given = { functional: whole(dead ?? {}, 'functional'), transient: whole(dead ?? {}, 'transient'), partner_down: whole(dead ?? {}, 'partner_down') }
      const certificates = (after: number, until: number): Promise<number> => found(session, sql.certificates, { after, until })
      return {
        queue,
        pushes,
        mailbox,
        overdue: await depths.overdue(session, now),
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
