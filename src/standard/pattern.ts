/** Turns the XSD patterns of the model into regular expressions of JavaScript, exactly or not at all. */

/** In an XSD pattern `.` is everything but the line ends, and `\s` four characters; JavaScript knows more of both. */
const atoms: Readonly<Record<string, string>> = { '.': '[^\\n\\r]', '\\s': '[ \\t\\n\\r]', '\\S': '[^ \\t\\n\\r]', '\\.': '\\.', '\\-': '\\-' }

/**
 * Patterns whose nested repeats make a backtracking engine slow, with one that accepts the same texts.
 * `([.\s]*\S+[.\s]*)+` (the dot is a plain dot there): every run of non-space is taken by `\S+`, every run of space by
 * `[.\s]*`, at least one run of the first is needed and any number may follow; so: any text with one non-space in it.
 */
const equal: Readonly<Record<string, string>> = { '([.\\s]*\\S+[.\\s]*)+': '[ \\t\\n\\r]*[^ \\t\\n\\r][^]*' }

/** One step of a pattern: a class, an escape, grouping and repeats, or a plain character. */
const step = /\[\^?(?:[^\\[\]]|\\[sS.-])+\]|\\[sS.-]|[().*+?|]|\{[0-9]+(?:,[0-9]*)?\}|[A-Za-z0-9 _:/@-]/uy

/** @returns a regular expression that matches the whole text where the XSD pattern does; throws a SyntaxError for a pattern it cannot turn exactly */
export function fromXsdPattern (pattern: string): RegExp {
  return new RegExp(`^(?:${equal[pattern] ?? converted(pattern)})$`, 'u')
}

function converted (pattern: string): string {
  let out = ''
  for (step.lastIndex = 0; step.lastIndex < pattern.length;) {
    const at = step.lastIndex
    const [found] = step.exec(pattern) ?? []
    if (found === undefined) throw new SyntaxError(`pattern ${pattern}: unknown from character ${at + 1}`)
    out += found.startsWith('[') ? classOf(found) : atoms[found] ?? found
  }
  return out
}

/** A character class: the dot is plain, `\s` four characters, a dash at either end is plain. */
function classOf (text: string): string {
  const [, not = '', body = ''] = /^\[(\^?)(.*)\]$/u.exec(text) ?? []
  if (body.includes('\\S') || body.includes('-[')) throw new SyntaxError(`class ${text}: not supported`)
  const plain = body.replace(/^-|(?<!\\)-$/g, '\\-').replace(/\\s/g, ' \\t\\n\\r')
  return `[${not}${plain}]`
}
