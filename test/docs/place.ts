/** A folder that stands in for a clone, with a gateway started in it, and a shell that runs what README.md prints. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { home } from '../../src/version.ts'
import { folder, started, starts } from '../bin/command.ts'
import { until } from '../flow/world.ts'
import { freePort } from '../ports.ts'
import type { Block } from './blocks.ts'

/** The two ports README.md names: those of `npm start`. */
const [rest, operations] = ['localhost:8443', '127.0.0.1:9464']
/** How long a chapter may take in all, in milliseconds. */
const chapter_ms_max = 240_000

/** What stands in for a clone: nothing in it is copied. */
function clone (): string {
  const cwd = folder()
  for (const name of ['fixtures', 'config', 'schemas']) symlinkSync(join(home, name), join(cwd, name))
  mkdirSync(join(cwd, 'node_modules/.bin'), { recursive: true })
  symlinkSync(join(home, 'node_modules/undici'), join(cwd, 'node_modules/undici'))
  symlinkSync(join(home, 'node_modules/@types'), join(cwd, 'node_modules/@types'))
  writeFileSync(join(cwd, 'package.json'), '{"type":"module"}')
  mkdirSync(join(cwd, 'bin'))
  writeFileSync(join(cwd, 'bin/zorgpoort.js'), `import ${JSON.stringify(join(home, 'test/bin/run.ts'))}\n`)
  const command = `#!/bin/sh\nexec "${process.execPath}" "${join(home, 'test/bin/run.ts')}" "$@"\n`
  writeFileSync(join(cwd, 'node_modules/.bin/zorgpoort'), command, { mode: 0o755 })
  symlinkSync(process.execPath, join(cwd, 'node_modules/.bin/node'))
  // npm's own start takes longer than the command's; that npx finds it is tested with serve.
  mkdirSync(join(cwd, 'path'))
  writeFileSync(join(cwd, 'path/npx'), '#!/bin/sh\nexec "node_modules/.bin/$@"\n', { mode: 0o755 })
  return cwd
}

/** What became of one block: all it printed, and the commands that failed, each with its exit code. */
export interface Ran { readonly block: Block, readonly printed: string, readonly failed: readonly string[] }

export interface Place {
  readonly cwd: string
  /** The ports are all that is changed in what README.md prints: tests run beside each other. */
  here (text: string): string
  /** Runs the blocks one after the other in one shell, as who copies them does. */
  run (blocks: readonly Block[]): Promise<Ran[]>
  /** Stops `npm start`, takes `.zorgpoort/` away and starts it again, as README.md says to begin anew. */
  beginAnew (): Promise<void>
  /** Stops `npm start`. */
  stop (): Promise<void>
}

const mark = '\u001e'

/** A failing command is written down and the next one goes on, as at a prompt; what should fail says so (`# exit 1`). */
function script (blocks: readonly Block[], here: Place['here']): string {
  const opening = ['rm -f failed', 'trap \'trap - ERR; for job in $(jobs -p); do kill $job; done; wait; exit 0\' EXIT', 'exec 3>>failed', 'set -E', 'trap \'echo "$? $BASH_COMMAND" >&3\' ERR']
  return [...opening, ...blocks.flatMap(({ line, text }) => [`printf '\\n${mark}${line}\\n' | tee -a failed`, here(text)]), ''].join('\n')
}

const parts = (text: string): Map<number, string> =>
  new Map(text.split(`\n${mark}`).slice(1).map(it => [parseInt(it), it.slice(it.indexOf('\n') + 1).trimEnd()]))

/** What `npm start` starts, and what stops it. */
async function gatewayIn (cwd: string, env: Record<string, string>): Promise<() => Promise<void>> {
  const gateway = starts(['serve', '--dev'], { cwd, env })
  await until(() => gateway.said.out.includes('"msg":"serving"') || undefined, `serving, not ${gateway.said.err}`)
  return async () => { gateway.child.kill('SIGKILL'); await gateway.ended }
}

/** A clone in which nothing runs yet. */
export async function place (t: TestContext): Promise<Place> {
  const cwd = clone()
  const ports = [await freePort(), await freePort()] as const
  const env = { PATH: `${join(cwd, 'path')}:${process.env['PATH'] ?? ''}`, HOME: cwd, ZORGPOORT_REST_PORT: String(ports[0]), ZORGPOORT_OPERATIONS_PORT: String(ports[1]) }
  const here = (text: string): string => text.replaceAll(rest, `localhost:${ports[0]}`).replaceAll(operations, `127.0.0.1:${ports[1]}`)
  let running: (() => Promise<void>) | null = null
  const stop = async (): Promise<void> => { await running?.(); running = null }
  t.after(stop)
  return {
    cwd,
    here,
    stop,
    async beginAnew () {
      await stop()
      rmSync(join(cwd, '.zorgpoort'), { recursive: true, force: true })
      running = await gatewayIn(cwd, env)
    },
    async run (blocks) {
      writeFileSync(join(cwd, 'script'), script(blocks, here))
      const shell = started('bash', ['-c', 'exec bash script 2>&1'], { cwd, env })
      const stop = setTimeout(() => { shell.child.kill('SIGKILL') }, chapter_ms_max)
      const { out, code } = await shell.ended
      clearTimeout(stop)
      const [printed, failed] = [parts(out), parts(`\n${readFileSync(join(cwd, 'failed'), 'utf8')}`)]
      const last = blocks.findLast(it => printed.has(it.line))
      assert.equal(last, blocks.at(-1), `README.md:${last?.line ?? 0}: the shell ended here (${code}):\n${out.slice(-2000)}`)
      return blocks.map(block => ({ block, printed: printed.get(block.line) ?? '', failed: (failed.get(block.line) ?? '').split('\n').filter(it => it !== '') }))
    }
  }
}
