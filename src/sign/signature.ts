/** A sender's own signature: a detached CMS over the exact bytes (RFC 5652), by a certificate that is registered for it. Any writer's form, but DER; strict in what it proves; a hostile one gets a reason, never an exception. */
import { constants, createHash, verify, type VerifyKeyObjectInput } from 'node:crypto'
import type { Fingerprint, Instant } from '../core/core.ts'
import { extensionOf, keyIsStrong, maySign, readCertificate, readPem, type Certificate } from './certificate.ts'
import { findPath, validAt } from './chain.ts'
import { hashes, oids, rsaNames, saltOf, sha256, type Hash } from './cms.ts'
import { childrenOf, DerError, expectTag, oid, readDer, same, sequence, type Der } from './der.ts'

/** Largest signature taken, in bytes of DER: room for three certificates, and what a time-stamp authority adds. */
export const signature_bytes_max = 8_192

/**
 * Why a sender's signature does not count. size: too large. form: not a detached CMS in DER. attached: it holds content of its own.
 * signers: not exactly one. algorithm: weak, unknown or contradictory. digest: made over other bytes. certificate: it names another
 * certificate than the one it was made with. signature: not made with that certificate's key. Of the certificate itself:
 * signer: not registered for the sending party. key: weak, or of another kind. usage: not for signing. validity: not valid at that time.
 * revoked: on a list of its issuer, or that list cannot be relied on; told by `Trust` only, not by `verifySignature`.
 */
export type SignatureFault = 'size' | 'form' | 'attached' | 'signers' | 'algorithm' | 'digest' | 'certificate' | 'signature' | 'signer' | 'key' | 'usage' | 'validity' | 'revoked'

/** A certificate that may sign; where only its fingerprint is known it must come along with the signature. */
export interface Signer { readonly fingerprint: Fingerprint, readonly pem: string | null }

export interface SignatureClaim {
  readonly signature: Uint8Array
  readonly payload: Uint8Array
  readonly signers: readonly Signer[]
  /** When the certificate must be valid: the receipt of the message. */
  readonly at: Instant
}

/** `certificate` is the signer's, in DER, also when it did not come along. `signer` of one that is not registered, where it came along. */
export type SignatureVerdict =
  | { readonly ok: true, readonly signer: Fingerprint, readonly certificate: Uint8Array }
  | { readonly ok: false, readonly reason: SignatureFault, readonly signer: Fingerprint | null }

class Fault extends Error {
  readonly reason: SignatureFault
  readonly signer: Fingerprint | null
  constructor (reason: SignatureFault, signer: Fingerprint | null = null) {
    super(reason)
    this.reason = reason
    this.signer = signer
  }
}

function ensure (reason: SignatureFault, holds: boolean, signer: Fingerprint | null = null): asserts holds {
  if (!holds) throw new Fault(reason, signer)
}

/** What is asked of a signature when no register says who may sign: `trusted` are PEM texts of signers, or of the authorities they come from. */
export interface TrustClaim extends Omit<SignatureClaim, 'signers'> { readonly trusted: readonly string[] }

/**
 * Whether the signature was made over exactly these bytes, by a certificate that is trusted or leads to one that is, all valid then.
 * @throws only when `trusted` holds something that is no certificate
 */
export function verifyByTrust ({ trusted, ...claim }: TrustClaim): SignatureVerdict {
  const known = trusted.flatMap(readPem)
  const leads = (it: Certificate, pool: readonly Certificate[]): boolean => {
    const path = findPath(it, { pool: pool.filter(other => other !== it), trusted: known, at: claim.at, suits: anyUse })
    return path !== null && validAt(path, [claim.at])
  }
  const along = certificatesIn(claim.signature)
  const signers = [...known, ...along.filter(it => leads(it, along))]
  return verifySignature({ ...claim, signers: signers.map(({ fingerprint, x509 }) => ({ fingerprint, pem: x509.toString() })) })
}

/** Authorities of signing certificates are often those of TLS as well. */
const anyUse = (): boolean => true

function certificatesIn (signature: Uint8Array): Certificate[] {
  try { return alongWith(readSignature(signature)) } catch { return [] }
}

/** Whether the signature was made over exactly these bytes by one of these signers, valid then. Never throws. */
export function verifySignature (claim: SignatureClaim): SignatureVerdict {
  try {
    const parts = readSignature(claim.signature)
    const { fingerprint, der } = judge(parts, claim)
    return { ok: true, signer: fingerprint, certificate: der }
  } catch (fault) {
    if (fault instanceof Fault) return { ok: false, reason: fault.reason, signer: fault.signer }
    if (fault instanceof DerError) return { ok: false, reason: 'form', signer: null }
    // What node:crypto makes of odd keys and signatures.
    return { ok: false, reason: 'signature', signer: null }
  }
}

/** What a CMS with one signer holds. */
interface SignatureParts {
  readonly certificates: readonly Der[]
  /** IssuerAndSerialNumber, or a key identifier under the tag [0]. */
  readonly id: Der
  readonly hash: Hash
  readonly algorithm: Der
  /** Null where the signature covers the content itself. */
  readonly attributes: Der | null
  readonly signature: Uint8Array
}

/** Versions, revocation lists and unsigned attributes (a time stamp) say nothing we rely on, and may be there. @throws Fault, DerError */
function readSignature (bytes: Uint8Array): SignatureParts {
  ensure('size', bytes.length <= signature_bytes_max)
  const [type, wrapped] = childrenOf(readDer(bytes), 0x30, 2, 2)
  ensure('form', same(type?.bytes, oids.signedData))
  const [version, digests, content, ...rest] = childrenOf(childrenOf(wrapped, 0xa0, 1, 1)[0], 0x30, 4, 6)
  expectTag(version, 0x02)
  expectTag(digests, 0x31)
  const [contentType, attached] = childrenOf(content, 0x30, 1, 2)
  ensure('form', same(contentType?.bytes, oids.data))
  ensure('attached', attached === undefined)
  const [info, ...others] = childrenOf(rest.at(-1), 0x31)
  ensure('signers', info !== undefined && others.length === 0)
  return { certificates: rest.find(({ tag }) => tag === 0xa0)?.children ?? [], ...readSigner(info) }
}

function readSigner (info: Der): Omit<SignatureParts, 'certificates'> {
  const [version, id, digest, ...rest] = childrenOf(info, 0x30, 5, 7)
  expectTag(version, 0x02)
  const attributes = rest[0]?.tag === 0xa0 ? rest.shift() ?? null : null
  const [algorithm, signature, unsigned, ...more] = rest
  ensure('form', id !== undefined && (unsigned === undefined || unsigned.tag === 0xa1) && more.length === 0)
  return { id, hash: hashOf(digest), algorithm: expectTag(algorithm, 0x30), attributes, signature: expectTag(signature, 0x04).content }
}

function hashOf (algorithm: Der | undefined): Hash {
  const hash = hashes.find(hash => same(algorithm?.bytes, hash.algorithm) || same(algorithm?.bytes, hash.withNull))
  ensure('algorithm', hash !== undefined)
  return hash
}

function judge (parts: SignatureParts, { payload, signers, at }: SignatureClaim): Certificate {
  const signer = findSigner(parts, signers, at)
  const { fingerprint } = signer
  ensure('key', keyIsStrong(signer.x509.publicKey), fingerprint)
  ensure('usage', maySign(signer), fingerprint)
  ensure('validity', validAt([signer], [at]), fingerprint)
  checkSigned(parts, signer, payload)
  return signer
}

/** @returns what came along and can be read as a certificate: the bytes may be a stranger's */
function alongWith ({ certificates }: SignatureParts): Certificate[] {
  return certificates.flatMap(({ bytes }) => {
    try { return [readCertificate(bytes)] } catch { return [] }
  })
}

const subjectKeyId = oid('2.5.29.14')

/** @returns whether the signature says that this certificate's key made it */
function names ({ id }: SignatureParts, certificate: Certificate): boolean {
  if (id.tag !== 0x80) return same(id.bytes, sequence(certificate.issuer, certificate.serial))
  const own = extensionOf(certificate, subjectKeyId)
  return own !== undefined && same(own.content, id.content)
}

/** A renewed certificate may have its predecessor's key: of several that fit, one that is valid. What came along counts only when it is registered. */
function findSigner (parts: SignatureParts, signers: readonly Signer[], at: Instant): Certificate {
  const named = [...signers.flatMap(({ pem }) => pem === null ? [] : readPem(pem)), ...alongWith(parts)].filter(it => names(parts, it))
  const registered = named.filter(it => signers.some(({ fingerprint }) => fingerprint === it.fingerprint))
  const signer = registered.find(it => validAt([it], [at])) ?? registered[0]
  ensure('signer', signer !== undefined, named[0]?.fingerprint ?? null)
  return signer
}

const digest = (hash: Hash, bytes: Uint8Array): Buffer => createHash(hash.name).update(bytes).digest()

/** @throws Fault unless this certificate's key signed exactly this payload */
function checkSigned (parts: SignatureParts, signer: Certificate, payload: Uint8Array): void {
  if (parts.attributes !== null) checkAttributes(parts.attributes, parts.hash, signer, payload)
  checkKey(parts, signer, parts.attributes === null ? payload : asSet(parts.attributes))
}

/** What is signed is a SET OF, in the order in which it was sent; what is sent is the same under the tag [0] (RFC 5652 5.4). */
const asSet = ({ bytes }: Der): Buffer => Buffer.concat([Uint8Array.of(0x31), bytes.subarray(1)])

function checkAttributes (set: Der, hash: Hash, signer: Certificate, payload: Uint8Array): void {
  const one = (id: Uint8Array): Der | undefined => {
    const found = set.children.filter(attribute => same(attribute.children[0]?.bytes, id))
    ensure('form', found.length < 2)
    return found[0] === undefined ? undefined : childrenOf(found[0].children[1], 0x31, 1, 1)[0]
  }
  ensure('form', same(one(oids.contentType)?.bytes, oids.data))
  const made = one(oids.messageDigest)
  ensure('digest', made?.tag === 0x04 && same(made.content, digest(hash, payload)))
  const ess = one(oids.signingCertificateV2)
  if (ess !== undefined) ensure('certificate', namesItself(ess, signer))
}

/** @returns whether the first ESSCertIDv2 (RFC 5035 4) holds the hash of this certificate */
function namesItself (ess: Der, signer: Certificate): boolean {
  const [list] = childrenOf(ess, 0x30, 1, 2)
  const parts = [...childrenOf(childrenOf(list, 0x30, 1)[0], 0x30, 1, 3)]
  const hash = parts[0]?.tag === 0x30 ? hashOf(parts.shift()) : sha256
  return parts[0]?.tag === 0x04 && same(parts[0].content, digest(hash, signer.der))
}

/** PKCS#1 v1.5 and PSS for RSA, the latter with the same hash throughout (RFC 4056), as every current writer makes it. */
function checkKey ({ hash, algorithm, signature }: SignatureParts, { x509: { publicKey: key } }: Certificate, signed: Uint8Array): void {
  const salt = saltOf(algorithm, hash)
  const known = key.asymmetricKeyType === 'ec' ? [hash.ecdsa] : rsaNames(hash)
  ensure('algorithm', salt === null ? known.some(name => same(name, algorithm.bytes)) : key.asymmetricKeyType === 'rsa')
  const how: VerifyKeyObjectInput = salt === null ? { key } : { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: salt }
  ensure('signature', verify(hash.name, signed, how, signature))
}
