/** Where the gateway's time goes while it accepts: `npm run profile [--seal=RSA-2048]` writes a .cpuprofile and prints its heaviest functions. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { home } from '../../src/version.ts'
import { middle } from './documents.ts'
import { shown, table } from './figures.ts'
import { prepare, serve } from './gateway.ts'
import { load, placeholder } from './load.ts'
import { here, quick, say, work } from './place.ts'

/** The parts of a V8 CPU profile that are read. Times are in microseconds, the start on the clock of `process.hrtime`. */
interface Profile {
  readonly startTime: number
  readonly nodes: ReadonlyArray<{ readonly id: number, readonly callFrame: { readonly functionName: string, readonly url: string, readonly lineNumber: number }, readonly children?: readonly number[] }>
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}
type Frame = Profile['nodes'][number]['callFrame']

const shownCount = 30

/** @returns such as `src/validate/scan.js:14 scan` or `libxml2-wasm xmlSchemaValidateDoc` */
function nameOf ({ functionName, url, lineNumber }: Frame): string {
  if (url.startsWith('wasm:')) return 'libxml2-wasm, all functions'
  const path = url.startsWith('file:') ? relative(home, fileURLToPath(url)) : url
  const short = path.replace(/^dist\//, '').replace(/^.*node_modules\//, '')
  return `${functionName || '(anonymous)'}${short === '' ? '' : ` ${short}:${lineNumber + 1}`}`
}

/** Which part of the work a frame belongs to, its own or its callers': the first that is one of ours. */
function areaOf (frame: Frame): string | null {
  return /\/dist\/src\/((?:transport\/)?[a-z]+(?=\/)|[a-z]+)/.exec(frame.url)?.[1] ?? null
}

function sum (into: Map<string, number>, name: string, time: number): void {
  into.set(name, (into.get(name) ?? 0) + time)
}

interface Span { readonly from: number, readonly to: number }

/** @returns microseconds by function (self), and by folder of ours including what it calls elsewhere, within a span of the clock */
function times ({ nodes, samples, timeDeltas, startTime }: Profile, { from, to }: Span): { self: Map<string, number>, areas: Map<string, number>, busy: number } {
  const byId = new Map(nodes.map(node => [node.id, node]))
  const parents = new Map(nodes.flatMap(node => (node.children ?? []).map(child => [child, node.id] as const)))
  const area = (id: number | undefined): string => {
    const node = id === undefined ? undefined : byId.get(id)
    if (node === undefined) return 'Node, TLS and fastify'
    return areaOf(node.callFrame) ?? area(parents.get(node.id))
  }
  const self = new Map<string, number>()
  const areas = new Map<string, number>()
  let [busy, clock] = [0, startTime]
  samples.forEach((id, at) => {
    const frame = byId.get(id)?.callFrame
    const time = timeDeltas[at] ?? 0
    clock += time
    if (clock < from || clock > to || frame === undefined || frame.functionName === '(idle)') return
    busy += time
    sum(self, nameOf(frame), time)
    sum(areas, frame.functionName.startsWith('(garbage') ? 'garbage collector' : area(id), time)
  })
  return { self, areas, busy }
}

function heaviest (times: Map<string, number>, busy: number, accepted: number): string {
  const rows = [...times].toSorted((a, b) => b[1] - a[1]).slice(0, shownCount)
  return table(['', '% of busy time', 'µs per message'], rows.map(([name, time]) => [name, (time / busy * 100).toFixed(1), shown(time / accepted)]))
}

const algorithm = process.argv.includes('--seal=RSA-2048') ? 'RSA-2048' : 'P-256'
const ground = await prepare('profile', algorithm)
const file = join(work, 'profile', 'JW301.xml')
writeFileSync(file, middle('JW301', placeholder).bytes)
const client = ground.keys.parties['gemeente']
if (client === undefined) throw new TypeError('no keys of the gemeente')
say(`profile: the gateway accepts, sealing with ${algorithm}`)
const gateway = await serve(ground, ['--cpu-prof', `--cpu-prof-dir=${ground.folder}`, '--cpu-prof-interval=500'])
const clock = (): number => Number(process.hrtime.bigint() / 1000n)
const warm_ms = quick ? 1_000 : 5_000
/** The generator takes a moment to start. */
const from = clock() + (warm_ms + 500) * 1000
const counted = await load({
  name: 'profile', url: gateway.url, path: '/v1/messages', file, ca: ground.keys.ca.certificate, certificate: client.certificate, key: client.key,
  connections: 32, warm_ms, measure_ms: quick ? 3_000 : 15_000
})
const to = clock() - 200_000
await gateway.stop()
// The validation worker, if it ran, has a profile of its own; the main thread's is the largest.
const [found] = readdirSync(ground.folder).filter(it => it.endsWith('.cpuprofile')).map(it => join(ground.folder, it)).toSorted((a, b) => readFileSync(b).length - readFileSync(a).length)
if (found === undefined) throw new Error('the gateway left no profile')
const profile: unknown = JSON.parse(readFileSync(found, 'utf8'))
const { self, areas, busy } = times(profile as Profile, { from, to })
const accepted = counted.perSecond * (to - from) / 1e6
console.log(`${shown(counted.perSecond)} accepted a second while profiled; the event loop was busy ${shown(busy / (to - from) * 100)} % of the time; ${relative(here, found)} opens in Chrome's DevTools\n`)
console.log(`By folder, with what it calls outside the source:\n\n${heaviest(areas, busy, accepted)}\n`)
console.log(`By function, its own time:\n\n${heaviest(self, busy, accepted)}`)
