/** The file of a SQLite database and what stands beside it: how large they are, and what is left of one that is none. To look at a file, and to remove it, lets go of no lock. */
import { rmSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreUnusable } from './db.ts'
import type { StoreMeasures } from './verbs.ts'

/** @returns null when the file system does not say */
function told<T> (ask: () => T): T | null {
  try { return ask() } catch { return null }
}

function freeBytes (path: string): number {
  const { bavail, bsize } = statfsSync(dirname(path))
  return bavail * bsize
}

/** @returns how large the database and its log are, and what the disk still takes */
export const sizes = (path: string): Omit<StoreMeasures, 'waiting'> => ({
  database_bytes: told(() => statSync(path).size),
  wal_bytes: told(() => statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0),
  free_bytes: told(() => freeBytes(path))
})

/** No database is smaller than its smallest page. */
const page_bytes_min = 512
/** @returns null where there is no such file */
export const bytesOf = (path: string): number | null => statSync(path, { throwIfNoEntry: false })?.size ?? null

/**
 * SQLite makes a new database of an empty file, and throws away the log beside it: nobody would see that all is gone.
 * @throws StoreUnusable when the file was cut off to nothing, or only its log is there
 */
export function refuseRemains (path: string): void {
  const [database, log] = [bytesOf(path), bytesOf(`${path}-wal`) ?? 0]
  if (database !== null && database < page_bytes_min) throw new StoreUnusable(`the database ${path} is ${database === 0 ? 'an empty file' : 'cut off'}: put the last backup in its place with "zorgpoort restore BACKUP --replace"; if there was never one, remove the file${log > 0 ? `s ${path} and ${path}-wal` : ''} and start again`)
  if (database === null && log > 0) throw new StoreUnusable(`the database ${path} is gone, and its log ${path}-wal is there: bring the file back beside it, or put the last backup in its place with "zorgpoort restore BACKUP --replace"; if there was never one, remove ${path}-wal and start again`)
}

/** What stands beside a database, and last itself: its log without it would be refused. */
const ends = ['-journal', '-wal', '-shm', ''] as const

/** Takes away what this process made and nothing could be written to: whoever found it so meanwhile has refused it. Never throws. */
export function removeUnused (path: string): void {
  const bytes = told(() => bytesOf(path))
  if (bytes !== null && bytes < page_bytes_min) told(() => { for (const end of ends) rmSync(path + end, { force: true }) })
}
