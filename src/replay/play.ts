/** Plays one conversation, step by step, and tells of each what was expected and what came. */
import { createHash } from 'node:crypto'
import { Unusable } from '../core/core.ts'
import type { Family } from '../standard/standard.ts'
import type { Answering, Conversation, Expected, Receive, Repeat, Replaces, Send, SendFile, State, Step } from './conversation.ts'
import { pause, textIn, waitOf, type Door, type Reply } from './door.ts'
import type { Freshen } from './fresh.ts'
import type { Mailboxes } from './mailbox.ts'
import { fromHeader, made, madeAnswer, partyOf, type Made, type Scene } from './make.ts'
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
interface Known { readonly made: Made, readonly id: string | null, readonly accepted: boolean, readonly at: number, readonly received: Uint8Array | null }

/** What all conversations share. */
export interface Stage {
  readonly door: Door
  readonly mailboxes: Mailboxes
  readonly parties: readonly string[]
  readonly pace: () => Promise<void>
  readonly tally: Tally
  readonly timeout_ms: number
  readonly signal: AbortSignal
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
    stage.signal.throwIfAborted()
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

interface Acts { readonly send: Act<Send>, readonly file: Act<SendFile>, readonly repeat: Act<Repeat>, readonly answer: Act<Answering>, readonly receive: (step: Receive) => Promise<Outcome | null>, readonly state: Act<State>, readonly replaces: Act<Replaces> }

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

  const sent = async (name: string, it: Made, expected: Expected, replaces: string | null = null): Promise<Outcome> => {
    await stage.pace()
    const at = performance.now()
    const reply = await post(stage, it, expected, replaces)
    const got = saidOf(reply)
    const id = idOf(reply)
    if (reply.status < 300) stage.tally.receipt(performance.now() - at)
    known.set(name, { made: it, id, accepted: got.outcome === 'accepted', at, received: null })
    return { who: it.party, to: it.to, type: it.type, id, expected: words(expected), got: words(got), ok: agrees(expected, got), findings: got.findings, sent: got.outcome }
  }
  const fresh = (it: Made): Made => ({ ...it, bytes: freshen(it.bytes) })

  return {
    send: async step => await sent(step.name, fresh(made(step, sceneOf(step))), step.expected, step.replaces === null ? null : known.get(step.replaces)?.id ?? null),
    // A file that is to be refused is sent as it is: a fresh number could mend it.
    file: async step => {
      const it = fromHeader(step, stage.parties)
      return await sent(step.name, step.expected.outcome === 'refused' ? it : fresh(it), step.expected)
    },
    answer: async step => await sent(step.name, fresh(madeAnswer(step, sceneOf(step))), step.expected),
    repeat: async ({ who, name, expected }) => {
      const it = known.get(name)
      if (it === undefined) throw new Unusable(`“${name}” was not sent`)
      const outcome = await sent(name, { ...it.made, party: partyOf(who, stage.parties) }, expected)
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
      return states.every(state => got.includes(state)) ? null : got.filter(state => state !== '').join(' ') || 'not found'
    }),
    replaces: async ({ name, of }) => await seen(stage, known.get(name), `replaces ${of}`, ({ replaces }) =>
      Array.isArray(replaces) && replaces.includes(known.get(of)?.id) ? null : known.get(of)?.id === null ? 'no id to replace' : 'replaces another, or nothing')
  }
}

/** Sends until the gateway no longer asks to wait, or the time is over. */
async function post (stage: Stage, { party, bytes }: Made, expected: Expected, replaces: string | null): Promise<Reply> {
  const end = performance.now() + stage.timeout_ms
  for (;;) {
    const reply = await stage.door.call(party, 'POST', '/v1/messages', bytes, { 'content-type': 'application/xml', ...(replaces === null ? {} : { replaces }) })
    const wait_ms = waitOf(reply)
    if (wait_ms === null || textIn(reply.body, 'code') === expected.code || performance.now() + wait_ms > end) return reply
    stage.tally.waited()
    await pause(wait_ms, stage.signal)
  }
}

const stored = /^\/v1\/messages\/([0-9a-f-]{36})$/
/** @returns the message's id: of a refused one when the gateway keeps it */
const idOf = ({ status, body }: Reply): string | null => (status < 300 ? textIn(body, 'id') : stored.exec(textIn(body, 'instance'))?.[1]) || null

/** What the door said. */
interface Said { readonly outcome: string, readonly code: string | null, readonly at: string | null, readonly findings: StepResult['findings'] }

function saidOf ({ status, headers, body }: Reply): Said {
  const list: unknown = body['findings']
  const findings = (Array.isArray(list) ? list : []).map(it => {
    const { code, path, line } = Object(it)
    return { code: String(code), path: String(path), line: typeof line === 'number' ? line : null }
  })
  const code = textIn(body, 'code')
  if (status < 300 && textIn(body, 'id') !== '') return { outcome: headers['duplicate'] === 'true' ? 'duplicate' : textIn(body, 'verdict'), code: null, at: null, findings }
  return { outcome: code === '' ? `HTTP ${status}, not an answer of Zorgpoort` : 'refused', code: code === '' ? null : code, at: null, findings }
}

const words = ({ outcome, code, at }: Omit<Said, 'findings'>): string => `${outcome}${code === null ? '' : ` ${code}`}${at === null ? '' : ` at ${at}`}`
const agrees = (expected: Expected, got: Said): boolean => expected.outcome === got.outcome && (expected.code === null || expected.code === got.code) &&
  (expected.at === null || got.findings.some(it => it.path === expected.at))

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function received (stage: Stage, { name, number, of }: Receive, party: string, known: Map<string, Known>): Promise<Outcome> {
  const before = known.get(of ?? name)
  const type = number === null ? before?.made.type ?? null : `${before?.made.type?.slice(0, -3) ?? ''}${number}`
  const outcome = (got: string, id: string | null): Outcome => {
    const expected = `in the mailbox of ${party} within ${stage.timeout_ms / 1000} s`
    return { who: party, to: null, type, id, expected, got: got === '' ? 'received' : got, ok: got === '', findings: [], sent: null }
  }
  const id = of === null ? before?.id ?? null : await answerTo(stage, before)
  if (id === null) return outcome(of === null ? 'it has no id' : 'not there', null)
  const arrival = await stage.mailboxes.arrives(party, id, stage.timeout_ms)
  if (arrival !== 'there') return outcome(arrival === 'absent' ? 'not there' : `HTTP ${arrival.status} ${arrival.code}`.trim(), id)
  if (before !== undefined) stage.tally.received(performance.now() - before.at)
  const bytes = await fetched(stage, party, id)
  if (!(bytes instanceof Uint8Array)) return outcome(bytes, id)
  known.set(name, of === null && before !== undefined ? { ...before, received: bytes } : { made: { bytes, type, party: '', to: party }, id, accepted: true, at: performance.now(), received: bytes })
  return outcome(of === null && before !== undefined && digest(bytes) !== digest(before.made.bytes) ? 'other bytes than were sent' : '', id)
}

/** @returns id of the answer to a message that somebody else sends, as soon as the gateway names one */
async function answerTo (stage: Stage, before: Known | undefined): Promise<string | null> {
  return await polled(stage, async () => {
    const reply = await stage.door.call(before?.made.party ?? '', 'GET', `/v1/messages/${before?.id ?? ''}`)
    return textIn(reply.body, 'answered_by') || null
  })
}

/** Fetches and acknowledges. @returns the bytes, or what the gateway said instead */
async function fetched (stage: Stage, party: string, id: string): Promise<Uint8Array | string> {
  const payload = await calm(stage, async () => await stage.door.call(party, 'GET', `/v1/messages/${id}/payload`))
  if (payload.status !== 200) return `its payload: HTTP ${payload.status} ${textIn(payload.body, 'code')}`
  const { status, body } = await calm(stage, async () => await stage.door.call(party, 'DELETE', `/v1/mailbox/${id}`))
  return status === 204 ? payload.bytes : `its acknowledgement: HTTP ${status} ${textIn(body, 'code')}`
}

/** Asks again while the gateway asks to wait, within the time there is. */
async function calm (stage: Stage, ask: () => Promise<Reply>): Promise<Reply> {
  const end = performance.now() + stage.timeout_ms
  for (;;) {
    const reply = await ask()
    const wait_ms = waitOf(reply)
    if (wait_ms === null || performance.now() + wait_ms > end) return reply
    stage.tally.waited()
    await pause(wait_ms, stage.signal)
  }
}

/** Asks until there is an answer or the time is over. */
async function polled<T> (stage: Stage, ask: () => Promise<T | null>): Promise<T | null> {
  const end = performance.now() + stage.timeout_ms
  for (let gap = 20; ; gap = Math.min(gap * 1.5, 250)) {
    const answer = await ask()
    if (answer !== null || performance.now() + gap > end) return answer
    await pause(gap, stage.signal)
  }
}

/** Looks at a message, as its sender where he is played, until it is as expected. @param lacks what there is instead; null when it is so */
async function seen (stage: Stage, it: Known | undefined, expected: string, lacks: (body: Reply['body']) => string | null): Promise<Outcome> {
  const who = [it?.made.party ?? '', it?.made.to ?? ''].find(party => stage.parties.includes(party)) ?? ''
  let got: string | null = 'not found'
  await polled(stage, async () => {
    got = lacks((await stage.door.call(who, 'GET', `/v1/messages/${it?.id ?? ''}`)).body)
    return got === null || null
  })
  return { who, to: null, type: it?.made.type ?? null, id: it?.id ?? null, expected, got: got ?? expected, ok: got === null, findings: [], sent: null }
}
