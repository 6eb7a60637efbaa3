/** A gateway in a process of its own, to be stopped, killed or starved. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { compileCache } from '../bin/command.ts'
import type { World } from '../flow/world.ts'

const command = join(import.meta.dirname, '../bin/run.ts')
/** No gateway outlives who started it. */
const orphan = join(import.meta.dirname, 'orphan.ts')

export interface Child {
  readonly process: ChildProcess
  /** Where it listens. */
  readonly rest: string
  readonly operations: string
  /** Everything it wrote, line by line, on either stream. */
  readonly lines: readonly string[]
  /** Signals it and waits for its end. @returns exit code, or the signal that ended it */
  end (signal: NodeJS.Signals): Promise<number | NodeJS.Signals>
}

interface Own { readonly script?: string, readonly preload?: string, readonly env?: Readonly<Record<string, string>> }

/** The settings of a world as an environment. */
export const environment = (world: World, over: Record<string, unknown> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(world.config(over)).map(([name, value]) => [`ZORGPOORT_${name.toUpperCase()}`, String(value)]))

/**
 * Starts `serve` and waits until it says so in its log, which takes level info or lower.
 * @param before a shell's words before the command, such as `ulimit -f 4000 &&`
 * @param own a script to run instead of the command, a module that all its threads load before it, and what it finds in its environment
 */
export async function startChild (world: World, over: Record<string, unknown> = {}, before = '', own: Own = {}): Promise<Child> {
  const { script = command, preload, env: more = {} } = own
  const env = { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: compileCache, PARENT: String(process.pid), ...environment(world, over), ...more }
  const child = spawn('sh', ['-c', `${before} exec "$0" "$@"`, process.execPath, '--import', orphan, ...preload === undefined ? [] : ['--import', preload], script, 'serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  const ended = once(child, 'close').then(([code, signal]: Array<number | NodeJS.Signals | null>) => code ?? signal ?? -1)
  createInterface({ input: child.stderr }).on('line', line => { lines.push(line) })
  const serving = new Promise<{ rest: string, operations: string }>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', line => {
      lines.push(line)
      if (line.includes('"msg":"serving"')) resolve(JSON.parse(line) as { rest: string, operations: string })
    })
    // Not all it ever said: of a million messages that is more than a string holds.
    ended.then(how => { reject(new Error(`it ended (${how}) before it served: ${lines.slice(-100).join('\n')}`)) }, reject)
  })
  const late = setTimeout(() => { child.kill('SIGKILL') }, 120_000)
  const { rest, operations } = await serving.finally(() => { clearTimeout(late) })
  return { process: child, rest, operations, lines, end: async signal => { child.kill(signal); return await ended } }
}
