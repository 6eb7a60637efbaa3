/** Who is who: the register of parties and accounts, kept in memory and fresh at every question. */
import type { Fingerprint, PartyCode } from '../core/core.ts'
import type { Account, Certificate, Party, Register, Store } from '../store/store.ts'

/** The account a certificate belongs to, if it may be used now. */
export interface Who { readonly account: Account, readonly certificate: Certificate }

export interface Parties {
  /** Makes sure that what follows sees every change committed before this turn of the event loop, also another process's. */
  refresh (): Promise<void>
  /** @returns the active account that has this certificate for TLS, or null */
  byCertificate (fingerprint: Fingerprint): Who | null
  party (code: PartyCode): Party | null
}

interface Lookup { readonly version: number, readonly byFingerprint: ReadonlyMap<Fingerprint, Who>, readonly parties: ReadonlyMap<PartyCode, Party> }

function lookup (register: Register): Lookup {
  const active = register.accounts.filter(account => account.active)
  const pairs = active.flatMap(account => account.certificates.filter(it => it.use === 'tls').map(certificate => [certificate.fingerprint, { account, certificate }] as const))
  return { version: register.version, byFingerprint: new Map(pairs), parties: new Map(register.parties.map(party => [party.code, party])) }
}

/** @param store asked for its register's number each time, and for the register itself only when that has risen */
export async function openParties (store: Pick<Store, 'register' | 'registerVersion'>): Promise<Parties> {
  let now = lookup(await store.register())
  let fresh: Promise<void> | null = null
  const look = async (): Promise<void> => { if (store.registerVersion() !== now.version) now = lookup(await store.register()) }
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
    party: code => now.parties.get(code) ?? null
  }
}
