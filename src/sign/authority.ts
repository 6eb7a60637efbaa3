/** A small certificate authority for development and tests: real X.509 certificates (RFC 5280), no policy, no revocation. */
import { createHash, generateKeyPair, randomBytes, sign, type KeyObject } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import { promisify } from 'node:util'
import { instant, type Instant } from '../core/core.ts'
import { extensionOf, readFirst } from './certificate.ts'
import { sha256 } from './cms.ts'
import { bitString, boolean, context, integer, octetString, oid, sequence, setOf, time, tlv, utf8String } from './der.ts'

export type KeyAlgorithm = 'P-256' | 'P-384' | 'RSA-2048' | 'RSA-3072'
interface KeyPair { readonly privateKey: KeyObject, readonly publicKey: KeyObject }

/** A key and its certificate as PEM: PKCS#8 and X.509. */
export interface Issued { readonly key: string, readonly certificate: string }

/** What issues: its certificate, and the key to sign with. */
export interface Authority { readonly certificate: string, readonly privateKey: KeyObject }

export interface AuthorityRequest {
  readonly name: string
  readonly algorithm: KeyAlgorithm
  readonly days?: number
  readonly notBefore?: Instant
  readonly notAfter?: Instant
}

export interface IssueRequest {
  /** The subject's common name. */
  readonly subject: string
  readonly use: 'server' | 'client' | 'seal'
  readonly algorithm: KeyAlgorithm
  readonly dnsNames?: readonly string[]
  readonly ipAddresses?: readonly string[]
  /** Organisation number for the subject's serialNumber: 20 digits. */
  readonly oin?: string
  /** From `notBefore`; one year when neither this nor `notAfter` is given. */
  readonly days?: number
  /** Default: an hour ago, for clocks that differ. */
  readonly notBefore?: Instant
  readonly notAfter?: Instant
}

const makeKey = promisify(generateKeyPair)
const makeKeys: Readonly<Record<KeyAlgorithm, () => Promise<KeyPair>>> = {
  'P-256': () => makeKey('ec', { namedCurve: 'P-256' }),
  'P-384': () => makeKey('ec', { namedCurve: 'P-384' }),
  'RSA-2048': () => makeKey('rsa', { modulusLength: 2048 }),
  'RSA-3072': () => makeKey('rsa', { modulusLength: 3072 })
}

const rdn = (type: Uint8Array, value: Uint8Array): Buffer => setOf([sequence(type, value)])
const printableString = (text: string): Buffer => tlv(0x13, Buffer.from(text, 'latin1'))

function nameOf (commonName: string, oin?: string): Buffer {
  if (oin !== undefined && !/^\d{20}$/.test(oin)) throw new TypeError('an OIN has 20 digits')
  const number = oin === undefined ? [] : [rdn(oid('2.5.4.5'), printableString(oin))]
  return sequence(...number, rdn(oid('2.5.4.3'), utf8String(commonName)))
}

const extension = (id: string, critical: boolean, value: Uint8Array): Buffer =>
  sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value))

/** KeyUsage bits: digitalSignature 0x80, keyCertSign 0x04, cRLSign 0x02; `unused` are the zero bits at the end. */
const keyUsage = (bits: number, unused: number): Buffer => extension('2.5.29.15', true, bitString(Uint8Array.of(bits), unused))
const extendedUse = (...uses: string[]): Buffer => extension('2.5.29.37', false, sequence(...uses.map(oid)))
const notCa = extension('2.5.29.19', true, sequence())

const purpose: Readonly<Record<IssueRequest['use'], readonly Buffer[]>> = {
  server: [keyUsage(0x80, 7), extendedUse('1.3.6.1.5.5.7.3.1')],
  client: [keyUsage(0x80, 7), extendedUse('1.3.6.1.5.5.7.3.2')],
  // For documents only: neither end of a TLS connection takes this extended use (RFC 9336, and S/MIME for openssl).
  seal: [keyUsage(0x80, 7), extendedUse('1.3.6.1.5.5.7.3.36', '1.3.6.1.5.5.7.3.4')]
}

function ipBytes (address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  if (!isIPv6(address)) throw new TypeError('not an IP address')
  const [head = '', tail] = address.split('::')
  const words = (text: string): string[] => text === '' ? [] : text.split(':')
  const given = [words(head), words(tail ?? '')] as const
  const gap = Array<string>(8 - given[0].length - given[1].length).fill('0')
  return Buffer.from([...given[0], ...gap, ...given[1]].map(word => word.padStart(4, '0')).join(''), 'hex')
}

function alternativeNames ({ dnsNames = [], ipAddresses = [] }: IssueRequest): Buffer[] {
  const names = [...dnsNames.map(name => tlv(0x82, Buffer.from(name, 'latin1'))), ...ipAddresses.map(ip => tlv(0x87, ipBytes(ip)))]
  return names.length === 0 ? [] : [extension('2.5.29.17', false, sequence(...names))]
}

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })
/** The left 160 bits of SHA-256 over the public key (RFC 7093 2). */
const keyId = (key: KeyObject): Buffer => createHash('sha256').update(spki(key)).digest().subarray(0, 20)
const subjectKeyId = oid('2.5.29.14')

function validityOf (request: { notBefore?: Instant, notAfter?: Instant, days?: number }, days: number): Buffer {
  const from = request.notBefore ?? instant(Date.now() - 3_600_000)
  return sequence(time(from), time(request.notAfter ?? instant(from + (request.days ?? days) * 86_400_000)))
}

interface Body {
  readonly issuer: Uint8Array
  /** The issuer's key identifier and private key. */
  readonly issuerKeyId: Uint8Array
  readonly signer: KeyObject
  readonly subject: Uint8Array
  readonly publicKey: KeyObject
  readonly validity: Uint8Array
  readonly extensions: readonly Uint8Array[]
}

function certificateOf ({ issuer, issuerKeyId, signer, subject, publicKey, validity, extensions }: Body): string {
  const algorithm = signer.asymmetricKeyType === 'rsa' ? sha256.rsa : sha256.ecdsa
  // Sixteen random bytes; the first neither zero nor with its sign bit set.
  const serial = randomBytes(16)
  serial.writeUInt8((serial.readUInt8() & 0x3f) | 0x40)
  const ids = [extension('2.5.29.14', false, octetString(keyId(publicKey))), extension('2.5.29.35', false, sequence(tlv(0x80, issuerKeyId)))]
  const version3 = context(0, integer(Uint8Array.of(2)))
  const tbs = sequence(version3, integer(serial), algorithm, issuer, validity, subject, spki(publicKey), context(3, sequence(...extensions, ...ids)))
  const der = sequence(tbs, algorithm, bitString(sign('sha256', tbs, signer)))
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`
}

/** @returns a new self-signed authority, valid ten years unless asked otherwise */
export async function makeAuthority (request: AuthorityRequest): Promise<Authority> {
  const { privateKey, publicKey } = await makeKeys[request.algorithm]()
  const name = nameOf(request.name)
  const extensions = [extension('2.5.29.19', true, sequence(boolean(true), integer(Uint8Array.of(0)))), keyUsage(0x06, 1)]
  const validity = validityOf(request, 3650)
  return { privateKey, certificate: certificateOf({ issuer: name, issuerKeyId: keyId(publicKey), signer: privateKey, subject: name, publicKey, validity, extensions }) }
}

/** @returns a new key and its certificate, for the one use asked @throws TypeError for an OIN or address that is none */
export async function issue (authority: Authority, request: IssueRequest): Promise<Issued> {
  const { privateKey, publicKey } = await makeKeys[request.algorithm]()
  const ca = readFirst(authority.certificate)
  const certificate = certificateOf({
    issuer: ca.subject.bytes,
    issuerKeyId: extensionOf(ca, subjectKeyId)?.content ?? keyId(ca.x509.publicKey),
    signer: authority.privateKey,
    subject: nameOf(request.subject, request.oin),
    publicKey,
    validity: validityOf(request, 365),
    extensions: [notCa, ...purpose[request.use], ...alternativeNames(request)]
  })
  return { certificate, key: keyPem(privateKey) }
}

/** @returns the key as PKCS#8, not encrypted: for development and tests only */
export const keyPem = (key: KeyObject): string => String(key.export({ type: 'pkcs8', format: 'pem' }))
