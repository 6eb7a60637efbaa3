/** The party a request names. */
import type { FastifyRequest } from 'fastify'
import { partyCode, partyKind, Refusal, type PartyCode } from '../../core/core.ts'

/** @returns the party in `?party=`; null where none is named @throws Refusal ZP_QUERY when what is named is no party code */
export function partyAsked (request: FastifyRequest): PartyCode | null {
  const { party } = Object(request.query) as { party?: unknown }
  if (party === undefined) return null
  if (typeof party !== 'string' || partyKind(party) === null) throw new Refusal('ZP_QUERY', 'party: 4 cijfers, 8 cijfers, of SVB, CAK, CBS, UWV, VWS')
  return partyCode(party)
}

/** @returns why an account does not act for the party it names, or for any. Says no more than what was asked: whether that party exists is not told */
export const actsNot = (account: string, asked: PartyCode | null): Refusal =>
  new Refusal('ZP_ACCOUNT_ROLE', `account ${account}: ${asked === null ? 'geen partij, geen mandaat / no party, no mandate' : `handelt niet voor / does not act for ${asked}`}`)
