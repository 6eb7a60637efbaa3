/** The schema's patterns: as regular expressions of this language, and in words a person understands. */
import type { Words } from './codes.ts'

const notBlank: Words = { nl: 'niet alleen spaties', en: 'not only blanks' }

/** The model's patterns in words; a test sees that each of them stands here or is a fixed value. */
export const patternWords: Readonly<Record<string, Words>> = {
  '[0-9]{9}': { nl: '9 cijfers', en: '9 digits' },
  '[0-9]{8}': { nl: '8 cijfers', en: '8 digits' },
  '[0-9]{4}': { nl: '4 cijfers', en: '4 digits' },
  '[0-9]*': { nl: 'alleen cijfers', en: 'digits only' },
  '.*[^\\s].*': notBlank,
  '([.\\s]*\\S+[.\\s]*)+': notBlank,
  '[^:Z]*': { nl: 'JJJJ-MM-DD zonder tijdzone', en: 'YYYY-MM-DD without a time zone' },
  '[^Z+-]+': { nl: 'UU:MM:SS zonder tijdzone', en: 'HH:MM:SS without a time zone' },
  '(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)': { nl: 'drie getallen met punten ertussen, zoals 1.0.0', en: 'three numbers with dots between, such as 1.0.0' },
  '([a-zA-Z0-9])+': { nl: 'alleen letters en cijfers', en: 'letters and digits only' },
  '([a-zA-ZÀ-ỳ])+': { nl: 'alleen letters, zonder punten of spaties', en: 'letters only, without dots or blanks' }
}

/** @returns a pattern in words; one of plain characters is its own word */
export function inWords (patterns: readonly string[]): Words {
  const each = patterns.map(pattern => patternWords[pattern] ?? { nl: pattern, en: pattern })
  return { nl: each.map(w => w.nl).join(' of '), en: each.map(w => w.en).join(' or ') }
}

const compiled = new Map<string, RegExp>()

/** @returns whether one of the XSD patterns matches the whole value */
export const matches = (value: string, patterns: readonly string[]): boolean => patterns.some(pattern => regExp(pattern).test(value))

function regExp (pattern: string): RegExp {
  const known = compiled.get(pattern)
  if (known) return known
  const made = new RegExp(`^(?:${translate(pattern)})$`, 'u')
  compiled.set(pattern, made)
  return made
}

/** XSD means other characters by `\s` (no NBSP) and `.` (all but CR and LF) than JavaScript does. */
function translate (pattern: string): string {
  let inside = false
  return pattern.replace(/\\.|[[\].]/g, token => {
    if (token === '[') inside = true
    if (token === ']') inside = false
    if (token === '\\s') return inside ? ' \\t\\n\\r' : '[ \\t\\n\\r]'
    if (token === '\\S') return '[^ \\t\\n\\r]'
    return token === '.' && !inside ? '[^\\n\\r]' : token
  })
}
