/** Months on PostgreSQL: the part of a month is made before it comes, and dropped when it is over and nothing is left in it. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Instant } from '../core/core.ts'
import { StoreUnavailable, type Db, type Session } from './db.ts'
import { hold, once, type Dialect } from './dialect.ts'
import type { KeepingVerbs, Months } from './keeping.ts'
import { month_numbers } from './migrations/months.ts'
import { text, whole } from './rows.ts'
import { codeOf } from './words.ts'

/** So many months are there before they come. */
const ahead_months = 3
/** So many months of what lies in a default part are made at one call. */
const strayed_max = 12
/** No more are made for the audit of another database. */
const moved_max = 240
/** A month may go when it is over for so long: clocks differ, and what was begun in it is committed by then. */
const over_ms = 86_400_000
/** Behind a reader we wait so long at most, because all others wait behind us; and try so often. */
const lock = { wait_ms: 200, tries: 5, pause_ms: 100 }

const startOf = (month: number): number => Date.UTC(2020, month)
const monthOf = (ms: number): number => { const at = new Date(ms); return (at.getUTCFullYear() - 2020) * 12 + at.getUTCMonth() }

/** A table that is cut, and what of a month bounds its part. */
interface Cut { readonly table: string, readonly column: string, readonly first: number, readonly low: (month: number) => number, readonly of: (low: number) => number }
/** What is below its first month came from another database. */
const byNumber = { first: 1, low: (month: number): number => month * month_numbers, of: (seq: number): number => Math.floor(seq / month_numbers) }
/** A message's payload goes before it does. */
const cuts: readonly Cut[] = [
  { table: 'payload', column: 'message', ...byNumber },
  { table: 'message', column: 'seq', ...byNumber },
  { table: 'audit', column: 'at_ms', first: -Infinity, low: startOf, of: monthOf }
]

/** What came from another database is in one part, before the first month. */
const beforeOf = ({ table }: Cut): string => `${table}_before`
const nameOf = (cut: Cut, month: number): string => month < cut.first ? beforeOf(cut) : `${cut.table}_${new Date(startOf(month)).toISOString().slice(0, 7).replace('-', '_')}`
/** @returns the month a part is of; null for one that is of none */
function monthIn (cut: Cut, part: string): number | null {
  if (part === beforeOf(cut)) return cut.first - 1
  const [, name, year, month] = /^(\w+)_(\d{4})_(\d\d)$/.exec(part) ?? []
  return name === cut.table ? (Number(year) - 2020) * 12 + Number(month) - 1 : null
}

/** @returns the months that have a part, of each table */
async function partsOf (session: Session, { sql }: Dialect): Promise<Map<string, number[]>> {
  const rows = await session.all(once(sql('pg_inherits as i').join('pg_class as c', 'c.oid', 'i.inhrelid').select('c.relname as name').whereRaw('i.inhparent = any(array[?::regclass, ?::regclass, ?::regclass]::oid[])', cuts.map(it => it.table)).orderBy('c.relname')))
  return new Map(cuts.map(cut => [cut.table, rows.flatMap(row => monthIn(cut, text(row, 'name')) ?? [])]))
}

async function firstIn (session: Session, { sql }: Dialect, part: string, column: string, from: number): Promise<number | null> {
  const [row] = await session.all(once(sql(part).select(column).where(column, '>=', from).orderBy(column).limit(1)))
  return row === undefined ? null : whole(row, column)
}

/** Says which months of a table want a part. */
type Wants = (session: Session, cut: Cut) => Promise<Iterable<number>>

const ahead = (now: Instant, { first }: Cut): number[] => Array.from({ length: 1 + ahead_months }, (_, nth) => monthOf(now) + nth).filter(month => month >= first)

/** @returns those of what lies in the default part */
async function strayed (session: Session, dialect: Dialect, cut: Cut): Promise<Set<number>> {
  const months = new Set<number>()
  for (let [nth, from] = [0, 0]; nth < strayed_max; nth++) {
    const first = await firstIn(session, dialect, `${cut.table}_default`, cut.column, from)
    if (first === null) break
    if (cut.of(first) >= cut.first) months.add(cut.of(first))
    from = cut.low(cut.of(first) + 1)
  }
  return months
}

/** @returns the months of a table that want a part and have none */
async function missing (session: Session, dialect: Dialect, cut: Cut, wants: Wants): Promise<number[]> {
  const parts = (await partsOf(session, dialect)).get(cut.table) ?? []
  return [...await wants(session, cut)].filter(month => !parts.includes(month))
}

/** @returns what the work gives; null where somebody read or wrote there all the time, and it is for another time */
async function patient<T> (db: Db, work: (session: Session) => Promise<T>): Promise<T | null> {
  for (let left = lock.tries; left > 0; left--) {
    try {
      return await db.write(async session => {
        await session.run({ sql: `set local lock_timeout = ${lock.wait_ms}`, slots: [] })
        return await work(session)
      })
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || codeOf(error.cause) !== '55P03') throw error
      await pause(lock.pause_ms)
    }
  }
  return null
}

/** @returns the parts that were made */
async function make (db: Db, dialect: Dialect, wants: Wants): Promise<readonly string[]> {
  const made: string[] = []
  for (const cut of cuts) {
    if ((await db.read(session => missing(session, dialect, cut, wants))).length === 0) continue
    made.push(...await patient(db, async session => {
      await hold(session, dialect, 'months')
      const months = await missing(session, dialect, cut, wants)
      // Who looks while rows move to another part would find them in neither.
      if (await firstIn(session, dialect, `${cut.table}_default`, cut.column, 0) !== null) await session.run(once(dialect.sql.raw('lock table ?? in access exclusive mode', [cut.table])))
      for (const month of months) await session.all(once(dialect.sql.raw('select cut_part(?, ?, ?, ?, ?)', [cut.table, cut.column, nameOf(cut, month), cut.low(month), cut.low(month + 1)])))
      return months.map(month => nameOf(cut, month))
    }) ?? [])
  }
  return made
}

const isOver = (month: number, now: Instant): boolean => startOf(month + 1) + over_ms < now

/** @param gone says, when nobody else can read or write there, whether nothing of the part need stay @returns what it says; false too where it could not be asked, or another dropped it */
async function drop (db: Db, dialect: Dialect, cut: Cut, month: number, gone: (session: Session) => Promise<boolean>): Promise<boolean> {
  const { sql } = dialect
  return await patient(db, async session => {
    // One at a time, so that what is looked into is there.
    await hold(session, dialect, 'months')
    if (!((await partsOf(session, dialect)).get(cut.table) ?? []).includes(month) || !await gone(session)) return false
    await session.run(once(sql.raw('lock table ?? in access exclusive mode', [cut.table])))
    if (!await gone(session)) return false
    await session.run(once(sql.raw('drop table ??', [nameOf(cut, month)])))
    return true
  }) ?? false
}

/** @returns the parts that were dropped */
async function dropOver (db: Db, dialect: Dialect, now: Instant): Promise<readonly string[]> {
  const parts = await db.read(session => partsOf(session, dialect))
  const dropped: string[] = []
  for (const cut of cuts) {
    for (const month of parts.get(cut.table) ?? []) {
      const part = nameOf(cut, month)
      if (isOver(month, now) && await drop(db, dialect, cut, month, async session => await firstIn(session, dialect, part, cut.column, 0) === null)) dropped.push(part)
    }
  }
  return dropped
}

const none: Months = { made: [], dropped: [] }

/** Makes this month and those that come; what cannot be made now lands in the default part and is found there, so it may wait. */
export async function makeMonths (db: Db, dialect: Dialect, now: Instant): Promise<void> {
  if (dialect.name !== 'sqlite') await make(db, dialect, async (_session, cut) => ahead(now, cut))
}

/**
 * Makes parts for what is moved in from another database: of messages, which keep their numbers, one; of the audit its months, so that
 * it need not be moved a second time.
 * @param first moment of its first event @param last of its last until now
 */
export async function makeMoved (db: Db, dialect: Dialect, first: Instant, last: Instant): Promise<void> {
  const to = monthOf(last) + 1
  const from = Math.max(monthOf(first), to - moved_max + 1)
  await make(db, dialect, async (_session, { first }) => Number.isFinite(first) ? [first - 1] : Array.from({ length: to - from + 1 }, (_, nth) => from + nth))
}

/** @returns the verb of months */
export const monthsVerb = (db: Db, dialect: Dialect): Pick<KeepingVerbs, 'months'> => ({
  async months (now) {
    if (dialect.name === 'sqlite') return none
    const made = await make(db, dialect, async (session, cut) => new Set([...ahead(now, cut), ...await strayed(session, dialect, cut)]))
    return { made, dropped: await dropOver(db, dialect, now) }
  }
})

/**
 * Drops whole months of the audit in which every row may be removed, in the place of removing row by row.
 * @param removed rows of the chain up to this one may be gone @returns how many rows went
 */
export async function dropAudit (db: Db, dialect: Dialect, removed: number, chain: string): Promise<number> {
  const cut = cuts.find(it => it.table === 'audit')
  if (dialect.name === 'sqlite' || cut === undefined || removed === 0) return 0
  const { sql } = dialect
  let rows = 0
  for (const month of (await db.read(session => partsOf(session, dialect))).get(cut.table) ?? []) {
    const part = nameOf(cut, month)
    const here = (): ReturnType<typeof sql> => sql(part)
    let held = 0
    const gone = await drop(db, dialect, cut, month, async session => {
      const [last] = await session.all(once(here().max('seq as seq').where('chain', chain)))
      // Along the index, so that a large month is not read.
      const others = await session.all(once(here().select('seq').where('chain', '<', chain).limit(1).unionAll(here().select('seq').where('chain', '>', chain).limit(1), true)))
      if (last === undefined || last['seq'] === null || whole(last, 'seq') > removed || others.length > 0) return false
      held = whole((await session.all(once(here().count('* as n'))))[0] ?? {}, 'n')
      return true
    })
    if (gone) rows += held
  }
  return rows
}
