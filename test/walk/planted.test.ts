/** Mistakes planted in what is walked over, one of a kind: the walk finds each. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { StoreFailure, type Acceptance, type Db, type Session, type Store } from '../../src/store/store.ts'
import { heen, start } from '../store/sample.ts'
import { sqliteGround } from './sqlite.ts'
import { walk, type Flow } from './walk.ts'

const ground = sqliteGround()
after(() => { ground.remove() })

type Accepting = (store: Store, item: Acceptance) => Promise<unknown>
/** Taking a message in, done otherwise. */
function planted (name: string, accept: Accepting, over: Partial<Flow> = {}): Flow {
  const item = heen()
  return {
    name,
    states: ['nothing', 'stored'],
    least: 3,
    async * run ({ store }) {
      await accept(store, item)
      yield 'stored'
    },
    ...over
  }
}

/** Every statement is a transaction of its own. */
const apart = (db: Db): Db => {
  const session: Session = {
    all: (statement, values) => db.write(it => it.all(statement, values)),
    run: (statement, values) => db.write(it => it.run(statement, values)),
    nested: work => work(),
    era: () => 0
  }
  return { ...db, write: work => work(session) }
}

const usual: Accepting = async (store, item) => await store.accept([item])
/** Tells of it, and then does it. */
const told: Accepting = async (store, item) => {
  await store.note({ at: start, event: 'backed_up', message: null })
  return await store.accept([item])
}
const silent: Accepting = async (store, item) => await store.accept([item]).catch(() => {})
const unclear: Accepting = async (store, item) => await store.accept([item]).catch((error: unknown) => { throw error instanceof StoreFailure ? new TypeError('it is undefined') : error })
/** What comes after it may fail: then it is told once more. */
const twice: Partial<Flow> = {
  async * run ({ store }) {
    await store.note({ at: start, event: 'backed_up', message: null })
    yield 'stored'
    await store.stats(start)
  }
}

const mistakes: ReadonlyArray<readonly [flow: Flow, found: RegExp]> = [
  [planted('a verb of two transactions', told), /goes by its states/],
  [planted('a store without transactions', usual, { options: { wrap: apart } }), /what is left is not "nothing"/],
  [planted('a failure that is kept to itself, and a receipt for nothing', silent), /it was said that it is stored/],
  [planted('a failure of which nobody knows what it means', unclear), /no clear refusal/],
  [planted('what is told anew at every try', usual, twice), /not as if nothing had happened/],
  [planted('a step nobody named', usual, { states: ['nothing', 'stored', 'more'] }), /goes by its states/],
  [planted('hardly any calls', usual, { least: 100 }), /made only/]
]

describe('a mistake is found by the walk', () => {
  for (const [flow, found] of mistakes) test(flow.name, async () => { await assert.rejects(walk(ground, flow), found) })
})
