/** Changes to single elements of a made message, found by name or by the end of their path. */
import { Unusable } from '../core/core.ts'
import { leavesNamed, type ComplexType, type MessageModel, type Node, type Tree } from '../standard/standard.ts'

type Step = readonly [name: string, nth: number]
interface Place { readonly steps: readonly Step[], readonly filled: boolean }

const isTree = (node: Node | undefined): node is Tree => typeof node === 'object' && !Array.isArray(node)
const all = (node: Node | undefined): readonly Node[] => node === undefined ? [] : Array.isArray(node) ? node : [node]

/** Every place of a leaf in the classes that are there, filled or not. */
function places (type: ComplexType, tree: Tree, above: readonly Step[] = []): Place[] {
  return type.elements.flatMap(({ name, type: of }): Place[] => {
    const nodes = all(tree[name])
    if (of.kind === 'simple') return [{ steps: [...above, [name, 0]], filled: nodes.length > 0 }]
    return nodes.flatMap((node, nth) => isTree(node) ? places(of, node, [...above, [name, nth]]) : [])
  })
}

/** @returns the tree with the node at that place replaced, or without it */
function put (tree: Tree, [[name, nth] = ['', 0], ...rest]: readonly Step[], text: string | undefined): Tree {
  if (rest.length === 0) return { ...tree, [name]: text }
  const node = tree[name]
  const nodes = all(node).map((one, at) => at === nth && isTree(one) ? put(one, rest, text) : one)
  return { ...tree, [name]: Array.isArray(node) ? nodes : nodes[0] }
}

/**
 * @param element such as `Bsn` or `Product/Code`: the first that is there, else the first place where it may stand
 * @param text `undefined` takes the element away
 * @throws Unusable when the message has no place for it
 */
export function withLeaf (model: MessageModel, tree: Tree, element: string, text: string | undefined): Tree {
  const found = places(model.root, tree).filter(({ steps }) => `/${steps.map(([name]) => name).join('/')}`.endsWith(`/${element}`))
  const place = found.find(it => it.filled) ?? found[0]
  if (place === undefined) throw new Unusable(`this ${model.type} has no place for an element ${element}`)
  return put(tree, place.steps, text)
}

/** @returns the text of the first leaf of that name or end of path. @throws Unusable when there is none */
export function leafOf (model: MessageModel, tree: Tree, element: string): string {
  const found = leavesNamed(model, tree, element.split('/').at(-1) ?? '').find(({ path }) => `/${path.replace(/\[\d+\]/g, '')}`.endsWith(`/${element}`))
  if (found === undefined) throw new Unusable(`that ${model.type} has no element ${element}`)
  return found.text
}
