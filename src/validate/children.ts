/** An element's children against the sequence its type asks: which belong, which are out of order, doubled, foreign or missing. */
import type { ComplexType, ElementModel } from '../standard/standard.ts'

/** Name and namespace of a child, as it stands in the message. */
export interface ChildName { readonly name: string, readonly namespace: string }

/** What is to be said of one child. `occurrence` counts from 1 among the children of that name. */
export type ChildVerdict =
  | { readonly kind: 'fits' | 'order' | 'repeated' | 'namespace', readonly model: ElementModel, readonly occurrence: number }
  | { readonly kind: 'unexpected', readonly like: ElementModel | null }

export interface SequenceVerdict {
  /** One per child, in order. */
  readonly children: readonly ChildVerdict[]
  /** Required elements that stand nowhere, not even misspelt or in a wrong namespace. */
  readonly missing: readonly ElementModel[]
}

/** For no more children of one element than this is a misspelling looked for: a hostile message may hold very many. */
const guesses_max = 100

/**
 * Judges every child, also after one that does not belong.
 * As few children as possible are called out of order: those outside a longest run that keeps the sequence.
 * @param known whether a name stands anywhere in this message type: then it is no misspelling
 */
export function judgeSequence (type: ComplexType, namespace: string, children: readonly ChildName[], known: (name: string) => boolean): SequenceVerdict {
  const places = new Map(type.elements.map((element, index) => [element.name, index]))
  const positions = children.map(child => places.get(child.name) ?? -1)
  const kept = longestRun(positions)
  const counts = new Map<string, number>()
  let guesses = 0
  const guess = (name: string): ElementModel | null => known(name) || ++guesses > guesses_max ? null : closest(name, type)
  const verdicts = children.map((child, index): ChildVerdict => {
    const model = type.elements[positions[index] ?? -1]
    if (!model) return { kind: 'unexpected', like: guess(child.name) }
    const occurrence = (counts.get(model.name) ?? 0) + 1
    counts.set(model.name, occurrence)
    const kind = child.namespace !== namespace
      ? 'namespace'
      : occurrence > 1 && model.max === 1 ? 'repeated' : kept.has(index) ? 'fits' : 'order'
    return { kind, model, occurrence }
  })
  for (const verdict of verdicts) if (verdict.kind === 'unexpected' && verdict.like) counts.set(verdict.like.name, 1)
  return { children: verdicts, missing: type.elements.filter(element => element.min === 1 && !counts.has(element.name)) }
}

/** @returns the indexes of a longest run of positions (-1: none) that never goes back */
function longestRun (positions: readonly number[]): ReadonlySet<number> {
  const best: Array<{ size: number, last: number }> = []
  const before: number[] = []
  positions.forEach((position, index) => {
    if (position < 0) return
    let chain = { size: 0, last: -1 }
    for (let p = 0; p <= position; p++) {
      const other = best[p]
      if (other && other.size > chain.size) chain = other
    }
    before[index] = chain.last
    best[position] = { size: chain.size + 1, last: index }
  })
  let end = { size: 0, last: -1 }
  for (const chain of best) if (chain && chain.size > end.size) end = chain
  const run = new Set<number>()
  for (let index = end.last; index >= 0; index = before[index] ?? -1) run.add(index)
  return run
}

/** @returns the element of this type that a name was probably meant to be, or null */
function closest (name: string, type: ComplexType): ElementModel | null {
  const near = type.elements.filter(element => distance(name.toLowerCase(), element.name.toLowerCase()) <= Math.min(3, Math.max(1, Math.floor(element.name.length / 3))))
  return near.length === 1 ? near[0] ?? null : null
}

/** Names that differ more in length are simply far apart: hostile ones may be very long. */
const far = 3

/** @returns the edits between two names; 4 when they differ more than 3 in length */
export function distance (a: string, b: string): number {
  if (Math.abs(a.length - b.length) > far) return far + 1
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
