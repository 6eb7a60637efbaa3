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

/**
 * @param pool certificates that came along, believed in nothing @param trusted a signer or issuer among these ends the path
 * @param suits what every issuer's extended uses must allow; those of signing documents when not given
 * @returns the path from the signer to a trusted certificate, both included; null when there is none
 */
export function findPath (signer: Certificate, pool: readonly Certificate[], trusted: readonly Certificate[], suits = usesAllowSealing, below = 0): Certificate[] | null {
  if (below >= pathMax || !onlyUnderstood(signer)) return null
  if (trusted.some(({ der }) => same(der, signer.der))) return [signer]
  const anchor = trusted.find(issuer => onlyUnderstood(issuer) && issued(issuer, signer, below, suits))
  if (anchor !== undefined) return [signer, anchor]
  for (const issuer of pool.filter(issuer => issued(issuer, signer, below, suits))) {
    const rest = findPath(issuer, pool.filter(other => other !== issuer), trusted, suits, below + 1)
    if (rest !== null) return [signer, ...rest]
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
function issued (issuer: Certificate, certificate: Certificate, below: number, suits: typeof usesAllowSealing): boolean {
  const pathLength = extensionOf(issuer, basicConstraints)?.children[1]
  const strong = hashes.some(hash => same(certificate.signatureAlgorithm, hash.rsa) || same(certificate.signatureAlgorithm, hash.ecdsa))
  return strong && issuer.x509.ca && suits(issuer) && keyIsStrong(issuer.x509.publicKey) &&
    (pathLength === undefined || (pathLength.content.length === 1 && (pathLength.content[0] ?? 0) >= below)) &&
    certificate.x509.checkIssued(issuer.x509) && certificate.x509.verify(issuer.x509.publicKey)
}
