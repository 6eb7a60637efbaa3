/** All in which the databases differ, beside their drivers. */
import knexModule from 'knex'
import type { Knex } from 'knex'
import type { Session, Statement, Value } from './db.ts'
import { forMany, type Kinds, type Sets } from './many.ts'

/** What builds SQL for one database; it has no connection. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres'
  readonly sql: Knex
  /**
   * The rows read stay as they are until the transaction ends; another that wants them waits. What the same statement counts or picks
   * in other tables is as it was before it waited.
   * @param of the tables whose rows, in this order; all where none is named
   */
  lock (query: Knex.QueryBuilder, ...of: readonly string[]): Knex.QueryBuilder
  /** The same, but rows another holds are passed over. */
  lockFree (query: Knex.QueryBuilder, ...of: readonly string[]): Knex.QueryBuilder
  /** The rows read are not taken away until the transaction ends; others may change what is no key of them. */
  stay (query: Knex.QueryBuilder): Knex.QueryBuilder
  /** Who means to take rows away, or their keys, locks them by this: nobody who has them stay goes on. */
  lockAway (query: Knex.QueryBuilder): Knex.QueryBuilder
  /** @returns a condition for a column that is one of what the query picks: it is run once, so no more is picked than it says */
  among (column: string, query: Knex.QueryBuilder): Knex.Raw
  /** @returns the statement of a migration as this database takes it @param ordered the table's rows stand in the order of their primary key and nowhere else, where that can be */
  making (statement: string, ordered: boolean): string
  /** @returns what inserts a message and gives its `seq`; it does nothing and gives nothing where its key is taken @param row its columns, each with its marked place */
  newMessage (row: Readonly<Record<string, string>>): Statement
  /** @returns what changes these rows and gives columns of them, none of which it changes: to be run often, as it goes without RETURNING where that costs more than a look */
  giving (rows: Knex.QueryBuilder, change: Readonly<Record<string, Knex.Value>>, columns: readonly string[]): Statement
  /** Narrows to the message with this id. @param numbers columns that hold its number: tables are cut by it, and then only the part is looked into that the id names */
  ofId (query: Knex.QueryBuilder, column: string, id: string, ...numbers: string[]): Knex.QueryBuilder
  /** Narrows a query of messages to the one that was taken under the key marked `sender`, `type` and `identificatie` */
  ofKey (query: Knex.QueryBuilder): Knex.QueryBuilder
  /** Narrows a query of messages to the one that bears this referentienummer. @param alias of the table, with its dot */
  ofNumber (query: Knex.QueryBuilder, number: string, alias?: string): Knex.QueryBuilder
  /** @returns a query of one piece of work `d`, whose message is locked before it where rows are */
  ofWork (delivery: string): Knex.QueryBuilder
  /** @returns the statement, with its form for many sets of values where that is worth something: see `forMany` */
  many (statement: Statement, kinds: Kinds, sets?: Sets): Statement
  /** @returns in SQL the id of the message that has this number */
  idAt (seq: string): string
  /** Lets one transaction at a time go on under a name, until it ends; null where there is one writer at a time anyway. */
  readonly alone: Statement | null
  /** The same without waiting; it says whether one may go on. */
  readonly aloneNow: Statement | null
  /** What the database's own clock says, in milliseconds since 1970; not the same at each place of a transaction. */
  readonly clock: string
  /** All that was written down, also what is not chained yet, as a table under this name: chain, seq, at_ms, event, message, account, detail. */
  events (name: string): Knex.Raw | string
}

/** Goes on when no other transaction is under one of these names. What is asked after it sees all that was done under them. */
export async function hold (session: Session, { alone }: Pick<Dialect, 'alone'>, ...names: readonly string[]): Promise<void> {
  // In one order, so that nobody waits for one another.
  if (alone !== null) for (const name of [...new Set(names)].sort()) await session.all(alone, { name })
}

/** Under which a message is taken once. */
const keyColumns = ['sender', 'type', 'identificatie'] as const

const sqliteSql = knexModule.knex({ client: 'better-sqlite3', useNullAsDefault: true })

/** SQLite has one writer at a time, so no row needs a lock. */
export const sqliteDialect: Dialect = {
  name: 'sqlite',
  sql: sqliteSql,
  lock: query => query,
  lockFree: query => query,
  stay: query => query,
  lockAway: query => query,
  among: (column, query) => sqliteSql.raw('?? in ?', [column, query]),
  newMessage: row => ({
    ...prepared(sqliteSql('message').insert(row).onConflict([...keyColumns]).ignore()),
    gives: { when: 'after', statement: prepared(sqliteSql.select(sqliteSql.raw('last_insert_rowid() as seq'))) }
  }),
  giving: (rows, change, columns) => ({ ...prepared(rows.clone().update(change)), gives: { when: 'before', statement: prepared(rows.clone().select(columns)) } }),
  ofId: (query, column, id) => query.where(column, id),
  ofKey: query => query.where(places(keyColumns)),
  ofNumber: (query, number, alias = '') => query.where(`${alias}referentienummer`, number),
  ofWork: delivery => sqliteSql('delivery as d').where('d.id', delivery),
  many: statement => statement,
  idAt: seq => `(select f.id from message as f where f.seq = ${seq})`,
  making: (statement, ordered) => ordered ? `${statement} without rowid` : statement,
  alone: null,
  aloneNow: null,
  clock: "cast(unixepoch('subsec') * 1000 as integer)",
  events: name => `audit as ${name}`
}

const postgresSql = knexModule.knex({ client: 'pg' })

/** PostgreSQL has many: what is read to be changed is locked. */
export const postgresDialect: Dialect = {
  name: 'postgres',
  sql: postgresSql,
  // Rows that refer to these may be written meanwhile.
  lock: (query, ...of) => query.forNoKeyUpdate(...of),
  lockFree: (query, ...of) => query.forNoKeyUpdate(...of).skipLocked(),
  stay: query => query.forKeyShare(),
  lockAway: query => query.forUpdate(),
  among: (column, query) => postgresSql.raw('?? = any(array?)', [column, query]),
  newMessage: row => prepared(postgresSql('message').insert({ seq: postgresSql.raw('message_seq(?)', [at('id')]), ...row }).returning(['seq', 'id'])),
  giving: (rows, change, columns) => prepared(rows.clone().update(change).returning(columns)),
  // What came from another database is numbered before all months.
  ofId: (query, column, id, ...numbers) => numbers.reduce((narrowed, it) => narrowed.whereRaw('(?? between message_from(?) and message_to(?) or ?? < 1099511627776)', [it, id, id, it]), query.where(column, id)),
  ofKey: query => query.where(places(keyColumns)).whereRaw('seq = message_at(?, ?, ?)', keyColumns.map(at)),
  ofNumber: (query, number, alias = '') => query.whereRaw('??seq = message_numbered(?)'.replace('??', alias), [number]),
  ofWork: delivery => postgresSql('delivery as d').join('message as m', 'm.seq', 'd.message').where('d.id', delivery)
    .whereRaw('m.seq = message_worked(?)', [delivery]).forNoKeyUpdate('m', 'd'),
  many: forMany,
  idAt: seq => `message_id(${seq})`,
  // Numbers go on for ever here.
  making: statement => statement.replaceAll(/\bserial\b/g, 'bigserial').replaceAll(/\binteger\b/g, 'bigint'),
  alone: forMany({ sql: 'select pg_advisory_xact_lock(hashtextextended($1, 0))', slots: [{ name: 'name' }], kept: true }, { name: 'text' }, { ordered: true }),
  aloneNow: { sql: 'select pg_try_advisory_xact_lock(hashtextextended($1, 0))::int as alone', slots: [{ name: 'name' }] },
  clock: 'cast(extract(epoch from clock_timestamp()) * 1000 as bigint)',
  events: name => postgresSql.raw(`(select chain, seq, at_ms, event, message, account, detail from audit
    union all select 'new', number, at_ms, event, message, account, detail from audit_new) as ${name}`)
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

/** @returns how the value is written in the text; null for one that is given at each run, or is not written in every database alike */
function literal (slot: Statement['slots'][number]): string | null {
  if ('name' in slot || slot.value instanceof Uint8Array) return null
  return typeof slot.value === 'string' ? `'${slot.value.replaceAll("'", "''")}'` : String(slot.value)
}

/**
 * What is the same at every run stands in the text: SQLite makes a plan anew whenever a value is given that it has compared with the
 * condition of an index, and PostgreSQL goes by such an index only where it reads the value.
 * @returns a statement to be kept and run often, with places marked by `at`
 */
export function prepared (query: Buildable): Statement {
  const { sql, bindings } = query.toSQL().toNative()
  const slots = bindings.map(slot)
  let [seen, given] = [0, 0]
  const text = sql.replaceAll(/\$\d+|\?/g, place => literal(slots[seen++] ?? { name: '' }) ?? (place === '?' ? place : `$${++given}`))
  if (seen !== slots.length) throw new TypeError('a statement has as many places as values')
  return { sql: text, slots: slots.filter(it => literal(it) === null), kept: true }
}

/** @returns a statement to be run once, whose values are in it already */
export function once (query: Buildable): Statement {
  const { sql, bindings } = query.toSQL().toNative()
  return { sql, slots: bindings.map(binding => ({ value: value(binding) })) }
}
