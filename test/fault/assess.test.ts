/** Killed while a message is judged: it is answered once, and not less. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { gemeente, makeWorld, message, until } from '../flow/world.ts'
import { assertAcked } from './acked.ts'
import { startChild, type Child } from './child.ts'
import { lineOf } from './ledger.ts'

const rounds = 5

test(`${rounds} kills between receipt and answer: every message judged in full is answered once`, { timeout: 300_000 }, async t => {
  const world = await makeWorld()
  await world.judge(gemeente, { level: 'full', answers: 'automatic' })
  const start = async (): Promise<Child> => {
    const child = await startChild(world, { log_level: 'info', lease_ms: 1_000 })
    t.after(() => { child.process.kill('SIGKILL') })
    return child
  }
  const sent: string[] = []
  const receipts: string[] = []
  for (let round = 0; round < rounds; round++) {
    const child = await start()
    const sender = world.client('aanbieder', child.rest)
    const posts = Array.from({ length: 6 }, async (_, nth) => {
      const sending = message('WMO305', 1 + round * 6 + nth)
      const { status, bytes, told } = await sender.post(sending)
      assert.equal(status, 202)
      receipts.push(lineOf(bytes, sending))
      sent.push(told.id)
    })
    await Promise.all(posts)
    // A little later in each round: before the claim, while it is judged, and after its end was stored.
    await pause(round * 6)
    assert.equal(await child.end('SIGKILL'), 'SIGKILL')
  }
  const child = await start()
  const sender = world.client('aanbieder', child.rest)
  for (const id of sent) await until(async () => (await sender.get(`/v1/messages/${id}`)).told['answer'] === 'answered' || undefined, `the answer to ${id}`)
  const inbox = (await sender.get('/v1/mailbox?limit=250')).told.messages
  assert.deepEqual(inbox.map(it => it['answers']).toSorted(), sent.toSorted())
  assert.equal(await child.end('SIGTERM'), 0)
  await assertAcked(world, receipts, { all: true })
})
