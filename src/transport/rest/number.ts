/** Messages by their number in the chain: what a party knows by this referentienummer or traceerId, also of its own that was refused. */
import { Refusal } from '../../core/core.ts'
import type { View } from '../../store/store.ts'
import { shown } from './here.ts'
import type { RouteParts } from './parts.ts'
import { refusedArrivalView, refusedView } from './views.ts'

/** @throws Refusal ZP_QUERY for another filter beside the number: there is one such message at most */
export function numberIn ({ number, party: _, limit: __, ...others }: { readonly number?: string, readonly party?: string, readonly limit?: number }): string | null {
  const [other] = Object.keys(others)
  if (number !== undefined && other !== undefined) throw new Refusal('ZP_QUERY', `${other}: niet samen met number`)
  return number?.toLowerCase() ?? null
}

/** @returns the one message of that number, as a list has it; none where the view's party knows none by it */
export async function numbered (parts: RouteParts, view: View, number: string): Promise<Record<string, unknown>> {
  const page = (messages: ReadonlyArray<Record<string, unknown>>): Record<string, unknown> => ({ messages, next: null })
  const id = await parts.store.byNumber(view, number)
  const message = id === null ? null : await parts.store.message(view, id)
  if (message !== null) return page(await shown(parts, view, [message]))
  // Of two doors the last word is that of the later one.
  const [arrival] = (await parts.store.arrivals(view.party, { number }, 2)).toReversed()
  if (arrival?.outcome.kind !== 'refused') return page([])
  const { outcome } = arrival
  // Nothing of it was kept: who may send learns why all the same.
  if (outcome.kept === null) return page(view.send.length === 0 ? [] : [refusedArrivalView(arrival, outcome)])
  const refused = await parts.store.refused(view, outcome.kept)
  if (refused === null) return page([])
  const { detail: _detail, findings: _findings, payload_kept: _kept, ...told } = refused
  return page([refusedView(told, parts.links)])
}
