/** Reads V8's CPU profiles: what one thread did within a span of time, by area of the work, by function, and as a tree of who called whom. */
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { home } from '../../src/version.ts'

/** The parts of a profile that are read. Times are in microseconds, the start on the clock of `process.hrtime`. */
export interface Profile {
  readonly startTime: number
  readonly nodes: ReadonlyArray<{ readonly id: number, readonly callFrame: Frame, readonly children?: readonly number[] }>
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}
interface Frame { readonly functionName: string, readonly url: string, readonly lineNumber: number }

/** By that clock. */
export interface Span { readonly from: number, readonly to: number }

/** A function, called by what stands above it, with what it calls; its time is that of all of them, in microseconds. */
export interface Flame { readonly name: string, readonly area: string, time: number, readonly calls: Map<string, Flame> }

/** What a thread did, in microseconds. */
export interface Examined { readonly busy: number, readonly areas: Map<string, number>, readonly self: Map<string, number>, readonly flame: Flame }

const flameOf = (name: string, area: string): Flame => ({ name, area, time: 0, calls: new Map() })

/** @returns such as `scan validate/scan.js:14`, or one name for all of libxml2 */
function nameOf ({ functionName, url, lineNumber }: Frame): string {
  if (url.startsWith('wasm:')) return 'libxml2-wasm, all functions'
  const path = url.startsWith('file:') ? relative(home, fileURLToPath(url)) : url
  const short = path.replace(/^dist\/(src\/)?/, '').replace(/^.*node_modules\//, '')
  return `${functionName || '(anonymous)'}${short === '' ? '' : ` ${short}:${lineNumber + 1}`}`
}

const outside: ReadonlyArray<readonly [RegExp, string]> = [
  [/^node:(internal\/)?(_?tls|_?https?|net|stream|js_stream|socket)/, 'TLS, HTTP and streams of Node'],
  [/\/node_modules\/(fastify|@fastify|find-my-way|avvio|secure-json-parse|process-warning)\//, 'fastify'],
  [/\/node_modules\/(pino|sonic-boom|thread-stream|quick-format-unescaped|safe-stable-stringify)\//, 'log']
]

/** Which area a frame says the work belongs to: our folders, or one of the above; null where its callers say it. */
function areaOf ({ functionName, url }: Frame): string | null {
  if (functionName === '(garbage collector)') return 'garbage collector'
  if (functionName === '(program)') return 'native, outside JavaScript'
  const own = /\/dist\/src\/((?:transport\/)?[a-z0-9]+(?=\/)|[a-z0-9]+)/.exec(url)?.[1]
  return own ?? outside.find(([shape]) => shape.test(url))?.[1] ?? null
}

function sum (into: Map<string, number>, name: string, time: number): void {
  into.set(name, (into.get(name) ?? 0) + time)
}

interface Placed { readonly frame: Frame, readonly area: string, readonly path: readonly Flame[] }

/** @returns each node of a profile with its area and its place in one tree, in which calls of the same function by the same callers are one */
function placed ({ nodes }: Profile, top: Flame): Map<number, Placed> {
  const byId = new Map(nodes.map(node => [node.id, node]))
  const found = new Map<number, Placed>()
  const walk = (id: number, above: readonly Flame[], areaAbove: string): void => {
    const node = byId.get(id)
    if (node === undefined) return
    const frame = node.callFrame
    const [name, area] = [nameOf(frame), areaOf(frame) ?? areaAbove]
    const caller = above.at(-1) ?? top
    const same = caller.name === name || frame.functionName === '(root)'
    const flame = same ? caller : caller.calls.get(name) ?? flameOf(name, area)
    if (!same) caller.calls.set(name, flame)
    const path = same ? above : [...above, flame]
    found.set(id, { frame, area, path })
    for (const child of node.children ?? []) walk(child, path, area)
  }
  if (nodes[0] !== undefined) walk(nodes[0].id, [top], 'Node, other')
  return found
}

/** @returns what the thread did in that span, but for waiting */
export function examine (profile: Profile, { from, to }: Span): Examined {
  const flame = flameOf('all', 'all')
  const byId = placed(profile, flame)
  const [self, areas] = [new Map<string, number>(), new Map<string, number>()]
  let clock = profile.startTime
  profile.samples.forEach((id, at) => {
    const time = profile.timeDeltas[at] ?? 0
    clock += time
    const it = byId.get(id)
    if (clock < from || clock > to || it === undefined || it.frame.functionName === '(idle)') return
    sum(self, nameOf(it.frame), time)
    sum(areas, it.area, time)
    for (const above of it.path) above.time += time
  })
  return { busy: flame.time, areas, self, flame }
}
