/** An Fo01 at the municipal door: the receiver of a message says that it cannot use it. */
import { partyCode, partyKind, Refusal, type Finding, type Instant, type MessageId } from '../../core/core.ts'
import type { Who } from '../../party/party.ts'
import type { View } from '../../store/store.ts'
import type { FoutBericht } from '../../stuf/stuf.ts'
import type { GgkParts } from './parts.ts'

/**
 * An Fo01 is read liberally: who says nothing usable of himself, and acts for one party only, speaks for that.
 * @throws Refusal ZP_NOT_SENDER
 */
function viewOf ({ zender: { organisatie } }: FoutBericht, { account }: Who, { parties, now }: GgkParts): View {
  const at = now()
  const own = parties.actsFor(account, at)
  const party = organisatie !== null && partyKind(organisatie) !== null ? partyCode(organisatie) : own.length === 1 ? own[0] : undefined
  const view = party === undefined ? null : parties.view(account, party, at)
  if (view === null) throw new Refusal('ZP_NOT_SENDER', `account ${account.id}: zender.organisatie`)
  return view
}

/** Its receiver's own words, for the sender of the message and nobody else. */
function findingOf (fo01: FoutBericht): Finding {
  const { code, omschrijving, details } = fo01.fout
  const texts = [omschrijving, details].filter(it => it !== null && it !== '')
  const said = texts.length === 0 ? '.' : `: ${texts.join(' | ')}`
  return {
    level: 1, code: 'ZP_FO01', line: null, path: '', found: code, expected: '',
    message: `De ontvanger kan dit bericht niet verwerken (Fo01 ${code})${said}`,
    message_en: `The receiver cannot process this message (Fo01 ${code})${said}`
  }
}

/**
 * The same again changes nothing.
 * @returns the message, and since when it counts as not sent
 * @throws Refusal ZP_NOT_FOUND for a number that is no message's that was brought to this party, ZP_RETOUR_SECOND when it was answered
 */
export async function disown (came: FoutBericht, who: Who, parts: GgkParts): Promise<{ readonly id: MessageId, readonly at: Instant }> {
  const { store, now } = parts
  const fo01 = parts.heard(came)
  const view = viewOf(fo01, who, parts)
  const id = await store.byNumber(view, fo01.crossRefnummer, 'receiver')
  const known = id === null ? null : await store.inspect(id) // also what its receiver does not see any more: it may say the same again
  if (id === null || known === null) throw new Refusal('ZP_NOT_FOUND', 'crossRefnummer')
  const became = await store.disown(view, id, { code: fo01.fout.code, finding: findingOf(fo01) }, who.account.id, await parts.passedOn(fo01, known.message), now())
  if (became === 'absent') throw new Refusal('ZP_NOT_FOUND', 'crossRefnummer')
  if (became === 'answered') throw new Refusal('ZP_RETOUR_SECOND', 'crossRefnummer')
  const died = (await store.inspect(id))?.history.findLast(it => it.event === 'dead')
  return { id, at: died?.at ?? now() }
}
