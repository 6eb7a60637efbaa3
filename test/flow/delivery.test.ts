/** Deliveries that cannot go as usual: a receiver that left, work that keeps failing, a worker that died with it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instant, messageId, type Clock } from '../../src/core/core.ts'
import type { Handler } from '../../src/handle/handle.ts'
import type { Party } from '../../src/store/store.ts'
import { aParty, putParty } from '../register.ts'
import { fixture, makeWorld, until } from './world.ts'

const day = 86_400_000
const on = (handle: Handler['handle']): Handler => ({ name: 'test', on: [{ message: ['WMO301'] }], handle })
const receiver = aParty('42420001')

/** A clock that a test sets forward. */
function movable (): Clock & { forward (ms: number): void } {
  let ahead = 0
  return { now: () => instant(Date.now() + ahead), forward: ms => { ahead += ms } }
}

describe('a delivery', () => {
  for (const [reason, change] of [
    ['receiver_left_family', { families: ['ijw'] }],
    ['receiver_has_no_door', { connections: [] }]
  ] satisfies ReadonlyArray<readonly [string, Partial<Party>]>) {
    test(`to a receiver that changed since is given up with its reason: ${reason}`, async () => {
      const world = await makeWorld()
      let free = false
      const gateway = await world.start({}, [on(async () => free ? { kind: 'done' } : { kind: 'later', after_ms: 10, reason: 'test' })])
      const { id } = await gateway.as('gemeente').send(fixture('WMO301'))
      await world.store(async store => { await putParty(store, { ...receiver, ...change }) })
      free = true
      const told = await until(async () => {
        const { told } = await gateway.as('gemeente').get(`/v1/messages/${id}`)
        return told['delivery'] === 'dead' ? told : undefined
      })
      assert.deepEqual([told['dead_reason'], told['next_try']], [reason, null])
      assert.equal((await gateway.as('aanbieder').get(`/v1/messages/${id}`)).status, 404)
      assert.match(await (await fetch(`${gateway.operations}/metrics`)).text(), /^zorgpoort_messages\{delivery="dead"\} 1$/m)
    })
  }

  test('that keeps failing is tried less and less often, and given up when its policy says', async () => {
    const clock = movable()
    const world = await makeWorld()
    const tries: number[] = []
    // A tenth of what is usual: by a clock that goes ahead by more than a day nothing is given up.
    const gateway = await world.start({ poll_ms: 5, retry_first_ms: 6_000, retry_longest_ms: 1_080_000, retry_total_ms: 43_200_000 }, [on(async () => { tries.push(clock.now()); throw new Error('down') })], clock)
    const { id } = await gateway.as('gemeente').send(fixture('WMO301'))
    const seen = async () => await world.store(async store => (await store.inspect(messageId(id)))?.message)
    const first = await until(() => tries[0])
    for (let dead = false; !dead;) {
      const before = tries.length
      clock.forward(1_080_000 * 1.25)
      dead = await until(async () => (await seen())?.delivery === 'dead' ? true : tries.length > before ? false : undefined)
    }
    const told = await seen()
    assert.equal(told?.dead_reason, 'exhausted: handler_failed')
    const last = tries.at(-1) ?? 0
    assert.ok(last - first > 0.45 * day && last - first <= 0.52 * day, `${(last - first) / day} days`)
    assert.ok(tries.length > 20)
  })

  test('whose gateway died with it is taken up at once by the next one', async () => {
    const clock = movable()
    const world = await makeWorld()
    const gateway = await world.start({ lease_ms: 60_000 }, [on(async () => await new Promise(() => {}))], clock)
    const { id } = await gateway.as('gemeente').send(fixture('WMO301'))
    // What a killed gateway leaves behind: a claim that nobody will end.
    await world.store(async store => { await until(async () => (await store.inspect(messageId(id)))?.message.attempts === 1 || undefined) })
    await gateway.stop()
    await world.store(async store => { assert.equal((await store.claim(10, 60_000, clock.now())).length, 1) })
    const next = await world.start({}, [], clock)
    await next.as('aanbieder').receives(id)
    assert.match(next.lines.join(''), /"freed":1/)
  })
})
