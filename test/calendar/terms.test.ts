/** The time limits of requests, their investigation, starts and stops. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endOf, openCalendar, openTerms } from '../../src/calendar/calendar.ts'
import { instant, type Instant } from '../../src/core/core.ts'

const terms = openTerms(openCalendar())
const at = (text: string): Instant => instant(Date.parse(text))
const last = (due: Instant | null): string | null => due === null ? null : new Date(due).toISOString()

test('a request is answered within five working days, holidays not counted', () => {
  assert.equal(last(terms.answer(at('2026-04-02T10:00:00Z'))), '2026-04-13T22:00:00.000Z', 'Good Friday and Easter Monday between')
})

test('a request under investigation is decided within eight weeks of its Dagtekening, also over the turn of summer time', () => {
  assert.equal(last(terms.decision('2026-04-01')), '2026-05-27T22:00:00.000Z')
  assert.equal(last(terms.decision(' 2026-10-01 ')), '2026-11-26T23:00:00.000Z')
})

test('a refusal by place of residence is sent within two weeks', () => {
  assert.equal(last(terms.residence(at('2026-04-02T23:30:00Z'))), '2026-04-17T22:00:00.000Z', 'it was 3 April in the Netherlands')
})

test('a start or stop is told within five working days, after the assignment where that came later', () => {
  assert.equal(last(terms.delivery('2026-06-01', null)), '2026-06-08T22:00:00.000Z')
  assert.equal(last(terms.delivery('2026-06-01', at('2026-05-01T10:00:00Z'))), '2026-06-08T22:00:00.000Z')
  assert.equal(last(terms.delivery('2026-06-01', at('2026-06-10T10:00:00Z'))), '2026-06-17T22:00:00.000Z')
})

test('no term is counted from a year that nobody lives in, and none throws', () => {
  for (const date of ['0001-01-01', '-0044-03-15', '12026-01-01', '1969-12-31', '2100-01-01']) assert.deepEqual([terms.decision(date), terms.delivery(date, null)], [null, null], date)
  assert.ok(terms.delivery('1970-01-01', null) !== null && terms.delivery('2099-12-31', null) !== null)
})

test('a day ends at midnight in the Netherlands', () => {
  assert.equal(last(endOf('2026-12-31')), '2026-12-31T23:00:00.000Z')
})
