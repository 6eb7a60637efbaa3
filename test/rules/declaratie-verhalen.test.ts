/** Claims one after the other: credits, rejections, late months and sums, each judged against what the ones before left, and answered. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isRejecting } from '../../src/core/core.ts'
import { judgeAgainst, judgeInTurns } from '../../src/rules/rules.ts'
import { noSources } from '../../src/sources/sources.ts'
import { asTree, occurrences, textAt, type Tree } from '../../src/standard/standard.ts'
import { alles, boek, p, uurcontract, type Boek } from './declareren.ts'
import { families } from './gesprek.ts'

const uren = (Volume: number, Frequentie = '6'): Tree => ({ Omvang: { Volume: `${Volume}`, Eenheid: '04', Frequentie } })
/** @returns what is granted by the 325 on a claim, in cents; credits below 0 */
function toegekend (answer: Tree): number {
  const cents = Number(textAt(answer, 'DeclaratieAntwoord/TotaalToegekendBedrag/TotaalBedrag'))
  return textAt(answer, 'DeclaratieAntwoord/TotaalToegekendBedrag/DebetCredit') === 'C' ? -cents : cents
}
/** @returns the clients of a 325, each with its codes and those of its Prestaties */
const codes = (answer: Tree): unknown => occurrences(asTree(asTree(answer['DeclaratieAntwoord'])?.['Clienten'])?.['Client']).map(client => {
  const tree = asTree(client) ?? {}
  return [codeOf(tree), ...occurrences(asTree(tree['Prestaties'])?.['Prestatie']).map(it => `${textAt(asTree(it) ?? {}, 'ProductReferentie/ReferentieNummer') ?? ''} ${codeOf(asTree(it) ?? {})}`)]
})
const codeOf = (tree: Tree): string => occurrences(asTree(tree['RetourCodes'])?.['RetourCode']).join(',')

for (const family of families) {
  describe(family, () => {
    const open = (rows: readonly Tree[], options: Parameters<typeof boek>[1] = {}): Boek => {
      const of = boek(family, options)
      of.toewijs(rows)
      return of
    }

    it('several clients: what is right is granted, what is not comes back with its code', () => {
      const of = open([uren(100)])
      of.toewijs([{ ToewijzingNummer: '2' }, { ToewijzingNummer: '3' }], '2026-01-02', 2)
      const claim = of.declaratie([
        [of.prestatie('P1', { volume: 4 })],
        [of.prestatie('P2', { nummer: '2', volume: 5 }), of.prestatie('P3', { nummer: '3', volume: 99 })],
        [of.prestatie('P4', { nummer: '4' }), of.prestatie('P5', { nummer: '5' })]
      ])
      assert.deepEqual(of.oordeel(claim), ['TR304 Declaratie/Clienten/Client[3] Bsn', `TR321 ${p(2, 2)} GeleverdVolume`])
      const { message } = of.antwoord(claim)
      assert.equal(toegekend(message), 9 * 6850)
      assert.deepEqual(codes(message), [['0200', 'P3 9321'], ['8187', 'P4 0233', 'P5 0233']])
    })

    it('a credit and the corrected debit in one message, in either order', () => {
      for (const swapped of [false, true]) {
        const of = open([uren(10)])
        assert.deepEqual(of.verwerk(of.declaratie([[of.prestatie('P1', { volume: 9 })]])), [])
        const both = [of.credit('C1', 'P1', { volume: 9 }), of.prestatie('P2', { volume: 10 })]
        assert.deepEqual(of.verwerk(of.declaratie([swapped ? both.toReversed() : both])), [])
        assert.deepEqual(of.oordeel(of.declaratie([[of.prestatie('P3', { maand: '2026-02' })]])), [`TR322 ${p(1)} GeleverdVolume`], 'the corrected one counts')
      }
    })

    it('a number used for two clients is refused at the second; what was granted the first stands', () => {
      const of = open([uren(10)])
      of.toewijs([{ ToewijzingNummer: '2' }], '2026-01-02', 2)
      const claim = of.declaratie([[of.prestatie('P1', { volume: 9 })], [of.prestatie('P1', { nummer: '2', volume: 9 })]])
      assert.deepEqual(of.verwerk(claim), [`TR314 ${p(1, 2)} ProductReferentie/ReferentieNummer`])
      assert.deepEqual(of.history().prestatie('P1').map(it => it.afgekeurd), [false, true])
      assert.deepEqual(of.oordeel(of.declaratie([[of.prestatie('P2', { volume: 9 })]])), [`TR322 ${p(1)} GeleverdVolume`, `TR389 ${p(1)}`], 'it is not paid twice')
    })

    it('the answer that refuses a number used for two clients is as it was claimed', () => {
      const of = open([uren(10)])
      of.toewijs([{ ToewijzingNummer: '2' }], '2026-01-02', 2)
      const claim = of.declaratie([[of.prestatie('P1', { volume: 9 })], [of.prestatie('P1', { nummer: '2', volume: 8 })]])
      const answer = of.antwoord(claim)
      of.neem(claim)
      assert.deepEqual(of.oordeel(answer), [])
    })

    it('a credit that is refused takes nothing back', () => {
      const of = open([uren(10)])
      assert.deepEqual(of.verwerk(of.declaratie([[of.prestatie('P1', { volume: 9 })]])), [])
      const claim = of.declaratie([[of.prestatie('P2', { volume: 10 }), of.credit('C1', 'P1', { volume: 8 })]])
      assert.deepEqual(of.oordeel(claim), [`TR322 ${p(1)} GeleverdVolume`, `TR323 ${p(2)} ProductReferentie/VorigReferentieNummer`, `TR389 ${p(1)}`])
    })

    it('a credit on an assignment that was shortened since', () => {
      const of = open([{}])
      assert.deepEqual(of.verwerk(of.declaratie([[of.prestatie('P1', { maand: '2026-05', volume: 3 })]], { maand: '2026-05' })), [])
      of.toewijs([{ Einddatum: '2026-05-15' }], '2026-06-01')
      const claim = of.declaratie([[of.credit('C1', 'P1', { maand: '2026-05', volume: 3 }), of.prestatie('P2', { maand: '2026-05', tot: '2026-05-15', volume: 2 })]], { maand: '2026-06' })
      assert.deepEqual(of.oordeel(claim), [])
      assert.equal(toegekend(of.antwoord(claim).message), -6850)
    })

    it('a credit of a rejected debit is refused, and so is a second credit of the same', () => {
      const of = open([uren(10)])
      assert.deepEqual(of.verwerk(of.declaratie([[of.prestatie('P1', { volume: 11 })]])), [`TR321 ${p(1)} GeleverdVolume`, `TR322 ${p(1)} GeleverdVolume`])
      assert.deepEqual(of.verwerk(of.declaratie([[of.credit('C1', 'P1', { volume: 11 })]])), [`TR323 ${p(1)} ProductReferentie/VorigReferentieNummer`])
      assert.deepEqual(of.verwerk(of.declaratie([[of.prestatie('P2', { volume: 10 })]])), [])
      assert.deepEqual(of.verwerk(of.declaratie([[of.credit('C2', 'P2', { volume: 10 })]])), [])
      assert.deepEqual(of.verwerk(of.declaratie([[of.credit('C3', 'P2', { volume: 10 })]])), [`TR390 ${p(1)} ProductReferentie/VorigReferentieNummer`])
      assert.deepEqual(of.oordeel(of.declaratie([[of.prestatie('P3', { volume: 10 })]])), [], 'what was credited twice is free once')
      assert.deepEqual(of.oordeel(of.declaratie([[of.prestatie('P3', { maand: '2026-02', volume: 5 }), of.prestatie('P4', { volume: 6 })]])), [`TR322 ${p(2)} GeleverdVolume`])
    })

    it('late months in one claim, a second claim of the same month, and none of an earlier one', () => {
      const of = open([{}])
      const late = of.declaratie([['2026-01', '2026-02', '2026-03'].map((maand, nth) => of.prestatie(`P${nth}`, { maand, volume: 10 }))])
      assert.deepEqual(of.verwerk(late), [])
      const again = of.declaratie([[of.prestatie('P8', { maand: '2026-03' }), of.credit('C1', 'P1', { maand: '2026-02', volume: 10 }), of.prestatie('P9', { maand: '2026-02', volume: 12 })]])
      assert.deepEqual(of.verwerk(again), [`TR389 ${p(1)}`])
      assert.deepEqual(of.oordeel(of.declaratie([[of.credit('C2', 'P9', { maand: '2026-02', volume: 12 })]], { maand: '2026-02' })), ['TR318 Declaratie DeclaratiePeriode'])
    })

    it('hours claimed in minutes: the sum is of minutes, and nothing is rounded', () => {
      const of = open([uren(10)])
      const minuten = (ref: string, maand: string, volume: number, cents: number): Tree => of.prestatie(ref, { maand, volume, eenheid: '01', tarief: 114, bedrag: cents })
      assert.deepEqual(of.verwerk(of.declaratie([[minuten('P1', '2026-01', 95, 10_846), minuten('P2', '2026-02', 205, 23_404)]])), [])
      assert.deepEqual(of.verwerk(of.declaratie([[of.prestatie('P3', { volume: 4 })]])), [])
      const last = (volume: number, cents: number): string[] => of.oordeel(of.declaratie([[minuten('P4', '2026-04', volume, cents)]], { maand: '2026-04' }))
      assert.deepEqual(last(60, 6850), [])
      assert.deepEqual(last(61, 6964), [`TR322 ${p(1)} GeleverdVolume`])
    })

    it('six broken months that fit each and not together', () => {
      const of = open([{}])
      const months = ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06'].map((maand, nth) => of.prestatie(`P${nth}`, { maand, volume: [20, 20, 24, 20, 20, 20][nth] ?? 0 }))
      const claim = of.declaratie([months], { maand: '2026-06' })
      assert.deepEqual(of.oordeel(claim), [`TR322 ${p(6)} GeleverdVolume`], '104 of 108 hours are taken by five of them')
      assert.equal(toegekend(of.antwoord(claim).message), 104 * 6850)
    })

    it('what no longer fits is refused in the order of the message, and what is refused leaves its room', () => {
      const of = open([uren(10)])
      const claim = of.declaratie([[
        of.prestatie('P1', { maand: '2026-01', volume: 6 }),
        of.prestatie('P2', { maand: '2026-02', volume: 5 }),
        of.prestatie('P3', { maand: '2026-03', volume: 4 })
      ]])
      assert.deepEqual(of.oordeel(claim), [`TR322 ${p(2)} GeleverdVolume`])
      const other = of.declaratie([[
        of.prestatie('P1', { maand: '2026-01', volume: 6, tarief: 1 }),
        of.prestatie('P2', { maand: '2026-02', volume: 6, bedrag: 1 }),
        of.prestatie('P3', { maand: '2026-03', volume: 10 })
      ]])
      assert.deepEqual(of.oordeel(other), [`TR418 ${p(1)} ProductTarief`, `TR346 ${p(2)} IngediendBedrag/Bedrag`], 'refused for something else')
    })

    it('a budget is taken by amounts, in the order of the message', () => {
      const of = open([{ Omvang: '', Budget: `${6850 * 5}` }])
      const claim = of.declaratie([[of.prestatie('P1', { maand: '2026-01', volume: 3 }), of.prestatie('P2', { maand: '2026-02', volume: 3 }), of.prestatie('P3', { volume: 2 })]])
      assert.deepEqual(of.verwerk(claim), [`TR369 ${p(2)} GeleverdVolume`])
      assert.deepEqual(of.oordeel(of.declaratie([[of.prestatie('P4', { maand: '2026-02' })]])), [`TR369 ${p(1)} GeleverdVolume`])
      assert.deepEqual(of.oordeel(of.declaratie([[of.prestatie('P4', { maand: '2026-02' }), of.credit('C1', 'P3', { volume: 2 })]])), [])
    })

    it('a Prestatie that a 325 rejected is claimed again, under a new number', () => {
      const of = open([uren(10)])
      assert.deepEqual(of.verwerk(of.declaratie([[of.prestatie('P1', { volume: 8, bedrag: 1 })]])), [`TR346 ${p(1)} IngediendBedrag/Bedrag`])
      assert.deepEqual(of.verwerk(of.declaratie([[of.prestatie('P2', { volume: 8 })]])), [])
    })

    it('numbers written with zeros are the same assignment', () => {
      const of = open([{ ...uren(10), ToewijzingNummer: '7' }])
      assert.deepEqual(of.verwerk(of.declaratie([[of.prestatie('P1', { nummer: '007', volume: '006' })]])), [])
      assert.deepEqual(of.oordeel(of.declaratie([[of.prestatie('P2', { nummer: '07', maand: '2026-02', volume: '+05' })]])), [`TR322 ${p(1)} GeleverdVolume`])
      assert.deepEqual(of.oordeel(of.declaratie([[of.prestatie('P2', { nummer: '7' })]])), [`TR389 ${p(1)}`])
    })

    it('a rule that is set to warn refuses nothing, so what it lets through counts', () => {
      const claim = (of: Boek): string[] => of.oordeel(of.declaratie([[of.prestatie('P1', { maand: '2026-01', volume: 10 }), of.prestatie('P2', { maand: '2026-02', volume: 5 }), of.prestatie('P3')]]))
      const row = { Omvang: { Volume: '10', Eenheid: '04', Frequentie: '6' } }
      assert.deepEqual(claim(open([row], { weights: { TR322: 'warn' } })), [`! TR322 ${p(2)} GeleverdVolume`, `! TR322 ${p(3)} GeleverdVolume`])
      assert.deepEqual(claim(open([row], { weights: { TR322: 'off' } })), [])
    })

    it('a client who may be known elsewhere is assessed as far as he is known', () => {
      const of = open([{}], { weights: { TR304: 'warn' } })
      assert.deepEqual(of.oordeel(of.declaratie([[], [of.prestatie('P1')]])), ['! TR304 Declaratie/Clienten/Client[1] Bsn', `TR338 ${p(1)} ToewijzingNummer`])
    })
  })
}

describe('not assessed, and valid all the same', () => {
  const told = (of: Boek, ...prestaties: readonly Tree[]): string[] => {
    const claim = of.declaratie([prestaties])
    assert.ok(!of.bevindingen(claim).some(isRejecting))
    return of.oordeel(claim)
  }

  it('no contract and no list', () => {
    const of = boek('iwmo', { sources: noSources })
    of.toewijs([{}, { ToewijzingNummer: '2', Omvang: '', Budget: '1000000' }])
    assert.deepEqual(told(of, of.prestatie('P1')), [`? TR418 ${p(1)} ProductTarief`, '? TR378 Header Ontvanger', `? TR381 ${p(1)} ProductCode`])
    assert.deepEqual(told(of, of.prestatie('P2', { nummer: '2' })), [`? TR341 ${p(1)} Eenheid`, `? TR418 ${p(1)} ProductTarief`, '? TR378 Header Ontvanger', `? TR381 ${p(1)} ProductCode`])
  })

  it('minutes may be at a tariff by the hour; of all else the amount is known', () => {
    const of = boek('iwmo', { sources: { ...alles, contract: () => null } })
    of.toewijs([{}])
    assert.deepEqual(told(of, of.prestatie('P1', { volume: 380, eenheid: '01', tarief: 114, bedrag: 43_383 })), [`? TR418 ${p(1)} ProductTarief`, `? TR346 ${p(1)} IngediendBedrag/Bedrag`])
    assert.deepEqual(told(of, of.prestatie('P1', { volume: 380, eenheid: '01', tarief: 114 })), [`? TR418 ${p(1)} ProductTarief`])
    assert.deepEqual(of.oordeel(of.declaratie([[of.prestatie('P1', { volume: 2, bedrag: 1 })]])), [`? TR418 ${p(1)} ProductTarief`, `TR346 ${p(1)} IngediendBedrag/Bedrag`])
  })

  it('a contract without a tariff says nothing of it', () => {
    const of = boek('iwmo', { sources: { ...alles, contract: () => ({ ...uurcontract, tarief_cents: null }) } })
    of.toewijs([{}])
    assert.deepEqual(told(of, of.prestatie('P1', { volume: 2, tarief: 9 })), [`? TR418 ${p(1)} ProductTarief`])
    assert.deepEqual(told(of, of.prestatie('P1', { volume: 380, eenheid: '01', tarief: 114, bedrag: 43_383 })), [`? TR418 ${p(1)} ProductTarief`, `? TR346 ${p(1)} IngediendBedrag/Bedrag`])
  })

  it('earlier messages that are not here: the assignment, the debit, the sum', () => {
    const of = boek('ijw', { vanaf: '2026-03-01' })
    const known = ['? TR314', '? TR333']
    const withoutKnown = (found: readonly string[]): string[] => found.filter(it => !known.some(code => it.startsWith(code)))
    assert.deepEqual(withoutKnown(told(of, of.prestatie('P1'))), ['? TR304 Declaratie/Clienten/Client[1] Bsn', `? TR338 ${p(1)} ToewijzingNummer`])
    of.toewijs([{}], '2026-03-01')
    assert.deepEqual(withoutKnown(told(of, of.prestatie('P1'))), [`? TR322 ${p(1)} GeleverdVolume`], 'January and February may have been claimed')
    assert.deepEqual(withoutKnown(told(of, of.prestatie('P1', { maand: '2026-02' }))), [`? TR322 ${p(1)} GeleverdVolume`, `? TR389 ${p(1)}`])
    assert.deepEqual(withoutKnown(told(of, of.credit('C1', 'P9', { maand: '2026-02' }))), [`? TR323 ${p(1)} ProductReferentie/VorigReferentieNummer`, `? TR390 ${p(1)} ProductReferentie/VorigReferentieNummer`])
    assert.deepEqual(withoutKnown(of.oordeel(of.declaratie([[of.credit('C1', 'P9')]]))), [`TR323 ${p(1)} ProductReferentie/VorigReferentieNummer`], 'a debit over March would be here')
    assert.deepEqual(withoutKnown(of.oordeel(of.declaratie([[of.prestatie('P1', { volume: 109 })]]))), [`TR321 ${p(1)} GeleverdVolume`, `TR322 ${p(1)} GeleverdVolume`], 'too much in any case')
  })

  it('an assignment from before all is known may have been changed since', () => {
    const of = boek('ijw', { vanaf: '2026-03-01' })
    of.toewijs([{ Einddatum: '2026-03-15' }], '2026-02-01')
    const [found] = told(of, of.prestatie('P1')).filter(it => it.includes('TR308'))
    assert.equal(found, `? TR308 ${p(1)} ProductPeriode/Einddatum`)
  })

  it('one reason is told once, with how many it holds for', () => {
    const of = boek('ijw', { sources: { ...alles, contract: () => null } })
    of.toewijs([{}])
    const claim = of.declaratie([['2026-01', '2026-02', '2026-03'].map(maand => of.prestatie(maand, { maand }))])
    const found = of.bevindingen(claim)
    assert.deepEqual(found.map(it => [it.code, it.class]), [['TR418', p(1)]])
    assert.match(found[0]?.message ?? '', /geen contract bekend\. Dat geldt ook voor 2 andere\. /)
  })

  it('what came before the first message is not known, what came since is', () => {
    const of = boek('ijw', { vanaf: null })
    of.toewijs([{}])
    const claim = of.declaratie([[of.prestatie('P1', { volume: 999, code: '02A04' })]])
    assert.deepEqual(of.oordeel(claim).map(it => it.split(' ').slice(0, it.startsWith('?') ? 2 : 1).join(' ')), ['? TR314', '? TR318', 'TR321', 'TR322', '? TR333', 'TR340', '? TR389'])
  })
})

describe('a large claim', () => {
  it('is judged with turns for others between, and no other way', async () => {
    const of = boek('ijw')
    of.toewijs([{}])
    const { model, message } = of.declaratie([Array.from({ length: 1_600 }, (_, nth) => of.prestatie(`P${nth}`, { code: `${10_000 + nth}` }))])
    const outside = { history: of.history(), sources: alles, today: '2027-01-01' }
    let turns = 0
    let judging = true
    const count = (): void => { turns++; if (judging) setImmediate(count) }
    setImmediate(count)
    const found = await judgeInTurns(model, message, outside)
    judging = false
    assert.ok(turns >= 6, `${turns} turns: three of each look at all, and more for what is found`)
    assert.ok(found.length >= 1_600)
    assert.deepEqual(found, judgeAgainst(model, message, outside))
  })
})

describe('whatever is claimed, credited and claimed again', () => {
  it('no more is granted than was assigned', () => {
    const step = fc.record({ maand: fc.constantFrom('2026-01', '2026-02', '2026-03'), volume: fc.integer({ min: 1, max: 8 }), credit: fc.boolean(), minuten: fc.boolean() })
    fc.assert(fc.property(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), claims => {
      const of = boek('ijw')
      of.toewijs([{ Omvang: { Volume: '12', Eenheid: '04', Frequentie: '6' } }])
      let ref = 0
      for (const steps of claims) {
        const standing = staat(of)
        const taken = new Set<string>()
        const prestaties = steps.flatMap(({ maand, volume, credit, minuten }) => {
          const debet = standing.find(it => !taken.has(it))
          if (taken.has(maand) || (credit && debet === undefined)) return []
          if (credit && debet !== undefined) {
            taken.add(debet)
            const { it } = of.history().prestatie(debet)[0]?.prestatie ?? {}
            return it === undefined ? [] : [of.credit(`R${++ref}`, debet, { maand: it.ProductPeriode.Begindatum.slice(0, 7), volume: it.GeleverdVolume, eenheid: it.Eenheid, tarief: Number(it.ProductTarief), bedrag: Number(it.IngediendBedrag.Bedrag) })]
          }
          taken.add(maand)
          return [minuten ? of.prestatie(`R${++ref}`, { maand, volume: volume * 60, eenheid: '01', tarief: 114, bedrag: volume * 6850 }) : of.prestatie(`R${++ref}`, { maand, volume })]
        })
        if (prestaties.length > 0) of.verwerk(of.declaratie([prestaties]))
        const total = staat(of).reduce((sum, nummer) => sum + Number(of.history().prestatie(nummer)[0]?.prestatie.it.IngediendBedrag.Bedrag), 0)
        assert.ok(total <= 12 * 6850, `${total}`)
      }
    }), { numRuns: 60 })
  })

  it('the verdict is that of a plain reading: credits first, then each debit against the sum of what stands', () => {
    fc.assert(fc.property(fc.gen(), g => {
      const of = boek('ijw')
      const most = g(fc.integer, { min: 8, max: 30 })
      of.toewijs([uren(most)])
      let stand: ReadonlyArray<{ readonly ref: string, readonly maand: string, readonly volume: number }> = []
      let nth = 0
      for (let claim = 0; claim < 4; claim++) {
        const debits = ['2026-01', '2026-02', '2026-03'].filter(() => g(fc.boolean)).map(maand => ({ ref: `R${++nth}`, maand, volume: g(fc.integer, { min: 1, max: 12 }), wrong: g(fc.nat, { max: 5 }) === 0 }))
        const credits = stand.filter(() => g(fc.nat, { max: 2 }) === 0).map(debet => ({ ref: `R${++nth}`, debet, wrong: g(fc.nat, { max: 4 }) === 0 }))
        const prestaties = new Map<string, Tree>([
          ...debits.map(it => [it.ref, of.prestatie(it.ref, { ...it, ...it.wrong ? { tarief: 1 } : {} })] as const),
          ...credits.map(({ ref, debet, wrong }) => [ref, of.credit(ref, debet.ref, { ...debet, volume: debet.volume + (wrong ? 1 : 0) })] as const)
        ])
        const order = g(fc.shuffledSubarray<string>, [...prestaties.keys()], { minLength: prestaties.size })
        if (order.length === 0) continue
        const at = (ref: string): string => p(order.indexOf(ref) + 1)
        const gone = new Set(credits.flatMap(({ debet, wrong }) => wrong ? [] : [debet.ref]))
        const before = stand.filter(it => !gone.has(it.ref))
        stand = before
        const expected = credits.flatMap(({ ref, wrong }) => wrong ? [`TR323 ${at(ref)} ProductReferentie/VorigReferentieNummer`] : [])
        for (const debit of debits.toSorted((a, b) => order.indexOf(a.ref) - order.indexOf(b.ref))) {
          const faults = [
            ...debit.wrong ? [`TR418 ${at(debit.ref)} ProductTarief`] : [],
            ...debit.volume > most ? [`TR321 ${at(debit.ref)} GeleverdVolume`] : [],
            ...before.some(it => it.maand === debit.maand) ? [`TR389 ${at(debit.ref)}`] : [],
            ...stand.reduce((sum, it) => sum + it.volume, debit.volume) > most ? [`TR322 ${at(debit.ref)} GeleverdVolume`] : []
          ]
          expected.push(...faults)
          if (faults.length === 0) stand = [...stand, debit]
        }
        assert.deepEqual(of.verwerk(of.declaratie([order.map(ref => prestaties.get(ref) ?? {})])).toSorted(), expected.toSorted())
      }
    }), { numRuns: 80 })
  })

  it('25,000 Prestaties on one assignment with as many before them: what is left goes to the first ones', () => {
    const of = boek('ijw')
    of.toewijs([{ Product: '', Omvang: '', Budget: `${6850 * 30_000}` }])
    const codes = (prefix: string): Tree => of.declaratie([Array.from({ length: 25_000 }, (_, nth) => of.prestatie(`${prefix}${nth}`, { code: `${nth}`, maand: prefix === 'A' ? '2026-02' : '2026-03' }))]).message
    of.neem({ ...of.declaratie([]), message: codes('A') })
    const found = of.oordeel({ ...of.declaratie([]), message: codes('B') })
    assert.equal(found.length, 20_000)
    assert.equal(found[0], `TR369 ${p(5_001)} GeleverdVolume`)
  })
})

/** @returns the approved debits that were not credited */
function staat (of: Boek): string[] {
  const all = of.history().prestaties('1').filter(it => !it.afgekeurd).map(it => it.prestatie.it)
  const credited = new Set(all.map(it => it.ProductReferentie.VorigReferentieNummer))
  return all.filter(it => it.IngediendBedrag.DebetCredit === 'D' && !credited.has(it.ProductReferentie.ReferentieNummer)).map(it => it.ProductReferentie.ReferentieNummer)
}
