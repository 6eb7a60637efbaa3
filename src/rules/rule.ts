/** What a rule of the standard is. */
import type { Words } from '../core/core.ts'
import type { History } from '../history/history.ts'
import type { Sources } from '../sources/sources.ts'
import type { Family } from '../standard/standard.ts'
import type { Placed, Scene } from './scene.ts'
import type { Weights } from './weights.ts'

/** One place where a rule is broken, or could not be judged. */
export interface Fault {
  /** The class that carries the return code. */
  readonly in: Placed<object>
  /** Below that class, such as `Omvang/Frequentie`; empty for the class as a whole. */
  readonly element: string
  /** What is told of it where that is not simply the text at that element; never a personal value. */
  readonly found?: Words
  /** What the rule asks there; never a personal value. */
  readonly expected: Words
  /** Why it could not be judged; absent where it was. */
  readonly unassessed?: Words
}

/** What a rule looks at. Level 2 sees the message alone. */
export type Within = (scene: Scene) => Iterable<Fault>
/** What a rule above level 2 may ask besides. */
export interface Outside {
  readonly history: History
  readonly sources: Sources
  /** The calendar date in the Netherlands, `YYYY-MM-DD`: the standard's "system date". */
  readonly today: string
  /** What a rule that refuses nothing lets through counts for the next one. */
  readonly weights?: Weights
}
/** Where a rule over very many Prestaties lets others go on; who judges at once passes it by. */
export const pause = Symbol('pause')
export type Pause = typeof pause
/** A claim of 25 MB has 25,000 Prestaties: after so many of them others go on. */
const pause_prestaties = 500
/** Visits each, with pauses between. */
export function * inTurns<T> (prestaties: readonly T[], visit: (it: T) => void): Generator<Pause, void> {
  for (const [nth, it] of prestaties.entries()) {
    visit(it)
    if (nth % pause_prestaties === pause_prestaties - 1) yield pause
  }
}
export type Against = (scene: Scene, outside: Outside) => Iterable<Fault | Pause>

interface Described {
  /** Such as `CD075`. */
  readonly code: string
  /** LDT_RetourCode; null for a rule without one. */
  readonly retourcode: string | null
  /** Where it applies: message number, class that carries the code, element. */
  readonly at: readonly string[]
  /** Of one family only. */
  readonly only?: Family
  /** The standard does not say it outright: may be set to warn or off. */
  readonly inferred: boolean
  /** What the rule asks, in a sentence of ours to who broke it. */
  readonly text: Words
}
/** A rule held by the schema has nothing to check: level 1 did. */
export type Rule = Described & (
  | { readonly level: 1 }
  | { readonly level: 2, readonly check: Within }
  | { readonly level: 3 | 4, readonly check: Against })

/** What a broken rule does: it makes the message invalid, is told only, or is not judged. */
export type Weight = 'reject' | 'warn' | 'off'
