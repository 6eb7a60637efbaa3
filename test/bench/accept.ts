/**
 * How many messages a second the gateway accepts end to end (mutual TLS, levels 1 and 2, seal, durable commit, 202), and what they wait at half that;
 * beside what the machine could do at most, and beside queues that only take a message in.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { KeyAlgorithm } from '../../src/sign/sign.ts'
import { missing } from '../postgres.ts'
import { middle } from './documents.ts'
import type { Counted } from './drive.ts'
import { shown, shownSpread, spread, table } from './figures.ts'
import { prepare, serve, stored, type Ground } from './gateway.ts'
import { load, placeholder, type Order } from './load.ts'
import { machine, machineLine, syncs, syncsLine, versionOf, type Syncs } from './machine.ts'
import { peerRun, peers, type Peer, type PeerRun } from './peer.ts'
import { emptyFolder, here, quick, say } from './place.ts'
import { cpuOf } from './processes.ts'

const runs = quick ? 1 : 3
const connections = 32
const [warm_ms, measure_ms] = quick ? [1_000, 2_000] : [3_000, 8_000]
const kinds = ['P-256', 'RSA-2048'] as const satisfies readonly KeyAlgorithm[]
const algorithms: Readonly<Record<typeof kinds[number], string>> = { 'P-256': 'ECDSA P-256, SHA-256', 'RSA-2048': 'RSA-2048, SHA-256' }

/** `server_us`: processor time of what is asked per message, in microseconds; other work on the machine changes it little. */
interface Served extends Counted { readonly server_us: number }
/** `half`: at half the rate of the same run, each counted from when it was to be sent. */
interface Run extends Served { readonly half: Counted, readonly stored: number }

const orderOf = (name: string, url: string, file: string, { keys }: Ground): Order => {
  const client = keys.parties['gemeente']
  if (client === undefined) throw new TypeError('no keys of the gemeente')
  return { name, url, file, path: '/v1/messages', ca: keys.ca.certificate, certificate: client.certificate, key: client.key, connections, warm_ms, measure_ms }
}

/** The load, and what the process that is asked used for it. */
async function served (pid: number, order: Order): Promise<Served> {
  const before = cpuOf(pid) ?? NaN
  const counted = await load(order)
  return { ...counted, server_us: ((cpuOf(pid) ?? NaN) - before) * 1000 / counted.accepted }
}

async function gatewayRun (name: string, algorithm: KeyAlgorithm, file: string): Promise<Run> {
  const ground = await prepare(name, algorithm)
  const gateway = await serve(ground)
  try {
    const order = orderOf(name, gateway.url, file, ground)
    const whole = await served(gateway.pid, order)
    const half = await load({ ...order, name: `${name}, half the load`, letter: 'H', warm_ms: 1_000, per_second: whole.perSecond / 2 })
    await gateway.stop()
    return { ...whole, half, stored: stored(ground) }
  } finally {
    await gateway.stop()
    rmSync(ground.folder, { recursive: true, force: true })
  }
}

async function bareRun (name: string, file: string): Promise<Served> {
  const ground = await prepare(name, 'P-256')
  const { keys } = ground
  const child = spawn(process.execPath, [join(here, 'bare.ts'), keys.server.key, keys.server.certificate, keys.ca.certificate], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  try {
    const [url] = await once(lines, 'line')
    return await served(child.pid ?? NaN, orderOf(name, String(url), file, ground))
  } finally {
    child.kill('SIGTERM')
    rmSync(ground.folder, { recursive: true, force: true })
  }
}

/** All that was measured, each in every run, one after the other. */
interface Figures {
  readonly gateway: Readonly<Record<typeof kinds[number], Run[]>>
  readonly bare: Served[]
  readonly queues: Readonly<Record<Peer, PeerRun[]>>
  readonly disk: Syncs[]
}

/** @returns why a queue is not measured, by its name */
function leftOut (): Partial<Record<Peer, string>> {
  const noServer = missing('bundled')
  return Object.fromEntries(peers.flatMap(peer => {
    const why = noServer !== false ? noServer : versionOf(peer) === undefined ? 'not installed: run "npm install" in test/bench' : null
    return why === null ? [] : [[peer, why]]
  }))
}

async function measured (file: string): Promise<Figures> {
  const all: Figures = { gateway: { 'P-256': [], 'RSA-2048': [] }, bare: [], queues: { 'pg-boss': [], 'graphile-worker': [] }, disk: [] }
  const kept = <T extends Counted>(into: T[], what: string, it: T): void => {
    into.push(it)
    say(`  ${what}: ${shown(it.perSecond)} a second, p99 ${shown(it.p99_ms)} ms`)
  }
  const without = leftOut()
  for (const [peer, why] of Object.entries(without)) say(`  ${peer} is left out: ${why}`)
  for (let nth = 1; nth <= runs; nth++) {
    all.disk.push(syncs())
    for (const kind of kinds) kept(all.gateway[kind], `run ${nth}, seal ${kind}`, await gatewayRun(`accept/${kind}-${nth}`, kind, file))
    for (const peer of peers) {
      if (without[peer] === undefined) kept(all.queues[peer], `run ${nth}, ${peer}`, await peerRun(peer, file, { name: `${peer}-${nth}`, connections, warm_ms, measure_ms }))
    }
    kept(all.bare, `run ${nth}, bare fastify`, await bareRun(`accept/bare-${nth}`, file))
  }
  return all
}

const over = <T>(all: readonly T[], figure: (it: T) => number): string => shownSpread(spread(all.map(figure)))
const failures = (all: readonly Counted[]): string => `${all.reduce((sum, it) => sum + it.failed, 0)}`

function tables ({ gateway, bare, queues }: Figures): string[] {
  const row = (name: string, all: readonly Served[]): string[] =>
    [name, over(all, it => it.perSecond), over(all, it => it.p50_ms), over(all, it => it.p99_ms), failures(all), over(all, it => it.server_us), over(all, it => it.sender_us)]
  const ofPeers = peers.filter(it => queues[it].length > 0).map(it => row(`${it} ${versionOf(it) ?? ''} ${it === 'pg-boss' ? 'send' : 'addJob'}, judges and signs nothing`, queues[it]))
  const whole = [...kinds.map(kind => row(`Zorgpoort, seal ${algorithms[kind]}`, gateway[kind])), ...ofPeers, row(`bare fastify ${versionOf('fastify') ?? ''}, does nothing`, bare)]
  const half = kinds.map(kind => {
    const all = gateway[kind].map(it => it.half)
    return [`Zorgpoort, seal ${algorithms[kind]}`, over(all, it => it.perSecond), over(all, it => it.p50_ms), over(all, it => it.p99_ms), failures(all)]
  })
  return [
    table(['', 'accepted/s', 'p50 ms', 'p99 ms', 'failed', 'processor, server, µs', 'processor, sender, µs'], whole), '',
    'At half the rate of the same run, sent at that pace whatever the answers take, and counted from when each was to be sent:', '',
    table(['', 'accepted/s', 'p50 ms', 'p99 ms', 'failed'], half)
  ]
}

/** @returns a Markdown section and the figures */
export async function accept (): Promise<{ markdown: string, json: object }> {
  const folder = emptyFolder('accept')
  const sample = middle('JW301', placeholder)
  const file = join(folder, 'JW301.xml')
  writeFileSync(file, sample.bytes)
  say(`accept: ${sample.bytes.length} bytes, ${connections} connections, ${runs} run(s) of ${measure_ms / 1000} s each after ${warm_ms / 1000} s`)
  const figures = await measured(file)
  const counts = [
    ...kinds.flatMap(kind => figures.gateway[kind]).map(it => [it.accepted + it.half.accepted, it.stored] as const),
    ...peers.flatMap(peer => figures.queues[peer]).map(it => [it.accepted, it.stored] as const)
  ].map(([accepted, stored]) => `${accepted === stored ? '' : '**NOT EQUAL** '}${accepted} accepted, ${stored} stored`)
  const postgresql = peers.flatMap(peer => figures.queues[peer]).at(0)?.postgresql ?? 'none'
  const markdown = [
    `JW301 of ${sample.bytes.length} bytes over mutual TLS (P-256), ${connections} keep-alive connections from one process on the same machine; queues: the same message as data of a job, ${connections} at once from one process to PostgreSQL ${postgresql} (as many connections; commits wait for the disk). Median of ${runs} runs of ${measure_ms / 1000} s in turns (min–max).`, '',
    ...tables(figures), '',
    `- ${syncsLine(figures.disk)}.`,
    '- processor time per message: all threads of the gateway, or all processes of PostgreSQL; beside it that of the process that sends, which for a queue is part of the application that uses it.',
    `- counted afterwards in the database, warm-up and half the load included: ${counts.join('; ')}.`
  ].join('\n')
  return { markdown, json: { bytes: sample.bytes.length, connections, warm_ms, measure_ms, ...figures } }
}

if (process.argv[1] === import.meta.filename) {
  const about = machine()
  const { markdown, json } = await accept()
  console.log(`${machineLine(about)}\n\n${markdown}\n\n\`\`\`json\n${JSON.stringify({ machine: about, accept: json })}\n\`\`\``)
}
