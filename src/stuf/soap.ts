/** SOAP 1.1 around a message: its encoding, envelope, headers and the one element of its body. */
import { isUtf8 } from 'node:buffer'
import type { XmlElement } from 'libxml2-wasm'
import { childOf, elementsIn } from './document.ts'
import { StufFault, type SoapFault } from './fault.ts'
import { soap11 } from './names.ts'

/** The whole declaration and nothing else: what this does not match, the parser might read otherwise than we do. */
const declaration = /^<\?xml\s+version\s*=\s*(?:"1\.0"|'1\.0')(?:\s+encoding\s*=\s*(?:"utf-8"|'utf-8'))?(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>/i
const declaration_bytes = 400

/** WS-I BP 1.1 lets a byte order mark stand before SOAP. @returns where what follows the XML declaration begins; null for anything but XML 1.0 in UTF-8 */
export function startOf (bytes: Buffer): number | null {
  const start = bytes.toString('latin1', 0, 3) === '\xef\xbb\xbf' ? 3 : 0
  if (bytes[start] !== 0x3c && !/^[ \t\r\n]*</.test(bytes.toString('latin1', start, start + declaration_bytes))) return null
  if (!isUtf8(bytes) || bytes.includes(0)) return null
  const head = bytes.toString('latin1', start, start + declaration_bytes)
  if (!/^<\?xml[\s?]/.test(head)) return start
  const [whole] = declaration.exec(head) ?? []
  return whole === undefined ? null : start + whole.length
}

const said: Readonly<Record<SoapFault, string>> = {
  VersionMismatch: 'Dit is geen SOAP 1.1.',
  MustUnderstand: 'Een SOAP-header met mustUnderstand wordt hier niet begrepen.'
}
const soapFault = (soap: SoapFault): StufFault => new StufFault({ code: 'SOAP', plek: 'client', omschrijving: said[soap], details: null }, undefined, soap)

const next = 'http://schemas.xmlsoap.org/soap/actor/next'
const attribute = (element: XmlElement, name: string): string | undefined => element.attrs.find(it => it.name === name && it.namespaceUri === soap11)?.content.trim()
/** A header meant for another on the way is not ours to understand. */
const mustUnderstand = (header: XmlElement): boolean =>
  ['1', 'true'].includes(attribute(header, 'mustUnderstand') ?? '') && [undefined, '', next].includes(attribute(header, 'actor'))

/**
 * @param root of a SOAP message
 * @returns the element of its body; null when it is no Envelope with one element in its Body
 * @throws StufFault VersionMismatch or MustUnderstand
 */
export function bodyOf (root: XmlElement): XmlElement | null {
  if (root.name !== 'Envelope') return null
  if (root.namespaceUri !== soap11) throw soapFault('VersionMismatch')
  const header = childOf(root, soap11, 'Header')
  if (header !== undefined && elementsIn(header).some(mustUnderstand)) throw soapFault('MustUnderstand')
  const body = childOf(root, soap11, 'Body')
  const [only, ...more] = body === undefined ? [] : elementsIn(body)
  return only === undefined || more.length > 0 ? null : only
}
