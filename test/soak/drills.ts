/** The long part of the tests of faults: told so by their environment they walk all that a short run samples. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { home } from '../../src/version.ts'
import type { Run, Told } from './run.ts'

/** How each of them is told to try all. */
const longest = { SOAK: '1', WALK: 'all', POWER_CUTS: '400', STATES_TRIES: '2' }

const files = (folder: string, like: RegExp): string[] => readdirSync(join(home, folder)).filter(it => it.endsWith('.test.ts') && like.test(it)).map(it => join(folder, it))

/** @returns how many of them there were, and which failed */
export async function drills (run: Run): Promise<Told> {
  const all = ['test/bin/move.test.ts', ...files('test/fault', /./), ...files('test/walk', /./), ...files('test/store', /states/)]
  const child = spawn(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=tap', ...all], { cwd: home, env: { ...process.env, ...longest, FAULT_SEED: String(run.options.seed) }, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  const [faults, counts]: [string[], Record<string, string>] = [[], {}]
  createInterface({ input: child.stdout }).on('line', line => {
    const failed = /^not ok \d+ - (.*)$/.exec(line)?.[1]
    if (failed !== undefined) faults.push(`failed: ${failed}`)
    const [, name, count] = /^# (pass|fail|skipped) (\d+)$/.exec(line) ?? []
    if (name !== undefined && count !== undefined) counts[name] = count
    if (/^(?:not )?ok/.test(line)) run.say(line)
  })
  const late = setInterval(() => { if (run.over() && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL') }, 200)
  const [code]: Array<number | null> = await once(child, 'close')
  clearInterval(late)
  const whole = code !== null
  if (code !== 0 && whole && faults.length === 0) faults.push(`the tests ended with ${code}`)
  return { part: 'drills', whole, faults, said: [whole ? `${counts['pass'] ?? 0} tests of faults passed in their long form, ${counts['fail'] ?? 0} failed, ${counts['skipped'] ?? 0} were skipped (${all.length} files).` : `the tests of faults did not come to their end: ${run.why()}.`] }
}
