/** Questions for many values: asked in lots, each a statement that is kept. */
import type { Statement, Value, Values } from './db.ts'
import { at, prepared } from './dialect.ts'

/** So many values go in one question: of these the fewest that hold what is left, filled up with its last value. */
const sizes = [1, 16, 200] as const
const most = 200
const placesOf = (size: number): string[] => Array.from({ length: size }, (_, nth) => at(`it${nth}`))

/** Values of one question, and how many places it has for them. */
export interface Lot { readonly size: number, readonly values: Values }

/** @returns each value once, in as few lots as hold them */
export function lotsOf (all: Iterable<Value>): Lot[] {
  const values = [...new Set(all)]
  return Array.from({ length: Math.ceil(values.length / most) }, (_, n) => {
    const part = values.slice(n * most, (n + 1) * most)
    const size = sizes.find(it => it >= part.length) ?? most
    const filled: Record<string, Value> = {}
    for (let nth = 0; nth < size; nth++) filled[`it${nth}`] = part[nth] ?? part.at(-1) ?? null
    return { size, values: filled }
  })
}

/** A question as a statement for each size of lot. */
export type Asking = (size: number) => Statement

/** @param made builds the question for so many places, made when first asked @param alone what is made of that for one value */
export function asking (made: (places: readonly string[]) => Parameters<typeof prepared>[0], alone = (one: Statement): Statement => one): Asking {
  const known = new Map<number, Statement>()
  return size => {
    const statement = known.get(size) ?? (size === 1 ? alone : (it: Statement) => it)(prepared(made(placesOf(size))))
    known.set(size, statement)
    return statement
  }
}
