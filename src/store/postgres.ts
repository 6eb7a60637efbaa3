/** PostgreSQL behind the store: connections that write, connections that read, one that hears what other processes tell, and what of its failures may be tried again. */
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { StoreConflict, StoreFull, StoreUnavailable, type Db, type Row, type Session, type Statement, type Topic, type Value, type Values } from './db.ts'
import { openHearing } from './hearing.ts'
import { whole } from './rows.ts'
import type { StoreObserver } from './verbs.ts'

/** How a PostgreSQL database is spoken to. */
export interface PostgresOptions {
  /** Connections of this process at most, besides one that hears what other processes tell. */
  readonly connections_max: number
  /** Time in which a connection is to be had. */
  readonly connect_ms_max: number
  /** Time a statement may take. */
  readonly statement_ms_max: number
  /** Time a statement waits for what another transaction has locked. */
  readonly lock_ms_max: number
  /** Between us and the server stands a pooler in transaction mode (PgBouncer): no LISTEN, no prepared statements, settings in each transaction. */
  readonly pooled: boolean
  /** Where the server is and how it is got in; without it the url says so. A password that is a function is asked for each connection. */
  readonly access?: Pick<pg.ClientConfig, 'user' | 'host' | 'port' | 'database' | 'password' | 'ssl' | 'application_name'>
}
export const postgresDefaults: PostgresOptions = { connections_max: 10, connect_ms_max: 5_000, statement_ms_max: 30_000, lock_ms_max: 5_000, pooled: false }

type Client = pg.PoolClient | pg.Client

/** So often a transaction is tried that others were in the way of, or whose connection was lost before its end. */
const tries_max = 5
/** A client that hears nothing for so much longer than the server gives a statement gives the connection up. */
const grace_ms = 5_000
const poll_ms = 1_000
const size_ms = 60_000

/** Numbers of any size as numbers: what we count stays far below 2^53. */
const numeric = new Set<number>([pg.types.builtins.INT8, pg.types.builtins.NUMERIC])
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): ((value: string) => unknown) => numeric.has(oid) ? Number : pg.types.getTypeParser(oid, format as 'text')
}

const codeOf = (error: unknown): string => error instanceof Error && 'code' in error ? String(error.code) : ''
/** Others were in the way: the same may go well when tried again. */
const conflict = /^(23505|40001|40P01)$/
const full = /^(53100|53200|42501|25006)$/
const unavailable = /^(08|53|55P03|57|58|XX|25P0[34]|E[A-Z]+$)/

/** @param last no other try follows: what stands in the way then is there to stay @returns the error as a failure of storage where it is one; else as it came */
function mapped (error: unknown, last: boolean): unknown {
  const code = codeOf(error)
  if (conflict.test(code)) return last && code === '23505' ? error : new StoreConflict(`others were in the way of a transaction (${code})`, { cause: error })
  if (full.test(code)) return new StoreFull(`the database cannot be written (${code})`, { cause: error })
  if (unavailable.test(code) || lost(error)) return new StoreUnavailable(`the database cannot be used (${code === '' ? 'no connection' : code})`, { cause: error })
  return error
}

/** The driver's own words for a connection that is not there (any more), or is waited for in vain. */
const lost = (error: unknown): boolean => error instanceof Error && /^(Connection terminated|timeout expired|timeout exceeded|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after)/.test(error.message)
/** After these the connection is of no more use. */
const broken = (error: unknown): boolean => error instanceof StoreUnavailable && !/^(53100|55P03|57014)/.test(codeOf(error.cause))

function arrange (statement: Statement, values: Values): Value[] {
  return statement.slots.map(slot => {
    if ('value' in slot) return slot.value
    const value = values[slot.name]
    if (value === undefined) throw new TypeError(`no value for ${slot.name}`)
    return value
  })
}

const names = new WeakMap<Statement, string>()
let named = 0
/** @returns the name under which a connection keeps the statement; none where it is asked once, or connections are shared */
function nameOf (statement: Statement, pooled: boolean): { readonly name?: string } {
  if (statement.kept !== true || pooled) return {}
  const name = names.get(statement) ?? `s${++named}`
  names.set(statement, name)
  return { name }
}

interface Opened extends Session { /** Whether the connection may be used again. */ sound (): boolean, command (text: string): Promise<void> }

function sessionOn (client: Client, { pooled }: PostgresOptions, last = false): Opened {
  let [depth, era, good] = [0, 0, true]
  const asking = async <T>(ask: () => Promise<T>): Promise<T> => {
    try { return await ask() } catch (error) {
      const failure = mapped(error, last)
      if (broken(failure)) good = false
      throw failure
    }
  }
  const command = async (text: string): Promise<void> => { await asking(() => client.query(text)) }
  const query = (statement: Statement, values: Values): Promise<pg.QueryResult<Row>> =>
    asking(() => client.query<Row>({ text: statement.sql, values: arrange(statement, values), ...nameOf(statement, pooled) }))
  return {
    command,
    sound: () => good,
    era: () => era,
    all: async (statement, values = {}) => (await query(statement, values)).rows,
    run: async (statement, values = {}) => (await query(statement, values)).rowCount ?? 0,
    async nested (work) {
      const name = `part${depth++}`
      await command(`savepoint ${name}`)
      try {
        const value = await work()
        await command(`release savepoint ${name}`)
        return value
      } catch (error) {
        era++
        if (good) await command(`rollback to savepoint ${name}; release savepoint ${name}`)
        throw error
      } finally {
        depth--
      }
    }
  }
}

/** What holds in every transaction, where the connection's own settings are not ours. */
const local = ({ pooled, statement_ms_max, lock_ms_max }: PostgresOptions): string => pooled
  ? `; set local statement_timeout = ${statement_ms_max}; set local lock_timeout = ${lock_ms_max}; set local idle_in_transaction_session_timeout = ${statement_ms_max}; set local plan_cache_mode = force_custom_plan`
  : ''

function connection (url: string, { connect_ms_max, statement_ms_max, lock_ms_max, pooled, access }: PostgresOptions): pg.ClientConfig {
  const settings = { statement_timeout: statement_ms_max, lock_timeout: lock_ms_max, idle_in_transaction_session_timeout: statement_ms_max, plan_cache_mode: 'force_custom_plan' }
  return {
    application_name: 'zorgpoort',
    ...(access ?? { connectionString: url }),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: connect_ms_max,
    query_timeout: statement_ms_max + grace_ms,
    types,
    ...(pooled ? {} : { options: Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`).join(' ') })
  }
}

/** @returns a pool whose idle connections may be lost without anybody noticing */
function openPool (url: string, options: PostgresOptions, max: number): pg.Pool {
  const pool = new pg.Pool({ ...connection(url, options), max, idleTimeoutMillis: 60_000 })
  pool.on('error', () => {})
  return pool
}

async function taken (pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    const client = await pool.connect()
    return client
  } catch (error) {
    throw new StoreUnavailable(`the database cannot be reached (${codeOf(error) || 'no connection'})`, { cause: error })
  }
}

/** One try of a transaction. @throws StoreConflict or StoreUnavailable with `before` when it may be tried again: nothing of it is there */
async function transaction<T> (pool: pg.Pool, options: PostgresOptions, work: (session: Session) => Promise<T>, last: boolean): Promise<T> {
  const client = await taken(pool)
  const session = sessionOn(client, options, last)
  let committing = false
  try {
    await session.command(`begin isolation level read committed${local(options)}`)
    const value = await work(session)
    committing = true
    await session.command('commit')
    return value
  } catch (error) {
    if (session.sound()) await session.command('rollback').catch(() => {})
    if (committing && error instanceof StoreUnavailable) throw new CommitUnknown('the connection was lost while a transaction was committed: whether it was is not known', { cause: error })
    throw error
  } finally {
    client.release(!session.sound())
  }
}

/** Whether it was committed is not known: it must not be tried again here. Who asked repeats it, and is answered by what stands. */
class CommitUnknown extends StoreUnavailable {}

const again = (error: unknown): boolean => (error instanceof StoreConflict || error instanceof StoreUnavailable) && !(error instanceof CommitUnknown)

/** @param stopped tells whether the store is being closed @returns what runs transactions, each tried again where that can help */
function writer (pool: pg.Pool, options: PostgresOptions, stopped: () => boolean) {
  return async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    for (let nth = 1; ; nth++) {
      try {
        return await transaction(pool, options, work, nth === tries_max)
      } catch (error) {
        // A statement that took too long, or a lock that was waited for in vain, is no better at once.
        const hopeless = /^(57014|55P03)$/.test(codeOf(error instanceof Error ? error.cause : null))
        if (nth === tries_max || stopped() || hopeless || !again(error)) throw error
        await pause(2 ** nth * (5 + 10 * Math.random()))
      }
    }
  }
}

/** Reads what is committed; where connections are shared, in a transaction of its own. */
async function reading<T> (pool: pg.Pool, options: PostgresOptions, work: (session: Session) => Promise<T>): Promise<T> {
  for (let nth = 1; ; nth++) {
    const client = await taken(pool)
    const session = sessionOn(client, options)
    try {
      if (options.pooled) await session.command(`begin read only${local(options)}`)
      const value = await work(session)
      if (options.pooled) await session.command('commit')
      return value
    } catch (error) {
      if (options.pooled && session.sound()) await session.command('rollback').catch(() => {})
      // A connection that was lost while it was idle is found so at its first use.
      if (nth === tries_max || session.sound() || !(error instanceof StoreUnavailable)) throw error
      await pause(2 ** nth * 5)
    } finally {
      client.release(!session.sound())
    }
  }
}

const versionStatement: Statement = { sql: "select value from meta where name = 'register_version'", slots: [] }
const sizeStatement: Statement = { sql: 'select pg_database_size(current_database()) as size', slots: [] }

type Read = Db['read']

/** @returns the register's version as it was last seen, and what looks anew */
function openVersion (read: Read) {
  let version = 0
  const look = async (): Promise<void> => {
    // Before the first step of migrations there is no such table.
    const [row] = await read(session => session.all(versionStatement)).catch(() => [])
    if (row !== undefined) version = whole(row, 'value')
  }
  const soon = (): void => { look().catch(() => {}) }
  const timer = setInterval(soon, poll_ms)
  timer.unref()
  return { now: () => version, look, soon, stop: () => { clearInterval(timer) } }
}

/** @returns what tells the size of the database as it was within the last minute; null while it is not known */
function openSize (read: Read): () => number | null {
  let [bytes, sized]: [number | null, number] = [null, -Infinity]
  return () => {
    if (performance.now() - sized > size_ms) {
      sized = performance.now()
      read(session => session.all(sizeStatement)).then(([row]) => { bytes = whole(row ?? {}, 'size') }, () => { bytes = null })
    }
    return bytes
  }
}

/** Everything read in it is as it was at one moment, on a connection of its own. */
async function snapshot<T> (url: string, options: PostgresOptions, work: (session: Session) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...connection(url, options), query_timeout: 0 })
  client.on('error', () => {})
  try {
    await client.connect().catch((error: unknown) => { throw new StoreUnavailable('the database cannot be reached', { cause: error }) })
    const session = sessionOn(client, { ...options, pooled: true })
    await session.command('begin isolation level repeatable read read only; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0')
    return await work(session)
  } finally { await client.end().catch(() => {}) }
}

/** Runs each write counted, timed and told of. @returns what runs it, whether the last one failed for want of storage, and what waits for all of them */
function openWrites (write: Db['write'], committed: StoreObserver['committed']) {
  const begun = new Set<Promise<unknown>>()
  let failing = false
  async function timed<T> (work: (session: Session) => Promise<T>): Promise<T> {
    const at = performance.now()
    try {
      const value = await write(work)
      failing = false
      return value
    } catch (error) {
      if (error instanceof StoreUnavailable || error instanceof StoreFull) failing = true
      throw error
    } finally { committed(1, performance.now() - at) }
  }
  return {
    async run<T> (work: (session: Session) => Promise<T>): Promise<T> {
      const running = timed(work)
      begun.add(running)
      try { return await running } finally { begun.delete(running) }
    },
    failing: () => failing,
    done: async () => { await Promise.allSettled(begun) }
  }
}

const closedAlready = (): Promise<never> => Promise.reject(new StoreUnavailable('the store is closed'))

/**
 * @param committed told of each commit
 * @throws StoreFailure when the server cannot be reached
 */
export async function openPostgres (url: string, given: Partial<PostgresOptions> = {}, committed: StoreObserver['committed'] = () => {}): Promise<Db> {
  const options = { ...postgresDefaults, ...given }
  const writers = Math.max(1, Math.floor(options.connections_max / 2))
  const [writing, readers] = [openPool(url, options, writers), openPool(url, options, Math.max(1, options.connections_max - writers))]
  let ended = false
  const read: Read = work => ended ? closedAlready() : reading(readers, options, work)
  const writes = openWrites(writer(writing, options, () => ended), committed)
  const version = openVersion(read)
  const size = openSize(read)
  const hearing = openHearing(options.pooled ? null : connection(url, options), topic => { if (topic === 'register') version.soon() })
  let closed: Promise<void> | null = null
  const shut = async (): Promise<void> => {
    version.stop()
    await writes.done()
    ended = true
    await hearing.close()
    await Promise.all([writing.end(), readers.end()])
  }
  const close = (): Promise<void> => (closed ??= shut())
  try { await read(session => session.all({ sql: 'select 1', slots: [] })) } catch (error) { await close(); throw error }
  await version.look()
  return {
    write: work => ended ? closedAlready() : writes.run(work),
    read,
    snapshot: work => snapshot(url, options, work),
    // What was deleted is overwritten when the server has vacuumed, and gone from its log when that is reused.
    truncate: async () => true,
    failing: writes.failing,
    measures: () => ({ waiting: writing.waitingCount, database_bytes: size(), wal_bytes: null, free_bytes: null }),
    registerVersion: version.now,
    renew: version.look,
    tell: topic => { hearing.tell(topic) },
    hear: heard => { hearing.hear(heard) },
    close
  }
}

/** @returns whether a url is one of PostgreSQL */
export const isPostgres = (url: string): boolean => /^postgres(ql)?:\/\//.test(url)
export type { Topic }
