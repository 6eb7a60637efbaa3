/** The made-up people, numbers and dates of samples: the same seed gives the same story in every message type, so that samples follow on each other. */
import type { Family } from '../model.ts'
import { chance, type Chance } from './random.ts'

/** The dates of every sample: one assignment for 2026, claimed over March. */
export const dates = {
  dagtekening: '2026-04-01',
  toewijzing: '2025-12-15',
  ingang: '2026-01-01',
  eind: '2026-12-31',
  gestopt: '2026-03-31',
  gewenst: '2026-05-01',
  maand: { Begindatum: '2026-03-01', Einddatum: '2026-03-31' }
} as const

/** Sample parties: a gemeente's CBS code and an aanbieder's AGB code. */
export const parties = { gemeente: '0344', aanbieder: '42420001' } as const

const categories: Readonly<Record<Family, readonly string[]>> = { iwmo: ['02', '07', '03', '08', '15', '16'], ijw: ['45', '41', '54', '43', '50', '51'] }
const surnames = ['Voorbeeld', 'Proefstra', 'Testinga', 'Oefenaar', 'Nepveld', 'Verzonnen'] as const
const givenNames = ['Testje', 'Proefje', 'Voorbeeldina', 'Fictief', 'Denkbeeld'] as const

export interface Story {
  readonly chance: Chance
  /** A test Bsn (9999…) that passes the eleven test; another for every index. */
  bsn (index: number): string
  toewijzing (index: number): string
  /** A provider's reference of a request; 0 to 9 of products asked for, 50 of a change asked for. */
  referentie (index: number): string
  prestatie (index: number): string
  /** Every index its own category, so that products never clash. */
  categorie (index: number): string
  productCode (index: number): string
  surname (index: number): string
  givenName (index: number): string
  /** LDT_Geslacht. */
  geslacht (index: number): string
}

/** @returns the story of a seed */
export function storyOf (seed: number, family: Family): Story {
  const lots = chance(seed)
  const mark = (seed >>> 0).toString(36).toUpperCase()
  return {
    chance: lots,
    bsn: index => testBsn(seed * 101 + index * 37),
    toewijzing: index => `${100_000 + ((seed >>> 0) % 8_000) * 100 + index}`,
    referentie: index => `REF-${mark}-${index}`,
    prestatie: index => `P${mark}N${index}`,
    categorie: index => categories[family][index % categories[family].length] ?? '',
    productCode: index => `${10 + index % 90}A${index % 10}${family === 'ijw' ? 'J' : 'W'}`.slice(0, 5),
    surname: index => surnames[((seed >>> 0) + index) % surnames.length] ?? '',
    givenName: index => givenNames[((seed >>> 0) + index) % givenNames.length] ?? '',
    geslacht: index => `${1 + ((seed >>> 0) + index) % 2}`
  }
}

/** @returns a Bsn of the test range 999900006 to 999999990 that passes the eleven test, near the wanted one */
export function testBsn (wanted: number): string {
  for (let nth = Math.abs(wanted); ; nth++) {
    const front = `9999${`${nth % 10_000}`.padStart(4, '0')}`
    const rest = [...front].reduce((sum, digit, at) => sum + (9 - at) * Number(digit), 0) % 11
    if (rest < 10) return `${front}${rest}`
  }
}
