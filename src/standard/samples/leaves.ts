/** The text of a sample's leaf: made up, and within its data type. */
import type { ElementModel, SimpleType } from '../model.ts'
import type { Scene } from './settle.ts'
import { dates } from './story.ts'

type Make = (scene: Scene, index: number) => string

const byElement: Readonly<Record<string, Make>> = {
  Bsn: ({ story }, index) => story.bsn(index),
  ToewijzingNummer: ({ story }, index) => story.toewijzing(index),
  ReferentieAanbieder: ({ story }, index) => story.referentie(index),
  Voornamen: ({ story }, index) => story.givenName(index),
  Volgorde: (_, index) => `${index + 1}`
}

const byType: Readonly<Record<string, Make>> = {
  LDT_Datum: () => dates.ingang,
  LDT_Tijd: () => '09:30:00',
  LDT_Versie: () => '1.0.0',
  LDT_Gemeente: () => '0344',
  LDT_AgbCode: () => '42429999',
  LDT_Naam: ({ story }, index) => story.surname(index),
  LDT_Geslacht: ({ story }, index) => story.geslacht(index),
  LDT_Voorvoegsel: () => 'van',
  LDT_Voorletters: ({ story }, index) => story.givenName(index).slice(0, 1),
  LDT_Straatnaam: () => 'Voorbeeldlaan',
  LDT_Plaatsnaam: () => 'Testdorp',
  LDT_Postcode: () => '1234AB',
  LDT_Huisletter: () => 'A',
  LDT_HuisnummerToevoeging: () => 'bis',
  LDT_Telefoonnummer: () => '0600000000',
  LDT_Landnummer: () => '31',
  LDT_Emailadres: () => 'voorbeeld@example.org',
  LDT_Organisatienaam: () => 'Stichting Voorbeeld',
  LDT_NaamVerwijzer: () => 'Praktijk Voorbeeld',
  LDT_Taal: () => 'Voorbeeldtaal',
  LDT_Commentaar: () => 'Verzonnen toelichting bij een voorbeeldbericht.'
}

/** Types of free text: a random sample fills them with characters that are easily lost on the way. */
const freeText = new Set(['LDT_Naam', 'LDT_Straatnaam', 'LDT_Plaatsnaam', 'LDT_Organisatienaam', 'LDT_NaamVerwijzer', 'LDT_Taal', 'LDT_Commentaar', 'LDT_Emailadres', 'LDT_Voorvoegsel'])
const awkward = ['a', 'Z', '7', ' ', ' ', '&', '<', '>', '"', '\'', ']]>', '&amp;', 'é', 'ÿ', '€', '\t', '-', '.', '😀', '\u00a0', '\u2028', '%', '{}', '\\']

function freeTextOf (scene: Scene, type: SimpleType): string {
  const { chance } = scene.story
  const lines = type.name === 'LDT_Commentaar' ? [...awkward, '\n', '\r'] : awkward
  let text = ''
  for (let left = 1 + chance.below(12); left > 0; left--) text += chance.pick(lines)
  return `${[...text].slice(0, (type.maxLength ?? 40) - 1).join('')}x`
}

/** @returns a text for the element, taking the seed's next chances where it has a choice */
export function leafText (element: ElementModel, type: SimpleType, scene: Scene, index: number): string {
  if (scene.size === 'random' && freeText.has(type.name)) return freeTextOf(scene, type)
  const made = byElement[element.name] ?? byType[type.name]
  if (made !== undefined) return made(scene, index)
  if (type.enumeration !== undefined) return scene.story.chance.pick(type.enumeration)[0]
  const number = type.base === 'integer' ? scene.story.chance.below(Math.min(100, (type.maxInclusive ?? 99) + 1)) : null
  return number === null ? 'V1' : scene.size === 'random' && number < 10 ? `0${number}` : `${number}`
}
