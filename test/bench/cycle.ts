/**
 * The whole of a message in the store on SQLite, accepted, claimed and finished in groups of 32, where no sync of the disk takes less than
 * a millisecond: `npm run cycle` (`--seconds N`, `--rounds N`, `--claimers N`). On PostgreSQL `queue.ts` measures the same.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { shown, shownSpread, spread, table } from './figures.ts'
import { machine, machineLine, syncs, syncsLine, type Syncs } from './machine.ts'
import { emptyFolder, here, option, quick, say } from './place.ts'
import { own } from './shapes.ts'

const seconds = option('seconds', quick ? 1 : 5)
const rounds = option('rounds', quick ? 1 : 3)
const claimers = option('claimers', 8)
const batch = 32
const warm_s = 1
const kinds = ['handle', 'push'] as const
type Kind = typeof kinds[number]
interface Run { readonly done: number, readonly cpu_us: number }

/** What is measured: whether in a thread of its own, as the gateway has it, and how long a sync takes at least. */
interface Way { readonly kind: Kind, readonly served: boolean, readonly sync_us: number, readonly runs: Run[] }
const ways = (): Way[] => kinds.flatMap(kind => [true, false].flatMap(served => [0, 1_000].map(sync_us => ({ kind, served, sync_us, runs: [] }))))

/** In a process of its own, whose syncs are slow. */
async function measure (kind: Kind, served: boolean, folder: string): Promise<Run> {
  const shape = await own(`sqlite:${join(folder, 'store.db')}`, kind, undefined, served)
  let done = 0
  const until = async (end: number): Promise<void> => {
    await Promise.all(Array.from({ length: claimers }, async (_, nth) => {
      while (performance.now() < end) {
        const it = await shape.cycle(nth, batch)
        done += it.done
      }
    }))
  }
  await until(performance.now() + warm_s * 1000)
  done = 0
  const [before, began] = [process.cpuUsage(), performance.now()]
  await until(began + seconds * 1000)
  const { user, system } = process.cpuUsage(before)
  const run = { done: done / (performance.now() - began) * 1000, cpu_us: (user + system) / done }
  await shape.close()
  return run
}

/** @returns the library that makes syncs slow @throws Error where it cannot be made */
function slowSync (): string {
  const library = join(emptyFolder('slowsync'), 'slowsync.so')
  const { status, stderr } = spawnSync('gcc', ['-O2', '-shared', '-fPIC', '-o', library, join(here, 'slowsync.c'), '-ldl'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`slowsync.c was not built (apt-get install gcc): ${stderr}`)
  return library
}

function run ({ kind, served, sync_us }: Way, library: string): Run {
  const env = { ...process.env, LD_PRELOAD: library, SLOWSYNC_US: String(sync_us) }
  const child = spawnSync(process.execPath, [import.meta.filename, ...process.argv.slice(2), `--child=${kind}`, ...served ? ['--served'] : []], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.status !== 0) throw new Error('a run failed')
  return JSON.parse(child.stdout) as Run
}

/** @returns a Markdown section and the figures @throws Error where no library can be built that makes syncs slow */
export async function cycle (): Promise<{ markdown: string, json: object }> {
  const library = slowSync()
  const all = ways()
  const disk: Syncs[] = []
  say(`store cycle on SQLite: ${all.length} kinds, ${rounds} round(s) of ${seconds} s each`)
  for (let nth = 1; nth <= rounds; nth++) {
    disk.push(syncs())
    for (const way of all) {
      const { kind, served, sync_us, runs } = way
      runs.push(run(way, library))
      say(`  round ${nth}, ${kind}, ${served ? 'a thread of its own' : 'the same thread'}, ${sync_us === 0 ? 'the disk as it is' : `${sync_us / 1000} ms a sync`}: ${shown(runs.at(-1)?.done ?? NaN)} a second`)
    }
  }
  const rows = all.map(({ kind, served, sync_us, runs }) => [kind, served ? 'its own, as in the gateway' : 'of who asks', sync_us === 0 ? 'its own' : shown(sync_us / 1000), shownSpread(spread(runs.map(it => it.done))), shownSpread(spread(runs.map(it => it.cpu_us)))])
  const markdown = [
    `Accepted, claimed and finished in groups of ${batch} by ${claimers} claimers on SQLite, work for a handler and for a push; median of ${rounds} rounds of ${seconds} s in turns (min–max).`, '',
    table(['work', 'thread', 'ms of a sync, at least', 'messages a second', 'processor, µs a message'], rows), '',
    `- ${syncsLine(disk)}.`
  ].join('\n')
  return { markdown, json: { batch, claimers, seconds, all, disk } }
}

const child = kinds.find(it => process.argv.includes(`--child=${it}`))
if (process.argv[1] === import.meta.filename) {
  if (child !== undefined) console.log(JSON.stringify(await measure(child, process.argv.includes('--served'), emptyFolder(`cycle-${child}`))))
  else {
    const about = machine()
    console.log(`${machineLine(about)}\n\n${(await cycle()).markdown}`)
  }
}
