/** Small steps through a typed message. */
import type { ComplexType, ElementModel, MessageModel, Node, Tree } from './model.ts'

/** @returns the node as a class, or undefined when it is a text, a list or absent */
export function asTree (node: Node | undefined): Tree | undefined {
  return node === undefined || typeof node === 'string' || isList(node) ? undefined : node
}

/** @returns whether the node is a repeated element */
export const isList = (node: Node): node is readonly Node[] => Array.isArray(node)

/** @returns the occurrences of an element: none, one or those of the list */
export function occurrences (node: Node | undefined): readonly Node[] {
  return node === undefined ? [] : isList(node) ? node : [node]
}

/** @returns the text at a path such as `Header/BerichtIdentificatie/Identificatie`; undefined when there is none or something repeats on the way */
export function textAt (tree: Tree, path: string): string | undefined {
  let at: Node | undefined = tree
  for (const step of path.split('/')) at = asTree(at)?.[step]
  return typeof at === 'string' ? at : undefined
}

/** @returns path and text of every leaf of a class, in the order of its type; an element that repeats is left out */
export function leavesOf (type: ComplexType, tree: Tree, below = ''): ReadonlyArray<readonly [path: string, text: string]> {
  return type.elements.flatMap((element): ReadonlyArray<readonly [string, string]> => {
    const node = tree[element.name]
    const path = `${below}${element.name}`
    if (typeof node === 'string') return [[path, node]]
    const inner = asTree(node)
    return inner === undefined || element.type.kind === 'simple' ? [] : leavesOf(element.type, inner, `${path}/`)
  })
}

/** A leaf with its place, such as `Declaratie/Clienten/Client[2]/Bsn`. */
export interface PlacedLeaf { readonly path: string, readonly text: string }

const leads = new Map<string, WeakMap<ComplexType, readonly ElementModel[]>>()

/** @returns whether a class holds a leaf of that name, anywhere */
export const leadsTo = (type: ComplexType, name: string): boolean => leadingTo(type, name).length > 0

/** @returns the elements of a class that are of that name or hold one; the rest of a message need not be walked */
function leadingTo (type: ComplexType, name: string): readonly ElementModel[] {
  const known = leads.get(name) ?? new WeakMap<ComplexType, readonly ElementModel[]>()
  leads.set(name, known)
  const made = known.get(type) ?? type.elements.filter(it => it.type.kind === 'simple' ? it.name === name : leadingTo(it.type, name).length > 0)
  known.set(type, made)
  return made
}

/** @returns every leaf of that name, anywhere in the message, in the order in which they stand */
export function leavesNamed (model: MessageModel, tree: Tree, elementName: string): PlacedLeaf[] {
  const found: PlacedLeaf[] = []
  const visit = (type: ComplexType, at: Tree, above: string): void => {
    for (const { name, type: of, max } of leadingTo(type, elementName)) {
      occurrences(at[name]).forEach((node, nth) => {
        const path = `${above}${name}${max === 'unbounded' ? `[${nth + 1}]` : ''}`
        const inner = asTree(node)
        if (typeof node === 'string' && name === elementName) found.push({ path, text: node })
        if (inner !== undefined && of.kind === 'complex') visit(of, inner, `${path}/`)
      })
    }
  }
  visit(model.root, tree, '')
  return found
}

/** @returns the text of every leaf of that name, in the order in which they stand; without their places it costs a tenth */
export function valuesOf (model: MessageModel, tree: Tree, elementName: string): string[] {
  const found: string[] = []
  const visit = (type: ComplexType, at: Tree): void => {
    for (const { name, type: of } of leadingTo(type, elementName)) {
      const node = at[name]
      if (node === undefined) continue
      if (!isList(node)) enter(name, of, node)
      else for (const one of node) enter(name, of, one)
    }
  }
  const enter = (name: string, of: ElementModel['type'], node: Node): void => {
    if (of.kind === 'complex') {
      const inner = asTree(node)
      if (inner !== undefined) visit(of, inner)
    } else if (name === elementName && typeof node === 'string') found.push(node)
  }
  visit(model.root, tree)
  return found
}
