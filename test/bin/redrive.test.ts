/** `zorgpoort dead` and `redrive` as an operator uses them: looks, tries it dry, does it, and a running gateway goes on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { instant, newMessageId, partyCode, type DeadClass } from '../../src/core/core.ts'
import type { Handler } from '../../src/handle/handle.ts'
import type { Acceptance } from '../../src/store/store.ts'
import { environment } from '../fault/child.ts'
import { makeWorld, message, until, type World } from '../flow/world.ts'
import { putParty } from '../register.ts'
import { finish, heen } from '../store/sample.ts'
import { ends, zorgpoort } from './command.ts'

const now = (): ReturnType<typeof instant> => instant(Date.now())
const policy = { first_ms: 1, longest_ms: 2, total_ms: 3 }
/** Each for itself: what shares a key goes one after the other. */
const fresh = (): Acceptance => heen({ delivery: 'offered', push: policy, order_key: newMessageId(now()) })

/** Stores messages whose push was given up. */
async function dead (world: World, items: readonly Acceptance[], dies: DeadClass, reason: string): Promise<void> {
  await world.store(async store => {
    await store.accept(items)
    const claims = await store.claimPush(partyCode('12345678'), 1000, 60_000, now())
    assert.equal(claims.length, items.length)
    await store.finish(claims.map(it => finish(it, { kind: 'dead', class: dies, reason })), now())
  })
}

test('what was given up is told in groups and each by itself, with what to do', async () => {
  const world = await makeWorld()
  const env = environment(world)
  ends(await zorgpoort(['dead'], { env }), 0, /^No dead letters\.$/m)
  const [refused, silent] = [[fresh()], [fresh(), fresh()]]
  await dead(world, refused, 'functional', 'http_422.AFGEKEURD_1')
  await dead(world, silent, 'partner_down', 'exhausted: refused_connection')
  const all = await zorgpoort(['dead'], { env })
  ends(all, 0, /^ {6}1 {2}to 12345678 {2}since \S+Z {2}functional {3}http_422\.AFGEKEURD_1\n {6}2 {2}to 12345678 {2}since \S+Z {2}partner_down exhausted: refused_connection\n\n3 dead letters\.\nfunctional: .*\npartner_down: .*\n"zorgpoort redrive"/)
  assert.doesNotMatch(all.out, /transient/)
  ends(await zorgpoort(['dead', '--code', 'refused_connection', '--each'], { env }), 0, new RegExp(`${silent[0]?.envelope.id}[^]*${silent[1]?.envelope.id}[^]*\\n2 dead letters\\.`))
  const json = await zorgpoort(['dead', '--class', 'functional', '--each', '--json'], { env })
  const { since, ...told } = JSON.parse(json.out)
  assert.deepEqual(told, { id: refused[0]?.envelope.id, type: 'WMO301', sender: '0344', receiver: '12345678', class: 'functional', reason: 'http_422.AFGEKEURD_1' })
  assert.ok(Date.parse(since) <= Date.now())
  ends(await zorgpoort(['dead', '--party', 'x'], { env }), 2, /--party is four digits/)
  ends(await zorgpoort(['dead', '--type', 'x'], { env }), 2, /--type is a type of message/)
  ends(await zorgpoort(['dead', '--from', 'x'], { env }), 1, /--from is a date/)
  ends(await zorgpoort(['dead', '--class', 'x'], { env }), 2, /functional, transient, partner_down/)
})

test('is driven again after a dry run: all pages, each message once, by the settings and the party’s own times of now', async () => {
  const world = await makeWorld()
  const env = { ...environment(world), ZORGPOORT_RETRY_FIRST_MS: '1000', ZORGPOORT_RETRY_LONGEST_MS: '2000', ZORGPOORT_RETRY_TOTAL_MS: '77000' }
  const many = Array.from({ length: 1_000 }, fresh)
  const [replaced, other] = [fresh(), fresh()]
  await dead(world, many, 'partner_down', 'exhausted: timeout')
  await dead(world, [replaced], 'partner_down', 'exhausted: timeout')
  await dead(world, [other], 'functional', 'http_422')
  await world.store(async store => { assert.deepEqual((await store.accept([heen({ delivery: 'offered', replaces: replaced.envelope.id })])).map(it => it.kind), ['stored']) })
  const filter = ['redrive', '--code', 'timeout', '--party', '12345678']
  ends(await zorgpoort([...filter, '--dry-run'], { env }), 0, /^1000 messages would be driven again; nothing was changed[^]*\n1 message would not be:\n {6}1 {2}replaced {5}its sender sent another instead\n/)
  ends(await zorgpoort(filter, { env }), 2, /--reason is missing/)
  ends(await zorgpoort([...filter, '--reason', 'Jan Jansen'], { env }), 2, /it is a code such as /)
  ends(await zorgpoort(['redrive', '--reason', 'x'], { env }), 2, /say which: ids, a filter/)
  ends(await zorgpoort(['redrive', '--reason', 'x', '--all', '--code', 'timeout'], { env }), 2, /say either ids, or a filter, or --all/)
  ends(await zorgpoort(['redrive', '--reason', 'x', 'Jansen'], { env }), 2, /that is no id/)
  ends(await zorgpoort([...filter, '--reason', 'endpoint_repaired'], { env }), 0, /^1000 messages driven again; a running gateway takes them at its next look\n1 message not driven again:\n[^]*replaced/)
  const db = new Database(world.path('zorgpoort.db'))
  assert.deepEqual(db.prepare('select state, first_ms, longest_ms, total_ms, attempts, count(*) as n from delivery group by 1, 2, 3, 4, 5 order by 1, 2').raw().all(), [['dead', 1, 2, 3, 1, 2], ['due', 1000, 2000, 77_000, 0, 1000]])
  assert.equal(db.prepare('select count(*) from delivery group by message having count(*) > 1').all().length, 0)
  assert.deepEqual(db.prepare("select count(*), count(distinct message), max(detail), max(account) from audit where event = 'redriven'").raw().all(), [[1000, 1000, 'endpoint_repaired', null]])
  db.close()
  ends(await zorgpoort([...filter, '--reason', 'endpoint_repaired'], { env }), 0, /^0 messages driven again/)
  ends(await zorgpoort(['redrive', '--all', '--class', 'functional'], { env }), 2)
  const named = [other.envelope.id, replaced.envelope.id]
  const json = await zorgpoort(['redrive', ...named, '--reason', 'x', '--json'], { env })
  assert.deepEqual([json.code, JSON.parse(json.out)], [1, { dry_run: false, counts: { redriven: 1, absent: 0, not_dead: 0, answered: 0, replaced: 1, payload_gone: 0 }, skipped: [{ id: named[1], outcome: 'replaced' }] }])
  ends(await zorgpoort(['redrive', '--type', 'JW301', '--dry-run'], { env }), 0, /^No dead letters match\.$/m)
})

test('a running gateway takes at its next look what the command drove again', async () => {
  const world = await makeWorld()
  let open = false
  const gate: Handler = { name: 'gate', on: [{ message: ['WMO301'] }], handle: async () => open ? { kind: 'done' } : { kind: 'later', after_ms: 20, reason: 'waits' } }
  const gateway = await world.start({ poll_ms: 100 }, [gate])
  const { id } = await gateway.as('gemeente').send(message('WMO301', 1))
  const families = async (...all: ReadonlyArray<'iwmo' | 'ijw'>): Promise<void> => await world.store(async store => {
    const party = (await store.register()).parties.find(it => it.code === '42420001')
    assert.ok(party)
    await putParty(store, { ...party, families: all })
  })
  await families('ijw')
  open = true
  await until(async () => (await gateway.as('gemeente').get(`/v1/messages/${id}`)).told['delivery'] === 'dead' || undefined)
  await families('iwmo', 'ijw')
  ends(await zorgpoort(['redrive', id, '--reason', 'party_is_back'], { env: environment(world) }), 0, /^1 message driven again/)
  await gateway.as('aanbieder').receives(id)
})
