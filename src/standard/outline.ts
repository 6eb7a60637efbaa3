/** What those who send a large message on need to know of it: a small part, which is soon handed from thread to thread. */
import type { ComplexType, ElementModel, MessageModel, Node, Tree } from './model.ts'
import { asTree, isList, leadsTo } from './tree.ts'

/** Whom it is about, and what an answer says: these stand in what repeats, and are asked all the same. */
const asked = ['Bsn', 'RetourCode'] as const

/**
 * @returns the message without what repeats in it, except what leads to those leaves: parties, numbers, places of every Bsn and codes of an
 * answer are as they were; what was assigned, claimed or asked is not there
 */
export const outlineOf = ({ root }: MessageModel, message: Tree): Tree => outlined(root, message, false)

const leads = ({ name, type }: ElementModel): boolean => asked.some(it => type.kind === 'simple' ? it === name : leadsTo(type, it))

/** @param repeats whether it stands in what repeats */
function outlined (type: ComplexType, tree: Tree, repeats: boolean): Tree {
  return Object.fromEntries(type.elements.flatMap((element): ReadonlyArray<readonly [string, Node]> => {
    const [node, of] = [tree[element.name], element.type]
    const again = repeats || element.max !== 1
    if (node === undefined || (again && !leads(element))) return []
    if (of.kind === 'simple') return [[element.name, node]]
    const one = (it: Node): Tree => outlined(of, asTree(it) ?? {}, again)
    return [[element.name, isList(node) ? node.map(one) : one(node)]]
  }))
}
