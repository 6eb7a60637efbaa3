/** A conversation as a tester writes it: one step a line, read strictly, every mistake told by its line. */
import { isAbsolute, join } from 'node:path'
import { answers, deliveries, partyKind, Unusable, verdicts } from '../core/core.ts'
import { models, type MessageModel, type MessageNumber } from '../standard/standard.ts'

/** What the door is to say of a message. `code` and `at` (the place of a finding) when they matter. */
export interface Expected { readonly outcome: 'accepted' | 'rejected' | 'duplicate' | 'refused', readonly code: string | null, readonly at: string | null }

/** A change to a made message: the first element of that name gets a text, the text it has in another message, or goes. */
export type Change = { readonly kind: 'set', readonly element: string, readonly text: string }
  | { readonly kind: 'copy', readonly element: string, readonly of: string }
  | { readonly kind: 'drop', readonly element: string }

/** Who acts: `gemeente`, `aanbieder`, or a party code. */
export type Actor = string

interface At { readonly line: number }
export interface Send extends At {
  readonly kind: 'send'
  readonly who: Actor
  readonly name: string
  readonly number: MessageNumber
  readonly size: 'small' | 'full'
  readonly file: string | null
  readonly to: Actor | null
  readonly replaces: string | null
  readonly changes: readonly Change[]
  readonly expected: Expected
}
/** A file as it is, sent by the party its Header names. */
export interface SendFile extends At { readonly kind: 'file', readonly name: string, readonly file: string, readonly expected: Expected }
export interface Repeat extends At { readonly kind: 'repeat', readonly who: Actor, readonly name: string, readonly expected: Expected }
export interface Answering extends At {
  readonly kind: 'answer'
  readonly who: Actor
  readonly of: string
  readonly name: string
  readonly rejecting: { readonly at: string, readonly codes: readonly string[] } | null
  readonly expected: Expected
}
/** `of`: an answer that nobody here sent, to the message of that name. */
export interface Receive extends At { readonly kind: 'receive', readonly who: Actor | null, readonly name: string, readonly number: MessageNumber | null, readonly of: string | null }
export interface State extends At { readonly kind: 'state', readonly name: string, readonly states: readonly string[] }
/** The gateway knows that a message replaces another one. */
export interface Replaces extends At { readonly kind: 'replaces', readonly name: string, readonly of: string }
export type Step = Send | SendFile | Repeat | Answering | Receive | State | Replaces

export interface Conversation {
  readonly name: string
  readonly steps: readonly Step[]
  /** Whether what comes after a difference makes no sense any more. */
  readonly stops: boolean
}

/** The end of the name of a file that holds a conversation. */
export const extension = '.conversation'

const accepted: Expected = { outcome: 'accepted', code: null, at: null }
const outcomes = ['accepted', 'rejected', 'duplicate', 'refused'] as const
const states: readonly string[] = [...verdicts, ...deliveries, ...answers]
const clauses = ['as', 'small', 'full', 'from', 'to', 'replacing', 'with', 'without', 'rejecting', 'of']

/** The words of one line, taken from the left. */
class Words {
  readonly line: number
  readonly #words: string[]
  readonly #file: string
  constructor (words: string[], line: number, file: string) { this.#words = words; this.line = line; this.#file = file }

  get next (): string | undefined { return this.#words[0] }
  fail (why: string): never { throw new Unusable(`${this.#file}, line ${this.line}: ${why}`) }
  take (what: string): string { return this.#words.shift() ?? this.fail(`${what} is missing`) }
  /** Takes the next word when it is this one. */
  has (word: string): boolean {
    if (this.next !== word) return false
    this.#words.shift()
    return true
  }

  /** Takes words up to the next clause. */
  several (what: string): string[] {
    const taken = [this.take(what)]
    while (this.next !== undefined && this.next !== '->' && !clauses.includes(this.next)) taken.push(this.take(what))
    return taken
  }
}

/** Words are divided by blanks; `"…"` keeps blanks in one; `#` begins a remark. */
function wordsOf (text: string): string[] {
  return [...text.matchAll(/#.*$|((?:"[^"]*"|[^\s"#]|(?<=\S)#)+)/g)].flatMap(([, word]) => word === undefined ? [] : [word.replaceAll('"', '')])
}

/** What stands above a line, against which its names are checked. */
interface Known { readonly sent: Map<string, MessageNumber>, readonly received: Set<string>, readonly folder: string }

/**
 * @param file the name it is told by @param folder where the files it names are looked for
 * @throws Unusable naming file and line
 */
export function parseConversation (text: string, name: string, file: string, folder: string): Conversation {
  const known: Known = { sent: new Map(), received: new Set(), folder }
  const steps = text.split(/\r?\n/).flatMap((it, nth) => {
    const words = wordsOf(it)
    return words.length === 0 ? [] : [step(new Words(words, nth + 1, file), known)]
  })
  if (steps.length === 0) throw new Unusable(`${file} holds no steps`)
  return { name, steps, stops: true }
}

function step (words: Words, known: Known): Step {
  const first = words.take('who')
  const read = verbs[words.take('what happens')]
  const it = read === undefined ? words.fail('after the first word stands sends, repeats, receives, answers, is or replaces') : read(first, words, known)
  return words.next === undefined ? it : words.fail(`“${words.next}” has no meaning here`)
}

const verbs: Readonly<Record<string, (first: string, words: Words, known: Known) => Step>> = {
  sends: (first, words, known) => send(actor(first, words), words, known),
  repeats: (first, words, known) => ({ kind: 'repeat', line: words.line, who: actor(first, words), name: named(words, known), expected: expected(words, { outcome: 'duplicate', code: null, at: null }) }),
  receives: (first, words, known) => receive(actor(first, words), words, known),
  answers: (first, words, known) => answer(actor(first, words), words, known),
  is: (first, words, known) => state(first, words, known),
  replaces: (first, words, known) => ({ kind: 'replaces', line: words.line, name: above(first, words, known), of: named(words, known) })
}

const actor = (word: string, words: Words): Actor =>
  word === 'gemeente' || word === 'aanbieder' || partyKind(word) !== null ? word : words.fail(`“${word}” is nobody; a line begins with gemeente, aanbieder or a party code`)

const modelOfNumber = (number: string): MessageModel | undefined => models.find(it => it.number === number)

/** @returns the number of a message, such as `301` */
function numberOf (word: string, words: Words): MessageModel {
  return modelOfNumber(word) ?? words.fail(`“${word}” is no message; they are ${[...new Set(models.map(it => it.number))].join(', ')}`)
}

function send (who: Actor, words: Words, known: Known): Send {
  const model = numberOf(words.take('the message'), words)
  const changes: Change[] = []
  const it: { name: string, size: Send['size'], file: string | null, to: Actor | null, replaces: string | null } = { name: model.number, size: 'small', file: null, to: null, replaces: null }
  while (words.next !== undefined && words.next !== '->') {
    if (words.has('as')) it.name = words.take('a name')
    else if (words.has('full')) it.size = 'full'
    else if (words.has('small')) it.size = 'small'
    else if (words.has('from')) it.file = path(words.take('a file'), known.folder)
    else if (words.has('to')) it.to = actor(words.take('a receiver'), words)
    else if (words.has('replacing')) it.replaces = named(words, known)
    else if (words.has('with')) changes.push(change(words, known))
    else if (words.has('without')) changes.push({ kind: 'drop', element: words.take('an element') })
    else words.fail(`“${words.next}” has no meaning here`)
  }
  if (model.answers !== null && it.file === null) words.fail(`a ${model.number} answers a ${model.answers.slice(-3)}: write “${who} answers …”`)
  if (it.file === null && partyKind(who) === null && who !== model.afzender) words.fail(`a ${model.number} is sent by the ${model.afzender}`)
  if (it.replaces !== null && known.sent.get(it.replaces) !== model.number) words.fail(`“${it.replaces}” is no ${model.number}`)
  return { kind: 'send', line: words.line, who, number: model.number, ...it, name: newName(it.name, model.number, words, known), changes, expected: expected(words, accepted) }
}

const path = (name: string, folder: string): string => isAbsolute(name) ? name : join(folder, name)

function change (words: Words, known: Known): Change {
  const word = words.take('an element')
  const at = word.indexOf('=')
  if (at > 0) return { kind: 'set', element: word.slice(0, at), text: word.slice(at + 1) }
  if (!words.has('of')) words.fail(`after “with ${word}” stands = and a text (ELEMENT=TEXT), or “of” and a message`)
  return { kind: 'copy', element: word, of: named(words, known) }
}

function newName (name: string, number: MessageNumber, words: Words, known: Known): string {
  if (known.sent.has(name)) words.fail(`there is a message “${name}” above; give this one another name with “as”`)
  known.sent.set(name, number)
  return name
}

/** @returns the name of a message above */
const named = (words: Words, known: Known): string => above(words.take('a message'), words, known)

const above = (name: string, words: Words, known: Known): string => known.sent.has(name) ? name : words.fail(`there is no message “${name}” above`)

function receive (who: Actor, words: Words, known: Known): Receive {
  const name = words.take('a message')
  if (!words.has('of')) {
    known.received.add(above(name, words, known))
    return { kind: 'receive', line: words.line, who, name, number: null, of: null }
  }
  const { number } = numberOf(name, words)
  const of = named(words, known)
  if (modelOfNumber(known.sent.get(of) ?? '')?.answeredBy?.slice(-3) !== number) words.fail(`a ${number} answers no ${known.sent.get(of)}`)
  const own = newName(words.has('as') ? words.take('a name') : number, number, words, known)
  known.received.add(own)
  return { kind: 'receive', line: words.line, who, name: own, number, of }
}

function answer (who: Actor, words: Words, known: Known): Answering {
  const of = named(words, known)
  if (!known.received.has(of)) words.fail(`“${of}” was not received above, so nobody can answer it`)
  const by = models.find(it => it.number === known.sent.get(of))?.answeredBy
  if (by === undefined || by === null) words.fail(`a ${known.sent.get(of)} is not answered`)
  const { number } = numberOf(by.slice(-3), words)
  const it: { name: string, rejecting: Answering['rejecting'] } = { name: number, rejecting: null }
  while (words.next !== undefined && words.next !== '->') {
    if (words.has('as')) it.name = words.take('a name')
    else if (words.has('rejecting')) it.rejecting = rejecting(words)
    else words.fail(`“${words.next}” has no meaning here`)
  }
  return { kind: 'answer', line: words.line, who, of, ...it, name: newName(it.name, number, words, known), expected: expected(words, accepted) }
}

function rejecting (words: Words): { at: string, codes: string[] } {
  const [at = '', ...codes] = words.several('a class')
  if (codes.length === 0) words.fail(`after “rejecting ${at}” stand its RetourCodes, such as 9332`)
  return { at, codes }
}

function expected (words: Words, usual: Expected): Expected {
  if (!words.has('->')) return usual
  const word = words.take('what is expected')
  const outcome = outcomes.find(it => it === word) ?? words.fail(`“${word}” is nothing to expect; it is ${outcomes.join(', ')}`)
  if (outcome !== 'refused') return { outcome, code: null, at: null }
  const code = words.next === undefined || words.next === 'at' ? null : words.take('a code')
  return { outcome, code, at: words.has('at') ? words.take('a place') : null }
}

function state (first: string, words: Words, known: Known): State {
  const name = above(first, words, known)
  const wanted = words.several('a state')
  const odd = wanted.find(it => !states.includes(it))
  if (odd !== undefined) words.fail(`“${odd}” is no state; they are ${states.join(', ')}`)
  return { kind: 'state', line: words.line, name, states: wanted }
}
