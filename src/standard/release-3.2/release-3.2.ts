/** Release 3.2 of iWmo and iJw, in force since 3 April 2023, as data. */
import type { Release } from '../release.ts'
import { codeLists } from './codes.ts'
import { landen } from './landen.ts'
import { answerHeader, header, retourHeader, structures } from './structures.ts'
import { compoundTypes, personalElements, personalTypes, simpleTypes } from './types.ts'

export const release32: Release = {
  release: '3.2',
  versie: 3,
  subversie: 2,
  xsdVersie: '1.0.0',
  answerDays: { heen: 3, claim: 10 },
  header,
  retourHeader,
  answerHeader,
  structures,
  simpleTypes,
  compoundTypes,
  codeLists: { ...codeLists, LDT_LandCode: landen },
  personalTypes,
  personalElements
}
