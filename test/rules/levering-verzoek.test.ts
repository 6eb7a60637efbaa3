/** Requests against what came before them: each rule held and broken, and the stories in which they meet. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Tree } from '../../src/standard/standard.ts'
import { families, gesprek, perWeek, product, toegewezen, totaal, type Anders, type Gesprek } from './gesprek.ts'

const vot = (nth: number): string => `Client/AangevraagdeProducten/AangevraagdProduct[${nth}]`
const gelijk = (nth: number): string => `Client/Verzoek/OngewijzigdeProducten/OngewijzigdProduct[${nth}]`
const anders = (nth: number): string => `Client/Verzoek/TeWijzigenProducten/TeWijzigenProduct[${nth}]`

for (const family of families) {
  const ander = product(family, null, family === 'iwmo' ? '03' : '41')
  const elders: Tree = { Categorie: family === 'iwmo' ? '15' : '50', Code: '40A0X' }

  describe(`${family}: TR347 and TR374, asking`, () => {
    test('a reference is used once, over 315 and 317 together', () => {
      const of = toegewezen(gesprek(family))
      of.neem(of.verzoek([{ ReferentieAanbieder: 'A' }], { wie: 2 }))
      assert.deepEqual(of.oordeel(of.verzoek([{ ReferentieAanbieder: 'B' }, { ReferentieAanbieder: 'A', Product: ander }])), [`TR347 ${vot(2)} ReferentieAanbieder`])
      assert.deepEqual(of.oordeel(of.wijziging({ ref: 'A', gelijk: ['7', '8', '9'], nieuw: [{ Product: elders, GewensteIngangsdatum: '2026-05-01', Omvang: perWeek, Einddatum: '2026-05-31' }] })), ['TR347 Client/Verzoek ReferentieAanbieder'])
    })
    test('one request is open at a time for a client: a 315 until each of its products is decided', () => {
      const of = gesprek(family)
      of.neem(of.verzoek([{ ReferentieAanbieder: 'A' }, { ReferentieAanbieder: 'B', Product: ander }]))
      of.neem(of.verzoek([{ ReferentieAanbieder: 'X' }], { wie: 2 }))
      const volgende = of.verzoek([{ ReferentieAanbieder: 'C' }])
      assert.deepEqual(of.oordeel(volgende), ['TR374 Client'])
      of.neem(of.toewijzing([{ ToewijzingNummer: '1', ReferentieAanbieder: 'A' }]))
      assert.deepEqual(of.oordeel(volgende), ['TR374 Client'])
      of.neem(of.antwoord({ ReferentieAanbieder: 'B', VerzoekAntwoord: '2' }))
      assert.deepEqual(of.oordeel(volgende), ['TR374 Client'])
      of.neem(of.antwoord({ ReferentieAanbieder: 'B', VerzoekAntwoord: '1', RedenAfwijzingVerzoek: '1' }))
      of.neem(volgende)
    })
    test('a rejected request was never open, and its reference is free', () => {
      const of = gesprek(family)
      of.keurAf(of.verzoek([{ ReferentieAanbieder: 'A' }]))
      of.neem(of.verzoek([{ ReferentieAanbieder: 'A' }]))
    })
    test('an open 317 keeps out a 315, and its reference on any product of a 301 closes it', () => {
      const of = toegewezen(gesprek(family))
      of.neem(of.wijziging({ ref: 'W', gelijk: ['8', '9'], anders: [{ ToewijzingNummer: '7', GewensteIngangsdatum: '2026-01-01', Einddatum: '2026-12-31', Budget: '2000' }] }))
      const volgende = of.verzoek([{ ReferentieAanbieder: 'C' }])
      assert.deepEqual(of.oordeel(volgende), ['TR374 Client'])
      of.neem(of.toewijzing([{ ToewijzingNummer: '7', ReferentieAanbieder: 'W', Einddatum: '2026-12-31', Budget: '2000' }]))
      of.neem(volgende)
    })
    test('where history has a beginning, what is not found is not assessed', () => {
      const of = gesprek(family, { vanaf: null })
      assert.deepEqual(of.oordeel(of.verzoek([{ ReferentieAanbieder: 'A' }])), [`? TR347 ${vot(1)} ReferentieAanbieder`, '? TR374 Client'])
    })
    test('a request of before the history may have been answered: not assessed', () => {
      const of = gesprek(family, { vanaf: '2026-03-01' })
      of.importeer(of.verzoek([{ ReferentieAanbieder: 'A' }], { dag: '2026-02-01' }))
      assert.ok(of.oordeel(of.verzoek([{ ReferentieAanbieder: 'B' }])).includes('? TR374 Client'))
      of.importeer(of.verzoek([{ ReferentieAanbieder: 'B' }], { dag: '2026-03-01' }))
      assert.ok(of.oordeel(of.verzoek([{ ReferentieAanbieder: 'C' }])).includes('TR374 Client'))
    })
  })

  describe(`${family}: TR349 to TR351, naming what is assigned`, () => {
    const nieuw = [{ Product: elders, GewensteIngangsdatum: '2026-05-01', Einddatum: '2026-05-31', Omvang: perWeek }]

    test('every actual assignment is named once, numbers by value', () => {
      const of = toegewezen(gesprek(family))
      assert.deepEqual(of.oordeel(of.wijziging({ ref: 'W', gelijk: ['007', '+8', '9'], nieuw })), [])
      assert.deepEqual(of.oordeel(of.wijziging({ ref: 'W', gelijk: ['7', '8'], nieuw })), ['TR349 Client/Verzoek'])
      assert.deepEqual(of.oordeel(of.wijziging({ ref: 'W', gelijk: ['7', '8', '9'], anders: [{ ToewijzingNummer: '9', GewensteIngangsdatum: '2027-01-01', Omvang: totaal }] })), ['TR349 Client/Verzoek'])
      assert.deepEqual(of.oordeel(of.wijziging({ ref: 'W', gelijk: ['7', '8', '9'], anders: [{ ToewijzingNummer: '9', GewensteIngangsdatum: '2026-05-01', Omvang: totaal }] })),
        ['TR349 Client/Verzoek', 'TR361 Client/Verzoek'])
    })
    test('the actual version on the Dagtekening decides: ended yesterday is past, ends today or starts later is not', () => {
      const of = gesprek(family)
      of.neem(of.toewijzing([
        { ToewijzingNummer: '1', Einddatum: '2026-03-31' },
        { ToewijzingNummer: '2', Product: ander, Einddatum: '2026-04-01' },
        { ToewijzingNummer: '3', Ingangsdatum: '2026-06-01', Einddatum: '2026-07-01' },
        { ToewijzingNummer: '4', Product: { Categorie: family === 'iwmo' ? '07' : '54' } }
      ], { dag: '2026-01-01' }))
      of.neem(of.toewijzing([{ ToewijzingNummer: '4', Product: { Categorie: family === 'iwmo' ? '07' : '54' }, Einddatum: '2026-01-01', RedenWijziging: '13' }], { dag: '2026-01-02' }))
      const dag = '2026-04-01'
      assert.deepEqual(of.oordeel(of.wijziging({ ref: 'W', gelijk: ['2', '3'], nieuw }, { dag })), [])
      assert.deepEqual(of.oordeel(of.wijziging({ ref: 'W', gelijk: ['2'], nieuw }, { dag })), ['TR349 Client/Verzoek'])
      assert.deepEqual(of.oordeel(of.wijziging({ ref: 'W', gelijk: ['2', '3', '1'], nieuw }, { dag })), [`TR350 ${gelijk(3)}`])
      assert.deepEqual(of.oordeel(of.wijziging({ ref: 'W', gelijk: ['2', '3'], anders: [{ ToewijzingNummer: '4', GewensteIngangsdatum: '2026-05-01' }] }, { dag })), [`TR351 ${anders(1)}`])
    })
    test('a deleted assignment never counts, also when its one day lies ahead', () => {
      const of = gesprek(family)
      of.neem(of.toewijzing([{ ToewijzingNummer: '1' }, { ToewijzingNummer: '2', Product: ander, Ingangsdatum: '2026-06-01' }], { dag: '2026-01-01' }))
      of.neem(of.toewijzing([{ ToewijzingNummer: '2', Product: ander, Ingangsdatum: '2026-06-01', Einddatum: '2026-06-01', RedenWijziging: '13' }], { dag: '2026-01-02' }))
      const terug = [{ ...nieuw[0], Product: { ...ander, Code: '20A0X' }, GewensteIngangsdatum: '2026-06-01', Einddatum: '2026-06-30' }]
      assert.deepEqual(of.oordeel(of.wijziging({ ref: 'W', gelijk: ['1'], nieuw: terug })), [])
      assert.deepEqual(of.oordeel(of.wijziging({ ref: 'W', gelijk: ['1', '2'], nieuw: terug })), [`TR350 ${gelijk(2)}`])
    })
    test('another client\'s number is none of his', () => {
      const of = toegewezen(gesprek(family))
      of.neem(of.toewijzing([{ ToewijzingNummer: '10' }], { wie: 2 }))
      assert.deepEqual(of.oordeel(of.wijziging({ ref: 'W', gelijk: ['7', '8', '9', '10'], nieuw })), [`TR350 ${gelijk(4)}`])
      assert.deepEqual(of.oordeel(of.wijziging({ ref: 'W', gelijk: ['7', '8', '9'], anders: [{ ToewijzingNummer: '10', GewensteIngangsdatum: '2026-05-01' }] })), [`TR351 ${anders(1)}`])
    })
    test('the version of the latest Toewijzingsdatum and Toewijzingstijd counts, not the one that came last', () => {
      const of = gesprek(family)
      of.neem(of.toewijzing([{ ToewijzingNummer: '1', Toewijzingsdatum: '2026-01-01', Toewijzingstijd: '10:00:00' }], { dag: '2026-01-01' }))
      of.neem(of.toewijzing([{ ToewijzingNummer: '1', Einddatum: '2026-02-01', Toewijzingsdatum: '2026-01-01', Toewijzingstijd: '09:00:00' }], { dag: '2026-01-01' }))
      assert.deepEqual(of.oordeel(of.wijziging({ ref: 'W', gelijk: ['1'], nieuw: [{ Product: { ...ander, Code: '20A0X' }, GewensteIngangsdatum: '2026-05-01', Einddatum: '2026-05-31', Omvang: perWeek }] })), [])
    })
    test('an assignment of before the history may have a later version: not assessed', () => {
      const of = gesprek(family, { vanaf: '2026-03-01' })
      of.importeer(of.toewijzing([{ ToewijzingNummer: '7', Einddatum: '2026-12-31', Budget: '1000' }, { ToewijzingNummer: '8', Product: ander, Einddatum: '2026-02-28' }], { dag: '2026-01-01' }))
      const found = of.oordeel(of.wijziging({ ref: 'W', gelijk: ['8'], nieuw: [{ Product: ander, GewensteIngangsdatum: '2026-05-01', Einddatum: '2026-05-31', Budget: '5' }] }))
      assert.ok(found.includes(`? TR350 ${gelijk(1)}`) && found.includes('? TR349 Client/Verzoek'))
      assert.ok(of.oordeel(of.wijziging({ ref: 'W', anders: [{ ToewijzingNummer: '8', GewensteIngangsdatum: '2026-05-01' }] })).includes(`? TR351 ${anders(1)}`))
      const budget = { ToewijzingNummer: '7', GewensteIngangsdatum: '2026-05-01', Einddatum: '2026-12-31', Budget: '2000' }
      const binnen = { Product: ander, GewensteIngangsdatum: '2026-05-01', Einddatum: '2026-05-31', Budget: '5' }
      of.importeer(of.toewijzing([{ ToewijzingNummer: '9', Product: ander, Ingangsdatum: '2026-03-01' }], { dag: '2026-01-02' }))
      assert.ok(of.oordeel(of.wijziging({ ref: 'W', gelijk: ['9'], nieuw: [binnen] })).includes('? TR361 Client/Verzoek'))
      assert.ok(of.oordeel(of.wijziging({ ref: 'W', anders: [budget] })).includes(`? TR373 ${anders(1)} GewensteIngangsdatum`))
      assert.ok(of.oordeel(of.wijziging({ ref: 'W', anders: [{ ...budget, GewensteIngangsdatum: '2026-02-01' }] })).includes(`TR357 ${anders(1)} GewensteIngangsdatum`), 'its first day never changes')
    })
    test('where history has a beginning, what is not found is not assessed', () => {
      const of = gesprek(family, { vanaf: '2026-03-01' })
      const bericht = of.wijziging({ ref: 'W', gelijk: ['7'], nieuw })
      assert.deepEqual(of.oordeel(bericht).filter(it => !it.startsWith('? ')), [])
      assert.ok(of.oordeel(bericht).includes(`? TR350 ${gelijk(1)}`))
      assert.ok(of.oordeel(bericht).includes('? TR349 Client/Verzoek'))
      assert.ok(of.oordeel(bericht).includes('? TR361 Client/Verzoek'))
    })
  })

  describe(`${family}: TR357, TR361, TR373, TR375, TR411 and TR412, what is asked of an assignment`, () => {
    const vow = (of: Gesprek, row: Tree, dag = '2026-04-01') => {
      const nummer = String(row['ToewijzingNummer'])
      return of.oordeel(of.wijziging({ ref: 'W', gelijk: ['7', '8', '9'].filter(it => it !== nummer), anders: [row] }, { dag }))
    }
    const budget = { ToewijzingNummer: '7', Einddatum: '2026-12-31', Budget: '1000' }
    const total = { ToewijzingNummer: '8', Einddatum: '2026-12-31', Omvang: totaal }
    const week = { ToewijzingNummer: '9', Einddatum: '2026-12-31', Omvang: perWeek }

    test('a change that does not lie ahead is one from the first day on', () => {
      const of = toegewezen(gesprek(family))
      assert.deepEqual(vow(of, { ...week, GewensteIngangsdatum: '2026-04-01' }), [`TR357 ${anders(1)} GewensteIngangsdatum`])
      assert.deepEqual(vow(of, { ...week, GewensteIngangsdatum: '2026-04-02' }), [])
      assert.deepEqual(vow(of, { ...week, GewensteIngangsdatum: '2026-01-01' }), [])
    })
    test('another budget or total is for the whole period; another end, or the same number, is not', () => {
      const of = toegewezen(gesprek(family))
      assert.deepEqual(vow(of, { ...budget, GewensteIngangsdatum: '2026-05-01', Budget: '2000' }), [`TR373 ${anders(1)} GewensteIngangsdatum`])
      assert.deepEqual(vow(of, { ...budget, GewensteIngangsdatum: '2026-01-01', Budget: '2000' }), [])
      assert.deepEqual(vow(of, { ...budget, GewensteIngangsdatum: '2026-05-01', Budget: '01000', Einddatum: '2026-06-30' }), [])
      assert.deepEqual(vow(of, { ...total, GewensteIngangsdatum: '2026-05-01', Omvang: { ...totaal, Volume: '700' } }), [`TR373 ${anders(1)} GewensteIngangsdatum`])
      assert.deepEqual(vow(of, { ...total, GewensteIngangsdatum: '2026-01-01', Omvang: { ...totaal, Volume: '700' } }), [])
      assert.deepEqual(vow(of, { ...total, GewensteIngangsdatum: '2026-05-01', Omvang: { ...totaal, Volume: '0600' } }), [])
      assert.deepEqual(vow(of, { ...week, GewensteIngangsdatum: '2026-05-01', Omvang: { ...perWeek, Volume: '180' } }), [])
    })
    test('a budget instead of a total is another assignment: it begins when it is asked to', () => {
      assert.deepEqual(vow(toegewezen(gesprek(family)), { ToewijzingNummer: '8', Einddatum: '2026-12-31', Budget: '5', GewensteIngangsdatum: '2026-05-01' }), [`TR411 ${anders(1)} Omvang`])
    })
    test('a product with a Code has an Omvang, one without has none', () => {
      const of = toegewezen(gesprek(family))
      assert.deepEqual(vow(of, { ToewijzingNummer: '9', GewensteIngangsdatum: '2026-05-01' }), [`TR411 ${anders(1)} Omvang`])
      assert.deepEqual(vow(of, { ToewijzingNummer: '7', GewensteIngangsdatum: '2026-05-01', Einddatum: '2026-12-31', Omvang: perWeek }), [`TR412 ${anders(1)} Omvang`])
      assert.deepEqual(vow(of, { ToewijzingNummer: '7', GewensteIngangsdatum: '2026-05-01' }), [])
    })
    test('a generic assignment has no Omvang; before 2021 it could', () => {
      const of = gesprek(family)
      of.neem(of.toewijzing([{ ToewijzingNummer: '7', Product: undefined, Ingangsdatum: '2020-01-01', Einddatum: '2026-12-31', Budget: '1000' }], { dag: '2020-01-01' }))
      const row = { ToewijzingNummer: '7', GewensteIngangsdatum: '2020-01-01', Omvang: perWeek }
      assert.deepEqual(vow(of, { ...row, Einddatum: '2021-01-01' }, '2020-06-01').filter(it => !it.includes('TR350')), [`TR375 ${anders(1)} Omvang`])
      assert.deepEqual(vow(of, { ...row, Einddatum: '2020-12-31' }, '2020-06-01').filter(it => !it.includes('TR350')), [])
      const met = gesprek(family)
      met.neem(met.toewijzing([{ ToewijzingNummer: '7', Ingangsdatum: '2020-01-01', Einddatum: '2026-12-31', Budget: '1000' }], { dag: '2020-01-01' }))
      assert.deepEqual(vow(met, { ...row, Einddatum: '2020-12-31' }, '2020-06-01').filter(it => !it.includes('TR350')), [])
    })
    test('unknown assignments are not assessed where they may lie before the history, and left to TR351 where they may not', () => {
      const [oud, heel] = [gesprek(family, { vanaf: '2026-03-01' }), gesprek(family)]
      const row = { ToewijzingNummer: '5', GewensteIngangsdatum: '2026-01-01', Einddatum: '2026-12-31', Omvang: perWeek }
      const found = oud.oordeel(oud.wijziging({ ref: 'W', anders: [row] }))
      for (const rule of ['TR351', 'TR357', 'TR373', 'TR375', 'TR412']) assert.ok(found.some(it => it.startsWith(`? ${rule} ${anders(1)}`)), rule)
      assert.deepEqual(found.filter(it => !it.startsWith('? ')), [])
      assert.deepEqual(heel.oordeel(heel.wijziging({ ref: 'W', anders: [row] })).filter(it => !it.startsWith('TR304')), [`TR351 ${anders(1)}`])
    })
    test('rows of one product share no day: by Code, by Categorie where a Code is missing, always without Product', () => {
      const of = toegewezen(gesprek(family))
      const nieuw = (Product: Tree | undefined, GewensteIngangsdatum: string, Einddatum: string) => of.oordeel(of.wijziging({
        ref: 'W', gelijk: ['8', '9'], anders: [{ ...budget, GewensteIngangsdatum: '2026-05-01', Einddatum: '2026-06-30', Budget: '1000' }],
        nieuw: [{ Product, GewensteIngangsdatum, Einddatum, ...(Product?.['Code'] === undefined ? { Budget: '5' } : { Omvang: perWeek }) }]
      }))
      assert.deepEqual(nieuw(product(family), '2026-06-30', '2026-08-01'), ['TR361 Client/Verzoek'])
      assert.deepEqual(nieuw(product(family), '2026-07-01', '2026-08-01'), [])
      assert.deepEqual(nieuw({ ...ander, Code: '99A0X' }, '2026-07-01', '2026-08-01').filter(it => it.startsWith('TR361')), [])
      assert.deepEqual(nieuw(ander, '2026-07-01', '2026-08-01'), ['TR361 Client/Verzoek'])
      assert.deepEqual(nieuw(undefined, '2026-07-01', '2026-08-01'), ['TR361 Client/Verzoek'])
      assert.deepEqual(nieuw(undefined, '2027-01-01', '2027-08-01'), [])
    })
  })

  describe(`${family}: TR304, a client who has an assignment`, () => {
    const vraag = (of: Gesprek, anders: Anders = {}): string[] =>
      of.oordeel(of.wijziging({ ref: 'W', anders: [{ ToewijzingNummer: '5', GewensteIngangsdatum: '2026-05-01' }] }, anders)).filter(it => it.includes('TR304'))

    test('a client of whom nothing is known, or to whom another provider gives care, has none', () => {
      const of = toegewezen(gesprek(family))
      assert.deepEqual(vraag(of), [])
      assert.deepEqual(vraag(of, { wie: 2 }), ['TR304 Client Bsn'])
      assert.deepEqual(vraag(of, { aanbieder: '42420009' }), ['TR304 Client Bsn'])
    })
    test('an assignment that was rejected is none; one that ended or was deleted was one', () => {
      const of = gesprek(family)
      of.keurAf(of.toewijzing([{ ToewijzingNummer: '5' }]))
      assert.deepEqual(vraag(of), ['TR304 Client Bsn'])
      of.neem(of.toewijzing([{ ToewijzingNummer: '5', Einddatum: '2026-01-01', RedenWijziging: '13' }]))
      assert.deepEqual(vraag(of), [])
    })
    test('it may lie before the history: not assessed', () => {
      const of = gesprek(family, { vanaf: '2026-01-01' })
      assert.deepEqual(vraag(of), ['? TR304 Client Bsn'])
    })
  })
}

describe('two aids at once', () => {
  const vraag = (of: Gesprek, categorie: string): string[] => {
    of.neem(of.toewijzing([{ ToewijzingNummer: '1', Product: { Categorie: categorie } }], { dag: '2026-01-01' }))
    return of.oordeel(of.wijziging({ ref: 'W', gelijk: ['1'], nieuw: [{ Product: { Categorie: categorie }, GewensteIngangsdatum: '2026-05-01', Einddatum: '2026-06-01', Budget: '5' }] }))
  }
  test('iWmo lets one ask a second aid (categories 11 to 14), and no second of another category', () => {
    for (const categorie of ['11', '12', '13', '14']) assert.deepEqual(vraag(gesprek('iwmo'), categorie), [])
    assert.deepEqual(vraag(gesprek('iwmo'), '10'), ['TR361 Client/Verzoek'])
  })
  test('two of them are assigned over the same days, started and stopped beside each other', () => {
    const of = gesprek('iwmo')
    const row = (ToewijzingNummer: string): Tree => ({ ToewijzingNummer, Product: { Categorie: '12' } })
    of.neem(of.toewijzing([row('1'), row('2')], { dag: '2026-01-01' }))
    of.neem(of.start([{ ToewijzingNummer: '1', Begindatum: '2026-01-05' }, { ToewijzingNummer: '2', Begindatum: '2026-01-05' }]))
    of.neem(of.stop([{ ToewijzingNummer: '1', Begindatum: '2026-01-05', Einddatum: '2026-02-01' }]))
    of.neem(of.wijziging({ ref: 'W', gelijk: ['1'], anders: [{ ToewijzingNummer: '2', GewensteIngangsdatum: '2026-05-01' }] }))
    const jeugd = gesprek('ijw')
    assert.throws(() => jeugd.oordeel(jeugd.toewijzing([{ ToewijzingNummer: '1' }, { ToewijzingNummer: '2' }])), /TR302/)
  })
  test('an aid does not clash with what has no product either', () => {
    const of = gesprek('iwmo')
    of.neem(of.toewijzing([{ ToewijzingNummer: '1', Product: { Categorie: '12' } }], { dag: '2026-01-01' }))
    assert.deepEqual(of.oordeel(of.wijziging({ ref: 'W', gelijk: ['1'], nieuw: [{ GewensteIngangsdatum: '2026-05-01', Einddatum: '2026-06-01', Budget: '5' }] })), [])
  })
})
