/** What the store can do, in verbs of the domain: each one transaction, and the same on every database. */
import type { AccountId, Answer, DeadClass, Delivery, Door, Finding, Fingerprint, Instant, MessageId, PartyCode, Referentienummer, RefusalCode, RetryPolicy, Sha256, Verdict } from '../core/core.ts'
import type { Pair } from '../history/history.ts'
import type { Family, MessageType } from '../standard/model.ts'
import type { Topic } from './db.ts'
import type { ArrivalVerbs, Wire } from './arriving.ts'
import type { BatchVerbs, MemberOf } from './batches.ts'
import type { CountVerbs } from './counts.ts'
import type { DeadVerbs, DecidingVerbs, OpenedTask } from './deciding.ts'
import type { KeepingVerbs } from './keeping.ts'
import type { FactVerbs, KeptFacts } from './kept.ts'
import type { NoticeVerbs } from './noticing.ts'
import type { DestinationVerbs, PushVerbs } from './pushing.ts'
import type { RequestVerbs } from './requests.ts'
import type { Register, RegisterChange } from './registered.ts'
import type { SetBackVerbs } from './setback.ts'
import type { SourceVerbs } from './sourced.ts'
import type { TenureVerbs } from './tenure.ts'
import type { AuditVerbs } from './trail.ts'
import type { Mark } from '../vault/vault.ts'

/** What is known of a message without its payload. */
export interface Envelope {
  readonly id: MessageId
  readonly family: Family
  readonly type: MessageType
  readonly release: string
  /** The Header's Afzender and Ontvanger; a retour travels the other way. */
  readonly afzender: PartyCode
  readonly ontvanger: PartyCode
  /** Who sends this message and who gets it. */
  readonly sender: PartyCode
  readonly receiver: PartyCode
  /** The message's own number: BerichtIdentificatie, or of a retour IdentificatieRetour. */
  readonly identificatie: string
  readonly sha256: Sha256
  readonly size_bytes: number
  readonly received: Instant
  readonly account: AccountId | null
  readonly door: Door
  /** An `import` came before there was this gateway: it has neither receipt nor seal, and no party is shown it. */
  readonly origin: 'party' | 'gateway' | 'import'
  readonly referentienummer: Referentienummer
  readonly conversatie: Referentienummer
  /** The message this one answers. */
  readonly answers: MessageId | null
  readonly verdict: Verdict
}

/** What a message answers and how its Header must repeat that message's. */
export interface Correlation {
  readonly type: MessageType
  /** Sender of the message that is answered. */
  readonly sender: PartyCode
  readonly identificatie: string
  /** Header leaves that must be the same, path to text, as the answering message repeats them. */
  readonly echo: Readonly<Record<string, string>>
}

/** A sender's own signature that held: the CMS as it came, who made it, and when that was found. */
export interface KeptSignature {
  /** DER. */
  readonly cms: Uint8Array
  readonly signer: Fingerprint
  /** The signer's certificate, DER, also where it did not come along. */
  readonly certificate: Uint8Array
  readonly checked: Instant
}

/** A message that was refused at the door, for the party in whose name it came. */
export interface RefusedItem {
  readonly id: MessageId
  readonly at: Instant
  readonly party: PartyCode
  readonly account: AccountId | null
  readonly door: Door
  readonly family: Family
  readonly type: MessageType
  /** As far as it could be read. */
  readonly identificatie: string | null
  readonly code: RefusalCode
  readonly detail: string | null
  readonly findings: readonly Finding[]
  readonly sha256: Sha256
  readonly size_bytes: number
  /** Null where none of it may be kept. */
  readonly payload: Uint8Array | null
  /** What its sender said it replaces. */
  readonly replaces: MessageId | null
}
/** The same, as it is listed: why it was refused is asked one by one. */
export interface RefusedMessage extends Omit<RefusedItem, 'detail' | 'findings' | 'payload' | 'replaces'> { readonly replaced_by: MessageId | null }
export type RefusedDetail = RefusedMessage & Pick<RefusedItem, 'detail' | 'findings'> & { readonly payload_kept: boolean }
/** Filters of a list of refused messages; absent means any. */
export interface RefusedFilter extends Pick<ListFilter, 'view' | 'type' | 'identificatie' | 'from' | 'to' | 'cursor' | 'limit'> {
  /** Whether something replaces it. */
  readonly corrected?: boolean
}

/** A message ready to be stored. `conversatie` and `answers` of an answer are filled in by the store from what it answers. */
export interface Acceptance {
  readonly envelope: Envelope
  readonly payload: Uint8Array
  /** DER of the detached CMS. */
  readonly seal: Uint8Array
  /** The sender's own, where it gave one. */
  readonly signature?: KeptSignature | null
  /** The receipt's exact bytes (JSON, UTF-8). */
  readonly receipt: Uint8Array
  readonly findings: readonly Finding[]
  /** Header leaves, path to text, against which an answer's echo is checked. */
  readonly header: Readonly<Record<string, string>>
  /** `offered`: it goes to a mailbox and nobody has to look at it first, so it needs no delivery work. */
  readonly delivery: Extract<Delivery, 'none' | 'waiting' | 'held' | 'offered'>
  readonly answer: Extract<Answer, 'none' | 'awaited'>
  /** From when on its answer is overdue, when it is offered at once; null where no term runs (yet). */
  readonly answer_due: Instant | null
  /** Messages with one key are pushed in order; null: that of the message it answers. */
  readonly order_key: string | null
  /** Marks of everybody it is about; the store never sees a Bsn. */
  readonly clients: readonly Mark[]
  readonly correlation: Correlation | null
  /** The message of this sender that it corrects; what it does not name, and was refused under its key, it corrects all the same. */
  readonly replaces: MessageId | null
  /** Of which batch it is a member, if any: that it was taken is recorded in the same transaction. */
  readonly member?: MemberOf | undefined
  /** Messages the gateway makes because of this one, such as the retour of a rejected one: stored with it, all or none. */
  readonly caused?: readonly Acceptance[] | undefined
  /** It is pushed to its receiver from when it is offered, by this policy; absent or null: it lies in the mailbox only. */
  readonly push?: RetryPolicy | null
  /** What it leaves behind; absent or null where no history is kept between the two. It counts from when the message is offered. */
  readonly facts?: KeptFacts | null
  /** By which number it came, where it came by a door of the chain: that is written down in the same transaction, in the place of what was refused under it. */
  readonly wire?: Wire | null
  /** It rejects, as a whole, what it answers: that does not count from now on. */
  readonly voids?: boolean
}

/**
 * stored: durable now. duplicate: identical bytes came before under this key; its first receipt. refused: nothing was
 * stored (ZP_IDENTIFICATIE_REUSED, ZP_REPLACES, ZP_RETOUR_UNKNOWN, ZP_RETOUR_SECOND, ZP_CROSS, or ZP_RETOUR_ECHO with every element that differs; ZP_INTERNAL: what it caused could not be stored);
 * ZP_NUMBER: other bytes came under its number; ZP_BUSY: another message took its referentienummer meanwhile, and it needs another); `message` is the one that stands in the way.
 */
export type Accepted =
  | { readonly kind: 'stored', readonly id: MessageId }
  | { readonly kind: 'duplicate', readonly id: MessageId, readonly receipt: Uint8Array }
  | { readonly kind: 'refused', readonly code: RefusalCode, readonly message: MessageId | null, readonly differences: readonly Difference[] }

/** A Header element that an answer does not repeat unchanged; what the answered message has there, null when nothing. */
export interface Difference { readonly path: string, readonly expected: string | null }

/** A piece of delivery work under a lease. `fence` rises with every claim: a result with an older one changes nothing. */
export interface Claimed {
  readonly delivery: number
  readonly fence: number
  readonly attempt: number
  /** When the first try failed since the last one that did not; null when the last one did not, or there was none. */
  readonly failing_since: Instant | null
  readonly lease_until: Instant
  /** Why a person released it: what a handler still holds goes on all the same. Null while nobody did. */
  readonly released: string | null
  readonly envelope: Envelope
}

/** How a claimed delivery ended. `caused` are messages the gateway made while dealing with it, stored in the same transaction. */
export interface Finish {
  readonly delivery: number
  readonly fence: number
  readonly outcome:
    /** `answer_due`: from when on its answer is overdue. `findings`: what its sender is told all the same. `push`: it is pushed from now on; absent or null: it lies in the mailbox only. */
    | { readonly kind: 'offered', readonly answer_due?: Instant | null, readonly findings?: readonly Finding[], readonly push?: RetryPolicy | null }
    /** Its endpoint took it. */
    | { readonly kind: 'delivered' }
    | { readonly kind: 'later', readonly due: Instant, readonly reason: string, readonly counts: boolean }
    /** `until`: then handlers look again, whatever anybody decided. */
    | { readonly kind: 'held', readonly reason: string, readonly until?: Instant | null }
    /** `deliver`: its receiver gets it all the same, and sees that it was rejected; by `push` as what is offered. */
    | { readonly kind: 'rejected', readonly findings: readonly Finding[], readonly deliver?: boolean, readonly push?: RetryPolicy | null }
    | { readonly kind: 'dead', readonly class: DeadClass, readonly reason: string }
  readonly caused?: readonly Acceptance[]
  /** What a person is asked to do about it, stored in the same transaction. */
  readonly tasks?: readonly OpenedTask[]
  /** What it was judged against: it is recorded only while that is of the same version. */
  readonly history?: { readonly pair: Pair, readonly version: number }
}
/** done: recorded. stale: the lease had passed to another, or this was finished or handed back already; nothing changed. refused: this result, or a message it caused, could not be stored, and trying again will not help; nothing changed. outdated: history is of another version by now; nothing changed, the lease holds, and it is to be judged again. */
export type Finished = 'done' | 'stale' | 'refused' | 'outdated'

/** A message as its parties and operators see it. */
export interface StoredMessage extends Envelope {
  readonly delivery: Delivery
  readonly answer: Answer
  readonly answered_by: MessageId | null
  /** From when on the awaited answer is overdue; null while the message is not offered, and where no answer is asked. */
  readonly answer_due: Instant | null
  readonly offered: Instant | null
  readonly delivered: Instant | null
  readonly dead_class: DeadClass | null
  readonly dead_reason: string | null
  /** What is left to do: shown to handlers (`handle`) or pushed (`push`), and where that stands; null when nothing is. */
  readonly work: Work | null
  /** Since when and why its payload is not here any more; null while it is. */
  readonly payload_gone: { readonly at: Instant, readonly why: 'retention' | 'erased' } | null
  /** The worker's next try and the number of tries so far; null and 0 when nothing is left to do. */
  readonly next_try: Instant | null
  readonly attempts: number
  /** Who signed it for its sender; null where nobody did. */
  readonly signer: Fingerprint | null
}

/** What keeps a message: `due` for its next try or under way, `blocked` behind another, `held` for a person, `dead`. */
export interface Work {
  readonly kind: 'handle' | 'push'
  readonly state: 'due' | 'blocked' | 'held' | 'dead'
  /** Since when it is in this state, as far as that is known. */
  readonly since: Instant | null
  readonly attempts: number
  /** When the next try is planned, or a hold ends by itself; null where nobody knows. */
  readonly next: Instant | null
  /** A try goes on at this moment. */
  readonly under_way: boolean
  /** Code of the last failure, of the holding or of giving up. */
  readonly reason: string | null
  /** The message it waits for; null where it is not blocked. */
  readonly behind: MessageId | null
}

export interface HistoryRow { readonly at: Instant, readonly event: string, readonly account: AccountId | null, readonly detail: string | null }

/**
 * For which party somebody asks, and of which families he may send and receive for it. Visible is what the party sent in a
 * family of `send`; and what was offered to it in a family of `receive`, or as answer to what a family of `send` sent.
 */
export interface View { readonly party: PartyCode, readonly send: readonly Family[], readonly receive: readonly Family[] }

/** Filters of a list; absent means any. `view` is always set: a list is what one party may see. */
export interface ListFilter {
  readonly view: View
  readonly type?: MessageType
  readonly verdict?: Verdict
  readonly delivery?: Delivery
  readonly answer?: Answer
  readonly counterpart?: PartyCode
  /** Only those whose answer is awaited and was due at or before this moment. */
  readonly overdue?: Instant
  readonly identificatie?: string
  /** Received at or after, and before. */
  readonly from?: Instant
  readonly to?: Instant
  /** From the previous page. */
  readonly cursor?: string
  readonly limit: number
}
/** What is looked for in a mailbox: messages of these types, of a conversation, or that answer a message; by the numbers as the view's party knows them. */
export type MailboxSearch = { readonly types: readonly MessageType[] } | { readonly conversatie: string } | { readonly answers: string }
/** Filters of an operator's list: of all parties, or sent by this one or to it. */
export type OperatorFilter = Omit<ListFilter, 'view' | 'counterpart'> & { readonly party?: PartyCode }
export interface Page<T> { readonly items: readonly T[], readonly next: string | null }

/** What lies ready for a receiver: how many (no more than 10,000 are counted), and since when the first of them. */
export interface Depth { readonly receiver: PartyCode, readonly depth: number, readonly oldest: Instant }

/** Counts for operators; queries, never counters that drift, and none that grows with the store: above 10,000 nothing is counted. */
export interface StoreStats {
  /** Messages that handlers have still to look at, since they were received. */
  readonly queue: readonly Depth[]
  /** Messages still to be pushed, since the one that is given up first was offered. */
  readonly pushes: readonly Depth[]
  /** Offered, not pushed, and not yet acknowledged; since they were offered. */
  readonly mailbox: readonly Depth[]
  /** Messages whose answer should have been there, per party that is to answer. */
  readonly overdue: ReadonlyArray<{ readonly receiver: PartyCode, readonly count: number }>
  /** Since when the audit has rows that no checkpoint tells of; null when there are none. */
  readonly unchecked: Instant | null
  /** Since when a row of the audit waits to be chained; null when none does. */
  readonly unchained: Instant | null
  /** How many rows waited a minute ago or later that never will be: who wrote them had no key, or copied them. */
  readonly strange: number
  /** Messages that are not at their end, per delivery state. */
  readonly deliveries: Readonly<Record<Extract<Delivery, 'waiting' | 'held' | 'offered' | 'dead'>, number>>
  /** What was given up, per class. */
  readonly dead: Readonly<Record<DeadClass, number>>
  /** Notices (Fo01) on their way, and given up. */
  readonly notices: Readonly<Record<'due' | 'dead', number>>
  /** Since when the first that is held waits for a person; null when none does. */
  readonly held: Instant | null
  /** Tasks nobody has decided yet. */
  readonly tasks: number
  /** Of each list of an external source that ends, when the first part of it does. */
  readonly sources: ReadonlyArray<{ readonly list: string, readonly until: Instant }>
  /** Messages of an import of history that goes on, or was broken off. */
  readonly importing: number
  /** TLS certificates of active accounts; `ending` has less than thirty days to go. */
  readonly certificates: Readonly<Record<'valid' | 'ending' | 'expired', number>>
}

/** The storage itself; null where it cannot be told. */
export interface StoreMeasures {
  /** Pieces of writing that wait for their turn. */
  readonly waiting: number
  readonly database_bytes: number | null
  readonly wal_bytes: number | null
  /** What the disk still takes. */
  readonly free_bytes: number | null
  /** Connections to the server that this process has, and may have; absent where there is none. */
  readonly connections?: number
  readonly connections_max?: number
}

/** Told of what storage does, beside doing it; must not throw. */
export interface StoreObserver {
  /** A commit that is on disk, or failed: how many pieces of writing shared it, and what it took from its begin. */
  committed (pieces: number, duration_ms: number): void
  /** A message was acknowledged for the first time, so long after it was offered. */
  collected (duration_ms: number): void
}

export interface Store extends ArrivalVerbs, AuditVerbs, BatchVerbs, CountVerbs, DeadVerbs, DestinationVerbs, DecidingVerbs, FactVerbs, KeepingVerbs, NoticeVerbs, PushVerbs, RequestVerbs, SetBackVerbs, SourceVerbs, TenureVerbs {
  /** Stores what arrives together in one transaction and answers item by item; concurrent calls share a commit. */
  accept (items: readonly Acceptance[]): Promise<Accepted[]>
  /** @returns what these bytes got when they came before under this key; null when they did not */
  earlier (key: Pick<Envelope, 'sender' | 'type' | 'identificatie' | 'sha256'>): Promise<{ readonly id: MessageId, readonly receipt: Uint8Array } | null>
  /** Takes up to `limit` due deliveries, oldest first, under a lease of `lease_ms`. */
  claim (limit: number, lease_ms: number, now: Instant): Promise<Claimed[]>
  /** Extends a lease. @returns false when it had passed to another */
  renew (delivery: number, fence: number, until: Instant): Promise<boolean>
  /** Hands claimed work back untouched, at once; attempts do not count. */
  release (claims: ReadonlyArray<{ readonly delivery: number, readonly fence: number }>): Promise<void>
  /** Records results, each of them whole or not at all, and whatever becomes of the others. */
  finish (items: readonly Finish[], now: Instant): Promise<Finished[]>
  /** Oldest first, only what this view sees as receiver, is offered and not yet acknowledged. @param search only this of it */
  mailbox (view: View, limit: number, search?: MailboxSearch): Promise<StoredMessage[]>
  /** The receiver has it. done also when it already had. */
  acknowledge (view: View, id: MessageId, account: AccountId, now: Instant): Promise<'done' | 'absent'>
  /** What the view may see: as sender always; as receiver from offered on. */
  message (view: View, id: MessageId): Promise<StoredMessage | null>
  list (filter: ListFilter): Promise<Page<StoredMessage>>
  /** For operators and auditors. */
  listAny (filter: OperatorFilter): Promise<Page<StoredMessage>>
  /** Of the accounts only those that acted for the view's own party: who acts for the other side is its affair. */
  history (view: View, id: MessageId): Promise<HistoryRow[] | null>
  /** What was found wrong, for its sender; its receiver sees none. */
  findings (view: View, id: MessageId): Promise<readonly Finding[] | null>
  payload (view: View, id: MessageId): Promise<Uint8Array | null>
  seal (view: View, id: MessageId): Promise<Uint8Array | null>
  receipt (view: View, id: MessageId): Promise<Uint8Array | null>
  /** The sender's own signature; null also where it gave none. */
  signature (view: View, id: MessageId): Promise<KeptSignature | null>
  /** For the operator's command line: whatever party it is of, with every account. */
  inspect (id: MessageId): Promise<{ readonly message: StoredMessage, readonly history: readonly HistoryRow[] } | null>
  /** Raised by every change of parties, accounts or certificates, by whichever process. Cheap: asked at every request. */
  registerVersion (): number
  register (): Promise<Register>
  /**
   * Makes all the changes and writes down each, or none of them. What is to be checked was checked by who asks, against the
   * register of `version`; keys that are unique and references hold all the same (TypeError).
   * @param by who did it; null is the command line
   * @returns false, and nothing is changed, when the register is of another version by now: look again
   */
  changeRegister (version: number, changes: readonly RegisterChange[], by: AccountId | null, now: Instant): Promise<boolean>
  /** @param day_max kept of one party within 24 hours. @returns its id, or that of the same bytes refused before and not corrected; null when the quota is spent */
  keepRefused (item: RefusedItem, day_max: number): Promise<MessageId | null>
  refused (view: View, id: MessageId): Promise<RefusedDetail | null>
  /** For operators: whatever party it is of, without why it was refused. */
  inspectRefused (id: MessageId): Promise<{ readonly message: RefusedMessage, readonly history: readonly HistoryRow[] } | null>
  /** @returns null when it is not there, not this view's, or its payload was not kept */
  refusedPayload (view: View, id: MessageId): Promise<Uint8Array | null>
  /** Newest first. */
  listRefused (filter: RefusedFilter): Promise<Page<RefusedMessage>>
  /** What a message replaces and what replaced it, whatever party it is of. */
  replacements (id: MessageId): Promise<{ readonly replaces: readonly MessageId[], readonly replaced_by: MessageId | null }>
  stats (now: Instant): Promise<StoreStats>
  /** Cheap: asks no table. */
  measures (): StoreMeasures
  /** Tells every process at this database, this one too, that there is something to do; without promise, for each of them looks by itself now and then. */
  tell (topic: Topic): void
  /** @param heard told what any process tells from now on, this one too */
  hear (heard: (topic: Topic) => void): void
  /** Takes what was deleted off the disk, also out of the log beside the database. @returns false when another process was reading: then a later one does it */
  truncate (): Promise<boolean>
  /** Writes down that a copy of this database was made, or that it was put back from one. @param digest of the copy's file */
  recordCopy (event: 'backed_up' | 'restored' | 'moved', digest: Sha256, at: Instant): Promise<void>
  /** Whether messages can be stored now: asks the database, and where the last write failed tries a small one. @throws StoreFailure */
  check (): Promise<void>
  close (): Promise<void>
}
