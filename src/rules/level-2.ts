/** The rules within one message (control level 2): each a function of its own, its return code is 0001. */
import type { Rule, Within } from './rule.ts'
import { missing } from './value.ts'

/** End date with a Budget. */
const CD075: Within = ({ all }) => [
  ...all('301:ToegewezenProduct').filter(({ it }) => it.Budget !== undefined && it.Einddatum === undefined).map(it => missing(it, 'Einddatum')),
  ...all('315:AangevraagdProduct').filter(({ it }) => it.Budget !== undefined && it.ToewijzingEinddatum === undefined).map(it => missing(it, 'ToewijzingEinddatum')),
  ...all('317:NieuwProduct').filter(({ it }) => it.Budget !== undefined && it.Einddatum === undefined).map(it => missing(it, 'Einddatum')),
  ...all('317:TeWijzigenProduct').filter(({ it }) => it.Budget !== undefined && it.Einddatum === undefined).map(it => missing(it, 'Einddatum'))
]

export const level2: readonly Rule[] = [
  {
    code: 'CD075',
    level: 2,
    retourcode: '0001',
    at: ['301:ToegewezenProduct/Einddatum', '315:AangevraagdProduct/ToewijzingEinddatum', '317:NieuwProduct/Einddatum', '317:TeWijzigenProduct/Einddatum'],
    inferred: false,
    text: { nl: 'Bij een Budget hoort een einddatum.', en: 'A Budget needs an end date.' },
    check: CD075
  }
]
