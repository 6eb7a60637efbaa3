/** Claims between one gemeente and one aanbieder: assignments, declaraties judged against what was taken before, and the 325s that follow. */
import assert from 'node:assert/strict'
import type { Finding } from '../../src/core/core.ts'
import { memoryHistory, pairOf, type History, type MemoryHistory } from '../../src/history/history.ts'
import { judgeAll, type Weights } from '../../src/rules/rules.ts'
import type { Contract, Sources } from '../../src/sources/sources.ts'
import { answerTo, generateMessage, modelOf, readMessage, textAt, writeMessage, type Family, type MessageModel, type MessageNumber, type Tree } from '../../src/standard/standard.ts'
import { put } from './gesprek.ts'

export interface Bericht { readonly model: MessageModel, readonly message: Tree }
/** A Prestatie as it differs from one hour in March 2026 on assignment 1. */
export interface Anders {
  readonly vorig?: string
  readonly nummer?: string
  readonly categorie?: string
  readonly code?: string
  readonly maand?: string
  readonly van?: string
  readonly tot?: string
  readonly volume?: number | string
  readonly eenheid?: string
  readonly tarief?: number | null
  readonly bedrag?: number
}
/** A claim as it differs from one over March 2026. */
export interface Over { readonly maand?: string, readonly nummer?: string, readonly id?: string, readonly dag?: string }

export const bsn = (wie: number): string => textAt(generateMessage(modelOf('JW301'), wie, 'small'), 'Client/Bsn') ?? ''
export const categorie = (family: Family): string => family === 'iwmo' ? '02' : '45'
const lastDay = (maand: string): string => new Date(Date.UTC(Number(maand.slice(0, 4)), Number(maand.slice(5)), 0)).toISOString().slice(0, 10)
const whole = (maand: string): Tree => ({ Begindatum: `${maand}-01`, Einddatum: lastDay(maand) })

/** The contract of every product: 68.50 euro an hour. */
export const uurcontract: Contract = { categorie: null, code: null, variant: 'inspanning', eenheid: '04', tarief_cents: 6850, perUur: true, van: '2015-01-01', tot: null }
export const alles: Sources = { gemeente: () => true, product: () => true, contract: () => uurcontract }

export interface Boek {
  readonly family: Family
  /** Assignments that the client gets: each as it differs from four hours a week over the first half of 2026. */
  toewijs (rows: readonly Tree[], dag?: string, wie?: number): void
  prestatie (ref: string, anders?: Anders): Tree
  credit (ref: string, vorig: string, anders?: Anders): Tree
  /** @param clients Prestaties per client, from client 1 on */
  declaratie (clients: ReadonlyArray<readonly Tree[]>, over?: Over): Bericht
  /** @returns broken rules as `TR321 class element`; after `? ` those not assessed */
  oordeel (bericht: Bericht): string[]
  /** Judges a claim and answers it: both count from then on. @returns what `oordeel` says */
  verwerk (bericht: Bericht): string[]
  /** The claim counts, whatever is wrong with it. */
  neem (bericht: Bericht): void
  bevindingen (bericht: Bericht): Finding[]
  antwoord (bericht: Bericht): Bericht
  history (): History
}
interface Options { readonly vanaf?: string | null, readonly sources?: Sources, readonly weights?: Weights, readonly today?: string }

export function boek (family: Family, { vanaf = '2015-01-01', sources = alles, weights = {}, today = '2027-01-01' }: Options = {}): Boek {
  const memory: MemoryHistory = memoryHistory({ compleetVanaf: vanaf })
  let nth = 0
  const model = (number: MessageNumber): MessageModel => modelOf(`${family === 'iwmo' ? 'WMO' : 'JW'}${number}`)
  const pair = pairOf(model('323'), generateMessage(model('323'), 1, 'small'))
  const dated = (number: MessageNumber, wie: number, dag: string, id = `N${++nth}`): Tree =>
    put(generateMessage(model(number), wie, 'small', { identificatie: id }), 'Header/BerichtIdentificatie/Dagtekening', dag)
  const product: Tree = { Categorie: categorie(family), Code: '02A03' }
  const prestatie = (ref: string, { vorig, nummer = '1', maand = '2026-03', van = `${maand}-01`, tot = lastDay(maand), volume = 1, eenheid = '04', tarief = eenheid === '83' ? null : 6850, ...rest }: Anders = {}): Tree => ({
    ProductReferentie: { ReferentieNummer: ref, ...vorig === undefined ? {} : { VorigReferentieNummer: vorig } },
    ToewijzingNummer: nummer,
    ProductCategorie: rest.categorie ?? categorie(family),
    ProductCode: rest.code ?? '02A03',
    ProductPeriode: { Begindatum: van, Einddatum: tot },
    GeleverdVolume: `${volume}`,
    Eenheid: eenheid,
    ...tarief === null ? {} : { ProductTarief: `${tarief}` },
    IngediendBedrag: { Bedrag: `${rest.bedrag ?? Number(volume) * (tarief ?? 1)}`, DebetCredit: vorig === undefined ? 'D' : 'C' }
  })
  const bevindingen = (bericht: Bericht): Finding[] => {
    assert.equal(readMessage(writeMessage(bericht.model, bericht.message), bericht.model).kind, 'valid', 'the message agrees with its schema')
    const found = judgeAll(bericht.model, bericht.message, { history: memory.of(pair), sources, today }, [2, 3, 4], weights)
    assert.deepEqual(found.filter(it => it.level === 2), [], 'the message breaks no rule within it')
    return found
  }
  const told = (found: readonly Finding[]): string[] => found.map(it =>
    `${it.assessed === false ? '? ' : it.warning === true ? '! ' : ''}${it.code} ${it.class ?? ''} ${it.path.slice((it.class ?? '').length + 1)}`.trimEnd())
  const antwoordOp = (bericht: Bericht, found: readonly Finding[]): Bericht => answerTo(bericht.model, bericht.message, found, { identificatie: `A${++nth}`, dagtekening: '2026-12-31' })
  return {
    family,
    toewijs (rows, dag = '2026-01-02', wie = 1) {
      const made = rows.map(row => clean({
        ToewijzingNummer: '1', Product: product, Toewijzingsdatum: dag, Toewijzingstijd: '09:30:00', Ingangsdatum: '2026-01-01', Einddatum: '2026-06-30', Omvang: { Volume: '4', Eenheid: '04', Frequentie: '2' }, ...row
      }))
      memory.take(model('301'), put(dated('301', wie, dag), 'Client/ToegewezenProducten', { ToegewezenProduct: made }))
    },
    prestatie,
    credit: (ref, vorig, anders = {}) => prestatie(ref, { ...anders, vorig }),
    declaratie (clients, { maand = '2026-03', nummer, id, dag = lastDay(maand) } = {}) {
      const all = clients.flat()
      const total = all.reduce((sum, it) => sum + (textAt(it, 'IngediendBedrag/DebetCredit') === 'C' ? -1 : 1) * Number(textAt(it, 'IngediendBedrag/Bedrag')), 0)
      const message = put(dated('323', 1, dag, id), 'Declaratie', {
        DeclaratieNummer: nummer ?? `D${++nth}`,
        DeclaratiePeriode: whole(maand),
        DeclaratieDagtekening: dag,
        TotaalIngediendBedrag: { TotaalBedrag: `${Math.abs(total)}`, DebetCredit: total < 0 ? 'C' : 'D' },
        Clienten: { Client: clients.flatMap((prestaties, at) => prestaties.length === 0 ? [] : [{ Bsn: bsn(at + 1), Prestaties: { Prestatie: prestaties } }]) }
      })
      return { model: model('323'), message }
    },
    oordeel: bericht => told(bevindingen(bericht)),
    verwerk (bericht) {
      const found = bevindingen(bericht)
      const answer = antwoordOp(bericht, found)
      for (const { model, message } of [bericht, answer]) memory.take(model, message)
      return told(found)
    },
    neem: ({ model, message }) => memory.take(model, message),
    bevindingen,
    antwoord: bericht => antwoordOp(bericht, bevindingen(bericht)),
    history: () => memory.of(pair)
  }
}

/** What is given as an empty text is left out. */
const clean = (row: Tree): Tree => Object.fromEntries(['ToewijzingNummer', 'ReferentieAanbieder', 'Product', 'Toewijzingsdatum', 'Toewijzingstijd', 'Ingangsdatum', 'Einddatum', 'RedenWijziging', 'Omvang', 'Budget']
  .flatMap(name => row[name] === undefined || row[name] === '' ? [] : [[name, row[name]]]))

/** Where the nth Prestatie of the first client stands. */
export const p = (nth: number, client = 1): string => `Declaratie/Clienten/Client[${client}]/Prestaties/Prestatie[${nth}]`
export { put }
