/** Reading libxml2's tree: what an element holds, in order. */
import { XmlCData, XmlElement, XmlText, XmlXPath } from 'libxml2-wasm'

/** What stands inside one element; comments and processing instructions are left out. */
export interface Content {
  readonly elements: readonly XmlElement[]
  readonly text: string
  /** Whether a CDATA block is among it: never allowed between elements, not even a blank one. */
  readonly cdata: boolean
}

// Not `firstChild` and `next`: the library gives a processing instruction no `next`, so what follows one would be lost.
const children = XmlXPath.compile('node()')

/** @returns the elements and the joined text of an element */
export function contentOf (element: XmlElement): Content {
  const elements: XmlElement[] = []
  let text = ''; let cdata = false
  for (const node of element.find(children)) {
    if (node instanceof XmlElement) elements.push(node)
    else if (node instanceof XmlText || node instanceof XmlCData) text += node.content
    if (node instanceof XmlCData) cdata = true
  }
  return { elements, text, cdata }
}
