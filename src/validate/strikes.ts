/** Messages that could not be judged: the first time the sender may try again, the second time the message is refused for good. */
import { createHash } from 'node:crypto'
import { invalid, type Judgement } from './judge.ts'

/** How many of them are remembered, the newest first. */
const remembered_max = 1000

/** Remembers which messages could not be judged. */
export interface Strikes {
  /** @returns the judgement of a message that failed now, by whether it has failed before */
  failed (bytes: Uint8Array): Judgement
  /** It could be judged after all: an earlier failure was not its own. */
  passed (bytes: Uint8Array): void
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export function openStrikes (): Strikes {
  const struck = new Set<string>()
  return {
    failed (bytes) {
      const digest = digestOf(bytes)
      if (struck.has(digest)) return invalid('ZP_POISON', null, [])
      struck.add(digest)
      const [oldest] = struck
      if (struck.size > remembered_max && oldest !== undefined) struck.delete(oldest)
      return invalid('ZP_BUSY', null, [])
    },
    passed (bytes) { if (struck.size > 0) struck.delete(digestOf(bytes)) }
  }
}
