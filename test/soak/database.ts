/** The databases of a run: of SQLite a file of its folder, of PostgreSQL a server whose data stand there, so that both outlive who started them. */
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openWorld, type World } from '../flow/world.ts'
import { startPostgres, type PostgresServer } from '../postgres.ts'
import type { Database } from './options.ts'

export interface Place {
  readonly world: World
  /** What the database takes on the disk, its log (SQLite: beside it) told apart; PostgreSQL has one for all its databases. */
  bytes (): Promise<{ readonly database: number, readonly log: number }>
  close (): Promise<void>
}

const sizeOf = (path: string): number => existsSync(path) ? statSync(path).size : 0

async function freshOrKept (server: PostgresServer, name: string): Promise<string> {
  const found = await server.query('select 1 from pg_database where datname = $1', [name])
  if (found.length === 0) await server.query(`create database ${name}`)
  return server.url(name)
}

async function onPostgres (dir: string, folder: string, name: string): Promise<Place> {
  const server = await startPostgres({ durable: true, dir: join(dir, 'postgres') })
  try {
    const world = await openWorld(folder, 'test', await freshOrKept(server, name))
    const ask = async (sql: string): Promise<number> => Number((await server.query(sql))[0]?.['bytes'])
    return {
      world,
      bytes: async () => ({ database: await ask(`select pg_database_size('${name}') as bytes`), log: await ask('select coalesce(sum(size), 0) as bytes from pg_ls_waldir()') }),
      async close () { await world.close(); await server.close() }
    }
  } catch (error) { await server.close(); throw error }
}

/** Opens the world of a part, or makes it. @param name of the part; small letters @returns it, with a database of its own */
export async function openPlace (dir: string, name: string, database: Database): Promise<Place> {
  const folder = join(dir, `${name}-${database}`)
  mkdirSync(folder, { recursive: true })
  if (database === 'postgres') return await onPostgres(dir, folder, name)
  const world = await openWorld(folder)
  const file = world.path('zorgpoort.db')
  return { world, bytes: async () => ({ database: sizeOf(file), log: sizeOf(`${file}-wal`) }), close: world.close }
}
