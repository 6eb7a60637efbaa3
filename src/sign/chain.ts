/** From a signer's certificate to one we trust: a path that holds, for signing documents (RFC 5280 6, without policies and revocation). */
import type { Instant } from '../core/core.ts'
import { extensionOf, keyIsStrong, usesAllowSealing, type Certificate } from './certificate.ts'
import { hashes } from './cms.ts'
import { oid, same } from './der.ts'

const basicConstraints = oid('2.5.29.19')
/** What a critical extension may be: those we judge, and two that narrow nothing here (alternative names, policies). */
const understood = [basicConstraints, ...['2.5.29.15', '2.5.29.37', '2.5.29.17', '2.5.29.32'].map(id => oid(id))]
/** Longest path, ends included: a signer, three intermediates, a root. */
const pathMax = 5

/** Where a path may lead, and through what. */
export interface Leading {
  /** Certificates that came along, believed in nothing. */
  readonly pool: readonly Certificate[]
  /** A signer or issuer among these ends the path. */
  readonly trusted: readonly Certificate[]
  /** Where several paths are there, such as by an authority's certificate and its renewal, one that is valid at this moment is taken. */
  readonly at: Instant
  /** What every issuer's extended uses must allow; those of signing documents when not given. */
  readonly suits?: (issuer: Certificate) => boolean
}

/** @returns the path from the signer to a trusted certificate, both included; null when there is none */
export function findPath (signer: Certificate, { pool, trusted, at, suits = usesAllowSealing }: Leading): Certificate[] | null {
  const then = (all: readonly Certificate[]): Certificate[] => all.filter(it => validAt([it], [at]))
  return climb(signer, then(pool), then(trusted), suits) ?? climb(signer, pool, trusted, suits)
}

/** Level by level, each certificate of the pool once: who sends many that issue one another makes nobody try every order. */
function climb (signer: Certificate, pool: readonly Certificate[], trusted: readonly Certificate[], suits: (issuer: Certificate) => boolean): Certificate[] | null {
  let left = pool
  let level: ReadonlyArray<readonly [top: Certificate, path: readonly Certificate[]]> = [[signer, [signer]]]
  for (let below = 0; below < pathMax; below++) {
    const next: Array<readonly [Certificate, readonly Certificate[]]> = []
    for (const [top, path] of level.filter(([top]) => onlyUnderstood(top))) {
      if (trusted.some(({ der }) => same(der, top.der))) return [...path]
      const anchor = below + 1 === pathMax ? undefined : trusted.find(issuer => onlyUnderstood(issuer) && issued(issuer, top, below, suits))
      if (anchor !== undefined) return [...path, anchor]
      const issuers = left.filter(issuer => issued(issuer, top, below, suits))
      left = left.filter(it => !issuers.includes(it))
      next.push(...issuers.map(it => [it, [...path, it]] as const))
    }
    level = next
  }
  return null
}

/** @returns whether every certificate of the path is valid at every one of the moments, to the second */
export function validAt (path: readonly Certificate[], moments: readonly Instant[]): boolean {
  return path.every(({ not_before: from, not_after: until }) => moments.every(at => from <= at && at < until + 1000))
}

const onlyUnderstood = (certificate: Certificate): boolean =>
  certificate.extensions.every(extension => !extension.critical || understood.some(id => same(id, extension.oid)))

/** @param below how many intermediates stand between the certificate and the signer of the document */
function issued (issuer: Certificate, certificate: Certificate, below: number, suits: (issuer: Certificate) => boolean): boolean {
  const pathLength = extensionOf(issuer, basicConstraints)?.children[1]
  const strong = hashes.some(hash => same(certificate.signatureAlgorithm, hash.rsa) || same(certificate.signatureAlgorithm, hash.ecdsa))
  return strong && issuer.x509.ca && suits(issuer) && keyIsStrong(issuer.x509.publicKey) &&
    (pathLength === undefined || (pathLength.content.length === 1 && (pathLength.content[0] ?? 0) >= below)) &&
    certificate.x509.checkIssued(issuer.x509) && certificate.x509.verify(issuer.x509.publicKey)
}
