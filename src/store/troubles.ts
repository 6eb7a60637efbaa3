/** What failures of PostgreSQL and of its driver mean: what may be tried again, and whether the connection is still of use. */
import { Unusable } from '../core/core.ts'
import { StoreConflict, StoreFull, StoreUnavailable } from './db.ts'
import { briefly, codeOf } from './words.ts'

/** Whether it was committed is not known: it must not be tried again here. Who asked repeats it, and is answered by what stands. */
export class CommitUnknown extends StoreUnavailable {}

/** Others were in the way: the same may go well when tried again. */
const conflict = /^(23505|40001|40P01)$/
/** A row for which the part it belongs to was made at that moment: it finds it at the next try. What a table's own checks refuse has their name. */
const moved = (error: unknown): boolean => codeOf(error) === '23514' && Object(error).constraint === undefined
const full = /^(53100|42501)$/
const unavailable = /^(08|28|53|3D000|55P03|55006|57|58|XX|25P0[34]|25006|E[A-Z_]+$)/
/** A statement that took too long, or a lock that was waited for in vain, says nothing of the connection; nor does a lack of the server. */
const kept = /^(53100|53200|55P03|57014)$/
/** The driver's words for a connection that is not there (any more), or is waited for in vain. */
const lost = /^(no TLS|silent|no time|lost)$/

/** @returns a failure to get a connection as one of storage; where the password cannot be read, that says so itself */
export const unreachable = (error: unknown): StoreUnavailable =>
  new StoreUnavailable(`the database cannot be reached: ${error instanceof Unusable ? error.message : briefly(error)}`, { cause: error })

/** @param last no other try follows: what stands in the way then is there to stay @returns the error as a failure of storage where it is one; else as it came */
export function mapped (error: unknown, last: boolean): unknown {
  const code = codeOf(error)
  if (moved(error)) return new StoreConflict('the part of a table was made under a row for it', { cause: error })
  if (conflict.test(code)) return last && code === '23505' ? error : new StoreConflict(`others were in the way of a transaction (${code})`, { cause: error })
  if (full.test(code)) return new StoreFull(`the database cannot be written: ${briefly(error)}`, { cause: error })
  if (unavailable.test(code) || lost.test(code)) return new StoreUnavailable(`the database cannot be used: ${briefly(error)}`, { cause: error })
  return error
}

/** @returns whether the connection is of no more use */
export const broken = (failure: unknown): boolean => failure instanceof StoreUnavailable && !kept.test(codeOf(failure.cause))

/** @returns whether the connections made before it are in doubt too: nothing comes back by them, or they lead to a server that is not the one any more */
export const doubtful = (failure: unknown): boolean => failure instanceof StoreUnavailable &&
  ['25006', 'silent'].includes(codeOf(failure.cause))

/** @returns whether another transaction, or what was asked, was the trouble, and not the storage: who shared the transaction may go on by himself */
export const ofOne = (failure: unknown): boolean => !(failure instanceof StoreFull || failure instanceof StoreUnavailable) || /^(57014|55P03)$/.test(codeOf(failure.cause))

/** @returns whether the same may go well at once: nothing of it is there, and it was not time itself that it lacked */
export const again = (failure: unknown): boolean => (failure instanceof StoreConflict || failure instanceof StoreUnavailable) &&
  !(failure instanceof CommitUnknown) && !/^(57014|55P03)$/.test(codeOf(failure.cause))
