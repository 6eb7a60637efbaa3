/** Messages that could not be judged: the first time the sender may try again, the second time the message is refused for good. */
import { createHash } from 'node:crypto'
import { invalid, type Judgement } from './judge.ts'

/** How many of them are remembered, the newest first. */
const remembered_max = 1000

/** @returns what judges a message by how often it has failed before, and remembers it */
export function openStrikes (): (bytes: Uint8Array) => Judgement {
  const struck = new Set<string>()
  return bytes => {
    const digest = createHash('sha256').update(bytes).digest('hex')
    if (struck.has(digest)) return invalid('ZP_POISON', null, [])
    struck.add(digest)
    const [oldest] = struck
    if (struck.size > remembered_max && oldest !== undefined) struck.delete(oldest)
    return invalid('ZP_BUSY', null, [])
  }
}
