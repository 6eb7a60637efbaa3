/** Notices in verbs of the domain: what a party is told by a message of the protocol (Fo01), on its way there. */
import type { Instant, MessageId, PartyCode, RetryPolicies } from '../core/core.ts'
import type { Notice } from './arriving.ts'
import type { Decided } from './deciding.ts'
import type { Claimed, Finish, Finished, Page } from './verbs.ts'

export const noticeStates = ['due', 'sent', 'dead'] as const
/** due: on its way, or waiting for its next try. sent: its endpoint took it. dead: given up, with a reason. */
export type NoticeState = typeof noticeStates[number]

/** A notice as operators see it: without what it says. */
export interface StoredNotice extends Pick<Notice, 'id' | 'target' | 'code' | 'made'> {
  readonly state: NoticeState
  /** The message it is about, or under which id the refused one is kept; null where neither is. */
  readonly about: MessageId | null
  readonly attempts: number
  /** When the next try is planned; null where it is not on its way. */
  readonly next: Instant | null
  /** A try goes on at this moment. */
  readonly under_way: boolean
  /** Code of the last failure, or of giving up; null while none failed. */
  readonly reason: string | null
  /** When it was sent or given up; null while it is on its way. */
  readonly ended: Instant | null
}

/** A notice under a lease; `delivery` is its number in the store. A result with an older fence changes nothing. */
export interface NoticeClaimed extends Pick<Claimed, 'delivery' | 'fence' | 'attempt' | 'failing_since'>, Pick<Notice, 'id' | 'target' | 'code' | 'body' | 'policy'> {}

/** How a try ended: by the same words as a push. */
export interface NoticeFinish extends Pick<Finish, 'delivery' | 'fence'> {
  readonly outcome: Extract<Finish['outcome'], { readonly kind: 'delivered' | 'later' | 'dead' }>
}

/** Absent means any; without `state` what is dead, then what is on its way. */
export interface NoticeFilter { readonly state?: NoticeState, readonly party?: PartyCode, readonly cursor?: string, readonly limit: number }

export const noticeAnswers = ['again', 'absent', 'not_dead', 'replaced', 'gone'] as const
/** again: it is tried as if for the first time, with the same bytes. Otherwise why not; then nothing changed. replaced: what it is about came again since, and got another answer. gone: what it says is not kept any more. */
export type NoticeAgain = typeof noticeAnswers[number]

export interface NoticeVerbs {
  /** Parties with notices on their way, each with when the next may be claimed; cheap also beside very many. */
  noticeTargets (): Promise<ReadonlyArray<{ readonly target: PartyCode, readonly due: Instant }>>
  /** Takes the first that is due for this party under a lease; one at a time. @returns null when none is, or one is under a lease already */
  claimNotice (target: PartyCode, lease_ms: number, now: Instant): Promise<NoticeClaimed | null>
  /** Extends a lease. @returns false when it had passed to another */
  renewNotice (delivery: number, fence: number, until: Instant): Promise<boolean>
  /** Hands claimed notices back untouched, at once; attempts do not count. */
  releaseNotices (claims: ReadonlyArray<Pick<NoticeClaimed, 'delivery' | 'fence'>>): Promise<void>
  /** Records how a try ended; of what was sent only that is kept. @returns stale: the lease had passed to another, or this was recorded already; nothing changed */
  finishNotice (finish: NoticeFinish, now: Instant): Promise<Extract<Finished, 'done' | 'stale'>>
  /**
   * Gives up what waited longer than its policy for a party whose endpoint has been down since `failing_since`, also what was never tried.
   * @returns how many; as long as it is `limit` there may be more
   */
  giveUpNotices (target: PartyCode, failing_since: Instant, limit: number, now: Instant): Promise<number>
  /** For operators: dead ones first, then as they were made. @throws Refusal ZP_QUERY for a cursor that is none */
  notices (filter: NoticeFilter): Promise<Page<StoredNotice>>
  /**
   * Puts dead ones back on their way, at most 1,000, all in one transaction.
   * @param policies what holds from now on for what is brought to a party
   * @returns one answer for each id
   */
  noticesAgain (ids: readonly MessageId[], decided: Decided, policies: RetryPolicies): Promise<NoticeAgain[]>
}
