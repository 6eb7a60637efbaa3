/** Each question asked of history, with deletions, rejections and messages in another order than their moments. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { memoryHistory } from '../../src/history/history.ts'
import { about, after, anna, answer, antwoord, bram, claim, technical, wijziging } from './made.ts'

const history = (...messages: Parameters<typeof after>[1][]) => after(memoryHistory(), ...messages)
const start = (id: string, product: Parameters<typeof about>[3] = {}) => about('305', id, anna, product)
const stop = (id: string, product: Parameters<typeof about>[3] = {}) => about('307', id, anna, product)
const gone = { StatusAanlevering: '3' }
const classOf = (wrapper: string, name: string, nth = 1): string => `Client/${wrapper}/${name}[${nth}]`
const begins = (of: ReturnType<typeof history>): string[] => of.starts(anna).map(({ it }) => it.Begindatum)

describe('toewijzingen', () => {
  const first = about('301', 'T1', anna, { ToewijzingNummer: '7' }, { ToewijzingNummer: '8' })
  const shorter = about('301', 'T2', anna, { ToewijzingNummer: '007', Toewijzingsdatum: '2026-02-01', Einddatum: '2026-03-31' })

  it('the actual one has the latest Toewijzingsdatum and Toewijzingstijd, in whatever order they came', () => {
    for (const order of [[first, shorter], [shorter, first]]) {
      const of = history(...order)
      assert.deepEqual(of.toewijzing('7').map(({ it }) => it.Einddatum), [undefined, '2026-03-31'])
      assert.deepEqual(of.toewijzingen(anna).map(({ it }) => [Number(it.ToewijzingNummer), it.Einddatum]).toSorted(), [[7, '2026-03-31'], [8, undefined]])
    }
  })

  it('of one day the later time, of one moment the one sent last; 24:00 is midnight', () => {
    const at = (id: string, Toewijzingstijd: string) => about('301', id, anna, { Toewijzingstijd, ReferentieAanbieder: id })
    const last = (...of: Parameters<typeof history>) => history(...of).toewijzingen(anna)[0]?.it.ReferentieAanbieder
    assert.equal(last(at('A', '10:00:01'), at('B', '10:00:00.5')), 'A')
    assert.equal(last(at('A', '10:00:00'), at('B', '10:00:00')), 'B')
    assert.equal(last(at('A', '00:00:01'), at('B', '24:00:00')), 'A')
  })

  it('years beyond four digits are later, years before 0 earlier, and white space is none', () => {
    const at = (id: string, Toewijzingsdatum: string) => about('301', id, anna, { Toewijzingsdatum, ReferentieAanbieder: id })
    assert.deepEqual(history(at('A', '12026-01-01'), at('B', ' 9999-12-31 '), at('C', '-0001-12-31')).toewijzing('7').map(({ it }) => it.ReferentieAanbieder), ['C', 'B', 'A'])
  })

  it('of another client are found by number only', () => {
    const of = history(about('301', 'T1', bram, {}))
    assert.deepEqual(of.toewijzingen(anna), [])
    assert.deepEqual(of.toewijzing('+7').map(it => it.client), [of.client(bram)])
  })

  it('a rejected change leaves the one before it actual', () => {
    const of = history(first, shorter, answer(shorter, [classOf('ToegewezenProducten', 'ToegewezenProduct'), '9332']))
    assert.deepEqual(of.toewijzing('7').map(({ it }) => it.Einddatum), [undefined])
  })
})

describe('starts and stops', () => {
  it('a deletion takes away the earlier delivery with the same logical key, and is none itself', () => {
    assert.deepEqual(begins(history(start('S1'), start('S2', { Begindatum: '2026-02-01' }), start('S3', gone))), ['2026-02-01'])
    assert.deepEqual(begins(history(start('S1'), start('S2', { ...gone, ToewijzingNummer: '+007' }))), [])
    assert.deepEqual(begins(history(start('S1'), start('S2', { ...gone, Product: { Categorie: '45' } }))), ['2026-01-01'], 'absent differs from filled')
    assert.deepEqual(begins(history(start('S1'), about('305', 'S2', bram, gone))), ['2026-01-01'], 'another client')
  })

  it('a deletion leaves what comes after it', () => {
    assert.deepEqual(begins(history(start('S1', gone), start('S2'))), ['2026-01-01'])
    assert.deepEqual(begins(history(start('S1'), start('S2', gone), start('S3'))), ['2026-01-01'])
  })

  it('within one message deletions come first', () => {
    const replacing = about('307', 'S2', anna, { Einddatum: '2026-07-31' }, gone)
    assert.deepEqual(history(stop('S1'), replacing).stops(anna).map(({ it }) => it.Einddatum), ['2026-07-31'])
  })

  it('a stop is deleted by all of its key, end and reason too', () => {
    assert.equal(history(stop('S1'), stop('S2', { ...gone, Einddatum: '2026-07-01' })).stops(anna).length, 1)
    assert.equal(history(stop('S1'), stop('S2', { ...gone, RedenBeeindiging: '20' })).stops(anna).length, 1)
    assert.equal(history(stop('S1'), stop('S2', gone)).stops(anna).length, 0)
  })

  it('a rejected deletion lets the start live again, an accepted one does not', () => {
    const deletion = start('S2', gone)
    assert.deepEqual(begins(history(start('S1'), deletion, answer(deletion, [classOf('StartProducten', 'StartProduct'), '9071']))), ['2026-01-01'])
    assert.deepEqual(begins(history(start('S1'), deletion, answer(deletion))), [])
    assert.deepEqual(begins(history(start('S1'), deletion, technical(deletion))), ['2026-01-01'])
  })
})

describe('verzoeken', () => {
  const ask = about('315', 'V1', anna, { ReferentieAanbieder: 'R1' }, { ReferentieAanbieder: 'R2' })
  const open = (...messages: Parameters<typeof history>) => history(ask, ...messages).verzoeken(anna).map(it => [it.of, ...it.referenties.map(each => each.open)])
  const honour = (id: string, ReferentieAanbieder: string) => about('301', id, anna, { ReferentieAanbieder })

  it('are open per product of a 315 until it is refused or assigned', () => {
    assert.deepEqual(open(), [['315', true, true]])
    assert.deepEqual(open(antwoord('A1', 'R1', '1')), [['315', false, true]])
    assert.deepEqual(open(antwoord('A1', 'R1', '2')), [['315', true, true]], 'under investigation')
    assert.deepEqual(open(honour('T1', 'R2'), antwoord('A1', 'R1', '2'), antwoord('A2', 'R1', '1')), [['315', false, false]])
  })

  it('a 317 has one reference', () => {
    const change = wijziging('V2', anna, 'R9')
    assert.deepEqual(open(change), [['315', true, true], ['317', true]])
    assert.deepEqual(open(change, honour('T1', 'R9')), [['315', true, true], ['317', false]])
    assert.equal(history(ask, change).verzoek('R9')?.bron.Identificatie, 'V2')
  })

  it('are found by one reference with all of theirs, and not when rejected', () => {
    assert.deepEqual(history(ask).verzoek('R2')?.referenties.map(it => it.ReferentieAanbieder), ['R1', 'R2'])
    assert.equal(history(ask, answer(ask, ['Client', '9374'])).verzoek('R2'), null)
    assert.equal(history(ask).verzoek('r2'), null, 'by its text')
  })

  it('a rejected answer or assignment leaves them open', () => {
    const no = antwoord('A1', 'R1', '1'); const yes = honour('T1', 'R2')
    assert.deepEqual(open(no, yes, answer(no, ['Antwoord', '9355']), answer(yes, [classOf('ToegewezenProducten', 'ToegewezenProduct'), '9379'])), [['315', true, true]])
  })

  it('answers and assignments are told by reference', () => {
    const of = history(ask, antwoord('A1', 'R1', '2'), antwoord('A2', 'R1', '1'), honour('T1', 'R2'))
    assert.deepEqual(of.antwoorden('R1').map(({ it }) => it.VerzoekAntwoord), ['2', '1'])
    assert.deepEqual(['R1', 'R2'].map(it => of.toegewezen(it)), [false, true])
  })
})

describe('declaraties', () => {
  const march = claim('C1', 'D1', '2026-03', { ref: 'P1' }, { ref: 'P2', nummer: '8', Bsn: bram })
  const told = (of: ReturnType<typeof history>, nummer: string) => of.prestaties(nummer).map(it => [it.prestatie.it.ProductReferentie.ReferentieNummer, it.DeclaratieNummer, it.afgekeurd])
  const prestatieAt = (client: number): string => `Declaratie/Clienten/Client[${client}]/Prestaties/Prestatie[1]`

  it('Prestaties are found by assignment and reference, with their claim', () => {
    const of = history(march)
    assert.deepEqual(told(of, '07'), [['P1', 'D1', false]])
    assert.deepEqual(of.prestatie('P2').map(it => it.prestatie.client), [bram])
    assert.deepEqual(of.gedeclareerd('C1').length, 2)
    assert.equal(of.declaratieMet('C1')?.it.DeclaratieNummer, 'D1')
    assert.deepEqual(of.declaratie('D1')?.it.XsdVersie, { BasisschemaXsdVersie: '1.0.0', BerichtXsdVersie: '1.0.0' })
  })

  it('a 325 rejects what it lists and nothing else', () => {
    assert.deepEqual(told(history(march, answer(march, [prestatieAt(1), '9321'])), '7'), [['P1', 'D1', true]])
    assert.deepEqual(told(history(march, answer(march, [prestatieAt(2), '9321'])), '7'), [['P1', 'D1', false]])
    assert.deepEqual(told(history(march, answer(march, ['Declaratie/Clienten/Client[1]', '8187'])), '7'), [['P1', 'D1', true]])
    assert.deepEqual(told(history(march, answer(march)), '7'), [['P1', 'D1', false]])
  })

  it('a 325 that refuses the claim makes it count as not sent', () => {
    for (const refusal of [answer(march, ['Declaratie', '9333']), answer(march, ['Header', '9056']), technical(march)]) {
      const of = history(march, refusal)
      assert.deepEqual([told(of, '7'), of.declaratie('D1'), of.laatsteDeclaratie(), of.client(bram)], [[], null, null, null])
    }
  })

  it('a rejection is of the claim it names, also where a number is used twice', () => {
    const again = claim('C2', 'D2', '2026-04', { ref: 'P1' })
    assert.deepEqual(told(history(march, answer(march, [prestatieAt(1), '9321']), again), '7'), [['P1', 'D1', true], ['P1', 'D2', false]])
  })

  it('credits are found by the number they take back', () => {
    const credit = claim('C2', 'D2', '2026-04', { ref: 'P3', vorig: 'P1' }, { ref: 'P4' })
    assert.deepEqual(history(march, credit).credits('P1').map(it => [it.prestatie.it.ProductReferentie.ReferentieNummer, it.afgekeurd]), [['P3', false]])
    assert.deepEqual(history(march, credit, answer(credit, [prestatieAt(1), '8017'])).credits('P1').map(it => it.afgekeurd), [true])
  })

  it('the latest claim is that of the latest period, not the one sent last', () => {
    const february = claim('C0', 'D0', '2026-02', { ref: 'P0' })
    assert.equal(history(march, february).laatsteDeclaratie()?.it.DeclaratieNummer, 'D1')
    assert.equal(history(february, march, claim('C2', 'D2', '2026-03', { ref: 'P5' })).laatsteDeclaratie()?.it.DeclaratieNummer, 'D2')
    assert.equal(history().laatsteDeclaratie(), null)
  })
})

describe('memory', () => {
  it('an Identificatie is used for ever, per message type', () => {
    const of = history(start('S1'), technical(start('S1')))
    assert.deepEqual([of.heeftIdentificatie('305', 'S1'), of.heeftIdentificatie('307', 'S1'), of.heeftIdentificatie('305', 's1')], [true, false, false])
  })

  it('a second message of an Identificatie is what a second answer rejects', () => {
    const double = start('S1', { Begindatum: '2026-05-01' })
    assert.deepEqual(begins(history(start('S1'), answer(start('S1')), double, answer(double, ['Header', '9056']))), ['2026-01-01'])
  })

  it('an answer may come before what it answers', () => {
    assert.deepEqual(begins(history(technical(start('S1')), start('S1'), start('S2', { Begindatum: '2026-05-01' }))), ['2026-05-01'])
  })

  it('pairs and families know nothing of each other', () => {
    const memory = memoryHistory()
    after(memory, start('S1'))
    assert.deepEqual(memory.of({ family: 'iwmo', gemeente: '0344', aanbieder: '42420001' }).starts(anna), [])
    assert.deepEqual(memory.of({ family: 'ijw', gemeente: '0345', aanbieder: '42420001' }).starts(anna), [])
    assert.equal(memory.of({ family: 'ijw', gemeente: '0344', aanbieder: '42420001' }).starts(anna).length, 1)
  })
})
