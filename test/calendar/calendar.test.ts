/** Working days: the holidays of known years, the worked examples of the standard, and the ends of summer time and years. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { dutchDate, openCalendar, parseHolidays, recognised } from '../../src/calendar/calendar.ts'
import { instant, Unusable } from '../../src/core/core.ts'

const calendar = openCalendar()
const at = (text: string) => instant(Date.parse(text))
const due = (from: string, days: number): string => new Date(calendar.due(at(from), days)).toISOString()

test('the standard’s worked example: received Thursday 2 April 2026', () => {
  assert.equal(due('2026-04-02T10:00:00Z', 3), '2026-04-09T22:00:00.000Z', 'until the end of 9 April, summer time')
  assert.equal(due('2026-04-02T10:00:00Z', 10), '2026-04-20T22:00:00.000Z')
})

test('the holidays of a year', () => {
  const offOn = (year: number): string[] => Array.from({ length: 366 }, (_, n) => new Date(Date.UTC(year, 0, 1 + n)).toISOString().slice(0, 10))
    .filter(date => date.startsWith(String(year)) && ![0, 6].includes(new Date(date).getUTCDay()) && !calendar.isWorkingDay(date))
  assert.deepEqual(offOn(2026), ['2026-01-01', '2026-04-03', '2026-04-06', '2026-04-27', '2026-05-05', '2026-05-14', '2026-05-25', '2026-12-25'])
  assert.deepEqual(offOn(2025), ['2025-01-01', '2025-04-18', '2025-04-21', '2025-05-05', '2025-05-29', '2025-06-09', '2025-12-25', '2025-12-26'], 'Koningsdag on Saturday 26 April')
  assert.equal(offOn(2024).includes('2024-04-26'), false, 'Koningsdag 2024 is a Saturday itself')
  assert.ok(offOn(2027).includes('2027-03-29'))
})

test('the day is that of the Netherlands, at the turns of day, year and summer time', () => {
  assert.equal(dutchDate(at('2026-12-31T22:59:59Z')), '2026-12-31')
  assert.equal(dutchDate(at('2026-12-31T23:00:00Z')), '2027-01-01')
  assert.equal(due('2026-12-30T12:00:00Z', 3), '2027-01-05T23:00:00.000Z', '31 December, 4 and 5 January')
  assert.equal(due('2026-03-26T12:00:00Z', 1), '2026-03-27T23:00:00.000Z', 'midnight before the clock goes forward')
  assert.equal(due('2026-03-27T12:00:00Z', 1), '2026-03-30T22:00:00.000Z', 'and after')
  assert.equal(due('2026-10-23T12:00:00Z', 1), '2026-10-26T23:00:00.000Z', 'after it went back')
  assert.equal(due('2024-02-28T12:00:00Z', 1), '2024-02-29T23:00:00.000Z', 'a leap day is worked')
})

test('what is due ends a working day, is later with more days, and counts that many', () => {
  const moments = fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2040-01-01') }).map(instant)
  fc.assert(fc.property(moments, fc.integer({ min: 1, max: 40 }), (from, days) => {
    const end = calendar.due(from, days)
    const last = dutchDate(instant(end - 1))
    assert.ok(calendar.isWorkingDay(last))
    assert.notEqual(dutchDate(end), last)
    assert.ok(calendar.due(from, days + 1) > end)
    let counted = 0
    for (let date = new Date(dutchDate(from)); date.toISOString().slice(0, 10) < last;) {
      date = new Date(date.getTime() + 86_400_000)
      if (calendar.isWorkingDay(date.toISOString().slice(0, 10))) counted++
    }
    assert.equal(counted, days)
  }))
})

test('a calendar of one’s own is read, and a wrong one refused by its member', () => {
  const own = openCalendar(parseHolidays('{"dates":["2026-11-23"],"koningsdag":null}', 'holidays'))
  assert.equal(own.isWorkingDay('2026-11-23'), false)
  assert.equal(own.isWorkingDay('2026-04-27'), true)
  assert.equal(own.isWorkingDay('2026-12-25'), false)
  assert.deepEqual(parseHolidays('{}', 'holidays'), recognised)
  for (const [json, why] of [['{', /not JSON/], ['[]', /no JSON object/], ['{"x":1}', /x is not one of/], ['{"fixed":["13-01"]}', /fixed/], ['{"easter":["a"]}', /easter/], ['{"koningsdag":"27"}', /koningsdag/], ['{"dates":["2026-02-30"]}', /dates/]] as const) {
    assert.throws(() => parseHolidays(json, 'holidays'), error => error instanceof Unusable && error.message.startsWith('holidays: ') && why.test(error.message))
  }
})
