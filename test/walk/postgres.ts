/** Where flows are walked on PostgreSQL: a database costs a server more, so of the calls of a flow some are chosen by a seed. */
import pg from 'pg'
import { migrate } from '../../src/store/store.ts'
import { seed } from '../fuzz/seed.ts'
import { startPostgres, type PostgresServer } from '../postgres.ts'
import { postgresFaults } from './calls.ts'
import type { Rows } from './dump.ts'
import type { Copy, Ground } from './walk.ts'

const nameOf = (url: string): string => new URL(url).pathname.slice(1)

/** All tables in one answer; a part of a table is read with the table. */
const tables = "select relname as name from pg_class where relkind in ('r', 'p') and not relispartition and relnamespace = current_schema()::regnamespace"

/** @returns what tells all that stands in a database, and what ends that */
export async function besidePostgres (url: string): Promise<{ readonly rows: Copy['rows'], close (): Promise<void> }> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  const names = (await client.query<{ name: string }>(tables)).rows.map(it => it.name)
  const all = `select json_build_object(${names.map(it => `'${it}', (select coalesce(json_agg(it), '[]') from ${it} as it)`).join(', ')}) as all`
  return { rows: async () => (await client.query<{ all: Rows }>(all)).rows[0]?.all ?? {}, close: () => client.end() }
}

async function copyOf (server: PostgresServer, from: string): Promise<Copy> {
  const url = await server.freshDatabase(from)
  const { rows, close } = await besidePostgres(url)
  return {
    url,
    rows,
    async drop () {
      await close()
      await server.query(`drop database ${nameOf(url)} with (force)`)
    }
  }
}

/** @param every one of so many calls of a flow fails @returns of so many calls each `every`th, from one that the seed says */
const each = (every: number) => (calls: number): number[] =>
  Array.from({ length: calls }, (_, nth) => nth + 1).filter(nth => (nth + seed) % every === 0)

/** @returns the ground, and what ends its server */
export async function postgresGround (every: number): Promise<Ground & { close (): Promise<void> }> {
  const server = await startPostgres()
  const empty = await server.freshDatabase()
  await migrate(empty)
  return {
    faults: postgresFaults,
    async prepared (fill) {
      const url = await server.freshDatabase(nameOf(empty))
      await fill(url)
      return () => copyOf(server, nameOf(url))
    },
    chosen: each(every),
    close: () => server.close()
  }
}
