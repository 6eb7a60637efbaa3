/** Notices on their way: claimed one at a time of each party, recorded, given up, and driven again. */
import { instant, Refusal, retryFor, type MessageId, type RetryPolicies } from '../core/core.ts'
import type { Audit, AuditEvent } from './audit.ts'
import { cursorOf, placeOf } from './cursor.ts'
import type { Db, Row, Session } from './db.ts'
import type { Decided } from './deciding.ts'
import { at, hold, once, prepared, type Dialect } from './dialect.ts'
import { noticeBody } from './notice.ts'
import { noticeStates, type NoticeAgain, type NoticeClaimed, type NoticeFinish, type NoticeVerbs, type StoredNotice } from './noticing.ts'
import { at as instantOf, bytes, maybe, message, never_ms, oneOf, partyOf, text, whole } from './rows.ts'
import { settling } from './settled.ts'
import type { Safe } from './safe.ts'

/** So many are driven again in one transaction. */
const again_max = 1_000
const about = 'coalesce(n.message, a.message, a.kept) as about'

function statements ({ sql, lock, lockFree, among }: Dialect) {
  const rise = { fence: sql.raw('fence + 1'), lease_until_ms: 0 }
  const due = "state = 'due'"
  const leased = `${due} and lease_until_ms > 0`
  const held = () => sql('notice').where({ seq: at('delivery'), fence: at('fence') }).whereRaw(due)
  // One at a time: while one is under a lease there is none to claim.
  const free = lockFree(sql('notice').select('seq').whereRaw(due).where('target', at('target')).where('due_ms', '<=', at('now'))
    .whereRaw(`not exists (select 1 from notice as other where other.${due} and other.lease_until_ms > 0 and other.target = ? and other.lease_until_ms > ?)`, [at('target'), at('now')])
    .orderByRaw('due_ms, seq limit 1'))
  const ended = { ...rise, due_ms: never_ms, ended_ms: at('now') }
  const one = () => sql('notice').where('seq', at('delivery'))
  const told = () => sql('notice as n').leftJoin('arrival as a', 'a.seq', 'n.arrival')
  return {
    // One step through the index from each party to the next; of each the lease that ends, or else the first that is due.
    targets: prepared(sql.raw(`with recursive each_one(it) as (
        select min(target) from notice where ${due} union all
        select (select min(target) from notice where ${due} and target > each_one.it) from each_one where each_one.it is not null
      ) select it as target, coalesce(
        (select lease_until_ms from notice where ${leased} and target = it order by lease_until_ms limit 1),
        (select due_ms from notice where ${due} and target = it order by due_ms, seq limit 1)) as due
      from each_one where it is not null`)),
    claim: prepared(sql('notice').where(among('seq', free)).update({ fence: sql.raw('fence + 1'), attempts: sql.raw('attempts + 1'), lease_until_ms: at('until') })
      .returning(['seq', 'id', 'target', 'code', 'fence', 'attempts', 'failed_ms', 'first_ms', 'longest_ms', 'total_ms', 'body', 'data_key', 'kek_id'])),
    renew: prepared(held().update({ lease_until_ms: at('until') })),
    release: prepared(held().update({ ...rise, attempts: sql.raw('attempts - 1') })),
    leased: prepared(lock(held().select('seq'))),
    later: prepared(one().update({ ...rise, due_ms: at('due'), reason: at('reason'), failed_ms: sql.raw('coalesce(failed_ms, ?)', [at('now')]) })),
    sent: prepared(one().update({ ...ended, state: 'sent', reason: null, body: null, data_key: null, kek_id: null })),
    dead: prepared(one().update({ ...ended, state: 'dead', reason: at('reason') })),
    // What was never tried counts from when it could have been.
    tooLong: prepared(lock(sql('notice').select(['seq', 'reason']).whereRaw(due).where('target', at('target')).where('lease_until_ms', 0)
      .whereRaw('coalesce(failed_ms, due_ms) + total_ms <= ? and total_ms <= ?', [at('now'), at('down')]).orderByRaw('seq limit ?', [at('limit')]))),
    down: prepared(sql('destination').select('reason').where('party', at('target'))),
    told: prepared(told().select(['n.id', 'n.code', sql.raw(about)]).where('n.seq', at('delivery'))),
    // Its arrival first, as who puts something in its place does.
    arrival: prepared(lock(sql('arrival').select('seq').where('seq', sql('notice').select('arrival').where('id', at('id'))))),
    known: prepared(lock(sql('notice as n').select(['n.seq', 'n.target', 'n.state', sql.raw('case when n.body is null then 1 else 0 end as gone')]).where('n.id', at('id')))),
    newer: prepared(sql('notice as n').join('arrival as a', 'a.seq', 'n.arrival').select('n.seq').where('n.seq', at('delivery'))
      .whereRaw('(a.message is not null or exists (select 1 from notice as newer where newer.arrival = n.arrival and newer.seq > n.seq))')),
    again: prepared(one().update({
      ...rise, state: 'due', due_ms: at('now'), attempts: 0, failed_ms: null, reason: null, ended_ms: null, first_ms: at('first_ms'), longest_ms: at('longest_ms'), total_ms: at('total_ms')
    })),
    list: () => told().select(['n.seq', 'n.id', 'n.target', 'n.code', 'n.made_ms', 'n.state', 'n.attempts', 'n.due_ms', 'n.lease_until_ms', 'n.reason', 'n.ended_ms', sql.raw(about)])
  }
}

const noticeOf = (row: Row): StoredNotice => {
  const state = oneOf(row, 'state', noticeStates)
  return {
    id: message(row, 'id'),
    target: partyOf(row, 'target'),
    code: text(row, 'code'),
    made: instantOf(row, 'made_ms'),
    state,
    about: maybe(row, 'about', message),
    attempts: whole(row, 'attempts'),
    next: state === 'due' ? instantOf(row, 'due_ms') : null,
    under_way: state === 'due' && whole(row, 'lease_until_ms') > 0,
    reason: maybe(row, 'reason', text),
    ended: maybe(row, 'ended_ms', instantOf)
  }
}

const claimedOf = (row: Row, safe: Safe): NoticeClaimed => ({
  delivery: whole(row, 'seq'),
  fence: whole(row, 'fence'),
  attempt: whole(row, 'attempts'),
  failing_since: maybe(row, 'failed_ms', instantOf),
  id: message(row, 'id'),
  target: partyOf(row, 'target'),
  code: text(row, 'code'),
  policy: { first_ms: whole(row, 'first_ms'), longest_ms: whole(row, 'longest_ms'), total_ms: whole(row, 'total_ms') },
  body: safe.of(row, text(row, 'id')).open(noticeBody, bytes(row, 'body'))
})

/** Where a row stands in the list. @throws Refusal ZP_QUERY when the text is no cursor of ours */
function place (cursor: string): readonly [string, number] {
  const [, state, seq] = /^(due|sent|dead):(\d{1,16})$/.exec(placeOf(cursor)) ?? []
  if (state === undefined) throw new Refusal('ZP_QUERY', 'cursor')
  return [state, Number(seq)]
}

/** @returns the verb that lists them */
function noticeLister (db: Db, dialect: Dialect): NoticeVerbs['notices'] {
  const sql = statements(dialect)
  const settled = settling(db, dialect, 'notice')
  return async ({ state, party, cursor, limit }) => {
    const query = (await settled())(sql.list(), 'n.seq').orderByRaw('n.state, n.seq').limit(limit + 1)
    if (state === undefined) query.whereRaw("n.state in ('dead', 'due')")
    else query.where('n.state', state)
    if (party !== undefined) query.where('n.target', party)
    if (cursor !== undefined) query.whereRaw('(n.state, n.seq) > (?, ?)', [...place(cursor)])
    const rows = await db.read(session => session.all(once(query)))
    const last = rows.length > limit ? rows[limit - 1] : undefined
    return { items: rows.slice(0, limit).map(noticeOf), next: last === undefined ? null : cursorOf(`${text(last, 'state')}:${whole(last, 'seq')}`) }
  }
}

/** @returns what writes in the audit what became of a notice */
const teller = (sql: ReturnType<typeof statements>, audit: Audit) => async (session: Session, event: AuditEvent, delivery: number, now: number, by: Partial<Decided> = {}, detail?: string): Promise<void> => {
  const [row] = await session.all(sql.told, { delivery })
  if (row === undefined) return
  const said = [text(row, 'id'), text(row, 'code'), ...detail === undefined ? [] : [detail]].join(':')
  await audit(session, { at: instant(now), event, message: maybe(row, 'about', message), account: by.by ?? null, detail: said })
}

/** @returns the verbs of notices */
export function noticeVerbs (db: Db, dialect: Dialect, audit: Audit, safe: Safe): NoticeVerbs {
  const sql = statements(dialect)

  const tell = teller(sql, audit)
  async function end (session: Session, delivery: number, reason: string, now: number): Promise<void> {
    await session.run(sql.dead, { delivery, reason, now })
    await tell(session, 'notice_dead', delivery, now, {}, reason)
  }

  async function record (session: Session, { delivery, outcome }: NoticeFinish, now: number): Promise<void> {
    if (outcome.kind === 'later') await session.run(sql.later, { delivery, due: outcome.due, reason: outcome.reason, now })
    if (outcome.kind === 'dead') await end(session, delivery, outcome.reason, now)
    if (outcome.kind !== 'delivered') return
    await session.run(sql.sent, { delivery, now })
    await tell(session, 'notice_sent', delivery, now)
  }

  async function again (session: Session, id: MessageId, decided: Decided, policies: RetryPolicies): Promise<NoticeAgain> {
    await session.all(sql.arrival, { id })
    const [row] = await session.all(sql.known, { id })
    if (row === undefined) return 'absent'
    if (row['state'] !== 'dead') return 'not_dead'
    if (whole(row, 'gone') === 1) return 'gone'
    const delivery = whole(row, 'seq')
    if ((await session.all(sql.newer, { delivery })).length > 0) return 'replaced'
    const { first_ms, longest_ms, total_ms } = retryFor(policies, partyOf(row, 'target'))
    await session.run(sql.again, { delivery, now: decided.now, first_ms, longest_ms, total_ms })
    await tell(session, 'notice_again', delivery, decided.now, decided, decided.reason)
    return 'again'
  }

  return {
    noticeTargets: () => db.read(async session => (await session.all(sql.targets)).map(row => ({ target: partyOf(row, 'target'), due: instantOf(row, 'due') }))),

    claimNotice: (target, lease_ms, now) => db.write(async session => {
      await hold(session, dialect, `notice|${target}`)
      const [row] = await session.all(sql.claim, { target, now, until: now + lease_ms })
      return row === undefined ? null : claimedOf(row, safe)
    }),
    renewNotice: (delivery, fence, until) => db.write(async session => await session.run(sql.renew, { delivery, fence, until }) === 1),
    releaseNotices: claims => db.write(async session => {
      for (const { delivery, fence } of claims) await session.run(sql.release, { delivery, fence })
    }),
    finishNotice: (finish, now) => db.write(async session => {
      if ((await session.all(sql.leased, { delivery: finish.delivery, fence: finish.fence })).length === 0) return 'stale'
      await record(session, finish, now)
      return 'done'
    }),
    giveUpNotices: (target, failing_since, limit, now) => db.write(async session => {
      const rows = await session.all(sql.tooLong, { target, now, down: now - failing_since, limit })
      const [known] = rows.length === 0 ? [] : await session.all(sql.down, { target })
      const down = known === undefined ? null : maybe(known, 'reason', text)
      for (const row of rows) await end(session, whole(row, 'seq'), ['exhausted', maybe(row, 'reason', text) ?? down].filter(it => it !== null).join(': '), now)
      return rows.length
    }, { items: limit, bytes: 0 }),

    notices: noticeLister(db, dialect),

    async noticesAgain (ids, decided, policies) {
      if (ids.length > again_max) throw new RangeError(`at most ${again_max} notices are driven again at once`)
      return await db.write(async session => {
        const results: NoticeAgain[] = []
        for (const id of ids) results.push(await again(session, id, decided, policies))
        return results
      }, { items: Math.max(1, ids.length), bytes: 0 })
    }
  }
}
