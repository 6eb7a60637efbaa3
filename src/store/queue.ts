/** Delivery work under leases: claimed, renewed, handed back, and finished together with what it caused. */
import { isRejecting, never, type Finding, type Instant } from '../core/core.ts'
import { closingAll, type Accept, type Closing } from './accept.ts'
import type { Audit } from './audit.ts'
import { StoreFailure, type Db, type Row, type Session, type Statement } from './db.ts'
import { at, prepared, type Dialect } from './dialect.ts'
import type { FactKeeper } from './facts.ts'
import { reopener, type Reopen } from './reopen.ts'
import { claimed, envelopeColumns, maybe, message, never_ms, whole } from './rows.ts'
import type { Safe } from './safe.ts'
import { taskOpener } from './tasks.ts'
import type { Acceptance, Finish, Finished, Store } from './verbs.ts'

type Outcome = Finish['outcome']
type Verbs = Pick<Store, 'claim' | 'renew' | 'release' | 'finish'>

function statements ({ sql, lock, lockFree }: Dialect) {
  const rise = sql.raw('fence + 1')
  const held = () => sql('delivery').where({ id: at('delivery'), fence: at('fence'), state: 'due' })
  const free = lockFree(sql('delivery').select('id')
    .whereRaw("kind = 'handle' and state = 'due'").where('due_ms', '<=', at('now')).where('lease_until_ms', '<=', at('now'))
    .orderByRaw('due_ms, id limit ?', [at('limit')]))
  const change = { fence: rise, lease_until_ms: 0 }
  return {
    claim: prepared(sql('delivery').update({ fence: rise, attempts: sql.raw('attempts + 1'), lease_until_ms: at('until') })
      .whereIn('id', free).returning(['id', 'message', 'fence', 'attempts', 'first_failed_ms', 'lease_until_ms', 'due_ms', 'released'])),
    renew: prepared(held().update({ lease_until_ms: at('until') })),
    release: prepared(held().update({ ...change, attempts: sql.raw('attempts - 1') })),
    leased: prepared(lock(held().select('message'))),
    failed: prepared(sql('delivery').where('id', at('delivery')).update({
      ...change, due_ms: at('due'), last_reason: at('reason'), first_failed_ms: sql.raw('coalesce(first_failed_ms, ?)', [at('now')])
    })),
    putOff: prepared(sql('delivery').where('id', at('delivery')).update({
      ...change, due_ms: at('due'), last_reason: at('reason'), first_failed_ms: null, attempts: sql.raw('attempts - 1')
    })),
    stop: prepared(sql('delivery').where('id', at('delivery')).update({ ...change, state: at('state'), class: at('class'), last_reason: at('reason'), due_ms: at('due'), since_ms: at('now') })),
    gone: prepared(sql('delivery').where('id', at('delivery')).delete()),
    offered: prepared(sql('message').where('seq', at('seq')).update({ delivery: 'offered', offered_ms: at('now'), answer_due_ms: at('answer_due') }).returning(['id', 'data_key', 'kek_id'])),
    delivered: prepared(sql('message').where('seq', at('seq'))
      .update({ delivery: 'delivered', offered_ms: sql.raw('coalesce(offered_ms, ?)', [at('now')]), delivered_ms: at('now') }).returning('id')),
    state: prepared(sql('message').where('seq', at('seq')).update({ delivery: at('state') }).returning('id')),
    rejected: prepared(sql('message').where('seq', at('seq')).update({ verdict: 'rejected', delivery: at('delivery'), offered_ms: at('offered') }).returning(['id', 'answers', 'data_key', 'kek_id'])),
    finding: prepared(sql('finding').insert({ message: at('seq'), body: at('body') }).onConflict('message').merge()),
    id: prepared(sql('message').select('id').where('seq', at('seq')))
  }
}

/** Statements for a list of any length, kept per length. */
function envelopes ({ sql }: Dialect): (count: number) => Statement {
  const known = new Map<number, Statement>()
  return count => {
    const places = Array.from({ length: count }, (_, n) => at(`seq${n}`))
    const statement = known.get(count) ?? prepared(sql('message').select(['seq', ...envelopeColumns]).whereIn('seq', places))
    known.set(count, statement)
    return statement
  }
}

const oldest = (a: Row, b: Row): number => whole(a, 'due_ms') - whole(b, 'due_ms') || whole(a, 'id') - whole(b, 'id')

/** All of one item or nothing of it: whatever is wrong with it is no reason to undo the others. @throws StoreFailure */
async function alone (session: Session, work: () => Promise<Finished>): Promise<Finished> {
  try {
    return await session.nested(work)
  } catch (error) {
    if (error instanceof StoreFailure) throw error
    return 'refused'
  }
}

/** @throws Error when one of them is refused: then none may stay */
async function storeCaused (session: Session, accept: Accept, caused: readonly Closing[]): Promise<void> {
  for (const item of caused) if ((await accept(session, item)).kind === 'refused') throw new Error('a caused message was refused')
}

/** @returns what records how a delivery ended, inside a transaction */
function recorder (sql: ReturnType<typeof statements>, reopen: Reopen, audit: Audit, facts: FactKeeper, safe: Safe) {
  async function tell (session: Session, seq: number, rows: readonly Row[], findings: readonly Finding[]): Promise<void> {
    if (findings.length === 0) return
    for (const row of rows) await session.run(sql.finding, { seq, body: safe.of(row, message(row, 'id')).close('findings', Buffer.from(JSON.stringify(findings))) })
  }

  return async function record (session: Session, delivery: number, seq: number, outcome: Outcome, now: Instant): Promise<void> {
    const told = async (rows: readonly Row[], detail: string | null): Promise<void> => {
      for (const row of rows) await audit(session, { at: now, event: outcome.kind, message: message(row, 'id'), detail })
    }
    switch (outcome.kind) {
      case 'offered': {
        await session.run(sql.gone, { delivery })
        await facts.counted(session, seq)
        const rows = await session.all(sql.offered, { seq, now, answer_due: outcome.answer_due ?? null })
        await tell(session, seq, rows, outcome.findings ?? [])
        return await told(rows, null)
      }
      case 'delivered':
        await session.run(sql.gone, { delivery })
        await facts.counted(session, seq)
        return await told(await session.all(sql.delivered, { seq, now }), null)
      case 'later': {
        const { due, reason, counts } = outcome
        await session.run(counts ? sql.failed : sql.putOff, { delivery, due, reason, now })
        return await told(await session.all(sql.id, { seq }), reason)
      }
      case 'held':
      case 'dead':
        await session.run(sql.stop, { delivery, state: outcome.kind, reason: outcome.reason, class: outcome.kind === 'dead' ? outcome.class : null, due: (outcome.kind === 'held' ? outcome.until : null) ?? never_ms, now })
        return await told(await session.all(sql.state, { seq, state: outcome.kind }), outcome.reason)
      case 'rejected': {
        await session.run(sql.gone, { delivery })
        const { findings, deliver = false } = outcome
        const rows = await session.all(sql.rejected, { seq, delivery: deliver ? 'offered' : 'none', offered: deliver ? now : null })
        await tell(session, seq, rows, findings)
        await told(rows, findings.find(isRejecting)?.code ?? null)
        for (const row of rows) await reopen(session, message(row, 'id'), maybe(row, 'answers', message), now)
        return
      }
      default:
        return never(outcome)
    }
  }
}

/** @returns the verbs of the worker */
export function queueVerbs (db: Db, dialect: Dialect, accept: Accept, audit: Audit, facts: FactKeeper, safe: Safe): Verbs {
  const sql = statements(dialect)
  const envelopesOf = envelopes(dialect)
  const record = recorder(sql, reopener(dialect, audit, facts), audit, facts, safe)
  const openTasks = taskOpener(dialect, audit)

  async function finishOne (session: Session, { delivery, fence, outcome, history, tasks = [] }: Finish, caused: readonly Closing[], now: Instant): Promise<Finished> {
    const [row] = await session.all(sql.leased, { delivery, fence })
    if (row === undefined) return 'stale'
    if (history !== undefined && !await facts.isOf(session, history)) return 'outdated'
    await storeCaused(session, accept, caused)
    await record(session, delivery, whole(row, 'message'), outcome, now)
    await openTasks(session, whole(row, 'message'), tasks, now)
    return 'done'
  }

  return {
    claim: (limit, lease_ms, now) => db.write(async session => {
      const leases = (await session.all(sql.claim, { limit, now, until: now + lease_ms })).sort(oldest)
      if (leases.length === 0) return []
      const seqs = Object.fromEntries(leases.map((lease, n) => [`seq${n}`, whole(lease, 'message')]))
      const rows = new Map((await session.all(envelopesOf(leases.length), seqs)).map(row => [row['seq'], row]))
      return leases.map(lease => claimed(lease, rows.get(lease['message']) ?? {}))
    }),
    renew: (delivery, fence, until) => db.write(async session => await session.run(sql.renew, { delivery, fence, until }) === 1),
    release: claims => db.write(async session => {
      for (const { delivery, fence } of claims) await session.run(sql.release, { delivery, fence })
    }),
    async finish (items, now) {
      const all = closingAll(safe, facts, items.flatMap(item => item.caused ?? []))
      const closed = Array.isArray(all) ? all : await all
      const work = items.map((item, nth) => {
        const before = items.slice(0, nth).reduce((sum, it) => sum + (it.caused?.length ?? 0), 0)
        return { item, caused: closed.slice(before, before + (item.caused?.length ?? 0)) }
      })
      return await db.write(async session => {
        const results: Finished[] = []
        for (const { item, caused } of work) results.push(await alone(session, () => finishOne(session, item, caused, now)))
        return results
      }, weigh(items.flatMap(item => item.caused ?? [])))
    }
  }
}

/** How heavy messages to be stored are. */
export function weigh (items: readonly Acceptance[]) {
  const all = items.flatMap(item => [item, ...item.caused ?? []])
  return { items: Math.max(1, all.length), bytes: all.reduce((sum, item) => sum + item.payload.byteLength, 0) }
}
