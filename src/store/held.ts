/** Held messages: found longest held first, and released or refused by a person. */
import type { Audit } from './audit.ts'
import type { Db } from './db.ts'
import type { DecidingVerbs } from './deciding.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import type { FactKeeper } from './facts.ts'
import { messageRows } from './read.ts'
import { reopener } from './reopen.ts'
import { maybe, message, never_ms, whole } from './rows.ts'
import { stoppedLister } from './stopped.ts'

function statements ({ sql, lock, ofId }: Dialect) {
  const end = { fence: sql.raw('fence + 1'), lease_until_ms: 0, since_ms: at('now') }
  const held = () => sql('delivery').where('id', at('delivery'))
  return {
    found: prepared(lock(ofId(sql('message').select(['seq', 'answers']), 'id', at('id'), 'seq'))),
    // Along the message, not among all that is held.
    work: prepared(lock(sql('delivery').select('id').where('message', at('seq')).whereRaw("state || '' = 'held'"))),
    release: prepared(held().update({ ...end, state: 'due', due_ms: at('now'), attempts: 0, first_failed_ms: null, last_reason: null, released: at('reason') })),
    refuse: prepared(held().update({ ...end, state: 'dead', class: 'functional', due_ms: never_ms, last_reason: at('reason') })),
    state: prepared(sql('message').where('seq', at('seq')).update({ delivery: at('state') }))
  }
}

/** @returns the verbs of held messages: they hold no order key, so deciding about one frees nothing of others */
export function heldVerbs (db: Db, dialect: Dialect, audit: Audit, facts: Pick<FactKeeper, 'restored'>): Pick<DecidingVerbs, 'held' | 'decideHeld'> {
  const sql = statements(dialect)
  const reopen = reopener(dialect, audit, facts)
  return {
    held: stoppedLister(db, dialect, messageRows(dialect), 'held'),
    decideHeld: (id, decision, { by, reason, now }) => db.write(async session => {
      const [row] = await session.all(sql.found, { id })
      if (row === undefined) return 'absent'
      const seq = whole(row, 'seq')
      const [work] = await session.all(sql.work, { seq })
      if (work === undefined) return 'not_held'
      const release = decision === 'release'
      await session.run(release ? sql.release : sql.refuse, { delivery: whole(work, 'id'), reason, now })
      await session.run(sql.state, { seq, state: release ? 'waiting' : 'dead' })
      await audit(session, { at: now, event: release ? 'released' : 'refused_by_person', message: id, account: by, detail: reason })
      if (!release) await reopen(session, id, maybe(row, 'answers', message), now)
      return 'done'
    })
  }
}
