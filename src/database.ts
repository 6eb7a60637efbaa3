/** Where messages are kept, as the setting `database` says it: a file, or a PostgreSQL server; and what of that may be shown. */
import { readFileSync } from 'node:fs'
import { Unusable } from './core/core.ts'
import type { PostgresOptions } from './store/store.ts'
import { readLine } from './vault/vault.ts'

/** What the setting takes, as a person is told it. */
export const databaseForm = 'sqlite:PATH or postgres://USER@HOST:PORT/NAME'
/** Its shape, as far as a pattern can say it. */
export const databasePattern = '^(sqlite:|postgres(ql)?://).+'

/** A PostgreSQL database as a url names it. */
interface Server {
  readonly user: string
  /** In the url itself; null where it is not. */
  readonly password: string | null
  /** A name or address, or the folder of its Unix socket. */
  readonly host: string
  readonly port: number
  readonly name: string
  readonly query: ReadonlyMap<string, string>
}

const serverPattern = /^postgres(?:ql)?:\/\/(?:(?<user>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?(?<host>\[[^\]]*\]|[^:/?#@,[\]]*)(?::(?<port>\d{1,5}))?\/(?<name>[^/?#]+)(?:\?(?<query>[^#]*))?$/
/** All that is understood behind `?`. */
const parameters = ['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'application_name']

/** @returns the file of a `sqlite:` url; null when it is a server */
export const fileOf = (url: string): string | null => /^sqlite:(.+)$/s.exec(url)?.[1] ?? null

/** @returns null when it is no url of a server, or cannot be read */
function serverOf (url: string): Server | null {
  const { user, password, host, port, name, query } = serverPattern.exec(url)?.groups ?? {}
  if (name === undefined) return null
  try {
    const asked = new Map(new URLSearchParams(query ?? ''))
    const [there, plainUser] = [decodeURIComponent(host ?? ''), decodeURIComponent(user ?? '')]
    const said = there === '' ? asked.get('host') ?? '' : there.replace(/^\[|\]$/g, '')
    return { user: plainUser, password: password === undefined ? null : decodeURIComponent(password), host: said, port: Number(port ?? 5432), name: decodeURIComponent(name), query: asked }
  } catch { return null }
}

const isSocket = (host: string): boolean => host.startsWith('/')
const isHere = (host: string): boolean => isSocket(host) || /^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host)
const modes = ['verify-full', 'disable']

/** @returns what is wrong with TLS to a server, as a sentence; null when nothing is */
function tlsFault ({ host, query }: Server): string | null {
  const mode = query.get('sslmode')
  if (mode !== undefined && !modes.includes(mode)) return `database: sslmode=${/^[a-z-]{1,20}$/.test(mode) ? mode : '…'} does not look at who answers; use sslmode=verify-full (and sslrootcert=FILE with the authority of the server's certificate), or sslmode=disable`
  if (mode === 'verify-full' && isSocket(host)) return 'database: a Unix socket has no TLS; leave sslmode out'
  if (mode !== 'verify-full' && ['sslrootcert', 'sslcert', 'sslkey'].some(it => query.has(it))) return 'database: sslrootcert, sslcert and sslkey belong to sslmode=verify-full; add that'
  return query.has('sslcert') === query.has('sslkey') ? null : 'database: sslcert and sslkey belong together'
}

/** @returns what is wrong with the url of a database, as a sentence that shows none of it that may be secret; null when nothing is */
export function databaseFault (url: string): string | null {
  // A database in memory would forget what it gave a receipt for.
  if (url.startsWith('sqlite:')) return /^sqlite:[^:]/.test(url) ? null : 'database is sqlite: and the path of a file'
  const server = serverOf(url)
  if (server === null) return `database cannot be read: it is ${databaseForm}; of USER, a password and NAME write @ : / ? # and % as %40 %3A %2F %3F %23 %25; one HOST only`
  if (server.user === '') return 'database names no user: postgres://USER@HOST:PORT/NAME'
  if (server.host === '') return 'database names no host: postgres://USER@HOST:PORT/NAME, or postgres://USER@/NAME?host=/run/postgresql for a Unix socket'
  if (server.port < 1 || server.port > 65_535) return 'database: a port is a number from 1 to 65535'
  const strange = [...server.query.keys()].find(it => !parameters.includes(it))
  if (strange !== undefined) return `database: ${/^[a-z_]{1,40}$/.test(strange) ? strange : 'a parameter'} is not understood behind the ?; those are: ${parameters.join(', ')}`
  return tlsFault(server)
}

/** @returns a database as it may be printed anywhere: a path, or a url without password and parameters */
export function shownDatabase (url: string): string {
  const path = fileOf(url)
  if (path !== null) return path
  const server = serverOf(url)
  if (server === null) return 'postgres://…'
  const host = server.host.includes(':') ? `[${server.host}]` : encodeURIComponent(server.host)
  return `postgres://${server.user === '' ? '' : `${encodeURIComponent(server.user)}@`}${host}:${server.port}/${encodeURIComponent(server.name)}`
}

/** What is said of a database besides its url. */
export interface ServerSettings {
  readonly mode?: 'test' | 'production'
  readonly database_password?: string
  readonly database_plain?: boolean
  readonly postgres_connections_max?: number
  readonly postgres_connect_ms_max?: number
  readonly postgres_statement_ms_max?: number
  readonly postgres_lock_ms_max?: number
  readonly postgres_pooler?: 'none' | 'transaction'
  readonly sqlite_cache_bytes_max?: number
}

/** @returns what keeps a gateway from using this server, as a sentence; null when nothing does */
export function serverFault (url: string, { mode, database_password: password, database_plain: plain = false }: ServerSettings): string | null {
  const server = serverOf(url)
  if (server === null) return null
  if (password !== undefined && server.password !== null) return 'database has a password in it and database_password is set: take it out of the url'
  if (mode !== 'production' || plain || isHere(server.host) || server.query.get('sslmode') === 'verify-full') return null
  return `database: ${server.host} is another machine, and who stands between would read and change what is kept there; add ?sslmode=verify-full&sslrootcert=FILE, or say database_plain: true where nobody can stand between (a network of containers on one machine, a sidecar that encrypts)`
}

/** @returns what is allowed and yet not well, as sentences */
export function serverWarnings (url: string, { mode, database_plain: plain = false }: ServerSettings): string[] {
  const server = serverOf(url)
  if (server === null) return []
  const bare = !isHere(server.host) && server.query.get('sslmode') !== 'verify-full'
  return [
    ...(mode === 'production' && server.password !== null ? ['the url of database has a password in it: whoever reads the configuration or the environment has it; put it in a file and set database_password: file:PATH'] : []),
    ...(bare ? [`what goes to the database at ${server.host} is not encrypted${plain ? ', as database_plain says' : ': add ?sslmode=verify-full&sslrootcert=FILE to database'}`] : [])
  ]
}

function fileIn (server: Server, name: string): string | undefined {
  const path = server.query.get(name)
  if (path === undefined) return undefined
  try { return readFileSync(path, 'utf8') } catch { throw new Unusable(`database: cannot read ${name} ${path}`) }
}

function tlsOf (server: Server): NonNullable<PostgresOptions['access']>['ssl'] {
  if (server.query.get('sslmode') !== 'verify-full') return false
  const [ca, cert, key] = ['sslrootcert', 'sslcert', 'sslkey'].map(it => fileIn(server, it))
  return { ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }), minVersion: 'TLSv1.2' }
}

/** A file is read again for each connection, so that a changed password needs no restart; a command is asked once. */
function passwordOf (source: string): string | (() => string) {
  const once = readLine(source, 'database_password')
  return source.startsWith('file:') ? () => readLine(source, 'database_password') : once
}

/**
 * @returns what opens the store: its url, for a server without password and parameters, and how it is spoken to
 * @throws Unusable when a file or the password cannot be read
 */
export function openingOf (url: string, settings: ServerSettings): { readonly url: string, readonly postgres?: Partial<PostgresOptions>, readonly cache_bytes_max?: number } {
  const server = serverOf(url)
  const { sqlite_cache_bytes_max: cache_bytes_max } = settings
  if (server === null) return { url, ...(cache_bytes_max === undefined ? {} : { cache_bytes_max }) }
  const { user, host, port, name: database, query } = server
  const password = settings.database_password === undefined ? server.password : passwordOf(settings.database_password)
  const { postgres_connections_max: connections_max, postgres_connect_ms_max: connect_ms_max, postgres_statement_ms_max: statement_ms_max, postgres_lock_ms_max: lock_ms_max, postgres_pooler: pooler } = settings
  return {
    url: shownDatabase(url),
    postgres: {
      access: { user, host, port, database, ...(password === null ? {} : { password }), ssl: tlsOf(server), application_name: query.get('application_name') ?? 'zorgpoort' },
      ...(connections_max === undefined ? {} : { connections_max }),
      ...(connect_ms_max === undefined ? {} : { connect_ms_max }),
      ...(statement_ms_max === undefined ? {} : { statement_ms_max }),
      ...(lock_ms_max === undefined ? {} : { lock_ms_max }),
      pooled: pooler === 'transaction'
    }
  }
}
