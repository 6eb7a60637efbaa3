/** Query parameters that need more than a pattern: read, or refused by their name. */
import { instant, partyCode, partyKind, Refusal, type Instant, type PartyCode } from '../../core/core.ts'
import type { MessageType } from '../../standard/model.ts'
import type { RouteParts } from './parts.ts'

/** @throws Refusal ZP_QUERY when it is no party code */
export function partyIn (name: string, text: string): PartyCode {
  if (partyKind(text) === null) throw new Refusal('ZP_QUERY', `${name}: 4 cijfers, 8 cijfers, of SVB, CAK, CBS, UWV, VWS`)
  return partyCode(text)
}

/** @throws Refusal ZP_QUERY for a moment that is none, such as a leap second, or lies before 1970 */
export function momentIn (name: string, text: string): Instant {
  const ms = Date.parse(text)
  if (!Number.isSafeInteger(ms) || ms < 0) throw new Refusal('ZP_QUERY', `${name}: zoals 2026-11-21T09:30:00Z`)
  return instant(ms)
}

/** @throws Refusal ZP_QUERY when it is no type of message */
export function typeIn ({ supported }: Pick<RouteParts, 'supported'>, text: string): MessageType {
  const type = supported(text)
  if (type === undefined) throw new Refusal('ZP_QUERY', 'type: zoals WMO301 of JW323')
  return type
}
