/** A statement for many sets of values at once, made of the one for a single set: on a server each statement costs its way there and its planning. */
import { arrayType, type Kind } from './binary.ts'
import type { Many, Statement } from './db.ts'

/** Of which kind each value is that is given at a run, by its name. */
export type Kinds = Readonly<Record<string, Kind>>

/** @returns where the text stands outside all parentheses but `depth`; the end where it does not */
function outside (sql: string, text: string, from = 0, depth = 0): number {
  for (let [at, open] = [from, 0]; at < sql.length; at++) {
    if (open === depth && sql.startsWith(text, at)) return at
    if (sql[at] === '(') open++
    if (sql[at] === ')') open--
  }
  return sql.length
}

/** A row says in `nth` which set it is of, counted from 1; one that is inserted tells it by a value of its own, see `by`. */
function inserting (sql: string, given: string): string {
  const start = sql.indexOf(' values (')
  const [from, to] = [start + ' values '.length, outside(sql, ')', start + ' values '.length, 1)]
  return `${sql.slice(0, start)} select ${sql.slice(from + 1, to)} from ${given}${sql.slice(to + 1)}`
}

function changing (sql: string, given: string, joins: 'from' | 'using'): string {
  const [where, returning] = [outside(sql, ' where '), outside(sql, ' returning ')]
  const gives = sql.slice(returning + ' returning '.length)
  return `${sql.slice(0, where)} ${joins} ${given}${sql.slice(where, returning)} returning ${['given.nth', ...gives === '' ? [] : [gives]].join(', ')}`
}

function rewritten (sql: string, given: string): string {
  if (sql.startsWith('insert ')) return inserting(sql, given)
  if (sql.startsWith('update ')) return changing(sql, given, 'from')
  if (sql.startsWith('delete ')) return changing(sql, given, 'using')
  if (sql.startsWith('select ')) return `select given.nth, its.* from ${given} cross join lateral (${sql}) as its`
  throw new TypeError('a statement for many is made of a select, insert, update or delete')
}

/** What sets have to do with one another. */
export interface Sets {
  /** For an insert that gives something back: the column that tells rows apart, which it gives back and which is given. */
  readonly by?: string
  /** Sets that are alike in these change one row, and count as one with the largest of all other values; what it gives back is nobody's. */
  readonly alike?: readonly string[]
  /** What it does with them is done in the order of their first value, in every process the same. */
  readonly ordered?: true
}

/** @returns the sets as a table `given` of columns c0, c1 and so on, and `nth` */
function givenOf (columns: ReadonlyArray<readonly [string, Kind]>, { alike, ordered }: Sets): string {
  const arrays = columns.map(([, kind], nth) => `$${nth + 1}::${arrayType(kind)}`).join(', ')
  const names = columns.map((_, nth) => `c${nth}`)
  const all = `unnest(${arrays}) with ordinality as given(${[...names, 'nth'].join(', ')})`
  if (ordered) return `(select ${names.join(', ')}, nth from ${all} order by c0 collate "C") as given`
  if (alike === undefined) return all
  const same = names.filter((_, nth) => alike.includes(columns[nth]?.[0] ?? ''))
  return `(select ${[...same, ...[...names.filter(it => !same.includes(it)), 'nth'].map(it => `max(${it}) as ${it}`)].join(', ')} from ${all} group by ${same.join(', ')}) as given`
}

/**
 * @param kinds of all values that are given at a run
 * @returns the statement with its form for many sets, on PostgreSQL. Where several sets change one row, it is changed once
 * @throws TypeError when a value has no kind, or the statement is not of a known shape
 */
export function forMany (statement: Statement, kinds: Kinds, sets: Sets = {}): Statement {
  const { by, alike } = sets
  const columns = Object.entries(kinds)
  const place = (nth: number): string => {
    const slot = statement.slots[nth]
    if (slot === undefined) throw new TypeError('a statement has more places than values')
    const name = 'name' in slot ? slot.name : 'a fixed value'
    if (kinds[name] === undefined) throw new TypeError(`nothing says of which kind ${name} is`)
    return `given.c${columns.findIndex(it => it[0] === name)}`
  }
  const one = statement.sql.replaceAll(/\$(\d+)/g, (_, nth: string) => place(Number(nth) - 1))
  const inserts = one.startsWith('insert ') && by === undefined
  if (inserts && / returning | on conflict /.test(one)) throw new TypeError('an insert that does not insert each, or gives something back, is told apart by a column')
  const many: Many = { columns, by: by ?? null, silent: inserts || alike !== undefined, statement: { sql: rewritten(one, givenOf(columns, sets)), slots: columns.map(([name]) => ({ name })), kept: true } }
  return { ...statement, many }
}
