/** A person has a destination tried now, whatever is known of it. */
import type { Audit } from './audit.ts'
import type { Db } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import type { DestinationVerbs } from './pushing.ts'
import { at as instantOf } from './rows.ts'

/** So many have their turn at once; the others follow as they were planned. */
const hurried_max = 1_000

function statements ({ sql, lock, lockFree, among }: Dialect) {
  const waiting = sql('delivery').select('id').whereRaw("kind = 'push' and state = 'due'").where('target', at('party')).where('due_ms', '>', at('now')).where('lease_until_ms', 0)
    .orderByRaw('due_ms, id limit ?', [hurried_max])
  return {
    left: prepared(lock(sql('destination').select('open_until_ms').where('party', at('party')).where('open_until_ms', '>', at('now')))),
    end: prepared(sql('destination').where('party', at('party')).where('open_until_ms', '>', at('now')).update({ open_until_ms: at('now') })),
    hurryNotices: prepared(sql('notice').whereRaw("state = 'due'").where('target', at('party')).where('due_ms', '>', at('now')).where('lease_until_ms', 0).update({ due_ms: at('now') })),
    hurry: prepared(sql('delivery').where(among('id', lockFree(waiting))).update({ due_ms: at('now') }))
  }
}

/** @returns the verb */
export function tryVerb (db: Db, dialect: Dialect, audit: Audit): DestinationVerbs {
  const sql = statements(dialect)
  return {
    tryDestination: (party, { by, reason, now }) => db.write(async session => {
      const [row] = await session.all(sql.left, { party, now })
      await session.run(sql.end, { party, now })
      const hurried = await session.run(sql.hurry, { party, now }) + await session.run(sql.hurryNotices, { party, now })
      await audit(session, { at: now, event: 'destination_tried', message: null, account: by, detail: `${party}:${reason}` })
      return { left_until: row === undefined ? null : instantOf(row, 'open_until_ms'), hurried }
    })
  }
}
