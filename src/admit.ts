/** Who may send what to whom, and in test mode about whom: asked after the schema, before the seal. */
import { partyCode, Refusal, type PartyCode } from './core/core.ts'
import type { Parties } from './party/party.ts'
import type { MessageModel } from './standard/model.ts'

/** What a message's Header says of its journey. */
export interface Journey { readonly afzender: PartyCode, readonly ontvanger: PartyCode, readonly sender: PartyCode, readonly receiver: PartyCode, readonly identificatie: string }

/** @throws Refusal when the account's party is not the sender, or one of the two is not connected for this family */
export function admit (model: MessageModel, journey: Journey, party: PartyCode, parties: Parties): void {
  if (journey.sender !== party) throw new Refusal('ZP_NOT_SENDER', `${senderElement(model)}: ${journey.sender}`)
  const sender = parties.party(journey.sender)
  if (sender === null || !sender.families.includes(model.family)) throw new Refusal('ZP_SENDER_UNKNOWN', journey.sender)
  const receiver = parties.party(journey.receiver)
  if (receiver === null) throw new Refusal('ZP_RECEIVER_UNKNOWN', journey.receiver)
  if (!receiver.families.includes(model.family)) throw new Refusal('ZP_RECEIVER_FAMILY', `${journey.receiver}: ${model.family}`)
}

/** A retour travels from its Ontvanger to its Afzender (the standard, "How a retour is made"). */
const senderElement = (model: MessageModel): string => model.role === 'retour' ? 'Header/Ontvanger' : 'Header/Afzender'

/** @throws TypeError for codes that are no party's, which the schema has refused before */
export function journeyOf (header: { afzender: string, ontvanger: string, sender: string, receiver: string, identificatie: string }): Journey {
  const { afzender, ontvanger, sender, receiver, identificatie } = header
  return { afzender: partyCode(afzender), ontvanger: partyCode(ontvanger), sender: partyCode(sender), receiver: partyCode(receiver), identificatie }
}

/** Weighs nine digits as the eleven test does: 9, 8, … 2 and minus 1 for the last. */
const elevenTest = (digits: string): boolean =>
  [...digits].reduce((sum, digit, at) => sum + Number(digit) * (at === 8 ? -1 : 9 - at), 0) % 11 === 0

/** @returns whether a Bsn is one of the test range 999900006 to 999999990 that passes the eleven test */
export const isTestBsn = (bsn: string): boolean =>
  /^9999[0-9]{5}$/.test(bsn) && Number(bsn) >= 999_900_006 && Number(bsn) <= 999_999_990 && elevenTest(bsn)

/** @throws Refusal when a test gateway is shown a Bsn that may be a real person's; the value is not repeated */
export function refuseRealPersons (bsns: readonly string[]): void {
  if (!bsns.every(isTestBsn)) throw new Refusal('ZP_TEST_BSN')
}
