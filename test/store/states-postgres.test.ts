/**
 * Long paths through the states of `states.ts` on PostgreSQL, drawn from a seed and led to where was least gone: each of the two who work
 * is a process of its own, and every step a transaction that is committed. `STATES_TRIES` goes so many times as often.
 */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { migrate, openStore, type Db, type Store } from '../../src/store/store.ts'
import { chances as drawer } from '../chances.ts'
import { missing, startPostgres } from '../postgres.ts'
import { Actor, rowsSql, shown } from './acting.ts'
import { roots } from './sample.ts'
import { beginning, here, inWords, keyOf, type State, type Step, type Story } from './states.ts'
import { stepped, stepsOf } from './stepping.ts'
import { stories, tries, type Told } from './stories.ts'

const [walks, steps] = [6 * Math.min(tries, 1_000), 40]
/** Each walk begins so much after the one before: what processes know of a queue goes by a clock that goes on. */
const apart = 1_000

/** One walk after another through a story, all drawn by one. */
class Wanderer {
  readonly story: Story
  readonly draw: () => number
  /** How often each edge was gone along. */
  readonly gone = new Map<string, number>()
  constructor (story: Story, draw: () => number) { this.story = story; this.draw = draw }

  /** One of those that were gone along least. Where each gateway is one of several none frees the leases of all, and what one hands back another finds some seconds later. */
  next (state: State): Step | null {
    const may = stepsOf(this.story, state).filter(({ verb }) => verb !== 'restart' && verb !== 'hands back')
    // What changes nothing leads nowhere: it is gone along when all else was.
    const often = (step: Step): number => (this.gone.get(`${keyOf(state)} ${inWords(step)}`) ?? 0) + (stepped(this.story, state, step).idle ? 1 : 0)
    const least = Math.min(...may.map(often))
    const rare = may.filter(it => often(it) === least)
    // Nothing is left that could happen.
    if (may.every(it => it.verb === 'time passes' || stepped(this.story, state, it).idle)) return null
    const step = rare[Math.floor(this.draw() * rare.length)] ?? null
    if (step !== null) this.gone.set(`${keyOf(state)} ${inWords(step)}`, least + 1)
    return step
  }
}

const skip = missing('bundled')
describe('states on PostgreSQL', { skip }, async () => {
  const server = skip === false ? await startPostgres() : null
  after(async () => { await server?.close() })
  assert.ok(server)
  const url = await server.freshDatabase()
  await migrate(url)

  const dbs: Db[] = []
  const open = (): Promise<Store> => openStore({ url, mode: 'test', roots, wrap: db => { dbs.push(db); return db } })
  const [one, other] = [await open(), await open()]
  after(async () => { for (const it of [one, other]) await it.close() })
  const [db] = dbs
  assert.ok(db)

  async function wander (by: Wanderer, db: Db, begins: number): Promise<void> {
    const { story } = by
    await db.write(session => session.run({ sql: 'delete from message', slots: [] }))
    const first = new Actor(one, story)
    const second = first.beside(other)
    const [path, written]: [string[], string[]] = [[], []]
    let state = { ...beginning(story), now: begins }
    for (let nth = 0; nth < steps; nth++) {
      const step = by.next(state)
      if (step === null) break
      path.push(inWords(step))
      const { after, says, events } = stepped(story, state, step)
      const actor = 'who' in step && step.who === 'B' ? second : first
      assert.equal(await actor.take(step, state), says, path.join(', '))
      // Who reads is told these two apart.
      written.push(...events.flatMap(it => it.endsWith(' accepted offered') ? [it.replace(' offered', ''), it.replace('accepted ', '')] : it))
      state = after
      const rows = await db.read(session => session.all({ sql: rowsSql, slots: [] }))
      assert.deepEqual(actor.seen(rows), shown(state), path.join(', '))
    }
    for (const { name } of here(state)) {
      const history = (await one.inspect(first.item(name).envelope.id))?.history ?? []
      const told = first.written(history.map(({ event, detail }) => ({ message: first.item(name).envelope.id, event, detail })))
      assert.deepEqual(told.toSorted(), written.filter(it => it.startsWith(`${name} `)).toSorted(), path.join(', '))
    }
  }

  for (const [nth, [name, { story }]] of Object.entries<Told>(stories).entries()) {
    test(`${name}: long ways through it`, { timeout: 1_800_000 }, async t => {
      const by = new Wanderer(story, drawer(nth + 1))
      for (let walk = 0; walk < walks; walk++) await wander(by, db, (nth * walks + walk + 1) * apart)
      t.diagnostic(`${by.gone.size} edges`)
      assert.ok(by.gone.size >= 25, `only ${by.gone.size} edges`)
    })
  }
})
