/** Assignments, requests and answers against what came before them: each rule held and broken, and the stories in which they meet. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { generateMessage, modelOf, type Tree } from '../../src/standard/standard.ts'
import { families, gesprek, product, put, type Bericht, type Gesprek } from './gesprek.ts'

const row = (nth: number): string => `Client/ToegewezenProducten/ToegewezenProduct[${nth}]`
const vot = (nth: number): string => `Client/AangevraagdeProducten/AangevraagdProduct[${nth}]`
const gelijk = (nth: number): string => `Client/Verzoek/OngewijzigdeProducten/OngewijzigdProduct[${nth}]`
const anders = (nth: number): string => `Client/Verzoek/TeWijzigenProducten/TeWijzigenProduct[${nth}]`
const perWeek: Tree = { Volume: '120', Eenheid: '01', Frequentie: '2' }
const totaal: Tree = { Volume: '600', Eenheid: '01', Frequentie: '6' }

for (const family of families) {
  const ander = product(family, null, family === 'iwmo' ? '03' : '41')
  const code = product(family, '10A0X')
  const elders: Tree = { Categorie: family === 'iwmo' ? '15' : '50', Code: '40A0X' }

  /** Assignment 7 by budget, 8 by total, 9 per week: all of 2026. */
  const toegewezen = (of: Gesprek = gesprek(family)): Gesprek => {
    of.neem(of.toewijzing([
      { ToewijzingNummer: '7', Einddatum: '2026-12-31', Budget: '1000' },
      { ToewijzingNummer: '8', Product: { ...ander, Code: '20A0X' }, Einddatum: '2026-12-31', Omvang: totaal },
      { ToewijzingNummer: '9', Product: { Categorie: family === 'iwmo' ? '07' : '54', Code: '30A0X' }, Einddatum: '2026-12-31', Omvang: perWeek }
    ], { dag: '2026-01-01' }))
    return of
  }

  describe(`${family}: TR332, a number is one assignment`, () => {
    test('a version more has the same client, product and first day', () => {
      const of = toegewezen()
      of.neem(of.toewijzing([{ ToewijzingNummer: '007', Einddatum: '2026-06-30', Budget: '900', RedenWijziging: '03' }], { dag: '2026-02-01' }))
      const fout = [`TR332 ${row(1)} ToewijzingNummer`]
      assert.deepEqual(of.oordeel(of.toewijzing([{ ToewijzingNummer: '7', Einddatum: '2026-06-30', Budget: '900' }], { wie: 2 })), fout)
      assert.deepEqual(of.oordeel(of.toewijzing([{ ToewijzingNummer: '7', Product: ander, Einddatum: '2026-06-30', Budget: '900' }])), fout)
      assert.deepEqual(of.oordeel(of.toewijzing([{ ToewijzingNummer: '7', Product: code, Einddatum: '2026-06-30', Omvang: perWeek }])), fout)
      assert.deepEqual(of.oordeel(of.toewijzing([{ ToewijzingNummer: '7', Ingangsdatum: '2026-01-02', Einddatum: '2026-06-30', Budget: '900' }])), fout)
    })
    test('a change with a new number ends the old one', () => {
      const of = toegewezen()
      of.neem(of.toewijzing([
        { ToewijzingNummer: '7', Einddatum: '2026-03-31', Budget: '300' },
        { ToewijzingNummer: '10', Ingangsdatum: '2026-04-01', Einddatum: '2026-12-31', Budget: '900' }
      ], { dag: '2026-03-01' }))
      of.neem(of.start([{ ToewijzingNummer: '10', Begindatum: '2026-04-01' }], { dag: '2026-04-02' }))
    })
    test('a number that was rejected is free', () => {
      const of = toegewezen()
      of.keurAf(of.toewijzing([{ ToewijzingNummer: '10' }], { wie: 2 }))
      of.neem(of.toewijzing([{ ToewijzingNummer: '10', Ingangsdatum: '2027-01-01' }], { dag: '2026-03-01' }))
    })
    test('a number that is not known is not assessed where history has a beginning; one that is known is', () => {
      const of = gesprek(family, { vanaf: '2026-01-01' })
      const eerste = of.toewijzing([{ ToewijzingNummer: '7' }], { dag: '2026-01-01' })
      assert.deepEqual(of.oordeel(eerste), [`? TR332 ${row(1)} ToewijzingNummer`])
      of.importeer(eerste)
      assert.deepEqual(of.oordeel(of.toewijzing([{ ToewijzingNummer: '7', Einddatum: '2026-03-31' }])), [])
    })
  })

  describe(`${family}: TR379, the reference of what is honoured`, () => {
    test('of a 315 each honoured product carries its own, once', () => {
      const of = gesprek(family)
      of.neem(of.verzoek([{ ReferentieAanbieder: 'A' }, { ReferentieAanbieder: 'B', Product: ander }]))
      const eerste = { ToewijzingNummer: '1', ReferentieAanbieder: 'A' }
      assert.deepEqual(of.oordeel(of.toewijzing([{ ...eerste, ReferentieAanbieder: 'C' }])), [`TR379 ${row(1)} ReferentieAanbieder`])
      assert.deepEqual(of.oordeel(of.toewijzing([eerste], { wie: 2 })), [`TR379 ${row(1)} ReferentieAanbieder`])
      of.neem(of.toewijzing([eerste, { ToewijzingNummer: '3', Product: { Categorie: family === 'iwmo' ? '07' : '54' } }], { dag: '2026-04-02' }))
      assert.deepEqual(of.oordeel(of.toewijzing([eerste], { dag: '2026-04-03' })), [`TR379 ${row(1)} ReferentieAanbieder`])
      of.neem(of.toewijzing([{ ToewijzingNummer: '2', ReferentieAanbieder: 'B', Product: ander }, { ToewijzingNummer: '1' }], { dag: '2026-04-04' }))
    })
    test('a rejected assignment honoured nothing, a rejected request was never open', () => {
      const of = gesprek(family)
      of.keurAf(of.verzoek([{ ReferentieAanbieder: 'A' }]))
      const eerste = of.toewijzing([{ ToewijzingNummer: '1', ReferentieAanbieder: 'A' }])
      assert.deepEqual(of.oordeel(eerste), [`TR379 ${row(1)} ReferentieAanbieder`])
      of.neem(of.verzoek([{ ReferentieAanbieder: 'A' }]))
      of.keurAf(eerste)
      of.neem(of.toewijzing([{ ToewijzingNummer: '1', ReferentieAanbieder: 'A' }]))
    })
    test('what was refused is not honoured, what is under investigation is', () => {
      const of = gesprek(family)
      const eerste = of.toewijzing([{ ToewijzingNummer: '1', ReferentieAanbieder: 'A' }])
      of.neem(of.verzoek([{ ReferentieAanbieder: 'A' }]))
      of.neem(of.antwoord({ ReferentieAanbieder: 'A', VerzoekAntwoord: '2' }))
      assert.deepEqual(of.oordeel(eerste), [])
      of.neem(of.antwoord({ ReferentieAanbieder: 'A', VerzoekAntwoord: '1', RedenAfwijzingVerzoek: '1' }))
      assert.deepEqual(of.oordeel(eerste), [`TR379 ${row(1)} ReferentieAanbieder`])
    })
    test('of a 317 every product carries its one reference, the unchanged ones too', () => {
      const of = toegewezen()
      of.neem(of.wijziging({ ref: 'W', gelijk: ['8', '9'], anders: [{ ToewijzingNummer: '7', GewensteIngangsdatum: '2026-01-01', Einddatum: '2026-12-31', Budget: '2000' }] }))
      const rows: Tree[] = [
        { ToewijzingNummer: '7', ReferentieAanbieder: 'W', Einddatum: '2026-12-31', Budget: '2000' },
        { ToewijzingNummer: '8', ReferentieAanbieder: 'W', Product: { ...ander, Code: '20A0X' }, Einddatum: '2026-12-31', Omvang: totaal }
      ]
      assert.deepEqual(of.oordeel(of.toewijzing([rows[0] ?? {}, { ...rows[1], ReferentieAanbieder: undefined }])), [`TR379 ${row(2)} ReferentieAanbieder`])
      of.neem(of.toewijzing(rows, { dag: '2026-04-02' }))
      assert.deepEqual(of.oordeel(of.toewijzing(rows, { dag: '2026-04-03' })), [`TR379 ${row(1)} ReferentieAanbieder`, `TR379 ${row(2)} ReferentieAanbieder`])
      of.neem(of.toewijzing(rows.map(it => ({ ...it, ReferentieAanbieder: undefined })), { dag: '2026-04-04' }))
    })
    test('the first assignment after history began may honour what came before it: not assessed', () => {
      const of = gesprek(family, { vanaf: '2026-04-01' })
      assert.deepEqual(of.oordeel(of.toewijzing([{ ToewijzingNummer: '1', ReferentieAanbieder: 'A' }])), [`? TR332 ${row(1)} ToewijzingNummer`, `? TR379 ${row(1)} ReferentieAanbieder`])
    })
  })

  describe(`${family}: TR385, deleting what was claimed on`, () => {
    const weg = { ToewijzingNummer: '7', Einddatum: '2026-01-01', RedenWijziging: '13' }
    /** Prestaties on assignment 7, made from the sample claim. */
    const declaratie = (nth: number, referentie: Tree, DebetCredit: string): Bericht => {
      const model = modelOf(family === 'iwmo' ? 'WMO323' : 'JW323')
      const whole = generateMessage(model, 1, 'small', { identificatie: `D${nth}` })
      const prestatie = (whole as { Declaratie: { Clienten: { Client: Array<{ Prestaties: { Prestatie: Tree[] } }> } } }).Declaratie.Clienten.Client[0]?.Prestaties.Prestatie[0]
      const bedrag = { Bedrag: '100', DebetCredit }
      const message = put(put(whole, 'Declaratie/DeclaratieNummer', `D${nth}`), 'Declaratie/Clienten', {
        Client: [{ Bsn: generateBsn(1), Prestaties: { Prestatie: [{ ...prestatie, ToewijzingNummer: '007', ProductReferentie: referentie, IngediendBedrag: bedrag }] } }]
      })
      return { model, message }
    }
    const generateBsn = (seed: number): string => String((generateMessage(modelOf(family === 'iwmo' ? 'WMO317' : 'JW317'), seed, 'small')['Client'] as Tree)['Bsn'])

    test('an assignment nobody claimed on is deleted; one that was claimed on is not, until all is credited', () => {
      const of = gesprek(family)
      of.neem(of.toewijzing([{ ToewijzingNummer: '7' }], { dag: '2026-01-01' }))
      assert.deepEqual(of.oordeel(of.toewijzing([weg])), [])
      of.importeer(declaratie(1, { ReferentieNummer: 'P1' }, 'D'))
      of.importeer(declaratie(2, { ReferentieNummer: 'P2' }, 'D'))
      assert.deepEqual(of.oordeel(of.toewijzing([weg])), [`TR385 ${row(1)} RedenWijziging`])
      assert.deepEqual(of.oordeel(of.toewijzing([{ ToewijzingNummer: '7', Einddatum: '2026-01-01', RedenWijziging: '03' }])), [])
      of.importeer(declaratie(3, { ReferentieNummer: 'C1', VorigReferentieNummer: 'P1' }, 'C'))
      assert.deepEqual(of.oordeel(of.toewijzing([weg])), [`TR385 ${row(1)} RedenWijziging`])
      of.importeer(declaratie(4, { ReferentieNummer: 'C2', VorigReferentieNummer: 'P2' }, 'C'))
      of.neem(of.toewijzing([weg]))
    })
    test('a rejected claim does not stand in the way', () => {
      const of = gesprek(family)
      of.neem(of.toewijzing([{ ToewijzingNummer: '7' }], { dag: '2026-01-01' }))
      of.keurAf(declaratie(1, { ReferentieNummer: 'P1' }, 'D'))
      of.neem(of.toewijzing([weg]))
    })
    test('claims of before the history are not known', () => {
      const of = gesprek(family, { vanaf: '2026-01-02' })
      of.importeer(of.toewijzing([{ ToewijzingNummer: '7' }], { dag: '2026-01-02' }))
      assert.deepEqual(of.oordeel(of.toewijzing([weg])), [`? TR385 ${row(1)} RedenWijziging`])
    })
  })

  describe(`${family}: TR347 and TR374, asking`, () => {
    test('a reference is used once, over 315 and 317 together', () => {
      const of = toegewezen()
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
      const of = toegewezen()
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
      const of = toegewezen()
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
      const of = toegewezen()
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
      const of = toegewezen()
      assert.deepEqual(vow(of, { ...week, GewensteIngangsdatum: '2026-04-01' }), [`TR357 ${anders(1)} GewensteIngangsdatum`])
      assert.deepEqual(vow(of, { ...week, GewensteIngangsdatum: '2026-04-02' }), [])
      assert.deepEqual(vow(of, { ...week, GewensteIngangsdatum: '2026-01-01' }), [])
    })
    test('another budget or total is for the whole period; another end, or the same number, is not', () => {
      const of = toegewezen()
      assert.deepEqual(vow(of, { ...budget, GewensteIngangsdatum: '2026-05-01', Budget: '2000' }), [`TR373 ${anders(1)} GewensteIngangsdatum`])
      assert.deepEqual(vow(of, { ...budget, GewensteIngangsdatum: '2026-01-01', Budget: '2000' }), [])
      assert.deepEqual(vow(of, { ...budget, GewensteIngangsdatum: '2026-05-01', Budget: '01000', Einddatum: '2026-06-30' }), [])
      assert.deepEqual(vow(of, { ...total, GewensteIngangsdatum: '2026-05-01', Omvang: { ...totaal, Volume: '700' } }), [`TR373 ${anders(1)} GewensteIngangsdatum`])
      assert.deepEqual(vow(of, { ...total, GewensteIngangsdatum: '2026-01-01', Omvang: { ...totaal, Volume: '700' } }), [])
      assert.deepEqual(vow(of, { ...total, GewensteIngangsdatum: '2026-05-01', Omvang: { ...totaal, Volume: '0600' } }), [])
      assert.deepEqual(vow(of, { ...week, GewensteIngangsdatum: '2026-05-01', Omvang: { ...perWeek, Volume: '180' } }), [])
    })
    test('a product with a Code has an Omvang, one without has none', () => {
      const of = toegewezen()
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
      const of = toegewezen()
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

  describe(`${family}: TR355, TR359, TR360 and TR365, answering`, () => {
    const onderzoek = { ReferentieAanbieder: 'A', VerzoekAntwoord: '2' }
    const afgewezen = { ReferentieAanbieder: 'A', VerzoekAntwoord: '1', RedenAfwijzingVerzoek: '1' }
    const gevraagd = (of = gesprek(family)): Gesprek => {
      of.neem(of.verzoek([{ ReferentieAanbieder: 'A' }, { ReferentieAanbieder: 'B', Product: ander }]))
      return of
    }

    test('what is answered was asked', () => {
      const of = gesprek(family)
      assert.deepEqual(of.oordeel(of.antwoord(onderzoek)), ['TR355 Antwoord ReferentieAanbieder'])
      const laat = gesprek(family, { vanaf: '2026-03-01' })
      assert.deepEqual(laat.oordeel(laat.antwoord(afgewezen)), ['? TR355 Antwoord ReferentieAanbieder', '? TR359 Antwoord', '? TR365 Antwoord'])
    })
    test('under investigation, then rejected; nothing else twice', () => {
      const of = gevraagd()
      of.neem(of.antwoord(onderzoek))
      assert.deepEqual(of.oordeel(of.antwoord(onderzoek)), ['TR360 Antwoord'])
      of.neem(of.antwoord(afgewezen))
      assert.deepEqual(of.oordeel(of.antwoord(afgewezen)), ['TR365 Antwoord'])
      assert.deepEqual(of.oordeel(of.antwoord(onderzoek)), ['TR360 Antwoord', 'TR365 Antwoord'])
      of.neem(of.antwoord({ ...afgewezen, ReferentieAanbieder: 'B' }))
    })
    test('a rejected answer was never given', () => {
      const of = gevraagd()
      of.keurAf(of.antwoord(afgewezen))
      of.neem(of.antwoord(onderzoek))
    })
    test('no answer after the assignment', () => {
      const of = gevraagd()
      of.neem(of.toewijzing([{ ToewijzingNummer: '1', ReferentieAanbieder: 'A' }]))
      assert.deepEqual(of.oordeel(of.antwoord(afgewezen)), ['TR359 Antwoord'])
      of.neem(of.antwoord({ ...onderzoek, ReferentieAanbieder: 'B' }))
    })
    test('what came upon a request is known where everything since the request is', () => {
      const of = gesprek(family, { vanaf: '2026-03-01' })
      of.importeer(of.verzoek([{ ReferentieAanbieder: 'A' }], { dag: '2026-03-01' }))
      assert.deepEqual(of.oordeel(of.antwoord(onderzoek)), [])
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
  test('an aid does not clash with what has no product either', () => {
    const of = gesprek('iwmo')
    of.neem(of.toewijzing([{ ToewijzingNummer: '1', Product: { Categorie: '12' } }], { dag: '2026-01-01' }))
    assert.deepEqual(of.oordeel(of.wijziging({ ref: 'W', gelijk: ['1'], nieuw: [{ GewensteIngangsdatum: '2026-05-01', Einddatum: '2026-06-01', Budget: '5' }] })), [])
  })
})
