/** What the commands by which people decide share: reasons, parties and counts out of options. */
import { InvalidArgumentError } from 'commander'
import { isCode, partyCode, partyKind, type PartyCode } from '../src/core/core.ts'
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

/** @throws WrongUse when it is no party's code */
export function partyIn (text: string): PartyCode {
  if (partyKind(text) === null) throw new WrongUse('--party is four digits, eight digits, or SVB, CAK, CBS, UWV or VWS')
  return partyCode(text)
}
