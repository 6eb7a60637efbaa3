/** A database, a log or a key file that was cut off, or in which a bit is another: refused at the start with the way back, or at reading with a code; no payload ever comes out wrong. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test, type TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { Unusable, messageId } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import { openStore, StoreDamaged, StoreFailure, StoreUnusable } from '../../src/store/store.ts'
import { readRoots, rootsIn } from '../../src/vault/vault.ts'
import { ends, zorgpoort } from '../bin/command.ts'
import { aanbieder, altered, makeWorld, message, type World } from '../flow/world.ts'
import { opaque } from '../store/sample.ts'
import { chances } from '../chances.ts'
import { assertAcked } from './acked.ts'
import { environment } from './child.ts'
import { lineOf } from './ledger.ts'

const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** So many places are tried; more with DAMAGE_PLACES. */
const places = Number(process.env['DAMAGE_PLACES'] ?? 50)

interface Kept { readonly id: string, readonly bytes: Buffer, readonly receipt: Buffer, readonly seal: Buffer }
const ledgerOf = (kept: readonly Kept[]): string[] => kept.map(it => lineOf(it.receipt, it.bytes))
interface Made { readonly world: World, readonly kept: readonly Kept[], readonly files: Readonly<Record<string, Buffer>> }

const parts = ['', '-wal', '-shm'] as const

/** A database with messages in it, as a gateway that stopped leaves it, or one that was killed: with its log. */
async function make (killed: boolean): Promise<Made> {
  const world = await makeWorld()
  const gateway = await world.start()
  const client = gateway.as('gemeente')
  const kept: Kept[] = []
  for (let nth = 1; nth <= 12; nth++) {
    const bytes = altered(message('WMO301', nth, { identificatie: `D${nth}` }), /$/, nth % 4 === 0 ? `<!--${opaque(nth * 20_000)}-->` : '')
    const { id } = await client.send(bytes)
    kept.push({ id, bytes, receipt: (await client.get(`/v1/messages/${id}/receipt`)).bytes, seal: (await client.get(`/v1/messages/${id}/seal`)).bytes })
    await gateway.as('aanbieder').get(`/v1/messages/${id}/payload`)
  }
  if (!killed) await gateway.stop()
  const path = world.path('zorgpoort.db')
  const files = Object.fromEntries(parts.filter(end => existsSync(path + end)).map(end => [end, readFileSync(path + end)]))
  await gateway.stop()
  return { world, kept, files }
}

const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'zorgpoort-damage-'))
after(() => { rmSync(folder, { recursive: true, force: true }) })

function lay ({ files }: Made, over: Readonly<Record<string, Buffer>>): string {
  const path = join(folder, 'zorgpoort.db')
  for (const end of [...parts, '.lock']) rmSync(path + end, { force: true })
  for (const [end, bytes] of Object.entries({ ...files, ...over })) writeFileSync(path + end, bytes)
  return path
}

/** What came of opening it as a gateway does, and of reading all that has a receipt. */
type Outcome = 'refused' | 'refused at reading' | 'right' | 'metadata'

/** @throws AssertionError where a payload is wrong, what has a receipt is gone without a word, or a failure is not one of ours */
async function outcome ({ world, kept }: Made, path: string): Promise<Outcome> {
  const ours = (error: unknown): boolean => {
    assert.ok(error instanceof StoreFailure || error instanceof Unusable || (error instanceof TypeError && error.message.startsWith('column ')) || error instanceof SyntaxError, String(Object(error).stack))
    if (error instanceof StoreDamaged) assert.match(error.message, new RegExp(`${path}.* is damaged \\(.+\\): .*zorgpoort restore BACKUP --replace`))
    return true
  }
  const store = await openStore({ url: `sqlite:${path}`, mode: 'test', roots: readRoots(rootsIn(world.dir)), careful: true }).catch((error: unknown) => { ours(error); return null })
  if (store === null) return 'refused'
  let [refused, other] = [0, 0]
  const read = async (ask: () => Promise<Uint8Array | null>): Promise<Uint8Array | null> => {
    try { return await ask() } catch (error) { ours(error); refused++; return null }
  }
  for (const { id, bytes, receipt, seal } of kept) {
    const before = refused
    const payload = await read(() => store.payload(ownView(aanbieder), messageId(id)))
    assert.ok(payload === null || bytes.equals(payload), 'a payload came out wrong')
    const gone = payload === null && refused === before
    const [said, sealed] = [await read(() => store.receipt(ownView(aanbieder), messageId(id))), await read(() => store.seal(ownView(aanbieder), messageId(id)))]
    // Of what stands there in the clear the seal tells: it is over the message and what the receipt says.
    if (gone || (said !== null && !receipt.equals(said)) || (sealed !== null && !seal.equals(sealed))) other++
  }
  await store.close().catch(ours)
  return other > 0 ? 'metadata' : refused > 0 ? 'refused at reading' : 'right'
}

const flipped = (bytes: Buffer, at: number, bit: number): Buffer => {
  const other = Buffer.from(bytes)
  other[at] = (other[at] ?? 0) ^ (1 << bit)
  return other
}

/** Tries all of these, and counts what came of them. */
async function walk (t: TestContext, made: Made, all: ReadonlyArray<readonly [string, Readonly<Record<string, Buffer>>]>): Promise<Record<Outcome, string[]>> {
  const found: Record<Outcome, string[]> = { refused: [], 'refused at reading': [], right: [], metadata: [] }
  for (const [what, over] of all) found[await outcome(made, lay(made, over)).catch((error: unknown) => { throw new Error(what, { cause: error }) })].push(what)
  t.diagnostic(`FAULT_SEED=${seed}: ${Object.entries(found).map(([name, its]) => `${name} ${its.length}`).join(', ')}; metadata: ${found.metadata.join(', ')}`)
  return found
}

describe('a damaged database', () => {
  const chance = chances(seed)
  const any = (below: number): number => Math.floor(chance() * below)

  test('cut off at any length, it is refused', async t => {
    const made = await make(false)
    const whole = made.files[''] ?? Buffer.alloc(0)
    const lengths = [0, 1, 99, 100, 511, 4095, 4096, whole.length - 4096, whole.length - 1, ...Array.from({ length: places / 3 }, () => any(whole.length))]
    const { refused } = await walk(t, made, lengths.map(it => [`cut at ${it}`, { '': whole.subarray(0, it) }]))
    assert.equal(refused.length, lengths.length)
  })

  test('with a bit that is another one, it is refused, or what is read is right, or refused', async t => {
    const made = await make(false)
    const whole = made.files[''] ?? Buffer.alloc(0)
    const at = Array.from({ length: places }, (_, nth) => nth < 10 ? any(100) : any(whole.length))
    await walk(t, made, at.map(it => [`bit of ${it}`, { '': flipped(whole, it, any(8)) }]))
  })

  test('with a log that was cut off or has another bit, or without itself beside its log, nothing that has a receipt is forgotten without a word', async t => {
    const made = await make(true)
    const [log, whole, shared] = [made.files['-wal'] ?? Buffer.alloc(0), made.files[''] ?? Buffer.alloc(0), made.files['-shm'] ?? Buffer.alloc(0)]
    assert.ok(log.length > 100_000)
    assert.equal(await outcome(made, lay(made, {})), 'right')
    const cut = Array.from({ length: places / 3 }, () => any(log.length - 4096))
    const short = await walk(t, made, [1, 31, 32, ...cut].map(it => [`log cut at ${it}`, { '-wal': log.subarray(0, it) }]))
    assert.deepEqual([short.right, short.metadata], [[], []])
    const bits = await walk(t, made, Array.from({ length: places / 2 }, (_, nth) => nth < 6 ? any(32) : any(log.length)).map(it => [`log bit of ${it}`, { '-wal': flipped(log, it, any(8)) }]))
    assert.deepEqual(bits.metadata, [])
    // After a power loss nobody knows what was shared in memory; the frames themselves tell of all but the last transaction.
    const alone = await walk(t, made, Array.from({ length: places / 2 }, () => any(log.length / 2)).map(it => [`log bit of ${it} alone`, { '-wal': flipped(log, it, any(8)), '-shm': Buffer.alloc(0) }]))
    assert.deepEqual(alone.metadata, [])
    const cutBoth = await walk(t, made, Array.from({ length: 6 }, () => any(whole.length)).map(it => [`cut at ${it} beside its log`, { '': whole.subarray(0, it) }]))
    assert.deepEqual([cutBoth.right, cutBoth.metadata], [[], []])
    assert.ok(shared.length > 0)
    const path = lay(made, {})
    rmSync(path)
    await assert.rejects(openStore({ url: `sqlite:${path}`, mode: 'test' }), (error: unknown) => error instanceof StoreUnusable && /is gone, and its log .* is there/.test(error.message))
  })
})

/** One sentence, no stack, exit code 1. */
function sentence (world: World, args: readonly string[], ...says: readonly RegExp[]): Promise<void> {
  return zorgpoort(args, { env: { ...environment(world) } }).then(ended => {
    ends(ended, 1, ...says)
    assert.match(ended.err, /^zorgpoort: [^\n]+\n$/)
  })
}

test('a damaged database: serve ends with one sentence, the doctor says the same, and the way back it names is one', { timeout: 300_000 }, async () => {
  const { world, kept, files } = await make(false)
  const path = world.path('zorgpoort.db')
  const settings = { env: environment(world) }
  ends(await zorgpoort(['backup', world.path('copy.db')], settings), 0)
  const whole = files[''] ?? Buffer.alloc(0)
  const again = (bytes: Buffer): void => { for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true }); writeFileSync(path, bytes) }
  again(whole.subarray(0, 100_000))
  await sentence(world, ['serve'], /damaged \(.*\): stop the gateway, .*zorgpoort restore BACKUP --replace.*doctor --full/, new RegExp(path))
  const { code, out } = await zorgpoort(['doctor', '--full'], settings)
  assert.equal(code, 1)
  assert.match(out, /database.*(damaged|no usable database)/)
  again(whole.subarray(0, 0))
  await sentence(world, ['serve'], /is an empty file: put the last backup in its place/)
  ends(await zorgpoort(['restore', world.path('copy.db'), '--replace'], settings), 0, /Restored/)
  await (await world.start()).stop()
  await assertAcked(world, ledgerOf(kept), { all: true })
})

test('what is kept of one message is damaged: that message is refused by ZP_DAMAGED, all others go on', { timeout: 300_000 }, async () => {
  const { world, kept } = await make(false)
  const [first, second, ...others] = kept
  assert.ok(first && second)
  const db = new Database(world.path('zorgpoort.db'))
  const body = db.prepare<[string], Buffer>('select p.body from payload as p join message as m on m.seq = p.message where m.id = ?').pluck().get(first.id)
  assert.ok(body)
  db.prepare('update payload set body = ? where message = (select seq from message where id = ?)').run(flipped(body, 40, 3), first.id)
  db.close()
  const gateway = await world.start()
  const { status, told, headers } = await gateway.as('aanbieder').get(`/v1/messages/${first.id}/payload`)
  assert.deepEqual([status, told.code, told['retry'], headers['retry-after']], [500, 'ZP_DAMAGED', 'later', '5'])
  assert.ok((await gateway.as('aanbieder').get(`/v1/messages/${second.id}/payload`)).bytes.equals(second.bytes))
  await gateway.as('gemeente').send(message('WMO301', 99))
  await gateway.stop()
  await assertAcked(world, ledgerOf([second, ...others]))
})

test('a key file that was cut off, or in which a bit is another: refused at the start, or it is the same key', { timeout: 300_000 }, async t => {
  const chance = chances(seed)
  const { world, kept } = await make(false)
  const [first] = kept
  assert.ok(first)
  const rings = rootsIn(world.dir)
  const files = [...Object.values(rings).map(it => it.replace(/^file:/, '')), world.path('seal.key'), world.path('server.key')]
  const found = { refused: 0, right: 0 }
  for (const path of files) {
    const whole = readFileSync(path)
    const at = Array.from({ length: Math.ceil(places / 10) }, () => Math.floor(chance() * whole.length))
    for (const it of [...at.map(at => flipped(whole, at, Math.floor(chance() * 8))), whole.subarray(0, 0), whole.subarray(0, at[0])]) {
      writeFileSync(path, it)
      const gateway = await world.start().catch((error: unknown) => {
        assert.ok(error instanceof Unusable, `${path}: ${String(Object(error).stack)}`)
        return null
      })
      found[gateway === null ? 'refused' : 'right']++
      if (gateway === null) continue
      assert.ok((await gateway.as('aanbieder').get(`/v1/messages/${first.id}/payload`)).bytes.equals(first.bytes), path)
      await gateway.as('gemeente').send(message('WMO301', 1_000 + found.right))
      await gateway.stop()
    }
    writeFileSync(path, whole)
  }
  await assertAcked(world, ledgerOf(kept))
  t.diagnostic(`FAULT_SEED=${seed}: refused ${found.refused}, right ${found.right}`)
  assert.ok(found.refused > found.right)
})
