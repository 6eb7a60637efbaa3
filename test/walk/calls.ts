/**
 * Calls to the storage, counted where the drivers make them (each statement, begin, commit and savepoint is one), and one of them made
 * to fail as the driver would tell it. Only what is done within `counting` counts; nothing of the product is replaced.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import Database from 'better-sqlite3'
import pg from 'pg'

/** How a call fails. On SQLite by a code; on PostgreSQL by a SQLSTATE that the server itself raises, or by the connection. */
export type Fault = `SQLITE_${string}` | `state ${string}` | 'cut' | 'killed' | 'answer lost'

/** What SQLite says, and whether it has undone the whole transaction by itself then. */
export const sqliteFaults: readonly Fault[] = ['SQLITE_IOERR_READ', 'SQLITE_FULL', 'SQLITE_BUSY', 'SQLITE_IOERR_WRITE']
const undoes = /^SQLITE_(FULL|IOERR|NOMEM)/
/** A statement that took too long, a full disk, others in the way; a connection that is gone before it is asked, or before it answered. */
export const postgresFaults: readonly Fault[] = ['state 57014', 'answer lost', 'state 53100', 'state 40001', 'cut', 'killed']

/** @param nth the call that fails, counted from 1; 0 for none */
export interface Plan { readonly nth: number, readonly fault: Fault, /** All that come after it fail too, but for what undoes. */ readonly stays?: boolean, /** Whoever makes it: a server that is asked over the wire works in nobody's name. */ readonly anybody?: boolean }
/** What was called: `failed` is the statement that failed; null when none did, because there were fewer calls. */
export interface Calls { count: number, failed: string | null }

/** A piece of work whose calls count, done in as many parts as it takes. */
export interface Counted {
  readonly calls: Calls
  /** Does a part of it. */
  within <T>(work: () => Promise<T>): Promise<T>
  /** From now on nothing fails, nor is it counted: also what was begun within and goes on by itself. */
  end (): void
}

interface Counting extends Calls { readonly plan: Plan, ended: boolean }
/** Who asks PostgreSQL: what goes on by itself beside a flow is not it. */
const inside = new AsyncLocalStorage<Counting>()
/** On SQLite one writer does what all have asked for, whoever asked first: there it is what is done meanwhile. */
let meanwhile: Counting | null = null

/** Told of each call before it is made. @returns how it is to fail; null when it is not */
function next (counting: Counting, sql: string): Fault | null {
  const { plan, ended } = counting
  if (ended) return null
  counting.count++
  const now = plan.nth > 0 && (counting.count === plan.nth || (plan.stays === true && counting.count > plan.nth && !/^rollback/.test(sql)))
  if (!now) return null
  counting.failed ??= sql
  return plan.fault
}

const { exec } = Database.prototype

function failSqlite (db: Database.Database, code: string): never {
  if (undoes.test(code) && db.inTransaction) exec.call(db, 'rollback')
  throw new Database.SqliteError('broken for the test', code)
}

function watchSqlite (): void {
  const db = new Database(':memory:')
  const statement = Object.getPrototypeOf(db.prepare('select 1')) as Record<'run' | 'get' | 'all', (this: Database.Statement, ...given: unknown[]) => unknown>
  db.close()
  for (const name of ['run', 'get', 'all'] as const) {
    const own = statement[name]
    statement[name] = function (...given) {
      const fault = meanwhile === null ? null : next(meanwhile, this.source)
      return fault === null ? own.apply(this, given) : failSqlite(this.database, fault)
    }
  }
  Database.prototype.exec = function (sql) {
    const fault = meanwhile === null ? null : next(meanwhile, sql)
    return fault === null ? exec.call(this, sql) : failSqlite(this, fault)
  }
}

type Query = (this: pg.Client, ...given: unknown[]) => unknown
/** pg types its connection, not what is below it and which server process it has. */
interface Inner { readonly connection: { readonly stream: { destroy (): void } }, readonly processID: number }

async function failPostgres (client: pg.Client, query: Query, given: unknown[], fault: Fault): Promise<unknown> {
  const inner = client as unknown as Inner
  if (fault.startsWith('state ')) return await query.call(client, `do $$ begin raise exception 'broken for the test' using errcode = '${fault.slice(6)}'; end $$`)
  if (fault === 'answer lost') await query.apply(client, given)
  if (fault === 'killed') await query.call(client, `select pg_terminate_backend(${inner.processID})`)
  else inner.connection.stream.destroy()
  // What the driver says of a connection that is not there any more.
  return await query.apply(client, given)
}

function watchPostgres (): void {
  const client = pg.Client.prototype as unknown as { query: Query }
  const query = client.query
  client.query = function (...given) {
    const counting = inside.getStore() ?? (meanwhile?.plan.anybody === true ? meanwhile : undefined)
    if (counting === undefined || typeof given.at(-1) === 'function') return query.apply(this, given)
    const [asked] = given
    const fault = next(counting, typeof asked === 'string' ? asked : String(Object(asked).text))
    return fault === null ? query.apply(this, given) : inside.exit(() => failPostgres(this, query, given, fault))
  }
}

watchSqlite()
watchPostgres()

/** Looks at the database beside a flow: that is no call of it. */
export async function aside<T> (work: () => Promise<T>): Promise<T> {
  const before = meanwhile
  meanwhile = null
  try { return await inside.exit(work) } finally { meanwhile = before }
}

/** @returns what does work with the call that is planned failing */
export function counting (plan: Plan): Counted {
  const calls: Counting = { plan, count: 0, failed: null, ended: false }
  return {
    calls,
    async within (work) {
      meanwhile = calls
      try { return await inside.run(calls, work) } finally { meanwhile = null }
    },
    end () { calls.ended = true }
  }
}
