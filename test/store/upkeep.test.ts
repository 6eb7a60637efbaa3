/** Upkeep on PostgreSQL beside messages: accepts go on while much is swept and while their month is made, and of two that do the same each thing is done once. */
import assert from 'node:assert/strict'
import { after, before, describe, test, type TestContext } from 'node:test'
import { instant, newMessageId, type Instant } from '../../src/core/core.ts'
import type { Store } from '../../src/store/store.ts'
import { sweep, type Retention } from '../../src/upkeep/upkeep.ts'
import { missing, startPostgres, type PostgresServer } from '../postgres.ts'
import { aanbieder, heen } from './sample.ts'
import { sharedDatabase } from './shared-database.ts'

const date = (text: string): Instant => instant(Date.parse(text))
const view = { party: aanbieder, send: [], receive: ['iwmo' as const, 'ijw' as const] }
const received = (at: Instant) => heen({ delivery: 'offered', answer: 'none', envelope: { id: newMessageId(at), received: at } })
/** `SWEPT_PAYLOADS=20000` for a long run. */
const many = Number(process.env['SWEPT_PAYLOADS'] ?? 4_000)
const retention: Retention = { retention_payload_days: 30, retention_metadata_days: 60, retention_refused_days: 30, retention_assignment_days: 1, retention_claim_days: 1 }

describe('upkeep beside messages', { skip: missing('bundled') }, () => {
  let server: PostgresServer
  before(async () => { server = await startPostgres() })
  after(async () => { await server.close() })

  async function made (t: TestContext) {
    const database = await sharedDatabase(t, server)
    const { sql } = database
    return {
      ...database,
      /** Messages that have come to their end, with their payloads: copies of one that was accepted. */
      async fill (store: Store, at: Instant, count: number): Promise<void> {
        const one = heen({ delivery: 'offered', answer: 'none', envelope: { id: newMessageId(at), received: at } })
        await store.accept([one])
        const { rows } = await sql.query<{ name: string }>("select column_name as name from information_schema.columns where table_name = 'message' and column_name <> 'seq' order by ordinal_position")
        const own: Readonly<Record<string, string>> = { id: 'x.id', identificatie: "'C' || x.n", referentienummer: "'r' || x.n", delivery: "'delivered'" }
        await sql.query(`with made as (insert into message (seq, ${rows.map(it => it.name).join(', ')})
          select message_seq(x.id), ${rows.map(it => own[it.name] ?? it.name).join(', ')} from message, (select n, left('${one.envelope.id}', 24) || lpad(to_hex(n), 12, '0') as id from generate_series(1, ${count - 1}) as n) as x where message.id = '${one.envelope.id}' returning seq)
          insert into payload select made.seq, p.body from made, payload as p`)
        await sql.query("update message set delivery = 'delivered'")
      }
    }
  }

  test('a sweep of many payloads lets messages through between its pieces', async t => {
    const { open, fill, rows } = await made(t)
    const [then, now] = [date('2027-01-15T00:00:00Z'), date('2027-03-01T00:00:00Z')]
    const [one, other] = [await open(now), await open(now)]
    await fill(one, then, many)
    const ended = new AbortController()
    let [pieces, accepted] = [0, 0]
    const between = new Set<number>()
    const accepting = async (): Promise<void> => {
      while (!ended.signal.aborted) {
        const [result] = await other.accept([received(now)])
        assert.equal(result?.kind, 'stored')
        accepted++
        if (!ended.signal.aborted) between.add(pieces)
      }
    }
    const sweeping = sweep({ store: one, retention, now, onStep: kind => { if (kind === 'payload') pieces++ } }).finally(() => { ended.abort() })
    const [report] = await Promise.all([sweeping, accepting()])
    t.diagnostic(`${accepted} accepted, between ${between.size} of ${pieces} pieces`)
    assert.equal(report.payload.swept, many)
    assert.ok(pieces >= many / 200 && between.size > pieces / 4, `accepted between ${between.size} of ${pieces} pieces`)
    assert.deepEqual(await rows('select count(*)::int from payload'), [accepted])
  })

  test('two sweeps at once take each message once, and neither fails', async t => {
    const { open, fill, rows } = await made(t)
    const [then, now] = [date('2027-01-15T00:00:00Z'), date('2027-06-01T00:00:00Z')]
    const stores = [await open(now), await open(now)]
    await fill(stores[0] ?? assert.fail(), then, 1_000)
    const reports = await Promise.all(stores.map(store => sweep({ store, retention, now })))
    // What one had in hand the other passed over, and may have been at its end by then.
    const last = await Promise.all(stores.map(store => sweep({ store, retention, now })))
    for (const kind of ['payload', 'metadata'] as const) assert.equal([...reports, ...last].reduce((sum, it) => sum + it[kind].swept, 0), 1_000, kind)
    assert.deepEqual(await rows('select count(*)::int from message union all select count(*)::int from payload'), [0, 0])
    assert.deepEqual(await rows('select count(*)::int from spent'), [1_000])
    await stores[0]?.auditHead()
    assert.deepEqual(await rows("select sum(split_part(detail, ':', 2)::int)::int from audit where event = 'swept' and detail like 'metadata:%'"), [1_000])
  })

  test('two that make and drop months at once do each once, and neither fails', async t => {
    const { open, rows } = await made(t)
    const [then, now] = [date('2026-01-15T00:00:00Z'), date('2027-06-15T00:00:00Z')]
    const stores = [await open(then), await open(then), await open(then)]
    for (let nth = 0; nth < 5; nth++) {
      const at = instant(now + nth * 31 * 86_400_000)
      const all = await Promise.all(stores.map(store => store.months(at)))
      const [made, dropped] = [all.flatMap(it => it.made), all.flatMap(it => it.dropped)]
      assert.deepEqual([new Set(made).size, new Set(dropped).size], [made.length, dropped.length])
    }
    await stores[0]?.months(instant(now + 4 * 31 * 86_400_000))
    assert.deepEqual(await rows("select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'message'::regclass order by 1"), ['2027_10', '2027_11', '2027_12', '2028_01', 'default'].map(it => `message_${it}`))
  })

  test('a message whose month is being made waits for it, and is stored there', async t => {
    const { open, sql, rows } = await made(t)
    const now = date('2027-01-15T00:00:00Z')
    const store = await open(now)
    const item = received(date('2027-05-01T00:00:00Z'))
    await sql.query('begin')
    for (const [table, column] of [['payload', 'message'], ['message', 'seq']]) await sql.query(`select cut_part('${table}', '${column}', '${table}_2027_05', 88 * 1099511627776, 89 * 1099511627776)`)
    const accepting = store.accept([item])
    for (let waits: unknown = 0; waits === 0;) [waits] = await rows('select count(*)::int from pg_locks where not granted')
    await sql.query('commit')
    assert.deepEqual((await accepting).map(it => it.kind), ['stored'])
    assert.deepEqual(await rows('select tableoid::regclass::text from message union all select tableoid::regclass::text from payload'), ['message_2027_05', 'payload_2027_05'])
    assert.deepEqual(Buffer.from(await store.payload(view, item.envelope.id) ?? []), Buffer.from(item.payload))
  })

  test('at the border of months messages go on while the months they need are made', async t => {
    const { open, rows } = await made(t)
    const store = await open(date('2027-01-15T00:00:00Z'))
    const others = [await open(date('2027-01-15T00:00:00Z')), await open(date('2027-01-15T00:00:00Z'))]
    const border = date('2027-05-01T00:00:00Z')
    const items: Array<ReturnType<typeof received>> = []
    const done = new AbortController()
    const accepting = others.map(async other => {
      for (let nth = 0; !done.signal.aborted; nth++) {
        const item = received(instant(border + (nth % 2 === 0 ? -1 : 1) * nth))
        assert.deepEqual((await other.accept([item])).map(it => it.kind), ['stored'])
        items.push(item)
      }
    })
    const making = async (): Promise<void> => {
      try { while (!(await rows("select to_regclass('message_2027_05') is not null and to_regclass('payload_2027_05') is not null"))[0]) await store.months(date('2027-02-01T00:00:00Z')) } finally { done.abort() }
    }
    await Promise.all([...accepting, making()])
    assert.ok(items.length > 0)
    for (const { envelope: { id }, payload } of items) assert.deepEqual(Buffer.from(await store.payload(view, id) ?? []), Buffer.from(payload))
    assert.deepEqual(await rows('select count(*)::int from message_default union all select count(*)::int from payload_default union all select count(*)::int from message'), [0, 0, items.length])
  })
})
