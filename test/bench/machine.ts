/** The machine and the versions that figures belong to, and how fast its disk makes things last. */
import { spawnSync } from 'node:child_process'
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { quantile, shownSpread, spread } from './figures.ts'
import { say, work } from './place.ts'

/** What figures cannot be compared without. */
export interface Machine {
  readonly cores: number
  readonly cpu: string
  readonly memory_mb: number
  readonly node: string
  readonly openssl: string
  readonly versions: Readonly<Record<string, string>>
  /** Of one minute, before the bench began: above 0.5 the figures are of a machine that was not quiet. */
  readonly load_before: number
}

const require = createRequire(import.meta.url)

/** @returns the version of an installed package, or undefined */
export function versionOf (name: string): string | undefined {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8'))
      if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version)
    } catch { /* not in this folder */ }
  }
  return undefined
}

/** @returns the first line a program prints of itself, or undefined when it is not there */
export function toolVersion (command: string, ...args: string[]): string | undefined {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  return status === 0 ? (stdout || stderr).split('\n')[0]?.trim() : undefined
}

/** @returns of the SQLite that comes with better-sqlite3 */
function sqliteVersion (): string {
  const db = new Database(':memory:')
  try { return String(db.prepare('select sqlite_version()').pluck().get()) } finally { db.close() }
}

export function machine (): Machine {
  const names = ['libxml2-wasm', 'libxmljs2', 'xsd-schema-validator', 'fastify', 'undici', 'better-sqlite3', 'pg', 'pg-boss', 'graphile-worker']
  const found = names.map(name => [name, versionOf(name) ?? 'not installed'])
  const system = [['SQLite', sqliteVersion()], ['libxml2 (system)', toolVersion('xml2-config', '--version') ?? 'not installed'], ['java', toolVersion('java', '-version') ?? 'not installed']]
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    memory_mb: Math.round(totalmem() / 1e6),
    node: process.versions.node,
    openssl: process.versions.openssl,
    versions: Object.fromEntries([...found, ...system]),
    load_before: loadavg()[0] ?? 0
  }
}

export const machineLine = (it: Machine): string =>
  `${it.cores} cores ${it.cpu}, ${it.memory_mb} MB, Node ${it.node}, OpenSSL ${it.openssl}; ${Object.entries(it.versions).map(([name, version]) => `${name} ${version}`).join(', ')}; load before ${it.load_before.toFixed(2)}`

const tmpfs = 0x01021994

/** Writing 4 KiB and making it last: how often a second, and how long it takes. */
export interface Syncs { readonly perSecond: number, readonly median_ms: number, readonly p99_ms: number }

/** @returns what the disk does where the gateway's database stands */
export function syncs (ms = 1000): Syncs {
  if (statfsSync(work).type === tmpfs) say('  note: the bench folder is on tmpfs, so nothing here waits for a disk')
  const path = join(work, 'sync')
  const file = openSync(path, 'w')
  const block = Buffer.alloc(4096, 1)
  const took: number[] = []
  const begin = performance.now()
  for (let at = begin; at - begin < ms;) {
    writeSync(file, block, 0, block.length, (took.length % 1024) * block.length)
    fdatasyncSync(file)
    const done = performance.now()
    took.push(done - at)
    at = done
  }
  closeSync(file)
  rmSync(path)
  return { perSecond: took.length / ms * 1000, median_ms: quantile(took, 0.5), p99_ms: quantile(took, 0.99) }
}

export const syncsLine = (all: readonly Syncs[]): string =>
  `write 4 KiB + fdatasync on the same disk: ${shownSpread(spread(all.map(it => it.median_ms)))} ms, p99 ${shownSpread(spread(all.map(it => it.p99_ms)))} ms; ${shownSpread(spread(all.map(it => it.perSecond)))} a second`
