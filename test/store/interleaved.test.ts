/**
 * Every order in which two pushers, a receiver, a person and time can touch three messages of one key, against the real verbs:
 * each step is taken in a part of one transaction and undone again. Mistakes planted in the verbs are found.
 */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { instant } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import type { Acceptance, Finish, PushClaimed, Session, Store } from '../../src/store/store.ts'
import { aanbieder, account, finish, heen, start } from './sample.ts'
import { inOne, undone } from './undoing.ts'

const policy = { first_ms: 10, longest_ms: 10, total_ms: 1_000_000 }
const lease_ms = 10

/** How often each may happen in one story; what a story has left belongs to its state. */
interface Left { readonly ticks: number, readonly fails: number, readonly refusals: number, readonly stops: number, readonly restarts: number, readonly fetches: number, readonly redrives: number }
/** A push in hand: what became of it, once that is known. */
interface Held { readonly claim: PushClaimed, readonly became: 'delivered' | 'later' | 'dead' | null }
interface World {
  readonly now: number
  readonly accepted: number
  readonly held: readonly [Held | null, Held | null]
  /** What the receiver got, by number of the message; and of which the store was told so, or it said so itself. */
  readonly got: ReadonlySet<number>
  readonly marked: ReadonlySet<number>
  /** What was driven again may come after a later one of its key that was under way. */
  readonly redriven: ReadonlySet<number>
  readonly left: Left
}
interface Step { readonly name: string, readonly take: () => Promise<World> }

const ask = (sql: string) => ({ sql, slots: [] })
/** A mistake: another store over the same. */
type Plant = (store: Store, session: () => Session) => Store

class Wrong extends Error {}
function must (holds: boolean, what: string): asserts holds { if (!holds) throw new Wrong(what) }

const explore = async (t: TestContext, budget: Left, plant: Plant = store => store): Promise<{ readonly states: number, readonly wrong: string | null }> =>
  await inOne(t, async (store, session) => await search(plant(store, () => session), session, budget))

/** The second is shown to handlers before it may be pushed. */
const items = [1, 2, 3].map(nth => heen({ order_key: 'one', push: policy, envelope: { received: instant(start + nth) }, delivery: nth === 2 ? 'waiting' : 'offered' }))
const ids = items.map(it => it.envelope.id)
const item = (nth: number): Acceptance => { const it = items[nth]; assert.ok(it); return it }
const nthOf = (id: unknown): number => ids.findIndex(it => it === id)

interface Row { readonly id: number, readonly nth: number, readonly kind: string, readonly state: string, readonly fence: number, readonly due: number, readonly lease: number }

async function rowsOf (session: Session): Promise<Row[]> {
  const rows = await session.all(ask('select d.*, m.id as message_id from delivery d join message m on m.seq = d.message order by d.message'))
  return rows.map(row => ({ id: Number(row['id']), nth: nthOf(row['message_id']), kind: String(row['kind']), state: String(row['state']), fence: Number(row['fence']), due: Number(row['due_ms']), lease: Number(row['lease_until_ms']) }))
}

/** What holds after every step. */
async function look (session: Session, { accepted, got, marked }: World): Promise<Row[]> {
  const rows = await rowsOf(session)
  const states = (await session.all(ask('select id, delivery from message'))).map(row => [nthOf(row['id']), row['delivery']] as const)
  const marks = (await session.all(ask("select message, count(*) as times from audit where event = 'delivered' group by message"))).map(row => [nthOf(row['message']), Number(row['times'])] as const)
  const open = rows.filter(it => it.state !== 'dead')
  must(states.length === accepted, 'every message that was taken is there')
  must(open.filter(it => it.kind === 'push' && it.state === 'due').length <= 1, 'one of a key at a time')
  must(open.length === 0 || open.some(it => it.state === 'due'), 'who waits, waits for somebody')
  for (const [nth, delivery] of states) {
    const row = rows.find(it => it.nth === nth)
    must((row === undefined) === (delivery === 'delivered'), `${nth} is delivered, or there is work left`)
    must((row?.state === 'dead') === (delivery === 'dead'), `${nth} is dead, and so is its work`)
    must(marked.has(nth) === (delivery === 'delivered'), `${nth} is marked when that was told`)
    must(!marked.has(nth) || got.has(nth), `${nth} is marked when its receiver has it`)
  }
  must(marks.length === marked.size && marks.every(([, times]) => times === 1), 'marked once')
  return rows
}

/** Two states that only differ in ids, fences, which pusher is which, and how much time has passed have the same future. */
function keyOf ({ now, accepted, held, marked, redriven, left }: World, rows: readonly Row[]): string {
  const row = (it: Row): string => `${it.nth}${it.kind}${it.state}${it.due > now}${it.lease === 0 ? '' : it.lease > now}`
  const hand = (it: Held | null): string => it === null ? '' : `${nthOf(it.claim.envelope.id)}${it.became}${rows.some(row => row.id === it.claim.delivery && row.fence === it.claim.fence)}`
  return [accepted, rows.map(row).join(), held.map(hand).toSorted().join('|'), [...marked].toSorted().join(''), [...redriven].join(''), Object.values(left).join()].join('/')
}

async function search (store: Store, session: Session, budget: Left): Promise<{ readonly states: number, readonly wrong: string | null }> {
  const seen = new Set<string>()
  const path: string[] = []
  async function visit (world: World): Promise<void> {
    const rows = await look(session, world)
    const key = keyOf(world, rows)
    if (seen.has(key)) return
    seen.add(key)
    for (const step of stepsOf(store, world, rows)) {
      path.push(step.name)
      await undone(session, async () => { await visit(await step.take()) })
      path.pop()
    }
  }
  const first: World = { now: start + 10, accepted: 0, held: [null, null], got: new Set(), marked: new Set(), redriven: new Set(), left: budget }
  try {
    await visit(first)
    return { states: seen.size, wrong: null }
  } catch (error) {
    if (!(error instanceof Wrong)) throw error
    return { states: seen.size, wrong: `${error.message}, after ${path.join(', ')}` }
  }
}

const pushers = [0, 1] as const
type Pusher = typeof pushers[number]
const names = ['A', 'B'] as const

const spent = (world: World, what: keyof Left): World => ({ ...world, left: { ...world.left, [what]: world.left[what] - 1 } })
const inHand = (world: World, who: Pusher, it: Held | null): World => ({ ...world, held: who === 0 ? [it, world.held[1]] : [world.held[0], it] })

/** All that can happen next. */
function stepsOf (store: Store, world: World, rows: readonly Row[]): Step[] {
  const { left, accepted } = world
  const now = instant(world.now)
  const steps: Step[] = []
  const can = (name: string, take: () => Promise<World>): void => { steps.push({ name, take }) }
  if (accepted < items.length) {
    can(`accept ${accepted}`, async () => {
      must((await store.accept([item(accepted)]))[0]?.kind === 'stored', 'it is stored')
      return { ...world, accepted: accepted + 1 }
    })
  }
  if (left.ticks > 0) can('time passes', async () => ({ ...spent(world, 'ticks'), now: world.now + lease_ms }))
  if (left.restarts > 0) {
    can('restart', async () => {
      await store.freeLeases()
      return { ...spent(world, 'restarts'), held: [null, null] }
    })
  }
  const handles = rows.find(it => it.kind === 'handle')
  if (handles !== undefined) {
    can(`handlers let ${handles.nth} through`, async () => {
      const [claim] = await store.claim(1, lease_ms, now)
      must(claim?.delivery === handles.id, 'what handlers are to see they get')
      must((await store.finish([finish(claim, { kind: 'offered', push: policy })], now))[0] === 'done', 'it is offered')
      return world
    })
  }
  const [waits] = rows.filter(it => it.kind === 'push' && it.state !== 'dead')
  if (left.fetches > 0 && waits !== undefined) {
    can(`the receiver fetches ${waits.nth}`, async () => {
      must(await store.acknowledge(ownView(aanbieder), item(waits.nth).envelope.id, account, now) === 'done', 'it may fetch what is pushed')
      return { ...spent(world, 'fetches'), got: new Set(world.got).add(waits.nth), marked: new Set(world.marked).add(waits.nth) }
    })
  }
  const [dead] = rows.filter(it => it.state === 'dead')
  if (left.redrives > 0 && dead !== undefined) {
    can(`redrive ${dead.nth}`, async () => {
      must((await store.redrive([item(dead.nth).envelope.id], { by: null, reason: 'mended', now }, { usual: policy }))[0] === 'redriven', 'what is dead is driven again')
      return { ...spent(world, 'redrives'), redriven: new Set(world.redriven).add(dead.nth) }
    })
  }
  for (const who of pushers) {
    const held = world.held[who]
    if (held === null) can(`${names[who]} claims`, () => claims(store, world, who, rows))
    else if (held.became === null) steps.push(...sends(store, world, who, held))
    else can(`${names[who]} tells`, () => tells(store, world, who, held, rows))
  }
  return steps
}

async function claims (store: Store, world: World, who: Pusher, rows: readonly Row[]): Promise<World> {
  const found = await store.claimPush(aanbieder, 2, lease_ms, instant(world.now))
  const [claim] = found
  must(found.length <= 1, 'one of a key is claimed at a time')
  if (claim === undefined) return world
  const row = rows.find(it => it.id === claim.delivery)
  must(row !== undefined && row.lease <= world.now && row.due <= world.now, 'what is claimed is due and nobody’s')
  must(rows.every(it => it.state === 'dead' || it.nth >= row.nth || world.redriven.has(it.nth)), 'none is claimed before an earlier one of its key')
  must(claim.fence > row.fence, 'a claim has a fence of its own')
  return inHand(world, who, { claim, became: null })
}

/** It is taken, also where the answer is lost; or not; or refused; or the pusher stops before it begins. */
function sends (store: Store, world: World, who: Pusher, held: Held): Step[] {
  const nth = nthOf(held.claim.envelope.id)
  const got = { ...world, got: new Set(world.got).add(nth) }
  const became = (of: World, became: Held['became']) => async (): Promise<World> => inHand(of, who, { ...held, became })
  const steps: Step[] = [{ name: `${names[who]} sends ${nth}`, take: became(got, 'delivered') }]
  if (world.left.fails > 0) {
    steps.push({ name: `${names[who]} fails with ${nth}`, take: became(spent(world, 'fails'), 'later') })
    steps.push({ name: `${names[who]} sends ${nth} and hears nothing`, take: became(spent(got, 'fails'), 'later') })
  }
  if (world.left.refusals > 0) steps.push({ name: `${names[who]} is refused ${nth}`, take: became(spent(world, 'refusals'), 'dead') })
  if (world.left.stops > 0) steps.push({ name: `${names[who]} hands ${nth} back`, take: async () => { await store.release([held.claim]); return inHand(spent(world, 'stops'), who, null) } })
  return steps
}

const outcomeOf = (became: NonNullable<Held['became']>, now: number): Finish['outcome'] => became === 'delivered'
  ? { kind: 'delivered' }
  : became === 'later' ? { kind: 'later', due: instant(now + lease_ms), reason: 'http_503', counts: true } : { kind: 'dead', class: 'functional', reason: 'http_422' }

/** It counts when the claim is the last there was and nobody ended it meanwhile, and only then. */
async function tells (store: Store, world: World, who: Pusher, { claim: { delivery, fence, envelope }, became }: Held, rows: readonly Row[]): Promise<World> {
  assert.ok(became !== null)
  const counts = rows.some(it => it.id === delivery && it.fence === fence && it.state === 'due')
  const [answer] = await store.finish([{ delivery, fence, outcome: outcomeOf(became, world.now) }], instant(world.now))
  must(answer === (counts ? 'done' : 'stale'), `what counts no more is stale: ${answer}`)
  const after = inHand(world, who, null)
  return counts && became === 'delivered' ? { ...after, marked: new Set(world.marked).add(nthOf(envelope.id)) } : after
}

const nothing: Left = { ticks: 0, fails: 0, refusals: 0, stops: 0, restarts: 0, fetches: 0, redrives: 0 }
/** What happens beside sending, a few at a time: all of it at once is more than anybody waits for. */
const stories: Readonly<Record<string, Left>> = {
  'late, failed and handed back': { ...nothing, ticks: 2, fails: 1, stops: 1 },
  'refused and driven again': { ...nothing, ticks: 1, fails: 1, refusals: 1, redrives: 1 },
  'restarted, and fetched by the receiver': { ...nothing, ticks: 1, restarts: 1, fetches: 1 }
}

for (const [story, left] of Object.entries(stories)) {
  test(`${story}: one mark, in order, nothing lost, whatever order things happen in`, { timeout: 300_000 }, async t => {
    const { states, wrong } = await explore(t, left)
    assert.equal(wrong, null)
    t.diagnostic(`${states} states`)
    assert.ok(states > 500, `only ${states} states`)
  })
}

/** @returns each item with the fence that holds now, whatever claim it is of */
const fenceIgnored: Plant = (store, session) => ({
  ...store,
  finish: async (items, now) => {
    const rows = await rowsOf(session())
    return await store.finish(items.map(it => ({ ...it, fence: rows.find(row => row.id === it.delivery)?.fence ?? it.fence })), now)
  }
})

const nextNotFreed: Plant = (store, session) => ({
  ...store,
  finish: async (items, now) => {
    const before = await rowsOf(session())
    const told = await store.finish(items, now)
    for (const { id, state } of before) if (state === 'blocked') await session().run(ask(`update delivery set state = 'blocked' where id = ${id}`))
    return told
  }
})

for (const [what, plant] of [['the fence is ignored', fenceIgnored], ['the next of a key is not freed', nextNotFreed]] as const) {
  test(`planted: ${what}`, { timeout: 300_000 }, async t => {
    const { wrong } = await explore(t, { ...nothing, ticks: 2, fails: 1, stops: 1 }, plant)
    assert.ok(wrong !== null, 'nothing was found')
    t.diagnostic(wrong)
  })
}
