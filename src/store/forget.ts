/** Forgetting: of a message its payload and what was found in it, or all but the key under which it was taken; what was refused, and batches, whole. */
import type { Knex } from 'knex'
import type { Instant } from '../core/core.ts'
import type { Audit } from './audit.ts'
import type { Db, Row, Session } from './db.ts'
import { at, hold, prepared, type Dialect } from './dialect.ts'
import { factEnd } from './ending.ts'
import type { FactKeeper } from './facts.ts'
import { arrivalEnd } from './leaving.ts'
import { marksIn } from './marks.ts'
import { maybe, message, text, whole } from './rows.ts'
import type { Swept, SweepKind, SweepStep } from './keeping.ts'
import { together, type Together } from './step.ts'
import type { Store } from './verbs.ts'

/** What is under way, or waits for a person, is not forgotten however old it is. */
const settled: ReadonlySet<string> = new Set(['none', 'delivered'])
/** @returns whether a message in this state of delivery has come to its end */
export const isSettled = (delivery: string): boolean => settled.has(delivery)

function statements ({ sql, lockFree, many }: Dialect) {
  const state = ['m.id', 'm.received_ms', 'm.delivery', 'm.answer', 'm.answer_due_ms', 'm.size_bytes', 'm.payload_gone_why']
  /** Rows on which nothing hangs that is not theirs alone: found by age, and deleted by id. */
  const aged = (rows: () => Knex.QueryBuilder, column: string, parts: string | Knex.Raw) => {
    const old = (): Knex.QueryBuilder => rows().where(column, '<', at('before'))
    return {
      old: prepared(old().select(['id', 'size_bytes', parts]).orderByRaw('?? limit ?', [column, at('limit')])),
      count: prepared(old().select(sql.raw('count(*) as swept'))),
      gone: prepared(rows().where('id', at('id')).delete())
    }
  }
  return {
    payload: prepared(sql('payload as p').join('message as m', 'm.seq', 'p.message').select(['p.message as seq', ...state])
      .where('p.message', '>', at('after')).orderByRaw('p.message limit ?', [at('limit')])),
    metadata: prepared(sql('message as m').leftJoin('payload as p', 'p.message', 'm.seq').select(['m.seq', ...state, 'p.message as payload'])
      .where('m.seq', '>', at('after')).orderByRaw('m.seq limit ?', [at('limit')])),
    whole: {
      refused: aged(() => sql('refused'), 'at_ms', sql.raw('1 as parts')),
      batch: aged(() => sql('batch').where('state', 'done'), 'received_ms', 'members as parts')
    },
    // What somebody else has in hand stays this time; what another forgot or erased since is not forgotten again.
    still: many(prepared(lockFree(sql('message').select('seq').where({ seq: at('seq'), delivery: at('delivery'), answer: at('answer') }).whereRaw("coalesce(payload_gone_why, '') = ?", [at('gone')]))), { seq: 'number', delivery: 'text', answer: 'text', gone: 'text' }),
    noPayload: many(prepared(sql('payload').where('message', at('seq')).delete()), { seq: 'number' }),
    noFinding: many(prepared(sql('finding').where('message', at('seq')).delete()), { seq: 'number' }),
    gone: many(prepared(sql('message').where('seq', at('seq')).update({ data_key: null, kek_id: null, payload_gone_ms: at('now'), payload_gone_why: at('why') })), { seq: 'number', why: 'text', now: 'number' }),
    spend: prepared(sql.into(sql.raw('spent (sender, type, identificatie, id, sha256, receipt)'))
      .insert(sql('message').select(['sender', 'type', 'identificatie', 'id', 'sha256', 'receipt']).where('seq', at('seq')))),
    idOf: many(prepared(sql('message').select('id').where('seq', at('seq'))), { seq: 'number' }),
    noMessage: many(prepared(sql('message').where('seq', at('seq')).delete()), { seq: 'number' })
  }
}

export interface Forgetter {
  /** Takes away payload, findings and the key they were under; what is left says when and why. Inside a transaction. */
  payload (session: Session, seq: number, why: 'retention' | 'erased', now: Instant): Promise<void>
  /** Takes away the message with everything that hangs on it; the key under which it was taken stays spent. Inside a transaction. */
  metadata (session: Session, seq: number): Promise<void>
}

export function forgetter (dialect: Dialect): Forgetter {
  const sql = statements(dialect)
  const marks = marksIn(dialect)
  const arrivals = arrivalEnd(dialect)
  return {
    async payload (session, seq, why, now) {
      await session.run(sql.noPayload, { seq })
      await session.run(sql.noFinding, { seq })
      await session.run(sql.gone, { seq, why, now })
    },
    async metadata (session, seq) {
      await marks.forget(session, seq)
      await session.run(sql.spend, { seq })
      for (const row of await session.all(sql.idOf, { seq })) await arrivals.forget(session, message(row, 'id'))
      await session.run(sql.noMessage, { seq })
    }
  }
}

/** @returns why a message that is old enough stays all the same; null when it may go */
function reason (row: Row, now: Instant): keyof Swept['kept'] | null {
  // What was erased on its way is dead for good.
  if (!isSettled(text(row, 'delivery')) && row['payload_gone_why'] !== 'erased') return 'undelivered'
  // A term that was never set has run out long before any retention has.
  if (row['answer'] === 'awaited' && row['answer_due_ms'] !== null && whole(row, 'answer_due_ms') > now) return 'awaiting'
  return (row['payload'] ?? null) !== null ? 'payload' : null
}

const day_ms = 86_400_000

/** What is asked of rows in step: none of them is in another's way. */
const inStep = <Result>(each: (session: Session, row: Row) => Promise<Result>): Together<Row, Result> =>
  ({ each, alone: each, touches: () => ({ changes: [] }), bytes: row => whole(row, 'size_bytes') })

/** @returns from a row on those that are old enough, as many as one window takes if all of them go */
function lotOf (rows: readonly Row[], from: number, { before, bytes_max }: Pick<SweepStep, 'before' | 'bytes_max'>): Row[] {
  let bytes = 0
  const end = rows.findIndex((row, nth) => {
    if (nth < from) return false
    if (whole(row, 'received_ms') >= before || bytes > bytes_max) return true
    bytes += whole(row, 'size_bytes')
    return false
  })
  return rows.slice(from, end < 0 ? rows.length : end)
}

/** What says of rows, in step, why each stays or whether it is free to go. */
interface Asking { readonly reasons: (rows: readonly Row[]) => Promise<ReadonlyArray<keyof Swept['kept'] | null>>, readonly free: (rows: readonly Row[]) => Promise<readonly boolean[]> }

/** Goes through one window of messages, in the order they were taken. @returns those that go, and the tally */
async function sorted (rows: readonly Row[], { reasons, free }: Asking, { before, bytes_max, messages_max }: Pick<SweepStep, 'before' | 'bytes_max' | 'messages_max'>): Promise<{ readonly going: Row[], readonly tally: Swept }> {
  const going: Row[] = []
  const kept = { undelivered: 0, awaiting: 0, payload: 0, history: 0 }
  let [bytes, seen] = [0, 0]
  // Mostly one lot; more where messages that are kept were to be passed.
  for (let lot = lotOf(rows, 0, { before, bytes_max }); lot.length > 0; lot = lotOf(rows, seen, { before, bytes_max: bytes_max - bytes })) {
    const why = await reasons(lot)
    const mayGo = lot.filter((_, nth) => why[nth] === null)
    const isFree = await free(mayGo)
    for (const it of why) if (it !== null) kept[it]++
    for (const row of mayGo.filter((_, nth) => isFree[nth])) {
      going.push(row)
      bytes += whole(row, 'size_bytes')
    }
    seen += lot.length
    if (bytes > bytes_max) break
  }
  const next = rows[seen]
  const done = next === undefined ? rows.length < messages_max : whole(next, 'received_ms') >= before
  return { going, tally: { swept: going.length, bytes, kept, after: done ? null : whole(rows[seen - 1] ?? {}, 'seq') } }
}

/** @returns the verb that forgets by age */
export function sweepVerb (db: Db, dialect: Dialect, audit: Audit, { rise }: Pick<FactKeeper, 'rise'>): Pick<Store, 'sweep'> {
  const sql = statements(dialect)
  const forget = forgetter(dialect)
  const facts = factEnd(dialect, rise)
  const arrivals = arrivalEnd(dialect)

  /** What came in under a number and was refused goes with what was kept of it. @returns whether there may be more */
  async function numbers (session: Session, { before, now, messages_max }: SweepStep): Promise<boolean> {
    const gone = await arrivals.sweep(session, before, messages_max)
    if (gone > 0) await audit(session, { at: now, event: 'swept', message: null, detail: `arrival:${gone}` })
    return gone === messages_max
  }

  /** What is too old goes, whole; a batch weighs as many messages as it has members. */
  async function rows (session: Session, kind: keyof typeof sql.whole, step: SweepStep): Promise<Swept> {
    const [{ before, now, messages_max, bytes_max, dry }, { old, count, gone }] = [step, sql.whole[kind]]
    const none = { bytes: 0, kept: { undelivered: 0, awaiting: 0, payload: 0, history: 0 }, after: null }
    if (dry) return { ...none, swept: whole((await session.all(count, { before }))[0] ?? {}, 'swept') }
    // One after the other, or two sweeps would each count what goes once.
    await hold(session, dialect, `sweep ${kind}`)
    const found = await session.all(old, { before, limit: messages_max })
    let [swept, parts, bytes] = [0, 0, 0]
    for (const row of found) {
      if (parts >= messages_max || bytes > bytes_max) break
      await session.run(gone, { id: text(row, 'id') })
      swept++
      parts += whole(row, 'parts')
      bytes += whole(row, 'size_bytes')
    }
    if (swept > 0) await audit(session, { at: now, event: 'swept', message: null, detail: `${kind}:${swept}` })
    const ended = swept === found.length && found.length < messages_max
    const more = ended && kind === 'refused' && await numbers(session, step)
    return { ...none, swept, bytes, after: ended && !more ? null : 0 }
  }

  /** @returns what asks about rows in this transaction: why they stay, and whether nobody else is changing them, so that they go as they were looked at */
  function asking (session: Session, { now, dry, history }: SweepStep): Asking {
    const today = Math.floor(now / day_ms)
    return {
      reasons: rows => together(session, dialect, rows, inStep(async (part, row) => reason(row, now) ?? (await facts.keeps(part, whole(row, 'seq'), today, history ?? null, dry) ? 'history' : null))),
      free: async rows => dry || dialect.alone === null
        ? rows.map(() => true)
        : await together(session, dialect, rows, inStep(async (part, row) =>
          (await part.all(sql.still, { seq: whole(row, 'seq'), delivery: text(row, 'delivery'), answer: text(row, 'answer'), gone: maybe(row, 'payload_gone_why', text) ?? '' })).length > 0))
    }
  }

  async function step (session: Session, kind: Exclude<SweepKind, keyof typeof sql.whole>, it: SweepStep): Promise<Swept> {
    const { now, after, messages_max, dry } = it
    const rows = await session.all(sql[kind], { after, limit: messages_max })
    const { going, tally } = await sorted(rows, asking(session, it), it)
    const [first, last] = [going[0], going.at(-1)]
    if (dry || first === undefined || last === undefined) return tally
    const changed = await together(session, dialect, going, inStep(async (part, row) => {
      const pair = await facts.forget(part, whole(row, 'seq'))
      if (kind === 'payload') await forget.payload(part, whole(row, 'seq'), 'retention', now)
      else await forget.metadata(part, whole(row, 'seq'))
      return pair
    }))
    // Last: whoever stores something between the two waits from then on until this is committed.
    for (const pair of [...new Set(changed)].filter(it => it !== null).sort((a, b) => a - b)) await rise(session, pair)
    await audit(session, { at: now, event: 'swept', message: null, detail: [kind, going.length, message(first, 'id'), message(last, 'id')].join(':') })
    return tally
  }

  const work = (kind: SweepKind, it: SweepStep) => async (session: Session): Promise<Swept> => kind === 'refused' || kind === 'batch' ? await rows(session, kind, it) : await step(session, kind, it)
  return { sweep: (kind, it) => it.dry ? db.read(work(kind, it)) : db.write(work(kind, it), { items: it.messages_max, bytes: it.bytes_max }) }
}
