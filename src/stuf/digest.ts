/** The digest of all that a message says and holds: prefixes, comments and white space between elements aside. */
import { createHash, type Hash } from 'node:crypto'
import type { XmlElement } from 'libxml2-wasm'
import { sha256Hex, type Sha256 } from '../core/core.ts'
import { elementsIn, textOf } from './document.ts'

const instance = 'http://www.w3.org/2001/XMLSchema-instance'

/** Each text goes in with its length before it, so that no two messages are the same text. */
function add (hash: Hash, ...texts: readonly string[]): void {
  for (const text of texts) hash.update(`${Buffer.byteLength(text)}:`).update(text)
}

function addElement (hash: Hash, element: XmlElement): void {
  const attributes = element.attrs.filter(it => it.namespaceUri !== instance).map(it => `${it.namespaceUri} ${it.name}=${it.content}`).sort()
  const children = elementsIn(element)
  add(hash, 'element', element.namespaceUri, element.name, String(attributes.length), ...attributes, String(children.length))
  if (children.length === 0) add(hash, textOf(element))
  for (const child of children) addElement(hash, child)
}

/** @param message without its large parts @param large those: the payload, what an Fo01 quotes */
export function digestOf (message: XmlElement, large: readonly Uint8Array[]): Sha256 {
  const hash = createHash('sha256')
  addElement(hash, message)
  for (const bytes of large) hash.update(`${bytes.byteLength}:`).update(bytes)
  return sha256Hex(hash.digest('hex'))
}
