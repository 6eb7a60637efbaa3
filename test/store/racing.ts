/**
 * Contract of the store: whatever several processes do at the same moment to the same few things, each verb is done as if one went after
 * the other. Storms of mixed verbs, drawn from a seed, and what holds after them.
 */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { newMessageId, newReferentienummer, sha256Hex, type MessageId } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import type { Statement } from '../../src/store/db.ts'
import type { Acceptance, Accepted, Claimed, Db, Finish, Session, Store } from '../../src/store/store.ts'
import { chances as drawer } from '../chances.ts'
import { byDoor, noticeTo } from './arriving.ts'
import { ask, bringing, markOf, pair, toegewezen } from './facts.ts'
import { aanbieder, account, gemeente, heen, later, retour, roots, type OpenStore } from './sample.ts'
import { assertWhole } from './whole.ts'

const policy = { first_ms: 1_000, longest_ms: 5_000, total_ms: 30_000 }
const lease_ms = 10_000
const quota = 4
const [numbers, texts, keys] = [30, 2, ['one', 'two']] as const

/** What all who take part know. */
interface World {
  readonly draw: () => number
  /** Messages that may be brought, again and again. */
  readonly items: readonly Acceptance[]
  /** Every answer that a message was given. */
  readonly told: Array<{ readonly item: Acceptance, readonly result: Accepted }>
  /** Versions of history against which something was recorded that changed it. */
  readonly judged: number[]
  readonly kept: Array<string | null>
  readonly counts: Record<string, number>
  now: number
}
const one = <T>({ draw }: World, of: readonly T[]): T => {
  const it = of[Math.floor(draw() * of.length)]
  assert.ok(it !== undefined)
  return it
}

/** The same Identificatie by several ways: with another text, under another number, to be pushed, looked at or fetched. */
function itemsOf (draw: () => number): Acceptance[] {
  const wires = Array.from({ length: 3 }, () => newReferentienummer())
  const chance = (of: number): boolean => draw() < of
  return Array.from({ length: numbers * 3 }, (_, nth) => {
    const person = chance(0.5) ? 1 : 2
    const number = wires[Math.floor(draw() * wires.length)]
    const over = {
      payload: `<Bericht>${nth % numbers} ${nth % texts}</Bericht>`,
      order_key: keys[nth % keys.length] ?? null,
      ...(chance(0.6) ? { push: policy } : {}),
      delivery: chance(0.7) ? 'waiting' as const : 'offered' as const,
      envelope: { identificatie: `S${nth % numbers}` }
    }
    const item = nth % 3 === 0 && number !== undefined ? byDoor(newReferentienummer(), {}, over) : bringing([toegewezen(String(nth % numbers))], [markOf(person)], { ...over, header: { nth: String(nth % numbers) } })
    return nth % 3 === 0 && number !== undefined && item.wire != null ? { ...item, wire: { ...item.wire, number } } : item
  })
}

const anew = (item: Acceptance): Acceptance => ({ ...item, envelope: { ...item.envelope, id: newMessageId(later(0)), referentienummer: newReferentienummer() } })
async function bring (store: Store, { told }: World, item: Acceptance): Promise<void> {
  for (const result of await store.accept([item])) told.push({ item, result })
}
const storedOf = ({ told }: World): Acceptance[] => told.flatMap(({ item, result }) => result.kind === 'stored' && item.correlation === null ? [item] : [])
const someId = (world: World): MessageId => one(world, world.told.length === 0 ? [newMessageId(later(0))] : world.told.map(({ result, item }) => result.kind === 'stored' ? result.id : item.envelope.id))

function outcomeOf (world: World, pushed: boolean): Finish['outcome'] {
  const reason = 'because'
  return one<Finish['outcome']>(world, [
    { kind: 'delivered' }, { kind: 'offered', push: pushed ? null : policy }, ...(pushed ? [] : Array<Finish['outcome']>(4).fill({ kind: 'offered', push: policy })), { kind: 'later', due: later(world.now), reason, counts: true },
    { kind: 'dead', class: 'functional', reason }, ...(pushed ? [] : [{ kind: 'held' as const, reason }, { kind: 'rejected' as const, findings: [], deliver: true, push: policy }])
  ])
}
const finishOf = ({ delivery, fence }: Claimed, outcome: Finish['outcome'], more: Partial<Finish> = {}): Finish => ({ delivery, fence, outcome, ...more })

/** All that somebody may do. */
const deeds: ReadonlyArray<readonly [name: string, times: number, deed: (store: Store, world: World) => Promise<void>]> = [
  ['bring', 8, (store, world) => bring(store, world, anew(one(world, world.items)))],
  ['answer', 3, async (store, world) => {
    const asked = storedOf(world)
    if (asked.length > 0) await bring(store, world, retour(one(world, asked), { delivery: 'offered', push: policy, order_key: null, voids: world.draw() < 0.5 }))
  }],
  ['work', 5, async (store, world) => {
    const known = await ask(store, {})
    for (const claim of await store.claim(2, lease_ms, later(world.now))) {
      const counts = claim.envelope.identificatie.startsWith('S') && claim.envelope.door === 'rest'
      const outcome = outcomeOf(world, false)
      const [done] = await store.finish([finishOf(claim, outcome, { history: { pair, version: known.version } })], later(world.now))
      if (done === 'done' && counts && (outcome.kind === 'offered' || outcome.kind === 'delivered')) world.judged.push(known.version)
      if (done === 'outdated') await store.release([claim])
    }
  }],
  ['push', 6, async (store, world) => {
    for (const party of [aanbieder, gemeente]) {
      const claims = await store.claimPush(party, 2, lease_ms, later(world.now))
      await store.finish(claims.map(claim => finishOf(claim, outcomeOf(world, true))), later(world.now))
    }
  }],
  ['fetch', 3, async (store, world) => { for (const party of [aanbieder, gemeente]) await store.acknowledge(ownView(party), someId(world), account, later(world.now)) }],
  ['disown', 1, async (store, world) => {
    const finding = { level: 1 as const, code: 'StUF055', line: null, path: '', found: '', expected: '', message: '', message_en: '' }
    await store.disown(ownView(aanbieder), someId(world), { code: 'StUF055', finding }, account, noticeTo(), later(world.now))
  }],
  ['redrive', 2, async (store, world) => { await store.redrive([someId(world), someId(world), someId(world)], { by: account, reason: 'mended', now: later(world.now) }, { usual: policy }) }],
  ['give up', 1, async (store, world) => { await store.giveUp(aanbieder, later(world.now - 60_000), 3, later(world.now)) }],
  ['decide', 1, async (store, world) => { await store.decideHeld(someId(world), world.draw() < 0.5 ? 'release' : 'refuse', { by: account, reason: 'seen', now: later(world.now) }) }],
  ['refuse', 1, async (store, world) => {
    const identificatie = `S${Math.floor(world.draw() * numbers)}`
    const bytes = { sha256: sha256Hex(String(Math.floor(world.draw() * 99)).padStart(64, '0')), size_bytes: 3, payload: Buffer.from('<a>') }
    world.kept.push(await store.keepRefused({ id: newMessageId(later(0)), at: later(0), party: gemeente, account, door: 'rest', family: 'iwmo', type: 'WMO301', identificatie, code: 'ZP_SCHEMA', detail: null, findings: [], replaces: null, ...bytes }, quota))
  }],
  ['erase', 0.3, async (store, world) => {
    const person = [markOf(world.draw() < 0.5 ? 1 : 2)]
    await store.erase((await store.subjects(person)).slice(0, 2).map(it => it.seq), person, { shared: true, undelivered: world.draw() < 0.5, account, now: later(world.now) })
  }],
  ['complete', 0.3, (store, world) => store.completeFrom(pair, '2026-01-01', later(world.now))],
  ['tell', 1, async (store, world) => {
    const claim = await store.claimNotice(gemeente, lease_ms, later(world.now))
    if (claim !== null) await store.finishNotice({ delivery: claim.delivery, fence: claim.fence, outcome: { kind: 'delivered' } }, later(world.now))
  }],
  ['time', 1, async (_store, world) => { world.now += 4_000 }]
]
const chances = deeds.flatMap(([name, times, deed]) => Array.from({ length: Math.ceil(times * 3) }, () => ({ name, deed })))

/** Many go on at once for a while. @throws Error naming the deed, where one fails */
async function storm (stores: readonly Store[], world: World, steps: number): Promise<void> {
  await Promise.all(stores.flatMap(store => Array.from({ length: 4 }, async () => {
    for (let step = 0; step < steps; step++) {
      const { name, deed } = one(world, chances)
      world.counts[name] = (world.counts[name] ?? 0) + 1
      await deed(store, world).catch((error: unknown) => { throw new Error(`${name} failed`, { cause: error }) })
    }
  })))
}

/** Works until nothing is left that goes on by itself; each ends. */
async function drain ([store]: readonly Store[], world: World): Promise<void> {
  assert.ok(store)
  for (let [round, quiet] = [0, 0]; quiet < 2; round++) {
    assert.ok(round < 500, 'it does not come to an end')
    world.now += 2 * lease_ms
    const now = later(world.now)
    const [claims, pushes] = [await store.claim(50, lease_ms, now), [...await store.claimPush(aanbieder, 50, lease_ms, now), ...await store.claimPush(gemeente, 50, lease_ms, now)]]
    quiet = claims.length + pushes.length === 0 ? quiet + 1 : 0
    await store.finish(claims.map(it => finishOf(it, { kind: 'offered', push: policy })), now)
    await store.finish(pushes.map(it => finishOf(it, { kind: 'delivered' })), now)
  }
}

const rowsOf = async (db: Db, sql: string) => await db.read(session => session.all({ sql, slots: [] }))

/** Each question finds what may not be. */
export const never: Readonly<Record<string, string>> = {
  'two pushes of one key are due': "select target, order_key from delivery where kind = 'push' and state = 'due' group by target, order_key having count(*) > 1",
  'a push is blocked with nothing in its way': `select b.message from delivery as b where b.state = 'blocked' and not exists (select 1 from delivery as o where o.target = b.target and o.order_key = b.order_key
    and o.id <> b.id and ((o.kind = 'push' and o.state = 'due') or (o.message < b.message and (o.state = 'blocked' or (o.kind = 'handle' and o.state = 'due')))))`,
  'what is left to do is not what its state says': `select m.seq, m.delivery, d.kind, d.state from message as m left join delivery as d on d.message = m.seq where not (
    (m.delivery in ('none', 'delivered') and d.id is null) or (m.delivery = 'waiting' and d.kind = 'handle' and d.state = 'due') or (m.delivery = 'held' and d.state = 'held')
    or (m.delivery = 'dead' and d.state = 'dead') or (m.delivery = 'offered' and (d.id is null or (d.kind = 'push' and d.state in ('due', 'blocked')))))`,
  'a message has work twice': 'select message from delivery group by message having count(*) > 1',
  'a message was delivered twice': `select message from audit where message is not null group by message
    having sum(case when event = 'delivered' then 1 else 0 end) > 1 + sum(case when event in ('redriven', 'dead') then 1 else 0 end)`,
  'a message was accepted twice': "select message from audit where event = 'accepted' group by message having count(*) > 1",
  'a message was answered twice': `select message from audit where message in (select id from message where payload_gone_why is null) group by message
    having sum(case when event = 'answered' then 1 else 0 end) - sum(case when event = 'unanswered' then 1 else 0 end) not in (0, 1)`,
  'an answer does not know what it answers': "select m.id from message as m where (m.answer = 'answered' and m.answered_by is null) or (m.answer = 'awaited' and m.answered_by is not null)",
  'a message by a door has no number': "select id from message where door = 'ggk' and id not in (select message from arrival where message is not null)",
  'facts have no person that can be opened': 'select f.source from fact as f left join person as p on p.id = f.person where f.person is not null and f.body is not null and p.data_key is null',
  'a message has lost its payload': 'select seq from message where payload_gone_ms is null and seq not in (select message from payload)',
  'an erased message has marks': "select m.seq from message as m join client as c on c.message = m.seq where m.payload_gone_why = 'erased'",
  'two are told at once': "select target from notice where state = 'due' and lease_until_ms > 0 group by target having count(*) > 1"
}

/** @returns what is not as it should be */
async function wrongIn (db: Db, store: Store, { told, judged, kept }: World): Promise<string[]> {
  const wrong: string[] = []
  // Until then what happened last is not in the chain.
  await store.auditHead()
  for (const [what, sql] of Object.entries(never)) {
    const rows = await rowsOf(db, sql)
    if (rows.length > 0) wrong.push(`${what}: ${JSON.stringify(rows)}`)
  }
  const stored = told.filter(({ result }) => result.kind === 'stored')
  for (const [identificatie, all] of Map.groupBy(stored, ({ item: { envelope } }) => envelope.identificatie)) if (all.length > 1) wrong.push(`${identificatie} was stored ${all.length} times`)
  for (const [number, all] of Map.groupBy(stored, ({ item: { wire } }) => wire?.number)) if (number !== undefined && all.length > 1) wrong.push(`the number ${number} was taken ${all.length} times`)
  for (const { item, result } of told) {
    if (result.kind !== 'duplicate') continue
    const first = stored.find(it => it.item.envelope.identificatie === item.envelope.identificatie)
    if (first === undefined || !Buffer.from(first.item.receipt).equals(result.receipt)) wrong.push(`${item.envelope.identificatie} was told another receipt`)
  }
  const ids = new Set((await rowsOf(db, 'select id from message')).map(row => row['id']))
  if (stored.some(({ result }) => result.kind === 'stored' && !ids.has(result.id)) || ids.size !== stored.length) wrong.push('what was stored is not what is there')
  if (new Set(judged).size !== judged.length) wrong.push(`two were recorded against one version of history: ${judged.join()}`)
  const many = new Set(kept.filter(it => it !== null)).size
  if (many > quota) wrong.push(`${many} refused messages were kept, of ${quota}`)
  await ask(store, { clients: [[markOf(1)], [markOf(2)]], ofClients: ['301:ToegewezenProduct'] }).catch((error: unknown) => { wrong.push(`what is kept of persons cannot be opened: ${String(error)}`) })
  return wrong
}

/** Now and then somebody waits between two statements, so that others come in between. */
export const dawdling = (draw: () => number) => (db: Db): Db => {
  const slow = (session: Session): Session => {
    const later = async <T>(work: () => Promise<T>): Promise<T> => {
      if (draw() < 0.15) await pause(draw() * 4)
      return await work()
    }
    return { ...session, all: (it, values) => later(() => session.all(it, values)), run: (it, values) => later(() => session.run(it, values)) }
  }
  return { ...db, write: (work, weight) => db.write(session => work(slow(session)), weight) }
}

/** A planted mistake: rows that are to be changed are read as if nobody else were there. */
export function unlocked (db: Db): Db {
  const without = (it: Statement): Statement => it.sql.includes('skip locked') ? it : { sql: it.sql.replace(/ for no key update( of ("\w+"(, )?)+)?/, ''), slots: it.slots }
  return { ...db, write: (work, weight) => db.write(session => work({ ...session, all: (it, values) => session.all(without(it), values) }), weight) }
}

/** Opens stores on one database as several processes would. */
export type OpenSeveral = (t: TestContext, wrap: (db: Db) => Db) => Promise<readonly Store[]>

/** One storm, and what is wrong after it, and after everything has come to its end. @param plant another mistake for each */
export async function raced (t: TestContext, open: OpenSeveral, seed: number, steps = 25, plant: (db: Db) => Db = db => db): Promise<string[]> {
  const draw = drawer(seed)
  let seen: Db | null = null
  const stores = await open(t, db => dawdling(draw)(plant(seen = db)))
  const world: World = { draw, items: itemsOf(draw), told: [], judged: [], kept: [], counts: {}, now: 100 }
  const [store] = stores
  assert.ok(store !== undefined && seen !== null)
  try {
    await storm(stores, world, steps)
    const wrong = await wrongIn(seen, store, world)
    if (wrong.length > 0) return wrong
    await drain(stores, world)
    return [...await wrongIn(seen, store, world), ...(await rowsOf(seen, "select message from delivery where state in ('due', 'blocked')")).map(row => `never came to its end: ${String(row['message'])}`)]
  } finally { t.diagnostic(`seed ${seed}: ${world.told.length} brought, ${world.judged.length} recorded against history`) }
}

export function raceContract (open: OpenStore, several: boolean): void {
  let databases = 0
  const openBoth: OpenSeveral = async (t, wrap) => {
    const name = `racing-${++databases}`
    const first = await open(name, { wrap })
    // Of a file one process at a time is the server.
    const stores = several ? [first, await open(name, { wrap })] : [first]
    t.after(async () => { for (const store of stores) await store.close() })
    return stores
  }
  describe('many at once', () => {
    for (const seed of [1, 2, 3]) {
      test(`whatever is done at one moment is done as if one went after the other: storm ${seed}`, async t => {
        const stores: Store[] = []
        const keep: OpenSeveral = async (t, wrap) => { stores.push(...await openBoth(t, wrap)); return stores }
        assert.deepEqual(await raced(t, keep, seed), [])
        for (const store of stores.slice(0, 1)) await assertWhole(store, roots.audit)
      })
    }
    test('of the same message brought many times at once one is stored', async t => {
      const stores = await openBoth(t, db => db)
      const item = heen()
      const results = (await Promise.all(stores.flatMap(store => Array.from({ length: 10 }, () => store.accept([anew(item)]))))).flat()
      assert.deepEqual(results.map(it => it.kind).toSorted(), [...Array<string>(results.length - 1).fill('duplicate'), 'stored'])
    })
  })
}
