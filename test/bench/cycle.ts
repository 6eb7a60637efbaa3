/**
 * The whole of a message in the store on SQLite, accepted, claimed and finished in groups of 32, where no sync of the disk takes less than
 * a millisecond: `npm run cycle` (`--seconds N`, `--rounds N`, `--claimers N`). On PostgreSQL `queue.ts` measures the same.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { shown, shownSpread, spread, table } from './figures.ts'
import { machine, machineLine, syncs, syncsLine } from './machine.ts'
import { emptyFolder, here, option, quick, say } from './place.ts'
import { own } from './shapes.ts'

const seconds = option('seconds', quick ? 1 : 6)
const rounds = option('rounds', quick ? 1 : 3)
const claimers = option('claimers', 8)
const batch = 32
const warm_s = 1
const kinds = ['handle', 'push'] as const
type Kind = typeof kinds[number]
interface Run { readonly done: number, readonly cpu_us: number }

/** In a process of its own, whose syncs are slow. */
async function measure (kind: Kind, folder: string): Promise<Run> {
  const shape = await own(`sqlite:${join(folder, 'store.db')}`, kind)
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

function run (kind: Kind, sync_us: number, library: string): Run {
  const env = { ...process.env, LD_PRELOAD: library, SLOWSYNC_US: String(sync_us) }
  const child = spawnSync(process.execPath, [import.meta.filename, ...process.argv.slice(2), `--child=${kind}`], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.status !== 0) throw new Error('a run failed')
  return JSON.parse(child.stdout) as Run
}

const child = kinds.find(it => process.argv.includes(`--child=${it}`))
if (child !== undefined) console.log(JSON.stringify(await measure(child, emptyFolder(`cycle-${child}`))))
else {
  const [about, library] = [machine(), slowSync()]
  const rows: string[][] = []
  for (const kind of kinds) {
    for (const sync_us of [0, 1_000]) {
      const runs = Array.from({ length: rounds }, () => run(kind, sync_us, library))
      rows.push([kind, sync_us === 0 ? 'its own' : shown(sync_us / 1000), shownSpread(spread(runs.map(it => it.done))), shownSpread(spread(runs.map(it => it.cpu_us)))])
      say(rows.at(-1)?.join(' | ') ?? '')
    }
  }
  console.log(`${machineLine(about)}; ${syncsLine([syncs()])}\n\n${table(['work', 'ms of a sync', 'messages a second', 'µs of the processor'], rows)}`)
}
