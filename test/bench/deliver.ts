/**
 * One of twenty destinations down, and 100,000 messages waiting: what the other nineteen notice. `npm run deliver`
 * (`--waiting N`, `--rounds N`). Runs with all up and with one down take turns on the same messages.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { count, counts, last, now, openField, usual, type Field } from './destinations.ts'
import { quantile, shown, shownSpread, spread, table, type Spread } from './figures.ts'
import { fresh, summed, type Fresh } from './fresh.ts'
import { machine, machineLine } from './machine.ts'
import { option, quick, say, work } from './place.ts'
import { cpuOf } from './processes.ts'
import type { Mood } from './receivers.ts'

const waiting = option('waiting', quick ? 2_000 : 100_000)
const rounds = option('rounds', 1)
/** Posts a second to a gateway whose nineteen have nothing waiting any more, and how many. */
const [rate, posts] = quick ? [50, 100] as const : [100, 1_000] as const
/** When nothing has come for so long, nothing more will. */
const still_ms = 15_000
const moods = ['up', 'hangs_up', 'silent'] as const satisfies readonly Mood[]
const names: Readonly<Record<Mood, string>> = { up: 'all 20 up', hangs_up: 'one hangs up', silent: 'one says nothing' }

/** One drain. Of the nineteen, unless it says otherwise. */
interface Run {
  /** From the first arrival to the last: a second. */
  readonly rate: number
  /** From when the gateway served until each arrived. */
  readonly p50_ms: number
  readonly p99_ms: number
  readonly arrived: number
  readonly again: number
  /** Of the gateway, per push that arrived anywhere. */
  readonly cpu_us: number
  readonly fresh: Fresh
  /** Of the one that is down: connections it saw, and tries the gateway wrote down. */
  readonly knocks: number
  readonly tries: number
  readonly stored: Omit<ReturnType<typeof counts>, 'events'>
}

async function drained ({ receivers }: Field, wanted: number): Promise<number> {
  let [before, since, told] = [0, performance.now(), performance.now()]
  for (;;) {
    await pause(200)
    const arrived = (await receivers.seen()).slice(0, last).reduce((sum, it) => sum + it.arrivals.length, 0)
    if (arrived > before) [before, since] = [arrived, performance.now()]
    if (arrived >= wanted || performance.now() - since > still_ms) return arrived
    if (performance.now() - told > 5_000) { told = performance.now(); say(`    ${arrived} of ${wanted} arrived`) }
  }
}

async function run (field: Field, mood: Mood): Promise<Run> {
  field.renew()
  const { receivers } = field
  await receivers.reset()
  await receivers.mood(last, mood)
  const began = Date.now()
  const gateway = await field.serve()
  const others = waiting / count * last
  await drained(field, others)
  const cpu_ms = cpuOf(gateway.pid) ?? NaN
  const seen = await receivers.seen()
  const news = summed(await fresh(field, gateway.url, rate, posts))
  const { knocks, again: againThere } = (await receivers.seen())[last] ?? { knocks: NaN, again: NaN }
  await gateway.stop()
  const arrivals = seen.slice(0, last).flatMap(it => it.arrivals)
  const [from, to] = [quantile(arrivals, 0), quantile(arrivals, 1)]
  const { events, ...stored } = counts(field.database)
  return {
    rate: arrivals.length / (to - from) * 1000,
    p50_ms: quantile(arrivals, 0.5) - began,
    p99_ms: quantile(arrivals, 0.99) - began,
    arrived: arrivals.length,
    again: seen.reduce((sum, it) => sum + it.again, 0) + againThere,
    cpu_us: cpu_ms * 1000 / seen.reduce((sum, it) => sum + it.arrivals.length, 0),
    fresh: news, knocks, tries: events['later'] ?? 0, stored
  }
}

const of = (runs: readonly Run[], figure: (it: Run) => number): Spread => spread(runs.map(figure))

function row (name: string, runs: readonly Run[]): string[] {
  return [name, shownSpread(of(runs, it => it.rate)), shownSpread(of(runs, it => it.p50_ms / 1000)), shownSpread(of(runs, it => it.p99_ms / 1000)),
    shownSpread(of(runs, it => it.fresh.p50_ms)), shownSpread(of(runs, it => it.fresh.p99_ms)), shownSpread(of(runs, it => it.knocks)), shownSpread(of(runs, it => it.tries))]
}

/** With one down against all up, round by round. */
function ratios (name: string, down: readonly Run[], up: readonly Run[]): string {
  const ratio = (figure: (it: Run) => number): string => shownSpread(spread(down.map((it, nth) => figure(it) / figure(up[nth] ?? it))))
  return `- ${name} to all up: delivered a second ${ratio(it => it.rate)}, p99 of what waited ${ratio(it => it.p99_ms)}, p99 of what came fresh ${ratio(it => it.fresh.p99_ms)}.`
}

function checked (name: string, { arrived, again, fresh: { posted, came }, stored }: Run): string {
  const wanted = waiting / count * last
  const right = arrived === wanted && again === 0 && came === posted && stored.dead === 0 && stored.delivered + stored.offered === waiting + posts
  return `${right ? '' : '**NOT EQUAL** '}${name}: ${arrived} of ${wanted} that waited and ${came} of ${posted} fresh ones arrived at the nineteen, ${again} of all twice; recorded delivered ${stored.delivered}, still waiting ${stored.offered}, dead ${stored.dead}`
}

/** @returns a Markdown section and the figures */
export async function deliver (): Promise<{ markdown: string, json: object }> {
  if (waiting % (2 * count) !== 0) throw new TypeError(`--waiting takes a multiple of ${2 * count}`)
  say(`deliver: ${waiting} messages for ${count} destinations, ${rounds} round(s) of ${moods.length}`)
  const received = now()
  const field = await openField('deliver', Array.from({ length: count }, (_, nth) => ({ nth, messages: waiting / count, policy: usual, received })))
  const runs: Record<typeof moods[number], Run[]> = { up: [], hangs_up: [], silent: [] }
  try {
    for (let nth = 1; nth <= rounds; nth++) {
      for (const mood of moods) {
        const it = await run(field, mood)
        runs[mood].push(it)
        say(`  round ${nth}, ${names[mood]}: ${shown(it.rate)} a second to the nineteen, p99 ${shown(it.p99_ms / 1000)} s; fresh p99 ${shown(it.fresh.p99_ms)} ms; ${it.knocks} knocks, ${it.tries} tries written down`)
      }
    }
  } finally {
    await field.stop()
    rmSync(join(work, 'deliver'), { recursive: true, force: true })
  }
  const head = ['', 'delivered/s', 'p50 s waited', 'p99 s waited', 'fresh p50 ms', 'fresh p99 ms', 'knocks', 'tries']
  const cpu = moods.map(it => `${names[it]} ${shownSpread(of(runs[it], one => one.cpu_us))} µs`)
  const markdown = [
    `${waiting} messages of some 600 bytes wait for ${count} destinations, two of each order key; the gateway pushes over mutual TLS (P-256), at most 4 at once to one destination. Figures are of nineteen of them, median of ${rounds} round(s) (min–max), runs taking turns. Waited: from the start of the gateway until the endpoint has it. Fresh: ${posts} messages posted afterwards, ${rate} a second, from the post until the endpoint has it. Knocks and tries: connections the twentieth saw while down, and tries that were counted.`, '',
    table(head, moods.map(it => row(names[it], runs[it]))), '',
    ...(['hangs_up', 'silent'] as const).map(it => ratios(names[it], runs[it], runs.up)),
    `- processor time of the gateway per push, all its threads: ${cpu.join(', ')}.`,
    ...moods.flatMap(mood => runs[mood].map(it => `- ${checked(names[mood], it)}.`))
  ].join('\n')
  return { markdown, json: { waiting, rounds, rate, posts, runs } }
}

if (process.argv[1] === import.meta.filename) {
  const about = machine()
  const { markdown, json } = await deliver()
  console.log(`${machineLine(about)}\n\n${markdown}\n\n\`\`\`json\n${JSON.stringify({ machine: about, deliver: json })}\n\`\`\``)
}
