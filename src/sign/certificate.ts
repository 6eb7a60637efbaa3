/** Reading certificates: what they are, whom they name and what they may be used for (RFC 5280). */
import { createHash, X509Certificate, type KeyObject } from 'node:crypto'
import { fingerprint, instant, rfc3339, type Fingerprint, type Instant } from '../core/core.ts'
import { childrenOf, expectTag, oid, readDer, readTime, same, type Der } from './der.ts'

/** A certificate with the parts node:crypto does not show. */
export interface Certificate {
  readonly x509: X509Certificate
  readonly der: Uint8Array
  readonly fingerprint: Fingerprint
  /** INTEGER and Name, whole, as they stand in the certificate. */
  readonly serial: Uint8Array
  readonly issuer: Uint8Array
  readonly subject: Der
  readonly not_before: Instant
  readonly not_after: Instant
  /** AlgorithmIdentifier its issuer signed with. */
  readonly signatureAlgorithm: Uint8Array
  readonly extensions: readonly Extension[]
}

export interface Extension { readonly oid: Uint8Array, readonly critical: boolean, readonly value: Uint8Array }

/** What an operator is shown of a certificate. */
export interface CertificateFacts {
  readonly fingerprint: Fingerprint
  readonly subject: string
  readonly issuer: string
  /** RFC 3339. */
  readonly not_before: string
  readonly not_after: string
  /** Such as `EC P-256` or `RSA 2048`. */
  readonly key: string
  /** The organisation's number in the subject's serialNumber: 20 digits; null where there is none. */
  readonly oin: string | null
}

/** @throws when the bytes are no certificate, or hold more than one */
export function readCertificate (der: Uint8Array): Certificate {
  const x509 = new X509Certificate(der)
  const [tbs] = childrenOf(readDer(der), 0x30, 3, 3)
  const [version, serial, algorithm, issuer, validity, subject, , ...rest] = childrenOf(tbs, 0x30, 7, 10)
  expectTag(version, 0xa0)
  const [notBefore, notAfter] = childrenOf(validity, 0x30, 2, 2).map(readTime)
  const extensions = rest.find(part => part.tag === 0xa3)?.children[0]
  return {
    x509,
    der,
    fingerprint: fingerprint(createHash('sha256').update(der).digest('hex')),
    serial: expectTag(serial, 0x02).bytes,
    issuer: expectTag(issuer, 0x30).bytes,
    subject: expectTag(subject, 0x30),
    not_before: notBefore ?? instant(0),
    not_after: notAfter ?? instant(0),
    signatureAlgorithm: expectTag(algorithm, 0x30).bytes,
    extensions: extensions === undefined ? [] : childrenOf(extensions, 0x30).map(readExtension)
  }
}

function readExtension (der: Der): Extension {
  const parts = childrenOf(der, 0x30, 2, 3)
  return { oid: expectTag(parts[0], 0x06).bytes, critical: parts[1]?.tag === 0x01, value: expectTag(parts.at(-1), 0x04).content }
}

/** @returns every certificate of a PEM text, in its order; other blocks are passed over @throws when one is unreadable */
export function readPem (pem: string): Certificate[] {
  const blocks = pem.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g)
  return [...blocks].map(([, base64 = '']) => readCertificate(Buffer.from(base64, 'base64')))
}

/** @returns the first certificate of a PEM text @throws TypeError when there is none */
export function readFirst (pem: string): Certificate {
  const [first] = readPem(pem)
  if (first === undefined) throw new TypeError('no certificate in this PEM text')
  return first
}

/** @returns SHA-256 of the certificate's DER @throws when it is no certificate */
export function fingerprintOf (derOrPem: Uint8Array | string): Fingerprint {
  return (typeof derOrPem === 'string' ? readFirst(derOrPem) : readCertificate(derOrPem)).fingerprint
}

/** @returns whether it is one that anybody can make with `keys make`: such a one must not speak for a gateway that carries real persons */
export function madeForDevelopment (pem: string): boolean {
  const { subject, issuer } = certificateFacts(pem)
  return /CN=Zorgpoort development/.test(`${subject}, ${issuer}`)
}

/** @returns whether the first certificate in the text may be shown to a TLS server, as a client's @throws when there is none */
export const mayBeClient = (pem: string): boolean => mayCall(readFirst(pem))

/** @returns what an operator wants to know of the first certificate in the text @throws when there is none */
export function certificateFacts (pem: string): CertificateFacts {
  const certificate = readFirst(pem)
  return {
    fingerprint: certificate.fingerprint,
    subject: subjectLine(certificate),
    issuer: oneLine(certificate.x509.issuer),
    not_before: rfc3339(certificate.not_before),
    not_after: rfc3339(certificate.not_after),
    key: keyName(certificate.x509.publicKey),
    oin: oinOf(certificate.subject)
  }
}

const oneLine = (name: string): string => name.split('\n').join(', ')
/** @returns such as `C=NL, O=Gemeente Utrecht, CN=zorgpoort` */
export const subjectLine = (certificate: Certificate): string => oneLine(certificate.x509.subject)

const curves: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }

/** @returns such as `EC P-256`, `RSA 2048` or, for others, the type alone */
export function keyName (key: KeyObject): string {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  const size = namedCurve === undefined ? modulusLength : curves[namedCurve] ?? namedCurve
  return [key.asymmetricKeyType?.toUpperCase(), size].filter(part => part !== undefined).join(' ')
}

const serialNumber = oid('2.5.4.5')

/** @returns the organisation's number in the subject's serialNumber, 20 digits; null where there is none, or more than one */
export function oinOf (subject: Der): string | null {
  const numbers = subject.children.flatMap(set => set.children).filter(pair => same(pair.children[0]?.bytes, serialNumber))
  const text = Buffer.from(numbers[0]?.children[1]?.content ?? []).toString('latin1')
  return numbers.length === 1 && /^\d{20}$/.test(text) ? text : null
}

const keyUsage = oid('2.5.29.15')
const extendedKeyUsage = oid('2.5.29.37')
/** E-mail protection (what openssl asks of a CMS signer), any, and document signing (RFC 9336). */
const sealing = ['1.3.6.1.5.5.7.3.4', '2.5.29.37.0', '1.3.6.1.5.5.7.3.36'].map(oid)

/** @returns the value of an extension, or undefined where the certificate has none @throws DerError when it is not DER */
export function extensionOf (certificate: Certificate, id: Uint8Array): Der | undefined {
  const found = certificate.extensions.find(extension => same(extension.oid, id))
  return found === undefined ? undefined : readDer(found.value)
}

/** @returns whether documents are among its extended uses; true where it has no such list, as openssl's smimesign */
export function usesAllowSealing (certificate: Certificate): boolean {
  const uses = extensionOf(certificate, extendedKeyUsage)?.children
  return uses === undefined || uses.some(use => sealing.some(id => same(use.bytes, id)))
}

/** @returns whether it may sign documents: KeyUsage says digitalSignature or nonRepudiation, and no extended use keeps it at TLS only */
export function maySeal (certificate: Certificate): boolean {
  return extensionOf(certificate, keyUsage) !== undefined && maySign(certificate) && usesAllowSealing(certificate)
}

/** TLS server, and any. */
const serving = ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0'].map(oid)

/** @returns whether its extended uses, where it has any, let it be a TLS server */
export function mayServe (certificate: Certificate): boolean {
  const uses = extensionOf(certificate, extendedKeyUsage)?.children
  return uses === undefined || uses.some(use => serving.some(id => same(use.bytes, id)))
}

/** @returns whether it may sign at all, whatever else it is for: its KeyUsage, where it has one, says digitalSignature or nonRepudiation (its first two bits) */
export function maySign (certificate: Certificate): boolean {
  const usage = extensionOf(certificate, keyUsage)
  return usage === undefined || ((usage.content[1] ?? 0) & 0xc0) !== 0
}

/** RSA of these sizes and with a short exponent: checking a signature of any other could take seconds, and a stranger may ask for it. */
const rsaFits = ({ asymmetricKeyType, asymmetricKeyDetails: { modulusLength = 0, publicExponent = 0n } = {} }: KeyObject): boolean =>
  asymmetricKeyType === 'rsa' && modulusLength >= 2_048 && modulusLength <= 8_192 && publicExponent < 2n ** 31n

/** @returns whether its key can carry a seal: RSA of 2048 to 8192 bits, P-256 or P-384 */
export function keyIsStrong (key: KeyObject): boolean {
  const name = keyName(key)
  return name === 'EC P-256' || name === 'EC P-384' || rsaFits(key)
}

/** @returns whether an account may have it registered to sign messages with */
export const canSign = (certificate: Certificate): boolean => keyIsStrong(certificate.x509.publicKey) && maySign(certificate)

/** TLS client, and any. */
const client = ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0'].map(oid)

/** @returns whether the gateway may show it as a client: its extended uses, where it has any, say so, and it may sign a handshake */
export function mayCall (certificate: Certificate): boolean {
  const usage = extensionOf(certificate, keyUsage)
  return usesAllowClient(certificate, false) && (usage === undefined || ((usage.content[1] ?? 0) & 0x80) !== 0)
}

/** @param own whether it is a client's own, which must say so; an issuer without a list of uses may issue for any @returns whether TLS clients are among its extended uses, and of a client's own, whether it may sign a handshake */
export function usesAllowClient (certificate: Certificate, own: boolean): boolean {
  const uses = extensionOf(certificate, extendedKeyUsage)?.children
  const allowed = uses === undefined ? !own : uses.some(use => client.some(id => same(use.bytes, id)))
  const usage = extensionOf(certificate, keyUsage)
  return allowed && (!own || usage === undefined || ((usage.content[1] ?? 0) & 0x80) !== 0)
}
