/** The typed message from libxml2's tree, for valid messages that the fast reader leaves alone (comments, CDATA, unusual escapes). */
import type { XmlElement } from 'libxml2-wasm'
import type { ComplexType, Node, SimpleType, Tree } from '../standard/standard.ts'
import { contentOf } from './dom.ts'

/** @returns the message below `root`; only for a document that its schema has found valid */
export function treeOf (root: XmlElement, type: ComplexType): Tree {
  const byName = Map.groupBy(contentOf(root).elements, element => element.name)
  const found: Record<string, Node> = {}
  for (const model of type.elements) {
    const nodes = (byName.get(model.name) ?? []).map(element => nodeOf(element, model.type))
    const [first] = nodes
    if (first !== undefined) found[model.name] = model.max === 1 ? first : nodes
  }
  return found
}

function nodeOf (element: XmlElement, type: SimpleType | ComplexType): string | Tree {
  return type.kind === 'simple' ? contentOf(element).text : treeOf(element, type)
}
