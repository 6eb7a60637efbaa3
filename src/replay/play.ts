/** Plays one conversation, step by step, and tells of each what was expected and what came. */
import { createHash, randomUUID } from 'node:crypto'
import { Unusable } from '../core/core.ts'
import type { Family } from '../standard/standard.ts'
import type { Answering, Conversation, Expected, Receive, Repeat, Replaces, Send, SendFile, State, Step } from './conversation.ts'
import { headIn } from '../speak/speak.ts'
import { textIn, type Reply } from './door.ts'
import type { Freshen } from './fresh.ts'
import { fromHeader, made, madeAnswer, partyOf, type Made, type Scene } from './make.ts'
import { polled, type Calls, type Outgoing, type Said, type Speaker } from './speaker.ts'
import type { Tally } from './tally.ts'

/** What came of one step: types, ids, parties, codes and places only. */
export interface StepResult {
  readonly conversation: string
  readonly family: Family | null
  /** Which repetition, from 1. */
  readonly run: number
  readonly line: number
  readonly action: Step['kind']
  readonly who: string | null
  readonly to: string | null
  /** The message's name in the conversation, or its file. */
  readonly name: string
  readonly type: string | null
  readonly id: string | null
  readonly expected: string
  readonly got: string
  readonly ok: boolean
  readonly ms: number
  readonly findings: ReadonlyArray<{ readonly code: string, readonly path: string, readonly line: number | null }>
  /** What the door said of a message that was sent in this step. */
  readonly sent: string | null
}

/** A message that was sent or received here. */
interface Known { readonly made: Made, readonly outgoing: Outgoing | null, readonly id: string | null, readonly accepted: boolean, readonly at: number, readonly received: Uint8Array | null }

/** What all conversations share. */
export interface Stage {
  readonly calls: Calls
  /** How a played party speaks. */
  readonly speakerOf: (party: string) => Speaker
  readonly parties: readonly string[]
  readonly pace: () => Promise<void>
  readonly tally: Tally
  readonly report: (result: StepResult) => Promise<void>
}

/** One conversation to play; files have the family they have. */
export interface Played { readonly conversation: Conversation, readonly family: Family | null, readonly run: number, readonly freshen: Freshen }

type Outcome = Omit<StepResult, 'conversation' | 'family' | 'run' | 'line' | 'action' | 'name' | 'ms'>
type Act<S extends Step> = (step: S) => Promise<Outcome>

/** @returns whether all was as expected. @throws Unusable for a step that cannot be made; the error of a connection, or of an abort */
export async function play (stage: Stage, { conversation, family, run, freshen }: Played): Promise<boolean> {
  const acts = actsOf(stage, conversation, family ?? 'iwmo', freshen)
  let [good, played] = [true, 0]
  for (const step of conversation.steps) {
    stage.calls.signal.throwIfAborted()
    const started = performance.now()
    const outcome = await act(acts, step).catch((error: unknown) => { throw error instanceof Unusable ? new Unusable(`${conversation.name}, line ${step.line}: ${error.message}`) : error })
    if (outcome === null) continue
    played++
    const result = { conversation: conversation.name, family, run, line: step.line, action: step.kind, name: step.name, ...outcome, ms: Math.round(performance.now() - started) }
    stage.tally.result(result)
    await stage.report(result)
    good &&= result.ok
    if (!result.ok && conversation.stops) break
  }
  stage.tally.conversation(good ? 'as_expected' : 'different', conversation.steps.length - played)
  return good
}

interface Acts { readonly send: Act<Send>, readonly file: Act<SendFile>, readonly repeat: Act<Repeat>, readonly answer: Act<Answering>, readonly receive: (step: Receive) => Promise<Outcome | null>, readonly state: Act<State>, readonly replaces: (step: Replaces) => Promise<Outcome | null> }

/** @returns null for a step that has nothing to do here */
async function act (acts: Acts, step: Step): Promise<Outcome | null> {
  switch (step.kind) {
    case 'send': return await acts.send(step)
    case 'file': return await acts.file(step)
    case 'repeat': return await acts.repeat(step)
    case 'answer': return await acts.answer(step)
    case 'receive': return await acts.receive(step)
    case 'state': return await acts.state(step)
    case 'replaces': return await acts.replaces(step)
  }
}

/** @returns id of the message that a retour out of a file answers */
function answeredBy ({ bytes }: Made, known: ReadonlyMap<string, Known>): string | null {
  const { model, identificatie } = headIn(bytes)
  if (model?.role !== 'retour') return null
  return [...known.values()].find(it => it.made.type === model.answers && headIn(it.made.bytes).identificatie === identificatie)?.id ?? null
}

function actsOf (stage: Stage, { steps, name: conversation }: Conversation, family: Family, freshen: Freshen): Acts {
  const known = new Map<string, Known>()
  const bytesOf = (name: string): Uint8Array => {
    const it = known.get(name)
    if (it === undefined) throw new Unusable(`“${name}” was not sent`)
    return it.received ?? it.made.bytes
  }
  /** A refused message burns no Identificatie: its correction keeps it. */
  const identity = (step: Send | Answering): number => {
    const before = step.kind === 'send' && step.replaces !== null ? steps.find(it => it.kind === 'send' && it.name === step.replaces) : undefined
    return before?.kind === 'send' && before.expected.outcome === 'refused' ? identity(before) : step.line
  }
  const sceneOf = (step: Send | Answering): Scene => ({ family, conversation, parties: stage.parties, bytesOf, identity: identity(step) })

  const sent = async (name: string, it: Made, expected: Expected, { replaces = null, answers = null, again }: { replaces?: string | null, answers?: string | null, again?: Known } = {}): Promise<Outcome> => {
    await stage.pace()
    const at = performance.now()
    const outgoing: Outgoing = { number: randomUUID(), at: new Date(), ...again?.outgoing, party: it.party, bytes: it.bytes, to: it.to, expected: expected.code, replaces, answers: answers ?? again?.outgoing?.answers ?? null }
    const said = await stage.speakerOf(it.party).post(outgoing)
    const got = again !== undefined && said.id === again.id && said.outcome === 'accepted' ? { ...said, outcome: 'duplicate' } : said
    if (got.receipt) stage.tally.receipt(performance.now() - at)
    known.set(name, { made: it, outgoing, id: got.id, accepted: got.outcome === 'accepted', at, received: null })
    return { who: it.party, to: it.to, type: it.type, id: got.id, expected: words(expected), got: words({ ...got, at: null }), ok: agrees(expected, got), findings: got.findings, sent: got.outcome }
  }
  const fresh = (it: Made): Made => ({ ...it, bytes: freshen(it.bytes) })
  const calledTo = (name: string): boolean => {
    const to = known.get(name)?.made.to ?? ''
    return stage.parties.includes(to) && stage.speakerOf(to).called
  }

  return {
    send: async step => {
      const it = fresh(made(step, sceneOf(step)))
      return await sent(step.name, it, step.expected, { replaces: step.replaces === null ? null : known.get(step.replaces)?.id ?? null, answers: answeredBy(it, known) })
    },
    // A file that is to be refused is sent as it is: a fresh number could mend it.
    file: async step => {
      const it = fromHeader(step, stage.parties)
      return await sent(step.name, step.expected.outcome === 'refused' ? it : fresh(it), step.expected, { answers: answeredBy(it, known) })
    },
    answer: async step => await sent(step.name, fresh(madeAnswer(step, sceneOf(step))), step.expected, { answers: known.get(step.of)?.id ?? null }),
    repeat: async ({ who, name, expected }) => {
      const it = known.get(name)
      if (it === undefined) throw new Unusable(`“${name}” was not sent`)
      const outcome = await sent(name, { ...it.made, party: partyOf(who, stage.parties) }, expected, { again: it })
      known.set(name, it)
      return outcome
    },
    receive: async step => {
      const party = step.who === null ? known.get(step.name)?.made.to ?? null : partyOf(step.who, stage.parties)
      // After a file the mailbox of its receiver is looked at, when somebody here plays him and the file is on its way there.
      if (step.who === null && (party === null || !stage.parties.includes(party) || known.get(step.name)?.accepted !== true)) return null
      return await received(stage, step, party ?? '', known)
    },
    state: async ({ name, states }) => await seen(stage, known.get(name), states.join(' '), body => {
      const got = ['verdict', 'delivery', 'answer'].map(column => textIn(body, column))
      // What is pushed may have arrived before anybody looks.
      const there = (state: string): boolean => got.includes(state) || (state === 'offered' && got.includes('delivered') && calledTo(name))
      return states.every(there) ? null : got.filter(state => state !== '').join(' ') || 'not found'
    }),
    replaces: async ({ name, of }) => {
      // At a door of the chain nobody can say it; what was refused under the same Identificatie is known all the same.
      if (!stage.speakerOf(known.get(name)?.made.party ?? '').corrects && known.get(of)?.accepted === true) return null
      return await seen(stage, known.get(name), `replaces ${of}`, ({ replaces }) =>
        Array.isArray(replaces) && replaces.includes(known.get(of)?.id) ? null : known.get(of)?.id === null ? 'no id to replace' : 'replaces another, or nothing')
    }
  }
}

const words = ({ outcome, code, at }: Pick<Said, 'outcome' | 'code'> & Pick<Expected, 'at'>): string => `${outcome}${code === null ? '' : ` ${code}`}${at === null ? '' : ` at ${at}`}`
const agrees = (expected: Expected, got: Said): boolean => expected.outcome === got.outcome && (expected.code === null || expected.code === got.code) &&
  (expected.at === null || got.findings.some(it => it.path === expected.at))

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function received (stage: Stage, { name, number, of }: Receive, party: string, known: Map<string, Known>): Promise<Outcome> {
  const before = known.get(of ?? name)
  const type = number === null ? before?.made.type ?? null : `${before?.made.type?.slice(0, -3) ?? ''}${number}`
  const outcome = (got: string, id: string | null): Outcome => {
    const expected = `${stage.speakerOf(party).called ? 'on the endpoint' : 'in the mailbox'} of ${party} within ${stage.calls.timeout_ms / 1000} s`
    return { who: party, to: null, type, id, expected, got: got === '' ? 'received' : got, ok: got === '', findings: [], sent: null }
  }
  const id = of === null ? before?.id ?? null : await answerTo(stage, before)
  if (id === null) return outcome(of === null ? 'it has no id' : 'not there', null)
  const bytes = await stage.speakerOf(party).receive(party, id)
  if (!(bytes instanceof Uint8Array)) return outcome(bytes, id)
  if (before !== undefined) stage.tally.received(performance.now() - before.at)
  known.set(name, of === null && before !== undefined ? { ...before, received: bytes } : { made: { bytes, type, party: '', to: party }, outgoing: null, id, accepted: true, at: performance.now(), received: bytes })
  return outcome(of === null && before !== undefined && digest(bytes) !== digest(before.made.bytes) ? 'other bytes than were sent' : '', id)
}

/** @returns id of the answer to a message that somebody else sends, as soon as the gateway names one */
async function answerTo (stage: Stage, before: Known | undefined): Promise<string | null> {
  return await polled(stage.calls, async () => {
    const reply = await stage.calls.door.call(before?.made.party ?? '', 'GET', `/v1/messages/${before?.id ?? ''}`)
    return textIn(reply.body, 'answered_by') || null
  })
}

/** Looks at a message, as its sender where he is played, until it is as expected. @param lacks what there is instead; null when it is so */
async function seen (stage: Stage, it: Known | undefined, expected: string, lacks: (body: Reply['body']) => string | null): Promise<Outcome> {
  const who = [it?.made.party ?? '', it?.made.to ?? ''].find(party => stage.parties.includes(party)) ?? ''
  let got: string | null = 'not found'
  await polled(stage.calls, async () => {
    got = lacks((await stage.calls.door.call(who, 'GET', `/v1/messages/${it?.id ?? ''}`)).body)
    return got === null || null
  })
  return { who, to: null, type: it?.made.type ?? null, id: it?.id ?? null, expected, got: got ?? expected, ok: got === null, findings: [], sent: null }
}
