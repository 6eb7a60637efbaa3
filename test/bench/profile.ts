/**
 * Where the gateway's time goes while it accepts, in each of its threads: `npm run profile` in test/bench, after a build. Prints shares by area and the
 * heaviest functions; writes a flame graph (`--svg FILE`), and the figures beside it as JSON, with which a later run compares itself (`--before FILE.json`).
 * `--seal=RSA-2048` for the other key.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { examine, type Examined, type Profile, type Span } from './cpuprofile.ts'
import { middle } from './documents.ts'
import { shown, table } from './figures.ts'
import { flameGraph } from './flame.ts'
import { prepare, serve, type Ground, type Serving } from './gateway.ts'
import { load, placeholder } from './load.ts'
import { machine, machineLine } from './machine.ts'
import { here, quick, say, text, work } from './place.ts'
import { threadsOf, type Thread } from './processes.ts'

const shownCount = 25
const warm_ms = quick ? 1_000 : 5_000
const measure_ms = quick ? 3_000 : 15_000
const algorithm = process.argv.includes('--seal=RSA-2048') ? 'RSA-2048' : 'P-256'
const svg = resolve(text('svg') ?? join(work, 'profile.svg'))
const json = `${svg.replace(/\.svg$/, '')}.json`

const clock = (): number => Number(process.hrtime.bigint() / 1000n)

/** One thread, as its own profile tells. */
interface Threaded extends Examined { readonly name: string }
/** Microseconds of the processor a message by area: what a later run is compared with. */
type Areas = Readonly<Record<string, number>>

/** The load, while the gateway is profiled. @returns messages a second, the span that is looked at, and the system's count of its threads over about that */
async function profiled (ground: Ground, gateway: Serving) {
  const file = join(ground.folder, 'JW301.xml')
  writeFileSync(file, middle('JW301', placeholder).bytes)
  const client = ground.keys.parties['gemeente']
  if (client === undefined) throw new TypeError('no keys of the gemeente')
  // The generator takes a moment to start.
  const from = clock() + (warm_ms + 500) * 1000
  const loading = load({ name: 'profile', url: gateway.url, path: '/v1/messages', file, ca: ground.keys.ca.certificate, certificate: client.certificate, key: client.key, connections: 32, warm_ms, measure_ms })
  await pause(warm_ms + 500)
  const [before, began] = [threadsOf(gateway.pid), clock()]
  await pause(measure_ms - 1_000)
  const [after, ended] = [threadsOf(gateway.pid), clock()]
  const { perSecond } = await loading
  return { perSecond, span: { from, to: ended }, system: used(before, after, perSecond * (ended - began) / 1e6) }
}

/** Threads by their names that run no JavaScript. */
const native = /^(V8Worker|libuv-worker|v8:|DelayedTaskSche|SignalInspector)/

/** @returns microseconds a message of threads by name, and how many have that name */
function used (before: ReadonlyMap<string, Thread> | null, after: ReadonlyMap<string, Thread> | null, messages: number): Array<[name: string, us: number]> {
  const each = [...after ?? []].map(([id, { name, cpu_ms }]) => [name, (cpu_ms - (before?.get(id)?.cpu_ms ?? 0)) * 1000 / messages] as const)
  return [...Map.groupBy(each, ([name]) => name)].map(([name, all]): [string, number] => [`${name}${all.length > 1 ? ` (${all.length})` : ''}`, all.reduce((sum, [, us]) => sum + us, 0)])
}

/** Each thread leaves a profile, with its number in the name (…PID.THREAD.NTH.cpuprofile); one of which nothing was asked meanwhile is left out. */
function threads (folder: string, span: Span): Threaded[] {
  const found = readdirSync(folder).flatMap(name => {
    const number = /\.(\d+)\.\d+\.cpuprofile$/.exec(name)?.[1]
    return number === undefined ? [] : [{ number: Number(number), path: join(folder, name) }]
  }).toSorted((a, b) => a.number - b.number)
  if (found.length === 0) throw new Error('the gateway left no profile')
  const examined = found.map(({ number, path }) => {
    say(`  ${relative(here, path)} opens in Chrome's DevTools`)
    const profile: unknown = JSON.parse(readFileSync(path, 'utf8'))
    const it = examine(profile as Profile, span)
    const [heaviest = '–'] = [...it.areas].toSorted((a, b) => b[1] - a[1])[0] ?? []
    return { ...it, name: number === 0 ? 'main thread' : `thread ${number} (mostly ${heaviest})` }
  })
  return examined.filter(it => it.busy > 0.001 * (span.to - span.from))
}

function summed (all: readonly Threaded[]): Array<[area: string, time: number]> {
  const total = new Map<string, number>()
  for (const { areas } of all) for (const [area, time] of areas) total.set(area, (total.get(area) ?? 0) + time)
  return [...total].toSorted((a, b) => b[1] - a[1])
}

/** @param now of this run @param before of an earlier one, if it is given */
function areaTable (all: readonly Threaded[], messages: number, now: Areas, before: Areas | null): string {
  const busy = all.reduce((sum, it) => sum + it.busy, 0)
  const rows = [...new Set([...Object.keys(now), ...Object.keys(before ?? {})])].map(area => {
    const times = all.map(it => area === 'all' ? it.busy : it.areas.get(area) ?? 0)
    const time = times.reduce((sum, it) => sum + it, 0)
    return [area, (time / busy * 100).toFixed(1), shown(now[area] ?? 0), ...before === null ? [] : [shown(before[area] ?? 0)], ...times.map(it => shown(it / messages))]
  })
  return table(['area, with what it calls elsewhere', '% of busy time', 'processor, µs a message', ...before === null ? [] : ['before, µs'], ...all.map(it => `${it.name}, µs by the clock`)], rows)
}

function heaviest ({ self, busy }: Threaded, messages: number): string {
  const rows = [...self].toSorted((a, b) => b[1] - a[1]).slice(0, shownCount)
  return table(['function, its own time', '% of the thread', 'µs a message'], rows.map(([name, time]) => [name, (time / busy * 100).toFixed(1), shown(time / messages)]))
}

const about = machine()
const given = text('before')
const before: unknown = given === undefined ? null : JSON.parse(readFileSync(given, 'utf8'))
const ground = await prepare('profile', algorithm)
say(`profile: the gateway accepts, sealing with ${algorithm}`)
const gateway = await serve(ground, ['--cpu-prof', `--cpu-prof-dir=${ground.folder}`, '--cpu-prof-interval=500'])
const { perSecond, span, system } = await profiled(ground, gateway).finally(() => gateway.stop())
const all = threads(ground.folder, span)
const messages = perSecond * (span.to - span.from) / 1e6
const busy = all.reduce((sum, it) => sum + it.busy, 0)
const areas = summed(all)
const title = `Accepting a JW301 of 7.6 kB, seal ${algorithm}: ${shown(perSecond)} a second while profiled, Node ${about.node}, ${new Date().toISOString().slice(0, 10)}`
writeFileSync(svg, flameGraph(title, all, areas.map(([area, time]) => [area, `${(time / busy * 100).toFixed(1)} %`] as const), messages))
// A sample says where a thread is, also while the machine lets others go first; the system says how much of the processor it had.
const processor = system.filter(([name]) => !native.test(name)).reduce((sum, [, us]) => sum + us, 0)
const now: Areas = Object.fromEntries([...areas, ['all', busy] as const].map(([area, time]) => [area, time / busy * processor]))
writeFileSync(json, `${JSON.stringify(now, null, 2)}\n`)
console.log(`${machineLine(about)}\n\n${title}\n`)
for (const it of all) console.log(`- ${it.name}: busy ${shown(it.busy / (span.to - span.from) * 100)} % of the time`)
console.log(`\n${areaTable(all, messages, now, before as Areas | null)}\n`)
console.log(`Processor time by the system's count, which knows V8's and libuv's threads too (v8:ProfEvntProc is the profiler):\n\n${table(['threads', 'µs a message'], system.filter(([, us]) => us >= 0.5).map(([name, us]) => [name, shown(us)]))}\n`)
for (const it of all) console.log(`${it.name}:\n\n${heaviest(it, messages)}\n`)
say(`flame graph: ${svg}; its figures, for --before: ${json}`)
