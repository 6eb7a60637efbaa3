/** The wire below a request: how much and how slowly it may come, and our own words for what never becomes a request. */
import { constants, randomUUID } from 'node:crypto'
import { STATUS_CODES, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal, refusals, type RefusalCode } from '../../core/core.ts'
import { problem } from './problem.ts'

export interface WireLimits {
  readonly handshake_ms_max: number
  readonly headers_ms_max: number
  readonly request_ms_max: number
  readonly headers_bytes_max: number
  readonly idle_ms_max: number
  readonly connections_max: number
}

/** Many times what any client sends. Node drops header fields above a number of its own without a word: those it drops we would not have seen. */
const fields_max = 100

/** @returns the options of Node's own server */
export const wireOptions = (limits: WireLimits) => ({
  minVersion: 'TLSv1.2' as const,
  requestCert: true,
  rejectUnauthorized: false, // the first hook decides, and says why
  // No ticket: each connection is decided anew. No renegotiation: who is at the other side cannot change while it lives.
  secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  handshakeTimeout: limits.handshake_ms_max,
  headersTimeout: Math.min(limits.headers_ms_max, limits.request_ms_max),
  maxHeaderSize: limits.headers_bytes_max,
  requireHostHeader: false, // asked for below, in our own words
  // How often Node looks for requests that take too long.
  connectionsCheckingInterval: Math.min(1_000, limits.headers_ms_max)
})

const count = (request: FastifyRequest, name: string): number =>
  request.raw.rawHeaders.filter((field, at) => at % 2 === 0 && field.toLowerCase() === name).length

/** What of a request's head is refused, though Node's parser takes it: anything another reader could read in another way. */
function oddity ({ raw, headers }: FastifyRequest, hosts: number): string | null {
  if (hosts > 1 || (hosts === 0 && raw.httpVersion !== '1.0')) return 'Host'
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue') return 'Expect'
  const coding = headers['transfer-encoding']
  return coding === undefined || coding.toLowerCase() === 'chunked' ? null : 'Transfer-Encoding: chunked'
}

/** @throws Refusal ZP_HEADERS or ZP_REQUEST; the connection ends with that answer, as nobody knows what else is on it */
export function checkHead (request: FastifyRequest, reply: FastifyReply): void {
  const odd = oddity(request, count(request, 'host'))
  if (odd === null && request.raw.rawHeaders.length <= 2 * fields_max) return
  reply.header('Connection', 'close')
  throw odd === null ? new Refusal('ZP_HEADERS', `> ${fields_max} header fields`) : new Refusal('ZP_REQUEST', odd)
}

const said: Readonly<Record<string, RefusalCode>> = { ERR_HTTP_REQUEST_TIMEOUT: 'ZP_SLOW', HPE_HEADER_OVERFLOW: 'ZP_HEADERS' }

/** @returns the whole answer to what Node's parser gave up on, as bytes of HTTP/1.1 */
function answer (code: RefusalCode): string {
  const { status, retry } = refusals[code]
  const id = randomUUID()
  const body = JSON.stringify(problem(new Refusal(code), id))
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, 'Content-Type: application/problem+json', `Content-Length: ${Buffer.byteLength(body)}`, `X-Request-Id: ${id}`, 'Connection: close']
  return `${[...head, ...retry === 'later' ? ['Retry-After: 5'] : []].join('\r\n')}\r\n\r\n${body}`
}

/** Remembers the answer a connection is giving, so that ours never lands in the middle of it. */
export interface Wire {
  /** To be called for every request. */
  opened (request: FastifyRequest, reply: FastifyReply): void
  /** To be called when an answer begins: one that is not taken in the time a request gets ends its connection. */
  answering (request: FastifyRequest, reply: FastifyReply): void
  /** Node's parser or clock gave up on a connection. */
  failed (error: NodeJS.ErrnoException, socket: Socket): void
}

/** @param refused told of every refusal made here */
export function openWire (limits: WireLimits, refused: (code: RefusalCode) => void): Wire {
  const giving = new WeakMap<Socket, ServerResponse>()
  return {
    opened: (request, reply) => { giving.set(request.raw.socket, reply.raw) },
    answering: ({ raw: { socket } }, { raw }) => {
      if (socket.destroyed) return
      // Not a timeout of the socket: the client could keep that alive by sending something.
      const late = setTimeout(() => { socket.destroy() }, limits.request_ms_max).unref()
      raw.once('close', () => { clearTimeout(late) })
    },
    failed: (error, socket) => {
      if (error.code === 'ECONNRESET' || socket.destroyed) return
      const current = giving.get(socket)
      const code = said[error.code ?? ''] ?? 'ZP_REQUEST'
      refused(code)
      if (socket.writable && (current === undefined || current.writableFinished || !current.headersSent)) socket.write(answer(code))
      socket.destroy()
    }
  }
}
