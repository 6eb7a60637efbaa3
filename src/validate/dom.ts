/** Reading libxml2's tree: what an element holds, in order. */
import { XmlCData, XmlElement, XmlText, XmlTreeNode, type XmlNode } from 'libxml2-wasm'

/** What stands inside one element; comments and processing instructions are left out. */
export interface Content {
  readonly elements: readonly XmlElement[]
  readonly text: string
  /** Whether a CDATA block is among it: never allowed between elements, not even a blank one. */
  readonly cdata: boolean
}

/** @returns the elements and the joined text of an element */
export function contentOf (element: XmlElement): Content {
  const elements: XmlElement[] = []
  let text = ''; let cdata = false
  for (const node of nodesOf(element)) {
    if (node instanceof XmlElement) elements.push(node)
    else if (node instanceof XmlText || node instanceof XmlCData) text += node.content
    if (node instanceof XmlCData) cdata = true
  }
  return { elements, text, cdata }
}

/** One node at a time, as there may be very many. */
function * nodesOf (element: XmlElement): Generator<XmlNode> {
  for (let node: XmlNode | null = element.firstChild; node; node = nextOf(node)) yield node
}

/**
 * The library gives a processing instruction no `next`, so that what follows one would be lost; the getter that the other
 * nodes have serves it as well. (XPath would find them too, in quadratic time.)
 */
const nextOf = (node: XmlNode): XmlNode | null => Reflect.get(XmlTreeNode.prototype, 'next', node)
