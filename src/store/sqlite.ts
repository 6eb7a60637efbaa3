/** SQLite behind the store: one connection that writes, one that reads, and the lock that lets one server in. */
import { accessSync, closeSync, constants, existsSync, openSync } from 'node:fs'
import { totalmem } from 'node:os'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { arrange, StoreDamaged, StoreFailure, StoreFull, StoreUnavailable, StoreUnusable, type Db, type Gives, type Row, type Session, type Statement, type Topic, type Value, type Values } from './db.ts'
import { bytesOf, refuseRemains, removeUnused, sizes } from './file.ts'
import { groupWriter, Undivided, type Writer } from './group.ts'
import { whole } from './rows.ts'
import type { StoreObserver } from './verbs.ts'
import { logDamage } from './wal.ts'

type Connection = Database.Database
/** A commit is shared by at most this much. */
const group = { items: 200, bytes: 32_000_000 }
const light = { items: 1, bytes: 0 }
/** How long a command of another process may keep the server waiting; the driver blocks meanwhile. */
const busy_timeout_ms = 2_000

const read_cache_bytes = 32_000_000
/** What is written to at any place of a large database stays in memory: as much as it comes to, and usually at most an eighth of what this process may have. */
const cache_bytes_usual = Math.min(1_000_000_000, Math.min(totalmem(), process.constrainedMemory() || Infinity) / 8)
/**
 * Whenever pages of a tree change places one of them bears the number of the page at 1 GiB meanwhile. Where that is behind the end of the
 * database, the next commit looks through all that is kept for pages behind the end: 1.8 ms with 380 MB. So a smaller one has little.
 */
const [passing_bytes, small_cache_bytes] = [2 ** 30, 64_000_000]
/** After so many transactions it is looked at how large the database has become. */
const sized_every = 1_000

const full = /^SQLITE_(FULL|READONLY|CANTOPEN|IOERR_(WRITE|FSYNC|TRUNCATE|SHMSIZE|SHMOPEN|SHMMAP|DIR_FSYNC|DELETE))/
const damaged = /^SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ)/
const unavailable = /^SQLITE_(IOERR|BUSY|LOCKED|NOMEM|PROTOCOL|SCHEMA|INTERRUPT)/

/** @param what is wrong with it, such as SQLite's code @returns that, and the way back */
const damage = (path: string, what: string, cause?: unknown): StoreDamaged =>
  new StoreDamaged(`the database ${path} is damaged (${what}): stop the gateway, and put the last backup in its place with "zorgpoort restore BACKUP --replace", which keeps what is there under another name; "zorgpoort doctor --full" looks through all of it`, { cause })

/** @param path of the database @returns the error as a failure of storage where it is one; else as it came */
function mapped (error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  // SQLite calls a page the disk cannot read damaged too.
  if (damaged.test(error.code)) return damage(path, `${error.code}: it is not what was written, or its disk cannot read it`, error)
  if (full.test(error.code)) return new StoreFull(`the database cannot be written (${error.code})`, { cause: error })
  if (unavailable.test(error.code)) return new StoreUnavailable(`the database cannot be used (${error.code})`, { cause: error })
  return error
}

/** @throws StoreFailure when the storage is what fails */
function mapping<T> (path: string, work: () => T): T {
  try { return work() } catch (error) { throw mapped(error, path) }
}

/** @throws StoreFailure when the storage is what fails, or it was closed */
function storing<T> (db: Connection, work: () => T): T {
  if (!db.open) throw new StoreUnavailable('the store is closed')
  return mapping(db.name, work)
}

/** Statements are compiled once per connection. */
function compiler (db: Connection) {
  const known = new Map<string, Database.Statement<Value[], Row>>()
  return (sql: string): Database.Statement<Value[], Row> => {
    let found = known.get(sql)
    if (found === undefined) known.set(sql, found = db.prepare<Value[], Row>(sql))
    return found
  }
}

/** A session of one transaction after another; `ending` throws where a part failed and is not undone, also when its failure got no further; `written` says whether it changed a row. */
function sessionOn (db: Connection): Session & { begun (divided: boolean): void, ending (): void, written (): boolean } {
  const compiled = compiler(db)
  const command = (sql: string) => storing(db, () => { compiled(sql).run() })
  const rows = (statement: Statement, values: Values): Row[] => compiled(statement.sql).all(...arrange(statement, values))
  let written = false
  function changed (statement: Statement, values: Values): number {
    const { changes } = compiled(statement.sql).run(...arrange(statement, values))
    if (changes > 0) written = true
    return changes
  }
  /** SQLite makes a table of what RETURNING gives and keeps a copy of each page it changes, at every run: more than half of what an insert of a message took. */
  function given (change: Statement, { when, statement }: Gives, values: Values): Row[] {
    if (when === 'after') return changed(change, values) === 0 ? [] : rows(statement, values)
    const found = rows(statement, values)
    if (found.length > 0) changed(change, values)
    return found
  }
  let depth = 0
  let era = 0
  let parts = true
  let failed: StoreFailure | null = null
  async function undivided<T> (work: () => Promise<T>): Promise<T> {
    try { return await work() } catch (error) {
      failed = error instanceof StoreFailure ? error : new Undivided('a part of a transaction failed', { cause: error })
      throw failed
    }
  }
  return {
    era: () => era,
    begun (divided) {
      era++
      parts = divided
      failed = null
      written = false
    },
    written: () => written,
    ending () { if (failed !== null) throw failed },
    all: async (statement, values = {}) => storing(db, () => statement.gives === undefined ? rows(statement, values) : given(statement, statement.gives, values)),
    run: async (statement, values = {}) => storing(db, () => changed(statement, values)),
    async nested (work) {
      if (!parts) return await undivided(work)
      const name = `part${depth++}`
      command(`savepoint ${name}`)
      try {
        const value = await work()
        command(`release ${name}`)
        return value
      } catch (error) {
        era++
        // After some failures SQLite has undone the whole transaction by itself, and the savepoint with it.
        if (db.inTransaction) command(`rollback to ${name}`)
        if (db.inTransaction) command(`release ${name}`)
        throw error
      } finally {
        depth--
      }
    }
  }
}

/** So much of the database it keeps in memory. */
function keep (db: Connection, bytes: number): void { db.pragma(`cache_size = -${Math.round(bytes / 1024)}`) }

/** What works on a connection. */
const workingOn = (db: Connection) => ({ db, compiled: compiler(db), session: sessionOn(db) })

/**
 * A transaction that cannot be undone ends with its connection; the next one has another, as soon as one can be had.
 * @param cache_bytes of a large database it keeps at most so much in memory
 */
function writerOn (path: string, first: Connection, cache_bytes: number): Writer & { connection (): Connection } {
  let on = workingOn(first)
  const command = async (sql: string) => storing(on.db, () => { on.compiled(sql).run() })
  const small = (): boolean => Number(on.db.pragma('page_count', { simple: true })) * Number(on.db.pragma('page_size', { simple: true })) <= passing_bytes
  const fit = (): void => { keep(on.db, Math.max(read_cache_bytes, small() ? Math.min(small_cache_bytes, cache_bytes) : cache_bytes)) }
  let begun = 0
  const renew = (): void => {
    on = workingOn(mapping(path, () => connect(path, false)))
    begun = 0
  }
  return {
    get session () { return on.session },
    connection: () => on.db,
    async begin (divided) {
      if (!on.db.open) renew()
      if (begun++ % sized_every === 0) storing(on.db, fit)
      on.session.begun(divided)
      await command('begin immediate')
    },
    async commit () {
      on.session.ending()
      await command('commit')
      return on.session.written()
    },
    async rollback () {
      if (!on.db.inTransaction) return
      await command('rollback').catch(() => { on.db.close() })
    }
  }
}

/** Closes what was opened when the rest fails. */
function opened<T> (db: Connection, work: () => T): T {
  try { return work() } catch (error) {
    db.close()
    throw error
  }
}

function settle (db: Connection, readonly: boolean): Connection {
  if (!readonly) {
    db.pragma('journal_mode = wal')
    db.pragma('synchronous = full')
    db.pragma('secure_delete = on')
    // A checkpoint costs two syncs; one per 16 MB. A giant message leaves no giant log behind.
    db.pragma('wal_autocheckpoint = 4000')
    db.pragma('journal_size_limit = 67108864')
    // What a part of a transaction would be undone by is written to no file: it is gone with the process anyway.
    db.pragma('temp_store = memory')
  }
  db.pragma('foreign_keys = on')
  keep(db, read_cache_bytes)
  return db
}

function connect (path: string, readonly: boolean): Connection {
  const db = new Database(path, { readonly, timeout: busy_timeout_ms, fileMustExist: true })
  return opened(db, () => settle(db, readonly))
}

/** The one that writes, and the one that reads. */
function connectBoth (path: string): { readonly writing: Connection, readonly reading: Connection } {
  const writing = connect(path, false)
  return opened(writing, () => ({ writing, reading: connect(path, true) }))
}

/**
 * Makes the file before SQLite does, so that nobody but its owner can read it (the log beside it takes the same rights), and opens it.
 * One that is there is never opened here: to close it would let go of all locks this process has on it, and whoever reads it next takes its log away.
 * @param database what a failure names: the file itself, or the one it stands beside
 * @throws StoreFailure when it cannot be made or opened
 */
function openFile<T> (path: string, open: () => T, database = path): T {
  try {
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK)
    else closeSync(openSync(path, 'a', 0o600))
    return open()
  } catch (error) {
    const known = mapped(error, database)
    if (known instanceof StoreDamaged) throw known
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'no reason given'
    throw new StoreUnavailable(`the database cannot be opened: ${database} (${reason})`, { cause: error })
  }
}

/** Between two transactions, and without waiting for whoever reads. @returns whether nobody did */
async function truncated (db: Connection): Promise<boolean> {
  do await turn(); while (db.inTransaction)
  return storing(db, () => {
    db.pragma('busy_timeout = 0')
    try { return db.pragma('wal_checkpoint(truncate)', { simple: true }) === 0 } finally { db.pragma(`busy_timeout = ${busy_timeout_ms}`) }
  })
}

/** Who looks at the register's version is soon done. */
async function truncate (db: Connection): Promise<boolean> {
  for (let left = 5; left > 0; left--) {
    if (await truncated(db)) return true
    await sleep(3)
  }
  return await truncated(db)
}

/**
 * Opens a database, and takes away one it has made that nothing could be written to: the next start would take it for what is left of one.
 * @throws StoreFailure when it cannot be made or opened
 */
function openMade (path: string): ReturnType<typeof connectBoth> {
  const made = !existsSync(path)
  try { return openFile(path, () => connectBoth(path)) } catch (error) {
    if (made) removeUnused(path)
    throw error
  }
}

/**
 * @param committed told of each commit
 * @param cache_bytes of a database above 1 GiB it keeps at most so much in memory
 * @throws StoreFailure when the file cannot be made or opened; StoreUnusable when only remains of one are there
 */
export function openSqlite (path: string, committed?: StoreObserver['committed'], cache_bytes = cache_bytes_usual): Db {
  refuseRemains(path)
  const { writing, reading } = openMade(path)
  const one = writerOn(path, writing, cache_bytes)
  const writer = groupWriter(one, group, committed)
  const reader = sessionOn(reading)
  let version: Database.Statement<[], Row> | null = null
  const hearing: Array<(topic: Topic) => void> = []
  return {
    write: (work, weight = light) => writer.write(work, weight),
    read: work => work(reader),
    async snapshot (work) {
      const own = openFile(path, () => connect(path, true))
      try {
        storing(own, () => { own.exec('begin') })
        return await work(sessionOn(own))
      } finally { own.close() }
    },
    truncate: () => truncate(one.connection()),
    failing: () => writer.failing(),
    measures: () => ({ waiting: writer.waiting(), ...sizes(path) }),
    registerVersion: () => storing(reading, () => {
      version ??= reading.prepare<[], Row>("select value from meta where name = 'register_version'")
      return whole(version.get() ?? {}, 'value')
    }),
    // One process serves; commands beside it are found by its poll.
    renew: async () => {},
    tell (topic) { for (const heard of hearing) heard(topic) },
    hear (heard) { hearing.push(heard) },
    async close () {
      await writer.end()
      reading.close()
      one.connection().close()
    }
  }
}

/**
 * Before a database is opened: SQLite would take in of its log what holds, and forget the rest.
 * @throws StoreDamaged
 */
export function lookAtLog (path: string): void {
  // Twice, as a command may write beside whoever looks.
  if (logDamage(path) === null) return
  const found = logDamage(path)
  if (found !== null) throw new StoreDamaged(`the log ${path}-wal of the database is damaged (${found}): what was stored last would be missing, although it has receipts. Copy ${path}, ${path}-wal and ${path}-shm away; then "zorgpoort restore BACKUP --replace" puts the last backup in their place, or, where that is older than what is left, a backup of what is left ("zorgpoort backup FOLDER"). Ask every party to send again what it sent since then`)
}

/** A larger database is not looked through at each start: a gibibyte takes seconds. */
const through_bytes_max = passing_bytes

/**
 * Looks a database over before it is served: its length, and all its pages where it is not large.
 * @throws StoreDamaged
 */
export async function lookThrough (db: Db, path: string): Promise<void> {
  const asked = async (name: string): Promise<unknown> => (await db.read(session => session.all({ sql: `pragma ${name}`, slots: [] })))[0] ?? {}
  const [pages, page_bytes] = [Number(Object(await asked('page_count')).page_count), Number(Object(await asked('page_size')).page_size)]
  // With all in one file: what is missing at its end reads as nothing, and is no mistake to SQLite.
  if (await db.truncate() && (bytesOf(path) ?? 0) < pages * page_bytes) throw damage(path, 'it was cut off')
  if (pages * page_bytes > through_bytes_max) return
  const found = String(Object(await asked('quick_check(1)')).quick_check)
  if (found !== 'ok') throw damage(path, found.replace(/^\*\*\* in database main \*\*\*\s*/, '').slice(0, 100))
}

/** The number that rises with every change of the register, for who asks it at every request; the file is there. */
export function openVersion (path: string): { now (): number, close (): void } {
  const db = openFile(path, () => connect(path, true))
  const version = opened(db, () => storing(db, () => db.prepare<[], Row>("select value from meta where name = 'register_version'")))
  return { now: () => storing(db, () => whole(version.get() ?? {}, 'value')), close () { db.close() } }
}

/**
 * Takes the one place of a server at this database file, by a lock of the operating system that goes with the process.
 * @returns what gives it back
 * @throws StoreUnusable when another has it
 */
export function lockSqlite (path: string): () => void {
  const side = `${path}.lock`
  const db = openFile(side, () => new Database(side, { timeout: 0 }), path)
  try {
    db.exec('begin exclusive')
  } catch (error) {
    db.close()
    const failure = mapped(error, side)
    if (failure instanceof StoreDamaged) throw new StoreUnusable(`${side} is no lock of a gateway: remove it; nothing is kept in it`, { cause: error })
    if (failure instanceof StoreUnavailable) throw new StoreUnusable(`another server is using this database: ${path}`, { cause: error })
    throw failure
  }
  return () => { db.close() }
}
