/** Facts in memory, found by class and key; an index is made when first asked for and kept from then on. */
import type { FactName, Known } from './history.ts'
import { isOf, keysOf, type KeyName } from './keys.ts'

export interface Index {
  /** Facts come in the order of their messages. */
  add (facts: Iterable<Known>): void
  /** @returns the facts of a class with that key, as sameKey gives it, in the order of their messages */
  find<Name extends FactName> (of: Name, by: KeyName, value: string): ReadonlyArray<Known<Name>>
  /** @returns every fact of a class */
  all<Name extends FactName> (of: Name): ReadonlyArray<Known<Name>>
}

/** @param counts whether a fact counts still; asked at every question */
export function openIndex (counts: (it: Known) => boolean = () => true): Index {
  const classes = new Map<FactName, Known[]>()
  const made = new Map<FactName, Map<KeyName, Map<string, Known[]>>>()
  const indexOf = (of: FactName, by: KeyName): Map<string, Known[]> => {
    const ofClass = made.get(of) ?? new Map<KeyName, Map<string, Known[]>>()
    made.set(of, ofClass)
    const known = ofClass.get(by) ?? enter(new Map(), by, classes.get(of) ?? [])
    ofClass.set(by, known)
    return known
  }
  const valid = <Name extends FactName>(of: Name, found: readonly Known[]): Array<Known<Name>> => found.filter(it => isOf(it, of)).filter(counts)
  return {
    add (facts) {
      for (const it of facts) {
        push(classes, it.of, it)
        for (const [by, index] of made.get(it.of) ?? []) enter(index, by, [it])
      }
    },
    find: (of, by, value) => valid(of, indexOf(of, by).get(value) ?? []),
    all: of => valid(of, classes.get(of) ?? [])
  }
}

function enter (index: Map<string, Known[]>, by: KeyName, facts: readonly Known[]): Map<string, Known[]> {
  for (const it of facts) {
    const value = keysOf(it, it.bron)[by]
    if (value !== undefined) push(index, value, it)
  }
  return index
}

function push<Key> (lists: Map<Key, Known[]>, key: Key, it: Known): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [it])
  else list.push(it)
}
