/** Why a document is not well formed, in our words: libxml2's own are only matched. */
import type { Finding } from '../core/core.ts'
import { fault, finding, same, type FindingCode } from './codes.ts'
import type { ParseFault } from './engine.ts'

/** Beginnings of libxml2's texts; the first that matches counts. */
const reasons: ReadonlyArray<readonly [RegExp, FindingCode]> = [
  [/^Document is empty|^Start tag expected/, 'ZP_XML_NO_ROOT'],
  [/^Premature end of data|^Couldn't find end of Start Tag|^expected '>'|^Comment not terminated|^ParsePI: PI .* never end|^AttValue: .* expected$/, 'ZP_XML_TRUNCATED'],
  [/^Opening and ending tag mismatch|^StartTag: invalid element name/, 'ZP_XML_TAGS'],
  [/^Extra content at the end/, 'ZP_XML_TRAILING'],
  [/^Entity '.*' not defined/s, 'ZP_XML_ENTITY'],
  [/^xmlParseEntityRef: no name|^EntityRef: expecting|^Sequence ']]>'|^Unescaped '<'/, 'ZP_XML_ESCAPE'],
  [/^Attribute .* redefined|^Namespaced Attribute .* redefined|^Specification mandates value|^attributes construct error/s, 'ZP_XML_ATTRIBUTE'],
  [/^Namespace prefix|^xmlns|^xml namespace prefix|^Failed to parse QName/, 'ZP_XML_PREFIX'],
  [/invalid Char value|invalid xmlChar value|^Input is not proper UTF-8/, 'ZP_XML_CHARACTER'],
  [/^Double hyphen|^CData section|^ParsePI|^PI /, 'ZP_XML_COMMENT'],
  [/^XML declaration|^parsing XML declaration|^Blank needed here|^standalone|^Malformed declaration/, 'ZP_XML_DECLARATION'],
  [/^Resource limit|too big|too long|^Excessive depth|^Huge input/, 'ZP_XML_LIMIT']
]

/** @returns the finding for a document that the parser refused; only its first fault, as what follows is guesswork */
export function notWellFormed ({ reason, line }: ParseFault, last_line: number): Finding {
  const code = reasons.find(([text]) => text.test(reason.trimEnd()))?.[1] ?? 'ZP_XML_OTHER'
  const truncated = code === 'ZP_XML_TRUNCATED' && line >= last_line
  const actual = code === 'ZP_XML_TRUNCATED' && !truncated ? 'ZP_XML_TAGS' : code
  const found = truncated ? { nl: 'niet alles is afgesloten', en: 'not everything is closed' } : same('')
  const expected = actual === 'ZP_XML_ESCAPE' ? same('&lt; &gt; &amp;') : same('')
  return finding(fault(actual, found, expected), { line, path: '' })
}
