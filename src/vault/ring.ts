/** A ring of keys: the first one is used, the others still open what was closed with them. */
import { randomBytes } from 'node:crypto'
import { Unusable } from '../core/core.ts'
import { readSource } from './source.ts'

/** Length of every root key (AES-256, HMAC-SHA-256). */
const key_bytes = 32

/** One key, and the name under which it is remembered. */
export interface RingKey { readonly id: string, readonly bytes: Uint8Array }
export interface Ring {
  /** What is closed, keyed or signed now. */
  readonly current: RingKey
  /** All, the current one first. */
  readonly keys: readonly RingKey[]
  /** @returns the key of that name, null when the ring does not hold it */
  key (id: string): RingKey | null
}

/** The three roots, none of which is ever in the database. */
export interface Roots {
  /** Wraps the key of each message. */
  readonly kek: Ring
  /** Makes of a Bsn what can be looked up and not read back. */
  readonly index: Ring
  /** Chains the rows of the audit. */
  readonly audit: Ring
}

const line = /^([a-z0-9-]{1,32}):([A-Za-z0-9+/]{43}=)$/

function keyOf (text: string, nth: number, name: string): RingKey {
  const [, id = '', base64 = ''] = line.exec(text) ?? []
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.byteLength !== key_bytes) throw new Unusable(`${name}: line ${nth + 1} is no key; a line is NAME:KEY, the key ${key_bytes} bytes in base64 ("zorgpoort roots make" makes one)`)
  return { id, bytes }
}

/** @param name what a failure names, never the text @throws Unusable when it is no ring */
export function parseRing (text: string, name: string): Ring {
  const lines = text.split(/\r?\n/).filter(it => it.trim() !== '' && !it.startsWith('#'))
  return ringOf(lines.map((it, nth) => keyOf(it, nth, name)), name)
}

/** @param keys the current one first @throws Unusable when there is none, or two have the same name */
function ringOf (keys: readonly RingKey[], name: string): Ring {
  const [current] = keys
  if (current === undefined) throw new Unusable(`${name}: it holds no key`)
  const byId = new Map(keys.map(key => [key.id, key]))
  if (byId.size < keys.length) throw new Unusable(`${name}: two keys have the same name`)
  return { current, keys, key: id => byId.get(id) ?? null }
}

/** @returns a new key as a line of a ring. @param id its name, such as the day it was made */
export const newRingLine = (id: string): string => `${id}:${randomBytes(key_bytes).toString('base64')}\n`

/** The settings that say where each root is. */
export interface RootSources { readonly kek: string, readonly index_key: string, readonly audit_key: string }

/** @throws Unusable when one of the three cannot be had or is no ring */
export function readRoots (sources: RootSources): Roots {
  const ring = (setting: keyof RootSources): Ring => parseRing(readSource(sources[setting], setting), setting)
  return { kek: ring('kek'), index: ring('index_key'), audit: ring('audit_key') }
}

/** The keys alone, as data: what another thread is given. */
export type RootKeys = Readonly<Record<keyof Roots, readonly RingKey[]>>
export const keysOf = ({ kek, index, audit }: Roots): RootKeys => ({ kek: kek.keys, index: index.keys, audit: audit.keys })
/** @returns the roots of which these are the keys */
export const rootsOf = ({ kek, index, audit }: RootKeys): Roots => ({ kek: ringOf(kek, 'kek'), index: ringOf(index, 'index_key'), audit: ringOf(audit, 'audit_key') })
