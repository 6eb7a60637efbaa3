/** What came later than the standard allows: told to its sender, and never a reason to reject. */
import { dutchDate, type Terms } from '../calendar/calendar.ts'
import { instant, type Finding, type Instant, type Words } from '../core/core.ts'
import type { MessageModel, Tree } from '../standard/standard.ts'
import { typed } from './facts.ts'
import type { Bron, History } from './history.ts'

/** What each code says to the sender. */
export const lateCodes = {
  ZP_TERM_START: { nl: 'Deze start komt te laat: hij wordt binnen vijf werkdagen na Begindatum gemeld, of na ontvangst van een toewijzing die later kwam.', en: 'This start is late: it is told within five working days after Begindatum, or after an assignment that came later.' },
  ZP_TERM_STOP: { nl: 'Deze stop komt te laat: hij wordt binnen vijf werkdagen na Einddatum gemeld, of na ontvangst van een toewijzing die later kwam.', en: 'This stop is late: it is told within five working days after Einddatum, or after an assignment that came later.' },
  ZP_TERM_ANSWER: { nl: 'Dit antwoord komt te laat: een verzoek wordt binnen vijf werkdagen na ontvangst beantwoord.', en: 'This answer is late: a request is answered within five working days after it was received.' },
  ZP_TERM_DECISION: { nl: 'Dit besluit komt te laat: een verzoek in onderzoek wordt binnen acht weken na zijn Dagtekening beslist.', en: 'This decision is late: a request under investigation is decided within eight weeks after its Dagtekening.' },
  ZP_TERM_RESIDENCE: { nl: 'Deze afwijzing komt te laat: op grond van het woonplaatsbeginsel wordt een verzoek binnen twee weken na ontvangst afgewezen.', en: 'This refusal is late: by place of residence a request is refused within two weeks after it was received.' }
} as const satisfies Readonly<Record<string, Words>>
export type LateCode = keyof typeof lateCodes

/** When a message came, and how terms are counted. */
export interface Arrival { readonly received: Instant, readonly terms: Terms }

/** A term and what stands under it. */
interface Term { readonly code: LateCode, readonly class: string, readonly element: string, readonly due: Instant | null }

/**
 * @param history of the message's pair, loaded for its needs
 * @returns warnings for what is late; none where a term rests on a message of which the receipt is not known
 */
export function lateFindings (model: MessageModel, message: Tree, history: History, { received, terms }: Arrival): Finding[] {
  return (under[model.number]?.(message, history, terms) ?? []).flatMap(({ code, class: at, element, due }) => due === null || received < due
    ? []
    : [{
        level: 3, code, line: null, path: element === '' ? at : `${at}/${element}`, class: at, warning: true,
        found: dutchDate(received), expected: `uiterlijk ${dutchDate(instant(due - 1))}`, expected_en: `${dutchDate(instant(due - 1))} at the latest`, message: lateCodes[code].nl, message_en: lateCodes[code].en
      }])
}

const under: { readonly [number: string]: (message: Tree, history: History, terms: Terms) => readonly Term[] } = {
  301: (message, history, terms) => typed<'301'>(message).Client.ToegewezenProducten.ToegewezenProduct.flatMap(({ ReferentieAanbieder: it }, nth, all) =>
    // Every product that honours a 317 bears its one reference: told once.
    it === undefined || all.findIndex(({ ReferentieAanbieder }) => ReferentieAanbieder === it) < nth
      ? []
      : [{ ...ofRequest(it, history, terms), class: `Client/ToegewezenProducten/ToegewezenProduct[${nth + 1}]`, element: 'ReferentieAanbieder' }]),
  305: (message, history, terms) => typed<'305'>(message).Client.StartProducten.StartProduct.flatMap(({ Begindatum, ToewijzingNummer, StatusAanlevering }, nth) =>
    StatusAanlevering === '3' ? [] : [{ code: 'ZP_TERM_START', class: `Client/StartProducten/StartProduct[${nth + 1}]`, element: 'Begindatum', due: delivered(Begindatum, ToewijzingNummer, history, terms) }]),
  307: (message, history, terms) => {
    const { Client: { Bsn, StopProducten } } = typed<'307'>(message)
    return StopProducten.StopProduct.flatMap((stop, nth) => stop.StatusAanlevering === '3' || history.stops(Bsn).some(({ it }) => isTemporary(it) && sameStart(it, stop))
      ? []
      : [{ code: 'ZP_TERM_STOP', class: `Client/StopProducten/StopProduct[${nth + 1}]`, element: 'Einddatum', due: delivered(stop.Einddatum, stop.ToewijzingNummer, history, terms) }])
  },
  319: (message, history, terms) => {
    const { Antwoord: { ReferentieAanbieder, VerzoekAntwoord, Woonplaatsbeginsel } } = typed<'319'>(message)
    const term = ofRequest(ReferentieAanbieder, history, terms)
    const residence = VerzoekAntwoord === '1' && Woonplaatsbeginsel !== undefined && term.code === 'ZP_TERM_ANSWER'
    return [{ ...(residence ? ofResidence(ReferentieAanbieder, history, terms) : term), class: 'Antwoord', element: 'ReferentieAanbieder' }]
  }
}

interface Stop { readonly RedenBeeindiging: string, readonly ToewijzingNummer?: string, readonly Begindatum: string }
/** After a temporary stop the final one is sent when the end is known, which no message tells. */
const isTemporary = ({ RedenBeeindiging }: Stop): boolean => RedenBeeindiging === '20'
const sameStart = (a: Stop, b: Stop): boolean => a.Begindatum.trim() === b.Begindatum.trim() && Number(a.ToewijzingNummer ?? NaN) === Number(b.ToewijzingNummer ?? NaN)

/** Counted from the assignment's latest version where that came later: until then its sender could not know. */
function delivered (date: string, ToewijzingNummer: string | undefined, history: History, terms: Terms): Instant | null {
  if (ToewijzingNummer === undefined) return terms.delivery(date, null)
  const times = history.toewijzing(ToewijzingNummer).map(({ bron }) => bron.ontvangen)
  const known = times.filter(it => it !== undefined)
  return times.length === 0 || known.length < times.length ? null : terms.delivery(date, instant(Math.max(...known)))
}

/** What was told to be under investigation has another term than what was not. */
function ofRequest (referentie: string, history: History, terms: Terms): Pick<Term, 'code' | 'due'> {
  const bron = history.verzoek(referentie)?.bron
  if (history.antwoorden(referentie).some(({ it }) => it.VerzoekAntwoord === '2')) return { code: 'ZP_TERM_DECISION', due: bron === undefined ? null : terms.decision(bron.Dagtekening) }
  return { code: 'ZP_TERM_ANSWER', due: since(bron, terms.answer) }
}

const ofResidence = (referentie: string, history: History, terms: Terms): Pick<Term, 'code' | 'due'> =>
  ({ code: 'ZP_TERM_RESIDENCE', due: since(history.verzoek(referentie)?.bron, terms.residence) })

const since = (bron: Bron | undefined, term: (received: Instant) => Instant): Instant | null => bron?.ontvangen === undefined ? null : term(bron.ontvangen)
