/** Questions for many values, and rows that are written: in lots, each a statement that is kept. */
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

/** So many rows go in one statement, the most first. */
const rows_sizes = [64, 8, 1] as const

/** An insert of rows: for each size of lot its statement, and of each of its rows under which name it takes a column. */
export type Writing = ReadonlyArray<{ readonly statement: Statement, readonly rows: ReadonlyArray<ReadonlyArray<readonly [column: string, name: string]>> }>

/** @param insert of rows with those columns @param alone what is made of that for one row, whose values have the names of their columns */
export function writing (columns: readonly string[], insert: (rows: ReadonlyArray<Readonly<Record<string, string>>>) => Parameters<typeof prepared>[0], alone: (one: Statement) => Statement): Writing {
  return rows_sizes.map(size => {
    const rows = Array.from({ length: size }, (_, nth) => columns.map(column => [column, size === 1 ? column : `${column}${nth}`] as const))
    const statement = prepared(insert(rows.map(row => Object.fromEntries(row.map(([column, name]) => [column, at(name)])))))
    return { statement: size === 1 ? alone(statement) : statement, rows }
  })
}

/** @param row makes the row of each when that is written @param write runs the statement of a lot; `from` were written before it */
export async function writeRows<T> (writing: Writing, all: readonly T[], row: (one: T, nth: number) => Values, write: (statement: Statement, values: Values, from: number) => Promise<unknown>): Promise<void> {
  let from = 0
  for (const { statement, rows } of writing) {
    for (; all.length - from >= rows.length; from += rows.length) {
      const values: Record<string, Value> = {}
      for (const [nth, one] of all.slice(from, from + rows.length).entries()) {
        const given = row(one, from + nth)
        for (const [column, name] of rows[nth] ?? []) values[name] = given[column] ?? null
      }
      await write(statement, values, from)
    }
  }
}
