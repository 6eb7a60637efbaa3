/** A new database of a server, for what several processes do at one. */
import type { TestContext } from 'node:test'
import pg from 'pg'
import type { Instant } from '../../src/core/core.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import type { PostgresServer } from '../postgres.ts'
import { roots } from './sample.ts'

export interface SharedDatabase {
  readonly url: string
  /** A connection of its own. */
  readonly sql: pg.Client
  /** @returns the first column of what is asked */
  rows (text: string): Promise<unknown[]>
  /** Opens it as one more process, whose clock stands still at a moment. */
  open (now: Instant): Promise<Store>
}

/** @returns the database; what is open of it is closed when the test ends */
export async function sharedDatabase (t: TestContext, server: PostgresServer): Promise<SharedDatabase> {
  const url = await server.freshDatabase()
  const sql = new pg.Client(url)
  await sql.connect()
  const stores: Store[] = []
  t.after(async () => { await Promise.all(stores.map(store => store.close())); await sql.end() })
  return {
    url,
    sql,
    rows: async text => (await sql.query<unknown[]>({ text, rowMode: 'array' })).rows.map(([it]) => it),
    async open (now) {
      const store = await openStore({ url, mode: 'test', roots, clock: { now: () => now } })
      stores.push(store)
      return store
    }
  }
}
