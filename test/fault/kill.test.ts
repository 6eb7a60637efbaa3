/** The promise of a receipt: whatever instant the gateway is killed at, what it receipted is there, once. */
import assert from 'node:assert/strict'
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { messageId } from '../../src/core/core.ts'
import { ownView } from '../../src/party/party.ts'
import { aanbieder, gemeente, makeWorld, message, until, type Client, type World } from '../flow/world.ts'
import { readRoots, rootsIn } from '../../src/vault/vault.ts'
import { assertWhole } from '../store/whole.ts'
import { chances } from './chances.ts'
import { startChild, type Child } from './child.ts'

const rounds = 20
const clients = 8
const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** What somebody was promised, on disk before he does anything else. */
interface Ledger { write (line: string): void, lines (): string[], close (): void }
function ledger (path: string): Ledger {
  const file = openSync(path, 'a')
  return {
    write: line => { writeSync(file, `${line}\n`); fsyncSync(file) },
    lines: () => readFileSync(path, 'utf8').split('\n').slice(0, -1),
    close: () => { closeSync(file) }
  }
}

/** Posts one message after the other until the gateway is gone. */
async function posts (client: Client, receipts: Ledger, next: () => Buffer, unsure: Buffer[]): Promise<void> {
  for (;;) {
    const bytes = next()
    const reply = await client.post(bytes).catch(() => null)
    if (reply === null) { unsure.push(bytes); return }
    assert.equal(reply.status, 202, reply.bytes.toString())
    receipts.write(reply.bytes.toString())
  }
}

/** Empties its mailbox, writing down what it has and then acknowledging it, until the gateway is gone or nothing is left. */
async function drains (client: Client, acknowledged: Ledger, idle: (seen: number) => boolean): Promise<void> {
  for (let seen = 0; ;) {
    const inbox = await client.get('/v1/mailbox?limit=20').catch(() => null)
    if (inbox === null) return
    assert.equal(inbox.status, 200)
    if (inbox.told.messages.length === 0 && idle(seen)) return
    for (const { id } of inbox.told.messages) {
      const reply = await client.delete(`/v1/mailbox/${id}`).catch(() => null)
      if (reply === null) return
      assert.equal(reply.status, 204)
      acknowledged.write(id)
      seen++
    }
  }
}

/** What the store holds, read without a gateway. */
async function stored (world: World): Promise<{ receipts: string[], waiting: string[] }> {
  return await world.store(async store => {
    await assertWhole(store, readRoots(rootsIn(world.dir)).audit, [world.ca])
    const receipts: string[] = []
    const waiting: string[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await store.list({ view: ownView(gemeente), limit: 250, ...(cursor === '' ? {} : { cursor }) })
      for (const { id, delivery } of page.items) {
        receipts.push(Buffer.from(await store.receipt(ownView(gemeente), messageId(id)) ?? []).toString())
        if (delivery !== 'delivered') waiting.push(id)
      }
      cursor = page.next
    }
    return { receipts, waiting }
  })
}

test(`${rounds} kills under load: every receipt is honoured, once, and the audit is whole`, { timeout: 300_000 }, async t => {
  t.diagnostic(`FAULT_SEED=${seed}`)
  const chance = chances(seed)
  const world = await makeWorld()
  const ledgers = Array.from({ length: clients }, (_, at) => ledger(world.path(`receipts-${at}`)))
  const acknowledged = ledger(world.path('acknowledged'))
  // What a killed gateway had claimed is free when its lease has passed.
  const start = async (): Promise<Child> => {
    const child = await startChild(world, { log_level: 'info', lease_ms: 1_000, handler_ms_max: 500 })
    t.after(() => { child.process.kill('SIGKILL') })
    return child
  }
  let sent = 0
  const next = (): Buffer => message('WMO301', ++sent, { identificatie: `K${sent}` })
  let unsure: Buffer[] = []
  let again = 0

  for (let round = 0; round < rounds; round++) {
    const child = await start()
    const sender = world.client('gemeente', child.rest)
    for (const bytes of unsure) {
      const { status, headers, bytes: receipt } = await sender.post(bytes)
      assert.ok(status === 202 || (status === 200 && headers['duplicate'] === 'true'), String(status))
      again += status === 200 ? 1 : 0
      ledgers[0]?.write(receipt.toString())
    }
    unsure = []
    const working = [...ledgers.map(async it => await posts(sender, it, next, unsure)), drains(world.client('aanbieder', child.rest), acknowledged, () => false)]
    await pause(20 + 250 * chance())
    assert.equal(await child.end('SIGKILL'), 'SIGKILL')
    await Promise.all(working)

    const { receipts } = await stored(world)
    assert.equal(new Set(receipts).size, receipts.length)
    const held = new Set(receipts)
    for (const receipt of ledgers.flatMap(it => it.lines())) assert.ok(held.has(receipt), `round ${round}: a receipt is not honoured`)
  }

  const child = await start()
  for (const bytes of unsure) ledgers[0]?.write((await world.client('gemeente', child.rest).post(bytes)).bytes.toString())
  const ready = world.client('aanbieder', child.rest)
  await until(async () => /^zorgpoort_messages\{delivery="waiting"\} 0$/m.test(await (await fetch(`${child.operations}/metrics`)).text()) || undefined, 'everything offered')
  await drains(ready, acknowledged, () => true)
  assert.equal(await child.end('SIGTERM'), 0)

  const { receipts, waiting } = await stored(world)
  const promised = ledgers.flatMap(it => it.lines())
  assert.deepEqual(receipts.toSorted(), promised.toSorted())
  assert.equal(receipts.length, sent)
  assert.deepEqual(waiting, [])
  // A kill between the acknowledgement and its ledger shows nothing; what is in the ledger came back to the mailbox never.
  const taken = acknowledged.lines()
  assert.equal(new Set(taken).size, taken.length)
  assert.ok(taken.length <= sent && taken.length >= sent - rounds, `${taken.length} of ${sent} written down as acknowledged`)
  t.diagnostic(`${sent} messages, ${again} stored before their receipt was lost; party ${aanbieder} acknowledged ${taken.length}`)
  for (const it of [...ledgers, acknowledged]) it.close()
})
