/** Calendar dates against JavaScript's own calendar, at the ends of years, and with dates nobody writes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { dateOfDay, dayOf, daysIn, firstOfMonth, intersection, lastOfMonth, monthsIn, sundayUntil, sundaysIn, weeksIn, type Period } from '../../src/calendar/calendar.ts'

const period = (from: string, to: string): Period => ({ from: dayOf(from), to: dayOf(to) })
const utc = (at: number): Date => new Date(at * 86_400_000)
const someDay = fc.integer({ min: dayOf('1900-01-01'), max: dayOf('2200-12-31') })
const somePeriod = fc.tuple(someDay, fc.nat(1_200)).map(([from, more]): Period => ({ from, to: from + more }))
const eachDay = ({ from, to }: Period): number[] => Array.from({ length: to - from + 1 }, (_, nth) => from + nth)

/** Year and week after the definition: the week of a day is that of its Thursday. */
function isoWeek (at: number): string {
  const thursday = utc(at + 3 - (utc(at).getUTCDay() + 6) % 7)
  const year = thursday.getUTCFullYear()
  return `${year}-${1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / 604_800_000)}`
}

test('day numbers are those of JavaScript, there and back', () => {
  fc.assert(fc.property(fc.integer({ min: -700_000, max: 2_900_000 }), at => {
    const date = utc(at).toISOString().slice(0, 10)
    assert.equal(dateOfDay(at), date)
    assert.equal(dayOf(date), at)
  }))
  assert.equal(dayOf('1970-01-01'), 0)
})

test('months begin and end where they do', () => {
  fc.assert(fc.property(someDay, at => {
    const day = utc(at)
    assert.equal(firstOfMonth(at) * 86_400_000, Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), 1))
    assert.equal(lastOfMonth(at) * 86_400_000, Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0))
  }))
  assert.equal(dateOfDay(lastOfMonth(dayOf('2028-02-10'))), '2028-02-29')
  assert.equal(dateOfDay(lastOfMonth(dayOf('2100-02-10'))), '2100-02-28')
  assert.equal(dateOfDay(lastOfMonth(dayOf('2026-12-01'))), '2026-12-31')
})

test('weeks, months and Sundays touched are what walking the days finds', () => {
  fc.assert(fc.property(somePeriod, it => {
    const days = eachDay(it)
    assert.equal(daysIn(it), days.length)
    assert.equal(weeksIn(it), new Set(days.map(isoWeek)).size)
    assert.equal(monthsIn(it), new Set(days.map(at => dateOfDay(at).slice(0, 7))).size)
    assert.equal(sundaysIn(it), days.filter(at => utc(at).getUTCDay() === 0).length)
    const sunday = sundayUntil(it.to)
    assert.equal(utc(sunday).getUTCDay(), 0)
    assert.ok(sunday <= it.to && sunday > it.to - 7)
  }))
})

test('the turns of 2020 with its 53 weeks, of 2026 and of 2027', () => {
  assert.equal(weeksIn(period('2020-01-01', '2020-12-31')), 53)
  assert.equal(isoWeek(dayOf('2020-12-31')), '2020-53')
  assert.equal(weeksIn(period('2020-12-31', '2021-01-03')), 1, '2020-53 holds the first days of 2021')
  assert.equal(weeksIn(period('2020-12-31', '2021-01-04')), 2)
  assert.equal(weeksIn(period('2025-12-29', '2026-01-04')), 1, '2026-1 begins in 2025')
  assert.equal(weeksIn(period('2026-01-01', '2026-12-31')), 53)
  assert.equal(weeksIn(period('2026-12-31', '2027-01-03')), 1, '2026-53 holds the first days of 2027')
  assert.equal(weeksIn(period('2027-01-01', '2027-01-04')), 2)
  assert.equal(sundaysIn(period('2027-01-01', '2027-12-31')), 52)
  assert.equal(monthsIn(period('2026-12-31', '2027-01-01')), 2)
})

test('the days that two periods share', () => {
  assert.deepEqual(intersection(period('2026-01-01', '2026-01-31'), period('2026-01-20', '2026-03-01')), period('2026-01-20', '2026-01-31'))
  assert.deepEqual(intersection(period('2026-01-01', '2026-01-31'), period('2026-01-31', '2026-01-31')), period('2026-01-31', '2026-01-31'))
  assert.equal(intersection(period('2026-01-01', '2026-01-31'), period('2026-02-01', '2026-02-28')), null)
  assert.equal(intersection(period('', '2026-01-31'), period('2026-02-01', '2026-02-28')), null)
})

test('dates nobody writes keep their order and crash nothing', () => {
  const odd = ['-123456789012345678901234-01-01', '-0044-03-15', '0000-01-01', '0001-01-01', ' 2026-03-01\n', '9999-12-31', '10000-01-01', '00012345-02-28', '99999-12-31']
  const days = odd.map(dayOf)
  assert.deepEqual(days, days.toSorted((a, b) => a - b))
  assert.equal(new Set(days).size, odd.length)
  assert.equal(dayOf('123456789012345678901234-12-31'), dayOf('99999-12-31'), 'as far as a year may go')
  assert.equal(dayOf(' 2026-03-01\n'), dayOf('2026-03-01'))
  for (const at of days) assert.equal(dayOf(dateOfDay(at)), at)
  for (const none of ['', 'yesterday', '2026-3-1', '2026']) {
    assert.ok(Number.isNaN(dayOf(none)))
    assert.equal(dateOfDay(dayOf(none)), '')
  }
})
