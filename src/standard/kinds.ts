/** Kinds of characters, and which of them, with a length, settle that a text agrees with its data type without a look at the text itself. */
import type { ElementModel, SimpleType } from './model.ts'

/** A bit a kind. `wide`: beyond ASCII. `odd`: not as it stands in the text, or nothing XML allows: entities, `]`, carriage returns, controls, and all that is wide. */
export const kinds = { digit: 1, letter: 2, space: 4, line: 8, other: 16, odd: 32, wide: 64 } as const

function kind (byte: number): number {
  const character = String.fromCharCode(byte)
  if (byte >= 0x80) return kinds.odd | kinds.wide
  if (/[0-9]/.test(character)) return kinds.digit
  if (/[A-Za-z]/.test(character)) return kinds.letter
  if (/[ \t]/.test(character)) return kinds.space
  if (character === '\n') return kinds.line
  return byte < 0x20 || character === '&' || character === ']' ? kinds.odd : kinds.other
}

/** The kind of each byte. */
export const kindOf: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => kind(byte))

/** A text of `min` to `max` characters, none of the kinds in `never` and at least one of those in `some`, surely agrees with its type. */
export interface Sure { readonly min: number, readonly max: number, readonly never: number, readonly some: number }

const all = 0x7f
const allowing = (allowed: number): Pick<Sure, 'never' | 'some'> => ({ never: all & ~allowed, some: allowed })
const plain = all & ~kinds.odd & ~kinds.wide
const nothing: Sure = { min: 0, max: -1, never: all, some: 0 }

/** What the patterns of the model come to; `[0-9]{9}` and its like are worked out below. */
const byPattern: Readonly<Record<string, Pick<Sure, 'never' | 'some'>>> = {
  '[0-9]*': allowing(kinds.digit),
  '([a-zA-Z0-9])+': allowing(kinds.digit | kinds.letter),
  '.*[^\\s].*': { never: kinds.odd | kinds.wide | kinds.line, some: plain & ~kinds.space & ~kinds.line },
  '([.\\s]*\\S+[.\\s]*)+': { never: kinds.odd | kinds.wide, some: plain & ~kinds.space & ~kinds.line }
}

/** @returns when kinds and length are enough for an element of this type; for some types they never are */
export function sureOf (element: ElementModel, type: SimpleType): Sure {
  if (type.enumeration !== undefined) return nothing
  const patterns = [...type.pattern ?? [], ...element.pattern ?? []]
  if (type.base === 'integer' && patterns.length === 0) return integers(type)
  if (type.base !== 'string') return nothing
  const length = { min: Math.max(1, type.minLength ?? 0), max: type.maxLength ?? Infinity }
  return patterns.map(sureBy).reduce(both, { ...length, never: kinds.odd | kinds.wide, some: plain })
}

function sureBy (pattern: string): Sure {
  const digits = /^\[0-9\]\{([0-9]+)\}$/.exec(pattern)?.[1]
  if (digits !== undefined) return { min: Number(digits), max: Number(digits), ...allowing(kinds.digit) }
  const found = byPattern[pattern]
  return found === undefined ? nothing : { min: 1, max: Infinity, ...found }
}

const both = (one: Sure, other: Sure): Sure =>
  ({ min: Math.max(one.min, other.min), max: Math.min(one.max, other.max), never: one.never | other.never, some: one.some & other.some })

/** Numbers of so few digits that none of them is too large. */
function integers ({ minInclusive = -Infinity, maxInclusive = Infinity }: SimpleType): Sure {
  const max = Math.min(15, `${maxInclusive + 1}`.length - 1)
  return minInclusive > 0 || maxInclusive < 0 ? nothing : { min: 1, max, ...allowing(kinds.digit) }
}
