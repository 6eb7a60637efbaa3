/** What people decide, in verbs of the domain: dead letters driven again, held messages released or refused, tasks done. */
import type { AccountId, Instant, MessageId, PartyCode, TaskId, TaskState, RetryPolicies } from '../core/core.ts'
import type { MessageType } from '../standard/model.ts'
import type { StoppedFilter } from './stopped.ts'
import type { Page, StoredMessage, View } from './verbs.ts'

/** Who decided, when, and why; `by` null is the command line. The reason is a code (`isCode`). */
export interface Decided { readonly by: AccountId | null, readonly reason: string, readonly now: Instant }

/** redriven: it will be tried again, as if for the first time, under its own id. Otherwise why not; then nothing changed. replaced: its sender sent another instead, or it is an answer that counts no more. */
export type Redriven = 'redriven' | 'absent' | 'not_dead' | 'answered' | 'replaced' | 'payload_gone'

/** Something a handler asks a person to do. It holds codes only; what it is about stands in the message. */
export interface NewTask { readonly code: string, readonly due?: Instant | null }
/** A task as it is opened, with the end of its message's delivery. */
export interface OpenedTask extends NewTask { readonly id: TaskId, readonly handler: string }
export interface Task {
  readonly id: TaskId
  readonly message: MessageId
  readonly type: MessageType
  /** In whose name it is to be done: who got the message. */
  readonly party: PartyCode
  readonly handler: string
  readonly code: string
  readonly opened: Instant
  readonly due: Instant | null
  readonly state: TaskState
  readonly decided: Decided | null
}
/** Absent means any; `view`: only those about what it receives. */
export interface TaskFilter { readonly state: TaskState, readonly party?: PartyCode, readonly view?: View, readonly code?: string, readonly cursor?: string, readonly limit: number }

/** Dead letters: looked over, and driven again. */
export interface DeadVerbs {
  /** Longest dead first. */
  deadLetters (filter: StoppedFilter): Promise<Page<StoredMessage>>
  /**
   * Puts at most 1,000 messages back to work, all in one transaction. Who shares an order key goes in the order of acceptance.
   * @param policies what holds from now on for what is pushed to a party
   * @returns one answer for each id
   */
  redrive (ids: readonly MessageId[], decided: Decided, policies: RetryPolicies): Promise<Redriven[]>
  /** The same answers, and nothing is changed. */
  mayRedrive (ids: readonly MessageId[]): Promise<Redriven[]>
}

/** Held messages and tasks, which wait for a person. */
export interface DecidingVerbs {
  /** Longest held first. */
  held (filter: Omit<StoppedFilter, 'class'>): Promise<Page<StoredMessage>>
  /**
   * release: handlers look again, and what they hold now goes on all the same. refuse: dead, functional, with the reason; what it leaves
   * behind for rules never counts, and what it answers waits for a better answer.
   * not_held: nobody waits for a decision, or not any more.
   */
  decideHeld (id: MessageId, decision: 'release' | 'refuse', decided: Decided): Promise<'done' | 'absent' | 'not_held'>
  /** Oldest first. */
  tasks (filter: TaskFilter): Promise<Page<Task>>
  /** @param view for which it must be visible */
  decideTask (id: TaskId, decision: 'done' | 'refused', decided: Decided, view?: View): Promise<'done' | 'absent' | 'decided'>
}
