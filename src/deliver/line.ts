/** One TLS connection to an endpoint, made to an address that was checked, and undici's client over it. */
import { isIP, type TcpNetConnectOpts } from 'node:net'
import { connect as connectTls, type ConnectionOptions, type SecureContext, type TLSSocket } from 'node:tls'
import { Client } from 'undici'
import type { Fingerprint } from '../core/core.ts'
import { certificateReason, handshakeReason, networkReason, PushFault } from './fault.ts'

/** An address a name resolves to. */
export interface Address { readonly address: string, readonly family: 4 | 6 }

export interface Target {
  readonly url: URL
  /** Our pair and the authorities that are believed. */
  readonly context: SecureContext
  readonly pin: Fingerprint | null
  readonly connect_ms_max: number
  readonly lookup: (name: string) => Promise<readonly Address[]>
  readonly reachable: (address: string) => boolean
}

export interface Line {
  readonly client: Client
  readonly socket: TLSSocket
}

/** A receiver that closes earlier says so, or its close is seen before the next push. */
const idle_ms_max = 10_000
/** Between two addresses of one name. */
const attempt_ms_max = 1_000

/** The URL's host as certificates and resolvers name it. */
const nameOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')

/** @returns every address of the host, each of them checked @throws PushFault */
async function addressesOf (name: string, { lookup, reachable }: Target): Promise<readonly Address[]> {
  const family = isIP(name)
  const found = family === 4 || family === 6 ? [{ address: name, family } as const] : await lookup(name).catch(() => [])
  if (found.length === 0) throw new PushFault('name')
  if (!found.every(it => reachable(it.address))) throw new PushFault('address')
  return found
}

/** Settles when the work does, or earlier with what the signal was aborted with. */
async function unlessAborted<T> (work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void => { reject(signal.reason) }
  signal.addEventListener('abort', abort, { once: true })
  try { return await Promise.race([work(), promise]) } finally { signal.removeEventListener('abort', abort) }
}

function open (name: string, addresses: readonly Address[], { url, context }: Target): TLSSocket {
  const [first] = addresses
  // Node takes what it makes the TCP connection with in the same place.
  const options: ConnectionOptions & Pick<TcpNetConnectOpts, 'autoSelectFamily' | 'autoSelectFamilyAttemptTimeout'> = {
    host: name,
    port: url.port === '' ? 443 : Number(url.port),
    // The name that stands in the URL is asked for and verified, whichever address it is.
    ...(isIP(name) === 0 ? { servername: name } : {}),
    lookup: (_name, { all }, found) => {
      if (all === true) found(null, addresses.map(it => ({ ...it })))
      else found(null, first?.address ?? '', first?.family)
    },
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: attempt_ms_max,
    secureContext: context,
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1']
  }
  return connectTls(options)
}

const sha256Of = (socket: TLSSocket): string | undefined => socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase()

/** Waits for the handshake; nothing is sent by then. @throws PushFault */
function handshake (socket: TLSSocket, { pin, connect_ms_max }: Target): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    let reached = false
    const fail = (reason: string): void => {
      clearTimeout(timer)
      socket.destroy()
      reject(new PushFault(reason))
    }
    const timer = setTimeout(() => { fail(reached ? 'timeout' : 'unreachable') }, connect_ms_max)
    socket.once('connect', () => { reached = true })
    socket.on('error', (error: Error) => {
      // Typed as an error, it is the code of the judgement; where there was none, null.
      const judged: unknown = socket.authorizationError ?? null
      fail(!reached ? networkReason(error) : judged === null ? handshakeReason(error) : certificateReason(String(judged)))
    })
    socket.once('close', () => { fail(reached ? 'tls' : 'connection') })
    socket.once('secureConnect', () => {
      clearTimeout(timer)
      if (pin === null || sha256Of(socket) === pin) resolve(socket)
      else fail('certificate.pin')
    })
  })
}

/** @returns a client over exactly this connection: when that is gone, so is the client */
function clientOver (url: URL, socket: TLSSocket): Client {
  let given = false
  return new Client(url.origin, {
    // Undici asks while it is busy with its queue, and looks at that again only when it is told later.
    connect: (_options, connected) => queueMicrotask(() => {
      if (given || socket.destroyed) connected(new PushFault('cut'), null)
      else connected(null, socket)
      given = true
    }),
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: idle_ms_max,
    keepAliveMaxTimeout: idle_ms_max,
    // The push as a whole has a time limit.
    headersTimeout: 0,
    bodyTimeout: 0,
    strictContentLength: true
  })
}

/** @returns a connection that is verified and over which nothing was sent yet @throws PushFault, or what the signal was aborted with */
export async function openLine (target: Target, signal: AbortSignal): Promise<Line> {
  const name = nameOf(target.url)
  const addresses = await unlessAborted(() => addressesOf(name, target), signal)
  const socket = open(name, addresses, target)
  try {
    await unlessAborted(() => handshake(socket, target), signal)
  } catch (error) {
    socket.destroy()
    throw error
  }
  return { client: clientOver(target.url, socket), socket }
}

/** Ends it at once, whatever goes on over it. */
export function endLine ({ client, socket }: Line): void {
  socket.destroy()
  client.destroy().catch(() => {})
}
