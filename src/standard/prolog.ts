/** Reads what stands before the first child: the XML declaration, the root's start tag and its namespaces. */
import type { MessageModel } from './model.ts'
import { modelByNamespace } from './models.ts'

/** Where the content of the root begins, and under which prefixes the two namespaces stand there (empty or with its colon). */
export interface Prolog {
  readonly model: MessageModel
  readonly own: string
  readonly basis: string
  readonly at: number
}

const declaration = /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[Uu][Tt][Ff]-8"|'[Uu][Tt][Ff]-8'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>[ \t\r\n]*/
const rootTag = /^<(?:([A-Za-z_][\w.-]*):)?Bericht((?:[ \t\r\n][^<>]*)?)>$/
const attribute = /[ \t\r\n]+xmlns(?::([A-Za-z_][\w.-]*))?[ \t\r\n]*=[ \t\r\n]*(?:"([^"]*)"|'([^']*)')/y
/** Any longer start tag holds what no message needs. */
const rootTag_characters = 1_000
const plainUri = /^(?:https?:\/\/|urn:)[A-Za-z0-9._/:#-]+$/

/** @returns the prolog, or a few words on what is unusual about it */
export function readProlog (text: string): Prolog | string {
  const start = text.startsWith('<?') ? declaration.exec(text.slice(0, 200))?.[0].length : 0
  if (start === undefined) return 'the XML declaration'
  const end = text.indexOf('>', start) + 1
  if (end === 0 || end - start > rootTag_characters) return 'the start tag of the root'
  const [whole, prefix = '', attributes = ''] = rootTag.exec(text.slice(start, end)) ?? []
  if (whole === undefined) return 'the start tag of the root'
  const declared = namespaces(attributes)
  const model = modelByNamespace(declared?.get(prefix) ?? '')
  if (declared === null || model === undefined) return 'the namespaces of the root'
  const basis = [...declared].find(([, uri]) => uri === model.basisNamespace)?.[0]
  return basis === undefined ? 'the namespaces of the root' : { model, own: colon(prefix), basis: colon(basis), at: end }
}

const colon = (prefix: string): string => prefix === '' ? '' : `${prefix}:`

/** @returns prefix to namespace, the default one under the empty prefix; null when anything else than plain declarations stands there */
function namespaces (attributes: string): ReadonlyMap<string, string> | null {
  const found = new Map<string, string>()
  const text = attributes.replace(/[ \t\r\n]+$/, '')
  for (attribute.lastIndex = 0; attribute.lastIndex < text.length;) {
    const [whole, prefix = '', double, single = ''] = attribute.exec(text) ?? []
    if (whole === undefined || found.has(prefix) || /^xml/i.test(prefix)) return null
    const uri = double ?? single
    if (!plainUri.test(uri)) return null
    found.set(prefix, uri)
  }
  return found
}
