/** A release of the standard as data: what a next one brings, and which ones there are. */
import type { Family, MessageNumber } from './model.ts'
import { release32 } from './release-3.2/release-3.2.ts'

/** One of the eight structures; its retour follows from it. */
export interface Structure {
  readonly number: MessageNumber
  /** One Dutch sentence for the schema's reader. */
  readonly about: string
  /** Who writes it: the kind of party in Afzender. */
  readonly from: 'gemeente' | 'aanbieder'
  /** Number of its retour, where it has one. */
  readonly retour?: MessageNumber
  /** The number it is the answer to, where it is one. */
  readonly answers?: MessageNumber
  /** BerichtCode per family, and that of the retour. */
  readonly codes: Readonly<Record<Family, readonly string[]>>
  /** Classes in the notation of notation.ts; `Root` is the root's, `Header` is the release's. */
  readonly classes: Readonly<Record<string, string>>
  /** Logical key per class: paths below it, divided by spaces. */
  readonly keys: Readonly<Record<string, string>>
}

/** Everything a release says, both families together. */
export interface Release {
  readonly release: string
  readonly versie: number
  readonly subversie: number
  /** The version messages carry in XsdVersie. */
  readonly xsdVersie: string
  /** Working days within which the retour to a heenbericht and the answer to a declaratie are due. */
  readonly answerDays: Readonly<Record<'heen' | 'claim', number>>
  readonly header: string
  readonly retourHeader: string
  readonly answerHeader: string
  readonly structures: readonly Structure[]
  readonly simpleTypes: string
  readonly compoundTypes: Readonly<Record<string, string>>
  readonly codeLists: Readonly<Record<string, string>>
  readonly personalTypes: string
  readonly personalElements: string
}

/** The releases that stand side by side, oldest first. */
export const releases: readonly Release[] = [release32]

/** @returns the release of that name, such as `3.2`; throws a RangeError for another */
export function release (name: string): Release {
  const found = releases.find(one => one.release === name)
  if (found === undefined) throw new RangeError(`no release ${name}; there is ${releases.map(one => one.release).join(', ')}`)
  return found
}
