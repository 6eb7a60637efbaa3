/** What a case of a rule is: a message that breaks it, the same one mended, and what came before both. */
import type { Sources } from '../../sources/sources.ts'
import type { Family, MessageNumber, MessageModel } from '../../standard/standard.ts'
import { placeOf, type Edits } from './edit.ts'
import { sourcesFor } from './sources.ts'
import { before, tell, type Sent, type Tale, type Told } from './tale.ts'

/** One finding that the case gives: the rule, the class that carries the code (`Client/Contactgegevens/Contact[2]`), and the element below it. */
export interface Expectation { readonly code: string, readonly class: string, readonly element: string }

/** An earlier message, and what in it is not as the story has it. */
export interface Earlier extends Sent { readonly edits: Edits }

export interface Case {
  /** Such as `TR414`. */
  readonly code: string
  readonly family: Family
  readonly number: MessageNumber
  /** Where the rule is broken, as the standard names it, such as `307:StopProduct/Einddatum`. */
  readonly at: string
  /** Which case of several at that place; empty for the first. */
  readonly name: string
  /** Municipalities, products and contracts; the same in all cases of a family. */
  readonly sources: Sources
  /** Earlier messages, in their order. */
  readonly history: readonly Earlier[]
  readonly compleetVanaf: string
  /** The calendar date of judging. */
  readonly today: string
  /** Breaks the rule. */
  readonly message: Sent
  /** Breaks nothing. */
  readonly twin: Sent
  /** What differs between the two. */
  readonly wrong: Edits
  /** What the message breaks: the rule of the case first, then what necessarily breaks with it. */
  readonly expected: readonly Expectation[]
}

/** How a case is written down. */
export interface Spec {
  /** What the mended message says that the story's does not. */
  readonly given?: Edits
  /** Earlier messages after those that come before every message of that number. */
  readonly after?: readonly Told[]
  /** Earlier messages instead of those. */
  readonly history?: readonly Told[]
  /** What breaks the rule. */
  readonly wrong: Edits
  /** The class that carries the code, where that is not the first of its kind. */
  readonly in?: string
  /** What else necessarily breaks, as `CODE Class[n] element`. */
  readonly besides?: readonly string[]
}

/** Cases of one message number, by `CODE Class/Element` and, where there are several, `: which`. */
export type Specs = Readonly<Record<string, Spec>>
/** @returns the cases of one number in the words of a family */
export type Subject = (it: Tale) => Specs

/** The day on which all cases are judged; their messages are from before. */
export const today = '2026-04-15'
/** Both laws began that day: everything is known. */
export const compleetVanaf = '2015-01-01'

/** @param place of the class, such as `Contact[2]` */
const expectation = (model: MessageModel, code: string, place: string, element: string): Expectation => ({ code, class: placeOf(model, place), element })

/** @param nth of the cases of this rule and number, from 1 @returns the case of a line */
export function caseOf (it: Tale, number: MessageNumber, key: string, spec: Spec, nth: number): Case {
  const [, code = '', of = '', element = '', name = ''] = /^(\w+) (\w+)(?:\/([\w/]+))?(?:: (.+))?$/.exec(key) ?? []
  const history = (spec.history ?? [...before[number] ?? [], ...spec.after ?? []]).map((told, at): Earlier => ({ ...tell(it, told, `H${number}-${at + 1}`), edits: Object.assign({}, ...told.slice(1)) as Edits }))
  // A rejected message burns its number for ever: every case has its own.
  const identificatie = nth === 1 ? code : `${code}-${nth}`
  const [twin, message] = [tell(it, [number, spec.given], `${identificatie}-G`), tell(it, [number, spec.given, spec.wrong], identificatie)]
  const besides = (spec.besides ?? []).map(text => { const [other = '', place = '', below = ''] = text.split(' '); return expectation(message.model, other, place, below) })
  return {
    code, family: it.family, number, at: `${number}:${of}${element === '' ? '' : `/${element}`}`, name, sources: sourcesFor(it.family), history, compleetVanaf, today, message, twin, wrong: spec.wrong,
    expected: [expectation(message.model, code, spec.in ?? of, element), ...besides]
  }
}
