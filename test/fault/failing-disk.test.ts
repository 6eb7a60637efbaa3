/** A disk that is full, has errors or is slow, and is well again later: a clear no meanwhile, no receipt for what may be lost, and the same gateway goes on by itself. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { altered, makeWorld, message, until, type Client, type Reply, type Told } from '../flow/world.ts'
import { assertAcked } from './acked.ts'
import { startChild, type Child } from './child.ts'
import { errno, makeDisk, masks, needDisk, type Disk } from './disk.ts'
import { allOffered } from './lanes.ts'
import { lineOf } from './ledger.ts'

const bulky = (seed: number): Buffer => altered(message('WMO301', seed, { identificatie: `F${seed}` }), /$/, ' '.repeat(20_000))

/** A gateway on such a disk, and everything that was sent to it. */
async function makeFailing (t: TestContext) {
  const world = await makeWorld()
  const disk = makeDisk(world.path('zorgpoort.db'))
  const child: Child = await startChild(world, { log_level: 'info', lease_ms: 5_000 }, '', { env: disk.env })
  t.after(async () => { if (child.process.exitCode === null && child.process.kill('SIGKILL')) await once(child.process, 'exit') })
  assert.ok(disk.get('syncs') > 0, 'it is on that disk')
  const client: Client = world.client('gemeente', child.rest)
  let seed = 0
  const receipts = new Map<number, Told>()
  const ledger: string[] = []
  /** @returns what was not taken */
  const send = async (seeds: readonly number[]): Promise<Array<[number, Reply]>> => {
    const replies = await Promise.all(seeds.map(async it => [it, await client.post(bulky(it))] as [number, Reply]))
    for (const [it, { status, told, bytes }] of replies) {
      if (status !== 202) continue
      receipts.set(it, told)
      ledger.push(lineOf(bytes, bulky(it)))
    }
    return replies.filter(([, { status }]) => status !== 202)
  }
  const next = (count: number): number[] => Array.from({ length: count }, () => ++seed)
  const ready = async (): Promise<[number, unknown]> => {
    const answer = await fetch(`${child.operations}/health/ready`)
    return [answer.status, Object(await answer.json()).reason]
  }
  /** Stops it, and sees that all that has a receipt is there, once, readable, and nothing else. */
  const honoured = async (): Promise<void> => {
    await allOffered(child.operations)
    assert.equal(await child.end('SIGTERM'), 0)
    await assertAcked(world, ledger, { all: true })
  }
  return { child, client, disk, receipts, send, next, ready, honoured }
}

const stops: ReadonlyArray<readonly [string, Parameters<Disk['set']>[0]]> = [
  ['is full', { write_mask: masks.all, write_errno: errno.ENOSPC }],
  ['is full in the middle of a transaction', { write_mask: masks.all, write_errno: errno.ENOSPC, writes_left: 3 }],
  ['has errors where it writes', { write_mask: masks.all, write_errno: errno.EIO }],
  ['has errors where it syncs', { sync_mask: masks.all, sync_errno: errno.EIO }]
]

type Failing = Awaited<ReturnType<typeof makeFailing>>

/** Nothing is taken meanwhile, the gateway says so, and goes on by itself. */
async function stopped ({ child, client, disk, receipts, send, next, ready }: Failing): Promise<void> {
  for (const [what, how] of stops) {
    assert.deepEqual(await send(next(5)), [], `before it ${what}`)
    const [first] = receipts.values()
    const before = disk.get('writes_refused') + disk.get('syncs_refused')
    disk.set(how)
    const refused = await send(next(8))
    assert.ok(refused.length >= ('writes_left' in how ? 1 : 8), what)
    for (const [, { status, told, headers }] of refused) assert.deepEqual([status, told.code, told['retry'], headers['retry-after']], [507, 'ZP_DISK', 'later', '5'], what)
    assert.equal((await client.get(`/v1/messages/${first?.id}/payload`)).status, 507, 'who reads a payload is written down first')
    assert.equal((await client.get(`/v1/messages/${first?.id}`)).status, 200, 'what is there can be looked at')
    assert.deepEqual(await ready(), [503, 'the storage is full or cannot be written'], what)
    assert.equal((await fetch(`${child.operations}/health/live`)).status, 200)
    assert.ok(disk.get('writes_refused') + disk.get('syncs_refused') > before)
    disk.heal()
    assert.deepEqual(await ready(), [200, undefined], what)
    assert.deepEqual((await send(refused.map(([it]) => it))).map(([it, { status }]) => [it, status]), [], `the same again after it ${what}`)
  }
}

/** Receipts come when it has written; nobody else waits for it. */
async function slow ({ child, disk, send, next, ready }: Failing): Promise<void> {
  disk.set({ slow_mask: masks.all, slow_ms: 200 })
  for (let round = 0; round < 3; round++) assert.deepEqual(await send(next(8)), [])
  assert.deepEqual(await ready(), [200, undefined])
  disk.set({ slow_ms: 600_000 })
  const waiting = send(next(8))
  await until(() => disk.get('syncing') > 0 || undefined, 'a sync that stands still')
  assert.deepEqual(await ready(), [503, 'the storage does not answer'])
  assert.equal((await fetch(`${child.operations}/health/live`)).status, 200)
  disk.heal()
  assert.deepEqual(await waiting, [], 'nothing was torn down meanwhile')
  assert.deepEqual(await ready(), [200, undefined])
}

/** What lies in memory is read all the same; the rest is not, and nothing wrong is given out. */
async function unreadable ({ client, disk, receipts, send, next, ready }: Failing): Promise<void> {
  const [first] = receipts.values()
  const path = `/v1/messages/${first?.id}/payload`
  disk.set({ read_mask: masks.all })
  const replies = await Promise.all([...Array.from({ length: 4 }, () => client.get(path)), ...[...receipts.values()].map(({ id }) => client.get(`/v1/messages/${id}`)), client.get('/v1/messages?limit=250')])
  // To SQLite a page the disk cannot read is damaged.
  assert.deepEqual(replies.filter(({ status, told }) => ![200, 503, 507].includes(status) && told.code !== 'ZP_DAMAGED').map(it => [it.status, it.bytes.toString()]), [])
  assert.ok(disk.get('reads_refused') > 0)
  disk.heal()
  assert.deepEqual(await ready(), [200, undefined])
  assert.equal((await client.get(path)).status, 200)
  assert.deepEqual(await send(next(5)), [])
}

test('a disk that is full, has errors or stands still: a clear no and nothing lost, and the same gateway goes on when it is well', { timeout: 300_000 }, async t => {
  if (!needDisk(t)) return
  const failing = await makeFailing(t)
  await stopped(failing)
  await slow(failing)
  await unreadable(failing)
  await failing.honoured()
})
