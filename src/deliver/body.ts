/** What is sent, from its beginning each time it is asked, without a copy of what is large. */
import { Readable } from 'node:stream'
import type { Body } from './exchange.ts'

/** Up to here it is made into one piece; above, it goes in pieces. */
const joined_bytes_max = 262_144
const piece_bytes = 65_536

function * cut (chunks: readonly Uint8Array[]): Iterable<Uint8Array> {
  for (const chunk of chunks) {
    for (let from = 0; from < chunk.byteLength; from += piece_bytes) yield chunk.subarray(from, from + piece_bytes)
  }
}

/** @param chunks in their order; they must not change while it is sent */
export function bodyFrom (contentType: string, chunks: readonly Uint8Array[]): Body {
  const size_bytes = chunks.reduce((sum, it) => sum + it.byteLength, 0)
  return { contentType, size_bytes, open: () => size_bytes <= joined_bytes_max ? Buffer.concat(chunks) : Readable.from(cut(chunks), { objectMode: false }) }
}
