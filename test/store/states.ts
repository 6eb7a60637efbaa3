/** What a message, its delivery and its answer may be: a model of our own, small enough to be read and to be walked whole. */

/** One of the few messages of a story. */
export type Name = 'a' | 'b' | 'c'
/** One of two who work, as handlers or as pushers. */
export type Who = 'A' | 'B'
export type Party = 'gemeente' | 'aanbieder'
export const [names, workers] = [['a', 'b', 'c'], ['A', 'B']] as const satisfies [readonly Name[], readonly Who[]]

/** A message that may come. */
export interface Letter {
  /** Its order key; null: that of what it answers. */
  readonly key: string | null
  readonly answers: Name | null
  /** Shown to handlers first, or offered at once. */
  readonly begins: 'waiting' | 'offered'
  /** Its receiver has an endpoint; or else it lies in the mailbox only. */
  readonly pushed: boolean
  /** The gateway makes it, with the rejection of what it answers; it comes by no door. */
  readonly caused: boolean
}

/** @returns who gets it: what answers goes the other way */
export const receiverOf = ({ answers }: Letter): Party => answers === null ? 'aanbieder' : 'gemeente'

/** What is left to do of a message. Moments are counted in leases. */
export interface Work {
  /** In the order in which work began. */
  readonly id: number
  kind: 'handle' | 'push'
  state: 'due' | 'blocked' | 'held' | 'dead'
  key: string
  fence: number
  attempts: number
  /** Infinity: at no moment that comes. */
  due: number
  since: number
  /** Until when somebody has it; null: nobody. */
  lease: number | null
  failing: number | null
  reason: string | null
  class: 'functional' | null
  released: string | null
}

export interface Message {
  readonly name: Name
  readonly letter: Letter
  /** In the order of acceptance. */
  readonly seq: number
  key: string
  verdict: 'accepted' | 'rejected'
  delivery: 'none' | 'held' | 'waiting' | 'offered' | 'delivered' | 'dead'
  answer: 'none' | 'awaited' | 'answered'
  answered_by: Name | null
  /** What `answer` is to be again when it is driven again; null where its receiver did not refuse it. */
  disowned: 'none' | 'awaited' | 'answered' | null
  offered: number | null
  delivered: number | null
  erased: boolean
  /** Whoever answered it, also where that counts no more. */
  answerers: readonly Name[]
  work: Work | null
}

/** What somebody who works was given; it stays in his hand when others have it by now. */
export interface Hand { readonly name: Name, readonly id: number, readonly fence: number, readonly kind: Work['kind'] }

export interface State {
  now: number
  readonly messages: Partial<Record<Name, Message>>
  readonly hands: Record<Who, Hand | null>
  /** How often each may still come. */
  readonly left: Partial<Record<Verb, number>>
  /** So much work has begun, and so much was written down. */
  works: number
  written: number
}

/** To what work in hand may come. */
export const outcomes = {
  handle: ['offers', 'rejects', 'rejects and shows', 'holds', 'holds a while', 'fails with', 'puts off', 'gives up'],
  push: ['delivers', 'leaves in the mailbox', 'fails with', 'puts off', 'gives up']
} as const satisfies Readonly<Record<Work['kind'], readonly string[]>>
export type Outcome = typeof outcomes[Work['kind']][number]
/** What a party or a person does with a message. */
export const deeds = ['acknowledge', 'disown', 'redrive', 'release', 'refuse', 'erase'] as const
export type Deed = typeof deeds[number]
export type Verb = 'accept' | 'claims' | 'claims a push' | Outcome | 'renews' | 'hands back' | Deed | 'time passes' | 'restart'

export type Step =
  | { readonly verb: 'accept' | Deed, readonly name: Name }
  | { readonly verb: 'claims', readonly who: Who }
  | { readonly verb: 'claims a push', readonly who: Who, readonly to: Party }
  | { readonly verb: Outcome | 'renews' | 'hands back', readonly who: Who, readonly name: Name }
  | { readonly verb: 'time passes' | 'restart' }

/** @returns the step in words */
export const inWords = (step: Step): string =>
  ['who' in step ? step.who : null, step.verb, 'name' in step ? step.name : null, 'to' in step ? `to the ${step.to}` : null].filter(it => it !== null).join(' ')

/** A few messages, and how often what may happen to them; what is not named does not happen. */
export interface Story {
  readonly letters: Readonly<Partial<Record<Name, Letter>>>
  readonly bounds: Readonly<Partial<Record<Verb, number>>>
  /** Only one works. */
  readonly alone?: boolean
}

/** @returns the state before anything happened */
export const beginning = ({ bounds }: Story): State => ({ now: 0, messages: {}, hands: { A: null, B: null }, left: { ...bounds }, works: 0, written: 0 })

/** @returns a state that may be changed without changing this one */
export function copied ({ messages, hands, left, ...rest }: State): State {
  const copies: State['messages'] = {}
  for (const name of names) {
    const it = messages[name]
    if (it !== undefined) copies[name] = { ...it, work: it.work === null ? null : { ...it.work } }
  }
  return { ...rest, messages: copies, hands: { ...hands }, left: { ...left } }
}

/** @returns the messages that are there, in the order of acceptance */
export const here = ({ messages }: State): Message[] => names.map(it => messages[it]).filter(it => it !== undefined).sort((a, b) => a.seq - b.seq)

/** @returns what is in a hand, if it is still his; null when another got it since, or it came to its end otherwise */
export function held ({ messages }: State, { name, id, fence }: Hand): { readonly message: Message, readonly work: Work } | null {
  const [message, work] = [messages[name], messages[name]?.work]
  return message !== undefined && work != null && work.id === id && work.fence === fence && work.state === 'due' ? { message, work } : null
}

/** @returns which of them comes first, whatever lies between them */
function ranks (values: readonly number[]): (it: number) => number {
  const sorted = [...new Set(values)].sort((a, b) => a - b)
  return it => sorted.indexOf(it)
}

/**
 * States that differ only in who of the two is which, in how long ago something was, and in what was counted or written down, have one
 * future: they are one state.
 * @returns the same text for each of them
 */
export function keyOf (state: State): string {
  const all = here(state)
  const works = all.flatMap(({ work }) => work ?? [])
  const [due, id] = [ranks(works.map(it => it.due)), ranks(works.map(it => it.id))]
  const lease = (it: Work): string => it.lease === null ? 'free' : it.lease > state.now ? 'leased' : 'passed'
  const going = (it: Work): unknown[] => it.state === 'dead' ? [] : [due(it.due), it.due > state.now, lease(it), it.failing === null]
  const work = (it: Work): unknown[] => [it.kind, it.state, it.key, id(it.id), ...going(it)]
  const message = (it: Message): unknown[] => [it.name, it.key, it.verdict, it.delivery, it.answer, it.answered_by, it.disowned, it.offered === null, it.erased, ...state.left.erase === undefined ? [] : it.answerers, ...it.work === null ? [] : work(it.work)]
  const hand = (it: Hand | null): string => it === null ? 'nothing' : held(state, it)?.message.name ?? 'late'
  return [...all.map(it => message(it).join()), workers.map(it => hand(state.hands[it])).sort().join(), Object.values(state.left).join()].join(' ')
}
