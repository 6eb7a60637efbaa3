/** How the store talks to a database: statements, one session per transaction, and the two ways storage fails. */
import { Unusable, type RefusalCode } from '../core/core.ts'
import type { Kind } from './binary.ts'
import type { StoreMeasures } from './verbs.ts'

/** What a column takes. Booleans are not among them: databases disagree about those. */
export type Value = string | number | null | Uint8Array
export type Values = Readonly<Record<string, Value>>
/** A row as the driver gives it; `rows.ts` makes typed values of it. */
export type Row = Readonly<Record<string, unknown>>

/** SQL text in the database's own style, and for each place a name to look up among the values, or a fixed value. */
export interface Statement {
  readonly sql: string
  readonly slots: ReadonlyArray<{ readonly name: string } | { readonly value: Value }>
  /** Run often: a connection may keep it prepared. */
  readonly kept?: true
  /** Its form for many sets of values, where there is one. */
  readonly many?: Many
  /** What it gives back, where that is asked apart from it. */
  readonly gives?: Gives
}

/** What a statement gives back, asked by another: of rows it changes before, of one it inserts after; with the same values. */
export interface Gives { readonly when: 'before' | 'after', readonly statement: Statement }

/** A statement for many sets of values: each of its values is a column of them, as an array in binary form. */
export interface Many {
  readonly statement: Statement
  readonly columns: ReadonlyArray<readonly [name: string, kind: Kind]>
  /** The column by whose value a row is known to be of a set; null where rows say so in `nth`, counted from 1. */
  readonly by: string | null
  /** Nobody is told what it gives: each set counts as one row. */
  readonly silent: boolean
}

/** @returns the values of a statement in the order of its places @throws TypeError for a place nobody gave a value for */
export function arrange (statement: Statement, values: Values): Value[] {
  return statement.slots.map(slot => {
    if ('value' in slot) return slot.value
    const value = values[slot.name]
    if (value === undefined) throw new TypeError(`no value for ${slot.name}`)
    return value
  })
}

/** What processes at one database tell one another: that there is something to handle, push, tell by an Fo01, or take out of a batch; that the register changed; that a process came, went or gave something back. */
export const topics = ['handle', 'push', 'notice', 'batch', 'register', 'tenure'] as const
export type Topic = typeof topics[number]

/** One transaction, or one reading. */
export interface Session {
  /** The session of the whole transaction, where this is that of one item of a group. */
  readonly within?: Session
  all (statement: Statement, values?: Values): Promise<Row[]>
  /** @returns how many rows changed */
  run (statement: Statement, values?: Values): Promise<number>
  /** All of the work or, when it throws, nothing of it. */
  nested<T> (work: () => Promise<T>): Promise<T>
  /** Rises when a transaction begins and when a part of it is undone: as long as it is the same, what was read in it still holds. */
  era (): number
}

/** How heavy a piece of writing is, by which commits shared by several pieces are bounded. */
export interface Weight { readonly items: number, readonly bytes: number }

export interface Db {
  /** One transaction; several pieces of work may share its commit, and none of them sees the failure of another. */
  write<T> (work: (session: Session) => Promise<T>, weight?: Weight): Promise<T>
  /** Sees what is committed; never waits for a writer. */
  read<T> (work: (session: Session) => Promise<T>): Promise<T>
  /** The same, and everything read in it is as it was at one moment; for long work, so sparingly. */
  snapshot<T> (work: (session: Session) => Promise<T>): Promise<T>
  /** The number in `meta` that rises with every change of the register, by whichever process; cheap. */
  registerVersion (): number
  /** Looks at once what that number is. */
  renew (): Promise<void>
  /** Tells every process at this database, this one too, soon and without promise; on SQLite this one only, at once. */
  tell (topic: Topic): void
  /** @param heard told what any process tells from now on, this one too */
  hear (heard: (topic: Topic) => void): void
  /** The storage itself: what waits, and how large it is. */
  measures (): StoreMeasures
  /** Brings what is in the log into the database and empties the log, so that what was deleted is gone from the disk. @returns false when another process was reading; then it is done later */
  truncate (): Promise<boolean>
  /** Whether the last commit failed. */
  failing (): boolean
  /** After what was begun. */
  close (): Promise<void>
}

/** Storage did not do its work: everything of the transaction is undone, and the same may be tried again. */
export class StoreFailure extends Error {}
/** Others were in the way, again and again; the same may be tried again. */
export class StoreConflict extends StoreFailure {}
/** The storage is full or cannot be written. */
export class StoreFull extends StoreFailure {}
/** The storage is busy, broken, closed or out of reach. */
export class StoreUnavailable extends StoreFailure {}
/** What is kept there is not what was written: no trying again mends it, a backup does. */
export class StoreDamaged extends StoreFailure {}
/** @returns by which code who asked is told of it */
export function storageCode (failure: StoreFailure): RefusalCode {
  if (failure instanceof StoreFull) return 'ZP_DISK'
  return failure instanceof StoreDamaged ? 'ZP_DAMAGED' : 'ZP_BUSY'
}
/** This database cannot be used at all by who opens it: of another mode, made by a newer version, or served by another. */
export class StoreUnusable extends Unusable {}
