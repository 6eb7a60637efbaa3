/** What the commands by which people decide share: messages, reasons, parties and counts out of what was written. */
import { InvalidArgumentError } from 'commander'
import { isCode, isMessageId, messageId, partyCode, partyKind, type MessageId, type PartyCode } from '../src/core/core.ts'
import { WrongUse } from './problem.ts'

/** @throws InvalidArgumentError when it is no code */
export function reasonIn (text: string): string {
  if (!isCode(text)) throw new InvalidArgumentError('it is a code such as spoke_to_sender: a letter, then letters, digits, _ - and ., at most 100, no nine digits in a row')
  return text
}

/** @throws InvalidArgumentError when it is no number from 1 to 1,000 */
export function countIn (text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > 1_000) throw new InvalidArgumentError('it is a number from 1 to 1000')
  return count
}

/** @param shownBy the command that shows ids @throws WrongUse when it is no id */
export function messageIn (text: string, shownBy: string): MessageId {
  if (!isMessageId(text)) throw new WrongUse(`that is no id; "zorgpoort ${shownBy}" shows them`)
  return messageId(text)
}

/** @param name of the option or argument @throws WrongUse when it is no party's code */
export function partyIn (text: string, name = '--party'): PartyCode {
  if (partyKind(text) === null) throw new WrongUse(`${name} is four digits, eight digits, or SVB, CAK, CBS, UWV or VWS`)
  return partyCode(text)
}
