/** The StUF-GGk endpoint of those who are played: as long as a replay goes on it takes what they are called with. */
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import { Unusable } from '../core/core.ts'
import { answered_as, openCalled } from '../speak/speak.ts'
import { StufFault } from '../stuf/stuf.ts'

export interface Endpoint {
  /** @returns the payload that came under this referentienummer, once; null when it does not come in time @throws the reason of an abort */
  arrives (number: string, timeout_ms: number, signal: AbortSignal): Promise<Uint8Array | null>
}
/** Where it listens, the pair it shows (PEM), and the authorities whose clients may call. */
export interface EndpointSettings { readonly host: string, readonly port: number, readonly key: string, readonly cert: string, readonly ca: string }
export interface OpenEndpoint extends Endpoint { readonly port: number, close (): Promise<void> }

/** Largest call: the largest Di01 and the SOAP around it. */
const body_bytes_max = 25_100_000
const software = openCalled('Zorgpoort replay', 'wrapped')

/** @returns the whole body; null when it is larger than anything that may come */
async function bodyOf (request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk) || (size += chunk.length) > body_bytes_max) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

/** What has come and is not asked for yet, and who waits for what has not. */
function openShelf (): Endpoint & { readonly put: (number: string, payload: Uint8Array) => void } {
  const there = new Map<string, Uint8Array>()
  const waiting = new Map<string, (payload: Uint8Array) => void>()
  return {
    put (number, payload) {
      there.set(number, payload)
      waiting.get(number)?.(payload)
    },
    async arrives (number, timeout_ms, signal) {
      signal.throwIfAborted()
      const found = there.get(number) ?? await new Promise<Uint8Array | null>((resolve, reject) => {
        const timer = setTimeout(() => { resolve(null) }, timeout_ms)
        const gone = (): void => { reject(signal.reason) }
        signal.addEventListener('abort', gone, { once: true })
        waiting.set(number, payload => { clearTimeout(timer); signal.removeEventListener('abort', gone); resolve(payload) })
      })
      waiting.delete(number)
      there.delete(number)
      return found
    }
  }
}

type Shelf = ReturnType<typeof openShelf>

/** @returns the answer to a call, and its HTTP status */
async function answerTo (request: IncomingMessage, shelf: Shelf): Promise<readonly [status: number, body: Uint8Array]> {
  const body = await bodyOf(request)
  if (body === null) return [413, Buffer.alloc(0)]
  try {
    const it = software.read(body, request.headers)
    if (it.kind !== 'Fo01' && it.payload !== null) shelf.put(it.stuurgegevens.referentienummer, it.payload)
    return [200, software.taken(it)]
  } catch (error) {
    if (error instanceof StufFault) return [500, software.refused(error)]
    throw error
  }
}

/** Takes everything it is called with, an Fo01 too. @throws Unusable when it cannot listen there */
export async function openEndpoint ({ host, port, key, cert, ca }: EndpointSettings): Promise<OpenEndpoint> {
  const shelf = openShelf()
  const server = createServer({ key, cert, ca, requestCert: true, rejectUnauthorized: true }, (request, response) => {
    answerTo(request, shelf).then(([status, body]) => { response.writeHead(status, { 'content-type': answered_as }).end(body) }, () => { response.destroy() })
  })
  await once(server.listen(port, host), 'listening').catch(() => { throw new Unusable(`nothing can listen on ${host}:${port}; --listen takes another port`) })
  const at = server.address()
  return {
    arrives: shelf.arrives,
    port: typeof at === 'object' && at !== null ? at.port : port,
    async close () {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}
