/** What a PostgreSQL server, the line to it or the driver may say no with, in words: one row a trouble, for logs and for who can mend it. */

/** What is wrong, and what to do about it; at a terminal, where whose server it is may be said. */
export interface Advice { readonly says: string, readonly todo: string }
/** Who was asked, and for whom. */
interface Asked { readonly host: string, readonly port: number, readonly user: string, readonly database: string }

interface Words {
  /** SQLSTATE, the code of Node, or a word of `codeOf`. */
  readonly code: RegExp
  /** For logs and answers: names no user, host or database. */
  readonly brief: string
  /** Of those that opening a database may meet. */
  readonly advice?: (asked: { readonly at: string, readonly host: string, readonly user: string, readonly name: string, readonly code: string }) => Advice
  /** It stays as it is until somebody mends it. */
  readonly stays?: true
}

/** A pooler has one code for all it does not do; this is what it says of settings that come with a connection. */
const pooler = /startup parameter/
/** The driver's own messages that have no code, by a word of ours. */
const driver: ReadonlyArray<readonly [word: string, message: RegExp]> = [
  ['password', /password must be a/],
  ['no TLS', /^(The server does not support SSL|There was an error establishing an SSL)/],
  ['silent', /^Query read timeout/],
  ['no time', /^(timeout (expired|exceeded)|Connection terminated due to)/],
  ['lost', /^(Connection terminated|Client has encountered a connection error|Client was closed|Cannot use a pool after)/]
]

/** @returns what a failure is known by: its code, or our word for it; empty where it has neither */
export function codeOf (error: unknown): string {
  if (!(error instanceof Error)) return ''
  if (pooler.test(error.message)) return 'pooler'
  if ('code' in error) return String(error.code)
  return driver.find(([, message]) => message.test(error.message))?.[0] ?? ''
}

const absent: Words['advice'] = ({ at, code }) => ({ says: `no PostgreSQL server answers at ${at} (${code})`, todo: 'see that it runs, listens there (listen_addresses, port) and that nothing between stops it' })
const nameless: Words['advice'] = ({ host, code }) => ({ says: `no machine is named ${host} (${code})`, todo: 'mend the host in the setting database, or the name service' })
const stopping: Words['advice'] = ({ at }) => ({ says: `the server at ${at} is starting or stopping`, todo: 'try again; its log says why when it does not end' })

/** The first that fits. */
const words: readonly Words[] = [
  { code: /^28P01$/, stays: true, brief: 'it does not take this user with this password', advice: ({ user }) => ({ says: `the server refuses the password of user ${user}`, todo: `mend database_password (or the password in the url), or give the user that password there (alter role "${user}" password '…')` }) },
  { code: /^password$/, stays: true, brief: 'it asks for a password, and none is set', advice: ({ user }) => ({ says: `the server asks user ${user} for a password`, todo: 'set database_password to file:PATH or command:PROGRAM ARG…' }) },
  { code: /^28000$/, stays: true, brief: 'it does not let this user in from here (pg_hba.conf)', advice: ({ user, name }) => ({ says: `the server does not let user ${user} in from here to database ${name}`, todo: `there is no such user (create role "${user}" login password '…'), or no line for it in pg_hba.conf (a hostssl line asks for ?sslmode=verify-full)` }) },
  { code: /^3D000$/, stays: true, brief: 'there is no database of that name', advice: ({ at, user, name }) => ({ says: `there is no database ${name} on the server at ${at}`, todo: `a superuser makes it there: create database "${name}" owner "${user}" encoding 'UTF8' locale 'C' template template0` }) },
  { code: /^(42501|3F000)$/, stays: true, brief: 'this user may not do that there', advice: ({ user, name }) => ({ says: `user ${user} may not make or use tables in database ${name}`, todo: `make it the owner (alter database "${name}" owner to "${user}"), or grant it "create" on its schema` }) },
  { code: /^25006$/, brief: 'it can only be read: this may be a standby', advice: ({ at }) => ({ says: `the server at ${at} only reads: it is a replica`, todo: 'name the primary in the setting database' }) },
  { code: /^53100$/, brief: 'its disk is full', advice: ({ at }) => ({ says: `the disk of the server at ${at} is full`, todo: 'make room there now: until then every message is answered 507' }) },
  { code: /^53200$/, brief: 'it has no memory left, for locks perhaps: see its max_locks_per_transaction', advice: ({ at }) => ({ says: `the server at ${at} has no memory left`, todo: 'raise max_locks_per_transaction there (a statement may touch the part of every month), or give it more memory; its log says which' }) },
  { code: /^53300$/, brief: 'it takes no more connections: raise its max_connections, or lower ours', advice: ({ at }) => ({ says: `the server at ${at} has no connection left`, todo: 'raise max_connections there (or the limit of the role or database), or lower postgres_connections_max of the processes that use it' }) },
  { code: /^55P03$/, brief: 'something else has locked what is needed' },
  { code: /^57014$/, brief: 'a statement took too long' },
  { code: /^57P01$/, brief: 'it is being stopped, or an administrator ended the connection', advice: stopping },
  { code: /^57P02$/, brief: 'it stopped after a crash', advice: stopping },
  { code: /^57P03$/, brief: 'it is starting, stopping or recovering', advice: stopping },
  { code: /^pooler$/, stays: true, brief: 'it is a pooler, not the server itself', advice: ({ at }) => ({ says: `at ${at} stands a pooler such as PgBouncer, not the server itself`, todo: "set postgres_pooler: transaction (and pool_mode = transaction there), or give the server's own port" }) },
  { code: /^no TLS$/, stays: true, brief: 'it takes no connection by TLS as the url wants it', advice: ({ at }) => ({ says: `the server at ${at} has no TLS`, todo: 'turn it on there (ssl, ssl_cert_file, ssl_key_file); in a closed network sslmode=disable does without' }) },
  { code: /^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|CERT_|ERR_TLS|HOSTNAME_MISMATCH)/, stays: true, brief: 'its certificate cannot be believed', advice: ({ at, code }) => ({ says: `the certificate of the PostgreSQL server at ${at} cannot be believed (${code})`, todo: 'sslrootcert must be the authority it comes from, and the host in the url a name in it' }) },
  { code: /^ENOTFOUND$/, brief: 'the name of its host is not known', advice: nameless },
  { code: /^EAI_AGAIN$/, brief: 'the name of its host cannot be looked up', advice: nameless },
  { code: /^(ECONNREFUSED|ENOENT|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/, brief: 'nothing answers at its host and port', advice: absent },
  { code: /^silent$/, brief: 'it does not answer', advice: absent },
  { code: /^no time$/, brief: 'no connection was free or made in time', advice: absent },
  { code: /^(ECONNRESET|08\w{3}|lost)$/, brief: 'the connection was lost', advice: absent }
]

const isWord = (code: string): boolean => code === 'pooler' || driver.some(([word]) => word === code)

/** @returns why, for a log or an answer, with the code where it has one */
export function briefly (error: unknown): string {
  const code = codeOf(error)
  const brief = words.find(it => it.code.test(code))?.brief
  if (brief === undefined) return code === '' ? 'the connection was lost' : code
  return isWord(code) ? brief : `${brief} (${code})`
}

/** @returns what is wrong and what to do, and whether it stays so until somebody mends it; null where there is nothing to say of such a code */
export function advised (code: string, { host = 'the url', port = 5432, user = 'USER', database: name = 'NAME' }: { readonly [K in keyof Asked]?: Asked[K] | undefined } = {}): Advice & { readonly stays: boolean } | null {
  const found = words.find(it => it.code.test(code))
  if (found?.advice === undefined) return null
  return { ...found.advice({ host, user, name, code, at: `${host}:${port}` }), stays: found.stays === true }
}
