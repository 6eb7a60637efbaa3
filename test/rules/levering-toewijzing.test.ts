/** Assignments against what came before them: each rule held and broken, and the stories in which they meet. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { generateMessage, modelOf, type Tree } from '../../src/standard/standard.ts'
import { families, gesprek, perWeek, product, put, toegewezen, totaal, type Bericht } from './gesprek.ts'

const row = (nth: number): string => `Client/ToegewezenProducten/ToegewezenProduct[${nth}]`

for (const family of families) {
  const ander = product(family, null, family === 'iwmo' ? '03' : '41')
  const code = product(family, '10A0X')

  describe(`${family}: TR332, a number is one assignment`, () => {
    test('a version more has the same client, product and first day', () => {
      const of = toegewezen(gesprek(family))
      of.neem(of.toewijzing([{ ToewijzingNummer: '007', Einddatum: '2026-06-30', Budget: '900', RedenWijziging: '03' }], { dag: '2026-02-01' }))
      const fout = [`TR332 ${row(1)} ToewijzingNummer`]
      assert.deepEqual(of.oordeel(of.toewijzing([{ ToewijzingNummer: '7', Einddatum: '2026-06-30', Budget: '900' }], { wie: 2 })), fout)
      assert.deepEqual(of.oordeel(of.toewijzing([{ ToewijzingNummer: '7', Product: ander, Einddatum: '2026-06-30', Budget: '900' }])), fout)
      assert.deepEqual(of.oordeel(of.toewijzing([{ ToewijzingNummer: '7', Product: code, Einddatum: '2026-06-30', Omvang: perWeek }])), fout)
      assert.deepEqual(of.oordeel(of.toewijzing([{ ToewijzingNummer: '7', Ingangsdatum: '2026-01-02', Einddatum: '2026-06-30', Budget: '900' }])), fout)
    })
    test('a change with a new number ends the old one', () => {
      const of = toegewezen(gesprek(family))
      of.neem(of.toewijzing([
        { ToewijzingNummer: '7', Einddatum: '2026-03-31', Budget: '300' },
        { ToewijzingNummer: '10', Ingangsdatum: '2026-04-01', Einddatum: '2026-12-31', Budget: '900' }
      ], { dag: '2026-03-01' }))
      of.neem(of.start([{ ToewijzingNummer: '10', Begindatum: '2026-04-01' }], { dag: '2026-04-02' }))
    })
    test('a number that was rejected is free', () => {
      const of = toegewezen(gesprek(family))
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
      const of = toegewezen(gesprek(family))
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
    test('what is known to be decided is refused however little else is known', () => {
      const of = gesprek(family, { vanaf: null })
      of.importeer(of.verzoek([{ ReferentieAanbieder: 'A' }]))
      of.importeer(of.antwoord({ ReferentieAanbieder: 'A', VerzoekAntwoord: '1', RedenAfwijzingVerzoek: '1' }))
      assert.ok(of.oordeel(of.toewijzing([{ ToewijzingNummer: '1', ReferentieAanbieder: 'A' }])).includes(`TR379 ${row(1)} ReferentieAanbieder`))
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
    test('a Prestatie that was rejected does not stand in the way, a credit that was rejected takes nothing back', () => {
      const of = gesprek(family)
      const eerste = 'Declaratie/Clienten/Client[1]/Prestaties/Prestatie[1]'
      of.neem(of.toewijzing([{ ToewijzingNummer: '7' }], { dag: '2026-01-01' }))
      of.keurAf(declaratie(1, { ReferentieNummer: 'P1' }, 'D'), eerste)
      assert.deepEqual(of.oordeel(of.toewijzing([weg])), [])
      of.importeer(declaratie(2, { ReferentieNummer: 'P2' }, 'D'))
      of.keurAf(declaratie(3, { ReferentieNummer: 'C2', VorigReferentieNummer: 'P2' }, 'C'), eerste)
      assert.deepEqual(of.oordeel(of.toewijzing([weg])), [`TR385 ${row(1)} RedenWijziging`])
    })
    test('a claim of before the history may have been credited: not assessed', () => {
      const of = gesprek(family, { vanaf: '2026-05-01' })
      of.importeer(of.toewijzing([{ ToewijzingNummer: '7' }], { dag: '2026-01-01' }))
      of.importeer(declaratie(1, { ReferentieNummer: 'P1' }, 'D'))
      assert.deepEqual(of.oordeel(of.toewijzing([weg], { dag: '2026-05-02' })), [`? TR385 ${row(1)} RedenWijziging`])
    })
    test('claims of before the history are not known', () => {
      const of = gesprek(family, { vanaf: '2026-01-02' })
      of.importeer(of.toewijzing([{ ToewijzingNummer: '7' }], { dag: '2026-01-02' }))
      assert.deepEqual(of.oordeel(of.toewijzing([weg])), [`? TR385 ${row(1)} RedenWijziging`])
    })
  })
}
