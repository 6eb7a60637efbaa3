/** Messages with the member `here`: what it takes to say why they are still here is asked once for all messages of an answer. */
import type { Instant, MessageId } from '../../core/core.ts'
import { here } from '../../here/here.ts'
import type { Store, StoredMessage, View } from '../../store/store.ts'
import { hereView, messageView, type Links } from './views.ts'

/** Where it is asked. */
export interface Asked {
  readonly store: Pick<Store, 'message' | 'inspect' | 'destinations'>
  readonly now: () => Instant
  readonly links: Links
}

interface Ahead { readonly ahead: StoredMessage | null, readonly aheadShown: boolean }
const none: Ahead = { ahead: null, aheadShown: true }

/** Who may not see a message learns no more of it than when it is tried. */
async function aheadOf (store: Asked['store'], view: View | null, id: MessageId): Promise<Ahead> {
  const own = view === null ? null : await store.message(view, id)
  return own === null ? { ahead: (await store.inspect(id))?.message ?? null, aheadShown: view === null } : { ahead: own, aheadShown: true }
}

/**
 * @param view who asks; null is an operator, an auditor or the command line
 * @returns the messages as they are shown, in the same order
 */
export async function shown ({ store, now, links }: Asked, view: View | null, messages: readonly StoredMessage[]): Promise<Array<Record<string, unknown>>> {
  const all = messages.some(it => it.work?.kind === 'push') ? await store.destinations() : []
  const byParty = new Map(all.map(it => [it.party, it]))
  const fronts = new Map<MessageId | null, Ahead>()
  for (const id of new Set(messages.flatMap(it => it.work?.behind ?? []))) fronts.set(id, await aheadOf(store, view, id))
  const at = now()
  return messages.map(it => {
    const ahead = fronts.get(it.work?.behind ?? null) ?? none
    const why = here(it, { destination: byParty.get(it.receiver) ?? null, ...ahead, now: at })
    return { ...messageView(it, links, at), here: hereView(why) }
  })
}

/** The same of one message. */
export const shownOne = async (asked: Asked, view: View | null, it: StoredMessage): Promise<Record<string, unknown>> => (await shown(asked, view, [it]))[0] ?? {}
