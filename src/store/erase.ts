/** Erasing one person: his messages are found by his marks, and lose their key, payload, findings and marks for good. */
import { sha256Hex } from '../core/core.ts'
import type { Mark } from '../vault/vault.ts'
import type { Audit } from './audit.ts'
import type { Db, Row, Session } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import { factEnd } from './ending.ts'
import type { FactKeeper } from './facts.ts'
import { forgetter, isSettled } from './forget.ts'
import { arrivalEnd, type ArrivalEnd } from './leaving.ts'
import { marksIn } from './marks.ts'
import { pushOrder } from './order.ts'
import { openPayload } from './packing.ts'
import { at as instantOf, bytes, families, message, never_ms, oneOf, partyOf, text, whole } from './rows.ts'
import type { Safe } from './safe.ts'
import type { RefusedText, Subject } from './keeping.ts'
import type { Store } from './verbs.ts'

function statements ({ sql, lock, events }: Dialect) {
  const persons = sql('client as o').where('o.key_id', sql.raw('c.key_id')).where('o.message', sql.raw('c.message')).select(sql.raw('count(*)')).as('persons')
  const found = () => sql('client as c').join('message as m', 'm.seq', 'c.message').where('c.hash', at('hash')).where('c.key_id', at('key'))
    .select(['c.message', 'm.id', 'm.type', 'm.received_ms', 'm.sha256', 'm.delivery', 'm.order_key', persons])
  return {
    found: prepared(found().orderBy('c.message')),
    // Before it is asked whether it is still about the person: who waited for another that erased it finds no mark.
    alone: prepared(lock(sql('message').select('seq').where('seq', at('seq')))),
    one: prepared(found().where('c.message', at('seq'))),
    work: prepared(sql('delivery').select(['target', 'order_key']).where('message', at('seq'))),
    unordered: prepared(sql('message').where('seq', at('seq')).update({ order_key: '' })),
    // A retour has the key of what it answers, also one that was rejected; what answered is in the audit.
    answersUnordered: prepared(sql('message').whereIn('id', sql(events('told')).select('detail').where({ message: at('id'), event: 'answered' })).where('order_key', at('key')).update({ order_key: '' })),
    stopped: prepared(sql('delivery').where('message', at('seq')).update({ state: 'dead', class: 'functional', lease_until_ms: 0, fence: sql.raw('fence + 1'), last_reason: 'erased', due_ms: never_ms, since_ms: at('now') })),
    // What was answered stays so, by whom is known.
    dead: prepared(sql('message').where('seq', at('seq')).update({ delivery: 'dead', answer: sql.raw("case when answer = 'awaited' then 'none' else answer end"), answer_due_ms: null })),
    refused: prepared(sql('refused').select(['id', 'at_ms', 'party', 'family', 'type', 'sha256', 'size_bytes', 'data_key', 'kek_id', 'payload'])
      .where('id', '>', at('after')).whereNotNull('payload').orderByRaw('id limit 1')),
    digest: prepared(sql('refused').select('sha256').where('id', at('id'))),
    noRefused: prepared(sql('refused').where('id', at('id')).delete())
  }
}

const subject = (row: Row): Subject => ({
  seq: whole(row, 'message'),
  id: message(row, 'id'),
  type: text(row, 'type'),
  received: instantOf(row, 'received_ms'),
  sha256: sha256Hex(text(row, 'sha256')),
  shared: whole(row, 'persons') > 1,
  undelivered: !isSettled(text(row, 'delivery'))
})

const refusedText = (row: Row, safe: Safe): RefusedText => ({
  id: message(row, 'id'),
  at: instantOf(row, 'at_ms'),
  party: partyOf(row, 'party'),
  family: oneOf(row, 'family', families),
  type: text(row, 'type'),
  sha256: sha256Hex(text(row, 'sha256')),
  payload: openPayload(safe.of(row, message(row, 'id')), bytes(row, 'payload'))
})

/** @returns the verbs of erasing what was refused: it bears no marks, because who is in it was never read */
function refusedVerbs (db: Db, sql: ReturnType<typeof statements>, arrivals: ArrivalEnd, audit: Audit, safe: Safe): Pick<Store, 'refusedTexts' | 'eraseRefused'> {
  return {
    refusedTexts: (after, { messages_max, bytes_max }) => db.read(async session => {
      const texts: RefusedText[] = []
      for (let sum = 0; texts.length < messages_max && sum <= bytes_max;) {
        const [row] = await session.all(sql.refused, { after: texts.at(-1)?.id ?? after ?? '' })
        if (row === undefined) break
        sum += whole(row, 'size_bytes')
        texts.push(refusedText(row, safe))
      }
      return texts
    }),
    eraseRefused: (ids, account, now) => db.write(async session => {
      const gone = []
      for (const id of ids) {
        const [row] = await session.all(sql.digest, { id })
        if (row === undefined) continue
        // Another took it away since.
        if (await session.run(sql.noRefused, { id }) === 0) continue
        await arrivals.erase(session, 'kept', id, now)
        await audit(session, { at: now, event: 'erased', message: id, account, digest: sha256Hex(text(row, 'sha256')) })
        gone.push(id)
      }
      return gone
    }, { items: ids.length, bytes: 0 })
  }
}

/** Who locks several does so in one order. */
const inOrder = (seqs: readonly number[]): number[] => seqs.toSorted((a, b) => a - b)

type Verbs = Pick<Store, 'subjects' | 'erase' | 'refusedTexts' | 'eraseRefused'>

/** @returns the verbs of erasing */
export function eraseVerbs (db: Db, dialect: Dialect, audit: Audit, safe: Safe, { rise, later }: Pick<FactKeeper, 'rise' | 'later'>): Verbs {
  const sql = statements(dialect)
  const forget = forgetter(dialect)
  const marks = marksIn(dialect)
  const facts = factEnd(dialect, rise)
  const order = pushOrder(dialect)
  const arrivals = arrivalEnd(dialect)

  async function rowOf (session: Session, seq: number, person: readonly Mark[]): Promise<Row | undefined> {
    for (const { key, hash } of person) {
      const [row] = await session.all(sql.one, { seq, key, hash })
      if (row !== undefined) return row
    }
    return undefined
  }

  return {
    ...refusedVerbs(db, sql, arrivals, audit, safe),
    subjects: person => db.read(async session => {
      const rows: Row[] = []
      for (const { key, hash } of person) rows.push(...await session.all(sql.found, { key, hash }))
      return rows.map(subject).sort((a, b) => a.seq - b.seq)
    }),

    async erase (seqs, person, { shared, undelivered, account, now }) {
      await later.all(seqs)
      return await db.write(async session => {
        const erased = []
        for (const seq of inOrder(seqs)) {
          if (dialect.alone !== null) await session.all(sql.alone, { seq })
          const row = await rowOf(session, seq, person)
          const it = row === undefined ? null : subject(row)
          // Erased before, or it changed since it was looked at.
          if (row === undefined || it === null || (it.shared && !shared) || (it.undelivered && !undelivered)) continue
          await forget.payload(session, seq, 'erased', now)
          await arrivals.erase(session, 'message', it.id, now)
          await facts.erase(session, seq, person)
          await marks.forget(session, seq)
          if (it.undelivered) {
            await order.hold(session, (await session.all(sql.work, { seq })).map(row => ({ target: text(row, 'target'), order_key: text(row, 'order_key') })))
            await session.run(sql.stopped, { seq, now })
            await session.run(sql.dead, { seq })
          }
          await session.run(sql.unordered, { seq })
          await session.run(sql.answersUnordered, { id: it.id, key: text(row, 'order_key') })
          await order.realign(session, seq, now)
          await audit(session, { at: now, event: 'erased', message: it.id, account, digest: it.sha256 })
          erased.push(it)
        }
        await facts.eraseRest(session, person)
        return erased
      }, { items: Math.max(1, seqs.length), bytes: 0 })
    }
  }
}
