/** The rules that the schema holds (control level 1): nothing is left to check here. */
import type { Rule } from './rule.ts'

const everywhere = ['301', '305', '307', '315', '317', '319', '323', '325']

/** By code. */
export const level1: readonly Rule[] = [
  {
    code: 'CS015',
    level: 1,
    retourcode: null,
    at: everywhere.map(number => `${number}:Header/BerichtSubversie`),
    inferred: false,
    text: { nl: 'Zet in BerichtSubversie een 2: dit is release 3.2.', en: 'Put a 2 in BerichtSubversie: this is release 3.2.' }
  },
  {
    code: 'CS025',
    level: 1,
    retourcode: null,
    at: everywhere.map(number => `${number}:Header/BerichtVersie`),
    inferred: false,
    text: { nl: 'Zet in BerichtVersie een 3: dit is release 3.2.', en: 'Put a 3 in BerichtVersie: this is release 3.2.' }
  },
  {
    code: 'CS319',
    level: 1,
    retourcode: null,
    at: ['323:Declaratie/DeclaratieNummer'],
    inferred: false,
    text: { nl: 'Gebruik in DeclaratieNummer alleen letters en cijfers.', en: 'Use only letters and digits in DeclaratieNummer.' }
  }
]
