/** What is refused on the bytes alone, before any parser sees them. */
import { isUtf8 } from 'node:buffer'
import type { Finding, RefusalCode } from '../core/core.ts'
import { fault, finding, same, type Fault } from './codes.ts'
import { lineAt } from './lines.ts'
import { scan, type FaultAt } from './scan.ts'
import { visible } from './shape.ts'

/** A refusal on the bytes alone. */
export interface Refused { readonly code: Extract<RefusalCode, 'ZP_SIZE' | 'ZP_XML'>, readonly finding: Finding }

/** @returns a finding that the message is larger than allowed (both in bytes), or null */
export function checkSize (size_bytes: number, max_bytes: number): Refused | null {
  if (size_bytes <= max_bytes) return null
  return { code: 'ZP_SIZE', finding: finding(fault('ZP_SIZE_MAX', same(`${size_bytes} bytes`), same(`${max_bytes} bytes`)), { line: null, path: '' }) }
}

/** @returns the first thing for which these bytes are refused, or null when they may be parsed */
export function precheck (bytes: Buffer, payload_bytes_max: number): Refused | null {
  const large = checkSize(bytes.length, payload_bytes_max)
  if (large) return large
  const wrong = encoding(bytes) ?? declaration(bytes) ?? scan(bytes)
  return wrong && { code: 'ZP_XML', finding: finding(wrong.fault, { line: lineAt(bytes, wrong.at), path: '' }) }
}

const wide: ReadonlyArray<readonly [mark: string, name: string]> = [
  ['0000feff', 'UTF-32'], ['fffe0000', 'UTF-32'], ['efbbbf', 'UTF-8'], ['fffe', 'UTF-16'], ['feff', 'UTF-16']
]

function encoding (bytes: Buffer): FaultAt | null {
  const start = (wrong: Fault): FaultAt => ({ fault: wrong, at: 0 })
  if (bytes.length === 0) return start(fault('ZP_XML_EMPTY'))
  const head = bytes.toString('hex', 0, 4)
  const mark = wide.find(([hex]) => head.startsWith(hex))
  if (mark) return start(fault('ZP_XML_BOM', same(mark[1]), { nl: 'UTF-8 zonder byte order mark', en: 'UTF-8 without byte order mark' }))
  if (/^(3c00|003c)/.test(head)) return start(fault('ZP_XML_NOT_UTF8', same('UTF-16'), same('UTF-8')))
  if (!isUtf8(bytes)) return notUtf8(bytes)
  const nul = bytes.indexOf(0)
  return nul < 0 ? null : { fault: fault('ZP_XML_NUL'), at: nul }
}

function notUtf8 (bytes: Buffer): FaultAt {
  let at = 0
  for (let end = 0; at < bytes.length; at = end + 1) {
    const newline = bytes.indexOf(0x0a, at)
    end = newline < 0 ? bytes.length : newline
    if (!isUtf8(bytes.subarray(at, end))) break
  }
  return { fault: fault('ZP_XML_NOT_UTF8', { nl: 'een ongeldige bytereeks', en: 'an invalid byte sequence' }, same('UTF-8')), at }
}

/** A declaration ends within so many bytes; a longer one is not one that senders write. */
const declaration_bytes = 400

/** The whole declaration and nothing else (XML 1.0, 2.8): what this does not match, the parser might read otherwise than we do. */
const whole = /^<\?xml\s+version\s*=\s*(["'])([^"'<>&]*)\1(?:\s+encoding\s*=\s*(["'])([^"'<>&]*)\3)?(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*$/

function declaration (bytes: Buffer): FaultAt | null {
  const head = bytes.toString('latin1', 0, declaration_bytes)
  if (!/^<\?xml(?:\s|\?)/.test(head)) return null
  const wrong = (what: Fault): FaultAt => ({ fault: what, at: 0 })
  const [matched, , version = '', , named = 'UTF-8'] = whole.exec(head.slice(0, Math.max(head.indexOf('?>'), 0))) ?? []
  if (matched === undefined) return wrong(fault('ZP_XML_DECLARATION'))
  if (version !== '1.0') return wrong(fault('ZP_XML_VERSION', same(visible(version)), same('1.0')))
  if (named.toUpperCase() !== 'UTF-8') return wrong(fault('ZP_XML_ENCODING', same(visible(named)), same('UTF-8')))
  return null
}
