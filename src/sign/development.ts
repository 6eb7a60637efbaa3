/** Keys and certificates for a machine of one's own: an authority, a server, a seal, a client to push with and one for each party, in one closed folder. */
import { createPrivateKey, type KeyObject } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Unusable, type PartyCode } from '../core/core.ts'
import { issue, keyPem, makeAuthority, type Authority, type IssueRequest } from './authority.ts'
import { readFirst, type Certificate } from './certificate.ts'

/** Where a certificate and its PKCS#8 key stand. */
export interface KeyFiles { readonly certificate: string, readonly key: string }
export interface DevelopmentKeys {
  readonly ca: KeyFiles
  readonly server: KeyFiles
  readonly seal: KeyFiles
  /** By which the gateway is known where it pushes to. */
  readonly push: KeyFiles
  /** By the party's name. */
  readonly parties: Readonly<Record<string, KeyFiles>>
}

/** `name` becomes a file name: lower-case letters, digits and dashes. */
export interface DevelopmentParty { readonly name: string, readonly code: PartyCode }

/**
 * Makes what is not there, has expired, or does not fit the authority; the rest stays as it is. The folder gets 0700, files 0600.
 * @throws Unusable for a party name that is no file name of its own, and for files that cannot be read; whatever the file system says
 */
export async function developmentKeys (dir: string, parties: readonly DevelopmentParty[]): Promise<DevelopmentKeys> {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  chmodSync(dir, 0o700)
  const ca = filesOf(dir, 'ca')
  const authority = await keepAuthority(ca)
  const keep = (name: string, request: Omit<IssueRequest, 'algorithm'>): Promise<KeyFiles> =>
    keepIssued(filesOf(dir, name), authority, { ...request, algorithm: 'P-256' })
  const server = await keep('server', { subject: 'localhost', use: 'server', dnsNames: ['localhost'], ipAddresses: ['127.0.0.1', '::1'] })
  const seal = await keep('seal', { subject: 'Zorgpoort development seal', use: 'seal' })
  const push = await keep('push', { subject: 'Zorgpoort development push', use: 'client' })
  const clients: Array<[string, KeyFiles]> = []
  for (const { name, code } of parties) clients.push([name, await keep(checkedName(name), { subject: `${name} ${code}`, use: 'client' })])
  return { ca, server, seal, push, parties: Object.fromEntries(clients) }
}

const filesOf = (dir: string, name: string): KeyFiles => ({ certificate: join(dir, `${name}.pem`), key: join(dir, `${name}.key`) })

function checkedName (name: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name) || ['ca', 'server', 'seal', 'push'].includes(name)) throw new Unusable(`${name} is not a name for a party’s key files`)
  return name
}

async function keepAuthority (files: KeyFiles): Promise<Authority> {
  const kept = readPair(files)
  if (kept !== null) return { certificate: kept.pem, privateKey: kept.key }
  const made = await makeAuthority({ name: 'Zorgpoort development CA', algorithm: 'P-256' })
  writePair(files, { certificate: made.certificate, key: keyPem(made.privateKey) })
  return made
}

async function keepIssued (files: KeyFiles, authority: Authority, request: IssueRequest): Promise<KeyFiles> {
  const issuer = readFirst(authority.certificate)
  const kept = readPair(files)
  if (kept?.certificate.x509.verify(issuer.x509.publicKey) !== true) writePair(files, await issue(authority, request))
  return files
}

interface Pair { readonly certificate: Certificate, readonly pem: string, readonly key: KeyObject }

/** @returns the pair when both files are there, belong together and have not expired; null otherwise @throws when one is unreadable */
function readPair (files: KeyFiles): Pair | null {
  if (!existsSync(files.certificate) || !existsSync(files.key)) return null
  const { certificate, pem, key } = parsePair(files)
  const usable = certificate.not_after > Date.now() && certificate.x509.checkPrivateKey(key)
  return usable ? { certificate, pem, key } : null
}

function parsePair (files: KeyFiles): Pair {
  try {
    const pem = readFileSync(files.certificate, 'utf8')
    return { pem, certificate: readFirst(pem), key: createPrivateKey(readFileSync(files.key)) }
  } catch (cause) {
    throw new Unusable(`${files.certificate} or its .key cannot be read; remove both to have them made again`, { cause })
  }
}

/** Each file whole or not at all; when the machine stops between the two, the next start sees that they do not belong together. */
function writePair (files: KeyFiles, pair: { certificate: string, key: string }): void {
  for (const [path, text] of [[files.key, pair.key], [files.certificate, pair.certificate]] as const) {
    const part = `${path}.${process.pid}.part`
    writeFileSync(part, text, { mode: 0o600 })
    renameSync(part, path)
  }
}
