/** What failures of PostgreSQL and of its driver mean: what may be tried again, whether the connection is still of use, and what a person is told. */
import { StoreConflict, StoreFull, StoreUnavailable } from './db.ts'

/** Whether it was committed is not known: it must not be tried again here. Who asked repeats it, and is answered by what stands. */
export class CommitUnknown extends StoreUnavailable {}

/** @returns the code of the server (SQLSTATE) or of the operating system; empty where there is none */
export const codeOf = (error: unknown): string => error instanceof Error && 'code' in error ? String(error.code) : ''

/** Others were in the way: the same may go well when tried again. */
const conflict = /^(23505|40001|40P01)$/
const full = /^(53100|42501)$/
const unavailable = /^(08|28|53|3D000|55P03|55006|57|58|XX|25P0[34]|25006|E[A-Z_]+$)/
/** A statement that took too long, or a lock that was waited for in vain, says nothing of the connection; nor does a lack of the server. */
const kept = /^(53100|53200|55P03|57014)$/
/** The driver's own words for a connection that is not there (any more), or is waited for in vain. */
const lost = /^(Connection terminated|timeout expired|timeout exceeded|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after|The server does not support SSL|There was an error establishing an SSL)/
const silent = /^Query read timeout/

/** What a person is told of the codes he may see; never the server's own words, which name users and hosts. */
const told: Readonly<Record<string, string>> = {
  25006: 'it can only be read: this may be a standby',
  '28P01': 'it does not take this user with this password',
  28000: 'it does not let this user in from here (pg_hba.conf)',
  '3D000': 'there is no database of that name',
  42501: 'this user may not do that there',
  53100: 'its disk is full',
  53300: 'it takes no more connections: raise its max_connections, or lower ours',
  '55P03': 'something else has locked what is needed',
  57014: 'a statement took too long',
  '57P01': 'it is being stopped, or an administrator ended the connection',
  '57P02': 'it stopped after a crash',
  '57P03': 'it is starting, stopping or recovering',
  ECONNREFUSED: 'nothing answers at its host and port',
  ECONNRESET: 'the connection was lost',
  EAI_AGAIN: 'the name of its host cannot be looked up',
  ENOTFOUND: 'the name of its host is not known'
}

/** @returns why, for a person, and the code */
function reason (error: unknown): string {
  const code = codeOf(error)
  if (code !== '') return told[code] === undefined ? code : `${told[code]} (${code})`
  const message = error instanceof Error ? error.message : ''
  if (/SSL/.test(message)) return 'it takes no connection by TLS as the url wants it'
  if (silent.test(message)) return 'it does not answer'
  return /^(timeout|Connection terminated due to)/.test(message) ? 'no connection was free or made in time' : 'the connection was lost'
}

/** @returns a failure to get a connection as one of storage */
export const unreachable = (error: unknown): StoreUnavailable => new StoreUnavailable(`the database cannot be reached: ${reason(error)}`, { cause: error })

/** @param last no other try follows: what stands in the way then is there to stay @returns the error as a failure of storage where it is one; else as it came */
export function mapped (error: unknown, last: boolean): unknown {
  const code = codeOf(error)
  if (conflict.test(code)) return last && code === '23505' ? error : new StoreConflict(`others were in the way of a transaction (${code})`, { cause: error })
  if (full.test(code)) return new StoreFull(`the database cannot be written: ${reason(error)}`, { cause: error })
  if (unavailable.test(code) || (error instanceof Error && lost.test(error.message))) return new StoreUnavailable(`the database cannot be used: ${reason(error)}`, { cause: error })
  return error
}

/** @returns whether the connection is of no more use */
export const broken = (failure: unknown): boolean => failure instanceof StoreUnavailable && !kept.test(codeOf(failure.cause))

/** @returns whether the connections made before it are in doubt too: nothing comes back by them, or they lead to a server that is not the one any more */
export const doubtful = (failure: unknown): boolean => failure instanceof StoreUnavailable &&
  (codeOf(failure.cause) === '25006' || (failure.cause instanceof Error && silent.test(failure.cause.message)))

/** @returns whether the same may go well at once: nothing of it is there, and it was not time itself that it lacked */
export const again = (failure: unknown): boolean => (failure instanceof StoreConflict || failure instanceof StoreUnavailable) &&
  !(failure instanceof CommitUnknown) && !/^(57014|55P03)$/.test(codeOf(failure.cause))
