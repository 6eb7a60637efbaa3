/** Months on PostgreSQL: made ahead, found again, unique over all of them, and dropped when nothing is left in them. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test, type TestContext } from 'node:test'
import { instant, newMessageId, newReferentienummer, partyCode, type Instant, type PartyCode } from '../../src/core/core.ts'
import { postgresDialect } from '../../src/store/dialect.ts'
import { statementsOf } from '../../src/store/migrate.ts'
import { migrations } from '../../src/store/migrations.ts'
import { migrate, openStore, type Session, type SweepStep } from '../../src/store/store.ts'
import { missing, startPostgres, type PostgresServer } from '../postgres.ts'
import { account, aanbieder, heen, later, retour, roots, start } from './sample.ts'
import { sharedDatabase } from './shared-database.ts'

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
    const database = await sharedDatabase(t, server)
    return {
      ...database,
      parts: (table: string) => database.rows(`select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = '${table}'::regclass order by 1`)
    }
  }

  test('are there three ahead from the opening on, over the end of a year, in UTC', async t => {
    const { open, parts } = await made(t)
    const store = await open(date('2027-10-31T23:59:59.999Z'))
    for (const table of ['message', 'payload', 'audit']) assert.deepEqual((await parts(table)).filter(it => /_\d/.test(String(it))), ['2027_10', '2027_11', '2027_12', '2028_01'].map(it => `${table}_${it}`))
    assert.deepEqual(await store.months(date('2027-10-31T23:59:59.999Z')), { made: [], dropped: ['payload_before', 'message_before'] }, 'nothing came from another database')
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

  test('the first that is numbered by hand is no month: a clock that stands still before them opens all the same', async t => {
    const { open, parts } = await made(t)
    const store = await open(date('1970-01-01T00:00:00Z'))
    const item = received(date('1970-01-01T00:00:01Z'))
    await store.accept([item])
    assert.deepEqual(Buffer.from(await store.payload(view, item.envelope.id) ?? []), Buffer.from(item.payload))
    await store.months(date('2020-01-31T00:00:00Z'))
    assert.deepEqual((await parts('message')).filter(it => /_\d/.test(String(it))), ['message_2020_02', 'message_2020_03', 'message_2020_04'])
    assert.equal((await store.message(view, item.envelope.id))?.id, item.envelope.id)
  })

  test('who looks while rows move out of the default part finds them', async t => {
    const { open } = await made(t)
    const now = date('2027-01-15T00:00:00Z')
    const store = await open(now)
    const items = Array.from({ length: 6 }, (_, nth) => received(date(`203${nth}-07-01T00:00:00Z`)))
    await store.accept(items)
    const done = new AbortController()
    let [looks, missed] = [0, 0]
    const looking = items.map(async ({ envelope: { id } }) => {
      while (!done.signal.aborted) { looks++; if (await store.message(view, id) === null) missed++ }
    })
    const { made: parts } = await store.months(now)
    done.abort()
    await Promise.all(looking)
    assert.ok(parts.length >= 12 && looks > 0)
    assert.equal(missed, 0)
  })

  test('rows of a database of before are all there, and numbers go on above them', async t => {
    const { sql, rows, url } = await made(t)
    await sql.query('create table migration (name text primary key, at_ms bigint not null)')
    for (const step of migrations.slice(0, migrations.findIndex(it => it.name === '0021-months'))) {
      for (const text of statementsOf(step, postgresDialect)) await sql.query(text)
      await sql.query('insert into migration values ($1, 0)', [step.name])
    }
    const { rows: columns } = await sql.query<{ table: string, name: string, type: string, key: string | null }>(`select c.table_name as table, c.column_name as name, c.data_type as type, pg_get_serial_sequence(c.table_name, c.column_name) as key
      from information_schema.columns as c where c.table_schema = 'public' and c.table_name not in ('migration', 'meta', 'process', 'tenure') order by 1, c.ordinal_position`)
    await sql.query('set session_replication_role = replica')
    const tables = [...Map.groupBy(columns, it => it.table)]
    const values: Readonly<Record<string, (nth: number) => unknown>> = { bigint: nth => nth, bytea: nth => Buffer.from([nth]), text: nth => `${nth}`, jsonb: () => '{}', boolean: () => true }
    for (const [table, its] of tables) for (const nth of [1, 2]) await sql.query(`insert into ${table} values (${its.map((_, at) => `$${at + 1}`).join(', ')})`, its.map(it => values[it.type]?.(nth)))
    for (const { key } of columns) if (key !== null) await sql.query('select setval($1::regclass, 2)', [key])
    await sql.query('set session_replication_role = origin')
    const contents = async (): Promise<unknown[]> => {
      const all: unknown[] = []
      for (const [table, its] of tables) all.push([table, await rows(`select row(${its.map(it => `"${it.name}"`).join(', ')})::text from ${table} order by 1`)])
      return all
    }
    const before = await contents()
    await migrate(url)
    assert.deepEqual(await contents(), before)
    assert.deepEqual(await rows('select distinct tableoid::regclass::text from message'), ['message_before'])
    assert.deepEqual(await rows('select distinct tableoid::regclass::text from payload'), ['payload_before'])
    assert.deepEqual(await rows('select row(k.*)::text = row(m.sender, m.type, m.identificatie, m.referentienummer, m.seq)::text from message_key as k join message as m on m.seq = k.seq'), [true, true])
    assert.deepEqual(await rows(`select (message_seq('${newMessageId(start)}') % 1099511627776)::int`), [3], 'numbers go on')
    await sql.query('delete from message where seq = 1')
    for (const table of ['payload', 'finding', 'signature', 'delivery', 'task']) assert.deepEqual(await rows(`select message::int from ${table}`), [2], `${table} goes with its message`)
    assert.deepEqual(await rows('select seq::int from message_key'), [2])
  })

  const dumps = spawnSync('pg_dump', ['--version']).status === 0
  test('a dump put back has every row once, in its month, and goes on', { skip: dumps || process.env['REQUIRE_TOOLS'] === '1' ? false : 'pg_dump is missing: apt-get install postgresql' }, async t => {
    const [one, other] = [await made(t), await made(t)]
    const now = date('2027-01-15T00:00:00Z')
    const store = await one.open(now)
    const items = ['2027-01-14T00:00:00Z', '2026-05-01T00:00:00Z', '2031-07-01T00:00:00Z'].map(it => received(date(it)))
    await store.accept(items)
    await store.acknowledge(view, items[0]?.envelope.id ?? newMessageId(now), account, now)
    const tables = await one.rows("select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace order by 1")
    const contents = async ({ rows }: typeof one): Promise<unknown[]> => {
      const all: unknown[] = []
      for (const table of tables) all.push([table, await rows(`select it::text from ${String(table)} as it order by 1`)])
      return all
    }
    await store.close()
    const before = await contents(one)
    const file = join(mkdtempSync(join(tmpdir(), 'zorgpoort-dump-')), 'dump')
    t.after(() => { rmSync(dirname(file), { recursive: true }) })
    const ran = (program: string, ...args: string[]): void => { const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' }); assert.equal(status, 0, stderr) }
    ran('pg_dump', '--format=custom', `--file=${file}`, one.url)
    ran('pg_restore', '--no-owner', '--exit-on-error', `--dbname=${other.url}`, file)
    assert.deepEqual(await contents(other), before)
    const again = await other.open(now)
    assert.deepEqual((await again.accept(items)).map(it => it.kind), ['duplicate', 'duplicate', 'duplicate'])
    for (const { envelope: { id }, payload } of items) assert.deepEqual(Buffer.from(await again.payload(view, id) ?? []), Buffer.from(payload))
    await again.months(now)
    assert.deepEqual(await other.rows('select tableoid::regclass::text from message order by seq'), ['message_2026_05', 'message_2027_01', 'message_2031_07'], 'what lay in the default part goes on to its month')
    assert.deepEqual((await again.accept([received(now)])).map(it => it.kind), ['stored'])
  })

  test('counting for operators asks as many statements for many receivers and months as for one', async t => {
    const { url } = await made(t)
    const now = date('2027-12-15T00:00:00Z')
    const asked: string[] = []
    const hearing = (session: Session): Session => ({ ...session, all: (statement, values) => { asked.push(statement.sql); return session.all(statement, values) } })
    const store = await openStore({ url, mode: 'test', roots, clock: { now: () => now }, wrap: db => ({ ...db, read: work => db.read(session => work(hearing(session))) }) })
    t.after(() => store.close())
    const push = { first_ms: 1, longest_ms: 1, total_ms: 1 }
    const all = (receiver: PartyCode, month: number) => ([{}, { push }, { delivery: 'waiting' }] as const).map(it => {
      const at = instant(Date.UTC(2027, month, 3))
      return heen({ delivery: 'offered', answer_due: at, ...it, envelope: { id: newMessageId(at), received: at, receiver } })
    })
    const counted = async (): Promise<[statements: number, ...found: number[]]> => {
      asked.length = 0
      const { queue, pushes, mailbox, overdue } = await store.stats(now)
      return [asked.filter(it => /\b(message|delivery)\b/.test(it)).length, ...[queue, pushes, mailbox, overdue].map(it => it.length)]
    }
    await store.accept(all(partyCode('10000000'), 11))
    const [few, ...one] = await counted()
    assert.deepEqual(one, [1, 1, 1, 1])
    await store.accept(Array.from({ length: 24 }, (_, nth) => all(partyCode(String(10_000_001 + nth)), nth % 12)).flat())
    await store.months(now)
    assert.deepEqual(await counted(), [few, 25, 25, 25, 25])
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
