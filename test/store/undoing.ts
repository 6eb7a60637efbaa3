/** A store all of whose writing happens inside one transaction that is undone, so that any step can be undone and another taken in its place. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { openStore, type Db, type Session, type Store } from '../../src/store/store.ts'
import { roots } from './sample.ts'

/** Nothing went wrong: what was done is to be undone. One for all, as making one takes longer than what is undone. */
const undo = new Error('undo')
const unlessUndone = (error: unknown): void => { if (error !== undo) throw error }

/** @param wrapped what stands between the verbs and the database @returns what `work` makes of a store on an SQLite database of its own, on which nothing is left of it */
export async function inOne<T> (t: TestContext, work: (store: Store, session: Session) => Promise<T>, wrapped = (session: Session): Session => session): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'zorgpoort-undone-'))
  t.after(() => { rmSync(dir, { recursive: true, force: true }) })
  const open: { db: Db | null, session: Session | null } = { db: null, session: null }
  const session = (): Session => { assert.ok(open.session); return open.session }
  const wrap = (db: Db): Db => {
    open.db = db
    return { ...db, write: work => session().nested(() => work(session())), read: work => work(session()) }
  }
  const store = await openStore({ url: `sqlite:${join(dir, 'it.db')}`, mode: 'test', roots, wrap })
  const made: T[] = []
  try {
    assert.ok(open.db !== null)
    await open.db.write(async session => {
      open.session = wrapped(session)
      made.push(await work(store, open.session))
      throw undo
    }).catch(unlessUndone)
  } finally { await store.close() }
  const [it] = made
  assert.ok(it !== undefined)
  return it
}

/** Does this and undoes it again. @throws what it throws */
export async function undone (session: Session, work: () => Promise<void>): Promise<void> {
  await session.nested(async () => {
    await work()
    throw undo
  }).catch(unlessUndone)
}
