/** Reads what stands before the first child: the XML declaration, the root's start tag and its namespaces. */
import type { MessageModel } from './model.ts'
import { modelByNamespace } from './models.ts'

/** Where the content of the root begins, and under which prefixes the two namespaces stand there (empty or with its colon). */
export interface Prolog {
  readonly model: MessageModel
  readonly own: string
  /** null: the basisschema's namespace is not declared at the root, but may be at each element, as .NET writes it. */
  readonly basis: string | null
  readonly at: number
}

const declaration = /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[Uu][Tt][Ff]-8"|'[Uu][Tt][Ff]-8'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>[ \t\r\n]*/
/** What an editor or generator says of itself; anything but plain characters is unusual. */
const comment = /^<!--(?:[ -,.-~\t\r\n]|-(?!-))*-->[ \t\r\n]*/
const comment_characters = 400
const rootTag = /^<(?:([A-Za-z_][\w.-]*):)?Bericht((?:[ \t\r\n][^<>]*)?)>$/
const attribute = /[ \t\r\n]+(?:xmlns(?::([A-Za-z_][\w.-]*))?|([A-Za-z_][\w.-]*):schemaLocation)[ \t\r\n]*=[ \t\r\n]*(?:"([^"]*)"|'([^']*)')/y
/** Any longer start tag holds what no message needs. */
const rootTag_characters = 1_000
/** No sender declares more, and validation refuses more. */
const namespaces_max = 16
const plainUri = /^(?:https?:\/\/|urn:)[A-Za-z0-9._/:#-]+$/
const instance = 'http://www.w3.org/2001/XMLSchema-instance'
const plainToken = /^[A-Za-z0-9._/:#-]+$/

/** @returns the prolog, or a few words on what is unusual about it */
export function readProlog (text: string): Prolog | string {
  const declared_characters = text.startsWith('<?') ? declaration.exec(text.slice(0, 200))?.[0].length : 0
  if (declared_characters === undefined) return 'the XML declaration'
  const start = declared_characters + (comment.exec(text.slice(declared_characters, declared_characters + comment_characters))?.[0].length ?? 0)
  const end = text.indexOf('>', start) + 1
  if (end === 0 || end - start > rootTag_characters) return 'the start tag of the root'
  const [whole, prefix = '', attributes = ''] = rootTag.exec(text.slice(start, end)) ?? []
  if (whole === undefined) return 'the start tag of the root'
  const declared = namespaces(attributes)
  const model = modelByNamespace(declared?.get(prefix) ?? '')
  if (declared === null || model === undefined) return 'the namespaces of the root'
  const basis = [...declared].find(([, uri]) => uri === model.basisNamespace)?.[0]
  return { model, own: colon(prefix), basis: basis === undefined ? null : colon(basis), at: end }
}

const colon = (prefix: string): string => prefix === '' ? '' : `${prefix}:`

/** @returns prefix to namespace, the default one under the empty prefix; null when anything else than plain declarations and one schemaLocation stands there */
function namespaces (attributes: string): ReadonlyMap<string, string> | null {
  const found = new Map<string, string>()
  const located: string[] = []
  const text = attributes.replace(/[ \t\r\n]+$/, '')
  for (attribute.lastIndex = 0; attribute.lastIndex < text.length;) {
    const [whole, prefix = '', locating, double, single = ''] = attribute.exec(text) ?? []
    const value = double ?? single
    if (whole === undefined) return null
    if (locating !== undefined) {
      if (located.push(locating) > 1 || !isLocations(value)) return null
    } else {
      if (found.has(prefix) || /^xml/i.test(prefix) || !plainUri.test(value)) return null
      if (found.set(prefix, value).size > namespaces_max) return null
    }
  }
  return located.every(prefix => found.get(prefix) === instance) ? found : null
}

/** A namespace and where its schema may lie, pair by pair: a hint, which nobody follows here. */
function isLocations (value: string): boolean {
  const tokens = value.split(/[ \t\r\n]+/).filter(token => token !== '')
  return tokens.length > 0 && tokens.length % 2 === 0 && tokens.every(token => plainToken.test(token))
}
