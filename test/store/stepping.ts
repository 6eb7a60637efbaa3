/** What each step does in the model of `states.ts`, and what the store says to it. */
import { Draft } from './drafting.ts'
import { deeds, held, here, names, outcomes, receiverOf, workers, type Deed, type Hand, type Letter, type Message, type Name, type Outcome, type Party, type State, type Step, type Story, type Verb, type Who, type Work } from './states.ts'

/** How the world is after a step, and what was said. */
export interface Stepped { readonly after: State, readonly says: string, readonly events: readonly string[], readonly idle: boolean }

/** What a handler, an endpoint or a person gives as reason. */
export const reasons = { fails: 'http_503', busy: 'http_429', dead: 'http_422', hold: 'look', reject: 'TR006', release: 'seen', refuse: 'wrong', redrive: 'mended', disown: 'StUF055' } as const

const letterOf = ({ letters }: Story, name: Name): Letter => {
  const letter = letters[name]
  if (letter === undefined) throw new Error(`no ${name} in this story`)
  return letter
}

function accept (draft: Draft, name: Name): string {
  const [letter, all] = [letterOf(draft.story, name), here(draft.state)]
  const { answers, begins, pushed, caused } = letter
  if (draft.state.messages[name] !== undefined) return 'duplicate'
  const asked = all.find(it => it.name === answers)
  if (answers !== null && (asked === undefined || (asked.offered === null && !caused))) return 'ZP_RETOUR_UNKNOWN'
  if (asked?.answer === 'answered') return 'ZP_RETOUR_SECOND'
  const offered = begins === 'offered'
  const message: Message = {
    name, letter, seq: all.length + 1, key: letter.key ?? asked?.key ?? '', verdict: 'accepted', delivery: begins, answer: answers === null ? 'awaited' : 'none', answered_by: null, disowned: null,
    offered: offered ? draft.now : null, delivered: null, erased: false, answerers: [], work: null
  }
  draft.state.messages[name] = message
  draft.write(message, offered ? 'accepted offered' : 'accepted')
  if (!offered) draft.begin(message, 'handle')
  if (asked !== undefined) draft.answer(asked, message)
  if (offered && pushed) draft.begin(message, 'push')
  return 'stored'
}

/** @returns what somebody who claims is told */
export const claimed = (name: Name, { attempts, failing, lease, released }: Pick<Work, 'attempts' | 'failing' | 'lease' | 'released'>): string =>
  `${name}, try ${attempts}, failing since ${failing}, until ${lease}, released ${released}`

/** The first of what is due and nobody has. A hold that ends by itself does so when handlers look. */
function claim (draft: Draft, who: Who, kind: Work['kind'], to: Party | null): string {
  const first = (state: Work['state']): { readonly message: Message, readonly work: Work } | undefined => here(draft.state)
    .flatMap(message => message.work?.kind === kind && message.work.state === state && (to ?? receiverOf(message.letter)) === receiverOf(message.letter) ? [{ message, work: message.work }] : [])
    .filter(({ work }) => work.due <= draft.now && (work.lease ?? 0) <= draft.now)
    .sort((a, b) => a.work.due - b.work.due || a.work.id - b.work.id)[0]
  const waits = first('held')
  if (waits !== undefined) {
    Object.assign(waits.work, { state: 'due', since: draft.now })
    waits.message.delivery = 'waiting'
  }
  const found = first('due')
  if (found === undefined) return 'nothing'
  const { message: { name }, work } = found
  Object.assign(work, { fence: work.fence + 1, attempts: work.attempts + 1, lease: draft.now + 1 })
  draft.state.hands[who] = { name, id: work.id, fence: work.fence, kind }
  return claimed(name, work)
}

const later = (draft: Draft, message: Message, work: Work, what: Partial<Work> & { readonly reason: string }): void => {
  Object.assign(work, { fence: work.fence + 1, lease: null, due: draft.now + 1, ...what })
  draft.write(message, `later ${what.reason}`)
}

/** It is shown to its receiver from now on, and pushed where a handler had it and there is an endpoint. */
function show (draft: Draft, message: Message, work: Work, since: number): void {
  if (work.kind === 'handle' && message.letter.pushed) draft.turn(message, work)
  else draft.end(message)
  Object.assign(message, { delivery: 'offered', offered: since })
}

function reject (draft: Draft, message: Message, work: Work, shown: boolean): void {
  for (const it of names) if (draft.story.letters[it]?.caused === true && letterOf(draft.story, it).answers === message.name) accept(draft, it)
  if (shown) show(draft, message, work, draft.now)
  else {
    draft.end(message)
    Object.assign(message, { delivery: 'none', offered: null })
  }
  message.verdict = 'rejected'
  draft.write(message, `rejected ${reasons.reject}`)
  draft.reopen(message)
}

type Ends = (draft: Draft, message: Message, work: Work) => void
const ends: Readonly<Record<Outcome, Ends>> = {
  offers (draft, message, work) {
    show(draft, message, work, message.offered ?? draft.now)
    draft.write(message, 'offered')
  },
  'leaves in the mailbox' (draft, message, work) {
    show(draft, message, work, message.offered ?? draft.now)
    draft.write(message, 'offered mailbox')
  },
  delivers (draft, message) {
    draft.end(message)
    Object.assign(message, { delivery: 'delivered', delivered: draft.now })
    draft.write(message, 'delivered pushed')
  },
  rejects (draft, message, work) { reject(draft, message, work, false) },
  'rejects and shows' (draft, message, work) { reject(draft, message, work, true) },
  holds (draft, message, work) {
    draft.stop(message, work, { state: 'held', reason: reasons.hold, due: Infinity, attempts: 0, failing: null })
    draft.write(message, `held ${reasons.hold}`)
  },
  'holds a while' (draft, message, work) {
    draft.stop(message, work, { state: 'held', reason: reasons.hold, due: draft.now + 1, attempts: 0, failing: null })
    draft.write(message, `held ${reasons.hold}`)
  },
  'fails with' (draft, message, work) { later(draft, message, work, { reason: reasons.fails, failing: work.failing ?? draft.now }) },
  // A handler that puts off did not fail; an endpoint that is busy did not take it.
  'puts off' (draft, message, work) { later(draft, message, work, { reason: reasons.busy, attempts: work.attempts - 1, failing: work.kind === 'push' ? work.failing : null }) },
  'gives up' (draft, message, work) {
    draft.stop(message, work, { state: 'dead', class: 'functional', reason: reasons.dead, due: Infinity })
    draft.write(message, `dead ${reasons.dead}`)
  }
}

/** What is in hand comes to an outcome, or goes back untouched: if it is still his. */
function finish (draft: Draft, who: Who, hand: Hand, verb: Outcome | 'hands back'): string {
  draft.state.hands[who] = null
  const his = held(draft.state, hand)
  if (verb === 'hands back') {
    if (his !== null) Object.assign(his.work, { fence: his.work.fence + 1, lease: null, attempts: his.work.attempts - 1 })
    return 'back'
  }
  if (his === null) return 'stale'
  ends[verb](draft, his.message, his.work)
  return 'done'
}

function renew (draft: Draft, hand: Hand): string {
  const his = held(draft.state, hand)
  if (his !== null) his.work.lease = draft.now + 1
  return his === null ? 'not his' : 'his'
}

/** It was answered by somebody who has it: not by the gateway in his name. */
const answered = ({ state }: Draft, { answered_by: by }: Message): boolean => by !== null && state.messages[by]?.letter.caused === false

function redrive (draft: Draft, message: Message): string {
  const { work, name, letter: { answers } } = message
  const asked = here(draft.state).find(it => it.name === answers)
  if (message.delivery !== 'dead') return 'not_dead'
  if (message.erased) return 'payload_gone'
  if (answered(draft, message)) return 'answered'
  if (asked !== undefined && asked.answered_by !== name && (message.disowned === null || asked.answered_by !== null)) return 'replaced'
  if (work?.kind === 'handle') draft.anew(work, { state: 'due', released: null })
  if (work?.kind === 'push') {
    draft.anew(work, { state: 'blocked', released: null })
    draft.free(work.key, message)
  }
  message.delivery = work?.kind === 'push' ? 'offered' : 'waiting'
  if (message.disowned !== null) {
    Object.assign(message, { answer: message.answered_by !== null ? 'answered' : message.disowned === 'none' ? 'none' : 'awaited', disowned: null })
    if (asked !== undefined && asked.answered_by === null) draft.answer(asked, message)
  }
  draft.write(message, `redriven ${reasons.redrive}`)
  return 'redriven'
}

function disown (draft: Draft, message: Message): string {
  if (message.offered === null) return 'absent'
  if (message.disowned !== null) return 'done'
  if (answered(draft, message)) return 'answered'
  draft.end(message)
  draft.begin(message, 'push', { state: 'dead', class: 'functional', reason: reasons.disown, due: Infinity })
  Object.assign(message, { delivery: 'dead', disowned: message.answer, answer: message.answer === 'awaited' ? 'none' : message.answer })
  draft.reopen(message)
  draft.write(message, `dead ${reasons.disown}`)
  return 'done'
}

/** What is erased is in nobody's way: it and its answers have keys of their own from now on. */
function erase (draft: Draft, message: Message): string {
  if (message.erased) return 'nothing'
  message.erased = true
  if (!['none', 'delivered'].includes(message.delivery)) {
    if (message.work !== null) Object.assign(message.work, { state: 'dead', class: 'functional', lease: null, fence: message.work.fence + 1, reason: 'erased', due: Infinity, since: draft.now })
    Object.assign(message, { delivery: 'dead', answer: message.answer === 'awaited' ? 'none' : message.answer })
  }
  const answers = here(draft.state).filter(it => it.letter.answers === message.name && it.key === message.key)
  for (const it of [message, ...answers]) it.key = ''
  for (const it of [message, ...answers]) unordered(draft, it)
  draft.write(message, 'erased')
  return 'erased'
}

function unordered (draft: Draft, message: Message): void {
  const { work } = message
  if (work === null || work.key === `#${message.name}`) return
  const before = work.key
  work.key = `#${message.name}`
  if (work.state === 'blocked') Object.assign(work, { state: 'due', due: Math.max(work.due, draft.now), since: draft.now })
  else if (work.kind === 'push' && work.state === 'due') work.due = Math.max(work.due, draft.now)
  draft.free(before, message)
}

const done: Readonly<Record<Deed, (draft: Draft, message: Message) => string>> = {
  acknowledge (draft, message) {
    if (message.delivery === 'delivered') return 'done'
    if (message.delivery !== 'offered') return 'absent'
    draft.end(message)
    Object.assign(message, { delivery: 'delivered', delivered: draft.now })
    draft.write(message, 'delivered')
    return 'done'
  },
  disown,
  redrive,
  release (draft, message) {
    if (message.work?.state !== 'held') return 'not_held'
    draft.anew(message.work, { state: 'due', released: reasons.release })
    message.delivery = 'waiting'
    draft.write(message, `released ${reasons.release}`)
    return 'done'
  },
  refuse (draft, message) {
    if (message.work?.state !== 'held') return 'not_held'
    draft.stop(message, message.work, { state: 'dead', class: 'functional', reason: reasons.refuse, due: Infinity })
    draft.write(message, `refused_by_person ${reasons.refuse}`)
    draft.reopen(message)
    return 'done'
  },
  erase
}

function restart (draft: Draft): string {
  const leased = here(draft.state).flatMap(({ work }) => work ?? []).filter(it => it.lease !== null)
  for (const it of leased) Object.assign(it, { lease: null, fence: it.fence + 1 })
  return `${leased.length} freed`
}

function taken (draft: Draft, step: Step): string {
  switch (step.verb) {
    case 'accept': return accept(draft, step.name)
    case 'claims': return claim(draft, step.who, 'handle', null)
    case 'claims a push': return claim(draft, step.who, 'push', step.to)
    case 'time passes':
      draft.state.now += 1
      return 'later'
    case 'restart': return restart(draft)
    case 'acknowledge': case 'disown': case 'redrive': case 'release': case 'refuse': case 'erase':
      return done[step.verb](draft, draft.of(step.name))
    default: {
      const hand = draft.state.hands[step.who]
      if (hand === null) throw new Error('nothing in hand')
      return step.verb === 'renews' ? renew(draft, hand) : finish(draft, step.who, hand, step.verb)
    }
  }
}

/** To whom this is said, he changed nothing of what is stored. */
const noes: ReadonlySet<string> = new Set(['duplicate', 'ZP_RETOUR_UNKNOWN', 'ZP_RETOUR_SECOND', 'nothing', 'stale', 'not his', 'absent', 'answered', 'not_dead', 'payload_gone', 'replaced', 'not_held', '0 freed'])

/** @returns what comes of a step; `before` stays as it is */
export function stepped (story: Story, before: State, step: Step): Stepped {
  const draft = new Draft(story, before)
  const [says, left] = [taken(draft, step), draft.state.left[step.verb]]
  if (left !== undefined && !noes.has(says)) draft.state.left[step.verb] = left - 1
  return { after: draft.state, says, events: draft.events, idle: noes.has(says) }
}

const alike = (a: Letter, b: Letter): boolean => JSON.stringify(a) === JSON.stringify(b)

/** What is late comes to nothing, whatever it is: one outcome tells that. */
const endsOf = (state: State, hand: Hand): ReadonlyArray<Outcome | 'renews' | 'hands back'> => [...held(state, hand) === null ? [outcomes[hand.kind][0]] : outcomes[hand.kind], 'renews', 'hands back']

/** @returns all that may happen next; of messages that are alike the first comes first, of two with empty hands A takes */
export function stepsOf ({ letters, alone }: Story, state: State): Step[] {
  const may = (verb: Verb): boolean => (state.left[verb] ?? 0) > 0
  const steps: Step[] = []
  for (const name of names) {
    const letter = letters[name]
    if (letter === undefined || letter.caused || !may('accept')) continue
    const sooner = names.slice(0, names.indexOf(name)).some(it => { const other = letters[it]; return other !== undefined && alike(other, letter) && state.messages[it] === undefined })
    const again = state.messages[name] !== undefined && state.messages[name].seq < here(state).length
    if (!sooner && !again) steps.push({ verb: 'accept', name })
  }
  const parties = [...new Set(Object.values(letters).filter(it => it.pushed).map(receiverOf))]
  for (const who of workers) {
    const hand = state.hands[who]
    if (hand !== null) for (const verb of endsOf(state, hand)) { if (may(verb)) steps.push({ verb, who, name: hand.name }) }
    if (hand !== null || (who === 'B' && (state.hands.A === null || alone === true))) continue
    if (may('claims')) steps.push({ verb: 'claims', who })
    if (may('claims a push')) for (const to of parties) steps.push({ verb: 'claims a push', who, to })
  }
  for (const verb of deeds) if (may(verb)) for (const { name } of here(state)) steps.push({ verb, name })
  for (const verb of ['time passes', 'restart'] as const) if (may(verb)) steps.push({ verb })
  return steps
}
