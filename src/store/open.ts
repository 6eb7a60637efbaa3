/** Opens a store by its url, in the mode the database was made for. */
import { resolve } from 'node:path'
import { systemClock, type Clock } from '../core/core.ts'
import type { Roots } from '../vault/vault.ts'
import { accepter, accepting, closingAll, earlierVerb, type AcceptRules, type Closing } from './accept.ts'
import { arrivalVerbs } from './arrivals.ts'
import { backupVerbs } from './backup.ts'
import { batchVerbs } from './batch.ts'
import { countVerbs } from './count.ts'
import { askedVerbs } from './counts.ts'
import { deadVerbs } from './dead.ts'
import { StoreUnusable, type Db, type Session } from './db.ts'
import { at, once, postgresDialect, prepared, sqliteDialect, type Dialect } from './dialect.ts'
import { disownVerb } from './disown.ts'
import { eraseVerbs } from './erase.ts'
import { factKeeper } from './facts.ts'
import { sweepVerb } from './forget.ts'
import { gathered, type Gathered } from './gather.ts'
import { heldVerbs } from './held.ts'
import { knownVerb } from './known.ts'
import { openLinked, openLinking } from './linking.ts'
import { mailboxVerb } from './mailbox.ts'
import { bringForward } from './migrate.ts'
import { migrations } from './migrations.ts'
import { makeMonths, monthsVerb } from './months.ts'
import { noticeVerbs } from './notices.ts'
import { numberVerbs } from './numbering.ts'
import { tryVerb } from './destinations.ts'
import { isPostgres, openPostgres, type PostgresOptions } from './postgres.ts'
import { pushVerbs } from './push.ts'
import { queueVerbs, weigh } from './queue.ts'
import { readVerbs } from './read.ts'
import { rebuildVerbs } from './rebuild.ts'
import { recognise } from './rings.ts'
import { refusedVerbs } from './refused.ts'
import { refuseMissing, rekeyVerbs } from './rekey.ts'
import { registerVerbs } from './register.ts'
import { requestVerbs } from './requests.ts'
import { text } from './rows.ts'
import { openSafe, type Safe } from './safe.ts'
import { checkServer, explained, hasTables } from './server.ts'
import { signatureVerb } from './signature.ts'
import { setBackVerbs } from './setback.ts'
import { sourceVerbs } from './sources.ts'
import { together, type Together } from './step.ts'
import { ofOne } from './troubles.ts'
import { lockSqlite, lookAtLog, lookThrough, openSqlite } from './sqlite.ts'
import { taskVerbs } from './tasks.ts'
import { telling } from './telling.ts'
import { tenureVerbs } from './tenure.ts'
import { openTide } from './tide.ts'
import { auditVerbs } from './trail.ts'
import type { Accepted, Store, StoreObserver } from './verbs.ts'

export type Mode = 'test' | 'production'

export interface StoreOptions extends Partial<AcceptRules> {
  /** `sqlite:` and the path of a file, which is made when it is not there; or `postgres://…`, whose database is there. */
  readonly url: string
  /** How a PostgreSQL database is spoken to; what is not given is usual. */
  readonly postgres?: Partial<PostgresOptions>
  /** Of a SQLite database above 1 GiB so much stays in memory at most; not given: an eighth of what there is, and at most 1 GB. */
  readonly cache_bytes_max?: number
  /** A database remembers its mode and refuses the other. */
  readonly mode: Mode
  /** The three keys outside the database; without them only what is not encrypted can be read. */
  readonly roots?: Roots | null
  /** Looks a SQLite database over before anything is done with it, as who serves does: a damaged one is not served. */
  readonly careful?: boolean
  /** Opens a database into which another is being moved; nobody else may. */
  readonly moving?: boolean
  readonly clock?: Clock
  /** Told of what storage does, for the metrics. */
  readonly observe?: StoreObserver
  /** What stands between the verbs and the database: something that measures, or that lets storage fail in a test. */
  readonly wrap?: (db: Db) => Db
}

/** A database that is open. */
export interface Opened { readonly db: Db, readonly dialect: Dialect }

/** @returns of SQLite the path of its file @throws TypeError when it is no url of a store */
export function pathOf (url: string): string {
  const path = /^sqlite:(?!:)(.+)$/s.exec(url)?.[1]
  if (path === undefined) throw new TypeError('a store url is sqlite: and the path of a file, or postgres://')
  return resolve(path)
}

/** @throws StoreUnusable or StoreFailure saying what is wrong with the server and what to do */
async function connectServer (url: string, postgres?: Partial<PostgresOptions>, observe?: StoreObserver): Promise<Opened> {
  const db = await openPostgres(url, postgres, observe?.committed).catch((error: unknown) => { throw explained(error, postgres?.access) })
  return await opening({ db, dialect: postgresDialect }, async () => {
    await checkServer(db)
    return { db, dialect: postgresDialect }
  })
}

/** Opens a database of either kind, as it is. @param cache_bytes_max of SQLite, as in `StoreOptions` */
export async function connect (url: string, postgres?: Partial<PostgresOptions>, observe?: StoreObserver, cache_bytes_max?: number): Promise<Opened> {
  if (isPostgres(url)) return await connectServer(url, postgres, observe)
  return { db: openSqlite(pathOf(url), observe?.committed, cache_bytes_max), dialect: sqliteDialect }
}

async function rememberMode ({ db, dialect: { sql } }: Opened, mode: Mode): Promise<void> {
  const remember = prepared(sql('meta').insert({ name: at('name'), value: at('value') }).onConflict('name').ignore())
  await db.write(async session => {
    await session.run(remember, { name: 'mode', value: mode })
    await session.run(remember, { name: 'register_version', value: '0' })
    const [row] = await session.all(once(sql('meta').select('value').where('name', 'mode')))
    const made = text(row ?? {}, 'value')
    if (made !== mode) throw new StoreUnusable(`this database was made in mode ${made} and cannot be used in mode ${mode}; --mode or the setting mode says which`)
  })
}

/** @throws StoreUnusable when the installation is, or will be, in another database: exactly one of the two may serve */
async function settled ({ db, dialect: { sql } }: Opened): Promise<void> {
  const rows = await db.read(session => session.all(once(sql('meta').select('name', 'value').whereIn('name', ['moving', 'moved_to']))))
  const moved = rows.find(row => row['name'] === 'moved_to')
  if (moved !== undefined) throw new StoreUnusable(`everything in this database was moved to ${text(moved, 'value')}: set database to that. "zorgpoort migrate --undo" makes this one the right one again, without what was accepted there since`)
  if (rows.length > 0) throw new StoreUnusable('another database is being moved into this one: run that "zorgpoort migrate --from … --to …" again until it is done, or serve the other one on')
}

/** Closes what was opened when the rest of opening fails. */
async function opening<T> (opened: Opened, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await opened.db.close()
    throw error
  }
}

/** SQLite writes nothing where an update changes nothing; a row that comes and goes is written, and nothing of it is left. */
async function tryWriting (session: Session, { sql }: Dialect): Promise<void> {
  await session.run(once(sql('meta').insert({ name: 'tried', value: '1' })))
  await session.run(once(sql('meta').where('name', 'tried').delete()))
}

async function check (db: Db, dialect: Dialect): Promise<void> {
  if (db.failing()) await db.write(session => tryWriting(session, dialect))
  else await db.read(session => session.all(once(dialect.sql('meta').select('name').limit(1))))
}

/** One transaction for a call; for several where the database is a server, on which each costs its round trips. SQLite's one writer gathers whatever is to be written. */
function openAccepting (db: Db, dialect: Dialect, acceptances: Together<Closing, Accepted>): Gathered<Closing, Accepted> {
  const write = (closed: readonly Closing[]): Promise<Accepted[]> => db.write(session => together(session, dialect, closed, acceptances), weigh(closed.map(it => it.item)))
  return dialect.alone === null ? { add: write, end: async () => {} } : gathered(write, acceptances, ofOne)
}

/** The verbs over an open database that is up to date. */
function storeOn ({ db: opened, dialect }: Opened, rules: AcceptRules, safe: Safe, roots: Roots | null, observe?: StoreObserver): Store {
  const auditing = (dialect.name === 'sqlite' ? openLinked : openLinking)(opened, dialect, roots?.audit ?? null)
  const { db, audit } = auditing
  const facts = factKeeper(db, dialect, safe)
  const accept = accepter(dialect, audit, facts, safe, rules)
  const accepted = openAccepting(db, dialect, accepting(accept))
  const tide = openTide()
  const verbs: Store = {
    async accept (items) {
      const all = closingAll(safe, facts, items)
      const closed = Array.isArray(all) ? all : await all
      return await accepted.add(closed)
    },
    ...earlierVerb(db, dialect, safe),
    ...arrivalVerbs(db, dialect, safe),
    ...numberVerbs(db, dialect),
    ...disownVerb(db, dialect, audit, facts, safe),
    ...queueVerbs(db, dialect, accept, audit, facts, safe, tide),
    ...pushVerbs(db, dialect, audit, safe, tide),
    ...setBackVerbs(db, dialect, tide),
    ...tenureVerbs(db, dialect),
    ...knownVerb(db, dialect, safe),
    writeFacts: facts.later.writeFacts,
    ...requestVerbs(db, dialect),
    ...rebuildVerbs(db, dialect, accept, audit, facts, safe),
    ...mailboxVerb(db, dialect),
    ...readVerbs(db, dialect, audit, safe, observe),
    ...signatureVerb(db, dialect),
    ...tryVerb(db, dialect, audit),
    ...noticeVerbs(db, dialect, audit, safe),
    ...deadVerbs(db, dialect, audit, facts),
    ...refusedVerbs(db, dialect, audit, safe),
    ...registerVerbs(db, dialect, audit),
    ...sourceVerbs(db, dialect, audit),
    ...countVerbs(db, dialect, auditing),
    ...askedVerbs(db, dialect),
    ...sweepVerb(db, dialect, audit, facts),
    ...monthsVerb(db, dialect),
    ...eraseVerbs(db, dialect, audit, safe, facts),
    ...rekeyVerbs(db, dialect, audit, safe, roots, facts),
    truncate: () => db.truncate(),
    tell: topic => { db.tell(topic) },
    hear: heard => { db.hear(heard) },
    ...backupVerbs(db, audit),
    ...auditVerbs(dialect, auditing),
    ...heldVerbs(db, dialect, audit, facts),
    ...taskVerbs(db, dialect, audit),
    ...batchVerbs(db, dialect, audit, safe),
    check: () => check(db, dialect),
    async close () {
      await accepted.end()
      await auditing.close()
      await db.close()
    }
  }
  return { ...verbs, ...telling(verbs, topic => { db.tell(topic) }) }
}

/**
 * Opens the store and brings its database forward.
 * @throws StoreUnusable when the database is of another mode or made by a newer version, or a ring is not this database's; StoreDamaged when it is not what was written; StoreFailure when it cannot be read or written
 */
export async function openStore ({ url, postgres, mode, clock = systemClock, retour_unknown = 'refuse', roots = null, careful = false, moving = false, observe, cache_bytes_max, wrap = db => db }: StoreOptions): Promise<Store> {
  const looks = careful && !isPostgres(url)
  if (looks) lookAtLog(pathOf(url))
  const opened = await connect(url, postgres, observe, cache_bytes_max)
  return await opening(opened, async () => {
    if (looks) await lookThrough(opened.db, pathOf(url))
    await bringForward(opened.db, opened.dialect, migrations, clock.now()).catch((error: unknown) => { throw explained(error, postgres?.access) })
    if (!moving) await settled(opened)
    await makeMonths(opened.db, opened.dialect, clock.now())
    await rememberMode(opened, mode)
    if (roots !== null) {
      await refuseMissing(opened.db, opened.dialect, roots)
      await recognise(opened.db, opened.dialect, roots)
    }
    return storeOn({ ...opened, db: wrap(opened.db) }, { retour_unknown }, openSafe(roots), roots, observe)
  })
}

/**
 * Brings the database forward and nothing else.
 * @returns the steps that were new to it
 */
export async function migrate (url: string, clock: Clock = systemClock, postgres?: Partial<PostgresOptions>): Promise<string[]> {
  const opened = await connect(url, postgres)
  const news = await opening(opened, () => bringForward(opened.db, opened.dialect, migrations, clock.now()).catch((error: unknown) => { throw explained(error, postgres?.access) }))
  await opened.db.close()
  return news
}

/** @returns whether a gateway's tables are in the PostgreSQL database; nothing is made @throws StoreUnusable or StoreFailure when that cannot be told */
export async function isMade (url: string, postgres?: Partial<PostgresOptions>): Promise<boolean> {
  const { db } = await connect(url, postgres)
  try { return await hasTables(db) } finally { await db.close() }
}

/**
 * Takes the one place of a server at this database; the operating system gives it back when the process ends.
 * @returns what gives it back earlier
 * @throws StoreUnusable when another server has it
 */
export const lockForServe = (url: string): (() => void) => isPostgres(url) ? () => {} : lockSqlite(pathOf(url))
