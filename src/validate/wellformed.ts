/** Why a document is not well formed, in our words: libxml2's own are only matched. */
import type { Finding } from '../core/core.ts'
import { fault, finding, same, type FindingCode } from './codes.ts'
import type { ParseFault } from './engine.ts'

/** libxml2's texts; the first that matches counts. */
const reasons: ReadonlyArray<readonly [RegExp, FindingCode]> = [
  [/^Document is empty|^Start tag expected/, 'ZP_XML_NO_ROOT'],
  [/^Extra content at the end/, 'ZP_XML_TRAILING'],
  [/^Premature end of data/, 'ZP_XML_TRUNCATED'],
  [/^Opening and ending tag mismatch|^StartTag: invalid|^expected '>'|^Couldn't find end of Start Tag/, 'ZP_XML_TAGS'],
  [/^Entity '.*' not defined/s, 'ZP_XML_ENTITY'],
  [/^xmlParseEntityRef: no name|^EntityRef: expecting|^Sequence ']]>'|^Unescaped '<'/, 'ZP_XML_ESCAPE'],
  [/^Attribute .* redefined|^Namespaced Attribute .* redefined|^Specification mandates value|^AttValue|^attributes construct|^xml:id/s, 'ZP_XML_ATTRIBUTE'],
  [/^Namespace prefix|xmlns|^xml namespace|^Failed to parse QName/, 'ZP_XML_PREFIX'],
  [/invalid Char value|^xmlParseCharRef|^Input is not proper UTF-8/, 'ZP_XML_CHARACTER'],
  [/^Double hyphen|^Comment not|^CData section|PI|^Unregistered/, 'ZP_XML_COMMENT'],
  [/^XML declaration|^parsing XML declaration|^Blank needed here|^standalone|^Malformed declaration/, 'ZP_XML_DECLARATION'],
  [/^Resource limit|too big|too long|^Excessive depth|^Huge input/, 'ZP_XML_LIMIT']
]

/** @returns the finding for a document that the parser refused; only its first fault, as what follows is guesswork */
export function notWellFormed ({ reason, line }: ParseFault, bytes: Buffer): Finding {
  const told = reasons.find(([text]) => text.test(reason.trimEnd()))?.[1] ?? 'ZP_XML_OTHER'
  // A message that was cut off seldom ends with a `>`, whatever the parser trips over there.
  const cut = told !== 'ZP_XML_NO_ROOT' && told !== 'ZP_XML_TRAILING' && told !== 'ZP_XML_LIMIT' && lastMark(bytes) !== GT
  const code = cut ? 'ZP_XML_TRUNCATED' : told
  const found = code === 'ZP_XML_TRUNCATED' ? { nl: 'niet alles is afgesloten', en: 'not everything is closed' } : same('')
  const expected = code === 'ZP_XML_ESCAPE' ? same('&lt; &gt; &amp;') : same('')
  return finding(fault(code, found, expected), { line, path: '' })
}

const GT = 0x3e
const SPACE = 0x20

/** @returns the last byte that is no white space */
function lastMark (bytes: Buffer): number | undefined {
  let at = bytes.length - 1
  while (at >= 0 && (bytes[at] ?? 0) <= SPACE) at--
  return bytes[at]
}
