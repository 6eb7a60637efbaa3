/** Who may send what to whom, and in test mode about whom: asked after the schema, before the seal. */
import { partyCode, partyKind, Refusal, type AccountId, type Finding, type Instant, type PartyCode } from './core/core.ts'
import type { Parties } from './party/party.ts'
import type { Envelope as Header, Family, MessageModel, PlacedLeaf } from './standard/standard.ts'
import type { Wire } from './store/store.ts'

/** What a message's Header says of its journey. */
export interface Journey { readonly afzender: PartyCode, readonly ontvanger: PartyCode, readonly sender: PartyCode, readonly receiver: PartyCode, readonly identificatie: string }

/** Who asks: an account in the name of a party; null is the gateway itself. */
interface Asking { readonly account: AccountId | null, readonly party: PartyCode }

/**
 * The gateway's own answer goes to whom it answers, though one of the two has left since: that is no reason to hold up the message.
 * @throws Refusal when the account may not send this family for the sender at this moment, or one of the two parties is not connected for it
 */
export function admit (model: MessageModel, journey: Journey, by: Asking, parties: Parties, now: Instant): void {
  const { family } = model
  if (journey.sender !== by.party) throw new Refusal('ZP_NOT_SENDER', `${senderElement(model)}: ${journey.sender}`)
  if (by.account === null && model.answers !== null) return
  if (!mayStillSend(by, family, parties, now)) throw new Refusal('ZP_NOT_SENDER', `${by.party}: ${family}`)
  if (parties.party(journey.sender, now)?.families.includes(family) !== true) throw new Refusal('ZP_SENDER_FAMILY', `${journey.sender}: ${family}`)
  const receiver = parties.party(journey.receiver, now)
  if (receiver === null) throw new Refusal('ZP_RECEIVER_UNKNOWN', journey.receiver)
  if (!receiver.families.includes(family)) throw new Refusal('ZP_RECEIVER_FAMILY', `${journey.receiver}: ${family}`)
}

/** @returns whether the account may send this family for its party at this moment; the gateway may for everybody */
export const mayStillSend = ({ account, party }: Asking, family: Family, parties: Pick<Parties, 'maySend'>, now: Instant): boolean =>
  account === null || parties.maySend(account, party, family, now)

/** A party code or a type may be shown; what else an envelope says may be anything. */
const shown = (said: string): string => partyKind(said) !== null || /^[A-Z]{2,3}[0-9]{3}$/.test(said) ? said : '?'

/**
 * @param says what the envelope says; null where there is none
 * @throws Refusal ZP_ENVELOPE_PAYLOAD naming all in which envelope and message differ
 */
export function agree (says: Wire['says'] | null, { type }: Pick<MessageModel, 'type'>, header: Header): void {
  if (says === null) return
  const version = (versie: number, subversie: number): string => `${versie}.${subversie}`
  const differences = [
    { what: 'afzender', envelop: shown(says.sender), bericht: header.sender, same: says.sender === header.sender },
    { what: 'ontvanger', envelop: shown(says.receiver), bericht: header.receiver, same: says.receiver === header.receiver },
    { what: 'berichttype', envelop: shown(says.type), bericht: type, same: says.type === type },
    { what: 'versie', envelop: version(says.versie, says.subversie), bericht: version(Number(header.versie), Number(header.subversie)), same: says.versie === Number(header.versie) && says.subversie === Number(header.subversie) }
  ].filter(it => !it.same)
  if (differences.length > 0) throw new Refusal('ZP_ENVELOPE_PAYLOAD', differences.map(({ what, envelop, bericht }) => `${what}: envelop ${envelop}, bericht ${bericht}`).join('; '))
}

/** Largest payload of a party that is called by StUF-GGk; every other takes what the gateway takes. */
export interface Room { readonly ggk_payload_bytes_max: number }

const tooLarge = (receiver: PartyCode, bytes: number, { ggk_payload_bytes_max: most }: Room, parties: Pick<Parties, 'party'>, now: Instant): Refusal | null =>
  bytes > most && parties.party(receiver, now)?.connections.some(it => it.door === 'ggk') === true
    ? new Refusal('ZP_SIZE', `${receiver}: ${bytes} > ${most} bytes (StUF-GGk)`)
    : null

/** @throws Refusal when the receiver's door does not hold a message of so many bytes */
export function refuseTooLarge (receiver: PartyCode, bytes: number, room: Room, parties: Pick<Parties, 'party'>, now: Instant): void {
  const refusal = tooLarge(receiver, bytes, room, parties, now)
  if (refusal !== null) throw refusal
}

/** Headers stand at the beginning. */
const header_bytes = 8_192

/**
 * Spares reading what is too large for its receiver. It takes the Header's word as plain text, so it may miss one: that is
 * refused when it was read.
 * @param sender the party it is sent for: the other one of Afzender and Ontvanger gets it
 * @throws Refusal as refuseTooLarge
 */
export function refuseTooLargeUnread (bytes: Uint8Array, sender: PartyCode, room: Room, parties: Pick<Parties, 'party'>, now: Instant): void {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, header_bytes)).toString('latin1')
  const codes = ['Afzender', 'Ontvanger'].map(name => new RegExp(`<(?:[A-Za-z0-9_-]{1,20}:)?${name}>([0-9]{4}|[0-9]{8})</`).exec(text)?.[1])
  for (const code of codes) if (code !== undefined && code !== sender) refuseTooLarge(partyCode(code), bytes.byteLength, room, parties, now)
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

/** @returns whether nine digits in a row anywhere in the bytes pass the eleven test and are no test Bsn: then they may be a real person's */
export function mayBeRealPerson (bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  return [...text.matchAll(/(?<![0-9])[0-9]{9}(?![0-9])/g)].some(([digits]) => elevenTest(digits) && !isTestBsn(digits))
}

/** @returns whether an element Bsn, of XML well formed or not, holds what may be a real person's */
export function namesRealPerson (bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  return [...text.matchAll(/<(?:[^\s<>/:]+:)?Bsn(?:\s[^<>]*)?>\s*([0-9]{9})\s*</g)].some(([, digits = '']) => elevenTest(digits) && !isTestBsn(digits))
}

/** Places that are told at most. */
const told_max = 200

/** @throws Refusal when a test gateway is shown a Bsn that may be a real person's; it tells every place and no value */
export function refuseRealPersons (bsns: readonly PlacedLeaf[], bytes: Uint8Array): void {
  const wrong = bsns.flatMap(({ path, text }, nth) => isTestBsn(text) ? [] : [{ path, nth }])
  if (wrong.length === 0) return
  const lines = linesOf(bytes, 'Bsn')
  const lineOf = (nth: number): number | null => lines.length === bsns.length ? lines[nth] ?? null : null
  throw testBsnRefusal(wrong.map(({ path, nth }) => noTestBsn(path, lineOf(nth))))
}

/** @returns the refusal that tells where a test gateway was shown a real person's Bsn */
const testBsnRefusal = (places: readonly Finding[]): Refusal => new Refusal('ZP_TEST_BSN', null, places.slice(0, told_max))

/** @param members of a ZIP, counted from 1, that hold such a Bsn @throws Refusal when there are any */
export function refuseRealPersonsIn (members: readonly number[]): void {
  if (members.length > 0) throw testBsnRefusal(members.map(it => noTestBsn(`ZIP[${it}]/Bsn`, null)))
}

const noTestBsn = (path: string, line: number | null): Finding => ({
  level: 1, code: 'ZP_TEST_BSN', line, path, found: '9 cijfers', expected: '999900006 tot en met 999999990, elfproef',
  message: 'Bsn is geen test-Bsn.', message_en: 'Bsn is not a test Bsn.'
})

/** @returns the line of each start tag of that name, whatever its prefix */
function linesOf (bytes: Uint8Array, name: string): number[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  let [line, at] = [1, 0]
  return [...text.matchAll(new RegExp(`<(?:[^\\s<>/:]+:)?${name}\\s*>`, 'g'))].map(({ index }) => {
    for (; at < index; at++) if (text.charCodeAt(at) === 10) line++
    return line
  })
}
