/** The store's contract on PostgreSQL: whole on the newest version, what its SQL is most of on the one of the machine, and what is done all day behind a pooler. */
import { describe } from 'node:test'
import { migrate, openStore } from '../../src/store/store.ts'
import { missing, missingPooler, startPooler, startPostgres, type Which } from '../postgres.ts'
import { storeContract, type Part } from './contract.ts'
import { roots, type OpenStore } from './sample.ts'

interface Made {
  /** A database of its own, that was brought forward. */
  readonly make: () => Promise<string>
  /** How stores come to it. */
  readonly by: (url: string) => string
}

/** Starts a server, each of whose databases is a copy of an empty one that was brought forward once. @param pooled whether stores come to it through a pooler */
async function begun (which: Which, pooled: boolean): Promise<Made> {
  const server = await startPostgres({ which })
  const like = await server.freshDatabase()
  await migrate(like)
  return { make: () => server.freshDatabase(new URL(like).pathname.slice(1)), by: pooled ? (await startPooler(server)).url : url => url }
}

/** @returns what opens stores on a server that starts at the first of them */
function opener (which: Which, pooled = false): OpenStore {
  let running: Promise<Made> | null = null
  const made = new Map<string, Promise<string>>()
  return async (name, options = {}) => {
    const { make, by } = await (running ??= begun(which, pooled))
    const url = made.get(name) ?? make()
    made.set(name, url)
    return await openStore({ url: by(await url), mode: 'test', roots, ...options, ...pooled ? { postgres: { pooled } } : {} })
  }
}

/** What a version may plan, lock or order otherwise. */
const core: readonly Part[] = ['accept', 'work', 'push', 'try', 'notice', 'fact', 'read', 'forget', 'batch', 'decide', 'race']

describe('PostgreSQL, bundled', { skip: missing('bundled') }, () => { storeContract('PostgreSQL (bundled)', opener('bundled'), { several: true, runs: 0.2 }) })
describe('PostgreSQL, installed', { skip: missing('installed') }, () => { storeContract('PostgreSQL (installed)', opener('installed'), { several: true }, core) })
describe('PostgreSQL, behind a pooler', { skip: missing('bundled') || missingPooler() }, () => { storeContract('PostgreSQL (pooled)', opener('bundled', true), { several: true, runs: 0.2 }, ['accept', 'work', 'push', 'read', 'keep']) })
