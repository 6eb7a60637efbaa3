/** Contract of the store: what one of several processes does at a time. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Held } from '../../src/store/store.ts'
import { aanbieder, heen, later, start, type Fresh } from './sample.ts'

const long = 3_600_000
/** A process is dead at once when it lives for no time. */
const dead = 0
const policy = { first_ms: 1_000, longest_ms: 10_000, total_ms: 100_000 }
const namesOf = (held: readonly Held[]): string[] => held.map(it => it.name)

export function tenureContract (fresh: Fresh): void {
  describe('what one process at a time does', () => {
    test('is taken by one of those that live, whoever asks again has it still, and it passes on when it is given back', async t => {
      const store = await fresh(t)
      assert.deepEqual(await store.take('one', ['sweep']), [], 'who never said that it lives gets nothing')
      await store.live('one', long, true)
      await store.live('two', long, true)
      assert.deepEqual(await store.take('one', ['push:a', 'sweep']), [{ name: 'push:a', process: 'one', fence: 1 }, { name: 'sweep', process: 'one', fence: 1 }])
      assert.deepEqual(await store.take('one', ['sweep']), [{ name: 'sweep', process: 'one', fence: 1 }])
      assert.deepEqual(namesOf(await store.take('two', ['sweep', 'push:b'])), ['push:b'])
      await store.leave([{ name: 'sweep', process: 'one', fence: 1 }])
      const got = await store.take('two', ['sweep', 'push:a'])
      assert.deepEqual(got, [{ name: 'sweep', process: 'two', fence: 2 }])
      await store.leave([{ name: 'sweep', process: 'one', fence: 1 }, { name: 'sweep', process: 'two', fence: 1 }])
      assert.deepEqual((await store.live('two', long, true)).held, [{ name: 'push:b', process: 'two', fence: 1 }, ...got], 'an older fence gives nothing back')
    })

    test('passes to another when its process is dead; one that was only slow has what nobody took', async t => {
      const store = await fresh(t)
      await store.live('slow', long, true)
      await store.live('other', long, true)
      await store.take('slow', ['kept', 'lost'])
      assert.deepEqual((await store.live('slow', dead, true)).sharing, ['other'])
      assert.deepEqual(await store.take('slow', ['kept']), [], 'the dead take nothing')
      assert.deepEqual(await store.take('other', ['lost']), [{ name: 'lost', process: 'other', fence: 2 }])
      const { sharing, held } = await store.live('slow', long, true)
      assert.deepEqual({ sharing, held }, { sharing: ['other', 'slow'], held: [{ name: 'kept', process: 'slow', fence: 1 }] })
    })

    test('work is shared out to those who say so, and live', async t => {
      const store = await fresh(t)
      await store.live('b', long, true)
      await store.live('door', long, false)
      assert.deepEqual((await store.live('a', long, true)).sharing, ['a', 'b'])
      assert.deepEqual((await store.live('b', long, false)).sharing, ['a'])
      await store.live('a', dead, true)
      assert.deepEqual((await store.live('door', long, false)).sharing, [])
    })

    test('of many that ask at once one gets it', async t => {
      const store = await fresh(t)
      const all = Array.from({ length: 12 }, (_, n) => `p${n}`)
      await Promise.all(all.map(it => store.live(it, long, true)))
      const got = (await Promise.all(all.map(it => store.take(it, ['x', 'y', 'z'])))).flat()
      assert.deepEqual(namesOf(got).toSorted(), ['x', 'y', 'z'])
    })

    test('who works on a destination under what it has no longer changes nothing there', async t => {
      const store = await fresh(t)
      await store.accept([heen({ delivery: 'offered', push: policy, order_key: 'one' }), heen({ delivery: 'offered', push: policy, order_key: 'two' })])
      await store.live('slow', long, true)
      await store.live('other', long, true)
      const [old] = await store.take('slow', [`push:${aanbieder}`])
      const down = { party: aanbieder, state: 'open', failures: 5, failing_since: later(1), open_until: later(60_000), reason: 'timeout' } as const
      await store.keepDestination(down, old)
      assert.equal((await store.claimPush(aanbieder, 1, 1_000, start, old)).length, 1)
      await store.live('slow', dead, true)
      const [held] = await store.take('other', [`push:${aanbieder}`])
      await store.live('slow', long, true)
      assert.deepEqual(await store.claimPush(aanbieder, 9, 1_000, start, old), [])
      assert.equal(await store.giveUp(aanbieder, start, 9, later(1_000_000), old), 0)
      await store.keepDestination({ ...down, state: 'closed', open_until: null }, old)
      assert.deepEqual(await store.destinations(), [down])
      assert.equal((await store.claimPush(aanbieder, 9, 1_000, start, held)).length, 1)
      assert.equal(await store.giveUp(aanbieder, start, 9, later(1_000_000), held), 2)
    })
  })
}
