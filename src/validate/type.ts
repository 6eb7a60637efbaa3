/** Which message this is: the root's namespace says it, and the Header must agree. */
import type { XmlElement } from 'libxml2-wasm'
import type { Finding } from '../core/core.ts'
import { modelByNamespace, models, supportedTypes, type MessageModel } from '../standard/standard.ts'
import { fault, finding, same, type Fault, type Words } from './codes.ts'
import { visible, visibleEnd } from './shape.ts'

/** @returns the model of the message, or the finding why there is none */
export function typeOf (root: XmlElement): { readonly model: MessageModel } | { readonly finding: Finding } {
  const model = modelByNamespace(root.namespaceUri)
  const at = { line: root.line, path: '' }
  if (!model) return { finding: finding(fault('ZP_TYPE_UNKNOWN', visibleNamespace(root.namespaceUri), expected(root.namespaceUri)), at) }
  if (root.name !== 'Bericht') return { finding: finding(fault('ZP_TYPE_ROOT', same(visible(root.name)), same('Bericht')), at) }
  return { model }
}

/** @returns a namespace as it may be shown */
export const visibleNamespace = (namespace: string): { nl: string, en: string } =>
  namespace === '' ? { nl: '(geen)', en: '(none)' } : same(visibleEnd(namespace))

/** @returns the namespace the sender may have meant, when the type is known and only the release is not; else what is supported */
function expected (namespace: string): Words {
  const name = /^http:\/\/www\.istandaarden\.nl\/(?:iwmo|ijw)\/[^/]+\/((?:wmo|jw)[0-9]{3})\/schema$/.exec(namespace)?.[1]
  const meant = models.find(each => each.type.toLowerCase() === name)
  if (meant === undefined) return same(supportedTypes().join(', '))
  return { nl: `${meant.type} in release ${meant.release}: ${meant.namespace}`, en: `${meant.type} in release ${meant.release}: ${meant.namespace}` }
}

/** @returns the fault when a leaf of the Header contradicts the namespace; null for every other leaf */
export function contradiction (path: string, text: string, model: MessageModel): Fault | null {
  const asked = askedAt(path, model)
  if (asked === null) return null
  // Of the two numbers the schema ignores white space around them. XML's white space only, and no regular expression: text may be long.
  const value = path === 'Header/BerichtCode' ? text : trimmed(text)
  if (value === asked) return null
  const other = path === 'Header/BerichtCode' ? models.find(each => each.berichtCode === text) : undefined
  return fault('ZP_TYPE_CONTRADICTED', same(other ? `${text} (${other.type})` : visible(text) || '""'), same(`${asked} (${model.type})`))
}

function trimmed (text: string): string {
  const blank = (at: number): boolean => ' \t\r\n'.includes(text.charAt(at))
  let [from, to] = [0, text.length]
  while (from < to && blank(from)) from++
  while (to > from && blank(to - 1)) to--
  return text.slice(from, to)
}

function askedAt (path: string, model: MessageModel): string | null {
  if (path === 'Header/BerichtCode') return model.berichtCode
  if (path === 'Header/BerichtVersie') return String(model.versie)
  return path === 'Header/BerichtSubversie' ? String(model.subversie) : null
}
