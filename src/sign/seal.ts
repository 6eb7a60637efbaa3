/** Making seals: a detached CMS signature (RFC 5652, the shape of CAdES-BES) over a message's exact bytes and its receipt's statement. */
import { hash, sign as signWith } from 'node:crypto'
import { promisify } from 'node:util'
import { Unusable, type Fingerprint, type Instant, type Sha256 } from '../core/core.ts'
import { keyIsStrong, maySeal, readPem, subjectLine, type Certificate } from './certificate.ts'
import { oids, rsaEncryption, sha256 as digestAlgorithm } from './cms.ts'
import { context, integer, octetString, sequence, setOf, time, tlv } from './der.ts'
import { checkPair } from './usable.ts'

/** What seals with one key. Made once, used for every message. */
export interface Sealer {
  /**
   * @param sha256 of the exact bytes sealed @param statement their receipt's `statementBytes`
   * @param at the signing time, cut to the second; whether the certificate is valid then is for the caller to ask (`refuses`)
   * @returns the detached CMS SignedData, DER
   */
  readonly seal: (sha256: Sha256, statement: Uint8Array, at: Instant) => Promise<Buffer>
  /** @returns why what is sealed at this moment would never verify; null when it would */
  readonly refuses: (at: Instant) => string | null
  readonly certificate: { readonly fingerprint: Fingerprint, readonly subject: string, readonly not_after: Instant, readonly pem: string }
}

const digest = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer')
/** In the thread pool: the event loop goes on meanwhile. */
const sign = promisify(signWith)
const attribute = (id: Uint8Array, value: Uint8Array): Buffer => sequence(id, setOf([value]))
const one = integer(Uint8Array.of(1))
const contentType = attribute(oids.contentType, oids.data)

/** The certificate's hash and name among what is signed, so that no other certificate can take its place (RFC 5035). */
function signingCertificate (certificate: Certificate): Buffer {
  const issuerSerial = sequence(sequence(context(4, certificate.issuer)), certificate.serial)
  return attribute(oids.signingCertificateV2, sequence(sequence(sequence(octetString(digest(certificate.der)), issuerSerial))))
}

function chainOf (pem: string): Certificate[] {
  try { return readPem(pem) } catch (cause) { throw new Unusable('seal_certificate has a chain below it that cannot be read', { cause }) }
}

/**
 * @param keyPem PKCS#8 @param certificatePem its certificate @param chainPem issuing certificates to hand along, root left out
 * @throws Unusable when one cannot be read, the key is not the certificate's, is too weak, or the certificate is not for signing
 */
export function openSealer (keyPem: string, certificatePem: string, chainPem = ''): Sealer {
  const { key, certificate } = checkPair(keyPem, certificatePem, { key: 'seal_key', certificate: 'seal_certificate' })
  if (!keyIsStrong(certificate.x509.publicKey)) throw new Unusable('seal_key is too weak or of another kind; it must be RSA of 2048 to 8192 bits, P-256 or P-384')
  if (!maySeal(certificate)) throw new Unusable('seal_certificate is not for digital signatures')

  const ess = signingCertificate(certificate)
  const before = Buffer.concat([one, setOf([digestAlgorithm.algorithm]), sequence(oids.data),
    setOf([certificate, ...chainOf(chainPem)].map(({ der }) => der), 0xa0)])
  const signer = Buffer.concat([one, sequence(certificate.issuer, certificate.serial), digestAlgorithm.algorithm])
  const algorithm = key.asymmetricKeyType === 'rsa' ? rsaEncryption : digestAlgorithm.ecdsa

  return {
    refuses: at => at > certificate.not_after ? 'the seal certificate has expired' : at < certificate.not_before ? 'the seal certificate is not valid yet, by the clock of this machine' : null,
    certificate: { fingerprint: certificate.fingerprint, subject: subjectLine(certificate), not_after: certificate.not_after, pem: certificate.x509.toString() },
    async seal (sha256, statement, at) {
      const attributes = setOf([contentType, attribute(oids.signingTime, time(at)), attribute(oids.messageDigest, octetString(Buffer.from(sha256, 'hex'))),
        attribute(oids.statementDigest, octetString(digest(statement))), ess])
      const signature = octetString(await sign('sha256', attributes, key))
      // What is signed is a SET OF; what is sent is the same under the tag [0] (RFC 5652 5.4).
      const sent = Buffer.concat([Uint8Array.of(0xa0), attributes.subarray(1)])
      const info = sequence(signer, sent, algorithm, signature)
      return sequence(oids.signedData, context(0, sequence(before, tlv(0x31, info))))
    }
  }
}
