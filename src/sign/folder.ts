/** The key folder: a pair per use, private keys under a passphrase, and the certificates that were used before. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Unusable } from '../core/core.ts'
import type { Certificate } from './certificate.ts'
import type { KeyFiles } from './development.ts'
import type { KeyMaterial, PairUse } from './import.ts'
import { usableCertificate } from './usable.ts'

/** Below the key folder: certificates of pairs that are used no more. What they sealed stays verifiable, also without them. */
export const formerFolder = 'former'

/** @returns where a pair stands in its folder */
export const pairFiles = (dir: string, use: PairUse): KeyFiles => ({ certificate: join(dir, `${use}.pem`), key: join(dir, `${use}.key`) })

function closed (dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  chmodSync(dir, 0o700)
}

/** Whole or not at all, for its owner only. */
function write (path: string, text: string): void {
  const part = `${path}.${process.pid}.part`
  writeFileSync(part, text, { mode: 0o600 })
  renameSync(part, path)
}

const pemOf = (all: readonly Certificate[]): string => all.map(({ x509 }) => x509.toString().trimEnd() + '\n').join('')

/** @param passphrase null leaves the key in the clear, for development only */
export function keyText ({ key }: Pick<KeyMaterial, 'key'>, passphrase: string | null): string {
  return String(key.export({ type: 'pkcs8', format: 'pem', ...(passphrase === null ? {} : { cipher: 'aes-256-cbc', passphrase }) }))
}

/** Puts a certificate that is used no more beside its predecessors. The private key is not kept: nothing needs it, and it could only be stolen. */
function retire (dir: string, use: PairUse): string {
  const { certificate } = pairFiles(dir, use)
  const pem = readFileSync(certificate, 'utf8')
  const former = join(dir, formerFolder)
  closed(former)
  const path = join(former, `${use}-${usableCertificate(pem, certificate).fingerprint.slice(0, 16)}.pem`)
  write(path, pem)
  return path
}

/**
 * Writes the pair: the key as PKCS#8, the certificate with its chain below it. A running gateway that finds the one without the other waits for both.
 * @returns the files, and where the certificate went that was there before
 * @throws Unusable when one is there and `replace` does not say that it may go; whatever the file system says
 */
export function keepPair (dir: string, use: PairUse, material: KeyMaterial, passphrase: string | null, replace: boolean): KeyFiles & { readonly former: string | null } {
  const files = pairFiles(dir, use)
  const there = existsSync(files.certificate) || existsSync(files.key)
  if (there && !replace) throw new Unusable(`${files.certificate} is there already; "zorgpoort keys rotate" takes its place and keeps the old certificate`)
  closed(dir)
  const former = existsSync(files.certificate) ? retire(dir, use) : null
  write(files.key, keyText(material, passphrase))
  write(files.certificate, pemOf([material.certificate, ...material.chain]))
  return { ...files, former }
}
