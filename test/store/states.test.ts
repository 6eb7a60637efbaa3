/**
 * All orders in which things can happen to two or three messages, walked to the end of what can come: at every step the real store says
 * and holds what the model of `states.ts` does, and the model keeps what is promised (`laws.ts`). Mistakes that were once made are found.
 * `STATES_TRIES=2 node --test test/store/states.test.ts` goes further than CI has time for, and with `Infinity` as far as there is.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Session } from '../../src/store/store.ts'
import type { Row, Statement } from '../../src/store/db.ts'
import { home } from '../../src/version.ts'
import { Actor, eventsSql, rowsSql, shown } from './acting.ts'
import { broken, drawn, stuck } from './laws.ts'
import { stories, type Told } from './stories.ts'
import { inOne, undone } from './undoing.ts'
import { graphOf, walk, type Graph, type Walker, type Wrong } from './walking.ts'

/** What is done to a statement before the database gets it. */
type Plant = (sql: string) => string

function planted (session: Session, plant: Plant): Session {
  const known = new Map<Statement, Statement>()
  const of = (statement: Statement): Statement => {
    const it = known.get(statement) ?? { ...statement, sql: plant(statement.sql) }
    known.set(statement, it)
    return it
  }
  return { ...session, all: (statement, values) => session.all(of(statement), values), run: (statement, values) => session.run(of(statement), values) }
}

function walker (actor: Actor, session: Session): Walker {
  const ask = (sql: string): Promise<Row[]> => session.all({ sql, slots: [], kept: true })
  const changes = async (): Promise<number> => Number((await ask('select total_changes() as times'))[0]?.['times'])
  return {
    async go ({ step, says, idle, after, events }, from) {
      const before = await changes()
      const said = await actor.take(step, from).catch((error: unknown) => String(error))
      if (said !== says) return `the store says "${said}", not "${says}"`
      if (idle) return await changes() === before ? null : `the store says "${said}" and changes something`
      const [is, be] = [JSON.stringify(actor.seen(await ask(rowsSql))), JSON.stringify(shown(after))]
      if (is !== be) return `there is ${is}, not ${be}`
      const written = actor.written(await ask(eventsSql(after.written - events.length))).join()
      return written === events.join() ? null : `it is written down that ${written}, not ${events.join()}`
    },
    undone: work => undone(session, work)
  }
}

const walked = (t: TestContext, { story }: Told, graph: Graph, plant: Plant | null = null): ReturnType<typeof walk> =>
  inOne(t, (store, session) => walk(graph, walker(new Actor(store, story), session)), session => plant === null ? session : planted(session, plant))

const inOrder = ({ path, what }: Wrong): string => `${path.map((it, nth) => `${nth + 1}. ${it}`).join('; ')}: ${what}`

const graphs = new Map(Object.entries<Told>(stories).map(([name, told]) => [name, graphOf(told.story, told.steps)]))
const graphNamed = (name: string): Graph => { const it = graphs.get(name); assert.ok(it); return it }

for (const [name, told] of Object.entries<Told>(stories)) {
  test(`${name}: whatever order things happen in`, { timeout: 1_800_000 }, async t => {
    const graph = graphNamed(name)
    assert.deepEqual(broken(graph).slice(0, 3), [])
    if (told.steps === Infinity) assert.equal(stuck(graph).length, 0, 'everything can come to its end')
    const { edges, wrong } = await walked(t, told, graph)
    assert.equal(wrong === null ? null : inOrder(wrong), null)
    assert.equal(edges, graph.edges, 'every edge was walked')
    assert.ok(edges >= told.edges_min, `only ${edges} edges`)
    t.diagnostic(`${graph.nodes.length} states, ${edges} edges${told.steps === Infinity ? ', all there are' : `, at most ${told.steps} steps`}`)
  })
}

/** Mistakes: of which this database was not free once, or on which all rests. */
const mistakes: ReadonlyArray<{ readonly what: string, readonly story: keyof typeof stories, readonly plant: Plant, readonly path: readonly string[] }> = [
  {
    what: 'what was answered and is erased before it was fetched is open for a second answer',
    story: 'the gateway rejects and answers, and so does the receiver',
    plant: sql => /update `message`.*answer_due_ms/s.test(sql) ? sql.replace("case when answer = 'awaited' then 'none' else answer end", "'none'") : sql,
    path: ['accept a', 'A claims', 'A rejects and shows a', 'erase a']
  },
  {
    what: 'what was answered and refused, as was its answer, is answered by nothing when it is driven again',
    story: 'the gateway rejects and answers, and so does the receiver',
    plant: sql => sql.replace("case when answered_by is not null then 'answered' when disowned = 'none' then 'none' else 'awaited' end", 'disowned'),
    path: ['accept a', 'A claims', 'A rejects and shows a', 'disown a', 'disown b', 'redrive a']
  },
  {
    what: 'what had an answer that was rejected can never be answered',
    story: 'two answers to one message, shown to handlers first',
    plant: sql => sql.replace("case when disowned is null then 'awaited' else 'none' end", 'answer'),
    path: ['accept a', 'accept b', 'A claims', 'A rejects b']
  },
  {
    what: 'a result counts whoever has the work by now',
    story: 'two push: two messages of one order key, one of another',
    plant: sql => sql.startsWith('select `d`.`message`, `d`.`kind`') ? sql.replace('`d`.`fence` = ?', '`d`.`fence` >= ?') : sql,
    path: ['accept a', 'A claims a push to the aanbieder', 'time passes', 'B claims a push to the aanbieder', 'A delivers a']
  }
]

for (const { what, story, plant, path } of mistakes) {
  test(`planted: ${what}`, { timeout: 300_000 }, async t => {
    const { wrong } = await walked(t, stories[story], graphNamed(story), plant)
    assert.ok(wrong !== null, 'nothing was found')
    t.diagnostic(inOrder(wrong))
    assert.deepEqual(wrong.path, path)
  })
}

test('src/README.md draws the states as they are', () => {
  const page = readFileSync(join(home, 'src/README.md'), 'utf8')
  const drawings = [...page.matchAll(/```mermaid\nstateDiagram-v2\n(.*?)```/gs)].map(it => it[1]?.trim().split('\n').map(it => it.trim()))
  assert.deepEqual(drawings, [drawn([...graphs.values()], 'delivery'), drawn([...graphs.values()], 'answer')])
})
