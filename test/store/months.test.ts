/** Months on PostgreSQL: made ahead, found again, unique over all of them, and dropped when nothing is left in them. */
import assert from 'node:assert/strict'
import { after, before, describe, test, type TestContext } from 'node:test'
import pg from 'pg'
import { instant, newMessageId, newReferentienummer, type Instant } from '../../src/core/core.ts'
import { openStore, type Store, type SweepStep } from '../../src/store/store.ts'
import { missing, startPostgres, type PostgresServer } from '../postgres.ts'
import { account, aanbieder, heen, later, retour, roots, start } from './sample.ts'

const which = missing('installed') === false ? 'installed' : 'bundled'
const date = (text: string): Instant => instant(Date.parse(text))
const received = (at: Instant) => heen({ delivery: 'offered', answer: 'none', envelope: { id: newMessageId(at), received: at } })
const view = { party: aanbieder, send: [], receive: ['iwmo' as const, 'ijw' as const] }

describe('months', () => {
  let server: PostgresServer
  before(async () => { server = await startPostgres({ which }) })
  after(async () => { await server.stop() })

  /** A database, and what opens it as one more process at a moment. */
  async function made (t: TestContext) {
    const url = await server.freshDatabase()
    const sql = new pg.Client(url)
    await sql.connect()
    const stores: Store[] = []
    t.after(async () => { await Promise.all(stores.map(store => store.close())); await sql.end() })
    const rows = async (text: string): Promise<unknown[]> => (await sql.query<unknown[]>({ text, rowMode: 'array' })).rows.map(([it]) => it)
    return {
      sql,
      rows,
      parts: (table: string) => rows(`select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = '${table}'::regclass order by 1`),
      async open (now: Instant): Promise<Store> {
        const store = await openStore({ url, mode: 'test', roots, clock: { now: () => now } })
        stores.push(store)
        return store
      }
    }
  }

  test('are there three ahead from the opening on, over the end of a year, in UTC', async t => {
    const { open, parts } = await made(t)
    const store = await open(date('2027-10-31T23:59:59.999Z'))
    for (const table of ['message', 'payload', 'audit']) assert.deepEqual((await parts(table)).filter(it => /_\d/.test(String(it))), ['2027_10', '2027_11', '2027_12', '2028_01'].map(it => `${table}_${it}`))
    assert.deepEqual(await store.months(date('2027-10-31T23:59:59.999Z')), { made: [], dropped: [] })
    const { made: next } = await store.months(date('2027-11-01T00:00:00Z'))
    assert.deepEqual(next, ['payload_2028_02', 'message_2028_02', 'audit_2028_02'])
  })

  test('hold what their ids name, at their first and last moment and on a 29th of February, whatever the clock of the server', async t => {
    const { open, rows } = await made(t)
    const store = await open(date('2028-02-29T12:00:00Z'))
    const moments = ['2028-02-01T00:00:00.000Z', '2028-02-29T23:59:59.999Z', '2028-03-01T00:00:00.000Z'].map(date)
    const items = moments.map(received)
    await store.accept(items)
    assert.deepEqual(await rows('select p.tableoid::regclass::text from payload p join message m on m.seq = p.message order by m.id'), ['payload_2028_02', 'payload_2028_02', 'payload_2028_03'])
    for (const { envelope: { id }, payload } of items) assert.deepEqual(Buffer.from(await store.payload(view, id) ?? []), Buffer.from(payload))
    assert.deepEqual((await store.mailbox(view, 10)).map(it => it.id), items.map(it => it.envelope.id), 'oldest first over months')
  })

  test('a row without one lands in the default part, is found there, and moves with all that is its own when its month is made', async t => {
    const { open, rows, parts } = await made(t)
    const store = await open(date('2027-01-15T00:00:00Z'))
    const [early, far] = [received(date('2026-05-01T00:00:00Z')), received(date('2031-07-01T00:00:00Z'))]
    assert.deepEqual((await store.accept([far, early])).map(it => it.kind), ['stored', 'stored'])
    const where = (): Promise<unknown[]> => rows('select tableoid::regclass::text from message order by seq')
    assert.deepEqual(await where(), ['message_default', 'message_default'])
    assert.equal((await store.auditHead())?.chain, 'main', 'what happened is linked')
    assert.deepEqual((await store.message(view, far.envelope.id))?.id, far.envelope.id)
    await store.months(date('2027-01-15T00:00:00Z'))
    assert.deepEqual(await where(), ['message_2026_05', 'message_2031_07'])
    assert.deepEqual(await rows('select tableoid::regclass::text from payload order by message'), ['payload_2026_05', 'payload_2031_07'])
    assert.deepEqual((await store.accept([heen({ envelope: { identificatie: far.envelope.identificatie } })])).map(it => it.kind), ['refused'], 'its key stays taken')
    assert.ok((await parts('audit')).includes('audit_2031_07'))
  })

  test('one key and one referentienummer over all months, also of two processes at once', async t => {
    const { open, rows } = await made(t)
    const moments = [date('2027-01-31T23:59:59.999Z'), date('2027-02-01T00:00:00.001Z')]
    const stores = [await open(date('2027-01-31T00:00:00Z')), await open(date('2027-01-31T00:00:00Z'))]
    for (let nth = 0; nth < 20; nth++) {
      const items = moments.map(at => heen({ payload: 'the same', envelope: { id: newMessageId(at), received: at, identificatie: `K${nth}` } }))
      const kinds = (await Promise.all(stores.map((store, at) => store.accept(items.slice(at, at + 1))))).flat().map(it => it.kind).sort()
      assert.deepEqual(kinds, ['duplicate', 'stored'])
    }
    assert.deepEqual(await rows('select count(*)::int from message'), [20])
    assert.deepEqual(await rows('select count(*)::int from message_key'), [20])
    const number = newReferentienummer()
    const [first, second] = moments.map(at => heen({ envelope: { id: newMessageId(at), received: at, referentienummer: number } }))
    assert.ok(first !== undefined && second !== undefined)
    await stores[0]?.accept([first])
    await assert.rejects(async () => await stores[1]?.accept([second]))
    assert.deepEqual(await rows(`select count(*)::int from message where referentienummer = '${number}'`), [1])
  })

  test('are dropped when they are over and the sweep has left nothing, and stay whole for what it keeps', async t => {
    const { open, parts } = await made(t)
    const old = start
    const store = await open(old)
    const [gone, undelivered, asked] = [received(old), received(old), heen({ delivery: 'offered', answer: 'awaited', answer_due: date('2030-01-01T00:00:00Z') })]
    await store.accept([gone, undelivered, asked])
    await store.acknowledge(view, gone.envelope.id, account, later(1))
    await store.acknowledge(view, asked.envelope.id, account, later(1))
    const now = date('2027-06-01T00:00:00Z')
    const step: SweepStep = { before: date('2027-01-01T00:00:00Z'), now, after: 0, messages_max: 200, bytes_max: 4_000_000, dry: false }
    const sweep = async (at: Instant): Promise<void> => { for (const kind of ['payload', 'metadata'] as const) await store.sweep(kind, { ...step, now: at }) }
    await sweep(now)
    // Rows of the audit that are not chained yet are in no month, so its month may be gone by now.
    const ofMessages = (dropped: readonly string[]): string[] => dropped.filter(it => /^(payload|message)_2026_09$/.test(it))
    assert.deepEqual(ofMessages((await store.months(now)).dropped), [], 'two are kept, in payload and message')
    assert.equal((await store.message(view, undelivered.envelope.id))?.delivery, 'offered')
    assert.notEqual(await store.payload(view, asked.envelope.id), null)
    await store.acknowledge(view, undelivered.envelope.id, account, now)
    await store.accept([retour(asked, { delivery: 'offered', envelope: { id: newMessageId(now), received: now } })])
    await sweep(date('2030-02-01T00:00:00Z'))
    const { dropped } = await store.months(date('2030-02-01T00:00:00Z'))
    assert.deepEqual(ofMessages(dropped), ['payload_2026_09', 'message_2026_09'])
    assert.ok(!(await parts('message')).includes('message_2026_09'))
    assert.equal((await store.accept([heen({ payload: 'other', envelope: { identificatie: gone.envelope.identificatie } })]))[0]?.kind, 'refused', 'what was taken stays taken')
  })

  test('a reader does not wait for them: what it stands in the way of is made and dropped later', async t => {
    const { open, sql, parts } = await made(t)
    const store = await open(date('2027-01-15T00:00:00Z'))
    await sql.query('begin')
    await sql.query('select count(*) from message')
    const then = date('2027-09-01T00:00:00Z')
    const first = await store.months(then)
    assert.deepEqual([first.made, first.dropped].map(all => all.filter(it => it.startsWith('message'))), [[], []])
    assert.ok(first.made.includes('payload_2027_09') && (await parts('message')).includes('message_2027_02'))
    assert.equal((await store.accept([received(then)]))[0]?.kind, 'stored', 'others go on meanwhile')
    await sql.query('commit')
    const { made: done, dropped } = await store.months(then)
    assert.ok(done.includes('message_2027_09') && dropped.includes('message_2027_02'))
    assert.equal((await store.mailbox(view, 10)).length, 1)
  })

  test('a whole month of the audit goes at once when a checkpoint lets all of it go, and not before', async t => {
    const { open, parts, rows } = await made(t)
    const [old, now] = [date('2027-01-15T00:00:00Z'), date('2027-03-15T00:00:00Z')]
    const store = await open(old)
    await store.accept([received(old), received(old)])
    const edge = await store.auditHead()
    await store.accept([received(now)])
    await store.auditHead()
    const inJanuary = (): Promise<unknown[]> => rows("select count(*)::int from audit where at_ms < extract(epoch from timestamp '2027-02-01') * 1000")
    const [before] = await inJanuary()
    const checkpoint = (id: string, removed: number) => ({ id, at: now, seq: removed, removed, body: Buffer.from('{}'), seal: Buffer.alloc(1) })
    const [first, second] = [newMessageId(old), newMessageId(now)]
    assert.ok(edge !== null && Number(before) >= 3)
    await store.keepCheckpoint(checkpoint(first, edge.seq - 1), heen().envelope.sha256, null)
    assert.equal(await store.pruneAudit(1), 1, 'one row of the month stays: row by row')
    assert.ok((await parts('audit')).includes('audit_2027_01'))
    await store.keepCheckpoint(checkpoint(second, edge.seq), heen().envelope.sha256, first)
    assert.equal(await store.pruneAudit(1), Number(before) - 1)
    assert.ok(!(await parts('audit')).includes('audit_2027_01'))
    assert.ok((await rows('select count(*)::int from audit')).every(left => Number(left) >= 2), 'what came later stays')
  })

  test('one message is looked for in its month alone, among years of them', async t => {
    const { open, sql } = await made(t)
    const store = await open(date('2026-01-15T00:00:00Z'))
    for (let month = 21; month >= 0; month -= 3) await store.months(instant(Date.UTC(2026, month, 15)))
    const item = received(date('2026-11-05T00:00:00Z'))
    await store.accept([item])
    const { id, sender, type, identificatie, referentienummer } = item.envelope
    const among = async (where: string): Promise<number> => {
      const { rows: [row] } = await sql.query<{ 'QUERY PLAN': unknown }>(`explain (format json) select id from message where ${where}`)
      return new Set(JSON.stringify(row).match(/message_(\d{4}_\d\d|before|default)(?=")/g)).size
    }
    assert.ok(await among("conversatie = 'x'") > 20, 'all are looked into where nothing names the month')
    assert.equal(await among(`id = '${id}' and (seq between message_from('${id}') and message_to('${id}') or seq < 1099511627776)`), 2, 'its month, and what came from another database')
    assert.equal(await among(`seq = message_at('${sender}', '${type}', '${identificatie}')`), 1)
    assert.equal(await among(`seq = message_numbered('${referentienummer}')`), 1)
  })
})
