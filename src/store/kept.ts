/** What the store keeps of earlier messages for the rules of later ones, and the verbs that ask for it. */
import type { Fact, Known, Needs, Pair } from '../history/history.ts'
import type { AccountId, Instant, MessageId, PartyCode } from '../core/core.ts'
import type { Family } from '../standard/model.ts'
import type { Acceptance, Accepted } from './verbs.ts'
import type { Mark } from '../vault/vault.ts'

/** What a message leaves behind for the rules of later ones; the `client` of a fact is the index into `clients`, as text. */
export interface KeptFacts {
  readonly pair: Pair
  /** Under the current key of the index ring. */
  readonly clients: readonly Mark[]
  readonly facts: readonly Fact[]
}

/** What must be known of earlier messages to judge one. */
export interface FactNeeds extends Omit<Needs, 'clients'> {
  /** Of each person his marks under every key of the index ring. */
  readonly clients: ReadonlyArray<readonly Mark[]>
}

/** What is known of earlier messages between two parties, as far as was asked. */
export interface KnownFacts {
  /** Only what counts, in the order of the messages. */
  readonly known: readonly Known[]
  /** For each person asked for: what stands for him in `client` of the facts; null when none is about him. */
  readonly clients: ReadonlyArray<string | null>
  /** From which date on every message is here. Null: not known, or some of what was asked for was erased: what is not found then is "not assessed". */
  readonly compleetVanaf: string | null
  /** From which place on none is missing, see History; what was imported stands before it. */
  readonly gaploosVanaf: number
  /** For `Finish.history`. */
  readonly version: number
}

/** A message that may bring facts, or say that another's do not count, to be derived anew from its payload. */
export interface FactSource { readonly seq: number, readonly id: MessageId, readonly family: Family, readonly payload: Uint8Array }
/** What deriving anew found: messages whose facts were as they should be, were written anew, or taken away. */
export interface Rederived { readonly same: number, readonly written: number, readonly removed: number }

/** Two parties, and what is here of the messages between them. */
export interface KeptPair {
  readonly pair: Pair
  /** From which date on every message is here; null: nobody said. */
  readonly complete_from: string | null
  /** That rules of later ones can ask for. */
  readonly messages: number
  /** Of an import that goes on, or was broken off: they do not count yet. */
  readonly importing: number
}

export interface FactVerbs {
  /** Every two parties of whom anything is kept, or was said. */
  keptPairs (): Promise<readonly KeptPair[]>
  /** What earlier messages between two parties brought: what is needed, and what that needs further. */
  facts (pair: Pair, needs: FactNeeds): Promise<KnownFacts>
  /** Writes what was left for later of the facts of a large message; who is going to work on it asks for this, whenever he does. Nothing is left of most. */
  writeFacts (id: MessageId): Promise<void>
  /** Says from which date on every message between two parties is here; null: not known. @param by null is the command line */
  completeFrom (pair: Pair, date: string | null, now: Instant, by?: AccountId | null): Promise<void>
  /** Takes in messages (origin `import`, delivery `none`) that are known from `endImport` on and nothing more. @returns one result each, as `accept` */
  importHistory (items: readonly Acceptance[]): Promise<Accepted[]>
  /** All that was imported counts from now on, at once, also of an import that was broken off before. @returns how many messages */
  endImport (pairs: readonly Pair[], complete_from: string | null, now: Instant): Promise<number>
  /** Messages whose payload is here, in order of acceptance, from a place on (0: the first): all, or those of one party. @returns null when none is left */
  factSources (after: number, party: PartyCode | null, window: { readonly messages_max: number, readonly bytes_max: number }): Promise<{ readonly items: readonly FactSource[], readonly after: number } | null>
  /** Makes the facts of each message what they should be, where they are not; what was erased meanwhile stays so. `dry` only looks. */
  rederive (items: ReadonlyArray<{ readonly seq: number, readonly id: MessageId, readonly facts: KeptFacts | null, readonly voids: boolean }>, dry: boolean): Promise<Rederived>
  /** Writes down that facts were derived anew. */
  recordRebuild (done: Rederived, now: Instant): Promise<void>
}
