/** A PostgreSQL server as an operator meets it: why it cannot be used, in sentences that say what to do. */
import { StoreFailure, StoreFull, StoreUnavailable, StoreUnusable, type Db } from './db.ts'
import type { PostgresOptions } from './postgres.ts'
import { text, whole } from './rows.ts'

/** What is known to hold on the oldest server; older ones are not tried. */
const version_min = 150_000

type Access = NonNullable<PostgresOptions['access']>
type Sentence = (told: { readonly at: string, readonly host: string, readonly user: string, readonly name: string, readonly code: string }) => string

const tls: Sentence = ({ at, code }) => `the certificate of the PostgreSQL server at ${at} cannot be believed (${code}): sslrootcert must be the authority it comes from, and the host in the url a name in it`
const silent: Sentence = ({ at, code }) => `no PostgreSQL server answers at ${at} (${code}): see that it runs, listens there (listen_addresses, port) and that nothing between stops it`
const nameless: Sentence = ({ host, code }) => `database: no machine is named ${host} (${code}): mend the host in the url, or the name service`

/** By SQLSTATE, the code of Node, or the driver's own words where it has no code. */
const sentences: ReadonlyArray<readonly [pattern: RegExp, mine: 'now' | 'ever', sentence: Sentence]> = [
  [/^(ECONNREFUSED|ENOENT|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|08\w{3}|no connection)$/, 'now', silent],
  [/^pooler$/, 'ever', ({ at }) => `at ${at} stands a pooler such as PgBouncer, not the server itself: set postgres_pooler: transaction (and pool_mode = transaction there), or give the server's own port`],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'now', nameless],
  [/^28P01$/, 'ever', ({ user }) => `the server refuses the password of user ${user}: mend database_password, or give the user that password there (alter role … password)`],
  [/^password$/, 'ever', ({ user }) => `the server asks user ${user} for a password: set database_password to file:PATH or command:PROGRAM ARG…`],
  [/^28000$/, 'ever', ({ user, name }) => `the server does not let user ${user} in from here to database ${name}: there is no such user (create role "${user}" login password '…'), or no line for it in pg_hba.conf (a hostssl line asks for ?sslmode=verify-full)`],
  [/^3D000$/, 'ever', ({ at, user, name }) => `there is no database ${name} on the server at ${at}; a superuser makes it there: create database "${name}" owner "${user}" encoding 'UTF8' locale 'C' template template0`],
  [/^(42501|3F000)$/, 'ever', ({ user, name }) => `user ${user} may not make tables in database ${name}: make it the owner (alter database … owner to …), or grant it "create" on its schema`],
  [/^25006$/, 'now', ({ at }) => `the server at ${at} only reads: it is a replica; name the primary in the url`],
  [/^53300$/, 'now', ({ at }) => `the server at ${at} has no connection left: raise max_connections there, or lower postgres_connections_max of the processes that use it`],
  [/^57P0[123]$/, 'now', ({ at }) => `the server at ${at} is starting or stopping; try again`],
  [/^no TLS$/, 'ever', ({ at }) => `the server at ${at} has no TLS: turn it on there (ssl, ssl_cert_file, ssl_key_file); in a closed network sslmode=disable does without`],
  [/^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|CERT_|ERR_TLS|HOSTNAME_MISMATCH)/, 'ever', tls]
]

/** The driver has no code for these; a pooler has one for all it does not do. */
function codeOf (error: unknown): string {
  if (!(error instanceof Error)) return ''
  if (/startup parameter/.test(error.message)) return 'pooler'
  if ('code' in error) return String(error.code)
  if (/password must be a/.test(error.message)) return 'password'
  return /does not support SSL/.test(error.message) ? 'no TLS' : 'no connection'
}

/** @returns the same failure in our words where the server is what is wrong; else as it came */
export function explained (error: unknown, access: Partial<Access> = {}): unknown {
  if (!(error instanceof StoreFailure)) return error
  const code = codeOf(error.cause)
  const { host = 'the url', port = 5432, user = 'USER', database: name = 'NAME' } = access
  const found = sentences.find(([pattern]) => pattern.test(code))
  if (found === undefined) return error
  const told = found[2]({ at: `${host}:${port}`, host, user, name, code })
  if (found[1] === 'ever') return new StoreUnusable(told, { cause: error })
  return error instanceof StoreFull ? new StoreFull(told, { cause: error }) : new StoreUnavailable(told, { cause: error })
}

/** @throws StoreUnusable when the server or database cannot do what the store needs */
export async function checkServer (db: Db): Promise<void> {
  const [row = {}] = await db.read(session => session.all({ sql: "select current_setting('server_version_num')::int as number, current_setting('server_version') as version, current_setting('server_encoding') as encoding", slots: [] }))
  if (whole(row, 'number') < version_min) throw new StoreUnusable(`this is PostgreSQL ${text(row, 'version')}: 15 or newer is needed`)
  if (text(row, 'encoding') !== 'UTF8') throw new StoreUnusable(`this database has encoding ${text(row, 'encoding')}: make one with encoding 'UTF8' (create database … encoding 'UTF8' locale 'C' template template0)`)
}

/** @returns whether a gateway's tables are in it */
export async function hasTables (db: Db): Promise<boolean> {
  const [row = {}] = await db.read(session => session.all({ sql: "select (to_regclass('migration') is not null and to_regclass('meta') is not null)::int as made", slots: [] }))
  return whole(row, 'made') === 1
}
