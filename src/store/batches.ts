/** What the store can do with batches, and how they are told. */
import type { AccountId, BatchId, Finding, Fingerprint, Instant, MemberState, MessageId, PartyCode, RefusalCode, Sha256 } from '../core/core.ts'
import type { ListFilter, Page } from './verbs.ts'

/** A place in a batch; `index` counts from 1 in the order of the archive. */
export interface MemberOf { readonly batch: BatchId, readonly index: number }

/** A ZIP of messages, looked at and found good. */
export interface NewBatch {
  readonly id: BatchId
  readonly account: AccountId
  readonly party: PartyCode
  readonly certificate: Fingerprint | null
  readonly received: Instant
  readonly sha256: Sha256
  readonly zip: Uint8Array
  /** What the client called its files: kept encrypted. */
  readonly members: ReadonlyArray<{ readonly name: string, readonly size_bytes: number }>
}

/** Whose batches somebody may see: those of the party, or when an account is named only what that handed in. */
export interface BatchReader { readonly party: PartyCode, readonly account: AccountId | null }

export interface StoredBatch extends Pick<NewBatch, 'id' | 'account' | 'party' | 'received' | 'sha256'> {
  readonly size_bytes: number
  readonly members: number
  readonly counts: Readonly<Record<MemberState, number>>
  readonly started: Instant | null
  readonly ended: Instant | null
  /** When it goes on after a failure of ours, and its code; null when nothing fails. */
  readonly next_try: Instant | null
  readonly last_reason: string | null
}

/** What became of a member that is not stored by this batch. */
export interface MemberEnd {
  readonly index: number
  readonly state: Extract<MemberState, 'duplicate' | 'refused' | 'failed'>
  /** What it became, was before, or is kept as for its sender to correct. */
  readonly message: MessageId | null
  readonly code: RefusalCode | null
  readonly detail: string | null
  readonly findings: readonly Finding[]
}

export interface BatchMember extends Omit<MemberEnd, 'state'> {
  /** How many there are; `findings` may hold only the first of them. */
  readonly findings_total: number
  readonly state: MemberState
  readonly name: string
  readonly size_bytes: number
  readonly ended: Instant | null
}

/** A batch under a lease: its members from `next` on have no end yet. */
export interface ClaimedBatch extends Pick<NewBatch, 'id' | 'account' | 'party' | 'certificate'> {
  readonly fence: number
  readonly next: number
  /** Claims since the member before `next` ended, this one included. */
  readonly attempt: number
  /** Since when `next` keeps failing; null while it does not. */
  readonly failing_since: Instant | null
}

/** done: every member has ended; the ZIP goes. later: on from where it was; `failed`: the code of what went wrong, null when it is only handed back. */
export type BatchEnd = { readonly kind: 'done' } | { readonly kind: 'later', readonly due: Instant, readonly failed: string | null }

/** The verbs of batches. */
export interface BatchVerbs {
  /** @returns the batch, or the first one of the same bytes by this account for this party */
  createBatch (batch: NewBatch): Promise<{ readonly kind: 'stored' | 'duplicate', readonly id: BatchId }>
  batch (by: BatchReader, id: BatchId): Promise<StoredBatch | null>
  /** In the order of the archive, each with its first three findings: a batch may have hundreds of thousands. */
  batchMembers (by: BatchReader, id: BatchId): Promise<readonly BatchMember[] | null>
  /** One member with all its findings. @param index counts from 1 */
  batchMember (by: BatchReader, id: BatchId, index: number): Promise<BatchMember | null>
  /** Newest first. @throws Refusal ZP_QUERY for a cursor that is none */
  batches (filter: BatchReader & Pick<ListFilter, 'cursor' | 'limit'>): Promise<Page<StoredBatch>>
  /** Takes the batch that is due longest, under a lease. */
  claimBatch (lease_ms: number, now: Instant): Promise<ClaimedBatch | null>
  /** The ZIP of a claimed batch. @throws Unopened when it does not open any more */
  batchZip (id: BatchId): Promise<Uint8Array>
  /** Extends a lease. @returns false when it had passed to another */
  renewBatch (id: BatchId, fence: number, until: Instant): Promise<boolean>
  /** Records how a member ended that was not stored; one that ended before keeps its first end. */
  endMember (id: BatchId, fence: number, end: MemberEnd, now: Instant): Promise<'done' | 'stale'>
  endBatch (id: BatchId, fence: number, end: BatchEnd, now: Instant): Promise<'done' | 'stale'>
}
