/** The world the tests of the whole product stand in: an authority, parties with real certificates, a database in a folder of its own, gateways and clients. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Agent, request, type Dispatcher } from 'undici'
import { readConfig, type Config } from '../../src/config.ts'
import { instant, partyCode, systemClock, type Clock, type PartyCode } from '../../src/core/core.ts'
import { startGateway, type Gateway } from '../../src/gateway.ts'
import type { Handler } from '../../src/handle/handle.ts'
import { openLog } from '../../src/log.ts'
import { usualJudging } from '../../src/register/register.ts'
import { certificateFacts, issue, keyPem, makeAuthority, type Issued } from '../../src/sign/sign.ts'
import { generateMessage, modelOf, writeMessage, type Family, type MessageType, type SampleOverrides } from '../../src/standard/standard.ts'
import { openStore, type Account, type Certificate, type Judging, type Store } from '../../src/store/store.ts'
import { makeRoots, readRoots, rootsIn } from '../../src/vault/vault.ts'
import { home } from '../../src/version.ts'
import { anAccount, aParty, putAccount, putParty } from '../register.ts'

export const gemeente = partyCode('0344')
export const aanbieder = partyCode('42420001')
const day = 86_400_000
const hour = 3_600_000

/** Everybody who may knock: whose certificate, of which account (none: registered nowhere), and what is odd about it. */
const people = {
  gemeente: { party: '0344' },
  aanbieder: { party: '42420001' },
  otherGemeente: { party: '0363' },
  otherAanbieder: { party: '42420002' },
  /** Its certificate is of an authority nobody here knows; it is pinned to the account of the gemeente's supplier. */
  pinned: { party: '0344', foreign: true },
  /** A gemeente for iWmo only. */
  wmoOnly: { party: '0599', families: ['iwmo'] },
  operator: { role: 'operator' },
  auditor: { role: 'auditor' },
  switchedOff: { party: '0344', active: false },
  expired: { party: '0344', from: -2 * day, until: -hour },
  notYet: { party: '0344', from: hour, until: day },
  unregistered: { registered: false },
  nobody: { registered: false, certificate: false }
} as const satisfies Record<string, Person>
interface Person {
  readonly party?: string
  readonly families?: readonly Family[]
  readonly role?: Account['role']
  readonly active?: boolean
  readonly registered?: boolean
  readonly certificate?: boolean
  readonly foreign?: boolean
  /** Milliseconds from now. */
  readonly from?: number
  readonly until?: number
}
/** Most tests are about the way of a message, whatever stands in it. */
const bySchema: Judging = { ...usualJudging, level: 'schema' }
export type Who = keyof typeof people
export const everybody = Object.keys(people) as Who[]

/** What the gateway says of a message, in a receipt, list or mailbox, or of why not. */
export interface Told {
  readonly [name: string]: unknown
  readonly id: string
  readonly code: string
  readonly detail?: string
  readonly sha256: string
  readonly messages: readonly Told[]
  readonly events: ReadonlyArray<{ readonly event: string, readonly account: string | null, readonly detail: string | null }>
  readonly findings: ReadonlyArray<Record<string, unknown>>
}
export interface Reply { readonly status: number, readonly headers: Record<string, unknown>, readonly bytes: Buffer, readonly told: Told }

export interface Client {
  call (method: Dispatcher.HttpMethod, path: string, body?: Dispatcher.DispatchOptions['body'], headers?: Record<string, string>): Promise<Reply>
  get (path: string): Promise<Reply>
  post (message: Uint8Array | string): Promise<Reply>
  delete (path: string): Promise<Reply>
  /** Posts and insists on a receipt. */
  send (message: Uint8Array | string): Promise<Told>
  /** Waits until this message lies in the own mailbox. */
  receives (id: string): Promise<Told>
  /** How many connections it has made so far. */
  connections (): number
}

/** A gateway that runs, everything it logged so far, and clients of it. */
export interface Running extends Gateway {
  readonly lines: readonly string[]
  as (who: Who): Client
}

export interface World {
  readonly dir: string
  readonly database: string
  readonly ca: string
  path (name: string): string
  config (over?: Record<string, unknown>): Config
  start (over?: Record<string, unknown>, handlers?: readonly Handler[], clock?: Clock): Promise<Running>
  client (who: Who, url: string): Client
  /** A client with any certificate, or with none. */
  clientWith (own: Issued | undefined, url: string): Client
  account (who: Who): Account
  /** What the register keeps of somebody's certificate. */
  certificate (who: Who): Certificate
  /** Says how messages to a party are judged from now on; here they are judged by their schema until then. */
  judge (party: PartyCode, judging: Partial<Judging>): Promise<void>
  /** The store, opened beside the gateway for one piece of work. */
  store<T> (work: (store: Store) => Promise<T>): Promise<T>
}

/** Asks again until there is an answer; a state that never comes fails the test. On a slow machine, or one that stood still, time passes without much having been asked: so many asks each state is given. @param wait_ms at least */
export async function until<T> (ask: () => Promise<T | undefined> | T | undefined, what = 'the awaited state', wait_ms = 30_000): Promise<T> {
  const end = Date.now() + wait_ms
  for (let asked = 1; ; asked++) {
    const answer = await ask()
    if (answer !== undefined) return answer
    assert.ok(Date.now() < end || asked < 1_000, `${what} never came`)
    await pause(10)
  }
}

/** The bytes of a fixture. */
export const fixture = (type: MessageType, name = 'small'): Buffer =>
  readFileSync(join(home, 'fixtures', modelOf(type).family, '3.2', type, `${name}.xml`))

/** A message nobody else sends: the story of a seed of its own, under an Identificatie of its own. */
export const message = (type: MessageType, seed: number, over: SampleOverrides = {}): Buffer =>
  Buffer.from(writeMessage(modelOf(type), generateMessage(modelOf(type), seed, 'small', over)))

/** Its text with the first match replaced; fails when nothing matched. */
export function altered (bytes: Uint8Array, pattern: RegExp, by: string): Buffer {
  const text = Buffer.from(bytes).toString()
  assert.match(text, pattern)
  return Buffer.from(text.replace(pattern, by))
}
/** Comments of so many bytes in all, to stand after a message: what is longer than ten million in one piece no reader takes. */
export function filler (bytes: number): string {
  const piece = Math.min(bytes, 9_000_000)
  return piece === 0 ? '' : `<!--${' '.repeat(piece - 7)}-->${filler(bytes - piece)}`
}
/** Gives the first element of this name another text. */
export const withText = (bytes: Uint8Array, name: string, text: string): Buffer => altered(bytes, new RegExp(`(:${name}>)[^<]*(</)`), `$1${text}$2`)

function reading (status: number, headers: Record<string, unknown>, bytes: Buffer): Reply {
  const json = String(headers['content-type']).includes('json')
  return { status, headers, bytes, get told () { return (json ? JSON.parse(bytes.toString()) : {}) as Told } }
}

function clientOf (url: string, dispatcher: Agent): Client {
  let connections = 0
  dispatcher.on('connect', () => { connections++ })
  const call: Client['call'] = async (method, path, body = null, headers = {}) => {
    const answer = await request(`${url}${path}`, { method, dispatcher, body, headers })
    return reading(answer.statusCode, answer.headers, Buffer.from(await answer.body.arrayBuffer()))
  }
  const xml = { 'content-type': 'application/xml' }
  const client: Client = {
    call,
    get: path => call('GET', path),
    post: message => call('POST', '/v1/messages', message, xml),
    delete: path => call('DELETE', path),
    async send (message) {
      const reply = await client.post(message)
      assert.equal(reply.status, 202, reply.bytes.toString())
      return reply.told
    },
    receives: id => until(async () => {
      const { status, told } = await client.get(`/v1/messages/${id}`)
      return status === 200 && told['delivery'] === 'offered' ? told : undefined
    }, `message ${id} in the mailbox`),
    connections: () => connections
  }
  return client
}

/** What the register keeps of a certificate. */
export function certificateOf (pem: string, use: Certificate['use'] = 'tls'): Certificate {
  const { fingerprint, subject, not_after } = certificateFacts(pem)
  return { fingerprint, use, subject, not_after: instant(Date.parse(not_after)), pem }
}

function accountOf (who: Who, { party, role = 'party', active = true }: Person, certificate: string): Account {
  const certificates = [certificateOf(certificate)]
  return anAccount(who.toLowerCase(), { role, party: party === undefined ? null : partyCode(party), active, certificates })
}

async function register (store: Store, accounts: ReadonlyMap<Who, Account>): Promise<void> {
  for (const [who, account] of accounts) {
    const { families = ['iwmo', 'ijw'] }: Person = people[who]
    if (account.party !== null) await putParty(store, aParty(account.party, { name: `Voorbeeld ${who}`, families, judging: bySchema }))
    await putAccount(store, account)
  }
}

/** A file of the folder is made last: where it is not there, the keys are not whole. */
const last = 'seal.key'

/** Makes keys for everybody, and the roots. @param valid_days of the certificates of clients, from two hours ago on; those of the gateway hold a year at least */
async function makeKeys (dir: string, valid_days: number): Promise<void> {
  const days = Math.max(365, valid_days)
  const path = (name: string): string => join(dir, name)
  const keep = (name: string, { key, certificate }: Issued): void => { writeFileSync(path(`${name}.pem`), certificate); writeFileSync(path(`${name}.key`), key, { mode: 0o600 }) }
  const [authority, foreign] = await Promise.all(['Test CA', 'Other CA'].map(name => makeAuthority({ name, algorithm: 'P-256' })))
  assert.ok(authority && foreign)
  writeFileSync(path('ca.pem'), authority.certificate)
  writeFileSync(path('ca.key'), keyPem(authority.privateKey))
  makeRoots(dir, systemClock.now())
  keep('server', await issue(authority, { subject: 'localhost', use: 'server', algorithm: 'P-256', dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'], days }))
  keep('short-seal', await issue(authority, { subject: 'seal', use: 'seal', algorithm: 'P-256', notAfter: instant(Date.now() + hour) }))
  for (const who of everybody) {
    const { foreign: stranger = false, certificate = true, from = -2 * hour, until = valid_days * day }: Person = people[who]
    if (!certificate) continue
    keep(who, await issue(stranger ? foreign : authority, { subject: who, use: 'client', algorithm: 'P-256', notBefore: instant(Date.now() + from), notAfter: instant(Date.now() + until) }))
  }
  keep('seal', await issue(authority, { subject: 'seal', use: 'seal', algorithm: 'P-256', days }))
}

/** Makes keys for everybody, and a database that knows those who are registered, in a folder that goes when the file's tests have ended. @param url of an empty database; default: a file of its own @param valid_days of clients' certificates */
export async function makeWorld (mode: 'test' | 'production' = 'test', url?: string, valid_days = 30): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'zorgpoort-flow-'))
  // Registered once, for the file: in a test, `after` would end what it opens with that test.
  const closing: Array<() => Promise<void>> = []
  after(async () => {
    for (const close of closing) await close()
    rmSync(dir, { recursive: true, force: true })
  })
  const { close, ...world } = await openWorld(dir, mode, url, valid_days)
  closing.push(close)
  return world
}

/** The world of a folder, which is made where there is none yet, and stays. @param url of its database, empty at first; default: a file of the folder @returns it, and what stops all gateways and clients of it */
export async function openWorld (dir: string, mode: 'test' | 'production' = 'test', url?: string, valid_days = 30): Promise<World & { close (): Promise<void> }> {
  const opened: Array<() => Promise<void>> = []
  let gone = false
  const path = (name: string): string => join(dir, name)
  const database = url ?? `sqlite:${path('zorgpoort.db')}`
  if (!existsSync(path(last))) await makeKeys(dir, valid_days)
  const read = (name: string): string => readFileSync(path(name), 'utf8')
  const ca = read('ca.pem')

  const issued = new Map<Who, Issued>()
  const accounts = new Map<Who, Account>()
  for (const who of everybody) {
    const person: Person = people[who]
    if (person.certificate === false) continue
    const it = { key: read(`${who}.key`), certificate: read(`${who}.pem`) }
    issued.set(who, it)
    if (person.registered !== false) accounts.set(who, accountOf(who, person, it.certificate))
  }
  const store: World['store'] = async work => {
    const beside = await openStore({ url: database, mode, roots: readRoots(rootsIn(dir)) })
    try { return await work(beside) } finally { await beside.close() }
  }
  await store(async it => { if ((await it.register()).accounts.length < accounts.size) await register(it, accounts) })

  const config: World['config'] = (over = {}) => readConfig({
    env: {},
    over: { mode, database, tls_key: path('server.key'), tls_certificate: path('server.pem'), seal_key: path('seal.key'), seal_certificate: path('seal.pem'), ...rootsIn(dir), rest_port: 0, operations_port: 0, poll_ms: 50, log_level: 'debug', ...over }
  })
  const clientWith: World['clientWith'] = (own, url) => {
    const dispatcher = new Agent({ connections: 64, connect: { ca, ...(own === undefined ? {} : { key: own.key, cert: own.certificate }) } })
    opened.push(() => dispatcher.destroy())
    return clientOf(url, dispatcher)
  }
  const client: World['client'] = (who, url) => clientWith(issued.get(who), url)
  return {
    dir,
    database,
    ca,
    path,
    config,
    client,
    clientWith,
    store,
    judge: (code, judging) => store(async beside => {
      const party = (await beside.register()).parties.find(it => it.code === code)
      assert.ok(party, `${code} is not registered`)
      await putParty(beside, { ...party, judging: { ...bySchema, ...judging } })
    }),
    account (who) {
      const account = accounts.get(who)
      assert.ok(account, `${who} has no account`)
      return account
    },
    certificate: who => certificateOf(issued.get(who)?.certificate ?? ''),
    async start (over = {}, handlers = [], clock = systemClock) {
      const lines: string[] = []
      const gateway = await startGateway(config(over), openLog({ level: 'debug', pretty: false, to: { write: line => { lines.push(line) } } }), handlers, clock)
      let stopped: Promise<void> | null = null
      const stop = async (): Promise<void> => await (stopped ??= gateway.stop())
      opened.push(stop)
      // Of a test whose time was up nobody else ends it, and the file would never end.
      if (gone) await stop()
      const clients = new Map<Who, Client>()
      const as = (who: Who): Client => {
        const known = clients.get(who) ?? client(who, gateway.rest)
        clients.set(who, known)
        return known
      }
      return { ...gateway, stop, lines, as }
    },
    async close () {
      gone = true
      for (const close of opened.reverse()) await close()
    }
  }
}
