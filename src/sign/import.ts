/** Key files as people get them (PEM of every kind, PKCS#12) made into a pair for one use: checked, ordered, ready to be kept. */
import { createPrivateKey, type KeyObject } from 'node:crypto'
import { rfc3339, Unusable, type Instant } from '../core/core.ts'
import { keyIsStrong, keyName, mayCall, maySeal, mayServe, readPem, subjectLine, type Certificate } from './certificate.ts'
import { readPkcs12, type Material } from './pkcs12.ts'

/** What a pair is for: to seal messages, to be the door's own in TLS, or to be known by where the gateway pushes to. */
export type PairUse = 'seal' | 'server' | 'push'

/** A private key with its certificate, and the issuing certificates from its issuer upwards. */
export interface KeyMaterial { readonly key: KeyObject, readonly certificate: Certificate, readonly chain: readonly Certificate[] }

/** A file as it was given; `name` is what the person knows it by. */
export interface KeyFile { readonly name: string, readonly bytes: Uint8Array }

const keyBlock = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?-----END \1-----/g
const isLocked = (block: string): boolean => /BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(block)

/** @param password null when none was given @throws Unusable naming the file */
function keyIn (block: string, password: string | null, name: string): KeyObject {
  const locked = isLocked(block)
  if (locked && password === null) throw new Unusable(`${name} holds a private key under a password, and none was given`)
  try { return createPrivateKey(locked ? { key: block, passphrase: password ?? '' } : block) } catch (cause) {
    throw new Unusable(locked ? `the password does not open the private key in ${name}` : `${name} holds a private key that cannot be read`, { cause })
  }
}

function readPemFile (text: string, password: string | null, name: string): Material {
  const keys = [...text.matchAll(keyBlock)].map(([block]) => keyIn(block, password, name))
  try { return { keys, certificates: readPem(text) } } catch (cause) { throw new Unusable(`${name} holds a certificate that cannot be read`, { cause }) }
}

/** @returns whether the file needs a password to be read */
export function needsPassword ({ bytes }: KeyFile): boolean {
  const text = Buffer.from(bytes).toString('latin1')
  return text.includes('-----BEGIN ') ? [...text.matchAll(keyBlock)].some(([block]) => isLocked(block)) : true
}

function materialOf ({ name, bytes }: KeyFile, password: string | null): Material {
  const text = Buffer.from(bytes).toString('latin1')
  if (text.includes('-----BEGIN ')) return readPemFile(text, password, name)
  if (bytes[0] !== 0x30) throw new Unusable(`${name} is neither PEM nor PKCS#12 (.pfx, .p12)`)
  return readPkcs12(bytes, password ?? '', name)
}

/** From the certificate upwards, each issued by the next; a root is left out, as everybody who trusts it has it. */
function chainFrom (certificate: Certificate, pool: readonly Certificate[]): Certificate[] {
  const issuer = pool.find(it => it !== certificate && certificate.x509.checkIssued(it.x509) && certificate.x509.verify(it.x509.publicKey))
  if (issuer === undefined || issuer.x509.checkIssued(issuer.x509)) return []
  return [issuer, ...chainFrom(issuer, pool.filter(it => it !== issuer))]
}

const named = (files: readonly KeyFile[]): string => files.map(({ name }) => name).join(' and ')

/**
 * @param password of every file that has one; null when none was given
 * @returns the one private key in the files with the certificate that belongs to it @throws Unusable saying what is missing or does not fit
 */
export function readKeyFiles (files: readonly KeyFile[], password: string | null): KeyMaterial {
  const all = files.map(file => materialOf(file, password))
  const [key, ...others] = all.flatMap(it => it.keys)
  const certificates = all.flatMap(it => it.certificates)
  if (key === undefined) throw new Unusable(`${named(files)}: no private key; --key names the file that holds it`)
  if (others.length > 0) throw new Unusable(`${named(files)}: more than one private key`)
  if (certificates.length === 0) throw new Unusable(`${named(files)}: no certificate`)
  const certificate = certificates.find(it => it.x509.checkPrivateKey(key))
  if (certificate === undefined) throw new Unusable(`${named(files)}: the private key does not belong to ${certificates.length === 1 ? 'the certificate' : 'any of the certificates'}`)
  return { key, certificate, chain: chainFrom(certificate, certificates) }
}

/** @throws Unusable when the pair is not for this use, or not valid at this moment */
export function checkUse ({ key, certificate }: KeyMaterial, use: PairUse, now: Instant): void {
  const subject = subjectLine(certificate)
  if (now < certificate.not_before) throw new Unusable(`the certificate of ${subject} is not valid before ${rfc3339(certificate.not_before)}`)
  if (now > certificate.not_after) throw new Unusable(`the certificate of ${subject} expired at ${rfc3339(certificate.not_after)}`)
  if (use === 'server' && !mayServe(certificate)) throw new Unusable(`the certificate of ${subject} is not for a TLS server`)
  if (use === 'push' && !mayCall(certificate)) throw new Unusable(`the certificate of ${subject} is not for a TLS client: where it has extended uses, clientAuth must be among them`)
  if (use === 'seal' && !maySeal(certificate)) throw new Unusable(`the certificate of ${subject} is not for signing documents: it needs digitalSignature or nonRepudiation, and no extended use that keeps it at TLS`)
  if (use === 'seal' && !keyIsStrong(certificate.x509.publicKey)) throw new Unusable(`a ${keyName(key)} key cannot seal; it must be RSA of 2048 to 8192 bits, P-256 or P-384`)
}
