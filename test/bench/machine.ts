/** The machine and the versions that figures belong to, and how fast its disk makes things last. */
import { spawnSync } from 'node:child_process'
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
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

export function machine (): Machine {
  const names = ['libxml2-wasm', 'libxmljs2', 'xsd-schema-validator', 'fastify', 'undici', 'better-sqlite3']
  const found = names.map(name => [name, versionOf(name) ?? 'not installed'])
  const system = [['libxml2 (system)', toolVersion('xml2-config', '--version') ?? 'not installed'], ['java', toolVersion('java', '-version') ?? 'not installed']]
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

/** @returns how often a second 4 KiB are written and made to last, where the gateway's database stands */
export function syncsPerSecond (ms = 1000): number {
  if (statfsSync(work).type === tmpfs) say('  note: the bench folder is on tmpfs, so nothing here waits for a disk')
  const path = join(work, 'sync')
  const file = openSync(path, 'w')
  const block = Buffer.alloc(4096, 1)
  let count = 0
  const begin = performance.now()
  while (performance.now() - begin < ms) {
    writeSync(file, block, 0, block.length, (count++ % 1024) * block.length)
    fdatasyncSync(file)
  }
  const seconds = (performance.now() - begin) / 1000
  closeSync(file)
  rmSync(path)
  return count / seconds
}
