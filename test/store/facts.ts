/** Contract of the store: facts of earlier messages, when they count, and that a judgement against older ones is not recorded. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { momentOf } from '../../src/core/core.ts'
import { sameKey, type Fact, type Lookup, type Pair } from '../../src/history/history.ts'
import type { Acceptance, FactNeeds, Finish, KnownFacts, Store } from '../../src/store/store.ts'
import type { Mark } from '../../src/vault/vault.ts'
import { atEveryStep, untilDone } from './faulting.ts'
import { aanbieder, claimOne, finish, gemeente, heen, later, retour, start, stranger, type Fresh } from './sample.ts'

export const pair: Pair = { family: 'iwmo', gemeente, aanbieder }
export const markOf = (byte: number, key = 'index'): Mark => ({ key, hash: Buffer.alloc(16, byte) })
const none: FactNeeds = { clients: [], ofClients: ['301:ToegewezenProduct', '317:Verzoek'], lookups: [], laatsteDeclaratie: false }

/** @returns an assignment of the first client of its message */
export const toegewezen = (ToewijzingNummer: string, over: Partial<Extract<Fact, { of: '301:ToegewezenProduct' }>['it']> = {}): Fact => ({
  of: '301:ToegewezenProduct', client: '0', it: { ToewijzingNummer, Toewijzingsdatum: '2026-01-01', Toewijzingstijd: '10:00:00', Ingangsdatum: '2026-01-01', ...over }
})
export const gedeclareerd = (ReferentieNummer: string, ToewijzingNummer: string, VorigReferentieNummer?: string, client = '0'): Fact => ({
  of: '323:Prestatie',
  client,
  it: {
    ProductReferentie: { ReferentieNummer, ...VorigReferentieNummer === undefined ? {} : { VorigReferentieNummer } },
    ToewijzingNummer,
    ProductCategorie: '01',
    ProductCode: '01A01',
    ProductPeriode: { Begindatum: '2026-01-01', Einddatum: '2026-01-31' },
    GeleverdVolume: '10',
    Eenheid: '04',
    IngediendBedrag: { Bedrag: '1000', DebetCredit: 'D' },
    DeclaratieNummer: 'D0'
  }
})
export const declaratie = (DeclaratieNummer: string, Einddatum = '2026-01-31'): Fact => ({
  of: '323:Declaratie',
  client: null,
  it: {
    DeclaratieNummer, DeclaratiePeriode: { Begindatum: Einddatum.replace(/..$/, '01'), Einddatum }, DeclaratieDagtekening: Einddatum,
    TotaalIngediendBedrag: { TotaalBedrag: '1000', DebetCredit: 'D' }, XsdVersie: { BasisschemaXsdVersie: '1.0.0', BerichtXsdVersie: '1.0.0' }
  }
})
const afgekeurd = (ReferentieNummer: string): Fact => ({ ...gedeclareerd(ReferentieNummer, '1'), of: '325:Prestatie', it: { ...gedeclareerd(ReferentieNummer, '1').it, DeclaratieIdentificatie: { Identificatie: 'D0', Dagtekening: '2026-02-01' } } } as Fact)
const verzoek = (ReferentieAanbieder: string): Fact => ({ of: '317:Verzoek', client: '0', it: { ReferentieAanbieder, RedenVerzoek: '1' } })
const antwoord = (ReferentieAanbieder: string): Fact => ({ of: '319:Antwoord', client: null, it: { ReferentieAanbieder, VerzoekAntwoord: '1' } })

/** @returns a message that brings these facts about the clients marked so */
export const bringing = (facts: readonly Fact[], clients: readonly Mark[] = [markOf(1)], over: Parameters<typeof heen>[0] = {}): Acceptance => heen({
  delivery: 'offered', clients, facts: { pair, clients, facts }, ...over, header: { 'BerichtIdentificatie/Dagtekening': '2026-01-02', ...over.header }
})

const lookup = (of: Lookup['of'], by: Lookup['by'], ...values: string[]): Lookup => ({ of, by, values: values.map(it => sameKey(by, it)) })
/** @returns what asks for the assignments of these numbers */
export const byNumber = (...values: string[]): Partial<FactNeeds> => ({ lookups: [lookup('301:ToegewezenProduct', 'ToewijzingNummer', ...values)] })
export const ask = (store: Store, needs: Partial<FactNeeds>, of = pair): Promise<KnownFacts> => store.facts(of, { ...none, ...needs })
/** @returns the numbers of what is found, for short */
export const numbersIn = ({ known }: KnownFacts): string[] => known.map(({ of, it }) => `${of.slice(0, 3)} ${'ProductReferentie' in it ? it.ProductReferentie.ReferentieNummer : 'DeclaratiePeriode' in it ? it.DeclaratieNummer : 'ToewijzingNummer' in it ? it.ToewijzingNummer : 'ReferentieAanbieder' in it ? it.ReferentieAanbieder : ''}`)
const versionOf = async (store: Store): Promise<number> => (await ask(store, {})).version

export function factContract (fresh: Fresh): void {
  describe('facts', () => {
    test('come back as they were written, with their message, and a person by any of his marks', async t => {
      const store = await fresh(t)
      assert.deepEqual(await ask(store, { clients: [[markOf(1)]] }), { known: [], clients: [null], compleetVanaf: null, gaploosVanaf: 0, version: 0 })
      const item = bringing([toegewezen('007', { ReferentieAanbieder: 'R1' })])
      await store.accept([item])
      const [one, other] = [await ask(store, { clients: [[markOf(9, 'older'), markOf(1)], [markOf(2)]] }), await ask(store, { clients: [[markOf(1, 'older')]] })]
      const { clients: [client = null, stranger], known: [{ bron: { seq = 0 } = {} } = {}] } = one
      assert.equal(seq % 2 ** 40, 1, 'whatever the month')
      assert.deepEqual([one.known, stranger, other.known], [[{ ...toegewezen('007', { ReferentieAanbieder: 'R1' }), client, bron: { seq, number: '301', Identificatie: item.envelope.identificatie, Dagtekening: '2026-01-02', ontvangen: momentOf(item.envelope.id) } }], null, []])
      assert.match(client ?? '', /^\d+$/)
    })

    test('of hundreds of persons in one message are each about theirs, also where some were known before', async t => {
      const store = await fresh(t)
      // Neither in the order of their hashes.
      const marks = Array.from({ length: 150 }, (_, nth): Mark => ({ key: 'index', hash: Buffer.alloc(16, 7 * nth % 251) }))
      await store.accept([bringing([toegewezen('900')], marks.slice(40, 41))])
      await store.accept([bringing(marks.map((_, nth) => ({ ...toegewezen(`${1_000 + nth}`), client: `${nth}` })), marks)])
      const { known, clients } = await ask(store, { clients: marks.map(it => [it]) })
      assert.equal(new Set(clients).size, marks.length)
      assert.deepEqual(numbersIn(await ask(store, { clients: marks.slice(40, 41).map(it => [it]) })), ['301 900', '301 1040'])
      const his = new Map(known.map(({ it, client }) => ['ToewijzingNummer' in it ? it.ToewijzingNummer : '', client]))
      assert.deepEqual(marks.map((_, nth) => his.get(`${1_000 + nth}`)), clients)
    })

    test('are found by the value of their numbers, each once, and by nobody of another pair', async t => {
      const store = await fresh(t)
      await store.accept([bringing([toegewezen('007'), toegewezen('8')]), bringing([toegewezen('+7')], [markOf(2)])])
      assert.deepEqual(numbersIn(await ask(store, { ...byNumber('7', '0007'), clients: [[markOf(1)]] })), ['301 007', '301 8', '301 +7'])
      assert.deepEqual(numbersIn(await ask(store, byNumber('7'), { ...pair, gemeente: stranger })), [])
      assert.deepEqual(numbersIn(await ask(store, byNumber(...Array.from({ length: 1_000 }, (_, n) => `${n}`)))), ['301 007', '301 8', '301 +7'])
    })

    test('bring what hangs on them: of a request its answers, of a Prestatie its claim and its rejection', async t => {
      const store = await fresh(t)
      await store.accept([bringing([verzoek('R1')]), bringing([antwoord('R1'), antwoord('R2')], []), bringing([toegewezen('7', { ReferentieAanbieder: 'R1' })], [markOf(2)])])
      assert.deepEqual(numbersIn(await ask(store, { clients: [[markOf(1)]] })), ['317 R1', '319 R1', '301 7'])
      const claims = ['2026-01-31', '2026-02-28'].map((end, n) => bringing([declaratie(`D${n}`, end), gedeclareerd(`1${n}`, '7', n === 1 ? '10' : undefined)], [markOf(3)], { envelope: { type: 'WMO323' } }))
      await store.accept([...claims, bringing([afgekeurd('10')], [markOf(3)], { envelope: { type: 'WMO325' } })])
      const one = (...it: Parameters<typeof lookup>): Promise<KnownFacts> => ask(store, { lookups: [lookup(...it)] })
      assert.deepEqual(numbersIn(await one('323:Prestatie', 'ToewijzingNummer', '7')), ['323 10', '323 11', '325 10'])
      assert.deepEqual(numbersIn(await one('323:Prestatie', 'ReferentieNummer', '10')), ['323 10', '325 10'])
      assert.deepEqual(numbersIn(await one('323:Prestatie', 'VorigReferentieNummer', '10')), ['323 11'])
      assert.deepEqual(numbersIn(await one('323:Declaratie', 'DeclaratieNummer', 'D0')), ['323 D0'])
      assert.deepEqual(numbersIn(await ask(store, { laatsteDeclaratie: true })), ['323 D1'])
      const Identificatie = claims[0]?.envelope.identificatie ?? ''
      assert.deepEqual(numbersIn(await one('323:Declaratie', 'Identificatie', Identificatie)), ['323 D0'])
      assert.deepEqual(numbersIn(await one('323:Prestatie', 'Identificatie', Identificatie)), ['323 10', '325 10'])
    })

    test('count from when their message is offered; of one that is rejected they never do', async t => {
      const store = await fresh(t)
      await store.accept([bringing([toegewezen('1')], undefined, { delivery: 'waiting' })])
      assert.deepEqual([numbersIn(await ask(store, byNumber('1'))), await versionOf(store)], [[], 0])
      await store.finish([finish(await claimOne(store), { kind: 'offered' })], later(1))
      assert.deepEqual([numbersIn(await ask(store, byNumber('1'))), await versionOf(store)], [['301 1'], 1])
      await store.accept([bringing([toegewezen('1')], undefined, { delivery: 'held' }), bringing([toegewezen('2')], undefined, { delivery: 'waiting' })])
      await store.finish([finish(await claimOne(store), { kind: 'rejected', findings: [] })], later(1))
      assert.deepEqual([numbersIn(await ask(store, byNumber('1', '2'))), await versionOf(store)], [['301 1'], 1])
    })

    test('of a message that is rejected never count, also once it was pushed to its receiver all the same', async t => {
      const store = await fresh(t)
      const push = { first_ms: 1, longest_ms: 1, total_ms: 9 }
      await store.accept([bringing([toegewezen('1')], [markOf(1)], { delivery: 'waiting' })])
      await store.finish([finish(await claimOne(store), { kind: 'rejected', findings: [], deliver: true, push })], later(1))
      const [claimed] = await store.claimPush(aanbieder, 1, 1000, later(1))
      assert.ok(claimed)
      assert.deepEqual(await store.finish([finish(claimed, { kind: 'delivered' })], later(2)), ['done'])
      assert.deepEqual(numbersIn(await ask(store, byNumber('1'))), [])
    })

    test('do not count while a retour rejects their message, also the gateway’s own beside a delivery', async t => {
      const store = await fresh(t)
      const asked = bringing([toegewezen('1')])
      await store.accept([asked])
      await store.accept([retour(asked, { voids: true })])
      assert.deepEqual([numbersIn(await ask(store, byNumber('1'))), await versionOf(store)], [[], 2])
      await store.finish([finish(await claimOne(store), { kind: 'rejected', findings: [] })], later(1))
      assert.deepEqual([numbersIn(await ask(store, byNumber('1'))), await versionOf(store)], [['301 1'], 3], 'the retour was rejected itself')
      await store.accept([retour(asked, { delivery: 'offered' })])
      assert.equal(await versionOf(store), 3, 'a retour that says yes')
      const told = bringing([toegewezen('2')], undefined, { delivery: 'waiting' })
      await store.accept([told])
      const no = retour(told, { voids: true, delivery: 'offered', envelope: { origin: 'gateway' } })
      assert.deepEqual(await store.finish([finish(await claimOne(store), { kind: 'offered' }, [no])], later(1)), ['done'])
      assert.deepEqual([numbersIn(await ask(store, byNumber('2'))), await versionOf(store)], [[], 3])
    })

    test('a judgement against an older version is not recorded, and of two at once one is judged again', async t => {
      const store = await fresh(t)
      const [one, other] = ['1', '2'].map(number => bringing([toegewezen(number)], undefined, { delivery: 'waiting' }))
      assert.ok(one && other)
      await store.accept([one, other])
      const claims = await store.claim(2, 60_000, start)
      const judged = (version: number): Finish[] => claims.map(it => ({ ...finish(it, { kind: 'offered' }, [retour(it.envelope.id === one.envelope.id ? one : other, { delivery: 'offered', envelope: { origin: 'gateway' } })]), history: { pair, version } }))
      assert.deepEqual(await store.finish(judged(7), later(1)), ['outdated', 'outdated'])
      assert.deepEqual(await store.finish(judged(0), later(1)), ['done', 'outdated'])
      assert.deepEqual(await store.finish(judged(1), later(1)), ['stale', 'done'])
      assert.deepEqual(numbersIn(await ask(store, byNumber('1', '2'))), ['301 1', '301 2'])
    })

    test('ends the same whichever step of storage fails', t => atEveryStep(t, fresh, 20, async (open, arm, which) => {
      const store = await open()
      const [asked, later1] = [bringing([toegewezen('1'), toegewezen('2')], [markOf(1)], { delivery: 'waiting' }), bringing([gedeclareerd('5', '1')], [markOf(1)])]
      arm()
      await untilDone(() => store.accept([asked, later1]))
      for (;;) {
        const [claim] = await untilDone(() => store.claim(1, 0, later(1)))
        if (claim === undefined) break
        await untilDone(() => store.finish([finish(claim, { kind: 'offered' })], later(2)))
      }
      await untilDone(() => store.accept([retour(later1, { voids: true, delivery: 'offered' })]))
      const found = await untilDone(() => ask(store, { ...byNumber('1'), clients: [[markOf(1)]] }))
      assert.deepEqual([numbersIn(found), found.version], [['301 1', '301 2'], 3], which)
    }))
  })
}
