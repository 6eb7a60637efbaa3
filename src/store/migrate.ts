/** Brings a database forward to what this version knows, in one transaction; and refuses one that is further. */
import type { Instant } from '../core/core.ts'
import { StoreUnusable, type Db, type Session } from './db.ts'
import { hold, once, type Dialect } from './dialect.ts'
import type { Migration } from './migrations.ts'
import { text } from './rows.ts'

async function statements (session: Session, dialect: Dialect, schema: { toSQL (): ReadonlyArray<{ sql: string }> }, ordered: readonly string[]): Promise<void> {
  const making = new RegExp(`^create table \\W(?:${ordered.join('|')})\\W`)
  for (const { sql } of schema.toSQL()) await session.run({ sql: dialect.making(sql, ordered.length > 0 && making.test(sql)), slots: [] })
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

/**
 * Everything or nothing is applied, so a process that dies half-way leaves neither half a table nor a lock behind.
 * @returns the names of the steps that were new to this database
 * @throws StoreUnusable when the database knows a step we do not, or holds what a step cannot do with
 */
export function bringForward (db: Db, dialect: Dialect, steps: readonly Migration[], now: Instant): Promise<string[]> {
  return db.write(async session => {
    await hold(session, dialect, 'migrate')
    const done = await applied(session, dialect)
    if (done.some(name => !steps.some(step => step.name === name))) throw new StoreUnusable('this database was made by a newer version')
    const news = steps.filter(step => !done.includes(step.name))
    for (const step of news) {
      const { name, up, ordered = [], postgres = [] } = step
      await unblocked(session, dialect, step)
      if (up !== undefined) await statements(session, dialect, up(dialect.sql.schema), ordered)
      if (dialect.name === 'postgres') for (const sql of postgres) await session.run({ sql, slots: [] })
      await session.run(once(dialect.sql('migration').insert({ name, at_ms: now })))
    }
    return news.map(step => step.name)
  })
}
