/** Makes a database large: what stands in it once more, under ids, numbers, keys and persons of its own, in the order in which it would have come. */
import { createHash } from 'node:crypto'
import type { Database } from 'better-sqlite3'

/** Runs one statement. */
export type Ask = (sql: string, values?: readonly unknown[]) => Promise<Array<Record<string, unknown>>>
/** Adds all that stood there at first once more. @param copy how often that was done, from 1 */
export type Grow = (copy: number) => Promise<void>

/** Numbers of one copy lie this far from those of the one before it. */
const step = 10_000
/** In the month of what comes by the verbs, as PostgreSQL looks for an id in the part of its month. */
const base_ms = Date.now() - 4 * 3_600_000
const hashed = (text: string): string => createHash('md5').update(text).digest('hex')

/** @returns the id of the nth message of a copy: in their order, as those of UUIDv7 are */
export function idOf (copy: number, nth: number): string {
  const [at, it] = [(base_ms + copy * step + nth).toString(16).padStart(12, '0'), hashed(`id${copy}.${nth}`)]
  return `${at.slice(0, 8)}-${at.slice(8)}-7${it.slice(0, 3)}-a${it.slice(3, 6)}-${it.slice(6, 18)}`
}

/** @returns another number for each of what it is of, in no order */
export function uuidOf (copy: number, nth: number, what: string): string {
  const it = hashed(`${what}${copy}.${nth}`)
  return `${it.slice(0, 8)}-${it.slice(8, 12)}-4${it.slice(13, 16)}-a${it.slice(17, 20)}-${it.slice(20)}`
}

/** @returns the hash of the nth person of a copy, from 1 */
export const hashOf = (copy: number, nth: number): Buffer => Buffer.from(hashed(`hash${copy}.${nth}`), 'hex')

/** The same as functions of PostgreSQL. */
export const functions = [
  `create function new_uuid(copy bigint, nth bigint, what text) returns text language sql immutable as $$
    select left(it, 8) || '-' || substr(it, 9, 4) || '-4' || substr(it, 14, 3) || '-a' || substr(it, 18, 3) || '-' || substr(it, 21) from (select md5(what || copy || '.' || nth)) as made(it) $$`,
  `create function new_id(copy bigint, nth bigint) returns text language sql immutable as $$
    select left(at, 8) || '-' || substr(at, 9) || '-7' || left(it, 3) || '-a' || substr(it, 4, 3) || '-' || substr(it, 7, 12)
    from (select lpad(to_hex(${base_ms} + copy * ${step} + nth), 12, '0'), md5('id' || copy || '.' || nth)) as made(at, it) $$`,
  "create function new_hash(copy bigint, nth bigint) returns bytea language sql immutable as $$ select decode(md5('hash' || copy || '.' || nth), 'hex') $$"
]

/** @returns what asks SQLite, which has those functions from now on */
export function askSqlite (db: Database): Ask {
  db.function('new_id', { deterministic: true }, (copy, nth) => idOf(Number(copy), Number(nth)))
  db.function('new_uuid', { deterministic: true }, (copy, nth, what) => uuidOf(Number(copy), Number(nth), String(what)))
  db.function('new_hash', { deterministic: true }, (copy, nth) => hashOf(Number(copy), Number(nth)))
  return async (sql, values = []) => {
    // The numbers of places are those of PostgreSQL. Nothing is kept by which a statement that fails could be undone.
    const statement = db.prepare<unknown[], Record<string, unknown>>(sql.replace(/^insert /, 'insert or fail '))
    const given = Object.fromEntries(values.map((value, nth) => [String(nth + 1), value]))
    if (statement.reader) return statement.all(given)
    statement.run(given)
    return []
  }
}

/** What of a row is its copy's own; `c` is the copy, `s` what it stands for. The order is that in which one refers to another. What is copied is named by its last number besides: else all that is there may be read for it. */
const copied: ReadonlyArray<readonly [table: string, joined: string, order: string, own: Readonly<Record<string, string>>]> = [
  ['message', 's.seq = t.seq', 't.seq', {
    seq: `t.seq + c.n * ${step}`, id: 'new_id(c.n, s.nth)', identificatie: "substr(new_uuid(c.n, s.nth, 'key'), 1, 12)", referentienummer: "new_uuid(c.n, s.nth, 'number')", conversatie: "new_uuid(c.n, s.nth, 'conversatie')"
  }],
  ['payload', 's.seq = t.message', 't.message', { message: `t.message + c.n * ${step}` }],
  ['client', 's.seq = t.message and t.key_id = (select min(key_id) from client)', 't.message', { message: `t.message + c.n * ${step}`, hash: 'new_hash(c.n, s.nth % (select (count(*) + 5) / 6 from seeds))' }],
  ['audit', 's.id = t.message and t.chain = (select min(chain) from audit)', 't.seq', { seq: `t.seq + c.n * 4 * ${step}`, message: 'new_id(c.n, s.nth)' }],
  ['person', `s.nth = 0 and t.id < ${step}`, 't.id', { id: `t.id + c.n * ${step}`, hash: 'new_hash(c.n, t.id)' }],
  ['source', 's.seq = t.place', 't.place', { place: `t.place + c.n * ${step}`, id: 'new_id(c.n, s.nth)', identificatie: "substr(new_uuid(c.n, s.nth, 'key'), 1, 12)" }],
  ['fact', 's.seq = t.source', 't.source, t.position', { source: `t.source + c.n * ${step}`, person: `t.person + c.n * ${step}`, toewijzing: 't.toewijzing || c.n' }]
]

async function columnsOf (ask: Ask, table: string): Promise<string[]> {
  const [first] = await ask(`select * from ${table} limit 1`)
  return Object.keys(first ?? {}).filter(it => it !== 'xact')
}

/** @returns what adds once more what stands there now; there must be the functions `new_id`, `new_uuid` and `new_hash` */
export async function growing (ask: Ask): Promise<Grow> {
  await ask('create table seeds as select seq, id, row_number() over (order by seq) - 1 as nth from message')
  await ask('create unique index seeds_seq on seeds (seq)')
  await ask('create unique index seeds_id on seeds (id)')
  const statements: string[] = []
  for (const [table, joined, order, own] of copied) {
    const [first] = order.split(', ')
    const [last] = await ask(`select max(${first}) as last from ${table} as t`)
    const columns = await columnsOf(ask, table)
    const picked = columns.map(it => own[it] ?? `t."${it}"`)
    statements.push(`insert into ${table} (${columns.map(it => `"${it}"`).join(', ')}) select ${picked.join(', ')} from ${table} as t join seeds as s on ${joined} and ${first} <= ${String(last?.['last'])} cross join (select cast($1 as bigint) as n) as c order by ${order}`)
  }
  return async copy => { for (const sql of statements) await ask(sql, [copy]) }
}
