/** Whom a message is about, as marks that tell no Bsn; and in which order messages about one client go. */
import { setImmediate as turn } from 'node:timers/promises'
import { partyKind, type PartyCode } from './core/core.ts'
import type { MessageModel, MessageNumber } from './standard/standard.ts'
import type { Mark, Marker } from './vault/vault.ts'

interface Parties { readonly afzender: PartyCode, readonly ontvanger: PartyCode }

/** @returns the party under whose code a message's clients are marked: the gemeente, on whichever side it stands */
export const gemeenteOf = ({ afzender, ontvanger }: Parties): PartyCode => partyKind(afzender) === 'gemeente' ? afzender : ontvanger

/** A claim may be about ten thousand persons: after so many others go on. */
const turn_marks = 500

/** @param bsns every Bsn of the message @returns a mark for each different one */
export async function clientMarks (marker: Pick<Marker, 'mark'>, family: MessageModel['family'], parties: Parties, bsns: readonly string[]): Promise<Mark[]> {
  const gemeente = gemeenteOf(parties)
  const marks: Mark[] = []
  for (const bsn of new Set(bsns)) {
    marks.push(marker.mark({ family, gemeente, bsn }))
    if (marks.length % turn_marks === 0) await turn()
  }
  return marks
}

/** @param bsns every Bsn of the message @returns for each different one his marks under every key, the current first */
export function everyMark (marker: Pick<Marker, 'marks'>, family: MessageModel['family'], parties: Parties, bsns: readonly string[]): Mark[][] {
  const gemeente = gemeenteOf(parties)
  return [...new Set(bsns)].map(bsn => marker.marks({ family, gemeente, bsn }))
}

/** These are ordered as a whole between two parties: each is about many clients. */
const whole: readonly MessageNumber[] = ['323', '325']

/**
 * @returns the key of messages that must be pushed in order. A message about one client: sender, receiver and his mark; a 319 has the key of
 * the request it answers, which went the other way. About several or none: sender, receiver and type. Null for a retour: it has that of its heenbericht.
 */
export function orderKey ({ role, number, type }: Pick<MessageModel, 'role' | 'number' | 'type'>, { afzender, ontvanger }: Parties, clients: readonly Mark[]): string | null {
  if (role === 'retour') return null
  const [client, other] = clients
  if (whole.includes(number) || client === undefined || other !== undefined) return `${afzender}|${ontvanger}|${type}`
  const asked = number === '319' ? [ontvanger, afzender] : [afzender, ontvanger]
  return [...asked, Buffer.from(client.hash).toString('base64url')].join('|')
}
