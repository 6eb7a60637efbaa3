/** Edits of a message by place, so that a case of a rule is a line: `{ 'ToegewezenProduct/Einddatum': gone }`. */
import { asTree, isWrapperType, occurrences, type ComplexType, type ElementModel, type MessageModel, type Node, type Tree } from '../../standard/standard.ts'

/** Takes an element out. */
export const gone = undefined

/** @param place in the notation of `Edits` @returns what stands there in the same message */
export const copy = (place: string): Tree => ({ copyOf: place })

/**
 * What to put where, one after the other. A place begins below `Bericht`, or at the first class of that name: `Contact[2]/Soort` is
 * `Client/Contactgegevens/Contact[2]/Soort`. Without a number the first is meant.
 */
export type Edits = Readonly<Record<string, Node | undefined>>

interface Step { readonly name: string, readonly nth: number }

const steps = (place: string): Step[] => place.split('/').map(text => {
  const [, name = '', nth] = /^(\w+)(?:\[(\d+)\])?$/.exec(text) ?? []
  if (name === '') throw new TypeError(`${place} is no place`)
  return { name, nth: Number(nth ?? 1) }
})

/** @returns the elements that lead to the nearest one of that name; null when there is none */
function wayTo (type: ComplexType, name: string): readonly ElementModel[] | null {
  let edge: ReadonlyArray<readonly ElementModel[]> = type.elements.map(it => [it])
  while (edge.length > 0) {
    const found = edge.find(way => way.at(-1)?.name === name)
    if (found !== undefined) return found
    edge = edge.flatMap(way => { const of = way.at(-1)?.type; return of?.kind === 'complex' && !of.basis ? of.elements.map(it => [...way, it]) : [] })
  }
  return null
}

/** @returns the elements of a place with the number of each, from below `Bericht`; throws a TypeError for a place the model does not have */
function resolved (model: MessageModel, place: string): ReadonlyArray<readonly [ElementModel, number]> {
  const found: Array<readonly [ElementModel, number]> = []
  let at = model.root
  for (const { name, nth } of steps(place)) {
    const way = at.basis ? at.elements.filter(it => it.name === name) : wayTo(at, name)
    const last = way?.at(-1)
    if (way === null || last === undefined) throw new TypeError(`${model.type} has no ${place}`)
    found.push(...way.slice(0, -1).map(it => [it, 1] as const), [last, nth])
    if (last.type.kind === 'complex') at = last.type
  }
  return found
}

/** @returns the place as findings write it, such as `Client/Contactgegevens/Contact[2]` */
export const placeOf = (model: MessageModel, place: string): string =>
  resolved(model, place).map(([{ name, max }, nth]) => max === 1 ? name : `${name}[${nth}]`).join('/')

/** @returns what stands at a place of a message */
export function nodeAt (model: MessageModel, message: Tree, place: string): Node | undefined {
  return resolved(model, place).reduce<Node | undefined>((tree, [{ name }, nth]) => occurrences(asTree(tree)?.[name])[nth - 1], message)
}

function put (tree: Tree, [step, ...below]: ReadonlyArray<readonly [ElementModel, number]>, value: Node | undefined): Tree {
  if (step === undefined) return tree
  const [{ name, max }, nth] = step
  const all = [...occurrences(tree[name])]
  const next = below.length === 0 ? value : put(asTree(all[nth - 1]) ?? {}, below, value)
  if (next === undefined) all.splice(nth - 1, 1)
  else all[nth - 1] = next
  return { ...tree, [name]: all.length === 0 ? undefined : max === 1 ? all[0] : all }
}

/** Puts elements in the order of the schema, and leaves out what is not there and wrappers that hold nothing. */
function ordered (type: ComplexType, tree: Tree): Tree {
  return Object.fromEntries(type.elements.flatMap(({ name, type: of, max }): ReadonlyArray<readonly [string, Node]> => {
    if (of.kind === 'simple') return tree[name] === undefined ? [] : [[name, tree[name]]]
    const all = occurrences(tree[name]).map(one => ordered(of, asTree(one) ?? {})).filter(one => !isWrapperType(of) || Object.keys(one).length > 0)
    const [first] = all
    return first === undefined ? [] : [[name, max === 1 ? first : all]]
  }))
}

/** @returns the message with its edits made; throws a TypeError for a place the model does not have */
export function edited (model: MessageModel, message: Tree, edits: Edits): Tree {
  let tree = message
  for (const [place, value] of Object.entries(edits)) {
    const from = asTree(value)?.['copyOf']
    tree = put(tree, resolved(model, place), typeof from === 'string' ? nodeAt(model, tree, from) : value)
  }
  return ordered(model.root, tree)
}
