/** For which party a request acts: the one it names, or the only one its account has. */
import type { FastifyRequest } from 'fastify'
import { Refusal, type PartyCode } from '../../core/core.ts'
import type { Account, View } from '../../store/store.ts'
import { actsNot, partyAsked } from '../door/door.ts'
import type { RouteParts } from './parts.ts'
import { wrongRole } from './role.ts'

/** How many parties a refusal lists at most. */
const choices_max = 50

function listed (choices: readonly PartyCode[]): string {
  const more = choices.length - choices_max
  return `?party= ${choices.slice(0, choices_max).join(', ')}${more > 0 ? ` (+${more})` : ''}`
}

const mayNot = (account: Account, asked: PartyCode | null): Refusal => account.role === 'party' ? actsNot(account.id, asked) : wrongRole(account, ['party'])

/**
 * Asked anew at every request: a mandate counts at the moment it is used.
 * @returns what the account that is asking sees of the party it acts for
 * @throws Refusal ZP_PARTY with the choices when it has several and names none; ZP_ACCOUNT_ROLE when it may act for none, or not for the one it names (whether that one exists is not told)
 */
export const viewIn = ({ who, parties, now }: RouteParts) => (request: FastifyRequest): View => {
  const { account } = who(request)
  const at = now()
  const asked = partyAsked(request)
  const [only, ...others] = asked === null ? parties.actsFor(account, at) : [asked]
  if (others.length > 0) throw new Refusal('ZP_PARTY', listed(parties.actsFor(account, at)))
  const view = only === undefined ? null : parties.view(account, only, at)
  if (view === null) throw mayNot(account, asked)
  return view
}

/** @returns the view, when something may be sent by it @throws Refusal ZP_NOT_SENDER: known before a body is read */
export function mustSend (view: View): View {
  if (view.send.length === 0) throw new Refusal('ZP_NOT_SENDER', view.party)
  return view
}
