/** Cursors: the place of a page's last row, as text whose look is nobody's business. */
import { Refusal } from '../core/core.ts'

export const cursorOf = (place: string | number): string => Buffer.from(String(place)).toString('base64url')

/** @throws Refusal ZP_QUERY when the text is no cursor of ours */
export function placeOf (cursor: string): string {
  const place = Buffer.from(cursor, 'base64url').toString('latin1')
  if (place === '' || cursorOf(place) !== cursor) throw new Refusal('ZP_QUERY', 'cursor')
  return place
}

/** @returns the place where that is a number @throws Refusal ZP_QUERY when the text is no cursor of ours */
export function seqOf (cursor: string): number {
  const seq = Number(placeOf(cursor))
  if (!Number.isSafeInteger(seq) || cursorOf(seq) !== cursor) throw new Refusal('ZP_QUERY', 'cursor')
  return seq
}
