/** The power goes: whatever a disk may hold then of what it was told, every receipt given before is honoured, the database opens and its audit is whole. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { chances } from '../chances.ts'
import { altered, makeWorld, message, until, type World } from '../flow/world.ts'
import { opaque } from '../store/sample.ts'
import { assertAcked, elsewhere } from './acked.ts'
import { startChild } from './child.ts'
import { errno, makeDisk, masks, needDisk, type Disk } from './disk.ts'
import { openReplay, readLog, type Told } from './disk-log.ts'
import { allOffered } from './lanes.ts'
import { lineOf } from './ledger.ts'

const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** So many moments are tried of each run; more with POWER_CUTS. */
const cuts = Number(process.env['POWER_CUTS'] ?? 24)
const lanes = 6
/** Of each disk so many messages are opened: many are large. */
const seals_max = 4
const [messages, every, large_bytes] = [220, 2, 600_000]

interface Receipt { readonly id: string, readonly bytes: Buffer, readonly receipt: Buffer, readonly line: string, readonly sent_ns: bigint, readonly come_ns: bigint }

/** Where nothing waits for a disk, if there is such a place. */
const quick = (): string => mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'zorgpoort-power-'))

/** Every other one is large, so that SQLite takes its log into the database several times. */
const posted = (nth: number): Buffer => altered(message('WMO301', nth, { identificatie: `P${nth}` }), /$/, nth % every === 0 ? `<!--${opaque(large_bytes)}-->` : '')

/** A gateway that is sent messages by several at once, on a disk that writes down what it is told. */
async function run (t: TestContext) {
  const world = await makeWorld()
  const path = world.path('zorgpoort.db')
  const base = world.path('base.db')
  copyFileSync(path, base)
  const disk = makeDisk(path, true)
  const child = await startChild(world, { log_level: 'info' }, '', { env: disk.env })
  t.after(async () => { if (child.process.exitCode === null && child.process.kill('SIGKILL')) await once(child.process, 'exit') })
  const client = world.client('gemeente', child.rest)
  const receipts: Receipt[] = []
  const refused = new Set<number>()
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < messages) {
      const bytes = posted(++next)
      for (;;) {
        const sent_ns = process.hrtime.bigint()
        const { status, told, bytes: receipt } = await client.post(bytes)
        const come_ns = process.hrtime.bigint()
        if (status === 202 || status === 200) { receipts.push({ id: told.id, bytes, receipt, line: lineOf(receipt, bytes), sent_ns, come_ns }); break }
        refused.add(status)
      }
    }
  }
  await Promise.all([troubles(disk, () => receipts.length), ...Array.from({ length: lanes }, lane)])
  assert.equal(await child.end('SIGTERM'), 0)
  return { world, base, receipts, refused: [...refused], log: readLog(disk.log()) }
}

/** Pages came into the database, and the log began anew, so often. */
function checkpoints (log: readonly Told[]): number {
  const starts = log.filter(it => it.kind === 'written' && it.file === 1 && it.offset === 0).length
  return starts - 1
}

/** @returns what has a receipt without a sync that began after its message was written, and had gone well when the receipt came */
function early (log: readonly Told[], receipts: readonly Receipt[]): string[] {
  const syncs = new Map(log.flatMap((it, nth) => it.kind === 'sync' ? [[it.number, nth] as const] : []))
  const done = log.flatMap(it => it.kind === 'synced' && it.ok && it.file === 1 ? [{ begun: syncs.get(it.number) ?? 0, at_ns: it.at_ns }] : [])
  return receipts.filter(({ id, sent_ns, come_ns }) => {
    const nth = log.findIndex(it => it.kind === 'written' && it.file === 1 && it.at_ns > sent_ns && it.at_ns < come_ns && it.bytes.includes(id))
    return nth === -1 || !done.some(it => it.begun > nth && it.at_ns < come_ns)
  }).map(it => it.id)
}

/** Moments at which the power goes: anywhere, where pages come into the database, and right before a sync has returned. */
function momentsOf (log: readonly Told[], chance: () => number): number[] {
  const coming = log.flatMap((it, nth) => it.file === 0 && it.kind === 'written' ? [nth] : [])
  const returning = log.flatMap((it, nth) => it.kind === 'synced' ? [nth - 1] : [])
  const of = (all: readonly number[]): number => all[Math.floor(chance() * all.length)] ?? 0
  return Array.from({ length: cuts }, (_, n) => n % 3 === 0 ? Math.floor(chance() * log.length) : of(n % 3 === 1 ? coming : returning)).toSorted((a, b) => a - b)
}

/** A gateway on what is left: what was promised is answered by its first receipt, the rest is taken, and all of it is there then. */
async function again (world: World, path: string, all: readonly Receipt[], promised: readonly Receipt[]): Promise<void> {
  const gateway = await world.start({ database: `sqlite:${path}` })
  const ledger = promised.map(it => it.line)
  const client = gateway.as('gemeente')
  for (const it of all.filter((_, nth) => nth % 5 === 0)) {
    const { status, bytes } = await client.post(it.bytes)
    if (promised.includes(it)) assert.deepEqual([status, bytes.equals(it.receipt)], [200, true])
    else assert.ok(status === 202 || status === 200, String(status))
    ledger.push(lineOf(bytes, it.bytes))
  }
  await allOffered(gateway.operations)
  await gateway.stop()
  await assertAcked(elsewhere(world, `sqlite:${path}`), ledger, { seals_max })
}

/** Syncs of the log fail; later pages cannot be brought into the database, at first where they are synced, then where they are written. */
async function troubles (disk: Disk, taken: () => number): Promise<void> {
  const reach = (count: number): Promise<true> => until(() => taken() >= count || undefined, `${count} taken`, 120_000)
  await reach(80)
  disk.set({ sync_mask: masks.log, sync_errno: errno.EIO })
  await until(() => disk.get('syncs_refused') >= 5 || undefined, 'failed syncs')
  disk.heal()
  await reach(100)
  disk.set({ sync_mask: masks.database, sync_errno: errno.EIO })
  await until(() => disk.get('syncs_refused') >= 7 || undefined, 'failed syncs of the database')
  disk.set({ sync_mask: masks.none, write_mask: masks.database, write_errno: errno.EIO })
  await until(() => disk.get('writes_refused') >= 1 || undefined, 'failed writes of the database')
  disk.heal()
}

test('the power goes under load, with a disk that fails now and then: every receipt had its sync and is honoured, whatever the disk holds', { timeout: 300_000 }, async t => {
  if (!needDisk(t)) return
  t.diagnostic(`FAULT_SEED=${seed}`)
  const chance = chances(seed)
  const { world, base, receipts, refused, log } = await run(t)
  assert.deepEqual([receipts.length, refused], [messages, [507]], 'what a failed sync was for is refused, and taken when it is sent again')
  assert.ok(checkpoints(log) >= 3, `the log was taken into the database ${checkpoints(log)} times`)
  assert.deepEqual(early(log, receipts), [], 'receipts without a sync')
  const folder = quick()
  t.after(() => { rmSync(folder, { recursive: true, force: true }) })
  const replay = openReplay(base, chance)
  let [taken, doubts] = [0, 0]
  for (const [nth, moment] of momentsOf(log, chance).entries()) {
    for (const told of log.slice(taken, moment + 1)) replay.take(told)
    taken = moment + 1
    doubts += replay.unsure()
    const now = log[moment]?.at_ns ?? 0n
    const path = join(folder, `${nth}.db`)
    replay.lay(path, nth % 4 === 0 ? 'none' : 'parts')
    const promised = receipts.filter(({ come_ns }) => come_ns <= now)
    await assertAcked(elsewhere(world, `sqlite:${path}`), promised.map(it => it.line), { under_way: true, seals_max }).catch((error: unknown) => { throw new Error(`the power went at ${moment} of ${log.length}, ${promised.length} promised`, { cause: error }) })
    if (nth === Math.floor(cuts / 2)) await again(world, path, receipts, promised)
    for (const end of ['', '-wal', '-shm', '.lock']) rmSync(path + end, { force: true })
  }
  assert.ok(doubts > cuts, 'writes in doubt were tried')
  t.diagnostic(`${log.length} told, ${checkpoints(log)} checkpoints, ${cuts} moments, ${doubts} writes in doubt`)
})
