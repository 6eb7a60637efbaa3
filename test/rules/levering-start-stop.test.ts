/** Starts and stops against what was delivered before: each rule held and broken, and the stories in which they meet. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { noSources, type Contract, type Sources } from '../../src/sources/sources.ts'
import { families, gesprek, product, put, type Gesprek } from './gesprek.ts'

const start1 = 'Client/StartProducten/StartProduct[1]'
const stop1 = 'Client/StopProducten/StopProduct[1]'

/** @returns a conversation in which assignments 7 and 8 stand */
function toegewezen (of: Gesprek): Gesprek {
  of.neem(of.toewijzing([{ ToewijzingNummer: '7' }, { ToewijzingNummer: '8', Product: product(of.family, null, of.family === 'iwmo' ? '03' : '41') }], { dag: '2026-01-01' }))
  return of
}

const contract = (variant: Contract['variant'] | null): Sources => ({
  ...noSources,
  contract: () => variant === null ? null : { categorie: null, code: null, variant, eenheid: null, tarief_cents: null, perUur: false, van: '2026-01-01', tot: null }
})

for (const family of families) {
  const begonnen = (): Gesprek => {
    const of = toegewezen(gesprek(family))
    of.neem(of.start([{ ToewijzingNummer: '7', Begindatum: '2026-01-05' }], { dag: '2026-01-06' }))
    return of
  }
  const stop = { ToewijzingNummer: '7', Begindatum: '2026-01-05', Einddatum: '2026-02-10' }

  describe(`${family}: TR019, the number of an assignment`, () => {
    test('a start and a stop name an assignment of the client, its number compared by value', () => {
      const of = toegewezen(gesprek(family))
      of.neem(of.start([{ ToewijzingNummer: '007', Begindatum: '2026-01-05' }]))
      of.neem(of.stop([{ ToewijzingNummer: '+7', Begindatum: '2026-01-05', Einddatum: '2026-02-10' }]))
    })
    test('an unknown number, and that of another client, are refused', () => {
      const of = toegewezen(gesprek(family))
      of.neem(of.toewijzing([{ ToewijzingNummer: '9' }], { wie: 2 }))
      assert.deepEqual(of.oordeel(of.start([{ ToewijzingNummer: '5', Begindatum: '2026-01-05' }])), [`TR019 ${start1} ToewijzingNummer`])
      assert.deepEqual(of.oordeel(of.start([{ ToewijzingNummer: '9', Begindatum: '2026-01-05' }])), [`TR019 ${start1} ToewijzingNummer`])
      assert.deepEqual(of.oordeel(of.stop([{ ...stop, ToewijzingNummer: '5' }])), [`TR019 ${stop1} ToewijzingNummer`, `TR382 ${stop1}`])
    })
    test('a number that is known as another client\'s is refused however little is known', () => {
      const of = gesprek(family, { vanaf: null })
      of.importeer(of.toewijzing([{ ToewijzingNummer: '9' }], { wie: 2 }))
      assert.ok(of.oordeel(of.start([{ ToewijzingNummer: '9', Begindatum: '2026-01-05' }])).includes(`TR019 ${start1} ToewijzingNummer`))
    })
    test('an assignment to another provider is none', () => {
      const of = toegewezen(gesprek(family))
      assert.deepEqual(of.oordeel(of.start([{ ToewijzingNummer: '7', Begindatum: '2026-01-05' }], { aanbieder: '42420009' })), [`TR019 ${start1} ToewijzingNummer`])
    })
    test('without a number the contract decides: by task it need not be there, otherwise it must; without a contract nobody knows', () => {
      const of = toegewezen(gesprek(family))
      const zonder = of.start([{ Product: product(family), Begindatum: '2026-01-05' }])
      assert.deepEqual(of.oordeel(zonder, contract('inspanning')), [`TR019 ${start1} ToewijzingNummer`])
      assert.deepEqual(of.oordeel(zonder, contract('output')), [`TR019 ${start1} ToewijzingNummer`])
      assert.deepEqual(of.oordeel(zonder, contract(null)), [`? TR019 ${start1} ToewijzingNummer`])
      of.neem(zonder, contract('taakgericht'))
    })
    test('what is not found is not assessed where it may lie before the history', () => {
      const of = gesprek(family, { vanaf: '2026-01-01' })
      assert.ok(of.oordeel(of.start([{ ToewijzingNummer: '7', Begindatum: '2026-01-05' }])).includes(`? TR019 ${start1} ToewijzingNummer`))
      assert.ok(!of.oordeel(of.start([{ ToewijzingNummer: '7', Begindatum: '2026-01-05' }])).includes(`TR019 ${start1} ToewijzingNummer`))
    })
    test('what was withdrawn can still be stopped', () => {
      const of = begonnen()
      of.neem(of.toewijzing([{ ToewijzingNummer: '7', Einddatum: '2026-01-01', RedenWijziging: '13' }], { dag: '2026-02-01' }))
      of.neem(of.stop([stop]))
    })
  })

  describe(`${family}: TR063 and TR071, deleting`, () => {
    test('a start that was delivered is deleted once', () => {
      const of = begonnen()
      const weg = [{ ToewijzingNummer: '7', Begindatum: '2026-01-05', StatusAanlevering: '3' }]
      assert.deepEqual(of.oordeel(of.start([{ ...weg[0], Begindatum: '2026-01-06' }])), [`TR063 ${start1} StatusAanlevering`])
      of.neem(of.start(weg))
      assert.deepEqual(of.oordeel(of.start(weg)), [`TR063 ${start1} StatusAanlevering`])
      of.neem(of.start([{ ToewijzingNummer: '7', Begindatum: '2026-01-05' }]))
      of.neem(of.start(weg))
    })
    test('a stop is deleted by its whole key', () => {
      const of = begonnen()
      of.neem(of.stop([stop]))
      assert.deepEqual(of.oordeel(of.stop([{ ...stop, StatusAanlevering: '3', RedenBeeindiging: '20' }])), [`TR063 ${stop1} StatusAanlevering`])
      assert.deepEqual(of.oordeel(of.stop([{ ...stop, StatusAanlevering: '3', Product: product(family) }])), [`TR063 ${stop1} StatusAanlevering`])
      of.neem(of.stop([{ ...stop, StatusAanlevering: '3' }]))
    })
    test('a delivery of the days before the history is not assessed; one of later days is refused', () => {
      const of = gesprek(family, { vanaf: '2026-01-06' })
      const weg = (Begindatum: string) => of.start([{ ToewijzingNummer: '7', Begindatum, StatusAanlevering: '3' }])
      assert.deepEqual(of.oordeel(weg('2026-01-05')), [`? TR063 ${start1} StatusAanlevering`, `? TR071 ${start1} StatusAanlevering`])
      assert.deepEqual(of.oordeel(weg('2026-01-06')), [`TR063 ${start1} StatusAanlevering`])
    })
    test('a start that has a stop is not deleted, until that stop is', () => {
      const of = begonnen()
      const weg = of.start([{ ToewijzingNummer: '7', Begindatum: '2026-01-05', StatusAanlevering: '3' }])
      of.neem(of.stop([{ ...stop, RedenBeeindiging: '20' }]))
      assert.deepEqual(of.oordeel(weg), [`TR071 ${start1} StatusAanlevering`])
      of.neem(of.stop([{ ...stop, RedenBeeindiging: '20', StatusAanlevering: '3' }]))
      of.neem(weg)
    })
    test('of a deletion nothing else is asked, not even a number that exists', () => {
      const of = begonnen()
      of.neem(of.toewijzing([{ ToewijzingNummer: '7', Einddatum: '2026-01-01', RedenWijziging: '13' }], { dag: '2026-02-01' }))
      assert.deepEqual(of.oordeel(of.start([{ ToewijzingNummer: '5', Begindatum: '2026-01-05', StatusAanlevering: '3' }])), [`TR063 ${start1} StatusAanlevering`])
    })
  })

  describe(`${family}: TR074 and TR326, starting`, () => {
    test('the same start twice is the same delivery, and a second start', () => {
      const of = begonnen()
      assert.deepEqual(of.oordeel(of.start([{ ToewijzingNummer: '07', Begindatum: '2026-01-05' }])), [`TR074 ${start1}`, `TR326 ${start1}`])
      assert.deepEqual(of.oordeel(of.start([{ ToewijzingNummer: '7', Begindatum: '2026-01-08' }])), [`TR326 ${start1}`])
      of.neem(of.start([{ ToewijzingNummer: '8', Begindatum: '2026-01-05' }]))
    })
    test('the same delivery of another client is another one', () => {
      const of = begonnen()
      of.neem(of.toewijzing([{ ToewijzingNummer: '9' }], { wie: 2 }))
      of.neem(of.start([{ ToewijzingNummer: '9', Begindatum: '2026-01-05' }], { wie: 2 }))
    })
    test('after a stop, also a temporary one, a new start may follow', () => {
      for (const RedenBeeindiging of ['20', family === 'iwmo' ? '19' : '31']) {
        const of = begonnen()
        of.neem(of.stop([{ ...stop, RedenBeeindiging }]))
        of.neem(of.start([{ ToewijzingNummer: '7', Begindatum: '2026-03-01' }]))
        assert.deepEqual(of.oordeel(of.start([{ ToewijzingNummer: '7', Begindatum: '2026-03-02' }])), [`TR326 ${start1}`])
        of.neem(of.stop([{ ...stop, Begindatum: '2026-03-01', Einddatum: '2026-03-05' }]))
      }
    })
    test('a start is deleted and replaced in one message', () => {
      const of = begonnen()
      const weg = { ToewijzingNummer: '7', Begindatum: '2026-01-05', StatusAanlevering: '3' }
      const nieuw = { ToewijzingNummer: '7', Begindatum: '2026-01-08' }
      assert.deepEqual(of.oordeel(of.start([nieuw, weg])), [])
      of.neem(of.start([weg, nieuw]))
      assert.deepEqual(of.oordeel(of.start([nieuw])), [`TR074 ${start1}`, `TR326 ${start1}`])
    })
    test('a rejected start was never sent', () => {
      const of = toegewezen(gesprek(family))
      of.keurAf(of.start([{ ToewijzingNummer: '7', Begindatum: '2026-01-05' }]))
      of.neem(of.start([{ ToewijzingNummer: '7', Begindatum: '2026-01-05' }]))
    })
    test('by task, without numbers, the product tells starts apart', () => {
      const of = gesprek(family)
      const [een, ander] = [product(family), product(family, null, family === 'iwmo' ? '03' : '41')]
      of.neem(of.start([{ Product: een, Begindatum: '2026-01-05' }, { Product: ander, Begindatum: '2026-01-05' }]), contract('taakgericht'))
      assert.deepEqual(of.oordeel(of.start([{ Product: een, Begindatum: '2026-01-06' }]), contract('taakgericht')), [`TR326 ${start1}`])
      of.neem(of.stop([{ Product: een, Begindatum: '2026-01-05', Einddatum: '2026-01-31' }]), contract('taakgericht'))
      of.neem(of.stop([{ Product: ander, Begindatum: '2026-01-05', Einddatum: '2026-01-30' }]), contract('taakgericht'))
      of.neem(of.start([{ Product: een, Begindatum: '2026-02-06' }]), contract('taakgericht'))
    })
    test('a start from before the history may have a stop nobody kept: not assessed', () => {
      const of = gesprek(family, { vanaf: '2026-03-01' })
      of.importeer(of.toewijzing([{ ToewijzingNummer: '7' }], { dag: '2026-01-01' }))
      of.importeer(of.start([{ ToewijzingNummer: '7', Begindatum: '2026-01-05' }], { dag: '2026-01-06' }))
      assert.deepEqual(of.oordeel(of.start([{ ToewijzingNummer: '7', Begindatum: '2026-03-05' }])), [`? TR326 ${start1}`])
    })
    test('nothing starts before its assignment does: one of after the history began is assessed', () => {
      const of = gesprek(family, { vanaf: '2026-03-01' })
      of.importeer(of.toewijzing([{ ToewijzingNummer: '7', Ingangsdatum: '2026-03-01' }], { dag: '2026-03-01' }))
      of.neem(of.start([{ ToewijzingNummer: '7', Begindatum: '2026-03-05' }]))
    })
  })

  describe(`${family}: TR382 and TR413 to TR415, stopping`, () => {
    test('a stop is of the latest start, by product and first day', () => {
      const of = begonnen()
      assert.deepEqual(of.oordeel(of.stop([{ ...stop, Begindatum: '2026-01-06' }])), [`TR382 ${stop1}`])
      assert.deepEqual(of.oordeel(of.stop([{ ...stop, Product: product(family) }])), [`TR382 ${stop1}`])
      assert.deepEqual(of.oordeel(of.stop([{ ...stop, ToewijzingNummer: '8' }])), [`TR382 ${stop1}`])
      of.neem(of.stop([stop]))
      of.neem(of.start([{ ToewijzingNummer: '7', Begindatum: '2026-03-01' }]))
      assert.deepEqual(of.oordeel(of.stop([{ ...stop, RedenBeeindiging: '20', Einddatum: '2026-03-10' }])), [`TR382 ${stop1}`, `TR415 ${stop1}`])
    })
    test('of two starts in one message the one that begins last is the latest, wherever it stands', () => {
      const rows = ['2026-01-05', '2026-01-08'].map(Begindatum => ({ ToewijzingNummer: '7', Begindatum }))
      for (const starts of [rows, rows.toReversed()]) {
        const of = toegewezen(gesprek(family))
        of.importeer(of.start(starts))
        assert.deepEqual(of.oordeel(of.stop([{ ...stop, Begindatum: '2026-01-08' }])), [])
        assert.deepEqual(of.oordeel(of.stop([stop])), [`TR382 ${stop1}`])
      }
    })
    test('a later start than the last one that is known may have gone by where history begins after it: not assessed', () => {
      const of = gesprek(family, { vanaf: '2026-02-01' })
      of.importeer(of.toewijzing([{ ToewijzingNummer: '7' }], { dag: '2026-01-01' }))
      of.importeer(of.start([{ ToewijzingNummer: '7', Begindatum: '2026-01-05' }], { dag: '2026-01-06' }))
      assert.ok(of.oordeel(of.stop([{ ...stop, Begindatum: '2026-01-20' }])).includes(`? TR382 ${stop1}`))
    })
    test('an earlier stop of the same number and first day counts, whatever product it names', () => {
      const of = begonnen()
      of.importeer(of.stop([{ ...stop, Product: product(family), RedenBeeindiging: '20' }]))
      assert.deepEqual(of.oordeel(of.stop([{ ...stop, RedenBeeindiging: '20', Einddatum: '2026-02-09' }])), [`TR413 ${stop1} RedenBeeindiging`, `TR414 ${stop1} Einddatum`])
      of.importeer(of.stop([{ ...stop, Product: product(family), Einddatum: '2026-02-11' }]))
      assert.deepEqual(of.oordeel(of.stop([{ ...stop, Einddatum: '2026-02-12' }])), [`TR415 ${stop1}`])
    })
    test('a deleted start is no start', () => {
      const of = begonnen()
      of.neem(of.start([{ ToewijzingNummer: '7', Begindatum: '2026-01-05', StatusAanlevering: '3' }]))
      assert.deepEqual(of.oordeel(of.stop([stop])), [`TR382 ${stop1}`])
    })
    test('temporary then final: on the same day or later, not earlier', () => {
      const of = begonnen()
      of.neem(of.stop([{ ...stop, RedenBeeindiging: '20' }]))
      assert.deepEqual(of.oordeel(of.stop([{ ...stop, Einddatum: '2026-02-09' }])), [`TR414 ${stop1} Einddatum`])
      assert.deepEqual(of.oordeel(of.stop([stop])), [])
      of.neem(of.stop([{ ...stop, Einddatum: '2026-03-01' }]))
    })
    test('no second temporary stop, and nothing after a final one', () => {
      const of = begonnen()
      of.neem(of.stop([{ ...stop, RedenBeeindiging: '20' }]))
      assert.deepEqual(of.oordeel(of.stop([{ ...stop, RedenBeeindiging: '20', Einddatum: '2026-02-11' }])), [`TR413 ${stop1} RedenBeeindiging`])
      of.neem(of.stop([{ ...stop, Einddatum: '2026-03-01' }]))
      assert.deepEqual(of.oordeel(of.stop([{ ...stop, Einddatum: '2026-03-02' }])), [`TR415 ${stop1}`])
      assert.deepEqual(of.oordeel(of.stop([{ ...stop, Einddatum: '2026-03-01' }])), [`TR074 ${stop1}`, `TR415 ${stop1}`])
    })
    test('a stop is deleted and replaced in one message, in either order, with an earlier end too', () => {
      const weg = { ...stop, StatusAanlevering: '3' }
      const nieuw = { ...stop, Einddatum: '2026-02-01' }
      for (const rows of [[weg, nieuw], [nieuw, weg]]) {
        const of = begonnen()
        of.neem(of.stop([stop]))
        assert.deepEqual(of.oordeel(of.stop([nieuw])), [`TR414 ${stop1} Einddatum`, `TR415 ${stop1}`])
        of.neem(of.stop(rows))
        assert.deepEqual(of.oordeel(of.stop([{ ...stop, StatusAanlevering: '3' }])), [`TR063 ${stop1} StatusAanlevering`])
        of.neem(of.stop([{ ...nieuw, StatusAanlevering: '3' }]))
      }
    })
    test('the temporary stop is deleted although a later final one stands', () => {
      const of = begonnen()
      of.neem(of.stop([{ ...stop, RedenBeeindiging: '20' }]))
      of.neem(of.stop([{ ...stop, Einddatum: '2026-03-01' }]))
      of.neem(of.stop([{ ...stop, RedenBeeindiging: '20', StatusAanlevering: '3' }]))
    })
    test('a start of before the history is not assessed, one that must be in it is', () => {
      const of = gesprek(family, { vanaf: '2026-01-06' })
      of.importeer(of.toewijzing([{ ToewijzingNummer: '7' }], { dag: '2026-01-07' }))
      assert.deepEqual(of.oordeel(of.stop([stop])), [`? TR382 ${stop1}`, `? TR414 ${stop1} Einddatum`, `? TR415 ${stop1}`])
      assert.deepEqual(of.oordeel(of.stop([{ ...stop, Begindatum: '2026-01-06' }])), [`TR382 ${stop1}`])
    })
  })

  test(`${family}: TR056, an Identificatie of the same type is used once, also by a message that another type shares it with`, () => {
    const of = begonnen()
    of.neem(of.stop([stop], { id: 'EEN' }))
    assert.deepEqual(of.oordeel(of.start([{ ToewijzingNummer: '8', Begindatum: '2026-01-05' }], { id: 'EEN' })), [])
    const weer = of.stop([{ ...stop, StatusAanlevering: '3' }], { id: 'EEN' })
    assert.deepEqual(of.oordeel(weer), ['TR056 Header BerichtIdentificatie/Identificatie'])
    assert.deepEqual(of.oordeel({ ...weer, message: put(weer.message, 'Header/BerichtIdentificatie/Identificatie', 'TWEE') }), [])
  })
}
