/** Metrics: the table, what is exposed, the dashboard and the alarms say the same; and counting never reads through the messages. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import Database from 'better-sqlite3'
import { refusals } from '../../src/core/core.ts'
import { alarmRules, allMetrics, dashboard, openMetrics, type Metric } from '../../src/metrics/metrics.ts'
import { openStore, type Db, type Session } from '../../src/store/store.ts'
import { budgetWithoutEnd } from '../flow/broken.ts'
import { aanbieder as party, fixture, makeWorld, message } from '../flow/world.ts'
import { bringing, toegewezen } from '../store/facts.ts'
import { aanbieder, finish, heen, later, offer, roots, start } from '../store/sample.ts'

const world = await makeWorld()
const table = new Map<string, Metric>(allMetrics)

/** Names that an expression may use, with the labels each has. */
const exposed = new Map(allMetrics.flatMap(([name, { kind, labels }]) => kind === 'histogram'
  ? [[`${name}_bucket`, ['le', ...labels]], [`${name}_sum`, labels], [`${name}_count`, labels]] as Array<[string, readonly string[]]>
  : [[name, labels] as [string, readonly string[]]]))
const words = new Set(['sum', 'max', 'by', 'and', 'rate', 'increase', 'absent', 'time', 'histogram_quantile', 'predict_linear'])

/** @returns what is wrong with an expression: a name or label that is not there, or brackets that do not match */
function faults (expr: string): string[] {
  const open = [...expr.matchAll(/[([{]/g)].length
  const closed = [...expr.matchAll(/[)\]}]/g)].length
  const labels = [...expr.matchAll(/\{([a-z]+)(?:=~|=|!=)"/g), ...expr.matchAll(/ by \(([^)]*)\)/g)].flatMap(([, it = '']) => it.split(', '))
  const bare = expr.replace(/"[^"]*"/g, '').replace(/\{[^}]*\}/g, '').replace(/\[\d+[mhd]\]/g, '').replace(/ by \([^)]*\)/g, ' by').replace(/\b\d[\d.e]*\b/g, '')
  const names = [...bare.matchAll(/[a-z_]\w*/gi)].map(([it]) => it).filter(it => !words.has(it))
  const known = names.flatMap(it => exposed.get(it) ?? [])
  return [
    ...(open === closed ? [] : ['brackets']), ...(names.length === 0 ? ['no metric'] : []),
    ...names.filter(it => !exposed.has(it)), ...labels.filter(it => !known.includes(it))
  ]
}

describe('what /metrics gives', () => {
  test('is the table, no more and no less, after traffic of every kind', async () => {
    const gateway = await world.start()
    const heenbericht = await gateway.as('gemeente').send(fixture('WMO301'))
    await gateway.as('gemeente').post(fixture('WMO301'))
    await gateway.as('gemeente').post('no XML')
    await gateway.as('aanbieder').delete(`/v1/mailbox/${heenbericht.id}`)
    await gateway.as('gemeente').send(message('WMO301', 7))
    await world.judge(party, { level: 'content' })
    await gateway.as('gemeente').send(budgetWithoutEnd(8))
    const text = await (await fetch(`${gateway.operations}/metrics`)).text()
    const typed = new Map([...text.matchAll(/^# TYPE (zorgpoort_\w+) (\w+)$/gm)].map(([, name = '', kind = '']) => [name, kind]))
    assert.deepEqual([...typed].toSorted(), allMetrics.map(([name, { kind }]) => [name, kind]).toSorted())
    const samples = [...text.matchAll(/^(zorgpoort_\w+)(?:\{([^}]*)\})? (\S+)$/gm)].map(([, name = '', labels = '', value]) => ({ name, labels: [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '']) => label), value: Number(value) }))
    for (const { name, labels } of samples) assert.deepEqual(labels.filter(it => exposed.get(name)?.includes(it) !== true), [], name)
    const silent = [...exposed.keys()].filter(name => !samples.some(it => it.name === name))
    const elsewhere = [...exposed.keys()].filter(it => /^zorgpoort_(?:push|destination|store_connections)/.test(it))
    assert.deepEqual(silent.filter(it => !elsewhere.includes(it) && !['zorgpoort_overdue', 'zorgpoort_envelope_warnings_total', 'zorgpoort_rekeyed_total', 'zorgpoort_revocation_next_update_timestamp_seconds', 'zorgpoort_source_ends_timestamp_seconds'].includes(it)), ['zorgpoort_queue_depth', 'zorgpoort_queue_oldest_seconds'], 'nothing waits, and nothing else is silent')
    const value = (line: string): number => Number(text.split('\n').find(it => it.startsWith(`${line} `))?.split(' ')[1])
    assert.equal(value('zorgpoort_mailbox_depth{receiver="42420001"}'), 1)
    assert.equal(value('zorgpoort_deliveries_total{outcome="offered"}'), 2)
    assert.equal(value('zorgpoort_deliveries_total{outcome="rejected"}'), 1)
    assert.equal(value('zorgpoort_messages_rejected_total{type="WMO301"}'), 1)
    assert.equal(value('zorgpoort_messages_received_total{type="WMO301"}'), 2)
    assert.equal(value('zorgpoort_collect_seconds_count'), 1)
    assert.equal(value('zorgpoort_offer_seconds_count'), 2)
    for (const stage of ['validate', 'seal', 'store']) assert.ok(value(`zorgpoort_stage_seconds_count{stage="${stage}"}`) >= 2, stage)
    assert.equal(value('zorgpoort_store_up'), 1)
    assert.deepEqual(['functional', 'transient', 'partner_down'].map(it => value(`zorgpoort_dead_letters{class="${it}"}`)), [0, 0, 0])
    assert.deepEqual(['due', 'dead'].map(it => value(`zorgpoort_notices{state="${it}"}`)), [0, 0])
    assert.deepEqual([value('zorgpoort_held_oldest_seconds'), value('zorgpoort_tasks_open')], [0, 0])
    assert.equal(value('zorgpoort_client_certificates{state="expired"}'), 1)
    assert.ok(value('zorgpoort_client_certificates{state="ending"}') > 3)
    assert.ok(value('zorgpoort_disk_free_bytes') > 0 && value('zorgpoort_database_bytes') > 0 && value('zorgpoort_wal_bytes') > 0)
    assert.ok(value('zorgpoort_connections') > 0)
    await gateway.stop()
  })
})

test('a push is counted by how it ended and the class of its reason, never by what an endpoint wrote behind it', async () => {
  const { registry, pushes } = openMetrics()
  const reasons = [null, 'http_422.CODE_OF_THEIRS', 'http_404', 'http_502', 'http_302', 'certificate.pin', 'timeout'] as const
  for (const reason of reasons) pushes.pushed(party, reason === null ? 'accepted' : 'failed', reason, 1_500)
  pushes.turned(party, 'open')
  const text = await registry.metrics()
  const labels = [...text.matchAll(/^zorgpoort_pushes_total\{outcome="(\w+)",reason="(\w*)"\} (\d+)$/gm)].map(([, outcome, reason, count]) => `${outcome} ${reason} ${count}`)
  assert.deepEqual(labels.toSorted(), ['accepted  1', 'failed certificate 1', 'failed http_3xx 1', 'failed http_4xx 2', 'failed http_5xx 1', 'failed timeout 1'])
  assert.doesNotMatch(text, /THEIRS/)
  assert.match(text, /^zorgpoort_push_seconds_sum\{outcome="accepted"\} 1\.5$/m)
  assert.match(text, /^zorgpoort_destination_turns_total\{state="open"\} 1$/m)
})

describe('what rules need', () => {
  test('is told: when the first list that ends does so, anew after an import, and an import of history that has not ended', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'zorgpoort-'))
    after(() => { rmSync(folder, { recursive: true }) })
    const store = await openStore({ url: `sqlite:${join(folder, 'x.db')}`, mode: 'test', roots })
    const told = async () => { const { sources, importing } = await store.stats(start); return { sources, importing } }
    const row = (list: 'municipalities' | 'products' | 'contracts', gemeente: string, tot: string | null) =>
      ({ part: { list, family: list === 'municipalities' ? '' as const : 'iwmo' as const, gemeente, aanbieder: '' }, categorie: null, code: '1', naam: null, variant: null, eenheid: null, tarief_cents: null, perUur: false, van: '2015-01-01', tot })
    const take = async (...rows: Array<ReturnType<typeof row>>) => { await store.importSources({ list: rows[0]?.part.list ?? 'products', rows, sha256: heen().envelope.sha256, whole: true, by: null, now: start }) }
    assert.deepEqual(await told(), { sources: [], importing: 0 })
    await take(row('contracts', '0344', '2020-01-01'))
    await take(row('products', '', null), row('products', '0344', '2027-06-30'), row('products', '0363', '2027-05-31'), row('products', '0363', '2026-05-31'))
    await take(row('municipalities', '', '2026-12-31'))
    const at = (date: string) => Date.parse(date)
    assert.deepEqual(await told(), { sources: [{ list: 'municipalities', until: at('2027-01-01') }, { list: 'products', until: at('2027-06-01') }], importing: 0 })
    await take(row('municipalities', '', null))
    const earlier = bringing([toegewezen('1')])
    await store.importHistory([{ ...earlier, delivery: 'none', seal: Buffer.alloc(0), receipt: Buffer.alloc(0), envelope: { ...earlier.envelope, origin: 'import', account: null } }])
    assert.deepEqual(await told(), { sources: [{ list: 'products', until: at('2027-06-01') }], importing: 1 })
    await store.close()
  })
})

describe('the dashboard and the alarms', () => {
  const drawn = JSON.parse(dashboard()) as { panels: Array<{ type: string, title: string, gridPos: { x: number, y: number, w: number, h: number }, targets?: Array<{ expr: string, legendFormat: string }> }> }

  test('what every process at a database tells alike is drawn and alarmed about once, and says so', () => {
    const drawn = allMetrics.filter(([, it]) => it.same === true)
    assert.ok(drawn.length > 10)
    for (const [name, { expr, help, labels, alarms = [] }] of drawn) {
      const by = labels.length === 0 ? 'max (' : `max by (${labels.join(', ')}) (`
      for (const it of [expr, ...alarms.map(its => its.expr)]) assert.ok(it.includes(`${by}${name}`), it)
      assert.match(help, /every process tells the same\.$/)
    }
    assert.deepEqual(allMetrics.filter(([, it]) => it.same === true && it.kind !== 'gauge'), [])
  })

  test('ask for what there is, by labels it has', () => {
    const targets = drawn.panels.flatMap(it => it.targets ?? [])
    assert.equal(targets.length, table.size)
    for (const { expr } of targets) assert.deepEqual(faults(expr), [], expr)
    for (const [, { alarms = [] }] of allMetrics) for (const { expr } of alarms) assert.deepEqual(faults(expr), [], expr)
    for (const { legendFormat, expr } of targets) for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) assert.ok([...table.values()].find(it => it.expr === expr)?.labels.includes(label), legendFormat)
  })

  test('an expression about nothing is noticed', () => {
    for (const expr of ['zorgpoort_gone > 0', 'sum by (party) (zorgpoort_overdue)', 'rate(zorgpoort_request_seconds[5m])', 'sum(zorgpoort_overdue', 'zorgpoort_overdue{code="x"}']) assert.notDeepEqual(faults(expr), [], expr)
  })

  test('panels do not lie on each other', () => {
    const cells = drawn.panels.flatMap(({ gridPos: { x, y, w, h } }) => Array.from({ length: w * h }, (_, at) => `${x + at % w},${y + Math.floor(at / w)}`))
    assert.equal(new Set(cells).size, cells.length)
  })

  test('every alarm has a name of its own, says what it means and what to do, and names refusals that exist', () => {
    const alarms = allMetrics.flatMap(([, it]) => it.alarms ?? [])
    assert.equal(new Set(alarms.map(it => it.name)).size, alarms.length)
    for (const { name, means, what_to_do, for: during } of alarms) {
      assert.ok(means.length > 30 && what_to_do.length > 10, name)
      assert.match(during, /^\d+[mh]$/)
    }
    for (const [code] of alarmRules().matchAll(/ZP_[A-Z_]+/g)) assert.ok(code in refusals, code)
  })

  test('the rules are lists of mappings whose texts are quoted', () => {
    const lines = alarmRules().split('\n').slice(4).filter(it => it !== '')
    for (const line of lines) assert.match(line, /^ {6}- alert: \w+$|^ {8}(?:labels|annotations):$|^ {8}for: \d+[mh]$|^ {10}severity: (?:page|ticket)$|^ {8}expr: ".*"$|^ {10}(?:summary|description): ".*"$/)
  })
})

describe('counting', () => {
  const dir = mkdtempSync(join(tmpdir(), 'zorgpoort-count-'))
  after(() => rmSync(dir, { recursive: true, force: true }))

  /** A store that remembers the statements it was asked. */
  async function listening (name: string) {
    const asked: string[] = []
    const hearing = (session: Session): Session => ({ ...session, all: (statement, values) => { asked.push(statement.sql); return session.all(statement, values) } })
    const store = await openStore({ url: `sqlite:${join(dir, name)}`, mode: 'test', roots, wrap: (db: Db) => ({ ...db, read: work => db.read(session => work(hearing(session))) }) })
    return { store, asked }
  }

  test('never scans the messages, the deliveries or the audit', async () => {
    const { store, asked } = await listening('plan.db')
    await offer(store)
    await store.accept([heen()])
    asked.length = 0
    await store.stats(start)
    const db = new Database(join(dir, 'plan.db'), { readonly: true })
    const plan = (sql: string): string[] => db.prepare<unknown[], { detail: string }>(`explain query plan ${sql}`).all(...[...sql.matchAll(/\?/g)].map(() => 0)).map(it => it.detail)
    assert.ok(new Set(asked).size >= 8, 'what is asked')
    for (const sql of new Set(asked)) for (const step of plan(sql)) assert.doesNotMatch(step, /SCAN (?:message|m|delivery|d|audit)\b|TEMP B-TREE/, `${sql}\n${step}`)
    // Both indexes that were made for this are used, and the check sees a scan where there is one.
    assert.match(plan("select min(receiver) from message where answer = 'awaited' and answer_due_ms is not null").join(), /message_awaited/)
    assert.match(plan('select delivery, count(*) from message group by type').join(), /SCAN message/)
    db.close()
    await store.close()
  })

  test('tells late answers per party, and stops at ten thousand', async () => {
    const { store } = await listening('many.db')
    const { envelope } = await offer(store)
    const db = new Database(join(dir, 'many.db'))
    db.prepare('update message set answer_due_ms = ? where id = ?').run(start + 5, envelope.id)
    assert.deepEqual((await store.stats(start)).overdue, [])
    assert.deepEqual((await store.stats(later(6))).overdue, [{ receiver: aanbieder, count: 1 }])
    const columns = db.pragma('table_info(message)') as Array<{ name: string }>
    const copied = columns.map(({ name }) => name === 'seq' ? 'null' : name === 'id' ? "'c' || n" : name === 'identificatie' ? "'C' || n" : name === 'referentienummer' ? "'r' || n" : name)
    db.exec(`with recursive many(n) as (select 1 union all select n + 1 from many where n < 12000) insert into message select ${copied.join(', ')} from message, many`)
    const { mailbox, overdue } = await store.stats(later(6))
    assert.deepEqual([mailbox[0]?.depth, overdue[0]?.count], [10_000, 10_000])
    db.close()
    await store.close()
  })

  test('what is held or dead, and how full the storage is, is told too', async () => {
    const { store } = await listening('states.db')
    await store.accept([heen({ delivery: 'held' }), heen()])
    const [claim] = await store.claim(1, 1_000, later(1))
    assert.ok(claim)
    await store.finish([finish(claim, { kind: 'dead', class: 'functional', reason: 'x' })], later(2))
    assert.deepEqual((await store.stats(later(2))).deliveries, { waiting: 0, offered: 0, held: 1, dead: 1 })
    const { database_bytes, wal_bytes, free_bytes, waiting } = store.measures()
    assert.ok(Number(database_bytes) > 0 && Number(wal_bytes) > 0 && Number(free_bytes) > 0)
    assert.equal(waiting, 0)
    await store.close()
  })
})
