/** The status of a message in every state there can be, in the words of both versions. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { answers, deadClasses, deliveries, instant, verdicts } from '../../src/core/core.ts'
import type { StoredMessage } from '../../src/store/store.ts'
import { inV2, statuses, statusesV2, statusOf, toldStatuses, type Standing, type Status } from '../../src/transport/vsp/states.ts'

const published = ['Ontvangen', 'DeelsOntvangen', 'DeelberichtAanleveringAfgekeurd', 'WordtVerwerkt', 'AfgekeurdDoorDienst', 'VerwerkingVoltooid', 'WordtAangeboden', 'Bezorgd', 'AanbiedenMislukt', 'BezorgingAfgebroken']

type State = Standing & Pick<StoredMessage, 'answer' | 'dead_class'>
const works: ReadonlyArray<Standing['work']> = [null, ...(['handle', 'push'] as const).flatMap(kind => [0, 1, 3].flatMap(attempts => [false, true].map(under_way => ({ kind, attempts, under_way }))))]
/** Every state, also those that no message is ever in. */
const product: readonly State[] = verdicts.flatMap(verdict => deliveries.flatMap(delivery => answers.flatMap(answer => [null, ...deadClasses].flatMap(dead_class =>
  [null, instant(1)].flatMap(offered => works.map(work => ({ verdict, delivery, answer, dead_class, offered, work })))))))

/** The same told once more, condition by condition. */
const rows: ReadonlyArray<readonly [status: Status, v2: string, is: (it: State) => boolean]> = [
  ['AfgekeurdDoorDienst', 'AfgekeurdDoorDienst', it => it.verdict !== 'accepted'],
  ['VerwerkingVoltooid', 'VerwerkingVoltooid', it => it.verdict === 'accepted' && it.delivery === 'none'],
  ['Ontvangen', 'Ontvangen', it => it.verdict === 'accepted' && it.delivery === 'waiting' && (it.work === null || (it.work.attempts === 0 && !it.work.under_way))],
  ['WordtVerwerkt', 'WordtVerwerkt', it => it.verdict === 'accepted' && it.delivery === 'waiting' && it.work !== null && (it.work.attempts > 0 || it.work.under_way)],
  ['WordtVerwerkt', 'WordtVerwerkt', it => it.verdict === 'accepted' && it.delivery === 'held'],
  ['WordtAangeboden', 'Aangeboden', it => it.verdict === 'accepted' && it.delivery === 'offered' && (it.work?.kind !== 'push' || it.work.attempts - Number(it.work.under_way) <= 0)],
  ['AanbiedenMislukt', 'Aangeboden', it => it.verdict === 'accepted' && it.delivery === 'offered' && it.work?.kind === 'push' && it.work.attempts - Number(it.work.under_way) > 0],
  ['Bezorgd', 'Bezorgd', it => it.verdict === 'accepted' && it.delivery === 'delivered'],
  ['AfgekeurdDoorDienst', 'AfgekeurdDoorDienst', it => it.verdict === 'accepted' && it.delivery === 'dead' && it.offered === null],
  ['BezorgingAfgebroken', 'AfgekeurdDoorDienst', it => it.verdict === 'accepted' && it.delivery === 'dead' && it.offered !== null]
]

describe('berichtstatus', () => {
  test('has the words that are published, and version 2 its own', () => {
    assert.deepEqual(statuses, published)
    assert.deepEqual(statusesV2, ['Ontvangen', 'DeelsOntvangen', 'DeelberichtAanleveringAfgekeurd', 'WordtVerwerkt', 'AfgekeurdDoorDienst', 'VerwerkingVoltooid', 'Aangeboden', 'Bezorgd'])
  })

  test('has exactly one for every state, in both versions', () => {
    assert.equal(product.length, 3 * 6 * 3 * 4 * 2 * 13)
    for (const it of product) {
      const fitting = rows.filter(([, , is]) => is(it))
      assert.equal(fitting.length, 1, JSON.stringify(it))
      assert.deepEqual([statusOf(it), inV2(statusOf(it))], fitting[0]?.slice(0, 2), JSON.stringify(it))
    }
  })

  test('never says that it comes to an end where it goes on, nor the other way', () => {
    const [ends, goesOn] = [['AfgekeurdDoorDienst', 'Bezorgd', 'BezorgingAfgebroken'], ['Ontvangen', 'WordtVerwerkt', 'WordtAangeboden', 'Aangeboden', 'AanbiedenMislukt']]
    for (const status of new Set(product.map(statusOf))) {
      if (status === 'VerwerkingVoltooid') continue
      assert.equal(ends.includes(status), ends.includes(inV2(status)), status)
      assert.equal(goesOn.includes(status), goesOn.includes(inV2(status)), status)
    }
  })

  test('has a meaning in the manual for each that is told', () => {
    const shown = product.filter(it => it.verdict !== 'accepted' || it.delivery !== 'none')
    assert.deepEqual(toldStatuses.map(it => it.status).toSorted(), [...new Set(shown.map(statusOf))].toSorted())
  })
})
