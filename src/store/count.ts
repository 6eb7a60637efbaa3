/** Counting: what operators ask about the queue. */
import { deliveries, partyCode, type Delivery } from '../core/core.ts'
import type { Db, Row } from './db.ts'
import { prepared, type Dialect } from './dialect.ts'
import { at, oneOf, text, whole } from './rows.ts'
import type { Store, StoreStats } from './verbs.ts'

function statements ({ sql }: Dialect) {
  return {
    queue: prepared(sql('delivery as d').join('message as m', 'm.seq', 'd.message').where('d.state', 'due').groupBy('m.receiver').orderBy('m.receiver')
      .select('m.receiver', sql.raw('count(*) as depth'), sql.raw('min(m.received_ms) as oldest'))),
    deliveries: prepared(sql('message').groupBy('delivery').select('delivery', sql.raw('count(*) as messages')))
  }
}

const line = (row: Row): StoreStats['queue'][number] =>
  ({ receiver: partyCode(text(row, 'receiver')), depth: whole(row, 'depth'), oldest: at(row, 'oldest') })

const none: Record<Delivery, number> = { none: 0, held: 0, waiting: 0, offered: 0, delivered: 0, dead: 0 }
const perState = (rows: readonly Row[]): Record<Delivery, number> =>
  ({ ...none, ...Object.fromEntries(rows.map(row => [oneOf(row, 'delivery', deliveries), whole(row, 'messages')])) })

export function countVerbs (db: Db, dialect: Dialect): Pick<Store, 'stats'> {
  const sql = statements(dialect)
  return {
    stats: () => db.read(async session => ({
      queue: (await session.all(sql.queue)).map(line),
      deliveries: perState(await session.all(sql.deliveries))
    }))
  }
}
