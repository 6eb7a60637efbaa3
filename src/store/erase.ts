/** Erasing one person: his messages are found by his marks, and lose their key, payload, findings and marks for good. */
import { sha256Hex } from '../core/core.ts'
import type { Mark } from '../vault/vault.ts'
import type { Audit } from './audit.ts'
import type { Db, Row, Session } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import { forgetter, isSettled } from './forget.ts'
import { marksIn } from './marks.ts'
import { at as instantOf, maybe, message, text, whole } from './rows.ts'
import type { Store, Subject } from './verbs.ts'

function statements ({ sql }: Dialect) {
  const persons = sql('client as o').where('o.key_id', sql.raw('c.key_id')).where('o.message', sql.raw('c.message')).select(sql.raw('count(*)')).as('persons')
  const found = () => sql('client as c').join('message as m', 'm.seq', 'c.message').where('c.hash', at('hash')).where('c.key_id', at('key'))
    .select(['c.message', 'm.id', 'm.type', 'm.received_ms', 'm.sha256', 'm.delivery', 'm.answered_by', persons])
  return {
    found: prepared(found().orderBy('c.message')),
    one: prepared(found().where('c.message', at('seq'))),
    unordered: prepared(sql('message').where('seq', at('seq')).update({ order_key: '' })),
    answerUnordered: prepared(sql('message').where('id', at('id')).update({ order_key: '' })),
    stopped: prepared(sql('delivery').where('message', at('seq')).update({ state: 'dead', lease_until_ms: 0, fence: sql.raw('fence + 1'), last_reason: 'erased' })),
    dead: prepared(sql('message').where('seq', at('seq')).update({ delivery: 'dead' }))
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

/** @returns the verbs of erasing */
export function eraseVerbs (db: Db, dialect: Dialect, audit: Audit): Pick<Store, 'subjects' | 'erase'> {
  const sql = statements(dialect)
  const forget = forgetter(dialect)
  const marks = marksIn(dialect)

  async function rowOf (session: Session, seq: number, person: readonly Mark[]): Promise<Row | undefined> {
    for (const { key, hash } of person) {
      const [row] = await session.all(sql.one, { seq, key, hash })
      if (row !== undefined) return row
    }
    return undefined
  }

  return {
    subjects: person => db.read(async session => {
      const rows: Row[] = []
      for (const { key, hash } of person) rows.push(...await session.all(sql.found, { key, hash }))
      return rows.map(subject).sort((a, b) => a.seq - b.seq)
    }),

    erase: (seqs, person, { shared, undelivered, account, now }) => db.write(async session => {
      const erased = []
      for (const seq of seqs) {
        const row = await rowOf(session, seq, person)
        const it = row === undefined ? null : subject(row)
        // Erased before, or it changed since it was looked at.
        if (row === undefined || it === null || (it.shared && !shared) || (it.undelivered && !undelivered)) continue
        await forget.payload(session, seq, 'erased', now)
        await marks.forget(session, seq)
        await session.run(sql.unordered, { seq })
        const answer = maybe(row, 'answered_by', message)
        if (answer !== null) await session.run(sql.answerUnordered, { id: answer })
        if (it.undelivered) {
          await session.run(sql.stopped, { seq })
          await session.run(sql.dead, { seq })
        }
        await audit(session, { at: now, event: 'erased', message: it.id, account, digest: it.sha256 })
        erased.push(it)
      }
      return erased
    }, { items: seqs.length, bytes: 0 })
  }
}
