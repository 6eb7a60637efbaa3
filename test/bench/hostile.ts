/** What each hostile document costs the gateway: time to its answer, and the peak of its memory above what it has anyway. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'undici'
import { documents, hostile as bytesOf } from '../hostile/corpus.ts'
import { giants } from '../hostile/giants.ts'
import { quantile, shown, table } from './figures.ts'
import { prepare, serve } from './gateway.ts'
import { machine, machineLine } from './machine.ts'
import { emptyFolder, quick, say } from './place.ts'
import { memoryOf } from './processes.ts'

const mb = 1e6
const rounds = quick ? 1 : 3

/** Medians over the rounds. */
interface Cost { readonly name: string, readonly bytes: number, readonly status: number, readonly ms: number, readonly before: number, readonly peak: number }

/** Linux begins its peak anew; elsewhere there is no figure. */
function forgetPeak (pid: number): void {
  try { writeFileSync(`/proc/${pid}/clear_refs`, '5') } catch { /* the peak then is that of the whole run */ }
}

async function cost (name: string, bytes: Buffer, pid: number, post: (bytes: Buffer) => Promise<number>): Promise<Cost> {
  const seen: Cost[] = []
  for (let round = 0; round < rounds; round++) {
    forgetPeak(pid)
    const before = memoryOf(pid)?.now ?? NaN
    const begin = performance.now()
    const status = await post(bytes)
    seen.push({ name, bytes: bytes.length, status, ms: performance.now() - begin, before, peak: memoryOf(pid)?.peak ?? NaN })
  }
  const median = (of: (it: Cost) => number): number => quantile(seen.map(of), 0.5)
  return { name, bytes: bytes.length, status: median(it => it.status), ms: median(it => it.ms), before: median(it => it.before), peak: median(it => it.peak) }
}

async function measured (): Promise<Cost[]> {
  const ground = await prepare('hostile', 'P-256')
  const gateway = await serve(ground)
  const own = ground.keys.parties['gemeente']
  if (own === undefined) throw new Error('the gemeente has no certificate')
  const dispatcher = new Agent({ connect: { ca: readFileSync(ground.keys.ca.certificate), cert: readFileSync(own.certificate), key: readFileSync(own.key) }, headersTimeout: 0 })
  const post = async (body: Buffer): Promise<number> => {
    const answer = await request(`${gateway.url}/v1/messages`, { method: 'POST', dispatcher, body, headers: { 'content-type': 'application/xml' } })
    await answer.body.dump()
    return answer.statusCode
  }
  try {
    const costs: Cost[] = []
    const small = await Promise.all(documents().map(name => bytesOf(name, 'file:///dev/null', 'http://127.0.0.1:1/')))
    for (const [nth, bytes] of small.entries()) costs.push(await cost(documents()[nth] ?? '', bytes, gateway.pid, post))
    for (const it of giants) {
      costs.push(await cost(it.name, it.make(), gateway.pid, post))
      say(`  ${it.name}: ${shown(costs.at(-1)?.ms ?? NaN)} ms, ${shown((costs.at(-1)?.peak ?? NaN) / mb)} MB`)
    }
    return costs
  } finally {
    await dispatcher.destroy()
    await gateway.stop()
    rmSync(ground.folder, { recursive: true, force: true })
  }
}

/** @returns a Markdown section and the figures */
export async function hostile (): Promise<{ markdown: string, json: object }> {
  emptyFolder('hostile')
  say(`hostile: ${documents().length} documents and ${giants.length} giants, ${rounds} times each, one after the other`)
  const costs = await measured()
  const large = costs.slice(documents().length)
  const small = costs.slice(0, documents().length)
  const row = ({ name, bytes, status, ms, before, peak }: Cost): string[] => [name, shown(bytes / mb), String(status), shown(ms), shown(before / mb), shown(peak / mb)]
  const slowest = small.toSorted((a, b) => b.ms - a.ms).slice(0, 5)
  const markdown = [
    `The gateway's answer to each, median of ${rounds}; memory is what the whole process holds, before and at its peak. Of the ${small.length} small documents the median takes ${shown(quantile(small.map(it => it.ms), 0.5))} ms; the five slowest are shown.`,
    table(['document', 'MB', 'status', 'ms', 'MB before', 'MB peak'], [...slowest, ...large].map(row))
  ].join('\n\n')
  return { markdown, json: { costs } }
}

if (import.meta.main) console.log(`${machineLine(machine())}\n\n${(await hostile()).markdown}`)
