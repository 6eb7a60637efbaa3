/** Plays conversations, as often and as fast as asked: several at a time, each in its own order. */
import type { Family } from '../standard/standard.ts'
import { Unusable } from '../core/core.ts'
import type { Conversation } from './conversation.ts'
import { pacer, type Door } from './door.ts'
import type { Endpoint } from './endpoint.ts'
import { freshNumbers, type Freshen } from './fresh.ts'
import { ggkSpeaker } from './ggk.ts'
import { partyOf, receiverOf } from './make.ts'
import { play, type Stage, type StepResult } from './play.ts'
import { restSpeaker } from './rest.ts'
import type { Calls, Speaker } from './speaker.ts'
import { openTally, type Summary } from './tally.ts'
import { vspSpeaker } from './vsp.ts'

/** By which door a party that is played speaks. */
export const playedDoors = ['rest', 'ggk', 'vsp'] as const
export type PlayedDoor = typeof playedDoors[number]

export interface Plan {
  /** What one run plays, in this order; a folder of files has no family of its own. */
  readonly scenes: ReadonlyArray<{ readonly conversation: Conversation, readonly family: Family | null }>
  readonly parties: readonly string[]
  /** By which door each speaks; `rest` where nothing is said. */
  readonly doors?: ReadonlyMap<string, PlayedDoor>
  readonly repeat: number
  /** Runs at a time. */
  readonly concurrency: number
  readonly fresh: boolean
  readonly per_second_max: number | null
  readonly timeout_ms: number
}

export interface Tools {
  readonly door: Door
  /** Where those who speak by GGk are called; null where nobody does. */
  readonly endpoint?: Endpoint | null
  readonly report: (result: StepResult) => Promise<void>
  /** Its abort ends the replay at once; the summary tells how far it came. */
  readonly signal: AbortSignal
}

/** What came of it; `error` is what ended it before its time, but for an abort. */
export interface Replayed { readonly summary: Summary, readonly error: Error | null }

/** Who speaks by GGk and has no endpoint is never called. */
const nowhere: Endpoint = { arrives: async () => null }
const asItIs: Freshen = bytes => bytes

/** @throws Unusable when somebody acts whom nobody plays */
export function checkPlayed ({ scenes, parties }: Pick<Plan, 'scenes' | 'parties'>): void {
  if (parties.length === 0) throw new Unusable('nobody is played; give keys with --as CODE=CERTIFICATE,KEY')
  for (const step of scenes.flatMap(it => it.conversation.steps)) {
    if ('who' in step && step.who !== null) partyOf(step.who, parties)
    if (step.kind === 'send') receiverOf(step, parties)
  }
}

/** Plays to the end, to an abort, or to an error; the summary tells how far it came. */
export async function replay (plan: Plan, { door, endpoint = null, report, signal: asked }: Tools): Promise<Replayed> {
  const own = new AbortController()
  const signal = AbortSignal.any([asked, own.signal])
  const tally = openTally()
  const calls: Calls = { door, signal, timeout_ms: plan.timeout_ms, waited: tally.waited }
  const speakers: Readonly<Record<PlayedDoor, Speaker>> = { rest: restSpeaker(calls), ggk: ggkSpeaker(calls, endpoint ?? nowhere), vsp: vspSpeaker(calls) }
  const stage: Stage = { calls, tally, report, parties: plan.parties, speakerOf: party => speakers[plan.doors?.get(party) ?? 'rest'], pace: pacer(plan.per_second_max, signal) }
  let [next, error]: [number, Error | null] = [0, null]
  const worker = async (): Promise<void> => {
    for (let run = ++next; run <= plan.repeat && !signal.aborted; run = ++next) {
      for (const scene of plan.scenes) await play(stage, { ...scene, run, freshen: plan.fresh ? freshNumbers() : asItIs })
    }
  }
  await Promise.all(Array.from({ length: Math.min(plan.concurrency, plan.repeat) }, async () => await worker().catch((cause: unknown) => {
    tally.conversation('unfinished', 0)
    if (!signal.aborted) error = cause instanceof Error ? cause : new Error('unknown')
    own.abort()
  })))
  return { summary: tally.summary(asked.aborted), error }
}
