/** Moves a live installation from an SQLite file into PostgreSQL: most of it while it serves, the rest while nobody writes; at no moment may both serve. */
import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { instant, type Instant } from '../core/core.ts'
import { openVault, type Roots } from '../vault/vault.ts'
import { all, damageOf, reading, tryKeys } from './backup.ts'
import { append, settle, type Between, type Compared } from './copying.ts'
import { StoreUnusable, type Db, type Session, type Value } from './db.ts'
import { ringFaults } from './examine.ts'
import { stepsOf } from './look.ts'
import { living } from './migrate.ts'
import { makeMoved } from './months.ts'
import { connect, migrate, openStore, type Mode } from './open.ts'
import { postgresDialect } from './dialect.ts'
import type { PostgresOptions } from './postgres.ts'
import { bytes, text, whole } from './rows.ts'
import { sequences } from './settled.ts'
import { fitting, tablesOf, type Table } from './shape.ts'
import { lockSqlite, openSqlite } from './sqlite.ts'
import type { Store } from './verbs.ts'

/** What is moved, and where to. */
export interface MoveOptions {
  /** Path of the SQLite file. */
  readonly from: string
  readonly to: { readonly url: string, readonly postgres?: Partial<PostgresOptions> }
  /** The target as it may be printed. */
  readonly shown: string
  readonly roots: Roots
  /** Compare payloads in the last part by their number and length only. */
  readonly quick?: boolean
  /** Told how many rows of a part were dealt with. */
  readonly tell?: (rows: number) => void
  /** Told between any two transactions; tests end the process there. */
  readonly step?: (name: string) => void
}

/** A table after the move: as many rows, and the same, on both sides. */
export interface MovedTable { readonly rows: number, readonly digest: string }
/** What a look over both sides says. */
export interface MovePlan {
  readonly mode: Mode
  /** Rows of each table of the source. */
  readonly rows: Readonly<Record<string, number>>
  readonly bytes: number
  /** Steps by which the source is brought forward first. */
  readonly missing: readonly string[]
  readonly state: 'new' | 'begun' | 'deciding' | 'moved'
  /** What stands in the way, a sentence each. */
  readonly faults: readonly string[]
}

/** Only grow, or nearly so: most of these is copied while the source serves. All else is small, or changes all the time. */
const early = new Set(['message', 'payload', 'finding', 'signature', 'client', 'audit', 'checkpoint', 'receipt', 'spent', 'fact', 'replacement'])
/** Their rows go with a message, so no more of them is copied than of messages. */
const ofMessage: Readonly<Record<string, string>> = { message: 'seq', payload: 'message', finding: 'message', signature: 'message' }
const passes_max = 3
const samples = 20

const raw = (sql: string, values: readonly Value[] = []) => ({ sql, slots: values.map(value => ({ value })) })
const metaOf = (db: Database.Database): Map<string, string> => new Map(all(db, 'select name, value from meta').map(row => [text(row, 'name'), text(row, 'value')]))
const metaIn = async (session: Session): Promise<Map<string, string>> => new Map((await session.all(raw('select name, value from meta'))).map(row => [text(row, 'name'), text(row, 'value')]))

/** Work with the target takes as long as it takes. */
const patient = { statement_ms_max: 24 * 3_600_000, lock_ms_max: 60_000, connections_max: 4, plans_ms: 0 }
async function withTarget<T> ({ to }: MoveOptions, work: (db: Db) => Promise<T>): Promise<T> {
  const { db } = await connect(to.url, { ...to.postgres, ...patient })
  try { return await work(db) } finally { await db.close() }
}

async function withBoth<T> (options: MoveOptions, work: (between: Between) => Promise<T>): Promise<T> {
  const source = new Database(options.from, { readonly: true, fileMustExist: true })
  try {
    return await withTarget(options, target => work({ source, target, tell: options.tell ?? (() => {}), step: options.step ?? (() => {}) }))
  } finally { source.close() }
}

/** Writes into the source; a server that runs on it goes on. */
async function inSource (path: string, sql: string, values: readonly Value[] = []): Promise<void> {
  const db = openSqlite(path)
  try { await db.write(session => session.run(raw(sql, values))) } finally { await db.close() }
}

/** What is known of the target before anything is written there. */
async function faultsOf (target: Db, source: ReadonlyMap<string, string>): Promise<{ state: MovePlan['state'], faults: string[] }> {
  return await target.read(async session => {
    const [encoding] = await session.all(raw('select pg_encoding_to_char(encoding) as name from pg_database where datname = current_database()'))
    const faults = text(encoding ?? {}, 'name') === 'UTF8' ? [] : ['the target is not a database in UTF8: make one with "create database … encoding \'UTF8\' template template0"']
    const [there] = await session.all(raw("select 1 from information_schema.tables where table_schema = current_schema() and table_name = 'meta'"))
    if (there === undefined) return { state: 'new', faults }
    const meta = await metaIn(session)
    const [moving, ours] = [meta.get('moving'), source.get('installation')]
    if (moving === undefined && ours !== undefined && meta.get('installation') === ours && source.has('moved_to')) return { state: 'moved', faults }
    const alive = await living(session, postgresDialect)
    if (alive.length > 0) faults.push(`a gateway is using the target (${alive.join(', ')}): stop it`)
    if (source.has('moved_to') && moving !== ours) return { state: 'new', faults: [...faults, `the source was moved to ${source.get('moved_to')}, and this target does not know of it: name that one`] }
    if (moving !== undefined) return moving === ours ? { state: source.has('moved_to') ? 'deciding' : 'begun', faults } : { state: 'new', faults: [...faults, 'another installation is being moved into the target: give an empty database'] }
    const [used] = await session.all(raw('select 1 from message union all select 1 from audit limit 1'))
    if (used !== undefined) faults.push('the target has messages, or an audit, of its own: give an empty database')
    if (meta.get('mode') !== undefined && meta.get('mode') !== source.get('mode')) faults.push(`the target was made in mode ${meta.get('mode')}, the source in mode ${source.get('mode')}`)
    return { state: 'new', faults }
  })
}

/** What is known of both without reading all of either. */
type Ready = Pick<MovePlan, 'mode' | 'missing' | 'state' | 'faults'>
async function readyFor (options: MoveOptions): Promise<Ready> {
  const { from, roots } = options
  const [meta, done] = reading(from, db => [metaOf(db), all(db, 'select name from migration order by name').map(row => text(row, 'name'))] as const)
  const mode = meta.get('mode')
  if (mode !== 'test' && mode !== 'production') throw new StoreUnusable(`${from} is no database of a gateway`)
  const { missing, strange } = stepsOf(done)
  const rings = await ringFaults({ path: from }, new Map([['kek', roots.kek], ['index_key', roots.index], ['audit_key', roots.audit]]))
  const keys = tryKeys(from, roots.kek).flatMap(it => it.fault === null ? [] : [it.fault])
  const { state, faults } = await withTarget(options, target => faultsOf(target, meta))
  return { mode, missing, state, faults: [...rings.values(), ...keys, ...strange.length > 0 ? [`the source was made by a newer version (${strange.join(', ')}): use that one`] : [], ...faults] }
}

/** Looks both over, all of the source, and changes neither. @throws StoreUnusable when one cannot be read, or is damaged */
export async function planMove (options: MoveOptions): Promise<MovePlan> {
  const { from } = options
  const damage = damageOf(from, 'quick')
  if (damage !== null) throw new StoreUnusable(`the source is damaged (${damage}): put a backup back first`)
  const rows = reading(from, db => Object.fromEntries(tablesOf(db).map(({ name }) => [name, whole(all(db, `select count(*) as n from "${name}"`)[0] ?? {}, 'n')])))
  return { ...await readyFor(options), rows, bytes: statSync(from).size }
}

/** @throws StoreUnusable with everything that stands in the way */
export function refuseMove ({ faults }: Pick<MovePlan, 'faults'>): void {
  if (faults.length > 0) throw new StoreUnusable(`this cannot be moved: ${faults.join('; ')}`)
}

/** From here on nobody serves on the target, and no other source goes into it. */
async function begin (options: MoveOptions, plan: Ready): Promise<void> {
  const { from, step = () => {} } = options
  if (plan.missing.length > 0) {
    const free = lockSqlite(from)
    try { await migrate(`sqlite:${from}`) } finally { free() }
    step('source brought forward')
  }
  await inSource(from, "insert into meta (name, value) values ('installation', ?) on conflict (name) do nothing", [randomUUID()])
  const id = reading(from, metaOf).get('installation') ?? ''
  await migrate(options.to.url, undefined, options.to.postgres)
  await withTarget(options, target => target.write(async session => {
    await session.run(raw("insert into meta (name, value) values ('moving', $1) on conflict (name) do nothing", [id]))
    if ((await metaIn(session)).get('moving') !== id) throw new StoreUnusable('another installation is being moved into the target: give an empty database')
  }))
  const [first, last] = reading(from, db => ['', ' desc'].map(order => all(db, `select at_ms from audit order by chain${order}, seq${order} limit 1`)[0]))
  if (first !== undefined && last !== undefined) await withTarget(options, target => makeMoved(target, postgresDialect, instant(whole(first, 'at_ms')), instant(whole(last, 'at_ms'))))
  step('begun')
}

/**
 * The first part: copies what only grows, while the source may serve. It may be broken off and called again.
 * @throws StoreUnusable saying what stands in the way; StoreFailure when a database fails: then the same goes on where it was
 */
export async function copyAhead (options: MoveOptions): Promise<void> {
  const plan = await readyFor(options)
  refuseMove(plan)
  if (plan.state === 'moved' || plan.state === 'deciding') return
  await begin(options, plan)
  await withBoth(options, async between => {
    const tables = tablesOf(between.source)
    await between.target.read(session => fitting(session, tables))
    const last = whole(all(between.source, 'select coalesce(max(seq), 0) as seq from message')[0] ?? {}, 'seq')
    for (const table of tables.filter(it => early.has(it.name))) {
      const column = ofMessage[table.name]
      await append(between, table, column === undefined ? 'true' : `"${column}" <= ${last}`)
    }
  })
  options.step?.('ahead')
}

/** @returns in SQL which sequence numbers a table; that of messages belongs to no column, as their numbers hold a month too */
const sequenceOf = (name: string, column: string): string => name === 'message' ? `'${sequences.message}'` : `pg_get_serial_sequence('"${name}"', '${column}')`

/** Numbers that are given go on above those that ever were: that of a message is the place of what was imported, too. @throws StoreUnusable when a table has no sequence */
async function number ({ source, target }: Between, tables: readonly Table[]): Promise<void> {
  const given = new Map(all(source, 'select name, seq from sqlite_sequence').map(row => [text(row, 'name'), whole(row, 'seq')]))
  await target.write(async session => {
    for (const { name, numbered } of tables) {
      const last = given.get(name) ?? 0
      if (numbered === null || last === 0) continue
      const sequence = sequenceOf(name, numbered)
      const [row] = await session.all(raw(`select setval(${sequence}, greatest($1::bigint, coalesce(pg_sequence_last_value(${sequence}), 0))) as last`, [last]))
      if (row === undefined || row['last'] === null) throw new StoreUnusable(`table ${name} of the target has no sequence for its numbers`)
    }
  })
}

/** What there is is known to the target at once, so that nothing there is planned as if its tables were empty. */
async function analyzed ({ target, step }: Between): Promise<void> {
  await target.write(async session => {
    const tables = await session.all(raw("select oid::regclass::text as name from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and not relispartition"))
    for (const row of tables) await session.run(raw(`analyze ${text(row, 'name')}`))
  })
  step('analyzed')
}

/** @throws StoreUnusable when a table does not become what it is in the source */
async function same (between: Between, table: Table, quick: boolean): Promise<MovedTable> {
  let it: Compared | null = null
  for (let nth = 0; nth < passes_max; nth++) {
    it = await settle(between, table, quick, 'more')
    if (it.missing + it.differing + it.extra === 0) return { rows: it.rows, digest: it.digest }
  }
  throw new StoreUnusable(`table ${table.name} of the target does not become what it is in the source (${it?.missing ?? 0} rows missing, ${it?.differing ?? 0} other, ${it?.extra ?? 0} too many): somebody writes there, or a trigger does; nothing was decided, the source may serve on`)
}

async function makeSame (between: Between, quick: boolean): Promise<Record<string, MovedTable>> {
  const tables = tablesOf(between.source)
  await between.target.read(session => fitting(session, tables))
  // Rows that were to be chained there: of a move that was broken off, or undone.
  await between.target.write(session => session.run(raw('delete from audit_new')))
  for (const table of tables.toReversed()) {
    if (early.has(table.name)) await settle(between, table, quick, 'less')
    else await between.target.write(session => session.run(raw(`delete from "${table.name}" where ${table.where}`)))
    between.step(`emptied ${table.name}`)
  }
  const moved: Record<string, MovedTable> = {}
  for (const table of tables) moved[table.name] = await same(between, table, quick)
  await number(between, tables)
  between.step('numbered')
  return moved
}

/** Opens some of what each key closed, as it is in the target. @returns how many were opened @throws Unopened */
async function opened ({ source, target }: Between, roots: Roots): Promise<number> {
  const vault = openVault(roots.kek)
  let count = 0
  for (const kek of all(source, 'select distinct kek_id from message where kek_id is not null').map(row => text(row, 'kek_id'))) {
    const last = await target.read(session => session.all(raw(`select m.seq from message as m join payload as p on p.message = m.seq where m.kek_id = $1 order by m.seq desc limit ${samples}`, [kek])))
    // One at a time: each may be as large as a message may be.
    for (const seq of last.map(row => whole(row, 'seq'))) {
      const [row = {}] = await target.read(session => session.all(raw('select m.id, m.data_key, p.body from message as m join payload as p on p.message = m.seq where m.seq = $1 and p.message = $1', [seq])))
      vault.unlock({ data_key: bytes(row, 'data_key'), kek_id: kek }).open(`${text(row, 'id')}:payload`, bytes(row, 'body'))
    }
    count += last.length
  }
  return count
}

/** What was checked. */
export interface Moved { readonly tables: Readonly<Record<string, MovedTable>>, readonly opened: number, readonly messages: number }

/** Asks the two stores what only its caller can judge, such as their audit. @throws when the second does not say what the first does */
export type Verify = (source: Store) => Promise<(target: Store) => Promise<void>>

/**
 * The last part, while nobody serves: makes all of the target what the source is, checks it, and decides. Up to the decision the source may
 * serve on whenever this ends; after it the target does. Killed right in between neither does, until this is called again.
 * @param now the moment that is written down in the target's audit
 * @throws StoreUnusable when a server is using the source, or saying what stands in the way
 */
export async function finishMove (options: MoveOptions, verify: Verify, digest: (moved: Moved) => Parameters<Store['recordCopy']>[1], now: Instant): Promise<Moved | null> {
  const { from, to, shown, roots, quick = false, step = () => {} } = options
  const free = lockSqlite(from)
  try {
    const plan = await readyFor(options)
    refuseMove(plan)
    if (plan.state === 'moved') return null
    let moved: Moved | null = null
    if (plan.state !== 'deciding') {
      await begin(options, plan)
      step('locked')
      const source = await openStore({ url: `sqlite:${from}`, mode: plan.mode, roots })
      const check = await verify(source).finally(() => source.close())
      moved = await withBoth(options, async between => {
        const tables = await makeSame(between, quick)
        await analyzed(between)
        return { tables, opened: await opened(between, roots), messages: tables['message']?.rows ?? 0 }
      })
      const target = await openStore({ ...to, mode: plan.mode, roots, moving: true })
      try {
        await check(target)
        await target.recordCopy('moved', digest(moved), now)
      } finally { await target.close() }
      step('checked')
      await inSource(from, "insert into meta (name, value) values ('moved_to', ?) on conflict (name) do update set value = excluded.value", [shown])
      step('source closed')
    }
    await withTarget(options, target => target.write(session => session.run(raw("delete from meta where name = 'moving'"))))
    step('target opened')
    return moved
  } finally { free() }
}

/**
 * Makes a source that was moved the right one again; the target may not serve from then on.
 * @param leave whether what was accepted at the target since may stay behind there
 * @returns how many messages stay behind
 * @throws StoreUnusable when it was not moved, the target is in use, or something would stay behind
 */
export async function undoMove (options: MoveOptions, leave: boolean): Promise<number> {
  const free = lockSqlite(options.from)
  try {
    const [meta, last] = reading(options.from, db => [metaOf(db), whole(all(db, 'select coalesce(max(seq), 0) as seq from message')[0] ?? {}, 'seq')] as const)
    if (!meta.has('moved_to')) throw new StoreUnusable('this database was not moved: it may serve as it is')
    const behind = await withTarget(options, target => target.write(async session => {
      const there = await metaIn(session)
      if (there.get('installation') !== meta.get('installation') && there.get('moving') !== meta.get('installation')) throw new StoreUnusable(`this is not where it was moved to: name ${meta.get('moved_to')} with --to`)
      const alive = await living(session, postgresDialect)
      if (alive.length > 0) throw new StoreUnusable(`a gateway is using the target (${alive.join(', ')}): stop it first`)
      const [row] = await session.all(raw('select count(*) as n from message where seq > $1', [last]))
      const behind = whole(row ?? {}, 'n')
      if (behind > 0 && !leave) throw new StoreUnusable(`${behind} messages were taken at the target since, and their senders hold receipts: they would stay behind there. --leave-behind says that this is known`)
      await session.run(raw("insert into meta (name, value) values ('moving', $1) on conflict (name) do nothing", [meta.get('installation') ?? '']))
      return behind
    }))
    options.step?.('target closed')
    await inSource(options.from, "delete from meta where name = 'moved_to'")
    return behind
  } finally { free() }
}
