/** A declaratie of 1,000 prestaties judged against 1,000,000 stored ones on SQLite: `node test/bench/history.ts [--quick]`; leaves no files. */
import { spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { newMessageId, sha256Hex } from '../../src/core/core.ts'
import { factsOf, needsOf, openHistory, pairOf, type Fact, type Pair } from '../../src/history/history.ts'
import { judgeAgainst, judgeWithin } from '../../src/rules/rules.ts'
import { noSources } from '../../src/sources/sources.ts'
import { asTree, generateMessage, modelOf, writeMessage, type Tree } from '../../src/standard/standard.ts'
import { testBsn } from '../../src/standard/samples/story.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { numbersOf } from '../../src/store/numbers.ts'
import { openSafe } from '../../src/store/safe.ts'
import { openValidator, type Validator } from '../../src/validate/validate.ts'
import { openMarker } from '../../src/vault/vault.ts'
import { heen, roots, start } from '../store/sample.ts'
import { shown, shownSpread, spread, table } from './figures.ts'
import { machine, machineLine } from './machine.ts'
import { emptyFolder, quick, say } from './place.ts'

const clients = 1_000
const months = 24
const aanbieders = quick ? 1 : 42
const model = modelOf('JW323')
const marker = openMarker(roots.index)
// Near numbers may give the same Bsn.
const bsns = [...new Set(Array.from({ length: 2 * clients }, (_, nth) => testBsn(nth)))]
const bsnOf = (client: number): string => bsns[client] ?? ''
const pairOfNth = (nth: number): Pair => ({ family: 'ijw', gemeente: '0344', aanbieder: String(42_420_001 + nth) })
const monthOf = (nth: number): { Begindatum: string, Einddatum: string } => {
  const day = (month: number, date: number): string => new Date(Date.UTC(2023, month, date)).toISOString().slice(0, 10)
  return { Begindatum: day(nth, 1), Einddatum: day(nth + 1, 0) }
}

const prestatie = (month: number, client: number) => ({
  ProductReferentie: { ReferentieNummer: String(month * clients + client + 1) }, ToewijzingNummer: String(client + 1), ProductCategorie: '45', ProductCode: '45A04', ProductPeriode: monthOf(month),
  GeleverdVolume: '10', Eenheid: '04', ProductTarief: '6000', IngediendBedrag: { Bedrag: '60000', DebetCredit: 'D' }
})
const bedrag = { TotaalBedrag: String(clients * 60_000), DebetCredit: 'D' }

/** The claim of one month over all clients. */
function claim (month: number): Tree {
  const base = generateMessage(model, 1, 'small', { afzender: pairOfNth(0).aanbieder, ontvanger: '0344', identificatie: `MAAND${month}` })
  const Client = Array.from({ length: clients }, (_, client) => ({ Bsn: bsnOf(client), Prestaties: { Prestatie: [prestatie(month, client)] } }))
  return { ...base, Declaratie: { ...asTree(base['Declaratie']), DeclaratieNummer: `D${month}`, DeclaratiePeriode: monthOf(month), TotaalIngediendBedrag: bedrag, Clienten: { Client } } }
}

/** Written past the store, in the form it writes. @returns how many facts */
function fill (path: string): number {
  const db = new Database(path)
  db.pragma('synchronous = off')
  const safe = openSafe(roots)
  const open = safe.bundle()
  const person = db.prepare('insert into person (family, gemeente, key_id, hash, data_key, kek_id) values (?, ?, ?, ?, ?, ?)')
  const pair = db.prepare("insert into pair (family, gemeente, aanbieder, gapless, version, complete_from) values (?, ?, ?, 0, 1, '2015-01-01')")
  const source = db.prepare("insert into source (place, id, pair, number, identificatie, dagtekening, waits) values (?, ?, ?, ?, ?, '2024-01-01', 0)")
  const fact = db.prepare('insert into fact (source, position, pair, of, person, toewijzing, referentie, vorige, day, body) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const persons = Array.from({ length: clients }, (_, client) => {
    const { data_key, kek_id } = safe.fresh('')
    const { key, hash } = marker.mark({ family: 'ijw', gemeente: '0344', bsn: bsnOf(client) })
    return { id: Number(person.run('ijw', '0344', key, hash, data_key, kek_id).lastInsertRowid), row: { data_key, kek_id } }
  })
  // As imports stand: before all that comes by the door.
  let place = -(2 ** 40)
  const put = (pair_id: number, number: string, identificatie: string, all: readonly Fact[]): void => {
    const id = newMessageId(start)
    source.run(++place, id, pair_id, number, identificatie)
    for (const [position, it] of all.entries()) {
      const about = it.client === null ? null : persons[Number(it.client)] ?? null
      const json = Buffer.from(JSON.stringify(it.it))
      const { toewijzing, referentie, vorige, day } = numbersOf(it, { Identificatie: identificatie })
      fact.run(place, position, pair_id, it.of, about?.id ?? null, toewijzing, referentie, vorige, day, about === null ? json : open(about.row, id).close(`fact.${position}`, json))
    }
  }
  const pairs = Array.from({ length: aanbieders }, (_, nth) => {
    const { family, gemeente, aanbieder } = pairOfNth(nth)
    return Number(pair.run(family, gemeente, aanbieder).lastInsertRowid)
  })
  const [first = 0, ...others] = pairs
  const indexes = db.prepare<[], { name: string, sql: string }>("select name, sql from sqlite_master where type = 'index' and tbl_name = 'fact' and sql is not null").all()
  db.exec('begin')
  for (const { name } of indexes) db.exec(`drop index ${name}`)
  for (let client = 0; client < clients; client++) {
    put(first, '301', `T${client}`, [{ of: '301:ToegewezenProduct', client: String(client), it: { ToewijzingNummer: String(client + 1), Product: { Categorie: '45', Code: '45A04' }, Toewijzingsdatum: '2022-12-01', Toewijzingstijd: '10:00:00', Ingangsdatum: '2023-01-01', Omvang: { Volume: '10', Eenheid: '04', Frequentie: '4' } } }])
  }
  for (let month = 0; month < months; month++) {
    const header: Fact = { of: '323:Declaratie', client: null, it: { DeclaratieNummer: `D${month}`, DeclaratiePeriode: monthOf(month), DeclaratieDagtekening: '2025-01-01', TotaalIngediendBedrag: bedrag, XsdVersie: { BasisschemaXsdVersie: '1.0.0', BerichtXsdVersie: '1.0.0' } } }
    put(first, '323', `MAAND${month}`, [header, ...Array.from({ length: clients }, (_, client): Fact => ({ of: '323:Prestatie', client: String(client), it: { ...prestatie(month, client), DeclaratieNummer: `D${month}` } }))])
  }
  // The same between the gemeente and other aanbieders: nobody asks for these, so their content need not open.
  const step = 1_000_000
  for (const [nth, id] of others.entries()) {
    db.prepare('insert into source (place, id, pair, number, identificatie, dagtekening, waits) select place + ?, id, ?, number, identificatie, dagtekening, waits from source where pair = ?').run((nth + 1) * step, id, first)
    db.prepare('insert into fact (source, position, pair, of, person, toewijzing, referentie, vorige, day, body) select source + ?, position, ?, of, person, toewijzing, referentie, vorige, day, body from fact where source <= ?').run((nth + 1) * step, id, place)
  }
  for (const { sql } of indexes) db.exec(sql)
  db.exec('commit')
  const facts = Number(db.prepare('select count(*) from fact').pluck().get())
  db.close()
  return facts
}

/** What each step took, in ms of the clock and of the processor (all threads). */
type Laps = Readonly<Record<typeof steps[number], { readonly clock: number, readonly cpu: number }>>
interface Round { readonly laps: Laps, readonly known: number, readonly findings: number, readonly stored: string }
const steps = ['level 1', 'level 2', 'load', 'level 3', 'store'] as const
const rounds = quick ? 2 : 7
const today = '2026-02-01'

/** What is written lies on the disk: else its way there falls into what is measured. */
function settle (path: string): void {
  const file = openSync(path, 'r+')
  fsyncSync(file)
  closeSync(file)
}

/** One claim judged and stored as the gateway does it, on a worker thread where it does so. */
async function judged (store: Store, validator: Validator, month: number): Promise<Round> {
  const bytes = writeMessage(model, claim(month))
  const laps: Record<string, { clock: number, cpu: number }> = {}
  let [at, used] = [performance.now(), process.cpuUsage()]
  const lap = (name: typeof steps[number]): void => {
    const { user, system } = process.cpuUsage(used)
    laps[name] = { clock: performance.now() - at, cpu: (user + system) / 1000 };
    [at, used] = [performance.now(), process.cpuUsage()]
  }
  const judgement = await validator.validate(bytes)
  if (judgement.kind !== 'valid') throw new Error(`the claim is called ${judgement.code}`)
  const { message } = judgement
  lap('level 1')
  const within = judgeWithin(model, message)
  lap('level 2')
  const pair = pairOf(model, message)
  const { clients: named, ...needs } = needsOf(model, message)
  const persons = named.map(bsn => marker.marks({ ...pair, bsn }))
  const { known, compleetVanaf, clients } = await store.facts(pair, { ...needs, clients: persons })
  const byBsn = new Map(named.map((bsn, nth) => [bsn, clients[nth] ?? null]))
  lap('load')
  const history = openHistory(known, { compleetVanaf, clientOf: bsn => byBsn.get(bsn) ?? null })
  const against = judgeAgainst(model, message, { history, sources: noSources, today }, {}, [3])
  lap('level 3')
  const index = new Map(named.map((bsn, nth) => [bsn, String(nth)]))
  const marks = persons.flatMap(it => it.slice(0, 1))
  const kept = factsOf(model, message).map(it => ({ ...it, client: it.client === null ? null : index.get(it.client) ?? null }))
  const item = heen({ delivery: 'offered', clients: marks, facts: { pair, clients: marks, facts: kept }, envelope: { family: 'ijw', type: 'JW323', identificatie: `MAAND${month}`, sha256: sha256Hex(hash('sha256', bytes, 'hex')) } })
  const [stored] = await store.accept([{ ...item, payload: bytes }])
  lap('store')
  return { laps: laps as Laps, known: known.length, findings: [...within, ...against].filter(it => it.assessed !== false).length, stored: stored?.kind ?? 'lost' }
}

const total = ({ laps }: Round, names: readonly (typeof steps[number])[], of: 'clock' | 'cpu'): number => names.reduce((sum, it) => sum + laps[it][of], 0)
const row = (name: string, all: readonly Round[], names: readonly (typeof steps[number])[]): string[] => {
  const [first, ...others] = all
  const cells = (['clock', 'cpu'] as const).flatMap(of => [first === undefined ? '–' : shown(total(first, names, of)), shownSpread(spread(others.map(it => total(it, names, of))))])
  return [name, ...cells]
}

interface Judged { readonly facts: number, readonly all: readonly Round[] }

/** In a process of its own: what the first of one takes is a figure too. */
async function measured (): Promise<Judged> {
  const folder = emptyFolder('history')
  try {
    const path = join(folder, 'history.db')
    const options = { url: `sqlite:${path}`, mode: 'test', roots } as const
    await (await openStore(options)).close()
    const filling = performance.now()
    const facts = fill(path)
    settle(path)
    say(`  ${facts} facts written in ${Math.round((performance.now() - filling) / 1000)} s`)
    const store = await openStore(options)
    const validator = openValidator()
    const all: Round[] = []
    for (let nth = 0; nth <= rounds; nth++) all.push(await judged(store, validator, months + nth))
    await validator.close()
    await store.close()
    return { facts, all }
  } finally { rmSync(folder, { recursive: true, force: true }) }
}

/** @returns a Markdown section and the figures @throws Error when the process that measures ended badly */
export async function history (): Promise<{ markdown: string, json: object }> {
  say(`history: ${rounds} claims after the first`)
  const child = spawnSync(process.execPath, [import.meta.filename, '--child', ...quick ? ['--quick'] : []], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.status !== 0) throw new Error('the process that judges ended badly')
  const { facts, all } = JSON.parse(child.stdout) as Judged
  const wrong = all.filter(it => it.findings > 0 || it.stored !== 'stored')
  const markdown = [
    `A JW323 of ${clients} prestaties against ${facts} facts on SQLite (${all[0]?.known} of them loaded), ms; the first of a process, with its schemas still to be made, and the ${rounds} after it, median (min–max).${wrong.length === 0 ? '' : ` **NOT RIGHT: ${wrong.length} with findings or not stored.**`}`, '',
    table(['', 'first', 'later', 'first, processor', 'later, processor'], [
      ...steps.map(it => row(it, all, [it])), row('levels 1 to 3', all, ['level 1', 'level 2', 'load', 'level 3']), row('from loading to stored', all, ['load', 'level 3', 'store']), row('all', all, steps)
    ])
  ].join('\n')
  return { markdown, json: { clients, facts, all } }
}

if (process.argv[1] === import.meta.filename) {
  if (process.argv.includes('--child')) console.log(JSON.stringify(await measured()))
  else console.log(`${machineLine(machine())}\n\n${(await history()).markdown}`)
}
