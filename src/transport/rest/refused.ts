/** Refused messages at the REST door: what a correction says it replaces, and how their sender finds them. */
import type { FastifyRequest } from 'fastify'
import { isMessageId, messageId, Refusal, type MessageId } from '../../core/core.ts'
import type { ListFilter, Page, RefusedFilter, RefusedMessage, Served, View } from '../../store/store.ts'
import { found } from './parts.ts'
import { refusedView, type Links } from './views.ts'

/** @returns what the sender says his message replaces. @throws Refusal ZP_QUERY for what is no id */
export function replacesIn (request: FastifyRequest): { readonly replaces?: MessageId } {
  const said = request.headers['replaces']
  if (said === undefined) return {}
  if (typeof said !== 'string' || !isMessageId(said)) throw new Refusal('ZP_QUERY', 'Replaces: een bericht-id / a message id')
  return { replaces: messageId(said) }
}

/** Filters that say nothing of a message that was refused. */
const foreign = ['delivery', 'answer', 'counterpart', 'overdue'] as const

/** @throws Refusal ZP_QUERY for a filter that says nothing of refused messages */
export function refusedFilter (filter: ListFilter, corrected: boolean | undefined): RefusedFilter {
  const wrong = foreign.find(name => filter[name] !== undefined)
  if (wrong !== undefined) throw new Refusal('ZP_QUERY', `${wrong}: niet samen met verdict=refused`)
  return { ...filter, ...(corrected === undefined ? {} : { corrected }) }
}

export const refusedPage = ({ items, next }: Page<RefusedMessage>, links: Links): Record<string, unknown> =>
  ({ messages: items.map(it => refusedView(it, links)), next })

/** @returns a refused message of this view, with all that was wrong with it. @throws Refusal ZP_NOT_FOUND */
export async function refusedDetail (store: Served, view: View, id: MessageId, links: Links): Promise<Record<string, unknown>> {
  const { detail, findings, payload_kept, ...refused } = found(await store.refused(view, id))
  const { replaces } = await store.replacements(id)
  return { ...refusedView(refused, links), replaces, detail, findings, payload_kept }
}
