/** How what came in by a door of the chain is forgotten, and notices with it: by age with its message or as refused, or because a person is erased. */
import type { Instant, MessageId } from '../core/core.ts'
import type { Session, Statement } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import { never_ms, whole } from './rows.ts'

function statements ({ sql, among }: Dialect) {
  const silent = { data_key: null, kek_id: null }
  const arrivals = (column: 'message' | 'kept') => sql('arrival').where(column, at('id'))
  const about = () => sql('notice').where(it => it.where('message', at('id')).orWhere(among('arrival', arrivals('message').select('seq'))))
  // Nobody is told any more what is about an erased person; who would have had it under a lease has it no more.
  const erased = {
    ...silent, body: null, fence: sql.raw('fence + 1'), lease_until_ms: 0, due_ms: never_ms, ended_ms: sql.raw('coalesce(ended_ms, ?)', [at('now')]),
    reason: sql.raw("case when state = 'due' then 'erased' else reason end"), state: sql.raw("case when state = 'due' then 'dead' else state end")
  }
  return {
    mute: { message: prepared(arrivals('message').update({ ...silent, told: Buffer.alloc(0) })), kept: prepared(arrivals('kept').update({ ...silent, told: Buffer.alloc(0) })) },
    untell: { message: prepared(about().update(erased)), kept: prepared(sql('notice').whereIn('arrival', arrivals('kept').select('seq')).update(erased)) },
    noNotices: prepared(about().delete()),
    noArrivals: prepared(arrivals('message').delete()),
    // What its sender is still to be told keeps it.
    old: prepared(sql('arrival').select('seq').whereRaw('message is null').where('received_ms', '<', at('before'))
      .whereNotExists(sql('notice').select('seq').whereRaw("notice.arrival = arrival.seq and state = 'due'"))
      .orderByRaw('received_ms limit ?', [at('limit')])),
    noNoticesOf: prepared(sql('notice').where('arrival', at('seq')).delete()),
    gone: prepared(sql('arrival').where('seq', at('seq')).delete())
  }
}

/** All inside a transaction. */
export interface ArrivalEnd {
  /** What envelopes told of a person's message (or of a refused one that is kept under this id), and notices about it, are destroyed; that they were there stays. */
  erase (session: Session, what: 'message' | 'kept', id: MessageId, now: Instant): Promise<void>
  /** Goes with the metadata of its message. */
  forget (session: Session, id: MessageId): Promise<void>
  /** Takes away what was refused before a moment. @returns how many; as long as it is `limit` there may be more */
  sweep (session: Session, before: Instant, limit: number): Promise<number>
}

export function arrivalEnd (dialect: Dialect): ArrivalEnd {
  const sql = statements(dialect)
  const each = async (session: Session, id: MessageId, ...all: readonly Statement[]): Promise<void> => { for (const it of all) await session.run(it, { id }) }
  return {
    async erase (session, what, id, now) {
      await session.run(sql.untell[what], { id, now })
      await session.run(sql.mute[what], { id })
    },
    forget: (session, id) => each(session, id, sql.noNotices, sql.noArrivals),
    async sweep (session, before, limit) {
      const rows = await session.all(sql.old, { before, limit })
      for (const row of rows) {
        const seq = whole(row, 'seq')
        await session.run(sql.noNoticesOf, { seq })
        await session.run(sql.gone, { seq })
      }
      return rows.length
    }
  }
}
