/** What an operator may ask of the register, checked against how it stands, and the changes that makes. */
import { isDeepStrictEqual } from 'node:util'
import { accountId, never, partyCode, partyKind, rfc3339, type AccountId, type Instant, type JudgingLevel, type PartyCode } from '../core/core.ts'
import { families, judgedNumbers, type Family } from '../standard/standard.ts'
import type { Account, Certificate, Judging, Mandate, Party, Register, RegisterChange } from '../store/store.ts'
import { checkCertificate, type Asked } from './certificate.ts'
import { connectionsOf, type WantedConnection } from './connection.ts'
import { RegisterFault } from './fault.ts'

/** A party; what is not said stays as it was, or is the default for a new one. */
export interface WantedParty {
  readonly code: string
  readonly name?: string | undefined
  readonly families?: readonly string[] | undefined
  readonly rol?: string | null | undefined
  readonly from?: Instant | null | undefined
  readonly until?: Instant | null | undefined
  /** All it has. */
  readonly connections?: readonly WantedConnection[] | undefined
  readonly judging?: WantedJudging | undefined
}
/** How messages to a party are judged; `types`, when given, are all that are judged otherwise. */
export interface WantedJudging {
  readonly level?: JudgingLevel | undefined
  readonly types?: Readonly<Record<string, JudgingLevel>> | undefined
  readonly answers?: Judging['answers'] | undefined
  readonly rejected?: Judging['rejected'] | undefined
}
/** An account; what is not said stays as it was. `certificates` come beside those it has, or in their place. */
export interface WantedAccount {
  readonly id: string
  readonly role?: Account['role'] | undefined
  readonly party?: string | null | undefined
  readonly active?: boolean | undefined
  readonly oin?: string | null | undefined
  readonly requests_per_minute_max?: number | null | undefined
  readonly requests_at_once_max?: number | null | undefined
  readonly certificates?: { readonly how: 'add' | 'replace', readonly all: readonly Certificate[] } | undefined
}
/** Mandates of one account for one party: each of the families in each of the directions. */
export interface WantedMandates {
  readonly account: string
  readonly party: string
  readonly families: readonly string[]
  readonly directions: ReadonlyArray<Mandate['direction']>
  readonly from: Instant
  readonly until: Instant | null
}
/** Which mandates are withdrawn from `at` on; absent means any. */
export interface Withdrawal {
  readonly account: string
  readonly party?: string | undefined
  readonly families?: readonly string[] | undefined
  readonly directions?: ReadonlyArray<Mandate['direction']> | undefined
  readonly at: Instant
}

/** @throws RegisterFault */
export function codeOf (text: string): PartyCode {
  if (partyKind(text) === null) throw new RegisterFault('a party code is 4 digits (gemeente), 8 digits (aanbieder), or SVB, CAK, CBS, UWV, VWS')
  return partyCode(text)
}

/** A name of an account is written in the audit: it holds nothing that might be a Bsn. @throws RegisterFault */
export function idOf (text: string): AccountId {
  if (!/^[a-z0-9][a-z0-9.-]{0,63}$/.test(text) || /\d{9}/.test(text)) throw new RegisterFault('an account is named in lower-case letters, digits, dots and dashes, at most 64, and no nine digits in a row')
  return accountId(text)
}

function familiesOf (given: readonly string[]): Family[] {
  if (given.length === 0 || given.some(it => !families.some(family => family === it))) throw new RegisterFault(`families are one or more of ${families.join(', ')}`)
  return families.filter(it => given.includes(it))
}

function checkPeriod ({ from, until }: { readonly from: Instant | null, readonly until: Instant | null }): void {
  if (from !== null && until !== null && until <= from) throw new RegisterFault(`it would end (${rfc3339(until)}) before it begins (${rfc3339(from)})`)
}

const party = ({ parties }: Register, code: string): Party | undefined => parties.find(it => it.code === code)
const account = ({ accounts }: Register, id: string): Account | undefined => accounts.find(it => it.id === id)

/** @throws RegisterFault when there is no such account */
export function accountIn (register: Register, id: string): Account {
  const found = account(register, id)
  if (found === undefined) throw new RegisterFault(`there is no account ${id}; "parties list" shows them`)
  return found
}

/** A value that was said, or else the one it had, or else the default. */
const said = <T>(given: T | undefined, before: T | undefined, byDefault: T): T => given !== undefined ? given : before !== undefined ? before : byDefault

function nameOf (name: string | undefined): string {
  if (name === undefined) throw new RegisterFault('a new party has a name and one or more families')
  if (name.trim() === '' || name.length > 200) throw new RegisterFault('a party has a name of 1 to 200 characters')
  return name
}

/** What holds for a party of which nothing was said. */
export const usualJudging: Judging = { level: 'content', types: {}, answers: 'own', rejected: 'withhold' }

function judgingOf ({ level, types, answers, rejected }: WantedJudging, before: Judging = usualJudging): Judging {
  const strange = Object.keys(types ?? {}).find(it => !judgedNumbers.some(number => number === it))
  if (strange !== undefined) throw new RegisterFault(`what is judged by type is one of ${judgedNumbers.join(', ')}; retours are judged by their schema and their echo only`)
  const given = types === undefined ? before.types : Object.fromEntries(judgedNumbers.flatMap(it => types[it] === undefined ? [] : [[it, types[it]]]))
  return { level: level ?? before.level, types: given, answers: answers ?? before.answers, rejected: rejected ?? before.rejected }
}

/** @returns the change that makes the party so, or none when it is @throws RegisterFault */
export function planParty (register: Register, wanted: WantedParty): RegisterChange[] {
  const code = codeOf(wanted.code)
  const before = party(register, code)
  const kind = partyKind(code) ?? 'instantie'
  const after: Party = {
    code,
    kind,
    name: nameOf(wanted.name ?? before?.name),
    rol: said(wanted.rol, before?.rol, null),
    families: wanted.families === undefined && before !== undefined ? before.families : familiesOf(wanted.families ?? []),
    from: said(wanted.from, before?.from, null),
    until: said(wanted.until, before?.until, null),
    connections: said(wanted.connections === undefined ? undefined : connectionsOf(wanted.connections), before?.connections, [{ door: 'mailbox', direction: 'both' }]),
    judging: judgingOf(wanted.judging ?? {}, before?.judging)
  }
  if (after.rol !== null && (kind !== 'aanbieder' || !/^[0-9]{2}$/.test(after.rol))) throw new RegisterFault('a rol is two digits, and of an aanbieder only')
  checkPeriod(after)
  return isDeepStrictEqual(before, after) ? [] : [{ kind: 'party', party: after }]
}

/** An account stays what it is, or its certificates would speak for another. */
function checkSame (before: Account, after: Account): void {
  if (before.party !== after.party) throw new RegisterFault(`account ${after.id} belongs to ${before.party ?? 'no party'}`)
  if (before.role !== after.role) throw new RegisterFault(`account ${after.id} has the role ${before.role}; make another account for the role ${after.role}`)
}

function checkAccount (register: Register, { id, role, party: own, oin, requests_per_minute_max: rate, requests_at_once_max: atOnce }: Account): void {
  if (own !== null && party(register, codeOf(own)) === undefined) throw new RegisterFault(`party ${own} is not registered; add it first`)
  if (own !== null && role !== 'party') throw new RegisterFault(`an account with the role ${role} has no party`)
  if (oin !== null && !/^[0-9]{20}$/.test(oin)) throw new RegisterFault('an OIN has 20 digits')
  const other = oin === null ? undefined : register.accounts.find(it => it.oin === oin && it.id !== id)
  if (other !== undefined) throw new RegisterFault(`this OIN belongs to account ${other.id} already`)
  if ([rate, atOnce].some(it => it !== null && (!Number.isSafeInteger(it) || it < 1 || it > 1_000_000))) throw new RegisterFault('a limit is a whole number from 1 to 1000000')
}

/** @throws RegisterFault when one would be added for another use than it has: its account could no longer call with it */
function certificatesOf (before: readonly Certificate[], { how, all }: NonNullable<WantedAccount['certificates']>): Certificate[] {
  const turned = how === 'replace' ? undefined : before.find(it => all.some(its => its.fingerprint === it.fingerprint && its.use !== it.use))
  if (turned !== undefined) throw new RegisterFault(`certificate SHA-256 ${turned.fingerprint} is registered for ${turned.use} already, and has one use; take another certificate`)
  const kept = how === 'replace' ? [] : before.filter(it => !all.some(its => its.fingerprint === it.fingerprint))
  return [...kept, ...all].toSorted((a, b) => a.fingerprint < b.fingerprint ? -1 : 1)
}

/** @returns the change that makes the account so, or none when it is @throws RegisterFault */
export function planAccount (register: Register, wanted: WantedAccount, asked: Asked): RegisterChange[] {
  const id = idOf(wanted.id)
  const before = account(register, id)
  const after: Account = {
    id,
    role: said(wanted.role, before?.role, 'party'),
    party: said(wanted.party === undefined || wanted.party === null ? wanted.party : codeOf(wanted.party), before?.party, null),
    active: said(wanted.active, before?.active, true),
    oin: said(wanted.oin, before?.oin, null),
    requests_per_minute_max: said(wanted.requests_per_minute_max, before?.requests_per_minute_max, null),
    requests_at_once_max: said(wanted.requests_at_once_max, before?.requests_at_once_max, null),
    certificates: wanted.certificates === undefined ? before?.certificates ?? [] : certificatesOf(before?.certificates ?? [], wanted.certificates)
  }
  if (before !== undefined) checkSame(before, after)
  checkAccount(register, after)
  for (const it of wanted.certificates?.all ?? []) checkCertificate(register, id, it, asked)
  if (new Set(after.certificates.map(it => it.fingerprint)).size < after.certificates.length) throw new RegisterFault('the same certificate is given twice')
  return isDeepStrictEqual(before, after) ? [] : [{ kind: 'account', account: after }]
}

/** @returns the change that takes one certificate away @throws RegisterFault when the account has it not */
export function planWithoutCertificate (register: Register, id: string, fingerprint: string): RegisterChange[] {
  const before = accountIn(register, id)
  const certificates = before.certificates.filter(it => it.fingerprint !== fingerprint)
  if (certificates.length === before.certificates.length) throw new RegisterFault(`account ${id} has no certificate SHA-256 ${fingerprint}`)
  return [{ kind: 'account', account: { ...before, certificates } }]
}

const same = (one: Mandate, other: Mandate): boolean =>
  one.account === other.account && one.party === other.party && one.family === other.family && one.direction === other.direction
const overlap = (one: Mandate, other: Mandate): boolean => one.from < (other.until ?? Infinity) && other.from < (one.until ?? Infinity)
const period = ({ from, until }: Mandate): string => `from ${rfc3339(from)}${until === null ? '' : ` until ${rfc3339(until)}`}`

/** @returns the change that gives one mandate, or none when it stands @throws RegisterFault */
export function planMandate ({ mandates }: Register, wanted: Mandate): RegisterChange[] {
  checkPeriod(wanted)
  const others = mandates.filter(it => same(it, wanted))
  const stands = others.find(it => it.from === wanted.from)
  const clash = others.find(it => it !== stands && overlap(it, wanted))
  if (clash !== undefined) throw new RegisterFault(`account ${clash.account} has a mandate to ${clash.direction} ${clash.family} for ${clash.party} already, ${period(clash)}; withdraw that first`)
  return stands !== undefined && stands.until === wanted.until ? [] : [{ kind: 'mandate', mandate: wanted }]
}

/** @throws RegisterFault when the account cannot have mandates for this party */
export function checkMandated (register: Register, id: string, code: string): { readonly account: AccountId, readonly party: PartyCode } {
  const { role, party: own, id: known } = accountIn(register, id)
  if (role !== 'party') throw new RegisterFault(`account ${known} has the role ${role} and acts for no party`)
  if (party(register, codeOf(code)) === undefined) throw new RegisterFault(`party ${code} is not registered; add it first`)
  if (own === code) throw new RegisterFault(`account ${known} is ${code}'s own and needs no mandate for it`)
  return { account: known, party: codeOf(code) }
}

/** @returns the changes that give the mandates @throws RegisterFault */
export function planMandates (register: Register, { account: id, party: code, families: given, directions, from, until }: WantedMandates): RegisterChange[] {
  const whom = checkMandated(register, id, code)
  return familiesOf(given).flatMap(family => directions.flatMap(direction => planMandate(register, { ...whom, family, direction, from, until })))
}

/** @returns the changes that end the mandates; those that had not begun are gone @throws RegisterFault when there are none */
export function planWithdrawal (register: Register, { account: id, party: code, families: given, directions, at }: Withdrawal): RegisterChange[] {
  accountIn(register, id)
  const meant = register.mandates.filter(it => it.account === id && (it.until === null || it.until > at) && (code === undefined || it.party === code) &&
    given?.includes(it.family) !== false && directions?.includes(it.direction) !== false)
  if (meant.length === 0) throw new RegisterFault(`account ${id} has no such mandate${code === undefined ? '' : ` for ${code}`}; "parties list" shows them`)
  return meant.map(it => it.from >= at ? { kind: 'no_mandate', mandate: it } : { kind: 'mandate', mandate: { ...it, until: at } })
}

function put<T> (all: readonly T[], one: T, isSame: (it: T) => boolean): T[] {
  return all.some(isSame) ? all.map(it => isSame(it) ? one : it) : [...all, one]
}

/** @returns the register with the change made, so that what comes after can be checked against it */
export function changed (register: Register, change: RegisterChange): Register {
  switch (change.kind) {
    case 'party': return { ...register, parties: put(register.parties, change.party, it => it.code === change.party.code) }
    case 'account': return { ...register, accounts: put(register.accounts, change.account, it => it.id === change.account.id) }
    case 'mandate': return { ...register, mandates: put(register.mandates, change.mandate, it => same(it, change.mandate) && it.from === change.mandate.from) }
    case 'no_mandate': return { ...register, mandates: register.mandates.filter(it => !(same(it, change.mandate) && it.from === change.mandate.from)) }
    default: return never(change)
  }
}
