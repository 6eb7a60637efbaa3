/**
 * 1,000,000 messages waiting, most of them for a destination that is down, half of those behind another of their key: what a
 * gateway needs to start, what it holds in memory while it serves the others beside what it holds with 10,000 waiting, and what
 * they notice while 100,000 that waited too long are given up. `npm run waiting` (`--waiting N`, `--seconds N`).
 */
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { count, counts, last, now, openField, usual, type Field, type Heap } from './destinations.ts'
import { shown, shownSpread, spread, table } from './figures.ts'
import { fresh, summed, type Journey } from './fresh.ts'
import type { Serving } from './gateway.ts'
import { machine, machineLine } from './machine.ts'
import { option, quick, say, work } from './place.ts'
import { memoryOf } from './processes.ts'

const waiting = option('waiting', quick ? 10_000 : 1_000_000)
/** As many as a tenth is compared with, and given up. */
const [few, expiring] = [waiting / 100, waiting / 10]
const each = Math.round(waiting / 1000)
const seconds = option('seconds', quick ? 8 : 120)
const starts = quick ? 1 : 3
/** Memory is looked at so long after a start. */
const settled_ms = quick ? 1_500 : 3_000
/** With so many times as many waiting a gateway may hold so much more, and no more. */
const factor_max = 1.5
/** Given up is when a try has failed: these come more often than by default. */
const settings = { breaker_open_ms: quick ? 1_000 : 10_000 }
/** What expires does so in the middle of the run. */
const expires_ms = Math.round(seconds * 1000 / 3)
const rate = 50
const window_ms = quick ? 2_000 : 10_000
const MB = 1e6

/** Most of `all` for the one that is down. */
function heaps (all: number, expired: number): Heap[] {
  const received = now()
  const others = Array.from({ length: last }, (_, nth): Heap => ({ nth, messages: Math.round(all / 1000), policy: usual, received }))
  const rest = all - last * Math.round(all / 1000) - expired
  const soon = { first_ms: Math.min(5_000, expires_ms), longest_ms: Math.min(10_000, expires_ms), total_ms: expires_ms }
  return [...others, { nth: last, messages: rest, policy: usual, received }, ...expired === 0 ? [] : [{ nth: last, messages: expired, policy: soon, received }]]
}

interface Memory { readonly at_s: number, readonly rss_mb: number, readonly heap_mb: number, readonly scrape_ms: number }

async function memory ({ pid, operations }: Serving, since: number): Promise<Memory> {
  const asked = performance.now()
  const metrics = await (await fetch(`${operations}/metrics`)).text()
  const scrape_ms = performance.now() - asked
  const heap = Number(/^nodejs_heap_size_used_bytes (\S+)/m.exec(metrics)?.[1] ?? NaN)
  return { at_s: Math.round((performance.now() - since) / 1000), rss_mb: (memoryOf(pid)?.now ?? NaN) / MB, heap_mb: heap / MB, scrape_ms }
}

interface Start { readonly serving_ms: number, readonly memory: Memory }

/** Everybody is down: what is measured is the start alone. */
async function start (field: Field): Promise<Start> {
  field.renew()
  for (let nth = 0; nth < count; nth++) await field.receivers.mood(nth, 'hangs_up')
  const before = performance.now()
  const gateway = await field.serve()
  const serving_ms = performance.now() - before
  await pause(settled_ms)
  const held = await memory(gateway, before)
  await gateway.stop()
  return { serving_ms, memory: held }
}

interface Pushing { readonly memories: readonly Memory[], readonly journeys: readonly Journey[], readonly first_dead: number | null, readonly last_dead: number | null, readonly began: number, readonly first_ms: number, readonly stored: ReturnType<typeof counts>, readonly arrived: number, readonly again: number, readonly knocks: number, readonly stop_ms: number }

/** Served for minutes: what waits for the nineteen goes out first, and fresh messages come all the time. */
async function push (field: Field, expiring: number): Promise<Pushing> {
  field.renew()
  const { receivers } = field
  for (let nth = 0; nth < last; nth++) await receivers.mood(nth, 'up')
  await receivers.reset()
  const gateway = await field.serve()
  const [began, since] = [Date.now(), performance.now()]
  const db = new Database(field.database, { readonly: true })
  const dead = db.prepare("select count(*) from delivery where state = 'dead'").pluck()
  const memories: Memory[] = []
  const gone = { count: 0, first: null as number | null, last: null as number | null }
  const over = new AbortController()
  const watching = (async () => {
    for (; !over.signal.aborted; await pause(250)) {
      const found = Number(dead.get())
      if (found > gone.count) Object.assign(gone, { count: found, first: gone.first ?? Date.now(), last: Date.now() })
    }
  })()
  const sampling = (async () => { for (; !over.signal.aborted; await pause(1_000)) memories.push(await memory(gateway, since)) })()
  const journeys = await fresh(field, gateway.url, rate, rate * seconds)
  for (const end = performance.now() + 60_000; gone.count < expiring && performance.now() < end; await pause(250)) { /* it is given up meanwhile */ }
  over.abort()
  await Promise.all([sampling, watching])
  db.close()
  const seen = await receivers.seen()
  const stopping = performance.now()
  await gateway.stop()
  const stop_ms = performance.now() - stopping
  // The log says that it serves somewhat before that is read there.
  const first_ms = Math.max(0, seen.reduce((least, { arrivals: [first = Infinity] }) => Math.min(least, first), Infinity) - began)
  return { memories, journeys, first_dead: gone.first, last_dead: gone.last, began, first_ms, stop_ms, stored: counts(field.database), arrived: seen.reduce((sum, it) => sum + it.arrivals.length, 0), again: seen.reduce((sum, it) => sum + it.again, 0), knocks: seen[last]?.knocks ?? NaN }
}

const sumOf = (starts: readonly Start[], figure: (it: Start) => number): string => shownSpread(spread(starts.map(figure)))

/** Per window of time, what came fresh and what was held. */
function windows ({ journeys, memories, began, first_dead, last_dead }: Pushing): string[][] {
  const rows: string[][] = []
  for (let at = began; journeys.some(it => it.at >= at); at += window_ms) {
    const [of, to] = [journeys.filter(it => it.at >= at && it.at < at + window_ms), at + window_ms]
    if (of.length === 0) continue
    const held = memories.filter(it => it.at_s * 1000 + began >= at && it.at_s * 1000 + began < to)
    const { p50_ms, p99_ms, posted, came } = summed(of)
    const giving = first_dead !== null && last_dead !== null && first_dead < to && last_dead >= at
    rows.push([`${Math.round((at - began) / 1000)}${giving ? ', giving up' : ''}`, `${came} of ${posted}`, shown(p50_ms), shown(p99_ms), shown(Math.max(...held.map(it => it.rss_mb))), shown(Math.max(...held.map(it => it.heap_mb)))])
  }
  return rows
}

function checked ({ stored, arrived, again, journeys }: Pushing, waiting: number, expiring: number): string {
  const others = last * Math.round(waiting / 1000)
  const wanted = others + journeys.length
  const right = arrived === wanted && again === 0 && stored.dead === expiring && stored.delivered === wanted && stored.offered === waiting - others - expiring
  return `${right ? '' : '**NOT EQUAL** '}${arrived} of ${wanted} arrived, ${again} of them twice; recorded delivered ${stored.delivered}, dead ${stored.dead} of ${expiring}, still waiting ${stored.offered}; tries written down ${stored.events['later'] ?? 0}`
}

/** What it held at most, and in the end: what has gone is garbage by then. */
const most = ({ memories }: Pushing, figure: (it: Memory) => number): number => Math.max(...memories.map(figure))
const kept = ({ memories }: Pushing, figure: (it: Memory) => number): number => spread(memories.slice(-5).map(figure)).median

type Both<T> = Readonly<Record<'few' | 'many', T>>

function memoryRows (begun: Both<Start[]>, pushed: Both<Pushing>): string[][] {
  const row = (name: string, figure: (which: 'few' | 'many') => number): string[] => {
    const [less, more] = [figure('few'), figure('many')]
    return [name, shown(less), shown(more), `${more / less <= factor_max ? '' : '**TOO MUCH** '}${(more / less).toFixed(2)}`]
  }
  return ([['RSS', 'rss_mb'], ['heap', 'heap_mb']] as const).flatMap(([name, key]) => [
    row(`${name} ${settled_ms / 1000} s after a start, MB`, which => spread(begun[which].map(it => it.memory[key])).median),
    row(`${name} while pushing, at most, MB`, which => most(pushed[which], it => it[key])),
    row(`${name} in the end, MB`, which => kept(pushed[which], it => it[key]))
  ])
}

/** @returns a Markdown section and the figures */
export async function million (): Promise<{ markdown: string, json: object }> {
  say(`waiting: ${waiting} messages, twice ${seconds} s of pushing`)
  const begun: Both<Start[]> = { few: [], many: [] }
  const field: Both<Field> = { few: await openField('waiting/few', heaps(few, few / 10), settings), many: await openField('waiting/many', heaps(waiting, expiring), settings) }
  try {
    const size_mb = statSync(field.many.database).size / MB
    for (let nth = 1; nth <= starts; nth++) for (const which of ['few', 'many'] as const) begun[which].push(await start(field[which]))
    say(`  a start takes ${sumOf(begun.few, it => it.serving_ms)} ms with ${few} waiting, ${sumOf(begun.many, it => it.serving_ms)} ms with ${waiting}`)
    const pushed: Both<Pushing> = { few: await push(field.few, few / 10), many: await push(field.many, expiring) }
    const { many } = pushed
    const markdown = [
      `${waiting} messages wait (${Math.round(size_mb)} MB of database), ${each} for each of nineteen destinations and the rest for one that hangs up, half of them behind another of their order key; ${rate} fresh messages a second are posted for the nineteen. Memory is of the gateway's process; it may be ${factor_max} times what it is with ${few} waiting.`, '',
      table(['', `${few} waiting`, `${waiting} waiting`, 'ratio'], [
        ['start until it serves, ms', ...(['few', 'many'] as const).map(it => sumOf(begun[it], one => one.serving_ms)), ''],
        ['from then until the first push arrived, ms', shown(pushed.few.first_ms), shown(many.first_ms), ''],
        ['a scrape of the metrics, at most, ms', shown(most(pushed.few, it => it.scrape_ms)), shown(most(many, it => it.scrape_ms)), ''],
        ...memoryRows(begun, pushed)
      ]), '',
      table(['second', 'fresh ones arrived', 'p50 ms', 'p99 ms', 'RSS MB, at most', 'heap MB, at most'], windows(many)), '',
      `- ${expiring} that waited too long were given up in ${many.first_dead === null || many.last_dead === null ? '–' : shown((many.last_dead - many.first_dead) / 1000)} s; the destination saw ${many.knocks} connections in all.`,
      `- stopping took ${shown(many.stop_ms)} ms.`,
      `- with ${few}: ${checked(pushed.few, few, few / 10)}.`,
      `- with ${waiting}: ${checked(many, waiting, expiring)}.`
    ].join('\n')
    const told = (it: Pushing): object => ({ ...it, journeys: summed(it.journeys) })
    return { markdown, json: { waiting, few, each, expiring, seconds, rate, starts: begun, pushed: { few: told(pushed.few), many: told(many) } } }
  } finally {
    for (const it of [field.few, field.many]) await it.stop()
    rmSync(join(work, 'waiting'), { recursive: true, force: true })
  }
}

if (process.argv[1] === import.meta.filename) {
  const about = machine()
  const { markdown, json } = await million()
  console.log(`${machineLine(about)}\n\n${markdown}\n\n\`\`\`json\n${JSON.stringify({ machine: about, waiting: json })}\n\`\`\``)
}
