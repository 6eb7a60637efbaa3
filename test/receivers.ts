/** Endpoints of receivers as tests want them: real TLS, that keep what comes, and misbehave on request. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer as createHttps } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'
import { fingerprint, instant, type Fingerprint } from '../src/core/core.ts'
import { certificateFacts, issue, keyPem, makeAuthority, type Authority, type IssueRequest } from '../src/sign/sign.ts'
import type { PushConnection } from '../src/store/store.ts'

const hour = 3_600_000
const garbage = 'Dit is geen HTTP.\r\n\r\n'

/** What a receiver does with what comes. What it answers, it answers when it has the whole message, except `early`. */
export type Behaviour =
  /** `then: 'close'`: closes the connection after it, without having said so. */
  | { readonly kind: 'answer', readonly status?: number, readonly headers?: Readonly<Record<string, string>>, readonly body?: string | Uint8Array, readonly then?: 'close' }
  /** Answers after the head, reads nothing more and closes. */
  | { readonly kind: 'early', readonly status: number }
  /** Takes everything and never says a word. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'late', readonly ms: number, readonly status?: number }
  /** Answers 200, one byte at a time. */
  | { readonly kind: 'drip', readonly ms: number }
  | { readonly kind: 'garbage' }
  /** connect: before TLS. head: when it has the request's head. half: of the body. body: all of it. status: behind its own first line. answer: half-way the body of its 200. reused: at the head of any but the first request of a connection. */
  | { readonly kind: 'cut', readonly at: 'connect' | 'head' | 'half' | 'body' | 'status' | 'answer' | 'reused' }
  /** Says nothing, and calls when it has half of the body, after which it reads no more, or all of it. */
  | { readonly kind: 'call', readonly at: 'half' | 'body', readonly call: () => void }
  | { readonly kind: 'huge', readonly bytes: number, readonly status?: number }
  /** The body of its answer never ends. */
  | { readonly kind: 'endless', readonly status?: number }
  /** Takes the connection and says nothing, not even TLS. */
  | { readonly kind: 'mute' }
  /** Speaks HTTP without TLS. */
  | { readonly kind: 'plain' }
  /** What somebody else makes of the body. */
  | { readonly kind: 'serve', readonly serve: (body: Buffer, headers: IncomingMessage['headers']) => Promise<Served> }

export interface Served { readonly status: number, readonly headers: Readonly<Record<string, string>>, readonly body: string }

/** Which certificate it shows: one that is believed; of an authority nobody knows; with another name; outside its dates; by itself; believed, with another key. */
export type Shown = 'good' | 'foreign' | 'other_name' | 'expired' | 'not_yet' | 'self_signed' | 'renewed'

export interface Part { readonly type: string | null, readonly filename: string | null, readonly bytes: Buffer }
/** A push that came in whole. */
export interface Arrived {
  readonly id: string
  readonly idempotency_key: string
  readonly attempt: number
  readonly headers: IncomingMessage['headers']
  readonly url: string
  readonly method: string
  /** By their name; empty where the receiver was told to keep no bytes. */
  readonly parts: ReadonlyMap<string, Part>
  readonly body: Buffer
  /** SHA-256 of the certificate the gateway showed. */
  readonly certificate: Fingerprint | null
  /** Number of the connection it came over, from 1. */
  readonly connection: number
}

export interface Receiver {
  /** With the name `localhost`. */
  readonly url: string
  readonly port: number
  /** What came in whole, in the order in which it did. */
  readonly arrived: readonly Arrived[]
  /** What was wrong with the form of what came: must stay empty. */
  readonly faults: readonly string[]
  /** Requests of which the head came, and TCP connections, so far. */
  readonly heads: () => number
  readonly connections: () => number
  /** TCP connections that are open. */
  readonly open: () => number
  /** From the next request (or, before TLS, connection) on. @param it the same for all, or by the number of the request from 1 */
  behave (it: Behaviour | ((request: number) => Behaviour)): void
  show (which: Shown): void
  /** SHA-256 of the certificate it shows. */
  pin (): Fingerprint
  /** Nothing listens from now on, and open connections break. */
  stop (): Promise<void>
  /** Listens again, at the same port. */
  start (): Promise<void>
  /** Waits until so many arrived. */
  until (count: number): Promise<readonly Arrived[]>
  /** How to get there: its own authority, no pin, limits as configured. */
  connection (over?: Partial<PushConnection>): PushConnection
}

export interface ReceiverOptions {
  readonly behaviour?: Behaviour
  /** Whether it asks for the gateway's certificate and refuses who has none of its authority. */
  readonly asks?: boolean
  /** Whether it keeps the bytes that come, besides ids. */
  readonly keep?: boolean
  /** Told of what arrived, which is not kept then. */
  readonly taken?: (it: Arrived) => void
  /** What takes a body apart; multipart/form-data by the letter where nothing is said. @throws Error */
  readonly parts?: (contentType: string | undefined, body: Buffer) => Map<string, Part>
}

export interface Receivers {
  /** PEM of the authority that receivers and the gateway's pair are of. */
  readonly ca: string
  readonly authority: Authority
  /** What the gateway shows, and what no receiver believes; PEM. */
  readonly own: { readonly key: string, readonly cert: string }
  readonly stranger: { readonly key: string, readonly cert: string }
  /** What a receiver shows that is believed. */
  readonly server: { readonly key: string, readonly cert: string }
  /** Another pair that receivers believe. */
  pair (): Promise<{ readonly key: string, readonly cert: string }>
  open (options?: ReceiverOptions): Promise<Receiver>
  close (): Promise<void>
}

/** Puts the pair by which receivers know the gateway beside its other files. @returns the settings of a gateway that may push to these */
export function reaching (world: { path (name: string): string }, { own }: Pick<Receivers, 'own'>, receivers: ReadonlyArray<{ readonly port: number }>): Readonly<Record<'push_key' | 'push_certificate' | 'push_ports' | 'push_networks', string>> {
  const [key, certificate] = [world.path('push.key'), world.path('push.pem')]
  writeFileSync(key, own.key, { mode: 0o600 })
  writeFileSync(certificate, own.cert)
  return { push_key: key, push_certificate: certificate, push_ports: receivers.map(it => it.port).join(','), push_networks: '127.0.0.0/8,::1/128' }
}

/** Names a good certificate is for. */
export const names = ['localhost', 'push.example', 'zorg.example'] as const

interface Pem { readonly key: string, readonly cert: string }
/** The organisation number its certificates bear, if any. */
type Oin = Pick<IssueRequest, 'oin'>
type Shelf = Readonly<Record<Shown, Pem>>

async function shelf (authority: Authority, foreign: Authority, oin: Oin): Promise<Shelf> {
  const made = async (by: Authority, over: Partial<IssueRequest> = {}): Promise<Pem> => {
    const { key, certificate } = await issue(by, { subject: 'receiver', use: 'server', algorithm: 'P-256', dnsNames: names, ipAddresses: ['127.0.0.1', '::1'], ...oin, ...over })
    return { key, cert: certificate }
  }
  const self = await makeAuthority({ name: 'localhost', algorithm: 'P-256' })
  return {
    good: await made(authority),
    renewed: await made(authority),
    foreign: await made(foreign),
    other_name: await made(authority, { dnsNames: ['elsewhere.example'], ipAddresses: [] }),
    expired: await made(authority, { notBefore: instant(Date.now() - 2 * hour), notAfter: instant(Date.now() - hour) }),
    not_yet: await made(authority, { notBefore: instant(Date.now() + hour), notAfter: instant(Date.now() + 2 * hour) }),
    self_signed: { key: keyPem(self.privateKey), cert: self.certificate }
  }
}

/** Reads multipart/form-data (RFC 7578) by its letter: what is not exactly that has no parts. @throws Error */
export function readParts (contentType: string | undefined, body: Buffer): Map<string, Part> {
  const boundary = /^multipart\/form-data; boundary=([A-Za-z0-9'()+_,./:=?-]{1,70})$/.exec(contentType ?? '')?.[1]
  if (boundary === undefined) throw new Error('the content type names no multipart/form-data with a boundary')
  const [start, between, end] = [`--${boundary}\r\n`, `\r\n--${boundary}\r\n`, `\r\n--${boundary}--\r\n`].map(it => Buffer.from(it))
  assert.ok(start && between && end)
  if (!body.subarray(0, start.length).equals(start) || !body.subarray(-end.length).equals(end)) throw new Error('the body does not begin or end with its boundary')
  const parts = new Map<string, Part>()
  for (let from = start.length, last = false; !last;) {
    const next = body.indexOf(between, from)
    last = next === -1
    const to = last ? body.length - end.length : next
    const [name, part] = readPart(body.subarray(from, to))
    if (parts.has(name)) throw new Error('two parts have one name')
    if (part.bytes.includes(`--${boundary}`)) throw new Error('the boundary stands in a part')
    parts.set(name, part)
    from = to + between.length
  }
  return parts
}

function readPart (bytes: Buffer): [string, Part] {
  const blank = bytes.indexOf('\r\n\r\n')
  if (blank === -1) throw new Error('a part has no head')
  const head = new Map(bytes.subarray(0, blank).toString('latin1').split('\r\n').map(line => {
    const [, name, value] = /^([A-Za-z-]+): (.+)$/.exec(line) ?? []
    if (name === undefined || value === undefined) throw new Error('a part has a line in its head that is none')
    return [name.toLowerCase(), value]
  }))
  const [, name, filename] = /^form-data; name="([^"]+)"(?:; filename="([^"]+)")?$/.exec(head.get('content-disposition') ?? '') ?? []
  if (name === undefined) throw new Error('a part has no name')
  return [name, { type: head.get('content-type') ?? null, filename: filename ?? null, bytes: bytes.subarray(blank + 4) }]
}

const header = (request: IncomingMessage, name: string): string => String(request.headers[name] ?? '')

function arrivedOf (request: IncomingMessage, body: Buffer, connection: number, { keep = true, parts: read = readParts }: ReceiverOptions): Arrived {
  if (header(request, 'content-length') !== String(body.length)) throw new Error('Content-Length is not that of the body')
  const parts = read(request.headers['content-type'], body)
  const peer = request.socket instanceof TLSSocket ? request.socket.getPeerX509Certificate() : undefined
  return {
    id: header(request, 'zorgpoort-message'), idempotency_key: header(request, 'idempotency-key'), attempt: Number(header(request, 'zorgpoort-attempt')),
    headers: request.headers, url: request.url ?? '', method: request.method ?? '', connection,
    parts: keep ? parts : new Map(), body: keep ? body : Buffer.alloc(0),
    certificate: peer === undefined ? null : fingerprint(peer.fingerprint256.replaceAll(':', '').toLowerCase())
  }
}

/** @param half what to do half-way, after which there is no more @returns the whole body, or null where there was something to do */
async function bodyOf (request: IncomingMessage, half: (() => Promise<void>) | null): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    assert.ok(Buffer.isBuffer(chunk))
    chunks.push(chunk)
    size += chunk.length
    if (half !== null && size >= Number(header(request, 'content-length')) / 2) {
      await half()
      return null
    }
  }
  return Buffer.concat(chunks)
}

/** @returns what a receiver does that does not want the whole body */
function halfway (it: Behaviour, socket: Socket): (() => Promise<void>) | null {
  if (it.kind === 'cut' && it.at === 'half') return async () => { socket.destroy() }
  if (it.kind !== 'call' || it.at !== 'half') return null
  return async () => {
    it.call()
    await new Promise(resolve => { socket.once('close', resolve) })
  }
}

async function drip (socket: Socket, text: string, ms: number): Promise<void> {
  for (const letter of text) {
    if (socket.destroyed) return
    socket.write(letter)
    await pause(ms)
  }
}

function pour (response: ServerResponse, left: number): void {
  const chunk = Buffer.alloc(16_384, 'x')
  const more = (): void => {
    for (; left > 0 && !response.destroyed; left -= chunk.length) if (!response.write(chunk)) { response.once('drain', more); left -= chunk.length; return }
    if (left <= 0) response.end()
  }
  more()
}

/** Answers a message that came in whole. */
async function answer (it: Behaviour, request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
  const { socket } = request
  switch (it.kind) {
    case 'answer':
      response.writeHead(it.status ?? 204, it.headers)
      response.end(it.body, () => { if (it.then === 'close') socket.end() })
      return
    case 'late':
      await pause(it.ms)
      response.writeHead(it.status ?? 204).end()
      return
    case 'drip': return await drip(socket, `HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n${'x'.repeat(1000)}`, it.ms)
    case 'garbage': socket.end(garbage); return
    case 'serve': {
      const { status, headers, body: text } = await it.serve(body, request.headers)
      response.writeHead(status, headers).end(text)
      return
    }
    case 'call': it.call(); return
    case 'huge':
      response.writeHead(it.status ?? 200, { 'Content-Type': 'application/json' })
      return pour(response, it.bytes)
    case 'endless':
      response.writeHead(it.status ?? 200, { 'Content-Type': 'application/json' })
      return pour(response, Infinity)
    case 'cut':
      if (it.at === 'status') socket.end('HTTP/1.1 200 OK\r\n')
      else if (it.at === 'answer') socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf')
      else if (it.at === 'body') socket.destroy()
      else response.writeHead(204).end()
      break
    default: // silent
  }
}

async function openReceiver (shelf: Shelf, ca: string, options: ReceiverOptions): Promise<Receiver> {
  const { behaviour = { kind: 'answer' }, asks = true } = options
  const arrived: Arrived[] = []
  const faults: string[] = []
  const connections = new WeakMap<Socket, { number: number, requests: number }>()
  const sockets = new Set<Socket>()
  let behaves: (request: number) => Behaviour = () => behaviour
  let shown: Shown = 'good'
  let heads = 0
  let opened = 0

  const https = createHttps({ ...shelf.good, ca, requestCert: asks, rejectUnauthorized: asks, keepAliveTimeout: 600_000, requestTimeout: 0 }, (request, response) => {
    const it = behaves(++heads)
    response.on('error', () => {})
    serve(it, request, response).catch((error: unknown) => { if (!request.socket.destroyed) faults.push(String(error)) })
  })
  // Some are told to break off: that is no fault of the receiver's.
  https.on('tlsClientError', () => {})
  async function serve (it: Behaviour, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = connections.get(request.socket) ?? { number: ++opened, requests: 0 }
    connections.set(request.socket, seen)
    seen.requests++
    if (it.kind === 'early') {
      response.writeHead(it.status, { Connection: 'close' }).end(() => { request.socket.destroySoon() })
      return
    }
    if (it.kind === 'cut' && (it.at === 'head' || (it.at === 'reused' && seen.requests > 1))) { request.socket.destroy(); return }
    const body = await bodyOf(request, halfway(it, request.socket))
    if (body === null) return
    const came = arrivedOf(request, body, seen.number, options)
    if (options.taken === undefined) arrived.push(came)
    else options.taken(came)
    await answer(it, request, response, body)
  }

  let taken = 0
  const front = createServer(socket => {
    taken++
    sockets.add(socket)
    socket.on('close', () => { sockets.delete(socket) }).on('error', () => {})
    const it = behaves(heads + 1)
    if (it.kind === 'mute') { socket.resume(); return }
    if (it.kind === 'plain') { socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'); return }
    if (it.kind === 'cut' && it.at === 'connect') { socket.destroy(); return }
    https.emit('connection', socket)
  })
  const listen = async (port: number): Promise<void> => { await once(front.listen(port, '127.0.0.1'), 'listening') }
  await listen(0)
  const { port } = front.address() as AddressInfo
  const url = `https://localhost:${port}/zorgpoort`
  return {
    url, port, arrived, faults,
    heads: () => heads,
    connections: () => taken,
    open: () => sockets.size,
    behave (it) { behaves = typeof it === 'function' ? it : () => it },
    show (which) {
      shown = which
      https.setSecureContext({ ...shelf[which], ca })
    },
    pin: () => certificateFacts(shelf[shown].cert).fingerprint,
    async stop () {
      const closed = front.listening ? once(front, 'close') : null
      front.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
    start: () => listen(port),
    async until (count) {
      const end = Date.now() + 30_000
      while (arrived.length < count) {
        assert.ok(Date.now() < end, `${count} messages never arrived, only ${arrived.length}`)
        await pause(5)
      }
      return arrived
    },
    connection: (over = {}) => ({ door: 'rest-push', direction: 'in', url, ca, pin: null, at_once_max: null, per_minute_max: null, ms_max: null, retry: null, breaker: null, ...over })
  }
}

/** @param oin borne by every certificate @returns an authority with receivers of it; close it when the tests are done */
export async function openReceivers (oin: Oin = {}): Promise<Receivers> {
  const [authority, foreign] = await Promise.all(['Receivers CA', 'Foreign CA'].map(name => makeAuthority({ name, algorithm: 'P-256' })))
  assert.ok(authority && foreign)
  const certificates = await shelf(authority, foreign, oin)
  const pair = async (by: Authority): Promise<Pem> => {
    const { key, certificate } = await issue(by, { subject: 'gateway', use: 'client', algorithm: 'P-256', ...oin })
    return { key, cert: certificate }
  }
  const opened: Receiver[] = []
  return {
    ca: authority.certificate,
    authority,
    own: await pair(authority),
    stranger: await pair(foreign),
    server: certificates.good,
    pair: () => pair(authority),
    async open (options = {}) {
      const receiver = await openReceiver(certificates, authority.certificate, options)
      opened.push(receiver)
      return receiver
    },
    async close () { for (const receiver of opened) await receiver.stop() }
  }
}
