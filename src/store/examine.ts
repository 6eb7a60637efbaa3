/** Asking a database without changing it, whatever it is: a file beside its gateway, or a server. */
import Database from 'better-sqlite3'
import { instant, type Instant } from '../core/core.ts'
import { openVault, Unopened, type Ring, type RootSources } from '../vault/vault.ts'
import { all, reading, type KeyTrial } from './backup.ts'
import type { Row } from './db.ts'
import { stepsTold } from './migrate.ts'
import { migrations } from './migrations.ts'
import { openPostgres, type PostgresOptions } from './postgres.ts'
import { ringFault } from './rings.ts'
import { bytes, text, whole } from './rows.ts'
import { explained, fitness, unfit } from './server.ts'
import type { Advice } from './words.ts'

/** A database: a file, or a server and how it is spoken to. */
export type Place = { readonly path: string } | { readonly url: string, readonly postgres?: Partial<PostgresOptions> }

/** Asks with `?` for each value. */
export type Ask = (sql: string, ...values: Array<string | number>) => Promise<Row[]>

/** @throws StoreUnusable or StoreFailure when it cannot be asked */
export async function asking<T> (place: Place, work: (ask: Ask) => Promise<T>): Promise<T> {
  if ('path' in place) {
    reading(place.path, db => all(db, 'select name from meta limit 1'))
    const db = new Database(place.path, { readonly: true, fileMustExist: true })
    try { return await work(async (sql, ...values) => all(db, sql, ...values)) } finally { db.close() }
  }
  const { url, postgres } = place
  const db = await openPostgres(url, { ...postgres, connections_max: 2 }).catch((error: unknown) => { throw explained(error, postgres?.access) })
  try {
    return await work((sql, ...values) => {
      let nth = 0
      return db.read(session => session.all({ sql: sql.replaceAll('?', () => `$${++nth}`), slots: values.map(value => ({ value })) }))
    })
  } finally { await db.close() }
}

/** A server, as far as matters to who keeps messages on it. */
export interface ServerLook {
  readonly version: string
  /** Why no store can be kept there; null: one can. */
  readonly unfit: Advice | null
  /** As the whole server has them, for a transaction of ours. */
  readonly settings: Readonly<Record<'fsync' | 'synchronous_commit' | 'full_page_writes' | 'autovacuum', string>>
  readonly collate: string
  /** Connections there are at most for us, by whose limit, how many are taken of those, and how many gateways have. */
  readonly connections: { readonly max: number, readonly limit: 'server' | 'database' | 'role', readonly used: number, readonly ours: number }
  /** Locks all transactions together may hold, and by how many that grows when `max_locks_per_transaction` does by one. */
  readonly locks: { readonly max: number, readonly transactions: number }
  readonly reads_only: boolean
  readonly superuser: boolean
  readonly may_make: boolean
  readonly encrypted: boolean
  /** Its clock. */
  readonly now: Instant
  /** How long the oldest open transaction in this database lasts, in milliseconds; null: none is open, or nobody tells us. */
  readonly oldest_ms: number | null
  readonly size_bytes: number
}

/** Connections by whose they are; of those of other users the server does not tell us what kind they are. */
const used = `select count(*) as server, count(*) filter (where datname = current_database()) as database, count(*) filter (where usename = current_user) as role,
  count(*) filter (where application_name = 'zorgpoort') as ours from pg_stat_activity where datid is not null and coalesce(backend_type, 'client backend') = 'client backend'`

/** @returns the limit of which the least is left; those below zero are none */
function roomIn (row: Row): Pick<ServerLook['connections'], 'max' | 'limit' | 'used'> {
  const all = (['server', 'database', 'role'] as const).map(limit => ({ limit, max: whole(row, `${limit}_max`), used: whole(row, `${limit}_used`) }))
  const [first, ...rest] = all.filter(it => it.max >= 0)
  return rest.reduce((least, it) => it.max - it.used < least.max - least.used ? it : least, first ?? { limit: 'server', max: 0, used: 0 })
}

/** @returns what is known of a server */
export async function lookAtServer (ask: Ask): Promise<ServerLook> {
  const [row = {}] = await ask(`select ${fitness}, current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit,
    current_setting('full_page_writes') as full_page_writes, current_setting('autovacuum') as autovacuum, d.datcollate as collate,
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int - coalesce(current_setting('reserved_connections', true)::int, 0) as server_max,
    d.datconnlimit as database_max, case when r.rolsuper then -1 else r.rolconnlimit end as role_max,
    used.server as server_used, used.database as database_used, used.role as role_used, used.ours as ours,
    current_setting('max_locks_per_transaction')::int as locks, current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int as transactions,
    pg_is_in_recovery()::int as reads_only, r.rolsuper::int as superuser,
    coalesce(has_schema_privilege(current_schema(), 'create'), false)::int as may_make,
    coalesce((select ssl::int from pg_stat_ssl where pid = pg_backend_pid()), 0) as encrypted,
    (extract(epoch from clock_timestamp()) * 1000)::bigint as now,
    (select (extract(epoch from max(clock_timestamp() - xact_start)) * 1000)::bigint from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()) as oldest,
    pg_database_size(d.oid) as size from pg_database as d, pg_roles as r, (${used}) as used where d.datname = current_database() and r.rolname = current_user`)
  const yes = (name: string): boolean => whole(row, name) === 1
  return {
    version: text(row, 'version'),
    unfit: unfit(row),
    settings: { fsync: text(row, 'fsync'), synchronous_commit: text(row, 'synchronous_commit'), full_page_writes: text(row, 'full_page_writes'), autovacuum: text(row, 'autovacuum') },
    collate: text(row, 'collate'),
    connections: { ...roomIn(row), ours: whole(row, 'ours') },
    locks: { max: whole(row, 'locks') * whole(row, 'transactions'), transactions: whole(row, 'transactions') },
    reads_only: yes('reads_only'), superuser: yes('superuser'), may_make: yes('may_make'), encrypted: yes('encrypted'),
    now: instant(whole(row, 'now')),
    oldest_ms: row['oldest'] === null ? null : whole(row, 'oldest'),
    size_bytes: whole(row, 'size')
  }
}

/** What a gateway made in it: its mode, its steps, about how many messages, in how many parts these are, and what a statement that looks at all of those locks: each part with its indexes. */
export interface Made { readonly mode: string, readonly migrations: readonly string[], readonly messages: number, readonly parts: number, readonly locks: number }

/** @returns what a gateway made of a database on a server */
export async function lookAtMade (ask: Ask): Promise<Made | null> {
  const [there = {}] = await ask("select (to_regclass('migration') is not null and to_regclass('meta') is not null)::int as made")
  if (whole(there, 'made') === 0) return null
  const [mode = { value: '' }] = await ask("select value from meta where name = 'mode'")
  const [messages = {}] = await ask(`with part as (select oid, reltuples from pg_class where oid = to_regclass('message') or oid in (select inhrelid from pg_inherits where inhparent = to_regclass('message')))
    select coalesce(sum(greatest(reltuples, 0)), 0)::bigint as n, count(*) - 1 as parts, count(*) + (select count(*) from pg_index where indrelid in (select oid from part)) as locks from part`)
  return { mode: text(mode, 'value'), migrations: (await ask(stepsTold(migrations))).map(row => text(row, 'name')), messages: whole(messages, 'n'), parts: whole(messages, 'parts'), locks: whole(messages, 'locks') }
}

/** @returns a sentence for each of the rings that is not this database's */
export const ringFaults = (place: Place, rings: ReadonlyMap<keyof RootSources, Ring>): Promise<Map<keyof RootSources, string>> => asking(place, async ask => {
  const meta = await ask('select name, value from meta')
  return new Map([...rings].flatMap(([name, ring]) => { const fault = ringFault(name, ring, meta); return fault === null ? [] : [[name, fault] as const] }))
})

/** Opens one of what each key closed, of the last messages on a server. @param sample so many are looked at */
export async function lastKeys (ask: Ask, kek: Ring, sample: number): Promise<KeyTrial[]> {
  const rows = await ask('select distinct on (kek_id) kek_id, data_key from (select kek_id, data_key from message where data_key is not null order by seq desc limit ?) as last order by kek_id', sample)
  const vault = openVault(kek)
  return rows.map(row => {
    const kek_id = text(row, 'kek_id')
    try {
      vault.unlock({ data_key: bytes(row, 'data_key'), kek_id })
      return { kek_id, fault: null }
    } catch (error) {
      if (error instanceof Unopened) return { kek_id, fault: error.message }
      throw error
    }
  })
}
