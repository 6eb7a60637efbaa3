/** Refused messages: kept a while for the party that must correct them, under a quota, and joined to their correction. */
import type { Knex } from 'knex'
import { doors, refusals, type RefusalCode } from '../core/core.ts'
import type { Audit } from './audit.ts'
import type { Db, Row, Session } from './db.ts'
import { at, hold, once, places, prepared, type Dialect } from './dialect.ts'
import { cursorOf, placeOf, seqOf } from './cursor.ts'
import { closePayload, openPayload } from './packing.ts'
import { account, at as instantOf, bytes, families, findings, historyRows, maybe, message, messageType, oneOf, partyOf, sha256, text, whole } from './rows.ts'
import type { Safe } from './safe.ts'
import { settling } from './settled.ts'
import type { RefusedFilter, RefusedItem, RefusedMessage, Store, View } from './verbs.ts'

const day_ms = 86_400_000
const told = ['r.id', 'r.at_ms', 'r.party', 'r.account', 'r.door', 'r.family', 'r.type', 'r.identificatie', 'r.code', 'r.sha256', 'r.size_bytes']

function statements ({ sql, lock, ofId, events, many }: Dialect) {
  const withCorrection = (): Knex.QueryBuilder => sql('refused as r').leftJoin('replacement as by', 'by.replaced', 'r.id')
  const seen = (): Knex.QueryBuilder => withCorrection().select([...told, 'by.message as replaced_by'])
  return {
    seen,
    one: prepared(seen().select(['r.data_key', 'r.kek_id', 'r.why', 'r.payload']).where({ 'r.id': at('id'), 'r.party': at('party') })),
    whoever: prepared(seen().where('r.id', at('id'))),
    history: prepared(sql(events('a')).select(['a.at_ms', 'a.event', 'a.detail', 'a.account']).where('a.message', at('id')).orderBy(['a.at_ms', 'a.chain', 'a.seq'])),
    quota: prepared(sql('refused').where('party', at('party')).where('at_ms', '>', at('since')).select(sql.raw('count(*) as kept'))),
    open: prepared(withCorrection().select(['r.id', 'r.sha256', 'r.code']).where({ 'r.party': at('party'), 'r.type': at('type'), 'r.identificatie': at('identificatie') }).whereNull('by.replaced').orderBy('r.id', 'desc')),
    // Asked for every message that is accepted: nothing but the index, and nothing to sort.
    any: many(prepared(sql('refused').select('id').where({ party: at('party'), type: at('type'), identificatie: at('identificatie') })), { party: 'text', type: 'text', identificatie: 'text' }),
    keep: prepared(sql('refused').insert(places(['id', 'at_ms', 'party', 'account', 'door', 'family', 'type', 'identificatie', 'code', 'sha256', 'size_bytes', 'data_key', 'kek_id', 'why', 'payload']))),
    replace: prepared(sql('replacement').insert(places(['message', 'replaced'])).onConflict('replaced').merge(['message'])),
    // A correction that was refused itself is none: the next one takes its place.
    stored: prepared(ofId(sql('message').select('id'), 'id', at('id'), 'seq')),
    replaces: prepared(sql('replacement').select('replaced').where('message', at('id')).orderBy('replaced')),
    replacedBy: prepared(sql('replacement').select('message').where('replaced', at('id'))),
    // What its sender may correct: refused at the door, rejected, answered (with a retour that says no), or given up.
    mine: prepared(lock(ofId(sql('message').select('id').where({ sender: at('party'), type: at('type') }), 'id', at('id'), 'seq')
      .where(no => no.where('verdict', 'rejected').orWhere('answer', 'answered').orWhere('delivery', 'dead')))),
    refusedMine: prepared(lock(sql('refused').select('id').where({ id: at('id'), party: at('party'), type: at('type') })))
  }
}

const codes = Object.keys(refusals) as RefusalCode[]

const refusedOf = (row: Row): RefusedMessage => ({
  id: message(row, 'id'),
  at: instantOf(row, 'at_ms'),
  party: partyOf(row, 'party'),
  account: maybe(row, 'account', account),
  door: oneOf(row, 'door', doors),
  family: oneOf(row, 'family', families),
  type: messageType(row, 'type'),
  identificatie: maybe(row, 'identificatie', text),
  code: oneOf(row, 'code', codes),
  sha256: sha256(row, 'sha256'),
  size_bytes: whole(row, 'size_bytes'),
  replaced_by: maybe(row, 'replaced_by', message)
})

/** How a message joins what it corrects; inside the transaction that stores it. */
export interface Corrections {
  /**
   * @param said what its sender says it replaces; null when he says nothing
   * @returns whether that is his to replace, and no stored message replaces it yet
   */
  may (session: Session, by: Pick<RefusedItem, 'party' | 'type'>, said: string | null): Promise<boolean>
  /** Whether a stored message replaces it. */
  replaced (session: Session, id: string): Promise<boolean>
  /** Joins the message to what was said, and to every refused one under its own key that has no correction yet. */
  join (session: Session, by: Pick<RefusedItem, 'id' | 'party' | 'type' | 'identificatie'>, said: string | null): Promise<void>
}

export function corrections (dialect: Dialect): Corrections {
  const sql = statements(dialect)
  async function replaced (session: Session, id: string): Promise<boolean> {
    const [by] = await session.all(sql.replacedBy, { id })
    return by !== undefined && (await session.all(sql.stored, { id: text(by, 'message') })).length > 0
  }
  return {
    replaced,
    async may (session, { party, type }, said) {
      if (said === null) return true
      const own = { id: said, party, type }
      // It is locked first: of two that say they replace it the second sees the first.
      const his = (await session.all(sql.refusedMine, own)).length > 0 || (await session.all(sql.mine, own)).length > 0
      return his && !await replaced(session, said)
    },
    async join (session, { id, party, type, identificatie }, said) {
      const key = { party, type, identificatie }
      const open = identificatie === null || (await session.all(sql.any, key)).length === 0 ? [] : await session.all(sql.open, key)
      const replaced = new Set([...open.map(row => text(row, 'id')), ...(said === null ? [] : [said])])
      replaced.delete(id)
      for (const it of replaced) await session.run(sql.replace, { message: id, replaced: it })
    }
  }
}

type Verbs = Pick<Store, 'keepRefused' | 'refused' | 'inspectRefused' | 'listRefused' | 'refusedPayload' | 'replacements'>

/** @returns the verbs of refused messages */
export function refusedVerbs (db: Db, dialect: Dialect, audit: Audit, safe: Safe): Verbs {
  const sql = statements(dialect)
  const correct = corrections(dialect)
  // Ids are made before they are kept: where many do so, they are listed in the order of numbers.
  const order = dialect.name === 'postgres'
    ? { column: 'r.seq', from: seqOf, of: (row: Row) => whole(row, 'seq') }
    : { column: 'r.id', from: placeOf, of: (row: Row) => text(row, 'id') }
  const settled = settling(db, dialect, 'refused')

  /** The same bytes, refused for the same reason, are kept once: a client that tries again and again learns nothing new. */
  async function known (session: Session, { party, type, identificatie, sha256, code }: RefusedItem): Promise<Row | undefined> {
    if (identificatie === null) return undefined
    const open = await session.all(sql.open, { party, type, identificatie })
    return open.find(row => row['sha256'] === sha256 && row['code'] === code)
  }

  const one = (view: View, id: string): Promise<Row | null> => db.read(async session => {
    const [row] = await session.all(sql.one, { id, party: view.party })
    return row !== undefined && view.send.some(family => family === row['family']) ? row : null
  })

  return {
    async keepRefused (item, day_max) {
      const { id, payload, detail, findings: found, at: now, party, account = null, code, sha256, replaces, ...rest } = item
      const { close, data_key, kek_id } = safe.fresh(id)
      const why = close('why', Buffer.from(JSON.stringify({ detail, findings: found })))
      const body = payload === null ? null : closePayload({ close }, payload)
      return await db.write(async session => {
        // What the same party brings at the same moment counts too.
        await hold(session, dialect, `refused|${party}`)
        const before = await known(session, item)
        if (before !== undefined) return message(before, 'id')
        const [count] = await session.all(sql.quota, { party, since: now - day_ms })
        if (whole(count ?? {}, 'kept') >= day_max) return null
        await correct.join(session, item, await correct.may(session, item, replaces) ? replaces : null)
        await session.run(sql.keep, { ...rest, id, party, account, code, sha256, at_ms: now, data_key, kek_id, why, payload: body })
        await audit(session, { at: now, event: 'refused', message: id, account, detail: code, digest: sha256 })
        return id
      }, { items: 1, bytes: payload?.byteLength ?? 0 })
    },
    async refused (view, id) {
      const row = await one(view, id)
      if (row === null) return null
      const why: unknown = JSON.parse(Buffer.from(safe.of(row, id).open('why', bytes(row, 'why'))).toString())
      const { detail = null, findings: found = [] } = Object(why) as { detail?: string | null, findings?: unknown }
      return { ...refusedOf(row), detail, findings: findings(Buffer.from(JSON.stringify(found))), payload_kept: row['payload'] !== null }
    },
    inspectRefused: id => db.read(async session => {
      const [row] = await session.all(sql.whoever, { id })
      return row === undefined ? null : { message: refusedOf(row), history: (await session.all(sql.history, { id })).flatMap(historyRows) }
    }),
    async refusedPayload (view, id) {
      const row = await one(view, id)
      return row === null || row['payload'] === null ? null : openPayload(safe.of(row, id), bytes(row, 'payload'))
    },
    async listRefused (filter) {
      const before = filter.cursor === undefined ? null : order.from(filter.cursor)
      const query = (await settled(typeof before === 'number' ? before : null))(narrow(sql.seen().select(order.column), filter), order.column)
      if (before !== null) query.where(order.column, '<', before)
      const rows = await db.read(session => session.all(once(query.orderBy(order.column, 'desc').limit(filter.limit + 1))))
      const last = rows.length > filter.limit ? rows[filter.limit - 1] : undefined
      return { items: rows.slice(0, filter.limit).map(refusedOf), next: last === undefined ? null : cursorOf(order.of(last)) }
    },
    replacements: id => db.read(async session => ({
      replaces: (await session.all(sql.replaces, { id })).map(row => message(row, 'replaced')),
      replaced_by: (await session.all(sql.replacedBy, { id })).map(row => message(row, 'message'))[0] ?? null
    }))
  }
}

function narrow (query: Knex.QueryBuilder, { view, type, identificatie, corrected, from, to }: RefusedFilter): Knex.QueryBuilder {
  query.where('r.party', view.party).whereIn('r.family', view.send)
  if (type !== undefined) query.where('r.type', type)
  if (identificatie !== undefined) query.where('r.identificatie', identificatie)
  if (corrected === true) query.whereNotNull('by.replaced')
  // What is done already (a second retour, say) needs no correction.
  if (corrected === false) query.whereNull('by.replaced').whereNotIn('r.code', codes.filter(code => refusals[code].retry === 'drop'))
  if (from !== undefined) query.where('r.at_ms', '>=', from)
  if (to !== undefined) query.where('r.at_ms', '<', to)
  return query
}
