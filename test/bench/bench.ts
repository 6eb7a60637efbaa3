/** The whole bench, one part after the other: `npm run bench`. Writes results.md and results.json here and prints the first. */
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { home } from '../../src/version.ts'
import { accept } from './accept.ts'
import { claims } from './claims.ts'
import { hostile } from './hostile.ts'
import { levels } from './levels.ts'
import { machine, machineLine } from './machine.ts'
import { memory } from './memory.ts'
import { here, quick, say, work } from './place.ts'
import { setup } from './setup.ts'
import { validation } from './validation.ts'

const about = machine()
const began = new Date()
const since = (): number => Math.round((Date.now() - began.getTime()) / 1000)

setup()
say('building the gateway')
const built = spawnSync(process.execPath, [join(home, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], { cwd: home, encoding: 'utf8' })
if (built.status !== 0) say(`  the build complains; going on with what it made:\n${built.stdout.slice(0, 400)}`)
if (about.load_before > 0.5) say(`  note: this machine is not quiet (load ${about.load_before.toFixed(2)}); the figures are of now, not of it`)

const parts: Record<string, object> = {}
const sections = [`# Bench of ${began.toISOString().slice(0, 10)}${quick ? ' (QUICK: figures mean nothing)' : ''}`, machineLine(about)]
for (const [title, name, measure] of [['Validation', 'validation', validation], ['Rules within a message', 'levels', levels], ['Rules of a claim', 'claims', claims], ['Accepting, end to end', 'accept', accept], ['Memory', 'memory', memory], ['Hostile documents', 'hostile', hostile]] as const) {
  const { markdown, json } = await measure()
  parts[name] = json
  sections.push(`## ${title}`, markdown)
  say(`${name} done, ${since()} s since the start`)
}
const text = `${sections.join('\n\n')}\n`
writeFileSync(join(here, 'results.md'), text)
writeFileSync(join(here, 'results.json'), `${JSON.stringify({ at: began.toISOString(), quick, machine: about, ...parts }, null, 2)}\n`)
rmSync(join(work, 'documents'), { recursive: true, force: true })
console.log(text)
say(`results.md and results.json are in ${here}`)
