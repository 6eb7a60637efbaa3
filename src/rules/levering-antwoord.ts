/** The rules against earlier messages (control level 3) of antwoord (319). */
import type { Words } from '../core/core.ts'
import type { History } from '../history/history.ts'
import { mits, onbeslist, zeker, zekerSinds } from './certain.ts'
import type { Against, Fault, Rule } from './rule.ts'
import { wrong } from './value.ts'

/** What is answered was asked. */
const TR355: Against = (scene, { history }) => scene.all('319:Antwoord')
  .filter(({ it }) => history.verzoek(it.ReferentieAanbieder) === null)
  .map(row => mits(zeker(history), history, wrong(row, 'ReferentieAanbieder', { nl: 'de referentie van een eerder verzoek', en: 'the reference of an earlier request' })))

/** What is assigned is answered. */
const TR359: Against = (scene, { history }) => scene.all('319:Antwoord').flatMap(row =>
  gevonden(history, row.it.ReferentieAanbieder, history.toegewezen(row.it.ReferentieAanbieder),
    wrong(row, '', { nl: 'geen antwoord meer', en: 'no answer any more' }, { nl: 'een toewijzing met deze ReferentieAanbieder', en: 'an assignment with this ReferentieAanbieder' })))

/** Under investigation comes first. */
const TR360: Against = (scene, { history }) => scene.all('319:Antwoord').filter(({ it }) => it.VerzoekAntwoord === '2').flatMap(row =>
  gevonden(history, row.it.ReferentieAanbieder, history.antwoorden(row.it.ReferentieAanbieder).length > 0, wrong(row, '', { nl: 'een besluit: afgewezen of toegewezen', en: 'a decision: rejected or assigned' }, eerderAntwoord)))

/** After a rejection nothing follows. */
const TR365: Against = (scene, { history }) => scene.all('319:Antwoord').flatMap(row =>
  gevonden(history, row.it.ReferentieAanbieder, history.antwoorden(row.it.ReferentieAanbieder).some(({ it }) => it.VerzoekAntwoord !== '2'), wrong(row, '', { nl: 'geen antwoord meer', en: 'no answer any more' }, eerderAntwoord)))

const eerderAntwoord: Words = { nl: 'een eerder antwoord op dit verzoek', en: 'an earlier answer to this request' }

/** What came upon a request came after it, so it is known where everything since the request is. */
function gevonden (history: History, ReferentieAanbieder: string, found: boolean, fault: Fault): Fault[] {
  if (found) return [fault]
  const verzoek = history.verzoek(ReferentieAanbieder)
  return (verzoek === null ? zeker(history) : zekerSinds(history, verzoek)) ? [] : [onbeslist(history, fault)]
}

export const antwoord: readonly Rule[] = [
  {
    code: 'TR355',
    level: 3,
    retourcode: '9355',
    at: ['319:Antwoord/ReferentieAanbieder'],
    inferred: false,
    text: {
      nl: 'Noem de ReferentieAanbieder van een verzoek dat deze aanbieder eerder stuurde: van deze is er geen.',
      en: 'Name the ReferentieAanbieder of a request that this provider sent before: there is none with this one.'
    },
    check: TR355
  },
  {
    code: 'TR359',
    level: 3,
    retourcode: '9359',
    at: ['319:Antwoord'],
    inferred: false,
    text: {
      nl: 'Stuur geen antwoord meer: op dit verzoek is al een toewijzing gestuurd.',
      en: 'Send no answer any more: an assignment was sent upon this request already.'
    },
    check: TR359
  },
  {
    code: 'TR360',
    level: 3,
    retourcode: '9360',
    at: ['319:Antwoord'],
    inferred: false,
    text: {
      nl: 'Antwoord met een besluit: alleen het eerste antwoord op een verzoek kan zeggen dat het in onderzoek is.',
      en: 'Answer with a decision: only the first answer to a request can say that it is under investigation.'
    },
    check: TR360
  },
  {
    code: 'TR365',
    level: 3,
    retourcode: '9365',
    at: ['319:Antwoord'],
    inferred: false,
    text: {
      nl: 'Stuur geen antwoord meer: dit verzoek is al afgewezen.',
      en: 'Send no answer any more: this request was rejected already.'
    },
    check: TR365
  }
]
