/** What a seal says besides "these bytes": the receipt's statement, in one canonical form. */
import { hash } from 'node:crypto'
import { sha256Hex, type Finding, type Fingerprint, type MessageId, type PartyCode, type Sha256, type Verdict } from '../core/core.ts'

/** Who gave us what, when, and what we made of it. Strings and null only, so that its canonical form is simple. */
export interface SealStatement {
  readonly id: MessageId
  readonly sender: PartyCode
  readonly receiver: PartyCode
  /** Of the certificate it was submitted with; null for a message the gateway made itself. */
  readonly certificate_sha256: Fingerprint | null
  /** RFC 3339, UTC, milliseconds. */
  readonly received: string
  /** Of the payload. */
  readonly sha256: Sha256
  /** A refused message has no receipt and no seal. */
  readonly verdict: Exclude<Verdict, 'refused'>
  /** Of the receipt's findings in canonical JSON; absent where there are none. */
  readonly findings_sha256?: Sha256
}

const names = ['certificate_sha256', 'findings_sha256', 'id', 'received', 'receiver', 'sender', 'sha256', 'verdict'] as const satisfies readonly (keyof SealStatement)[]

/**
 * Canonical JSON (RFC 8785) as UTF-8: names in the order of their UTF-16 units, no white space. For strings and null,
 * JSON.stringify writes exactly what the RFC asks.
 * @throws TypeError when a value holds a lone surrogate, which has no canonical form
 */
export function statementBytes (statement: SealStatement): Buffer {
  if (names.some(name => statement[name]?.isWellFormed() === false)) throw new TypeError('a statement holds a lone surrogate')
  return Buffer.from(JSON.stringify(statement, [...names]))
}

/** @returns the part of a statement that binds what the receipt says is wrong with the message; nothing where it says nothing */
export function boundFindings (findings: ReadonlyArray<Finding | object>): Pick<SealStatement, 'findings_sha256'> {
  return findings.length === 0 ? {} : { findings_sha256: sha256Hex(hash('sha256', canonical(findings), 'hex')) }
}

/** JSON with the names of each object in the order of their UTF-16 units and no white space (RFC 8785, for texts, truth values and whole numbers). */
const canonical = (value: unknown): string => JSON.stringify(value, (_name, it: unknown) =>
  typeof it === 'object' && it !== null && !Array.isArray(it) ? Object.fromEntries(Object.entries(it).toSorted(([a], [b]) => a < b ? -1 : 1)) : it)
