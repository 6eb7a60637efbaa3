/** All in which the databases differ, beside their drivers. */
import knexModule from 'knex'
import type { Knex } from 'knex'
import type { Statement, Value } from './db.ts'

/** What builds SQL for one database; it has no connection. */
export interface Dialect {
  readonly sql: Knex
  /** The rows read stay as they are until the transaction ends; another that wants them waits. */
  lock (query: Knex.QueryBuilder): Knex.QueryBuilder
  /** The same, but rows another holds are passed over. */
  lockFree (query: Knex.QueryBuilder): Knex.QueryBuilder
  /** @returns the statement that makes a table, changed so that its rows stand in the order of their primary key and nowhere else */
  ordered (createTable: string): string
}

/** SQLite has one writer at a time, so no row needs a lock. */
export const sqliteDialect: Dialect = {
  sql: knexModule.knex({ client: 'better-sqlite3', useNullAsDefault: true }),
  lock: query => query,
  lockFree: query => query,
  ordered: createTable => `${createTable} without rowid`
}

/** Marks the place of a value that is given at each run of a prepared statement. */
export const at = (name: string): string => `:${name}`

/** @returns the names as columns with a marked place each, for an insert */
export const places = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map(name => [name, at(name)]))

interface Buildable { toSQL (): { toNative (): { sql: string, bindings: readonly unknown[] } } }

function slot (binding: unknown): Statement['slots'][number] {
  return typeof binding === 'string' && binding.startsWith(':') ? { name: binding.slice(1) } : { value: value(binding) }
}

function value (binding: unknown): Value {
  if (binding === null || typeof binding === 'string' || typeof binding === 'number' || binding instanceof Uint8Array) return binding
  throw new TypeError('a statement takes texts, numbers, bytes and null only')
}

/** @returns a statement to be kept and run often, with places marked by `at` */
export function prepared (query: Buildable): Statement {
  const { sql, bindings } = query.toSQL().toNative()
  return { sql, slots: bindings.map(slot) }
}

/** @returns a statement to be run once, whose values are in it already */
export function once (query: Buildable): Statement {
  const { sql, bindings } = query.toSQL().toNative()
  return { sql, slots: bindings.map(binding => ({ value: value(binding) })) }
}
