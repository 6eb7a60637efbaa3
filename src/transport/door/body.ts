/** Reading a message from the wire: type and size before bytes, and a bound on what all requests together hold. */
import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { Refusal, release } from '../../core/core.ts'

export interface Limits { readonly payload_bytes_max: number, readonly batch_bytes_max: number, readonly inflight_bytes_max: number, readonly ggk_bytes_max: number }

/** What may stand around a message: the SOAP envelope, the metadata and borders of multipart. */
const around_bytes_max = 65_536

/** What is asked in JSON is short; and a megabyte of it can be half a million empty lists. */
const json_bytes_max = 262_144

/** The kinds of body a route can take; it says which in its `config.body`, and takes a message when it says nothing. */
const kinds = {
  message: { type: /^(?:application|text)\/xml\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i, told: 'application/xml, text/xml; charset=utf-8', bytes_max: (it: Limits) => it.payload_bytes_max },
  batch: { type: /^application\/(?:x-)?zip(?:-compressed)?$/i, told: 'application/zip', bytes_max: (it: Limits) => it.batch_bytes_max },
  json: { type: /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i, told: 'application/json', bytes_max: () => json_bytes_max },
  /** A whole register, by an operator. */
  register: { type: /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i, told: 'application/json', bytes_max: (it: Limits) => it.payload_bytes_max },
  soap: { type: /^text\/xml\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i, told: 'text/xml; charset=utf-8 (SOAP 1.1)', bytes_max: (it: Limits) => it.ggk_bytes_max + around_bytes_max },
  multipart: { type: /^multipart\/form-data\s*;/i, told: 'multipart/form-data', bytes_max: (it: Limits) => it.payload_bytes_max + around_bytes_max }
} as const
declare module 'fastify' { interface FastifyContextConfig { body?: keyof typeof kinds } }

const kindOf = (request: FastifyRequest) => kinds[request.routeOptions.config.body ?? 'message']
/** @returns the most bytes this request's route takes */
export const bytesMax = (request: FastifyRequest, limits: Limits): number => kindOf(request).bytes_max(limits)

/** @throws Refusal for a coded body, a type that the route does not take, or a declared length over the limit */
export function checkHeaders (request: FastifyRequest, limits: Limits): void {
  if (request.headers['content-encoding'] !== undefined) throw new Refusal('ZP_MEDIA_TYPE', 'Content-Encoding: geen / none')
  const { type, told } = kindOf(request)
  if (!type.test(request.headers['content-type'] ?? '')) throw new Refusal('ZP_MEDIA_TYPE', `Content-Type: ${told}`)
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > bytesMax(request, limits)) throw new Refusal('ZP_SIZE', `${declared} > ${bytesMax(request, limits)} bytes`)
}

/** Counts the bytes all requests hold; a request gives its share back when its answer is out. */
export interface Inflight { take (bytes: number): boolean, give (bytes: number): void, held (): number }

export function inflight (bytes_max: number): Inflight {
  let held = 0
  return {
    take: bytes => { if (held + bytes > bytes_max) return false; held += bytes; return true },
    give: bytes => { held -= bytes },
    held: () => held
  }
}

/** After the first few, small pieces are copied together: kept apart, each byte of a client that sends one at a time would cost a hundred. */
const block_bytes = 65_536
const small_bytes = 8_192
const apart_max = 16

/** Gathers the pieces of a body. */
interface Gathering { add (piece: Buffer): void, whole (): Buffer }

/** Of what is large no pieces are kept beside the whole. Its room is made when so much has come: who only says that much will come gets none. */
const large_bytes = 1_000_000

/** @param declared bytes; 0 where nobody said */
function gathering (declared: number): Gathering {
  const small = inPieces()
  let room: Buffer | null = null
  let used = 0
  const large = (): Buffer => {
    const made = Buffer.allocUnsafeSlow(declared)
    small.whole().copy(made)
    small.clear()
    return made
  }
  return {
    add: piece => {
      // The parser of the wire gives no more than was declared.
      if (room === null && declared > large_bytes && used + piece.byteLength > large_bytes) room = large()
      if (room === null) small.add(piece)
      else piece.copy(room, used)
      used += piece.byteLength
      if (room !== null) release(piece)
    },
    whole: () => room === null ? small.whole() : room.subarray(0, used)
  }
}

function inPieces (): Gathering & { clear (): void } {
  const pieces: Buffer[] = []
  let block = Buffer.alloc(0); let used = 0
  const close = (): void => { if (used > 0) pieces.push(block.subarray(0, used)); block = block.subarray(used); used = 0 }
  return {
    add: piece => {
      if (piece.byteLength >= small_bytes || pieces.length < apart_max) { close(); pieces.push(piece); return }
      if (used + piece.byteLength > block.byteLength) { close(); block = Buffer.allocUnsafe(block_bytes) }
      used += piece.copy(block, used)
    },
    whole: () => {
      close()
      return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
    },
    clear: () => { pieces.length = 0 }
  }
}

/**
 * Reads a body to its end, counting as it comes: a length that was not declared gets no further than one that was.
 * @param count what the caller gives back to `inflight` when the request is over
 * @throws Refusal ZP_SIZE, or ZP_BUSY when all requests together hold too much
 */
export function readBody (stream: IncomingMessage, bytes_max: number, held: Inflight, count: (bytes: number) => void): Promise<Buffer> {
  const body = gathering(Number(stream.headers['content-length'] ?? 0))
  let size = 0
  return new Promise((resolve, reject) => {
    const stop = (code: 'ZP_SIZE' | 'ZP_BUSY' | 'ZP_REQUEST', detail: string | null = null): void => {
      stream.removeAllListeners('data').pause()
      reject(new Refusal(code, detail))
    }
    stream.on('data', (chunk: Buffer) => {
      size += chunk.byteLength
      if (size > bytes_max) return stop('ZP_SIZE', `> ${bytes_max} bytes`)
      if (!held.take(chunk.byteLength)) return stop('ZP_BUSY')
      count(chunk.byteLength)
      body.add(chunk)
    })
    stream.once('end', () => { resolve(body.whole()) })
    stream.once('error', () => { stop('ZP_REQUEST') })
    stream.once('close', () => { if (!stream.complete) stop('ZP_REQUEST') })
  })
}
