/** Who is who, and who may act for whom: the register kept in memory, fresh at every question. */
import type { AccountId, Fingerprint, Instant, PartyCode } from '../core/core.ts'
import { families, type Family } from '../standard/standard.ts'
import { judgesInFull } from './judging.ts'
import type { Account, Certificate, Mandate, Party, Register, Store, View } from '../store/store.ts'

export { judgesInFull, levelFor } from './judging.ts'

/** The account a certificate belongs to, if it may be used now. */
export interface Who { readonly account: Account, readonly certificate: Certificate }

export interface Parties {
  /** Makes sure that what follows sees every change committed before this turn of the event loop, also another process's. */
  refresh (): Promise<void>
  /** @returns the active account that has this certificate for TLS, or null */
  byCertificate (fingerprint: Fingerprint): Who | null
  /** @returns whether the certificate is registered to any account, for whatever use, also one that is off */
  registered (fingerprint: Fingerprint): boolean
  /** @returns the active account that has this organisation number, or null */
  byOin (oin: string): Account | null
  /** @returns the party, if it is connected now, or null */
  party (code: PartyCode, now: Instant): Party | null
  /** @returns the parties of whose messages history is kept now */
  keepers (now: Instant): readonly PartyCode[]
  /** @returns the parties an account may act for now, in any way, in order of their codes */
  actsFor (account: Account, now: Instant): readonly PartyCode[]
  /** @returns what an account sees for a party now; null when it may not act for it at all */
  view (account: Account, party: PartyCode, now: Instant): View | null
  /** @returns whether the account, if it is active, acts for the party now, in any way */
  acts (account: AccountId, party: PartyCode, now: Instant): boolean
  /** @returns whether the account, if it is active, may send messages of this family for the party now */
  maySend (account: AccountId, party: PartyCode, family: Family, now: Instant): boolean
  /** @returns the certificates for signing of every active account that may send this family for the party now */
  signersOf (party: PartyCode, family: Family, now: Instant): readonly Certificate[]
}

/** What a party sees of its own: every family, both ways. */
export const ownView = (party: PartyCode): View => ({ party, send: families, receive: families })

/** @returns whether a moment lies in a time that begins at `from` and ends before `until`; null is no such end */
const within = ({ from, until }: { readonly from: Instant | null, readonly until: Instant | null }, at: Instant): boolean =>
  (from === null || from <= at) && (until === null || at < until)

type ByParty = ReadonlyMap<PartyCode, readonly Mandate[]>
interface Lookup {
  readonly version: number
  readonly byFingerprint: ReadonlyMap<Fingerprint, Who>
  readonly registered: ReadonlySet<Fingerprint>
  readonly byOin: ReadonlyMap<string, Account>
  readonly parties: ReadonlyMap<PartyCode, Party>
  readonly keepers: readonly Party[]
  readonly active: ReadonlyMap<AccountId, Account>
  readonly mandates: ReadonlyMap<AccountId, ByParty>
}

const none: ByParty = new Map()

function lookup ({ version, parties, accounts, mandates }: Register): Lookup {
  const active = accounts.filter(account => account.active)
  const pairs = active.flatMap(account => account.certificates.filter(it => it.use === 'tls').map(certificate => [certificate.fingerprint, { account, certificate }] as const))
  const perAccount = [...Map.groupBy(mandates, it => it.account)].map(([id, its]) => [id, Map.groupBy(its, it => it.party)] as const)
  return {
    version,
    byFingerprint: new Map(pairs),
    registered: new Set(accounts.flatMap(account => account.certificates.map(it => it.fingerprint))),
    byOin: new Map(active.flatMap(account => account.oin === null ? [] : [[account.oin, account] as const])),
    parties: new Map(parties.map(party => [party.code, party])),
    keepers: parties.filter(judgesInFull),
    active: new Map(active.map(account => [account.id, account])),
    mandates: new Map(perAccount)
  }
}

/** Only an account of the role party acts for any. */
function actsFor ({ mandates }: Lookup, { id, role, party }: Account, now: Instant): PartyCode[] {
  if (role !== 'party') return []
  const given = [...mandates.get(id) ?? none].filter(([, its]) => its.some(it => within(it, now))).map(([code]) => code)
  return party === null || given.includes(party) ? given.toSorted() : [...given, party].toSorted()
}

function viewOf ({ mandates }: Lookup, { id, role, party: own }: Account, party: PartyCode, now: Instant): View | null {
  if (role !== 'party') return null
  if (party === own) return ownView(party)
  const held = (mandates.get(id)?.get(party) ?? []).filter(it => within(it, now))
  const of = (direction: Mandate['direction']): Family[] => families.filter(family => held.some(it => it.family === family && it.direction === direction))
  return held.length === 0 ? null : { party, send: of('send'), receive: of('receive') }
}

const maySend = (now: Lookup, account: Account | undefined, party: PartyCode, family: Family, at: Instant): boolean =>
  account !== undefined && viewOf(now, account, party, at)?.send.includes(family) === true

/** @param store asked for its register's number each time, and for the register itself only when that has risen */
export async function openParties (store: Pick<Store, 'register' | 'registerVersion'>): Promise<Parties> {
  let now = lookup(await store.register())
  let fresh: Promise<void> | null = null
  let asked: { readonly version: number, readonly found: Promise<void> } | null = null
  async function ask (): Promise<void> {
    try { now = lookup(await store.register()) } finally { asked = null }
  }
  /** Who comes while it is asked waits for the same answer: another of the same version would say nothing else. */
  async function look (): Promise<void> {
    const version = store.registerVersion()
    if (version === now.version) return
    if (asked?.version !== version) asked = { version, found: ask() }
    await asked.found
  }
  return {
    // All that is asked in one turn of the event loop shares one look: what was committed before the turn is seen.
    refresh () {
      if (fresh === null) {
        fresh = look()
        setImmediate(() => { fresh = null })
      }
      return fresh
    },
    byCertificate: fingerprint => now.byFingerprint.get(fingerprint) ?? null,
    registered: fingerprint => now.registered.has(fingerprint),
    byOin: oin => now.byOin.get(oin) ?? null,
    party (code, at) {
      const party = now.parties.get(code)
      return party !== undefined && within(party, at) ? party : null
    },
    keepers: at => now.keepers.filter(it => within(it, at)).map(it => it.code),
    actsFor: (account, at) => actsFor(now, account, at),
    view: (account, party, at) => viewOf(now, account, party, at),
    acts (account, party, at) {
      const it = now.active.get(account)
      return it !== undefined && viewOf(now, it, party, at) !== null
    },
    maySend: (account, party, family, at) => maySend(now, now.active.get(account), party, family, at),
    signersOf: (party, family, at) => [...now.active.values()].filter(it => maySend(now, it, party, family, at)).flatMap(it => it.certificates.filter(its => its.use === 'sign'))
  }
}
