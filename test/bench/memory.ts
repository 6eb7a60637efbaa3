/** Whether memory grows over many validations, and how much one large message takes from end to end. */
import { spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setImmediate } from 'node:timers/promises'
import { openValidator } from '../../src/validate/validate.ts'
import { large, middle, spoilt } from './documents.ts'
import { shown, table } from './figures.ts'
import { memoryOf, prepare, serve, stored } from './gateway.ts'
import { load } from './load.ts'
import { machine, machineLine } from './machine.ts'
import { emptyFolder, quick, say } from './place.ts'

const validations = quick ? 2_000 : 20_000
const large_bytes = quick ? 2_500_000 : 25_000_000
/** Looked at after these shares: at the first, compiled code and caches stand; what still grows after the second is a leak. */
const looks = [0.1, 0.5, 1] as const
const mb = 1e6

interface Growth { readonly kind: string, readonly resident: readonly number[], readonly seconds: number }

const kinds = ['valid', 'invalid'] as const
type Kind = typeof kinds[number]

/** Resident memory after a collection, so that garbage not yet swept does not pass for a leak. */
async function resident (): Promise<number> {
  await setImmediate()
  globalThis.gc?.()
  await setImmediate()
  return process.memoryUsage.rss()
}

/** In a process of its own: validates and prints what it took, in bytes. */
async function grow (kind: Kind): Promise<Growth> {
  const { bytes } = kind === 'valid' ? middle() : spoilt(middle())
  const validator = openValidator()
  const seen: number[] = []
  const begin = performance.now()
  for (let nth = 1; nth <= validations; nth++) {
    const judgement = await validator.validate(bytes)
    if (judgement.kind !== kind) throw new Error(`a ${kind} message was called ${judgement.kind}`)
    if (looks.some(share => nth === Math.round(validations * share))) seen.push(await resident())
    if (nth % (validations / 4) === 0) say(`    ${kind}: ${nth} of ${validations}, ${shown(process.memoryUsage.rss() / mb)} MB`)
  }
  const seconds = (performance.now() - begin) / 1000
  await validator.close()
  return { kind, resident: seen, seconds }
}

async function growth (kind: Kind): Promise<Growth> {
  const child = spawn(process.execPath, ['--expose-gc', import.meta.filename, `--grow=${kind}`, ...(quick ? ['--quick'] : [])], { stdio: ['ignore', 'pipe', 'inherit'] })
  let last = ''
  for await (const line of createInterface({ input: child.stdout })) last = line
  const parsed: unknown = JSON.parse(last)
  return parsed as Growth
}

interface Large { readonly bytes: number, readonly before: number, readonly peak: number, readonly seconds: number, readonly accepted: number, readonly stored: number }

/** One large claim, posted to a gateway that has done nothing else. */
async function largeMessage (): Promise<Large | null> {
  const ground = await prepare('memory/large', 'P-256')
  const file = join(ground.folder, 'JW323.xml')
  const { bytes } = large(large_bytes)
  writeFileSync(file, bytes)
  const gateway = await serve(ground)
  try {
    const client = ground.keys.parties['aanbieder']
    const before = memoryOf(gateway.pid)
    if (client === undefined || before === null) return null
    const counted = await load({ name: 'large', url: gateway.url, path: '/v1/messages', file, ca: ground.keys.ca.certificate, certificate: client.certificate, key: client.key, connections: 1, warm_ms: 0, measure_ms: 120_000, messages_max: 1 })
    const peak = memoryOf(gateway.pid)?.peak ?? NaN
    await gateway.stop()
    return { bytes: bytes.length, before: before.now, peak, seconds: counted.p50_ms / 1000, accepted: counted.accepted, stored: stored(ground) }
  } finally {
    await gateway.stop()
    rmSync(ground.folder, { recursive: true, force: true })
  }
}

/** @returns a Markdown section and the figures */
export async function memory (): Promise<{ markdown: string, json: object }> {
  emptyFolder('memory')
  say(`memory: ${validations} validations each, valid and invalid; then a claim of ${large_bytes / mb} MB end to end`)
  const grown: Growth[] = []
  for (const kind of kinds) grown.push(await growth(kind))
  const one = await largeMessage()
  const rows = grown.map(({ kind, resident, seconds }) => [kind, ...resident.map(it => shown(it / mb)), shown(((resident[2] ?? NaN) - (resident[1] ?? NaN)) / mb), shown(validations / seconds)])
  const markdown = [
    `Resident memory over ${validations.toLocaleString('en-GB')} validations of a JW301 (level 1 whole), looked at after a garbage collection, in MB.`, '',
    table(['', ...looks.map(share => `after ${share * 100} %`), 'growth since half', 'judged/s'], rows), '',
    one === null ? '- the large message: not measured, this system does not tell a process’s memory' : largeLine(one)
  ].join('\n')
  return { markdown, json: { validations, grown, large: one } }
}

function largeLine ({ bytes, before, peak, seconds, accepted, stored }: Large): string {
  const state = accepted === 1 && stored === 1 ? '' : `**NOT RIGHT: ${accepted} accepted, ${stored} stored** `
  return `- ${state}one JW323 of ${shown(bytes / mb)} MB accepted end to end in ${shown(seconds)} s: the gateway's peak is ${shown(peak / mb)} MB, ${shown(peak / bytes)} times the message; above the ${shown(before / mb)} MB it had before, ${shown((peak - before) / bytes)} times.`
}

const asked = process.argv.find(it => it.startsWith('--grow='))?.slice('--grow='.length)
if (process.argv[1] === import.meta.filename) {
  if (asked === 'valid' || asked === 'invalid') console.log(JSON.stringify(await grow(asked)))
  else {
    const about = machine()
    const { markdown, json } = await memory()
    console.log(`${machineLine(about)}\n\n${markdown}\n\n\`\`\`json\n${JSON.stringify({ machine: about, memory: json })}\n\`\`\``)
  }
}
