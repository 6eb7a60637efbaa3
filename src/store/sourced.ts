/** What the store can do with external sources. */
import type { AccountId, Instant, Sha256 } from '../core/core.ts'
import type { ListName, Part, SourceRow } from '../sources/sources.ts'

/** A list of an external source, read whole from a file. */
export interface SourceImport {
  readonly list: ListName
  readonly rows: readonly SourceRow[]
  /** Of the file. */
  readonly sha256: Sha256
  /** Whether parts of this list that have no row in it are removed; else they stay as they were. */
  readonly whole: boolean
  /** Null is the command line. */
  readonly by: AccountId | null
  readonly now: Instant
  /** Told of rows written. */
  readonly onWritten?: (rows: number) => void
}
/** How many parts of the list it has, how many of those were there before, and how many are no more. */
export interface SourceImported { readonly parts: number, readonly replaced: number, readonly removed: number }
/** A part of a list that is here, and which file it came from when. */
export interface SourcePart { readonly part: Part, readonly imported: Instant, readonly sha256: Sha256 }

/** The verbs of external sources. */
export interface SourceVerbs {
  /** Another after every import of an external source, by whichever process; 0 before the first. */
  sourcesVersion (): Promise<number>
  /** @returns the rows of one part of a list, in the order of their file; none where nothing was imported */
  sourceRows (of: Part): Promise<readonly SourceRow[]>
  /** @returns every part of every list that is here */
  sourceParts (): Promise<readonly SourcePart[]>
  /**
   * Puts the rows in the place of the parts they are of, all at once; what reads sees the former list until then. Killed half-way, it has
   * changed nothing. @throws StoreFailure, also when another import of the same list ran at the same time
   */
  importSources (given: SourceImport): Promise<SourceImported>
}
