/** One request over one connection: the message there, and of the answer as much as is looked at. */
import type { Readable } from 'node:stream'
import type { Lent } from './lanes.ts'

/** What is sent. */
export interface Body {
  readonly contentType: string
  readonly size_bytes: number
  /** From its beginning, each time it is asked. */
  readonly open: () => Buffer | Readable
}
/** @param headers those of its kind, besides what every message has */
export interface Message { readonly path: string, readonly headers: Readonly<Record<string, string>>, readonly body: Body }

/** An answer, as far as it is looked at. */
export interface Exchanged {
  readonly status: number
  readonly retryAfter: string | null
  readonly contentType: string | null
  /** Null where it is too long, too slow or breaks off. */
  readonly bytes: Buffer | null
}

const answer_bytes_max = 65_536
/** Who has said his status takes no more time than this to say the rest. */
const answer_ms_max = 2_000

type Stream = AsyncIterable<Uint8Array> & { readonly destroy: () => unknown }

/** @returns the body, or null where it is too long, too slow or breaks off: the status is the answer all the same */
async function readWhole (stream: Stream): Promise<Buffer | null> {
  const chunks: Uint8Array[] = []
  let left = answer_bytes_max
  const timer = setTimeout(() => { stream.destroy() }, answer_ms_max)
  try {
    for await (const chunk of stream) {
      left -= chunk.byteLength
      if (left < 0) return null
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } catch { return null } finally {
    clearTimeout(timer)
    stream.destroy()
  }
}

const one = (value: string | string[] | undefined): string | null => typeof value === 'string' ? value : value?.[0] ?? null

/** Ends the connection, or gives it back where both sides are done with it. @throws whatever came in place of an answer */
export async function exchange ({ line, giveBack, end }: Lent, { path, headers: own, body }: Message, signal: AbortSignal): Promise<Exchanged> {
  const sent = body.open()
  const response = await line.client.request({
    method: 'POST',
    path,
    signal,
    body: sent,
    headers: {
      'content-type': body.contentType,
      'content-length': String(body.size_bytes),
      'user-agent': 'Zorgpoort',
      ...own
    }
  })
  const bytes = await readWhole(response.body)
  if (bytes !== null && (Buffer.isBuffer(sent) || sent.readableEnded)) giveBack()
  else end()
  const { headers } = response
  return { status: response.statusCode, retryAfter: one(headers['retry-after']), contentType: one(headers['content-type']), bytes }
}
