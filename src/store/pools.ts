/** Connections to PostgreSQL: so many for each use, none of which is left behind when they are closed, and none used that is in doubt. */
import { Socket } from 'node:net'
import pg from 'pg'
import { unreachable } from './troubles.ts'

/** How a PostgreSQL database is spoken to. */
export interface PostgresOptions {
  /** Connections of this process at most, besides one that hears what other processes tell and two for long reading. */
  readonly connections_max: number
  /** Time in which a connection is to be had; what fails for want of one is not begun again after it. */
  readonly connect_ms_max: number
  /** Time a statement may take. */
  readonly statement_ms_max: number
  /** Time a statement waits for what another transaction has locked. */
  readonly lock_ms_max: number
  /** Between us and the server stands a pooler in transaction mode (PgBouncer): no LISTEN, no prepared statements, settings in each transaction. */
  readonly pooled: boolean
  /** Time for which a connection that writes keeps the plan of a statement; with 0 each execution makes its own, as on those that read and behind a pooler. */
  readonly plans_ms: number
  /** Where the server is and how it is got in; without it the url says so. A password that is a function is asked for each connection. */
  readonly access?: Pick<pg.ClientConfig, 'user' | 'host' | 'port' | 'database' | 'password' | 'ssl' | 'application_name'>
}
export const postgresDefaults: PostgresOptions = { connections_max: 10, connect_ms_max: 5_000, statement_ms_max: 30_000, lock_ms_max: 5_000, pooled: false, plans_ms: 2_000 }

/** A client that hears nothing for so much longer than the server gives a statement gives the connection up. */
const grace_ms = 5_000
/** What long reading gives a statement. */
export const long_ms = 600_000
/** Time a connection gets to say goodbye. */
const goodbye_ms = 500

/** Numbers of any size as numbers: what we count stays far below 2^53. */
const numeric = new Set<number>([pg.types.builtins.INT8, pg.types.builtins.NUMERIC])
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): ((value: string) => unknown) => numeric.has(oid) ? Number : pg.types.getTypeParser(oid, format as 'text')
}

/** A plan that is kept was perhaps made when a table was nearly empty: it goes by an index all the same. */
const kept = { plan_cache_mode: 'auto', enable_seqscan: 'off' }
const anew = { plan_cache_mode: 'force_custom_plan' }

/** The same in each transaction, where the connection's own settings are not ours. */
export const local = ({ pooled, statement_ms_max, lock_ms_max }: PostgresOptions): string => pooled
  ? `; set local statement_timeout = ${statement_ms_max}; set local lock_timeout = ${lock_ms_max}; set local idle_in_transaction_session_timeout = ${statement_ms_max}; set local plan_cache_mode = force_custom_plan; set local jit = off`
  : ''

function connection (url: string, { connect_ms_max, statement_ms_max, lock_ms_max, pooled, plans_ms, access }: PostgresOptions): pg.ClientConfig {
  const settings = { statement_timeout: statement_ms_max, lock_timeout: lock_ms_max, idle_in_transaction_session_timeout: statement_ms_max, jit: 'off', ...(plans_ms > 0 ? kept : anew) }
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

/** Connections for one use. */
export interface Pool {
  /** @throws StoreUnavailable when none is to be had in time */
  take (): Promise<pg.PoolClient>
  waiting (): number
  /** How many there are, and how many there may be. */
  count (): number
  readonly max: number
}
export interface Pools {
  /** @param over what is different for this use */
  open (max: number, over?: Partial<PostgresOptions>): Pool
  /** Of one connection apart from all pools. */
  readonly config: pg.ClientConfig
  /** Connections made until now are not used again: they may lead nowhere. */
  doubt (): void
  /** After what is under way; what does not say goodbye is cut off. */
  close (): Promise<void>
}

export function openPools (url: string, options: PostgresOptions): Pools {
  const sockets = new Set<Socket>()
  const pools: pg.Pool[] = []
  const made = new WeakMap<object, number>()
  const planned = new WeakMap<object, number>()
  let doubted = -Infinity
  const stream = (): Socket => {
    const socket = new Socket()
    sockets.add(socket)
    return socket.on('close', () => { sockets.delete(socket) })
  }
  /** Has a connection make its plans anew when they may be too old. @returns whether it answers; where it does not, the others hardly will */
  async function renewed (client: pg.PoolClient, plans_ms: number): Promise<boolean> {
    const now = performance.now()
    if (plans_ms === 0 || now - (planned.get(client) ?? now) < plans_ms) return true
    try { await client.query('discard plans') } catch { doubted = performance.now(); return false }
    planned.set(client, now)
    return true
  }
  async function take (pool: pg.Pool, plans_ms: number): Promise<pg.PoolClient> {
    for (;;) {
      const client = await pool.connect().catch((error: unknown) => { throw unreachable(error) })
      if ((made.get(client) ?? 0) > doubted && await renewed(client, plans_ms)) return client
      client.release(true)
    }
  }
  return {
    config: { ...connection(url, options), stream },
    open (max, over = {}) {
      const used = { ...options, ...over }
      const pool = new pg.Pool({ ...connection(url, used), stream, max, idleTimeoutMillis: 60_000 })
      // One may be lost at any moment, idle or in hand between two statements: its next use tells.
      pool.on('error', () => {})
      pool.on('connect', client => {
        made.set(client, performance.now())
        planned.set(client, performance.now())
        client.on('error', () => {})
      })
      pools.push(pool)
      return { max, take: () => take(pool, used.pooled ? 0 : used.plans_ms), waiting: () => pool.waitingCount, count: () => pool.totalCount }
    },
    doubt () { doubted = performance.now() },
    async close () {
      await Promise.all(pools.map(pool => pool.end()))
      setTimeout(() => { for (const socket of sockets) socket.destroy() }, goodbye_ms)
    }
  }
}
