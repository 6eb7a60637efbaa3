/** Writes a typed message as the standard wants its bytes: UTF-8 without byte order mark, CR/LF line ends, the XML declaration. */
import { setImmediate as turn } from 'node:timers/promises'
import { release } from '../core/core.ts'
import { escapeXml, isXmlText } from './escape.ts'
import type { ComplexType, ElementModel, MessageModel, Node, Tree } from './model.ts'
import { asTree, occurrences } from './tree.ts'

const encoder = new TextEncoder()
const newline = '\r\n'
/** Text becomes bytes in pieces of about so many characters: of a large message never all of both stands side by side. */
const piece_chars = 65_536
/** After so many elements of a large message others go on. */
const turn_elements = 5_000

/** A class that is being written: how far, and what ends it. */
interface Open { readonly type: ComplexType, readonly tree: Tree, readonly indent: string, readonly end: string, element: number, node: number }

interface Writing {
  /** @param most elements @returns whether all is written */
  go (most: number): boolean
  /** What was written, once. */
  bytes (): Uint8Array
}

/**
 * Writes elements in the model's order whatever the order of the keys; leaf texts come back from the reader as they are.
 * It does not judge: what is missing stays missing.
 * @param step by which each level stands further in; empty where every byte counts
 * @throws a TypeError that names the element (never a value) for one the
 * model does not know, a class where a text belongs or the other way round, and a text XML cannot hold.
 */
export function writeMessage (model: MessageModel, tree: Tree, step = '  '): Uint8Array {
  const all = writing(model, tree, step)
  all.go(Infinity)
  return all.bytes()
}

/** The same, for who has others waiting: after every few thousand elements they go on. */
export async function writeInTurns (model: MessageModel, tree: Tree, step = '  '): Promise<Uint8Array> {
  const all = writing(model, tree, step)
  while (!all.go(turn_elements)) await turn()
  return all.bytes()
}

function writing (model: MessageModel, tree: Tree, step: string): Writing {
  const prefix = `${model.type.toLowerCase()}:`
  const pieces: Uint8Array[] = []
  const open: Open[] = []
  let text = `<?xml version="1.0" encoding="UTF-8"?>${newline}<${prefix}Bericht xmlns:${model.family}="${model.basisNamespace}" xmlns:${model.type.toLowerCase()}="${model.namespace}">${newline}`
  const flush = (): void => { pieces.push(encoder.encode(text)); text = '' }
  const begin = (type: ComplexType, tree: Tree, indent: string, end: string): void => {
    const unknown = Object.keys(tree).find(name => tree[name] !== undefined && !type.elements.some(element => element.name === name))
    if (unknown !== undefined) throw new TypeError(`${type.name} has no element ${/^\w{1,40}$/.test(unknown) ? unknown : 'of that name'}`)
    open.push({ type, tree, indent, end, element: 0, node: 0 })
  }
  const write = (element: ElementModel, node: Node, { type, indent }: Open): void => {
    const name = `${type.basis ? `${model.family}:` : prefix}${element.name}`
    if (element.type.kind === 'simple') { text += `${indent}<${name}>${leafText(element, node)}</${name}>${newline}`; return }
    const inner = asTree(node)
    if (inner === undefined) throw new TypeError(`${element.name} must be a class`)
    text += `${indent}<${name}>${newline}`
    begin(element.type, inner, `${indent}${step}`, `${indent}</${name}>${newline}`)
  }
  const next = (at: Open, element: ElementModel): void => {
    const nodes = occurrences(at.tree[element.name])
    if (nodes.length > 1 && element.max === 1) throw new TypeError(`${element.name} stands once in ${at.type.name}`)
    const node = nodes[at.node++]
    if (node === undefined) { at.element++; at.node = 0 } else write(element, node, at)
  }
  begin(model.root, tree, step, `</${prefix}Bericht>${newline}`)
  return {
    go (most) {
      for (let done = 0; done < most; done++) {
        const at = open.at(-1)
        if (at === undefined) return true
        const element = at.type.elements[at.element]
        if (element === undefined) { text += at.end; open.pop() } else next(at, element)
        if (text.length > piece_chars) flush()
      }
      return open.length === 0
    },
    bytes () {
      flush()
      return pieces.length === 1 ? pieces[0] ?? new Uint8Array() : joined(pieces)
    }
  }
}

function leafText ({ name }: ElementModel, node: Node): string {
  if (typeof node !== 'string' || !isXmlText(node)) throw new TypeError(`${name} must be a text XML can hold`)
  return escapeXml(node).replace(/\n/g, newline)
}

/** Each piece goes when it is copied. */
function joined (pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, it) => sum + it.byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.byteLength
    release(piece)
  }
  return whole
}
