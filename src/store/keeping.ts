/** How long things are kept and under which keys: the verbs that forget, erase, and bring what is kept under new keys. */
import type { AccountId, Instant, MessageId, PartyCode, Sha256 } from '../core/core.ts'
import type { Family } from '../standard/model.ts'
import type { Mark } from '../vault/vault.ts'
import type { RefusedItem } from './verbs.ts'

/** payload: the bytes, what was found in them, and their key. metadata: all but what a repeat needs. refused: messages that were refused, whole. batch: batches that have ended, with what was told of their members. */
export type SweepKind = 'payload' | 'metadata' | 'refused' | 'batch'
/** How long facts are kept, and with them the payload they come from: so many days after the end of an assignment, or of the year of a claim's DeclaratiePeriode. */
export interface FactTerms { readonly assignment_days: number, readonly claim_days: number }
/** One window: messages after the place `after` (0 at first), received before `before`; ends at whichever bound comes first. `dry` only counts. Without `history` facts have no end. */
export interface SweepStep { readonly before: Instant, readonly now: Instant, readonly after: number, readonly messages_max: number, readonly bytes_max: number, readonly dry: boolean, readonly history?: FactTerms }
/** What one window did. `kept`: old enough, and why it stayed. `after`: where the next begins; null when there is none. */
export interface Swept { readonly swept: number, readonly bytes: number, readonly kept: Readonly<Record<'undelivered' | 'awaiting' | 'payload' | 'history', number>>, readonly after: number | null }

/** A message about a person. `shared`: it contains other persons too; `undelivered`: its receiver has not fetched it. */
export interface Subject { readonly seq: number, readonly id: MessageId, readonly type: string, readonly received: Instant, readonly sha256: Sha256, readonly shared: boolean, readonly undelivered: boolean }

/** A refused message that is kept whole: who is in it is not known. */
export type RefusedText = Pick<RefusedItem, 'id' | 'at' | 'party' | 'family' | 'sha256'> & { readonly type: string, readonly payload: Uint8Array }

/** A key of a ring by its name, and how many rows are under it. */
export interface KeyUse { readonly key: string, readonly rows: number }
/** A message whose clients are marked under an older key, to be marked anew from its payload. */
export interface Marked { readonly seq: number, readonly key: string, readonly family: Family, readonly afzender: PartyCode, readonly ontvanger: PartyCode, readonly payload: Uint8Array }
/** Where the next window begins. */
export interface MarkedPlace { readonly key: string, readonly seq: number }

/** Parts of tables that are cut by month, by their names. */
export interface Months { readonly made: readonly string[], readonly dropped: readonly string[] }

export interface KeepingVerbs {
  /** Where tables are cut by month: makes the parts of this month and those to come, and drops what is over and empty. What others stand in the way of is left for another time. */
  months (now: Instant): Promise<Months>
  /** Forgets what was received before a moment, one window at a time; what is undelivered, or awaits an answer before its due, stays. */
  sweep (kind: SweepKind, step: SweepStep): Promise<Swept>
  /** Everything about a person, by his marks under all keys, in order of acceptance. */
  subjects (person: readonly Mark[]): Promise<Subject[]>
  /** Destroys key, payload, findings and marks of those messages that are (still) about the person; shared or undelivered ones only where that was said; and what is known of him by messages that were erased for another. @returns those it was done to */
  erase (seqs: readonly number[], person: readonly Mark[], how: { readonly shared: boolean, readonly undelivered: boolean, readonly account: AccountId | null, readonly now: Instant }): Promise<Subject[]>
  /** Refused messages whose bytes are kept, from an id on (null: the first), as many as the window takes. */
  refusedTexts (after: MessageId | null, window: { readonly messages_max: number, readonly bytes_max: number }): Promise<readonly RefusedText[]>
  /** Takes refused messages away, whole. @returns those it was done to */
  eraseRefused (ids: readonly MessageId[], account: AccountId | null, now: Instant): Promise<readonly MessageId[]>
  /** How much is under each key of the three rings; counts every row. */
  keyUse (): Promise<Readonly<Record<'kek' | 'index' | 'audit', readonly KeyUse[]>>>
  /** Wraps up to `limit` data keys under the current key that are under an older one. @returns how many; 0: none is left */
  rewrap (limit: number, now: Instant): Promise<number>
  /** Messages whose clients are marked under an older key, as far as their payload is here, from a place on (null: the first). @returns null when none is left */
  marked (after: MarkedPlace | null, window: { readonly messages_max: number, readonly bytes_max: number }): Promise<{ readonly items: readonly Marked[], readonly next: MarkedPlace } | null>
  /** Puts marks under the current key in the place of those under `key`; `persons` are each client's marks under every key, by which facts about them follow. @returns of how many messages; one that lost its marks meanwhile stays without */
  remark (items: ReadonlyArray<{ readonly seq: number, readonly key: string, readonly marks: readonly Mark[], readonly persons?: ReadonlyArray<readonly Mark[]> }>, now: Instant): Promise<number>
}
