/** How many messages a second the gateway accepts end to end (mutual TLS, level 1, seal, durable commit, 202), beside what the machine could do at most. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { KeyAlgorithm } from '../../src/sign/sign.ts'
import { middle } from './documents.ts'
import { shown, shownSpread, spread, table } from './figures.ts'
import { cpuOf, prepare, serve, stored, type Ground } from './gateway.ts'
import { load, placeholder, type Counted, type Order } from './load.ts'
import { machine, machineLine, syncsPerSecond } from './machine.ts'
import { emptyFolder, here, quick, say } from './place.ts'

const runs = quick ? 1 : 3
const connections = 32
const [warm_ms, measure_ms] = quick ? [1_000, 2_000] : [3_000, 8_000]
const kinds = ['P-256', 'RSA-2048'] as const satisfies readonly KeyAlgorithm[]

/** `cpu_us`: processor time of the gateway per message, in microseconds; other work on the machine changes it little. */
interface Run extends Counted { readonly stored: number, readonly cpu_us: number }

const orderOf = (name: string, url: string, file: string, { keys }: Ground): Order => {
  const client = keys.parties['gemeente']
  if (client === undefined) throw new TypeError('no keys of the gemeente')
  return { name, url, file, path: '/v1/messages', ca: keys.ca.certificate, certificate: client.certificate, key: client.key, connections, warm_ms, measure_ms }
}

async function gatewayRun (name: string, algorithm: KeyAlgorithm, file: string): Promise<Run> {
  const ground = await prepare(name, algorithm)
  const gateway = await serve(ground)
  try {
    const before = cpuOf(gateway.pid) ?? NaN
    const counted = await load(orderOf(name, gateway.url, file, ground))
    const cpu_us = ((cpuOf(gateway.pid) ?? NaN) - before) * 1000 / counted.accepted
    await gateway.stop()
    return { ...counted, cpu_us, stored: stored(ground) }
  } finally {
    await gateway.stop()
    rmSync(ground.folder, { recursive: true, force: true })
  }
}

async function bareRun (name: string, file: string): Promise<Counted> {
  const ground = await prepare(name, 'P-256')
  const { keys } = ground
  const child = spawn(process.execPath, [join(here, 'bare.ts'), keys.server.key, keys.server.certificate, keys.ca.certificate], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  try {
    const [url] = await once(lines, 'line')
    return await load(orderOf(name, String(url), file, ground))
  } finally {
    child.kill('SIGTERM')
    rmSync(ground.folder, { recursive: true, force: true })
  }
}

/** @returns a Markdown section and the figures */
export async function accept (): Promise<{ markdown: string, json: object }> {
  const folder = emptyFolder('accept')
  const sample = middle('JW301', placeholder)
  const file = join(folder, 'JW301.xml')
  writeFileSync(file, sample.bytes)
  say(`accept: ${sample.bytes.length} bytes, ${connections} connections, ${runs} run(s) of ${measure_ms / 1000} s each after ${warm_ms / 1000} s`)
  const gateway: Record<typeof kinds[number], Run[]> = { 'P-256': [], 'RSA-2048': [] }
  const bare: Counted[] = []
  const syncs: number[] = []
  for (let nth = 1; nth <= runs; nth++) {
    syncs.push(syncsPerSecond())
    for (const kind of kinds) {
      gateway[kind].push(await gatewayRun(`accept/${kind}-${nth}`, kind, file))
      say(`  run ${nth}, seal ${kind}: ${shown(gateway[kind].at(-1)?.perSecond ?? NaN)} accepted a second`)
    }
    bare.push(await bareRun(`accept/bare-${nth}`, file))
    say(`  run ${nth}, bare fastify: ${shown(bare.at(-1)?.perSecond ?? NaN)} answered a second`)
  }
  const row = (name: string, all: readonly Counted[]): string[] =>
    [name, shownSpread(spread(all.map(it => it.perSecond))), shownSpread(spread(all.map(it => it.p50_ms))), shownSpread(spread(all.map(it => it.p99_ms))), `${all.reduce((sum, it) => sum + it.failed, 0)}`]
  const rows = [...kinds.map(kind => row(`Zorgpoort, seal ${kind}`, gateway[kind])), row('bare fastify 5, does nothing', bare)]
  const cpu = kinds.map(kind => `seal ${kind} ${shownSpread(spread(gateway[kind].map(it => it.cpu_us)))} µs`)
  const kept = kinds.flatMap(kind => gateway[kind]).map(it => `${it.stored === it.accepted ? '' : '**NOT EQUAL** '}${it.accepted} receipts, ${it.stored} stored`)
  const markdown = [
    `JW301 of ${sample.bytes.length} bytes over mutual TLS (P-256), ${connections} keep-alive connections from one process on the same machine; median of ${runs} runs of ${measure_ms / 1000} s (min–max).`, '',
    table(['', 'accepted/s', 'p50 ms', 'p99 ms', 'failed'], rows), '',
    `- write 4 KiB + fdatasync on the same disk: ${shownSpread(spread(syncs))} a second.`,
    `- processor time of the gateway per message, all its threads: ${cpu.join(', ')}.`,
    `- counted afterwards in the database, warm-up included: ${kept.join('; ')}.`
  ].join('\n')
  return { markdown, json: { bytes: sample.bytes.length, connections, warm_ms, measure_ms, gateway, bare, syncs } }
}

if (process.argv[1] === import.meta.filename) {
  const about = machine()
  const { markdown, json } = await accept()
  console.log(`${machineLine(about)}\n\n${markdown}\n\n\`\`\`json\n${JSON.stringify({ machine: about, accept: json })}\n\`\`\``)
}
