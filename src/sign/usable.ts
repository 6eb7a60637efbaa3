/** Keys and certificates as a person gave them: read, or a sentence that says why not and names what he gave. */
import { createPrivateKey, randomBytes, sign, verify, X509Certificate, type KeyObject } from 'node:crypto'
import { Unusable } from '../core/core.ts'
import { readFirst, type Certificate } from './certificate.ts'

/** What the person knows the two by: settings, options or file names. */
export interface PairNames { readonly key: string, readonly certificate: string }
/** A certificate and the private key that belongs to it. */
export interface Pair { readonly key: KeyObject, readonly certificate: Certificate }

/** @returns where the content of the DER value at `at` begins */
const inside = (der: Uint8Array, at: number): number => {
  const length = der[at + 1] ?? 0
  return at + 2 + (length < 0x80 ? 0 : length & 0x7f)
}

/** A certificate names its version first, under the tag [0]; only version 1 leaves it out (RFC 5280 4.1.2.1). */
const isVersion1 = (der: Uint8Array): boolean => der[inside(der, inside(der, 0))] === 0x02

/** Why node:crypto, or our stricter reader, does not take a text as a certificate. */
function whyNot (pem: string): string {
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) return 'holds no certificate in PEM'
  try {
    return isVersion1(new X509Certificate(pem).raw) ? 'holds an X.509 version 1 certificate; it must be version 3' : 'holds a certificate that is not well formed'
  } catch { return 'holds a certificate that is cut off or damaged' }
}

/** @param name what the person knows the text by @returns the first certificate of the PEM text @throws Unusable */
export function usableCertificate (pem: string, name: string): Certificate {
  try { return readFirst(pem) } catch (cause) { throw new Unusable(`${name} ${whyNot(pem)}`, { cause }) }
}

/**
 * @param name what the person knows the text by @param passphrase null when there is none; a key that has none does not mind one
 * @returns the private key of the PEM text @throws Unusable
 */
export function usableKey (pem: string, name: string, passphrase: string | null = null): KeyObject {
  try { return createPrivateKey(passphrase === null ? pem : { key: pem, passphrase }) } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MISSING_PASSPHRASE'
    const locked = /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(pem)
    const why = missing ? 'holds a private key under a passphrase, which is not given' : locked ? 'does not open with the passphrase given' : 'holds no usable private key in PEM'
    throw new Unusable(`${name} ${why}`, { cause })
  }
}

/** That the public halves are the same says nothing of the private one, of which a bit may be another. @returns whether what it signs verifies */
function signsFor (key: KeyObject, { x509 }: Certificate): boolean {
  const { asymmetricKeyType = '', asymmetricKeyDetails: { hashAlgorithm = 'sha256' } = {} } = key
  // The others have a digest of their own.
  const [algorithm, bytes] = [/^(?:rsa|ec|dsa)/.test(asymmetricKeyType) ? hashAlgorithm : null, randomBytes(32)]
  try { return verify(algorithm, bytes, x509.publicKey, sign(algorithm, bytes, key)) } catch { return false }
}

/** @returns the pair @throws Unusable when one of the two cannot be read, or they do not belong together */
export function checkPair (keyPem: string, certificatePem: string, names: PairNames = { key: 'the key', certificate: 'the certificate' }): Pair {
  const key = usableKey(keyPem, names.key)
  const certificate = usableCertificate(certificatePem, names.certificate)
  if (!certificate.x509.checkPrivateKey(key) || !signsFor(key, certificate)) throw new Unusable(`${names.key} does not belong to ${names.certificate}`)
  return { key, certificate }
}
