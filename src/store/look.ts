/** Looking a database over without changing it: what an operator should know of its parties and deliveries. */
import { instant, type Instant } from '../core/core.ts'
import { asking, type Place } from './examine.ts'
import { migrations } from './migrations.ts'
import type { Part } from '../sources/sources.ts'
import type { KeptPair } from './kept.ts'
import { connections, judging } from './register.ts'
import type { CalledConnection, Party } from './registered.ts'
import { at, families, maybe, oneOf, partyOf, text, whole } from './rows.ts'
import { partOf } from './sources.ts'

/** Of each list no more is told. */
const told_max = 5
/** A delivery that has waited longer is worth a word. */
const stuck_ms = 15 * 60_000
const ending_ms = 30 * 86_400_000

/** A delivery that does not come to its end. */
export interface Delayed { readonly id: string, readonly receiver: string, readonly received: Instant, readonly reason: string | null }

/** What was seen. Lists are cut at five; numbers are whole. */
export interface Look {
  readonly parties: number
  /** Parties for whom nobody can act. */
  readonly alone: readonly string[]
  /** Active accounts that no certificate makes known. */
  readonly unknown: readonly string[]
  /** Certificates of active accounts that have ended or do so within thirty days. */
  readonly ending: ReadonlyArray<{ readonly account: string, readonly not_after: Instant }>
  readonly stuck: readonly Delayed[]
  readonly held: readonly Delayed[]
  readonly dead: readonly Delayed[]
  readonly overdue: ReadonlyArray<{ readonly receiver: string, readonly count: number }>
  /** How far messages to each party are judged. */
  readonly judging: ReadonlyArray<Pick<Party, 'code' | 'judging'>>
  /** Where what is for each party is pushed to; `failing_since` null: it answers, or nothing was pushed yet. */
  readonly pushed: ReadonlyArray<{ readonly party: string, readonly connection: CalledConnection, readonly failing_since: Instant | null, readonly reason: string | null, readonly left_alone: boolean }>
  /** Between whom earlier messages are kept; `complete_from` null: nobody said from when on all of them. */
  readonly pairs: ReadonlyArray<Pick<KeptPair, 'pair' | 'complete_from'>>
  /** Messages of an import of history that do not count yet. */
  readonly importing: number
  /** What was imported of external sources, and the last day on which anything of it holds; null: no end. */
  readonly sources: ReadonlyArray<{ readonly part: Part, readonly until: string | null }>
  /** Since when the audit has rows that no checkpoint tells of; null when there are none. */
  readonly unchecked: Instant | null
  /** Since when a row of the audit waits to be chained; null when none does. */
  readonly unchained: Instant | null
  /** When something was last written down; null when nothing was. */
  readonly last_event: Instant | null
}

/** Along an index that holds nothing else: a million may wait. */
const delayed = (where: string, order: 'due_ms' | 'since_ms'): string =>
  `select m.id, m.receiver, m.received_ms, d.last_reason from delivery as d join message as m on m.seq = d.message where ${where} order by d.${order}, d.id limit ${told_max}`
const stopped = (state: 'held' | 'dead'): string => delayed(`d.state in ('held', 'dead') and d.state = '${state}'`, 'since_ms')

/** @returns what there is to say at this moment @throws StoreUnusable when it is no database of ours, or of before these tables */
export const lookOver = (place: Place, now: Instant): Promise<Look> => asking(place, async ask => {
  const list = async (sql: string, ...values: number[]): Promise<string[]> => (await ask(sql, ...values)).map(row => text(row, 'it'))
  const deliveries = async (sql: string, ...values: number[]): Promise<Delayed[]> => (await ask(sql, ...values)).map(row =>
    ({ id: text(row, 'id'), receiver: text(row, 'receiver'), received: instant(whole(row, 'received_ms')), reason: maybe(row, 'last_reason', text) }))
  const [unchecked] = await ask("select at_ms from audit where chain = 'main' and event <> 'checkpoint' and seq > coalesce((select seq from checkpoint order by number desc limit 1), 0) order by seq limit 1")
  const [unchained] = 'path' in place ? [] : await ask('select at_ms from audit_new order by number limit 1')
  const [last] = await ask('select at_ms from audit order by chain desc, seq desc limit 1')
  return {
    parties: whole((await ask('select count(*) as n from party'))[0] ?? {}, 'n'),
    alone: await list('select code as it from party as p where not exists (select 1 from account where party = p.code and active = 1) and not exists (select 1 from mandate where party = p.code) order by code'),
    unknown: await list("select id as it from account as a where active = 1 and oin is null and not exists (select 1 from certificate where account = a.id and use = 'tls') order by id"),
    ending: (await ask("select c.account, c.not_after_ms from certificate as c join account as a on a.id = c.account where a.active = 1 and c.use = 'tls' and c.not_after_ms < ? order by c.not_after_ms", now + ending_ms))
      .map(row => ({ account: text(row, 'account'), not_after: instant(whole(row, 'not_after_ms')) })),
    stuck: await deliveries(delayed("d.kind = 'handle' and d.state = 'due' and m.received_ms < ?", 'due_ms'), now - stuck_ms),
    held: await deliveries(stopped('held')),
    dead: await deliveries(stopped('dead')),
    overdue: (await ask("select receiver, count(*) as n from message where answer = 'awaited' and answer_due_ms is not null and answer_due_ms <= ? group by receiver order by receiver", now))
      .map(row => ({ receiver: text(row, 'receiver'), count: whole(row, 'n') })),
    judging: (await ask('select code, judging from party order by code')).map(row => ({ code: partyOf(row, 'code'), judging: judging(text(row, 'judging')) })),
    pushed: (await ask('select p.code, p.connections, d.state, d.failing_since_ms, d.reason from party as p left join destination as d on d.party = p.code order by p.code')).flatMap(row =>
      connections(text(row, 'connections')).flatMap(it => it.door === 'rest-push' || it.door === 'ggk'
        ? [{ party: text(row, 'code'), connection: it, failing_since: maybe(row, 'failing_since_ms', at), reason: maybe(row, 'reason', text), left_alone: row['state'] === 'open' }]
        : [])),
    pairs: (await ask('select family, gemeente, aanbieder, complete_from from pair order by gemeente, aanbieder, family'))
      .map(row => ({ pair: { family: oneOf(row, 'family', families), gemeente: text(row, 'gemeente'), aanbieder: text(row, 'aanbieder') }, complete_from: maybe(row, 'complete_from', text) })),
    importing: whole((await ask('select count(*) as n from source where waits = 2'))[0] ?? {}, 'n'),
    sources: (await ask(`select p.list, p.family, p.gemeente, p.aanbieder, max(coalesce(r.tot, '9999-12-31')) as until from source_part as p
      join source_row as r on r.list = p.list and r.family = p.family and r.gemeente = p.gemeente and r.aanbieder = p.aanbieder and r.edition = p.edition group by 1, 2, 3, 4 order by 1, 2, 3, 4`))
      .map(row => ({ part: partOf(row), until: text(row, 'until') === '9999-12-31' ? null : text(row, 'until') })),
    unchecked: unchecked === undefined ? null : instant(whole(unchecked, 'at_ms')),
    unchained: unchained === undefined ? null : instant(whole(unchained, 'at_ms')),
    last_event: last === undefined ? null : instant(whole(last, 'at_ms'))
  }
})

/** @returns the steps this version would still take with a database, and those it does not know @param done the steps the database has */
export const stepsOf = (done: readonly string[]): { readonly missing: readonly string[], readonly strange: readonly string[] } => ({
  missing: migrations.map(it => it.name).filter(it => !done.includes(it)),
  strange: done.filter(it => !migrations.some(step => step.name === it))
})
