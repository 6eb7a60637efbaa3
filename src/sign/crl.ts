/** Certificate revocation lists (RFC 5280 5): complete ones only, read from DER or PEM. */
import { verify } from 'node:crypto'
import type { Instant } from '../core/core.ts'
import { keyIsStrong, type Certificate } from './certificate.ts'
import { hashes } from './cms.ts'
import { childrenOf, DerError, expectTag, integer, readDer, readTime, same, type Der } from './der.ts'

/** One list as read; whether its issuer signed it is another question. */
export interface Crl {
  /** The issuer's Name, whole, as in a certificate. */
  readonly issuer: Uint8Array
  readonly this_update: Instant
  readonly next_update: Instant
  /** Serial numbers (INTEGER, whole) in hexadecimal. */
  readonly revoked: ReadonlySet<string>
  readonly signed: Uint8Array
  readonly algorithm: Uint8Array
  readonly signature: Uint8Array
}

const version2 = integer(Uint8Array.of(1))
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const isTime = (der: Der | undefined): boolean => der?.tag === 0x17 || der?.tag === 0x18

/** A critical extension narrows what the list covers (a part, a delta, other issuers): such a list is not believed. @throws DerError */
function refuseCritical (extensions: Der | undefined): void {
  if (extensions === undefined) return
  const critical = childrenOf(extensions, 0x30).some(it => childrenOf(it, 0x30, 2, 3)[1]?.tag === 0x01)
  if (critical) throw new DerError('critical extension')
}

function serialOf (entry: Der): string {
  const [serial, , extensions] = childrenOf(entry, 0x30, 2, 3)
  refuseCritical(extensions)
  return hex(expectTag(serial, 0x02).bytes)
}

/** @throws DerError when it is no list, says not when the next one comes, or has something critical in it */
function readCrl (bytes: Uint8Array): Crl {
  const [signed, algorithm, signature] = childrenOf(readDer(bytes), 0x30, 3, 3)
  const parts = [...childrenOf(signed, 0x30, 4, 7)]
  if (parts[0]?.tag === 0x02 && !same(parts.shift()?.bytes, version2)) throw new DerError('version')
  const [inner, issuer, thisUpdate, nextUpdate] = parts.splice(0, 4)
  if (!same(inner?.bytes, expectTag(algorithm, 0x30).bytes) || thisUpdate === undefined || nextUpdate === undefined || !isTime(thisUpdate) || !isTime(nextUpdate)) throw new DerError('structure')
  const entries = parts[0]?.tag === 0x30 ? parts.shift() : undefined
  if (parts[0]?.tag === 0xa0) refuseCritical(childrenOf(parts.shift(), 0xa0, 1, 1)[0])
  if (parts.length > 0) throw new DerError('structure')
  return {
    issuer: expectTag(issuer, 0x30).bytes,
    this_update: readTime(thisUpdate),
    next_update: readTime(nextUpdate),
    revoked: new Set((entries === undefined ? [] : childrenOf(entries, 0x30)).map(serialOf)),
    signed: expectTag(signed, 0x30).bytes,
    algorithm: expectTag(algorithm, 0x30).bytes,
    signature: expectTag(signature, 0x03).content.subarray(1)
  }
}

/** @param bytes DER, or PEM with one list or more @throws DerError when one of them is not a list we can use, or there is none */
export function readCrls (bytes: Uint8Array): Crl[] {
  if (bytes[0] === 0x30) return [readCrl(bytes)]
  const blocks = [...Buffer.from(bytes).toString('latin1').matchAll(/-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]+)-----END X509 CRL-----/g)]
  if (blocks.length === 0) throw new DerError('no list')
  return blocks.map(([, base64 = '']) => readCrl(Buffer.from(base64, 'base64')))
}

/** @returns whether this certificate's key signed the list, in a way that still counts */
export function signedBy ({ issuer, algorithm, signed, signature }: Crl, { subject, x509 }: Certificate): boolean {
  const key = x509.publicKey
  const hash = hashes.find(it => key.asymmetricKeyType === 'ec' ? same(algorithm, it.ecdsa) : same(algorithm, it.rsa))
  return same(issuer, subject.bytes) && hash !== undefined && keyIsStrong(key) && verify(hash.name, signed, key, signature)
}
