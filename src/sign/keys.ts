/** What `zorgpoort keys list` tells: the certificates of a folder, whose they are and how long they last. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Instant } from '../core/core.ts'
import { certificateFacts, type CertificateFacts } from './certificate.ts'

export interface KeyListing extends CertificateFacts {
  /** File name within the folder. */
  readonly file: string
  /** `ending` is valid with less than thirty days to go. */
  readonly state: 'valid' | 'ending' | 'expired' | 'not yet valid'
}

const thirtyDays = 30 * 86_400_000

/** @returns the first certificate of every `.pem` file, by file name @throws what the file system says, or when one holds no certificate */
export function listKeys (dir: string, now: Instant): KeyListing[] {
  return readdirSync(dir).filter(file => file.endsWith('.pem')).toSorted().map(file => {
    const facts = certificateFacts(readFileSync(join(dir, file), 'utf8'))
    return { file, state: stateOf(facts, now), ...facts }
  })
}

function stateOf (facts: CertificateFacts, now: Instant): KeyListing['state'] {
  const left = Date.parse(facts.not_after) - now
  if (left <= 0) return 'expired'
  if (Date.parse(facts.not_before) > now) return 'not yet valid'
  return left < thirtyDays ? 'ending' : 'valid'
}
