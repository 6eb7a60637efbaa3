/** Makes revocation lists, as an authority does. */
import { sign } from 'node:crypto'
import { instant, type Instant } from '../src/core/core.ts'
import { readFirst } from '../src/sign/certificate.ts'
import { sha256 } from '../src/sign/cms.ts'
import { bitString, integer, sequence, time } from '../src/sign/der.ts'
import type { Authority } from '../src/sign/sign.ts'

export interface CrlRequest {
  /** PEM texts of what is revoked. */
  readonly revoked?: readonly string[]
  readonly thisUpdate?: Instant
  readonly nextUpdate?: Instant
  /** Whose name the list bears; the one that signs it when not given. */
  readonly inNameOf?: Authority
}

/** @returns the list, DER */
export function makeCrl (authority: Authority, { revoked = [], thisUpdate = instant(Date.now() - 3_600_000), nextUpdate = instant(Date.now() + 86_400_000), inNameOf = authority }: CrlRequest = {}): Buffer {
  const { subject } = readFirst(inNameOf.certificate)
  const algorithm = authority.privateKey.asymmetricKeyType === 'rsa' ? sha256.rsa : sha256.ecdsa
  const entries = revoked.map(pem => sequence(readFirst(pem).serial, time(thisUpdate)))
  const signed = sequence(integer(Uint8Array.of(1)), algorithm, subject.bytes, time(thisUpdate), time(nextUpdate), ...entries.length === 0 ? [] : [sequence(...entries)])
  return sequence(signed, algorithm, bitString(sign('sha256', signed, authority.privateKey)))
}

export const pemOf = (der: Uint8Array): string =>
  `-----BEGIN X509 CRL-----\n${Buffer.from(der).toString('base64').replace(/.{1,64}/g, '$&\n')}-----END X509 CRL-----\n`
