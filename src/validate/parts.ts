/** A typed message on its way between threads in parts, so that who puts it together turns to others after each. */
import { deserialize, serialize } from 'node:v8'
import { setImmediate as turn } from 'node:timers/promises'
import { release } from '../core/core.ts'
import type { Node, Tree } from '../standard/standard.ts'

/** Nodes of one part: a few milliseconds to read. */
const part_nodes = 20_000

type Path = ReadonlyArray<string | number>
/** Items of the list that stands at a path, behind those of the parts before; the first part is the message, whose long lists are empty. */
interface Part { readonly at: Path, readonly items: readonly Node[] }

const isList = (node: Node | undefined): node is readonly Node[] => Array.isArray(node)
const sizeOf = (node: Node | undefined): number => node === undefined || typeof node === 'string'
  ? 1
  : (isList(node) ? node : Object.values(node)).reduce<number>((sum, it) => sum + sizeOf(it), 1)

/** @returns the node without what does not go in one part; that comes after it, by `later` */
function cut (node: Node, at: Path, later: Part[], most: number): Node {
  if (typeof node === 'string' || sizeOf(node) <= most) return node
  if (isList(node)) { later.push(...runs(node, at, most)); return [] }
  return Object.fromEntries(Object.entries(node).map(([name, it]) => [name, it === undefined ? it : cut(it, [...at, name], later, most)]))
}

function runs (list: readonly Node[], at: Path, most: number): Part[] {
  const parts: Part[] = []
  let [run, size, inner]: [Node[], number, Part[]] = [[], 0, []]
  const end = (): void => {
    if (run.length > 0) parts.push({ at, items: run }, ...inner);
    [run, size, inner] = [[], 0, []]
  }
  for (const [nth, item] of list.entries()) {
    const own = sizeOf(item)
    if (size + own > most) end()
    run.push(cut(item, [...at, nth], inner, most))
    size += own
  }
  end()
  return parts
}

/** @param most nodes of one part */
export function toParts (message: Tree, most = part_nodes): Uint8Array[] {
  const later: Part[] = []
  const first: Part = { at: [], items: [cut(message, [], later, most)] }
  return [first, ...later].map(part => serialize(part))
}

/** @param parts as `toParts` made them in this process; each goes when it was read @returns the message */
export async function fromParts (parts: readonly Uint8Array[]): Promise<Tree> {
  const whole: Node[] = []
  for (const bytes of parts) {
    const { at, items } = deserialize(bytes) as Part
    release(bytes)
    const list = at.length === 0 ? whole : at.reduce<Node | undefined>((node, step) => Object(node)[step], whole[0])
    for (const it of items) (list as Node[]).push(it)
    await turn()
  }
  return whole[0] as Tree
}
