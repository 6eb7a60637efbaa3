/** PostgreSQL behind the store: what writes, what reads, and what runs again when others were in the way or a connection was lost. */
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { arrange, StoreFull, StoreUnavailable, type Db, type Row, type Session, type Statement, type Values } from './db.ts'
import { openHearing } from './hearing.ts'
import { local, openPools, long_ms, postgresDefaults, type Pool, type Pools, type PostgresOptions } from './pools.ts'
import { text, whole } from './rows.ts'
import { again, broken, CommitUnknown, doubtful, mapped } from './troubles.ts'
import type { StoreObserver } from './verbs.ts'

export { postgresDefaults, type PostgresOptions } from './pools.ts'

/** So often a transaction is tried that others were in the way of, or whose connection was lost before its end. */
const tries_max = 5
const poll_ms = 1_000
const size_ms = 60_000

/** A connection in hand, and what it is of. */
interface Taken { readonly client: pg.PoolClient, readonly pools: Pools, readonly options: PostgresOptions }
/** Connections for one use, and how they are spoken to. */
interface Line { readonly pool: Pool, readonly pools: Pools, readonly options: PostgresOptions }

const names = new WeakMap<Statement, string>()
let named = 0
/** All columns of a table: a connection that kept such a statement refuses it once a newer version has added one. What was picked by name already (`its`) is as it was. */
const whatever = /(?<!count\(|its\.)\*/i
/** @returns the name under which a connection keeps the statement; none where it is asked once, connections are shared, or what it gives may change */
function nameOf (statement: Statement, pooled: boolean): { readonly name?: string } {
  if (statement.kept !== true || pooled || whatever.test(statement.sql)) return {}
  const name = names.get(statement) ?? `s${++named}`
  names.set(statement, name)
  return { name }
}

/** A mistake in the program: what runs in between belongs to another part of the transaction, which may be undone. */
class Interleaved extends Error {}

interface Opened extends Session {
  /** Whether the connection may be used again. */
  sound (): boolean
  command (text: string): Promise<void>
  /** @throws Error when it was undone instead, because a failure within it was passed over */
  commit (): Promise<void>
}

function sessionOn ({ client, pools, options: { pooled } }: Taken, last = false): Opened {
  let [depth, era, good, busy, mixed] = [0, 0, true, false, false]
  const asking = async <T>(ask: () => Promise<T>): Promise<T> => {
    mixed ||= busy
    if (mixed) {
      // What still runs cannot be waited for here: the connection goes, and the transaction with it.
      good = false
      throw new Interleaved('a statement was begun while another of the same session ran')
    }
    busy = true
    try { return await ask() } catch (error) {
      const failure = mapped(error, last)
      if (broken(failure)) good = false
      if (doubtful(failure)) pools.doubt()
      throw failure
    } finally { busy = false }
  }
  const command = async (text: string): Promise<void> => { await asking(() => client.query(text)) }
  const query = (statement: Statement, values: Values): Promise<pg.QueryResult<Row>> =>
    asking(() => client.query<Row>({ text: statement.sql, values: arrange(statement, values), ...nameOf(statement, pooled) }))
  return {
    command,
    async commit () {
      const { command: done } = await asking(() => client.query('commit'))
      if (done !== 'COMMIT') throw new Error('a transaction was undone: a failure within it was passed over')
    },
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

/** One piece of work on a connection of its own. @throws StoreUnavailable when there is none, or it fails */
async function within<T> ({ pool, pools, options }: Line, last: boolean, work: (session: Opened) => Promise<T>): Promise<T> {
  const client = await pool.take()
  const session = sessionOn({ client, pools, options }, last)
  try {
    return await work(session)
  } finally {
    client.release(!session.sound())
  }
}

/** @param begin how it begins @throws CommitUnknown when the connection was lost while it was committed */
async function transaction<T> (session: Opened, begin: string, work: (session: Session) => Promise<T>): Promise<T> {
  let committing = false
  try {
    await session.command(begin)
    const value = await work(session)
    committing = true
    await session.commit()
    return value
  } catch (error) {
    if (session.sound()) await session.command('rollback').catch(() => {})
    if (committing && error instanceof StoreUnavailable) throw new CommitUnknown('the connection was lost while a transaction was committed: whether it was is not known', { cause: error })
    throw error
  }
}

/** @returns what runs transactions, each tried again where that can help @param stopped tells whether the store is being closed */
function writer (line: Line, stopped: () => boolean) {
  const { connect_ms_max } = line.options
  return async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const late = performance.now() + connect_ms_max
    for (let nth = 1; ; nth++) {
      try {
        return await within(line, nth === tries_max, session => transaction(session, `begin isolation level read committed${local(line.options)}`, work))
      } catch (error) {
        // Who waits is told in time that there is nothing to be had; others that were in the way are soon out of it.
        const hopeless = error instanceof StoreUnavailable && performance.now() > late
        if (nth === tries_max || stopped() || hopeless || !again(error)) throw error
        await pause(2 ** nth * (5 + 10 * Math.random()))
      }
    }
  }
}

/** Reads what is committed; where connections are shared, in a transaction of its own. */
async function reading<T> (line: Line, work: (session: Session) => Promise<T>): Promise<T> {
  const late = performance.now() + line.options.connect_ms_max
  for (let nth = 1; ; nth++) {
    let lost = false
    try {
      return await within(line, true, async session => {
        try {
          return await (line.options.pooled ? transaction(session, `begin read only${local(line.options)}`, work) : work(session))
        } finally { lost = !session.sound() }
      })
    } catch (error) {
      // A connection that was lost while it was idle is found so at its first use.
      if (nth === tries_max || !lost || performance.now() > late) throw error
      await pause(2 ** nth * 5)
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

/** Everything read in it is as it was at one moment, and a statement may take long. */
const snapshot = <T>(line: Line, work: (session: Session) => Promise<T>): Promise<T> => within(line, true, async session =>
  await transaction(session, `begin isolation level repeatable read read only; set local statement_timeout = ${long_ms}; set local idle_in_transaction_session_timeout = ${long_ms}`, work))

/** The tables that hold what is closed, and the keys to it. */
const closedTables: Statement = {
  sql: `select distinct c.oid::regclass::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and a.atttypid = 'bytea'::regtype and not a.attisdropped order by 1`,
  slots: []
}

/** Has the server give up what was deleted: its place is written over as its pages are put together. What its log, its standbys and its backups hold goes when they do. */
async function vacuum (line: Line): Promise<true> {
  await within(line, true, async session => {
    const names = (await session.all(closedTables)).map(row => text(row, 'name'))
    if (names.length > 0) await session.command(`vacuum (skip_locked, truncate false) ${names.join(', ')}`)
  })
  return true
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

/** @returns the connections by use: half of them read, half write, and two are for what takes long */
function openLines (pools: Pools, options: PostgresOptions) {
  const writers = Math.max(1, Math.floor(options.connections_max / 2))
  const line = (max: number, over: Partial<PostgresOptions> = {}): Line => ({ pool: pools.open(max, over), pools, options: { ...options, ...over } })
  return { writing: line(writers), readers: line(Math.max(1, options.connections_max - writers), { plans_ms: 0 }), long: line(2, { statement_ms_max: long_ms, plans_ms: 0 }) }
}

/**
 * @param committed told of each commit
 * @throws StoreFailure when the server cannot be reached
 */
export async function openPostgres (url: string, given: Partial<PostgresOptions> = {}, committed: StoreObserver['committed'] = () => {}): Promise<Db> {
  const options = { ...postgresDefaults, ...given }
  const pools = openPools(url, options)
  const { writing, readers, long } = openLines(pools, options)
  let [ending, ended] = [false, false]
  const read: Read = work => ended ? closedAlready() : reading(readers, work)
  const writes = openWrites(writer(writing, () => ended), committed)
  const version = openVersion(read)
  const size = openSize(read)
  const hearing = openHearing(options.pooled ? null : pools.config, topic => { if (topic === 'register') version.soon() })
  let closed: Promise<void> | null = null
  const shut = async (): Promise<void> => {
    ending = true
    version.stop()
    await writes.done()
    ended = true
    await hearing.close()
    await pools.close()
  }
  const close = (): Promise<void> => (closed ??= shut())
  try { await read(session => session.all({ sql: 'select 1', slots: [] })) } catch (error) { await close(); throw error }
  await version.look()
  return {
    write: work => ending ? closedAlready() : writes.run(work),
    read,
    snapshot: work => ended ? closedAlready() : snapshot(long, work),
    truncate: () => ended ? closedAlready() : vacuum(long),
    failing: writes.failing,
    measures: () => ({ waiting: writing.pool.waiting() + readers.pool.waiting(), database_bytes: size(), wal_bytes: null, free_bytes: null, connections: writing.pool.count() + readers.pool.count(), connections_max: writing.pool.max + readers.pool.max }),
    registerVersion: version.now,
    renew: version.look,
    tell: topic => { hearing.tell(topic) },
    hear: heard => { hearing.hear(heard) },
    close
  }
}

/** @returns whether a url is one of PostgreSQL */
export const isPostgres = (url: string): boolean => /^postgres(ql)?:\/\//.test(url)
