/**
 * 1,000,000 messages waiting, most of them for a destination that is down, half of those behind another of their key: what a
 * gateway needs to start, what it holds in memory while it serves the others, and what they notice while 100,000 that waited
 * too long are given up. `npm run waiting` (`--waiting N`, `--minutes N`).
 */
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { count, counts, last, now, openField, usual, type Field, type Heap } from './destinations.ts'
import { shown, shownSpread, spread, table } from './figures.ts'
import { fresh, summed, type Journey } from './fresh.ts'
import { memoryOf, type Serving } from './gateway.ts'
import { machine, machineLine } from './machine.ts'
import { option, quick, say, work } from './place.ts'

const waiting = option('waiting', quick ? 20_000 : 1_000_000)
/** As many as a tenth is compared with, and given up. */
const [few, expiring] = [waiting / 100, waiting / 10]
const each = Math.round(waiting / 1000)
const seconds = option('minutes', 3) * (quick ? 15 : 60)
const starts = 3
/** What expires does so in the middle of the run. */
const expires_ms = Math.round(seconds * 1000 / 3)
const rate = 50
const window_ms = 10_000
const MB = 1e6

/** Most of `all` for the one that is down. */
function heaps (all: number, expired: number): Heap[] {
  const received = now()
  const others = Array.from({ length: last }, (_, nth): Heap => ({ nth, messages: Math.round(all / 1000), policy: usual, received }))
  const rest = all - last * Math.round(all / 1000) - expired
  const soon = { first_ms: Math.min(5_000, expires_ms), longest_ms: Math.min(10_000, expires_ms), total_ms: expires_ms }
  return [...others, { nth: last, messages: rest, policy: usual, received }, ...expired === 0 ? [] : [{ nth: last, messages: expired, policy: soon, received }]]
}

interface Memory { readonly at_s: number, readonly rss_mb: number, readonly heap_mb: number }

async function memory ({ pid, operations }: Serving, since: number): Promise<Memory> {
  const metrics = await (await fetch(`${operations}/metrics`)).text()
  const heap = Number(/^nodejs_heap_size_used_bytes (\S+)/m.exec(metrics)?.[1] ?? NaN)
  return { at_s: Math.round((performance.now() - since) / 1000), rss_mb: (memoryOf(pid)?.now ?? NaN) / MB, heap_mb: heap / MB }
}

interface Start { readonly serving_ms: number, readonly memory: Memory }

/** Everybody is down: what is measured is the start alone. */
async function start (field: Field): Promise<Start> {
  field.renew()
  for (let nth = 0; nth < count; nth++) await field.receivers.mood(nth, 'hangs_up')
  const before = performance.now()
  const gateway = await field.serve()
  const serving_ms = performance.now() - before
  await pause(3_000)
  const held = await memory(gateway, before)
  await gateway.stop()
  return { serving_ms, memory: held }
}

interface Pushing { readonly memories: readonly Memory[], readonly journeys: readonly Journey[], readonly first_dead: number | null, readonly last_dead: number | null, readonly began: number, readonly stored: ReturnType<typeof counts>, readonly arrived: number, readonly again: number, readonly knocks: number, readonly stop_ms: number }

/** Served for minutes: what waits for the nineteen goes out first, and fresh messages come all the time. */
async function push (field: Field): Promise<Pushing> {
  field.renew()
  const { receivers } = field
  for (let nth = 0; nth < last; nth++) await receivers.mood(nth, 'up')
  await receivers.reset()
  const [began, since] = [Date.now(), performance.now()]
  const gateway = await field.serve()
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
  return { memories, journeys, first_dead: gone.first, last_dead: gone.last, began, stop_ms, stored: counts(field.database), arrived: seen.reduce((sum, it) => sum + it.arrivals.length, 0), again: seen.reduce((sum, it) => sum + it.again, 0), knocks: seen[last]?.knocks ?? NaN }
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

function checked ({ stored, arrived, again, journeys }: Pushing): string {
  const wanted = last * each + journeys.length
  const right = arrived === wanted && again === 0 && stored.dead === expiring && stored.delivered === wanted && stored.offered === waiting - last * each - expiring
  return `${right ? '' : '**NOT EQUAL** '}${arrived} of ${wanted} arrived, ${again} of them twice; recorded delivered ${stored.delivered}, dead ${stored.dead} of ${expiring}, still waiting ${stored.offered}; tries written down ${stored.events['later'] ?? 0}`
}

/** @returns a Markdown section and the figures */
export async function million (): Promise<{ markdown: string, json: object }> {
  say(`waiting: ${waiting} messages, ${seconds} s of pushing`)
  const begun: Record<'few' | 'many', Start[]> = { few: [], many: [] }
  const field: Record<'few' | 'many', Field> = { few: await openField('waiting/few', heaps(few, 0)), many: await openField('waiting/many', heaps(waiting, expiring)) }
  try {
    const size_mb = statSync(field.many.database).size / MB
    for (let nth = 1; nth <= starts; nth++) for (const which of ['few', 'many'] as const) begun[which].push(await start(field[which]))
    say(`  a start takes ${sumOf(begun.few, it => it.serving_ms)} ms with ${few} waiting, ${sumOf(begun.many, it => it.serving_ms)} ms with ${waiting}`)
    const pushed = await push(field.many)
    const markdown = [
      `${waiting} messages wait (${Math.round(size_mb)} MB of database), ${each} for each of nineteen destinations and the rest for one that hangs up, half of them behind another of their order key; ${rate} fresh messages a second are posted for the nineteen. Memory is of the gateway's process.`, '',
      table(['', `${few} waiting`, `${waiting} waiting`], [
        ['start until it serves, ms', ...(['few', 'many'] as const).map(it => sumOf(begun[it], one => one.serving_ms))],
        ['RSS 3 s later, MB', ...(['few', 'many'] as const).map(it => sumOf(begun[it], one => one.memory.rss_mb))],
        ['heap 3 s later, MB', ...(['few', 'many'] as const).map(it => sumOf(begun[it], one => one.memory.heap_mb))]
      ]), '',
      table(['second', 'fresh ones arrived', 'p50 ms', 'p99 ms', 'RSS MB, at most', 'heap MB, at most'], windows(pushed)), '',
      `- ${expiring} that waited too long were given up in ${pushed.first_dead === null || pushed.last_dead === null ? '–' : shown((pushed.last_dead - pushed.first_dead) / 1000)} s; the destination saw ${pushed.knocks} connections in all.`,
      `- stopping took ${shown(pushed.stop_ms)} ms.`,
      `- ${checked(pushed)}.`
    ].join('\n')
    return { markdown, json: { waiting, few, each, expiring, seconds, rate, starts: begun, pushed: { ...pushed, journeys: summed(pushed.journeys) } } }
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
