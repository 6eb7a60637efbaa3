/**
 * What a message takes on disk: rows, bytes and index bytes of each table after so many, on PostgreSQL and SQLite, and what that makes of
 * five, fifty and five hundred million. `npm run growth` (`--messages N`). Messages are fixtures of 1.2 to 7.6 kB, accepted, shown and delivered.
 */
import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { instant, newMessageId, newReferentienummer, sha256Hex } from '../../src/core/core.ts'
import { openStore, type Acceptance } from '../../src/store/store.ts'
import { home } from '../../src/version.ts'
import { startPostgres } from '../postgres.ts'
import { finish, heen, roots } from '../store/sample.ts'
import { shown, table } from './figures.ts'
import { machine, machineLine } from './machine.ts'
import { emptyFolder, option, quick, say } from './place.ts'

const messages = option('messages', quick ? 1_000 : 50_000)
const each = 100
const [least, most] = [1_200, 7_600]

function filesIn (folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).filter(it => it.isFile() && it.name.endsWith('.xml')).map(it => join(it.parentPath, it.name))
    .filter(it => { const { size } = statSync(it); return size >= least && size <= most })
}
const bodies = filesIn(join(home, 'fixtures')).map(it => readFileSync(it))
if (bodies.length === 0) throw new Error('no fixtures of that size')

function one (nth: number): Acceptance {
  const payload = bodies[nth % bodies.length] ?? Buffer.alloc(0)
  const at = instant(Date.now())
  const base = heen({ order_key: `0344|12345678|${createHash('sha256').update(String(nth)).digest('base64url').slice(0, 22)}`, clients: [{ key: 'index', hash: createHash('sha256').update(String(nth % 50_000)).digest().subarray(0, 16) }] })
  const sized = { seal: Buffer.alloc(900, nth), receipt: Buffer.from(JSON.stringify({ id: randomUUID(), text: randomUUID().repeat(12) })) }
  return { ...base, ...sized, payload, envelope: { ...base.envelope, id: newMessageId(at), received: at, size_bytes: payload.byteLength, sha256: sha256Hex(createHash('sha256').update(payload).digest('hex')), identificatie: randomUUID().slice(0, 12), referentienummer: newReferentienummer() } }
}

async function fill (url: string): Promise<void> {
  const store = await openStore({ url, mode: 'test', roots })
  for (let nth = 0; nth < messages; nth += each) {
    await store.accept(Array.from({ length: each }, (_, at) => one(nth + at)))
    const now = instant(Date.now())
    await store.finish((await store.claim(each, 60_000, now)).map(it => finish(it, { kind: 'delivered' })), now)
    if (nth % 5_000 === 0) say(`  ${nth} of ${messages}`)
  }
  await store.close()
}

const million = 1e6
const gb = (bytes_each: number, count: number): string => `${shown(bytes_each * count / 1e9)} GB`
const rowOf = (name: string, heap: number, indexes: number, rows: number): string[] => {
  const bytes = (heap + indexes) / messages
  return [name, shown(rows / messages), shown(heap / messages), shown(indexes / messages), ...[5, 50, 500].map(it => gb(bytes, it * million))]
}
const head = ['table', 'rows a message', 'bytes a message', 'of indexes', 'at 5 million', 'at 50 million', 'at 500 million']

async function onPostgres (): Promise<string> {
  const server = await startPostgres({ settings: { shared_buffers: '512MB', max_wal_size: '4GB' } })
  try {
    const url = await server.freshDatabase()
    await fill(url)
    const database = new URL(url).pathname.slice(1)
    await server.query('vacuum analyze', [], database)
    const found = await server.query(`select coalesce(p.inhparent::regclass::text, c.oid::regclass::text) as name, sum(pg_table_size(c.oid))::float8 as heap, sum(pg_indexes_size(c.oid))::float8 as indexes, sum(greatest(c.reltuples, 0))::float8 as rows
      from pg_class as c join pg_namespace as n on n.oid = c.relnamespace left join pg_inherits as p on p.inhrelid = c.oid where n.nspname = 'public' and c.relkind = 'r' group by 1 having sum(pg_total_relation_size(c.oid)) > 1e5 order by sum(pg_total_relation_size(c.oid)) desc`, [], database)
    const rows = found.map(it => [String(it['name']), ...[it['heap'], it['indexes'], it['rows']].map(Number)] as const).map(([name, heap = 0, indexes = 0, count = 0]) => ({ name: String(name), heap: Number(heap), indexes: Number(indexes), count: Number(count) }))
    const sum = (of: 'heap' | 'indexes' | 'count'): number => rows.reduce((all, it) => all + it[of], 0)
    return `PostgreSQL ${server.version}\n\n${table(head, [...rows.map(it => rowOf(it.name, it.heap, it.indexes, it.count)), rowOf('all', sum('heap'), sum('indexes'), sum('count'))])}`
  } finally { await server.close() }
}

async function onSqlite (): Promise<string> {
  const path = join(emptyFolder('growth'), 'growth.db')
  await fill(`sqlite:${path}`)
  const bytes = statSync(path).size / messages
  return `SQLite: ${shown(bytes)} bytes a message, ${[5, 50, 500].map(it => `${gb(bytes, it * million)} at ${it} million`).join(', ')}`
}

const parts = [await onPostgres(), await onSqlite()]
console.log(`${quick ? 'QUICK: figures mean nothing\n\n' : ''}${machineLine(machine())}; ${messages} messages of ${shown(bodies.reduce((sum, it) => sum + it.byteLength, 0) / bodies.length)} bytes on average\n\n${parts.join('\n\n')}`)
