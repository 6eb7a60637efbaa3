/** The terse notation of the model's data, read strictly: what it does not know stops the load. */
import type { Family, SimpleType } from './model.ts'

/** An element as written: its type still a name. */
export interface ElementNote {
  readonly name: string
  readonly type: string
  readonly pattern: string | null
  readonly min: 0 | 1
  readonly max: 1 | 'unbounded'
  /** The only family that has it; null for both. */
  readonly family: Family | null
}

const element = /^([A-Z][A-Za-z0-9]*)(?::([A-Z][A-Za-z]*_?[A-Za-z]*))?(?:\{(\S+)\})?([?+]?)(?:@(iwmo|ijw))?$/

function familyOf (text: string | undefined): Family | null {
  return text === 'iwmo' || text === 'ijw' ? text : null
}

/**
 * Elements divided by spaces: `Name:Type`, or `Name` for the class of that name; then `{pattern}` that narrows it,
 * `?` optional or `+` once or more, `@ijw` in that family only. Throws a SyntaxError for anything else and for a name twice.
 */
export function elementsIn (text: string): readonly ElementNote[] {
  const notes = words(text).map((word): ElementNote => {
    const [whole, name = '', type = name, pattern = null, times, family] = element.exec(word) ?? []
    if (whole === undefined) throw new SyntaxError(`no element of the model: ${word}`)
    return { name, type, pattern, min: times === '?' ? 0 : 1, max: times === '+' ? 'unbounded' : 1, family: familyOf(family) }
  })
  if (new Set(notes.map(note => note.name)).size !== notes.length) throw new SyntaxError(`an element twice in: ${text}`)
  return notes
}

/** @returns the words of a text divided by white space */
export const words = (text: string): readonly string[] => text.split(/\s+/).filter(word => word !== '')

/** @returns code and label per line, for one family: `01 Minuut`, `19@iwmo Levering volgens plan beeindigd`. Throws a SyntaxError for any other line and for a code twice. */
export function codesIn (text: string, family: Family): ReadonlyArray<readonly [string, string]> {
  const codes = linesIn(text).flatMap((line): Array<readonly [string, string]> => {
    const [whole, code = '', only, label = ''] = /^([A-Z0-9]+)(?:@(iwmo|ijw))? (\S.*)$/.exec(line) ?? []
    if (whole === undefined) throw new SyntaxError(`no code of a code list: ${line}`)
    return only === undefined || only === family ? [[code, label]] : []
  })
  if (new Set(codes.map(([code]) => code)).size !== codes.length) throw new SyntaxError(`a code twice in ${family}`)
  return codes
}

const linesIn = (text: string): readonly string[] => text.split('\n').map(line => line.trim()).filter(line => line !== '')

const simple = /^(LDT_[A-Za-z]+) +(code|string|integer|date|time)(?: ([0-9]*)\.\.([0-9]*))?(?: (\S+))?$/

/** @returns the simple types of a text, one a line (see release-3.2/types.ts); `lists` gives a code type its codes. Throws a SyntaxError for what it does not know. */
export function simpleTypesIn (text: string, lists: (name: string) => SimpleType['enumeration']): readonly SimpleType[] {
  return linesIn(text).map(line => {
    const [whole, name = '', kind = '', from = '', to = '', pattern] = simple.exec(line) ?? []
    if (whole === undefined) throw new SyntaxError(`no simple type: ${line}`)
    const base = kind === 'integer' || kind === 'date' || kind === 'time' ? kind : 'string'
    if ((base === 'date' || base === 'time') && from + to !== '') throw new SyntaxError(`a range on a ${base}: ${line}`)
    return { kind: 'simple', name, base, ...range(base, from, to), ...(pattern === undefined ? {} : { pattern: [pattern] }), ...codes(kind, lists(name), line) }
  })
}

function range (base: string, from: string, to: string): Partial<SimpleType> {
  const [low, high] = base === 'integer' ? ['minInclusive', 'maxInclusive'] : ['minLength', 'maxLength']
  return { ...(from === '' ? {} : { [`${low}`]: Number(from) }), ...(to === '' ? {} : { [`${high}`]: Number(to) }) }
}

function codes (kind: string, list: SimpleType['enumeration'], line: string): Pick<SimpleType, 'enumeration'> {
  if ((kind === 'code') !== (list !== undefined)) throw new SyntaxError(`a code type and its code list go together: ${line}`)
  return list === undefined ? {} : { enumeration: list }
}
