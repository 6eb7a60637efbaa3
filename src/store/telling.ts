/** What makes work due beside its usual way tells whoever does that work, in whichever process. */
import type { Topic } from './db.ts'
import type { Store } from './verbs.ts'

/** What each of these may leave to be done at once. */
const leaves = {
  decideHeld: ['handle', 'push'],
  redrive: ['handle', 'push'],
  release: ['handle', 'push'],
  tryDestination: ['push', 'notice'],
  // What is disowned may have stood before another push.
  disown: ['push', 'notice'],
  keepArrival: ['notice'],
  noticesAgain: ['notice'],
  releaseNotices: ['notice'],
  createBatch: ['batch'],
  endBatch: ['batch']
} as const satisfies Partial<Record<keyof Store, readonly Topic[]>>

type Telling = Pick<Store, keyof typeof leaves>

/** @returns the same verbs, each of which tells when it has ended, however it ended */
export function telling (verbs: Telling, tell: (topic: Topic) => void): Telling {
  const told = <A extends readonly unknown[], R>(topics: readonly Topic[], verb: (...given: A) => Promise<R>) => (...given: A): Promise<R> =>
    verb(...given).finally(() => { for (const topic of topics) tell(topic) })
  return {
    decideHeld: told(leaves.decideHeld, verbs.decideHeld),
    redrive: told(leaves.redrive, verbs.redrive),
    release: told(leaves.release, verbs.release),
    tryDestination: told(leaves.tryDestination, verbs.tryDestination),
    disown: told(leaves.disown, verbs.disown),
    keepArrival: told(leaves.keepArrival, verbs.keepArrival),
    noticesAgain: told(leaves.noticesAgain, verbs.noticesAgain),
    releaseNotices: told(leaves.releaseNotices, verbs.releaseNotices),
    createBatch: told(leaves.createBatch, verbs.createBatch),
    endBatch: told(leaves.endBatch, verbs.endBatch)
  }
}
