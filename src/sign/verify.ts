/** Judging our own seals, with their receipt's statement. Strict in form: nothing may stand in one that we would not put there; a hostile seal gets a reason, never an exception. */
import { createHash, verify as verifyWith } from 'node:crypto'
import type { Fingerprint, Instant } from '../core/core.ts'
import { keyIsStrong, maySeal, readCertificate, readPem, subjectLine, type Certificate } from './certificate.ts'
import { findPath, validAt } from './chain.ts'
import { hashes, oids, rsaEncryption, sha256, type Hash } from './cms.ts'
import { childrenOf, DerError, expectTag, integer, readDer, readTime, same, sequence, setOf, type Der } from './der.ts'

/**
 * Why a seal does not hold. form: not a detached CMS as we read it. signers: not exactly one SignerInfo.
 * algorithm: weak, unknown or contradictory. digest: made over other bytes. certificate: the signer's is missing, unreadable
 * or not the one the signature names. signature: not made with that certificate's key. statement: made for another receipt.
 * usage: the certificate is not for signing documents. chain: it leads to nothing we trust. validity: not valid at that time.
 */
export type SealFault = 'form' | 'signers' | 'algorithm' | 'digest' | 'certificate' | 'signature' | 'statement' | 'usage' | 'chain' | 'validity'

export interface SealClaim {
  readonly seal: Uint8Array
  readonly payload: Uint8Array
  /** The receipt's `statementBytes`. */
  readonly statement: Uint8Array
  /** PEM texts of the certificates trusted: issuers, or a signer's own. */
  readonly trusted: readonly string[]
}

/** `signedAt` is the signer's own claim, to the second; whether `fingerprint` is the signer expected is for the caller to say. */
export type SealVerdict =
  | { readonly ok: true, readonly signedAt: Instant, readonly fingerprint: Fingerprint }
  | { readonly ok: false, readonly reason: SealFault }

/** What is looked at, in this order. Each stands by itself, except that nothing can be said of a seal without its form. */
export const sealChecks = ['form', 'digest', 'certificate', 'signature', 'statement', 'usage', 'chain', 'validity'] as const
export type SealCheck = typeof sealChecks[number]

/** Every check with why it failed; `signedAt` and `signer` are null where the form is wrong. */
export interface SealReport {
  readonly checks: ReadonlyArray<{ readonly check: SealCheck, readonly fault: SealFault | null }>
  readonly signedAt: Instant | null
  readonly signer: { readonly fingerprint: Fingerprint, readonly subject: string } | null
}

const sealBytesMax = 65_536
const certificatesMax = 5
const version1 = integer(Uint8Array.of(1))

class Fault extends Error {
  readonly reason: SealFault
  constructor (reason: SealFault) {
    super(reason)
    this.reason = reason
  }
}

function ensure (reason: SealFault, holds: boolean): asserts holds {
  if (!holds) throw new Fault(reason)
}

/**
 * Whether the seal was made over these bytes and this statement, by a certificate we trust, then valid.
 * @throws only when `trusted` holds something that is no certificate
 */
export function verifySeal (claim: SealClaim): SealVerdict {
  const { checks, signedAt, signer } = examineSeal(claim)
  const reason = checks.find(({ fault }) => fault !== null)?.fault ?? null
  if (reason !== null || signedAt === null || signer === null) return { ok: false, reason: reason ?? 'form' }
  return { ok: true, signedAt, fingerprint: signer.fingerprint }
}

/**
 * The same, every check told by itself: for a person who wants to know all that is wrong.
 * @throws only when `trusted` holds something that is no certificate
 */
export function examineSeal (claim: SealClaim): SealReport {
  const trusted = claim.trusted.flatMap(readPem)
  const read: { parts?: SealParts } = {}
  const form = faultIn(() => { read.parts = readSeal(claim.seal) })
  const { parts } = read
  if (parts === undefined) return { checks: [{ check: 'form', fault: form }], signedAt: null, signer: null }
  const { fingerprint } = parts.signer
  const rest = sealChecks.flatMap(check => check === 'form' ? [] : [{ check, fault: faultIn(() => { judging[check](parts, claim, trusted) }) }])
  return { checks: [{ check: 'form', fault: null }, ...rest], signedAt: parts.signedAt, signer: { fingerprint, subject: subjectLine(parts.signer) } }
}

/** @returns why the work found a fault; null when it found none */
function faultIn (work: () => void): SealFault | null {
  try {
    work()
    return null
  } catch (fault) {
    if (fault instanceof Fault) return fault.reason
    if (fault instanceof DerError) return 'form'
    throw fault
  }
}

const judging: Readonly<Record<Exclude<SealCheck, 'form'>, (parts: SealParts, claim: SealClaim, trusted: readonly Certificate[]) => void>> = {
  digest: ({ attributes }, { payload }) => { ensure('digest', holds(attributes, oids.messageDigest, digest(sha256, payload))) },
  certificate: checkCertificate,
  signature: checkSignature,
  statement: ({ attributes }, { statement }) => { ensure('statement', holds(attributes, oids.statementDigest, digest(sha256, statement))) },
  usage: ({ signer }) => { ensure('usage', maySeal(signer)) },
  chain: (parts, _claim, trusted) => { pathOf(parts, trusted) },
  validity: (parts, _claim, trusted) => { ensure('validity', validAt(pathOf(parts, trusted), [parts.signedAt])) }
}

interface SealParts {
  readonly signedAt: Instant
  readonly certificates: readonly Certificate[]
  readonly signer: Certificate
  readonly attributes: readonly Attribute[]
  /** The signed attributes as they were signed: under SET OF's own tag (RFC 5652 5.4). */
  readonly signed: Uint8Array
  readonly algorithm: Uint8Array
  readonly signature: Uint8Array
}

interface Attribute { readonly oid: Uint8Array, readonly value: Der }

/** Nothing may stand in a seal that no signature covers: no content, revocation lists or unsigned attributes. */
function readSeal (seal: Uint8Array): SealParts {
  ensure('form', seal.length <= sealBytesMax)
  const [type, wrapped] = childrenOf(readDer(seal), 0x30, 2, 2)
  const [signedData] = childrenOf(wrapped, 0xa0, 1, 1)
  const [version, digests, content, certificateSet, signers] = childrenOf(signedData, 0x30, 5, 5)
  ensure('form', same(type?.bytes, oids.signedData) && same(version?.bytes, version1) && same(content?.bytes, sequence(oids.data)))
  const certificates = childrenOf(certificateSet, 0xa0, 1, certificatesMax).map(({ bytes }) => readable(bytes))
  const infos = childrenOf(signers, 0x31)
  ensure('signers', infos.length === 1)
  return readSigner(infos[0], childrenOf(digests, 0x31, 1, 1)[0], certificates)
}

function readSigner (info: Der | undefined, digestOfAll: Der | undefined, certificates: readonly Certificate[]): SealParts {
  const [version, id, digest, set, algorithm, signature] = childrenOf(info, 0x30, 6, 6)
  ensure('form', same(version?.bytes, version1))
  ensure('algorithm', hashOf(digest) === sha256 && hashOf(digestOfAll) === sha256)
  const signers = certificates.filter(({ issuer, serial }) => same(id?.bytes, sequence(issuer, serial)))
  const [signer] = signers
  ensure('certificate', signer !== undefined && signers.length === 1)
  const attributes = readAttributes(expectTag(set, 0xa0))
  return {
    signedAt: readTime(expectPresent(attributeOf(attributes, oids.signingTime))),
    certificates,
    signer,
    attributes,
    signed: setOf(childrenOf(set, 0xa0).map(({ bytes }) => bytes)),
    algorithm: expectTag(algorithm, 0x30).bytes,
    signature: expectTag(signature, 0x04).content
  }
}

function hashOf (algorithm: Der | undefined): Hash {
  const hash = hashes.find(hash => same(algorithm?.bytes, hash.algorithm) || same(algorithm?.bytes, hash.withNull))
  ensure('algorithm', hash !== undefined)
  return hash
}

/** Each attribute once, with one value, in DER's order; the content type must be plain data. */
function readAttributes (set: Der): Attribute[] {
  const attributes = set.children.map(attribute => {
    const [id, values] = childrenOf(attribute, 0x30, 2, 2)
    const [value] = childrenOf(values, 0x31, 1, 1)
    return { oid: expectTag(id, 0x06).bytes, value: expectPresent(value) }
  })
  ensure('form', same(set.bytes, setOf(set.children.map(({ bytes }) => bytes), 0xa0)))
  ensure('form', new Set(attributes.map(({ oid }) => Buffer.from(oid).toString('hex'))).size === attributes.length)
  ensure('form', same(attributeOf(attributes, oids.contentType)?.bytes, oids.data))
  return attributes
}

function expectPresent (der: Der | undefined): Der {
  ensure('form', der !== undefined)
  return der
}

const attributeOf = (attributes: readonly Attribute[], id: Uint8Array): Der | undefined => attributes.find(({ oid }) => same(oid, id))?.value
const digest = (hash: Hash, bytes: Uint8Array): Buffer => createHash(hash.name).update(bytes).digest()

/** @returns whether the attribute is there, as an OCTET STRING with exactly this content */
function holds (attributes: readonly Attribute[], id: Uint8Array, content: Uint8Array): boolean {
  const value = attributeOf(attributes, id)
  return value?.tag === 0x04 && same(value.content, content)
}

/** @throws Fault for what node:crypto cannot read: the bytes are a stranger's */
function readable (der: Uint8Array): Certificate {
  try {
    const certificate = readCertificate(der)
    ensure('algorithm', keyIsStrong(certificate.x509.publicKey))
    return certificate
  } catch (fault) {
    throw fault instanceof Fault ? fault : new Fault('certificate')
  }
}

/** The ESSCertIDv2 (RFC 5035 4) names the signer's certificate. */
function checkCertificate ({ signer, attributes }: SealParts): void {
  const ess = attributeOf(attributes, oids.signingCertificateV2)
  ensure('certificate', ess !== undefined)
  const [list] = childrenOf(ess, 0x30, 1, 2)
  const parts = [...childrenOf(childrenOf(list, 0x30, 1)[0], 0x30, 1, 3)]
  const hash = parts[0]?.tag === 0x30 ? hashOf(parts.shift()) : sha256
  const [value, issuerSerial] = parts
  ensure('certificate', value?.tag === 0x04 && same(value.content, digest(hash, signer.der)))
  ensure('certificate', issuerSerial === undefined || same(issuerSerial.children[1]?.bytes, signer.serial))
}

function checkSignature ({ signer, signed, algorithm, signature }: SealParts): void {
  const key = signer.x509.publicKey
  ensure('algorithm', same(key.asymmetricKeyType === 'ec' ? sha256.ecdsa : rsaEncryption, algorithm))
  ensure('signature', verifyWith(sha256.name, signed, key, signature))
}

/** Every certificate that came along must serve the path, or be one we trust: nothing in a seal stands there unchecked. */
function pathOf ({ signer, certificates, signedAt }: SealParts, trusted: readonly Certificate[]): Certificate[] {
  const path = findPath(signer, { pool: certificates.filter(other => other !== signer), trusted, at: signedAt })
  ensure('chain', path !== null && certificates.every(given => path.includes(given) || trusted.some(({ der }) => same(der, given.der))))
  return path
}
