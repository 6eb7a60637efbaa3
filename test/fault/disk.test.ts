/** A disk that takes no more: a clear 507, nothing lost of what was receipted, and work goes on when there is room again. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore } from '../../src/store/store.ts'
import { altered, makeWorld, message, type Client, type Told } from '../flow/world.ts'
import { heen, roots } from '../store/sample.ts'
import { assertAcked } from './acked.ts'
import { startChild } from './child.ts'
import { lineOf } from './ledger.ts'

test('a full disk is 507 ZP_DISK; what has a receipt is kept, and the same bytes are taken later', { timeout: 300_000 }, async t => {
  const world = await makeWorld()
  const bulky = (seed: number): Buffer => altered(message('WMO301', seed), /$/, ' '.repeat(100_000))
  // The shell's limit on the size of a file stands for the full disk; `ulimit -f` counts blocks of 512 bytes.
  const full = await startChild(world, {}, 'ulimit -f 4000 &&')
  t.after(() => { full.process.kill('SIGKILL') })
  const client = world.client('gemeente', full.rest)
  const receipts: Told[] = []
  const ledger: string[] = []
  let refused: Told | null = null
  for (let seed = 1; refused === null && seed < 100; seed++) {
    const sent = bulky(seed)
    const { status, told, headers, bytes } = await client.post(sent)
    if (status === 202) { receipts.push(told); ledger.push(lineOf(bytes, sent)); continue }
    assert.deepEqual([status, told.code, told['retry'], headers['retry-after']], [507, 'ZP_DISK', 'later', '5'])
    refused = told
  }
  assert.ok(refused !== null && receipts.length > 5)
  // Who reads a payload is written down first; where that cannot be, nobody reads.
  const read = async (from: Client, at: number): Promise<number> => {
    const { status, bytes } = await from.get(`/v1/messages/${receipts[at]?.id}/payload`)
    assert.ok(status === 507 || bytes.equals(bulky(at + 1)), String(status))
    return status
  }
  for (const at of receipts.keys()) assert.ok([200, 507].includes(await read(client, at)))
  assert.equal((await fetch(`${full.operations}/health/live`)).status, 200)
  await full.end('SIGTERM')

  const roomy = await startChild(world, { lease_ms: 1_000, handler_ms_max: 500 })
  t.after(() => { roomy.process.kill('SIGKILL') })
  const last = bulky(receipts.length + 1)
  const taken = await world.client('gemeente', roomy.rest).post(last)
  assert.equal(taken.status, 202)
  ledger.push(lineOf(taken.bytes, last))
  for (const at of receipts.keys()) assert.equal(await read(world.client('gemeente', roomy.rest), at), 200)
  for (const { id } of [...receipts, taken.told]) await world.client('aanbieder', roomy.rest).receives(id)
  assert.equal(await roomy.end('SIGTERM'), 0)
  await assertAcked(world, ledger, { all: true })
})

test('a database that could not be made for want of room is made when there is room; where nothing could be written, nothing is left', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'zorgpoort-first-'))
  t.after(() => { rmSync(folder, { recursive: true }) })
  for (const blocks of [0, 1, 7, 8, 63, 200]) {
    const url = `sqlite:${join(folder, `${blocks}.db`)}`
    const { stderr, status } = spawnSync('sh', ['-c', `ulimit -f ${blocks} && exec "$0" "$@"`, process.execPath, join(import.meta.dirname, '../store/fill.ts'), url], { encoding: 'utf8' })
    assert.deepEqual([status, /Store(?:Full|Unavailable)/.test(stderr)], [1, true], stderr)
    // Its first page is eight blocks.
    assert.equal(readdirSync(folder).filter(it => it.startsWith(`${blocks}.`)).length > 0, blocks >= 8, `${blocks}`)
    const store = await openStore({ url, mode: 'test', roots })
    assert.deepEqual((await store.accept([heen()])).map(({ kind }) => kind), ['stored'])
    await store.close()
  }
})
