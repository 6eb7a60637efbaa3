/** Which certificates are revoked: a folder of lists, read again when it changes; a broken new file keeps the old one. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Unusable, type Clock, type Instant } from '../core/core.ts'
import { readPem, type Certificate } from './certificate.ts'
import { hex, readCrls, signedBy, type Crl } from './crl.ts'
import { same } from './der.ts'

export interface RevocationOptions {
  /** Lists (DER or PEM), and PEM certificates of issuers that are needed to check them only. Null: there is none. */
  readonly dir: string | null
  readonly poll_ms: number
  /** Issuers that are known anyway. */
  readonly issuers: readonly Certificate[]
  readonly clock: Clock
  /** Told once of each thing that goes wrong, by file or issuer, and once when it is right again. */
  readonly alarm: (what: string, wrong: boolean) => void
}

/**
 * missing: no list of its issuer. revoked. expired: the list is older than its issuer allows. unknown: there is a list in its
 * issuer's name, and no certificate to check it with, or its issuer did not sign it. `until`: when the answer may be another one by time alone.
 */
export interface RevocationState { readonly kind: 'good' | 'missing' | 'revoked' | 'expired' | 'unknown', readonly until: Instant | null }

export interface Revocation {
  /** Rises when the lists change. */
  version (): number
  /** @param issuer null: to be found among the known ones */
  state (certificate: Certificate, issuer: Certificate | null): RevocationState
  /** How many files or lists cannot be used now. */
  faults (): number
  /** When the first of the lists expires; null without lists. */
  nextUpdate (): Instant | null
  close (): void
}

/** Larger than any authority's list; reading it would keep the gateway from its work. */
const file_bytes_max = 16_000_000

interface Held { readonly mark: string, readonly crls: readonly Crl[], readonly issuers: readonly Certificate[] }

function readFile (path: string): Omit<Held, 'mark'> {
  const bytes = readFileSync(path)
  if (bytes.length > file_bytes_max) throw new Unusable('it is too large')
  const text = bytes[0] === 0x30 ? '' : bytes.toString('latin1')
  const issuers = readPem(text)
  return { issuers, crls: issuers.length > 0 && !text.includes('BEGIN X509 CRL') ? [] : readCrls(bytes) }
}

/** What tells one state of a file from another. */
function markOf (path: string): string {
  const { ino, size, mtimeMs } = statSync(path)
  return `${ino} ${size} ${mtimeMs}`
}

const namesIn = (dir: string): string[] => readdirSync(dir, { withFileTypes: true }).filter(it => !it.isDirectory() && !it.name.startsWith('.')).map(it => it.name).toSorted()

/** @returns `signedBy`, asked once of each list and issuer */
function signatures (): typeof signedBy {
  const known = new WeakMap<Crl, Map<Certificate, boolean>>()
  return (crl, issuer) => {
    const results = known.get(crl) ?? new Map<Certificate, boolean>()
    known.set(crl, results)
    const result = results.get(issuer) ?? signedBy(crl, issuer)
    results.set(issuer, result)
    return result
  }
}

/** Lists may come over a network that nobody vouches for: one in the name of an issuer that is known, and not signed by it, is no list. */
function forged (crl: Crl, issuers: readonly Certificate[], signed: typeof signedBy): boolean {
  const named = issuers.filter(it => same(it.subject.bytes, crl.issuer))
  return named.length > 0 && !named.some(it => signed(crl, it))
}

/** @throws Unusable when the folder, or at the start one of its files, cannot be used */
export function openRevocation ({ dir, poll_ms, issuers: known, clock, alarm }: RevocationOptions): Revocation {
  let held = new Map<string, Held>()
  let version = 0
  const wrong = new Set<string>()
  const signed = signatures()

  const tell = (what: string, isWrong: boolean): void => {
    if (wrong.has(what) === isWrong) return
    if (isWrong) wrong.add(what)
    else wrong.delete(what)
    alarm(what, isWrong)
  }

  /** @returns the file as it is now; null when it cannot be read */
  function look (folder: string, name: string): Held | null {
    const before = held.get(name)
    try {
      const mark = markOf(join(folder, name))
      return before?.mark === mark ? before : { ...readFile(join(folder, name)), mark }
    } catch { return null }
  }

  /** A file that cannot be used counts as it was before. */
  function readAll (folder: string): void {
    const found = namesIn(folder).map(name => [name, look(folder, name)] as const)
    const issuers = [...known, ...found.flatMap(([name, it]) => (it ?? held.get(name))?.issuers ?? [])]
    const now = new Map(found.flatMap(([name, it]) => {
      const usable = it !== null && !it.crls.some(crl => forged(crl, issuers, signed))
      tell(name, !usable)
      const kept = usable ? it : held.get(name)
      return kept === undefined ? [] : [[name, kept] as const]
    }))
    const unchanged = now.size === held.size && [...now].every(([name, it]) => held.get(name) === it)
    for (const name of held.keys()) if (!now.has(name)) tell(name, false)
    held = now
    if (!unchanged) version++
  }

  const crls = (): Crl[] => [...held.values()].flatMap(it => it.crls)

  function issuerOf (certificate: Certificate): Certificate | null {
    const all = [...known, ...[...held.values()].flatMap(it => it.issuers)]
    return all.find(it => same(it.subject.bytes, certificate.issuer) && certificate.x509.verify(it.x509.publicKey)) ?? null
  }

  /** Lists that have run out are told of before somebody is refused for it. */
  function tellExpired (): void {
    for (const [name, it] of held) tell(`${name} (expired)`, it.crls.some(crl => crl.next_update <= clock.now()))
  }

  let timer: NodeJS.Timeout | null = null
  if (dir !== null) {
    try { readAll(dir) } catch { throw new Unusable(`crl_dir: cannot read the folder ${dir}`) }
    const [broken] = wrong
    if (broken !== undefined) throw new Unusable(`crl_dir: ${broken} is no revocation list we can use (complete, with its next update, without critical extensions, signed by its issuer; the certificate of a former key of that issuer may stand beside it)`)
    tellExpired()
    timer = setInterval(() => {
      try { readAll(dir); tell('folder', false) } catch { tell('folder', true) }
      tellExpired()
    }, poll_ms).unref()
  }

  return {
    version: () => version,
    state (certificate, given) {
      const named = crls().filter(it => same(it.issuer, certificate.issuer))
      if (named.length === 0) return { kind: 'missing', until: null }
      const issuer = given ?? issuerOf(certificate)
      if (issuer === null) return { kind: 'unknown', until: null }
      const [newest] = named.filter(it => signed(it, issuer)).toSorted((a, b) => b.this_update - a.this_update)
      if (newest === undefined) return { kind: 'unknown', until: null }
      if (newest.revoked.has(hex(certificate.serial))) return { kind: 'revoked', until: null }
      return newest.next_update <= clock.now() ? { kind: 'expired', until: null } : { kind: 'good', until: newest.next_update }
    },
    faults: () => wrong.size,
    nextUpdate: () => crls().map(it => it.next_update).toSorted((a, b) => a - b)[0] ?? null,
    close: () => { if (timer !== null) clearInterval(timer) }
  }
}
