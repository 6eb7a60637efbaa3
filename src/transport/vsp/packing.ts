/** A payload as a ZIP with one file, the same bytes at every time: what a list says of them holds when they are fetched. */
import { digestOf, type MessageId, type Sha256 } from '../../core/core.ts'
import { zipped } from '../../zip/zip.ts'

/** Of bytes that will be sent. */
export interface Facts { readonly size_bytes: number, readonly sha256: Sha256 }

/** How many messages' facts are remembered: some hundred bytes each. */
const known_max = 10_000

export interface Packing {
  /** @returns whether this message's ZIP was made before and is remembered */
  knows (id: MessageId): boolean
  /** @param bytes asked only where the ZIP was not made before; null when they are not there (any more). @returns size and digest of the message's ZIP */
  facts (id: MessageId, name: string, bytes: () => Promise<Uint8Array | null>): Promise<Facts | null>
}

/** Lists are asked again and again for what is not acknowledged yet: each ZIP is made once for them, one at a time. */
export function openPacking (): Packing {
  const known = new Map<MessageId, Facts>()
  let last: Promise<unknown> = Promise.resolve()

  function remember (id: MessageId, facts: Facts): Facts {
    const [oldest] = known.size < known_max ? [] : known.keys()
    if (oldest !== undefined) known.delete(oldest)
    known.set(id, facts)
    return facts
  }

  async function made (id: MessageId, name: string, bytes: () => Promise<Uint8Array | null>): Promise<Facts | null> {
    const there = known.get(id)
    if (there !== undefined) return there
    const content = await bytes()
    if (content === null) return null
    const zip = await zipped(content, name)
    return remember(id, { size_bytes: zip.byteLength, sha256: digestOf(zip) })
  }

  return {
    knows: id => known.has(id),
    async facts (id, name, bytes) {
      const there = known.get(id)
      if (there !== undefined) return there
      const turn = last.then(() => made(id, name, bytes))
      last = turn.catch(() => null)
      return await turn
    }
  }
}
