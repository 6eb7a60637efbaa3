/** The gateway's own two pairs, of its TLS door and of its seal: read, checked, and read again when their files change. */
import { readFileSync, statSync } from 'node:fs'
import { instant, Unusable, type Clock, type Instant } from './core/core.ts'
import { ConfigError, type Config } from './config.ts'
import type { Log } from './log.ts'
import { certificateFacts, checkPair, keyPem, madeForDevelopment, openSealer, usableKey, type Sealer } from './sign/sign.ts'
import { readLine } from './vault/vault.ts'

type Use = 'tls' | 'seal'
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

/** @throws Unusable naming the setting that is wrong, and what to do about a passphrase */
function read (config: Config, use: Use, now: Instant): Identity {
  const names = { key: `${use}_key`, certificate: `${use}_certificate` } as const
  const source = config[`${use}_key_passphrase`]
  const pem = textOf(config[`${use}_key`], names.key)
  if (config.mode === 'production') refuseOpenKey(names.key, config[names.key])
  const passphrase = source === undefined ? null : readLine(source, `${names.key}_passphrase`)
  if (source === undefined && pem.includes('ENCRYPTED')) throw new ConfigError(`${names.key} is under a passphrase; ${names.key}_passphrase says where that is (file:PATH or command:PROGRAM ARG…)`)
  const key = keyPem(usableKey(pem, names.key, passphrase))
  const cert = textOf(config[`${use}_certificate`], names.certificate)
  checkPair(key, cert, names)
  refuseOutsideDates(names.certificate, cert, now)
  if (config.mode === 'production') refuseDevelopment(names.certificate, cert)
  return { key, cert }
}

const sealerOf = ({ key, cert }: Identity): Sealer => openSealer(key, cert, chainBelow(cert))
const expiryOf = (cert: string): Instant => instant(Date.parse(certificateFacts(cert).not_after))

/** What the gateway is known by, now. */
export interface OwnKeys {
  readonly tls: Identity
  /** Seals with the pair that stands in the files; its certificate is that of this moment. */
  readonly sealer: Sealer
  /** When each certificate ends. */
  readonly expiry: Readonly<Record<Use, Instant>>
  /** Looks at the files from now on. @param renewed told when the TLS pair is another one */
  watch (renewed: (tls: Identity) => void): void
  stop (): void
}

/** @returns what tells one content of the files from another; the same text while one of them is missing */
function stampOf (config: Config, use: Use): string {
  return [config[`${use}_key`], config[`${use}_certificate`]].map(path => {
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
  let tls = read(config, 'tls', clock.now())
  let sealer = sealerOf(read(config, 'seal', clock.now()))
  let timer: NodeJS.Timeout | null = null

  /** A pair that cannot be used changes nothing: what was good goes on. */
  const trying = (use: Use, take: () => void) => (): void => {
    try {
      take()
      log.info({ use, not_after: expiry[use] }, 'a new key pair is in use')
    } catch (error) {
      log.error({ use, reason: error instanceof Unusable ? error.message : 'it could not be read' }, 'a new key pair cannot be used; the former one stays in use')
    }
  }
  const expiry = {
    get tls () { return expiryOf(tls.cert) },
    get seal () { return sealer.certificate.not_after }
  }
  return {
    get tls () { return tls },
    sealer: {
      seal: (...given) => sealer.seal(...given),
      get certificate () { return sealer.certificate }
    },
    expiry,
    watch (renewed) {
      const looks = [
        watcher(config, 'tls', trying('tls', () => { tls = read(config, 'tls', clock.now()); renewed(tls) })),
        watcher(config, 'seal', trying('seal', () => { sealer = sealerOf(read(config, 'seal', clock.now())) }))
      ]
      timer = setInterval(() => { for (const look of looks) look() }, config.pairs_poll_ms).unref()
    },
    stop () { if (timer !== null) clearInterval(timer) }
  }
}
