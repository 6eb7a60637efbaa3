/** Answers against what came before them: each rule held and broken. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { families, gesprek, product, type Gesprek } from './gesprek.ts'

for (const family of families) {
  const ander = product(family, null, family === 'iwmo' ? '03' : '41')

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
