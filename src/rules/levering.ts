/** The rules against earlier messages (control level 3) of toewijzing, start, stop, verzoek and antwoord; and the one that all messages share. */
import { antwoord } from './levering-antwoord.ts'
import { startEnStop } from './levering-start-stop.ts'
import { toewijzing } from './levering-toewijzing.ts'
import { verzoek } from './levering-verzoek.ts'
import type { Against, Rule } from './rule.ts'
import { wrong } from './value.ts'

const headers = ['301:Header', '305:Header', '307:Header', '315:Header', '317:Header', '319:Header', '323:Header', '325:Header'] as const
const element = 'BerichtIdentificatie/Identificatie'

/** A number per message of a type. What was sent before this gateway kept numbers is not told: every message would bear it. */
const TR056: Against = ({ model, all }, { history }) => headers.flatMap(all)
  .filter(({ it }) => history.heeftIdentificatie(model.number, it.BerichtIdentificatie.Identificatie))
  .map(row => wrong(row, element, { nl: 'een Identificatie die nog niet is gebruikt', en: 'an Identificatie that was not used before' }))

export const levering: readonly Rule[] = [
  {
    code: 'TR056',
    level: 3,
    retourcode: '9056',
    at: headers.map(header => `${header}/${element}`),
    inferred: false,
    text: {
      nl: 'Geef dit bericht een nieuwe Identificatie: deze is al gebruikt in een eerder bericht van dezelfde soort. Ook een verbeterd bericht krijgt een nieuwe.',
      en: 'Give this message a new Identificatie: this one was used in an earlier message of the same type. A corrected message needs a new one too.'
    },
    check: TR056
  },
  ...toewijzing,
  ...startEnStop,
  ...verzoek,
  ...antwoord
]
