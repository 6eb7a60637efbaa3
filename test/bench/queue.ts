/**
 * Work that is accepted, claimed and finished on PostgreSQL, for minutes, beside peers and beside three readers whose transactions
 * stay open: done a second per slice of time, and pages a claim reads at the beginning and at the end.
 * `npm run queue` (`--seconds N`, `--slice N`, `--only NAME`, `--grouped`; `--which=installed` for the machine's own server).
 */
import pg from 'pg'
import { startPostgres, type PostgresServer } from '../postgres.ts'
import { shown, table } from './figures.ts'
import { machine, machineLine, syncs, syncsLine } from './machine.ts'
import { emptyFolder, option, quick, say } from './place.ts'
import { narrow, own, skipLocked, type Shape } from './shapes.ts'
import { graphile } from './graphile.ts'

const seconds = option('seconds', quick ? 6 : 60)
const slice_s = option('slice', quick ? 2 : 10)
const only = process.argv.find(it => it.startsWith('--only='))?.slice(7)
/** In groups only, which is how the store works where there is much to do. */
const runs: ReadonlyArray<readonly [number, number, number]> = [...process.argv.includes('--grouped') ? [] : [[1, 1, 0], [1, 1, 3], [4, 1, 3]] as const, [4, 32, 0], [4, 32, 3]]
const which = process.argv.includes('--which=installed') ? 'installed' : 'bundled'

const shapes: Readonly<Record<string, (url: string) => Promise<Shape>>> = {
  'skip locked + update': skipLocked,
  'narrow, delete returning': narrow,
  'graphile-worker': graphile,
  'zorgpoort, handle': url => own(url, 'handle'),
  'zorgpoort, push': url => own(url, 'push')
}

interface Slice { readonly done: number, readonly claims: number, readonly claim_ms: number, readonly pages: number | null }

/** @returns the pages one execution looks at; what it does is undone */
async function pagesOf (client: pg.Client, claiming: ReturnType<Shape['claiming']>): Promise<number | null> {
  if (claiming === null) return null
  await client.query('begin')
  try {
    const { rows } = await client.query<{ 'QUERY PLAN': Array<{ Plan: Record<string, number> }> }>(`explain (analyze, buffers, format json) ${claiming.sql}`, [...claiming.values])
    const plan = rows[0]?.['QUERY PLAN'][0]?.Plan ?? {}
    return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0)
  } finally { await client.query('rollback') }
}

/** A transaction that has seen the database, and stays as it was. */
async function reader (url: string): Promise<pg.Client> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query('begin isolation level repeatable read')
  await client.query('select count(*) from pg_class')
  return client
}

async function measure (make: (url: string) => Promise<Shape>, url: string, claimers: number, batch: number, readers: number): Promise<Slice[]> {
  const shape = await make(url)
  const reading = await Promise.all(Array.from({ length: readers }, () => reader(url)))
  const looking = new pg.Client(url)
  await looking.connect()
  const slices: Slice[] = []
  const began = performance.now()
  let [done, claims, spent] = [0, 0, 0]
  const on = (): boolean => performance.now() - began < seconds * 1000
  const working = Promise.all(Array.from({ length: claimers }, async (_, nth) => {
    while (on()) {
      const it = await shape.cycle(nth, batch)
      done += it.done; claims++; spent += it.claim_ms
    }
  }))
  for (let nth = 1; nth <= seconds / slice_s; nth++) {
    await new Promise(resolve => setTimeout(resolve, began + nth * slice_s * 1000 - performance.now()))
    const pages = await pagesOf(looking, shape.claiming())
    slices.push({ done: done / slice_s, claims, claim_ms: spent / claims, pages });
    [done, claims, spent] = [0, 0, 0]
  }
  await working
  await Promise.all([...reading, looking].map(it => it.end()))
  await shape.close()
  return slices
}

const row = (name: string, claimers: number, batch: number, readers: number, slices: readonly Slice[]): string[] => {
  const [first, last] = [slices[0], slices.at(-1)]
  const ends = (figure: (it: Slice) => number | null): string => [first, last].map(it => it === undefined ? '–' : shown(figure(it) ?? NaN)).join(' → ')
  return [name, String(claimers), String(batch), String(readers), slices.map(it => shown(it.done)).join(' '), ends(it => it.claim_ms), ends(it => it.pages)]
}

async function all (server: PostgresServer): Promise<string[][]> {
  const rows: string[][] = []
  for (const [name, make] of Object.entries(shapes)) {
    if (only !== undefined && !name.includes(only)) continue
    for (const [claimers, batch, readers] of runs) {
      rows.push(row(name, claimers, batch, readers, await measure(make, await server.freshDatabase(), claimers, batch, readers)))
      say(rows.at(-1)?.join(' | ') ?? '')
    }
  }
  return rows
}

emptyFolder('queue')
const server = await startPostgres({ which, durable: true, settings: { shared_buffers: '512MB', max_wal_size: '4GB' } })
try {
  const head = ['queue', 'claimers', 'batch', 'readers', `done a second, per ${slice_s} s`, 'ms a claim', 'pages a claim']
  const rows = await all(server)
  console.log(`${quick ? 'QUICK: figures mean nothing\n\n' : ''}${machineLine(machine())}; PostgreSQL ${server.version}; ${syncsLine([syncs()])}\n\n${table(head, rows)}`)
} finally { await server.close() }
