/** What opens a store, whose store strikes its own process once at the point, and by the signal, that the file STRIKE says when it comes there. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { readFileSync, rmSync } from 'node:fs'
import { openStore as open, type StoreOptions } from '../../src/store/open.ts'
import type { Db, Finish, Store } from '../../src/store/store.ts'
import type { Within } from './points.ts'

export * from '../../src/store/open.ts'

const file = process.env['STRIKE'] ?? ''

function ordered (): string {
  try { return readFileSync(file, 'utf8') } catch { return '' }
}

/** Killed, it never comes back from here; told to stop, it goes on. */
function strike (at: Within): void {
  const [point, signal] = ordered().split(' ')
  if (at !== point) return
  rmSync(file)
  process.kill(process.pid, signal)
}

/** The point a transaction stands for, as long as it is being asked for. */
const inside = new AsyncLocalStorage<Within>()

const wrap = (db: Db): Db => ({
  ...db,
  write: (work, weight) => {
    const at = inside.getStore()
    return db.write(async session => {
      const result = await work(session)
      if (at !== undefined) strike(at)
      return result
    }, weight)
  }
})

/** Where handlers have done with a message it is offered or rejected; the rest are ends of pushes. */
const ends = (items: readonly Finish[]): boolean => items.some(it => ['offered', 'rejected'].includes(it.outcome.kind))

function striking (store: Store): Store {
  return {
    ...store,
    async accept (items) {
      strike('arriving')
      const told = await inside.run('accepting', () => store.accept(items))
      strike('accepted')
      return told
    },
    async acknowledge (...which) {
      strike('fetched')
      const said = await inside.run('acknowledging', () => store.acknowledge(...which))
      strike('acknowledged')
      return said
    },
    async keepArrival (...which) {
      const kept = await inside.run('keeping', () => store.keepArrival(...which))
      strike('kept')
      return kept
    },
    async disown (...which) {
      const said = await inside.run('disowning', () => store.disown(...which))
      strike('disowned')
      return said
    },
    async claim (limit, lease_ms, now) {
      const claims = await store.claim(limit, lease_ms, now)
      if (claims.length > 0) strike('taken')
      return claims
    },
    async claimPush (target, limit, lease_ms, now) {
      const claims = await store.claimPush(target, limit, lease_ms, now)
      if (claims.length > 0) strike('claimed')
      return claims
    },
    async finish (items, now) {
      const [during, after] = ends(items) ? ['ending', 'ended'] as const : ['marking', 'marked'] as const
      strike(during === 'marking' ? 'answered' : 'judging')
      const told = await inside.run(during, () => store.finish(items, now))
      strike(after)
      return told
    }
  }
}

export const openStore = async (options: StoreOptions): Promise<Store> => striking(await open({ ...options, wrap }))
