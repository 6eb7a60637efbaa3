/** Changes to the register of parties: checked whole, then made. */
import { accountId, fingerprint, instant, partyCode, partyKind, Unusable, type AccountId, type Fingerprint } from '../src/core/core.ts'
import { certificateFacts, usableCertificate } from '../src/sign/sign.ts'
import { families, type Family } from '../src/standard/standard.ts'
import type { Account, Certificate, Party, Store } from '../src/store/store.ts'
import { readText } from './files.ts'
import { Problem, WrongUse } from './problem.ts'

/** One party with its account; certificates are PEM files. `where` it stands in a list, such as `parties.json, entry 3`. */
export interface Entry {
  readonly code: string
  readonly name: string
  readonly families: readonly string[]
  readonly account?: string | undefined
  readonly certificates: readonly string[]
  readonly where?: string
}
/** An entry that is right by itself. */
export interface Wanted { readonly party: Party, readonly account: Account, readonly where: string | undefined }
/** What became of an entry. `known`: the party was there before. `woken`: its account was off. */
export interface Registered { readonly code: string, readonly account: AccountId, readonly known: boolean, readonly woken: boolean }

/** What is wrong in a list is told with its place there. */
function within<T> (where: string | undefined, work: () => T): T {
  try { return work() } catch (error) {
    const told = error instanceof WrongUse || error instanceof Problem || error instanceof Unusable
    throw told && where !== undefined ? new Problem(`${where}: ${error.message}`) : error
  }
}

const isFamily = (text: string): text is Family => families.some(it => it === text)

/** @throws WrongUse naming what is wrong with the entry */
function partyOf ({ code, name, families: given }: Entry): Party {
  const kind = partyKind(code)
  if (kind === null) throw new WrongUse('a party code is 4 digits (gemeente), 8 digits (aanbieder), or SVB, CAK, CBS, UWV, VWS')
  if (name.trim() === '' || name.length > 200) throw new WrongUse('a party has a name of 1 to 200 characters')
  const known = given.filter(isFamily)
  if (known.length === 0 || known.length < given.length) throw new WrongUse(`families are one or more of ${families.join(', ')}`)
  return { code: partyCode(code), kind, name, rol: null, families: known, from: null, until: null, connections: [{ door: 'mailbox', direction: 'both' }] }
}

/** @throws Problem or Unusable naming the file */
function certificateOf (path: string): Certificate {
  const pem = readText(path)
  usableCertificate(pem, path)
  const { fingerprint, subject, not_after } = certificateFacts(pem)
  return { fingerprint, use: 'tls', subject, not_after: instant(Date.parse(not_after)), pem }
}

function accountIdOf (text: string): AccountId {
  try { return accountId(text) } catch { throw new WrongUse('an account is named in lower-case letters, digits, dots and dashes, at most 64') }
}

/** @throws WrongUse, Problem or Unusable naming what is wrong with the entry by itself, and its place in the list */
export const checked = (entry: Entry): Wanted => within(entry.where, () => {
  const party = partyOf(entry)
  const id = accountIdOf(entry.account ?? `party-${entry.code.toLowerCase()}`)
  return { where: entry.where, party, account: { id, role: 'party', party: party.code, active: true, oin: null, requests_per_minute_max: null, requests_at_once_max: null, certificates: entry.certificates.map(certificateOf) } }
})

/** A certificate says who somebody is, so it belongs to one account; and an account stays with its party, or its certificates would speak for another. */
function refuseTaken ({ id, party, certificates }: Account, all: ReadonlyMap<AccountId, Account>): void {
  const before = all.get(id)
  if (before !== undefined && before.party !== party) throw new Problem(`account ${id} belongs to ${before.party ?? 'no party'}`)
  for (const other of all.values()) {
    const shared = other.id === id ? undefined : certificates.find(it => other.certificates.some(its => its.fingerprint === it.fingerprint))
    if (shared !== undefined) throw new Problem(`certificate SHA-256 ${shared.fingerprint} belongs to account ${other.id} already`)
  }
}

/** @returns the account with the certificates it had beside the new ones */
function merged (account: Account, before: Account | undefined, wake: boolean): Account {
  const kept = (before?.certificates ?? []).filter(it => !account.certificates.some(other => other.fingerprint === it.fingerprint))
  return { ...account, role: before?.role ?? account.role, active: wake || (before?.active ?? true), certificates: [...kept, ...account.certificates] }
}

/**
 * Adds or changes the parties and accounts; an account that exists keeps its certificates beside the new ones.
 * @param wake whether an account that is off is switched on again
 * @throws Problem when an account or certificate is another's; nothing is changed then
 */
export async function register (store: Store, wanted: readonly Wanted[], wake = true): Promise<Registered[]> {
  const { parties, accounts } = await store.register()
  const before = new Map(accounts.map(it => [it.id, it]))
  const after = new Map(before)
  for (const { where, account } of wanted) {
    within(where, () => { refuseTaken(account, after) })
    after.set(account.id, merged(account, after.get(account.id), wake))
  }
  for (const { party } of wanted) await store.putParty(party)
  const touched = new Set(wanted.map(it => it.account.id))
  for (const account of after.values()) if (touched.has(account.id)) await store.putAccount(account)
  return wanted.map(({ party: { code }, account: { id } }) =>
    ({ code, account: id, known: parties.some(it => it.code === code), woken: wake && before.get(id)?.active === false }))
}

/** @param text SHA-256 in hexadecimal, with colons or without, or a PEM file */
function fingerprintOf (text: string): Fingerprint {
  const digits = text.replaceAll(':', '').toLowerCase()
  return /^[0-9a-f]{64}$/.test(digits) ? fingerprint(digits) : certificateOf(text).fingerprint
}

/**
 * Switches an account off, or takes one certificate from it; both hold from a running gateway's next request.
 * @param certificate a PEM file or a SHA-256; the whole account when not given
 * @throws Problem when there is no such account, or it has no such certificate
 */
export async function stop (store: Store, id: string, certificate?: string): Promise<void> {
  const account = (await store.register()).accounts.find(it => it.id === id)
  if (account === undefined) throw new Problem(`there is no account ${id}; "parties list" shows them`)
  if (certificate === undefined) { await store.putAccount({ ...account, active: false }); return }
  const gone = fingerprintOf(certificate)
  const certificates = account.certificates.filter(it => it.fingerprint !== gone)
  if (certificates.length === account.certificates.length) throw new Problem(`account ${id} has no certificate SHA-256 ${gone}`)
  await store.putAccount({ ...account, certificates })
}
