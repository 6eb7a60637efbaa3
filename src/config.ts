/** Configuration: read once from a file, the environment and flags, checked by schema, frozen. */
import { readFileSync } from 'node:fs'
import { Ajv, type ErrorObject } from 'ajv'
import ipaddr from 'ipaddr.js'
import { Type, type Static, type TObject } from 'typebox'
import { retryFault, Unusable, type BreakerPolicy, type RetryPolicy } from './core/core.ts'
import { databaseFault, databaseForm, databasePattern, fileOf, serverFault } from './database.ts'
import { nearest } from './near.ts'
import { weightFaults, type Weights } from './rules/rules.ts'
import { sourcePattern } from './vault/vault.ts'

const bytes = (value: number, description: string) => Type.Integer({ minimum: 1, default: value, description })
const ms = bytes
const file = (description: string) => Type.String({ minLength: 1, description })
const secret = (description: string) => Type.String({ pattern: sourcePattern, description })
const port = (value: number, description: string) => Type.Integer({ minimum: 0, maximum: 65535, default: value, description })

const listPattern = '^([^,\\s]+(,(?=.)|$))*$'
/** `NAME=VALUE`, divided by commas. */
const namedPattern = (name: string, value = '[^,=\\s]{1,60}'): string => `^((${name})=(${value})(,(?=.)|$))*$`
const vspDefaults = {
  vsp_rollen: 'gemeente=Gemeente,aanbieder=Instelling,instantie=Instelling',
  vsp_berichttypes: 'iwmo=WMO,ijw=JW',
  vsp_acties: '301=Toewijzing,302=ToewijzingRetour,305=Start,306=StartRetour,307=Stop,308=StopRetour,315=VerzoekToewijzing,316=VerzoekToewijzingRetour,317=VerzoekWijziging,318=VerzoekWijzigingRetour,319=Antwoord,320=AntwoordRetour,323=Declaratie,325=DeclaratieAntwoord'
}
const weightsPattern = '^([A-Z]{2}[0-9]{3}=(reject|warn|off)(,(?=.)|$))*$'

/** Every setting; the environment's name is `ZORGPOORT_` and the name in capitals. Those without a default must be given. */
export const configSchema = Type.Object({
  mode: Type.Union([Type.Literal('test'), Type.Literal('production')], { description: '`test` (only synthetic Bsns 9999…) or `production`. A database remembers its mode and refuses the other.' }),
  database: Type.String({ pattern: databasePattern, description: 'Where messages are kept: `sqlite:PATH`, or `postgres://USER@HOST:PORT/NAME` with, behind a `?`, `sslmode=verify-full`, `sslrootcert=FILE`, `sslcert=FILE` and `sslkey=FILE`, or `host=FOLDER` of a Unix socket.' }),
  database_password: Type.Optional(secret('Password of that user, where the server asks one: `file:PATH` (read again for each connection) or `command:PROGRAM ARG…` (asked once), one line.')),
  database_plain: Type.Boolean({ default: false, description: 'In production a PostgreSQL server on another machine is spoken to with `sslmode=verify-full` only, unless this says that nobody can stand between.' }),
  postgres_connections_max: Type.Integer({ minimum: 2, maximum: 1_000, default: 10, description: 'Connections of this process to PostgreSQL: half of them write, half read; one more hears what other processes tell, and long work such as verifying the audit takes one of its own.' }),
  postgres_connect_ms_max: ms(5_000, 'Time in which a connection to PostgreSQL is to be had, in milliseconds; after it the answer is 503.'),
  postgres_statement_ms_max: Type.Integer({ minimum: 1_000, default: 30_000, description: 'Time a statement may take there, in milliseconds.' }),
  postgres_lock_ms_max: ms(5_000, 'Time a statement waits there for what another transaction has locked, in milliseconds.'),
  sqlite_cache_bytes_max: Type.Optional(Type.Integer({ minimum: 32_000_000, description: 'Memory for pages of an SQLite database above 1 GiB (a smaller one has 64 MB), in bytes; usual: an eighth of what the machine or container has, 1 GB at most. With less the gateway is smaller, and slower with millions of messages.' })),
  postgres_pooler: Type.Union([Type.Literal('none'), Type.Literal('transaction')], { default: 'none', description: '`transaction`: between the gateway and PostgreSQL stands a pooler in transaction mode (PgBouncer).' }),
  roles: Type.String({ pattern: '^(door|work|door,work|work,door)$', default: 'door,work', description: 'What this process does: `door` (takes requests), `work` (handles, pushes, notices, batches, sweeps, signs the audit), or both. Without `door` it needs no `tls_key`; it pushes with `push_key`, or with `tls_key` where that is set. A part alone needs PostgreSQL, and another process with the other part.' }),
  tls_key: file('PEM file with the private key of the door of all interfaces (REST, StUF-GGk, VSP); not asked of `roles: work`.'),
  tls_certificate: file('PEM file with the certificate of that door, its chain below it; not asked of `roles: work`.'),
  tls_key_passphrase: Type.Optional(secret('Passphrase of that key, where it has one: `file:PATH` or `command:PROGRAM ARG…`, one line.')),
  seal_key: file('PEM file with the private key that seals messages (EC P-256, P-384 or RSA).'),
  seal_certificate: file('PEM file with the certificate that belongs to it, its chain below it.'),
  seal_key_passphrase: Type.Optional(secret('Passphrase of that key, in the same form.')),
  kek: secret('Ring of the keys that wrap the key of each message: `file:PATH` or `command:PROGRAM ARG…`; one `NAME:BASE64` a line, the first is used.'),
  index_key: secret('Ring of the keys under which a person is looked up, in the same form.'),
  audit_key: secret('Ring of the keys that chain the audit, in the same form.'),
  client_ca: Type.Optional(file('PEM file with the authorities whose client certificates are taken when they bear the OIN of an account; without it a client is known by its registered certificate only.')),
  crl_dir: Type.Optional(file('Folder of revocation lists (DER or PEM, complete lists), one per issuer or more, and PEM certificates of issuers that are not in `client_ca`. Read again when it changes.')),
  crl_poll_ms: ms(60_000, 'How often that folder is looked at, in milliseconds.'),
  crl_missing: Type.Optional(Type.Union([Type.Literal('refuse'), Type.Literal('accept')], { description: 'A client certificate of an authority that has no list there: `refuse` or `accept`; without it refused in production, accepted in test. A list that has expired always refuses.' })),
  rest_host: Type.String({ default: '127.0.0.1', description: 'Address the door of all interfaces listens on; `0.0.0.0` for all.' }),
  rest_port: port(8443, 'Port of that door (mutual TLS): REST, StUF-GGk and VSP at paths of their own.'),
  operations_host: Type.String({ default: '127.0.0.1', description: 'Address of the operations listener (health, metrics, /docs). It has no authentication: keep it private.' }),
  operations_exposed: Type.Boolean({ default: false, description: 'In production the operations listener keeps to loopback unless this says that only those who may see it can reach it.' }),
  operations_port: port(9464, 'Port of the operations listener.'),
  payload_bytes_max: bytes(25_000_000, 'Largest message taken, in bytes.'),
  inflight_bytes_max: bytes(200_000_000, 'Bytes of messages being received at once by this process; above it the answer is 503.'),
  batch_bytes_max: bytes(25_000_000, 'Largest batch (ZIP) taken, in bytes.'),
  batch_members_max: Type.Integer({ minimum: 1, maximum: 10_000, default: 1_000, description: 'Most messages in one batch.' }),
  batch_member_bytes_max: bytes(25_000_000, 'Largest message of a batch when unpacked, in bytes.'),
  batch_total_bytes_max: bytes(250_000_000, 'All messages of a batch together when unpacked, in bytes.'),
  batch_ratio_max: Type.Integer({ minimum: 1, default: 200, description: 'How many times its packed size a message in a ZIP may be, of a batch or at the provider door.' }),
  validation_worker_bytes: bytes(256_000, 'Messages above this many bytes are validated in a worker thread.'),
  validation_ms_max: ms(60_000, 'Time the worker thread may take for one message, in milliseconds.'),
  level1_engine: Type.Union([Type.Literal('reader'), Type.Literal('libxml2')], { default: 'reader', description: 'Who judges level 1: `reader` (what our reader surely finds valid is valid, libxml2 decides and explains the rest) or `libxml2` (decides every message).' }),
  handshake_ms_max: ms(10_000, 'Time a TLS handshake may take, in milliseconds.'),
  headers_ms_max: ms(10_000, 'Time the head of a request may take to arrive, in milliseconds.'),
  headers_bytes_max: bytes(16_384, 'Largest head of a request, in bytes.'),
  idle_ms_max: ms(72_000, 'Time a connection is kept open between two requests, in milliseconds.'),
  connections_max: Type.Integer({ minimum: 1, default: 1_000, description: 'Connections the door holds at once, of all interfaces together; more are closed as they come.' }),
  request_ms_max: ms(120_000, 'Time a whole request may take to arrive, and as much for its answer to be taken, in milliseconds.'),
  requests_per_minute_max: Type.Integer({ minimum: 1, default: 30_000, description: 'Requests a minute of one account, at all processes of one database together, where the register says nothing else; above it the answer is 429.' }),
  requests_at_once_max: Type.Integer({ minimum: 1, default: 200, description: 'Requests of one account that are being answered at once, at all processes of one database together, where the register says nothing else; above it the answer is 429.' }),
  strangers_per_minute_max: Type.Integer({ minimum: 1, default: 600, description: 'Requests a minute of one address without a usable certificate, at this process; above it the answer is 429. Clients with one are not counted.' }),
  push_key: Type.Optional(file('PEM file with the private key by which receivers know the gateway when it pushes to them; without it that of the door (`tls_key`).')),
  push_certificate: Type.Optional(file('PEM file with the certificate that belongs to it, its chain below it; it must serve to authenticate a client.')),
  push_key_passphrase: Type.Optional(secret('Passphrase of that key, in the form of the others.')),
  push_ca: Type.Optional(file('PEM file with the authorities by which the certificates of endpoints are believed, where the register names none for the party; without it those that come with Node.')),
  push_ports: Type.String({ pattern: listPattern, minLength: 1, default: '443,8443', description: 'Ports that may be pushed to, divided by commas.' }),
  push_networks: Type.String({ pattern: listPattern, default: '', description: 'Networks that may be pushed to though they are private, loopback or otherwise not the public internet, such as `10.20.0.0/16,fd00:20::/32`. Without one such addresses are refused.' }),
  push_at_once_max: Type.Integer({ minimum: 1, maximum: 10_000, default: 256, description: 'Pushes that go on at once, to all destinations together.' }),
  push_destination_at_once_max: Type.Integer({ minimum: 1, maximum: 1_000, default: 4, description: 'Pushes that go on at once to one destination, where the register says nothing else.' }),
  push_destination_per_minute_max: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Pushes that begin within a minute to one destination, where the register says nothing else; without it as many as it takes.' })),
  push_ms_max: Type.Integer({ minimum: 100, maximum: 3_600_000, default: 60_000, description: 'Time one push may take until its answer is there, where the register says nothing else, in milliseconds.' }),
  push_connect_ms_max: Type.Integer({ minimum: 100, maximum: 600_000, default: 10_000, description: 'Time it may take to reach a destination (name, connection, handshake), in milliseconds.' }),
  push_bytes_max: bytes(200_000_000, 'Bytes of messages being pushed at once; what would come above it waits its turn.'),
  retry_first_ms: ms(60_000, 'After a transient failure a delivery is tried again after this time, then each time twice as long (a fifth more or less), in milliseconds.'),
  retry_longest_ms: ms(10_800_000, 'Longest time between two tries of it, in milliseconds (3 hours).'),
  retry_total_ms: ms(432_000_000, 'When a delivery has failed for so long it is given up and stands in the dead letter, in milliseconds (5 days). A message keeps the times it began with.'),
  breaker_failures: Type.Integer({ minimum: 1, maximum: 1_000, default: 5, description: 'After so many failures in a row a destination is left alone, where the register says nothing else.' }),
  breaker_open_ms: ms(60_000, 'How long it is left alone before it is tried again, in milliseconds.'),
  breaker_probes: Type.Integer({ minimum: 1, maximum: 100, default: 3, description: 'So many tries must then succeed in a row before all goes on.' }),
  lease_ms: Type.Integer({ minimum: 1, maximum: 60_000, default: 60_000, description: 'How long a delivery stays a worker’s after it was last heard of, in milliseconds; renewed while work goes on. What a killed gateway had in hand is taken up again within this time, at once when it starts anew.' }),
  claim_limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'Deliveries a worker works on at once; of one pair of parties one at a time.' }),
  poll_ms: ms(1_000, 'How often the worker looks for due deliveries when nothing wakes it, in milliseconds.'),
  pairs_poll_ms: ms(5_000, 'How often the files of the gateway’s own key pairs are looked at; a new pair is in use after two looks, in milliseconds.'),
  handler_ms_max: ms(30_000, 'Time a handler may take for one message, in milliseconds.'),
  checkpoint_ms: ms(60_000, 'How often the audit is checkpointed (its head signed, stored and logged) while something is written, in milliseconds.'),
  stop_ms_max: ms(20_000, 'Time open requests get to end after SIGTERM, in milliseconds.'),
  refused_day_max: Type.Integer({ minimum: 0, default: 1_000, description: 'Refused messages kept of one party within 24 hours, so that it can look up why; 0 keeps none.' }),
  refused_bytes_max: bytes(1_000_000, 'Largest refused message whose bytes are kept with it, in bytes.'),
  retour_unknown: Type.Union([Type.Literal('refuse'), Type.Literal('accept')], { default: 'refuse', description: 'What to do with a retour to a message this gateway never carried; `accept` for the first weeks after a move.' }),
  rule_weights: Type.String({ pattern: weightsPattern, default: '', description: 'What breaking a rule does that the standard does not say outright: `CODE=warn` (told, rejects nothing) or `CODE=off`, divided by commas. `zorgpoort rules` shows which rules these are; all others always reject.' }),
  ggk_bytes_max: bytes(25_000_000, 'Largest Di01 or Du01 of the municipal door, taken or sent: the whole message with its payload in base64, in bytes.'),
  ggk_codes: Type.Union([Type.Literal('2025'), Type.Literal('2018')], { default: '2025', description: 'Of which list the codes of an Fo01 are, where the register says nothing else.' }),
  ggk_325: Type.Union([Type.Literal('Di01'), Type.Literal('Du01')], { default: 'Di01', description: 'As what a 325 travels through the municipal door, where the register says nothing else; taken as either.' }),
  ggk_base64: Type.Union([Type.Literal('strict'), Type.Literal('wrapped')], { default: 'strict', description: 'Payloads with white space in their base64: refused (`strict`) or taken (`wrapped`).' }),
  ggk_organisatie: Type.String({ minLength: 1, maxLength: 200, default: 'IB', description: 'As which organisatie the gateway itself speaks in Fo01, Fo03 and Bv03.' }),
  ggk_applicatie: Type.String({ minLength: 3, maxLength: 50, default: 'GGKWebservice', description: 'As which applicatie it does.' }),
  ggk_original_bytes_max: Type.Integer({ minimum: 0, default: 100_000, description: 'Largest refused Di01 or Du01 that an Fo01 quotes, in bytes; 0 quotes none.' }),
  vsp_rollen: Type.String({ pattern: namedPattern('gemeente|aanbieder|instantie', '[A-Za-z]{1,60}'), default: vspDefaults.vsp_rollen, description: 'The rol by which the provider door knows each kind of party, where the register says nothing else; what is not named keeps its default.' }),
  vsp_berichttypes: Type.String({ pattern: namedPattern('iwmo|ijw'), default: vspDefaults.vsp_berichttypes, description: 'Its berichttype of each standard.' }),
  vsp_acties: Type.String({ pattern: namedPattern('(WMO|JW)?[0-9]{3}'), default: vspDefaults.vsp_acties, description: 'Its actie of each message: by number, or by functie (`JW315=…`), which goes first. Only VerzoekToewijzing is known; the others are ours, in the same manner.' }),
  vsp_unknown: Type.Union([Type.Literal('take'), Type.Literal('refuse')], { default: 'take', description: 'A rol or actie that is not the one of these lists, in what comes in by the provider door: taken (`take`), or answered 400 (`refuse`).' }),
  vsp_payload: Type.Union([Type.Literal('xml'), Type.Literal('zip')], { default: 'xml', description: 'In which form the provider door gives payloads, where the register says nothing else: the bytes as they were sent, or a ZIP with them as its one file. Either is taken.' }),
  holidays: Type.Optional(file('JSON file with the days off besides Saturday and Sunday (`fixed` MM-DD, `easter` days from Easter Sunday, `koningsdag`, `dates`); without it those of the Algemene termijnenwet, Good Friday and 5 May.')),
  retention_payload_days: Type.Integer({ minimum: 30, default: 2922, description: 'How long payloads are kept after they were received, in days (8 years: claims must be accounted for 7 years after theirs). What is undelivered, held or dead stays longer.' }),
  retention_assignment_days: Type.Integer({ minimum: 30, default: 1858, description: 'How long a message that later rules ask for stays after the end of its assignment, with what is known of it, in days (5 years and a month); an assignment without an end stays. Never shorter than retention_payload_days.' }),
  retention_claim_days: Type.Integer({ minimum: 30, default: 2557, description: 'The same of a claim and its answer, after the year of its DeclaratiePeriode (7 years).' }),
  retention_metadata_days: Type.Integer({ minimum: 30, default: 3653, description: 'How long all else of a message is kept, and a batch that has ended, in days; not shorter than the payload. The receipt is given again for ever.' }),
  retention_refused_days: Type.Integer({ minimum: 1, default: 30, description: 'How long refused messages are kept for who must correct them, in days.' }),
  retention_audit_days: Type.Integer({ minimum: 30, default: 3653, description: 'How long the audit is kept, in days; not shorter than the metadata, whose history it is.' }),
  sweep_ms: ms(21_600_000, 'From one sweep of what is older than that to the next, in milliseconds.'),
  log_level: Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')], { default: 'info', description: 'Least level that is logged.' })
}, { additionalProperties: false })

const { tls_key: tlsKey, tls_certificate: tlsCertificate, ...withoutDoor } = configSchema.properties
/** A process without door needs no pair for it. */
const workSchema = Type.Object({ ...withoutDoor, tls_key: Type.Optional(tlsKey), tls_certificate: Type.Optional(tlsCertificate) }, { additionalProperties: false })

/** The same for editors and deployment tools: what must stand in a configuration, which depends on its roles. */
export const configShape = {
  ...configSchema,
  required: configSchema.required.filter(key => !('default' in configSchema.properties[key]) && key !== 'tls_key' && key !== 'tls_certificate'),
  if: { properties: { roles: { const: 'work' } }, required: ['roles'] },
  else: { required: ['tls_key', 'tls_certificate'] },
  dependentRequired: { tls_key: ['tls_certificate'], tls_certificate: ['tls_key'], push_key: ['push_certificate'], push_certificate: ['push_key'], push_key_passphrase: ['push_key'] }
}

/** What a process does. */
export type Role = 'door' | 'work'
/** @returns what this process does */
export const rolesOf = ({ roles }: { readonly roles: string }): ReadonlySet<Role> => new Set((['door', 'work'] as const).filter(it => roles.split(',').includes(it)))

export type Config = Readonly<Static<typeof workSchema>>
type Raw = Record<string, unknown>

/** A wrong or missing setting; the message names it and its shape, never a secret's value. */
export class ConfigError extends Unusable {}

/** @returns the environment variable of a setting */
export const environmentName = (key: string): string => `ZORGPOORT_${key.toUpperCase()}`

/** What is no setting of ours: our own switch for stacks, and what Kubernetes tells every container about a service named zorgpoort. */
const noSetting = ([name, value]: [string, string | undefined]): boolean =>
  name === 'ZORGPOORT_DEBUG' || /^ZORGPOORT_(SERVICE|PORT)_/.test(name) || (name === 'ZORGPOORT_PORT' && /^[a-z]+:\/\//.test(value ?? ''))

function fromEnvironment (schema: TObject, env: NodeJS.ProcessEnv): Raw {
  const known = Object.keys(schema.properties)
  const strange = Object.entries(env).filter(it => !noSetting(it)).map(([name]) => name)
    .filter(name => name.startsWith('ZORGPOORT_') && !known.some(key => environmentName(key) === name))
  if (strange.length > 0) throw new ConfigError(`unknown setting ${strange.map(it => it + meant(it.slice('ZORGPOORT_'.length), environmentName)).join(', ')} in the environment (README.md, "Configuration", lists them all)`)
  return Object.fromEntries(known.flatMap(key => env[environmentName(key)] === undefined ? [] : [[key, env[environmentName(key)]]]))
}

function fromFile (path: string | undefined): Raw {
  if (path === undefined) return {}
  let text: string
  try { text = readFileSync(path, 'utf8') } catch { throw new ConfigError(`cannot read the configuration file ${path}`) }
  let raw: unknown
  try { raw = JSON.parse(text) } catch { throw new ConfigError(`${path} is not JSON`) }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw new ConfigError(`${path} is no JSON object: it is { "SETTING": VALUE, … }`)
  return raw as Raw
}

/** @returns what to write after the name of a setting that there is not */
function meant (key: string, shown: (name: string) => string): string {
  const near = nearest(key, Object.keys(configSchema.properties))
  return near === null ? '' : ` (did you mean ${shown(near)}?)`
}

/** @returns the values a setting may have, where they are a few words */
function allowed (name: string): string {
  const { anyOf = [] } = Object(Object.entries(configSchema.properties).find(([key]) => key === name)?.[1]) as { anyOf?: ReadonlyArray<{ const: string }> }
  return anyOf.map(it => it.const).join(' or ')
}

const secretForm = 'file:PATH or command:PROGRAM ARG…'
const namedForms: Readonly<Record<string, string>> = { vsp_rollen: 'aanbieder=Praktijk (gemeente, aanbieder or instantie)', vsp_berichttypes: 'iwmo=WMO,ijw=JW', vsp_acties: '301=Toewijzing,JW315=VerzoekToewijzing' }
const portsForm = 'push_ports is a list of ports (1 to 65535) divided by commas, such as 443,8443'
const networksForm = 'push_networks is a list of networks divided by commas, such as 10.20.0.0/16,fd00:20::/32'

function explain (error: ErrorObject): string {
  const name = error.instancePath.slice(1)
  if (error.keyword === 'pattern' && name === 'rule_weights') return 'rule_weights is CODE=warn or CODE=off, divided by commas, such as TR322=warn,TR342=off'
  if (error.keyword === 'pattern' && name in namedForms) return `${name} is NAME=VALUE, divided by commas, such as ${namedForms[name]}`
  if (error.keyword === 'pattern' && name === 'roles') return 'roles is door, work or door,work'
  if (error.keyword === 'pattern' && name === 'push_ports') return portsForm
  if (error.keyword === 'pattern' && name === 'push_networks') return networksForm
  if (error.keyword === 'pattern') return `${name} must be ${name === 'database' ? databaseForm : secretForm}`
  if (error.keyword === 'required') return `${error.params['missingProperty']} is not set (in the file, or as ${environmentName(String(error.params['missingProperty']))})`
  if (error.keyword === 'additionalProperties') return `unknown setting ${error.params['additionalProperty']}${meant(String(error.params['additionalProperty']), it => it)}`
  return `${name} ${error.keyword === 'const' || error.keyword === 'anyOf' ? `has a value that is not allowed: it is ${allowed(name)}` : error.message}`
}

const ajv = new Ajv({ useDefaults: true, coerceTypes: true, allErrors: true })

/** Each schema is compiled once, which takes far longer than to check by it. */
function checked<T> (schema: TObject, raw: Raw): T {
  const check = ajv.compile<T>(schema)
  if (!check(raw)) throw new ConfigError([...new Set((check.errors ?? []).map(explain))].join('; '))
  return raw
}

/** @throws ConfigError when it is no database, or a server that must not be used so */
function checkDatabase <T extends Partial<Config>> (config: T): T {
  const { database } = config
  const fault = database === undefined ? null : databaseFault(database) ?? serverFault(database, config)
  if (fault !== null) throw new ConfigError(fault)
  return config
}

const placeSchema = Type.Partial(configSchema, { additionalProperties: false })

/**
 * @returns what a short command needs, such as its database: the rest of the configuration need not be there, only well formed
 * @throws ConfigError naming every wrong setting
 */
export function readPlace (sources: { file?: string | undefined, env: NodeJS.ProcessEnv }): Readonly<Partial<Config>> {
  return checkDatabase(checked<Static<typeof placeSchema>>(placeSchema, { ...fromFile(sources.file), ...fromEnvironment(configSchema, sources.env) }))
}

type RetentionSettings = Pick<Config, 'retention_payload_days' | 'retention_metadata_days' | 'retention_refused_days' | 'retention_assignment_days' | 'retention_claim_days'>

/** @throws ConfigError when a message would go before its payload */
function checkRetention <T extends RetentionSettings> (config: T): T {
  if (config.retention_metadata_days < config.retention_payload_days) throw new ConfigError('retention_metadata_days must not be less than retention_payload_days')
  return config
}

/** @throws ConfigError when a part of a gateway stands alone on a database that one process serves, or has half a pair */
function checkRoles (config: Config): void {
  const { tls_key, tls_certificate } = config
  if (rolesOf(config).size === 1 && fileOf(config.database) !== null) throw new ConfigError(`roles ${config.roles}: one process serves a database in a file, and does all (door,work); several processes need PostgreSQL`)
  if ((tls_key === undefined) !== (tls_certificate === undefined)) throw new ConfigError('tls_key and tls_certificate belong together: set both, or neither where roles is work')
}

/** @throws ConfigError when what has no authentication would be open to the network in production, or the audit shorter than what it tells of */
function checkWhole (config: Config): Config {
  checkRoles(config)
  const { mode, operations_host, operations_exposed } = checkRetention(config)
  const loopback = /^(127\.|::1$|\[::1\]$|localhost$)/.test(operations_host)
  if (mode === 'production' && !loopback && !operations_exposed) throw new ConfigError(`operations_host ${operations_host}: health, metrics and /docs have no authentication; keep them on 127.0.0.1, or say operations_exposed: true where only those who may see them reach that address`)
  ruleWeights(config)
  checkPush(config)
  vspValues(config)
  if (config.retention_audit_days < config.retention_metadata_days) throw new ConfigError('retention_audit_days must not be less than retention_metadata_days')
  return config
}

/** @returns what breaking a rule does, by its code @throws ConfigError naming every rule that has no choice */
export function ruleWeights ({ rule_weights: text }: Pick<Config, 'rule_weights'>): Weights {
  const given = Object.fromEntries(text.split(',').filter(it => it !== '').map(it => it.split('=')))
  const faults = weightFaults(given)
  if (faults.length > 0) throw new ConfigError(faults.map(it => `rule_weights: ${it}`).join('; '))
  return given as Weights
}

const named = (text: string): Record<string, string> => Object.fromEntries(text.split(',').filter(it => it !== '').map(it => it.split('=')))
/** What is given, laid on what the setting says by itself. */
const onDefault = (key: keyof typeof vspDefaults, text: string): Record<string, string> => ({ ...named(vspDefaults[key]), ...named(text) })

/** @returns the values of the provider door by what they stand for @throws ConfigError when one berichttype would stand for both standards */
export function vspValues (config: Pick<Config, 'vsp_rollen' | 'vsp_berichttypes' | 'vsp_acties' | 'vsp_unknown' | 'vsp_payload'>) {
  const { gemeente = '', aanbieder = '', instantie = '' } = onDefault('vsp_rollen', config.vsp_rollen)
  const { iwmo = '', ijw = '' } = onDefault('vsp_berichttypes', config.vsp_berichttypes)
  if (iwmo === ijw) throw new ConfigError(`vsp_berichttypes: ${iwmo} stands for both iwmo and ijw`)
  return { rollen: { gemeente, aanbieder, instantie }, berichttypes: { iwmo, ijw }, acties: onDefault('vsp_acties', config.vsp_acties), unknown: config.vsp_unknown, payload: config.vsp_payload }
}

/** @returns the ports that may be pushed to @throws ConfigError naming what is none */
export function pushPorts ({ push_ports: text }: Pick<Config, 'push_ports'>): readonly number[] {
  const wrong = text.split(',').filter(it => !/^[1-9]\d{0,4}$/.test(it) || Number(it) > 65_535)
  if (wrong.length > 0) throw new ConfigError(`push_ports: ${wrong.join(', ')} is no port; ${portsForm}`)
  return [...new Set(text.split(',').map(Number))]
}

/** @returns what is wrong with a network (CIDR), as a sentence; null when it is one */
function networkFault (text: string): string | null {
  if (!ipaddr.isValidCIDR(text) || (text.includes('.') && !text.includes(':') && !ipaddr.IPv4.isValidCIDRFourPartDecimal(text))) return `push_networks: ${text} is no network; ${networksForm}`
  const [address, length] = ipaddr.parseCIDR(text)
  const network = (address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6).networkAddressFromCIDR(text)
  if (network.toNormalizedString() === address.toNormalizedString()) return null
  return `push_networks: ${text} is an address within a network: write ${network}/${length} for the network, or ${address}/${address.kind() === 'ipv4' ? 32 : 128} for that address alone`
}

/** @returns the networks (CIDR) that may be pushed to besides the public internet @throws ConfigError naming what is none */
export function pushNetworks ({ push_networks: text }: Pick<Config, 'push_networks'>): readonly string[] {
  const networks = text.split(',').filter(it => it !== '')
  const faults = networks.flatMap(it => networkFault(it) ?? [])
  if (faults.length > 0) throw new ConfigError(faults.join('; '))
  return networks
}

/** @returns when what failed is tried again and given up, where the register says nothing else */
export const retryPolicy = (config: RetrySettings): RetryPolicy =>
  ({ first_ms: config.retry_first_ms, longest_ms: config.retry_longest_ms, total_ms: config.retry_total_ms })
type RetrySettings = Pick<Config, 'retry_first_ms' | 'retry_longest_ms' | 'retry_total_ms'>

/** @throws ConfigError when nothing can be tried by it */
function checkRetry (policy: RetryPolicy): RetryPolicy {
  const fault = retryFault(policy, it => `retry_${it}`)
  if (fault !== null) throw new ConfigError(fault)
  return policy
}

/** @returns when a destination is left alone, where the register says nothing else */
export const breakerPolicy = (config: Pick<Config, 'breaker_failures' | 'breaker_open_ms' | 'breaker_probes'>): BreakerPolicy =>
  ({ failures: config.breaker_failures, open_ms: config.breaker_open_ms, probes: config.breaker_probes })

/** @throws ConfigError when pushing cannot be as the settings say */
function checkPush (config: Config): void {
  checkRetry(retryPolicy(config))
  if ((config.push_key === undefined) !== (config.push_certificate === undefined)) throw new ConfigError('push_key and push_certificate belong together: set both, or neither to push with the pair of the door (tls_key)')
  if (config.push_key_passphrase !== undefined && config.push_key === undefined) throw new ConfigError('push_key_passphrase is set without push_key')
  pushPorts(config)
  pushNetworks(config)
}

/** @returns when what failed is tried again, for a short command. @throws ConfigError naming every wrong setting */
export const readRetry = (sources: { file?: string | undefined, env: NodeJS.ProcessEnv }): RetryPolicy =>
  checkRetry(retryPolicy(checked<RetrySettings>(placeSchema, { ...fromFile(sources.file), ...fromEnvironment(configSchema, sources.env) })))

/** @returns how long things are kept, for a short command. @throws ConfigError naming every wrong setting */
export const readRetention = (sources: { file?: string | undefined, env: NodeJS.ProcessEnv }): RetentionSettings =>
  checkRetention(checked<RetentionSettings>(placeSchema, { ...fromFile(sources.file), ...fromEnvironment(configSchema, sources.env) }))

/**
 * @param sources what development mode lays below, a file's path, the environment, and what the command line lays on top
 * @throws ConfigError naming every wrong setting
 */
export function readConfig (sources: { under?: Raw, file?: string | undefined, env: NodeJS.ProcessEnv, over?: Raw }): Config {
  return configOf({ ...sources.under, ...fromFile(sources.file), ...fromEnvironment(configSchema, sources.env), ...sources.over })
}

/** @returns every fault of a configuration, and the settings that are well formed by themselves */
export function examineConfig (sources: { under?: Raw, file?: string | undefined, env: NodeJS.ProcessEnv }): { readonly faults: readonly string[], readonly settings: Readonly<Partial<Config>> } {
  const faults: string[] = []
  const attempt = <T>(work: () => T, otherwise: T): T => {
    try { return work() } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      faults.push(...error.message.split('; '))
      return otherwise
    }
  }
  const file = attempt<Raw | null>(() => fromFile(sources.file), null)
  // What a file that cannot be read would have set, nobody knows: to call it missing would hide the one fault there is.
  if (file === null) return { faults, settings: {} }
  const raw = { ...sources.under, ...file, ...attempt(() => fromEnvironment(configSchema, sources.env), {}) }
  attempt<unknown>(() => configOf({ ...raw }), null)
  const formed = Object.entries(raw).filter(([key, value]) => key in configSchema.properties && attemptQuietly(() => checked(placeSchema, { [key]: value })))
  return { faults, settings: checked<Static<typeof placeSchema>>(placeSchema, Object.fromEntries(formed)) }
}

function attemptQuietly (work: () => unknown): boolean {
  try { work(); return true } catch { return false }
}

function configOf (raw: Raw): Config {
  const config = checked<Config>(raw['roles'] === 'work' ? workSchema : configSchema, raw)
  checkDatabase(config)
  return Object.freeze(checkWhole(config))
}
