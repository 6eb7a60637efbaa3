/** What the store keeps of earlier messages for the rules of later ones, and the verbs that ask for it. */
import type { Fact, Known, Needs, Pair } from '../history/history.ts'
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
  /** For `Finish.history`. */
  readonly version: number
}

export interface FactVerbs {
  /** What earlier messages between two parties brought: what is needed, and what that needs further. */
  facts (pair: Pair, needs: FactNeeds): Promise<KnownFacts>
}
