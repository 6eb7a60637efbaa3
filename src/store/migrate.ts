/**
 * Brings a database forward to what this version knows, in one transaction; refuses one that is further, unless every step further says
 * that the version before may go on beside it. The database remembers which do, in `meta`, for versions that know nothing of them.
 */
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import type { Instant } from '../core/core.ts'
import { StoreUnusable, type Db, type Session } from './db.ts'
import { hold, once, type Dialect } from './dialect.ts'
import type { Migration } from './migrations.ts'
import { text, whole } from './rows.ts'

/** @returns what a step says to a database, statement by statement */
export function statementsOf ({ up, ordered = [], postgres = [], sqlite = [] }: Migration, { name, sql, making }: Dialect): string[] {
  const inOrder = new RegExp(`^create table \\W(?:${ordered.join('|')})\\W`)
  const built: ReadonlyArray<{ sql: string }> = up === undefined ? [] : up(sql.schema).toSQL()
  return [...built.map(it => making(it.sql, ordered.length > 0 && inOrder.test(it.sql))), ...name === 'postgres' ? postgres : sqlite]
}

async function applied (session: Session, { sql }: Dialect): Promise<string[]> {
  await session.run(once(sql.raw('create table if not exists migration (name text primary key, at_ms bigint not null)')))
  const rows = await session.all(once(sql('migration').select('name').orderBy('name')))
  return rows.map(row => text(row, 'name'))
}

/** @throws StoreUnusable, with the ids of two messages a step cannot do with */
async function unblocked (session: Session, { sql }: Dialect, { name, blocked }: Migration): Promise<void> {
  const [found] = blocked === undefined ? [] : await session.all(once(sql.raw(blocked.sql)))
  if (blocked !== undefined && found !== undefined) throw new StoreUnusable(`step ${name}: messages ${text(found, 'one')} and ${text(found, 'other')} ${blocked.why}`)
}

/** Rows of `meta` with the name of a step beside which the version before may go on. */
const mark = 'beside:'

/** @returns SQL that tells which steps a database has that matter to a version: its own, and of those of a newer one what it cannot go on beside */
export const stepsTold = (steps: readonly Migration[]): string =>
  `select name from migration where name in (${steps.map(it => `'${it.name}'`).join(', ')}) or '${mark}' || name not in (select name from meta) order by name`

/** @throws StoreUnusable when a newer version took a step that this one cannot go on beside */
async function usable (session: Session, { sql }: Dialect, done: readonly string[], steps: readonly Migration[]): Promise<void> {
  const strange = done.filter(name => !steps.some(step => step.name === name))
  if (strange.length === 0) return
  const marks = await session.all(once(sql('meta').select('name').whereIn('name', strange.map(name => mark + name))))
  const against = strange.filter(name => !marks.some(row => text(row, 'name') === mark + name))
  if (against.length > 0) throw new StoreUnusable(`this database was made by a newer version, beside which this one cannot go on (${against.join(', ')}): run that version, or a newer one`)
  const missing = steps.filter(step => !done.includes(step.name))
  if (missing.length > 0) throw new StoreUnusable(`this database was made by a newer version that knows nothing of ${missing.map(it => it.name).join(', ')}: run a version newer than both`)
}

/** @returns the processes that live at a database, with their version; none where one process serves, or nobody could say so yet */
export async function living (session: Session, { sql, clock }: Dialect): Promise<string[]> {
  const rows = await session.all(once(sql.raw(`select id, coalesce(version, '?') as version from process where until_ms > ${clock} order by id`)))
  return rows.map(row => `${text(row, 'id')} of version ${text(row, 'version')}`)
}

/** @throws StoreUnusable when a step cannot be taken while a process of the version before goes on */
async function alone (session: Session, dialect: Dialect, done: readonly string[], news: readonly Migration[]): Promise<void> {
  const needs = news.filter(step => step.beside !== true)
  if (needs.length === 0 || !done.includes('0019-tenure')) return
  const processes = await living(session, dialect)
  if (processes.length > 0) throw new StoreUnusable(`the version before is still at this database (${processes.length === 1 ? 'process' : 'processes'} ${processes.join(', ')}) and cannot go on beside ${needs.map(it => it.name).join(', ')}: stop it everywhere, and start this version then; one that was killed is forgotten within a minute`)
}

/** Another process may bring the database forward for so long. */
const others_ms_max = 600_000
const look_ms = 50

/** Waits while another process brings the database forward: on a large one that is longer than a statement may wait for a lock. @throws StoreUnavailable when it is still not done */
async function turn (session: Session, dialect: Dialect): Promise<void> {
  const name = 'migrate'
  const { aloneNow } = dialect
  const late = performance.now() + others_ms_max
  const busy = async (): Promise<boolean> => aloneNow !== null && whole((await session.all(aloneNow, { name }))[0] ?? {}, 'alone') === 0
  while (performance.now() < late && await busy()) await pause(look_ms)
  await hold(session, dialect, name)
}

/**
 * Everything or nothing is applied, so a process that dies half-way leaves neither half a table nor a lock behind.
 * @returns the names of the steps that were new to this database
 * @throws StoreUnusable when the database knows a step beside which we cannot go on, or holds what a step cannot do with, or is still used by the version before and a step forbids that
 */
export function bringForward (db: Db, dialect: Dialect, steps: readonly Migration[], now: Instant): Promise<string[]> {
  return db.write(async session => {
    await turn(session, dialect)
    const done = await applied(session, dialect)
    await usable(session, dialect, done, steps)
    const news = steps.filter(step => !done.includes(step.name))
    await alone(session, dialect, done, news)
    for (const step of news) {
      const { name, beside } = step
      await unblocked(session, dialect, step)
      for (const sql of statementsOf(step, dialect)) await session.run({ sql, slots: [] })
      await session.run(once(dialect.sql('migration').insert({ name, at_ms: now })))
      if (beside === true) await session.run(once(dialect.sql('meta').insert({ name: mark + name, value: '1' }).onConflict('name').ignore()))
    }
    return news.map(step => step.name)
  })
}
