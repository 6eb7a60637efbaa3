/**
 * Work that is accepted, claimed and finished on PostgreSQL, for minutes, beside peers and beside three readers whose transactions
 * stay open: done a second per slice of time, and pages a claim reads at the beginning and at the end.
 * `npm run queue` (`--seconds N`, `--slice N`, `--only NAME`, `--grouped`; `--which=installed` for the machine's own server).
 */
import pg from 'pg'
import { missing, startPostgres, type PostgresServer } from '../postgres.ts'
import { shown, table } from './figures.ts'
import { machine, machineLine, syncs, syncsLine, versionOf } from './machine.ts'
import { emptyFolder, option, quick, say, text } from './place.ts'
import { narrow, own, skipLocked, type Shape } from './shapes.ts'
import { graphile } from './graphile.ts'

/** In groups only, which is how the store works where there is much to do: claimers, their batch, and readers beside them. */
const grouped = [[4, 32, 0], [4, 32, 3]] as const
type Mix = readonly [claimers: number, batch: number, readers: number]

/** What of it is measured, on which server. */
export interface Asked { readonly seconds: number, readonly slice_s: number, readonly names: readonly string[], readonly mixes: readonly Mix[], readonly which: 'bundled' | 'installed' }

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

async function measure (make: (url: string) => Promise<Shape>, url: string, [claimers, batch, readers]: Mix, { seconds, slice_s }: Asked): Promise<Slice[]> {
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

const row = (name: string, mix: Mix, slices: readonly Slice[]): string[] => {
  const [first, last] = [slices[0], slices.at(-1)]
  const ends = (figure: (it: Slice) => number | null): string => [first, last].map(it => it === undefined ? '–' : shown(figure(it) ?? NaN)).join(' → ')
  return [name, ...mix.map(String), slices.map(it => shown(it.done)).join(' '), ends(it => it.claim_ms), ends(it => it.pages)]
}

interface Measured { readonly name: string, readonly mix: Mix, readonly slices: readonly Slice[] }

async function all (server: PostgresServer, asked: Asked): Promise<Measured[]> {
  const found: Measured[] = []
  for (const name of asked.names) {
    const make = shapes[name]
    if (make === undefined) continue
    for (const mix of asked.mixes) {
      const slices = await measure(make, await server.freshDatabase(), mix, asked)
      found.push({ name, mix, slices })
      say(`  ${row(name, mix, slices).join(' | ')}`)
    }
  }
  return found
}

/** Our push beside graphile-worker, shortly: what the whole bench shows of it. */
const short: Asked = { seconds: quick ? 4 : 20, slice_s: quick ? 2 : 5, names: ['graphile-worker', 'zorgpoort, push'], mixes: grouped, which: 'bundled' }

/** @returns a Markdown section and the figures; only the reason where there is no PostgreSQL */
export async function queue (asked: Asked = short): Promise<{ markdown: string, json: object }> {
  const reason = missing(asked.which)
  if (reason !== false) return { markdown: `Left out: ${reason}.`, json: {} }
  const names = asked.names.filter(it => it !== 'graphile-worker' || versionOf(it) !== undefined)
  emptyFolder('queue')
  const disk = syncs()
  say(`store cycle on PostgreSQL: ${names.join(', ')}, ${asked.seconds} s each`)
  const server = await startPostgres({ which: asked.which, durable: true, settings: { shared_buffers: '512MB', max_wal_size: '4GB' } })
  try {
    const [{ server_version: version } = {}] = await server.query('show server_version')
    const found = await all(server, { ...asked, names })
    const head = ['queue', 'claimers', 'batch', 'readers', `done a second, per ${asked.slice_s} s`, 'ms a claim', 'pages a claim']
    const markdown = [
      `Accepted, claimed and finished on PostgreSQL ${String(version)}, whose commits wait for the disk, beside readers whose transactions stay open; graphile-worker ${versionOf('graphile-worker') ?? 'is not installed'}.`, '',
      table(head, found.map(it => row(it.name, it.mix, it.slices))), '', `- ${syncsLine([disk])}.`
    ].join('\n')
    return { markdown, json: { postgresql: String(version), seconds: asked.seconds, slice_s: asked.slice_s, found, disk } }
  } finally { await server.close() }
}

if (process.argv[1] === import.meta.filename) {
  const only = text('only')
  const { markdown } = await queue({
    seconds: option('seconds', quick ? 6 : 60), slice_s: option('slice', quick ? 2 : 10), names: Object.keys(shapes).filter(it => it.includes(only ?? '')),
    mixes: [...process.argv.includes('--grouped') ? [] : [[1, 1, 0], [1, 1, 3], [4, 1, 3]] as const, ...grouped], which: process.argv.includes('--which=installed') ? 'installed' : 'bundled'
  })
  console.log(`${quick ? 'QUICK: figures mean nothing\n\n' : ''}${machineLine(machine())}\n\n${markdown}`)
}
