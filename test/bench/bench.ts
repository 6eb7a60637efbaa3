/**
 * The whole bench, one part after the other: `npm run bench`, or some of it (`npm run bench -- --only=accept,cycle`). Writes results.md and results.json
 * here and prints the first. A part that fails is told in its place, and the others are measured.
 */
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { home } from '../../src/version.ts'
import { accept } from './accept.ts'
import { beside } from './beside.ts'
import { claims } from './claims.ts'
import { cycle } from './cycle.ts'
import { history } from './history.ts'
import { hostile } from './hostile.ts'
import { levels } from './levels.ts'
import { machine, machineLine } from './machine.ts'
import { memory } from './memory.ts'
import { here, quick, say, text, work } from './place.ts'
import { queue } from './queue.ts'
import { setup } from './setup.ts'
import { validation } from './validation.ts'

const all: ReadonlyArray<readonly [title: string, name: string, measure: () => Promise<{ markdown: string, json: object }>]> = [
  ['Validation', 'validation', validation],
  ['Rules within a message', 'levels', levels],
  ['Rules of a claim', 'claims', claims],
  ['Levels 1 to 3 against a million facts', 'history', history],
  ['Accepting, end to end', 'accept', accept],
  ['Small messages beside a large one', 'beside', beside],
  ['The store, SQLite', 'cycle', cycle],
  ['The store, PostgreSQL', 'queue', () => queue()],
  ['Memory', 'memory', memory],
  ['Hostile documents', 'hostile', hostile]
]

/** @returns the parts that are asked for @throws TypeError when there is none of that name */
function asked (): typeof all {
  const names = text('only')?.split(',')
  const unknown = names?.find(it => !all.some(([, name]) => name === it))
  if (unknown !== undefined) throw new TypeError(`no part ${unknown}: there are ${all.map(([, name]) => name).join(', ')}`)
  return all.filter(([, name]) => names?.includes(name) ?? true)
}

const chosen = asked()
const about = machine()
const began = new Date()
const since = (from: number): number => Math.round((Date.now() - from) / 1000)

if (chosen.some(([, name]) => ['validation', 'memory'].includes(name))) setup()
say('building the gateway')
const built = spawnSync(process.execPath, [join(home, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], { cwd: home, encoding: 'utf8' })
if (built.status !== 0) say(`  the build complains; going on with what it made:\n${built.stdout.slice(0, 400)}`)
if (about.load_before > 0.5) say(`  note: this machine is not quiet (load ${about.load_before.toFixed(2)}); the figures are of now, not of it`)

const parts: Record<string, object> = {}
const sections = [`# Bench of ${began.toISOString().slice(0, 10)}${quick ? ' (QUICK: figures mean nothing)' : ''}`, machineLine(about)]
for (const [nth, [title, name, measure]] of chosen.entries()) {
  const from = Date.now()
  say(`part ${nth + 1} of ${chosen.length}: ${name}`)
  try {
    const { markdown, json } = await measure()
    parts[name] = json
    sections.push(`## ${title}`, markdown)
  } catch (error) {
    process.exitCode = 1
    say(`  ${name} FAILED: ${error instanceof Error ? error.stack : String(error)}`)
    sections.push(`## ${title}`, `**FAILED**: ${error instanceof Error ? error.message : String(error)}`)
  }
  say(`${name} took ${since(from)} s; ${since(began.getTime())} s since the start`)
}
const markdown = `${sections.join('\n\n')}\n`
writeFileSync(join(here, 'results.md'), markdown)
writeFileSync(join(here, 'results.json'), `${JSON.stringify({ at: began.toISOString(), quick, machine: about, ...parts }, null, 2)}\n`)
rmSync(join(work, 'documents'), { recursive: true, force: true })
console.log(markdown)
say(`results.md and results.json are in ${here}`)
