/** Rows from an SQLite file into PostgreSQL: added behind what was added before, or compared row by row and made the same. */
import { createHash } from 'node:crypto'
import type Database from 'better-sqlite3'
import { arrayOf, arrayType } from './binary.ts'
import type { Db, Row, Session, Statement, Value } from './db.ts'
import { text } from './rows.ts'
import { compare, digestOf, digestsOf, keyOf, reader, valuesOf, weight, type Key, type Table } from './shape.ts'

/** So much is held in memory at a time, and one row more. */
const window_bytes = 8_000_000
const fetch_rows = 1_000

const raw = (sql: string, values: readonly Value[] = []): Statement => ({ sql, slots: values.map(value => ({ value })) })

/** @param again rows of it may be there already: what differs is found when both are compared */
async function insert (session: Session, { name, columns }: Table, rows: readonly Row[], again = false): Promise<void> {
  const arrays = columns.map((it, at) => `$${at + 1}::${arrayType(it.kind)}`).join(', ')
  await session.run(raw(`insert into "${name}" (${columns.map(it => `"${it.name}"`).join(', ')}) select * from unnest(${arrays})${again ? ' on conflict do nothing' : ''}`,
    columns.map(it => arrayOf(it.kind, rows.flatMap(row => valuesOf(row, [it]))))))
}

const where = ({ key }: Table, from: number): string => key.map((it, nth) => `"${it.name}" = $${from + nth + 1}`).join(' and ')

async function update (session: Session, table: Table, row: Row): Promise<void> {
  const others = table.columns.filter(it => !table.key.includes(it))
  await session.run(raw(`update "${table.name}" set ${others.map((it, nth) => `"${it.name}" = $${nth + 1}`).join(', ')} where ${where(table, others.length)}`, [...valuesOf(row, others), ...keyOf(table, row)]))
}

/** Two databases in the middle of a move. */
export interface Between {
  readonly source: Database.Database
  readonly target: Db
  /** Told how many rows were dealt with. */
  tell (rows: number): void
  /** Told between any two transactions; tests end the process there. */
  step (name: string): void
}

/** @returns the key up to which a table was copied; null when nothing was */
async function markOf (session: Session, name: string): Promise<Key | null> {
  const [row] = await session.all(raw('select through from moved where name = $1', [name]))
  if (row === undefined) return null
  const read: unknown = JSON.parse(text(row, 'through'))
  if (!Array.isArray(read)) throw new TypeError('a mark is a list')
  return read.map((it: unknown) => typeof it === 'number' ? it : typeof it === 'string' && it.startsWith('b:') ? Buffer.from(it.slice(2), 'hex') : String(it).slice(2))
}
const written = (key: Key): string => JSON.stringify(key.map(it => typeof it === 'number' ? it : it instanceof Uint8Array ? `b:${Buffer.from(it).toString('hex')}` : `t:${String(it)}`))

/**
 * Copies what stands behind the key up to which was copied before; the new mark commits with the rows. The source may be written to meanwhile.
 * @param bound SQL: which rows of the source may be copied already
 */
export async function append ({ source, target, tell, step }: Between, table: Table, bound: string): Promise<void> {
  const next = reader(source, table, false, bound)
  let after = await target.read(session => markOf(session, table.name))
  for (;;) {
    const { rows, more } = next(after, window_bytes)
    const last = rows.at(-1)
    if (last === undefined) return
    const through = keyOf(table, last)
    await target.write(async session => {
      await insert(session, table, rows, true)
      await session.run(raw('insert into moved (name, through) values ($1, $2) on conflict (name) do update set through = excluded.through', [table.name, written(through)]))
    })
    after = through
    tell(rows.length)
    step(`copied ${table.name}`)
    // What others write faster than this goes round is for the last part.
    if (!more) return
  }
}

/** The next are asked for before these are given: the server goes on while they are compared. */
async function * digests (session: Session, table: Table, quick: boolean): AsyncGenerator<{ key: Key, digest: string }> {
  await session.run(raw(`declare rows no scroll cursor for ${digestsOf(table, quick)}`))
  const ask = (): Promise<Row[]> => {
    const asked = session.all(raw(`fetch ${fetch_rows} from rows`))
    // Who compares may fail first, and waits for it no more.
    asked.catch(() => {})
    return asked
  }
  for (let next = ask(), more = true; more;) {
    const rows = await next
    more = rows.length === fetch_rows
    if (more) next = ask()
    for (const row of rows) yield { key: keyOf(table, row), digest: text(row, '*') }
  }
  await session.run(raw('close rows'))
}

/** What a comparison came to. */
export interface Compared {
  readonly rows: number
  /** SHA-256 over the digests of all rows of the source, in order of their keys; that of the target is the same when nothing differed. */
  readonly digest: string
  readonly missing: number
  readonly differing: number
  readonly extra: number
}

/** What is done about what differs, each for some rows at a time. */
interface Mend { missing (rows: readonly Row[]): Promise<void>, differing (row: Row): Promise<void>, extra (key: Key): Promise<void> }

/** Both sides from beginning to end, in order of the key. @param quick payloads by their length */
async function merged (source: Database.Database, session: Session, table: Table, quick: boolean, mend: Mend, tell: (rows: number) => void): Promise<Compared> {
  const next = reader(source, table, quick, 'true')
  const full = reader(source, table, false, 'true')
  const theirs = digests(session, table, quick)
  const sum = createHash('sha256')
  const counted = { rows: 0, missing: 0, differing: 0, extra: 0 }
  const whole = (row: Row, before: Key | null): Row => quick && table.columns.some(it => it.heavy) ? full(before, 0).rows[0] ?? row : row
  let its = await theirs.next()
  let after: Key | null = null
  const beyond = async (key: Key): Promise<void> => { counted.extra++; await mend.extra(key); its = await theirs.next() }
  for (let more = true; more;) {
    const window = next(after, window_bytes)
    const { rows } = window
    more = window.more
    let [missing, bytes]: [Row[], number] = [[], 0]
    const flush = async (): Promise<void> => {
      if (missing.length > 0) await mend.missing(missing)
      counted.missing += missing.length
      missing = []
      bytes = 0
    }
    for (const row of rows) {
      const key = keyOf(table, row)
      const digest = digestOf(table, row, quick)
      sum.update(digest)
      while (its.done !== true && compare(its.value.key, key) < 0) await beyond(its.value.key)
      if (its.done === true || compare(its.value.key, key) > 0) {
        const it = whole(row, after)
        missing.push(it)
        bytes += weight(it)
        if (bytes > window_bytes) await flush()
      } else {
        if (its.value.digest !== digest) { counted.differing++; await mend.differing(whole(row, after)) }
        its = await theirs.next()
      }
      after = key
    }
    await flush()
    counted.rows += rows.length
    tell(rows.length)
  }
  while (its.done !== true) await beyond(its.value.key)
  return { ...counted, digest: sum.digest('hex') }
}

/** What says which row it is: another one may stand under its number where either database went back to an earlier state. */
const identity = ({ key, columns }: Table): Table['columns'] => [...key, ...columns.filter(it => !key.includes(it) && ['id', 'mac'].includes(it.name))]

/** Makes the target's table what the source's is. @param part `less`: takes away rows that are not in the source; `more`: adds and changes */
export const settle = ({ source, target, tell, step }: Between, table: Table, quick: boolean, part: 'less' | 'more'): Promise<Compared> => target.snapshot(async session => {
  const nothing = async (): Promise<void> => {}
  const writing = async (work: (session: Session) => Promise<void>): Promise<void> => { await target.write(work); step(`settled ${table.name}`) }
  const away = (key: Key): Promise<void> => writing(async to => { await to.run(raw(`delete from "${table.name}" where ${where(table, 0)}`, key)) })
  const mend: Mend = part === 'less'
    ? { missing: nothing, differing: row => away(keyOf(table, row)), extra: away }
    : { missing: rows => writing(to => insert(to, table, rows)), differing: row => writing(to => update(to, table, row)), extra: nothing }
  return await merged(source, session, part === 'less' ? { ...table, columns: identity(table) } : table, quick, mend, tell)
})
