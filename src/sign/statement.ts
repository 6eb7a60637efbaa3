/** What a seal says besides "these bytes": the receipt's statement, in one canonical form. */
import type { Fingerprint, MessageId, PartyCode, Sha256, Verdict } from '../core/core.ts'

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
}

const names = ['certificate_sha256', 'id', 'received', 'receiver', 'sender', 'sha256', 'verdict'] as const satisfies readonly (keyof SealStatement)[]

/**
 * Canonical JSON (RFC 8785) as UTF-8: names in the order of their UTF-16 units, no white space. For strings and null,
 * JSON.stringify writes exactly what the RFC asks.
 * @throws TypeError when a value holds a lone surrogate, which has no canonical form
 */
export function statementBytes (statement: SealStatement): Buffer {
  if (names.some(name => statement[name]?.isWellFormed() === false)) throw new TypeError('a statement holds a lone surrogate')
  return Buffer.from(JSON.stringify(statement, [...names]))
}
