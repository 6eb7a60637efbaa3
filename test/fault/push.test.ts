/** Struck at every named point between a message's coming and its mark: each is pushed at least once, the same bytes under one id, in order, and marked once. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { messageId, type PartyCode } from '../../src/core/core.ts'
import { readRoots, rootsIn } from '../../src/vault/vault.ts'
import { aanbieder, altered, filler, gemeente, makeWorld, message, until, type World } from '../flow/world.ts'
import { openReceivers, reaching, type Arrived, type Receiver, type Receivers } from '../receivers.ts'
import { aParty, putParty } from '../register.ts'
import { assertWhole } from '../store/whole.ts'
import { startChild, type Child } from './child.ts'
import { outside, within, type Outside, type Point } from './points.ts'

const signals = ['SIGKILL', 'SIGTERM'] as const
const rounds = signals.flatMap(signal => [...within, ...outside].map((point): { point: Point, signal: typeof signal } => ({ point, signal })))
/** More than sockets hold on both sides, so that who has half of it was sent no more than a part. */
const bulky_bytes = 12_000_000

/** Both parties have an endpoint of their own, and what the gemeente gets is judged in full and answered, and pushed also where it was rejected. */
async function makePushed (receivers: Receivers): Promise<{ readonly world: World, readonly to: Readonly<Record<string, Receiver>> }> {
  const world = await makeWorld()
  const to: Record<string, Receiver> = {}
  for (const code of [gemeente, aanbieder]) {
    const receiver = await receivers.open()
    to[code] = receiver
    await world.store(store => putParty(store, aParty(code, { connections: [{ door: 'mailbox', direction: 'both' }, receiver.connection()] })))
  }
  await world.judge(gemeente, { level: 'full', answers: 'automatic', rejected: 'deliver' })
  return { world, to }
}

/** From now on nothing is in flight over old connections, and the next push is struck. */
async function armOutside (receiver: Receiver, point: Outside, strike: () => void): Promise<void> {
  await receiver.stop()
  const once = (): void => { receiver.behave({ kind: 'answer' }); strike() }
  if (point === 'connected') receiver.behave(() => { once(); return { kind: 'mute' } })
  else receiver.behave({ kind: 'call', at: point === 'half' ? 'half' : 'body', call: once })
  await receiver.start()
}

/** Posts one after the other; what got no receipt is posted again, for it may or may not have been taken. @returns their ids, in order */
async function receipted (world: World, gateway: () => Promise<Child>, chains: ReadonlyArray<readonly Buffer[]>): Promise<string[][]> {
  return await Promise.all(chains.map(async chain => {
    const ids: string[] = []
    for (const bytes of chain) {
      ids.push(await until(async () => {
        const reply = await world.client('aanbieder', (await gateway()).rest).post(bytes).catch(() => null)
        if (reply === null || reply.status === 503) return undefined
        assert.ok(reply.status === 202 || (reply.status === 200 && reply.headers['duplicate'] === 'true'), reply.bytes.toString())
        return reply.told.id
      }, 'a receipt'))
    }
    return ids
  }))
}

/** What the gateway says of a message and the one that answers it. */
async function told (world: World, child: Child, id: string): Promise<{ readonly answer: string } | undefined> {
  const { told } = await world.client('aanbieder', child.rest).get(`/v1/messages/${id}`)
  const answer = told['answered_by']
  if (told['delivery'] !== 'delivered' || typeof answer !== 'string') return undefined
  const back = await world.client('aanbieder', child.rest).get(`/v1/messages/${answer}`)
  return back.told['delivery'] === 'delivered' ? { answer } : undefined
}

/** One id and one body however often it came, and what is of one key came one after the other. */
function assertLedger (receiver: Receiver, party: PartyCode, chains: ReadonlyArray<readonly string[]>): void {
  assert.deepEqual(receiver.faults, [], party)
  for (const ids of chains) {
    const came = receiver.arrived.filter(it => ids.includes(it.id))
    const order = came.map(it => it.id).filter((id, at, all) => id !== all[at - 1])
    assert.deepEqual(order, ids, `${party}: each at least once, and none after a later one`)
    for (const id of ids) assertSame(came.filter(it => it.id === id))
  }
}

function assertSame (tries: readonly Arrived[]): void {
  const [first] = tries
  for (const it of tries) {
    assert.equal(it.idempotency_key, it.id)
    assert.ok(first !== undefined && it.body.equals(first.body) && it.headers['content-type'] === first.headers['content-type'], `${it.id} is the same bytes at each try`)
  }
}

/** Nothing is left to do, and each was marked once. */
async function assertMarked (world: World, ids: readonly string[]): Promise<void> {
  await world.store(async store => {
    for (const id of ids) {
      const it = await store.inspect(messageId(id))
      const marks = it?.history.map(({ event }) => event).filter(event => ['offered', 'rejected', 'delivered', 'dead'].includes(event))
      const offered = it?.message.verdict === 'rejected' ? 'rejected' : 'offered'
      assert.deepEqual([it?.message.delivery, it?.message.work, marks], ['delivered', null, [offered, 'delivered']], id)
    }
    await assertWhole(store, readRoots(rootsIn(world.dir)).audit, [world.ca])
  })
}

test('killed or told to stop at any of the points, nothing is lost, marked twice, out of order or under another id', { timeout: 600_000 }, async t => {
  const receivers = await openReceivers()
  after(() => receivers.close())
  const { world, to } = await makePushed(receivers)
  const [there, back] = [to[gemeente], to[aanbieder]]
  assert.ok(there && back)
  const file = world.path('strike')
  const over = {
    log_level: 'info', ...reaching(world, receivers, [there, back]),
    lease_ms: 60_000, retry_first_ms: 100, retry_longest_ms: 1_000, breaker_open_ms: 100
  }
  const start = async (): Promise<Child> => {
    const child = await startChild(world, over, '', { preload: join(import.meta.dirname, 'struck.ts'), env: { STRIKE: file } })
    t.after(() => { child.process.kill('SIGKILL') })
    return child
  }
  let gateway = start()
  let seed = 0
  const all: string[] = []
  for (const { point, signal } of rounds) {
    const child = await gateway
    const { promise: struck, resolve } = Promise.withResolvers<void>()
    child.process.once('exit', () => { resolve() })
    const at = outside.find(it => it === point)
    if (at === undefined) writeFileSync(file, `${point} ${signal}`)
    else await armOutside(there, at, () => { child.process.kill(signal) })
    const [client, other] = [++seed, ++seed]
    const bulk = at === 'half' ? filler(bulky_bytes) : ''
    // Two of one key, and one of another.
    const chains = [[altered(message('WMO305', client, { identificatie: `A${client}` }), /$/, bulk), message('WMO305', client, { identificatie: `B${client}` })], [message('WMO305', other)]]
    const posting = receipted(world, () => gateway, chains)
    await Promise.race([struck, posting.then(() => until(() => child.process.exitCode ?? child.process.signalCode ?? undefined, `the strike at ${point}`))])
    assert.equal(child.process.exitCode ?? child.process.signalCode, signal === 'SIGKILL' ? 'SIGKILL' : 0, `${point}: ${child.lines.slice(-5).join('\n')}`)
    gateway = start()
    const ids = await posting
    const now = await gateway
    const answers: string[] = []
    for (const id of ids.flat()) answers.push((await until(() => told(world, now, id), `${point}, ${signal}: the end of ${id}`)).answer)
    assertLedger(there, gemeente, ids)
    assertLedger(back, aanbieder, answers.map(it => [it]))
    all.push(...ids.flat(), ...answers)
  }
  assert.equal(await (await gateway).end('SIGTERM'), 0)
  await assertMarked(world, all)
  assert.equal(new Set(all).size, rounds.length * 6)
  const tries = there.arrived.length + back.arrived.length
  t.diagnostic(`${all.length} messages came in ${tries} pushes over ${rounds.length} strikes`)
})
