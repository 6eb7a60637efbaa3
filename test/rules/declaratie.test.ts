/** Each rule over Clients and Prestaties of a declaratie: what breaks it, at which place, and what does not. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { alles, bsn, boek, categorie, p, put, uurcontract, type Anders, type Boek } from './declareren.ts'
import { families } from './gesprek.ts'
import type { Tree } from '../../src/standard/standard.ts'

/** @returns what is found in a claim of one Prestatie on an assignment */
function met (family: 'iwmo' | 'ijw', toewijzing: Tree, anders: Anders, options: Parameters<typeof boek>[1] = {}): string[] {
  const of = boek(family, options)
  of.toewijs([toewijzing])
  return of.oordeel(of.declaratie([[of.prestatie('P1', anders)]], { maand: anders.maand ?? '2026-03', dag: '2026-12-31' }))
}
const los = (of: Boek, ...prestaties: readonly Tree[]): string[] => of.oordeel(of.declaratie([prestaties]))

for (const family of families) {
  describe(`${family}: a Prestatie by itself`, () => {
    it('is in order', () => assert.deepEqual(met(family, {}, {}), []))

    it('TR304: of a client with an assignment, and what stands under another is not assessed', () => {
      const of = boek(family)
      of.toewijs([{}])
      const claim = of.declaratie([[of.prestatie('P1')], [of.prestatie('P2', { nummer: '2', volume: 999 }), of.credit('P3', 'P0')]])
      assert.deepEqual(of.oordeel(claim), ['TR304 Declaratie/Clienten/Client[2] Bsn'])
      of.toewijs([{ ToewijzingNummer: '2', Einddatum: '2026-01-01', RedenWijziging: '13' }], '2026-01-02', 2)
      assert.deepEqual(of.oordeel(of.declaratie([[], [of.prestatie('P2', { nummer: '3' })]])), [`TR338 ${p(1)} ToewijzingNummer`], 'also a deleted one is one')
    })

    it('TR307 and TR387: from the start of the assignment, else from the first of the month', () => {
      const from = (Ingangsdatum: string, van: string): string[] => met(family, { Ingangsdatum }, { van })
      assert.deepEqual(from('2026-03-10', '2026-03-10'), [])
      assert.deepEqual(from('2026-02-10', '2026-03-01'), [])
      assert.deepEqual(from('2026-03-10', '2026-03-11'), [`TR387 ${p(1)} ProductPeriode/Begindatum`])
      assert.deepEqual(from('2026-03-01', '2026-03-02'), [`TR387 ${p(1)} ProductPeriode/Begindatum`])
      assert.deepEqual(from('2026-03-10', '2026-03-01'), [`TR307 ${p(1)} ProductPeriode/Begindatum`, `TR387 ${p(1)} ProductPeriode/Begindatum`])
      assert.deepEqual(from('2026-04-10', '2026-03-01'), [`TR307 ${p(1)} ProductPeriode/Begindatum`])
    })

    it('TR308 and TR388: until the end of the assignment, else until the last of the month', () => {
      const until = (Einddatum: string, tot: string): string[] => met(family, { Einddatum, Omvang: { Volume: '4', Eenheid: '04', Frequentie: '6' } }, { tot })
      assert.deepEqual(until('2026-03-20', '2026-03-20'), [])
      assert.deepEqual(until('', '2026-03-31'), [], 'an assignment without an end')
      assert.deepEqual(until('2026-03-20', '2026-03-19'), [`TR388 ${p(1)} ProductPeriode/Einddatum`])
      assert.deepEqual(until('', '2026-03-30'), [`TR388 ${p(1)} ProductPeriode/Einddatum`])
      assert.deepEqual(until('2026-03-20', '2026-03-31'), [`TR308 ${p(1)} ProductPeriode/Einddatum`, `TR388 ${p(1)} ProductPeriode/Einddatum`])
      assert.deepEqual(until('2026-02-20', '2026-03-31'), [`TR308 ${p(1)} ProductPeriode/Einddatum`])
    })

    it('TR314: a number of its own, in the message and before it, also one that was rejected', () => {
      const of = boek(family)
      of.toewijs([{}, { ToewijzingNummer: '2' }])
      assert.deepEqual(of.verwerk(of.declaratie([[of.prestatie('P1', { volume: 999 })]])), [`TR321 ${p(1)} GeleverdVolume`, `TR322 ${p(1)} GeleverdVolume`])
      assert.deepEqual(los(of, of.prestatie('P1')), [`TR314 ${p(1)} ProductReferentie/ReferentieNummer`])
      of.toewijs([{ ToewijzingNummer: '3' }], '2026-01-02', 2)
      assert.deepEqual(of.oordeel(of.declaratie([[of.prestatie('P2')], [of.prestatie('P2', { nummer: '3' })]])), [`TR314 ${p(1, 2)} ProductReferentie/ReferentieNummer`], 'the second of the message')
    })

    it('TR314: the number of a claim that counts as not sent is free', () => {
      const of = boek(family)
      of.toewijs([{}])
      assert.deepEqual(of.verwerk(of.declaratie([[of.prestatie('P1')]], { maand: '2026-03', nummer: 'D1' })), [])
      assert.deepEqual(of.verwerk(of.declaratie([[of.prestatie('P2', { maand: '2026-04' })]], { maand: '2026-04', nummer: 'D1' })), ['TR333 Declaratie DeclaratieNummer'])
      assert.deepEqual(of.verwerk(of.declaratie([[of.prestatie('P2', { maand: '2026-04' })]], { maand: '2026-04', nummer: 'D2' })), [])
    })

    it('TR319: not of a later month than the claim', () => {
      const of = boek(family)
      of.toewijs([{}])
      const claim = of.declaratie([[of.prestatie('P1', { maand: '2026-02' }), of.prestatie('P2'), of.prestatie('P3', { maand: '2026-04' })]], { dag: '2026-12-31' })
      assert.deepEqual(of.oordeel(claim), [`TR319 ${p(3)} ProductPeriode`])
    })

    it('TR321: within the maximum of its period, in the unit that was assigned', () => {
      const most = (Omvang: Tree, anders: Anders): string[] => met(family, { Omvang }, anders, { sources: { ...alles, contract: () => null } }).filter(it => !it.startsWith('?'))
      const perWeek = { Volume: '4', Eenheid: '04', Frequentie: '2' }
      assert.deepEqual(most(perWeek, { volume: 24 }), [])
      assert.deepEqual(most(perWeek, { volume: 25 }), [`TR321 ${p(1)} GeleverdVolume`])
      assert.deepEqual(most(perWeek, { volume: 1440, eenheid: '01', tarief: 114 }), [])
      assert.deepEqual(most(perWeek, { volume: 1441, eenheid: '01', tarief: 114 }), [`TR321 ${p(1)} GeleverdVolume`])
      assert.deepEqual(most({ Volume: '2', Eenheid: '14', Frequentie: '1' }, { volume: 62, eenheid: '14' }), [])
      assert.deepEqual(most({ Volume: '2', Eenheid: '14', Frequentie: '1' }, { volume: 63, eenheid: '14' }), [`TR321 ${p(1)} GeleverdVolume`])
      assert.deepEqual(most({ Volume: '10', Eenheid: '16', Frequentie: '4' }, { volume: 11, eenheid: '16' }), [`TR321 ${p(1)} GeleverdVolume`])
      assert.deepEqual(most({ Volume: '300', Eenheid: '83', Frequentie: '2' }, { volume: 1500, eenheid: '83' }), [])
      assert.deepEqual(most({ Volume: '300', Eenheid: '83', Frequentie: '2' }, { volume: 1501, eenheid: '83' }), [`TR321 ${p(1)} GeleverdVolume`])
    })

    it('TR322: within what the whole assignment has left', () => {
      assert.deepEqual(met(family, { Omvang: { Volume: '4', Eenheid: '04', Frequentie: '6' } }, { volume: 4 }), [])
      assert.deepEqual(met(family, { Omvang: { Volume: '4', Eenheid: '04', Frequentie: '6' } }, { volume: 5 }), [`TR321 ${p(1)} GeleverdVolume`, `TR322 ${p(1)} GeleverdVolume`])
    })

    it('TR338: an assignment of this client', () => {
      const of = boek(family)
      of.toewijs([{}])
      of.toewijs([{ ToewijzingNummer: '2' }], '2026-01-02', 2)
      assert.deepEqual(los(of, of.prestatie('P1', { nummer: '2' })), [`TR338 ${p(1)} ToewijzingNummer`], 'of another client')
      assert.deepEqual(los(of, of.prestatie('P1', { nummer: '3' })), [`TR338 ${p(1)} ToewijzingNummer`], 'of nobody')
      assert.deepEqual(los(of, of.prestatie('P1', { nummer: '001' })), [], 'numbers count by value')
    })

    it('TR339 and TR340: the product that was assigned, where that says one', () => {
      const other = family === 'iwmo' ? '03' : '54'
      assert.deepEqual(met(family, {}, { categorie: other }), [`TR339 ${p(1)} ProductCategorie`])
      assert.deepEqual(met(family, {}, { code: '02A04' }), [`TR340 ${p(1)} ProductCode`])
      assert.deepEqual(met(family, { Product: { Categorie: categorie(family) }, Omvang: '', Budget: '100000' }, { code: '02A04' }), [])
      assert.deepEqual(met(family, { Product: '', Omvang: '', Budget: '100000' }, { categorie: other, code: '02A04' }), [])
    })

    it('TR341: the unit that was assigned, or minutes on hours; else that of the contract', () => {
      const unit = (toewijzing: Tree, eenheid: string, agreed: string | null = '04'): string[] =>
        met(family, toewijzing, { eenheid, tarief: eenheid === '83' ? null : 1 }, { sources: { ...alles, contract: () => ({ ...uurcontract, eenheid: agreed, perUur: false, tarief_cents: 1 }) } }).filter(it => it.includes('TR341'))
      assert.deepEqual(unit({}, '04'), [])
      assert.deepEqual(unit({}, '01'), [])
      assert.deepEqual(unit({}, '14'), [`TR341 ${p(1)} Eenheid`])
      assert.deepEqual(unit({ Omvang: { Volume: '400', Eenheid: '01', Frequentie: '2' } }, '04'), [`TR341 ${p(1)} Eenheid`], 'hours on minutes are not')
      const budget = { Omvang: '', Budget: '100000' }
      assert.deepEqual(unit(budget, '04'), [])
      assert.deepEqual(unit(budget, '01'), [])
      assert.deepEqual(unit(budget, '83'), [`TR341 ${p(1)} Eenheid`])
      assert.deepEqual(unit(budget, '83', '83'), [])
      assert.deepEqual(unit(budget, '04', null), [`? TR341 ${p(1)} Eenheid`])
    })

    it('TR346 and TR418: tariff and amount, also of minutes on an hour tariff', () => {
      const pay = (anders: Anders): string[] => met(family, {}, anders)
      assert.deepEqual(pay({ volume: 380, eenheid: '01', tarief: 114, bedrag: 43_383 }), [])
      assert.deepEqual(pay({ volume: 380, eenheid: '01', tarief: 114, bedrag: 43_320 }), [`TR346 ${p(1)} IngediendBedrag/Bedrag`], 'the tariff shown is rounded and not used')
      assert.deepEqual(pay({ volume: 380, eenheid: '01', tarief: 6850, bedrag: 43_383 }), [`TR418 ${p(1)} ProductTarief`])
      assert.deepEqual(pay({ volume: 2, bedrag: 13_701 }), [`TR346 ${p(1)} IngediendBedrag/Bedrag`])
      assert.deepEqual(pay({ volume: 2, tarief: 6849 }), [`TR418 ${p(1)} ProductTarief`])
      const euros = { Omvang: { Volume: '300', Eenheid: '83', Frequentie: '2' } }
      assert.deepEqual(met(family, euros, { volume: 900, eenheid: '83' }), [], 'euros have no tariff')
      const minutes = { sources: { ...alles, contract: () => ({ ...uurcontract, eenheid: '01', perUur: false, tarief_cents: 114 }) } }
      assert.deepEqual(met(family, {}, { volume: 380, eenheid: '01', tarief: 114 }, minutes), [], 'a tariff by the minute')
      assert.deepEqual(met(family, {}, { volume: 380, eenheid: '01', tarief: 114, bedrag: 43_383 }, minutes), [`TR346 ${p(1)} IngediendBedrag/Bedrag`])
    })

    it('TR369: within what the budget has left', () => {
      const budget = { Omvang: '', Budget: '13700' }
      assert.deepEqual(met(family, budget, { volume: 2 }), [])
      assert.deepEqual(met(family, budget, { volume: 3 }), [`TR369 ${p(1)} GeleverdVolume`])
    })

    it('TR381: a code of the list, when it was assigned or when it was delivered', () => {
      const list = (product: (date: string) => boolean | null): string[] => met(family, {}, {}, { sources: { ...alles, product: (_, __, ___, date) => product(date) } })
      assert.deepEqual(list(() => false), [`TR381 ${p(1)} ProductCode`])
      assert.deepEqual(list(date => date === '2026-01-01'), [])
      assert.deepEqual(list(date => date === '2026-03-01'), [])
      assert.deepEqual(list(() => null), [`? TR381 ${p(1)} ProductCode`])
      assert.deepEqual(list(date => date === '2026-03-01' ? false : null), [`? TR381 ${p(1)} ProductCode`])
    })

    it('TR384: nothing on what was deleted', () => {
      const of = boek(family)
      of.toewijs([{}])
      of.toewijs([{ Einddatum: '2026-01-01', RedenWijziging: '13' }], '2026-02-01')
      const claim = of.declaratie([[of.prestatie('P1', { van: '2026-01-01', tot: '2026-01-01', maand: '2026-01' })]], { maand: '2026-01' })
      assert.deepEqual(of.oordeel(claim), [`TR384 ${p(1)} ToewijzingNummer`])
    })
  })

  describe(`${family}: the claim as a whole`, () => {
    it('TR318: not before the month claimed last; the same month again, and a gap, are no fault', () => {
      const of = boek(family)
      of.toewijs([{}])
      assert.deepEqual(of.verwerk(of.declaratie([[of.prestatie('P1')]])), [])
      assert.deepEqual(of.oordeel(of.declaratie([[of.prestatie('P2', { maand: '2026-02' })]], { maand: '2026-02' })), ['TR318 Declaratie DeclaratiePeriode'])
      assert.deepEqual(of.oordeel(of.declaratie([[of.prestatie('P2', { maand: '2026-02' })]])), [])
      assert.deepEqual(of.oordeel(of.declaratie([[of.prestatie('P2', { maand: '2026-06' })]], { maand: '2026-06' })), [])
    })

    it('TR333: a number of its own', () => {
      const of = boek(family)
      of.toewijs([{}])
      assert.deepEqual(of.verwerk(of.declaratie([[of.prestatie('P1')]], { nummer: 'D7' })), [])
      assert.deepEqual(of.oordeel(of.declaratie([[of.prestatie('P2', { maand: '2026-02' })]], { nummer: 'D7' })), ['TR333 Declaratie DeclaratieNummer'])
      assert.deepEqual(of.oordeel(of.declaratie([[of.prestatie('P2', { maand: '2026-02' })]], { nummer: 'D07' })), [], 'it is a text')
    })
  })

  describe(`${family}: a credit`, () => {
    const claimed = (): Boek => {
      const of = boek(family)
      of.toewijs([{}])
      of.toewijs([{ ToewijzingNummer: '2' }], '2026-01-02', 2)
      assert.deepEqual(of.verwerk(of.declaratie([[of.prestatie('P1', { volume: 3 }), of.prestatie('P2', { maand: '2026-02', volume: 99 })]])), [`TR321 ${p(2)} GeleverdVolume`])
      return of
    }

    it('takes back an approved debit that is the same but for its numbers', () => {
      const of = claimed()
      assert.deepEqual(los(of, of.credit('C1', 'P1', { volume: 3 })), [])
      assert.deepEqual(los(of, of.credit('C1', 'P1', { volume: '003', nummer: '01' })), [], 'by value')
    })

    it('TR323: nothing else', () => {
      const of = claimed()
      const place = [`TR323 ${p(1)} ProductReferentie/VorigReferentieNummer`]
      assert.deepEqual(los(of, of.credit('C1', 'P9', { volume: 3 })), place, 'what was never claimed')
      assert.deepEqual(los(of, of.credit('C1', 'P2', { maand: '2026-02', volume: 99 })), place, 'what was rejected')
      const other: readonly Anders[] = [{ volume: 2 }, { nummer: '2' }, { categorie: family === 'iwmo' ? '03' : '54' }, { code: '02A04' }, { maand: '2026-02' }, { eenheid: '16' }, { tarief: 1, bedrag: 20_550 }, { bedrag: 1 }]
      for (const anders of other) assert.deepEqual(los(of, of.credit('C1', 'P1', { volume: 3, ...anders })), place, JSON.stringify(anders))
      assert.deepEqual(of.oordeel(of.declaratie([[], [of.credit('C1', 'P1', { volume: 3 })]])), place, 'of another client')
    })

    it('TR390: once', () => {
      const of = claimed()
      assert.deepEqual(of.verwerk(of.declaratie([[of.credit('C1', 'P1', { volume: 3 })]])), [])
      assert.deepEqual(los(of, of.credit('C2', 'P1', { volume: 3 })), [`TR390 ${p(1)} ProductReferentie/VorigReferentieNummer`])
    })

    it('TR390: again when the first was rejected', () => {
      const of = claimed()
      assert.deepEqual(of.verwerk(of.declaratie([[of.credit('P2', 'P1', { volume: 3 })]])), [`TR314 ${p(1)} ProductReferentie/ReferentieNummer`])
      assert.deepEqual(los(of, of.credit('C2', 'P1', { volume: 3 })), [])
    })

    it('is asked nothing else: no tariff, amount, list, period or assignment', () => {
      const of = boek(family, { sources: { ...alles, product: () => false, contract: () => ({ ...uurcontract, tarief_cents: 1 }) } })
      of.toewijs([{}])
      of.neem(of.declaratie([[of.prestatie('P1', { van: '2026-03-02', volume: 99, bedrag: 5 })]]))
      of.toewijs([{ Einddatum: '2026-01-01', RedenWijziging: '13' }], '2026-05-01')
      assert.deepEqual(los(of, of.credit('C1', 'P1', { van: '2026-03-02', volume: 99, bedrag: 5 })), [])
    })
  })

  describe(`${family}: the same care`, () => {
    it('TR389: once, unless it was credited or rejected', () => {
      const of = boek(family)
      of.toewijs([{}, { ToewijzingNummer: '2' }])
      assert.deepEqual(of.verwerk(of.declaratie([[of.prestatie('P1', { volume: 2 })]])), [])
      assert.deepEqual(los(of, of.prestatie('P2')), [`TR389 ${p(1)}`])
      assert.deepEqual(los(of, of.prestatie('P2', { nummer: '2' })), [], 'another assignment')
      assert.deepEqual(of.verwerk(of.declaratie([[of.credit('C1', 'P1', { volume: 2 })]])), [])
      assert.deepEqual(of.verwerk(of.declaratie([[of.prestatie('P3', { volume: 99 })]])), [`TR321 ${p(1)} GeleverdVolume`], 'after the credit')
      assert.deepEqual(los(of, of.prestatie('P4')), [], 'after a rejection')
    })
  })
}

describe('iwmo: household help', () => {
  it('TR321: a month takes six times the weekly volume, whatever its weeks', () => {
    const claim = (volume: number): string[] => met('iwmo', { Product: { Categorie: '01', Code: '02A03' } }, { categorie: '01', volume, maand: '2026-02' })
    assert.deepEqual(claim(24), [])
    assert.deepEqual(claim(25), [`TR321 ${p(1)} GeleverdVolume`])
  })
})

describe('what is told', () => {
  it('no finding holds the Bsn', () => {
    const of = boek('ijw')
    of.toewijs([{}])
    const found = of.bevindingen(of.declaratie([[of.prestatie('P1', { volume: 99, nummer: '1', code: '02A04' })], [of.prestatie('P2')]]))
    assert.deepEqual(found.map(it => it.code), ['TR304', 'TR321', 'TR340'])
    assert.ok(!JSON.stringify(found).includes(bsn(1)) && !JSON.stringify(found).includes(bsn(2)))
  })

  it('the most of a period is told in the unit that was claimed, and why there is none', () => {
    const expected = (Omvang: Tree, anders: Anders, Einddatum = '2026-06-30'): string | undefined => {
      const of = boek('ijw')
      of.toewijs([{ Omvang, Ingangsdatum: '2026-03-02', Einddatum }])
      return of.bevindingen(of.declaratie([[of.prestatie('P1', { van: '2026-03-02', ...anders })]])).find(it => it.code === 'TR321')?.expected
    }
    const perWeek = { Volume: '4', Eenheid: '04', Frequentie: '2' }
    assert.equal(expected(perWeek, { volume: 999 }), 'ten hoogste 20')
    assert.equal(expected(perWeek, { volume: 9999, eenheid: '01' }), 'ten hoogste 1200')
    assert.equal(expected({ Volume: '1', Eenheid: '82', Frequentie: '2' }, { volume: 1, eenheid: '82', tot: '2026-03-07' }, '2026-03-07'), 'ten hoogste 0: de toewijzing heeft geen zondag')
  })

  it('what is left is told, and in what it is counted', () => {
    const of = boek('ijw')
    of.toewijs([{ Omvang: { Volume: '10', Eenheid: '04', Frequentie: '6' } }])
    assert.deepEqual(of.verwerk(of.declaratie([[of.prestatie('P1', { volume: 9 })]])), [])
    const [found] = of.bevindingen(of.declaratie([[of.prestatie('P2', { maand: '2026-02', volume: 2 })]]))
    assert.equal(found?.code, 'TR322')
    assert.equal(found?.expected, 'ten hoogste 60 minuten; van 600 op de hele toewijzing staat al 540')
  })
})

describe('dates nobody writes', () => {
  it('crash nothing', () => {
    const of = boek('ijw')
    of.toewijs([{ Ingangsdatum: '-0044-03-15', Einddatum: '123456789012-12-31', Omvang: { Volume: '99999999', Eenheid: '04', Frequentie: '1' } }])
    assert.deepEqual(los(of, of.prestatie('P1')), [])
    const odd = of.declaratie([[put(of.prestatie('P2'), 'ProductPeriode', { Begindatum: ' 2026-03-01', Einddatum: '2026-03-31\n' })]])
    assert.deepEqual(of.oordeel(odd), [])
  })
})
