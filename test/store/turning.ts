/** Contract of the store: after a root was turned everything comes under its new key, however often that is broken off. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ownView } from '../../src/party/party.ts'
import { StoreUnusable, type Store } from '../../src/store/store.ts'
import { newRingLine, parseRing, type Mark, type Roots } from '../../src/vault/vault.ts'
import { atEveryStep, untilDone } from './faulting.ts'
import { gemeente, heen, later, roots, start, type Fresh, type OpenStore } from './sample.ts'

const lineOf = (ring: Roots['kek']): string => ring.keys.map(({ id, bytes }) => `${id}:${Buffer.from(bytes).toString('base64')}\n`).join('')
/** The same roots with a new key before each. */
export const turned = (before: Roots, id: string): Roots => {
  const turn = (ring: Roots['kek']) => parseRing(newRingLine(id) + lineOf(ring), 'ring')
  return { ...before, kek: turn(before.kek), index: turn(before.index) }
}
const finding = { level: 2 as const, code: 'TR006', line: 1, path: '', found: '', expected: '', message: '', message_en: '' }
const mark = (key: string, byte: number): Mark => ({ key, hash: Buffer.alloc(16, byte) })

/** Turns everything, one message at a time; marks are made anew by the payload's text. */
export async function turnAll (store: Store, key: string): Promise<void> {
  while (await untilDone(() => store.rewrap(1, start)) > 0);
  const window = { messages_max: 2, bytes_max: 1 }
  for (let at = await untilDone(() => store.marked(null, window)); at !== null;) {
    const { items, next } = at
    await untilDone(() => store.remark(items.map(it => ({ seq: it.seq, key: it.key, marks: [mark(key, it.payload[0] ?? 0)] })), start))
    at = await untilDone(() => store.marked(next, window))
  }
}

export function turnContract (fresh: Fresh, open: OpenStore): void {
  describe('turning keys', () => {
    test('wraps every data key and marks every client anew; what has no payload keeps its marks', async t => {
      const before = await open('turning')
      const items = ['a', 'b', 'c'].map(payload => heen({ payload, answer: 'none', delivery: 'none', clients: [mark('index', 1)] }))
      await before.accept(items)
      await before.sweep('payload', { before: later(1), now: later(9), after: 0, messages_max: 1, bytes_max: 1, dry: false })
      await before.close()
      // Twice before anybody came to it: two older keys.
      const once = turned(roots, 'x')
      const between = await open('turning', { roots: once })
      const told = heen({ payload: 'd', clients: [mark('x', 2), mark('x', 3)], findings: [finding] })
      await between.accept([told])
      await between.close()
      const twice = turned(once, 'x-2')
      const store = await open('turning', { roots: twice })
      t.after(() => store.close())
      assert.deepEqual((await store.keyUse()).kek, [{ key: 'kek', rows: 2 }, { key: 'x', rows: 2 }], 'its receipt has a key of its own')
      await turnAll(store, 'x-2')
      const { kek, index } = await store.keyUse()
      assert.deepEqual([kek, index], [[{ key: 'x-2', rows: 4 }], [{ key: 'index', rows: 1 }, { key: 'x-2', rows: 3 }]])
      assert.equal(Buffer.from(await store.payload(ownView(gemeente), items[1]?.envelope.id ?? heen().envelope.id) ?? []).toString(), 'b')
      assert.deepEqual(await store.receipt(ownView(gemeente), told.envelope.id), told.receipt)
    })

    test('what has no payload any more is passed over in windows, however much it is', async t => {
      const store = await fresh(t, { roots: turned(roots, 'new') })
      const bare = Array.from({ length: 2_000 }, () => heen({ answer: 'none', delivery: 'none', clients: [mark('index', 1)] }))
      await store.accept(bare)
      while ((await store.sweep('payload', { before: later(1), now: later(9), after: 0, messages_max: 2_000, bytes_max: 1e9, dry: false })).swept > 0);
      await store.accept([heen({ payload: 'a', clients: [mark('index', 1), mark('index', 2)] }), heen({ clients: [mark('new', 1)] })])
      const seen: number[] = []
      for (let at = await store.marked(null, { messages_max: 9, bytes_max: 99 }); at !== null; at = await store.marked(at.next, { messages_max: 9, bytes_max: 99 })) seen.push(at.items.length)
      assert.deepEqual(seen, [0, 1, 0])
    })

    test('a key that is in use and missing from its ring is told by its name', async t => {
      const store = await open('missing')
      await store.accept([heen({ clients: [mark('index', 1)] })])
      await store.close()
      for (const [ring, id] of [['kek', 'kek'], ['index', 'index']] as const) {
        const without = { ...roots, [ring]: parseRing(newRingLine('other'), ring) }
        await assert.rejects(open('missing', { roots: without }), error => error instanceof StoreUnusable && error.message.includes(`does not hold the key ${id}`))
      }
      const whole = await open('missing', { roots: turned(roots, 'new') })
      t.after(() => whole.close())
    })

    test('what was forgotten meanwhile gets no new mark', async t => {
      const store = await fresh(t, { roots: turned(roots, 'new') })
      await store.accept([heen({ answer: 'none', delivery: 'none', clients: [mark('index', 1)] })])
      const window = await store.marked(null, { messages_max: 9, bytes_max: 9 })
      for (const kind of ['payload', 'metadata'] as const) await store.sweep(kind, { before: later(1), now: later(9), after: 0, messages_max: 9, bytes_max: 9, dry: false })
      assert.equal(await store.remark((window?.items ?? []).map(it => ({ seq: it.seq, key: it.key, marks: [mark('new', 1)] })), start), 0)
      assert.deepEqual((await store.keyUse()).index, [])
    })

    test('ends the same whichever step of storage fails', async t => {
      await atEveryStep(t, fresh, 10, async (open, arm, which) => {
        const store = await open({ roots: turned(roots, 'new') })
        const items = ['a', 'b'].map(payload => heen({ payload, clients: [mark('index', 1)] }))
        await store.accept(items)
        arm()
        await turnAll(store, 'new')
        assert.deepEqual(await untilDone(() => store.keyUse().then(it => it.index)), [{ key: 'new', rows: 2 }], which)
      })
    })
  })
}
