/** Instances of a class that are the same by a key, found without making the whole key of those that differ early. */
import type { Placed } from './scene.ts'
import { keyReader } from './value.ts'

/** One that has the key of another before it. */
export interface Double<T extends object> { readonly one: Placed<T>, readonly met: Placed<T> }

const heads = new WeakMap<readonly string[], readonly string[]>()

/**
 * @param all of one class @param paths the elements of the key
 * @returns every instance whose key one before it has, in their order
 */
export function doubles<T extends object> (all: ReadonlyArray<Placed<T>>, paths: readonly string[]): ReadonlyArray<Double<T>> {
  const type = all[0]?.type
  if (type === undefined || all.length < 2) return []
  const head = keyReader(type, headOf(paths))
  const key = keyReader(type, paths)
  const firsts = new Map<string, Placed<T>>()
  const whole = new Map<string, Placed<T>>()
  return all.flatMap(one => {
    const begin = head(one.it)
    const first = firsts.get(begin)
    if (first === undefined) {
      firsts.set(begin, one)
      return []
    }
    if (paths.length === 1) return [{ one, met: first }]
    whole.set(key(first.it), first)
    const own = key(one.it)
    const met = whole.get(own)
    if (met === undefined) whole.set(own, one)
    return met === undefined ? [] : [{ one, met }]
  })
}

/** What a key begins with: most differ there. */
function headOf (paths: readonly string[]): readonly string[] {
  const head = heads.get(paths) ?? paths.slice(0, 1)
  heads.set(paths, head)
  return head
}
