/** Clients: whom a certificate of a trusted authority makes known, and whether a certificate, pinned or of an authority, still counts. */
import { Unusable, type Instant } from '../core/core.ts'
import { oinOf, readCertificate, readPem, subjectLine, usesAllowClient, type Certificate } from './certificate.ts'
import { findPath, validAt } from './chain.ts'
import type { Revocation, RevocationState } from './revocation.ts'
import { verifySignature } from './signature.ts'

/** A client's certificate with what came along. */
export interface Presented { readonly certificate: Certificate, readonly along: readonly Certificate[] }
/** From the client's certificate to one we trust. `oin` of the client; null where it has none. */
export interface Known { readonly path: readonly Certificate[], readonly oin: string | null, readonly subject: string }
/** Why a certificate does not count any more; null: it does. `version` and `until` say how long that stands. */
export interface Standing { readonly why: Exclude<RevocationState['kind'], 'good'> | null, readonly version: number, readonly until: Instant | null }

export interface Trust {
  /** @param chain DER, the client's own first @returns null when that one cannot be read; of the others those that can */
  read (chain: readonly Uint8Array[]): Presented | null
  /** @returns null when it leads to no authority that is trusted for clients, or is not for TLS clients itself; of several paths one that is valid now */
  known (presented: Presented, now: Instant): Known | null
  /** @returns whether every certificate of the path is valid at that moment */
  valid (known: Known, at: Instant): boolean
  /** Of a certificate that an authority makes known: every link below the authority must have a list, unless lists may be missing. */
  standing (known: Known): Standing
  /** Of a pinned certificate: a list of its issuer is heeded where there is one. */
  pinnedStanding (presented: Presented): Standing
  /** A message's own signature; its signer's certificate is registered, so a list of its issuer is heeded as that of a pinned one. */
  readonly verifySignature: typeof verifySignature
  /** @returns whether what was found still stands */
  stands (standing: Standing, at: Instant): boolean
}

/** What came along is a stranger's: no more of it is looked at. */
const along_max = 6

/** @param name what the person knows the text by @returns every certificate of a PEM text @throws Unusable when there is none, or one cannot be read */
export function certificatesIn (pem: string, name: string): Certificate[] {
  let all: Certificate[]
  try { all = readPem(pem) } catch (cause) { throw new Unusable(`${name} holds a certificate that cannot be read`, { cause }) }
  if (all.length === 0) throw new Unusable(`${name} holds no certificate in PEM`)
  return all
}

/** @param client_ca PEM text of the authorities trusted; null: none @throws Unusable when it holds no certificate */
export function authoritiesIn (client_ca: string | null): Certificate[] {
  if (client_ca === null) return []
  const all = certificatesIn(client_ca, 'client_ca')
  const not = all.find(it => !it.x509.ca)
  if (not !== undefined) throw new Unusable(`client_ca holds a certificate that is no authority’s: ${subjectLine(not)}`)
  return all
}

function readable (der: Uint8Array): Certificate | null {
  try { return readCertificate(der) } catch { return null }
}

const earliest = (moments: ReadonlyArray<Instant | null>): Instant | null => moments.filter(it => it !== null).toSorted((a, b) => a - b)[0] ?? null

/** @param missing what a certificate counts whose issuer has no list */
export function openTrust (authorities: readonly Certificate[], revocation: Revocation, missing: 'refuse' | 'accept'): Trust {
  const judged = (states: readonly RevocationState[], heeded: (state: RevocationState) => boolean): Standing => {
    const bad = states.find(it => it.kind !== 'good' && heeded(it))
    return { why: bad === undefined || bad.kind === 'good' ? null : bad.kind, version: revocation.version(), until: earliest(states.map(it => it.until)) }
  }
  const pinned = (certificate: Certificate): Standing => judged([revocation.state(certificate, null)], it => it.kind !== 'missing')
  return {
    read ([own, ...along]) {
      const certificate = own === undefined ? null : readable(own)
      return certificate === null ? null : { certificate, along: along.slice(0, along_max).map(readable).filter(it => it !== null) }
    },
    known ({ certificate, along }, at) {
      if (!usesAllowClient(certificate, true)) return null
      const path = findPath(certificate, { pool: along, trusted: authorities, at, suits: it => usesAllowClient(it, false) })
      // An authority's own certificate is no client's.
      return path === null || path.length < 2 ? null : { path, oin: oinOf(certificate.subject), subject: subjectLine(certificate) }
    },
    valid: ({ path }, at) => validAt(path, [at]),
    standing: ({ path }) => judged(path.slice(0, -1).map((it, at) => revocation.state(it, path[at + 1] ?? null)), it => it.kind !== 'missing' || missing === 'refuse'),
    pinnedStanding: ({ certificate }) => pinned(certificate),
    verifySignature (claim) {
      const verdict = verifySignature(claim)
      return !verdict.ok || pinned(readCertificate(verdict.certificate)).why === null ? verdict : { ok: false, reason: 'revoked', signer: verdict.signer }
    },
    stands: ({ version, until }, at) => version === revocation.version() && (until === null || at < until)
  }
}
