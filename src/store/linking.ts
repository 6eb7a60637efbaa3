/** The audit with many writers: rows wait beside the chain, bound by themselves, until one process at a time brings them into it. */
import { randomBytes } from 'node:crypto'
import type { Instant } from '../core/core.ts'
import type { Ring } from '../vault/vault.ts'
import { auditor, firstTold, headReader, mainChain, toldOf, type Audit, type Head, type Told } from './audit.ts'
import { openLinker, type Link, type Linker } from './chain.ts'
import { StoreConflict, StoreFailure, type Db, type Row, type Session, type Statement, type Values } from './db.ts'
import { hold, type Dialect } from './dialect.ts'
import { at as instantOf, bytes, maybe, text, whole } from './rows.ts'
import { shut } from './safe.ts'

/** The audit of one store. */
export interface Auditing {
  /** The database, through which everything that tells something is to write. */
  readonly db: Db
  readonly audit: Audit
  /** Brings into the chain what was committed before it is called. */
  link (): Promise<void>
  /** The same inside a transaction, with what it told itself so far; until it ends nobody else adds to the chain. */
  linkIn (session: Session): Promise<void>
  /** How many rows waited when all were last looked at that are not ours, or stand in the chain already: they stay where they are. */
  strange (): number
  /** @returns since when a row waits that is to be linked, as far as it is known; null when none does */
  waitingSince (session: Session): Promise<Instant | null>
  /** Links what this store wrote, and ends its own linking. Never throws: what is left is linked by the next that links. */
  close (): Promise<void>
}

/** Rows linked in one transaction. */
const batch_rows = 2_000
/** What a process wrote is linked so long after it was, unless another did. */
const link_ms = 250
/** After storage failed. */
const again_ms = 5_000
/** So often it is looked whether anything waits that nobody is to link any more: who wrote it is gone. */
const look_ms = 2_000
/** What is committed so much later than a row that was looked at before is found within a minute only. */
const margin_ms = 10_000
const beginning_ms = 60_000
/** One at a time links. */
const holder = 'audit'
/** The chain that a waiting row names. */
export const waitingChain = 'new'

const waiting = 'n.number, n.nonce, n.at_ms, n.event, n.message, n.account, n.detail, n.digest, n.key_id, n.mac'
const columns = 'at_ms, event, message, account, detail, digest'
const stands = 'select true from audit as a where a.at_ms = n.at_ms and a.at_ms between $3 and $4 and a.nonce = n.nonce'

const slots = (...names: readonly string[]): Statement['slots'] => names.map(name => ({ name }))

/** When the next rows that wait were told: a copy of one stands in the chain under the same moment, so that other months need not be looked into. */
const moments: Statement = {
  sql: 'select min(at_ms) as low, max(at_ms) as high from (select at_ms from audit_new where number > $1 order by number limit $2) as n',
  slots: slots('after', 'limit'),
  kept: true
}

/** A row that was copied while it waited is known by its nonce, which the row in the chain has too: found along the index of messages and moments. Asked for as a value, not by `exists`, for which all of the audit may be read once. */
const waitingRows: Statement = {
  sql: `select ${waiting}, ((${stands} and a.message = n.message limit 1) is not null or (n.message is null and (${stands} and a.message is null limit 1) is not null)) as known
    from audit_new as n where n.number > $1 and n.at_ms between $3 and $4 order by n.number limit $2`,
  slots: slots('after', 'limit', 'low', 'high'),
  kept: true
}

/** @returns the next rows that wait, for `waitingOf`; what is committed at this moment may be left to a later look */
export async function nextWaiting (session: Session, after: number, limit: number): Promise<Row[]> {
  const [row] = await session.all(moments, { after, limit })
  return row === undefined || row['low'] === null ? [] : await session.all(waitingRows, { after, limit, low: whole(row, 'low'), high: whole(row, 'high') })
}

const tell: Statement = {
  sql: `insert into audit_new (nonce, ${columns}, key_id, mac) select decode(nonce, 'hex'), ${columns}, key_id, decode(mac, 'hex')
    from json_to_recordset($1::json) as it(nonce text, at_ms bigint, event text, message text, account text, detail text, digest text, key_id text, mac text)`,
  slots: slots('rows'),
  kept: true
}

/** Takes rows from where they wait and puts them into the chain. */
const chain: Statement = {
  sql: `with gone as (
      delete from audit_new as n using json_to_recordset($1::json) as it(number bigint, seq bigint, prev text, mac text) where n.number = it.number
      returning n.nonce, ${columns.replaceAll(/\w+/g, 'n.$&')}, it.seq, it.prev, it.mac
    ) insert into audit (chain, seq, prev, ${columns}, key_id, mac, nonce) select '${mainChain}', seq, decode(prev, 'hex'), ${columns}, $2, decode(mac, 'hex'), nonce from gone order by seq`,
  slots: slots('rows', 'key_id'),
  kept: true
}

const begin: Statement = {
  sql: `insert into audit (chain, seq, prev, ${columns}, key_id, mac) values ('${mainChain}', $1, null, $2, $3, null, null, null, null, $4, $5)`,
  slots: slots('seq', 'at_ms', 'event', 'key_id', 'mac'),
  kept: true
}

/** Goes on at once, or not at all. */
const tryHold: Statement = { sql: 'select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as held', slots: slots('name'), kept: true }

const firstWaiting: Statement = { sql: 'select at_ms from audit_new where number > $1 order by number limit 1', slots: slots('after'), kept: true }

/** A row that waits, or a copy of one: the table is not believed. */
export interface Waiting { readonly number: number, readonly nonce: string, readonly link: Link, readonly mac: Uint8Array, /** Its nonce stands in the chain already. */ readonly known: boolean }

const hex = (it: Uint8Array | null): string | null => it === null ? null : Buffer.from(it).toString('hex')

/** @returns a row of `nextWaiting`; null when a column holds what no row ever holds */
export function waitingOf (row: Row): Waiting | null {
  try { return waitingIn(row) } catch { return null }
}

function waitingIn (row: Row): Waiting {
  const nonce = bytes(row, 'nonce')
  const told: Told = { at_ms: whole(row, 'at_ms'), event: text(row, 'event'), message: maybe(row, 'message', text), account: maybe(row, 'account', text), detail: maybe(row, 'detail', text), digest: maybe(row, 'digest', text) }
  return { number: whole(row, 'number'), nonce: hex(nonce) ?? '', link: { ...placeless, ...told, nonce, key_id: text(row, 'key_id') }, mac: bytes(row, 'mac'), known: row['known'] === true }
}

/** What stands for its place in a row that has none yet. */
const placeless = { chain: waitingChain, seq: 0, prev: null } as const

/** @returns of rows that wait those that we wrote, each once */
export function oursOf ({ holds }: Linker, rows: ReadonlyArray<Waiting | null>): Waiting[] {
  const seen = new Set<string>()
  return rows.filter(row => {
    if (row === null || row.known || seen.has(row.nonce) || holds(row.link, row.mac) !== 'yes') return false
    seen.add(row.nonce)
    return true
  }).filter(row => row !== null)
}

/** Rows told in a transaction are written at its end, in one statement; those of a part that is undone are not. */
function gathering (db: Db, linker: Linker | null, wrote: () => void): Pick<Auditing, 'db' | 'audit'> & { flush (session: Session): Promise<void> } {
  const gathered = new WeakMap<Session, Values[]>()
  const closing = (told: Told): Values => {
    const { current: key_id, mac } = linker ?? shut()
    const nonce = randomBytes(8)
    return { ...told, nonce: nonce.toString('hex'), key_id, mac: hex(mac({ ...placeless, ...told, nonce, key_id })) }
  }
  const flush = async (session: Session): Promise<void> => {
    const rows = gathered.get(session)?.splice(0) ?? []
    if (rows.length > 0) await session.run(tell, { rows: JSON.stringify(rows) })
  }
  const undone = (session: Session, rows: Values[]) => async <T>(work: () => Promise<T>): Promise<T> => {
    const before = rows.length
    try { return await session.nested(work) } catch (error) {
      rows.length = before
      throw error
    }
  }
  return {
    flush,
    audit: async (session, row) => {
      const rows = gathered.get(session.within ?? session)
      if (rows === undefined) throw new TypeError('what is told outside a transaction that writes is not kept')
      rows.push(closing(toldOf(row)))
    },
    db: {
      ...db,
      async write (work, weight) {
        let told = false
        const value = await db.write(async session => {
          const rows: Values[] = []
          const own: Session = { ...session, nested: undone(session, rows) }
          gathered.set(own, rows)
          const value = await work(own)
          told = rows.length > 0
          await flush(own)
          return value
        }, weight)
        if (told) wrote()
        return value
      }
    }
  }
}

/** @throws StoreConflict when one of the rows is not there any more */
async function chained (session: Session, linker: Linker, head: Head, rows: readonly Waiting[]): Promise<void> {
  const { current: key_id, mac } = linker
  let before = head
  const next = (link: Link): { readonly seq: number, readonly prev: string | null, readonly mac: string | null } => {
    const row = { ...link, chain: mainChain, seq: before.seq + 1, prev: before.mac, key_id }
    const made = mac(row) ?? shut()
    before = { seq: row.seq, mac: made }
    return { seq: row.seq, prev: hex(row.prev), mac: hex(made) }
  }
  const [first] = rows
  if (first === undefined) return
  if (head.mac === null) {
    const told = firstTold(first.link.at_ms)
    const { seq } = next({ ...placeless, ...told, key_id })
    await session.run(begin, { seq, at_ms: told.at_ms, event: told.event, key_id, mac: before.mac })
  }
  const links = rows.map(({ number, link }) => ({ number, ...next(link) }))
  const moved = await session.run(chain, { rows: JSON.stringify(links), key_id })
  if (moved !== rows.length) throw new StoreConflict('rows of the audit went while they were linked')
}

/** What one go through the rows that wait came to. */
interface Gone { readonly last: number, readonly more: boolean, readonly strange: number }

/** @returns what links the next rows in a transaction that holds the chain */
function linking (dialect: Dialect, linker: Linker) {
  const headOf = headReader(dialect)
  return async (session: Session, after: number): Promise<Gone> => {
    const rows = await nextWaiting(session, after, batch_rows)
    const [last] = rows.slice(-1)
    const ours = oursOf(linker, rows.map(waitingOf))
    if (ours.length > 0) await chained(session, linker, await headOf(session), ours)
    return { last: last === undefined ? after : whole(last, 'number'), more: rows.length === batch_rows, strange: rows.length - ours.length }
  }
}

/** Does a piece of work some time after it was asked for, once for all that asked meanwhile. @param work what it returns false for is done again */
function soon (work: () => Promise<boolean>) {
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> = Promise.resolve()
  let ended = false
  const ask = (ms: number): void => {
    if (ended || timer !== null) return
    timer = setTimeout(() => {
      timer = null
      running = work().then(done => { if (!done) ask(link_ms) }, () => { ask(again_ms) })
    }, ms)
    timer.unref()
  }
  return {
    ask: () => { ask(link_ms) },
    async end (): Promise<void> {
      ended = true
      if (timer !== null) clearTimeout(timer)
      await running
    }
  }
}

/** Does a piece of work again and again, one at a time. What storage refuses is left to the next time. */
function every (ms: number, work: () => Promise<void>): { end (): Promise<void> } {
  let running: Promise<void> | null = null
  const timer = setInterval(() => { running ??= work().catch(() => {}).finally(() => { running = null }) }, ms).unref()
  return {
    async end () {
      clearInterval(timer)
      await running
    }
  }
}

/**
 * Linked rows stay in the table's index until no transaction may see them: looks begin behind what was passed a while ago, and now
 * and then at the beginning, so that nothing is missed.
 */
function passedRows () {
  let [mark, next, beginning_at] = [0, { after: 0, at: -Infinity }, -Infinity]
  return {
    /** @returns behind which row to look */
    from: (now: number): number => now - beginning_at >= beginning_ms ? 0 : mark,
    /** @returns behind which row nothing was looked at a while ago */
    seen: () => mark,
    /** All was looked at from one row to another, both of them numbers. */
    passed (from: number, to: number, now: number): void {
      if (from === 0) beginning_at = now
      if (now - next.at < margin_ms) return
      mark = next.after
      next = { after: Math.max(to, mark), at: now }
    }
  }
}

/**
 * @param opened the database, with many writers @param ring the audit keys; null for a store that only reads
 * @returns the audit of a store: what it writes is linked within a second while any process writes, and at the latest when it is closed
 */
export function openLinking (opened: Db, dialect: Dialect, ring: Ring | null): Auditing {
  const linker = ring === null ? null : openLinker(ring)
  let [strange, wrote, linked] = [0, 0, 0]
  const { db, audit, flush } = gathering(opened, linker, () => {
    wrote++
    later.ask()
  })
  const some = linker === null ? null : linking(dialect, linker)

  const rows = passedRows()

  /** @returns false when another links now */
  async function pass (mayWait: boolean, from: number): Promise<boolean> {
    if (some === null) return true
    const [until, now] = [wrote, performance.now()]
    let [sum, after] = [0, from]
    for (let more = true; more;) {
      const gone: Gone | null = await opened.write(async session => {
        if (mayWait) await hold(session, dialect, holder)
        else if ((await session.all(tryHold, { name: holder }))[0]?.['held'] !== true) return null
        return await some(session, after)
      })
      if (gone === null) return false
      sum += gone.strange
      ;({ last: after, more } = gone)
    }
    if (from === 0) strange = sum
    linked = Math.max(linked, until)
    rows.passed(from, after, now)
    return true
  }
  const waits = async (after: number): Promise<boolean> => (await opened.read(session => session.all(firstWaiting, { after }))).length > 0
  const later = soon(() => pass(false, rows.from(performance.now())))

  /** What others left, who are gone. */
  async function look (): Promise<void> {
    const from = rows.from(performance.now())
    if (await waits(from)) await pass(false, from)
    else if (from === 0) none()
  }
  const none = (): void => {
    strange = 0
    rows.passed(0, 0, performance.now())
  }
  const looking = linker === null ? null : every(look_ms, look)
  return {
    db,
    audit,
    strange: () => strange,
    async waitingSince (session) {
      const [row] = await session.all(firstWaiting, { after: rows.seen() })
      return row === undefined ? null : instantOf(row, 'at_ms')
    },
    async link () {
      if (await waits(0)) await pass(true, 0)
      else none()
    },
    async linkIn (session) {
      await hold(session, dialect, holder)
      await flush(session)
      if (some === null) return
      for (let [after, more] = [0, true]; more;) ({ last: after, more } = await some(session, after))
    },
    async close () {
      await looking?.end()
      await later.end()
      try { if (wrote > linked) await pass(true, 0) } catch (error) { if (!(error instanceof StoreFailure)) throw error }
    }
  }
}

/** @returns the audit of a database with one writer: its rows are linked as they are written */
export const openLinked = (db: Db, dialect: Dialect, ring: Ring | null): Auditing =>
  ({ db, audit: auditor(dialect, ring), link: async () => {}, linkIn: async () => {}, strange: () => 0, waitingSince: async () => null, close: async () => {} })
