/** The volume rules: the figures that were checked, the ends of years, and what holds for every assignment. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { dayOf, daysIn, firstOfMonth, lastOfMonth, type Period } from '../../src/calendar/calendar.ts'
import {
  bedragVan, deler, geteld, maximumVanPeriode, maximumVanToewijzing, minuuttarief, past, productPeriode, uurbedrag, zonderZondag, type Toegewezen
} from '../../src/rules/volume.ts'

const assigned = (volume: number, eenheid: string, frequentie: string, van: string, tot: string | null, huishoudelijk = false): Toegewezen =>
  ({ volume, eenheid, frequentie, van: dayOf(van), tot: tot === null ? null : dayOf(tot), huishoudelijk })

/** @returns the periods in which an assignment is claimed, month by month */
function months (it: Toegewezen, until = it.tot ?? it.van): Period[] {
  const found: Period[] = []
  for (let at = it.van; at <= until; at = lastOfMonth(at) + 1) found.push(productPeriode(it, at) ?? { from: NaN, to: NaN })
  return found
}
const perMonth = (it: Toegewezen, until?: string): Array<number | null> => months(it, until === undefined ? undefined : dayOf(until)).map(period => maximumVanPeriode(it, period))

test('3 hours a week: weeks touched, also the broken ones', () => {
  const it = assigned(3, '04', '2', '2025-10-07', '2025-12-30')
  assert.deepEqual(perMonth(it), [12, 15, 15])
  assert.equal(maximumVanToewijzing(it), 39)
})

test('3 hours of household help a week: six times a month, and the same in all', () => {
  const it = assigned(3, '04', '2', '2025-10-07', '2025-12-30', true)
  assert.deepEqual(perMonth(it), [18, 18, 18])
  assert.equal(maximumVanToewijzing(it), 39)
})

test('300 euro a week: Sundays, and one week more with the last of them', () => {
  const it = assigned(300, '83', '2', '2025-07-07', '2025-09-06')
  assert.deepEqual(perMonth(it), [900, 1800, 0])
  assert.equal(maximumVanToewijzing(it), 2700)
  assert.equal(maximumVanToewijzing(assigned(300, '83', '2', '2025-07-07', '2025-09-07')), 2700, 'an end on a Sunday has no broken week')
})

test('4 hours a week over half a year: six months that fit each and not together', () => {
  const it = assigned(4, '04', '2', '2026-01-01', '2026-06-30')
  assert.deepEqual(perMonth(it), [20, 20, 24, 20, 20, 20])
  assert.equal(maximumVanToewijzing(it), 108)
})

test('per day, per month and in total', () => {
  assert.deepEqual(perMonth(assigned(2, '14', '1', '2026-01-30', '2026-02-10')), [4, 20])
  assert.equal(maximumVanToewijzing(assigned(2, '14', '1', '2026-01-30', '2026-02-10')), 24)
  assert.deepEqual(perMonth(assigned(7, '84', '4', '2026-01-30', '2026-03-01')), [7, 7, 7], 'a broken month is a month')
  assert.equal(maximumVanToewijzing(assigned(7, '84', '4', '2026-01-30', '2026-03-01')), 21)
  assert.deepEqual(perMonth(assigned(50, '16', '6', '2026-01-30', '2026-03-01')), [50, 50, 50])
  assert.equal(maximumVanToewijzing(assigned(50, '16', '6', '2026-01-30', null)), 50)
})

test('without an end there is no maximum over the whole, and months are as ever', () => {
  for (const frequentie of ['1', '2', '4']) assert.equal(maximumVanToewijzing(assigned(5, '04', frequentie, '2026-01-15', null)), null)
  assert.deepEqual(perMonth(assigned(5, '04', '2', '2026-01-15', null), '2026-02-01'), [15, 25])
  assert.deepEqual(perMonth(assigned(5, '82', '2', '2026-01-15', null), '2026-02-01'), [10, 20])
})

test('weeks are counted over the ends of years', () => {
  assert.equal(maximumVanToewijzing(assigned(1, '01', '2', '2020-01-01', '2020-12-31')), 53, '2020 has 53 weeks')
  assert.equal(maximumVanToewijzing(assigned(1, '01', '2', '2020-12-28', '2021-01-03')), 1, 'one week in two years')
  assert.deepEqual(perMonth(assigned(1, '01', '2', '2020-12-28', '2021-01-03')), [1, 1])
  assert.equal(maximumVanToewijzing(assigned(1, '01', '2', '2025-12-29', '2026-12-31')), 53)
  assert.equal(maximumVanToewijzing(assigned(1, '01', '2', '2026-12-28', '2027-01-03')), 1)
  assert.equal(maximumVanToewijzing(assigned(1, '01', '2', '2026-12-31', '2027-01-04')), 2)
})

test('weekly output without any Sunday holds nothing, and that is known', () => {
  const it = assigned(300, '82', '2', '2026-03-02', '2026-03-07')
  assert.deepEqual(perMonth(it), [0])
  assert.equal(maximumVanToewijzing(it), 0)
  assert.equal(zonderZondag(it), true)
  assert.equal(zonderZondag(assigned(300, '82', '2', '2026-03-02', '2026-03-08')), false)
  assert.equal(zonderZondag(assigned(300, '04', '2', '2026-03-02', '2026-03-07')), false)
  assert.equal(zonderZondag(assigned(300, '82', '2', '2026-03-02', null)), false)
  assert.equal(zonderZondag(assigned(300, '83', '2', '2026-03-02', '2026-03-07', true)), true, 'of household help the whole holds nothing either')
})

test('what cannot be computed is null', () => {
  const it = assigned(1, '04', '2', '2026-01-01', '2026-01-31')
  assert.equal(maximumVanPeriode(it, { from: dayOf('2026-02-01'), to: dayOf('2026-02-28') }), null, 'no day within the assignment')
  assert.equal(productPeriode(it, dayOf('2026-02-14')), null)
  assert.equal(maximumVanToewijzing(assigned(1, '04', '2', '2026-01-31', '2026-01-01')), null)
  assert.equal(maximumVanPeriode(assigned(1, '04', '3', '2026-01-01', '2026-01-31'), { from: it.van, to: it.van }), null, 'no frequency of this release')
  assert.equal(maximumVanToewijzing(assigned(1, '04', '3', '2026-01-01', '2026-01-31')), null)
})

test('a volume in total needs no valid period, for the whole holds it', () => {
  assert.equal(maximumVanToewijzing(assigned(9, '04', '6', '2026-01-31', '2026-01-01')), 9)
})

test('minutes count on hours, and nothing else is converted', () => {
  assert.equal(past('01', '04'), true)
  assert.equal(past('04', '01'), false)
  assert.equal(past('16', '04'), false)
  assert.equal(geteld(3, '04', '04'), 180)
  assert.equal(geteld(95, '01', '04'), 95)
  assert.equal(geteld(95, '01', '01'), 95)
  assert.equal(geteld(2, '04', '01'), null)
  assert.deepEqual(['01', '04', '14', '16', '82', '83', '84'].map(deler), [1, 60, 1, 1, 1, 1, 1])
})

test('amounts', () => {
  assert.equal(uurbedrag(6850, 380), 43_383)
  assert.equal(minuuttarief(6850), 114)
  assert.equal(minuuttarief(6870), 115, 'half a cent up')
  assert.equal(uurbedrag(1, 30), 1)
  assert.equal(uurbedrag(1, 29), 0)
  assert.equal(bedragVan({ volume: 380, eenheid: '01', tarief: 114, uurtarief: 6850 }), 43_383, 'the tariff shown is not used')
  assert.equal(bedragVan({ volume: 380, eenheid: '01', tarief: 114, uurtarief: null }), 43_320)
  assert.equal(bedragVan({ volume: 6, eenheid: '04', tarief: 6850, uurtarief: 6850 }), 41_100)
  assert.equal(bedragVan({ volume: 41_100, eenheid: '83', tarief: null, uurtarief: null }), 41_100)
  assert.equal(bedragVan({ volume: 6, eenheid: '16', tarief: null, uurtarief: null }), null)
})

const anyAssignment = fc.record({
  volume: fc.nat(99_999_999),
  eenheid: fc.constantFrom('01', '04', '14', '16', '82', '83', '84'),
  frequentie: fc.constantFrom('1', '2', '4', '6'),
  van: fc.integer({ min: dayOf('2015-01-01'), max: dayOf('2035-12-31') }),
  days: fc.nat(900),
  huishoudelijk: fc.boolean()
}).map(({ days, ...it }): Toegewezen & { readonly tot: number } => ({ ...it, tot: it.van + days }))
const sum = (values: ReadonlyArray<number | null>): number => values.reduce<number>((total, it) => total + (it ?? NaN), 0)

test('the whole never holds more than its months together, and what is counted by day, Sunday or month holds the same', () => {
  fc.assert(fc.property(anyAssignment, it => {
    const [whole, split] = [maximumVanToewijzing(it) ?? NaN, sum(perMonth(it))]
    assert.ok(whole <= split)
    const output = it.frequentie === '2' && ['82', '83'].includes(it.eenheid) && !it.huishoudelijk
    if (['1', '4'].includes(it.frequentie) || output) assert.equal(whole, split)
  }), { numRuns: 1_000 })
})

test('no period holds more than its days, nor, where weeks are counted, than the weeks they may touch', () => {
  fc.assert(fc.property(anyAssignment, it => {
    for (const period of months(it)) {
      const most = it.frequentie === '2' ? it.huishoudelijk ? 6 : Math.min(6, daysIn(period) + 1) : daysIn(period)
      assert.ok((maximumVanPeriode(it, period) ?? NaN) <= most * it.volume)
    }
  }), { numRuns: 1_000 })
})

test('an assignment that ends at a month’s end and goes on under a new number holds no less', () => {
  fc.assert(fc.property(anyAssignment, fc.nat(), (it, at) => {
    const cut = lastOfMonth(it.van + at % (it.tot - it.van + 1))
    if (cut >= it.tot || it.frequentie === '6') return
    const [first, second] = [{ ...it, tot: cut }, { ...it, van: firstOfMonth(cut + 1) }]
    assert.ok((maximumVanToewijzing(first) ?? NaN) + (maximumVanToewijzing(second) ?? NaN) + (zonderZondag(first) || zonderZondag(second) ? it.volume : 0) >= (maximumVanToewijzing(it) ?? NaN))
  }), { numRuns: 1_000 })
})

test('more volume never allows less, and every maximum is a whole number', () => {
  fc.assert(fc.property(anyAssignment, fc.nat(1_000), (it, more) => {
    const larger = { ...it, volume: it.volume + more }
    assert.ok((maximumVanToewijzing(it) ?? NaN) <= (maximumVanToewijzing(larger) ?? NaN))
    for (const period of months(it)) {
      const [one, other] = [maximumVanPeriode(it, period), maximumVanPeriode(larger, period)]
      assert.ok(Number.isSafeInteger(one) && Number.isSafeInteger(other) && (one ?? NaN) <= (other ?? NaN))
    }
  }), { numRuns: 500 })
})

test('amounts are whole cents, never off by more than half of one', () => {
  fc.assert(fc.property(fc.nat(99_999_999), fc.nat(100_000), (tarief, minuten) => {
    const cents = uurbedrag(tarief, minuten)
    assert.ok(Number.isSafeInteger(cents))
    const off = BigInt(cents) * 120n - BigInt(tarief) * BigInt(minuten) * 2n
    assert.ok(off > -60n && off <= 60n, 'half up')
  }))
})
