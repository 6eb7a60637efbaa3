/** What PostgreSQL does with the statements of the store's verbs: none reads through a table, or goes by an index that does not narrow, just loaded, analyzed, or by plans kept from before. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { newMessageId, newReferentienummer, sha256Hex, type Instant } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import { openStore, type Db, type Session, type Store } from '../../src/store/store.ts'
import { arrange, type Row, type Statement, type Value, type Values } from '../../src/store/db.ts'
import { missing, startPostgres, type PostgresServer } from '../postgres.ts'
import { byDoor, keyOf, noticeTo, refusedAs } from './arriving.ts'
import { ask, bringing, byNumber, markOf, toegewezen } from './facts.ts'
import { aanbieder, account, finish, gemeente, heen, later, retour, roots, type Wanted } from './sample.ts'

const messages = 20_000
/** Of each kind and state. */
const works = 3_000
/** Of facts: the 200 values that one question asks for are more than a small table is looked through for. */
const few = 300
/** So many that nobody reads all for 200 of them. */
const persons = 50_000
/** So many rows one step may look at; what is read along the wrong index is thousands. */
const rows_max = 400
const policy = { first_ms: 1_000, longest_ms: 1_000, total_ms: 600_000 }
const decided = { by: account, reason: 'mended', now: later(60_000) }

class Undone extends Error {}
interface Plan { readonly 'Node Type': string, readonly 'Relation Name'?: string, readonly 'Index Name'?: string, readonly 'Actual Rows': number, readonly 'Actual Loops': number, readonly 'Rows Removed by Filter'?: number, readonly 'Rows Removed by Index Recheck'?: number, readonly Plans?: readonly Plan[] }

const stepsIn = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(stepsIn)]
const planOf = (rows: readonly Row[]): Plan => (rows[0]?.['QUERY PLAN'] as [{ readonly Plan: Plan }])[0].Plan
const lookedAt = (it: Plan): number => (it['Actual Rows'] + (it['Rows Removed by Filter'] ?? 0) + (it['Rows Removed by Index Recheck'] ?? 0)) * it['Actual Loops']
const nameOf = (it: Plan): string => it['Index Name'] ?? it['Relation Name'] ?? ''
const broad = (it: Plan): boolean => /Scan/.test(it['Node Type']) && lookedAt(it) > rows_max

const literal = (it: Value): string => it === null
  ? 'null'
  : it instanceof Uint8Array
    ? `'\\x${Buffer.from(it).toString('hex')}'::bytea`
    : typeof it === 'number' ? `${it}` : pg.escapeLiteral(it)

/** @returns as text what `arrayOf` of the store wrote: a head of five words, then each element behind its length */
function arrayLiteral (bytes: Buffer): string {
  const elements: string[] = []
  const kind = bytes.readInt32BE(8)
  for (let at = 20; at < bytes.length;) {
    const size = bytes.readInt32BE(at)
    const it = bytes.subarray(at += 4, at += Math.max(size, 0))
    elements.push(size < 0 ? 'null' : literal(kind === 20 ? Number(it.readBigInt64BE()) : kind === 25 ? it.toString() : it))
  }
  return `array[${elements.join(', ')}]::${kind === 20 ? 'bigint' : kind === 25 ? 'text' : 'bytea'}[]`
}

/** Runs it and undoes what it did. */
async function undone (session: Session, work: () => Promise<unknown>): Promise<void> {
  await session.nested(async () => { await work(); throw new Undone() }).catch((error: unknown) => { if (!(error instanceof Undone)) throw error })
}

/** Explains a statement as it is planned for its values. */
async function anew (session: Session, { sql, slots }: Statement, values?: Values): Promise<readonly Row[]> {
  return await session.all({ slots, sql: `explain (analyze, format json) ${sql}` }, values)
}

const preparedAs: Statement = { sql: 'select name, generic_plans from pg_prepared_statements where statement = $1', slots: [{ name: 'text' }] }
/** The same, as this connection keeps it when it does. @param kept takes those of which a plan is kept */
async function asKept (session: Session, statement: Statement, values: Values | undefined, kept: Set<string>): Promise<readonly Row[]> {
  const [row] = await session.all(preparedAs, { text: statement.sql })
  if (row === undefined) return await anew(session, statement, values)
  if (row['generic_plans'] !== 0) kept.add(statement.sql)
  const given = arrange(statement, values ?? {}).map((it, nth) => it instanceof Uint8Array && new RegExp(`\\$${nth + 1}::[a-z]+\\[\\]`).test(statement.sql) ? arrayLiteral(Buffer.from(it)) : literal(it))
  return await session.all({ slots: [], sql: `explain (analyze, format json) execute ${String(row['name'])}${given.length === 0 ? '' : `(${given.join(', ')})`}` })
}

/** Each statement is run once more to see how, and that is undone. @param told what it reads too much of @param kept given where the connection's own plans are meant: a statement is run before it is looked at, and of which a plan is kept is told here */
function explaining (session: Session, told: (statement: Statement, steps: readonly Plan[]) => void, kept?: Set<string>): Session {
  async function look (statement: Statement, values: Values | undefined, changes: boolean): Promise<void> {
    if (!/^\s*(select|insert|update|delete|with)\b/i.test(statement.sql) || statement.sql.includes('pg_advisory')) return
    if (kept !== undefined) await undone(session, () => session.all(statement, values))
    const explain = async (): Promise<void> => { told(statement, stepsIn(planOf(await (kept === undefined ? anew(session, statement, values) : asKept(session, statement, values, kept))))) }
    await (changes ? undone(session, explain) : explain())
  }
  // Where a window of a list ends, 2,000 further on, is read up to.
  const edge = (sql: string): boolean => sql.includes(' offset ')
  const changes = (sql: string): boolean => /insert|update|delete/i.test(sql)
  return {
    ...session,
    async all (it, values) { if (!edge(it.sql)) await look(it, values, changes(it.sql)); return await session.all(it, values) },
    async run (it, values) { await look(it, values, true); return await session.run(it, values) }
  }
}

/** Copies a row as often, with what differs: an SQL expression by column, in which `nth` counts. */
const cloned = (table: string, which: string, times: number, over: Readonly<Record<string, string>>): string => {
  const fields = Object.entries(over).map(([name, it]) => `'${name}', ${it}`).join(', ')
  return `insert into ${table} select made.* from (select o from ${table} as o where ${which} limit 1) as one(it), generate_series(1::bigint, ${times}) as nth, jsonb_populate_record(one.it, jsonb_build_object(${fields})) as made`
}

const day_ms = 86_400_000
/** Over a hundred days of which the last is the first of the test. */
const atMs = `(${later(0)}::bigint - (${messages} - nth) * ${Math.floor(100 * day_ms / messages)})`
const idOf = (ms: string): string => `regexp_replace(lpad(to_hex(${ms}), 12, '0') || '7' || substr(md5(nth::text), 1, 3) || '8' || substr(md5(nth::text), 4, 15), '^(.{8})(.{4})(.{4})(.{4})(.{12})$', '\\1-\\2-\\3-\\4-\\5')`

const seqOf = `(select k.seq from message_key as k where k.sender = '${gemeente}' and k.type = 'WMO301' and k.identificatie = 'L' || nth)`
const states = "(array['due', 'held', 'dead', 'due', 'blocked', 'dead'])[nth % 6 + 1]"

/** What has come in a quarter, of which most is done, a part waits and a part is stopped; by the rows that the store wrote of a first few. */
async function load (server: PostgresServer, database: string): Promise<void> {
  const copies: ReadonlyArray<readonly [table: string, which: string, times: number, over: Readonly<Record<string, string>>]> = [
    ['message', "type = 'WMO301'", messages, {
      seq: `message_from(${idOf(atMs)}) + nextval('message_number')`, id: idOf(atMs), identificatie: "'L' || nth", referentienummer: 'gen_random_uuid()', conversatie: 'gen_random_uuid()', received_ms: atMs, offered_ms: atMs,
      order_key: "'key ' || nth", answer: "case when nth % 10 = 0 then 'awaited' else 'none' end", answer_due_ms: `${later(0)} + nth`, delivery: "case when nth % 10 = 0 then 'offered' else 'delivered' end"
    }],
    ['delivery', 'true', 6 * works, {
      id: "nextval('delivery_id_seq')", message: seqOf, kind: "case when nth % 6 < 3 then 'handle' else 'push' end", state: states, order_key: "'key ' || nth",
      due_ms: `${later(1e6)} + nth`, since_ms: `${later(0)} + nth`, lease_until_ms: '0', total_ms: '600000', give_up_ms: `${later(1e9)} + nth`, class: "'functional'"
    }],
    ['payload', 'true', works, { message: seqOf }],
    ['client', 'true', 2 * works, { message: seqOf, hash: "'\\x' || md5((nth % 3000)::text)" }],
    ['audit', "chain = 'main'", messages, { seq: '-nth', at_ms: atMs, message: idOf(atMs) }],
    ['arrival', 'true', works, { seq: "nextval('arrival_seq_seq')", number: 'gen_random_uuid()', conversatie: 'gen_random_uuid()', message: `case when nth % 2 = 0 then ${idOf(atMs)} end` }],
    ['notice', 'true', works, { seq: "nextval('notice_seq_seq')", id: idOf(atMs), state: "(array['due', 'sent', 'dead'])[nth % 3 + 1]", target: "(array['0363', '0344', '0344'])[nth % 3 + 1]", arrival: 'nth', due_ms: `${later(1e6)} + nth`, ended_ms: `${later(0)} + nth` }],
    ['person', 'true', persons, { id: "nextval('person_id_seq')", hash: "'\\x' || md5(nth::text)" }],
    ['source', 'true', few, { place: seqOf, id: idOf(atMs), identificatie: "'L' || nth", waits: 'nth % 2' }],
    ['fact', 'true', few, { source: seqOf, toewijzing: 'nth', person: `(select id from person order by id limit 1) + 1 + nth % ${persons - 1}` }]
  ]
  for (const [table, which, times, over] of copies) await server.query(cloned(table, which, times, over), [], database)
}

const offered: Wanted = { delivery: 'offered', push: policy }
const item = (key: string, over: Wanted = {}, person = 1) => bringing([toegewezen(key)], [markOf(person)], { order_key: key, ...over })

/** The first of every table, from which others are copied. */
async function first (store: Store): Promise<void> {
  await store.accept([item('first'), { ...byDoor(), push: policy }])
  await store.keepArrival(refusedAs(keyOf(newReferentienummer())), noticeTo())
}

/** What doors, worker, pusher, and people who look do all day. */
async function day (store: Store, at: Instant): Promise<void> {
  const [own, got] = [ownView(gemeente), ownView(aanbieder)]
  const [pushed, behind, waits, asked] = [item('one', offered), item('one', offered), item('one', { delivery: 'waiting' }), heen({ delivery: 'offered', order_key: 'two' })]
  const wire = newReferentienummer()
  await store.accept([pushed, behind, waits, asked, byDoor(wire, {}, offered)])
  await store.accept([item(`erased ${at}`, {}, 2)])
  const marked = item(`0363:${Buffer.from(markOf(3).hash).toString('base64url')}`, offered, 3)
  await store.accept([marked])
  await store.accept([retour(marked, { ...offered, order_key: null })])
  await store.remark((await store.subjects([markOf(3)])).map(({ seq }) => ({ seq, key: 'index', marks: [markOf(4)], persons: [] })), at)
  await store.accept([pushed, retour(asked, { ...offered, order_key: null })])
  await store.earlier(pushed.envelope)
  await ask(store, { clients: [[markOf(1)]], ofClients: ['301:ToegewezenProduct'], ...byNumber('one') })
  // As a claim asks, for as many as one question holds; what is copied here would not open.
  const many = Array.from({ length: 200 }, (_, nth) => `${1_000_000 + nth}`)
  await ask(store, { clients: many.map((_, nth) => [markOf(nth)]), ofClients: ['301:ToegewezenProduct'], ...byNumber(...many) })
  for (const [claim] of [await store.claim(5, 1_000, at)]) if (claim !== undefined) await store.finish([finish(claim, { kind: 'later', due: at, reason: 'busy', counts: true })], at)
  for (const outcome of [{ kind: 'held', reason: 'seen' }, { kind: 'offered', push: policy }] as const) {
    await store.finish((await store.claim(5, 1_000, at)).map(it => finish(it, outcome)), at)
    await store.decideHeld(waits.envelope.id, 'release', { ...decided, now: at })
  }
  await store.pushTargets(at)
  for (const outcome of [{ kind: 'later', due: at, reason: 'busy', counts: true }, { kind: 'dead', class: 'functional', reason: 'no' }, { kind: 'delivered' }] as const) await store.finish((await store.claimPush(aanbieder, 5, 1_000, at)).map(it => finish(it, outcome)), at)
  await store.release(await store.claimPush(gemeente, 5, 1_000, at))
  await store.redrive([pushed.envelope.id, behind.envelope.id], { ...decided, now: at }, { usual: policy })
  await store.giveUp(aanbieder, later(-1e9), 5, at)
  await store.tryDestination(gemeente, { ...decided, now: at })
  for (const it of [pushed, behind, waits, asked]) await store.acknowledge(got, it.envelope.id, account, at)
  for (const view of [own, got]) {
    await Promise.all([store.mailbox(view, 9), store.message(view, pushed.envelope.id), store.history(view, pushed.envelope.id), store.payload(view, pushed.envelope.id), store.list({ view, limit: 9 }), store.list({ view, limit: 9, type: 'WMO301', delivery: 'offered' })])
    await Promise.all([store.byNumber(view, wire), store.conversation(view, wire, 9), store.numbers(view.party, [pushed.envelope.id]), store.findings(view, pushed.envelope.id), store.receipt(view, pushed.envelope.id)])
  }
  await Promise.all([store.arrival(keyOf(wire)), store.arrivals(gemeente, { conversatie: wire }, 9), store.numberTaken(wire), store.parcel(pushed.envelope.id), store.inspect(pushed.envelope.id), store.destinations(), store.noticeTargets()])
  await store.keepArrival(refusedAs(keyOf(newReferentienummer())), noticeTo())
  const notice = await store.claimNotice(gemeente, 1_000, at)
  if (notice !== null) await store.finishNotice({ delivery: notice.delivery, fence: notice.fence, outcome: { kind: 'delivered' } }, at)
  await store.keepRefused({ id: newMessageId(at), at, party: gemeente, account, door: 'rest', family: 'iwmo', type: 'WMO301', identificatie: 'R', code: 'ZP_SCHEMA', detail: null, findings: [], replaces: null, sha256: sha256Hex('0'.repeat(64)), size_bytes: 3, payload: Buffer.from('<a>') }, 5)
  await Promise.all([store.deadLetters({ limit: 9 }), store.held({ limit: 9 }), store.tasks({ state: 'open', limit: 9 }), store.notices({ limit: 9 }), store.listRefused({ view: own, limit: 9 })])
  const disowned = heen(offered)
  await store.accept([disowned])
  await store.disown(got, disowned.envelope.id, { code: 'StUF055', finding: { level: 1, code: 'StUF055', line: null, path: '', found: '', expected: '', message: '', message_en: '' } }, account, noticeTo(), at)
  await store.erase((await store.subjects([markOf(2)])).map(it => it.seq), [markOf(2)], { shared: true, undelivered: true, account, now: at })
  await store.auditHead()
}

for (const which of ['bundled', 'installed'] as const) {
  describe(`plans on PostgreSQL, ${which}`, { skip: missing(which) }, () => {
    let server: PostgresServer
    let loaded: string
    const nameIn = (url: string): string => url.slice(url.lastIndexOf('/') + 1)
    const open = (url: string, wrap = (db: Db): Db => db, postgres: { readonly plans_ms?: number } = {}): Promise<Store> =>
      openStore({ url, mode: 'test', roots, wrap, clock: { now: () => later(-100 * day_ms) }, postgres: { connections_max: 2, ...postgres } })
    /** A database with the first of every table. */
    async function nearlyEmpty (): Promise<string> {
      const url = await server.freshDatabase()
      const store = await open(url)
      await first(store)
      await store.auditHead()
      await store.close()
      return url
    }
    /** @returns what takes plans, how many it was given, and what of them reads too much */
    function judging (amiss = broad) {
      const wrong = new Map<string, string>()
      let seen = 0
      return {
        told ({ sql }: Statement, steps: readonly Plan[]): void {
          seen++
          for (const it of steps.filter(amiss)) wrong.set(`${sql} ${nameOf(it)}`, `${it['Node Type']} ${nameOf(it)}: ${lookedAt(it)} rows: ${sql}`)
        },
        passed (least: number): void {
          assert.deepEqual([...wrong.values()], [])
          assert.ok(seen > least, `${seen} statements`)
        }
      }
    }
    before(async () => {
      server = await startPostgres({ which, settings: { autovacuum: 'off' } })
      loaded = nameIn(await nearlyEmpty())
      await load(server, loaded)
    })
    after(() => server.close())

    // Before it is analyzed lists may be slow; what writes may not.
    for (const analyzed of [false, true]) {
      test(`no statement of a day reads more than it asks for, ${analyzed ? 'analyzed' : 'just loaded'}`, async t => {
        const url = await server.freshDatabase(loaded)
        if (analyzed) await server.query('analyze', [], nameIn(url))
        const { told, passed } = judging()
        const store = await open(url, db => ({ ...db, write: (work, weight) => db.write(session => work(explaining(session, told)), weight), read: work => db.read(session => work(analyzed ? explaining(session, told) : session)) }))
        t.after(() => store.close())
        for (const ms of [0, 60_000]) await day(store, later(ms))
        passed(100)
      })
    }

    for (const old of [false, true]) {
      test(`plans kept from when the tables were nearly empty ${old ? 'are made anew in time' : 'go by an index until then'}`, async t => {
        const url = await nearlyEmpty()
        const judged = judging(it => broad(it) && (old || it['Node Type'] === 'Seq Scan'))
        const kept = new Set<string>()
        let full = false
        const plans_ms = old ? 500 : 600_000
        const store = await open(url, db => ({ ...db, write: (work, weight) => db.write(session => work(full ? explaining(session, judged.told, kept) : session), weight) }), { plans_ms })
        t.after(() => store.close())
        // From the sixth time on a connection may keep the plan of a statement.
        for (let nth = 0; nth < 7; nth++) await day(store, later(nth * 60_000))
        await load(server, nameIn(url))
        if (old) await pause(plans_ms)
        full = true
        await day(store, later(7 * 60_000))
        judged.passed(100)
        assert.ok(kept.size > 50, `${kept.size} statements with a plan that is kept`)
      })
    }
  })
}
