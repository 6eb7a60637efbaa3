/** The time limits of the standard that no retour is bound to: requests, their investigation, starts and stops. */
import { instant, type Instant } from '../core/core.ts'
import type { Calendar } from './calendar.ts'
import { addDays, dutchDate, endOf } from './moments.ts'

const working_days = 5
const investigation_days = 8 * 7
const residence_days = 2 * 7

/** From when on something is late; each is the end, in the Netherlands, of the last day it is in time. */
export interface Terms {
  /** Of the 301 or 319 on a request: five working days. @param received the request */
  answer (received: Instant): Instant
  /** Of the decision on a request under investigation: eight weeks. @param Dagtekening of the request @returns null for no date of our time */
  decision (Dagtekening: string): Instant | null
  /** Of a refusal because another gemeente is liable by place of residence: two weeks. @param received the request */
  residence (received: Instant): Instant
  /**
   * Of a start or stop: five working days after the day it is about, or after the assignment was received where that was later.
   * @param date Begindatum of a start, Einddatum of a stop @param assigned when the assignment was received; null where it names none
   * @returns null for no date of our time
   */
  delivery (date: string, assigned: Instant | null): Instant | null
}

/** @param calendar which days are worked */
export function openTerms (calendar: Calendar): Terms {
  return {
    answer: received => calendar.due(received, working_days),
    decision (Dagtekening) {
      const date = ofOurTime(Dagtekening)
      return date === null ? null : endOf(addDays(date, investigation_days))
    },
    residence: received => endOf(addDays(dutchDate(received), residence_days)),
    delivery (date, assigned) {
      const of = ofOurTime(date)
      if (of === null) return null
      const [due, known] = [calendar.dueAfter(of, working_days), assigned === null ? 0 : calendar.due(assigned, working_days)]
      return instant(Math.max(due, known))
    }
  }
}

/** The schema allows any year: no term is counted from those that nobody lives in. */
function ofOurTime (text: string): string | null {
  const date = text.trim()
  return /^(?:19[789]\d|20\d\d)-\d\d-\d\d$/.test(date) ? date : null
}
