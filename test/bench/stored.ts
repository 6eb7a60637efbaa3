/**
 * What the store does with 5,000,000 messages of small payload in it, beside the same with 50,000, taking turns: accepting, claiming and finishing,
 * pages of mailboxes and lists, and messages accepted while 1,000,000 payloads are swept. `npm run stored` (`--messages N`, `--small N`,
 * `--only=sqlite|postgres`, `--seconds N`, `--turns N`, `--sweep N`, `--rate N`, `--part=cycles|pages|sweep`; `--numbers=drawn` draws Identificatie and ToewijzingNummer of what is accepted, where else each sender counts his; `--keep` leaves the SQLite files in `.work/stored` for the next run).
 */
import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { instant, partyCode, type PartyCode } from '../../src/core/core.ts'
import type { Pair } from '../../src/history/history.ts'
import { ownView } from '../../src/party/party.ts'
import { openServed, openStore, type Acceptance, type Served, type Store } from '../../src/store/store.ts'
import { sweep } from '../../src/upkeep/upkeep.ts'
import { startPostgres, type PostgresServer } from '../postgres.ts'
import { toegewezen } from '../store/facts.ts'
import { aanbieder, account, gemeente, roots, type Wanted } from '../store/sample.ts'
import { quantile, shown, shownSpread, spread, table } from './figures.ts'
import { askSqlite, functions, growing, hashOf, type Ask } from './growing.ts'
import { machine, machineLine, syncs, syncsLine } from './machine.ts'
import { option, quick, say, work } from './place.ts'
import { destinations, own, received, type Shape } from './shapes.ts'

/** So many go by the verbs of the store; all others are these again, under other ids, numbers, keys and persons. */
const seed = quick ? 500 : 5_000
const sizes = [option('small', quick ? 1_000 : 50_000), option('messages', quick ? 5_000 : 5_000_000)].map(it => Math.round(it / seed) * seed)
const seconds = option('seconds', quick ? 1 : 6)
const turns = option('turns', quick ? 2 : 7)
const sweeping = option('sweep', quick ? 2_000 : 1_000_000)
/** Messages a second, while payloads are swept. */
const rate = option('rate', 50)
/** Before the turns so many go by, a share of what is stored. */
const [warm_ms, warm_of] = [180_000, 60]
const claimers = 4
const batch = 32
/** Of so many one lies ready; and a page has so many. */
const [ready, page] = [20, 100]
const persons = Math.ceil(seed / 6)
const few = partyCode('12345699')
const keep = process.argv.includes('--keep')
const part = process.argv.find(it => it.startsWith('--part='))?.slice(7)
const wanted = (name: 'cycles' | 'pages' | 'sweep'): boolean => part === undefined || part === name

/** Numbers of senders: counted, as their software does, or drawn, which writes to each index at any place. */
const drawn = process.argv.includes('--numbers=drawn')
let counted = Date.now()
const number = (): string => drawn ? randomUUID().slice(0, 12) : (counted++).toString(36).padStart(12, '0')

/** One small message about one person, who is known already but for one in six, with what it leaves behind for rules. @param size of the database */
function about (target: PartyCode, size: number): Wanted {
  const [copies, known] = [size / seed, randomInt(6) > 0]
  const hash = known ? hashOf(1 + randomInt(Math.max(1, copies - 1)), 1 + randomInt(persons)) : randomBytes(16)
  const clients = [{ key: 'index', hash }]
  const pair: Pair = { family: 'iwmo', gemeente, aanbieder: target }
  const fact = toegewezen(number(), { Einddatum: '2026-01-31' })
  return { envelope: { identificatie: number() }, payload: `<Bericht>${randomUUID().repeat(5)}</Bericht>`, clients, facts: { pair, clients, facts: [fact] }, header: { 'BerichtIdentificatie/Dagtekening': '2026-01-02', BerichtCode: '414', Afzender: gemeente, Ontvanger: target } }
}

/** What all others are made of: mostly acknowledged, the others lie ready. */
async function seeded (store: Store): Promise<void> {
  const marks = Array.from({ length: persons }, () => randomBytes(16))
  const item = (nth: number): Acceptance => {
    const target = nth % ready === 0 ? aanbieder : destinations[nth % destinations.length] ?? aanbieder
    const clients = [{ key: 'index', hash: marks[nth % persons] ?? randomBytes(16) }]
    const { facts, ...wanted } = about(target, seed)
    return received({ ...wanted, clients, facts: facts === undefined || facts === null ? null : { ...facts, clients }, delivery: 'offered' }, target)
  }
  const items = Array.from({ length: seed }, (_, nth) => item(nth))
  for (let nth = 0; nth < seed; nth += 100) await store.accept(items.slice(nth, nth + 100))
  for (const { envelope: { id, receiver } } of items) if (receiver !== aanbieder) await store.acknowledge(ownView(receiver), id, account, instant(Date.now()))
}

/** Grows to a size. */
async function grown (ask: Ask, size: number, step: { readonly begin: string, readonly end: string } = { begin: 'begin', end: 'commit' }): Promise<void> {
  const [grow, began] = [await growing(ask), performance.now()]
  for (let copy = 1; copy < size / seed; copy++) {
    if (copy % 20 === 1) await ask(step.begin)
    await grow(copy)
    if (copy % 20 === 0 || copy + 1 >= size / seed) await ask(step.end)
    if (copy % 100 === 0) say(`  ${copy * seed} after ${Math.round((performance.now() - began) / 1000)} s`)
  }
  await ask('drop table seeds')
}

/** One of the two databases, loaded. */
interface Place { readonly size: number, readonly url: string, readonly bytes: () => Promise<number> }
/** Both of them, on one of the two kinds. */
interface Places { readonly name: string, readonly both: readonly [Place, Place], /** Processor time of a server so far. */ readonly cpu_ms: () => Promise<number>, close (): Promise<void> }

/** Processor time of this process, all threads. */
const ownCpu_ms = (): number => { const { user, system } = process.cpuUsage(); return (user + system) / 1000 }

async function loadSqlite (path: string, size: number): Promise<void> {
  const store = await openStore({ url: `sqlite:${path}`, mode: 'test', roots })
  await seeded(store)
  await store.close()
  const db = new Database(path)
  // Nothing reads meanwhile, and who is interrupted begins anew. To go without a journal is called unsafe.
  db.unsafeMode()
  for (const it of ['foreign_keys = off', 'journal_mode = off', 'synchronous = off', 'locking_mode = exclusive', 'cache_size = -4000000']) db.pragma(it)
  await grown(askSqlite(db), size)
  db.close()
  const file = openSync(path, 'r+')
  fsyncSync(file)
  closeSync(file)
}

async function onSqlite (): Promise<Places> {
  const folder = join(work, 'stored')
  if (!keep) rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const place = async (size: number): Promise<Place> => {
    const path = join(folder, `${size}.db`)
    if (!existsSync(`${path}.loaded`)) {
      for (const it of ['', '-wal', '-shm']) rmSync(`${path}${it}`, { force: true })
      await loadSqlite(path, size)
      closeSync(openSync(`${path}.loaded`, 'w'))
    }
    return { size, url: `sqlite:${path}`, bytes: async () => statSync(path).size }
  }
  const both = [await place(sizes[0] ?? 0), await place(sizes[1] ?? 0)] as const
  return { name: 'SQLite', both, cpu_ms: async () => ownCpu_ms(), close: async () => { if (!keep) rmSync(folder, { recursive: true, force: true }) } }
}

/** @returns processor time of all processes of the server that are there, in ms */
async function serverCpu_ms (server: PostgresServer): Promise<number> {
  const found = await server.query('select pid from pg_stat_activity where pid <> pg_backend_pid()')
  return found.map(({ pid }) => `/proc/${String(pid)}/stat`).filter(it => existsSync(it)).reduce((sum, path) => {
    const fields = readFileSync(path, 'utf8').replace(/^.*\) /, '').split(' ')
    // In hundredths of a second.
    return sum + (Number(fields[11]) + Number(fields[12])) * 10
  }, 0)
}

async function loadPostgres (server: PostgresServer, size: number): Promise<Place> {
  const url = await server.freshDatabase()
  const name = new URL(url).pathname.slice(1)
  const ask = (sql: string, values: readonly unknown[] = []) => server.query(sql, values, name)
  const store = await openStore({ url, mode: 'test', roots })
  await seeded(store)
  await store.close()
  for (const it of functions) await ask(it)
  // Each is a transaction of its own.
  await grown(ask, size, { begin: 'select 1', end: 'select 1' })
  await ask("select setval('message_number', (select max(seq) % 1099511627776 + 1 from message)), setval('person_id_seq', (select max(id) + 1 from person))")
  await ask('vacuum analyze')
  return { size, url, bytes: async () => Number((await ask('select pg_database_size(current_database())::float8 as bytes'))[0]?.['bytes']) }
}

async function onPostgres (): Promise<Places> {
  const server = await startPostgres({ settings: { shared_buffers: '4GB', max_wal_size: '8GB', checkpoint_timeout: '15min', wal_compression: 'pglz', maintenance_work_mem: '512MB' } })
  try {
    const both = [await loadPostgres(server, sizes[0] ?? 0), await loadPostgres(server, sizes[1] ?? 0)] as const
    // Loaded without; measured as it is to be run.
    await server.set({ fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' })
    await server.query('checkpoint')
    return { name: `PostgreSQL ${server.version}`, both, cpu_ms: async () => ownCpu_ms() + await serverCpu_ms(server), close: () => server.close() }
  } catch (error) {
    await server.close()
    throw error
  }
}

/** What one turn gave. */
interface Turn { readonly done: number, readonly cpu_us: number }

/** @param most messages, whichever comes first */
async function turn (shape: Shape, cpu_ms: Places['cpu_ms'], ms: number, most = Infinity): Promise<Turn> {
  let done = 0
  const [before, began] = [await cpu_ms(), performance.now()]
  await Promise.all(Array.from({ length: claimers }, async (_, nth) => {
    while (performance.now() - began < ms && done < most) {
      const it = await shape.cycle(nth, batch)
      done += it.done
    }
  }))
  const took = performance.now() - began
  return { done: done / took * 1000, cpu_us: (await cpu_ms() - before) * 1000 / done }
}

const perSecond = (figure: (it: Turn) => number, all: readonly Turn[]): string => shownSpread(spread(all.map(figure)))

/** Both databases in turns, in the order small, large, large, small. @returns a table, with the ratio of each pair of turns */
async function cycles ({ both, cpu_ms }: Places): Promise<string> {
  const shapes = await Promise.all(both.map(({ url, size }) => own(url, 'handle', target => about(target, size), true)))
  const found: Turn[][] = both.map(() => [])
  // As after some minutes of serving: what is asked for at any place is in memory, as far as it ever is.
  for (const [at, shape] of shapes.entries()) say(`  warm: ${shown((await turn(shape, cpu_ms, warm_ms, (both[at]?.size ?? 0) / warm_of)).done)} a second`)
  for (let nth = 0; nth < turns; nth++) {
    for (const at of nth % 2 === 0 ? [0, 1] : [1, 0]) {
      const [shape, all] = [shapes[at], found[at]]
      if (shape === undefined || all === undefined) continue
      const it = await turn(shape, cpu_ms, seconds * 1000)
      say(`  ${both[at]?.size}: ${shown(it.done)} a second, ${shown(it.cpu_us)} µs`)
      all.push(it)
    }
  }
  await Promise.all(shapes.map(it => it.close()))
  const [small = [], large = []] = found
  const rows = both.map(({ size }, at) => [String(size), perSecond(it => it.done, found[at] ?? []), perSecond(it => it.cpu_us, found[at] ?? [])])
  const ratio = (figure: (it: Turn) => number): string => shownSpread(spread(large.map((it, nth) => figure(it) / figure(small[nth] ?? it))))
  return table(['accepted, claimed and finished', 'messages a second', 'µs of the processor'], [...rows, ['large / small, turn by turn', ratio(it => it.done), ratio(it => it.cpu_us)]])
}

/** @returns median, 99th of a hundred and the longest, in ms */
const times = (all: readonly number[]): string[] => [quantile(all, 0.5), quantile(all, 0.99), Math.max(...all)].map(shown)

async function timed (count: number, ask: () => Promise<unknown>): Promise<number[]> {
  const all: number[] = []
  for (let nth = 0; nth < count; nth++) {
    const began = performance.now()
    await ask()
    all.push(performance.now() - began)
  }
  return all
}

const accepted = (target: PartyCode, size: number): Acceptance => received({ ...about(target, size), delivery: 'offered' }, target)

async function pages (store: Served, size: number): Promise<string> {
  await store.accept(Array.from({ length: 3 }, () => accepted(few, size)))
  const asked: ReadonlyArray<readonly [string, () => Promise<{ readonly length: number }>]> = [
    [`mailbox, ${size / ready} lie ready`, () => store.mailbox(ownView(aanbieder), page)],
    ['mailbox of one type', () => store.mailbox(ownView(aanbieder), page, { types: ['WMO301'] })],
    ['mailbox, 3 lie ready', () => store.mailbox(ownView(few), page)],
    ['list of the sender of all', async () => (await store.list({ view: ownView(gemeente), limit: page })).items],
    ['list of a receiver', async () => (await store.list({ view: ownView(aanbieder), limit: page })).items]
  ]
  const rows: string[][] = []
  for (const [name, ask] of asked) rows.push([name, String((await ask()).length), ...times(await timed(quick ? 10 : 300, ask))])
  return table([`first pages with ${size} stored, ms`, 'messages', 'median', '99 %', 'longest'], rows)
}

/** One message at each beat, also while others are not done, until told to stop. @returns how long each took from its beat on, in ms */
async function steadily (store: Served, size: number, on: () => boolean): Promise<number[]> {
  const all: number[] = []
  const under: Array<Promise<void>> = []
  const began = performance.now()
  for (let nth = 0; on(); nth++) {
    const beat = began + nth * 1000 / rate
    await pause(Math.max(0, beat - performance.now()))
    const target = destinations[nth % destinations.length] ?? few
    under.push(store.accept([accepted(target, size)]).then(([it]) => {
      if (it?.kind !== 'stored') throw new Error('a message was not stored')
      all.push(performance.now() - beat)
    }))
  }
  await Promise.all(under)
  return all
}

/** Messages at a steady rate, alone, and then while payloads are swept by the steps of upkeep. */
async function swept (store: Served, size: number): Promise<string> {
  const until = performance.now() + (quick ? 1 : 20) * 1000
  const alone = await steadily(store, size, () => performance.now() < until)
  let [sum, steps, on] = [0, 0, true]
  const beside = steadily(store, size, () => on)
  beside.catch(() => {})
  const began = performance.now()
  // What comes meanwhile is waited for whatever becomes of the sweep: else its failure would hide behind theirs.
  const sweeping_ended = sweep({
    store,
    now: instant(Date.now() + 86_400_000),
    retention: { retention_payload_days: 1, retention_metadata_days: 3650, retention_refused_days: 3650, retention_assignment_days: 1, retention_claim_days: 1 },
    signal: { get aborted () { return sum >= sweeping } },
    onStep: (_, step) => {
      sum += step.swept
      if (++steps % 500 === 0) say(`  swept ${sum} after ${Math.round((performance.now() - began) / 1000)} s`)
    }
  })
  await sweeping_ended.finally(() => { on = false })
  const took = (performance.now() - began) / 1000
  const rows = [['alone', String(alone.length), ...times(alone)], ['while payloads are swept', '', ...times(await beside)]]
  return `${sum} payloads swept in ${Math.round(took)} s, in ${steps} steps, ${shown(sum / took)} a second.\n\n${table([`ms of one message, ${rate} a second, with ${size} stored`, 'messages', 'median', '99 %', 'longest'], rows)}`
}

async function measured (open: () => Promise<Places>): Promise<string> {
  const began = performance.now()
  const places = await open()
  try {
    const [, large] = places.both
    say(`loaded in ${Math.round((performance.now() - began) / 1000)} s`)
    const bytes = await Promise.all(places.both.map(it => it.bytes()))
    const parts = [`${places.name}: ${places.both.map(({ size }, nth) => `${size} in ${shown((bytes[nth] ?? 0) / 1e9)} GB`).join(', ')}`]
    if (wanted('cycles')) parts.push(await cycles(places))
    say(parts.at(-1) ?? '')
    const store = await openServed({ url: large.url, mode: 'test', roots })
    try {
      for (const [name, part] of [['pages', pages], ['sweep', swept]] as const) {
        if (wanted(name)) parts.push(await part(store, large.size))
        say(parts.at(-1) ?? '')
      }
    } finally { await store.close() }
    return parts.join('\n\n')
  } finally { await places.close() }
}

const only = process.argv.find(it => it.startsWith('--only='))?.slice(7)
const about_machine = machine()
mkdirSync(work, { recursive: true })
const disk = syncsLine([syncs()])
const parts: string[] = []
for (const [name, open] of [['sqlite', onSqlite], ['postgres', onPostgres]] as const) if (only === undefined || only === name) parts.push(await measured(open))
console.log(`${quick ? 'QUICK: figures mean nothing\n\n' : ''}${machineLine(about_machine)}; ${disk}; groups of ${batch} by ${claimers} claimers, ${turns} turns of ${seconds} s\n\n${parts.join('\n\n')}`)
