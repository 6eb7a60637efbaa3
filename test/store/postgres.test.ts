/** The store's contract on PostgreSQL: the newest version, the one of the machine, and behind a pooler. */
import { describe } from 'node:test'
import { migrate, openStore } from '../../src/store/store.ts'
import { missing, startPostgres, type PostgresServer, type Which } from '../postgres.ts'
import { storeContract } from './contract.ts'
import { roots, type OpenStore } from './sample.ts'

/** @returns what opens stores on a server that starts at the first of them, each name on a copy of one empty database that was brought forward once */
function opener (which: Which): OpenStore {
  let server: Promise<PostgresServer> | null = null
  let like: Promise<string> | null = null
  const made = new Map<string, Promise<string>>()
  const forward = async ({ freshDatabase }: PostgresServer): Promise<string> => {
    const url = await freshDatabase()
    await migrate(url)
    return new URL(url).pathname.slice(1)
  }
  const make = async (): Promise<string> => {
    const running = await (server ??= startPostgres({ which }))
    return await running.freshDatabase(await (like ??= forward(running)))
  }
  return async (name, options = {}) => {
    const url = made.get(name) ?? make()
    made.set(name, url)
    return await openStore({ url: await url, mode: 'test', roots, ...options })
  }
}

for (const which of ['bundled', 'installed'] as const) {
  describe(`PostgreSQL, ${which}`, { skip: missing(which) }, () => { storeContract(`PostgreSQL (${which})`, opener(which)) })
}
