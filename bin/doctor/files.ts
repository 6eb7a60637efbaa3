/** The runtime, and the files an installation stands on: there, readable, and nobody else's. */
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Ring, RootSources } from '../../src/vault/vault.ts'
import { parseRing, readSource } from '../../src/vault/vault.ts'
import { reasonOf } from '../files.ts'
import { error, ok, sentenceOf, warning, type Check, type Line, type Patient } from './lines.ts'

const wanted = [22, 19] as const

/** Node's version; the command refuses too old a one by itself, this also tells one that nobody tried. */
export const runtime: Check = () => {
  const { node } = process.versions
  const [major = 0, minor = 0] = node.split('.').map(Number)
  if (major < wanted[0] || (major === wanted[0] && minor < wanted[1])) return [error('node', `this is Node ${node}`, 'use Node 24, or 22.19 or newer')]
  return [major > 24 ? warning('node', `Node ${node} is newer than what this version was tried with`, 'use Node 24') : ok('node', `Node ${node}`)]
}

const readable = (path: string): boolean => { try { accessSync(path, constants.R_OK); return true } catch { return false } }

/** A file that only its owner may read. */
function secret (about: string, path: string): Line {
  if (!existsSync(path)) return error(about, `${path} does not exist`, `put the file there, or change the setting ${about}`)
  if (!readable(path)) return error(about, `${path} cannot be read by this user`, 'run this as the user of the gateway; give that user the file')
  const mode = statSync(path).mode & 0o777
  if ((mode & 0o007) !== 0) return error(about, `${path} can be read by everybody on this machine (0${mode.toString(8)})`, `chmod 600 ${path}; who may have read it knows the key: replace it`)
  return (mode & 0o077) === 0 ? ok(about, `${path} is there, for its owner only`) : warning(about, `${path} can be read by its group (0${mode.toString(8)})`, `chmod 600 ${path}, unless that group is meant to`)
}

/** Private keys. */
export const keyFiles: Check = ({ settings }) => (['tls_key', 'seal_key', 'push_key'] as const).flatMap(name => settings[name] === undefined ? [] : [secret(name, settings[name])])

/** @returns what to do about a ring that cannot be had: by where it comes from, and how that is */
function mendRing (setting: keyof RootSources, source: string): string {
  const [, kind, path = ''] = /^(file|command):(.+)$/s.exec(source) ?? []
  if (kind === 'command') return `run that command by hand as the user of the gateway, and mend it or the setting ${setting}; it prints one NAME:BASE64 a line`
  if (!existsSync(path)) return `for a new installation "zorgpoort roots make" makes rings; for an existing one bring the file back from its copy, or mend the setting ${setting}`
  if (!readable(path)) return 'run this as the user of the gateway; give that user the file'
  if ((statSync(path).mode & 0o007) !== 0) return `chmod 600 ${path}; who may have read it knows the keys: "zorgpoort roots rotate" makes a new one`
  return `mend ${path}, or bring it back from its copy; do not make a new ring for a database that has messages`
}

/** @returns a ring, or the line that says why there is none */
function ringOf (setting: keyof RootSources, source: string): { readonly ring: Ring | null, readonly line: Line } {
  try {
    const ring = parseRing(readSource(source, setting), setting)
    return { ring, line: ok(setting, `${ring.keys.length} key${ring.keys.length === 1 ? '' : 's'}, now ${ring.current.id}`) }
  } catch (thrown) {
    return { ring: null, line: error(setting, sentenceOf(thrown), mendRing(setting, source)) }
  }
}

/** @returns a ring where it can be had */
export const ringIn = ({ settings }: Patient, name: keyof RootSources): Ring | null => settings[name] === undefined ? null : ringOf(name, settings[name]).ring

/** The three rings, each by itself. */
export const rings: Check = ({ settings }) => (['kek', 'index_key', 'audit_key'] as const).flatMap(name => {
  const source = settings[name]
  if (source === undefined) return []
  const { line } = ringOf(name, source)
  const file = /^file:(.+)$/s.exec(source)?.[1]
  return file === undefined || line.level === 'error' ? [line] : [secret(name, file), line].filter(it => it === line || it.level !== 'ok')
})

/** The folder of the database. */
export const folder: Check = ({ path }) => {
  if (path === null) return []
  const dir = dirname(path)
  try {
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (thrown) {
    return [error('folder', `${dir} cannot be written: ${reasonOf(thrown).en}`, 'make it, or give it to the user of the gateway')]
  }
  const mode = statSync(dir).mode & 0o777
  if ((mode & 0o002) !== 0) return [error('folder', `${dir} can be written by everybody (0${mode.toString(8)})`, `chmod 700 ${dir}`)]
  const strange = ['', '-wal', '-shm'].map(end => path + end).filter(it => existsSync(it) && (statSync(it).mode & 0o077) !== 0)
  return strange.length === 0 ? [ok('folder', dir)] : [error('folder', `others can read ${strange.join(', ')}`, `chmod 600 ${strange.join(' ')}`)]
}
