/** What comes too late is told, and only where the term is sure. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openCalendar, openTerms } from '../../src/calendar/calendar.ts'
import { instant, isRejecting } from '../../src/core/core.ts'
import { factsOf, lateCodes, lateFindings, openHistory, type Known } from '../../src/history/history.ts'
import { textAt, type Tree } from '../../src/standard/standard.ts'
import { about, anna, antwoord, wijziging, type Made } from './made.ts'

const terms = openTerms(openCalendar())
/** Ten in the morning. */
const on = (date: string) => instant(Date.parse(`${date}T08:00:00Z`))

/** Earlier messages and the day each was received; null where it was imported. */
type Earlier = ReadonlyArray<readonly [made: Made, received: string | null]>
const known = (earlier: Earlier): Known[] => earlier.flatMap(([{ model, message }, received], nth) => factsOf(model, message).map((fact): Known => ({
  ...fact,
  bron: { seq: nth, number: model.number, Identificatie: `M${nth}`, Dagtekening: textAt(message, 'Header/BerichtIdentificatie/Dagtekening') ?? '', ...(received === null ? {} : { ontvangen: on(received) }) }
})))
const late = ({ model, message }: Made, received: string, ...earlier: Earlier) =>
  lateFindings(model, message, openHistory(known(earlier), { compleetVanaf: null, clientOf: Bsn => Bsn }), { received: on(received), terms })
const codes = (...of: Parameters<typeof late>): string[] => late(...of).map(it => it.code)
const dated = ({ model, message }: Made, Dagtekening: string): Made => ({ model, message: { ...message, Header: { ...(message['Header'] as Tree), BerichtIdentificatie: { Identificatie: 'V1', Dagtekening } } } })

describe('a start or stop', () => {
  const toewijzing = about('301', 'T1', anna, { ToewijzingNummer: '007' })
  const start = about('305', 'S1', anna, { Begindatum: '2026-06-01' })
  const stop = (product: Tree = {}): Made => about('307', 'E1', anna, { Begindatum: '2026-01-01', Einddatum: '2026-06-01', ...product })

  it('is in time until the end of the fifth working day', () => {
    assert.deepEqual(codes(start, '2026-06-08', [toewijzing, '2026-01-05']), [])
    assert.deepEqual(late(start, '2026-06-09', [toewijzing, '2026-01-05']), [{
      level: 3, code: 'ZP_TERM_START', line: null, path: 'Client/StartProducten/StartProduct[1]/Begindatum', class: 'Client/StartProducten/StartProduct[1]', warning: true,
      found: '2026-06-09', expected: 'uiterlijk 2026-06-08', expected_en: '2026-06-08 at the latest', message: lateCodes.ZP_TERM_START.nl, message_en: lateCodes.ZP_TERM_START.en
    }])
    assert.deepEqual(codes(stop(), '2026-06-09', [toewijzing, '2026-01-05']), ['ZP_TERM_STOP'])
    assert.ok(!late(start, '2026-06-09', [toewijzing, '2026-01-05']).some(isRejecting))
  })

  it('counts from an assignment, or a change of it, that came later', () => {
    const shortened = about('301', 'T2', anna, { Toewijzingsdatum: '2026-06-10', Einddatum: '2026-06-01' })
    assert.deepEqual(codes(start, '2026-06-15', [toewijzing, '2026-06-08']), [])
    assert.deepEqual(codes(stop(), '2026-06-17', [toewijzing, '2026-01-05'], [shortened, '2026-06-10']), [])
    assert.deepEqual(codes(stop(), '2026-06-18', [toewijzing, '2026-01-05'], [shortened, '2026-06-10']), ['ZP_TERM_STOP'])
  })

  it('is not judged where nobody knows when the assignment came, and is without a ToewijzingNummer', () => {
    assert.deepEqual(codes(start, '2026-09-01'), [])
    assert.deepEqual(codes(start, '2026-09-01', [toewijzing, null]), [])
    const { ToewijzingNummer: _, ...product } = { ToewijzingNummer: '', Begindatum: '2026-06-01', StatusAanlevering: '1', Product: { Categorie: '45' } }
    const { model, message } = about('305', 'S1', anna, {})
    assert.deepEqual(codes({ model, message: { ...message, Client: { ...(message['Client'] as Tree), StartProducten: { StartProduct: [product] } } } }, '2026-09-01'), ['ZP_TERM_START'])
  })

  it('a deletion is never late, nor a final stop after a temporary one', () => {
    assert.deepEqual(codes(about('305', 'S1', anna, { Begindatum: '2026-06-01', StatusAanlevering: '3' }), '2026-09-01', [toewijzing, '2026-01-05']), [])
    const paused = about('307', 'E0', anna, { Begindatum: '2026-01-01', RedenBeeindiging: '20', Einddatum: '2026-05-01' })
    assert.deepEqual(codes(stop(), '2026-09-01', [toewijzing, '2026-01-05'], [paused, '2026-05-04']), [])
    assert.deepEqual(codes(stop({ Begindatum: '2026-02-01' }), '2026-09-01', [toewijzing, '2026-01-05'], [paused, '2026-05-04']), ['ZP_TERM_STOP'], 'of another start')
  })

  it('an absurd date is no reason to stop', () => {
    assert.deepEqual(codes(about('305', 'S1', anna, { Begindatum: '-0001-01-01' }), '2026-06-09', [toewijzing, '2026-01-05']), [])
  })
})

describe('an answer to a request', () => {
  const ask = dated(about('315', 'V1', anna, { ReferentieAanbieder: 'R1' }, { ReferentieAanbieder: 'R2' }), '2026-06-01')
  const honour = (...references: string[]): Made => about('301', 'T1', anna, ...references.map((ReferentieAanbieder, n) => ({ ToewijzingNummer: `${n}`, ReferentieAanbieder })))

  it('comes within five working days of the request', () => {
    assert.deepEqual(codes(honour('R1'), '2026-06-08', [ask, '2026-06-01']), [])
    assert.deepEqual(codes(honour('R1', 'R2'), '2026-06-09', [ask, '2026-06-01']), ['ZP_TERM_ANSWER', 'ZP_TERM_ANSWER'])
    assert.deepEqual(codes(antwoord('A1', 'R1', '1'), '2026-06-09', [ask, '2026-06-01']), ['ZP_TERM_ANSWER'])
    assert.deepEqual(codes(antwoord('A1', 'R1', '2'), '2026-06-09', [ask, '2026-06-01']), ['ZP_TERM_ANSWER'], 'also that it is investigated')
    assert.deepEqual(codes(honour('R1'), '2026-09-01', [ask, null]), [])
    assert.deepEqual(codes(honour('R1'), '2026-09-01'), [])
  })

  it('under investigation within eight weeks of its Dagtekening', () => {
    const investigated = antwoord('A0', 'R1', '2')
    assert.deepEqual(codes(antwoord('A1', 'R1', '1'), '2026-07-27', [ask, '2026-06-02'], [investigated, '2026-06-03']), [])
    assert.deepEqual(codes(antwoord('A1', 'R1', '1'), '2026-07-28', [ask, '2026-06-02'], [investigated, '2026-06-03']), ['ZP_TERM_DECISION'])
    assert.deepEqual(codes(honour('R1', 'R2'), '2026-07-28', [ask, '2026-06-02'], [investigated, '2026-06-03']), ['ZP_TERM_DECISION', 'ZP_TERM_ANSWER'])
  })

  it('by place of residence within two weeks', () => {
    const { model, message } = antwoord('A1', 'R1', '1')
    const refused: Made = { model, message: { ...message, Antwoord: { ReferentieAanbieder: 'R1', VerzoekAntwoord: '1', RedenAfwijzingVerzoek: '8', Woonplaatsbeginsel: { Gemeente: '0363' } } } }
    assert.deepEqual(codes(refused, '2026-06-15', [ask, '2026-06-01']), [])
    assert.deepEqual(codes(refused, '2026-06-16', [ask, '2026-06-01']), ['ZP_TERM_RESIDENCE'])
  })

  it('to a 317 is told once, whatever number of products bear its reference', () => {
    assert.deepEqual(codes(honour('R9', 'R9'), '2026-06-09', [wijziging('V2', anna, 'R9'), '2026-06-01']), ['ZP_TERM_ANSWER'])
    assert.deepEqual(codes(about('301', 'T1', anna, {}), '2026-06-09', [ask, '2026-06-01']), [])
  })
})
