/** The tables of two databases as a move sees them: columns, keys, what refers to what, and each row as one digest. */
import { createHash } from 'node:crypto'
import type Database from 'better-sqlite3'
import { all } from './backup.ts'
import type { Kind } from './binary.ts'
import { StoreUnusable, type Row, type Session, type Value } from './db.ts'
import { text } from './rows.ts'

interface Column { readonly name: string, readonly kind: Kind, /** So large that only its length is compared when that was asked. */ readonly heavy: boolean }
/** A table that is moved. */
export interface Table {
  readonly name: string
  readonly columns: readonly Column[]
  /** Its primary key, in order. */
  readonly key: readonly Column[]
  /** Rows that are the database's own, and stay where they are, do not meet this condition; SQL, the same for both. */
  readonly where: string
  /** Filled from a sequence. */
  readonly numbered: string | null
}
/** The key of a row. */
export type Key = readonly Value[]

/** What belongs to the database and its processes, not to the installation. */
const own = new Set(['migration', 'moved', 'process', 'tenure'])
/** Rows of `meta` about the database itself. */
const meta = "name not like 'beside:%' and name not in ('moving', 'moved_to')"

function kindOf (type: string): Kind {
  if (/int/i.test(type)) return 'number'
  return /blob|bytea/i.test(type) ? 'bytes' : 'text'
}

interface Found extends Table { readonly parents: readonly string[] }

function found (db: Database.Database, name: string): Found {
  const info = all(db, `pragma table_info("${name}")`)
  const columns = info.map((row): Column => ({ name: text(row, 'name'), kind: kindOf(text(row, 'type')), heavy: name === 'payload' && row['name'] === 'body' }))
  const key = info.filter(row => Number(row['pk']) > 0).toSorted((a, b) => Number(a['pk']) - Number(b['pk'])).flatMap(row => columns.filter(it => it.name === row['name']))
  const [made] = all(db, `select sql from sqlite_master where name = '${name}'`)
  const parents = all(db, `pragma foreign_key_list("${name}")`).map(row => text(row, 'table')).filter(it => it !== name)
  return { name, columns, key, where: name === 'meta' ? meta : 'true', numbered: /autoincrement/i.test(text(made ?? { sql: '' }, 'sql')) ? key[0]?.name ?? null : null, parents }
}

/** @returns the tables of a database, what is referred to before what refers to it */
export function tablesOf (db: Database.Database): Table[] {
  const left = all(db, "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name").map(row => text(row, 'name')).filter(it => !own.has(it)).map(it => found(db, it))
  const ordered: Found[] = []
  while (left.length > 0) {
    const next = left.findIndex(it => it.parents.every(parent => ordered.some(done => done.name === parent)))
    ordered.push(...left.splice(Math.max(next, 0), 1))
  }
  return ordered
}

/** @throws StoreUnusable when the target has not every table and column */
export async function fitting (session: Session, tables: readonly Table[]): Promise<void> {
  const rows = await session.all({ sql: 'select table_name as t, column_name as c from information_schema.columns where table_schema = current_schema()', slots: [] })
  const there = new Set(rows.map(row => `${text(row, 't')}.${text(row, 'c')}`))
  const missing = tables.flatMap(({ name, columns }) => columns.map(it => `${name}.${it.name}`)).filter(it => !there.has(it))
  if (missing.length > 0) throw new StoreUnusable(`the target has no ${missing.join(', ')}: it is not a database of this version`)
}

const names = (columns: readonly Column[]): string => columns.map(it => `"${it.name}"`).join(', ')
const lean = (column: Column, quick: boolean): boolean => quick && column.heavy

/** So many rows are read at a time, at most. */
const window_rows = 5_000
/** Rows that follow one another; `more`: others may follow. */
interface Window { readonly rows: readonly Row[], readonly more: boolean }

/** @returns what reads the next rows of a table in SQLite, in order of its key, after a key (or from its beginning) @param quick heavy columns as their length */
export function reader (db: Database.Database, table: Table, quick: boolean, bound: string): (after: Key | null, bytes_max: number) => Window {
  const columns = table.columns.map(it => lean(it, quick) ? `length("${it.name}") as "${it.name}"` : `"${it.name}"`).join(', ')
  const query = (from: string) => db.prepare<Value[], Row>(`select ${columns} from "${table.name}" where ${table.where} and ${bound} ${from} order by ${names(table.key)} limit ${window_rows}`)
  const [first, next] = [query(''), query(`and (${names(table.key)}) > (${table.key.map(() => '?').join(', ')})`)]
  return (after, bytes_max) => {
    const rows: Row[] = []
    let bytes = 0
    for (const row of after === null ? first.iterate() : next.iterate(...after)) {
      rows.push(row)
      bytes += weight(row)
      if (bytes > bytes_max) break
    }
    return { rows, more: rows.length === window_rows || bytes > bytes_max }
  }
}

/** @returns about how many bytes a row holds */
export const weight = (row: Row): number => Object.values(row).reduce<number>((sum, it) => sum + (it instanceof Uint8Array ? it.length : typeof it === 'string' ? it.length : 8), 0)

const valueOf = (it: unknown): Value => {
  if (it === null || typeof it === 'string' || typeof it === 'number' || it instanceof Uint8Array) return it
  throw new TypeError('a column holds what no column holds')
}
export const valuesOf = (row: Row, columns: readonly Column[]): Value[] => columns.map(it => valueOf(row[it.name]))
export const keyOf = (table: Table, row: Row): Key => valuesOf(row, table.key)

const hex = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

/** @returns a digest of everything in a row; the same as `digestSql` makes of it */
export function digestOf (table: Table, row: Row, quick: boolean): string {
  const said = table.columns.map(it => {
    const value = row[it.name]
    if (value === null) return 'n'
    const said = value instanceof Uint8Array ? hex(value) : String(value)
    return lean(it, quick) ? `l${said}` : `${Buffer.byteLength(said)}:${said}`
  }).join('')
  return hex(said)
}

/** @returns that digest, as PostgreSQL makes it */
function digestSql (table: Table, quick: boolean): string {
  const said = table.columns.map(it => {
    const name = `"${it.name}"`
    if (lean(it, quick)) return `coalesce('l' || octet_length(${name}), 'n')`
    const as = it.kind === 'bytes' ? `encode(sha256(${name}), 'hex')` : it.kind === 'number' ? `${name}::text` : name
    return `coalesce(octet_length(${as}) || ':' || ${as}, 'n')`
  })
  return `encode(sha256(convert_to(${said.join(' || ')}, 'UTF8')), 'hex')`
}

/** @returns the statement by which PostgreSQL tells keys and digests in the order in which SQLite has the keys */
export const digestsOf = (table: Table, quick: boolean): string =>
  `select ${names(table.key)}, ${digestSql(table, quick)} as "*" from "${table.name}" where ${table.where} order by ${table.key.map(it => it.kind === 'text' ? `"${it.name}" collate "C"` : `"${it.name}"`).join(', ')}`

/** @returns below 0 when the first key comes before the second, by bytes as both databases have it; 0 when they are one */
export function compare (a: Key, b: Key): number {
  for (const [nth, one] of a.entries()) {
    const other = b[nth] ?? null
    const order = typeof one === 'number' && typeof other === 'number' ? one - other : Buffer.compare(Buffer.from(bytesOf(one)), Buffer.from(bytesOf(other)))
    if (order !== 0) return order
  }
  return 0
}
const bytesOf = (it: Value): Uint8Array => it instanceof Uint8Array ? it : Buffer.from(String(it))
