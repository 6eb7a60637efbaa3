/** What small messages notice of a 25 MB one beside them: `npm run beside` in `test/bench`, with and without it in turns, in one run. */
import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { large, middle } from './documents.ts'
import { quantile, shown, shownSpread, spread, table, type Spread } from './figures.ts'
import { judgeInFull, prepare, serve, type Ground, type Serving } from './gateway.ts'
import { placeholder, poolOf, post, type Order } from './load.ts'
import { machine, machineLine } from './machine.ts'
import { option, quick, say } from './place.ts'
import { cpuOf } from './processes.ts'

const rounds = option('rounds', quick ? 1 : 5)
const seconds = option('seconds', quick ? 4 : 12)
const rate = option('rate', 100)
/** With facts of all that is claimed, and levels 3 and 4. */
const inFull = process.argv.includes('--full')
const large_bytes = quick ? 2_500_000 : 25_000_000
/** Until the process that sends has started, and from then on until the large message is sent. */
const start_ms = 3_000
const wait_ms = 1_000

/** Milliseconds on a clock that all processes share and nobody sets. */
const now = (): number => Number(process.hrtime.bigint()) / 1e6

/** Small messages at a fixed pace, whatever their answers take. */
interface Pace extends Pick<Order, 'url' | 'file' | 'ca' | 'certificate' | 'key' | 'connections'> { readonly begin: number, readonly count: number, readonly every_ms: number, readonly round: number }
/** When a message was to be sent (by that clock), what it took from then on, and whether it was accepted. */
type Sent = readonly [at: number, took_ms: number, accepted: boolean]

/** In a process of its own, so that it waits for nothing but the gateway. */
async function pump ({ begin, count, every_ms, round, ...order }: Pace): Promise<Sent[]> {
  const template = readFileSync(order.file)
  const place = template.indexOf(placeholder)
  const pool = poolOf(order)
  const all = Array.from({ length: count }, async (_, nth): Promise<Sent> => {
    const at = begin + nth * every_ms
    await pause(Math.max(0, at - now()))
    const body = Buffer.from(template)
    body.write(`P${round}`.padEnd(4, 'X') + `${nth}`.padStart(placeholder.length - 4, '0'), place, 'latin1')
    const status = await post(pool, '/v1/messages', body)
    return [at, now() - at, status === 202]
  })
  const sent = await Promise.all(all)
  await pool.close()
  return sent
}

async function paced (pace: Pace): Promise<Sent[]> {
  const child = spawn(process.execPath, [import.meta.filename, `--pump=${JSON.stringify(pace)}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  for await (const piece of child.stdout) text += String(piece)
  return JSON.parse(text) as Sent[]
}

interface Round { readonly all: readonly number[], readonly meanwhile: readonly number[], readonly large_ms: number, readonly cpu_ms: number, readonly lost: number }

/** @param body the large message, or null for a round without one */
async function round (ground: Ground, gateway: Serving, nth: number, body: Buffer | null): Promise<Round> {
  const of = (name: 'gemeente' | 'aanbieder') => {
    const { certificate = '', key = '' } = ground.keys.parties[name] ?? {}
    return { url: gateway.url, ca: ground.keys.ca.certificate, certificate, key }
  }
  const before = cpuOf(gateway.pid) ?? NaN
  const begin = now() + start_ms
  const running = paced({ ...of('gemeente'), file: join(ground.folder, 'JW301.xml'), connections: 32, begin, count: rate * seconds, every_ms: 1000 / rate, round: nth })
  await pause(start_ms + wait_ms)
  const pool = poolOf({ ...of('aanbieder'), connections: 1 })
  const from = now()
  const status = body === null ? 202 : await post(pool, '/v1/messages', body)
  const until = now()
  await pool.close()
  const sent = await running
  const took = (those: readonly Sent[]): number[] => those.map(([, ms]) => ms)
  return {
    all: took(sent), meanwhile: took(sent.filter(([at, ms]) => at <= until && at + ms >= from)), large_ms: until - from,
    cpu_ms: (cpuOf(gateway.pid) ?? NaN) - before, lost: sent.filter(([,, accepted]) => !accepted).length + (status === 202 ? 0 : 1)
  }
}

const figure = (of: readonly Round[], what: (it: Round) => number): Spread => spread(of.map(what))
const p = (share: number) => (it: Round): number => quantile(it.all, share)

/** @returns a Markdown section and the figures */
export async function beside (): Promise<{ markdown: string, json: object }> {
  const ground = await prepare('beside', 'P-256')
  writeFileSync(join(ground.folder, 'JW301.xml'), middle('JW301', placeholder).bytes)
  const claim = large(large_bytes).bytes
  const named = (nth: number): Buffer => { const it = Buffer.from(claim); it.write(`L${nth}`.padEnd(6, '0'), it.indexOf('JLARGE'), 'latin1'); return it }
  if (inFull) await judgeInFull(ground, 'own')
  const gateway = await serve(ground)
  const [alone, along]: [Round[], Round[]] = [[], []]
  try {
    await round(ground, gateway, 0, null)
    for (let nth = 1; nth <= rounds; nth++) {
      say(`  small messages, ${rate} a second: round ${nth} of ${rounds}, without and with one of ${large_bytes / 1e6} MB`)
      alone.push(await round(ground, gateway, 2 * nth, null))
      along.push(await round(ground, gateway, 2 * nth + 1, named(nth)))
    }
  } finally {
    await gateway.stop()
    rmSync(ground.folder, { recursive: true, force: true })
  }
  const lost = [...alone, ...along].reduce((sum, it) => sum + it.lost, 0)
  const row = (name: string, of: readonly Round[]): string[] => [name, ...[0.5, 0.99, 1].map(share => shownSpread(figure(of, p(share)))), shownSpread(figure(of, it => it.cpu_ms / 1000))]
  const ratios = along.map((it, nth) => p(0.99)(it) / (alone[nth] === undefined ? NaN : p(0.99)(alone[nth])))
  const markdown = [
    `${inFull ? 'Judged in full. ' : ''}JW301 of 7.6 kB at ${rate} a second for ${seconds} s, each counted from when it was to be sent; median of ${rounds} rounds in turns (min–max).${lost === 0 ? '' : ` **NOT RIGHT: ${lost} not accepted.**`}`, '',
    table(['', 'p50, ms', 'p99, ms', 'longest, ms', 'processor, s'], [row('alone', alone), row(`one of ${large_bytes / 1e6} MB beside them`, along)]), '',
    `- p99 beside it is ${shownSpread(spread(ratios))} times that alone, in the round before. The large one took ${shownSpread(figure(along, it => it.large_ms / 1000))} s; of what was sent while it was under way half took up to ${shownSpread(figure(along, it => quantile(it.meanwhile, 0.5)))} ms, nine in ten up to ${shown(figure(along, it => quantile(it.meanwhile, 0.9)).median)} ms, the longest ${shown(figure(along, it => Math.max(...it.meanwhile)).median)} ms.`
  ].join('\n')
  return { markdown, json: { rounds, seconds, rate, large_bytes, alone: alone.map(({ all, meanwhile, ...it }) => it), along: along.map(({ all, meanwhile, ...it }) => it), ratios } }
}

const asked = process.argv.find(it => it.startsWith('--pump='))?.slice('--pump='.length)
if (process.argv[1] === import.meta.filename) {
  if (asked !== undefined) console.log(JSON.stringify(await pump(JSON.parse(asked) as Pace)))
  else {
    const about = machine()
    const { markdown, json } = await beside()
    console.log(`${machineLine(about)}\n\n${markdown}\n\n\`\`\`json\n${JSON.stringify({ machine: about, beside: json })}\n\`\`\``)
  }
}
