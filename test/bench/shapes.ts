/** Queues on PostgreSQL, each as one cycle of accepting, claiming and finishing: the known shapes, and the store's own. */
import { createHash, randomUUID } from 'node:crypto'
import pg from 'pg'
import { instant, newMessageId, newReferentienummer, partyCode, sha256Hex, type PartyCode } from '../../src/core/core.ts'
import { openServed, openStore, type Acceptance, type Claimed, type Served } from '../../src/store/store.ts'
import type { Statement, Values } from '../../src/store/db.ts'
import { heen, roots, type Wanted } from '../store/sample.ts'

/** One queue under measurement. */
export interface Shape {
  /** Takes in `batch` pieces of work, claims as many and finishes what it got. @returns how many it finished, and how long claiming took */
  cycle (claimer: number, batch: number): Promise<{ readonly done: number, readonly claim_ms: number }>
  /** What claims, for EXPLAIN. */
  claiming (): { readonly sql: string, readonly values: readonly unknown[] } | null
  waiting (): Promise<number>
  close (): Promise<void>
}

/** Destinations of pushes. */
export const destinations: readonly PartyCode[] = Array.from({ length: 20 }, (_, nth) => partyCode(String(12_340_000 + nth)))
const lease_ms = 60_000
/** By which pushes are tried. */
export const policy = { first_ms: 60_000, longest_ms: 60_000, total_ms: 432_000_000 }
const now = () => instant(Date.now())

async function timed<T> (work: () => Promise<T>): Promise<readonly [T, number]> {
  const began = performance.now()
  return [await work(), performance.now() - began]
}

async function poolOf (url: string, tables: string): Promise<pg.Pool> {
  const pool = new pg.Pool({ connectionString: url, max: 8 })
  await pool.query(tables)
  return pool
}

/** Rows that are updated when they are claimed and deleted when they are done. */
export async function skipLocked (url: string): Promise<Shape> {
  const pool = await poolOf(url, `drop table if exists shape_a; create table shape_a (id bigserial primary key, state text not null, due_ms bigint not null, lease_until_ms bigint not null, fence bigint not null);
    create index on shape_a (state, due_ms, id)`)
  const sql = `update shape_a set lease_until_ms = $2::bigint + ${lease_ms}, fence = fence + 1 where id = any(array(
    select id from shape_a where state = 'due' and due_ms <= $2 and lease_until_ms <= $2 order by due_ms, id limit $1 for update skip locked)) returning id`
  return {
    async cycle (_claimer, batch) {
      await pool.query("insert into shape_a (state, due_ms, lease_until_ms, fence) select 'due', $1, 0, 0 from generate_series(1, $2)", [now(), batch])
      const [{ rows }, claim_ms] = await timed(() => pool.query<{ id: string }>({ name: 'claim', text: sql, values: [batch, now()] }))
      await pool.query('delete from shape_a where id = any($1::bigint[])', [rows.map(it => it.id)])
      return { done: rows.length, claim_ms }
    },
    claiming: () => ({ sql, values: [1, now()] }),
    waiting: async () => Number((await pool.query('select count(*) from shape_a')).rows[0].count),
    close: () => pool.end()
  }
}

/** Narrow rows that are deleted when they are claimed, found from the lowest number that was there; the lease is a row elsewhere. */
export async function narrow (url: string): Promise<Shape> {
  const pool = await poolOf(url, `drop table if exists shape_b, shape_b_lease; create table shape_b (id bigserial primary key, job bigint not null);
    create table shape_b_lease (job bigint primary key, until_ms bigint not null)`)
  let low = 0
  const sql = `with taken as (delete from shape_b where id = any(array(select id from shape_b where id >= $2 order by id limit $1 for update skip locked)) returning id, job),
    kept as (insert into shape_b_lease select job, $3 from taken) select id, job from taken`
  return {
    async cycle (_claimer, batch) {
      await pool.query('insert into shape_b (job) select (random() * 1e15)::bigint from generate_series(1, $1)', [batch])
      const [{ rows }, claim_ms] = await timed(() => pool.query<{ id: string, job: string }>({ name: 'claim', text: sql, values: [batch, low, now() + lease_ms] }))
      // Somewhat behind, for what commits later than its number says.
      if (rows.length > 0) low = Math.max(low, Math.min(...rows.map(it => Number(it.id))) - 1_000)
      await pool.query('delete from shape_b_lease where job = any($1::bigint[])', [rows.map(it => it.job)])
      return { done: rows.length, claim_ms }
    },
    claiming: () => ({ sql, values: [1, low, now()] }),
    waiting: async () => Number((await pool.query('select count(*) from shape_b')).rows[0].count),
    close: () => pool.end()
  }
}

/** A message with a number and an order key of its own, to be claimed or pushed. */
export const received = (over: Wanted, receiver: PartyCode): Acceptance => {
  const payload = Buffer.from(over.payload ?? `<Bericht>${randomUUID().repeat(40)}</Bericht>`)
  const at = now()
  return {
    ...heen({ ...over, answer: 'none', order_key: randomUUID() }),
    payload,
    envelope: {
      ...heen().envelope, id: newMessageId(at), receiver, received: at, identificatie: over.envelope?.identificatie ?? randomUUID().slice(0, 12), size_bytes: payload.byteLength,
      sha256: sha256Hex(createHash('sha256').update(payload).digest('hex')), referentienummer: newReferentienummer(), conversatie: newReferentienummer()
    }
  }
}

/** The store itself, with all that belongs to a message. @param of work that handlers see, or pushes to twenty destinations @param over what else is of a message to one of them @param served opened as by who serves: on SQLite in a thread of its own */
export async function own (url: string, of: 'handle' | 'push', over: (target: PartyCode) => Wanted = () => ({}), served = false): Promise<Shape> {
  let seen: { readonly statement: Statement, readonly values: Values } | null = null
  const isClaim = ({ sql }: Statement): boolean => /^update "delivery" set "fence".*"attempts" = attempts \+ 1/s.test(sql)
  const options = { url, mode: 'test', roots } as const
  const store: Served = served ? await openServed(options) : await openStore({ ...options, wrap: db => ({ ...db, write: work => db.write(session => work({ ...session, all: (statement, values = {}) => { if (isClaim(statement)) seen = { statement, values }; return session.all(statement, values) } })) }) })
  let turn = 0
  const claim = (target: PartyCode, batch: number): Promise<readonly Claimed[]> => of === 'handle' ? store.claim(batch, lease_ms, now()) : store.claimPush(target, batch, lease_ms, now())
  return {
    async cycle (claimer, batch) {
      // Each claimer has destinations of its own, as processes do.
      const target = destinations[(claimer * 5 + turn++ % 5) % destinations.length] ?? partyCode('12340000')
      await store.accept(Array.from({ length: batch }, () => received({ ...over(target), ...of === 'handle' ? {} : { delivery: 'offered', push: policy } }, target)))
      const [claims, claim_ms] = await timed(() => claim(target, batch))
      const ends = await store.finish(claims.map(({ delivery, fence }) => ({ delivery, fence, outcome: of === 'handle' ? { kind: 'offered' } : { kind: 'delivered' } })), now())
      return { done: ends.filter(it => it === 'done').length, claim_ms }
    },
    claiming: () => seen === null ? null : { sql: seen.statement.sql, values: seen.statement.slots.map(slot => 'value' in slot ? slot.value : seen?.values[slot.name] ?? null) },
    waiting: async () => { const { queue, pushes } = await store.stats(now()); return [...queue, ...pushes].reduce((sum, it) => sum + it.depth, 0) },
    close: () => store.close()
  }
}
