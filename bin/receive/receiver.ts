/** An endpoint that takes what a gateway pushes, as provider software would: for testers, and for who writes such software. */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { isMessageId } from '../../src/core/core.ts'
import { examine } from './examine.ts'
import { isKept, keep } from './keep.ts'
import { Malformed, readParts } from './parts.ts'

/** How it misbehaves, so that trying again can be watched: the first `times` pushes are answered with `status`, and each waits. */
export interface Odd { readonly status: number | null, readonly times: number, readonly slow_ms: number }

export interface ReceiverSettings {
  readonly host: string
  readonly port: number
  readonly key: string
  readonly cert: string
  /** Authorities (PEM) of gateways that may push. */
  readonly ca: string
  /** Authorities (PEM) that seals come from; null: seals are not looked at. */
  readonly trusted: string | null
  /** Where messages are kept. */
  readonly dir: string
  readonly odd: Odd
  /** Told a line of each push; nothing in it comes from who pushed but what was checked. */
  readonly say: (line: string) => void
}
export interface Receiver { readonly port: number, close (): Promise<void> }

/** Largest body taken: the largest message with what comes along. */
const body_bytes_max = 27_000_000
/** At once in memory; more are asked to come later. */
const bodies_at_once_max = 8
const connections_max = 100
const times_ms = { handshakeTimeout: 10_000, headersTimeout: 10_000, requestTimeout: 120_000 }

/** What it answers: 2xx only for what is on disk. */
export interface Answer { readonly status: number, readonly code: string | null, readonly line: string }

const no = (status: number, code: string): Answer => ({ status, code, line: `answered ${status} ${code}` })

/** @returns the whole body, or the answer to one that is not taken */
export async function bodyOf (request: IncomingMessage): Promise<Buffer | Answer> {
  const length = Number(request.headers['content-length'] ?? NaN)
  if (!Number.isSafeInteger(length)) return no(411, 'length_required')
  if (length > body_bytes_max) return no(413, 'too_large')
  const chunks: Buffer[] = []
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Only an id may be printed, or become the name of a folder. */
function idOf ({ headers }: IncomingMessage): string | null {
  const id = String(headers['zorgpoort-message'] ?? '')
  return isMessageId(id) && headers['idempotency-key'] === id ? id : null
}

/** @returns which try the gateway says this is; ? where it does not */
export const attemptOf = ({ headers }: IncomingMessage): string => /^[1-9]\d{0,5}$/.exec(String(headers['zorgpoort-attempt'] ?? ''))?.[0] ?? '?'

function take (request: IncomingMessage, id: string, body: Buffer, { dir, trusted }: ReceiverSettings): Answer {
  try {
    const parts = readParts(request.headers['content-type'], body)
    const { type, sender, receiver, size_bytes } = examine(parts, id, trusted)
    const known = isKept(dir, id)
    if (!known) keep(dir, id, parts)
    return { status: 204, code: null, line: `${type}  ${sender} → ${receiver}  ${size_bytes} bytes  ${trusted === null ? 'seal not looked at' : 'verified'}${known ? '  again: was kept already' : ''}` }
  } catch (error) {
    if (error instanceof Malformed) return no(422, error.code)
    return no(503, error instanceof Error && 'code' in error ? String(error.code).toLowerCase() : 'unexpected')
  }
}

function send (response: ServerResponse, { status, code }: Answer): void {
  const body = code === null ? '' : JSON.stringify({ code })
  // What was not read to its end must not be taken for the next request.
  const close = status === 411 || status === 413 ? { Connection: 'close' } : {}
  response.writeHead(status, { ...(code === null ? {} : { 'Content-Type': 'application/json', 'Content-Length': String(body.length) }), ...(status === 503 ? { 'Retry-After': '5' } : {}), ...close })
  response.end(body)
}

/** @returns what answers one push after the other */
function answering (settings: ReceiverSettings) {
  const { odd } = settings
  let left = odd.status === null ? 0 : odd.times
  let held = 0
  return async (request: IncomingMessage): Promise<Answer & { readonly id: string }> => {
    const id = idOf(request)
    const refuse = (answer: Answer) => ({ ...answer, id: id ?? '-'.repeat(36) })
    if (request.method !== 'POST') return refuse(no(405, 'post_only'))
    if (id === null) return refuse(no(400, 'no_id'))
    if (held >= bodies_at_once_max) return refuse(no(503, 'busy'))
    held++
    try {
      const body = await bodyOf(request)
      if (!Buffer.isBuffer(body)) return refuse(body)
      if (odd.slow_ms > 0) await pause(odd.slow_ms)
      if (odd.status !== null && left > 0) { left--; return refuse(no(odd.status, 'as_asked')) }
      return refuse(take(request, id, body, settings))
    } finally { held-- }
  }
}

/** @param handle answers one request and says a line of it; what it throws breaks the connection off @throws Error with a code when it cannot listen, or when key and certificate are none */
export async function listen ({ key, cert, ca, say, port, host }: ReceiverSettings, handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Promise<Receiver> {
  const server = createServer({ key, cert, ca, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2', ...times_ms }, (request, response) => {
    request.on('error', () => { /* it broke off; the gateway tries again */ })
    response.on('error', () => {})
    handle(request, response).catch(() => { response.destroy() })
  })
  server.maxConnections = connections_max
  server.on('tlsClientError', () => { say('somebody without a client certificate of the authority, or who does not believe ours, was turned away') })
  server.listen(port, host)
  await once(server, 'listening')
  const at = server.address() as AddressInfo
  return {
    port: at.port,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    }
  }
}

/** @throws as listen */
export async function openReceiver (settings: ReceiverSettings): Promise<Receiver> {
  const answer = answering(settings)
  return await listen(settings, async (request, response) => {
    const it = await answer(request)
    settings.say(`${it.id}  ${it.line}  (attempt ${attemptOf(request)})`)
    send(response, it)
  })
}
