/** Several gateway processes on one PostgreSQL database, of which one is killed, and one stands still for longer than its lease: the rest goes on, in order, and who wakes up does no harm. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { partyCode } from '../../src/core/core.ts'
import { usualJudging } from '../../src/register/register.ts'
import { makeWorld, message, until } from '../flow/world.ts'
import { missing, startPostgres } from '../postgres.ts'
import { openReceivers, reaching } from '../receivers.ts'
import { aParty, putParty } from '../register.ts'
import { assertAcked } from './acked.ts'
import { startChild, type Child } from './child.ts'
import { lineOf } from './ledger.ts'

/** What a process that is not heard of has, passes after so long. */
const lease_ms = 4_000
/** One that stands still in the middle of a transaction holds what it locked until PostgreSQL ends that, after 30 s (`statement_ms_max`); who waits for it begins again then. */
const wait_ms = 120_000

test('one that is killed or stands still is taken over from, every message arrives in the order of its client, and who wakes up does no harm', { skip: missing('bundled') }, async () => {
  const server = await startPostgres()
  after(() => server.close())
  const url = await server.freshDatabase()
  const [world, receivers] = [await makeWorld('test', url), await openReceivers()]
  after(() => receivers.close())
  const destinations = await Promise.all(Array.from({ length: 6 }, async (_, n) => ({ code: partyCode(`4244000${n}`), receiver: await receivers.open() })))
  await world.store(async store => { for (const { code, receiver } of destinations) await putParty(store, aParty(code, { connections: [receiver.connection()], judging: { ...usualJudging, level: 'schema' } })) })
  const over = { ...reaching(world, receivers, destinations.map(it => it.receiver)), lease_ms, poll_ms: 200, log_level: 'info' }
  const children: Child[] = []
  after(async () => { for (const it of children) if (it.process.exitCode === null && it.process.signalCode === null) await it.end('SIGKILL') })
  const start = async (): Promise<Child> => { const child = await startChild(world, over, '', { env: { ZORGPOORT_DEBUG: '1' } }); children.push(child); return child }

  const sent = new Map<string, string[]>(destinations.map(it => [it.code, []]))
  const ledger: string[] = []
  let nth = 0
  /** To each destination so many about one client, taken by each of these in turn. */
  const send = async (by: readonly Child[], each: number): Promise<void> => {
    const clients = by.map(it => world.client('gemeente', it.rest))
    await Promise.all(destinations.map(async ({ code }, at) => {
      for (let n = 0; n < each; n++) {
        const payload = message('WMO301', 1 + at, { ontvanger: code, identificatie: `K${++nth}` })
        const reply = await clients[(n + at) % clients.length]?.post(payload)
        assert.equal(reply?.status, 202, reply?.bytes.toString())
        ledger.push(lineOf(reply.bytes, payload))
        sent.get(code)?.push(reply.told.id)
      }
    }))
  }
  const arrived = (): Promise<true> => until(() => destinations.every(({ code, receiver }) => new Set(receiver.arrived.map(it => it.id)).size === sent.get(code)?.length) || undefined, 'every message', wait_ms)
  const holders = async (): Promise<ReadonlySet<string>> => new Set((await server.query("select distinct process from tenure where name like 'push:%' and process <> ''", [], url.slice(url.lastIndexOf('/') + 1))).map(row => String(row['process'])))

  const [killed, still] = [await start(), await start()]
  await send([killed, still], 3)
  await killed.end('SIGKILL')
  await send([still], 3)
  await arrived()

  const before = await holders()
  const third = await start()
  still.process.kill('SIGSTOP')
  await send([third], 3)
  await arrived()
  const [holder, ...others] = await until(async () => { const its = [...await holders()]; return its.length === 1 ? its : undefined }, 'one that has them all', wait_ms)
  assert.ok(holder !== undefined && others.length === 0 && !before.has(holder))
  still.process.kill('SIGCONT')
  await send([still, third], 3)
  await arrived()

  for (const { code, receiver } of destinations) {
    assert.deepEqual([...new Set(receiver.arrived.map(it => it.id))], sent.get(code), 'in the order in which they were taken')
    assert.deepEqual(receiver.faults, [])
  }
  assert.deepEqual([await still.end('SIGTERM'), await third.end('SIGTERM')], [0, 0])
  assert.deepEqual([...await holders()], [], 'who stops gives back what it has')
  const { promised, delivered } = await assertAcked(world, ledger, { all: true })
  assert.equal(delivered, promised)
})
