/** The drill of strikes at named points: a gateway that pushes both ways is struck between two steps, and started again; each message is pushed at least once, the same bytes under one id, in order, and marked once. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageId, type PartyCode } from '../../src/core/core.ts'
import { aanbieder, altered, filler, gemeente, message, until, type Client, type Who, type World } from '../flow/world.ts'
import { reaching, type Arrived, type Receiver, type Receivers } from '../receivers.ts'
import { aParty, putParty } from '../register.ts'
import { assertAcked, type Tally } from './acked.ts'
import { startChild, type Child } from './child.ts'
import { lineOf, openLedger } from './ledger.ts'
import { atMailbox, outside, type AtMailbox, type Outside, type Point } from './points.ts'

export interface Named {
  /** Strikes once, under messages of its own. @param nth of this world: each one its own, also after who strikes was killed */
  strike (nth: number, point: Point, signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
  /** Stops the gateway and looks at all that was promised. */
  settle (): Promise<Tally>
  /** Ends what runs, however that stands. */
  close (): void
  /** How many pushes came. */
  tries (): number
}

export interface NamedOptions {
  readonly world: World
  readonly receivers: Receivers
  /** How long what a killed gateway had is nobody's; nothing waits for it on SQLite. */
  readonly lease_ms?: number
  /** Seals are verified of so many in the end; default: of all. */
  readonly seals_max?: number
}

/** More than sockets hold on both sides, so that who has half of it was sent no more than a part. */
const bulky_bytes = 12_000_000
/** Messages a strike takes numbers for. */
const each = 3

/** Both parties have an endpoint of their own, and what the gemeente gets is judged in full and answered, and pushed also where it was rejected. */
async function makePushed (world: World, receivers: Receivers): Promise<{ readonly there: Receiver, readonly back: Receiver }> {
  const [there, back] = [await receivers.open(), await receivers.open()]
  for (const [code, receiver] of [[gemeente, there], [aanbieder, back]] as const) {
    await world.store(store => putParty(store, aParty(code, { connections: [{ door: 'mailbox', direction: 'both' }, receiver.connection()] })))
  }
  await world.judge(gemeente, { level: 'full', answers: 'automatic', rejected: 'deliver' })
  return { there, back }
}

/** From now on nothing is in flight over old connections, and the next push is struck. */
async function armOutside (receiver: Receiver, point: Outside, strike: () => void): Promise<void> {
  await receiver.stop()
  const once = (): void => { receiver.behave({ kind: 'answer' }); strike() }
  if (point === 'connected') receiver.behave(() => { once(); return { kind: 'mute' } })
  else receiver.behave({ kind: 'call', at: point === 'half' ? 'half' : 'body', call: once })
  await receiver.start()
}

/** What the gateway says of a message and the one that answers it. */
async function told (client: Client, id: string): Promise<{ readonly answer: string } | undefined> {
  const { told } = await client.get(`/v1/messages/${id}`)
  const answer = told['answered_by']
  if (told['delivery'] !== 'delivered' || typeof answer !== 'string') return undefined
  const back = await client.get(`/v1/messages/${answer}`)
  return back.told['delivery'] === 'delivered' ? { answer } : undefined
}

/** One id and one body however often it came, and what is of one key came one after the other. */
function assertArrived (receiver: Receiver, party: PartyCode, chains: ReadonlyArray<readonly string[]>): void {
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
  })
}

const isAtMailbox = (point: Point): point is AtMailbox => atMailbox.some(it => it === point)
const ended = (child: Child): number | NodeJS.Signals | undefined => child.process.exitCode ?? child.process.signalCode ?? undefined

/** Goes on where the ledger in the world's folder says that it was. */
export async function openNamed ({ world, receivers, lease_ms = 60_000, seals_max = Infinity }: NamedOptions): Promise<Named> {
  const { there, back } = await makePushed(world, receivers)
  const file = world.path('strike')
  const receipts = openLedger(world.path('receipts-named'))
  const over = {
    log_level: 'info', ...reaching(world, receivers, [there, back]),
    lease_ms, retry_first_ms: 100, retry_longest_ms: 1_000, breaker_open_ms: 100
  }
  const children = new Set<Child>()
  const all: string[] = []
  const start = async (): Promise<Child> => {
    const child = await startChild(world, over, '', { preload: join(import.meta.dirname, 'struck.ts'), env: { STRIKE: file } })
    children.add(child)
    child.process.once('exit', () => { children.delete(child) })
    return child
  }
  let gateway = start()
  const clients = new Map<string, Client>()
  const clientOf = (who: Who, { rest }: Child): Client => {
    const client = clients.get(`${who} ${rest}`) ?? world.client(who, rest)
    clients.set(`${who} ${rest}`, client)
    return client
  }

  /** Posts until it has a receipt; what got none is posted again, for it may or may not have been taken. @returns its id */
  const receipted = (who: 'gemeente' | 'aanbieder', bytes: Buffer): Promise<string> => until(async () => {
    const reply = await clientOf(who, await gateway).post(bytes).catch(() => null)
    if (reply === null || reply.status === 503) return undefined
    assert.ok(reply.status === 202 || (reply.status === 200 && reply.headers['duplicate'] === 'true'), reply.bytes.toString())
    receipts.write(lineOf(reply.bytes, bytes))
    return reply.told.id
  }, 'a receipt', 60_000)

  /** What follows is struck. @param work what is asked meanwhile, over and over where need be @returns what that gave, of the gateway that came after */
  async function struckAt<T> (point: Point, signal: 'SIGKILL' | 'SIGTERM', work: () => Promise<T>): Promise<T> {
    const child = await gateway
    const exit = new Promise<void>(resolve => { child.process.once('exit', () => { resolve() }) })
    const at = outside.find(it => it === point)
    if (at === undefined) writeFileSync(file, `${point} ${signal}`)
    else await armOutside(there, at, () => { child.process.kill(signal) })
    const working = work()
    await Promise.race([exit, working.then(() => until(() => ended(child), `the strike at ${point}`))])
    assert.equal(ended(child), signal === 'SIGKILL' ? 'SIGKILL' : 0, `${point}: ${child.lines.slice(-5).join('\n')}`)
    gateway = start()
    return await working
  }

  /** Two of one key, and one of another: pushed, judged in full, answered, and the answer pushed. */
  async function pushed (nth: number, point: Point, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const [client, other] = [1 + nth * each, 2 + nth * each]
    const bulk = point === 'half' ? filler(bulky_bytes) : ''
    const chains = [[altered(message('WMO305', client, { identificatie: `A${client}` }), /$/, bulk), message('WMO305', client, { identificatie: `B${client}` })], [message('WMO305', other)]]
    const posting = (): Promise<string[][]> => Promise.all(chains.map(async chain => {
      const ids: string[] = []
      for (const bytes of chain) ids.push(await receipted('aanbieder', bytes))
      return ids
    }))
    const ids = await struckAt(point, signal, posting)
    const sender = clientOf('aanbieder', await gateway)
    const answers: string[] = []
    for (const id of ids.flat()) answers.push((await until(() => told(sender, id), `${point}, ${signal}: the end of ${id}`, 60_000)).answer)
    assertArrived(there, gemeente, ids)
    assertArrived(back, aanbieder, answers.map(it => [it]))
    all.push(...ids.flat(), ...answers)
  }

  /** Of a party that fetches: it says that it has it until that is answered. */
  async function fetched (nth: number, point: AtMailbox, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const id = await receipted('gemeente', message('WMO301', 3 + nth * each, { ontvanger: '42420002' }))
    await struckAt(point, signal, () => until(async () => {
      const reply = await clientOf('otherAanbieder', await gateway).delete(`/v1/mailbox/${id}`).catch(() => null)
      assert.ok(reply === null || [204, 503].includes(reply.status), reply?.bytes.toString())
      return reply?.status === 204 || undefined
    }, 'an acknowledgement', 60_000))
    all.push(id)
  }

  return {
    strike: (nth, point, signal) => isAtMailbox(point) ? fetched(nth, point, signal) : pushed(nth, point, signal),
    async settle () {
      assert.equal(await (await gateway).end('SIGTERM'), 0)
      assert.equal(new Set(all).size, all.length)
      await assertMarked(world, all)
      return await assertAcked(world, receipts.lines(), { all: true, seals_max })
    },
    close () { for (const child of children) child.process.kill('SIGKILL') },
    tries: () => there.arrived.length + back.arrived.length
  }
}
