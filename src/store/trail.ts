/** The audit as a whole: its head, its checkpoints, lists of it, and a reading of all of it as it was at one moment. */
import { setImmediate as turn } from 'node:timers/promises'
import type { AccountId, Instant, MessageId, Sha256 } from '../core/core.ts'
import { mainChain, type Audit, type AuditEvent } from './audit.ts'
import type { Link } from './chain.ts'
import { cursorOf, seqOf } from './cursor.ts'
import { StoreFailure, type Db, type Row, type Session } from './db.ts'
import { at, once, places, prepared, type Dialect } from './dialect.ts'
import { nextWaiting, waitingOf, type Auditing, type Waiting } from './linking.ts'
import { dropAudit } from './months.ts'
import { account, at as instantOf, bytes, maybe, message, text, whole } from './rows.ts'
import type { Page } from './verbs.ts'

/** The last row of the chain. */
export interface AuditHead {
  readonly chain: string
  readonly seq: number
  readonly mac: Uint8Array
  /** The checkpoint this row tells of, when that is what it is about. */
  readonly checkpoint: string | null
  /** How many rows wait to be chained that nobody with the key wrote, or that were chained before: they never will be. */
  readonly strange: number
}

/** A statement about the whole chain, signed: what is in `body` is for who made it. */
export interface Checkpoint {
  readonly id: string
  readonly at: Instant
  /** The row of the chain it was made at. */
  readonly seq: number
  /** Rows up to this one may be removed: the checkpoint says what the next one follows. 0 when all are kept. */
  readonly removed: number
  /** The exact bytes that were signed. */
  readonly body: Uint8Array
  /** Detached CMS over them, DER. */
  readonly seal: Uint8Array
}

/** A row as an operator or auditor sees it. */
export interface AuditEntry {
  readonly chain: string
  readonly seq: number
  readonly at: Instant
  readonly event: string
  readonly message: MessageId | null
  readonly account: AccountId | null
  readonly detail: string | null
  readonly digest: string | null
}

/** Filters of a list of rows; absent means any. */
export interface AuditFilter {
  readonly message?: MessageId
  readonly account?: AccountId
  readonly event?: AuditEvent
  /** At or after, and before. */
  readonly from?: Instant
  readonly to?: Instant
  readonly cursor?: string
  readonly limit: number
}

/** A row as it stands in the table. `link` is null when a column holds what no row ever holds; `mac` when it is not chained. */
export interface TrailRow { readonly seq: number, readonly link: Link | null, readonly mac: Uint8Array | null }

/** A row that is written down and not chained yet; `row` is null when a column holds what no row ever holds. */
export interface WaitingRow { readonly number: number, readonly row: Waiting | null }

/** A reading of the whole audit, in which nothing changes meanwhile. */
export interface Trail {
  /** How many rows there are in all, how many of the chain up to and with `seq`, and whether there are messages. */
  counts (seq: number): Promise<{ readonly rows: number, readonly before: number, readonly messages: boolean }>
  /** The next rows of the chain, in order. */
  rows (after: number, limit: number): Promise<TrailRow[]>
  /** The next rows that are written down and not chained yet, in order. @param after their number, 0 for the first */
  waiting (after: number, limit: number): Promise<WaitingRow[]>
  /** The next checkpoints, in the order in which they were made. @param after their `number`, 0 for the first */
  checkpoints (after: number, limit: number): Promise<NumberedCheckpoint[]>
  /** @param id the last one when not given */
  checkpoint (id?: string): Promise<NumberedCheckpoint | null>
}
export interface NumberedCheckpoint extends Checkpoint { readonly number: number }

/** The verbs of the audit. */
export interface AuditVerbs {
  /** Null when nothing was ever chained. */
  auditHead (): Promise<AuditHead | null>
  /** @param before the last one made before this moment; the very last when not given */
  lastCheckpoint (before?: Instant): Promise<Checkpoint | null>
  /** Keeps a checkpoint, and tells of it in the chain. @param previous the id of the one it names as the one before it @returns false, and keeps nothing, when another is the last by now */
  keepCheckpoint (checkpoint: Checkpoint, digest: Sha256, previous: string | null): Promise<boolean>
  /** Removes up to `limit` rows that the last checkpoint says may be removed, or more where whole months go at once, and the checkpoints among them. @returns how many rows */
  pruneAudit (limit: number): Promise<number>
  /** Writes down what has no transaction of its own. */
  note (row: Parameters<Audit>[1]): Promise<void>
  /** Newest first. */
  checkpoints (page: { readonly cursor?: string, readonly limit: number }): Promise<Page<Checkpoint>>
  /** Newest first; read in windows. */
  auditRows (filter: AuditFilter): Promise<Page<AuditEntry>>
  /** One reading of everything as it is now; what is written meanwhile is not in it. */
  trail<T> (work: (trail: Trail) => Promise<T>): Promise<T>
}

/** How many rows are looked at in one go. */
const window_rows = 5_000

function statements ({ sql }: Dialect) {
  const checkpoint = () => sql('checkpoint').select('*')
  const main = () => sql('audit').where('chain', mainChain)
  return {
    head: prepared(main().select('*').orderBy('seq', 'desc').limit(1)),
    last: prepared(checkpoint().orderBy('number', 'desc').limit(1)),
    one: prepared(checkpoint().where('id', at('id'))),
    before: prepared(checkpoint().where('at_ms', '<', at('before')).orderBy('number', 'desc').limit(1)),
    keep: prepared(sql('checkpoint').insert(places(['id', 'at_ms', 'seq', 'removed', 'body', 'seal']))),
    prune: prepared(main().whereIn('seq', main().select('seq').where('seq', '<=', at('seq')).orderByRaw('seq limit ?', [at('limit')])).delete()),
    forget: prepared(sql('checkpoint').where('seq', '<', at('seq')).delete()),
    rows: prepared(main().select('*').where('seq', '>', at('after')).orderByRaw('seq limit ?', [at('limit')])),
    checkpoints: prepared(checkpoint().where('number', '>', at('after')).orderByRaw('number limit ?', [at('limit')])),
    counts: prepared(sql.select(sql.raw('(select count(*) from audit) as total, (select count(*) from audit where chain = ? and seq between 1 and ?) as before, (select count(*) from (select 1 from message limit 1) as one) as messages', [mainChain, at('seq')])))
  }
}

const checkpointOf = (row: Row): Checkpoint =>
  ({ id: text(row, 'id'), at: instantOf(row, 'at_ms'), seq: whole(row, 'seq'), removed: whole(row, 'removed'), body: bytes(row, 'body'), seal: bytes(row, 'seal') })

const numbered = (row: Row): NumberedCheckpoint => ({ ...checkpointOf(row), number: whole(row, 'number') })

function headOf (row: Row, strange: number): AuditHead | null {
  const mac = maybe(row, 'mac', bytes)
  return mac === null ? null : { strange, chain: text(row, 'chain'), seq: whole(row, 'seq'), mac, checkpoint: row['event'] === 'checkpoint' ? maybe(row, 'detail', text) : null }
}

/** The table is not believed: what stands in it may have been put there by anybody. */
function trailRow (row: Row): TrailRow {
  const seq = Number(row['seq'])
  const mac = row['mac'] instanceof Uint8Array ? row['mac'] : null
  try {
    const key_id = maybe(row, 'key_id', text)
    const nonce = row['nonce'] === undefined ? null : maybe(row, 'nonce', bytes)
    const link = { nonce, chain: text(row, 'chain'), seq: whole(row, 'seq'), prev: maybe(row, 'prev', bytes), at_ms: whole(row, 'at_ms'), event: text(row, 'event'), message: maybe(row, 'message', text), account: maybe(row, 'account', text), detail: maybe(row, 'detail', text), digest: maybe(row, 'digest', text), key_id: key_id ?? '' }
    return { seq, link: row['mac'] !== null && mac === null ? null : link, mac }
  } catch { return { seq, link: null, mac } }
}

const entry = (row: Row): AuditEntry => ({
  chain: text(row, 'chain'),
  seq: whole(row, 'seq'),
  at: instantOf(row, 'at_ms'),
  event: text(row, 'event'),
  message: maybe(row, 'message', message),
  account: maybe(row, 'account', account),
  detail: maybe(row, 'detail', text),
  digest: maybe(row, 'digest', text)
})

/** @returns the page of what was read, one more than it holds when there is a next one */
function pageOf<T> (rows: readonly Row[], limit: number, place: string, read: (row: Row) => T): Page<T> {
  const last = rows[limit - 1]
  return { items: rows.slice(0, limit).map(read), next: rows.length <= limit || last === undefined ? null : cursorOf(whole(last, place)) }
}

/** @returns a query's rows, newest first, read in windows of the chain so that no filter keeps the process from its other work */
function lister (db: Db, { sql }: Dialect): AuditVerbs['auditRows'] {
  const query = ({ message: id, account: by, event, from, to }: AuditFilter, before: number | null) => {
    const rows = sql('audit').select('*').where('chain', mainChain).orderBy('seq', 'desc')
    if (before !== null) rows.where('seq', '<', before)
    if (id !== undefined) rows.where('message', id)
    if (by !== undefined) rows.where('account', by)
    if (event !== undefined) rows.where('event', event)
    if (from !== undefined) rows.where('at_ms', '>=', from)
    if (to !== undefined) rows.where('at_ms', '<', to)
    return rows
  }
  const read = async (it: ReturnType<typeof query>): Promise<Row[]> => await db.read(session => session.all(once(it)))

  async function floorBelow (before: number | null): Promise<number | null> {
    const [row] = await read(query({ limit: 1 }, before).clearSelect().select('seq').limit(1).offset(window_rows - 1))
    return row === undefined ? null : whole(row, 'seq')
  }
  return async filter => {
    const found: Row[] = []
    let before = filter.cursor === undefined ? null : seqOf(filter.cursor)
    for (;;) {
      // A message has few rows, and an index of its own.
      const floor = filter.message === undefined ? await floorBelow(before) : null
      const rows = query(filter, before).limit(filter.limit + 1 - found.length)
      found.push(...await read(floor === null ? rows : rows.where('seq', '>=', floor)))
      if (floor === null || found.length > filter.limit) return pageOf(found, filter.limit, 'seq', entry)
      before = floor
      await turn()
    }
  }
}

/** Who only looks is shown what is there, also where nothing can be written. */
async function quietly (work: () => Promise<void>): Promise<void> {
  try { await work() } catch (error) { if (!(error instanceof StoreFailure)) throw error }
}

/** @returns the verbs of the audit as a whole */
export function auditVerbs (dialect: Dialect, { db, audit, link, linkIn, strange }: Auditing): AuditVerbs {
  const sql = statements(dialect)
  const reading = (session: Session): Trail => ({
    async counts (seq) {
      const [row = {}] = await session.all(sql.counts, { seq })
      return { rows: whole(row, 'total'), before: whole(row, 'before'), messages: whole(row, 'messages') > 0 }
    },
    async checkpoint (id) {
      const [row] = id === undefined ? await session.all(sql.last) : await session.all(sql.one, { id })
      return row === undefined ? null : numbered(row)
    },
    waiting: async (after, limit) => dialect.name === 'sqlite' ? [] : (await nextWaiting(session, after, limit)).map(row => ({ number: whole(row, 'number'), row: waitingOf(row) })),
    rows: async (after, limit) => (await session.all(sql.rows, { after, limit })).map(trailRow),
    checkpoints: async (after, limit) => (await session.all(sql.checkpoints, { after, limit })).map(numbered)
  })
  const list = lister(db, dialect)
  return {
    async auditHead () {
      await link()
      const [row] = await db.read(session => session.all(sql.head))
      return row === undefined ? null : headOf(row, strange())
    },
    lastCheckpoint: before => db.read(async session => {
      const [row] = before === undefined ? await session.all(sql.last) : await session.all(sql.before, { before })
      return row === undefined ? null : checkpointOf(row)
    }),
    keepCheckpoint: ({ id, at: made, seq, removed, body, seal }, digest, previous) => db.write(async session => {
      await linkIn(session)
      const [last] = await session.all(sql.last)
      if ((last === undefined ? null : text(last, 'id')) !== previous) return false
      await session.run(sql.keep, { id, at_ms: made, seq, removed, body, seal })
      await audit(session, { at: made, event: 'checkpoint', message: null, detail: id, digest })
      // With what it was made of, or nobody would know of it whom it is shown to.
      await linkIn(session)
      return true
    }),
    async pruneAudit (limit) {
      const removed = await db.read(async session => (await session.all(sql.last)).map(row => whole(row, 'removed'))[0] ?? 0)
      const whole_months = await dropAudit(db, dialect, removed, mainChain)
      return whole_months + await db.write(async session => {
        const [last] = await session.all(sql.last)
        const seq = last === undefined ? 0 : whole(last, 'removed')
        const rows = await session.run(sql.prune, { seq, limit })
        if (rows < limit) await session.run(sql.forget, { seq })
        return rows
      })
    },
    note: row => db.write(session => audit(session, row)),
    async checkpoints ({ cursor, limit }) {
      const query = dialect.sql('checkpoint').select('*').orderBy('number', 'desc').limit(limit + 1)
      if (cursor !== undefined) query.where('number', '<', seqOf(cursor))
      return pageOf(await db.read(session => session.all(once(query))), limit, 'number', checkpointOf)
    },
    async auditRows (filter) {
      if (filter.cursor === undefined) await quietly(link)
      return await list(filter)
    },
    async trail (work) {
      await quietly(link)
      return await db.snapshot(session => work(reading(session)))
    }
  }
}
