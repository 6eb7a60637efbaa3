/** Certificates as they come into the register: read, usable for what they are registered for, and nobody else's. */
import { fingerprint, instant, rfc3339, type AccountId, type Instant } from '../core/core.ts'
import { canSign, certificateFacts, usableCertificate } from '../sign/sign.ts'
import type { Certificate, Register } from '../store/store.ts'
import { RegisterFault } from './fault.ts'
import { momentOf } from './moment.ts'

/** A certificate as a person or a file gives it: itself in PEM; or only what was kept of it. */
export interface GivenCertificate {
  readonly use?: Certificate['use'] | undefined
  readonly pem?: string | null | undefined
  readonly fingerprint?: string | undefined
  readonly subject?: string | undefined
  readonly not_after?: string | undefined
}

/** @param name what the person knows it by, such as its file @throws RegisterFault or Unusable */
export function readGiven ({ use = 'tls', pem = null, fingerprint: digest, subject = '', not_after }: GivenCertificate, name: string): Certificate {
  if (pem === null) {
    if (digest === undefined || !/^[0-9a-f]{64}$/.test(digest) || not_after === undefined) throw new RegisterFault(`${name} is given by pem, or by fingerprint (64 hexadecimal digits), subject and not_after`)
    return { fingerprint: fingerprint(digest), use, subject, not_after: momentOf(not_after, `not_after of ${name}`), pem: null }
  }
  const certificate = usableCertificate(pem, name)
  if (digest !== undefined && digest !== certificate.fingerprint) throw new RegisterFault(`${name} has another fingerprint than it says: SHA-256 ${certificate.fingerprint}`)
  if (use === 'sign' && !canSign(certificate)) throw new RegisterFault(`${name} cannot be registered to sign: its key usage is neither digitalSignature nor nonRepudiation, or its key is too weak (RSA of 2048 to 8192 bits, P-256, P-384)`)
  const facts = certificateFacts(pem)
  return { fingerprint: facts.fingerprint, use, subject: facts.subject, not_after: instant(Date.parse(facts.not_after)), pem: usablePart(pem) }
}

/** Only the first certificate is kept: what stands beside it (a chain, by mistake a key) is not ours to keep. */
const usablePart = (pem: string): string => `${/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem)?.[0] ?? ''}\n`

/** What is asked of a certificate that an account gets. */
export interface Asked { readonly now: Instant, readonly keepExpired: boolean }

/** @throws RegisterFault when it is another account's, or has expired and the account did not have it yet */
export function checkCertificate (register: Register, account: AccountId, it: Certificate, { now, keepExpired }: Asked): void {
  const holder = register.accounts.find(({ certificates }) => certificates.some(its => its.fingerprint === it.fingerprint))
  if (holder !== undefined && holder.id !== account) throw new RegisterFault(`certificate SHA-256 ${it.fingerprint} belongs to account ${holder.id} already`)
  if (holder === undefined && !keepExpired && it.not_after <= now) throw new RegisterFault(`certificate SHA-256 ${it.fingerprint} expired ${rfc3339(it.not_after)}`)
}
