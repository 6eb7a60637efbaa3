/** One request over one connection: the message there, and of the answer as much as is looked at. */
import type { Answer } from './answer.ts'
import type { Lent } from './lanes.ts'
import type { Body } from './multipart.ts'

export interface Message { readonly path: string, readonly id: string, readonly attempt: number, readonly body: Body }
export type Exchanged = Answer

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
const isJson = (type: string | null): boolean => /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type ?? '')

/** Ends the connection, or gives it back where both sides are done with it. @throws whatever came in place of an answer */
export async function exchange ({ line, giveBack, end }: Lent, { path, id, attempt, body }: Message, signal: AbortSignal): Promise<Answer> {
  const sent = body.open()
  const response = await line.client.request({
    method: 'POST',
    path,
    signal,
    body: sent,
    headers: {
      'content-type': body.contentType,
      'content-length': String(body.size_bytes),
      accept: 'application/json, application/problem+json',
      'user-agent': 'Zorgpoort',
      'idempotency-key': id,
      'zorgpoort-message': id,
      'zorgpoort-attempt': String(attempt)
    }
  })
  const bytes = await readWhole(response.body)
  if (bytes !== null && (Buffer.isBuffer(sent) || sent.readableEnded)) giveBack()
  else end()
  const { headers } = response
  return { status: response.statusCode, retryAfter: one(headers['retry-after']), json: bytes !== null && isJson(one(headers['content-type'])) ? bytes.toString() : null }
}
