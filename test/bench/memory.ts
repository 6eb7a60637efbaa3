/** Whether memory grows over many validations, and how much one large message takes from end to end. */
import { spawn } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setImmediate, setTimeout as pause } from 'node:timers/promises'
import type { Pool } from 'undici'
import { openValidator } from '../../src/validate/validate.ts'
import { large, middle, spoilt } from './documents.ts'
import { nativeC } from './engines.ts'
import { shown, shownSpread, spread, table } from './figures.ts'
import { judgeInFull, prepare, serve, stored, type Ground, type PartyName, type Serving } from './gateway.ts'
import { placeholder, poolOf, post } from './load.ts'
import { machine, machineLine } from './machine.ts'
import { emptyFolder, quick, say } from './place.ts'
import { cpuOf, memoryOf } from './processes.ts'
import { missing, native } from './setup.ts'
import { placed } from './validation.ts'

const validations = quick ? 2_000 : 20_000
const large_bytes = quick ? 2_500_000 : 25_000_000
/** Looked at after these shares: at the first, compiled code and caches stand; what still grows after the second is a leak. */
const looks = [0.1, 0.5, 1] as const
const mb = 1e6
/** How long a claim may take with its answer. */
const ended_ms_max = 300_000

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

/** What becomes of a large claim: accepted, rejected by a rule within it, refused by its schema, or accepted and answered by a 325 that rejects all of it. */
const fates = ['accepted', 'accepted after 2,000 small ones', 'rejected by level 2', 'refused by level 1', 'judged in full: a 325 of everything'] as const
type Fate = typeof fates[number]
interface Large { readonly fate: Fate, readonly bytes: number, readonly before: number, readonly peak: number, readonly seconds: number, readonly cpu_seconds: number, readonly right: boolean }

const small_messages = 2_000

/** @returns the claim that meets its fate */
function claimFor (fate: Fate): Buffer {
  const claim = large(large_bytes)
  if (fate === 'refused by level 1') return spoilt(claim).bytes
  const at = claim.bytes.indexOf(':TotaalBedrag>') + ':TotaalBedrag>'.length
  // Another total than that of its Prestaties.
  if (fate === 'rejected by level 2') claim.bytes[at] = claim.bytes[at] === 0x31 ? 0x32 : 0x31
  return claim.bytes
}

/** One large claim, posted to a gateway that has done nothing else, or as much as is said. */
async function largeMessage (fate: Fate): Promise<Large | null> {
  const ground = await prepare('memory/large', 'P-256')
  if (fate === 'judged in full: a 325 of everything') await judgeInFull(ground, 'automatic')
  const bytes = claimFor(fate)
  const gateway = await serve(ground)
  const pools = [poolFor(ground, gateway, 'aanbieder'), poolFor(ground, gateway, 'gemeente')] as const
  try {
    if (fate === 'accepted after 2,000 small ones') await warm(pools[1])
    const [had, begin] = [cpuOf(gateway.pid) ?? NaN, performance.now()]
    const before = memoryOf(gateway.pid)
    if (before === null) return null
    const status = await post(pools[0], '/v1/messages', bytes)
    const kept = (fate === 'refused by level 1' ? 0 : 1) + (fate === 'rejected by level 2' || fate === 'judged in full: a 325 of everything' ? 1 : 0) + (fate === 'accepted after 2,000 small ones' ? small_messages : 0)
    while (stored(ground) < kept && performance.now() - begin < ended_ms_max) await pause(20)
    const seconds = (performance.now() - begin) / 1000
    const peak = memoryOf(gateway.pid)?.peak ?? NaN
    const right = status === (fate === 'refused by level 1' ? 422 : 202) && stored(ground) === kept
    return { fate, bytes: bytes.length, before: before.now, peak, seconds, cpu_seconds: ((cpuOf(gateway.pid) ?? NaN) - had) / 1000, right }
  } finally {
    await Promise.all(pools.map(it => it.close()))
    await gateway.stop()
    rmSync(ground.folder, { recursive: true, force: true })
  }
}

function poolFor ({ keys: { ca, parties } }: Ground, { url }: Serving, name: PartyName): Pool {
  const { certificate = '', key = '' } = parties[name] ?? {}
  return poolOf({ url, ca: ca.certificate, certificate, key, connections: 8 })
}

async function warm (pool: Pool): Promise<void> {
  const template = middle('JW301', placeholder).bytes
  const at = template.indexOf(placeholder)
  for (let nth = 0; nth < small_messages; nth += 8) {
    await Promise.all(Array.from({ length: 8 }, async (_, lane) => {
      const body = Buffer.from(template)
      body.write(`W${nth + lane}`.padEnd(placeholder.length, 'X'), at, 'latin1')
      if (await post(pool, '/v1/messages', body) !== 202) throw new Error('a small message was not accepted')
    }))
  }
}

/** Seconds of level 1 alone for such a claim, a round each in turns. */
interface Levels { readonly ours: readonly number[], /** The system's libxml2; none where it is not built. */ readonly native: readonly number[] }

async function levelOne (): Promise<Levels> {
  const document = placed(emptyFolder('memory/native'), large(large_bytes), 'JW323.xml')
  const [ours, theirs]: [number[], number[]] = [[], []]
  const built = missing()['native libxml2'] === undefined && existsSync(native)
  const validator = openValidator()
  for (let nth = 0; nth < 5; nth++) {
    const begin = performance.now()
    if ((await validator.validate(document.bytes)).kind !== 'valid') throw new Error('the claim is called invalid')
    ours.push((performance.now() - begin) / 1000)
    if (!built) continue
    const { count, seconds } = await nativeC.round(document, 0)
    theirs.push(seconds / count)
  }
  await validator.close()
  return { ours, native: theirs }
}

/** @returns a Markdown section and the figures */
export async function memory (): Promise<{ markdown: string, json: object }> {
  emptyFolder('memory')
  say(`memory: ${validations} validations each, valid and invalid; then a claim of ${large_bytes / mb} MB end to end`)
  const grown: Growth[] = []
  for (const kind of kinds) grown.push(await growth(kind))
  const level1 = await levelOne()
  const all: Large[] = []
  for (const fate of fates) {
    say(`  a claim of ${large_bytes / mb} MB, ${fate}`)
    const one = await largeMessage(fate)
    if (one !== null) all.push(one)
  }
  const rows = grown.map(({ kind, resident, seconds }) => [kind, ...resident.map(it => shown(it / mb)), shown(((resident[2] ?? NaN) - (resident[1] ?? NaN)) / mb), shown(validations / seconds)])
  const markdown = [
    `Resident memory over ${validations.toLocaleString('en-GB')} validations of a JW301 (level 1 whole), looked at after a garbage collection, in MB.`, '',
    table(['', ...looks.map(share => `after ${share * 100} %`), 'growth since half', 'judged/s'], rows), '',
    all.length === 0 ? '- the large message: not measured, this system does not tell a process’s memory' : largeTable(all, level1)
  ].join('\n')
  return { markdown, json: { validations, grown, large: all, level1_seconds: level1 } }
}

function largeTable (all: readonly Large[], { ours, native }: Levels): string {
  const { median } = spread(native)
  const rows = all.map(({ fate, bytes, before, peak, seconds, cpu_seconds, right }) => [
    `${right ? '' : '**NOT RIGHT** '}${fate}`, shown(before / mb), shown(peak / mb), shown((peak - before) / bytes), shown(seconds), shown(cpu_seconds), shown(seconds / median), shown(cpu_seconds / median)
  ])
  return [
    `One JW323 of ${shown((all[0]?.bytes ?? NaN) / mb)} MB. Level 1 of it, with the start of its thread and what that hands over, takes ${shownSpread(spread(ours))} s; native libxml2 ${native.length === 0 ? 'is not built' : `${shownSpread(spread(native))} s, so ${shown(spread(ours).median / median)} times that`}. Each is then posted to a gateway of its own, until it is stored with its answer where the gateway makes one:`, '',
    table(['', 'before, MB', 'peak, MB', 'above it, times the message', 'seconds', 'of processor', 'seconds × native', 'processor × native'], rows)
  ].join('\n')
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
