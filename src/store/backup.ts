/** Copies of an SQLite database: taken while it is served, examined, and tried with the keys at hand. */
import { closeSync, fsyncSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { instant, messageId, type Instant } from '../core/core.ts'
import { openVault, Unopened, type Ring } from '../vault/vault.ts'
import type { Audit } from './audit.ts'
import { StoreUnusable, type Db, type Row } from './db.ts'
import { stepsTold } from './migrate.ts'
import { migrations } from './migrations.ts'
import { bytes, maybe, text, whole } from './rows.ts'
import type { Store } from './verbs.ts'

type Connection = Database.Database
/** Copied in one go; the source is not locked in between. */
const step_pages = 256

/** What a database holds, as far as can be told without its keys. */
export interface Contents {
  readonly mode: string
  /** The steps by which it was brought forward. */
  readonly migrations: readonly string[]
  /** Rows per table. */
  readonly rows: Readonly<Record<string, number>>
  /** When the last message was received; null when there is none. */
  readonly last_received: Instant | null
  /** Where each chain of the audit ends; the MAC in hexadecimal. */
  readonly audit: ReadonlyArray<{ readonly chain: string, readonly seq: number, readonly mac: string | null }>
}

/** A key of the kek ring under which something is stored: it opens, or why not. */
export interface KeyTrial { readonly kek_id: string, readonly fault: string | null }

/** Does the work on a connection that only reads. @throws StoreUnusable when the file is no database, or is damaged */
export function reading<T> (path: string, work: (db: Connection) => T): T {
  let db: Connection | null = null
  try {
    db = new Database(path, { readonly: true, fileMustExist: true })
    return work(db)
  } catch (error) {
    if (error instanceof Database.SqliteError || (error instanceof TypeError && db === null)) throw new StoreUnusable(`${path} is no usable database (${error instanceof Database.SqliteError ? error.code : 'cannot be opened'})`, { cause: error })
    throw error
  } finally {
    db?.close()
  }
}

export const all = (db: Connection, sql: string, ...values: Array<string | number>): Row[] => db.prepare<Array<string | number>, Row>(sql).all(...values)
const tables = (db: Connection): string[] => all(db, "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name").map(row => text(row, 'name'))
const wait = (ms: number): void => { if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms) }

/** Paces a copy, and tells of it. */
export interface Pace {
  readonly bytes_per_second: number
  tell (done_bytes: number, total_bytes: number): void
}

/**
 * Copies a database as it is at one moment, while others write on: a reading transaction holds that moment, and the pages are
 * copied some at a time, no faster than asked. The copy is one file, written through to the disk.
 * @param path of a database @param to a file that is there and empty; it keeps its rights
 * @throws StoreUnusable when the source is no usable database; what the file system says
 */
export async function copyDatabase (path: string, to: string, { bytes_per_second, tell }: Pace): Promise<void> {
  const page_bytes = reading(path, db => whole(all(db, 'pragma page_size')[0] ?? {}, 'page_size'))
  const source = new Database(path, { readonly: true, fileMustExist: true })
  try {
    source.exec('begin')
    all(source, 'select count(*) from meta')
    const begun = performance.now()
    await source.backup(to, {
      progress ({ totalPages, remainingPages }) {
        const done = (totalPages - remainingPages) * page_bytes
        tell(done, totalPages * page_bytes)
        wait(done / bytes_per_second * 1000 - (performance.now() - begun))
        return step_pages
      }
    })
  } finally { source.close() }
  const copy = new Database(to)
  copy.pragma('journal_mode = delete')
  copy.close()
  throughToDisk(to)
}

/** Waits until a file or folder is on the disk. */
export function throughToDisk (path: string): void {
  const file = openSync(path, 'r')
  try { fsyncSync(file) } finally { closeSync(file) }
}

/** @param how `full` reads every page and index; `quick` skips the indexes @returns what is wrong, or null @throws StoreUnusable when it is no database at all */
export const damageOf = (path: string, how: 'full' | 'quick'): string | null => reading(path, db => {
  const pragma = how === 'full' ? 'integrity_check' : 'quick_check'
  const [row] = all(db, `pragma ${pragma}(1)`)
  const said = text(row ?? {}, pragma)
  return said === 'ok' ? null : said
})

/** @returns what the database holds @throws StoreUnusable when it is no database of ours */
export const contentsOf = (path: string): Contents => reading(path, db => {
  const [mode] = all(db, "select value from meta where name = 'mode'")
  const [last] = all(db, 'select received_ms from message order by seq desc limit 1')
  const heads = all(db, 'select a.chain, a.seq, a.mac from audit as a join (select chain, max(seq) as last from audit group by chain) as h on h.chain = a.chain and h.last = a.seq order by a.chain')
  return {
    mode: text(mode ?? { value: '' }, 'value'),
    migrations: all(db, stepsTold(migrations)).map(row => text(row, 'name')),
    rows: Object.fromEntries(tables(db).map(name => [name, whole(all(db, `select count(*) as n from "${name}"`)[0] ?? {}, 'n')])),
    last_received: last === undefined ? null : instant(whole(last, 'received_ms')),
    audit: heads.map(row => ({ chain: text(row, 'chain'), seq: whole(row, 'seq'), mac: maybe(row, 'mac', (it, column) => Buffer.from(bytes(it, column)).toString('hex')) }))
  }
})

/** @param table its rows, or with `sample` that many of the first and of the last */
const some = (table: string, sample: number | null): string => sample === null
  ? `"${table}"`
  : `(select * from (select data_key, kek_id from "${table}" order by rowid limit ${sample}) union all select * from (select data_key, kek_id from "${table}" order by rowid desc limit ${sample}))`

const keyed = (db: Connection): string[] => tables(db).filter(name => all(db, `pragma table_info("${name}")`).some(it => it['name'] === 'kek_id'))

/** @returns the names of the keys under which something is stored @param sample look only at that many first and last rows of a table */
export const kekIdsOf = (path: string, sample: number | null = null): string[] => reading(path, db =>
  [...new Set(keyed(db).flatMap(table => all(db, `select distinct kek_id from ${some(table, sample)} as s where data_key is not null and kek_id is not null`).map(row => text(row, 'kek_id'))))].toSorted())

/** Opens one of what each key closed: the wrapped key, and of a message its payload too. @param sample as `kekIdsOf` */
export const tryKeys = (path: string, kek: Ring, sample: number | null = null): KeyTrial[] =>
  kekIdsOf(path, sample).map(kek_id => reading(path, db => ({ kek_id, fault: faultOf(db, kek, kek_id, sample) })))

function faultOf (db: Connection, kek: Ring, kek_id: string, sample: number | null): string | null {
  const vault = openVault(kek)
  try {
    for (const table of keyed(db)) {
      const [row] = all(db, `select data_key from ${some(table, sample)} as s where data_key is not null and kek_id = ? limit 1`, kek_id)
      if (row !== undefined) vault.unlock({ data_key: bytes(row, 'data_key'), kek_id })
    }
    const last = sample === null ? '' : `and m.seq > (select coalesce(max(seq), 0) - ${sample} from message)`
    const [row] = all(db, `select m.id, m.data_key, p.body from message as m join payload as p on p.message = m.seq where m.data_key is not null and m.kek_id = ? ${last} limit 1`, kek_id)
    if (row !== undefined) vault.unlock({ data_key: bytes(row, 'data_key'), kek_id }).open(`${messageId(text(row, 'id'))}:payload`, bytes(row, 'body'))
    return null
  } catch (error) {
    if (error instanceof Unopened) return error.message
    throw error
  }
}

/** @returns the verb that writes down that a copy was made, or put back */
export const backupVerbs = (db: Db, audit: Audit): Pick<Store, 'recordCopy'> => ({
  recordCopy: (event, digest, at) => db.write(session => audit(session, { at, event, message: null, digest }))
})
