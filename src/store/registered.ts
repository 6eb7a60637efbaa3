/** Parties, accounts and mandates, as the store keeps them. */
import type { AccountId, BreakerPolicy, Fingerprint, Instant, JudgingLevel, PartyCode, PartyKind, RetryPolicy } from '../core/core.ts'
import type { Family, JudgedNumber } from '../standard/model.ts'

/** How messages to a party are judged, and who answers them. */
export interface Judging {
  readonly level: JudgingLevel
  /** Where a message number is judged otherwise. */
  readonly types: Readonly<Partial<Record<JudgedNumber, JudgingLevel>>>
  /** Who answers a good message that was judged in full: the gateway, or the party itself. */
  readonly answers: 'automatic' | 'own'
  /** What of a message that was rejected after it was judged in full: the party never sees it, or gets it all the same. */
  readonly rejected: 'withhold' | 'deliver'
}

/** It fetches what is for it, and may send, by the REST door. */
export interface MailboxConnection { readonly door: 'mailbox', readonly direction: 'in' | 'out' | 'both' }
/** How an endpoint of a party's own is called. Null: as configured. */
export interface Endpoint {
  readonly direction: 'in'
  /** https, without user, query or fragment. */
  readonly url: string
  /** Authorities (PEM) by which the endpoint's certificate is believed. */
  readonly ca: string | null
  /** SHA-256 of the only certificate (DER) the endpoint may show, besides being believed. */
  readonly pin: Fingerprint | null
  /** Pushes that go on at once. */
  readonly at_once_max: number | null
  readonly per_minute_max: number | null
  /** Time one push may take. */
  readonly ms_max: number | null
  readonly retry: RetryPolicy | null
  readonly breaker: BreakerPolicy | null
}
/** What is for it is pushed to an endpoint of its own. */
export interface PushConnection extends Endpoint { readonly door: 'rest-push' }
/** What is for it is called on its own StUF-GGk endpoint (port type OntvangAsynchroon). Null: as configured. */
export interface GgkConnection extends Endpoint {
  readonly door: 'ggk'
  /** Of which list the codes of an Fo01 are. */
  readonly codes: '2025' | '2018' | null
  /** As what a 325 comes to it. */
  readonly answer_325: 'Di01' | 'Du01' | null
}
/** It fetches what is for it by the provider door. Null: as configured. */
export interface VspConnection {
  readonly door: 'vsp'
  readonly direction: 'both'
  /** In which form it gets payloads. */
  readonly payload: 'xml' | 'zip' | null
  /** As which rol it is told to others. */
  readonly rol: string | null
}
/** A connection by which what is for a party is brought to it. */
export type CalledConnection = PushConnection | GgkConnection
export type Connection = MailboxConnection | CalledConnection | VspConnection
export interface Party {
  readonly code: PartyCode
  readonly kind: PartyKind
  readonly name: string
  /** The AGB rol of an aanbieder; null for others, and where it is not known. */
  readonly rol: string | null
  readonly families: readonly Family[]
  /** Connected from this moment and before that one; null where there is no such end. */
  readonly from: Instant | null
  readonly until: Instant | null
  readonly connections: readonly Connection[]
  readonly judging: Judging
}
/** `pem` is the certificate itself; null where only its fingerprint was kept. */
export interface Certificate { readonly fingerprint: Fingerprint, readonly use: 'tls' | 'sign', readonly subject: string, readonly not_after: Instant, readonly pem: string | null }
export interface Account {
  readonly id: AccountId
  readonly role: 'party' | 'operator' | 'auditor'
  /** Its own party, for which it may do everything; null for a supplier, an operator or an auditor. */
  readonly party: PartyCode | null
  readonly active: boolean
  /** Organisation number (20 digits), by which a certificate of a trusted authority makes it known; null: by its own certificates only. */
  readonly oin: string | null
  /** Null: as configured. */
  readonly requests_per_minute_max: number | null
  readonly requests_at_once_max: number | null
  readonly certificates: readonly Certificate[]
}
/** An account may send or receive one family for a party, from `from` and before `until` (null: no end). */
export interface Mandate {
  readonly party: PartyCode
  readonly account: AccountId
  readonly family: Family
  readonly direction: 'send' | 'receive'
  readonly from: Instant
  readonly until: Instant | null
}
/** All parties, accounts and mandates, with the number that rises at each change. */
export interface Register { readonly version: number, readonly parties: readonly Party[], readonly accounts: readonly Account[], readonly mandates: readonly Mandate[] }

/**
 * A party or account as it is from now on, an account with all its certificates; a mandate that is given, or whose end is
 * another; a mandate that is taken away as if it never was.
 */
export type RegisterChange =
  | { readonly kind: 'party', readonly party: Party }
  | { readonly kind: 'account', readonly account: Account }
  | { readonly kind: 'mandate', readonly mandate: Mandate }
  | { readonly kind: 'no_mandate', readonly mandate: Mandate }
