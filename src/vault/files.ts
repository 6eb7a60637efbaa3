/** Rings in files of their own: made for a new installation, and turned. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { rfc3339, type Instant } from '../core/core.ts'
import { newRingLine, parseRing, type RootSources } from './ring.ts'

const names = { kek: 'kek.ring', index_key: 'index.ring', audit_key: 'audit.ring' } as const satisfies Record<keyof RootSources, string>
const settings = Object.keys(names) as Array<keyof RootSources>

/** @returns the settings that name the three rings of a folder */
export const rootsIn = (dir: string): RootSources =>
  ({ kek: `file:${join(dir, names.kek)}`, index_key: `file:${join(dir, names.index_key)}`, audit_key: `file:${join(dir, names.audit_key)}` })

/** A new name is on the disk when its folder is. */
function keepNames (folder: string): void {
  const file = openSync(folder, 'r')
  try { fsyncSync(file) } finally { closeSync(file) }
}

/** Whole or not at all, also when the power fails: without its ring a database is lost. For its owner only. */
function write (path: string, text: string): void {
  const part = `${path}.${process.pid}.part`
  writeFileSync(part, text, { mode: 0o600, flush: true })
  renameSync(part, path)
  keepNames(dirname(path))
}

/** Makes the rings that are not there yet; what is there stays. @returns the files that were made */
export function makeRoots (dir: string, now: Instant): string[] {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const missing = settings.map(setting => join(dir, names[setting])).filter(path => !existsSync(path))
  for (const path of missing) write(path, newRingLine(rfc3339(now).slice(0, 10)))
  return missing
}

/** Puts a new key before those of the ring, which go on opening what they closed. @returns the new key's name @throws Unusable when the file holds no ring */
export function turnRing (path: string, now: Instant): string {
  const text = readFileSync(path, 'utf8')
  const ring = parseRing(text, path)
  const day = rfc3339(now).slice(0, 10)
  const id = [day, ...Array.from({ length: 99 }, (_, n) => `${day}-${n + 2}`)].find(it => ring.key(it) === null) ?? String(now)
  write(path, newRingLine(id) + text)
  return id
}
