/** The pusher under whatever comes: random answers in random order to many destinations; limits and order hold, and everything ends. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { instant, type MessageId } from '../src/core/core.ts'
import type { Pushed } from '../src/deliver/deliver.ts'
import { chances } from './chances.ts'
import { bench, item, timeout, type Work } from './pusher.ts'

const answerOf = (chance: number): Pushed => {
  if (chance < 0.6) return { kind: 'accepted' }
  if (chance < 0.7) return { kind: 'refused', reason: 'http_400' }
  return chance < 0.9 ? timeout : { kind: 'busy', reason: 'http_429', retry_after_ms: chance < 0.95 ? null : 1_000 }
}

const long = { first_ms: 1_000, longest_ms: 60_000, total_ms: 9e9 }
const seed = Number(process.env['FAULT_SEED'] ?? 17)

for (const nth of [0, 1, 2]) {
  test(`limits and order hold, and everything ends: seed ${seed + nth}`, async t => {
    const chance = chances(seed + nth)
    const it = await bench(t, { at_once_max: 12 })
    const sent = Array.from({ length: 90 }, () => {
      const n = 1 + Math.floor(chance() * 5)
      return item(n, { push: long, order_key: `${n} ${Math.floor(chance() * 8)}` })
    })
    const before = (id: MessageId): MessageId[] => {
      const mine = sent.findIndex(one => one.envelope.id === id)
      return sent.slice(0, mine).filter(one => one.order_key === sent[mine]?.order_key).map(one => one.envelope.id)
    }
    await it.store.accept(sent)
    it.pusher.wake()
    const ended = new Set<MessageId>()
    const answered = new Set<Work>()
    let seen = 0
    while (ended.size < sent.length) {
      const open = it.works.filter(work => !answered.has(work))
      assert.ok(open.length <= 12)
      for (const [party, its] of Map.groupBy(open, work => work.claimed.envelope.receiver)) assert.ok(its.length <= 4, party)
      for (const { claimed: { envelope: { id } } } of it.works.slice(seen)) assert.ok(before(id).every(earlier => ended.has(earlier)), 'one of a key overtook another')
      seen = it.works.length
      const work = open[Math.floor(chance() * open.length)]
      if (work === undefined) it.time.ms += 1_000 + Math.floor(chance() * 60_000)
      else {
        const result = answerOf(chance())
        answered.add(work)
        work.answers(result)
        if (result.kind === 'accepted' || result.kind === 'refused') ended.add(work.claimed.envelope.id)
      }
      await pause(1)
    }
    await it.pusher.stop()
    for (const { envelope: { id } } of sent) {
      const [message, pushes] = [await it.stored(id), it.works.filter(work => work.claimed.envelope.id === id)]
      assert.ok(message?.delivery === 'delivered' || (message?.delivery === 'dead' && message.dead_class === 'functional'))
      assert.deepEqual(pushes.map(work => work.claimed.attempt), pushes.map((_, n) => n + 1))
      assert.equal(message.work === null, message.delivery === 'delivered')
    }
    assert.deepEqual(await it.store.pushTargets(instant(Number.MAX_SAFE_INTEGER)), [])
  })
}
