/** Changes in a sample message, each at a path, for tests that break one rule. */
import assert from 'node:assert/strict'
import type { Node, Tree } from '../../src/standard/standard.ts'

/** Sets an element, of a list also one past its end; `undefined` takes it out. */
export type Edit = readonly [path: string, value: Node | undefined]

/** @returns a copy with the edits; the classes on the way must be there */
export const edited = (message: Tree, edits: readonly Edit[]): Tree => edits.reduce((tree, [path, value]) => set(tree, path.split('/'), value), message)

function set (tree: Tree, [step = '', ...rest]: readonly string[], value: Node | undefined): Tree {
  const [, name = '', nth] = /^(\w+)(?:\[(\d+)\])?$/.exec(step) ?? assert.fail(`no step: ${step}`)
  const here = tree[name]
  if (nth === undefined) {
    if (rest.length === 0) return without({ ...tree, [name]: value })
    assert.ok(here !== undefined && isTree(here), `nothing at ${name}`)
    return { ...tree, [name]: set(here, rest, value) }
  }
  const all = here === undefined ? [] : Array.isArray(here) ? [...here as readonly Node[]] : assert.fail(`${name} does not repeat`)
  const at = Number(nth) - 1
  const one = all[at]
  if (rest.length > 0) assert.ok(one !== undefined && isTree(one), `nothing at ${step}`)
  const made = rest.length === 0 ? value : set(isTree(one) ? one : {}, rest, value)
  all.splice(at, 1, ...(made === undefined ? [] : [made]))
  return { ...tree, [name]: all }
}

const isTree = (node: Node | undefined): node is Tree => typeof node === 'object' && !Array.isArray(node)
const without = (tree: Tree): Tree => Object.fromEntries(Object.entries(tree).filter(([, node]) => node !== undefined))

/** @returns the node at a path */
export function nodeAt (message: Tree, path: string): Node {
  let at: Node | undefined = message
  for (const step of path.split('/')) {
    const [, name = '', nth] = /^(\w+)(?:\[(\d+)\])?$/.exec(step) ?? []
    const next: Node | undefined = isTree(at) ? at[name] : undefined
    at = nth === undefined ? next : Array.isArray(next) ? (next as readonly Node[])[Number(nth) - 1] : undefined
  }
  return at ?? assert.fail(`nothing at ${path}`)
}
