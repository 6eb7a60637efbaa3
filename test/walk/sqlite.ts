/** Where flows are walked on SQLite: each call, one after the other. */
import { accessSync, constants, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { sqliteFaults } from './calls.ts'
import type { Copy, Ground } from './walk.ts'

/** Where no disk is waited for, as far as there is such a place: hundreds of databases are written through to it. */
function quick (): string {
  try {
    accessSync('/dev/shm', constants.W_OK)
    return '/dev/shm'
  } catch { return tmpdir() }
}

/** @returns what tells all that stands in a database, and what ends that */
export function besideSqlite (path: string): { readonly rows: Copy['rows'], close (): void } {
  const db = new Database(path, { readonly: true })
  const tables = db.prepare<[], string>("select name from sqlite_master where type = 'table'").pluck().all()
  return {
    rows: async () => Object.fromEntries(tables.map(it => [it, db.prepare<[], Record<string, unknown>>(`select * from ${it}`).all()])),
    close () { db.close() }
  }
}

function copyOf (from: string, to: string): Copy {
  copyFileSync(from, to)
  const { rows, close } = besideSqlite(to)
  return {
    url: `sqlite:${to}`,
    rows,
    async drop () {
      close()
      for (const end of ['', '-wal', '-shm']) rmSync(to + end, { force: true })
    }
  }
}

/** @returns the ground, and what removes it */
export function sqliteGround (): Ground & { remove (): void } {
  const folder = mkdtempSync(join(quick(), 'zorgpoort-walk-'))
  let number = 0
  const next = (): string => join(folder, `${++number}.db`)
  return {
    faults: sqliteFaults,
    async prepared (fill) {
      const path = next()
      await fill(`sqlite:${path}`)
      return async () => copyOf(path, next())
    },
    chosen: () => null,
    remove: () => { rmSync(folder, { recursive: true, force: true }) }
  }
}
