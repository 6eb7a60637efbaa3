/** A clock that was set back: what was dated while it was ahead would wait until those moments come. */
import { instant, type Instant } from '../core/core.ts'
import { mainChain } from './audit.ts'
import type { Db } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import { whole } from './rows.ts'
import type { Tide } from './tide.ts'

export interface SetBackVerbs {
  /**
   * @param before looks only at what was written before this moment @returns when the newest row of the audit was written, by the clock of
   * who wrote it; null where there is none
   */
  lastWritten (before?: Instant): Promise<Instant | null>
  /**
   * Whatever is to be tried later is due now, and no lease lasts longer than one given now. What a person or a handler holds until a day stays held.
   * @returns how much became due
   */
  setBack (now: Instant, lease_ms: number): Promise<number>
}

/** So many numbers are gone through in one transaction: others go on between two, and none is looked at twice. */
const lot = 5_000

/** What has a moment at which it is due, a lease, and a number of its own. */
const queues = [{ table: 'delivery', key: 'id' }, { table: 'notice', key: 'seq' }, { table: 'batch', key: 'seq' }] as const

/** Not behind the first checkpoint after the last one from before that moment: of a busy day there are millions of rows. */
const upToCheckpoint = `seq <= coalesce((select seq from checkpoint
  where number > coalesce((select number from checkpoint where at_ms < ? order by number desc limit 1), 0) order by number limit 1), ${Number.MAX_SAFE_INTEGER})`

function statements (dialect: Dialect) {
  const { sql, lockFree, among } = dialect
  // Who failed first in a time to come would never have failed long enough to be given up.
  const since = { first_failed_ms: sql.raw('case when first_failed_ms > ? then ? else first_failed_ms end', [at('now'), at('now')]), give_up_ms: sql.raw('case when first_failed_ms > ? then ? + total_ms else give_up_ms end', [at('now'), at('now')]) }
  const some = (table: string, key: string, ahead: string, place: 'now' | 'until') => among(key, lockFree(sql(table).select(key).where(key, '>=', at('from')).where(key, '<', at('to')).whereRaw("state = 'due'").where(ahead, '>', at(place))))
  return {
    // On PostgreSQL the newest rows wait to be chained.
    last: [...dialect.name === 'postgres' ? [sql('audit_new').orderBy('number', 'desc')] : [], sql('audit').where('chain', mainChain).whereRaw(upToCheckpoint, [at('before')]).orderBy('seq', 'desc')].map(it => prepared(it.select('at_ms').where('at_ms', '<', at('before')).limit(1))),
    queues: queues.map(({ table, key }) => ({
      ends: prepared(sql(table).select(sql.raw('coalesce(min(??), 0) as low, coalesce(max(??), -1) as high', [key, key]))),
      due: prepared(sql(table).where(some(table, key, 'due_ms', 'now')).update({ due_ms: at('now'), ...table === 'delivery' ? since : {} })),
      leased: prepared(sql(table).where(some(table, key, 'lease_until_ms', 'until')).update({ lease_until_ms: at('until') }))
    }))
  }
}

export function setBackVerbs (db: Db, dialect: Dialect, tide: Pick<Tide, 'forget'>): SetBackVerbs {
  const sql = statements(dialect)
  return {
    async lastWritten (before = instant(Number.MAX_SAFE_INTEGER)) {
      const rows = await db.read(async session => {
        const found = []
        for (const it of sql.last) found.push(...await session.all(it, { before }))
        return found
      })
      return rows.length === 0 ? null : instant(Math.max(...rows.map(row => whole(row, 'at_ms'))))
    },
    async setBack (now, lease_ms) {
      let total = 0
      for (const { ends, due, leased } of sql.queues) {
        const [row = {}] = await db.read(session => session.all(ends))
        const high = whole(row, 'high')
        for (let from = whole(row, 'low'); from <= high; from += lot) {
          total += await db.write(async session => {
            const changed = await session.run(due, { from, to: from + lot, now })
            await session.run(leased, { from, to: from + lot, until: now + lease_ms })
            return changed
          })
        }
      }
      tide.forget()
      return total
    }
  }
}
