/** The gateway's own certificates: do they fit their keys, hold now, and serve their purpose. */
import { readFileSync } from 'node:fs'
import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { certificateFacts, checkPair, keyPem, madeForDevelopment, mayBeClient, openSealer, usableCertificate, usableKey } from '../../src/sign/sign.ts'
import { readLine } from '../../src/vault/vault.ts'
import { reasonOf } from '../files.ts'
import { error, ok, sentenceOf, warning, type Check, type Line, type Patient } from './lines.ts'

const ending_ms = 30 * 86_400_000
const serverAuth = '1.3.6.1.5.5.7.3.1'
type Use = 'tls' | 'seal' | 'push'

/** Every certificate of a PEM text; what is none is left out. */
const certificatesOf = (pem: string): X509Certificate[] =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g)].flatMap(([block]) => { try { return [new X509Certificate(block)] } catch { return [] } })

function dates (about: string, pem: string, now: number): Line {
  const { not_before, not_after, subject } = certificateFacts(pem)
  const replace = `bring in a new pair with "zorgpoort keys rotate"; a running gateway takes it by itself (setting ${about})`
  if (now > Date.parse(not_after)) return error(about, `expired at ${not_after} (${subject})`, replace)
  if (now < Date.parse(not_before)) return error(about, `not valid before ${not_before} (${subject})`, 'wait for that moment, or look at the clock of this machine')
  return Date.parse(not_after) - now < ending_ms ? warning(about, `ends at ${not_after} (${subject})`, replace) : ok(about, `valid until ${not_after} (${subject})`)
}

/** Each below must have issued the one above it. */
function chain (about: string, pem: string): Line[] {
  const all = certificatesOf(pem)
  const at = all.findIndex((it, n) => { const above = all[n + 1]; return above !== undefined && !(it.checkIssued(above) && it.verify(above.publicKey)) })
  return at === -1 ? [] : [error(about, `certificate ${at + 2} in the file did not issue the one above it`, 'put below the certificate the one that issued it, then the one that issued that')]
}

function names (pem: string, host: string | undefined): Line[] {
  const [first] = certificatesOf(pem)
  if (first === undefined) return []
  const found = first.subjectAltName
  if (found === undefined) return [error('tls_certificate', 'names no host (subjectAltName): clients refuse it', 'order one with the name by which clients call this gateway')]
  const uses = first.keyUsage as readonly string[] | undefined
  if (uses !== undefined && !uses.includes(serverAuth)) return [error('tls_certificate', 'is not for servers (extended key usage serverAuth)', 'order a server certificate')]
  const any = host === undefined || ['0.0.0.0', '::', '127.0.0.1', '::1', 'localhost'].includes(host)
  const fits = any || (isIP(host) === 0 ? first.checkHost(host) : first.checkIP(host)) !== undefined
  return [fits ? ok('tls_certificate', `for ${found.replaceAll('DNS:', '').replaceAll('IP Address:', '')}`) : warning('tls_certificate', `is for ${found}, not for rest_host ${host}`, 'see that clients call the gateway by a name that is in it')]
}

const forClients = (pem: string): Line[] => mayBeClient(pem)
  ? []
  : [error('push_certificate', 'is not for clients (extended key usage clientAuth): the gateway does not start with it', 'bring in a client certificate with "zorgpoort keys import --use push"')]

/** What `keys make` made: serve refuses it in production. */
const development = (about: string, pem: string, mode: string | undefined): Line[] => mode === 'production' && madeForDevelopment(pem)
  ? [error(about, 'is a development certificate; in production the gateway does not start with it', 'bring in one of your own with "zorgpoort keys import"')]
  : []

/** @returns the key in the clear, or the line that says why it does not open */
function opened (use: Use, secret: string, source: string | undefined): string | Line {
  const setting = `${use}_key_passphrase`
  try { return keyPem(usableKey(secret, `${use}_key`, source === undefined ? null : readLine(source, setting))) } catch (thrown) {
    const todo = source === undefined ? `bring the private key in PEM, or mend the setting ${use}_key` : `mend the ${source.startsWith('command:') ? 'command' : 'file'} in the setting ${setting}: it must give the passphrase of this key, in one line`
    return error(`${use}_key`, sentenceOf(thrown), todo)
  }
}

function one (use: Use, { settings, now }: Patient): Line[] {
  const [key, certificate] = [settings[`${use}_key`], settings[`${use}_certificate`]]
  const about = `${use}_certificate`
  if (certificate === undefined) return []
  let pem: string
  try { pem = readFileSync(certificate, 'utf8') } catch (thrown) { return [error(about, `cannot read ${certificate}: ${reasonOf(thrown).en}`, `put the file there, or change the setting ${about}`)] }
  try {
    usableCertificate(pem, about)
    const lines = [dates(about, pem, now), ...development(about, pem, settings.mode), ...chain(about, pem), ...(use === 'tls' ? names(pem, settings.rest_host) : []), ...(use === 'push' ? forClients(pem) : [])]
    let secret: string | null = null
    try { if (key !== undefined) secret = readFileSync(key, 'utf8') } catch { /* told with the files */ }
    if (secret === null) return lines
    const source = settings[`${use}_key_passphrase`]
    if (source === undefined && secret.includes('ENCRYPTED')) return [...lines, error(`${use}_key`, 'is under a passphrase', `say with ${use}_key_passphrase where that is (file:PATH or command:PROGRAM ARG…)`)]
    const open = opened(use, secret, source)
    if (typeof open !== 'string') return [...lines, open]
    checkPair(open, pem, { key: `${use}_key`, certificate: about })
    if (use === 'seal') openSealer(open, pem)
    return [...lines, ok(about, `belongs to ${use}_key${use === 'seal' ? ' and may seal' : ''}`)]
  } catch (thrown) { return [error(about, sentenceOf(thrown), 'bring the key and the certificate that belong together, in PEM')] }
}

/** All of them. */
export const certificates: Check = patient => (['tls', 'seal', 'push'] as const).flatMap(use => one(use, patient))
