/** Writes a typed message as the standard wants its bytes: UTF-8 without byte order mark, CR/LF line ends, the XML declaration. */
import { escapeXml, isXmlText } from './escape.ts'
import type { ComplexType, ElementModel, MessageModel, Node, Tree } from './model.ts'
import { asTree, occurrences } from './tree.ts'

const encoder = new TextEncoder()
const newline = '\r\n'

/**
 * Writes elements in the model's order whatever the order of the keys; leaf texts come back from the reader as they are.
 * It does not judge: what is missing stays missing.
 * @param step by which each level stands further in; empty where every byte counts
 * @throws a TypeError that names the element (never a value) for one the
 * model does not know, a class where a text belongs or the other way round, and a text XML cannot hold.
 */
export function writeMessage (model: MessageModel, tree: Tree, step = '  '): Uint8Array {
  const prefix = `${model.type.toLowerCase()}:`
  const out = [
    `<?xml version="1.0" encoding="UTF-8"?>${newline}`,
    `<${prefix}Bericht xmlns:${model.family}="${model.basisNamespace}" xmlns:${model.type.toLowerCase()}="${model.namespace}">${newline}`
  ]
  writeChildren({ own: prefix, basis: `${model.family}:`, step, out }, model.root, tree, step)
  out.push(`</${prefix}Bericht>${newline}`)
  return encoder.encode(out.join(''))
}

interface Pen { readonly own: string, readonly basis: string, readonly step: string, readonly out: string[] }

function writeChildren (pen: Pen, type: ComplexType, tree: Tree, indent: string): void {
  const unknown = Object.keys(tree).find(name => tree[name] !== undefined && !type.elements.some(element => element.name === name))
  if (unknown !== undefined) throw new TypeError(`${type.name} has no element ${/^\w{1,40}$/.test(unknown) ? unknown : 'of that name'}`)
  for (const element of type.elements) {
    const nodes = occurrences(tree[element.name])
    if (nodes.length > 1 && element.max === 1) throw new TypeError(`${element.name} stands once in ${type.name}`)
    for (const node of nodes) writeElement(pen, `${type.basis ? pen.basis : pen.own}${element.name}`, element, node, indent)
  }
}

function writeElement (pen: Pen, name: string, element: ElementModel, node: Node, indent: string): void {
  if (element.type.kind === 'simple') {
    if (typeof node !== 'string' || !isXmlText(node)) throw new TypeError(`${element.name} must be a text XML can hold`)
    pen.out.push(`${indent}<${name}>${escapeXml(node).replace(/\n/g, newline)}</${name}>${newline}`)
    return
  }
  const tree = asTree(node)
  if (tree === undefined) throw new TypeError(`${element.name} must be a class`)
  pen.out.push(`${indent}<${name}>${newline}`)
  writeChildren(pen, element.type, tree, `${indent}${pen.step}`)
  pen.out.push(`${indent}</${name}>${newline}`)
}
