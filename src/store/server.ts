/** A PostgreSQL server as an operator meets it: why it cannot be used, in sentences that say what to do. */
import { StoreFailure, StoreFull, StoreUnavailable, StoreUnusable, type Db, type Row } from './db.ts'
import type { PostgresOptions } from './postgres.ts'
import { text, whole } from './rows.ts'
import { advised, codeOf, type Advice } from './words.ts'

/** What is known to hold on the oldest server; older ones are not tried. */
const version_min = 150_000

type Access = NonNullable<PostgresOptions['access']>

/** @returns what is wrong with the server and what to do, where a failure, or what it comes from, tells of that; else null */
export const adviceOn = (error: unknown, access: Partial<Access> = {}): ReturnType<typeof advised> =>
  (error instanceof Error && error.cause !== undefined ? adviceOn(error.cause, access) : null) ?? advised(codeOf(error), access)

/** @returns the same failure in words of advice where the server is what is wrong; else as it came */
export function explained (error: unknown, access: Partial<Access> = {}): unknown {
  if (!(error instanceof StoreFailure)) return error
  const advice = adviceOn(error, access)
  if (advice === null) return error
  const told = `${advice.says}: ${advice.todo}`
  if (advice.stays) return new StoreUnusable(told, { cause: error })
  return error instanceof StoreFull ? new StoreFull(told, { cause: error }) : new StoreUnavailable(told, { cause: error })
}

/** What `unfit` looks at, as columns. */
export const fitness = "current_setting('server_version_num')::int as number, current_setting('server_version') as version, current_setting('server_encoding') as encoding"

/** @param row of `fitness` @returns why the server or database cannot do what the store needs; null when it can */
export function unfit (row: Row): Advice | null {
  if (whole(row, 'number') < version_min) return { says: `this is PostgreSQL ${text(row, 'version')}, and 15 or newer is needed`, todo: 'bring the server forward (pg_upgrade, or a dump into a new one), or name another in the setting database' }
  if (text(row, 'encoding') !== 'UTF8') return { says: `this database has encoding ${text(row, 'encoding')}`, todo: "make one with encoding 'UTF8' (create database … encoding 'UTF8' locale 'C' template template0)" }
  return null
}

/** @throws StoreUnusable when the server or database cannot do what the store needs */
export async function checkServer (db: Db): Promise<void> {
  const [row = {}] = await db.read(session => session.all({ sql: `select ${fitness}`, slots: [] }))
  const fault = unfit(row)
  if (fault !== null) throw new StoreUnusable(`${fault.says}: ${fault.todo}`)
}

/** @returns whether a gateway's tables are in it */
export async function hasTables (db: Db): Promise<boolean> {
  const [row = {}] = await db.read(session => session.all({ sql: "select (to_regclass('migration') is not null and to_regclass('meta') is not null)::int as made", slots: [] }))
  return whole(row, 'made') === 1
}
