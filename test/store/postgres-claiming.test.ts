/** Claiming on PostgreSQL beside a reader that keeps everything done visible: a claim reads no more pages after 20,000 were done than after 2,000. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import pg from 'pg'
import { openStore, type Store } from '../../src/store/store.ts'
import type { Row, Session, Statement } from '../../src/store/db.ts'
import { margin_ms } from '../../src/store/tide.ts'
import { missing, startPostgres } from '../postgres.ts'
import { aanbieder, finish, heen, later, roots } from './sample.ts'

const rounds = 10
const each = 2_000
/** Pages of one execution; a claim that reads through what was done reads thousands. */
const pages_max = 100
const policy = { first_ms: 1_000, longest_ms: 1_000, total_ms: 1e9 }
/** An hour passes between two rounds' ends, in which the work of a round came and went. */
const round_ms = 3_600_000

class Undone extends Error {}
interface Plan { readonly 'Shared Hit Blocks': number, readonly 'Shared Read Blocks': number }

function pagesIn (rows: readonly Row[]): number {
  const [{ Plan: plan }] = rows[0]?.['QUERY PLAN'] as [{ readonly Plan: Plan }]
  return plan['Shared Hit Blocks'] + plan['Shared Read Blocks']
}

const claims = ({ sql }: Statement): boolean => /^update "delivery" set "fence".*"attempts" = attempts \+ 1/s.test(sql)
const looksFor = ({ sql }: Statement): boolean => /^select t\.target/.test(sql)
/** What claims, or looks who has work, is run once more to count its pages, and that is undone. */
const counting = (session: Session, told: (pages: number) => void): Session => ({
  ...session,
  async all (statement, values = {}) {
    const explain = async (): Promise<void> => { told(pagesIn(await session.all({ slots: statement.slots, sql: `explain (analyze, buffers, format json) ${statement.sql}` }, values))) }
    const undone = async (): Promise<void> => { await explain(); throw new Undone() }
    if (looksFor(statement)) await explain()
    if (claims(statement)) await session.nested(undone).catch(error => { if (!(error instanceof Undone)) throw error })
    return await session.all(statement, values)
  }
})

/** Work that came, was claimed and was done, as the verbs leave it behind: two dead versions of each row, in every index. */
const done = (kind: 'handle' | 'push', from: number): string => `
  insert into delivery (message, kind, target, order_key, state, due_ms, since_ms, lease_until_ms, fence, attempts, total_ms, give_up_ms)
    select (select min(seq) from message), '${kind}', '${aanbieder}', 'done ' || nth, 'due', ${from} + nth * ${round_ms / each}, 0, 0, 0, 0, 1000, ${from} + nth from generate_series(1, ${each}) as nth;
  update delivery set lease_until_ms = due_ms + 1, fence = fence + 1 where order_key like 'done %';
  delete from delivery where order_key like 'done %'`

async function claimed (store: Store, kind: 'handle' | 'push', ms: number): Promise<void> {
  const received = later(ms)
  await store.accept([heen({ envelope: { received }, order_key: `key ${ms}`, ...kind === 'push' ? { delivery: 'offered', push: policy } : {} })])
  if (kind === 'push') assert.deepEqual((await store.pushTargets(received)).map(it => it.target), [aanbieder])
  const claims = kind === 'push' ? await store.claimPush(aanbieder, 5, 1_000, received) : await store.claim(5, 1_000, received)
  assert.equal(claims.length, 1)
  assert.deepEqual(await store.finish(claims.map(it => finish(it, { kind: 'delivered' })), received), ['done'])
}

for (const which of ['bundled', 'installed'] as const) {
  describe(`claiming on PostgreSQL, ${which}`, { skip: missing(which) }, () => {
    for (const kind of ['handle', 'push'] as const) {
      test(`${kind}: reads as little after ${rounds * each} were done as after ${each}, while a reader may still see them all`, async t => {
        const server = await startPostgres({ which })
        const url = await server.freshDatabase()
        let pages: number[] = []
        const counted = <T>(work: (session: Session) => Promise<T>) => (session: Session) => work(counting(session, it => { pages.push(it) }))
        const store = await openStore({ url, mode: 'test', roots, wrap: db => ({ ...db, write: (work, weight) => db.write(counted(work), weight), read: work => db.read(counted(work)) }) })
        const [reader, worker] = [new pg.Client(url), new pg.Client(url)]
        for (const it of [reader, worker]) await it.connect()
        t.after(async () => {
          await Promise.all([reader.end(), worker.end(), store.close()])
          await server.close()
        })
        await reader.query('begin isolation level repeatable read; select count(*) from delivery')
        await claimed(store, kind, 0)
        const most: number[] = []
        for (let round = 0; round < rounds; round++) {
          const sql = done(kind, later(round * round_ms))
          await worker.query(sql)
          const end = (round + 1) * round_ms
          // The look from the beginning, which comes now and then, passes all of it.
          await claimed(store, kind, end)
          pages = []
          for (const after of [1, 2, 3]) await claimed(store, kind, end + margin_ms + after)
          most.push(Math.max(...pages))
        }
        assert.ok(pages.length >= 3)
        assert.ok(Math.max(...most) <= pages_max, `pages of a claim after each ${each}: ${most.join(', ')}`)
        const whole = await worker.query(`explain (analyze, buffers, format json) select id from delivery where kind = '${kind}' and state = 'due'${kind === 'push' ? ` and target = '${aanbieder}'` : ''} order by due_ms, id limit 1`)
        assert.ok(pagesIn(whole.rows) > 10 * pages_max, 'without a mark all of it is passed')
      })
    }
  })
}
