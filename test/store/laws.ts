/** What the store promises of messages, deliveries and answers, in words: each holds in every state, or along every step, of the model. */
import { held, here, keyOf, names, receiverOf, type Message, type Name, type State } from './states.ts'
import type { Edge, Graph, Node } from './walking.ts'

type OfState = (state: State) => boolean
type OfStep = (from: State, edge: Edge) => boolean

const works = (state: State) => here(state).flatMap(message => message.work === null ? [] : [{ message, work: message.work }])
/** Work of one key, in order of acceptance. */
const keys = (state: State) => [...Map.groupBy(works(state), ({ message, work }) => `${receiverOf(message.letter)} ${work.key}`).values()]
const workIs = ({ work }: Message, kind: string, ...states: readonly string[]): boolean => work !== null && work.kind === kind && states.includes(work.state)

const ofStates: Readonly<Record<string, OfState>> = {
  'what waits is due to handlers, what is held is held, what is offered is pushed or only lies there, and of what is at its end nothing is left to do': state => here(state).every(it => {
    switch (it.delivery) {
      case 'waiting': return workIs(it, 'handle', 'due')
      case 'held': return workIs(it, 'handle', 'held')
      case 'offered': return it.work === null || workIs(it, 'push', 'due', 'blocked')
      case 'dead': return it.work?.state === 'dead' || (it.work === null && it.erased)
      case 'none': case 'delivered': return it.work === null
    }
    return false
  }),
  'nothing is dead without a reason and its class': state => works(state).every(({ work }) => work.state !== 'dead' || (work.reason !== null && work.class !== null)),
  'who has work has it alone': state => {
    const { A, B } = state.hands
    return A === null || B === null || A.name !== B.name || held(state, A) === null || held(state, B) === null
  },
  'of an order key one is pushed at a time': state => keys(state).every(all => all.filter(({ work }) => work.kind === 'push' && work.state === 'due').length <= 1),
  'who waits for others of his key waits for one that goes on': state => keys(state).every(all => {
    const first = all.findIndex(({ work }) => work.state === 'blocked')
    return first < 0 || all.some(({ work }, nth) => work.state === 'due' && (work.kind === 'push' || nth < first))
  }),
  'what is answered is so by one message that answers it, and what is not is by none': state => here(state).every(it =>
    (it.answer === 'answered') === (it.answered_by !== null) && (it.answered_by === null || state.messages[it.answered_by]?.letter.answers === it.name)),
  'of what its receiver refused no answer is awaited': state => here(state).every(it => it.disowned === null || (it.delivery === 'dead' && it.answer !== 'awaited'))
}

const handOf = (from: State, { step }: Edge) => 'who' in step && step.verb !== 'claims' && step.verb !== 'claims a push' ? from.hands[step.who] : null
/** Messages before and after a step. */
const each = (from: State, { after }: Edge): Array<readonly [Message | undefined, Message]> => here(after).map(it => [from.messages[it.name], it] as const)
const does = ({ step }: Edge, verb: string, name?: Name): boolean => step.verb === verb && (name === undefined || ('name' in step && step.name === name))
const stored = (state: State): string => JSON.stringify([here(state), state.works, state.written])
/** A step of an answer to this message. */
const ofAnswer = (edge: Edge, name: Name): boolean => 'name' in edge.step && edge.after.messages[edge.step.name]?.letter.answers === name

const ofSteps: Readonly<Record<string, OfStep>> = {
  'to whom the store says no, he changed nothing': (from, edge) => !edge.idle || stored(from) === stored(edge.after),
  'what is not in hand any more comes to nothing: the lease passed and another has it, or it ended otherwise': (from, edge) => {
    const hand = handOf(from, edge)
    return hand === null || held(from, hand) !== null || stored(from) === stored(edge.after)
  },
  'a lease that passed still counts as long as nobody else has the work': (from, edge) => {
    const hand = handOf(from, edge)
    return hand === null || held(from, hand) === null || edge.says !== 'stale'
  },
  'nobody is given what another has under a lease that has not passed, or what is not due yet': (from, edge) => {
    const hand = 'who' in edge.step ? edge.after.hands[edge.step.who] : null
    const work = hand === null ? null : from.messages[hand.name]?.work ?? null
    return !edge.step.verb.startsWith('claims') || work === null || (work.due <= from.now && (work.lease ?? 0) <= from.now)
  },
  'nothing is pushed while an earlier one of its key was never tried': (from, edge) => {
    const hand = 'who' in edge.step ? edge.after.hands[edge.step.who] : null
    const claimed = edge.step.verb !== 'claims a push' || hand === null ? undefined : from.messages[hand.name]
    return claimed?.work == null || works(from).every(({ message, work }) =>
      work.key !== claimed.work?.key || receiverOf(message.letter) !== receiverOf(claimed.letter) || message.seq >= claimed.seq || work.fence > 0 || work.state === 'dead' || work.state === 'held')
  },
  'a message is delivered once, and stays so until its receiver refuses it': (from, edge) => each(from, edge).every(([before, after]) =>
    before?.delivery !== 'delivered' || (!edge.events.some(it => it.startsWith(`${after.name} delivered`)) && (after.delivery === 'delivered' || does(edge, 'disown', after.name)))),
  'what is dead comes back when it is driven again, or has arrived when its receiver answers it': (from, edge) => each(from, edge).every(([before, after]) =>
    before?.delivery !== 'dead' || after.delivery === 'dead' || edge.says === 'redriven' || (after.delivery === 'delivered' && edge.says === 'stored' && ofAnswer(edge, after.name))),
  'what is driven again goes as if for the first time': (from, edge) => each(from, edge).every(([, { name, delivery, work }]) =>
    edge.says !== 'redriven' || !does(edge, 'redrive', name) || (work !== null && work.attempts === 0 && work.failing === null && work.reason === null && work.class === null && ['waiting', 'offered'].includes(delivery))),
  'an answer is given to what has none, and taken back only when it is refused': (from, edge) => each(from, edge).every(([before, after]) => before === undefined || before.answered_by === after.answered_by ||
    (before.answered_by === null ? edge.events.includes(`${after.name} answered ${after.answered_by}`) : after.answered_by === null && (does(edge, 'disown', before.answered_by) || does(edge, 'refuse', before.answered_by) || does(edge, 'rejects', before.answered_by)))),
  'nobody but its receiver has anything of what was never offered': (from, edge) => !does(edge, 'acknowledge') || edge.says !== 'done' || each(from, edge).every(([, it]) => !does(edge, 'acknowledge', it.name) || it.offered !== null)
}

const atEnd = ({ state }: Node): boolean => here(state).every(({ work }) => work === null || work.state === 'dead')

/** @returns states from which what is here cannot come to its end any more; of a graph that is whole */
export function stuck ({ nodes }: Graph): readonly Node[] {
  const from = new Map<Node, Node[]>(nodes.map(it => [it, []]))
  for (const node of nodes) for (const { to } of node.edges) from.get(to)?.push(node)
  const fine = new Set(nodes.filter(atEnd))
  for (const node of fine) for (const it of from.get(node) ?? []) fine.add(it)
  return nodes.filter(it => !fine.has(it))
}

/** @returns each law that is broken, and where */
export function broken ({ nodes }: Graph): string[] {
  const wrong: string[] = []
  for (const { state, edges } of nodes) {
    for (const [law, holds] of Object.entries(ofStates)) if (!holds(state)) wrong.push(`${law}: not in ${keyOf(state)}`)
    for (const edge of edges) for (const [law, holds] of Object.entries(ofSteps)) if (!holds(state, edge)) wrong.push(`${law}: not when in ${keyOf(state)} comes ${JSON.stringify(edge.step)}`)
  }
  return wrong
}

/** What is drawn beside a step that was another message's. */
const ofOther: Readonly<Record<string, string>> = { accept: 'answered', redrive: 'answer redriven', disown: 'answer disowned', refuse: 'answer refused', rejects: 'answer rejected' }

/** @returns the lines of a drawing: every way in which one of the three states of a message becomes another, and by which steps */
export function drawn (graphs: readonly Graph[], what: 'delivery' | 'answer'): string[] {
  const lines = new Map<string, Set<string>>()
  for (const { nodes } of graphs) {
    for (const { state, edges } of nodes) {
      for (const { step, after } of edges) {
        for (const name of names) {
          const [before, it] = [state.messages[name]?.[what] ?? '[*]', after.messages[name]?.[what] ?? '[*]']
          if (before === it) continue
          const [line, own] = [`${before} --> ${it}`, !('name' in step) || step.name === name]
          lines.set(line, (lines.get(line) ?? new Set()).add(own ? step.verb : before === '[*]' ? 'with a rejection' : ofOther[step.verb] ?? step.verb))
        }
      }
    }
  }
  return [...lines].map(([line, verbs]) => `${line}: ${[...verbs].sort().join(', ')}`).sort()
}
