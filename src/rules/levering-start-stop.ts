/** The rules against earlier messages (control level 3) of start (305) and stop (307). */
import type { Words } from '../core/core.ts'
import { pairOf, type History, type Known } from '../history/history.ts'
import type { Classes, ComplexType } from '../standard/standard.ts'
import { mits, onbeslist, zeker, zekerSinds } from './certain.ts'
import type { Against, Fault, Outside, Rule } from './rule.ts'
import { bsnOf, type Placed, type Scene } from './scene.ts'
import { before, keyOf, missing, orderOf, wrong } from './value.ts'

type Start = Classes['305:StartProduct']
type Stop = Classes['307:StopProduct']
type Bezorgd = Start | Stop
type EerdereStart = Known<'305:StartProduct'>
type EerdereStop = Known<'307:StopProduct'>

const nummer = ['ToewijzingNummer'] as const
const product = ['ToewijzingNummer', 'Product/Categorie', 'Product/Code'] as const
const nummerEnBegin = ['ToewijzingNummer', 'Begindatum'] as const
/** The logical key of a start, which a stop bears too. */
const start = ['ToewijzingNummer', 'Product/Categorie', 'Product/Code', 'Begindatum'] as const

type Key = (it: Bezorgd) => string
/** Starts and stops have these elements alike, so the type of either reads both. */
const keyBy = (type: ComplexType, paths: readonly string[]): Key => it => keyOf({ type, it }, paths)
/** What is delivered on one assignment; without its number (taakgericht) its product tells. */
const opToewijzing = (type: ComplexType): Key => it => keyOf({ type, it }, it.ToewijzingNummer === undefined ? product : nummer)
/** What is delivered on one start of an assignment. */
const opStart = (type: ComplexType): Key => it => keyOf({ type, it }, it.ToewijzingNummer === undefined ? start : nummerEnBegin)

/** @returns the earlier deliveries with the same key, in the order of their messages; however many rows ask, each fact is looked at once */
function opKey<Earlier extends { readonly it: Bezorgd }> (earlier: readonly Earlier[], key: Key): (it: Bezorgd) => readonly Earlier[] {
  const found = Map.groupBy(earlier, ({ it }) => key(it))
  return it => found.get(key(it)) ?? []
}

const isWissing = ({ it }: Placed<Bezorgd>): boolean => it.StatusAanlevering === '3'
const isEerste = ({ it }: Placed<Bezorgd>): boolean => it.StatusAanlevering === '1'
/** Nothing was delivered before the day it is about (TR134). */
const dagVan = (it: Bezorgd): string => 'Einddatum' in it ? it.Einddatum : it.Begindatum
const logical = ({ model }: Scene, { name }: Placed<Bezorgd>): readonly string[] => model.keys[name] ?? []

/** Earlier deliveries without those this message deletes: deletions are processed first (IV008). */
function over<Earlier extends { readonly it: Bezorgd }> (scene: Scene, rows: ReadonlyArray<Placed<Bezorgd>>, earlier: readonly Earlier[]): readonly Earlier[] {
  const [first] = rows
  if (first === undefined || !rows.some(isWissing)) return earlier
  const key = keyBy(first.type, logical(scene, first))
  const gone = new Set(rows.filter(isWissing).map(({ it }) => key(it)))
  return earlier.filter(({ it }) => !gone.has(key(it)))
}

/** What the rules of a 305 look at: its first deliveries, and the client's earlier starts that stand after its deletions. */
const starts = (scene: Scene, history: History): readonly EerdereStart[] => over(scene, scene.all('305:StartProduct'), history.starts(bsnOf(scene)))
const stops = (scene: Scene, history: History): readonly EerdereStop[] => over(scene, scene.all('307:StopProduct'), history.stops(bsnOf(scene)))

/** Number of an assignment of this client; absent only where delivery is by task. */
const TR019: Against = (scene, outside) => [...scene.all('305:StartProduct'), ...scene.all('307:StopProduct')]
  .filter(row => isEerste(row) && varianten(scene, outside, row.it) !== 'taakgericht')
  .flatMap(row => row.it.ToewijzingNummer === undefined ? zonderNummer(scene, outside, row) : onbekendNummer(scene, outside, row, row.it.ToewijzingNummer))

function varianten (scene: Scene, { sources }: Outside, { Product, Begindatum }: Bezorgd): string | null {
  return sources.contract(pairOf(scene.model, scene.message), Product?.Categorie ?? null, Product?.Code ?? null, Begindatum)?.variant ?? null
}

/** Whether the number may be absent is for the contract to say. */
function zonderNummer (scene: Scene, outside: Outside, row: Placed<Bezorgd>): Fault[] {
  const fault = missing(row, 'ToewijzingNummer')
  return [varianten(scene, outside, row.it) === null ? { ...fault, unassessed: geenContract } : fault]
}

const geenContract: Words = {
  nl: 'er is geen contract bekend dat zegt of dit product taakgericht wordt geleverd.',
  en: 'no contract is known that says whether this product is delivered by task (taakgericht).'
}

function onbekendNummer (scene: Scene, { history }: Outside, row: Placed<Bezorgd>, ToewijzingNummer: string): Fault[] {
  const versions = history.toewijzing(ToewijzingNummer)
  const client = history.client(bsnOf(scene))
  if (versions.some(it => it.client === client)) return []
  const expected: Words = { nl: 'het nummer van een toewijzing van deze gemeente voor deze cliënt', en: 'the number of an assignment of this municipality for this client' }
  return [mits(versions.length > 0 || zeker(history), history, wrong(row, 'ToewijzingNummer', expected))]
}

/** What is deleted was delivered. */
const TR063: Against = (scene, { history }) => [
  ...nietBezorgd(scene, scene.all('305:StartProduct'), history.starts(bsnOf(scene)), history),
  ...nietBezorgd(scene, scene.all('307:StopProduct'), history.stops(bsnOf(scene)), history)
]

function nietBezorgd (scene: Scene, rows: ReadonlyArray<Placed<Bezorgd>>, earlier: ReadonlyArray<EerdereStart | EerdereStop>, history: History): Fault[] {
  const [first] = rows
  if (first === undefined) return []
  const same = opKey(earlier, keyBy(first.type, logical(scene, first)))
  const expected: Words = { nl: '1, of de sleutel van een eerdere aanlevering', en: '1, or the key of an earlier delivery' }
  return rows.filter(row => isWissing(row) && same(row.it).length === 0).map(row => mits(zeker(history, dagVan(row.it)), history, wrong(row, 'StatusAanlevering', expected)))
}

/** A start that was stopped is not deleted. */
const TR071: Against = (scene, { history }) => {
  const rows = scene.all('305:StartProduct')
  const [first] = rows
  if (first === undefined) return []
  const stopsOn = opKey(history.stops(bsnOf(scene)), keyBy(first.type, start))
  return rows.filter(isWissing).flatMap(row => botst(history, stopsOn(row.it), row.it.Begindatum,
    wrong(row, 'StatusAanlevering', { nl: 'eerst de stop verwijderd', en: 'the stop deleted first' })))
}

/** Faults where earlier deliveries stand in the way. One that is known may have been deleted by a message that is not; one that is not known may exist. */
function botst (history: History, earlier: ReadonlyArray<EerdereStart | EerdereStop>, day: string | undefined, fault: Fault): Fault[] {
  const last = earlier.at(-1)
  if (last !== undefined) return [mits(zekerSinds(history, last), history, fault)]
  return zeker(history, day) ? [] : [onbeslist(history, fault)]
}

/** A first delivery is new. */
const TR074: Against = (scene, { history }) => [
  ...nietNieuw(scene, scene.all('305:StartProduct'), starts(scene, history), history),
  ...nietNieuw(scene, scene.all('307:StopProduct'), stops(scene, history), history)
]

function nietNieuw (scene: Scene, rows: ReadonlyArray<Placed<Bezorgd>>, earlier: ReadonlyArray<EerdereStart | EerdereStop>, history: History): Fault[] {
  const [first] = rows
  if (first === undefined) return []
  const same = opKey(earlier, keyBy(first.type, logical(scene, first)))
  const expected: Words = { nl: 'nog niet eerder aangeleverd', en: 'not delivered before' }
  return rows.filter(isEerste).flatMap(row => botst(history, same(row.it), dagVan(row.it), wrong(row, '', expected, { nl: 'dezelfde sleutel', en: 'the same key' })))
}

/** No start while one is open: any stop ends it, also a temporary one. */
const TR326: Against = (scene, { history }) => {
  const rows = scene.all('305:StartProduct')
  const [first] = rows
  if (first === undefined) return []
  const stopped = opKey(history.stops(bsnOf(scene)), keyBy(first.type, start))
  const open = opKey(starts(scene, history).filter(({ it }) => stopped(it).length === 0), opToewijzing(first.type))
  return rows.filter(isEerste).flatMap(row => botst(history, open(row.it), ingang(history, row.it),
    wrong(row, '', { nl: 'eerst een stop op de lopende start', en: 'first a stop of the start that runs' }, { nl: 'een tweede start', en: 'a second start' })))
}

/** Nothing starts on an assignment before it does. */
const ingang = (history: History, { ToewijzingNummer }: Bezorgd): string | undefined => ToewijzingNummer === undefined ? undefined : history.toewijzing(ToewijzingNummer).at(-1)?.it.Ingangsdatum

/** A stop is of the latest start. */
const TR382: Against = (scene, { history }) => {
  const rows = scene.all('307:StopProduct')
  const [first] = rows
  if (first === undefined) return []
  const sameStart = keyBy(first.type, start)
  const earlier = opKey(history.starts(bsnOf(scene)), opToewijzing(first.type))
  return rows.filter(isEerste).flatMap(row => {
    const latest = laatste(earlier(row.it))
    if (latest !== undefined && sameStart(latest.it) === sameStart(row.it)) return []
    const certain = latest === undefined ? zeker(history, row.it.Begindatum) : zekerSinds(history, latest)
    return [mits(certain, history, wrong(row, '', { nl: 'product en Begindatum van de laatste start', en: 'product and Begindatum of the latest start' }, andereStart(row.it, latest?.it)))]
  })
}

/** By message; of several starts in one message by their first day. */
const laatste = (found: readonly EerdereStart[]): EerdereStart | undefined => found.toSorted((a, b) => a.bron.seq - b.bron.seq || orderOf(a.it.Begindatum, b.it.Begindatum)).at(-1)

function andereStart ({ Begindatum }: Stop, latest: EerdereStart['it'] | undefined): Words {
  if (latest === undefined) return { nl: 'geen start bekend', en: 'no start known' }
  if (orderOf(latest.Begindatum, Begindatum) !== 0) return { nl: `Begindatum ${Begindatum}; de laatste start is van ${latest.Begindatum}`, en: `Begindatum ${Begindatum}; the latest start is of ${latest.Begindatum}` }
  return { nl: 'een ander product dan de start', en: 'another product than the start' }
}

/** First deliveries of a 307, each with the stops that stand on the same start. */
function opDezelfdeStart (scene: Scene, history: History): ReadonlyArray<{ readonly row: Placed<Stop>, readonly earlier: readonly EerdereStop[] }> {
  const rows = scene.all('307:StopProduct')
  const [first] = rows
  if (first === undefined) return []
  const earlier = opKey(stops(scene, history), opStart(first.type))
  return rows.filter(isEerste).map(row => ({ row, earlier: earlier(row.it) }))
}

const isTijdelijk = ({ RedenBeeindiging }: Pick<Stop, 'RedenBeeindiging'>): boolean => RedenBeeindiging === '20'

/** One temporary stop. */
const TR413: Against = (scene, { history }) => opDezelfdeStart(scene, history).filter(({ row }) => isTijdelijk(row.it))
  .flatMap(({ row, earlier }) => botst(history, earlier.filter(({ it }) => isTijdelijk(it)), row.it.Begindatum,
    wrong(row, 'RedenBeeindiging', { nl: 'een andere reden dan 20', en: 'another reason than 20' })))

/** A further stop ends no earlier. */
const TR414: Against = (scene, { history }) => opDezelfdeStart(scene, history)
  .flatMap(({ row, earlier }) => botst(history, earlier.filter(({ it }) => before(row.it.Einddatum, it.Einddatum)), row.it.Begindatum,
    wrong(row, 'Einddatum', { nl: 'op of na de Einddatum van de eerdere stop', en: 'on or after the Einddatum of the earlier stop' })))

/** Nothing after a final stop. */
const TR415: Against = (scene, { history }) => opDezelfdeStart(scene, history)
  .flatMap(({ row, earlier }) => botst(history, earlier.filter(({ it }) => !isTijdelijk(it)), row.it.Begindatum,
    wrong(row, '', { nl: 'geen eerdere definitieve stop', en: 'no earlier final stop' }, { nl: 'nog een stop', en: 'a further stop' })))

export const startEnStop: readonly Rule[] = [
  {
    code: 'TR019',
    level: 3,
    retourcode: '9019',
    at: ['305:StartProduct/ToewijzingNummer', '307:StopProduct/ToewijzingNummer'],
    inferred: true,
    text: {
      nl: 'Noem het nummer van een toewijzing die deze gemeente voor deze cliënt gaf; alleen wie taakgericht levert laat het weg.',
      en: 'Name the number of an assignment that this municipality gave for this client; only who delivers by task (taakgericht) leaves it out.'
    },
    check: TR019
  },
  {
    code: 'TR063',
    level: 3,
    retourcode: '9063',
    at: ['305:StartProduct/StatusAanlevering', '307:StopProduct/StatusAanlevering'],
    inferred: false,
    text: {
      nl: 'Er valt niets te verwijderen: een start of stop met dezelfde sleutel is niet aangeleverd, of is al verwijderd. Neem alle gegevens over van wat u wilt verwijderen, of laat deze regel weg.',
      en: 'There is nothing to delete: no start or stop with the same key was delivered, or it was deleted already. Repeat everything of what you want to delete, or leave this row out.'
    },
    check: TR063
  },
  {
    code: 'TR071',
    level: 3,
    retourcode: '9071',
    at: ['305:StartProduct/StatusAanlevering'],
    inferred: false,
    text: {
      nl: 'Verwijder eerst de stop op deze start: zolang die er is, kan de start niet worden verwijderd.',
      en: 'Delete the stop of this start first: while it is there, the start cannot be deleted.'
    },
    check: TR071
  },
  {
    code: 'TR074',
    level: 3,
    retourcode: '9074',
    at: ['305:StartProduct', '307:StopProduct'],
    inferred: false,
    text: {
      nl: 'Laat deze start of stop weg: die is al eerder aangeleverd. Klopt de eerdere niet, verwijder die dan eerst met StatusAanlevering 3.',
      en: 'Leave this start or stop out: it was delivered before. When the earlier one is wrong, delete that first with StatusAanlevering 3.'
    },
    check: TR074
  },
  {
    code: 'TR326',
    level: 3,
    retourcode: '9326',
    at: ['305:StartProduct'],
    inferred: true,
    text: {
      nl: 'Op deze toewijzing loopt al een start: stuur daarop eerst een stop, of verwijder die start.',
      en: 'A start already runs on this assignment: send a stop of it first, or delete that start.'
    },
    check: TR326
  },
  {
    code: 'TR382',
    level: 3,
    retourcode: '9069',
    at: ['307:StopProduct'],
    inferred: false,
    text: {
      nl: 'Neem product en Begindatum over van de laatste start op deze toewijzing. Is die start er nog niet, stuur hem dan eerst.',
      en: 'Repeat product and Begindatum of the latest start on this assignment. When there is no such start yet, send it first.'
    },
    check: TR382
  },
  {
    code: 'TR413',
    level: 3,
    retourcode: '9413',
    at: ['307:StopProduct/RedenBeeindiging'],
    inferred: false,
    text: {
      nl: 'Deze start is al tijdelijk gestopt: stuur een definitieve stop, of verwijder eerst de tijdelijke.',
      en: 'This start was already stopped for a time: send a final stop, or delete the temporary one first.'
    },
    check: TR413
  },
  {
    code: 'TR414',
    level: 3,
    retourcode: '9414',
    at: ['307:StopProduct/Einddatum'],
    inferred: false,
    text: {
      nl: 'Zet de Einddatum op of na die van de stop die er al is, of verwijder eerst die stop.',
      en: 'Put the Einddatum on or after that of the stop that is there already, or delete that stop first.'
    },
    check: TR414
  },
  {
    code: 'TR415',
    level: 3,
    retourcode: '9415',
    at: ['307:StopProduct'],
    inferred: false,
    text: {
      nl: 'Deze start is al definitief gestopt: verwijder eerst die stop als u een andere wilt sturen.',
      en: 'This start was already stopped for good: delete that stop first if you want to send another.'
    },
    check: TR415
  }
]
