/** A disk under one database that fails as a test says (`disk.c`): full, with errors, slow; and that writes down all it is told, in its order. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import { needTool } from '../tools.ts'

/** The database, and what stands beside it, by their numbers. */
export const diskFiles = ['', '-wal', '-shm', '-journal'] as const
/** Bits of files, for the masks: what messages are written to, and all. */
export const masks = { none: 0, database: 1, log: 2, shared: 4, all: 15 } as const
export const errno = { EIO: 5, ENOSPC: 28 } as const

const words = ['write_mask', 'write_errno', 'writes_left', 'sync_mask', 'sync_errno', 'slow_mask', 'slow_ms', 'read_mask', 'writes_refused', 'syncs_refused', 'reads_refused', 'syncs', 'syncing'] as const
type Word = typeof words[number]
const control_bytes = 64

export interface Disk {
  /** What a process under it finds in its environment. */
  readonly env: Readonly<Record<string, string>>
  /** Says how it fails from now on; what is not named stays. */
  set (over: Partial<Record<Word, number>>): void
  /** All is well again. */
  heal (): void
  get (word: Word): number
  /** All that was written down by now. */
  log (): Buffer
}

const glibc = (): boolean => process.platform === 'linux' && 'glibcVersionRuntime' in Object(process.report.getReport()).header

/** @returns whether such a disk can be made here; when not, the test is marked skipped with the reason, or fails under REQUIRE_TOOLS=1 */
export function needDisk (t: TestContext): boolean {
  if (glibc()) return needTool(t, 'cc', 'gcc libc6-dev')
  t.skip('a disk that fails is made for Linux with glibc only (LD_PRELOAD)')
  return false
}

let library: string | null = null
function built (): string {
  if (library !== null) return library
  const dir = mkdtempSync(join(tmpdir(), 'zorgpoort-disk-'))
  // It outlives the test that asks for it first.
  process.once('exit', () => { rmSync(dir, { recursive: true, force: true }) })
  library = join(dir, 'disk.so')
  const { status, stderr } = spawnSync('cc', ['-shared', '-fPIC', '-O2', '-o', library, join(import.meta.dirname, 'disk.c'), '-ldl'], { encoding: 'utf8' })
  assert.equal(status, 0, `disk.c was not built (apt-get install gcc libc6-dev): ${stderr}`)
  return library
}

/** @param path of a database @param keeps whether what is written is written down */
export function makeDisk (path: string, keeps = false): Disk {
  const [control, log] = [`${path}.control`, `${path}.written`]
  writeFileSync(control, Buffer.alloc(control_bytes))
  const file = openSync(control, 'r+')
  after(() => { closeSync(file) })
  const word = Buffer.alloc(4)
  const disk: Disk = {
    env: { LD_PRELOAD: built(), DISK_FILE: path, DISK_CONTROL: control, ...(keeps ? { DISK_LOG: log } : {}) },
    set (over) {
      for (const [name, value] of Object.entries(over)) {
        word.writeInt32LE(value)
        writeSync(file, word, 0, 4, 4 * words.findIndex(it => it === name))
      }
    },
    heal () { disk.set({ write_mask: 0, writes_left: 0, sync_mask: 0, slow_mask: 0, read_mask: 0 }) },
    get (name) {
      readSync(file, word, 0, 4, 4 * words.indexOf(name))
      return word.readInt32LE()
    },
    log: () => readFileSync(log)
  }
  return disk
}
