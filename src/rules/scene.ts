/** A message laid out for its rules: every class with its place, found once, however many rules look at it. */
import { isWrapperType, textAt, type Classes, type ComplexType, type MessageModel, type Node, type Tree } from '../standard/standard.ts'

/** Such as `301:ToegewezenProduct`. */
export type ClassName = keyof Classes

/** One instance of a class. */
export interface Placed<T = Tree> {
  /** Such as `ToegewezenProduct`. */
  readonly name: string
  readonly it: T
  /** From below `Bericht`, such as `Client/ToegewezenProducten/ToegewezenProduct[2]`. */
  readonly path: string
  /** The class it stands in; wrappers are no classes. Null for what stands beside the Header. */
  readonly parent: Placed | null
  readonly type: ComplexType
}

export interface Scene {
  readonly model: MessageModel
  readonly message: Tree
  /** Header/BerichtIdentificatie/Dagtekening. */
  readonly dagtekening: string
  /** Every instance of a class, in the order in which they stand; none when this is a message of another number. */
  all<Name extends ClassName> (name: Name): ReadonlyArray<Placed<Classes[Name]>>
}

/** @param message that agrees with its model */
export function sceneOf (model: MessageModel, message: Tree): Scene {
  const found = new Map<string, Placed[]>()
  lay(model.root, message, '', null, found)
  const all = <Name extends ClassName>(name: Name): ReadonlyArray<Placed<Classes[Name]>> => {
    const [number, of = ''] = name.split(':')
    // The generated types and the model say the same, and level 1 has held the message to the model.
    return number === model.number ? (found.get(of) ?? []) as ReadonlyArray<Placed<unknown>> as ReadonlyArray<Placed<Classes[Name]>> : []
  }
  return { model, message, dagtekening: textAt(message, 'Header/BerichtIdentificatie/Dagtekening') ?? '', all }
}

function lay (type: ComplexType, tree: Tree, above: string, parent: Placed | null, found: Map<string, Placed[]>): void {
  for (const { name, type: of, max } of type.elements) {
    const node = tree[name]
    if (node === undefined || of.kind === 'simple' || of.basis) continue
    if (max === 1) layOne(of, node, above + name, parent, found)
    else if (Array.isArray(node)) for (let nth = 0; nth < node.length; nth++) layOne(of, node[nth], `${above}${name}[${nth + 1}]`, parent, found)
  }
}

function layOne (type: ComplexType, node: Node, path: string, parent: Placed | null, found: Map<string, Placed[]>): void {
  const it = node as Tree
  if (isWrapperType(type)) return lay(type, it, `${path}/`, parent, found)
  const placed: Placed = { name: type.name, it, path, parent, type }
  const like = found.get(type.name)
  if (like === undefined) found.set(type.name, [placed])
  else like.push(placed)
  lay(type, it, `${path}/`, placed, found)
}
