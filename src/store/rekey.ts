/** Turning keys: what was closed or marked under an older key of a ring comes under its current one. */
import type { Mark, Roots } from '../vault/vault.ts'
import type { Audit } from './audit.ts'
import { StoreUnusable, type Db, type Row, type Session, type Statement } from './db.ts'
import { at, once, prepared, type Dialect } from './dialect.ts'
import type { FactKeeper } from './facts.ts'
import { marksIn } from './marks.ts'
import { pushOrder, withAnswers } from './order.ts'
import { openPayload } from './packing.ts'
import { bytes, families, message, oneOf, text, whole } from './rows.ts'
import { shut, type Safe } from './safe.ts'
import type { KeyUse, Marked } from './keeping.ts'
import type { Store } from './verbs.ts'
import { partyCode, type Instant } from '../core/core.ts'

/** Tables whose rows have a wrapped data key, and what tells their rows apart. */
const wrapped = [{ table: 'message', row: 'seq' }, { table: 'refused', row: 'id' }, { table: 'batch', row: 'id' }, { table: 'person', row: 'id' }, { table: 'receipt', row: 'id' }, { table: 'arrival', row: 'seq' }, { table: 'notice', row: 'seq' }] as const
/** Tables whose rows hold a mark. */
const marked = ['client', 'person'] as const

/** Skips from one name of a key to the next along an index. @returns the names in use */
async function keysOf (session: Session, { sql }: Dialect, table: string, column: string): Promise<string[]> {
  const found: string[] = []
  for (;;) {
    const [row] = await session.all(once(sql(table).select(column).where(column, '>', found.at(-1) ?? '').orderBy(column).limit(1)))
    if (row === undefined) return found
    found.push(text(row, column))
  }
}

/** @throws StoreUnusable naming the first key that something is under and its ring does not hold */
export async function refuseMissing (db: Db, dialect: Dialect, roots: Roots): Promise<void> {
  const places = [...wrapped.map(({ table }) => ({ ring: 'kek', table, column: 'kek_id' }) as const), ...marked.map(table => ({ ring: 'index', table, column: 'key_id' }) as const)]
  for (const { ring, table, column } of places) {
    const missing = (await db.read(session => keysOf(session, dialect, table, column))).find(id => roots[ring].key(id) === null)
    if (missing !== undefined) throw new StoreUnusable(`the ring ${ring === 'kek' ? 'kek' : 'index_key'} does not hold the key ${missing}, and this database has data under it: put its line back into the ring`)
  }
}

/** Most messages of an old key may have no payload any more: so many are passed over in one go. */
const looked_max = 2_000

/** Rows under one key in several tables are one number. */
const summed = (uses: readonly KeyUse[]): KeyUse[] =>
  [...Map.groupBy(uses, it => it.key)].map(([key, all]) => ({ key, rows: all.reduce((sum, it) => sum + it.rows, 0) })).sort((a, b) => a.key < b.key ? -1 : 1)

async function uses (session: Session, statements: readonly Statement[], column: string): Promise<KeyUse[]> {
  const found: KeyUse[] = []
  for (const it of statements) for (const row of await session.all(it)) found.push({ key: text(row, column), rows: whole(row, 'rows') })
  return summed(found)
}

function statements (dialect: Dialect) {
  const { name, sql, lock, among } = dialect
  const use = (table: string, column: string) => prepared(sql(table).select(column, sql.raw('count(*) as rows')).whereNotNull(column).groupBy(column).orderBy(column))
  const looked = sql('client').select('message').where('key_id', at('key')).where('message', '>', at('after')).groupBy('message').orderByRaw('message limit ?', [looked_max])
  return {
    uses: { kek: wrapped.map(({ table }) => use(table, 'kek_id')), index: marked.map(table => use(table, 'key_id')), audit: (name === 'sqlite' ? ['audit'] : ['audit', 'audit_new']).map(table => use(table, 'key_id')) },
    wrapped: wrapped.map(({ table, row }) => ({
      table,
      old: prepared(sql(table).select([row, 'data_key', 'kek_id']).where('kek_id', at('key')).orderByRaw('?? limit ?', [row, at('limit')])),
      put: prepared(sql(table).where(row, at('row')).where({ kek_id: at('key'), data_key: at('was') }).update({ data_key: at('data_key'), kek_id: at('kek_id') })),
      row
    })),
    marked: prepared(sql(looked.as('c')).join('message as m', 'm.seq', 'c.message').leftJoin('payload as p', 'p.message', 'c.message')
      .select(['c.message', 'p.message as payload', 'm.id', 'm.size_bytes', 'm.family', 'm.afzender', 'm.ontvanger', 'm.data_key', 'm.kek_id']).orderBy('c.message')),
    body: prepared(sql('payload').select('body').where('message', at('seq'))),
    message: prepared(lock(sql('message').select('seq').where('seq', at('seq')))),
    hashes: prepared(sql('client').select('hash').where({ key_id: at('key'), message: at('seq') }).orderByRaw('hash limit 2')),
    // The retour has the order key of what it answers.
    reorder: prepared(sql('message').where(among('seq', withAnswers(dialect, 'seq'))).update({ order_key: sql.raw('replace(order_key, ?, ?)', [at('old'), at('fresh')]) })),
    person: prepared(sql('person').where({ key_id: at('key'), hash: at('hash') }).update({ key_id: at('fresh_key'), hash: at('fresh') })),
    unmark: prepared(sql('client').where({ key_id: at('key'), message: at('seq') }).delete())
  }
}

const ringUses = async (session: Session, { uses: of }: ReturnType<typeof statements>): ReturnType<Store['keyUse']> => ({
  kek: await uses(session, of.kek, 'kek_id'),
  index: await uses(session, of.index, 'key_id'),
  audit: await uses(session, of.audit, 'key_id')
})

/** @returns the verbs of turning keys */
export function rekeyVerbs (db: Db, dialect: Dialect, audit: Audit, safe: Safe, roots: Roots | null, { later }: Pick<FactKeeper, 'later'>): Pick<Store, 'keyUse' | 'rewrap' | 'marked' | 'remark'> {
  const sql = statements(dialect)
  const marks = marksIn(dialect)
  const order = pushOrder(dialect)

  /** The order key of a message about one client holds his mark too. */
  async function reorder (session: Session, seq: number, [old, second]: readonly Uint8Array[], [fresh, other]: readonly Mark[], now: Instant): Promise<void> {
    if (old === undefined || fresh === undefined || second !== undefined || other !== undefined) return
    const text = (hash: Uint8Array): string => Buffer.from(hash).toString('base64url')
    await session.run(sql.reorder, { seq, old: text(old), fresh: text(fresh.hash) })
    await order.realign(session, seq, now)
  }
  /** Facts about a person stay where they are: he is known by his new mark from now on. */
  async function rename (session: Session, persons: ReadonlyArray<readonly Mark[]>): Promise<void> {
    for (const marks of persons) {
      const fresh = marks.find(it => it.key === current('index'))
      for (const { key, hash } of marks) if (fresh !== undefined && key !== fresh.key) await session.run(sql.person, { key, hash, fresh_key: fresh.key, fresh: fresh.hash })
    }
  }
  const current = (ring: 'kek' | 'index'): string => (roots ?? shut())[ring].current.id

  return {
    keyUse: () => db.read(session => ringUses(session, sql)),

    rewrap: (limit, now) => db.write(async session => {
      for (const { table, old, put, row: column } of sql.wrapped) {
        const key = (await keysOf(session, dialect, table, 'kek_id')).find(it => it !== current('kek'))
        if (key === undefined) continue
        const rows = await session.all(old, { key, limit })
        for (const row of rows) {
          const { data_key, kek_id } = safe.rewrap(row)
          const id = row[column]
          await session.run(put, { row: typeof id === 'string' ? id : whole(row, column), key, was: bytes(row, 'data_key'), data_key, kek_id })
        }
        await audit(session, { at: now, event: 'rewrapped', message: null, detail: `${table}:${rows.length}` })
        return rows.length
      }
      return 0
    }),

    marked: (after, { messages_max, bytes_max }) => db.read(async session => {
      const key = (await keysOf(session, dialect, 'client', 'key_id')).find(it => it !== current('index') && it >= (after?.key ?? ''))
      if (key === undefined) return null
      const rows = await session.all(sql.marked, { key, after: key === after?.key ? after.seq : 0 })
      const items: Marked[] = []
      let [sum, seq] = [0, 0]
      for (const row of rows) {
        if (items.length >= messages_max || sum > bytes_max) break
        seq = whole(row, 'message')
        if (row['payload'] === null) continue
        const [body] = await session.all(sql.body, { seq })
        sum += whole(row, 'size_bytes')
        items.push(markedOf(row, key, openPayload(safe.of(row, message(row, 'id')), bytes(body ?? {}, 'body'))))
      }
      // Nothing more under this key can be read anew: on to the next one.
      return { items, next: { key: rows.length === 0 ? `${key}\0` : key, seq } }
    }),

    async remark (items, now) {
      // What is written later has the old marks, and would make a person of its own of each.
      await later.all(items.map(it => it.seq))
      return await db.write(async session => {
        let done = 0
        for (const { seq, key, marks: fresh, persons = [] } of items.toSorted((a, b) => a.seq - b.seq)) {
          await session.all(sql.message, { seq })
          const old = await session.all(sql.hashes, { seq, key })
          // Erased meanwhile: then it stays so.
          if (await session.run(sql.unmark, { seq, key }) === 0) continue
          await marks.put(session, seq, fresh)
          await rename(session, persons)
          await reorder(session, seq, old.map(row => bytes(row, 'hash')), fresh, now)
          done++
        }
        if (done > 0) await audit(session, { at: now, event: 'remarked', message: null, detail: `message:${done}` })
        return done
      }, { items: items.length, bytes: 0 })
    }
  }
}

const markedOf = (row: Row, key: string, payload: Uint8Array): Marked => ({
  seq: whole(row, 'message'), key, payload, family: oneOf(row, 'family', families), afzender: partyCode(text(row, 'afzender')), ontvanger: partyCode(text(row, 'ontvanger'))
})
