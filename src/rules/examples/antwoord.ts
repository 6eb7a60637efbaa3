/** Cases of the antwoord (319) on a request. */
import type { Specs } from './case.ts'
import { gone } from './edit.ts'
import { geenGemeente, type Tale } from './tale.ts'

const onderzoek = { 'Antwoord/VerzoekAntwoord': '2', 'Antwoord/RedenAfwijzingVerzoek': gone }
const opHetAndere = { 'Antwoord/ReferentieAanbieder': 'VOT-2' }
const elders = { 'Antwoord/RedenAfwijzingVerzoek': '8', 'Antwoord/Woonplaatsbeginsel': { Gemeente: '0363' } }

/** @returns the cases of an antwoord */
export const antwoord = (it: Tale): Specs => ({
  'CD085 Antwoord/RedenAfwijzingVerzoek': { wrong: { 'Antwoord/RedenAfwijzingVerzoek': gone } },
  'CD086 Antwoord/RedenAfwijzingVerzoek': { wrong: { 'Antwoord/VerzoekAntwoord': '2' } },
  'TR355 Antwoord/ReferentieAanbieder': { wrong: { 'Antwoord/ReferentieAanbieder': 'VOT-7' } },
  'TR359 Antwoord': { after: [['301', { 'ToegewezenProduct[2]': gone, 'ToegewezenProduct/ReferentieAanbieder': 'VOT-1' }]], given: opHetAndere, wrong: { 'Antwoord/ReferentieAanbieder': 'VOT-1' } },
  'TR360 Antwoord': { after: [['319', onderzoek]], wrong: onderzoek },
  'TR365 Antwoord': { after: [['319']], given: opHetAndere, wrong: { 'Antwoord/ReferentieAanbieder': 'VOT-1' } },
  ...(it.family === 'iwmo' ? {} : woonplaats)
})

/** iJw only. */
const woonplaats: Specs = {
  'TR377 Antwoord/Woonplaatsbeginsel': { given: elders, wrong: { 'Antwoord/Woonplaatsbeginsel': gone } },
  'TR409 Antwoord/Woonplaatsbeginsel': { given: elders, wrong: { 'Antwoord/RedenAfwijzingVerzoek': '3' } },
  'TR378 Woonplaatsbeginsel/Gemeente': { given: elders, wrong: { 'Woonplaatsbeginsel/Gemeente': geenGemeente } }
}
