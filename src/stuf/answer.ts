/** Reads what is answered to a call of ours: Bv03, Bv04, or Fo03, in a Fault or by itself. */
import type { XmlElement } from 'libxml2-wasm'
import { childOf, elementsIn, withDocument } from './document.ts'
import { readMarkup } from './markup.ts'
import { soap11, stuf } from './names.ts'
import { startOf } from './soap.ts'
import { foutIn, shortText } from './texts.ts'
import type { Antwoord } from './types.ts'

/** Larger ones are no answer of StUF. */
const answer_bytes_max = 65_536

/**
 * Liberal in all that does not matter: the minimal Bv04 of the text of StUF is taken, and an Fo03 with any status.
 * @param status of HTTP: a Bv03 counts with 2xx only
 * @param body what was read of the answer
 */
export function readAntwoord (status: number, body: Uint8Array): Antwoord {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const start = bytes.length > answer_bytes_max ? null : startOf(bytes)
  if (start === null || typeof readMarkup(bytes, start) === 'string') return { kind: 'unknown' }
  return withDocument(bytes, ({ root }) => antwoordIn(root, status >= 200 && status < 300)) ?? { kind: 'unknown' }
}

const isStuf = (name: string) => (it: XmlElement): boolean => it.name === name && it.namespaceUri === stuf

function antwoordIn (root: XmlElement, good: boolean): Antwoord {
  if (root.name !== 'Envelope' || root.namespaceUri !== soap11) return { kind: 'unknown' }
  const body = childOf(root, soap11, 'Body')
  const [message] = body === undefined ? [] : elementsIn(body)
  if (message === undefined) return { kind: 'unknown' }
  const fo03 = isStuf('Fo03Bericht')(message) ? message : faultDetail(message)?.find(isStuf('Fo03Bericht'))
  if (fo03 !== undefined) return { kind: 'Fo03', fout: foutIn(childOf(fo03, stuf, 'body')) }
  const kind = (['Bv03', 'Bv04'] as const).find(it => isStuf(`${it}Bericht`)(message))
  if (kind === undefined || !good) return { kind: 'unknown' }
  return { kind, crossRefnummer: shortText(childOf(message, stuf, 'stuurgegevens'), 'crossRefnummer', 40) }
}

/** SOAP 1.1 has the parts of a Fault in no namespace. */
function faultDetail (message: XmlElement): XmlElement[] | undefined {
  if (message.name !== 'Fault' || message.namespaceUri !== soap11) return undefined
  const detail = elementsIn(message).find(it => it.name === 'detail')
  return detail === undefined ? undefined : elementsIn(detail)
}
