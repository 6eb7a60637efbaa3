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

/** @returns the Bsn of the one Client of a 301 to 317 */
export const bsnOf = ({ message }: Pick<Scene, 'message'>): string => textAt(message, 'Client/Bsn') ?? ''

/** @param message that agrees with its model */
export function sceneOf (model: MessageModel, message: Tree): Scene {
  const { steps, made } = planOf(model)
  const found: Found = new Map()
  for (const name of made) found.set(name, [])
  lay(steps, message, null, '', found)
  return {
    model,
    message,
    dagtekening: textAt(message, 'Header/BerichtIdentificatie/Dagtekening') ?? '',
    // The generated types and the model say the same, and level 1 has held the message to the model.
    all: name => (found.get(name) ?? none) as ReadonlyArray<Placed<unknown>> as ReadonlyArray<Placed<Classes[typeof name]>>
  }
}

/** @returns what several rules want of a scene, worked out for the first of them */
export function once<T extends object> (make: (scene: Scene) => T): (scene: Scene) => T {
  const made = new WeakMap<Scene, T>()
  return scene => {
    const known = made.get(scene) ?? make(scene)
    made.set(scene, known)
    return known
  }
}

const none: readonly Placed[] = []
type Found = Map<string, Placed[]>

/** What of a class leads to other classes. `as` is null for a wrapper. */
interface Step { readonly name: string, readonly repeats: boolean, readonly type: ComplexType, readonly as: string | null, readonly below: readonly Step[] }
interface Plan { readonly steps: readonly Step[], readonly made: readonly string[] }

const plans = new WeakMap<MessageModel, Plan>()

function planOf (model: MessageModel): Plan {
  const made = new Set<string>()
  const stepsOf = (type: ComplexType): Step[] => type.elements.flatMap(({ name, type: of, max }) => {
    if (of.kind === 'simple' || of.basis) return []
    const as = isWrapperType(of) ? null : `${model.number}:${of.name}`
    if (as !== null) made.add(as)
    return [{ name, repeats: max !== 1, type: of, as, below: stepsOf(of) }]
  })
  const known = plans.get(model)
  if (known !== undefined) return known
  const steps = stepsOf(model.root)
  const plan = { steps, made: [...made] }
  plans.set(model, plan)
  return plan
}

function lay (steps: readonly Step[], tree: Tree, parent: Placed | null, above: string, found: Found): void {
  for (const step of steps) {
    const node = tree[step.name]
    if (node === undefined) continue
    if (!step.repeats) layOne(step, node, 0, parent, above, found)
    else if (Array.isArray(node)) for (let nth = 0; nth < node.length; nth++) layOne(step, node[nth], nth + 1, parent, above, found)
  }
}

function layOne (step: Step, node: Node, nth: number, parent: Placed | null, above: string, found: Found): void {
  const it = node as Tree
  if (step.as === null) return lay(step.below, it, parent, `${above}${step.name}/`, found)
  const placed = new Instance(step.type, it, parent, above, step.name, nth)
  found.get(step.as)?.push(placed)
  if (step.below.length > 0) lay(step.below, it, placed, '', found)
}

/** Its path is put together when it is asked: in a good message nobody does. */
class Instance implements Placed {
  readonly type: ComplexType
  readonly it: Tree
  readonly parent: Placed | null
  readonly #above: string
  readonly #element: string
  readonly #nth: number

  constructor (type: ComplexType, it: Tree, parent: Placed | null, above: string, element: string, nth: number) {
    this.type = type
    this.it = it
    this.parent = parent
    this.#above = above
    this.#element = element
    this.#nth = nth
  }

  get name (): string { return this.type.name }

  get path (): string {
    const own = `${this.#above}${this.#element}${this.#nth === 0 ? '' : `[${this.#nth}]`}`
    return this.parent === null ? own : `${this.parent.path}/${own}`
  }
}
