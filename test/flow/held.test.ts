/** What waits for a person, in the running gateway: a handler that holds or asks for something, and people who decide, over the interface and by the command. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { instant } from '../../src/core/core.ts'
import type { Handler, Outcome, Tools } from '../../src/handle/handle.ts'
import { ends, zorgpoort } from '../bin/command.ts'
import { home } from '../../src/version.ts'
import { largeClaims } from './large-claims.ts'
import { makeWorld, message, until, type Reply, type Running, type Told, type Who, type World } from './world.ts'

const on = (handle: (tools: Tools, id: string) => Promise<Outcome>): Handler =>
  ({ name: 'back-office', on: [{ message: ['WMO301'] }], handle: async ({ id }, tools) => await handle(tools, id) })
const holds = on(async ({ released }) => released === 'as_asked' ? { kind: 'done' } : { kind: 'hold', reason: 'check_budget' })

const body = (it: unknown): [string, Record<string, string>] => [typeof it === 'string' ? it : JSON.stringify(it), { 'content-type': 'application/json' }]
const decide = async (gateway: Running, who: Who, path: string, it: unknown): Promise<Reply> => await gateway.as(who).call('POST', path, ...body(it))
const sent = async (gateway: Running, id: string): Promise<Told> => (await gateway.as('gemeente').get(`/v1/messages/${id}`)).told
const reaches = async (gateway: Running, id: string, delivery: string): Promise<Told> => await until(async () => {
  const told = await sent(gateway, id)
  return told['delivery'] === delivery ? told : undefined
}, `${id} ${delivery}`)
const events = async (gateway: Running, who: Who, id: string): Promise<unknown[]> => (await gateway.as(who).get(`/v1/messages/${id}/history`)).told.events.map(it => [it.event, it.account, it.detail])
const held = async (gateway: Running, query = '', who: Who = 'operator'): Promise<readonly Told[]> => (await gateway.as(who).get(`/v1/operator/held${query}`)).told.messages
const tasks = async (gateway: Running, who: Who, query = ''): Promise<readonly Told[]> => (await gateway.as(who).get(`${who === 'operator' || who === 'auditor' ? '/v1/operator' : '/v1'}/tasks${query}`)).told['tasks'] as readonly Told[]
const command = async (world: World, ...args: string[]) => await zorgpoort([...args, '--database', world.database], { cwd: world.dir })

describe('a message that a handler holds', () => {
  test('waits for a person, also over a restart, and goes on when he releases it: its sender sees all of that, its receiver gets it then', async () => {
    const world = await makeWorld()
    const first = await world.start({}, [holds])
    const { id } = await first.as('gemeente').send(message('WMO301', 1))
    const waiting = await reaches(first, id, 'held')
    assert.deepEqual([Object(waiting['here']).code, Object(waiting['here']).waits_for, Object(waiting['here']).reason], ['held', 'person', 'check_budget'])
    await first.stop()
    const gateway = await world.start({}, [holds])
    const [listed, ...others] = await held(gateway, '?party=0344&type=WMO301&code=check_budget', 'auditor')
    assert.deepEqual([listed?.id, listed?.['held_reason'], listed?.['held_until'], others], [id, 'check_budget', null, []])
    assert.match(String(listed?.['held_since']), /^\d{4}-.*Z$/)
    assert.deepEqual([await held(gateway, '?code=other'), await held(gateway, '?party=0363')], [[], []])
    assert.equal((await gateway.as('aanbieder').get(`/v1/messages/${id}`)).status, 404)
    const reply = await decide(gateway, 'operator', `/v1/operator/held/${id}`, { decision: 'release', reason: 'as_asked' })
    assert.deepEqual([reply.status, reply.told.id, reply.told['delivery']], [200, id, 'waiting'])
    await gateway.as('aanbieder').receives(id)
    assert.deepEqual(await held(gateway), [])
    assert.deepEqual(await events(gateway, 'gemeente', id), [['accepted', 'gemeente', null], ['held', null, 'check_budget'], ['released', null, 'as_asked'], ['offered', null, null]])
    const rows = (await gateway.as('auditor').get(`/v1/operator/audit?message=${id}&event=released`)).told['rows'] as ReadonlyArray<Record<string, unknown>>
    assert.deepEqual(rows.map(it => [it['account'], it['detail']]), [['operator', 'as_asked']])
  })

  test('goes on too when its handler holds it still: a person decided', async () => {
    const gateway = await (await makeWorld()).start({}, [holds])
    const { id } = await gateway.as('gemeente').send(message('WMO301', 2))
    await reaches(gateway, id, 'held')
    await decide(gateway, 'operator', `/v1/operator/held/${id}`, { decision: 'release', reason: 'not_what_it_asks' })
    await gateway.as('aanbieder').receives(id)
  })

  test('holds up nobody else: what comes after it, of the same two parties, arrives before it', async () => {
    let first = ''
    const gateway = await (await makeWorld()).start({}, [on(async ({ released }, id) => { first ||= id; return id === first && released === null ? { kind: 'hold', reason: 'person' } : { kind: 'done' } })])
    const { id } = await gateway.as('gemeente').send(message('WMO301', 3))
    await reaches(gateway, id, 'held')
    const next = await gateway.as('gemeente').send(message('WMO301', 4))
    await gateway.as('aanbieder').receives(next.id)
    assert.equal((await sent(gateway, id))['delivery'], 'held')
  })

  test('is refused: its sender sees who has to mend it and why, its receiver nothing; and it is decided once', async () => {
    const gateway = await (await makeWorld()).start({}, [holds])
    const { id } = await gateway.as('gemeente').send(message('WMO301', 5))
    await reaches(gateway, id, 'held')
    assert.equal((await decide(gateway, 'operator', `/v1/operator/held/${id}`, { decision: 'refuse', reason: 'wrong_gemeente' })).told['delivery'], 'dead')
    const dead = await sent(gateway, id)
    assert.deepEqual([dead['delivery'], dead['dead_reason'], Object(dead['here']).code, Object(dead['here']).waits_for], ['dead', 'wrong_gemeente', 'dead_functional', 'sender'])
    assert.deepEqual((await events(gateway, 'gemeente', id)).at(-1), ['refused_by_person', null, 'wrong_gemeente'])
    assert.equal((await gateway.as('aanbieder').get(`/v1/messages/${id}`)).status, 404)
    for (const decision of ['release', 'refuse']) {
      const again = await decide(gateway, 'operator', `/v1/operator/held/${id}`, { decision, reason: 'x' })
      assert.deepEqual([again.status, again.told.code], [409, 'ZP_DECIDED'])
    }
    const better = await gateway.as('gemeente').call('POST', '/v1/messages', message('WMO301', 6), { 'content-type': 'application/xml', replaces: id })
    assert.equal(better.status, 202, 'its sender may send a better one')
  })

  test('until a moment is looked at again by itself then', async () => {
    let asked = 0
    const gateway = await (await makeWorld()).start({}, [on(async ({ clock, released }) => {
      assert.equal(released, null)
      return ++asked === 1 ? { kind: 'hold', reason: 'cooling_off', until: instant(clock.now() + 1_500) } : { kind: 'done' }
    })])
    const { id } = await gateway.as('gemeente').send(message('WMO301', 7))
    await reaches(gateway, id, 'held')
    assert.match(String((await held(gateway))[0]?.['held_until']), /^\d{4}-.*Z$/)
    await gateway.as('aanbieder').receives(id)
    assert.equal(asked, 2)
  })

  test('is released and refused by the command too, beside the gateway that runs', async () => {
    const world = await makeWorld()
    const gateway = await world.start({}, [holds])
    const [one, other] = [(await gateway.as('gemeente').send(message('WMO301', 8))).id, (await gateway.as('gemeente').send(message('WMO301', 9))).id]
    for (const id of [one, other]) await reaches(gateway, id, 'held')
    ends(await command(world, 'held', 'list'), 0, new RegExp(`${one} {2}WMO301 {2}0344 -> 42420001 {2}check_budget\n`), /2 messages wait for a person: "zorgpoort held release/)
    ends(await command(world, 'held', 'release', one, '--reason', 'as_asked'), 0, /is released/)
    ends(await command(world, 'held', 'refuse', other, '--reason', 'wrong_gemeente'), 0, /is refused/)
    await gateway.as('aanbieder').receives(one)
    assert.equal((await sent(gateway, other))['dead_reason'], 'wrong_gemeente')
    ends(await command(world, 'held', 'list'), 0, /^No message waits for a person\.\n$/)
  })

  test('is decided about in a whole sentence only: what is wrong with it is told, and nothing happens', async () => {
    const gateway = await (await makeWorld()).start({}, [holds])
    const { id } = await gateway.as('gemeente').send(message('WMO301', 10))
    await reaches(gateway, id, 'held')
    for (const [it, says] of [['', /JSON/], [{ decision: 'release' }, /^reason: /], [{ reason: 'x' }, /^decision: /], [{ decision: 'maybe', reason: 'x' }, /^decision: release, refuse$/], [{ decision: 'release', reason: 'Jan is ill' }, /^reason: /], [{ decision: 'release', reason: 'x999900006' }, /^reason: /], [{ decision: 'release', reason: 'x', jansen: 1 }, /^onbekend veld/]] as const) {
      const { status, told } = await decide(gateway, 'operator', `/v1/operator/held/${id}`, it)
      assert.deepEqual([status, told.code], [400, 'ZP_REQUEST'], JSON.stringify(it))
      assert.match(told.detail ?? '', says)
      assert.doesNotMatch(told.detail ?? '', /jansen|Jan|9999/)
    }
    assert.equal((await decide(gateway, 'operator', '/v1/operator/held/019a5c1e-7d00-7000-8000-000000000001', { decision: 'release', reason: 'x' })).status, 404)
    assert.equal((await sent(gateway, id))['delivery'], 'held')
  })
})

describe('a task', () => {
  const asks = on(async ({ clock }) => ({ kind: 'done', tasks: [{ code: 'call_client', due: instant(clock.now() - 1) }, { code: 'check_contract' }] }))

  test('is for the people of who got the message: listed, decided by them once, and nobody else’s', async () => {
    const gateway = await (await makeWorld()).start({}, [asks])
    const { id } = await gateway.as('gemeente').send(message('WMO301', 20))
    await gateway.as('aanbieder').receives(id)
    const [call, check] = (await tasks(gateway, 'aanbieder')).toSorted((a, b) => a.code < b.code ? -1 : 1)
    assert.ok(call !== undefined && check !== undefined)
    assert.deepEqual([call['message'], call['party'], call['handler'], call['overdue'], call['state'], call['decided'], call['links']], [id, '42420001', 'back-office', true, 'open', null, { message: `/v1/messages/${id}` }])
    assert.deepEqual([check.code, check['due'], check['overdue']], ['check_contract', null, false])
    for (const who of ['gemeente', 'otherAanbieder'] as const) {
      assert.deepEqual(await tasks(gateway, who), [])
      const answers: readonly Told[] = await Promise.all([call.id, '019a5c1e-7d00-7000-8000-000000000001'].map(async it => ({ ...(await decide(gateway, who, `/v1/tasks/${it}`, { decision: 'done', reason: 'x' })).told, instance: '' })))
      assert.equal(answers[0]?.code, 'ZP_NOT_FOUND')
      assert.deepEqual(answers[0], answers[1])
    }
    const done = await decide(gateway, 'aanbieder', `/v1/tasks/${call.id}`, { decision: 'done', reason: 'called' })
    assert.deepEqual([done.status, done.told.id, done.told['state']], [200, call.id, 'done'])
    assert.deepEqual((await decide(gateway, 'aanbieder', `/v1/tasks/${call.id}`, { decision: 'refused', reason: 'x' })).told.code, 'ZP_DECIDED')
    assert.equal((await decide(gateway, 'operator', `/v1/operator/tasks/${check.id}`, { decision: 'refused', reason: 'not_needed' })).status, 200)
    const decided = async (who: Who, state: string) => (await tasks(gateway, who, `?state=${state}`)).map(it => [it.code, Object(it['decided']).by, Object(it['decided']).reason])
    assert.deepEqual([await decided('aanbieder', 'done'), await decided('aanbieder', 'refused')], [[['call_client', 'aanbieder', 'called']], [['check_contract', null, 'not_needed']]])
    assert.deepEqual([await decided('auditor', 'done'), await decided('auditor', 'refused')], [[['call_client', 'aanbieder', 'called']], [['check_contract', 'operator', 'not_needed']]])
    assert.deepEqual(await tasks(gateway, 'operator'), [])
    assert.equal((await events(gateway, 'aanbieder', id)).filter(it => /task/.test(String(Object(it)[0]))).length, 4)
    assert.equal((await events(gateway, 'gemeente', id)).filter(it => /task/.test(String(Object(it)[0]))).length, 0, 'what the receiver’s people do is its own affair')
  })

  test('is listed and decided by the command too', async () => {
    const world = await makeWorld()
    const gateway = await world.start({}, [asks])
    const { id } = await gateway.as('gemeente').send(message('WMO301', 21))
    await gateway.as('aanbieder').receives(id)
    const [call, check] = (await tasks(gateway, 'operator', '?party=42420001')).toSorted((a, b) => a.code < b.code ? -1 : 1)
    ends(await command(world, 'tasks', 'list'), 0, new RegExp(`${call?.id ?? ''} {2}42420001 {2}call_client \\(back-office\\) {2}about WMO301 ${id} {2}due .*Z LATE\n`), /2 tasks are open: "zorgpoort tasks done/)
    ends(await command(world, 'tasks', 'done', call?.id ?? '', '--reason', 'called'), 0, /is done\.\n$/)
    ends(await command(world, 'tasks', 'refuse', check?.id ?? '', '--reason', 'not_needed'), 0, /is refused\.\n$/)
    assert.deepEqual(await tasks(gateway, 'aanbieder'), [])
    ends(await command(world, 'tasks', 'list', '--state', 'refused'), 0, /refused .*Z by the command line \(not_needed\)\n/)
  })
})

describe('the handler that README.md shows', () => {
  const claim = async (limit_cents: number, passed_ms: () => number = () => 0): Promise<readonly [Running, string]> => {
    const gateway = await (await makeWorld()).start({}, [largeClaims(limit_cents)], { now: () => instant(Date.now() + passed_ms()) })
    return [gateway, (await gateway.as('aanbieder').send(message('WMO323', 40))).id]
  }
  const state = async (gateway: Running, id: string): Promise<unknown> => (await gateway.as('aanbieder').get(`/v1/messages/${id}`)).told['delivery']

  test('is the one that is tried here', () => {
    const source = readFileSync(join(import.meta.dirname, 'large-claims.ts'), 'utf8')
    assert.ok(readFileSync(join(home, 'README.md'), 'utf8').includes(source.slice(source.indexOf('/** @param')).trimEnd()))
  })

  test('lets a small claim through', async () => {
    const [gateway, id] = await claim(Number.MAX_SAFE_INTEGER)
    await gateway.as('gemeente').receives(id)
    assert.deepEqual(await tasks(gateway, 'gemeente'), [])
  })

  test('holds a large one, until somebody releases it', async () => {
    const [gateway, id] = await claim(0)
    await until(async () => await state(gateway, id) === 'held' || undefined)
    await decide(gateway, 'operator', `/v1/operator/held/${id}`, { decision: 'release', reason: 'checked' })
    await gateway.as('gemeente').receives(id)
  })

  test('lets a large one go after five days, and asks for a look', async () => {
    let passed_ms = 0
    const [gateway, id] = await claim(0, () => passed_ms)
    await until(async () => await state(gateway, id) === 'held' || undefined)
    passed_ms = 5 * 86_400_000
    await gateway.as('gemeente').receives(id)
    assert.deepEqual((await tasks(gateway, 'gemeente')).map(it => [it.code, it['message'], it['overdue']]), [['check_large_claim', id, false]])
  })
})
