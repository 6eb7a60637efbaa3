/**
 * What a message takes on disk, of each table and index, on PostgreSQL and SQLite, at two sizes, and what that makes of five, fifty and five
 * hundred million; and what is written to the log of PostgreSQL for it. `npm run growth` (`--messages N`). Bytes do not depend on how busy a machine is.
 */
import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { instant, newMessageId, newReferentienummer, sha256Hex } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import { openStore, type Acceptance, type Store } from '../../src/store/store.ts'
import { home } from '../../src/version.ts'
import { startPostgres } from '../postgres.ts'
import { pair, toegewezen } from '../store/facts.ts'
import { account, aanbieder, heen, roots } from '../store/sample.ts'
import { shown, table } from './figures.ts'
import { askSqlite, functions, growing, type Grow } from './growing.ts'
import { machine, machineLine } from './machine.ts'
import { emptyFolder, option, quick, say } from './place.ts'

/** So many go by the verbs of the store; all others are these again, under other ids, numbers, keys and persons. */
const seed = quick ? 600 : 2_000
const messages = option('messages', quick ? 6_000 : 300_000)
const sizes = [Math.round(messages / 6 / seed) * seed, Math.round(messages / seed) * seed] as const
const persons = Math.ceil(seed / 6)
const each = 100
const [least, most] = [1_200, 7_600]

function filesIn (folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).filter(it => it.isFile() && it.name.endsWith('.xml')).map(it => join(it.parentPath, it.name))
    .filter(it => { const { size } = statSync(it); return size >= least && size <= most })
}
const bodies = filesIn(join(home, 'fixtures')).map(it => readFileSync(it))
if (bodies.length === 0) throw new Error('no fixtures of that size')

const markOf = (nth: number) => ({ key: 'index', hash: createHash('sha256').update(String(nth % persons)).digest().subarray(0, 16) })
function one (nth: number): Acceptance {
  const payload = bodies[nth % bodies.length] ?? Buffer.alloc(0)
  const at = instant(Date.now())
  const clients = [markOf(nth)]
  const base = heen({ delivery: 'offered', clients, facts: { pair, clients, facts: [toegewezen(String(nth + 1))] }, header: { 'BerichtIdentificatie/Dagtekening': '2026-01-02', BerichtCode: '414', Afzender: '0344', Ontvanger: '12345678' }, order_key: `0344|12345678|${createHash('sha256').update(String(nth)).digest('base64url').slice(0, 22)}` })
  const sized = { seal: Buffer.alloc(900, nth), receipt: Buffer.from(JSON.stringify({ id: randomUUID(), text: randomUUID().repeat(12) })) }
  return { ...base, ...sized, payload, envelope: { ...base.envelope, id: newMessageId(at), received: at, size_bytes: payload.byteLength, sha256: sha256Hex(createHash('sha256').update(payload).digest('hex')), identificatie: randomUUID().slice(0, 12), referentienummer: newReferentienummer(), conversatie: newReferentienummer() } }
}

/** Accepted, a group at a time. @returns what was accepted */
async function accept (store: Store, count: number, from = 0): Promise<Acceptance[]> {
  const items = Array.from({ length: count }, (_, nth) => one(from + nth))
  for (let nth = 0; nth < count; nth += each) await store.accept(items.slice(nth, nth + each))
  return items
}
async function acknowledge (store: Store, items: readonly Acceptance[]): Promise<void> {
  for (const { envelope } of items) await store.acknowledge(ownView(aanbieder), envelope.id, account, instant(Date.now()))
}

interface Size { readonly table: string, readonly index: string | null, readonly bytes: number, readonly rows: number }
/** Of each table its bytes of rows and of indexes, a message. */
interface Taken { readonly rows: number, readonly heap: number, readonly indexes: number }

function taken (found: readonly Size[], count: number): Map<string, Taken> {
  const tables = new Map<string, Taken>()
  for (const { table: name, index, bytes, rows } of found) {
    if (name === 'seeds') continue
    const { rows: r = 0, heap = 0, indexes = 0 } = tables.get(name) ?? {}
    tables.set(name, index === null ? { rows: r + rows / count, heap: heap + bytes / count, indexes } : { rows: r, heap, indexes: indexes + bytes / count })
  }
  return tables
}

const million = 1e6
const gb = (bytes_each: number, count: number): string => `${shown(bytes_each * count / 1e9)} GB`
const sum = (all: Iterable<Taken>): Taken => [...all].reduce((a, b) => ({ rows: a.rows + b.rows, heap: a.heap + b.heap, indexes: a.indexes + b.indexes }), { rows: 0, heap: 0, indexes: 0 })
const whole = ({ heap, indexes }: Taken): number => heap + indexes

/** @param smaller the same at the smaller size: near 1 grows in a line */
function growthTable (smaller: readonly Size[], larger: readonly Size[]): string {
  const [before, after] = [taken(smaller, sizes[0]), taken(larger, sizes[1])]
  const [all, allBefore] = [sum(after.values()), sum(before.values())]
  const row = (name: string, it: Taken, was: Taken): string[] => [name, shown(it.rows), shown(it.heap), shown(it.indexes), `${shown(whole(it) / whole(all) * 100)} %`, shown(whole(it) / whole(was)), ...[5, 50, 500].map(count => gb(whole(it), count * million))]
  const rows = [...after].filter(([, it]) => whole(it) * sizes[1] > 2e5).toSorted(([, a], [, b]) => whole(b) - whole(a)).map(([name, it]) => row(name, it, before.get(name) ?? it))
  return table(['table', 'rows a message', 'bytes of rows', 'of indexes', 'share', `at ${sizes[1]} / at ${sizes[0]}`, '5 million', '50 million', '500 million'], [...rows, row('all', all, allBefore)])
}

function indexTable (smaller: readonly Size[], larger: readonly Size[]): string {
  const of = (found: readonly Size[], name: string | null, count: number): number => found.filter(it => it.index === name).reduce((all, it) => all + it.bytes, 0) / count
  const names = [...new Set(larger.flatMap(it => it.table === 'seeds' ? [] : it.index ?? []))].map(name => [name, of(larger, name, sizes[1])] as const).filter(([, bytes]) => bytes > 2).toSorted(([, a], [, b]) => b - a)
  return table(['index', 'bytes a message', `at ${sizes[1]} / at ${sizes[0]}`], names.map(([name, bytes]) => [name, shown(bytes), shown(bytes / of(smaller, name, sizes[0]))]))
}

/** Grows to both sizes. @returns what was found at each */
async function both (grow: Grow, sizesNow: () => Promise<Size[]>): Promise<[Size[], Size[]]> {
  const found: Size[][] = []
  let copy = 1
  for (const size of sizes) {
    for (; copy < size / seed; copy++) { await grow(copy); if (copy % 10 === 0) say(`  ${copy * seed}`) }
    found.push(await sizesNow())
  }
  const [smaller = [], larger = []] = found
  return [smaller, larger]
}

const sizesSql = `with of as (select c.oid, c.relkind, c.reltuples, coalesce(i.inhparent, c.oid)::regclass::text as name from pg_class as c join pg_namespace as n on n.oid = c.relnamespace left join pg_inherits as i on i.inhrelid = c.oid where n.nspname = 'public' and c.relkind in ('r', 'i'))
  select name as "table", null as index, sum(pg_table_size(oid))::float8 as bytes, sum(greatest(reltuples, 0))::float8 as rows from of where relkind = 'r' group by 1
  union all select t.name, o.name, sum(pg_relation_size(o.oid))::float8, 0 from of as o join pg_index as x on x.indexrelid = o.oid join of as t on t.oid = x.indrelid where o.relkind = 'i' group by 1, 2`
const sizeOf = (row: Record<string, unknown>): Size => ({ table: String(row['table']), index: row['index'] === null ? null : String(row['index']), bytes: Number(row['bytes']), rows: Number(row['rows']) })

async function onPostgres (): Promise<string> {
  const server = await startPostgres({ settings: { shared_buffers: '1GB', max_wal_size: '20GB', checkpoint_timeout: '1h', full_page_writes: 'on' } })
  try {
    const url = await server.freshDatabase()
    const name = new URL(url).pathname.slice(1)
    const ask = (sql: string, values: readonly unknown[] = []) => server.query(sql, values, name)
    const lsn = async (): Promise<string> => String((await ask('select pg_current_wal_lsn()::text as at'))[0]?.['at'])
    /** @returns bytes of log a message */
    const logged = async (count: number, work: () => Promise<unknown>): Promise<number> => {
      const from = await lsn()
      await work()
      return Number((await ask('select pg_wal_lsn_diff(pg_current_wal_lsn(), $1::pg_lsn)::float8 as bytes', [from]))[0]?.['bytes']) / count
    }
    let store = await openStore({ url, mode: 'test', roots })
    await acknowledge(store, await accept(store, seed))
    await store.close()
    const heap = async (): Promise<number> => Number((await ask("select sum(pg_total_relation_size(inhrelid))::float8 as bytes from pg_inherits where inhparent = 'message'::regclass"))[0]?.['bytes'])
    const updated = await heap()
    await ask('vacuum full')
    const left = updated / await heap()
    for (const it of functions) await ask(it)
    const grow = await growing(ask)
    const [smaller, larger] = await both(grow, async () => { await ask('vacuum analyze'); return (await ask(sizesSql)).map(sizeOf) })
    await ask("select setval('message_number', (select max(seq) % 1099511627776 + 1 from message)), setval('person_id_seq', (select max(id) + 1 from person))")
    store = await openStore({ url, mode: 'test', roots })
    const few = quick ? 100 : 1_000
    const wal: string[][] = []
    for (const [what, compression, fresh] of [['right after a checkpoint', 'off', true], ['the next ones', 'off', false], ['right after a checkpoint, wal_compression = pglz', 'pglz', true]] as const) {
      await server.set({ wal_compression: compression })
      if (fresh) await ask('checkpoint')
      let items: Acceptance[] = []
      const accepting = await logged(few, async () => { items = await accept(store, few, seed) })
      wal.push([what, shown(accepting), shown(await logged(few, () => acknowledge(store, items)))])
    }
    await store.close()
    return [`PostgreSQL ${server.version}`, growthTable(smaller, larger), indexTable(smaller, larger), `Bytes of log a message, ${few} at a time, with ${sizes[1]} there (full_page_writes on)`, table(['', 'accepted', 'acknowledged'], wal),
      `What ${seed} accepted and acknowledged without a vacuum took, against the same packed anew: ${shown(left)}`].join('\n\n')
  } finally { await server.close() }
}

async function onSqlite (): Promise<string> {
  const path = join(emptyFolder('growth'), 'growth.db')
  const store = await openStore({ url: `sqlite:${path}`, mode: 'test', roots })
  await acknowledge(store, await accept(store, seed))
  const wal_bytes = statSync(`${path}-wal`).size
  await store.close()
  const db = new Database(path)
  db.pragma('synchronous = off')
  const grow = await growing(askSqlite(db))
  const [smaller, larger] = await both(grow, async () => {
    db.pragma('wal_checkpoint(truncate)')
    const rows = db.prepare<[], Record<string, unknown>>("select m.tbl_name as \"table\", case when m.type = 'index' then m.name end as \"index\", sum(d.pgsize) as bytes, 0 as rows from dbstat as d join sqlite_master as m on m.name = d.name group by 1, 2").all().map(sizeOf)
    return rows.map(it => it.index === null ? { ...it, rows: Number(db.prepare(`select count(*) from ${it.table}`).pluck().get()) } : it)
  })
  const file = statSync(path).size
  db.close()
  return [`SQLite (the file has ${file} bytes, ${shown(file / sizes[1])} a message; its log had ${wal_bytes} while ${seed} were accepted and acknowledged, and none after a checkpoint)`, growthTable(smaller, larger), indexTable(smaller, larger)].join('\n\n')
}

const only = process.argv.find(it => it.startsWith('--only='))?.slice(7)
const parts: string[] = []
for (const [name, measure] of [['postgres', onPostgres], ['sqlite', onSqlite]] as const) if (only === undefined || only === name) { parts.push(await measure()); say(parts.at(-1) ?? '') }
console.log(`${quick ? 'QUICK: figures mean nothing\n\n' : ''}${machineLine(machine())}; messages of ${shown(bodies.reduce((all, it) => all + it.byteLength, 0) / bodies.length)} bytes on average, ${persons} persons in ${seed}\n\n${parts.join('\n\n')}`)
