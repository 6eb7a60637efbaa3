/** What the rules of levels 3 and 4 cost for a declaratie, with what was claimed before in memory: what a store takes to load it is not counted. */
import { openHistory, type Bron, type History, type Known } from '../../src/history/history.ts'
import { judgeAgainst } from '../../src/rules/rules.ts'
import type { Contract, Sources } from '../../src/sources/sources.ts'
import { generateMessage, modelOf, type Tree } from '../../src/standard/standard.ts'
import { shown, shownSpread, spread, table, type Spread } from './figures.ts'
import { machine, machineLine } from './machine.ts'
import { quick, say } from './place.ts'

const rounds = quick ? 2 : 9
const Bsn = '999900006'
const model = modelOf('JW323')
const contract: Contract = { categorie: null, code: null, variant: 'inspanning', eenheid: '04', tarief_cents: 6850, perUur: true, van: '2015-01-01', tot: null }
const sources: Sources = { gemeente: () => true, product: () => true, contract: () => contract }

/** So many Prestaties on so many assignments, each with so many before it. */
interface Size { readonly name: string, readonly prestaties: number, readonly toewijzingen: number, readonly eerder: number }
interface Row extends Size { readonly loaded: number, readonly ms: Spread }

const bron = (seq: number, number: string): Bron => ({ seq, number, Identificatie: `N${seq}`, Dagtekening: '2026-03-31' })

/** Every Prestatie has a product of its own, so that none doubles another. */
const prestatie = (ref: string, toewijzing: number, code: number) => ({
  ProductReferentie: { ReferentieNummer: ref },
  ToewijzingNummer: `${toewijzing}`,
  ProductCategorie: '45',
  ProductCode: `${code}`,
  ProductPeriode: { Begindatum: '2026-03-01', Einddatum: '2026-03-31' },
  GeleverdVolume: '1',
  Eenheid: '04',
  ProductTarief: '6850',
  IngediendBedrag: { Bedrag: '6850', DebetCredit: 'D' }
})

function historyOf ({ prestaties, toewijzingen, eerder }: Size): { readonly history: History, readonly loaded: number } {
  const volume = `${prestaties + toewijzingen * eerder}`
  const assigned = Array.from({ length: toewijzingen }, (_, nth): Known => ({
    of: '301:ToegewezenProduct',
    client: Bsn,
    bron: bron(nth, '301'),
    it: {
      ToewijzingNummer: `${nth}`, Product: { Categorie: '45' }, Toewijzingsdatum: '2026-01-01', Toewijzingstijd: '09:00:00', Ingangsdatum: '2026-01-01', Einddatum: '2026-12-31',
      Omvang: { Volume: volume, Eenheid: '04', Frequentie: '6' }
    }
  }))
  const claimed = Array.from({ length: toewijzingen * eerder }, (_, nth): Known => ({
    of: '323:Prestatie', client: Bsn, bron: bron(toewijzingen + nth, '323'), it: { ...prestatie(`E${nth}`, nth % toewijzingen, prestaties + nth), DeclaratieNummer: `D${nth}` }
  }))
  const known = [...assigned, ...claimed]
  return { history: openHistory(known, { compleetVanaf: '2015-01-01', clientOf: it => it, heeftIdentificatie: () => false }), loaded: known.length }
}

function claimOf ({ prestaties, toewijzingen }: Size): Tree {
  const sample = generateMessage(model, 1, 'small')
  return {
    ...sample,
    Declaratie: {
      DeclaratieNummer: 'D', DeclaratiePeriode: { Begindatum: '2026-03-01', Einddatum: '2026-03-31' }, DeclaratieDagtekening: '2026-04-01',
      TotaalIngediendBedrag: { TotaalBedrag: `${prestaties * 6850}`, DebetCredit: 'D' },
      Clienten: { Client: [{ Bsn, Prestaties: { Prestatie: Array.from({ length: prestaties }, (_, nth) => prestatie(`P${nth}`, nth % toewijzingen, nth)) } }] }
    }
  }
}

function measure (size: Size): Row {
  const [{ history, loaded }, message] = [historyOf(size), claimOf(size)]
  const once = (): number => {
    const began = process.cpuUsage()
    const found = judgeAgainst(model, message, { history, sources, today: '2026-12-31' })
    const { user, system } = process.cpuUsage(began)
    if (found[0] !== undefined) throw new Error(`the claim breaks ${found[0].code}`)
    return (user + system) / 1000
  }
  once()
  say(`  ${size.name}`)
  return { ...size, loaded, ms: spread(Array.from({ length: rounds }, once)) }
}

/** @returns a Markdown section and the figures */
export async function claims (): Promise<{ markdown: string, json: object }> {
  const rows = [
    measure({ name: 'a month of 1,000 Prestaties', prestaties: 1_000, toewijzingen: 1_000, eerder: 36 }),
    measure({ name: 'the same, a hundred before each', prestaties: 1_000, toewijzingen: 1_000, eerder: 100 }),
    measure({ name: 'all on one assignment', prestaties: 25_000, toewijzingen: 1, eerder: 25_000 })
  ]
  const cells = rows.map(({ name, prestaties, loaded, ms }) => [name, shown(prestaties), shown(loaded), shownSpread(ms)])
  return { markdown: [`Processor time, median of ${rounds} rounds (min–max).`, '', table(['JW323', 'Prestaties', 'facts in memory', 'levels 3 and 4, ms'], cells)].join('\n'), json: { rounds, rows } }
}

if (process.argv[1] === import.meta.filename) {
  const about = machine()
  const { markdown, json } = await claims()
  console.log(`${machineLine(about)}\n\n${markdown}\n\n\`\`\`json\n${JSON.stringify({ machine: about, claims: json })}\n\`\`\``)
}
