/** The gateway's own pairs, of its TLS door, of its seal and by which it is known where it pushes to: read, checked, and read again when their files change. */
import { readFileSync, statSync } from 'node:fs'
import { instant, Unusable, type Clock, type Instant } from './core/core.ts'
import { ConfigError, type Config } from './config.ts'
import type { Log } from './log.ts'
import { pushConnection } from './route/route.ts'
import { certificateFacts, checkPair, keyPem, madeForDevelopment, mayBeClient, openSealer, usableKey, type Sealer } from './sign/sign.ts'
import type { Register } from './store/store.ts'
import { readLine } from './vault/vault.ts'

/** `push` need not be there: then the gateway pushes with the pair of its door. */
type Use = 'tls' | 'seal' | 'push'
/** A key in the clear, and its certificate with the chain below it, as PEM text. */
export interface Identity { readonly key: string, readonly cert: string }

function textOf (path: string, setting: string): string {
  try { return readFileSync(path, 'utf8') } catch { throw new ConfigError(`${setting}: cannot read ${path}`) }
}

/** What stands in a PEM file below the first certificate. */
const chainBelow = (pem: string): string => pem.slice(pem.indexOf('-----END CERTIFICATE-----')).replace('-----END CERTIFICATE-----', '')

/** @throws ConfigError naming the setting */
function refuseDevelopment (setting: string, cert: string): void {
  if (madeForDevelopment(cert)) throw new ConfigError(`${setting}: a development certificate; in production the gateway needs one of its own ("zorgpoort keys import" takes it)`)
}

function refuseOutsideDates (setting: string, cert: string, now: Instant): void {
  const { not_before, not_after } = certificateFacts(cert)
  if (now > Date.parse(not_after)) throw new ConfigError(`${setting}: expired at ${not_after}; bring in a new pair with "zorgpoort keys rotate"`)
  if (now < Date.parse(not_before)) throw new ConfigError(`${setting}: not valid before ${not_before}; wait for that moment, or look at the clock of this machine`)
}

/** In production: whoever else may read it can be this gateway. @throws ConfigError */
function refuseOpenKey (setting: string, path: string): void {
  if (((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o007) !== 0) throw new ConfigError(`${setting}: ${path} can be read by everybody on this machine; chmod 600 it`)
}

/** Where a pair stands. @throws ConfigError when it is not set */
function filesOf (config: Config, use: Use): { readonly key: string, readonly certificate: string } {
  const [key, certificate] = [config[`${use}_key`], config[`${use}_certificate`]]
  if (key === undefined || certificate === undefined) throw new ConfigError(`${use}_key and ${use}_certificate are not set`)
  return { key, certificate }
}

/** @throws Unusable naming the setting that is wrong, and what to do about a passphrase */
function read (config: Config, use: Use, now: Instant): Identity {
  const names = { key: `${use}_key`, certificate: `${use}_certificate` } as const
  const source = config[`${use}_key_passphrase`]
  const files = filesOf(config, use)
  const pem = textOf(files.key, names.key)
  if (config.mode === 'production') refuseOpenKey(names.key, files.key)
  const passphrase = source === undefined ? null : readLine(source, `${names.key}_passphrase`)
  if (source === undefined && pem.includes('ENCRYPTED')) throw new ConfigError(`${names.key} is under a passphrase; ${names.key}_passphrase says where that is (file:PATH or command:PROGRAM ARG…)`)
  const key = keyPem(usableKey(pem, names.key, passphrase))
  const cert = textOf(files.certificate, names.certificate)
  checkPair(key, cert, names)
  refuseOutsideDates(names.certificate, cert, now)
  if (use === 'push' && !mayBeClient(cert)) throw new ConfigError(`${names.certificate}: its extended uses leave out clientAuth, so no endpoint would take it; bring in a client certificate with "zorgpoort keys import --use push"`)
  if (config.mode === 'production') refuseDevelopment(names.certificate, cert)
  return { key, cert }
}

const sealerOf = ({ key, cert }: Identity): Sealer => openSealer(key, cert, chainBelow(cert))
const expiryOf = (cert: string): Instant => instant(Date.parse(certificateFacts(cert).not_after))

/** What the gateway is known by, now. */
export interface OwnKeys {
  /** That of the door; null where this process has none. */
  readonly tls: Identity | null
  /** By which the gateway is known where it pushes to: its own pair for that, or that of the door; null where this process has neither. Ask for it at every push. */
  readonly push: Identity | null
  /** Seals with the pair that stands in the files; its certificate is that of this moment. */
  readonly sealer: Sealer
  /** When each certificate ends, that for pushing where there is one. */
  expiry (): Readonly<Partial<Record<Use, Instant>>>
  /** Looks at the files from now on. @param renewed told when the TLS pair is another one */
  watch (renewed: (tls: Identity) => void): void
  stop (): void
}

/** @returns what tells one content of the files from another; the same text while one of them is missing */
function stampOf (config: Config, use: Use): string {
  return Object.values(filesOf(config, use)).map(path => {
    const stat = statSync(path, { throwIfNoEntry: false })
    return stat === undefined ? 'none' : `${stat.ino}.${stat.size}.${stat.mtimeMs}`
  }).join(' ')
}

/** A pair is two files that are not written in one moment: it is read when both have stood unchanged from one look to the next, and tried once. */
function watcher (config: Config, use: Use, changed: () => void): () => void {
  let tried = stampOf(config, use)
  let last = tried
  return () => {
    const stamp = stampOf(config, use)
    if (stamp !== tried && stamp === last) {
      tried = stamp
      changed()
    }
    last = stamp
  }
}

/** @throws Unusable when a pair cannot be used */
export function openOwnKeys (config: Config, clock: Clock, log: Log): OwnKeys {
  let tls = config.tls_key === undefined ? null : read(config, 'tls', clock.now())
  let sealer = sealerOf(read(config, 'seal', clock.now()))
  let push = config.push_key === undefined ? null : read(config, 'push', clock.now())
  let timer: NodeJS.Timeout | null = null

  /** A pair that cannot be used changes nothing: what was good goes on. */
  const trying = (use: Use, take: () => void) => (): void => {
    try {
      take()
      log.info({ use, not_after: expiry()[use] }, 'a new key pair is in use')
    } catch (error) {
      log.error({ use, reason: error instanceof Unusable ? error.message : 'it could not be read' }, 'a new key pair cannot be used; the former one stays in use')
    }
  }
  const expiry: OwnKeys['expiry'] = () => ({ ...(tls === null ? {} : { tls: expiryOf(tls.cert) }), seal: sealer.certificate.not_after, ...(push === null ? {} : { push: expiryOf(push.cert) }) })
  return {
    get tls () { return tls },
    get push () { return push ?? tls },
    sealer: {
      seal: (...given) => sealer.seal(...given),
      refuses: at => sealer.refuses(at),
      get certificate () { return sealer.certificate }
    },
    expiry,
    watch (renewed) {
      const looks = [
        ...(tls === null ? [] : [watcher(config, 'tls', trying('tls', () => { renewed(tls = read(config, 'tls', clock.now())) }))]),
        watcher(config, 'seal', trying('seal', () => { sealer = sealerOf(read(config, 'seal', clock.now())) })),
        ...(push === null ? [] : [watcher(config, 'push', trying('push', () => { push = read(config, 'push', clock.now()) }))])
      ]
      timer = setInterval(() => { for (const look of looks) look() }, config.pairs_poll_ms).unref()
    },
    stop () { if (timer !== null) clearInterval(timer) }
  }
}

/**
 * Tells the operator beforehand when somebody is to be pushed to and the gateway has nothing that makes it known there.
 * @throws ConfigError when it has no pair at all
 */
export function warnOfPushing ({ push }: Pick<OwnKeys, 'push'>, { parties }: Pick<Register, 'parties'>, log: Log): void {
  const first = parties.find(it => pushConnection(it) !== null)
  if (first === undefined) return
  if (push === null) throw new ConfigError(`push_key and push_certificate are not set, nor tls_key: what is for party ${first.code} is pushed to an endpoint, which must know this process; bring in a client certificate with "zorgpoort keys import --use push"`)
  if (mayBeClient(push.cert)) return
  log.warn({ party: first.code }, 'what is for this party is pushed, but tls_certificate is not for a TLS client and there is no push_certificate: endpoints will refuse it; bring in a client certificate with "zorgpoort keys import --use push"')
}
