/** Builds what needs a compiler: the libxmljs2 peer and the native libxml2 harness. What cannot be built is told and left out. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { toolVersion } from './machine.ts'
import { here, say, work } from './place.ts'

/** How long one build may take. */
const build_ms_max = 480_000

const run = (command: string, args: readonly string[], cwd = here) =>
  spawnSync(command, args, { cwd, encoding: 'utf8', timeout: build_ms_max, maxBuffer: 64e6 })

/** Why a peer is left out, by its name. */
export type Missing = Readonly<Record<string, string>>
const outcome = join(work, 'missing.json')

/** @returns what the last setup could not build */
export function missing (): Missing {
  if (!existsSync(outcome)) return {}
  const parsed: unknown = JSON.parse(readFileSync(outcome, 'utf8'))
  return parsed as Missing
}

/** A peer is tried in a process of its own: one built for another Node, or broken, must not end the bench. */
const loads = (name: string): boolean => run(process.execPath, ['-e', `require(${JSON.stringify(name)})`]).status === 0

/** @returns a folder whose include/node fits this Node, or null: then node-gyp looks for itself */
function headers (): string | null {
  const own = dirname(dirname(process.execPath))
  if (existsSync(join(own, 'include/node/node_version.h'))) return own
  const kept = join(here, 'node_modules/.headers', process.version)
  if (existsSync(join(kept, 'include/node/node_version.h'))) return kept
  say(`  the headers of Node ${process.version} are not here; taking them from its npm package`)
  mkdirSync(kept, { recursive: true })
  const packed = run('npm', ['pack', '--silent', `node-${process.platform}-${process.arch}@${process.versions.node}`, '--pack-destination', kept])
  const tarball = join(kept, packed.stdout.trim().split('\n').at(-1) ?? '')
  const done = packed.status === 0 && run('tar', ['xzf', tarball, '-C', kept, '--strip-components=1', 'package/include']).status === 0
  if (packed.status === 0) rmSync(tarball, { force: true })
  return done ? kept : null
}

/** @returns null when it is there, else why it is not */
function buildLibxmljs2 (): string | null {
  if (!existsSync(join(here, 'node_modules/libxmljs2'))) return 'not installed: run "npm install" in test/bench'
  if (loads('libxmljs2')) return null
  const tools = ['g++', 'make', 'python3'].filter(it => toolVersion(it, '--version') === undefined)
  if (tools.length > 0) return `not built: ${tools.join(', ')} missing (apt-get install g++ make python3)`
  say('  building libxmljs2 (about a minute, once)')
  const nodedir = headers()
  const built = run('npm', ['rebuild', 'libxmljs2', '--ignore-scripts=false', ...(nodedir === null ? [] : [`--nodedir=${nodedir}`])])
  if (loads('libxmljs2')) return null
  if (built.signal !== null) return `not built: not ready within ${build_ms_max / 1000} s`
  const error = `${built.stderr}\n${built.stdout}`.split('\n').find(line => /error/i.test(line) && !/^npm warn/.test(line))
  return `not built: ${(error ?? 'no reason given').slice(0, 160)}`
}

/** Where the native harness is built. */
export const native = join(work, 'native')

function buildNative (): string | null {
  if (toolVersion('gcc', '--version') === undefined) return 'not built: gcc missing (apt-get install gcc)'
  if (toolVersion('xml2-config', '--version') === undefined) return 'not built: libxml2 headers missing (apt-get install libxml2-dev)'
  const source = join(here, 'native.c')
  if (existsSync(native) && statSync(native).mtimeMs > statSync(source).mtimeMs) return null
  const flags = run('xml2-config', ['--cflags', '--libs']).stdout.trim().split(/\s+/)
  const built = run('gcc', ['-O2', '-o', native, source, ...flags])
  return built.status === 0 ? null : `not built: ${built.stderr.split('\n')[0] ?? ''}`
}

/** Its package brings a class for a newer Java than many have; its own install script compiles it for the one at hand. */
function buildXerces (): string | null {
  const folder = join(here, 'node_modules/xsd-schema-validator')
  if (!existsSync(folder)) return 'not installed: run "npm install" in test/bench'
  if (toolVersion('javac', '-version') === undefined) return 'not built: a JDK with javac missing (apt-get install default-jdk-headless)'
  const mark = join(folder, 'support/.built-here')
  if (existsSync(mark)) return null
  rmSync(join(folder, 'support/XMLValidator.class'), { force: true })
  const built = run('npm', ['rebuild', 'xsd-schema-validator', '--ignore-scripts=false'])
  if (built.status === 0) writeFileSync(mark, '')
  return built.status === 0 ? null : `not built: ${built.stderr.split('\n')[0] ?? ''}`
}

/** Builds what is not built yet. Never throws for a build that fails. */
export function setup (): Missing {
  mkdirSync(work, { recursive: true })
  say('setup: peers that need a compiler')
  const tried: Array<[string, string | null]> = [
    ['native libxml2', buildNative()],
    ['libxmljs2', buildLibxmljs2()],
    ['xsd-schema-validator', buildXerces()],
    ['xmllint', toolVersion('xmllint', '--version') === undefined ? 'missing (apt-get install libxml2-utils)' : null]
  ]
  const found = Object.fromEntries(tried.flatMap(([name, why]) => why === null ? [] : [[name, why]]))
  for (const [name, why] of tried) say(`  ${name}: ${why ?? 'ready'}`)
  writeFileSync(outcome, JSON.stringify(found))
  return found
}

if (process.argv[1] === import.meta.filename) setup()
