/** What could not be assessed, told once: a message has thousands of rows, and often one reason. */
import type { Words } from '../core/core.ts'
import { pause, type Fault, type Pause } from './rule.ts'

/**
 * @param faults of one rule
 * @returns those that stand, each, and of those that could not be assessed for one and the same reason the first, which says of how many more that holds; in their order
 */
export function * bundled (faults: Iterable<Fault | Pause>): Generator<Fault | Pause, void> {
  const kept: Fault[] = []
  const firsts = new Map<string, { readonly at: number, more: number }>()
  for (const fault of faults) {
    if (fault === pause) { yield fault; continue }
    const known = fault.unassessed === undefined ? undefined : firsts.get(fault.unassessed.nl)
    if (known !== undefined) { known.more++; continue }
    if (fault.unassessed !== undefined) firsts.set(fault.unassessed.nl, { at: kept.length, more: 0 })
    kept.push(fault)
  }
  for (const { at, more } of firsts.values()) {
    const fault = kept[at]
    if (more > 0 && fault?.unassessed !== undefined) kept[at] = { ...fault, unassessed: alsoFor(fault.unassessed, more) }
  }
  yield * kept
}

const alsoFor = ({ nl, en }: Words, more: number): Words => ({ nl: `${nl} Dat geldt ook voor ${more} andere.`, en: `${en} The same goes for ${more} more.` })
