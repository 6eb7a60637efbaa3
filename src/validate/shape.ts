/** What of a value may be shown: its shape when it is personal, else its beginning. */
import type { Words } from './codes.ts'

/** Characters of a value that are shown. */
const shown_max = 40

/** Nine digits in a row may be a Bsn, wherever they stand. */
const masked = (text: string): string => text.replace(/[0-9]{9}/g, '#########')

/** @returns the value cut at 40 characters, its control and invisible characters made visible, nine digits in a row masked */
export function visible (value: string): string {
  const characters = [...masked(value.slice(0, 2 * shown_max + 2))]
  const cut = characters.length > shown_max ? [...characters.slice(0, shown_max), '…'] : characters
  return cut.map(seen).join('')
}

/** @returns the end of a long name such as a namespace, which tells most, cut at 40 characters */
export function visibleEnd (value: string): string {
  return value.length > shown_max ? `…${visible(value.slice(-shown_max))}` : visible(value)
}

function seen (character: string): string {
  const code = character.codePointAt(0) ?? 0
  return /[\p{C}\p{Zl}\p{Zp}]|[^\S ]/u.test(character) ? `\\u{${code.toString(16)}}` : character
}

/** Length in characters, as the schema counts them (code points, not UTF-16 units). */
export function length (value: string): number {
  let count = 0
  for (let i = 0; i < value.length; i++) if ((value.charCodeAt(i) & 0xfc00) !== 0xdc00) count++
  return count
}

/** @returns what may be said of a personal value: how long it is, and of what kinds of characters */
export function shape (value: string): Words {
  const size = length(value)
  if (size === 0) return { nl: 'leeg', en: 'empty' }
  const digits = value.replace(/[^0-9]/g, '').length
  const rest = size - digits
  const nl = `${size} ${size === 1 ? 'teken' : 'tekens'}`
  const en = `${size} ${size === 1 ? 'character' : 'characters'}`
  if (rest === 0) return { nl: `${nl}, alleen cijfers`, en: `${en}, digits only` }
  if (digits === 0) return { nl: `${nl}, zonder cijfers`, en: `${en}, no digits` }
  return { nl: `${nl}, waarvan ${rest} geen cijfer`, en: `${en}, ${rest} of them no digit` }
}

/** @returns what is told of the value that was found */
export function told (value: string, personal: boolean): Words {
  if (personal) return shape(value)
  const text = visible(value)
  return text === '' ? { nl: 'leeg', en: 'empty' } : { nl: text, en: text }
}
