/** What `zorgpoort keys list` tells: the certificates of a folder, what they are for, whose they are, how long they last, and how their keys are kept. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Instant } from '../core/core.ts'
import { certificateFacts, maySeal, mayServe, readFirst, type Certificate, type CertificateFacts } from './certificate.ts'
import { formerFolder } from './folder.ts'

export interface KeyListing extends CertificateFacts {
  /** File name within the folder. */
  readonly file: string
  /** What the certificate is for; `any` where it does not say (no extended use) and may be a seal or a server's. */
  readonly use: 'authority' | 'seal' | 'server' | 'client' | 'any'
  /** `ending` is valid with less than thirty days to go; `former` was used before, whatever its dates. */
  readonly state: 'valid' | 'ending' | 'expired' | 'not yet valid' | 'former'
  /** Whole days until its end; negative after it. */
  readonly days_left: number
  /** How the private key beside it is kept; `none` where there is none. */
  readonly private_key: 'passphrase' | 'plain' | 'none'
}

const day_ms = 86_400_000

/** @returns the first certificate of every `.pem` file, by file name, then the former ones @throws what the file system says, or when one holds no certificate */
export function listKeys (dir: string, now: Instant): KeyListing[] {
  const former = join(dir, formerFolder)
  const names = (folder: string): string[] => readdirSync(folder).filter(file => file.endsWith('.pem')).toSorted()
  return [
    ...names(dir).map(file => listing(dir, file, now)),
    ...(existsSync(former) ? names(former) : []).map(file => ({ ...listing(dir, join(formerFolder, file), now), state: 'former' as const }))
  ]
}

function listing (dir: string, file: string, now: Instant): KeyListing {
  const pem = readFileSync(join(dir, file), 'utf8')
  const facts = certificateFacts(pem)
  const days_left = Math.floor((Date.parse(facts.not_after) - now) / day_ms)
  return { file, use: useOf(readFirst(pem)), state: stateOf(facts, now), days_left, private_key: keyBeside(join(dir, file)), ...facts }
}

function useOf (certificate: Certificate): KeyListing['use'] {
  if (certificate.x509.ca) return 'authority'
  if (maySeal(certificate)) return mayServe(certificate) ? 'any' : 'seal'
  return mayServe(certificate) ? 'server' : 'client'
}

function keyBeside (path: string): KeyListing['private_key'] {
  const key = path.replace(/\.pem$/, '.key')
  if (!existsSync(key)) return 'none'
  return readFileSync(key, 'latin1').includes('ENCRYPTED') ? 'passphrase' : 'plain'
}

function stateOf (facts: CertificateFacts, now: Instant): KeyListing['state'] {
  const left = Date.parse(facts.not_after) - now
  if (left <= 0) return 'expired'
  if (Date.parse(facts.not_before) > now) return 'not yet valid'
  return left < 30 * day_ms ? 'ending' : 'valid'
}
