/** History over facts: each question folds the few facts it is about. */
import { dayOf } from '../calendar/calendar.ts'
import type { Gedeclareerd, History, Known, Verzoek } from './history.ts'
import { openIndex, type Index } from './index.ts'
import { deliveryKey, sameKey, type Delivery } from './keys.ts'

export interface HistoryOptions {
  /** See History. */
  readonly compleetVanaf: string | null
  /** See History; where not given, all facts are since then. */
  readonly gaploosVanaf?: number
  /** @returns what stands for a Bsn in the facts; null when nothing does */
  readonly clientOf: (Bsn: string) => string | null
  /** @returns whether a message of that number bore that Identificatie; where not given, those of the facts are known */
  readonly heeftIdentificatie?: (number: string, Identificatie: string) => boolean
}

/**
 * @param known the facts that needsOf and furtherNeeds ask for, or all, in any order: each once, without those that do not count
 * @returns history as these tell it
 */
export function openHistory (known: readonly Known[], options: HistoryOptions): History {
  const index = openIndex()
  index.add(known.toSorted((a, b) => a.bron.seq - b.bron.seq))
  return historyOver(index, { gaploosVanaf: -Infinity, heeftIdentificatie: (number, Identificatie) => known.some(({ bron }) => bron.number === number && bron.Identificatie === Identificatie), ...options })
}

/** @returns history over an index, which may grow */
export function historyOver (index: Index, { compleetVanaf, gaploosVanaf, clientOf, heeftIdentificatie }: Required<HistoryOptions>): History {
  const about = (Bsn: string): string => clientOf(Bsn) ?? ''
  const claimed = (found: ReadonlyArray<Known<'323:Prestatie'>>): readonly Gedeclareerd[] => found.map(it => gedeclareerd(index, it))
  const verzoeken = (found: ReadonlyArray<Known<'315:AangevraagdProduct' | '317:Verzoek'>>): readonly Verzoek[] => requests(index, found)
  return {
    compleetVanaf,
    gaploosVanaf,
    heeftIdentificatie,
    client: clientOf,
    toewijzingen: Bsn => actual(index.find('301:ToegewezenProduct', 'client', about(Bsn))),
    toewijzing: nummer => index.find('301:ToegewezenProduct', 'ToewijzingNummer', sameKey('ToewijzingNummer', nummer)).toSorted(byVersion),
    toegewezen: referentie => index.find('301:ToegewezenProduct', 'ReferentieAanbieder', referentie).length > 0,
    starts: Bsn => alive(index.find('305:StartProduct', 'client', about(Bsn))),
    stops: Bsn => alive(index.find('307:StopProduct', 'client', about(Bsn))),
    verzoeken: Bsn => verzoeken([...index.find('315:AangevraagdProduct', 'client', about(Bsn)), ...index.find('317:Verzoek', 'client', about(Bsn))]),
    verzoek: referentie => verzoeken(withSiblings(index, referentie)).findLast(it => it.referenties.some(({ ReferentieAanbieder }) => ReferentieAanbieder === referentie)) ?? null,
    antwoorden: referentie => index.find('319:Antwoord', 'ReferentieAanbieder', referentie),
    prestaties: nummer => claimed(index.find('323:Prestatie', 'ToewijzingNummer', sameKey('ToewijzingNummer', nummer))),
    prestatie: nummer => claimed(index.find('323:Prestatie', 'ReferentieNummer', nummer)),
    credits: nummer => claimed(index.find('323:Prestatie', 'VorigReferentieNummer', nummer).filter(it => it.it.IngediendBedrag.DebetCredit === 'C')),
    declaratie: nummer => index.find('323:Declaratie', 'DeclaratieNummer', nummer).at(-1) ?? null,
    declaratieMet: Identificatie => index.find('323:Declaratie', 'Identificatie', Identificatie).at(-1) ?? null,
    gedeclareerd: Identificatie => claimed(index.find('323:Prestatie', 'Identificatie', Identificatie)),
    laatsteDeclaratie: () => index.all('323:Declaratie').reduce<Known<'323:Declaratie'> | null>((last, it) => last === null || endOf(it) >= endOf(last) ? it : last, null)
  }
}

/** Seconds of a day; midnight may be written at its end too, and means the same. */
function secondsOf (time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number)
  return hours % 24 * 3600 + minutes * 60 + seconds
}
const endOf = ({ it }: Known<'323:Declaratie'>): number => dayOf(it.DeclaratiePeriode.Einddatum)

const moments = new WeakMap<Known<'301:ToegewezenProduct'>, number>()

/** A message of thousands of rows asks for the same versions with every row: when each was assigned is read once. */
function momentOf (version: Known<'301:ToegewezenProduct'>): number {
  const known = moments.get(version) ?? dayOf(version.it.Toewijzingsdatum) * 86_400 + secondsOf(version.it.Toewijzingstijd)
  moments.set(version, known)
  return known
}

/** The standard's order of versions; of two of the same moment the last sent comes last. */
const byVersion = (a: Known<'301:ToegewezenProduct'>, b: Known<'301:ToegewezenProduct'>): number => momentOf(a) - momentOf(b) || a.bron.seq - b.bron.seq

/** The actual version of each number, in the order of the messages. */
function actual (versions: ReadonlyArray<Known<'301:ToegewezenProduct'>>): ReadonlyArray<Known<'301:ToegewezenProduct'>> {
  const last = new Map(versions.toSorted(byVersion).map(it => [sameKey('ToewijzingNummer', it.it.ToewijzingNummer), it]))
  return [...last.values()].toSorted((a, b) => a.bron.seq - b.bron.seq)
}

/** A deletion takes away what was delivered before with its key, and is no delivery. Within one message deletions come first. Looked through from the last message back. */
function alive<Of extends Known<Delivery>> (facts: readonly Of[]): readonly Of[] {
  if (!facts.some(isDeletion)) return facts
  const gone = new Set<string>()
  return [...Map.groupBy(facts, it => it.bron.seq).values()].reverse().map(message => {
    const left = message.filter(it => !isDeletion(it) && !gone.has(deliveryKey(it)))
    for (const it of message.filter(isDeletion)) gone.add(deliveryKey(it))
    return left
  }).reverse().flat()
}

const isDeletion = ({ it }: Known<Delivery>): boolean => it.StatusAanlevering === '3'

/** A 315 found by one of its references comes with the others. */
function withSiblings (index: Index, referentie: string): ReadonlyArray<Known<'315:AangevraagdProduct' | '317:Verzoek'>> {
  const asked = index.find('315:AangevraagdProduct', 'ReferentieAanbieder', referentie)
  const whole = [...new Set(asked.map(it => it.bron.Identificatie))].flatMap(it => index.find('315:AangevraagdProduct', 'Identificatie', it))
  return [...whole, ...index.find('317:Verzoek', 'ReferentieAanbieder', referentie)]
}

/** A request is one message. */
function requests (index: Index, facts: ReadonlyArray<Known<'315:AangevraagdProduct' | '317:Verzoek'>>): readonly Verzoek[] {
  return [...Map.groupBy(facts, it => it.bron.seq).values()].toSorted(([a], [b]) => (a?.bron.seq ?? 0) - (b?.bron.seq ?? 0)).flatMap(of => {
    const [first] = of
    if (first === undefined || first.client === null) return []
    const referenties = of.map(({ it: { ReferentieAanbieder } }) => ({ ReferentieAanbieder, open: isOpen(index, ReferentieAanbieder) }))
    return [{ of: first.of === '317:Verzoek' ? '317' : '315', client: first.client, bron: first.bron, referenties }]
  })
}

const isOpen = (index: Index, referentie: string): boolean =>
  index.find('301:ToegewezenProduct', 'ReferentieAanbieder', referentie).length === 0 &&
  index.find('319:Antwoord', 'ReferentieAanbieder', referentie).every(({ it }) => it.VerzoekAntwoord !== '1')

/** A 325 rejects a Prestatie of the claim it names, told apart by both its reference numbers, which may stand once per client: the same under another is another. */
function gedeclareerd (index: Index, prestatie: Known<'323:Prestatie'>): Gedeclareerd {
  const { ProductReferentie: { ReferentieNummer, VorigReferentieNummer }, DeclaratieNummer } = prestatie.it
  const afgekeurd = index.find('325:Prestatie', 'ReferentieNummer', ReferentieNummer)
    .some(({ client, it }) => client === prestatie.client && it.DeclaratieIdentificatie.Identificatie === prestatie.bron.Identificatie && it.ProductReferentie.VorigReferentieNummer === VorigReferentieNummer)
  return { prestatie, DeclaratieNummer, afgekeurd }
}
