/** Messages that were pushed, each in a folder named by its id: there whole, or not at all. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PartName, Parts } from './parts.ts'

/** What each part is called there. */
export const fileNames: Readonly<Record<PartName, string>> = { metadata: 'metadata.json', payload: 'payload.xml', seal: 'seal.p7s', receipt: 'receipt.json' }

function synced (path: string): void {
  const file = openSync(path, 'r')
  try { fsyncSync(file) } finally { closeSync(file) }
}

/** @param id a message's id, checked: it becomes a name of a folder @returns whether it is there from a former push */
export const isKept = (dir: string, id: string): boolean => existsSync(join(dir, id))

/**
 * When this returns the message is on disk, so that it may be confirmed; a repeat writes nothing.
 * @param id an id or number, checked: it becomes a name of a folder @param files by their names
 */
export function keepFiles (dir: string, id: string, files: Readonly<Record<string, Uint8Array>>): void {
  const [part, whole] = [join(dir, `.${id}.part`), join(dir, id)]
  rmSync(part, { recursive: true, force: true })
  mkdirSync(part, { mode: 0o700 })
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(part, file), bytes, { mode: 0o600, flush: true })
  synced(part)
  renameSync(part, whole)
  synced(dir)
}

/** Keeps the parts of a push. */
export const keep = (dir: string, id: string, parts: Parts): void =>
  keepFiles(dir, id, { [fileNames.metadata]: parts.metadata, [fileNames.payload]: parts.payload, [fileNames.seal]: parts.seal, [fileNames.receipt]: parts.receipt })
